package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rebookhq/rebook/api"
	"github.com/rebookhq/rebook/api/wire"
)

// openFresh opens a daemon on its first start, with nothing but the simulated carrier, and a browser to visit it.
func openFresh(t *testing.T) *site {
	t.Helper()
	path := chromium(t)
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	address := freeAddress("127.0.0.1:0")
	_, port, _ := strings.Cut(address, ":")
	p := process{now: time.Now, hurry: context.Background(), stdout: t.Output(), stderr: t.Output(), environ: []string{"REBOOK_SERVER_LISTEN=" + address,
		"REBOOK_SERVER_PUBLIC_URL=http://localhost:" + port, "REBOOK_STORAGE_DIR=" + t.TempDir(), "REBOOK_CONFIG=" + write(t, "config.toml", "")}}
	cfg, _, err := loadConfig("", p.environ)
	if err != nil {
		t.Fatal(err)
	}
	h, err := p.open(t.Context(), cfg, newLog(p.stderr, cfg.Log))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.stop(h.log); err != nil {
			t.Error(err)
		}
	})
	return &site{t: t, house: h, api: asker{localURL(h.addr.String()), h.key.Secret}, root: cfg.Server.PublicURL, tabs: openBrowser(t, path)}
}

// fill types into the inputs of a form, in place of what stands there.
func (b *tab) fill(fields map[string]string) {
	b.s.t.Helper()
	for name, text := range fields {
		id := "f-" + strings.NewReplacer(".", "-", "_", "-").Replace(name)
		if eval[string](b, fmt.Sprintf(`document.getElementById(%q).tagName`, id)) == "SELECT" {
			b.choose(id, text)
			continue
		}
		eval[string](b, fmt.Sprintf(`document.getElementById(%q).value = ""`, id))
		b.typeIn(id, text)
	}
}

// to goes to a page of the console.
func (b *tab) to(path string) {
	b.s.t.Helper()
	b.do("go to "+path, chromedp.Navigate(b.s.root+path))
}

// says waits until the page says something.
func (b *tab) says(what string) {
	b.s.t.Helper()
	b.until(fmt.Sprintf(`document.getElementById("main")?.innerText.includes(%q)`, what))
}

// The whole promise of the console, from nothing: the one-time link, a password, the three steps; a visit that is left appears on the open page
// and is texted; the customer answers, a person takes over by writing; the customer books by the link, and the report counts it.
func TestAnOfficeBeginsAndWinsBackABookingInABrowser(t *testing.T) {
	s := openFresh(t)
	b := s.tab()
	b.do("open the one-time link", chromedp.Navigate(api.WelcomeLink(s.root, s.house.welcome)))
	b.typeIn("email", "ada@brightwater.example")
	b.typeIn("name", "Ada")
	b.typeIn("password", "four words in a row")
	b.click("button")
	b.until(`document.querySelector("h1")?.textContent === "Today"`)

	// The business, and hours in which a text may go out whenever this test runs.
	b.to("/console/settings")
	b.fill(map[string]string{"name": "Brightwater Home Services", "website": "https://brightwater.example", "office_phone": "614-555-0100"})
	b.click(".sheet button")
	b.says("Saved.")
	b.look("console-account")
	b.to("/console/settings/rules")
	for _, day := range []string{"weekday", "saturday", "sunday"} {
		eval[bool](b, fmt.Sprintf(`["from", "to"].every(end => document.querySelector('[name="settings.hours.%s.' + end + '"]').value = "00:00")`, day))
	}
	b.click(".sheet button")
	b.says("Saved.")
	b.look("console-rules")

	b.to("/console/setup")
	b.says("0 of 3 steps done")
	b.look("console-setup-begun")
	b.click(".gate button")
	b.says("Follow-up by text is on.")

	// Step 1. What reviewers would reject stands beside the field, before any fee is spent.
	b.to("/console/setup/registration/ein")
	b.fill(map[string]string{"ein": "12-345", "legal_name": "Brightwater Home Services LLC"})
	b.click(".sheet button")
	b.until(`document.querySelector("#f-ein-flaw .hard")`)
	if got := b.value("f-ein"); got != "12-345" {
		t.Errorf("what was typed came back as %q", got)
	}
	b.look("console-filing-flaw")
	b.fill(map[string]string{"ein": "31-4159265"})
	b.click(".sheet button")
	b.until(`document.querySelector("h1").textContent === "Company"`)
	b.fill(map[string]string{"website": "https://brightwater.example", "address.line1": "12 Elm Street", "address.city": "Columbus", "address.state": "OH", "address.postal_code": "43215",
		"representative.first_name": "Ada", "representative.last_name": "Byron", "representative.email": "ada@brightwater.example", "representative.phone": "(614) 555-0101",
		"representative.title": "Owner", "representative.position": "CEO"})
	b.click(".sheet button")
	b.says("what reviewers would say") // the website of a test cannot be opened
	b.look("console-filing")
	b.click(".note a")
	b.until(`document.querySelector("h1").textContent === "Identifiers and stock"`)
	b.fill(map[string]string{"business_type": "Limited Liability Corporation", "industry": "CONSTRUCTION"})
	b.click(".sheet button")
	b.until(`document.querySelector("h1").textContent === "What you text"`)
	b.fill(map[string]string{"privacy_url": "https://brightwater.example/privacy", "terms_url": "https://brightwater.example/terms", "support_email": "help@brightwater.example"})
	b.look("console-filing-texts")
	b.click(".sheet button")
	b.says("what reviewers would say")

	// Step 3 comes before the review can be whole: it quotes the real form and its consent words.
	b.to("/console/setup/schedulers")
	b.fill(map[string]string{"name": "Website", "url": "https://brightwater.example/book"})
	b.click(".new button")
	b.says("Put the line below into the page")
	form := eval[string](b, `location.pathname`)
	hosted := eval[string](b, `document.querySelector(".copied a").href`)

	b.to("/console/setup/registration/review")
	b.says("What would be submitted")
	b.look("console-review")
	b.click("[name=agreed]")
	b.click(".sheet button")
	b.says("Submitted.")
	b.look("console-registration")
	b.says("Texts reviewed")
	b.until(`document.querySelector(".verdict").textContent.includes("Approved")`)

	// Step 2.
	b.to("/console/setup/numbers")
	b.click("form[action$=sync] button")
	b.says("(614) 555-0124")
	b.click("[name=default]")
	b.says("Texts go out from it")
	b.look("console-numbers")

	b.to(form)
	b.says("Nothing was heard from your page yet")
	b.click("#f-follow-up-enabled")
	b.fill(map[string]string{"follow_up.delay": "10"})
	eval[string](b, `document.querySelector('[name="follow_up.delay.unit"]').value = "s"`)
	b.click(".sheet button")
	b.says("Saved.")
	b.fill(map[string]string{"url": hosted, "name": "Website"})
	eval[bool](b, `window.before = true`) // this page says that something was saved, too
	b.do("the second form", chromedp.Click(chromedp.CSS(`form[action$="/page"] button`)))
	b.until(`!window.before && document.body.innerText.includes("Saved.") && document.getElementById("f-follow-up-enabled")?.checked && document.querySelectorAll(".phone .bubble").length === 2`)

	// The customer comes, types and leaves; the open pages say so.
	visitor := s.visit(hosted)
	client := eval[string](visitor, `rebook.session`)
	visitor.typeIn("service", "AC repair")
	visitor.typeIn("first_name", "Maya")
	visitor.typeIn("last_name", "Torres")
	visitor.typeIn("phone", "(614) 555-0142")
	visitor.click("#consent")
	b.says("We have heard from your page")
	b.look("console-scheduler")
	b.to("/console")
	visitor.do("leave", closeTab)
	s.session(client, "left", func(v wire.Session) bool { return v.Status != "active" })
	left := time.Now()
	b.says("Maya Torres")
	if took := time.Since(left); took > 5*time.Second {
		t.Errorf("the visit showed after %v", took)
	}
	s.session(client, "texted", hasStatus("texted"))
	link := s.link(demoE164)
	b.to("/console/setup")
	b.says("3 of 3 steps done")
	b.look("console-setup")

	b.to("/console/sessions")
	b.click(".rows a")
	b.says("The text went out")

	// The customer answers; a person writes, and has the conversation from then on.
	if err := s.api.do(t.Context(), http.MethodPost, "/v1/simulator/inbound", map[string]string{"from": demoE164, "to": string(s.texts(demoE164)[0].From), "body": "Is the visit free?"}, nil); err != nil {
		t.Fatal(err)
	}
	b.to("/console/inbox")
	b.says("Is the visit free?")
	b.click(".rows a")
	b.until(`document.getElementById("body")`)
	b.says("answered by Nobody yet")
	b.typeIn("body", "Hi Maya, Ada here. It is $89, credited if you go ahead.")
	b.click("#reply button")
	b.until(`document.querySelector(".messages").textContent.includes("Ada here")`)
	b.says("answered by Ada") // who writes has the conversation

	// She books by the link, and is counted.
	visitor = s.visit(link)
	visitor.until(`document.getElementById("first_name").value === "Maya"`)
	visitor.typeIn("preferred", "weekday mornings") // the form has no calendar yet
	visitor.finish()
	s.session(client, "recovered", hasStatus("recovered"))
	b.to("/console/reports")
	b.until(`[...document.querySelectorAll(".bars li")].some(li => li.textContent.includes("Booked after our text") && li.querySelector("b").textContent === "1")`)

	// What is known of her, in one place; a typed confirmation stands before the end of it.
	b.to("/console/people?q=614-555-0142")
	b.until(`location.pathname.startsWith("/console/people/")`)
	b.says("Agreed to texts")
	b.says("Ada here")
	b.look("console-person")
	b.click(".actions details:last-child summary")
	b.typeIn("confirm", "0000")
	b.click(".actions details:last-child button")
	b.says("type the last four digits")
	if got := b.value("confirm"); got != "0000" {
		t.Errorf("what was typed came back as %q", got)
	}
	eval[string](b, `document.getElementById("confirm").value = ""`)
	b.typeIn("confirm", "0142")
	b.click(".actions details:last-child button")
	b.says("erased")
	b.look("console-people")
}

// The rest of the settings, each with something in it.
func TestTheSettingsInABrowser(t *testing.T) {
	s := openSite(t, 2*time.Second)
	var made wire.User
	if err := s.api.do(t.Context(), http.MethodPost, "/v1/users", map[string]string{"email": "ada@brightwater.example", "name": "Ada", "role": "administrator"}, &made); err != nil {
		t.Fatal(err)
	}
	b := s.tab()
	b.do("open the one-time link", chromedp.Navigate(made.SignInLink))
	b.typeIn("password", "four words in a row")
	b.click("button")
	b.until(`document.querySelector("h1")?.textContent === "Today"`)

	b.to("/console/settings/users")
	b.click(".new summary")
	b.fill(map[string]string{"email": "bob@brightwater.example", "person.name": "Bob", "role": "csr"})
	b.click(".new button")
	b.says("Send this link to bob@brightwater.example")
	b.look("console-users")
	b.click(`.rows a[href$="` + made.ID + `"]`)
	b.says("What each role may do")
	b.look("console-user")

	b.to("/console/settings/keys")
	b.click(".new summary")
	b.fill(map[string]string{"label": "The website's developer", "role": "manager"})
	b.click(".new button")
	b.says("It is shown only now")
	b.look("console-keys")

	b.to("/console/settings/webhooks")
	b.fill(map[string]string{"url": "https://127.0.0.1/hook"})
	b.click(".new button")
	b.until(`document.querySelector("#f-url-flaw .hard")`)
	b.look("console-webhooks")

	b.to("/console/settings/backups")
	b.click("main > form button")
	b.until(`document.querySelector(".cards li")?.textContent.includes("Whole; read through")`)
	b.look("console-backups")
	got, err := http.NewRequestWithContext(t.Context(), http.MethodGet, eval[string](b, `document.querySelector(".cards a").href`), nil)
	if err != nil {
		t.Fatal(err)
	}
	got.Header.Set("Authorization", "Bearer "+s.api.key)
	res, err := http.DefaultClient.Do(got)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.ContentLength < 1000 || !strings.Contains(res.Header.Get("Content-Disposition"), "rebook-") {
		t.Errorf("the download: %d, %d bytes, %s", res.StatusCode, res.ContentLength, res.Header.Get("Content-Disposition"))
	}

	b.to("/console/settings/audit")
	b.says("Make an API key")
	b.click(".audit summary")
	b.look("console-audit")
	b.to("/console/settings/about")
	b.says("Rebook is well")
	b.look("console-about")
	b.to("/console/setup/adopt")
	b.look("console-adopt")
}
