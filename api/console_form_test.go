package api

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever a form shows can be sent back as it is, and changes nothing: no unit, no list and no switch gets lost on the way.
func TestAFormSentBackAsItWasChangesNothing(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		h.must(h.request("PUT", "/v1/schedulers/web", `{"service_zips":["43004","43085"],"consent_text":"Text me about my visit. Reply STOP to opt out.","color":"#336699","services":[{"name":"AC repair","keywords":["ac"],"duration":"2h"}],
			"follow_up":{"delay":"90s","mode":"ai_agent","phone_number":"`+ours+`"},"availability":{"weekly":[]}}`), 200)
		h.must(h.request("PUT", "/v1/account", `{"settings":{"hours":{"weekday":["08:30","24:00"],"saturday":[],"sunday":["12:00","20:00"]},"abandon_after":"90s","retention":"2160h","latest_after":"36h","frequency":{"max":2,"per":"48h"},"daily_cap":1500,"reply_wait":"0s"}}`), 200)
		hook := h.must(h.request("POST", "/v1/webhooks", `{"url":"https://hooks.example.com/x","events":["booking.created"],"description":"CRM"}`), 201)
		user := h.must(h.request("POST", "/v1/users", `{"email":"bo@brightwater.example","name":"Bo","role":"csr","password":"`+passphrase+`"}`), 201)
		h.must(h.request("PUT", "/v1/registration", `{"ein":"31-1234567","samples":["One text.","Two texts."]}`), 409) // approved: it is locked
		drop := regexp.MustCompile(`,"updated_at":"[^"]*"`)
		read := func() string {
			var all []string
			for _, path := range []string{"/v1/account", "/v1/schedulers/web", "/v1/webhooks", "/v1/users"} {
				all = append(all, drop.ReplaceAllString(h.must(h.request("GET", path, ""), 200).body, ""))
			}
			return strings.Join(all, "\n")
		}
		was := read()
		for _, f := range [][2]string{{"/console/settings", "/console/settings"}, {"/console/settings/rules", "/console/settings/rules"}, {"/console/setup/schedulers/web", "/console/setup/schedulers/web"},
			{"/console/setup/schedulers/web", "/console/setup/schedulers/web/page"}, {"/console/setup/schedulers/web", "/console/setup/schedulers/web/services"}, {"/console/settings/webhooks/" + hook.get("id"), "/console/settings/webhooks/" + hook.get("id")},
			{"/console/settings/users/" + user.get("id"), "/console/settings/users/" + user.get("id")}} {
			time.Sleep(time.Second)
			if a := h.press(f[1], ada, h.formOn(f[0], ada, f[1])); a.status != 303 || !strings.HasSuffix(a.header.Get("Location"), "?done=saved") {
				t.Errorf("%s: %d %s", f[1], a.status, a.body)
			}
		}
		if is := read(); is != was {
			t.Errorf("it changed from\n%s\nto\n%s", was, is)
		}
	})
}

func TestARefusalStandsAtItsFieldAndKeepsWhatWasTyped(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		for _, c := range []struct {
			page, action string
			change       map[string]string
			id, words    string
		}{
			{"/console/settings", "/console/settings", map[string]string{"office_phone": "12<b>"}, "f-office-phone", "phone number"},
			{"/console/settings", "/console/settings", map[string]string{"timezone": "Mars/Base"}, "f-timezone", "time zone"},
			{"/console/settings/rules", "/console/settings/rules", map[string]string{"settings.frequency.max": "9"}, "f-settings-frequency-max", "is not within 1 to 3"},
			{"/console/settings/rules", "/console/settings/rules", map[string]string{"settings.daily_cap": "many"}, "f-settings-daily-cap", "not a whole number"},
			{"/console/settings/rules", "/console/settings/rules", map[string]string{"settings.latest_after": "3", "settings.latest_after.unit": "d"}, "f-settings-latest-after", "is not within"},
			{"/console/settings/rules", "/console/settings/rules", map[string]string{"settings.hours.sunday.from": "14:00", "settings.hours.sunday.to": ""}, "f-settings-hours-sunday", "not a time of day"},
			{"/console/setup/schedulers/web", "/console/setup/schedulers/web/page", map[string]string{"url": "ftp://x"}, "f-url", "http"},
			{"/console/setup/schedulers/web", "/console/setup/schedulers/web/page", map[string]string{"origins": "https://a.example\nhttps://b.example/path"}, "f-origins", "origin"},
			{"/console/setup/schedulers/web", "/console/setup/schedulers/web", map[string]string{"follow_up.delay": "-1"}, "f-follow-up-delay", "not a whole number"},
			{"/console/setup/schedulers", "/console/setup/schedulers", map[string]string{"name": "", "url": "https://x.example"}, "f-name", "It is empty."},
			{"/console/settings/users", "/console/settings/users", map[string]string{"email": "nobody", "role": "csr"}, "f-email", "not an e-mail address"},
			{"/console/settings/webhooks", "/console/settings/webhooks", map[string]string{"url": "nowhere"}, "f-url", ""},
			{"/console/settings/keys", "/console/settings/keys", map[string]string{"label": "x", "role": ""}, "f-role", "missing"},
		} {
			v := h.formOn(c.page, ada, c.action)
			for name, value := range c.change {
				v.Set(name, value)
			}
			a := h.press(c.action, ada, v)
			_, rest, found := strings.Cut(a.body, `id="`+c.id+`-flaw"`)
			told, _, _ := strings.Cut(rest, "</div>")
			if a.status != 422 || !found || !strings.Contains(told, c.words) {
				t.Errorf("%s %v: %d, beside %s stands %q\n%s", c.action, c.change, a.status, c.id, told, a.body)
				continue
			}
			back := fieldsOf(a.body)
			for name, value := range c.change {
				if got := strings.ReplaceAll(back.Get(name), "\r", ""); got != value && !slices.Contains(back[name], value) {
					t.Errorf("%s: %s came back as %q, typed %q", c.action, name, back[name], value)
				}
			}
			if strings.Contains(a.body, "/v1/") && !strings.Contains(c.page, "people") {
				t.Errorf("%s speaks of the API: %s", c.action, a.body)
			}
		}
	})
}

// Two people have the same form open. The second loses nothing and overwrites nothing unseen; who saves another form of the same thing is in
// nobody's way.
func TestTwoPeopleAtOneFormLoseNothing(t *testing.T) {
	inHouse(t, func(h *house) {
		ada, bob := h.signedIn("Ada", "administrator"), h.signedIn("Bob", "manager")
		const path = "/console/settings"
		adas, bobs, rules := h.formOn(path, ada, path), h.formOn(path, bob, path), h.formOn(path+"/rules", bob, path+"/rules")
		adas.Set("website", "https://ada.example")
		if a := h.press(path, ada, adas); a.status != 303 {
			t.Fatalf("Ada: %d %s", a.status, a.body)
		}
		rules.Set("settings.holdout", "10")
		if a := h.press(path+"/rules", bob, rules); a.status != 303 {
			t.Errorf("another form over the same account: %d %s", a.status, a.body)
		}
		bobs.Set("emergency_phone", "+16145550199")
		a := h.press(path, bob, bobs)
		if a.status != 409 || !strings.Contains(a.body, "Saved meanwhile by somebody else: <b>https://ada.example</b>") || !strings.Contains(a.body, `value="+16145550199"`) && !strings.Contains(a.body, "&#43;16145550199") {
			t.Fatalf("Bob: %d %s", a.status, a.body)
		}
		if got := h.must(h.request("GET", "/v1/account", ""), 200); got.get("website") != "https://ada.example" || got.get("emergency_phone") != "" || got.get("settings.holdout") != "10" {
			t.Errorf("the account: %s", got.body)
		}
		_, rest, _ := strings.Cut(a.body, `action="`+path+`"`)
		again := fieldsOf(rest)
		again.Set("website", "https://ada.example")
		if a := h.press(path, bob, again); a.status != 303 {
			t.Errorf("Bob, who saw it: %d %s", a.status, a.body)
		}
		if got := h.must(h.request("GET", "/v1/account", ""), 200); got.get("website") != "https://ada.example" || got.get("emergency_phone") != "+16145550199" {
			t.Errorf("the account at the end: %s", got.body)
		}
	})
}
