package api

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The whole way of a session through the API, as an integrator sees it.
func TestAbandonedSessionIsTextedAndItsLinkLeadsBack(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.left("visit-1", "(614) 555-0142")
		a := h.must(h.request("GET", "/v1/sessions/"+id, ""), 200)
		if a.get("status") != "abandoned" || a.get("follow_up.state") != "due" || a.get("follow_up.due_at") != "2026-03-10T14:15:00Z" {
			t.Errorf("after leaving: %s", a.body)
		}
		if a.get("client_id") != "visit-1" || a.get("phone") != "+16145550142" || a.get("consent.text") != words || a.get("consent.ip") != "0.0.0.0" {
			t.Errorf("session: %s", a.body)
		}
		time.Sleep(15*time.Minute - time.Second)
		synctest.Wait()
		if n := h.texts(); n != 0 {
			t.Fatalf("%d texts went out early", n)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		a = h.must(h.request("GET", "/v1/sessions/"+id, ""), 200)
		if a.get("status") != "texted" || a.get("follow_up.state") != "sent" || a.get("follow_up.sent_at") == "" {
			t.Errorf("after 15 minutes: %s", a.body)
		}
		trace := h.must(h.request("GET", "/v1/sessions/"+id+"/trace", ""), 200)
		if trace.get("items.0.check") != "account_enabled" || trace.get("items.0.result") != "pass" {
			t.Errorf("trace: %s", trace.body)
		}
		m := h.must(h.request("GET", "/v1/simulator/messages", ""), 200)
		body := m.get("items.0.body")
		_, link, found := strings.Cut(body, "https://book.example.com")
		if !found || m.get("items.0.to") != "+16145550142" || m.get("next_cursor") != "" {
			t.Fatalf("messages: %s", m.body)
		}
		link, _, _ = strings.Cut(link, " ")
		link = strings.TrimRight(link, ".")
		token := strings.TrimPrefix(link, "/l/")
		for _, method := range []string{"GET", "HEAD"} {
			a = h.must(h.request(method, link, "", "Authorization: "), 302)
			if got, want := a.header.Get("Location"), "https://www.brightwater.example/book?src=sms&rebook="+token; got != want {
				t.Errorf("%s %s leads to %q, want %q", method, link, got, want)
			}
			if a.header.Get("Referrer-Policy") != "no-referrer" || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("headers: %v", a.header)
			}
		}
		if a := h.request("GET", "/v1/sessions/"+id, ""); a.get("status") != "texted" {
			t.Errorf("following the link changed the session: %s", a.body)
		}
		if err := h.engine.Stop(h.t.Context()); err != nil { // a motor that looks around for a week takes a while
			t.Fatal(err)
		}
		time.Sleep(7 * 24 * time.Hour)
		a = h.must(h.request("GET", link, "", "Authorization: "), 404)
		if !strings.Contains(a.body, "This link does not work") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			t.Errorf("an old link shows %q as %s", a.body, a.header.Get("Content-Type"))
		}
		if n := h.texts(); n != 1 {
			t.Errorf("texts = %d, want 1", n)
		}
	})
}
