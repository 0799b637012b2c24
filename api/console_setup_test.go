package api

import (
	"html"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

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
