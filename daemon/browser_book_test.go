package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/rebookhq/rebook/api/wire"
)

// The whole promise, in a browser: leave, get the text, open it, find the page as it was, finish, count as won back.
func TestBrowserHostedPageIsLeftAndWonBack(t *testing.T) {
	s := openSite(t, 2*time.Second)
	b := s.visit(s.house.cfg.demo.Book)
	client := eval[string](b, `rebook.session`)
	b.maya(true)
	b.do("leave", closeTab)
	s.session(client, "texted", hasStatus("texted"))
	link := s.link(demoE164)

	b = s.visit(link)
	if got := eval[string](b, `rebook.session`); got != client {
		t.Errorf("the link goes on as session %q, want %q", got, client)
	}
	b.until(`document.getElementById("first_name").value`)
	for id, want := range map[string]string{"first_name": "Maya", "last_name": "Torres", "phone": "(614) 555-0142", "email": "", "details": `Ask for <b>Bob</b> & "the dog"`} {
		if got := b.value(id); got != want {
			t.Errorf("%s came back as %q, want %q", id, got, want)
		}
	}
	if !eval[bool](b, `document.querySelector("[value='AC repair']").checked && document.getElementById("consent").checked`) {
		t.Error("job or consent did not come back")
	}
	if at := eval[string](b, `location.href`); at != s.house.cfg.demo.Book {
		t.Errorf("the token stays in the address bar: %s", at)
	}
	was := s.session(client, "clicked", hasStatus("texted"))
	if was.Clicks != 1 || was.ClickedAt.IsZero() {
		t.Errorf("%d clicks at %v", was.Clicks, was.ClickedAt)
	}
	b.finish()
	v := s.session(client, "recovered", hasStatus("recovered"))
	if v.Consent == nil || !v.Consent.At.Equal(was.Consent.At) {
		t.Errorf("coming back made new evidence of consent: %+v, was %+v", v.Consent, was.Consent)
	}
	if got := eval[string](b, `document.getElementById("done").innerText`); !strings.Contains(got, "You are booked") || !strings.Contains(got, "12 Elm Street") {
		t.Errorf("the page says %q", got)
	}
	var made wire.List[wire.Booking]
	if err := s.api.do(t.Context(), http.MethodGet, "/v1/bookings", nil, &made); err != nil {
		t.Fatal(err)
	}
	if len(made.Items) != 1 || made.Items[0].Window == "" || made.Items[0].Source != "link" || made.Items[0].Session != v.ID {
		t.Errorf("bookings: %+v", made.Items)
	}
	b.do("leave", closeTab)
	if n := len(s.texts(demoE164)); n != 1 {
		t.Errorf("%d texts, want one", n)
	}

	b = s.tab()
	b.do("open a dead link", navigate(link))
	b.until(`document.body.innerText.includes("You are booked")`)
}

// windows gives the hosted page exactly these windows, tomorrow and the days after, with one place each.
func (s *site) windows(ids ...string) {
	s.t.Helper()
	var items []map[string]any
	for i, id := range ids {
		start := time.Now().Add(time.Duration(i+1) * 24 * time.Hour).UTC().Truncate(time.Hour)
		items = append(items, map[string]any{"id": id, "start": start, "end": start.Add(2 * time.Hour), "capacity": 1})
	}
	for path, body := range map[string]any{
		"/v1/schedulers/website":         map[string]any{"availability": map[string]any{"weekly": []any{}}},
		"/v1/schedulers/website/windows": map[string]any{"items": items},
	} {
		if err := s.api.do(s.t.Context(), http.MethodPut, path, body, nil); err != nil {
			s.t.Fatal(err)
		}
	}
}

func TestBrowserWindowThatWasTakenMeanwhileIsToldAndAnotherChosen(t *testing.T) {
	s := openSite(t, time.Minute)
	s.windows("early", "late")
	b := s.visit(s.house.cfg.demo.Book)
	client := eval[string](b, `rebook.session`)
	b.maya(false)
	b.until(`document.querySelectorAll("[name=window]").length === 2`)
	b.click("[name=window][value=early]")
	for id, text := range map[string]string{"line1": "12 Elm Street", "city": "Columbus", "postal_code": "99999"} {
		b.typeIn(id, text)
	}
	b.choose("state", "OH")
	if !eval[bool](b, `!document.getElementById("area").hidden`) {
		t.Error("a ZIP outside of the area is not told")
	}
	err := s.api.do(t.Context(), http.MethodPost, "/v1/bookings", map[string]any{"source": "phone", "scheduler": "website", "window": "early",
		"service": "AC repair", "customer": map[string]any{"phone": "+16145550177"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.click("#submit")
	b.until(`document.getElementById("problems").innerText.includes("just taken")`)
	if got := eval[string](b, `[...document.querySelectorAll("[name=window]")].map(el => el.value).join()`); got != "late" {
		t.Errorf("open are now %q", got)
	}
	b.click("[name=window][value=late]")
	b.click("#submit")
	b.until(`document.getElementById("done").innerText.includes("You are booked")`)
	s.session(client, "completed", hasStatus("completed"))
}

// Without windows nothing can be booked, so the page must not say that it was.
func TestBrowserWithoutWindowsThePageSendsARequest(t *testing.T) {
	s := openSite(t, time.Minute)
	s.windows()
	b := s.visit(s.house.cfg.demo.Book)
	client := eval[string](b, `rebook.session`)
	b.maya(false)
	b.until(`!document.getElementById("wish").hidden`)
	b.typeIn("preferred", "weekday mornings")
	b.finish()
	if got := eval[string](b, `document.getElementById("done").innerText`); strings.Contains(strings.ToLower(got), "booked") || !strings.Contains(got, "weekday mornings") {
		t.Errorf("the page says %q", got)
	}
	if v := s.session(client, "completed", hasStatus("completed")); v.Preferred != "weekday mornings" {
		t.Errorf("preferred is %q", v.Preferred)
	}
}

// The whole page is done by keyboard, and nothing on the way is skipped or traps.
func TestBrowserPageIsUsedByKeyboard(t *testing.T) {
	s := openSite(t, time.Minute)
	b := s.visit(s.house.cfg.demo.Book)
	b.until(`!document.getElementById("submit").disabled`)
	var way []string
	for range 40 {
		b.do("tab", chromedp.KeyEvent(kb.Tab))
		at := eval[string](b, `document.activeElement.id || document.activeElement.name || document.activeElement.className || document.activeElement.tagName`)
		switch at {
		case "service":
			b.do("choose", chromedp.KeyEvent(kb.ArrowDown))
		case "consent":
			b.do("tick", chromedp.KeyEvent(" "))
		case "first_name", "last_name":
			b.do("type", chromedp.KeyEvent("Maya"))
		case "phone":
			b.do("type", chromedp.KeyEvent("6145550142"))
		case "window":
			b.do("choose", chromedp.KeyEvent(" "))
		}
		if way = append(way, at); at == "submit" {
			break
		}
	}
	if got, want := strings.Join(way, " "), "service details first_name last_name phone email consent A A line1 line2 city state postal_code window plain submit"; !strings.HasSuffix(got, want) || way[0] != "skip" {
		t.Errorf("the way is %q, want it to end with %q", got, want)
	}
	b.do("press", chromedp.KeyEvent(kb.Enter))
	b.until(`document.activeElement.id === "problems"`)
	if got := eval[string](b, `[...document.querySelectorAll("#problems li")].map(el => el.dataset.of).join()`); got != "line1,city,state,postal_code" {
		t.Errorf("missing are %q", got)
	}
	v := s.session(eval[string](b, `rebook.session`), "told", func(v wire.Session) bool { return v.Consent != nil && v.Service != "" })
	if !v.Consent.SMS || v.Customer.FirstName != "Maya" || v.Preferred == "" {
		t.Errorf("by keyboard it told %+v", v)
	}
}

func TestBrowserPageWithoutScriptsSaysWhomToCall(t *testing.T) {
	s := openSite(t, time.Minute)
	b := s.tab()
	b.do("no scripts", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.screen(390, 844, "light")
	b.do("open", navigate(s.house.cfg.demo.Book), chromedp.WaitVisible(chromedp.CSS("noscript .notice")), chromedp.WaitNotVisible(chromedp.CSS("form")))
	b.shoot("book-390-noscript")
}
