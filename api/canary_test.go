package api

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// worded is a template of one's own.
func wordedSource(hello string) string {
	return "function render(ctx)\n  return '" + hello + " ' .. ctx.business.name .. ': ' .. ctx.link .. ' Reply STOP to opt out.'\nend"
}

// The story of a trial: two versions at once, each person with one of them, the results side by side, and one call to end it either way.
func TestAVersionIsTriedOnSomePersonsFirst(t *testing.T) {
	inHouse(t, func(h *house) {
		manager := "Authorization: Bearer " + h.key(booking.RoleManager)
		const script, path = "/v1/scripts/follow_up_link", "/v1/scripts/follow_up_link/canary"
		for _, hello := range []string{"Old", "New"} {
			h.must(h.request("PUT", script, source(wordedSource(hello)), manager), 200)
		}
		h.must(h.request("POST", script+"/activate", `{"version":1}`, manager), 200)

		for _, x := range []struct {
			name, method, path, body string
			status                   int
			code                     string
		}{
			{"none yet", "GET", path, "", 404, "no_canary"},
			{"no such script", "GET", "/v1/scripts/nothing/canary", "", 404, "unknown_script"},
			{"nothing to promote", "POST", path + "/promote", "", 404, "no_canary"},
			{"nothing to end", "DELETE", path, "", 404, "no_canary"},
			{"no version", "PUT", path, `{"percent":10}`, 422, "missing"},
			{"no percentage", "PUT", path, `{"version":2}`, 422, "missing"},
			{"nobody", "PUT", path, `{"version":2,"percent":0}`, 422, "out_of_range"},
			{"everybody", "PUT", path, `{"version":2,"percent":100}`, 422, "out_of_range"},
			{"the one in use", "PUT", path, `{"version":1,"percent":10}`, 422, "canary_same_version"},
			{"no such version", "PUT", path, `{"version":9,"percent":10}`, 404, "unknown_version"},
			{"a typo", "PUT", path, `{"version":2,"percentage":10}`, 400, "unknown_field"},
		} {
			if a := h.request(x.method, x.path, x.body, manager); a.status != x.status || a.code() != x.code {
				t.Errorf("%s: %d %s, want %d %s", x.name, a.status, a.body, x.status, x.code)
			}
		}
		began := h.must(h.request("PUT", path, `{"version":2,"percent":50,"note":"shorter"}`, manager), 200)
		if began.get("state") != "running" || began.get("stable") != "1" || began.get("by") != "manager" || began.get("note") != "shorter" || strings.Contains(began.body, "salt") {
			t.Errorf("begun: %s", began.body)
		}
		if a := h.request("PUT", path, `{"version":0,"percent":10}`, manager); a.status != 409 || a.code() != "canary_running" {
			t.Errorf("a second canary: %d %s", a.status, a.body)
		}
		for i := range 40 {
			h.left(fmt.Sprint("c", i), fmt.Sprintf("+1614555%04d", 100+i))
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		got := h.must(h.request("GET", path, "", manager), 200)
		all, _, err := h.carrier.Messages("", 1000)
		if err != nil {
			t.Fatal(err)
		}
		tried := 0
		for _, m := range all {
			if strings.HasPrefix(m.Body, "New") {
				tried++
			}
		}
		if got.get("sides.0.version") != "1" || got.get("sides.1.version") != "2" || got.get("sides.1.sent") != fmt.Sprint(tried) || got.get("sides.0.sent") != fmt.Sprint(40-tried) || tried < 8 || tried > 32 {
			t.Errorf("%d of 40 texts are of the tried version: %s", tried, got.body)
		}
		if got.get("compared.4.metric") != "booked" || got.get("compared.4.word") != "too_few" || !strings.HasPrefix(got.get("words"), "Too few persons yet") || got.get("opt_outs.limit") != "20" {
			t.Errorf("compared: %s", got.body)
		}
		if a := h.must(h.request("GET", "/v1/canaries", "", manager), 200); a.get("items.0.script") != "follow_up_link" {
			t.Errorf("all: %s", a.body)
		}
		if a := h.must(h.request("GET", "/v1/audit", ""), 200); strings.Contains(a.body, `"kind":"canary"`) != true || strings.Contains(a.body, `"salt":"(secret)"`) != true {
			t.Errorf("audit: %.600s", a.body)
		}
		if a := h.must(h.request("POST", path+"/promote", "", manager), 200); a.get("state") != "promoted" {
			t.Errorf("promoted: %s", a.body)
		}
		if a := h.request("GET", script, "", manager); a.get("active") != "2" || a.get("previous") != "1" {
			t.Errorf("after the promotion: %s", a.body)
		}
		h.must(h.request("PUT", path, `{"version":1,"percent":5}`, manager), 200)
		if a := h.must(h.request("DELETE", path, "", manager), 200); a.get("state") != "ended" || a.get("reason") != "ended by manager" {
			t.Errorf("ended: %s", a.body)
		}
		if a := h.request("POST", path+"/promote", "", manager); a.status != 409 || a.code() != "canary_over" {
			t.Errorf("promoted after its end: %d %s", a.status, a.body)
		}
	})
}

func TestTheConsoleTriesAVersion(t *testing.T) {
	inHouse(t, func(h *house) {
		ada, bob := h.signedIn("Ada", "manager"), h.signedIn("Bob", "dispatcher")
		if a := h.page("/console/canary", bob); a.status != 403 || strings.Contains(h.page("/console", bob).body, "/console/canary") {
			t.Errorf("a dispatcher: %d %s", a.status, a.body)
		}
		if a := h.page("/console/canary", ada); a.status != 200 || !strings.Contains(a.body, "No version was tried yet") || !strings.Contains(a.body, "There is no version beside") {
			t.Errorf("an empty house: %s", a.body)
		}
		h.must(h.request("PUT", "/v1/scripts/follow_up_link", source(wordedSource("New"))), 200)
		if a := h.page("/console/canary", ada); !strings.Contains(a.body, `<option value="follow_up_link@1">`) || strings.Contains(a.body, "follow_up_link@0") {
			t.Errorf("what can be tried: %s", a.body)
		}
		for _, fields := range []url.Values{{"version": {"follow_up_link@1"}, "percent": {"100"}, "note": {"why <b>"}}, {"version": {"follow_up_link@1"}, "percent": {"many"}}, {"version": {""}, "percent": {"5"}},
			{"version": {"follow_up_link@7"}, "percent": {"5"}}} {
			if a := h.press("/console/canary", ada, fields); a.status != 422 && a.status != 404 || !strings.Contains(a.body, `role="alert"`) || strings.Contains(a.body, "why <b>") {
				t.Errorf("%v: %d %s", fields, a.status, a.body)
			}
		}
		if a := h.press("/console/canary", ada, url.Values{"version": {"follow_up_link@1"}, "percent": {"30"}}); a.status != 303 {
			t.Fatalf("begun: %d %s", a.status, a.body)
		}
		for i := range 10 {
			h.left(fmt.Sprint("c", i), fmt.Sprintf("+1614555%04d", 100+i))
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		a := h.page("/console/canary", ada)
		for _, want := range []string{"follow_up_link: Version 1 beside Version 0 (built in)", "30 % of the people", "begun by Ada", "Too few persons yet", "Opened the link", `<th scope="row">Version 1</th>`, "Version 1 for everybody", "<svg"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if a := h.press("/console/canary/follow_up_link/end", bob, url.Values{}); a.status != 403 {
			t.Errorf("a dispatcher ended it: %d", a.status)
		}
		if a := h.press("/console/canary/follow_up_link/promote", ada, url.Values{}); a.status != 303 {
			t.Fatalf("promoted: %d %s", a.status, a.body)
		}
		if a := h.page("/console/canary", ada); !strings.Contains(a.body, "Used for everybody") || strings.Contains(a.body, "for everybody</button>") {
			t.Errorf("after the promotion: %s", a.body)
		}
		if a := h.press("/console/canary/nothing/promote", ada, url.Values{}); a.status != 404 || !strings.Contains(a.body, `role="alert"`) {
			t.Errorf("promoted nothing: %d %s", a.status, a.body)
		}
	})
}
