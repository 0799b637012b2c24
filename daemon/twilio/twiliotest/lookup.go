package twiliotest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

const lookupPath = "/v2/PhoneNumbers/"

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// Line says what a lookup of a number gives: a line type, or an error code; "404": there is no such number.
func (f *Fake) Line(number, kind string, code int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lines == nil {
		f.lines = map[string]line{}
	}
	f.lines[number] = line{kind, code}
}

type line struct {
	kind string
	code int
}

// LookedUp counts the lookups that would have been charged.
func (f *Fake) LookedUp() int { f.mu.Lock(); defer f.mu.Unlock(); return f.lookedUp }

// lookup answers a lookup of a number's line type. Its document is not among the embedded ones, so the request is judged here.
func (f *Fake) lookup(req *http.Request) (int, any) {
	number := strings.TrimPrefix(req.URL.Path, lookupPath)
	query := req.URL.Query()
	if host := req.URL.Hostname(); strings.HasSuffix(host, "twilio.com") && host != "lookups.twilio.com" {
		f.o.Fail("a lookup goes to %s", host)
	}
	if req.Method != http.MethodGet || !e164.MatchString(number) || len(query) != 1 || query.Get("Fields") != "line_type_intelligence" {
		f.o.Fail("%s %s?%s is no lookup of a line type", req.Method, req.URL.Path, url.Values(query).Encode())
		return refused(http.StatusBadRequest, 20001, "Bad request")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	known := f.lines[number]
	if known.kind == "404" {
		return notFound(req.URL.Path)
	}
	f.lookedUp++
	told := map[string]any{"type": null(known.kind), "carrier_name": nil, "mobile_country_code": nil, "mobile_network_code": nil, "error_code": nil}
	if known.code != 0 {
		told["error_code"] = known.code
	}
	return http.StatusOK, map[string]any{"calling_country_code": "1", "country_code": "US", "phone_number": number, "national_format": number, "valid": true,
		"validation_errors": nil, "line_type_intelligence": told, "caller_name": nil, "sim_swap": nil, "call_forwarding": nil, "line_status": nil,
		"identity_match": nil, "reassigned_number": nil, "sms_pumping_risk": nil, "url": "https://lookups.twilio.com" + req.URL.Path}
}
