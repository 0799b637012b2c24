package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rebookhq/rebook/api/wire"
)

// axe is axe-core (MPL-2.0), which looks for what keeps people from using a page. It is for tests only and in no build.
const axe = "testdata/axe/axe.min.js"

// findings are axe-core's of the two upper grades, each with what it is about.
const findings = `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.filter((v) => v.impact === "serious" || v.impact === "critical")
	.map((v) => v.id + " (" + v.impact + "): " + v.help + "\n" + v.nodes.slice(0, 4).map((n) => "    " + n.target.flat().join(" ") + " " + n.html.slice(0, 160) + " " + (n.any[0]?.message || "")).join("\n")).join("\n"))`

// accessible runs axe-core over the page as it is, in light and dark, at desktop and at phone width.
func (b *tab) accessible(name string) {
	b.s.t.Helper()
	code, err := os.ReadFile(filepath.FromSlash(axe))
	if err != nil {
		b.s.t.Fatal(err)
	}
	eval[bool](b, string(code)+"\n;true")
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			b.screen(width, 900, scheme)
			if got := eval[string](b, findings); got != "" {
				b.s.t.Errorf("%s, %s, %d px:\n%s", name, scheme, width, got)
			}
			if wide := eval[float64](b, `document.documentElement.scrollWidth`); wide > float64(width) {
				b.s.t.Errorf("%s is %.0f px wide on a screen of %d", name, wide, width)
			}
		}
	}
	b.screen(1280, 900, "light")
}

// No page of the console has a serious finding of axe-core, empty or full, with a refusal on it, in light or dark, wide or narrow.
func TestTheConsoleIsAccessible(t *testing.T) {
	s := openSite(t, time.Second)
	out := s.tab()
	out.do("sign-in page", chromedp.Navigate(s.root+"/console/login"))
	out.until(`document.readyState === "complete"`)
	out.accessible("the sign-in page")
	b := s.signIn("ada", "administrator")
	b.accessible("today, empty")
	for i := range 3 {
		in := map[string]any{"session": fmt.Sprint("visit-", i), "scheduler": demoScheduler, "event": "abandoned", "step": "time", "service": "AC repair",
			"customer": map[string]string{"first_name": "Maya", "last_name": "Torres", "phone": fmt.Sprintf("(614) 555-014%d", i)}, "consent": map[string]any{"sms": i < 2, "text": "Text me"}}
		if err := s.api.do(t.Context(), "POST", "/v1/session-events", in, nil); err != nil {
			t.Fatal(err)
		}
	}
	texted := s.session("visit-0", "texted", hasStatus("texted"))
	held := s.session("visit-2", "withheld", hasStatus("withheld"))
	if err := s.api.do(t.Context(), "POST", "/v1/simulator/inbound", map[string]string{"from": "+16145550140", "to": string(s.texts("+16145550140")[0].From), "body": "I smell gas in the kitchen"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.api.do(t.Context(), "PUT", "/v1/scripts/follow_up_link", wire.NewScript{Source: "function render(ctx)\n  return \"Hi, finish here: \" .. ctx.link\nend\n", Note: "short"}, nil); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"/console", "/console/inbox", "/console/inbox/+16145550140", "/console/sessions", "/console/sessions?q=nobody@nowhere.example", "/console/sessions/" + texted.ID,
		"/console/sessions/" + held.ID, "/console/sessions/nobody", "/console/reports", "/console/reports?group=hour",
		"/console/calendar", "/console/calendar?scheduler=" + demoScheduler + "&weekly=1&day=" + time.Now().Format(time.DateOnly),
		"/console/scripts", "/console/scripts/follow_up_link?version=1&against=0", "/console/scripts/agent"} {
		b.do("open "+page, chromedp.Navigate(s.root+page))
		b.until(`document.readyState === "complete"`)
		switch page {
		case "/console/inbox/+16145550140":
			b.until(`document.body.textContent.includes("I smell gas")`)
		case "/console/scripts/agent":
			b.until(`document.getElementById("size")`)
			b.press("#talk-begin")
			b.until(`document.querySelector("#talk .bubble.in")`)
			b.write("function reply(ctx)\n  return nobody.name\nend")
			b.until(`document.getElementById("mistake")`)
		}
		b.accessible(page)
	}
}
