package main

import (
	"context"
	"strconv"
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

// A script is written in the console: a mistake is told at its line, mended, previewed with segments and cost, talked to, used, and taken back.
func TestAScriptIsWrittenInABrowser(t *testing.T) {
	s := openSite(t, 2*time.Second)
	b := s.signIn("ada", "manager")
	b.goTo("/console/scripts")
	b.look("console-scripts")
	b.goTo("/console/scripts/follow_up_link")
	b.until(`document.getElementById("size")?.textContent.includes("segment")`)
	b.look("console-script")
}
