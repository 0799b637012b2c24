package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// patience is how long a browser on a busy machine may take for anything.
const patience = 60 * time.Second

// chromium finds the browser. Where there is none the tests are skipped, but not where they are to prove something.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("there is no Chromium, and CI=true: install the package chromium")
	}
	t.Skip("there is no Chromium: install the package chromium to run the browser tests")
	return ""
}

// site is a real daemon in this process with the demo's two pages, and a browser to visit them.
type site struct {
	t     *testing.T
	house *house
	shop  *shop
	api   asker
	root  string // of the daemon, as browsers name it
	tabs  context.Context
}

// asker asks the API without the typed client, as the tests' own view of it.
type asker struct{ base, key string }

// do sends in as JSON and reads the answer into out; nil is nothing.
func (a asker) do(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, &body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+a.key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		text, _ := io.ReadAll(res.Body)
		return fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// openSite opens the demo with the given delay from abandonment to text.
func openSite(t *testing.T, delay time.Duration) *site {
	t.Helper()
	path := chromium(t)
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	dir := t.TempDir()
	p := process{now: time.Now, hurry: context.Background(), stdout: t.Output(), stderr: t.Output(),
		environ: []string{"REBOOK_SERVER_LISTEN=" + freeAddress("127.0.0.1:0"), "REBOOK_CONFIG=" + write(t, "config.toml", "")}}
	h, shop, err := p.openDemo(t.Context(), dir, delay)
	if shop != nil {
		t.Cleanup(func() { shop.close() })
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.stop(h.log); err != nil {
			t.Error(err)
		}
	})
	s := &site{t: t, house: h, shop: shop, api: asker{localURL(h.addr.String()), h.key.Secret}}
	s.root, _, _ = strings.Cut(h.cfg.demo.Book, "/book/")
	s.tabs = openBrowser(t, path)
	return s
}

// openBrowser starts a browser of its own for the test, with nothing remembered and no traffic of its own.
func openBrowser(t *testing.T, path string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(patience), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-US"),
		chromedp.Flag("enable-features", "NetworkService,NetworkServiceInProcess,BackForwardCache"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("the browser ended with %v", err)
		}
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return ctx
}

// tab is one tab of the browser.
type tab struct {
	s     *site
	ctx   context.Context
	close context.CancelFunc
}

func (s *site) tab() *tab {
	s.t.Helper()
	ctx, cancel := chromedp.NewContext(s.tabs)
	s.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		s.t.Fatalf("open a tab: %v", err)
	}
	return &tab{s, ctx, cancel}
}

// visit opens a tab on an address.
func (s *site) visit(address string) *tab {
	s.t.Helper()
	b := s.tab()
	b.open(address)
	return b
}

func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.s.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, steps...)
	for len(steps) == 1 && err != nil && ctx.Err() == nil && strings.Contains(err.Error(), "Could not find node") {
		err = chromedp.Do(ctx, steps...) // the page was fetched again meanwhile, and another node is in its place
	}
	if err != nil {
		b.s.t.Fatalf("%s: %v", what, err)
	}
}

// open goes to an address and waits until the widget knows its session.
func (b *tab) open(address string) {
	b.s.t.Helper()
	b.do("open "+address, chromedp.Navigate(address))
	b.until(`window.rebook && window.rebook.session`)
}

// eval gives what an expression is in the page.
func eval[T any](b *tab, expression string) T {
	b.s.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.s.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to be true in the page, across navigations.
func (b *tab) until(expression string) {
	b.s.t.Helper()
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		cancel()
		if err == nil && ok {
			return
		}
		last = err
	}
	b.s.t.Fatalf("never true: %s (%v)\n%s", expression, last, eval[string](b, `location.href + "\n" + document.body.innerText`))
}

// typeIn types as a person does, with events that the browser vouches for.
func (b *tab) typeIn(id, text string) {
	b.s.t.Helper()
	b.do("type into "+id, chromedp.SendKeys(chromedp.CSS("#"+id), text))
}

func (b *tab) click(selector string) {
	b.s.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// choose picks an option of a list.
func (b *tab) choose(id, value string) {
	b.s.t.Helper()
	eval[bool](b, fmt.Sprintf(`(el => { el.value = %q; el.dispatchEvent(new Event("input", {bubbles: true})); el.dispatchEvent(new Event("change", {bubbles: true})); return el.value === %q })(document.getElementById(%q))`, value, value, id))
}

// value is what stands in a field.
func (b *tab) value(id string) string {
	b.s.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.getElementById(%q).value`, id))
}

// screen sets the size of the window, and light or dark.
func (b *tab) screen(width, height int64, scheme string) {
	b.s.t.Helper()
	b.do("screen", chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// shoot keeps a picture of the whole page where go test -artifacts puts it, or REBOOK_SHOTS.
func (b *tab) shoot(name string) {
	b.s.t.Helper()
	dir := os.Getenv("REBOOK_SHOTS")
	if dir == "" {
		dir = b.s.t.ArtifactDir()
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.s.t.Fatalf("picture %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.s.t.Fatal(err)
	}
}

// maya fills in the hosted page but for the time; consent is ticked or not.
func (b *tab) maya(consent bool) {
	b.s.t.Helper()
	b.click(`input[name=service][value="AC repair"]`)
	b.typeIn("first_name", "Maya")
	b.typeIn("last_name", "Torres")
	b.typeIn("phone", "(614) 555-0142")
	if consent {
		b.click("#consent")
	}
	b.typeIn("details", "Ask for <b>Bob</b> & \"the dog\"")
}

// session waits until the page's session is as wanted, and gives it.
func (s *site) session(client, what string, is func(wire.Session) bool) wire.Session {
	s.t.Helper()
	var v wire.Session
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var list wire.List[wire.Session]
		if err := s.api.do(s.t.Context(), http.MethodGet, "/v1/sessions?q="+client, nil, &list); err != nil {
			s.t.Fatal(err)
		}
		if len(list.Items) == 1 {
			if v = list.Items[0]; is(v) {
				return v
			}
		}
	}
	b, _ := json.MarshalIndent(v, "", "  ")
	s.t.Fatalf("session %s was never %s; it is %s", client, what, b)
	return v
}

func hasStatus(want ...string) func(wire.Session) bool {
	return func(v wire.Session) bool {
		return slices.Contains(want, v.Status)
	}
}

// texts are those that went out to a number.
func (s *site) texts(to string) (all []simulator.Message) {
	s.t.Helper()
	var list wire.List[simulator.Message]
	if err := s.api.do(s.t.Context(), http.MethodGet, "/v1/simulator/messages", nil, &list); err != nil {
		s.t.Fatal(err)
	}
	for _, m := range list.Items {
		if m.Direction == simulator.Outbound && !m.Automatic && string(m.To) == to {
			all = append(all, m)
		}
	}
	return all
}

// link waits for the text to a number and gives its link.
func (s *site) link(to string) string {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		for _, m := range s.texts(to) {
			for word := range strings.FieldsSeq(m.Body) {
				if strings.Contains(word, "/l/") {
					return strings.TrimRight(word, ".")
				}
			}
		}
	}
	s.t.Fatalf("no text with a link came to %s", to)
	return ""
}

// finish sends the hosted page off, with a time where there are any.
func (b *tab) finish() {
	b.s.t.Helper()
	for id, text := range map[string]string{"line1": "12 Elm Street", "city": "Columbus", "postal_code": "43215"} {
		if b.value(id) == "" {
			b.typeIn(id, text)
		}
	}
	b.choose("state", "OH")
	b.until(`!document.getElementById("submit").disabled`)
	if eval[int](b, `document.querySelectorAll("[name=window]").length`) > 0 && eval[int](b, `document.querySelectorAll("[name=window]:checked").length`) == 0 {
		b.click("[name=window]")
	}
	b.click("#submit")
	b.until(`!document.getElementById("done").hidden`)
}

// closeTab closes the tab as a person does; the page hears of it.
var closeTab = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := chromedp.Call(ctx, cdppage.Close, cdp.Empty{})
	return err
})

func navigate(address string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(address) }
