// Package twiliotest plays Twilio for tests: a strict fake of the API that the client uses, and the customers behind it. It
// judges every request by Twilio's own OpenAPI documents, and its own answers too; it lists texts late, without dates and twice;
// it signs its webhooks, repeats them as their address asks, and fails on demand. It knows nothing of the house but its webhooks.
package twiliotest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/twilio"
)

// The account of the fake, and its messaging service.
const (
	AccountSID = "AC00000000000000000000000000000001"
	Token      = "0123456789abcdef0123456789abcdef"
	ServiceSID = "MG00000000000000000000000000000001"
)

// Fault is what befalls the next texts, one each.
type Fault int

// The faults of a send. Callbacks come in every case in which the text was taken.
const (
	None           Fault = iota
	BeforeAccept         // the connection breaks before the request is read: not taken
	AfterAccept          // taken, then the connection breaks
	BeforeAnswer         // taken, and no answer ever comes
	TooMany              // 429, with Retry-After: not taken
	Trouble              // 503: not taken, which nobody can know
	TroubleTaken         // 500, yet taken
	Slow                 // taken, and answered after ten seconds
	NoHost               // the name is not found: nothing leaves
	CallbackFirst        // the last callback comes before the answer
	Duplicate            // every callback comes three times
	Reversed             // callbacks come in the opposite order
	Missing              // no callback comes
	Late                 // taken, the connection breaks, the list is late, and no callback comes
	AnswerNoTwilio       // a proxy answers 200 with a page: not taken, which nobody can know
)

// Options are the parts of a fake.
type Options struct {
	Now  func() time.Time
	Post func(address string, form url.Values, signature string) (status int) // delivers a webhook; 0: could not; nil: none are delivered
	// Fail is told what the client or the fake did that Twilio's documents do not permit.
	Fail func(format string, args ...any)
}

// Number is one of the account's numbers.
type Number struct {
	SID, Number, SMSURL, Method, App string
	NoSMS                            bool
}

// Message is a text in either direction.
type Message struct {
	SID, From, To, Service, Body, Direction, Status string
	Code                                            int
	Callback                                        string
	Validity                                        string
	Media                                           []string
	At                                              time.Time

	listed time.Time
}

// Fake is Twilio.
type Fake struct {
	o Options

	mu        sync.Mutex
	messages  []*Message
	numbers   []*Number
	service   map[string]any
	pool      []string // numbers of the messaging service
	stopped   map[string]bool
	faults    []Fault
	codes     []int // of the next texts: below 30000 refused at once, else told by callback
	asked     int   // requests in all
	lines     map[string]line
	lookedUp  int
	token     string
	running   sync.WaitGroup
	ended     chan struct{}
	ListLate  time.Duration // texts are listed so much after they were made
	Undated   bool          // the list has no dates
	Twice     bool          // the list has every text twice
	Advanced  bool          // Advanced Opt-Out: webhooks tell OptOutType
	Suspended bool
	Trial     bool
	Skew      time.Duration // of the Date header
}

// New makes a fake with one number, which is in the pool of the messaging service.
func New(o Options, number string) *Fake {
	if o.Fail == nil {
		o.Fail = func(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
	}
	return &Fake{o: o, numbers: []*Number{{SID: sid("PN", 1), Number: number, Method: "POST"}}, pool: []string{number}, stopped: map[string]bool{}, token: Token,
		ended: make(chan struct{}), service: map[string]any{"sid": ServiceSID, "account_sid": AccountSID, "friendly_name": "Brightwater", "inbound_request_url": nil,
			"inbound_method": "POST", "use_inbound_webhook_on_number": true, "us_app_to_person_registered": true, "validity_period": 36000, "smart_encoding": true}}
}

func sid(kind string, n int) string { return fmt.Sprintf("%s%032x", kind, n) }

// Next says what befalls the next texts.
func (f *Fake) Next(faults ...Fault) { f.mu.Lock(); defer f.mu.Unlock(); f.faults = faults }

// Codes says with which errors the next texts fail.
func (f *Fake) Codes(codes ...int) { f.mu.Lock(); defer f.mu.Unlock(); f.codes = codes }

// Rotate changes the auth token: webhooks are signed with the new one, and the old one opens nothing.
func (f *Fake) Rotate(token string) { f.mu.Lock(); defer f.mu.Unlock(); f.token = token }

// Asked counts the requests.
func (f *Fake) Asked() int { f.mu.Lock(); defer f.mu.Unlock(); return f.asked }

// Number gives the account's first number.
func (f *Fake) Number() Number { f.mu.Lock(); defer f.mu.Unlock(); return *f.numbers[0] }

// SetNumber changes the account's first number.
func (f *Fake) SetNumber(edit func(*Number)) { f.mu.Lock(); defer f.mu.Unlock(); edit(f.numbers[0]) }

// Service gives a field of the messaging service.
func (f *Fake) Service(field string) any { f.mu.Lock(); defer f.mu.Unlock(); return f.service[field] }

// SetService changes a field of the messaging service.
func (f *Fake) SetService(field string, v any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.service[field] = v
}

// SetPool changes the numbers of the messaging service.
func (f *Fake) SetPool(numbers ...string) { f.mu.Lock(); defer f.mu.Unlock(); f.pool = numbers }

// Messages gives the texts, oldest first: those of a direction to a number; empty: all.
func (f *Fake) Messages(direction, to string) (all []Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.messages {
		if (direction == "" || m.Direction == direction) && (to == "" || m.To == to) {
			all = append(all, *m)
		}
	}
	return all
}

// Close lets go of requests that are never answered and waits for webhooks under way.
func (f *Fake) Close() {
	f.mu.Lock()
	select {
	case <-f.ended:
	default:
		close(f.ended)
	}
	f.mu.Unlock()
	f.running.Wait()
}

// RoundTrip is the way in without a network.
func (f *Fake) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
	}
	status, header, answer, err := f.serve(req.Context(), req, body)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: header, Request: req, ContentLength: int64(len(answer)),
		Body: io.NopCloser(bytes.NewReader(answer))}, nil
}

// ServeHTTP is the way in over a network.
func (f *Fake) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	status, header, answer, err := f.serve(req.Context(), req, body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), header)
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

// serve answers one request; an error breaks the connection.
func (f *Fake) serve(ctx context.Context, req *http.Request, body []byte) (int, http.Header, []byte, error) {
	f.mu.Lock()
	f.asked++
	token := f.token
	f.mu.Unlock()
	header := http.Header{"Content-Type": {"application/json"}, "Date": {f.o.Now().Add(f.Skew).UTC().Format(http.TimeFormat)}}
	send := func(status int, v any) (int, http.Header, []byte, error) {
		b, err := json.Marshal(v)
		return status, header, b, err
	}
	if user, secret, _ := req.BasicAuth(); user != AccountSID || secret != token {
		return send(refused(http.StatusUnauthorized, 20003, "Authenticate"))
	}
	if strings.HasPrefix(req.URL.Path, lookupPath) {
		return send(f.lookup(req))
	}
	op, path := loaded().operation(req.Method, req.URL.Path)
	if op == nil {
		f.o.Fail("the client asks for %s %s, which Twilio does not have", req.Method, req.URL.Path)
		return send(notFound(req.URL.Path))
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(body) > 0 && req.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		f.o.Fail("the body of %s %s is no form: %v", req.Method, req.URL.Path, err)
	}
	if faults := loaded().faults(op, path, req.URL.Query(), form); faults != nil {
		f.o.Fail("%s %s does not keep Twilio's document: %s", req.Method, req.URL.Path, strings.Join(faults, "; "))
		return send(refused(http.StatusBadRequest, 20001, strings.Join(faults, "; ")))
	}
	if sid, ok := path["AccountSid"]; ok && sid != AccountSID {
		return send(notFound(req.URL.Path))
	}
	status, v, err := f.do(ctx, op, path, req.URL.Query(), form, header)
	if err != nil {
		return 0, nil, nil, err
	}
	code, _, b, err := send(status, v)
	if page, ok := v.(string); ok {
		return code, header, []byte(page), nil
	}
	if err == nil && status < 300 {
		if err := loaded().fits(op, status, b); err != nil {
			f.o.Fail("the fake's own answer to %s %s is not Twilio's: %v", req.Method, req.URL.Path, err)
		}
	}
	return code, header, b, err
}

// do carries out a request that is in order.
func (f *Fake) do(ctx context.Context, op *operation, path map[string]string, query, form url.Values, header http.Header) (status int, v any, err error) {
	switch op.method + " " + op.template {
	case "POST /2010-04-01/Accounts/{AccountSid}/Messages.json":
		return f.send(ctx, form, header)
	case "GET /2010-04-01/Accounts/{AccountSid}/Messages.json":
		status, v = f.list(query)
		return status, v, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	status = http.StatusOK
	switch op.method + " " + op.template {
	case "GET /2010-04-01/Accounts/{Sid}.json":
		state, kind := "active", "Full"
		if f.Suspended {
			state = "suspended"
		}
		if f.Trial {
			kind = "Trial"
		}
		v = map[string]any{"sid": AccountSID, "friendly_name": "Brightwater", "status": state, "type": kind}
	case "GET /2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media.json":
		list := []any{}
		for _, m := range f.messages {
			for i := range m.Media {
				if m.SID == path["MessageSid"] {
					list = append(list, map[string]any{"sid": sid("ME", i), "parent_sid": m.SID, "account_sid": AccountSID, "content_type": "image/jpeg",
						"uri": "/2010-04-01/Accounts/" + AccountSID + "/Messages/" + m.SID + "/Media/" + sid("ME", i) + ".json"})
				}
			}
		}
		v = map[string]any{"media_list": list, "page": 0, "page_size": 50}
	case "GET /2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json":
		list := []any{}
		for _, n := range f.numbers {
			list = append(list, n.show())
		}
		v = map[string]any{"incoming_phone_numbers": list, "page": 0, "page_size": 50}
	case "POST /2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers/{Sid}.json":
		i := slices.IndexFunc(f.numbers, func(n *Number) bool { return n.SID == path["Sid"] })
		if i < 0 {
			status, v = notFound(path["Sid"])
			break
		}
		if form.Has("SmsUrl") {
			f.numbers[i].SMSURL = form.Get("SmsUrl")
		}
		if form.Has("SmsMethod") {
			f.numbers[i].Method = form.Get("SmsMethod")
		}
		v = f.numbers[i].show()
	case "GET /v1/Services/{Sid}", "POST /v1/Services/{Sid}":
		if path["Sid"] != ServiceSID {
			status, v = notFound(path["Sid"])
			break
		}
		for from, to := range map[string]string{"InboundRequestUrl": "inbound_request_url", "InboundMethod": "inbound_method"} {
			if form.Has(from) {
				f.service[to] = form.Get(from)
			}
		}
		if form.Has("UseInboundWebhookOnNumber") {
			f.service["use_inbound_webhook_on_number"] = form.Get("UseInboundWebhookOnNumber") == "true"
		}
		v = f.service
	case "GET /v1/Services/{ServiceSid}/PhoneNumbers":
		list := []any{}
		for i, n := range f.pool {
			list = append(list, map[string]any{"sid": sid("PN", i+1), "service_sid": ServiceSID, "phone_number": n})
		}
		v = map[string]any{"phone_numbers": list, "meta": map[string]any{"page": 0, "page_size": 50}}
	case "GET /v1/Services/{MessagingServiceSid}/Compliance/Usa2p":
		v = map[string]any{"compliance": []any{map[string]any{"messaging_service_sid": ServiceSID, "campaign_status": "VERIFIED"}},
			"meta": map[string]any{"page": 0, "page_size": 50}}
	}
	return status, v, nil
}

func (n *Number) show() map[string]any {
	return map[string]any{"sid": n.SID, "phone_number": n.Number, "sms_url": n.SMSURL, "sms_method": n.Method, "sms_application_sid": null(n.App),
		"capabilities": map[string]any{"sms": !n.NoSMS, "mms": !n.NoSMS, "voice": true}}
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

var (
	errReset  = &net.OpError{Op: "read", Net: "tcp", Err: fmt.Errorf("connection reset by peer")}
	errNoHost = &net.DNSError{Err: "no such host", Name: "api.twilio.com", IsNotFound: true}
)

// post delivers a webhook, and again when the address asks for that.
func (f *Fake) post(address string, form url.Values) {
	if f.o.Post == nil || address == "" {
		return
	}
	f.mu.Lock()
	token := f.token
	f.mu.Unlock()
	bare, fragment, _ := strings.Cut(address, "#")
	wants, _ := url.ParseQuery(fragment)
	tries := 1
	if wants.Has("rc") {
		fmt.Sscan(wants.Get("rc"), &tries)
		tries++
	}
	for i := range tries {
		status := f.o.Post(bare, form, twilio.Signature(token, bare, form))
		again := status == 0 || status >= 500 && strings.Contains(wants.Get("rp"), "5xx")
		if !again || i+1 == tries || !f.pause(time.Second) {
			return
		}
	}
}

// pause waits; false when the fake ended.
func (f *Fake) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-f.ended:
		return false
	}
}
