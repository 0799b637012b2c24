package main

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/rebookhq/rebook/api/wire"
)

// signIn opens a tab in which a person of a role is signed in.
func (s *site) signIn(name, role string) *tab {
	s.t.Helper()
	var made wire.User
	if err := s.api.do(s.t.Context(), "POST", "/v1/users", map[string]string{"email": name + "@brightwater.example", "name": name, "role": role}, &made); err != nil {
		s.t.Fatal(err)
	}
	b := s.tab()
	b.do("open the one-time link", chromedp.Navigate(made.SignInLink))
	b.typeIn("password", "four words in a row")
	b.click("button")
	b.until(`document.querySelector("h1")?.textContent === "Today"`)
	return b
}

// goTo opens a page of the console.
func (b *tab) goTo(path string) {
	b.s.t.Helper()
	b.do("open "+path, chromedp.Navigate(b.s.root+path))
	b.until(`location.pathname + location.search === ` + strconv.Quote(path) + ` && document.readyState === "complete"`)
}

// inEditor runs an expression over the editor: v is its view's content.
const inEditor = `document.getElementById("editor").shadowRoot.querySelector(".cm-content")`

// write replaces the text in the editor as a person does: select all, type over it.
func (b *tab) write(source string) {
	b.s.t.Helper()
	eval[bool](b, `(`+inEditor+`.focus(), getSelection() !== null)`)
	b.do("type", chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: source})
		return err
	}))
}

// press presses a button wherever it stands.
func (b *tab) press(selector string) {
	b.s.t.Helper()
	eval[bool](b, `(document.querySelector(`+strconv.Quote(selector)+`).click(), true)`)
}

// A script is written in the console: a mistake is told at its line, mended, previewed with segments and cost, talked to, used, and taken back.
func TestAScriptIsWrittenInABrowser(t *testing.T) {
	s := openSite(t, 2*time.Second)
	b := s.signIn("ada", "manager")
	b.goTo("/console/scripts")
	b.look("console-scripts")
	b.goTo("/console/scripts/follow_up_link")
	b.until(`document.getElementById("size")?.textContent.includes("segment")`)
	b.look("console-script")

	// A mistake is told while one types, at its line.
	b.write("function render(ctx)\n  return ctx.nobody.name\nend\n")
	b.until(`document.getElementById("mistake")?.dataset.line === "2"`)
	b.until(inShadow + `.querySelector(".cm-lint-marker-error")`)
	b.look("console-script-mistake")
	b.press("#script button:not([formaction])")
	b.until(`document.querySelector("main > .problem")?.textContent.includes("2")`)
	if got := b.value("source"); got != "function render(ctx)\n  return ctx.nobody.name\nend\n" {
		t.Errorf("what was typed is lost: %q", got)
	}
	var list wire.List[wire.ScriptVersion]
	if err := s.api.do(t.Context(), "GET", "/v1/scripts/follow_up_link/versions", nil, &list); err != nil || len(list.Items) != 1 {
		t.Fatalf("a script with a mistake was kept: %+v %v", list, err)
	}

	// Mended; a dear character is told of, and names are offered.
	b.write("function render(ctx)\n  return \"Grüße, “\" .. ctx.business.name .. \"” awaits you: \" .. ctx.link .. \" Reply STOP to opt out.\"\nend\n")
	b.until(`document.querySelector("#preview mark")?.textContent === "“" && document.getElementById("size").textContent.includes("UCS-2")`)
	b.look("console-script-dear")
	b.write("function render(ctx)\n  return \"Hi, your booking with \" .. ctx.business.name .. \" is not finished: \" .. ctx.link .. \" Reply STOP to opt out.\"\nend\n\n-- ctx.")
	b.do("ask for names", chromedp.KeyEvent(" ", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.until(inShadow + `.querySelector(".cm-tooltip-autocomplete")?.textContent.includes("emergency") || ` + inShadow + `.querySelector(".cm-tooltip-autocomplete")?.textContent.includes("windows")`)
	b.screen(1280, 900, "light")
	b.shoot("console-script-names")
	b.do("leave the list", chromedp.KeyEvent("\x1b"))
	b.until(`document.getElementById("preview").textContent.includes("Nothing to mend") && document.getElementById("size").textContent.startsWith("1 segment")`)
	eval[bool](b, `(document.querySelector("[name=note]").value = "shorter", true)`)
	b.press("#script button:not([formaction])")
	b.until(`location.search === "?version=1" && document.querySelector(".versions").textContent.includes("shorter")`)
	b.until(`document.querySelector(".facts").textContent.includes("draft: Version 1")`)

	// Compared, used, and gone back.
	b.goTo("/console/scripts/follow_up_link?version=1&against=0")
	b.until(`document.querySelector(".diff .added")`)
	b.look("console-script-diff")
	b.press(`.versions button`)
	b.until(`document.querySelector(".facts").textContent.includes("In use: Version 1")`)
	b.press(`.versions button`)
	b.until(`document.querySelector(".facts").textContent.includes("In use: Built-in version")`)

	// The agent's draft is talked to on a phone that sends nothing.
	before := len(s.texts("+16145550142"))
	b.goTo("/console/scripts/agent")
	b.press("#talk-begin")
	b.until(`document.querySelectorAll("#talk .bubble.in").length === 1`)
	b.typeIn("say", "How soon can somebody come?\r")
	b.until(`document.querySelectorAll("#talk .bubble.in").length === 2`)
	b.typeIn("say", "The first one is good\r")
	b.until(`document.querySelectorAll("#talk .bubble.in").length >= 3`)
	b.look("console-script-talk")
	if after := len(s.texts("+16145550142")); after != before {
		t.Errorf("talking to a draft sent %d texts", after-before)
	}
}

// The inbox is worked by keys alone, which are told and can be switched off; in the editor a key is a letter.
func TestTheConsoleIsWorkedByKeys(t *testing.T) {
	s := openSite(t, time.Second)
	b := s.signIn("ada", "manager")
	for i := range 2 {
		in := map[string]any{"session": "visit-" + strconv.Itoa(i), "scheduler": demoScheduler, "event": "abandoned", "customer": map[string]string{"first_name": "Maya", "phone": "(614) 555-014" + strconv.Itoa(i)},
			"consent": map[string]any{"sms": true, "text": "Text me"}}
		if err := s.api.do(t.Context(), "POST", "/v1/session-events", in, nil); err != nil {
			t.Fatal(err)
		}
		s.session("visit-"+strconv.Itoa(i), "texted", hasStatus("texted"))
	}
	b.goTo("/console")
	key := func(k string) { b.do("press "+k, chromedp.KeyEvent(k)) }
	key("i")
	b.until(`location.pathname === "/console/inbox" && document.readyState === "complete" && document.querySelectorAll(".rows a").length === 2 && !document.getElementById("show-keys").hidden`)
	key("j")
	key("j")
	b.until(`document.activeElement === document.querySelectorAll(".rows a")[1]`)
	key("k")
	b.until(`document.activeElement === document.querySelectorAll(".rows a")[0]`)
	key("\r")
	b.until(`location.pathname.startsWith("/console/inbox/") && document.readyState === "complete" && !document.getElementById("show-keys").hidden`)
	key("a")
	b.until(`document.activeElement.id === "body"`)
	b.do("type", chromedp.KeyEvent("sit"))
	if got := b.value("body"); got != "sit" {
		t.Errorf("a letter in the answer is %q", got)
	}
	eval[bool](b, `(document.activeElement.blur(), true)`)
	key("?")
	b.until(`document.getElementById("keyboard").open`)
	b.look("console-keyboard")
	b.click("#use-keys")
	key("\x1b")
	b.until(`!document.getElementById("keyboard").open`)
	key("t")
	key("u")
	b.goTo("/console/scripts/agent")
	eval[bool](b, `(`+inEditor+`.focus(), localStorage.removeItem("rebook-keys"), true)`)
	b.do("type", chromedp.KeyEvent("t"), chromedp.KeyEvent("j"))
	b.until(`document.getElementById("source").value.startsWith("tj")`)
	if got := eval[string](b, `location.pathname`); got != "/console/scripts/agent" {
		t.Errorf("a letter in the editor led to %s", got)
	}
}

const inShadow = `document.getElementById("editor").shadowRoot`

// The calendar is looked at and changed in a browser: a window is added, filled by a booking, closed; a day is closed and opened again; what
// somebody else did meanwhile is not overwritten.
func TestTheCalendarIsKeptInABrowser(t *testing.T) {
	s := openSite(t, time.Hour)
	b := s.signIn("ada", "manager")
	b.goTo("/console/calendar?scheduler=" + demoScheduler)
	b.until(`document.querySelectorAll(".day").length === 7`)
	b.look("console-calendar")
	eval[bool](b, `(document.querySelector('a[rel=next]').click(), true)`)
	b.until(`document.querySelectorAll(".day:not(.past)").length === 7`)
	count := eval[int](b, `document.querySelectorAll(".window").length`)
	if count == 0 {
		t.Fatal("the demo has no windows next week")
	}

	// A window by hand on the first day, and somebody in it.
	b.press(".day > p .change")
	b.until(`document.querySelector("#edit [name=from]")`)
	eval[bool](b, `(() => { const set = (n, v) => { document.querySelector("#edit [name=" + n + "]").value = v }; set("from", "18:30"); set("to", "20:00"); set("places", "2"); set("surcharge", "25"); set("note", "Evening crew"); return true })()`)
	b.look("console-calendar-day")
	b.press("#edit form button")
	b.until(`document.querySelector(".day .windows")?.textContent.includes("6:30 PM – 8 PM")`)
	if got := eval[string](b, `document.querySelector(".day").innerText`); !strings.Contains(got, "Evening crew") || !strings.Contains(got, "$25 surcharge") || !strings.Contains(got, "0 of 2") {
		t.Errorf("the new window shows as %q", got)
	}
	var windows wire.List[wire.Window]
	if err := s.api.do(t.Context(), "GET", "/v1/schedulers/"+demoScheduler+"/windows", nil, &windows); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(windows.Items, func(w wire.Window) bool { return w.Note == "Evening crew" })
	if i < 0 {
		t.Fatalf("the window is not there: %+v", windows)
	}
	change := eval[string](b, `[...document.querySelectorAll(".window")].find(w => w.textContent.includes("Evening crew")).querySelector(".change[href*=edit]").getAttribute("href")`)
	b.do("change the window", chromedp.Navigate(s.root+change))
	b.until(`document.querySelector("#edit [name=open]")?.value === "2"`)
	job := map[string]any{"source": "phone", "scheduler": demoScheduler, "window": windows.Items[i].ID, "service": "AC repair", "customer": map[string]string{"first_name": "Maya", "phone": "(614) 555-0142"}}
	if err := s.api.do(t.Context(), "POST", "/v1/bookings", job, nil); err != nil {
		t.Fatal(err)
	}
	eval[bool](b, `(document.querySelector("#edit [name=open]").value = "0", true)`)
	b.press("#edit form button")
	b.until(`document.querySelector(".problem")?.textContent.includes("Somebody booked or changed a window")`)
	if got := eval[string](b, `document.querySelector("#edit [name=open]").value`); got != "0" {
		t.Errorf("what was typed is lost: %q", got)
	}
	b.look("console-calendar-window")
	b.press("#edit form button")
	b.until(`[...document.querySelectorAll(".window.closed")].some(w => w.textContent.includes("Maya"))`)

	// A day is closed and is as every week again.
	b.press(".day:nth-of-type(3) > p .change")
	b.until(`document.querySelector("#edit [name=why]")`)
	eval[bool](b, `(document.querySelector("#edit [name=why]").value = "Crew training", true)`)
	b.press(`#edit [value=close]`)
	b.until(`document.querySelector(".day:nth-of-type(3)")?.textContent.includes("Crew training")`)
	b.look("console-calendar-closed")
	b.press(".day:nth-of-type(3) > p .change")
	b.until(`document.querySelector("#edit [value=usual]")`)
	b.press(`#edit [value=usual]`)
	b.until(`document.querySelectorAll(".day").length === 7 && !document.body.textContent.includes("Crew training")`)
	eval[bool](b, `(document.getElementById("weekly").open = true)`)
	b.look("console-calendar-weekly")
}
