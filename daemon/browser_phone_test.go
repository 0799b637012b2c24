package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/rebookhq/rebook/api/wire"
)

// A phone on a bad network: answers are lost, thumbs press twice, and nobody may be booked twice or told what nobody knows.
func TestBrowserLostAnswersAndDoubleTapsBookOnce(t *testing.T) {
	s := openSite(t, time.Minute)
	b := s.visit(s.house.cfg.demo.Book)
	b.screen(390, 844, "light")
	client := eval[string](b, `rebook.session`)
	b.maya(true)
	for id, text := range map[string]string{"line1": "12 Elm Street", "city": "Columbus", "postal_code": "43215"} {
		b.typeIn(id, text)
	}
	b.choose("state", "OH")
	b.until(`!document.getElementById("submit").disabled`)
	b.click("[name=window]")
	eval[bool](b, `{ const real = window.fetch; window.lost = 1;
		window.fetch = async (a, o) => { const answer = await real(a, o); if (/bookings/.test(a) && lost-- > 0) throw new TypeError("network"); return answer } } true`)
	b.click("#submit")
	b.until(`/did not hear back/.test(document.getElementById("problems").innerText)`)
	if got := eval[string](b, `document.getElementById("problems").innerText`); got == "" || eval[bool](b, `/Nothing was booked/.test(document.body.innerText)`) {
		t.Errorf("after a lost answer the page claims to know: %q", got)
	}
	eval[bool](b, `(submit => (submit.click(), submit.click(), true))(document.getElementById("submit"))`)
	b.until(`!document.getElementById("done").hidden`)
	s.session(client, "completed", hasStatus("completed"))
	var made wire.List[wire.Booking]
	if err := s.api.do(t.Context(), http.MethodGet, "/v1/bookings", nil, &made); err != nil || len(made.Items) != 1 || made.Items[0].Claimed {
		t.Errorf("bookings: %+v %v", made.Items, err)
	}
}

// Without open times to be had the page says so, and whom to call; a number that the daemon refuses is marked where it stands.
func TestBrowserPageGetsOnWithoutAnswers(t *testing.T) {
	s := openSite(t, time.Minute)
	b := s.tab()
	b.screen(390, 844, "light")
	b.block("*://*:*/v1/schedulers/*")
	b.open(s.house.cfg.demo.Book)
	b.until(`!document.getElementById("wish").hidden && /no open times/.test(document.getElementById("heard").innerText)`)
	b.block("*://*:*/assets/book.js*")
	b.do("open", navigate(s.house.cfg.demo.Book))
	b.until(`getComputedStyle(document.querySelector(".slow")).visibility === "visible" && document.querySelector(".slow a").innerText === "(614) 555-0100"`)
	b.shoot("book-390-slow")
	b.block("*://*:*/nothing")
	b.open(s.house.cfg.demo.Book)
	b.maya(false)
	eval[bool](b, `(document.getElementById("phone").value = "", true)`)
	for id, text := range map[string]string{"phone": "299 999 9999", "line1": "12 Elm Street", "city": "Columbus", "postal_code": "43215"} {
		b.typeIn(id, text)
	}
	b.choose("state", "OH")
	b.until(`!document.getElementById("submit").disabled`)
	b.click("[name=window]")
	b.click("#submit")
	b.until(`document.getElementById("phone").getAttribute("aria-invalid") === "true" && !document.getElementById("phone-error").hidden && document.querySelector("#problems [data-of=phone]")`)
}

// Browsers translate the page for who reads another language. What is chosen must not be translated with it.
func TestBrowserTranslatedPageStillBooks(t *testing.T) {
	s := openSite(t, time.Minute)
	b := s.visit(s.house.cfg.demo.Book)
	b.maya(false)
	eval[bool](b, `(document.querySelectorAll("option, b, label, legend, button").forEach(el => { if (!el.children.length) el.innerHTML = "<font>traducido</font>" }), true)`)
	b.finish()
	var made wire.List[wire.Booking]
	if err := s.api.do(t.Context(), http.MethodGet, "/v1/bookings", nil, &made); err != nil || len(made.Items) != 1 || made.Items[0].Customer.Address.State != "OH" || made.Items[0].Service != "AC repair" {
		t.Errorf("bookings: %+v %v", made.Items, err)
	}
}
