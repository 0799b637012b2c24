// Package twiliotest plays Twilio for tests, strictly: what is not in Twilio's own API documents, comes in the wrong order or
// comes twice is refused and remembered.
package twiliotest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Registry plays TrustHub and the messaging API as far as registrations need them. It is an [http.RoundTripper].
type Registry struct {
	Now        func() time.Time
	AccountSID string
	AuthToken  string
	Direct     bool          // the primary profile is of a business that registers only itself
	Review     time.Duration // of a brand and of a campaign; a minute when zero

	// What reviewers say; nil: approved. n counts how often the thing was filed.
	RejectBrand    func(n int) []map[string]any
	RejectCampaign func(n int) []map[string]any
	Identity       string // of an approved brand; VERIFIED when empty
	Lacks          string // what an evaluation finds missing, as object_field

	mu      sync.Mutex
	faults  []string
	calls   []string
	things  map[string]*Thing
	order   []string
	count   int
	paid    map[string]int // kind → times that cost money
	updates int
	free    map[string]string // toll-free number's SID → status of its verification
}

// Thing is one object at Twilio.
type Thing struct {
	SID, Kind, Name string
	Form            url.Values
	Parent          string // of an assignment, an evaluation, a campaign, a number of a pool
	Status          string
	Checked         bool // evaluated after the last change
	Filed           int
	At, Updated     time.Time
}

// NewRegistry makes one with an approved primary profile and two numbers, of which one can text.
func NewRegistry(now func() time.Time) *Registry {
	r := &Registry{Now: now, AccountSID: "AC" + strings.Repeat("0", 32), AuthToken: "token-of-the-test", things: map[string]*Thing{}, paid: map[string]int{}, free: map[string]string{}}
	p := r.add("CustomerProfiles", "BU", "Operator", url.Values{"PolicySid": {"RN6433641899984f951173ef1738c3bdd0"}}, "")
	p.Status = "twilio-approved"
	company := r.add("EndUsers", "IT", "Operator", url.Values{"Type": {"customer_profile_business_information"}}, "")
	r.add("assignment", "BV", "", url.Values{"ObjectSid": {company.SID}}, p.SID)
	r.AddNumber("+16145550123", true)
	r.AddNumber("+16145550124", false)
	return r
}

// AddNumber gives the account one more number.
func (r *Registry) AddNumber(number string, sms bool) *Thing {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.add("number", "PN", number, url.Values{"SMS": {fmt.Sprint(sms)}}, "")
}

// Change changes a thing by kind and name.
func (r *Registry) Change(kind, name string, edit func(*Thing)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.things {
		if t.Kind == kind && (t.Name == name || name == "") {
			edit(t)
		}
	}
}

// Drop takes a thing away.
func (r *Registry) Drop(kind, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.things, func(_ string, t *Thing) bool { return t.Kind == kind && t.Name == name })
	maps.DeleteFunc(r.things, func(_ string, t *Thing) bool { return t.Kind == "pool" && r.things[t.Name] == nil })
	r.order = slices.DeleteFunc(r.order, func(sid string) bool { return r.things[sid] == nil })
}

// TollFree says where the verification of a number stands.
func (r *Registry) TollFree(number, status string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.things {
		if t.Kind == "number" && t.Name == number {
			r.free[t.SID] = status
		}
	}
}

// Faults lists every request that Twilio would not have taken, and every repeat.
func (r *Registry) Faults() []string { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.faults) }

// Calls lists what was asked, as "POST /v1/EndUsers".
func (r *Registry) Calls() []string { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.calls) }

// Paid tells how often something was done that costs money: "brand", "campaign".
func (r *Registry) Paid(kind string) int { r.mu.Lock(); defer r.mu.Unlock(); return r.paid[kind] }

// Updates tells how many free updates of brands were used.
func (r *Registry) Updates() int { r.mu.Lock(); defer r.mu.Unlock(); return r.updates }

// Things lists the things of a kind.
func (r *Registry) Things(kind string) (all []Thing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, sid := range r.order {
		if t := r.things[sid]; t != nil && t.Kind == kind {
			all = append(all, *t)
		}
	}
	return all
}

func (r *Registry) add(kind, prefix, name string, form url.Values, parent string) *Thing {
	r.count++
	t := &Thing{SID: fmt.Sprintf("%s%032x", prefix, r.count), Kind: kind, Name: name, Form: form, Parent: parent, At: r.Now(), Updated: r.Now(), Filed: 1}
	r.things[t.SID] = t
	r.order = append(r.order, t.SID)
	return t
}

// denial is an answer of Twilio's that is no success.
type denial struct {
	status, code int
	text         string
}

func (e *denial) Error() string { return e.text }

func no(code int, text string, a ...any) error {
	return &denial{http.StatusBadRequest, code, fmt.Sprintf(text, a...)}
}

// RoundTrip answers a request.
func (r *Registry) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, req.Method+" "+req.URL.Path)
	v, err := r.serve(req, body)
	status := http.StatusOK
	if err != nil {
		e, ok := err.(*denial)
		if !ok {
			e = &denial{http.StatusBadRequest, 20001, err.Error()}
		}
		if e.code != 21710 { // a harmless answer: the number is where it belongs
			r.faults = append(r.faults, fmt.Sprintf("%s %s: %s", req.Method, req.URL.Path, e.text))
		}
		status, v = e.status, map[string]any{"code": e.code, "message": e.text, "status": e.status}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(b)), Request: req}, nil
}

func (r *Registry) serve(req *http.Request, body []byte) (any, error) {
	if user, token, _ := req.BasicAuth(); user != r.AccountSID || token != r.AuthToken {
		return nil, &denial{http.StatusUnauthorized, 20003, "Authenticate"}
	}
	s := formSpecs()
	template, vars := s.match(req.Method, req.URL.Host, req.URL.Path)
	if template == "" {
		return nil, &denial{http.StatusNotFound, 20404, "no such resource: " + req.Method + " " + req.URL.Host + req.URL.Path}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	if err := s.check(req.Method, template, vars, req.URL.Query(), form, req.Header); err != nil {
		return nil, err
	}
	for name, sid := range vars {
		if name == "AccountSid" || name == "Sid" && strings.HasPrefix(sid, "QE") {
			continue
		}
		if r.things[sid] == nil {
			return nil, &denial{http.StatusNotFound, 20404, "there is no " + sid}
		}
	}
	return r.answer(req.Method, template, vars, req.URL.Query(), form)
}

func (r *Registry) answer(method, template string, vars map[string]string, query, form url.Values) (any, error) {
	switch method + " " + template {
	case "POST /v1/CustomerProfiles":
		return r.create("CustomerProfiles", "BU", form)
	case "POST /v1/TrustProducts":
		return r.create("TrustProducts", "BU", form)
	case "POST /v1/EndUsers":
		return r.create("EndUsers", "IT", form)
	case "POST /v1/SupportingDocuments":
		return r.create("SupportingDocuments", "RD", form)
	case "POST /2010-04-01/Accounts/{AccountSid}/Addresses.json":
		return r.create("Addresses", "AD", form)
	case "POST /v1/Services":
		return r.create("Services", "MG", form)
	case "POST /v1/EndUsers/{Sid}", "POST /2010-04-01/Accounts/{AccountSid}/Addresses/{Sid}.json":
		return r.update(r.things[vars["Sid"]], form)
	case "POST /v1/CustomerProfiles/{Sid}", "POST /v1/TrustProducts/{Sid}":
		return r.submit(r.things[vars["Sid"]], form)
	case "POST /v1/CustomerProfiles/{CustomerProfileSid}/EntityAssignments":
		return r.assign(vars["CustomerProfileSid"], form)
	case "POST /v1/TrustProducts/{TrustProductSid}/EntityAssignments":
		return r.assign(vars["TrustProductSid"], form)
	case "POST /v1/CustomerProfiles/{CustomerProfileSid}/Evaluations":
		return r.evaluate(r.things[vars["CustomerProfileSid"]], 4, form)
	case "POST /v1/TrustProducts/{TrustProductSid}/Evaluations":
		return r.evaluate(r.things[vars["TrustProductSid"]], 2, form)
	case "GET /v1/CustomerProfiles/{Sid}", "GET /v1/TrustProducts/{Sid}", "GET /v1/EndUsers/{Sid}", "GET /v1/Services/{Sid}":
		return r.show(r.things[vars["Sid"]]), nil
	case "GET /v1/CustomerProfiles":
		return r.list("results", "CustomerProfiles", query, ""), nil
	case "GET /v1/TrustProducts":
		return r.list("results", "TrustProducts", query, ""), nil
	case "GET /v1/EndUsers":
		return r.list("results", "EndUsers", query, ""), nil
	case "GET /v1/SupportingDocuments":
		return r.list("results", "SupportingDocuments", query, ""), nil
	case "GET /v1/CustomerProfiles/{CustomerProfileSid}/EntityAssignments":
		return r.list("results", "assignment", query, vars["CustomerProfileSid"]), nil
	case "GET /v1/TrustProducts/{TrustProductSid}/EntityAssignments":
		return r.list("results", "assignment", query, vars["TrustProductSid"]), nil
	case "GET /2010-04-01/Accounts/{AccountSid}/Addresses.json":
		return r.list("addresses", "Addresses", query, ""), nil
	case "GET /2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json":
		return r.list("incoming_phone_numbers", "number", query, ""), nil
	case "GET /v1/Services":
		return r.list("services", "Services", query, ""), nil
	case "GET /v1/Services/{ServiceSid}/PhoneNumbers":
		return r.list("phone_numbers", "pool", query, vars["ServiceSid"]), nil
	case "GET /v1/Tollfree/Verifications":
		all := []any{}
		for _, sid := range slices.Sorted(maps.Keys(r.free)) {
			all = append(all, map[string]any{"sid": "HH" + sid[2:], "tollfree_phone_number_sid": sid, "status": r.free[sid]})
		}
		return map[string]any{"verifications": all, "meta": map[string]any{}}, nil
	}
	return r.messagingAnswer(method, template, vars, query, form)
}
