package api

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// dropStamp takes out when something was changed last.
func dropStamp(body string) string {
	return regexp.MustCompile(`,"updated_at":"[^"]*"`).ReplaceAllString(body, "")
}

// A script is removed on a page that says what depends on it; while something would miss it, it stays, with the reason.
func TestAScriptIsRemovedByForms(t *testing.T) {
	inHouse(t, func(h *house) {
		ada, bo := h.signedIn("Ada", "manager"), h.signedIn("Bo", "csr")
		const winter, words = "/console/scripts/winter", "/console/scripts/words"
		h.must(h.request("PUT", "/v1/scripts/words", source("local M = {}\nfunction M.hi() return 'Hi, finish here: ' end\nreturn M", "note", "")), 200)
		h.must(h.request("POST", "/v1/scripts/words/activate", `{"version":1}`), 200)
		h.must(h.request("PUT", "/v1/scripts/winter", source("local w = require 'words'\nfunction render(ctx) return w.hi() .. ctx.link .. ' Reply STOP to opt out.' end", "note", "")), 200)
		h.must(h.request("POST", "/v1/scripts/winter/activate", `{"version":1}`), 200)
		h.must(h.request("PUT", "/v1/schedulers/web", `{"name":"Web <b>site</b>","follow_up":{"template":"winter"}}`), 200)
		if a := h.page(winter, ada); !strings.Contains(a.body, `href="`+winter+`/remove"`) {
			t.Errorf("no way to it: %s", a.body)
		}
		for path, why := range map[string]string{winter: "Booking form <a href=\"/console/setup/schedulers/web\">Web &lt;b&gt;site&lt;/b&gt;</a> has chosen it", words: "The script <a href=\"/console/scripts/winter\">winter</a> loads it",
			"/console/scripts/agent": "is built in and has no versions of your own"} {
			a := h.page(path+"/remove", ada)
			if a.status != 200 || !strings.Contains(a.body, why) || !strings.Contains(a.body, "It cannot be removed now.") || strings.Contains(a.body, "Remove it for good") || strings.Contains(a.body, "/v1/") {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
			if a := h.press(path+"/remove", ada, url.Values{}); a.status != 409 || !strings.Contains(a.body, `role="alert"`) {
				t.Errorf("%s is removed all the same: %d %s", path, a.status, a.body)
			}
		}
		// Chosen no more, it goes; and then what only it had loaded.
		h.must(h.request("PUT", "/v1/schedulers/web", `{"follow_up":{"template":""}}`), 200)
		for _, path := range []string{winter, words} {
			if a := h.page(path+"/remove", ada); !strings.Contains(a.body, "It goes for good, with its 1 version") || !strings.Contains(a.body, "no booking form has chosen it") {
				t.Errorf("%s: %s", path, a.body)
			}
			for range 2 {
				if a := h.press(path+"/remove", ada, url.Values{}); a.status != 303 || a.header.Get("Location") != "/console/scripts?done=script.removed" {
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
			}
			if a := h.page(path+"/remove", ada); a.status != 404 {
				t.Errorf("%s afterwards: %d", path, a.status)
			}
		}
		if a := h.page("/console/scripts?done=script.removed", ada); strings.Contains(a.body, "winter") || !strings.Contains(a.body, "The script was removed.") {
			t.Errorf("the library: %s", a.body)
		}
		// Own versions of what is built in go while it is used: the built-in one is used again.
		h.must(h.request("PUT", "/v1/scripts/follow_up_link", source("function render(ctx) return 'Hi, finish here: ' .. ctx.link .. ' Reply STOP to opt out.' end", "note", "")), 200)
		h.must(h.request("POST", "/v1/scripts/follow_up_link/activate", `{"version":1}`), 200)
		if a := h.page("/console/scripts/follow_up_link/remove", ada); !strings.Contains(a.body, "The built-in version is used again at once.") {
			t.Errorf("the built-in one: %s", a.body)
		}
		if a := h.press("/console/scripts/follow_up_link/remove", ada, url.Values{}); a.status != 303 || h.must(h.request("GET", "/v1/scripts/follow_up_link", ""), 200).get("active") == "1" {
			t.Errorf("the built-in one: %d %s", a.status, a.body)
		}
		if a := h.page(winter+"/remove", bo); a.status != 403 {
			t.Errorf("who may not: %d", a.status)
		}
	})
}

// Everything that a booking form has in the API is changed in the console, and each form leaves alone what the others change.
func TestServicesAndScriptsAreKeptByForms(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		const path, services = "/console/setup/schedulers/web", "/console/setup/schedulers/web/services"
		const evil = `<img src=x onerror=alert(1)>`
		h.must(h.request("PUT", "/v1/schedulers/web", `{"color":"#336699","availability":{"weekly":[{"days":["mon"],"from":"08:00","to":"12:00"}],"exceptions":[{"date":"2026-03-17","windows":[{"from":"09:00","to":"10:00","capacity":3}]}]},
			"services":[{"name":"AC repair","keywords":["ac","air, conditioner"],"duration":"90m","price_note":"$89, credited"},{"name":"`+evil+`"},{"name":"Heating"}]}`), 200)
		read := func() answer { return h.must(h.request("GET", "/v1/schedulers/web", ""), 200) }
		a := h.page(path, ada)
		if a.status != 200 || strings.Contains(a.body, "<img") || !strings.Contains(a.body, "90 minutes · $89, credited") {
			t.Errorf("the page: %d %s", a.status, a.body)
		}
		was := read()
		v := h.formOn(path, ada, services)
		if a := h.press(services, ada, v); a.status != 303 || dropStamp(read().body) != dropStamp(was.body) {
			t.Errorf("sent back as it is: %d\n%s\n%s", a.status, was.body, read().body)
		}
		// One goes, one gets another length, and a new one comes.
		v = h.formOn(path, ada, services)
		stale := h.formOn(path, ada, services)
		v.Set("services[1].gone", "yes")
		v.Set("services[2].duration", "2")
		v.Set("services[2].duration.unit", "h")
		v.Set("services[3].name", "heating ")
		v.Set("services[3].keywords", "furnace\r\nboiler\r\n")
		a = h.press(services, ada, v)
		_, block, _ := strings.Cut(a.body, `id="f-services-3-name-flaw"`)
		if a.status != 422 || !strings.Contains(block[:min(200, len(block))], "two services of this name") || !strings.Contains(a.body, "boiler") || !strings.Contains(a.body, `name="services[1].gone"`) {
			t.Errorf("two of one name: %d %s", a.status, a.body)
		}
		v.Set("services[3].name", "Boilers")
		if a := h.press(services, ada, v); a.status != 303 {
			t.Fatalf("saved: %d %s", a.status, a.body)
		}
		got := read()
		for name, want := range map[string]string{"services.0.name": "AC repair", "services.0.keywords.1": "air, conditioner", "services.0.duration": "1h30m", "services.0.price_note": "$89, credited", "services.1.name": "Heating", "services.1.duration": "2h",
			"services.2.name": "Boilers", "services.2.keywords.1": "boiler", "services.3.name": "", "color": "#336699", "availability.exceptions.0.windows.0.capacity": "3"} {
			if got.get(name) != want {
				t.Errorf("%s is %q, want %q", name, got.get(name), want)
			}
		}
		stale.Set("services[0].price_note", "$99")
		if a := h.press(services, ada, stale); a.status != 409 || !strings.Contains(a.body, "Somebody changed this") || read().get("services.0.price_note") != "$89, credited" {
			t.Errorf("over somebody's change: %d %s", a.status, a.body)
		}
		empty := h.formOn(path, ada, services)
		empty.Set("services[0].name", " ")
		if a := h.press(services, ada, empty); a.status != 422 || !strings.Contains(a.body, `id="f-services-0-name-flaw"`) {
			t.Errorf("a service without a name: %d %s", a.status, a.body)
		}
		// The rules of the weekly windows, in units that the form has not.
		h.must(h.request("PUT", "/v1/schedulers/web", `{"availability":{"weekly":[{"days":["mon"],"from":"08:00","to":"24:00","capacity":3}],"lead_time":"90m","horizon":"100h","exceptions":[{"date":"2026-03-17","windows":[{"from":"09:00","to":"10:00","capacity":3}]}]}}`), 200)
		was = read()
		if a := h.press("/console/calendar/web/weekly", ada, h.formOn("/console/calendar", ada, "/console/calendar/web/weekly")); a.status != 303 || dropStamp(read().body) != dropStamp(was.body) {
			t.Errorf("the week sent back as it is: %d\n%s\n%s", a.status, was.body, read().body)
		}
		// The scripts and the color.
		h.must(h.request("PUT", "/v1/scripts/winter", source("function render(ctx) return 'Hi, finish here: ' .. ctx.link .. ' Reply STOP to opt out.' end", "note", "")), 200)
		if a := h.page(path, ada); strings.Contains(a.body, `<option value="winter"`) {
			t.Error("a draft is offered")
		}
		h.must(h.request("POST", "/v1/scripts/winter/activate", `{"version":1}`), 200)
		f := h.formOn(path, ada, path)
		if f.Get("follow_up.template") != "" || !strings.Contains(h.page(path, ada).body, `<option value="winter"`) {
			t.Errorf("the choice of scripts: %v", f)
		}
		f.Set("follow_up.template", "winter")
		f.Set("follow_up.agent", "agent")
		if a := h.press(path, ada, f); a.status != 303 || read().get("follow_up.template") != "winter" || read().get("follow_up.agent") != "agent" {
			t.Errorf("the scripts: %d %s", a.status, a.body)
		}
		page := h.formOn(path, ada, path+"/page")
		page.Set("color", "blue")
		if a := h.press(path+"/page", ada, page); a.status != 422 || !strings.Contains(a.body, `id="f-color-flaw"`) {
			t.Errorf("a color: %d %s", a.status, a.body)
		}
		page.Set("color", "")
		if a := h.press(path+"/page", ada, page); a.status != 303 || read().get("color") != "" || read().get("services.2.name") != "Boilers" || read().get("follow_up.template") != "winter" {
			t.Errorf("no color: %d %s", a.status, read().body)
		}
	})
}

// A key of the catalogue has its words once: else one page would silently speak with another's.
func TestNoKeyHasWordsTwice(t *testing.T) {
	seen := map[string]bool{}
	for _, words := range []map[string]string{wording, officeWording, jobWording} {
		for key := range words {
			if seen[key] {
				t.Errorf("%s has words twice", key)
			}
			seen[key] = true
		}
	}
}
