package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

const fromPage = "Authorization: Bearer " + pageKey

// texted is a session of client that got its text; it gives our ID and the token of its link.
func (h *house) texted(client, phone string) (id, token string) {
	h.t.Helper()
	id = h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"`+client+`","event":"started","customer":{"first_name":"Ada","phone":"`+
		phone+`","email":"`+client+`@Example.com"},"service":"AC repair","consent":{"sms":true,"text":"`+words+`"}}`), 202).get("session")
	h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"`+client+`","event":"abandoned"}`), 202)
	time.Sleep(16 * time.Minute)
	all, _, err := h.carrier.Messages("", 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range all {
		if m.Direction == simulator.Outbound && string(m.To) == phone {
			_, after, _ := strings.Cut(m.Body, "/l/")
			token, _, _ = strings.Cut(after, " ")
		}
	}
	if !tokenLike(token) {
		h.t.Fatalf("no text with a link came to %s", phone)
	}
	return id, token
}

func (h *house) redeem(token string, headers ...string) answer {
	h.t.Helper()
	return h.request("GET", "/v1/prefill/"+token, "", append([]string{fromPage, "Origin: " + site}, headers...)...)
}

func TestLinkBringsBackWhatWasTypedAndNothingElse(t *testing.T) {
	inHouse(t, func(h *house) {
		id, token := h.texted("visit-1", "+16145550142")
		before := h.must(h.request("GET", "/v1/sessions/"+id, ""), 200)
		for _, method := range []string{"GET", "HEAD"} { // robots
			if a := h.request(method, "/l/"+token, "", "Authorization: "); a.status != 302 {
				t.Errorf("%s: %d", method, a.status)
			}
			h.request(method, "/book/web?rebook="+token, "", "Authorization: ")
		}
		h.request("HEAD", "/v1/prefill/"+token, "", fromPage)
		h.request("OPTIONS", "/v1/prefill/"+token, "", "Authorization: ", "Origin: "+site, "Access-Control-Request-Method: GET")
		if after := h.request("GET", "/v1/sessions/"+id, ""); after.body != before.body {
			t.Errorf("a robot changed something:\n%s\n%s", before.body, after.body)
		}
		a := h.must(h.redeem(token), 200)
		for path, want := range map[string]string{"session": "visit-1", "scheduler": "web", "customer.first_name": "Ada", "customer.phone": "+16145550142",
			"customer.email": "visit-1@Example.com", "service": "AC repair", "consent.sms": "true", "consent.text": words} {
			if got := a.get(path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		for _, ours := range []string{id, "status", "follow_up", "user_agent", `"ip"`, "abandoned", "trace", token} {
			if strings.Contains(a.body, ours) {
				t.Errorf("the page is told %q: %s", ours, a.body)
			}
		}
		if a.header.Get("Access-Control-Allow-Origin") != site || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers: %v", a.header)
		}
		h.must(h.redeem(token), 200)
		v := h.request("GET", "/v1/sessions/"+id, "")
		if v.get("clicks") != "2" || v.get("clicked_at") != "2026-03-10T14:16:00Z" || v.get("status") != "texted" || v.get("seen_at") != before.get("seen_at") {
			t.Errorf("two clicks left %s", v.body)
		}
		h.must(h.request("POST", "/v1/session-events", `{"session":"visit-1","event":"completed"}`, fromPage, "Origin: "+site), 202)
		if v := h.request("GET", "/v1/sessions/"+id, ""); v.get("status") != "recovered" {
			t.Errorf("finished under the same name it is %s", v.get("status"))
		}
	})
}

// Pages get one and the same answer, so that nobody learns which tokens there are or what became of a booking. A person who follows the
// text's link is told how it ended, and whom to call.
func TestEveryDeadLinkGetsTheSameAnswer(t *testing.T) {
	inHouse(t, func(h *house) {
		h.must(h.request("POST", "/v1/schedulers", `{"id":"other","name":"Other","url":"https://other.example/","publishable_key":"pk_other"}`), 201)
		dead := map[string]string{"unknown": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "no token": "short", "odd": strings.Repeat("x", 65)}
		_, dead["booked"] = h.texted("booked", "+16145550142")
		h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"booked","event":"completed"}`), 202)
		_, dead["opted out"] = h.texted("stopped", "+16145550143")
		if _, err := h.carrier.Receive(t.Context(), "+16145550143", ours, "STOP", nil); err != nil {
			t.Fatal(err)
		}
		handled, token := h.texted("handled", "+16145550144")
		dead["booked by phone"] = token
		h.must(h.request("POST", "/v1/sessions/"+handled+"/handled", `{"booked":true}`), 200)
		_, alive := h.texted("alive", "+16145550145")
		said := map[string]string{"unknown": "This link does not work", "no token": "This link does not work", "odd": "This link does not work",
			"booked": "We have your booking", "opted out": "This link has ended", "booked by phone": "You are booked"}
		var first string
		for name, token := range dead {
			a := h.redeem(token, "X-Request-Id: same")
			if first == "" {
				first = a.body
			}
			if a.status != 410 || a.code() != "link_ended" || a.body != first {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
			if l := h.request("GET", "/l/"+token, "", "Authorization: "); l.status != 404 || !strings.Contains(l.body, "<h1>"+said[name]+"</h1>") || !strings.Contains(l.body, "Brightwater Home Services") ||
				!strings.Contains(l.body, `<a href="tel:&#43;16145550100">(614) 555-0100</a>`) || strings.Contains(l.body, "answer the text") || strings.Contains(l.body, "0142") {
				t.Errorf("%s: /l/ gives %d %s", name, l.status, l.body)
			}
		}
		if a := h.request("GET", "/v1/prefill/"+alive, "", "Authorization: Bearer pk_other"); a.status != 410 || a.body != first {
			t.Errorf("with another scheduler's key: %d %s", a.status, a.body)
		}
		h.must(h.redeem(alive), 200)
		if err := h.engine.Stop(h.t.Context()); err != nil { // a motor that looks around for a week takes a while
			t.Fatal(err)
		}
		time.Sleep(7*24*time.Hour + time.Second)
		if a := h.redeem(alive); a.status != 410 || a.body != first {
			t.Errorf("after seven days: %d %s", a.status, a.body)
		}
	})
}

func TestGuessingTokensIsBounded(t *testing.T) {
	inHouse(t, func(h *house) {
		_, token := h.texted("visit-1", "+16145550142")
		refused := 0
		for i := range 100 {
			a := h.redeem(fmt.Sprintf("%sx%02d", token[:23], i))
			switch a.status {
			case 410:
			case 429:
				refused++
			default:
				t.Fatalf("guess %d: %d %s", i, a.status, a.body)
			}
		}
		if refused < 60 {
			t.Errorf("%d of 100 guesses were refused", refused)
		}
		if log := h.log.String(); strings.Contains(log, token[:20]) {
			t.Error("a token is in the log")
		}
	})
}

func TestPrefillIsForTheSchedulersOwnPages(t *testing.T) {
	inHouse(t, func(h *house) {
		id, token := h.texted("visit-1", "+16145550142")
		for _, c := range []struct {
			name    string
			headers []string
			status  int
		}{
			{"forged origin", []string{fromPage, "Origin: https://evil.example"}, 403},
			{"origin that begins like ours", []string{fromPage, "Origin: " + site + ".evil.example"}, 403},
			{"origin with a path", []string{fromPage, "Origin: " + site + "/"}, 403},
			{"sandboxed frame", []string{fromPage, "Origin: null"}, 403},
			{"forged key", []string{"Authorization: Bearer pk_of_the_websitf", "Origin: " + site}, 401},
			{"no key", []string{"Authorization: ", "Origin: " + site}, 401},
			{"office", []string{"Authorization: Bearer " + h.key(booking.RoleOffice)}, 403},
			{"key in the address", []string{"Authorization: "}, 401},
		} {
			path := "/v1/prefill/" + token
			if c.name == "key in the address" {
				path += "?key=" + pageKey
			}
			a := h.request("GET", path, "", c.headers...)
			if a.status != c.status || strings.Contains(a.body, "Ada") || a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %d %s", c.name, a.status, a.body)
			}
		}
		if v := h.request("GET", "/v1/sessions/"+id, ""); v.get("clicks") != "" {
			t.Errorf("refused requests counted %s clicks", v.get("clicks"))
		}
		pre := h.request("OPTIONS", "/v1/prefill/"+token, "", "Authorization: ", "Origin: "+site, "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization")
		if pre.status != 204 || pre.header.Get("Access-Control-Allow-Methods") != "GET" || pre.header.Get("Access-Control-Allow-Origin") != site {
			t.Errorf("preflight: %d %v", pre.status, pre.header)
		}
		h.must(h.request("GET", "/v1/prefill/"+token, "", fromPage), 200) // a server that renders the page itself
	})
}

// An attacker who sees the traffic of a page can send it again, later, and in any order.
func TestReplayedAndReorderedEventsTextNobodyTwice(t *testing.T) {
	events := []string{
		`{"session":"v","event":"started","customer":{"first_name":"Ada","phone":"+16145550142"},"age_ms":4000}`,
		`{"session":"v","event":"progress","service":"AC repair","consent":{"sms":true,"text":"` + words + `"},"age_ms":3000}`,
		`{"session":"v","event":"heartbeat"}`,
		`{"session":"v","event":"abandoned"}`,
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 1, 0}, {1, 3, 0, 3, 1}, {0, 0, 1, 3, 3, 1, 0}} {
		inHouse(t, func(h *house) {
			send := func(i int) {
				h.must(h.request("POST", "/v1/session-events?key="+pageKey, events[i], "Authorization: ", "Origin: "+site, "Content-Type: text/plain"), 202)
			}
			for _, i := range order {
				send(i)
			}
			time.Sleep(20 * time.Minute)
			if n := h.texts(); n != 1 {
				t.Errorf("%v: %d texts, want one", order, n)
			}
			for range 3 {
				for _, i := range order {
					send(i)
				}
				time.Sleep(20 * time.Minute)
			}
			if n := h.texts(); n != 1 || h.sessions() != 1 {
				t.Errorf("%v again: %d texts, %d sessions", order, n, h.sessions())
			}
		})
	}
}

// News that was overtaken by the page's end is not somebody who came back.
func TestEventsOwnAgeOrdersThem(t *testing.T) {
	inHouse(t, func(h *house) {
		say := func(body string) answer {
			return h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"v",`+body+`}`), 202)
		}
		id := say(`"event":"started","customer":{"phone":"+16145550142"}`).get("session")
		time.Sleep(10 * time.Second)
		say(`"event":"abandoned"`)
		time.Sleep(100 * time.Millisecond)
		say(`"event":"progress","service":"AC repair","age_ms":300.5`)
		v := h.request("GET", "/v1/sessions/"+id, "")
		if v.get("status") != "abandoned" || v.get("service") != "AC repair" {
			t.Errorf("overtaken news made it %s: %s", v.get("status"), v.body)
		}
		say(`"event":"progress","service":"Heater","age_ms":50`)
		if v := h.request("GET", "/v1/sessions/"+id, ""); v.get("status") != "active" || v.get("service") != "Heater" {
			t.Errorf("somebody who came back is %s", v.get("status"))
		}
		for _, age := range []string{"-5", "0", "null"} {
			say(`"event":"heartbeat","age_ms":` + age)
		}
		if a := h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"v","event":"progress","age_ms":1e300}`); a.code() != "at_too_old" {
			t.Errorf("an age beyond all: %d %s", a.status, a.body)
		}
	})
}

func TestFloodFromOneAddressIsHeldBack(t *testing.T) {
	inHouse(t, func(h *house) {
		taken := 0
		for i := range 1000 {
			a := h.request("POST", "/v1/session-events?key="+pageKey, fmt.Sprintf(`{"session":"flood-%d","event":"started"}`, i), "Authorization: ", "Origin: "+site)
			switch a.status {
			case 202:
				taken++
			case 429:
				if a.header.Get("Retry-After") == "" {
					t.Fatal("no Retry-After")
				}
			default:
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
		if taken > 250 || h.sessions() != taken {
			t.Errorf("%d of 1000 were taken, %d sessions made", taken, h.sessions())
		}
		for range 300 {
			h.request("GET", "/book/web", "", "Authorization: ")
		}
		if a := h.request("GET", "/book/web", "", "Authorization: "); a.status != 429 {
			t.Errorf("after 300 pages at once: %d", a.status)
		}
		if a := h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"office","event":"started"}`); a.status != 202 {
			t.Errorf("the flood shut out a secret key: %d %s", a.status, a.body)
		}
	})
}
