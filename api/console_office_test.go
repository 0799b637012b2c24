package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// officePages are the pages of set-up, people and settings, with who may open them.
var officePages = map[string]string{
	"/console/setup": "sam", "/console/setup/registration": "sam", "/console/setup/registration/ein": "sam", "/console/setup/registration/company": "sam",
	"/console/setup/registration/identifiers": "sam", "/console/setup/registration/texts": "sam", "/console/setup/numbers": "sam", "/console/setup/adopt": "sa",
	"/console/setup/schedulers": "sam", "/console/setup/schedulers/web": "sam", "/console/people": "samdc", "/console/people/+16145550142": "samdc",
	"/console/settings": "sam", "/console/settings/rules": "sam", "/console/settings/users": "sa", "/console/settings/keys": "sa", "/console/settings/webhooks": "sam",
	"/console/settings/backups": "sa", "/console/settings/audit": "sa", "/console/settings/about": "sam",
}

// posts are the addresses of the forms of a page that change something.
var posts = regexp.MustCompile(`<form[^>]*method="post"[^>]*action="([^"]+)"`)

// A role sees the pages and the buttons that it may use, and no others; and every form of every page carries what the page's own policy takes.
func TestEveryRoleSeesWhatItMayUse(t *testing.T) {
	inHouse(t, func(h *house) {
		h.left("visit-1", "(614) 555-0142")
		for _, role := range booking.Roles {
			cookie := h.signedIn(string(role), string(role))
			for path, may := range officePages {
				a := h.page(path, cookie)
				if allowed := strings.Contains(may, letters[role]); allowed && a.status != 200 || !allowed && a.status != 403 {
					t.Errorf("%s as %s: %d", path, role, a.status)
					continue
				}
				if a.status != 200 {
					continue
				}
				for _, m := range posts.FindAllStringSubmatch(a.body, -1) {
					action := html.UnescapeString(m[1])
					if action == "/console/logout" {
						continue
					}
					r := routeOf("POST", action)
					if r == nil || !role.May(booking.Permission(r.may)) {
						t.Errorf("%s shows %s a button to %s, which it may not press", path, role, action)
					}
				}
				if strings.Contains(a.body, "style=") || strings.Contains(a.body, " on") && regexp.MustCompile(` on[a-z]+="`).MatchString(a.body) || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(a.body) {
					t.Errorf("%s has something inline, which its policy forbids", path)
				}
			}
			nav := h.page("/console", cookie).body
			for path, may := range map[string]string{"/console/people": "samdc", "/console/setup": "sam", "/console/settings": "sam"} {
				if got := strings.Contains(nav, `href="`+path+`"`); got != strings.Contains(may, letters[role]) {
					t.Errorf("%s sees the way to %s: %v", role, path, got)
				}
			}
		}
	}, func(o *Options) { o.Limits.Logins = Limit{1000, 1000} })
}

// routeOf finds the route of an address.
func routeOf(method, path string) *route {
	all := table()
	for i := range all {
		if all[i].method == method && fits(strings.Split(all[i].path, "/"), strings.Split(path, "/")) {
			return &all[i]
		}
	}
	return nil
}

var (
	inputs = regexp.MustCompile(`(?s)<input\b([^>]*)>|<textarea\b([^>]*)>([^<]*)</textarea>|<select\b([^>]*)>(.*?)</select>`)
	attrs  = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
	option = regexp.MustCompile(`<option value="([^"]*)"( selected)?>`)
)

// formOn reads the form with an action out of a page, as a browser would send it.
func (h *house) formOn(path, cookie, action string) url.Values {
	h.t.Helper()
	page := h.must(h.page(path, cookie), 200).body
	_, rest, found := strings.Cut(page, `action="`+action+`"`)
	if !found {
		h.t.Fatalf("%s has no form to %s: %s", path, action, page)
	}
	inside, _, _ := strings.Cut(rest, "</form>")
	return fieldsOf(inside)
}

func fieldsOf(inside string) url.Values {
	v := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(inside, -1) {
		head := m[1] + m[2] + m[4]
		a := map[string]string{}
		for _, x := range attrs.FindAllStringSubmatch(head, -1) {
			a[x[1]] = html.UnescapeString(x[2])
		}
		box := a["type"] == "checkbox" || a["type"] == "radio"
		switch {
		case a["name"] == "" || strings.Contains(head, "disabled") || box && !strings.Contains(head, " checked"):
		case strings.HasPrefix(m[0], "<textarea"):
			v.Set(a["name"], html.UnescapeString(m[3]))
		case strings.HasPrefix(m[0], "<select"):
			for i, o := range option.FindAllStringSubmatch(m[5], -1) {
				if i == 0 || o[2] != "" {
					v.Set(a["name"], html.UnescapeString(o[1]))
				}
			}
		default:
			v.Add(a["name"], a["value"])
		}
	}
	return v
}

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
			{"/console/setup/schedulers/web", "/console/setup/schedulers/web/page"}, {"/console/settings/webhooks/" + hook.get("id"), "/console/settings/webhooks/" + hook.get("id")},
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

// From a fresh account to a registration that was rejected at a field, mended and approved.
func TestARegistrationInItsPages(t *testing.T) {
	seed := engine.Seed{Account: booking.Account{Name: "Brightwater", Timezone: "America/New_York", OfficePhone: "+16145550100", Website: "https://brightwater.example", Settings: booking.DefaultSettings()}, AdminSecret: adminKey,
		Schedulers: []booking.Scheduler{{ID: "web", Name: "Website", URL: "https://brightwater.example/book", PublishableKey: pageKey, FollowUp: booking.FollowUpSet{Enabled: true}}}}
	synctestHouse(t, seed, func(h *house) {
		ada, max := h.signedIn("Ada", "administrator"), h.signedIn("Max", "manager")
		if a := h.page("/console/setup", max); !strings.Contains(a.body, "0 of 3 steps done") || !strings.Contains(a.body, "Ask support or an administrator") || strings.Contains(a.body, "/console/setup/gate") {
			t.Errorf("the guide for a manager: %s", a.body)
		}
		if a := h.press("/console/setup/gate", max, url.Values{"on": {"yes"}}); a.status != 403 {
			t.Errorf("a manager at the gate: %d", a.status)
		}
		if a := h.press("/console/setup/submit", ada, url.Values{"agreed": {"yes"}}); a.status != 409 || !strings.Contains(a.body, "switched off for the account") || strings.Contains(a.body, "sms_follow_up_enabled") {
			t.Errorf("submitted behind the closed gate: %d %s", a.status, a.body)
		}
		if a := h.press("/console/setup/gate", ada, url.Values{"on": {"yes"}}); a.status != 303 {
			t.Fatalf("the gate: %d %s", a.status, a.body)
		}
		save := func(step string, change map[string]string) answer {
			path := "/console/setup/registration/" + step
			v := h.formOn(path, max, path)
			for name, value := range change {
				v.Set(name, value)
			}
			return h.press(path, max, v)
		}
		// What reviewers reject stands beside its field, though it is saved.
		if a := save("ein", map[string]string{"ein": "123"}); a.status != 200 || !strings.Contains(a.body, `id="f-ein-flaw"`) || !strings.Contains(a.body, `aria-invalid="true"`) || !strings.Contains(a.body, "Saved.") {
			t.Errorf("a short EIN: %d %s", a.status, a.body)
		}
		if a := save("ein", map[string]string{"ein": "31-4159265", "legal_name": "Brightwater LLC"}); a.status != 303 || a.header.Get("Location") != "/console/setup/registration/company?done=saved" {
			t.Errorf("the EIN: %d %s", a.status, a.body)
		}
		save("company", map[string]string{"address.line1": "12 Elm Street", "address.city": "Columbus", "address.state": "oh", "address.postal_code": "43215", "representative.first_name": "Ada", "representative.last_name": "Byron",
			"representative.email": "ada@brightwater.example", "representative.phone": "(614) 555-0101", "representative.title": "Owner", "representative.position": "CEO"})
		save("identifiers", map[string]string{"business_type": "Limited Liability Corporation", "industry": "CONSTRUCTION"})
		save("texts", map[string]string{"privacy_url": "https://brightwater.example/privacy", "terms_url": "https://brightwater.example/terms", "support_email": "help@brightwater.example"})
		if a := h.page("/console/setup/registration/review", max); !strings.Contains(a.body, "An administrator can submit it") && !strings.Contains(a.body, "mended") {
			t.Errorf("the review of a manager: %s", a.body)
		}
		review := h.page("/console/setup/registration/review", ada)
		if !strings.Contains(review.body, "Brightwater texts customers who began to book") || !strings.Contains(review.body, `name="agreed"`) {
			t.Fatalf("the review: %s", review.body)
		}
		if a := h.press("/console/setup/submit", ada, url.Values{}); a.status != 422 || !strings.Contains(a.body, "tick the box") {
			t.Errorf("not agreed: %d %s", a.status, a.body)
		}
		h.must(h.request("PUT", "/v1/simulator/faults", `{"registration":"reject"}`), 200)
		if a := h.press("/console/setup/submit", ada, url.Values{"agreed": {"yes"}}); a.status != 303 {
			t.Fatalf("submitted: %d %s", a.status, a.body)
		}
		if a := h.page("/console/setup/registration", max); !strings.Contains(a.body, "What was submitted") || !strings.Contains(a.body, "Ask the carrier now") {
			t.Errorf("under way: %s", a.body)
		}
		if a := h.page("/console/setup/registration/ein", max); !strings.Contains(a.body, "disabled") || strings.Contains(a.body, "Save and go on") {
			t.Errorf("the locked page: %s", a.body)
		}
		if a := h.press("/console/setup/registration/ein", max, url.Values{"ein": {"99-9999999"}}); a.status != 409 {
			t.Errorf("changed while locked: %d", a.status)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if a := h.page("/console/setup/registration", max); !strings.Contains(a.body, "Why it was rejected") || !strings.Contains(a.body, `href="/console/setup/registration/ein"`) {
			t.Fatalf("rejected: %s", a.body)
		}
		_, beside, found := strings.Cut(h.page("/console/setup/registration/ein", max).body, `-flaw"`)
		if !found || !strings.Contains(beside[:400], "EIN and the legal name do not belong together") {
			t.Errorf("the reason is not at its field: %.400s", beside)
		}
		h.must(h.request("PUT", "/v1/simulator/faults", `{}`), 200)
		save("ein", map[string]string{"legal_name": "Brightwater Home Services LLC"})
		if a := h.press("/console/setup/submit", ada, url.Values{"agreed": {"yes"}}); a.status != 303 {
			t.Fatalf("submitted again: %d %s", a.status, a.body)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if a := h.page("/console/setup/registration", max); !strings.Contains(a.body, "Approved.") {
			t.Errorf("approved: %s", a.body)
		}
		// Step 2, and nothing is lacking any more.
		if a := h.press("/console/setup/numbers/sync", max, nil); a.status != 303 {
			t.Fatalf("synced: %d %s", a.status, a.body)
		}
		if a := h.press("/console/setup/numbers/+16145550124", max, url.Values{"default": {"yes"}}); a.status != 409 || strings.Contains(a.body, "sms_capable") {
			t.Errorf("a mute number: %d %s", a.status, a.body)
		}
		if a := h.press("/console/setup/numbers/+16145550123", max, url.Values{"default": {"yes"}}); a.status != 303 {
			t.Fatalf("the number: %d %s", a.status, a.body)
		}
		if a := h.page("/console/setup", max); !strings.Contains(a.body, "3 of 3 steps done") {
			t.Errorf("the guide at the end: %s", a.body)
		}
	})
}

func TestABookingFormInTheConsole(t *testing.T) {
	inHouse(t, func(h *house) {
		max := h.signedIn("Max", "manager")
		v := h.formOn("/console/setup/schedulers", max, "/console/setup/schedulers")
		v.Set("name", "Second")
		v.Set("url", "https://second.example/book")
		a := h.press("/console/setup/schedulers", max, v)
		path, _, _ := strings.Cut(a.header.Get("Location"), "?")
		if a.status != 303 || !strings.HasPrefix(path, "/console/setup/schedulers/") {
			t.Fatalf("added: %d %s", a.status, a.body)
		}
		page := h.page(path, max)
		for _, want := range []string{"Nothing was heard from your page yet", "/widget.js", "data-key=", "Prefilled link", "AI agent", `class="bubble"`, "(614) 555-0123", "Reply STOP to opt out"} {
			if !strings.Contains(page.body, want) {
				t.Errorf("%s is not on the page: %s", want, page.body)
			}
		}
		// What the widget's line holds opens the door, and the page says so.
		_, rest, _ := strings.Cut(html.UnescapeString(page.body), `data-key="`)
		key, _, _ := strings.Cut(rest, `"`)
		h.must(h.request("POST", "/v1/session-events", `{"session":"s","event":"started"}`, "Authorization: Bearer "+key, "Origin: https://second.example"), 202)
		if a := h.page(path, max); !strings.Contains(a.body, "We have heard from your page") {
			t.Errorf("after the first visit: %s", a.body)
		}
		form := h.formOn(path, max, path)
		form.Set("follow_up.enabled", "yes")
		form.Set("follow_up.mode", "ai_agent")
		form.Set("follow_up.delay", "20")
		if a := h.press(path, max, form); a.status != 303 {
			t.Fatalf("saved: %d %s", a.status, a.body)
		}
		id := path[strings.LastIndex(path, "/")+1:]
		if got := h.must(h.request("GET", "/v1/schedulers/"+id, ""), 200); got.get("follow_up.mode") != "ai_agent" || got.get("follow_up.delay") != "20m" || got.get("follow_up.enabled") != "true" {
			t.Errorf("the booking form: %s", got.body)
		}
		if a := h.press(path+"/remove", max, url.Values{"confirm": {"second?"}}); a.status != 422 {
			t.Errorf("removed without its name: %d", a.status)
		}
		if a := h.press(path+"/remove", max, url.Values{"confirm": {"Second"}}); a.status != 303 {
			t.Errorf("removed: %d %s", a.status, a.body)
		}
		if a := h.page(path, max); a.status != 404 || strings.Contains(a.body, "/v1/") {
			t.Errorf("afterwards: %d %s", a.status, a.body)
		}
	})
}

func TestAPersonInTheConsole(t *testing.T) {
	inHouse(t, func(h *house) {
		max, cy := h.signedIn("Max", "manager"), h.signedIn("Cy", "csr")
		h.left("visit-1", "(614) 555-0142")
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"`+ours+`","body":"please stop texting me"}`), 201)
		time.Sleep(time.Minute)
		synctest.Wait()
		const path = "/console/people/+16145550142"
		if a := h.page("/console/people?q=614-555-0142", max); a.status != 303 || a.header.Get("Location") != "/console/people/+16145550142" {
			t.Errorf("looked for: %d %s", a.status, a.header.Get("Location"))
		}
		if a := h.page("/console/people?q=614-555-0177", max); a.status != 200 || !strings.Contains(a.body, "Nothing is known of (614) 555-0177") {
			t.Errorf("nobody: %d %s", a.status, a.body)
		}
		if a := h.page("/console/people?q=bob", max); a.status != 422 || !strings.Contains(a.body, "not a complete phone number") || !strings.Contains(a.body, `value="bob"`) {
			t.Errorf("no number: %d %s", a.status, a.body)
		}
		if a := h.page("/console/people", cy); !strings.Contains(a.body, "(614) 555-0142") || !strings.Contains(a.body, "please stop texting me") {
			t.Errorf("the list: %s", a.body)
		}
		a := h.page(path, max)
		for _, want := range []string{"No text may go to this number", "Agreed to texts", words, "Wants no texts", "please stop texting me", "Text to the customer", "/evidence?format=html", "Erase for good"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%q is not on the page: %s", want, a.body)
			}
		}
		if a := h.page(path, cy); a.status != 200 || strings.Contains(a.body, "evidence?format") || strings.Contains(a.body, "Erase") || !strings.Contains(a.body, "They want texts again") {
			t.Errorf("for a CSR: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/erase", cy, url.Values{"confirm": {"0142"}}); a.status != 403 {
			t.Errorf("erased by a CSR: %d", a.status)
		}
		if a := h.press(path+"/opt-in", cy, url.Values{}); a.status != 422 {
			t.Errorf("lifted without a word: %d", a.status)
		}
		if a := h.press(path+"/opt-in", cy, url.Values{"asked": {"yes"}}); a.status != 303 {
			t.Errorf("lifted: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/opt-out", cy, url.Values{"text": {"<b>never</b> again"}}); a.status != 303 {
			t.Errorf("recorded: %d %s", a.status, a.body)
		}
		if a := h.page(path, max); !strings.Contains(a.body, "Cy: &lt;b&gt;never&lt;/b&gt; again") || !strings.Contains(a.body, "Wants texts again") {
			t.Errorf("the ledger: %s", a.body)
		}
		if a := h.request("GET", "/v1/people/%2B16145550142/evidence?format=html", "", "Authorization: ", max); a.status != 200 {
			t.Errorf("the evidence file: %d", a.status)
		}
		for _, typed := range []string{"", "0143", "5550142x", "555-0142"} {
			if a := h.press(path+"/erase", max, url.Values{"confirm": {typed}}); a.status != 422 {
				t.Errorf("erased on %q: %d", typed, a.status)
			}
		}
		if a := h.press(path+"/erase", max, url.Values{"confirm": {"0142"}}); a.status != 303 || a.header.Get("Location") != "/console/people?done=erased" {
			t.Errorf("erased: %d %s", a.status, a.body)
		}
		if a := h.page(path, max); strings.Contains(a.body, "please stop") || strings.Contains(a.body, words) {
			t.Errorf("after the erasure: %d %s", a.status, a.body)
		}
		if log := h.log.String(); strings.Contains(log, "6145550142") {
			t.Error("the number stands in the log")
		}
	})
}

// Each page of a long list leads to the next, and the last to none.
func TestLongListsHavePages(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		for i := range 120 {
			phone := "+1614555" + strconv.Itoa(1000+i)
			h.must(h.request("POST", "/v1/opt-outs", `{"phone":"`+phone+`","text":"never"}`), 201)
			if i < 60 {
				h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"`+phone+`","to":"`+ours+`","body":"hello"}`), 201)
				h.must(h.request("POST", "/v1/users", `{"email":"u`+strconv.Itoa(i)+`@brightwater.example","role":"office"}`), 201)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		next := regexp.MustCompile(`<p class="more"><a href="([^"]+)"`)
		for path, want := range map[string]int{"/console/people": 3, "/console/settings/users": 2, "/console/inbox": 2, "/console/settings/audit": 4} {
			pages := 0
			for at := path; at != "" && pages < 20; pages++ {
				a := h.page(at, ada)
				if a.status != 200 {
					t.Errorf("%s: %d %s", at, a.status, a.body)
					break
				}
				if at = ""; next.MatchString(a.body) {
					at = html.UnescapeString(next.FindStringSubmatch(a.body)[1])
				}
			}
			if pages != want {
				t.Errorf("%s has %d pages, want %d", path, pages, want)
			}
		}
	})
}

func TestKeysUsersAndWebhooksInTheConsole(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		shown := func(a answer) string {
			_, rest, _ := strings.Cut(a.body, `id="once">`)
			secret, _, _ := strings.Cut(rest, "<")
			return html.UnescapeString(secret)
		}
		v := h.formOn("/console/settings/keys", ada, "/console/settings/keys")
		v.Set("label", "CRM")
		v.Set("role", "manager")
		a := h.press("/console/settings/keys", ada, v)
		key := shown(a)
		if a.status != 200 || !strings.HasPrefix(key, "rbk_") {
			t.Fatalf("the key: %d %s", a.status, a.body)
		}
		h.must(h.request("GET", "/v1/account", "", "Authorization: Bearer "+key), 200)
		list := h.page("/console/settings/keys", ada)
		if strings.Contains(list.body, key) || !strings.Contains(list.body, "CRM") {
			t.Errorf("the list: %s", list.body)
		}
		var revoke string
		for _, m := range posts.FindAllStringSubmatch(list.body, -1) {
			if before, _, _ := strings.Cut(list.body, m[1]); strings.HasSuffix(m[1], "/remove") && strings.LastIndex(before, "CRM") > strings.LastIndex(before, "<li>") {
				revoke = m[1]
			}
		}
		if a := h.press(revoke, ada, nil); a.status != 303 {
			t.Errorf("revoked by %q: %d %s", revoke, a.status, a.body)
		}
		if a := h.request("GET", "/v1/account", "", "Authorization: Bearer "+key); a.status != 401 {
			t.Errorf("a revoked key: %d", a.status)
		}

		v = h.formOn("/console/settings/users", ada, "/console/settings/users")
		v.Set("email", "bo@brightwater.example")
		v.Set("role", "csr")
		a = h.press("/console/settings/users", ada, v)
		link := shown(a)
		if a.status != 200 || !strings.Contains(link, "/console/welcome?token=") {
			t.Fatalf("the link: %d %s", a.status, a.body)
		}
		list = h.page("/console/settings/users", ada)
		at := regexp.MustCompile(`href="(/console/settings/users/[^"]+)"><span class="first"><b>bo@`).FindStringSubmatch(list.body)
		if len(at) != 2 {
			t.Fatalf("the list: %s", list.body)
		}
		again := shown(h.press(at[1]+"/link", ada, nil))
		if again == "" || again == link {
			t.Errorf("another link: %q", again)
		}
		if a := h.form("/console/welcome", url.Values{"token": {again[strings.Index(again, "token=")+6:]}, "password": {passphrase}}); a.status != 303 {
			t.Errorf("the other link: %d %s", a.status, a.body)
		}
		if a := h.press(at[1]+"/remove", ada, nil); a.status != 303 {
			t.Errorf("removed: %d %s", a.status, a.body)
		}

		v = h.formOn("/console/settings/webhooks", ada, "/console/settings/webhooks")
		v.Set("url", "https://hooks.example.com/x")
		v["events"] = []string{"booking.created", "person.opted_out"}
		a = h.press("/console/settings/webhooks", ada, v)
		if a.status != 200 || !strings.HasPrefix(shown(a), "whsec_") {
			t.Fatalf("the webhook: %d %s", a.status, a.body)
		}
		all := h.must(h.request("GET", "/v1/webhooks", ""), 200)
		path := "/console/settings/webhooks/" + all.get("items.0.id")
		if got := all.get("items.0.events"); got != `["booking.created","person.opted_out"]` {
			t.Errorf("events: %s", got)
		}
		if a := h.press(path+"/test", ada, nil); a.status != 303 {
			t.Errorf("the ping: %d %s", a.status, a.body)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		page := h.page(path, ada)
		if !strings.Contains(page.body, "Ping") || !strings.Contains(page.body, "delivered") {
			t.Errorf("the deliveries: %s", page.body)
		}
		again = regexp.MustCompile(`action="([^"]+/redeliver)"`).FindString(page.body)
		if again == "" {
			t.Fatal("nothing to send again")
		}
		if a := h.press(strings.TrimSuffix(strings.TrimPrefix(again, `action="`), `"`), ada, nil); a.status != 303 {
			t.Errorf("sent again: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/rotate", ada, nil); a.status != 200 || !strings.HasPrefix(shown(a), "whsec_") {
			t.Errorf("another secret: %d %s", a.status, a.body)
		}
		audit := h.page("/console/settings/audit", ada)
		for _, want := range []string{"Make an API key", "Add a webhook", "ada@brightwater.example", "Administrator"} {
			if !strings.Contains(audit.body, want) {
				t.Errorf("%s is not in the audit log: %s", want, audit.body)
			}
		}
		if strings.Contains(audit.body, key) || strings.Contains(audit.body, "whsec_") {
			t.Error("a secret stands in the audit log")
		}
	})
}

func TestBackupsInTheConsole(t *testing.T) {
	var shelf *storage.Shelf
	inHouse(t, func(h *house) {
		shelf = storage.NewShelf(h.store, t.TempDir())
		h.s.o.Backups = shelf
		defer shelf.Close()
		ada, max := h.signedIn("Ada", "administrator"), h.signedIn("Max", "manager")
		if a := h.press("/console/settings/backups", max, nil); a.status != 403 {
			t.Errorf("a manager: %d", a.status)
		}
		if a := h.page("/console/settings/backups", ada); !strings.Contains(a.body, "No backup yet") {
			t.Errorf("none: %s", a.body)
		}
		if a := h.press("/console/settings/backups", ada, nil); a.status != 303 {
			t.Fatalf("begun: %d %s", a.status, a.body)
		}
		synctest.Wait()
		a := h.page("/console/settings/backups", ada)
		at := regexp.MustCompile(`href="(/console/settings/backups/[^"]+)" download`).FindStringSubmatch(a.body)
		if len(at) != 2 || !strings.Contains(a.body, "Whole; read through") {
			t.Fatalf("made: %s", a.body)
		}
		if a := h.page(at[1], max); a.status != 403 {
			t.Errorf("a manager downloads: %d", a.status)
		}
		got := h.page(at[1], ada)
		info, err := storage.VerifyBackup(t.Context(), strings.NewReader(got.body), nil)
		if err != nil || info.Rows == 0 || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment;") || got.header.Get("Content-Length") != strconv.Itoa(len(got.body)) {
			t.Errorf("downloaded: %v, %d rows, %v", err, info.Rows, got.header)
		}
		if a := h.press(at[1]+"/prove", ada, nil); a.status != 303 {
			t.Errorf("proved: %d %s", a.status, a.body)
		}
		synctest.Wait()
		for _, bad := range []string{"/console/settings/backups/rebook-20200101-000000.backup", "/console/settings/backups/..%2f..%2fetc%2fpasswd"} {
			if a := h.page(bad, ada); a.status != 404 {
				t.Errorf("%s: %d %s", bad, a.status, a.body)
			}
		}
		if a := h.press(at[1]+"/remove", ada, nil); a.status != 303 {
			t.Errorf("removed: %d %s", a.status, a.body)
		}
		if a := h.page("/console/settings/backups", ada); !strings.Contains(a.body, "No backup yet") {
			t.Errorf("after the removal: %s", a.body)
		}
	})
}

// What strangers and colleagues type is text on every page of set-up, people and settings too.
func TestNothingTypedBecomesMarkupInTheOffice(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		const evil = `<img src=x onerror=alert(1)>`
		h.must(h.request("PUT", "/v1/account", `{"name":"`+evil+`"}`), 200)
		h.must(h.request("PUT", "/v1/phone-numbers/"+ours, `{"label":"`+evil+`"}`), 200)
		h.must(h.request("PUT", "/v1/schedulers/web", `{"name":"`+evil+`"}`), 200)
		h.must(h.request("POST", "/v1/api-keys", `{"role":"csr","label":"`+evil+`"}`), 201)
		user := h.must(h.request("POST", "/v1/users", `{"email":"bo@brightwater.example","name":"`+evil+`","role":"csr"}`), 201)
		hook := h.must(h.request("POST", "/v1/webhooks", `{"url":"https://hooks.example.com/x?`+url.QueryEscape(evil)+`","events":["person.opted_out"],"description":"`+evil+`"}`), 201)
		h.must(h.request("POST", "/v1/opt-outs", `{"phone":"+16145550142","source":"`+evil+`","text":"`+evil+`"}`), 201)
		h.must(h.request("POST", "/v1/session-events", `{"session":"v","event":"abandoned","page_url":"https://x.example/`+evil+`","customer":{"first_name":"`+evil+`","phone":"(614) 555-0143"},"consent":{"sms":true,"text":"`+evil+`"}}`, "Authorization: Bearer "+pageKey), 202)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		paths := []string{"/console/settings/users/" + user.get("id"), "/console/settings/webhooks/" + hook.get("id"), "/console/people/+16145550143", "/console/people?q=" + url.QueryEscape(evil), "/console/setup?done=" + url.QueryEscape(evil)}
		for path := range officePages {
			paths = append(paths, path)
		}
		for _, path := range paths {
			a := h.page(path, ada)
			if a.status != 200 && a.status != 422 || strings.Contains(a.body, "<img") {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
			if csp := a.header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
				t.Errorf("%s: %s", path, csp)
			}
		}
		for action, page := range map[string]string{"/console/settings": "/console/settings", "/console/settings/users": "/console/settings/users", "/console/settings/webhooks": "/console/settings/webhooks",
			"/console/setup/schedulers/web/page": "/console/setup/schedulers/web", "/console/settings/rules": "/console/settings/rules"} {
			v := h.formOn(page, ada, action)
			for name := range v {
				if name != "revision" {
					v.Set(name, evil)
				}
			}
			if a := h.press(action, ada, v); a.status != 422 || strings.Contains(a.body, "<img") {
				t.Errorf("%s with hostile fields: %d %s", action, a.status, a.body)
			}
			if a := h.form(action, v, ada, "Origin: https://evil.example"); a.status != 403 {
				t.Errorf("%s from another site: %d", action, a.status)
			}
		}
	})
}

// programming are words that only programs have a use for.
var programming = regexp.MustCompile(`/v1/|\b(GET|POST|PUT|DELETE|PATCH) |ETag|sms_follow_up_enabled|sms_capable|follow_up\.|settings\.[a-z]|require_consent|server\.public_url`)

// unseen are mends that no page of the console can show: of doors that only programs use.
var unseen = []string{"carrier.driver", "doctor", "twilio.auth_token", "rebook demo", "server.public_url", "idempotency", "REBOOK_"}

// Every mend of a refusal or an alarm speaks of the console's pages when the console shows it.
func TestMendsSpeakOfPages(t *testing.T) {
	n := 0
	for _, room := range []string{".", "wire", "../daemon/booking", "../daemon/engine"} {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(x ast.Node) bool {
				for _, mend := range mendsIn(x) {
					n++
					told := inConsole(mend)
					if programming.MatchString(told) && !slices.ContainsFunc(unseen, func(w string) bool { return strings.Contains(mend, w) }) {
						t.Errorf("%s: the console would say %q", name, told)
					}
				}
				return true
			})
		}
	}
	if n < 200 {
		t.Errorf("only %d mends were found; the search is broken", n)
	}
}

// mendsIn gives the literal mends of a call of Refuse or alarm, or of a Fix.
func mendsIn(x ast.Node) (mends []string) {
	add := func(e ast.Expr) {
		ast.Inspect(e, func(x ast.Node) bool {
			if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					mends = append(mends, s)
				}
			}
			return true
		})
	}
	switch v := x.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := v.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		if (name == "Refuse" || name == "alarm") && len(v.Args) >= 5 {
			add(v.Args[4-boolOrder(name == "alarm")])
		}
	case *ast.KeyValueExpr:
		if key, ok := v.Key.(*ast.Ident); ok && key.Name == "Fix" {
			add(v.Value)
		}
	}
	return mends
}
