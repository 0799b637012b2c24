package api

import (
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

func TestLinkLeadsNowhereButToTheScheduler(t *testing.T) {
	inHouse(t, func(h *house) {
		const token = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		id := h.left("visit-1", "+16145550142")
		err := h.store.Update(h.t.Context(), func(tx *storage.Tx) error {
			return tx.PutLink(token, storage.Link{Account: account, Session: booking.SessionID(id)})
		})
		if err != nil {
			t.Fatal(err)
		}
		home := "https://www.brightwater.example/book?src=sms&rebook=" + token
		for _, c := range []struct{ path, leads string }{
			{"/l/" + token, home},
			{"/l/" + token + "?next=https://evil.example&rebook=x&url=//evil.example", home},
			{"/l/" + token + "?" + strings.Repeat("a", 3000), home},
			{"/l/" + token + "/", ""},
			{"/l/" + token + "/https://evil.example", ""},
			{"/l/" + strings.ToLower(token), ""},
			{"/l/" + token + "A", ""},
			{"/l/" + token[:25], ""},
			{"/l/https://evil.example", ""},
			{"/l/%2F%2Fevil.example%2Fxxxxxxxxxx", ""},
			{"/l/" + token + "%0d%0aSet-Cookie:%20a=b", ""},
			{"/l/" + token + "%00", ""},
			{"/l/" + strings.Repeat("A", 3000), ""},
			{"//evil.example/l/" + token, ""},
		} {
			a := h.request("GET", c.path, "", "Authorization: ", "Host: evil.example", "X-Forwarded-Host: evil.example", "Referer: https://evil.example")
			want := 404
			if c.leads != "" {
				want = 302
			}
			if a.status != want || a.header.Get("Location") != c.leads || a.header.Get("Set-Cookie") != "" || strings.Contains(a.body, "evil") {
				t.Errorf("%.80s: %d to %q, want %d to %q: %s", c.path, a.status, a.header.Get("Location"), want, c.leads, a.body)
			}
		}
		if err := h.engine.DeleteScheduler(h.t.Context(), account, "web"); err != nil {
			t.Fatal(err)
		}
		if a := h.request("GET", "/l/"+token, ""); a.status != 404 || !strings.Contains(a.body, "You can still book") {
			t.Errorf("a link whose scheduler is gone: %d %s", a.status, a.body)
		}
	})
}

func TestLandingKeepsTheSchedulersAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://x.example":                     "https://x.example?rebook=T",
		"https://x.example/book":                "https://x.example/book?rebook=T",
		"https://x.example/book?b=2&a=1":        "https://x.example/book?b=2&a=1&rebook=T",
		"https://x.example/book?a=%2F#step-2":   "https://x.example/book?a=%2F&rebook=T#step-2",
		"https://x.example/?rebook=old&a=1":     "https://x.example/?a=1&rebook=T",
		"http://localhost:8080/book/web?rebook": "http://localhost:8080/book/web?rebook=T",
	} {
		if got := landing(booking.Scheduler{URL: in}, "T"); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
