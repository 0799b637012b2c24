package api

import (
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// A body is refused by its head: none of it is waited for, and so none of it is buffered.
func TestLargeBodyIsRefusedBeforeItIsRead(t *testing.T) {
	served(t, func(h *house, speak func(string) string) {
		if n := h.s.App().Server().Concurrency; n != maxConns {
			t.Errorf("%d connections at once", n)
		}
		admin, wrong, page := "Authorization: Bearer "+adminKey+"\r\n", "Authorization: Bearer guessed\r\n", "Authorization: Bearer "+pageKey+"\r\n"
		for _, c := range []struct{ name, path, auth, length, status string }{
			{"event beyond", "/v1/session-events", admin, "65537", "413"},
			{"event with the key in the address beyond", "/v1/session-events?key=" + pageKey, "", "65537", "413"},
			{"event that fits", "/v1/session-events", "", "65536", "408"},
			{"no key", "/v1/opt-outs", "", "4097", "413"},
			{"no key, fits", "/v1/opt-outs", "", "4096", "408"},
			{"another scheme", "/v1/opt-outs", "Authorization: Basic " + adminKey + "\r\n", "4097", "413"},
			{"wrong key", "/v1/opt-outs", wrong, "4097", "413"},
			{"a page's key", "/v1/opt-outs", page, "4097", "413"},
			{"secret key", "/v1/opt-outs", admin, "262145", "413"},
			{"secret key, fits", "/v1/opt-outs", admin, "262144", "408"},
			{"form", "/v1/opt-outs", "Content-Type: multipart/form-data; boundary=x\r\n", "4097", "413"},
			{"unknown path", "/nowhere", "", "4097", "413"},
		} {
			for _, expect := range []string{"", "Expect: 100-continue\r\n"} {
				began := time.Now()
				got := speak("POST " + c.path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + c.length + "\r\n" + c.auth + expect + "\r\n")
				got = strings.TrimPrefix(got, "HTTP/1.1 100 Continue\r\n\r\n")
				if !strings.HasPrefix(got, "HTTP/1.1 "+c.status) || c.status == "413" && (!strings.Contains(got, `"code":"too_large"`) || time.Since(began) > time.Second) {
					t.Errorf("%s %q: after %v %.300s, want %s", c.name, expect, time.Since(began), got, c.status)
				}
			}
		}
		chunked := "POST /v1/opt-outs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" + strings.Repeat("x", 0x2000) + "\r\n"
		if got := speak(chunked); !strings.HasPrefix(got, "HTTP/1.1 413") {
			t.Errorf("chunks without a key: %.300s", got)
		}
		if got := speak("POST http://x/v1/session-events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 65537\r\n" + admin + "\r\n" + strings.Repeat("x", 65537)); !strings.HasPrefix(got, "HTTP/1.1 413") {
			t.Errorf("an event to a whole address: %.300s", got)
		}
	})
}

// Preflights need no key, so they read the schedulers at most once a second; reports are checked against what is stored.
func TestPreflightsReadTheSchedulersOnceASecond(t *testing.T) {
	inHouse(t, func(h *house) {
		shared := func(origin string) bool {
			a := h.request("OPTIONS", "/v1/session-events?key="+pageKey, "", "Authorization: ", "Origin: "+origin, "Access-Control-Request-Method: POST")
			return a.header.Get("Access-Control-Allow-Origin") == origin
		}
		const other = "https://other.example"
		if !shared(site) || shared(other) {
			t.Fatal("preflights at the start")
		}
		h.must(h.request("PUT", "/v1/schedulers/web", `{"origins":["`+other+`"]}`), 200)
		if !shared(site) || shared(other) {
			t.Error("the schedulers were read twice within a second")
		}
		if a := h.request("POST", "/v1/session-events", `{"session":"s","event":"started"}`, "Authorization: Bearer "+pageKey, "Origin: "+site); a.code() != "origin_not_allowed" {
			t.Errorf("a report from an origin that was taken off the list: %d %s", a.status, a.body)
		}
		time.Sleep(time.Second)
		if shared(site) || !shared(other) {
			t.Error("a second later preflights do not know the new list")
		}
	})
}

func TestTokensAreMaskedInTheLog(t *testing.T) {
	const token = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	inHouse(t, func(h *house) {
		for _, path := range []string{"/l/%s/", "/l/%s/x", "//l/%s", "/L/%s", "/l//%s", "/l%%2F%s", "/nowhere/%s", "/l/%s" + "%%0d%%0aX"} {
			for _, method := range []string{"GET", "POST", "BREW"} {
				for _, cut := range []int{26, 12} {
					if cut < 16 && !strings.Contains(strings.ToLower(path), "/l/") {
						continue
					}
					h.request(method, strings.NewReplacer("%s", token[:cut], "%%", "%").Replace(path), "", "Authorization: ")
				}
			}
		}
		if log := h.log.String(); strings.Contains(log, "ABCDEF") || strings.Count(log, "msg=request") < 40 || !strings.Contains(log, "path=/l/***") {
			t.Errorf("log: %s", log)
		}
	}, func(o *Options) { o.Limits.Public = Limit{1000, 1000} })
}

func TestSecretKeyInTheAddressOpensNothing(t *testing.T) {
	inHouse(t, func(h *house) {
		body := `{"scheduler":"web","session":"s","event":"started"}`
		for _, role := range booking.Roles {
			if role == booking.RoleOffice {
				continue
			}
			a := h.request("POST", "/v1/session-events?key="+h.key(role), body, "Authorization: ")
			if a.status != 401 || a.code() != "secret_in_address" || a.field() != "key" {
				t.Errorf("%s: %d %s", role, a.status, a.body)
			}
			h.must(h.request("POST", "/v1/session-events", body, "Authorization: Bearer "+h.key(role)), 202)
		}
		h.must(h.request("POST", "/v1/session-events?key="+pageKey, body, "Authorization: "), 202)
	})
}

func TestFreeTextOfStaffHoldsNoControlCharacters(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.left("visit-1", "+16145550142")
		const odd, clean = `\u001b[2J\u0007Kim\nB\u009b `, "[2J Kim B"
		key := h.must(h.request("POST", "/v1/api-keys", `{"role":"csr","label":"`+odd+`"}`), 201)
		for _, c := range []struct{ method, path, body, at string }{
			{"POST", "/v1/api-keys", `{"role":"csr","name":"` + odd + `"}`, "label"},
			{"PUT", "/v1/phone-numbers/" + ours, `{"label":"` + odd + `"}`, "label"},
			{"POST", "/v1/opt-outs", `{"phone":"+16145550143","text":"` + odd + `"}`, "text"},
			{"POST", "/v1/opt-outs", `{"phone":"+16145550144","source":"` + odd + `"}`, "source"},
			{"POST", "/v1/sessions/" + id + "/handled", `{"note":"` + odd + `"}`, "handled.note"},
			{"PUT", "/v1/facts", `[{"id":"f","text":"` + odd + `"}]`, "items.0.text"},
			{"PUT", "/v1/schedulers/web/windows", `[{"id":"w","start":"2026-03-11T12:00:00Z","end":"2026-03-11T14:00:00Z","note":"` + odd + `"}]`, "items.0.note"},
			{"PUT", "/v1/schedulers/web", `{"services":[{"name":"AC","price_note":"` + odd + `"}]}`, "services.0.price_note"},
		} {
			a := h.request(c.method, c.path, c.body, "Authorization: Bearer "+adminKey)
			if got := a.get(c.at); a.status >= 300 || strings.Join(strings.Fields(got), " ") != clean || strings.ContainsAny(got, "\x1b\a\n\u009b") {
				t.Errorf("%s %s: %d, %s is %q", c.method, c.path, a.status, c.at, got)
			}
		}
		other := h.left("visit-2", "+16145550145")
		a := h.must(h.request("POST", "/v1/sessions/"+other+"/handled", "", "Authorization: Bearer "+key.get("secret")), 200)
		if got := a.get("handled.by"); got != key.get("label") || strings.ContainsAny(got, "\x1b\a\n\u009b") {
			t.Errorf("handled by %q", got)
		}
	})
}

// The first start makes an administrator's key only; without this nobody could make the first support key.
func TestAdministratorMakesTheFirstSupportKey(t *testing.T) {
	inHouse(t, func(h *house) {
		h.play([]scene{
			{"administrator", "POST", "/v1/api-keys", `{"role":"support"}`, "", 201, "role=support"},
			{"manager", "POST", "/v1/api-keys", `{"role":"support"}`, "Authorization: Bearer " + h.key(booking.RoleManager), 403, "forbidden"},
		})
	})
}

// Visitors of a page share its key, not what they did under an Idempotency-Key.
func TestIdempotencyKeyOfAPageIsTheVisitors(t *testing.T) {
	inHouse(t, func(h *house) {
		event := func(session, kind string) answer {
			return h.request("POST", "/v1/session-events", `{"session":"`+session+`","event":"`+kind+`"}`, "Authorization: Bearer "+pageKey, "Idempotency-Key: 1")
		}
		a, again, b := h.must(event("a", "started"), 202), h.must(event("a", "started"), 202), h.must(event("b", "started"), 202)
		if a.get("session") != again.get("session") || a.get("session") == b.get("session") || h.sessions() != 2 {
			t.Errorf("a %s, again %s, b %s, %d sessions", a.body, again.body, b.body, h.sessions())
		}
		if c := event("a", "abandoned"); c.code() != "idempotency_key_reused" {
			t.Errorf("another event of a: %d %s", c.status, c.body)
		}
	})
}
