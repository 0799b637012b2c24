package main

import (
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/wire"
)

const factsPage = "/console/settings/facts"

// An office writes what the agent may say: from where the agent is chosen to the page, a question without an answer, its answer, a mistake, and
// what a colleague saved meanwhile. The page shows by itself what others write, and nobody loses what they type.
func TestWhatTheAgentMaySayIsWrittenInABrowser(t *testing.T) {
	s := openSite(t, time.Hour)
	b := s.signIn("ada", "manager")
	b.goTo("/console/setup/schedulers/" + demoScheduler)
	b.look("console-scheduler-facts")
	b.press(`a[href="` + factsPage + `"]`)
	b.until(`location.pathname === "` + factsPage + `" && document.querySelectorAll(".asked .open").length > 2 && document.querySelectorAll(".asked .answered").length > 1`)
	b.look("console-facts")
	b.accessible("the facts")
	b.press(`.asked a[href*="ask=hours"]`)
	b.until(`document.getElementById("f-fact-0-id")?.value === "Hours"`)
	b.look("console-facts-ask")
	b.click("#edit button")
	b.until(`document.querySelector("#f-fact-0-text-flaw .hard")`)
	if got := b.value("f-fact-0-id"); got != "Hours" {
		t.Errorf("what was typed is lost: %q", got)
	}
	b.look("console-facts-flaw")
	b.accessible("a fact that was refused")

	// While one types, a colleague's answer appears below; the form stays as it is.
	b.typeIn("f-fact-0-text", "Our business hours are Monday to Friday, 8 AM to 6 PM.")
	s.putFacts(wire.Fact{ID: "Financing", Text: "Financing is available for new systems."}, wire.Fact{ID: "visit_fee", Text: "The visit fee is $99.", Prices: []int{9900, 4900}})
	b.until(`document.querySelector("#live .cards")?.textContent.includes("Financing is available")`)
	if got := b.value("f-fact-0-text"); !strings.HasPrefix(got, "Our business hours") {
		t.Errorf("what is being typed became %q", got)
	}
	b.click("#edit button")
	b.says("Saved.")
	b.says("Answered by “Hours”")

	// Two at the same answer.
	b.press(`.cards a[href*="edit=visit_fee"]`)
	b.until(`document.getElementById("f-fact-0-prices")?.value === "$49"`)
	b.look("console-facts-edit")
	s.putFacts(wire.Fact{ID: "visit_fee", Text: "The visit fee is $109.", Prices: []int{10900, 4900}})
	b.until(`document.querySelector("#live .cards").textContent.includes("$109")`)
	eval[bool](b, `(document.getElementById("f-fact-0-text").value = "The visit fee is $79.", true)`)
	b.click("#edit button")
	b.until(`document.querySelector("#f-fact-0-text-flaw .soft")?.textContent.includes("The visit fee is $109.")`)
	if got := b.value("f-fact-0-text"); got != "The visit fee is $79." {
		t.Errorf("what was typed is lost: %q", got)
	}
	b.look("console-facts-meanwhile")
	b.accessible("a fact that was changed meanwhile")
}

// putFacts replaces what the agent may say, as a colleague does.
func (s *site) putFacts(all ...wire.Fact) {
	s.t.Helper()
	if err := s.api.do(s.t.Context(), "PUT", "/v1/facts", wire.Items[wire.Fact]{Items: all}, nil); err != nil {
		s.t.Fatal(err)
	}
}

// A date gets windows of its own; and a page that tells of a refusal goes on to show what changes, without touching what is typed.
func TestADateGetsItsOwnWindowsInABrowser(t *testing.T) {
	s := openSite(t, time.Hour)
	b := s.signIn("ada", "manager")
	b.goTo("/console/calendar?scheduler=" + demoScheduler)
	b.until(`document.querySelectorAll(".day").length === 7`)
	b.press("a[rel=next]")
	b.until(`document.querySelectorAll(".day:not(.past)").length === 7`)
	b.press(".day:nth-of-type(3) > p .change")
	b.until(`document.querySelector("#edit [name='w0.from']")`)
	set := func(name, value string) {
		t.Helper()
		eval[bool](b, `(document.querySelector("#edit [name='`+name+`']").value = "`+value+`", true)`)
	}
	b.look("console-calendar-own")
	set("why", "Fair in town")
	set("w0.from", "10:00")
	set("w0.to", "09:00")
	b.press("#edit [value=own]")
	b.until(`document.querySelector("#own-0-flaw") && document.readyState === "complete"`)
	b.look("console-calendar-own-flaw")
	b.accessible("a date with a window that was refused")

	// The address is the form's now. What somebody else does still shows, and what is typed stays.
	set("w0.to", "11:45")
	day := eval[string](b, `document.querySelector("#edit [name=day]").value`)
	night := []map[string]any{{"id": "night", "start": day + "T22:00:00Z", "end": day + "T23:00:00Z", "note": "Night crew"}}
	if err := s.api.do(t.Context(), "PUT", "/v1/schedulers/"+demoScheduler+"/windows", night, nil); err != nil {
		t.Fatal(err)
	}
	b.until(`document.getElementById("live").textContent.includes("Night crew")`)
	if got := eval[string](b, `document.querySelector("#edit [name='w0.to']").value + " " + location.pathname`); got != "11:45 /console/calendar/"+demoScheduler+"/days" {
		t.Errorf("the form and its address are %q", got)
	}
	b.press("#edit [value=own]")
	b.until(`document.querySelector(".day:nth-of-type(3) .windows")?.textContent.includes("10 AM – 11:45 AM") && document.querySelector(".day:nth-of-type(3)").textContent.includes("Fair in town")`)
	b.look("console-calendar-own-done")
}
