package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/wire"
)

// faultsOfPage lists what a person would stumble over: a page wider than the screen, a field without a label, a target too
// small for a thumb (WCAG 2.2, 2.5.8 asks for 24 px; phones for 44).
const faultsOfPage = `(() => {
	const faults = [];
	if (document.documentElement.scrollWidth > innerWidth) faults.push("wider than the screen: " + document.documentElement.scrollWidth);
	for (const el of document.querySelectorAll("input, select, textarea")) {
		if (!el.labels.length && !el.getAttribute("aria-label")) faults.push("no label: " + el.name);
	}
	for (const el of document.querySelectorAll("button, .choice, .consent, select, textarea, .field input")) {
		const box = el.getBoundingClientRect();
		if (box.width && box.height < 44) faults.push("too small: " + (el.id || el.className) + " " + box.height);
	}
	const ids = [...document.querySelectorAll("[id]")].map((el) => el.id);
	if (new Set(ids).size !== ids.length) faults.push("an id is used twice");
	return faults.join("; ");
})()`

func TestBrowserPagesFitEveryScreen(t *testing.T) {
	s := openSite(t, time.Minute)
	b := s.visit(s.house.cfg.demo.Book)
	for _, width := range []int64{320, 390, 768, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.screen(width, 844, scheme)
			b.open(s.house.cfg.demo.Book)
			b.until(`document.getElementById("windows").getAttribute("aria-busy") === "false"`)
			if got := eval[string](b, faultsOfPage); got != "" {
				t.Errorf("at %d px, %s: %s", width, scheme, got)
			}
			b.shoot(fmt.Sprintf("book-%d-%s", width, scheme))
		}
	}
	b.screen(390, 844, "light")
	b.click("#submit")
	b.until(`document.activeElement.id === "problems"`)
	if n := eval[int](b, `document.querySelectorAll("[aria-invalid=true]").length`); n < 8 {
		t.Errorf("%d fields are marked as missing", n)
	}
	b.shoot("book-390-problems")
	b.maya(true)
	b.screen(1280, 900, "light")
	b.shoot("book-1280-filled")
	b.screen(390, 844, "dark")
	b.finish()
	b.shoot("book-390-done")
	if got := eval[string](b, `document.activeElement.id`); got != "done-title" {
		t.Errorf("after booking the focus is on %q", got)
	}
}

func TestBrowserDemoShowsThePhoneBesideThePage(t *testing.T) {
	s := openSite(t, time.Second)
	b := s.tab()
	b.screen(1280, 900, "light")
	b.do("open the demo", navigate(s.root+"/demo"))
	in := `document.getElementById("visit").contentDocument`
	phone := `document.querySelector(".side iframe").contentDocument`
	b.until(in + `.getElementById("first_name")`)
	b.until(in + `.defaultView.rebook.session`)
	client := eval[string](b, in+`.defaultView.rebook.session`)
	eval[bool](b, `(doc => { for (const [id, v] of [["first_name", "Maya"], ["phone", "6145550142"]]) { const el = doc.getElementById(id); el.value = v; el.dispatchEvent(new Event("input", {bubbles: true})) } doc.defaultView.rebook.consent(true, "Text me"); return true })(`+in+`)`)
	b.shoot("demo-1280-open")
	b.click("#leave")
	s.session(client, "texted", hasStatus("texted"))
	b.until(phone + `.querySelector(".text a")`)
	b.shoot("demo-1280-text")
	eval[bool](b, `(`+phone+`.querySelector(".text a").click(), true)`)
	b.until(in + `.getElementById("first_name") && ` + in + `.getElementById("first_name").value === "Maya"`)
	b.shoot("demo-1280-back")
	s.session(client, "clicked", func(v wire.Session) bool { return v.Clicks == 1 })
	b.screen(390, 844, "light")
	b.shoot("demo-390")
	p := s.tab()
	p.screen(390, 844, "light")
	p.do("open the phone", navigate(s.root+"/simulator/phone"))
	p.until(`document.querySelector(".text")`)
	p.typeIn("words", "STOP")
	p.click("#answer button")
	p.until(`document.querySelectorAll(".text").length > 2`)
	p.shoot("phone-390")
	shop := s.visit(s.house.cfg.demo.Shop)
	shop.screen(390, 844, "light")
	shop.shoot("shop-390")
}

func TestBrowserDeadLinksSayHowTheyEnded(t *testing.T) {
	s := openSite(t, time.Second)
	b := s.visit(s.house.cfg.demo.Book)
	client := eval[string](b, `rebook.session`)
	b.maya(true)
	b.do("leave", closeTab)
	s.session(client, "texted", hasStatus("texted"))
	link := s.link(demoE164)
	back := s.visit(link)
	back.until(`document.getElementById("first_name").value`)
	back.finish()
	b = s.tab()
	for address, title := range map[string]string{link: "You are booked", s.root + "/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ": "This link does not work"} {
		for _, width := range []int64{390, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				b.screen(width, 844, scheme)
				b.do("open a dead link", navigate(address))
				b.until(`document.querySelector("h1").innerText === "` + title + `"`)
				if got := eval[string](b, faultsOfPage); got != "" {
					t.Errorf("%s at %d px, %s: %s", title, width, scheme, got)
				}
				if got := eval[string](b, `getComputedStyle(document.querySelector(".masthead")).backgroundColor + document.querySelector("a[href^='tel:']").innerText`); strings.HasPrefix(got, "rgba(0, 0, 0, 0)") || !strings.HasSuffix(got, "(614) 555-0100") {
					t.Errorf("%s at %d px, %s: no style, or no number: %s", title, width, scheme, got)
				}
				b.shoot(fmt.Sprintf("gone-%d-%s-%s", width, scheme, strings.Fields(title)[0]))
			}
		}
	}
}
