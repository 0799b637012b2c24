package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/rebookhq/rebook/api/wire"
)

// A manager has a draft, replays the week with it by keyboard alone, and reads both texts side by side. At desktop and at phone width.
func TestAManagerReplaysADraftInABrowser(t *testing.T) {
	s := openSite(t, time.Second)
	var made wire.User
	if err := s.api.do(t.Context(), "POST", "/v1/users", map[string]string{"email": "ada@brightwater.example", "name": "Ada", "role": "manager"}, &made); err != nil {
		t.Fatal(err)
	}
	in := map[string]any{"session": "visit-of-maya", "scheduler": demoScheduler, "event": "abandoned", "customer": map[string]string{"first_name": "Maya", "phone": "(614) 555-0142"},
		"consent": map[string]any{"sms": true, "text": "Text me"}}
	if err := s.api.do(t.Context(), "POST", "/v1/session-events", in, nil); err != nil {
		t.Fatal(err)
	}
	s.session("visit-of-maya", "texted", func(v wire.Session) bool { return v.Status == "texted" })
	draft := map[string]string{"source": `function render(ctx) return ctx.business.name .. ": shall we go on? " .. ctx.link .. " Reply STOP to opt out." end`}
	if err := s.api.do(t.Context(), "PUT", "/v1/scripts/follow_up_link", draft, nil); err != nil {
		t.Fatal(err)
	}
	b := s.tab()
	b.do("open the one-time link", chromedp.Navigate(made.SignInLink))
	b.typeIn("password", "four words in a row")
	b.click("button")
	b.until(`document.querySelector("h1")?.textContent === "Today"`)
	b.do("the form", chromedp.Navigate(s.root+"/console/replays?script=follow_up_link&version=1"))
	b.until(`document.querySelector("[name=script]")?.value === "follow_up_link@1"`)
	for _, width := range []int64{320, 390, 1280} {
		b.screen(width, 844, "light")
		if got := eval[string](b, faultsOfPage); got != "" {
			t.Errorf("the form at %d px: %s", width, got)
		}
	}
	b.look("console-replays")
	eval[bool](b, `(document.querySelector("[name=require_consent]").focus(), true)`)
	b.do("on to the button, and press it", chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("h1 .state") && document.getElementById("live").textContent.includes("1 of 1 text would differ")`)
	b.until(`document.querySelector("h1 .state").textContent === "Done" && document.querySelectorAll(".differences mark").length === 2`)
	for _, width := range []int64{320, 390, 1280} {
		b.screen(width, 844, "light")
		if got := eval[string](b, faultsOfPage); got != "" {
			t.Errorf("the replay at %d px: %s", width, got)
		}
	}
	b.look("console-replay")
	if texts := s.texts("+16145550142"); len(texts) != 1 {
		t.Errorf("the customer got %d texts", len(texts))
	}
}
