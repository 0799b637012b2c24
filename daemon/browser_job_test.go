package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rebookhq/rebook/api/wire"
)

// four takes pictures of a page at both widths, light and dark, and runs axe-core over each.
func (b *tab) four(name string) {
	b.s.t.Helper()
	b.accessible(name)
	for _, scheme := range []string{"light", "dark"} {
		b.screen(1280, 900, scheme)
		b.shoot(name + "-1280-" + scheme)
		b.screen(390, 844, scheme)
		b.shoot(name + "-390-" + scheme)
	}
	b.screen(1280, 900, "light")
}

// A customer who left the page writes; a person of the office books the job from the conversation; the calendar shows it and the report counts it.
// It is moved, and cancelled.
func TestAPersonBooksAJobInABrowser(t *testing.T) {
	s := openSite(t, 2*time.Second)
	b := s.signIn("ada", "manager")
	in := map[string]any{"session": "visit-of-maya", "scheduler": demoScheduler, "event": "abandoned", "step": "time", "service": "ac repair", "value_cents": 12900,
		"customer": map[string]any{"first_name": "Maya", "last_name": "Torres", "phone": "(614) 555-0142", "address": map[string]string{"line1": "12 Elm Street", "city": "Columbus", "state": "OH", "postal_code": "43215"}},
		"consent":  map[string]any{"sms": true, "text": "Text me"}}
	if err := s.api.do(t.Context(), "POST", "/v1/session-events", in, nil); err != nil {
		t.Fatal(err)
	}
	visit := s.session("visit-of-maya", "texted", hasStatus("texted"))
	if err := s.api.do(t.Context(), "POST", "/v1/simulator/inbound", map[string]string{"from": demoE164, "to": string(s.texts(demoE164)[0].From), "body": "Can a person call me? I need somebody this week"}, nil); err != nil {
		t.Fatal(err)
	}
	b.goTo("/console/inbox/" + demoE164)
	b.says("I need somebody this week")
	b.press(`.actions a.button`)
	b.until(`document.querySelector("#f-customer-first-name")?.value === "Maya"`)
	if got := b.value("f-service"); got != "AC repair" {
		t.Errorf("the service is %q", got)
	}
	b.four("job-thread")

	// Without a time nothing is booked, and what was typed stays.
	b.typeIn("f-note", "Dog in the yard")
	b.press("#book button")
	b.until(`document.querySelector("#f-window-flaw .hard") && document.activeElement.id === "f-window"`)
	if got := b.value("f-note"); got != "Dog in the yard" {
		t.Errorf("the note is %q", got)
	}
	b.four("job-thread-flaw")
	window := eval[string](b, `document.getElementById("f-window").options[1].value`)
	when := eval[string](b, `document.getElementById("f-window").options[1].textContent.split(" · ")[0]`)
	b.choose("f-window", window)
	b.do("press twice", chromedp.DoubleClick(chromedp.CSS("#book button")))
	b.until(`document.querySelector(".done")?.textContent.startsWith("Booked.")`)
	b.until(`document.querySelector(".held")?.textContent.includes(` + strconv.Quote(when) + `)`)
	if got := b.value("body"); !strings.Contains(got, when) {
		t.Errorf("what may be told the customer: %q", got)
	}
	b.four("job-booked")
	var list wire.List[wire.Booking]
	if err := s.api.do(t.Context(), "GET", "/v1/bookings", nil, &list); err != nil || len(list.Items) != 1 || list.Items[0].Window != window || list.Items[0].Session != visit.ID || list.Items[0].By != "ada" {
		t.Fatalf("the bookings: %+v %v", list, err)
	}
	if got := s.session("visit-of-maya", "recovered", hasStatus("recovered")); got.ID != visit.ID {
		t.Errorf("the session: %+v", got)
	}
	b.press(".held a")
	b.until(`document.querySelector("h1").textContent === "Maya Torres"`)
	b.four("booking")
	b.press(".crumb a") // the week where it is
	b.until(`[...document.querySelectorAll(".booked a")].some((a) => a.textContent === "Maya Torres")`)
	b.look("job-calendar")
	b.goTo("/console/reports")
	b.until(`[...document.querySelectorAll(".bars li")].some((li) => li.textContent.includes("Booked after our text") && li.querySelector("b").textContent === "1")`)

	// Moved and cancelled from its page.
	b.goTo("/console/bookings/" + list.Items[0].ID)
	b.choose("f-window", eval[string](b, `document.getElementById("f-window").options[3].value`))
	b.press("#main section form[action$=move] button")
	b.until(`document.querySelector(".done")?.textContent.startsWith("Moved.") && !document.querySelector(".verdict").textContent.includes(` + strconv.Quote(when) + `)`)
	b.press(".actions summary")
	b.four("booking-cancel")
	b.press(".actions button.bad")
	b.until(`document.querySelector("h1 .state")?.textContent === "cancelled"`)
	b.four("booking-cancelled")

	// The place is free; somebody who calls gets a job in it, in the calendar.
	b.goTo("/console/calendar?scheduler=" + demoScheduler)
	b.press("a[rel=next]")
	b.until(`document.querySelectorAll(".day:not(.past)").length === 7 && document.querySelector(".window a.change")?.textContent.startsWith("Book")`)
	b.press(".window a.change")
	b.until(`document.getElementById("f-window")?.value`)
	b.typeIn("f-customer-first-name", "Bob")
	b.typeIn("f-customer-phone", "(614) 555-0160")
	b.choose("f-service", eval[string](b, `document.getElementById("f-service").options[1].value`))
	b.four("job-calendar-form")
	b.press("#book button")
	b.until(`[...document.querySelectorAll(".booked a")].some((a) => a.textContent === "Bob")`)
	b.four("job-calendar-booked")
}

// The set-up of a booking form, and a script that goes.
func TestABookingFormIsSetUpInABrowser(t *testing.T) {
	s := openSite(t, time.Hour)
	b := s.signIn("ada", "administrator")
	b.goTo("/console/setup/schedulers")
	b.four("setup-schedulers")
	b.goTo("/console/setup/schedulers/" + demoScheduler)
	b.press(".service:nth-of-type(1) summary")
	b.press(".service:last-of-type summary")
	b.four("setup-scheduler")
	n := eval[int](b, `document.querySelectorAll(".service").length`)
	b.do("name a service", chromedp.SendKeys(chromedp.CSS(`.service:last-of-type input[name$=".name"]`), "Boilers"))
	b.press("#services button")
	b.until(`document.querySelector(".done") && document.querySelectorAll(".service").length === ` + strconv.Itoa(n+1))
	source := "function render(ctx)\n  return \"Hi, finish here: \" .. ctx.link .. \" Reply STOP to opt out.\"\nend\n"
	if err := s.api.do(t.Context(), "PUT", "/v1/scripts/winter", wire.NewScript{Source: source}, nil); err != nil {
		t.Fatal(err)
	}
	b.goTo("/console/scripts/winter")
	b.press(`a[href$="/remove"]`)
	b.until(`document.querySelector("h1").textContent === "Remove winter"`)
	b.four("script-remove")
	b.press("button.bad")
	b.until(`document.querySelector(".done")?.textContent.includes("removed")`)
	b.goTo("/console/scripts/agent/remove")
	b.four("script-remove-refused")

	b.goTo("/console/settings/webhooks")
	b.four("webhooks-empty")
	var hook wire.Webhook
	if err := s.api.do(t.Context(), "POST", "/v1/webhooks", map[string]any{"url": "https://hooks.example.com/rebook/of/the/crm", "description": "Our CRM", "events": []string{"booking.created", "person.opted_out"}}, &hook); err != nil {
		t.Fatal(err)
	}
	if err := s.api.do(t.Context(), "POST", "/v1/opt-outs", map[string]string{"phone": demoE164, "text": "no more"}, nil); err != nil {
		t.Fatal(err)
	}
	b.goTo("/console/settings/webhooks")
	b.four("webhooks")
	b.goTo("/console/settings/webhooks/" + hook.ID)
	b.until(`document.querySelector("#live .cards")`)
	b.four("webhook")
}
