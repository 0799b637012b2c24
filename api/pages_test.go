package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

// The widget stands in other people's pages, so what it weighs is theirs to pay.
func TestWidgetIsSmall(t *testing.T) {
	a := assets()["widget.js"]
	if n := len(a.gzipped); n == 0 || n >= 8000 {
		t.Errorf("widget.js has %d bytes compressed, want under 8 kB", n)
	}
	z, err := gzip.NewReader(bytes.NewReader(a.gzipped))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || !bytes.Equal(b, a.body) {
		t.Errorf("compressed it is something else: %v", err)
	}
	for _, word := range []string{"import ", "require(", "localStorage", "document.cookie", "eval(", "innerHTML", "document.write"} {
		if bytes.Contains(a.body, []byte(word)) {
			t.Errorf("widget.js has %q in it", word)
		}
	}
}

// Every call that the types promise is there, and the guide has it; the version is one.
func TestWidgetTypesAndGuideSayWhatTheWidgetHas(t *testing.T) {
	guide, err := os.ReadFile("assets/README.md")
	if err != nil {
		t.Fatal(err)
	}
	code, types := string(assets()["widget.js"].body), string(assets()["widget.d.ts"].body)
	_, api, _ := strings.Cut(types, "export interface Rebook {")
	members := regexp.MustCompile(`(?m)^  (?:readonly )?(\w+)[(:]`).FindAllStringSubmatch(strings.Split(api, "\n}")[0], -1)
	if len(members) < 9 {
		t.Fatalf("the types have %d members", len(members))
	}
	for _, m := range members {
		if !regexp.MustCompile(`(?m)^    (?:get )?` + m[1] + `[:,(]`).MatchString(code) {
			t.Errorf("widget.js has no rebook.%s", m[1])
		}
		if !strings.Contains(string(guide), "`rebook."+m[1]) {
			t.Errorf("the guide does not tell of rebook.%s", m[1])
		}
	}
	for _, attribute := range regexp.MustCompile(`data-rebook(?:-\w+)?`).FindAllString(code, -1) {
		if !strings.Contains(string(guide), "`"+attribute) {
			t.Errorf("the guide does not tell of %s", attribute)
		}
	}
	version := regexp.MustCompile(`const version = "(\d+\.\d+\.\d+)"`).FindStringSubmatch(code)
	if version == nil || !strings.HasPrefix(code, "/*! Rebook widget "+version[1]+" ") || !strings.Contains(types, "widget "+version[1][:1]+".x") {
		t.Errorf("version %v is not the same everywhere", version)
	}
}

func TestAssetsAreKeptByBrowsersAndNeverStale(t *testing.T) {
	inHouse(t, func(h *house) {
		for path, name := range map[string]string{"/widget.js": "widget.js", "/widget.d.ts": "widget.d.ts", "/assets/book.css": "book.css", "/assets/book.js": "book.js"} {
			plain := h.must(h.request("GET", path, "", "Authorization: "), 200)
			zipped := h.must(h.request("GET", path, "", "Authorization: ", "Accept-Encoding: br, gzip;q=0.8"), 200)
			if zipped.header.Get("Content-Encoding") != "gzip" || len(zipped.body) >= len(plain.body) || zipped.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: %v", path, zipped.header)
			}
			if refused := h.request("GET", path, "", "Accept-Encoding: gzip;q=0"); refused.header.Get("Content-Encoding") != "" {
				t.Errorf("%s: compressed although the browser cannot read it", path)
			}
			if plain.header.Get("ETag") == "" || plain.header.Get("ETag") == zipped.header.Get("ETag") {
				t.Errorf("%s: ETag %q, compressed %q", path, plain.header.Get("ETag"), zipped.header.Get("ETag"))
			}
			if again := h.request("GET", path, "", "If-None-Match: "+plain.header.Get("ETag")); again.status != 304 || again.body != "" {
				t.Errorf("%s again: %d %q", path, again.status, again.body)
			}
			for query, want := range map[string]string{"": keepShortly, "?v=old": keepShortly, "?v=" + assets()[name].version: keepForEver, "?debug": keepShortly} {
				if got := h.request("GET", path+query, "").header.Get("Cache-Control"); got != want {
					t.Errorf("%s%s: Cache-Control %q, want %q", path, query, got, want)
				}
			}
			if head := h.request("HEAD", path, ""); head.status != 200 || head.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("HEAD %s: %d %v", path, head.status, head.header)
			}
		}
		for _, path := range []string{"/assets/book.html", "/assets/README.md", "/assets/..%2Fassets.go", "/assets/", "/assets/nothing.js", "/assets/%00"} {
			if a := h.request("GET", path, ""); a.status != 404 {
				t.Errorf("%s: %d", path, a.status)
			}
		}
	})
}

func TestBookPageShowsTheBusinessAndForbidsEverythingElse(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("PUT", "/v1/schedulers/web", `{"color":"#FFCC00","services":[{"name":"AC repair","price_note":"from $89"}],"service_zips":["43215"]}`), 200)
		a := h.must(h.request("GET", "/book/web?rebook=ABCDEFGHIJKLMNOPQRSTUVWXYZ", "", "Authorization: ", "Host: evil.example"), 200)
		for _, want := range []string{"Brightwater Home Services", "(614) 555-0100", "AC repair", "from $89", `data-key="` + pageKey + `"`, "may send one automated text", `data-heartbeat="20"`, assets()["widget.js"].version} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the page does not have %q", want)
			}
		}
		if regexp.MustCompile(`id="consent"[^>]*checked`).MatchString(a.body) || strings.Contains(a.body, "evil.example") || strings.Contains(a.body, "ABCDEFGHIJ") {
			t.Error("the box is ticked, or something of the request is in the page")
		}
		policy := a.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'self' " + site} {
			if !strings.Contains(policy, want) || strings.Contains(policy, "unsafe") {
				t.Errorf("the policy lacks %q: %s", want, policy)
			}
		}
		if a.header.Get("Referrer-Policy") != "same-origin" || a.header.Get("Set-Cookie") != "" {
			t.Errorf("headers: %v", a.header)
		}
		css := h.must(h.request("GET", "/book/web/theme.css", "", "Authorization: "), 200)
		if !strings.Contains(css.body, "--accent:#ffcc00;--on-accent:#000000") || css.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("theme: %s %v", css.body, css.header)
		}
		for _, path := range []string{"/book/nobody", "/book/", "/book/web/", "/book/..%2Fweb", "/book/web%00", "/book/nobody/theme.css"} {
			if a := h.request("GET", path, ""); a.status != 404 {
				t.Errorf("%s: %d", path, a.status)
			}
		}
	})
}

// Staff type these, and somebody may have given them the words.
func TestScriptInEveryFieldStaysText(t *testing.T) {
	inHouse(t, func(h *house) {
		const evil = `\"><script>alert(1)</script><img src=x onerror=alert(2)>{{.Key}}' onload='x`
		h.must(h.request("PUT", "/v1/account", `{"name":"`+evil+`"}`), 200)
		h.must(h.request("PUT", "/v1/schedulers/web", `{"name":"`+evil+`","consent_text":"`+evil+`","services":[{"name":"`+evil+`","price_note":"`+evil+`"}],"origins":["`+site+`"]}`), 200)
		page := h.must(h.request("GET", "/book/web", ""), 200)
		gone := h.must(h.request("GET", "/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ", ""), 404)
		for _, bad := range []string{"<script>alert", "<img src=x", "onload='x"} {
			if strings.Contains(page.body, bad) || strings.Contains(gone.body, bad) {
				t.Errorf("a page has %q in it as markup", bad)
			}
		}
		if !strings.Contains(page.body, "&lt;script&gt;alert(1)") {
			t.Error("the words were lost")
		}
		for _, color := range []string{"red}*{", "#00000g", "url(//evil)", "#fff"} {
			if a := h.request("PUT", "/v1/schedulers/web", `{"color":"`+color+`"}`); a.code() != "invalid_color" || a.field() != "color" {
				t.Errorf("color %s: %d %s", color, a.status, a.body)
			}
		}
		for _, origin := range []string{"https://a.example;sandbox", "https://a.example, *", "https://*.example'", "https://a\texample"} {
			h.request("PUT", "/v1/schedulers/web", `{"origins":["`+origin+`"]}`)
			policy := h.must(h.request("GET", "/book/web", ""), 200).header.Get("Content-Security-Policy")
			if strings.Contains(policy, "sandbox") || strings.Contains(policy, "*") || strings.Count(policy, ";") != 7 {
				t.Errorf("origin %q is the policy's own syntax: %s", origin, policy)
			}
		}
	})
}

func TestDemoPagesAreTheDemosOnly(t *testing.T) {
	inHouse(t, func(h *house) {
		h.left("visit-1", "+16145550142")
		for _, c := range [][2]string{{"GET", "/demo"}, {"GET", "/simulator/phone"}, {"GET", "/simulator/phone/messages"}, {"POST", "/simulator/phone/messages"}} {
			if a := h.request(c[0], c[1], `{"from":"+16145550142","to":"`+ours+`","body":"STOP"}`); a.status != 404 || a.code() != "no_demo" {
				t.Errorf("%s %s: %d %s", c[0], c[1], a.status, a.body)
			}
		}
	})
	inHouse(t, func(h *house) {
		for _, path := range []string{"/demo", "/simulator/phone", "/simulator/phone/messages"} {
			h.must(h.request("GET", path, "", "Authorization: "), 200)
		}
		body := `{"from":"+16145550142","to":"` + ours + `","body":"STOP"}`
		if a := h.request("POST", "/simulator/phone/messages", body, "Authorization: ", "Origin: https://evil.example"); a.code() != "origin_not_allowed" {
			t.Errorf("a page of another site may answer: %d %s", a.status, a.body)
		}
		h.must(h.request("POST", "/simulator/phone/messages", body, "Authorization: ", "Origin: https://book.example.com"), 201)
	}, func(o *Options) { o.Demo = &Demo{Book: "/book/web", Shop: "http://localhost:1/"} })
}

func TestRolesSeeNothingMoreThroughAPage(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, path := range []string{"/v1/sessions", "/v1/account", "/v1/schedulers/web", "/v1/schedulers/web/windows", "/v1/bookings", "/v1/opt-outs"} {
			if a := h.request("GET", path, "", "Authorization: Bearer "+h.key(booking.RolePublishable), "Origin: "+site); a.status != 403 {
				t.Errorf("%s with the page's key: %d %s", path, a.status, a.body)
			}
		}
	})
}

// Carriers' reviewers look for both beside the box, and refuse a campaign without.
func TestBookPageLinksPrivacyAndTermsWhereKnown(t *testing.T) {
	const privacy = `<a href="https://www.brightwater.example/privacy?a=1&amp;b=2" target="_blank" rel="noopener">Privacy policy</a>`
	const terms = `<a href="https://www.brightwater.example/terms" target="_blank" rel="noopener">Terms</a>`
	for _, c := range []struct {
		draft          booking.Business
		privacy, terms bool
	}{
		{},
		{draft: booking.Business{PrivacyURL: "https://www.brightwater.example/privacy?a=1&b=2"}, privacy: true},
		{draft: booking.Business{PrivacyURL: "https://www.brightwater.example/privacy?a=1&b=2", TermsURL: "https://www.brightwater.example/terms"}, privacy: true, terms: true},
		{draft: booking.Business{PrivacyURL: "javascript:alert(1)", TermsURL: "/terms"}},
	} {
		seed := testSeed()
		seed.Draft = &c.draft
		synctestHouse(t, seed, func(h *house) {
			page := h.must(h.request("GET", "/book/web", ""), 200).body
			if strings.Contains(page, privacy) != c.privacy || strings.Contains(page, terms) != c.terms || strings.Contains(page, "Privacy policy") != c.privacy || strings.Contains(page, "javascript:") {
				t.Errorf("%+v: linked privacy %v, terms %v", c.draft, strings.Contains(page, privacy), strings.Contains(page, terms))
			}
		})
	}
}
