package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/rebookhq/rebook/api/wire"
)

// leave is a visitor with a name who leaves.
func (s *site) leave(name, phone string) {
	s.t.Helper()
	in := map[string]any{"session": "visit-of-" + name, "scheduler": demoScheduler, "event": "abandoned", "step": "time", "service": "AC repair",
		"customer": map[string]string{"first_name": name, "phone": phone}, "consent": map[string]any{"sms": true, "text": "Text me"}}
	if err := s.api.do(s.t.Context(), http.MethodPost, "/v1/session-events", in, nil); err != nil {
		s.t.Fatal(err)
	}
}

// leaves is a visitor who leaves, and waits until the agent's first text is there.
func (s *site) leaves(name, phone string) wire.Session {
	s.t.Helper()
	s.leave(name, phone)
	return s.session("visit-of-"+name, "texted", hasStatus("texted", "talking"))
}

// customerSays texts the house as a customer, and waits for an answer with certain words.
func (s *site) customerSays(phone, body, answer string) {
	s.t.Helper()
	if err := s.api.do(s.t.Context(), http.MethodPost, "/v1/simulator/inbound", map[string]string{"from": phone, "to": string(s.texts(phone)[0].From), "body": body}, nil); err != nil {
		s.t.Fatal(err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if all := s.texts(phone); len(all) > 1 && strings.Contains(all[len(all)-1].Body, answer) {
			return
		}
	}
	s.t.Fatalf("no answer with %q came to %s: %+v", answer, phone, s.texts(phone))
}

// withAgent has an agent write for the demo's form.
func (s *site) withAgent() {
	s.t.Helper()
	if err := s.api.do(s.t.Context(), http.MethodPut, "/v1/schedulers/"+demoScheduler, map[string]any{"follow_up": map[string]any{"mode": "ai_agent"}}, nil); err != nil {
		s.t.Fatal(err)
	}
}

// pushyAgent answers everything with the same question.
const pushyAgent = `function reply(ctx)
  if ctx.event.kind == "start" then
    return { say = "Hi, this is " .. ctx.business.name .. "'s automated assistant. Want to book? Reply STOP to opt out." }
  end
  return { say = "Want me to set it up now?" }
end
`

// The whole story: a person changes the agent and presses test; a conversation fails and shows where the replies part; kept out, mended, it is
// used. Last week is replayed with a change and read side by side; then a version goes to ten percent of the people, with results of both.
func TestNothingGoesLiveUntestedInABrowser(t *testing.T) {
	s := openSite(t, time.Second)
	s.withAgent()
	s.leaves("Maya", "+16145550142")
	s.customerSays("+16145550142", "How much is the visit?", "$89")
	s.leaves("Noor", "+16145550143")
	b := s.signIn("ada", "administrator")

	// A conversation becomes a test.
	b.goTo("/console/inbox/+16145550142")
	b.press(`form.save button`)
	b.until(`location.pathname.startsWith("/console/tests/")`)
	test := eval[string](b, `location.pathname`)
	name := eval[string](b, `document.querySelector("h1").textContent`)
	if got := eval[string](b, `document.body.textContent`); strings.Contains(got, "555-0142") || strings.Contains(got, "5550142") {
		t.Error("the customer's number is in the test")
	}

	// What would happen to a visit at another time is told on its page.
	b.goTo("/console/sessions/" + s.leaves("Olu", "+16145550144").ID)
	eval[bool](b, `(document.getElementById("due-at").value = document.getElementById("due-at").value.replace(/^\d{4}-\d\d-\d\d/, d => new Date(Date.parse(d) + 3 * 86400e3).toISOString().slice(0, 10)), document.getElementById("due-at").focus(), true)`)
	b.do("press Enter", chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector("#foretold .verdict")?.textContent.startsWith("No text would go out.") && document.querySelectorAll("#foretold .trace li").length > 5`)
	b.shown("proof-travel")

	// The agent is changed. The test fails beside the editor, and shows where the replies part.
	b.goTo("/console/scripts/agent")
	builtIn := b.value("source")
	b.write(pushyAgent)
	b.press("#test")
	b.until(`/^\d+ of \d+ fails? in \d+\.\d seconds$/.test(document.querySelector("#tests-told b")?.parentElement.textContent.trim())`)
	b.until(fmt.Sprintf(`document.querySelector('#tests a[href=%q]')?.textContent === %q`, test, name))
	mine := fmt.Sprintf(`document.querySelector('#tests a[href=%q]').closest(".failing")`, test)
	if before, now := eval[string](b, mine+`.querySelector(".sides > :first-child").textContent`), eval[string](b, mine+`.querySelector(".sides > :last-child").textContent`); !strings.Contains(before, "$89") || !strings.Contains(now, "Want me to set it up now?") {
		t.Errorf("side by side stand %q and %q", before, now)
	}
	if x := eval[float64](b, mine+`.querySelector(".sides > :last-child").getBoundingClientRect().left - `+mine+`.querySelector(".sides > :first-child").getBoundingClientRect().right`); x < 0 {
		t.Errorf("the two do not stand beside each other: %.0f px", x)
	}
	if got := eval[string](b, `document.activeElement.id`); got != "h-tests" {
		t.Errorf("after the tests the focus is on %q", got)
	}
	b.shown("proof-script-tests")

	// Saved as it is, it is kept out of use, with the same list; what was typed meanwhile stays. Nobody goes past without a reason.
	b.press("#script button:not([formaction])")
	b.until(`location.search === "?version=1" && document.getElementById("editor")`)
	b.write(pushyAgent + "-- still thinking\n")
	b.press(`.versions button[value="1"]`)
	b.until(`document.querySelector("main > .problem")?.textContent.includes("version 1 was not put to use")`)
	b.until(fmt.Sprintf(`document.querySelector('#tests a[href=%q]') && document.getElementById("override")`, test))
	if got := b.value("source"); !strings.HasSuffix(got, "-- still thinking\n") || eval[string](b, inEditor+`.textContent.includes("still thinking") ? "yes" : "no"`) != "yes" {
		t.Errorf("what was typed is lost: %q", got)
	}
	eval[bool](b, `(document.querySelector(".override").open = true)`)
	b.press("#all-the-same")
	b.until(`document.getElementById("no-reason") && document.activeElement.id === "override"`)
	b.shown("proof-script-kept-out")
	var list wire.Script
	if err := s.api.do(t.Context(), http.MethodGet, "/v1/scripts/agent", nil, &list); err != nil || list.Active == nil || *list.Active != 0 {
		t.Fatalf("the version came into use: %+v %v", list, err)
	}

	// Mended, it passes and is used.
	friendly := builtIn + "\nlocal plain = reply\nfunction reply(ctx)\n  local p = plain(ctx)\n  if ctx.event.kind == \"start\" and p and p.say then p.say = p.say:gsub(\" Reply STOP\", \" Thank you. Reply STOP\") end\n  return p\nend\n"
	b.write(friendly)
	if hidden := eval[bool](b, `document.getElementById("tests-old").hidden`); hidden {
		t.Error("nothing says that the results are of an older text")
	}
	b.press("#test")
	b.until(`document.getElementById("tests-told").textContent.startsWith("All ")`)
	b.press("#script button:not([formaction])")
	b.until(`location.search === "?version=2" && document.getElementById("editor")`)
	b.press(`.versions button[value="2"]`)
	b.until(`document.querySelector(".facts").textContent.includes("In use: Version 2")`)
	b.shown("proof-script-used")

	// The week is replayed with the version before and other hours, and both sides are read.
	b.press(`.versions a[href^="/console/replays"]`)
	b.until(`document.querySelector("[name=script]")?.value.startsWith("agent@")`)
	b.choose2("script", "agent@0")
	eval[bool](b, `(document.querySelector("[name=delay]").value = "30", true)`)
	b.shown("proof-replays")
	b.press("form.replay button")
	b.until(`document.querySelector("h1 .state")?.textContent === "Done" && document.querySelectorAll(".differences > li").length >= 3`)
	told := eval[string](b, `document.querySelector("#live .verdict").textContent`)
	if !strings.Contains(told, "of 3 texts would differ") {
		t.Errorf("the replay says %q", told)
	}
	if was, is := eval[string](b, `document.querySelector(".differences .sides > :first-child").textContent`), eval[string](b, `document.querySelector(".differences .sides > :last-child").textContent`); !strings.Contains(was, "Thank you. Reply STOP") || strings.Contains(is, "Thank you") || !strings.Contains(is, "Reply STOP") {
		t.Errorf("side by side stand %q and %q", was, is)
	}
	b.shown("proof-replay")
	before := len(s.texts("+16145550142"))

	// A further version goes to ten percent of the people first.
	if err := s.api.do(t.Context(), http.MethodPut, "/v1/scripts/agent", map[string]string{"source": strings.Replace(friendly, "Thank you", "Many thanks", 1), "note": "more formal"}, nil); err != nil {
		t.Fatal(err)
	}
	b.goTo("/console/scripts/agent")
	b.press(`.versions a[href="/console/canary?version=agent%403"]`)
	b.until(`document.querySelector("[name=version]")?.value === "agent@3" && document.querySelector("[name=percent]").value === "10"`)
	b.press(`form[action="/console/canary"] button`)
	b.until(`document.querySelector(".state")?.textContent === "Running"`)
	const people = 24
	for i := range people {
		s.leave(fmt.Sprint("Trial", i), fmt.Sprintf("+1614555%04d", 150+i))
	}
	b.until(fmt.Sprintf(`[...document.querySelectorAll("tbody tr")].reduce((n, r) => n + Number(r.cells[1].textContent), 0) === %d && document.querySelectorAll("tbody tr").length === 2`, people))
	b.shown("proof-canary")

	// One that takes long is watched and cancelled.
	for rounds := 400_000; ; rounds /= 2 { // about as long as a script may take on this machine
		slow := fmt.Sprintf("function reply(ctx)\n  local n = 0\n  for i = 1, %d do n = n + i end\n  return { say = \"Slow but sure: \" .. ctx.business.name .. \", automated. Reply STOP to opt out.\" }\nend\n", rounds)
		err := s.api.do(t.Context(), http.MethodPut, "/v1/scripts/agent", map[string]string{"source": slow}, nil)
		if err == nil {
			break
		}
		if rounds < 10_000 {
			t.Fatal(err)
		}
	}
	for _, cancelled := range []bool{true, false} {
		b.goTo("/console/replays?script=agent&version=4")
		b.press("form.replay button")
		b.until(`document.querySelector("h1 .state")?.textContent === "Running" && document.querySelector("progress")`)
		if cancelled {
			b.press(`form[action$="/cancel"] button`)
			b.until(`document.querySelector("h1 .state")?.textContent === "Cancelled"`)
			continue
		}
		b.until(`document.querySelector("progress")?.value > 20`)
		eval[bool](b, `(window.fetch = () => Promise.reject(new Error("the page is held as it is")), true)`)
		b.shown("proof-replay-running")
	}
	if after := len(s.texts("+16145550142")); after != before {
		t.Errorf("tests, replay or trial sent Maya %d texts", after-before)
	}
}

// shown takes pictures of a page, and has it looked over by axe-core.
func (b *tab) shown(name string) {
	b.s.t.Helper()
	b.look(name)
	if os.Getenv("REBOOK_SHOTS") != "" {
		b.screen(1280, 900, "dark")
		b.shoot(name + "-1280-dark")
		b.screen(390, 844, "light")
		b.shoot(name + "-390-light")
	}
	b.accessible(name)
}

// choose2 picks an option of a list that has a name and no ID.
func (b *tab) choose2(name, value string) {
	b.s.t.Helper()
	if got := eval[string](b, fmt.Sprintf(`(el => { el.value = %q; el.dispatchEvent(new Event("change", {bubbles: true})); return el.value })(document.querySelector("[name=%s]"))`, value, name)); got != value {
		b.s.t.Fatalf("%s has no option %q", name, value)
	}
}

// Who is signed out while they write, or meets a daemon that is away, keeps what they typed, and goes on where they were.
func TestWhatIsTypedOutlivesASignOut(t *testing.T) {
	s := openSite(t, time.Second)
	b := s.signIn("ada", "manager")
	b.goTo("/console/scripts/follow_up_link")
	b.until(`document.getElementById("editor")`)
	const words = "function render(ctx)\n  return \"Hi from \" .. ctx.business.name .. \": \" .. ctx.link .. \" Reply STOP to opt out.\"\nend\n"
	b.write(words)
	eval[bool](b, `fetch("/console/logout", {method: "POST"}).then(() => true)`)
	for _, button := range []string{"#test", "#script button:not([formaction])"} {
		b.press(button)
		b.until(`document.querySelector("main > .problem")?.textContent.includes("You are signed out")`)
		if got := b.value("source"); got != words || eval[string](b, `location.pathname`) != "/console/scripts/follow_up_link" {
			t.Errorf("after %s what was typed is %q", button, got)
		}
	}
	b.look("proof-signed-out")
	again := s.tab()
	again.do("sign in", chromedp.Navigate(s.root+"/console/login"))
	again.typeIn("email", "ada@brightwater.example")
	again.typeIn("password", "four words in a row")
	again.click("button")
	again.until(`document.querySelector("h1")?.textContent === "Today"`)
	eval[bool](b, `(window.really = window.fetch, window.fetch = () => Promise.reject(new Error("away")), true)`)
	b.press("#test")
	b.until(`document.querySelector("main > .problem")?.textContent.includes("No answer came")`)
	eval[bool](b, `(window.fetch = window.really, true)`)
	b.press("#test")
	b.until(`document.getElementById("tests-told").textContent.startsWith("All ") && !document.querySelector("main > .problem")`)
	b.press("#script button:not([formaction])")
	b.until(`location.search === "?version=1" && document.getElementById("editor")`)
	if got := b.value("source"); got != words {
		t.Errorf("saved was %q", got)
	}
}

// The tests' pages by keyboard: a conversation becomes a test, which is run, edited until it fails, mended, and deleted.
func TestTestsAreKeptInABrowser(t *testing.T) {
	s := openSite(t, time.Second)
	s.withAgent()
	s.leaves("Maya", "+16145550142")
	s.customerSays("+16145550142", "How much is the visit?", "$89")
	b := s.signIn("ada", "manager")
	b.goTo("/console/tests")
	b.shown("proof-tests-empty")
	b.goTo("/console/inbox/+16145550142")
	eval[bool](b, `(document.querySelector("form.save button").focus(), true)`)
	b.do("press Enter", chromedp.KeyEvent(kb.Enter))
	b.until(`location.pathname.startsWith("/console/tests/") && document.getElementById("document")`)
	path := eval[string](b, `location.pathname`)
	b.press(`form[action$="/run"] button`)
	b.until(`document.querySelector(".verdict b")?.textContent === "Passed"`)
	b.shown("proof-test")
	edit := func(from, to string) {
		b.goTo(path)
		eval[bool](b, fmt.Sprintf(`(el => { el.value = el.value.replace(%q, %q); return true })(document.getElementById("document"))`, from, to))
		b.press(`form:not([action$="/run"]):not([action$="/delete"]) > button:not(.plain)`)
	}
	b.goTo(path)
	edit(`$89`, `$99`)
	b.until(`document.querySelector(".verdict b")?.textContent === "Failed" && document.querySelector(".unmet")`)
	b.shown("proof-test-failed")
	eval[bool](b, `(document.getElementById("document").value = "{ not whole", true)`)
	b.press(`main > form:has(#document) button`)
	b.until(`document.querySelector("main > .problem") && document.getElementById("document").value === "{ not whole"`)
	b.goTo("/console/tests")
	b.press(`form[action="/console/tests/run"] button`)
	b.until(`document.body.textContent.includes("1 of") && document.querySelector(".failing, article.tile")`)
	b.shown("proof-tests")
	b.goTo(path)
	b.press(`form[action$="/delete"] button`)
	b.until(`location.pathname === "/console/tests" && document.body.textContent.includes("None yet")`)
}
