package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// consolePages are the pages that need no more than a sign-in.
var signedInPages = []string{"/console", "/console/inbox", "/console/sessions", "/console/reports"}

// signedIn makes a person and gives the cookie of a session.
func (h *house) signedIn(name, role string) string {
	h.t.Helper()
	email := strings.ToLower(name) + "@brightwater.example"
	h.must(h.request("POST", "/v1/users", `{"email":"`+email+`","name":"`+name+`","role":"`+role+`","password":"`+passphrase+`"}`), 201)
	return "Cookie: " + cookieOf(h.must(h.request("POST", "/console/login", `{"email":"`+email+`","password":"`+passphrase+`"}`, "Authorization: "), 200))
}

// page asks for a page as the person of the cookie.
func (h *house) page(path, cookie string) answer {
	h.t.Helper()
	return h.request("GET", path, "", "Authorization: ", cookie)
}

// press sends a form of a page.
func (h *house) press(path, cookie string, fields url.Values) answer {
	h.t.Helper()
	return h.form(path, fields, cookie, "Origin: https://book.example.com")
}

func TestTheConsoleShowsWhatHappensAndWhy(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "dispatcher")
		if a := h.page("/console", ada); !strings.Contains(a.body, "Nothing was heard from a booking page yet") || !strings.Contains(a.body, "America/New_York") {
			t.Errorf("an empty house: %s", a.body)
		}
		id := h.left("visit-1", "(614) 555-0142")
		a := h.page("/console", ada)
		if !strings.Contains(a.body, "/console/sessions/"+id) || !strings.Contains(a.body, "in 15 minutes") {
			t.Errorf("a planned text is not shown: %s", a.body)
		}
		if a := h.page("/console/sessions/"+id, ada); !strings.Contains(a.body, "The text is planned in 15 minutes") || !strings.Contains(a.body, "Nothing holds it up.") {
			t.Errorf("its page: %s", a.body)
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if a := h.page("/console/sessions/"+id, ada); !strings.Contains(a.body, "The text went out") || !strings.Contains(a.body, "Consent given") || !strings.Contains(a.body, `class="bubble out"`) {
			t.Errorf("after the text: %s", a.body)
		}

		// Without consent there is no text, and the page says so on top, with the mend.
		h.must(h.request("POST", "/v1/session-events", `{"session":"visit-2","scheduler":"web","event":"abandoned","customer":{"first_name":"Bo","phone":"(614) 555-0143"}}`, "Authorization: Bearer "+pageKey), 202)
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if a := h.page("/console", ada); !strings.Contains(a.body, "the customer did not agree to get texts") {
			t.Errorf("withheld: %s", a.body)
		}
		if a := h.page("/console/sessions?status=withheld", ada); !strings.Contains(a.body, "Bo") || strings.Contains(a.body, id) {
			t.Errorf("filtered: %s", a.body)
		}
		if a := h.page("/console/sessions?q=6145550142", ada); !strings.Contains(a.body, id) {
			t.Errorf("searched: %s", a.body)
		}
	})
}

func TestAPersonAnswersInTheConsole(t *testing.T) {
	inHouse(t, func(h *house) {
		ada, bob := h.signedIn("Ada", "dispatcher"), h.signedIn("Bob", "csr")
		h.left("visit-1", "(614) 555-0142")
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"`+ours+`","body":"I smell gas in the basement"}`), 201)
		time.Sleep(time.Minute)
		synctest.Wait()
		if a := h.page("/console", ada); !strings.Contains(a.body, "Emergency") || !strings.Contains(a.body, "/console/inbox/&#43;16145550142") {
			t.Errorf("the emergency is not on top: %s", a.body)
		}
		const thread = "/console/inbox/+16145550142"
		a := h.page(thread, ada)
		_, rest, _ := strings.Cut(a.body, `name="seen" value="`)
		seen, _, _ := strings.Cut(rest, `"`)
		if !strings.Contains(a.body, "I smell gas in the basement") || seen == "" {
			t.Fatalf("the conversation: %s", a.body)
		}
		// Two people at once: who has not seen the other's text does not send theirs, and loses nothing.
		if a := h.press(thread+"/reply", ada, url.Values{"body": {"Ada here, are you outside?"}, "seen": {seen}}); a.status != 303 || a.header.Get("Location") != thread {
			t.Fatalf("Ada's answer: %d %s", a.status, a.body)
		}
		if a := h.press(thread+"/reply", bob, url.Values{"body": {"Bob here, do not smoke"}, "seen": {seen}}); a.status != 409 || !strings.Contains(a.body, "Bob here, do not smoke") || !strings.Contains(a.body, "newer message") {
			t.Errorf("Bob's answer: %d %s", a.status, a.body)
		}
		for path, typed := range map[string]url.Values{"/reply": {"body": {"Bob here, leave the house"}, "seen": {seen}, "holder": {""}}, "/takeover": {"holder": {""}}} {
			a := h.press(thread+path, bob, typed)
			if a.status != 409 || !strings.Contains(a.body, "Ada took this conversation over while you were writing") || !strings.Contains(a.body, typed.Get("body")) || !strings.Contains(a.body, `name="holder" value="Ada"`) {
				t.Errorf("Bob's %s over Ada's: %d %s", path, a.status, a.body)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if a := h.page(thread, bob); !strings.Contains(a.body, "Ada here, are you outside?") || !strings.Contains(a.body, "answered by <b>Ada</b>") {
			t.Errorf("what Bob sees: %s", a.body)
		}
		if a := h.press(thread+"/release", bob, url.Values{"note": {"Wants Thursday"}}); a.status != 409 || !strings.Contains(a.body, "No agent answers in this thread") {
			t.Errorf("handed back to nobody: %d %s", a.status, a.body)
		}
		if a := h.press(thread+"/opt-out", bob, url.Values{}); a.status != 303 {
			t.Errorf("opted out: %d %s", a.status, a.body)
		}
		if a := h.page(thread, bob); !strings.Contains(a.body, "The customer opted out") || strings.Contains(a.body, "<textarea") {
			t.Errorf("after the opt-out: %s", a.body)
		}
		if a := h.press(thread+"/reply", bob, url.Values{"body": {"one more"}}); a.status != 409 {
			t.Errorf("texted after the opt-out: %d", a.status)
		}
	})
}

// What strangers type is text on every page, wherever it stands.
func TestNothingTypedBecomesMarkup(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		const evil = `<img src=x onerror=alert(1)>`
		a := h.must(h.request("POST", "/v1/session-events", `{"session":"visit-1","scheduler":"web","event":"abandoned","step":"`+evil+`","service":"`+evil+`","preferred":"`+evil+`",
			"fields":{"gate":"`+evil+`"},"customer":{"first_name":"`+evil+`","last_name":"`+evil+`","email":"x@example.com","phone":"(614) 555-0142","address":{"line1":"`+evil+`"}},"consent":{"sms":true,"text":"`+evil+`"}}`, "Authorization: Bearer "+pageKey), 202)
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		h.must(h.request("POST", "/v1/simulator/inbound", `{"from":"+16145550142","to":"`+ours+`","body":"`+evil+`"}`), 201)
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, path := range append(signedInPages, "/console/sessions/"+a.get("session"), "/console/inbox/+16145550142", "/console/inbox/+16145550142?book=1", "/console/reports?group=step") {
			p := h.page(path, ada)
			if p.status != 200 || strings.Contains(p.body, "<img") {
				t.Errorf("%s: %d %s", path, p.status, p.body)
			}
			if csp := p.header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
				t.Errorf("%s: %s", path, csp)
			}
		}
	})
}

// A refusal is a page for people, and whoever is not signed in is asked to.
func TestTheConsoleRefusesInWords(t *testing.T) {
	inHouse(t, func(h *house) {
		office := h.signedIn("Ola", "office")
		id := h.left("visit-1", "(614) 555-0142")
		if a := h.press("/console/sessions/"+id+"/handled", office, url.Values{}); a.status != 403 || !strings.Contains(a.body, "may not do this") {
			t.Errorf("an office reader: %d %s", a.status, a.body)
		}
		if a := h.form("/console/sessions/"+id+"/handled", url.Values{}, office, "Origin: https://evil.example"); a.status != 403 {
			t.Errorf("another site: %d", a.status)
		}
		if a := h.page("/console/sessions/nobody", office); a.status != 404 || !strings.Contains(a.body, "Back to today") {
			t.Errorf("no such session: %d %s", a.status, a.body)
		}
		if a := h.page("/console/sessions/"+id, office); strings.Contains(a.body, "<form method=\"post\" action=\"/console/sessions") {
			t.Error("buttons for who may not press them")
		}
		if a := h.request("GET", "/console/inbox", "", "Authorization: "); a.status != 303 || a.header.Get("Location") != "/console/login" {
			t.Errorf("signed out: %d", a.status)
		}
	})
}

// The newest sessions come first, however many there are and however they lie in time, each exactly once.
func TestSessionsNewestFirst(t *testing.T) {
	inHouse(t, func(h *house) {
		var want []string
		for i := range 130 {
			name := "visit-" + string(rune('a'+i/26)) + string(rune('a'+i%26))
			a := h.must(h.request("POST", "/v1/session-events", `{"session":"`+name+`","scheduler":"web","event":"started"}`, "Authorization: Bearer "+pageKey), 202)
			want = append(want, a.get("session"))
			switch {
			case i%40 == 39:
				time.Sleep(9 * time.Hour)
			case i%3 == 0:
				time.Sleep(time.Second)
			}
		}
		ada := h.signedIn("Ada", "office")
		var got []string
		for path := "/console/sessions"; path != ""; {
			p := h.page(path, ada)
			for _, part := range strings.Split(p.body, `href="/console/sessions/`)[1:] {
				id, _, _ := strings.Cut(part, `"`)
				got = append(got, id)
			}
			_, rest, more := strings.Cut(p.body, `<p class="more"><a href="`)
			path = ""
			if more {
				path, _, _ = strings.Cut(strings.ReplaceAll(rest, "&amp;", "&"), `"`)
			}
			if len(got) > 200 {
				t.Fatal("it never ends")
			}
		}
		slices.Sort(want) // those of the same millisecond come in the order of their IDs
		slices.Reverse(want)
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%d sessions, want %d\n got %v\nwant %v", len(got), len(want), got, want)
		}
	})
}
