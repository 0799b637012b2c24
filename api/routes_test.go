package api

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

// document is what the tests read of the API document.
type document struct {
	OpenAPI    string `json:"openapi"`
	Info       struct{ Title, Version string }
	Paths      map[string]map[string]operation
	Components struct {
		Schemas         map[string]json.RawMessage
		SecuritySchemes map[string]json.RawMessage
	}
}

type operation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Parameters  []struct {
		Name, In string
		Required bool
		Schema   json.RawMessage
	}
	RequestBody struct {
		Content map[string]struct{ Schema json.RawMessage }
	}
	Responses map[string]struct {
		Description string
		Content     map[string]struct{ Schema json.RawMessage }
	}
	Security []map[string][]string
}

func apiDocument(h *house) (document, string) {
	h.t.Helper()
	a := h.must(h.request("GET", "/v1/openapi.json", "", "Authorization: "), 200)
	var d document
	if err := json.Unmarshal([]byte(a.body), &d); err != nil {
		h.t.Fatal(err)
	}
	return d, a.body
}

// bodiless are the POSTs that say all in their path.
var bodiless = regexp.MustCompile(`/(resend|rotate|test|redeliver|sync|preflight|submit|refresh|repeat|confirm|logout|takeover|cancel|promote)$`)

// Every route is in the document, and every line of the document is a route that answers.
func TestDocumentAndRoutesAreOne(t *testing.T) {
	inHouse(t, func(h *house) {
		d, _ := apiDocument(h)
		var documented, routed, mounted []string
		for path, ops := range d.Paths {
			for method := range ops {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
		for _, r := range table() {
			if routed = append(routed, r.method+" "+r.path); r.forConsole() {
				documented = append(documented, r.method+" "+r.path) // pages for people are left out
			}
		}
		for _, r := range h.s.App().GetRoutes() {
			if r.Method != "HEAD" && r.Method != "OPTIONS" {
				parts := strings.Split(r.Path, "/")
				for i, p := range parts {
					if name, ok := strings.CutPrefix(p, ":"); ok {
						parts[i] = "{" + name + "}"
					}
				}
				mounted = append(mounted, r.Method+" "+strings.Join(parts, "/"))
			}
		}
		for _, list := range [][]string{documented, routed, mounted} {
			slices.Sort(list)
		}
		if !slices.Equal(documented, routed) || !slices.Equal(mounted, routed) {
			t.Errorf("documented %q\n    routed %q\n   mounted %q", documented, routed, mounted)
		}
	})
}

func TestDocumentIsValid(t *testing.T) {
	inHouse(t, func(h *house) {
		d, text := apiDocument(h)
		if !strings.HasPrefix(d.OpenAPI, "3.1") || d.Info.Title == "" || d.Info.Version == "" {
			t.Errorf("openapi %q, info %+v", d.OpenAPI, d.Info)
		}
		if len(d.Components.SecuritySchemes) != 1 {
			t.Errorf("security schemes: %v", d.Components.SecuritySchemes)
		}
		seen := map[string]bool{}
		for path, ops := range d.Paths {
			for method, op := range ops {
				name := method + " " + path
				if op.OperationID == "" || seen[op.OperationID] || op.Summary == "" {
					t.Errorf("%s: operation ID %q is empty or used twice, or the summary %q is empty", name, op.OperationID, op.Summary)
				}
				seen[op.OperationID] = true
				for _, m := range pathParams.FindAllStringSubmatch(path, -1) {
					if !slices.ContainsFunc(op.Parameters, func(p struct {
						Name, In string
						Required bool
						Schema   json.RawMessage
					}) bool {
						return p.Name == m[1] && p.In == "path" && p.Required
					}) {
						t.Errorf("%s: path parameter %s is not described: %+v", name, m[1], op.Parameters)
					}
				}
				if len(op.Responses) < 2 || op.Responses["default"].Content["application/json"].Schema == nil {
					t.Errorf("%s: responses %v", name, slices.Collect(maps.Keys(op.Responses)))
				}
				if (method == "put" || method == "post" && !bodiless.MatchString(path)) && op.RequestBody.Content[bodyKind(path)].Schema == nil {
					t.Errorf("%s: no request body", name)
				}
			}
		}
		for rest := text; ; {
			_, after, found := strings.Cut(rest, `"$ref":"#/components/schemas/`)
			if !found {
				break
			}
			name, tail, _ := strings.Cut(after, `"`)
			if d.Components.Schemas[name] == nil {
				t.Errorf("$ref to %s, which is not there", name)
			}
			rest = tail
		}
		for name := range d.Components.Schemas {
			if strings.ContainsAny(name, "[]/ ") || strings.Contains(name, "Github") || strings.HasPrefix(name, "Wire") {
				t.Errorf("schema name %q is Go's, not ours", name)
			}
		}
	})
}

// bodyKind is the content type of a route's body.
func bodyKind(path string) string {
	switch {
	case strings.HasPrefix(path, carrierPath):
		return "application/x-www-form-urlencoded"
	case path == importPath:
		return "text/csv"
	}
	return "application/json"
}

// mays says, independently of the code, who may use each route: the first letters of roles in order support, administrator,
// manager, dispatcher, csr, office, and p for a publishable key.
var mays = map[string]string{
	"POST /v1/session-events":          "samdc p",
	"GET /v1/sessions":                 "samdco",
	"GET /v1/sessions/{id}":            "samdco",
	"GET /v1/sessions/{id}/trace":      "samdco",
	"POST /v1/sessions/{id}/handled":   "samdc",
	"POST /v1/sessions/{id}/resend":    "samdc",
	"GET /v1/account":                  "sam",
	"PUT /v1/account":                  "sam",
	"GET /v1/registration":             "sam",
	"GET /v1/phone-numbers":            "sam",
	"PUT /v1/phone-numbers/{id}":       "sam",
	"GET /v1/facts":                    "sam",
	"PUT /v1/facts":                    "sam",
	"GET /v1/alarms":                   "samdco",
	"GET /v1/schedulers":               "sam",
	"POST /v1/schedulers":              "sam",
	"GET /v1/schedulers/{id}":          "sam",
	"PUT /v1/schedulers/{id}":          "sam",
	"DELETE /v1/schedulers/{id}":       "sam",
	"GET /v1/schedulers/{id}/windows":  "samdco",
	"PUT /v1/schedulers/{id}/windows":  "sam",
	"GET /v1/opt-outs":                 "samdc",
	"POST /v1/opt-outs":                "samdc",
	"DELETE /v1/opt-outs":              "samdc",
	"DELETE /v1/opt-outs/{phone}":      "samdc",
	"GET /v1/reports/funnel":           "samdco",
	"GET /v1/reports/withheld":         "samdco",
	"GET /v1/api-keys":                 "sa",
	"POST /v1/api-keys":                "sa",
	"DELETE /v1/api-keys":              "sa",
	"DELETE /v1/api-keys/{id}":         "sa",
	"GET /v1/simulator/messages":       "sam",
	"POST /v1/simulator/inbound":       "sam",
	"GET /v1/simulator/faults":         "sam",
	"PUT /v1/simulator/faults":         "sam",
	"GET /l/{token}":                   "open",
	"GET /healthz":                     "open",
	"GET /readyz":                      "open",
	"GET /metrics":                     "open",
	"GET /v1/openapi.json":             "open",
	"GET /v1/webhooks":                 "sam",
	"POST /v1/webhooks":                "sam",
	"DELETE /v1/webhooks":              "sam",
	"GET /v1/webhooks/{id}":            "sam",
	"PUT /v1/webhooks/{id}":            "sam",
	"DELETE /v1/webhooks/{id}":         "sam",
	"POST /v1/webhooks/{id}/rotate":    "sam",
	"POST /v1/webhooks/{id}/test":      "sam",
	"GET /v1/webhooks/{id}/deliveries": "sam",
	"POST /v1/webhooks/{id}/deliveries/{delivery}/redeliver": "sam",
	"GET /v1/schedulers/{id}/availability":                   "samdcop",
	"GET /v1/bookings":                                       "samdco",
	"POST /v1/bookings":                                      "samdc p",
	"POST /v1/bookings/import":                               "samdc",
	"GET /v1/bookings/{id}":                                  "samdco",
	"PUT /v1/bookings/{id}":                                  "samdc",
	"GET /v1/threads":                                        "samdco",
	"GET /v1/threads/{id}":                                   "samdco",
	"POST /v1/threads/{id}/messages":                         "samdc",
	"POST /v1/threads/{id}/takeover":                         "samdc",
	"POST /v1/threads/{id}/release":                          "samdc",
	"POST /v1/rehearsals":                                    "sam",
	"POST /v1/rehearsals/replay":                             "sam",
	"POST /v1/replays":                                       "sam",
	"GET /v1/replays":                                        "sam",
	"GET /v1/replays/{id}":                                   "sam",
	"GET /v1/replays/{id}/differences":                       "sam",
	"POST /v1/replays/{id}/cancel":                           "sam",
	"DELETE /v1/replays/{id}":                                "sam",
	"GET /console/replays":                                   "sam",
	"POST /console/replays":                                  "sam",
	"GET /console/replays/{id}":                              "sam",
	"POST /console/replays/{id}/cancel":                      "sam",
	"POST /console/replays/{id}/delete":                      "sam",
	"POST /v1/sessions/{id}/rehearse":                        "samdc",
	"GET /v1/script-tests":                                   "sam",
	"POST /v1/script-tests":                                  "sam",
	"POST /v1/script-tests/run":                              "sam",
	"GET /v1/script-tests/{id}":                              "sam",
	"PUT /v1/script-tests/{id}":                              "sam",
	"DELETE /v1/script-tests/{id}":                           "sam",
	"POST /v1/script-tests/{id}/run":                         "sam",
	"GET /console/tests":                                     "sam",
	"POST /console/tests":                                    "sam",
	"POST /console/tests/run":                                "sam",
	"GET /console/tests/{id}":                                "sam",
	"POST /console/tests/{id}":                               "sam",
	"POST /console/tests/{id}/run":                           "sam",
	"POST /console/tests/{id}/delete":                        "sam",
	"GET /v1/scripts":                                        "sam",
	"GET /v1/scripts/{name}":                                 "sam",
	"PUT /v1/scripts/{name}":                                 "sam",
	"DELETE /v1/scripts/{name}":                              "sam",
	"POST /v1/scripts/{name}/activate":                       "sam",
	"GET /v1/scripts/{name}/versions":                        "sam",
	"GET /v1/scripts/{name}/diff":                            "sam",
	"GET /v1/canaries":                                       "sam",
	"GET /v1/scripts/{name}/canary":                          "sam",
	"PUT /v1/scripts/{name}/canary":                          "sam",
	"DELETE /v1/scripts/{name}/canary":                       "sam",
	"POST /v1/scripts/{name}/canary/promote":                 "sam",
	"POST /v1/scripts/{name}/preview":                        "sam",
	"GET /v1/prefill/{token}":                                "samdc p",
	"GET /widget.js":                                         "open",
	"GET /widget.d.ts":                                       "open",
	"GET /book/{scheduler}":                                  "open",
	"GET /book/{scheduler}/theme.css":                        "open",
	"GET /assets/{file}":                                     "open",
	"GET /demo":                                              "open",
	"GET /simulator/phone":                                   "open",
	"GET /simulator/phone/messages":                          "open",
	"POST /simulator/phone/messages":                         "open",
	"POST /webhooks/twilio/inbound":                          "open",
	"POST /webhooks/twilio/registration":                     "open",
	"POST /webhooks/twilio/status":                           "open",
	"PUT /v1/registration":                                   "sam",
	"POST /v1/registration/preflight":                        "sam",
	"POST /v1/registration/submit":                           "sa",
	"POST /v1/registration/adopt":                            "sa",
	"GET /v1/registration/services":                          "sa",
	"POST /v1/registration/refresh":                          "sam",
	"POST /v1/registration/repeat":                           "sa",
	"POST /v1/registration/confirm":                          "sa",
	"POST /v1/phone-numbers/sync":                            "sam",
	"GET /v1/users":                                          "sa",
	"POST /v1/users":                                         "sa",
	"PUT /v1/users/{id}":                                     "sa",
	"DELETE /v1/users":                                       "sa",
	"DELETE /v1/users/{id}":                                  "sa",
	"GET /v1/audit":                                          "sa",
	"GET /console":                                           "samdco",
	"GET /console/events":                                    "samdco",
	"GET /console/inbox":                                     "samdco",
	"GET /console/inbox/{id}":                                "samdco",
	"POST /console/inbox/{id}/reply":                         "samdc",
	"POST /console/inbox/{id}/seen":                          "samdc",
	"POST /console/inbox/{id}/settle":                        "samdc",
	"POST /console/inbox/{id}/typing":                        "samdc",
	"POST /console/inbox/{id}/takeover":                      "samdc",
	"POST /console/inbox/{id}/release":                       "samdc",
	"POST /console/inbox/{id}/opt-out":                       "samdc",
	"GET /console/sessions":                                  "samdco",
	"GET /console/sessions/{id}":                             "samdco",
	"POST /console/inbox/{id}/book":                          "samdc", "GET /console/bookings/{id}": "samdco", "POST /console/bookings/{id}/move": "samdc", "POST /console/bookings/{id}/correct": "samdc", "POST /console/bookings/{id}/cancel": "samdc",
	"POST /console/calendar/{id}/book": "samdc", "GET /console/scripts/{name}/remove": "sam", "POST /console/scripts/{name}/remove": "sam", "POST /console/setup/schedulers/{id}/services": "sam",
	"POST /console/sessions/{id}/handled":   "samdc",
	"POST /console/sessions/{id}/resend":    "samdc",
	"GET /console/reports":                  "samdco",
	"GET /console/canary":                   "sam",
	"POST /console/canary":                  "sam",
	"POST /console/canary/{name}/promote":   "sam",
	"POST /console/canary/{name}/end":       "sam",
	"GET /console/calendar":                 "samdco",
	"POST /console/calendar/{id}/windows":   "sam",
	"POST /console/calendar/{id}/days":      "sam",
	"POST /console/calendar/{id}/weekly":    "sam",
	"GET /console/scripts":                  "sam",
	"POST /console/scripts":                 "sam",
	"GET /console/scripts/{name}":           "sam",
	"POST /console/scripts/{name}":          "sam",
	"POST /console/scripts/{name}/preview":  "sam",
	"POST /console/scripts/{name}/talk":     "sam",
	"POST /console/scripts/{name}/activate": "sam",
	"POST /console/scripts/{name}/test":     "sam",
	"POST /console/scripts/{name}/override": "sa",
	"GET /console/login":                    "open",
	"POST /console/login":                   "open",
	"POST /console/logout":                  "open",
	"GET /console/welcome":                  "open",
	"POST /console/welcome":                 "open",

	"GET /console/setup":                                                   "sam",
	"POST /console/setup/gate":                                             "sa",
	"GET /console/setup/registration":                                      "sam",
	"GET /console/setup/registration/{id}":                                 "sam",
	"POST /console/setup/registration/{id}":                                "sam",
	"POST /console/setup/submit":                                           "sa",
	"POST /console/setup/refresh":                                          "sam",
	"POST /console/setup/repeat":                                           "sa",
	"POST /console/setup/confirm":                                          "sa",
	"GET /console/setup/adopt":                                             "sa",
	"POST /console/setup/adopt":                                            "sa",
	"GET /console/setup/numbers":                                           "sam",
	"POST /console/setup/numbers/sync":                                     "sam",
	"POST /console/setup/numbers/{id}":                                     "sam",
	"GET /console/setup/schedulers":                                        "sam",
	"POST /console/setup/schedulers":                                       "sam",
	"GET /console/setup/schedulers/{id}":                                   "sam",
	"POST /console/setup/schedulers/{id}":                                  "sam",
	"POST /console/setup/schedulers/{id}/page":                             "sam",
	"POST /console/setup/schedulers/{id}/remove":                           "sam",
	"GET /console/people":                                                  "samdc",
	"GET /console/people/{phone}":                                          "samdc",
	"POST /console/people/{phone}/opt-out":                                 "samdc",
	"POST /console/people/{phone}/opt-in":                                  "samdc",
	"POST /console/people/{phone}/erase":                                   "sam",
	"GET /console/settings":                                                "sam",
	"POST /console/settings":                                               "sam",
	"GET /console/settings/rules":                                          "sam",
	"POST /console/settings/rules":                                         "sam",
	"GET /console/settings/facts":                                          "sam",
	"POST /console/settings/facts":                                         "sam",
	"GET /console/settings/users":                                          "sa",
	"POST /console/settings/users":                                         "sa",
	"GET /console/settings/users/{id}":                                     "sa",
	"POST /console/settings/users/{id}":                                    "sa",
	"POST /console/settings/users/{id}/link":                               "sa",
	"POST /console/settings/users/{id}/remove":                             "sa",
	"GET /console/settings/keys":                                           "sa",
	"POST /console/settings/keys":                                          "sa",
	"POST /console/settings/keys/{id}/remove":                              "sa",
	"GET /console/settings/webhooks":                                       "sam",
	"POST /console/settings/webhooks":                                      "sam",
	"GET /console/settings/webhooks/{id}":                                  "sam",
	"POST /console/settings/webhooks/{id}":                                 "sam",
	"POST /console/settings/webhooks/{id}/test":                            "sam",
	"POST /console/settings/webhooks/{id}/rotate":                          "sam",
	"POST /console/settings/webhooks/{id}/remove":                          "sam",
	"POST /console/settings/webhooks/{id}/deliveries/{delivery}/redeliver": "sam",
	"GET /console/settings/backups":                                        "sa",
	"POST /console/settings/backups":                                       "sa",
	"GET /console/settings/backups/{file}":                                 "sa",
	"POST /console/settings/backups/{file}/prove":                          "sa",
	"POST /console/settings/backups/{file}/remove":                         "sa",
	"GET /console/settings/audit":                                          "sa",
	"GET /console/settings/about":                                          "sam",

	"GET /v1/people/{phone}/evidence": "sam",
	"DELETE /v1/people/{phone}":       "sam",
}

var letters = map[booking.Role]string{booking.RoleSupport: "s", booking.RoleAdministrator: "a", booking.RoleManager: "m",
	booking.RoleDispatcher: "d", booking.RoleCSR: "c", booking.RoleOffice: "o", booking.RolePublishable: "p"}

func TestEveryRoleOnEveryRoute(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, r := range table() {
			name := r.method + " " + r.path
			may, listed := mays[name]
			if !listed {
				t.Errorf("%s: the test does not know who may use it", name)
				continue
			}
			path := strings.NewReplacer("{id}", "nobody-has-this-id", "{name}", "nobody-has-this-name", "{phone}", "x", "{token}", "x", "{delivery}", "x", "{file}", "x", "{scheduler}", "nobody-has-this-id").Replace(r.path)
			anonymous := h.request(r.method, path, "not json", "Authorization: ")
			wrong := h.request(r.method, path, "not json", "Authorization: Bearer guessed")
			if may == "open" {
				if anonymous.status == 401 || wrong.status == 401 {
					t.Errorf("%s: asks for a key: %d %d", name, anonymous.status, wrong.status)
				}
				continue
			}
			if r.forConsole() {
				if anonymous.status != 303 || anonymous.header.Get("Location") != "/console/login" {
					t.Errorf("%s for a browser that is not signed in: %d to %s", name, anonymous.status, anonymous.header.Get("Location"))
				}
			} else if anonymous.status != 401 || anonymous.code() != "missing_key" || anonymous.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s without a key: %d %s", name, anonymous.status, anonymous.body)
			}
			if wrong.status != 401 || wrong.code() != "unknown_key" {
				t.Errorf("%s with a wrong key: %d %s", name, wrong.status, wrong.body)
			}
			for role, letter := range letters {
				got := h.request(r.method, path, "not json", "Authorization: Bearer "+h.key(role))
				allowed := strings.Contains(may, letter)
				if refused := got.status == 403 && got.code() == "forbidden"; refused == allowed {
					t.Errorf("%s as %s: %d %s, allowed should be %v", name, role, got.status, got.body, allowed)
				}
			}
		}
		if n := h.sessions(); n != 0 {
			t.Errorf("%d sessions were made by refused or unreadable requests", n)
		}
	}, func(o *Options) { o.Limits.Failures = Limit{1000, 1000} })
}

func TestUnknownPathsAndMethodsAreToldInOurWords(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, c := range []struct {
			method, path string
			status       int
			code         string
		}{
			{"GET", "/", 404, "not_found"},
			{"GET", "/v1", 404, "not_found"},
			{"GET", "/v1/nothing", 404, "not_found"},
			{"GET", "/V1/account", 404, "not_found"},
			{"GET", "/v1/account/", 404, "not_found"},
			{"GET", "//v1/account", 404, "not_found"},
			{"GET", "/v1/sessions/", 404, "not_found"},
			{"GET", "/v1/../v1/account", 404, "not_found"},
			{"GET", "/v1/%61ccount", 404, "not_found"},
			{"GET", "/v1/sessions/..%2f..%2faccount", 404, "not_found"},
			{"GET", "/v1/sessions/%00", 404, "not_found"},
			{"GET", "/v1/sessions/%zz", 404, "not_found"},
			{"GET", "/v1/sessions/" + strings.Repeat("a", 5000), 404, "not_found"},
			{"GET", "/v1/sessions/a/b/c", 404, "not_found"},
			{"POST", "/v1/account", 405, "method_not_allowed"},
			{"DELETE", "/v1/sessions", 405, "method_not_allowed"},
			{"PATCH", "/v1/account", 405, "method_not_allowed"},
			{"TRACE", "/v1/account", 405, "method_not_allowed"},
			{"OPTIONS", "/v1/account", 405, "method_not_allowed"},
			{"GET", "/v1/session-events", 405, "method_not_allowed"},
		} {
			a := h.request(c.method, c.path, "")
			if a.status != c.status || a.code() != c.code {
				t.Errorf("%s %.40s: %d %s, want %d %s", c.method, c.path, a.status, a.body, c.status, c.code)
			}
			if c.status == 405 && a.header.Get("Allow") == "" {
				t.Errorf("%s %s: no Allow header", c.method, c.path)
			}
		}
	})
}

func TestEveryAnswerCarriesTheHouseHeaders(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, path := range []string{"/v1/account", "/healthz", "/nowhere", "/l/unknownunknownunknown"} {
			a := h.request("GET", path, "")
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
				"Date": "Tue, 10 Mar 2026 14:00:00 GMT", "Server": "", "X-Powered-By": "", "Access-Control-Allow-Origin": "",
			} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", path, name, got, want)
				}
			}
		}
		seen := map[string]bool{}
		for range 100 {
			id := h.request("GET", "/healthz", "").header.Get("X-Request-Id")
			if id == "" || seen[id] {
				t.Fatalf("request ID %q is empty or used twice", id)
			}
			seen[id] = true
		}
		for given, kept := range map[string]bool{"abc-123_x.y": true, "with space": false, strings.Repeat("a", 65): false, "a\tb": false, "<script>": false} {
			if got := h.request("GET", "/healthz", "", "X-Request-Id: "+given).header.Get("X-Request-Id"); (got == given) != kept {
				t.Errorf("X-Request-Id %q came back as %q, kept should be %v", given, got, kept)
			}
		}
	})
}
