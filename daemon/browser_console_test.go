package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rebookhq/rebook/api/wire"
)

// The office's morning: a one-time link, a password; a visit that is left shows within a second on the open page, then its text and trace; the
// customer's answer in the inbox; a person answers, and the customer gets it. At desktop and at phone width, with pictures.
func TestTheOfficeSeesAndAnswersInABrowser(t *testing.T) {
	s := openSite(t, 2*time.Second)
	var made wire.User
	if err := s.api.do(t.Context(), "POST", "/v1/users", map[string]string{"email": "ada@brightwater.example", "name": "Ada", "role": "administrator"}, &made); err != nil {
		t.Fatal(err)
	}
	b := s.tab()
	b.do("open the one-time link", chromedp.Navigate(made.SignInLink))
	b.typeIn("password", "four words in a row")
	b.click("button")
	b.until(`document.querySelector("h1")?.textContent === "Today"`)

	// Signed out and in again by the form.
	b.click(".signout button")
	b.until(`document.querySelector("h1")?.textContent === "Sign in"`)
	b.typeIn("email", "ada@brightwater.example")
	b.typeIn("password", "four words in a row")
	b.click("button")
	b.until(`document.querySelector("h1")?.textContent === "Today"`)

	event := func(kind string) {
		in := map[string]any{"session": "visit-of-maya", "scheduler": demoScheduler, "event": kind, "step": "time", "customer": map[string]string{"first_name": "Maya", "phone": "(614) 555-0142"},
			"consent": map[string]any{"sms": true, "text": "Text me"}}
		if err := s.api.do(t.Context(), "POST", "/v1/session-events", in, nil); err != nil {
			t.Fatal(err)
		}
	}
	event("started")
	event("abandoned")
	b.until(`document.getElementById("live").textContent.includes("Maya")`)
	b.look("console-today")

	s.session("visit-of-maya", "texted", func(v wire.Session) bool { return v.Status == "texted" })
	b.do("sessions", chromedp.Navigate(s.root+"/console/sessions"))
	b.click(`.rows a`)
	b.until(`document.querySelector(".verdict")?.textContent.includes("The text went out")`)
	b.look("console-session")

	b.do("inbox", chromedp.Navigate(s.root+"/console/inbox"))
	if err := s.api.do(t.Context(), "POST", "/v1/simulator/inbound", map[string]string{"from": "+16145550142", "to": string(s.texts("+16145550142")[0].From), "body": "Can a person call me about the price?"}, nil); err != nil {
		t.Fatal(err)
	}
	b.until(`document.getElementById("live").textContent.includes("Can a person call me")`)
	b.look("console-inbox")
	b.click(`.rows a`)
	b.until(`document.getElementById("body")`)
	b.typeIn("body", "Hi Maya, this is Ada. It is $89, credited if you go ahead.")
	b.click("#reply button")
	b.until(`document.querySelector(".messages").textContent.includes("this is Ada")`)
	b.until(`document.querySelector(".facts").textContent.includes("answered by Ada")`)
	b.look("console-thread")
	if got := s.texts("+16145550142"); got[len(got)-1].Body != "Hi Maya, this is Ada. It is $89, credited if you go ahead." {
		t.Errorf("the customer got %+v", got)
	}
	b.do("reports", chromedp.Navigate(s.root+"/console/reports"))
	b.look("console-reports")
}

// look takes pictures at desktop and at phone width, in light and dark, and demands that nothing stands out of the page.
func (b *tab) look(name string) {
	b.s.t.Helper()
	b.screen(1280, 900, "light")
	b.shoot(name + "-1280")
	b.screen(390, 844, "dark")
	b.shoot(name + "-390")
	if wide := eval[float64](b, `document.documentElement.scrollWidth`); wide > 390 {
		b.s.t.Errorf("%s is %.0f px wide on a phone of 390", name, wide)
	}
	b.screen(1280, 900, "light")
}

// A manager tries a version on some people with the keyboard alone, sees both side by side at any width, and gives it to everybody.
func TestAVersionIsTriedInABrowser(t *testing.T) {
	s := openSite(t, 2*time.Second)
	var made wire.User
	if err := s.api.do(t.Context(), "POST", "/v1/users", map[string]string{"email": "ada@brightwater.example", "name": "Ada", "role": "manager"}, &made); err != nil {
		t.Fatal(err)
	}
	source := "function render(ctx) return 'New words of ' .. ctx.business.name .. ': ' .. ctx.link .. ' Reply STOP to opt out.' end"
	if err := s.api.do(t.Context(), "PUT", "/v1/scripts/follow_up_link", map[string]string{"source": source}, nil); err != nil {
		t.Fatal(err)
	}
	b := s.tab()
	b.do("open the one-time link", chromedp.Navigate(made.SignInLink))
	b.typeIn("password", "four words in a row")
	b.click("button")
	b.until(`document.querySelector("h1")?.textContent === "Today"`)
	b.click(`nav a[href="/console/canary"]`)
	b.until(`document.querySelector("h1")?.textContent === "Versions on trial"`)
	eval[bool](b, `(f => { f.focus(); f.select(); return true })(document.querySelector("input[name=percent]"))`)
	b.do("type the share and press Enter", chromedp.KeyEvent("50\r"))
	b.until(`document.querySelector(".state")?.textContent === "Running"`)
	for i := range 12 {
		in := map[string]any{"session": fmt.Sprint("trial-", i), "scheduler": demoScheduler, "event": "abandoned", "consent": map[string]any{"sms": true, "text": "Text me"},
			"customer": map[string]string{"first_name": "Maya", "phone": fmt.Sprintf("+1614555%04d", 110+i)}}
		if err := s.api.do(t.Context(), "POST", "/v1/session-events", in, nil); err != nil {
			t.Fatal(err)
		}
	}
	b.until(`[...document.querySelectorAll("tbody tr")].reduce((n, r) => n + Number(r.cells[1].textContent), 0) === 12`)
	b.look("console-canary")
	b.click(`form[action$="/promote"] button`)
	b.until(`document.querySelector(".state")?.textContent === "Used for everybody"`)
}
