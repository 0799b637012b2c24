package api

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A parameter that was mistyped would filter nothing: it is refused by its name, on every route that declares some.
func TestMistypedParametersAreRefused(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, r := range table() {
			if r.query == nil || !strings.HasPrefix(r.path, "/v1/") || r.path == eventsPath {
				continue
			}
			path := strings.NewReplacer("{id}", "web", "{name}", "agent", "{token}", "x", "{phone}", "x").Replace(r.path)
			a := h.request(r.method, path+"?stat=foo", "")
			if a.status != 400 || a.code() != "unknown_field" || a.field() != "stat" || !strings.Contains(a.get("error.hint"), queryNames(r.query)[0]) {
				t.Errorf("%s %s: %d %s", r.method, path, a.status, a.body)
			}
		}
		page := "Authorization: Basic none" // the key stands in the address
		h.play([]scene{
			{"one of two", "GET", "/v1/bookings?limit=1&frm=1", "", "", 400, "unknown_field frm"},
			{"case matters", "GET", "/v1/sessions?Status=texted", "", "", 400, "unknown_field Status"},
			{"twice", "GET", "/v1/sessions?limit=1&limit=2", "", "", 200, ""},
			{"marks of a campaign", "GET", "/book/web?utm_source=x", "", "", 200, ""},
			{"a page's own", "POST", "/v1/session-events?key=" + pageKey, `{"session":"s","event":"started"}`, page, 202, ""},
		})
	})
}

// Refusals that were told without their mend, or with a wrong one.
func TestRefusalsBringTheMend(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, c := range []struct {
			method, path, body string
			status             int
			code, says         string
		}{
			{"PUT", "/v1/account", `{"settings":{"holdout":"5"}}`, 400, "wrong_type", "without quotes and decimals, for example 5"},
			{"PUT", "/v1/account", `{"name":5}`, 400, "wrong_type", "in quotes"},
			{"PUT", "/v1/account", `{"settings":{"hours":{"weekday":"09:00"}}}`, 400, "wrong_type", "in brackets"},
			{"PUT", "/v1/schedulers/web", `{"availability":{"weekly":[{"days":["mon"],"from":"8:00","to":"12:00"}]}}`, 422, "invalid_time", `\"8:00\" is not a time of day"`},
			{"POST", "/v1/bookings/import", " \n", 400, "invalid_csv", "phone,first_name"},
			{"POST", "/v1/bookings/import", "phone;first_name\n6145550142;Ada\n", 400, "invalid_csv", "not by commas"},
			{"POST", "/v1/bookings/import", "phone\tfirst_name\n6145550142\tAda\n", 400, "invalid_csv", "not by commas"},
			{"POST", "/v1/bookings/import", "phone,booked_at\n6145550142,soon\n1\n", 200, "", `"hint":"for example 2026`},
			{"POST", "/v1/bookings/import", "phone,booked_at\n6145550142,soon\n1\n", 200, "", `"hint":"a field with a comma`},
			{"POST", "/v1/bookings", `{"source":"fax","customer":{"phone":"6145550142"}}`, 422, "unknown_source", "or page"},
			{"POST", "/v1/session-events", `{"scheduler":"We b","session":"s","event":"started"}`, 422, "invalid_id", "GET /v1/schedulers lists them"},
			{"PUT", "/v1/scripts/Bad%20Name", `{"source":"return {}"}`, 422, "invalid_script_name", "for example follow_up_link"},
			{"POST", "/v1/scripts/agent/preview", source("return {}", "version", 0), 422, "ambiguous", "leave one of them out"},
			{"POST", "/v1/scripts/mine/preview", source("function render(ctx) return 'It is ' .. os.time() end"), 200, "", "no clock"},
			{"PUT", "/v1/schedulers/web", `{"follow_up":{"template":"nope"}}`, 422, "unknown_script", "kind template: follow_up_link"},
			{"PUT", "/v1/schedulers/web", `{"follow_up":{"template":"agent"}}`, 422, "script_wrong_kind", "kind template: follow_up_link"},
		} {
			a := h.request(c.method, c.path, c.body)
			if a.status != c.status || a.code() != c.code || !strings.Contains(a.body, c.says) {
				t.Errorf("%s %s %.60s: %d %s; want %d %s with %q", c.method, c.path, c.body, a.status, a.body, c.status, c.code, c.says)
			}
		}
		if a := h.request("GET", "/v1/scripts", ""); !strings.Contains(a.body, `"name":"agent_words","kind":"module"`) {
			t.Errorf("scripts: %s", a.body)
		}
		h.must(h.request("PUT", "/v1/scripts/agent_words", source("return { en = {} }")), 200)
		h.must(h.request("POST", "/v1/scripts/agent_words/activate", `{"version":0}`), 200)
	})
}

// An opt-out told to the office can be lifted there, and the trace says so.
func TestTheMendOfAnOptOutIsOneThatWorks(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("POST", "/v1/opt-outs", `{"phone":"+16145550142"}`), 201)
		id := h.left("c1", "+16145550142")
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		trace := h.must(h.request("GET", "/v1/sessions/"+id+"/trace", ""), 200)
		if !strings.Contains(trace.body, "or the office on the customer's own word (DELETE /v1/opt-outs/{phone})") {
			t.Errorf("trace: %s", trace.body)
		}
		h.must(h.request("DELETE", "/v1/opt-outs/+16145550142", ""), 204)
	})
}

// A ping reaches a webhook that is switched off too, so that it can be tried before it is switched on.
func TestAPingReachesAWebhookThatIsOff(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.must(h.request("POST", "/v1/webhooks", `{"url":"https://crm.example.com/","events":["booking.created"],"enabled":false}`), 201).get("id")
		h.must(h.request("POST", "/v1/webhooks/"+id+"/test", ""), 202)
		synctest.Wait()
		if len(h.receivers.got) != 1 {
			t.Errorf("%d pings came", len(h.receivers.got))
		}
	})
}
