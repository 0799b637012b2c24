package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/rebookhq/rebook/api/wire"
)

// host serves pages of a stranger on an origin of its own, which the scheduler of the other site lists. In them {{widget}}
// stands for the script. Whatever the pages send is kept in window.sent, and whatever goes wrong in them in window.wrong.
func (s *site) host(pages map[string]string) (origin string) {
	s.t.Helper()
	const spy = `<script>
		window.sent = []; window.wrong = [];
		addEventListener("error", e => wrong.push(String(e.message)));
		addEventListener("unhandledrejection", e => wrong.push(String(e.reason)));
		{ const f = window.fetch; window.fetch = (a, o) => { if (o && o.body) sent.push(o.body); return window.away && /v1/.test(a) ? window.away(a, o) : f(a, o) };
		const b = navigator.sendBeacon.bind(navigator); navigator.sendBeacon = (a, d) => { sent.push(d); return b(a, d) } }
	</script>`
	widget := spy + fmt.Sprintf(`<script src="%s/widget.js" data-scheduler="partner" data-key="pk_demo_partner"></script>`, s.root)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		html, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!DOCTYPE html><html><head><title>Host</title>"+strings.ReplaceAll(html, "{{widget}}", widget))
	}))
	s.t.Cleanup(server.Close)
	origin = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	if err := s.api.do(s.t.Context(), http.MethodPut, "/v1/schedulers/partner", map[string]any{"origins": []string{origin}, "url": origin + "/"}, nil); err != nil {
		s.t.Fatal(err)
	}
	return origin
}

// abandonAfter changes after how much silence a session counts as left.
func (s *site) abandonAfter(d string) {
	s.t.Helper()
	if err := s.api.do(s.t.Context(), http.MethodPut, "/v1/account", map[string]any{"settings": map[string]any{"abandon_after": d}}, nil); err != nil {
		s.t.Fatal(err)
	}
}

// offline cuts the tab's network, or mends it.
func (b *tab) offline(is bool) {
	b.s.t.Helper()
	b.do("network", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: is, DownloadThroughput: -1, UploadThroughput: -1})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: is, DownloadThroughput: -1, UploadThroughput: -1}}})
		return err
	}))
}

// block keeps addresses from the tab, as an ad blocker does.
func (b *tab) block(patterns ...string) {
	b.s.t.Helper()
	var list []*network.BlockPattern
	for _, p := range patterns {
		list = append(list, &network.BlockPattern{URLPattern: p, Block: true})
	}
	b.do("block", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: list})
		return err
	}))
}

// history goes back or forward by the page's own hand: a page that comes out of the browser's cache loads nothing, so there is
// no event to wait for.
func (b *tab) history(by int) {
	b.s.t.Helper()
	eval[bool](b, fmt.Sprintf(`(setTimeout(() => history.go(%d)), true)`, by))
}

func TestBrowserFormOnAnotherSiteIsWonBack(t *testing.T) {
	s := openSite(t, 2*time.Second)
	b := s.visit(s.house.cfg.demo.Shop)
	client := eval[string](b, `rebook.session`)
	b.typeIn("fullname", "Maya de la Torre")
	b.typeIn("phone", "614-555-0142")
	b.choose("service", "2")
	b.typeIn("zip", "43215")
	b.click("#sms_consent")
	b.do("leave", navigate("about:blank"))
	v := s.session(client, "texted", hasStatus("texted"))
	if c := v.Customer; c.FirstName != "Maya" || c.LastName != "de la Torre" || v.Service != "Leak repair" || c.Address.PostalCode != "43215" {
		t.Errorf("the session holds %+v, service %q", c, v.Service)
	}
	words := "Text me about this request, including one automated reminder from Brightwater Home Services if I don't finish it."
	if v.Consent == nil || !strings.HasPrefix(v.Consent.Text, words) || !strings.HasSuffix(v.Consent.Text, "Not a condition of purchase.") {
		t.Errorf("the evidence is not what stood beside the box: %+v", v.Consent)
	}

	b = s.visit(s.link(demoE164))
	b.until(`document.getElementById("fullname").value`)
	for id, want := range map[string]string{"fullname": "Maya de la Torre", "phone": "614-555-0142", "service": "2", "zip": "43215"} {
		if got := b.value(id); got != want {
			t.Errorf("%s came back as %q, want %q", id, got, want)
		}
	}
	b.click("button")
	b.until(`location.pathname === "/thanks"`)
	s.session(client, "recovered", hasStatus("recovered"))
	var all wire.List[wire.Session]
	if err := s.api.do(t.Context(), http.MethodGet, "/v1/sessions", nil, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Items) != 1 {
		t.Errorf("%d sessions, want one: the page that says thanks is none", len(all.Items))
	}
}

func TestBrowserEveryWayOfLeavingIsNoticed(t *testing.T) {
	s := openSite(t, time.Minute)
	for _, c := range []struct {
		name   string
		leave  func(*tab)
		back   func(*tab) // nil: there is no way back
		fields bool       // what was typed is there again
	}{
		{"close", func(b *tab) { b.do("close", closeTab) }, nil, false},
		{"navigate and come back", func(b *tab) { b.do("navigate", navigate(s.root+"/simulator/phone")) }, func(b *tab) { b.history(-1) }, true},
		{"back, as on a phone, and forward", func(b *tab) { b.history(-1) }, func(b *tab) { b.history(1) }, true},
	} {
		b := s.tab()
		b.do("begin elsewhere", navigate(s.root+"/simulator/phone"))
		b.open(s.house.cfg.demo.Book)
		client := eval[string](b, `rebook.session`)
		b.maya(true)
		c.leave(b)
		v := s.session(client, "abandoned after "+c.name, hasStatus("abandoned"))
		if v.Customer.Phone != "(614) 555-0142" || v.Fields["details"] == "" {
			t.Errorf("%s: what was typed last did not arrive: %+v %v", c.name, v.Customer, v.Fields)
		}
		if c.back == nil {
			continue
		}
		c.back(b)
		s.session(client, "active again after "+c.name, hasStatus("active"))
		b.until(`window.rebook && rebook.session === "` + client + `"`)
		if got := b.value("first_name"); got != "Maya" {
			t.Errorf("%s: the first name came back as %q", c.name, got)
		}
	}
	if n := len(s.texts(demoE164)); n != 0 {
		t.Errorf("%d texts before their time", n)
	}
}

func TestBrowserLosingTheNetworkCountsAsLeavingUntilItIsBack(t *testing.T) {
	s := openSite(t, time.Minute)
	s.abandonAfter("4s")
	b := s.visit(s.house.cfg.demo.Book)
	client := eval[string](b, `rebook.session`)
	b.maya(true)
	eval[bool](b, `rebook.flush()`)
	b.offline(true)
	b.typeIn("email", "maya@example.com")
	s.session(client, "abandoned", hasStatus("abandoned"))
	b.offline(false)
	v := s.session(client, "active with what was typed meanwhile", func(v wire.Session) bool { return v.Status == "active" && v.Customer.Email != "" })
	if v.Customer.Email != "maya@example.com" {
		t.Errorf("typed offline: %q", v.Customer.Email)
	}
}

func TestBrowserTabInTheBackgroundIsSilentAndNotLeft(t *testing.T) {
	s := openSite(t, time.Minute)
	s.abandonAfter("6s") // the page beats every two seconds
	b := s.visit(s.house.cfg.demo.Book)
	client := eval[string](b, `rebook.session`)
	b.maya(true)
	hide := func(is bool) {
		eval[bool](b, fmt.Sprintf(`(Object.defineProperty(document, "hidden", {value: %v, configurable: true}), document.dispatchEvent(new Event("visibilitychange")))`, is))
	}
	hide(true)
	v := s.session(client, "told before it was hidden", func(v wire.Session) bool { return v.Fields["details"] != "" })
	if v.Status != "active" {
		t.Errorf("a tab switch made it %s", v.Status)
	}
	hide(false)
	s.session(client, "heard of again", func(w wire.Session) bool { return w.Status == "active" && w.SeenAt.After(v.SeenAt) })
	hide(true)
	s.session(client, "left after long silence", hasStatus("abandoned"))
	hide(false)
	s.session(client, "back", hasStatus("active"))
}

func TestBrowserTwoTabsOfOnePersonGetOneText(t *testing.T) {
	s := openSite(t, 2*time.Second)
	one, two := s.visit(s.house.cfg.demo.Book), s.visit(s.house.cfg.demo.Book)
	first, second := eval[string](one, `rebook.session`), eval[string](two, `rebook.session`)
	if first == second {
		t.Fatal("two tabs are one session")
	}
	one.maya(true)
	two.maya(true)
	one.do("close", closeTab)
	s.session(first, "abandoned", hasStatus("abandoned"))
	two.do("close", closeTab)
	s.session(second, "texted", hasStatus("texted"))
	v := s.session(first, "withheld", hasStatus("withheld"))
	if v.FollowUp.WithheldBy != "duplicate" {
		t.Errorf("the first tab's text was withheld by %q", v.FollowUp.WithheldBy)
	}
	if n := len(s.texts(demoE164)); n != 1 {
		t.Errorf("%d texts, want one", n)
	}
}

func TestBrowserWithoutConsentNoTextGoesOut(t *testing.T) {
	s := openSite(t, time.Second)
	never := s.visit(s.house.cfg.demo.Book)
	a := eval[string](never, `rebook.session`)
	never.maya(false)
	never.do("close", closeTab)
	undone := s.visit(s.house.cfg.demo.Book)
	b := eval[string](undone, `rebook.session`)
	undone.maya(true)
	s.session(b, "consented", func(v wire.Session) bool { return v.Consent != nil && v.Consent.SMS })
	undone.click("#consent")
	undone.do("close", closeTab)
	for _, client := range []string{a, b} {
		if v := s.session(client, "withheld", hasStatus("withheld")); v.FollowUp.WithheldBy != "consent" {
			t.Errorf("withheld by %q", v.FollowUp.WithheldBy)
		}
	}
	if n := len(s.texts(demoE164)); n != 0 {
		t.Errorf("%d texts without consent", n)
	}
}

func TestBrowserBookingWorksWithoutTheWidget(t *testing.T) {
	s := openSite(t, time.Minute)
	b := s.tab()
	b.block("*://*:*/widget.js*")
	b.do("open", navigate(s.house.cfg.demo.Book))
	b.until(`!document.getElementById("submit").disabled`)
	if eval[bool](b, `!!window.rebook`) {
		t.Fatal("the widget was not blocked")
	}
	b.maya(false)
	b.finish()
	var all wire.List[wire.Session]
	if err := s.api.do(t.Context(), http.MethodGet, "/v1/sessions?status=completed", nil, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Items) != 1 || all.Items[0].Customer.LastName != "Torres" {
		t.Errorf("completed sessions: %+v", all.Items)
	}
}
