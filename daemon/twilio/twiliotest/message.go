package twiliotest

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// magic are the numbers of Twilio's test credentials and the errors they give (twilio.com/docs/iam/test-credentials).
var (
	magicFrom = map[string]int{"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
	magicTo   = map[string]int{"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610, "+15005550009": 21614}
)

// allowed is the one magic number to send from without an error.
const allowed = "+15005550006"

var statusOf = map[int]int{20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503}

// send takes a text, or refuses it, or breaks.
func (f *Fake) send(ctx context.Context, form url.Values, header http.Header) (int, any, error) {
	f.mu.Lock()
	fault, code := None, 0
	if len(f.faults) > 0 {
		fault, f.faults = f.faults[0], f.faults[1:]
	}
	if len(f.codes) > 0 {
		code, f.codes = f.codes[0], f.codes[1:]
	}
	if refusal := f.refusal(form); refusal != 0 {
		code = refusal
	}
	f.mu.Unlock()
	switch fault {
	case BeforeAccept:
		return 0, nil, errReset
	case NoHost:
		return 0, nil, errNoHost
	case TooMany:
		header.Set("Retry-After", "7")
		status, v := refused(http.StatusTooManyRequests, 20429, "Too Many Requests")
		return status, v, nil
	case Trouble:
		status, v := refused(http.StatusServiceUnavailable, 20503, "Service unavailable")
		return status, v, nil
	case AnswerNoTwilio:
		return http.StatusOK, "<html>Sign in to the network</html>", nil
	}
	if code > 0 && code < 30000 {
		status, v := refused(cmp.Or(statusOf[code], http.StatusBadRequest), code, "Refused "+form.Get("To"))
		return status, v, nil
	}
	m := f.take(form, fault, code)
	switch fault {
	case AfterAccept, Late:
		return 0, nil, errReset
	case BeforeAnswer:
		select {
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		case <-f.ended:
			return 0, nil, errReset
		}
	case TroubleTaken:
		status, v := refused(http.StatusInternalServerError, 20500, "Internal Server Error")
		return status, v, nil
	case Slow, CallbackFirst:
		if !f.pause(10 * time.Second) {
			return 0, nil, errReset
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return http.StatusCreated, m.show(false), nil
}

// refusal gives the code with which Twilio refuses a text at once; 0: it takes it.
func (f *Fake) refusal(form url.Values) int {
	from, to, body, service := form.Get("From"), form.Get("To"), form.Get("Body"), form.Get("MessagingServiceSid")
	host := ""
	if u, err := url.Parse(form.Get("StatusCallback")); err == nil {
		host = u.Hostname()
	}
	validity, err := strconv.Atoi(cmp.Or(form.Get("ValidityPeriod"), "36000"))
	switch {
	case from == "" && service == "":
		return 21603
	case magicTo[to] != 0:
		return magicTo[to]
	case magicFrom[from] != 0:
		return magicFrom[from]
	case body == "":
		return 21602
	case utf8.RuneCountInString(body) > 1600:
		return 21617
	case host == "localhost" || strings.Contains(host, "_") || form.Has("StatusCallback") && host == "":
		return 21609
	case err != nil || validity < 1 || validity > 36000:
		return 21624
	case f.stopped[to]:
		return 21610
	case service != "" && service != ServiceSID:
		return 21701
	case service != "" && len(f.pool) == 0:
		return 21703
	case service == "" && from != allowed && !slices.ContainsFunc(f.numbers, func(n *Number) bool { return n.Number == from && !n.NoSMS }):
		return 21606
	}
	return 0
}

// take makes a text and sends it on its way.
func (f *Fake) take(form url.Values, fault Fault, code int) *Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.o.Now()
	m := &Message{SID: sid("SM", len(f.messages)+1), From: form.Get("From"), To: form.Get("To"), Service: form.Get("MessagingServiceSid"), Body: form.Get("Body"),
		Direction: "outbound-api", Status: "queued", Callback: form.Get("StatusCallback"), Validity: form.Get("ValidityPeriod"), At: now, listed: now.Add(f.ListLate)}
	if m.Service != "" {
		m.Status, m.From = "accepted", cmp.Or(m.From, f.pool[0])
	}
	if fault == Late {
		m.listed = now.Add(30 * time.Second)
	}
	f.messages = append(f.messages, m)
	path := []string{"sending", "sent", "delivered"}
	switch {
	case code != 0 && (code == 30001 || code == 30002 || code >= 60000):
		path = []string{"failed"}
	case code != 0:
		path = []string{"sent", "undelivered"}
	}
	times := 1
	switch fault {
	case Duplicate:
		times = 3
	case Reversed:
		path = slices.Clone(path)
		slices.Reverse(path)
	case Missing, Late:
		times = 0
	}
	f.running.Go(func() { f.carry(m, path, times, code) })
	return m
}

// Console plays a person who writes a text in Twilio's console, or another program of the account: nobody is called back.
func (f *Fake) Console(from, to, body string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.o.Now()
	m := &Message{SID: sid("SM", len(f.messages)+1), From: from, To: to, Body: body, Direction: "outbound-api", Status: "delivered", At: now, listed: now.Add(f.ListLate)}
	f.messages = append(f.messages, m)
	return m.SID
}

// carry moves a text along and calls back.
func (f *Fake) carry(m *Message, path []string, times, code int) {
	for _, status := range path {
		if !f.pause(time.Second) {
			return
		}
		f.mu.Lock()
		form := url.Values{"MessageSid": {m.SID}, "SmsSid": {m.SID}, "MessageStatus": {status}, "SmsStatus": {status}, "From": {m.From}, "To": {m.To},
			"AccountSid": {AccountSID}, "ApiVersion": {"2010-04-01"}, "RawDlrDoneDate": {"2603101015"}}
		if m.Service != "" {
			form.Set("MessagingServiceSid", m.Service)
		}
		if m.Status != "delivered" && m.Status != "undelivered" && m.Status != "failed" {
			m.Status = status
		}
		if status == "failed" || status == "undelivered" {
			m.Code = code
			form.Set("ErrorCode", strconv.Itoa(code))
		}
		address := m.Callback
		f.mu.Unlock()
		for range times {
			f.post(address, form)
		}
	}
}

// show is a text as Twilio answers it.
func (m *Message) show(undated bool) map[string]any {
	date := m.At.UTC().Format(time.RFC1123Z)
	v := map[string]any{"sid": m.SID, "account_sid": AccountSID, "from": m.From, "to": m.To, "body": m.Body, "direction": m.Direction, "status": m.Status,
		"date_created": date, "date_updated": date, "date_sent": nil, "error_code": nil, "error_message": nil, "num_media": strconv.Itoa(len(m.Media)),
		"num_segments": "1", "price": nil, "price_unit": "USD", "api_version": "2010-04-01", "messaging_service_sid": null(m.Service), "uri": "/2010-04-01/x.json"}
	if m.Code != 0 {
		v["error_code"] = m.Code
	}
	if m.Direction == "inbound" || m.Status == "sent" || m.Status == "delivered" || m.Status == "undelivered" {
		v["date_sent"] = date
	}
	if undated {
		v["date_created"], v["date_updated"], v["date_sent"] = nil, nil, nil
	}
	return v
}

// list gives a page of texts, newest first.
func (f *Fake) list(query url.Values) (int, any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	from, _ := time.Parse(time.RFC3339, query.Get("DateSent>"))
	var all []any
	for _, m := range slices.Backward(f.messages) {
		sent := m.Direction == "inbound" || m.Status != "queued" && m.Status != "accepted"
		if f.o.Now().Before(m.listed) || query.Has("To") && m.To != query.Get("To") || query.Has("From") && m.From != query.Get("From") ||
			query.Has("DateSent>") && (!sent || m.At.Before(from)) {
			continue
		}
		all = append(all, m.show(f.Undated))
		if f.Twice {
			all = append(all, m.show(f.Undated))
		}
	}
	size, _ := strconv.Atoi(cmp.Or(query.Get("PageSize"), "50"))
	page, _ := strconv.Atoi(query.Get("Page"))
	start := min(page*size, len(all))
	end := min(start+size, len(all))
	v := map[string]any{"messages": append([]any{}, all[start:end]...), "page": page, "page_size": size, "start": start, "end": end, "next_page_uri": nil}
	if end < len(all) {
		v["next_page_uri"] = "/2010-04-01/Accounts/" + AccountSID + "/Messages.json?PageSize=" + strconv.Itoa(size) + "&Page=" + strconv.Itoa(page+1) + "&PageToken=PASM" + strconv.Itoa(page+1)
	}
	return http.StatusOK, v
}
