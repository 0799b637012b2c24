package api

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

func TestSessionScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.left("visit/1 ü", "+16145550142")
		time.Sleep(time.Second) // IDs of one millisecond have no order
		other := h.left("visit-2", "+16145550143")
		csr, office := "Authorization: Bearer "+h.key(booking.RoleCSR), "Authorization: Bearer "+h.key(booking.RoleOffice)
		h.play([]scene{
			{"list", "GET", "/v1/sessions", "", office, 200, "items.0.id=" + id + " items.1.id=" + other + " next_cursor="},
			{"by status", "GET", "/v1/sessions?status=abandoned", "", "", 200, "items.1.id=" + other},
			{"by another status", "GET", "/v1/sessions?status=texted", "", "", 200, "items=[]"},
			{"by no status", "GET", "/v1/sessions?status=lost", "", "", 422, "unknown_status status"},
			{"by phone", "GET", "/v1/sessions?q=614-555-0142", "", "", 200, "items.0.id=" + id + " items.1.id="},
			{"by phone, plus unescaped", "GET", "/v1/sessions?q=+16145550142", "", "", 200, "items.0.id=" + id},
			{"by phone and status", "GET", "/v1/sessions?q=6145550142&status=texted", "", "", 200, "items=[]"},
			{"by e-mail", "GET", "/v1/sessions?q=ADA@example.com", "", "", 200, "items.0.id=" + id + " items.1.id=" + other},
			{"by e-mail and status", "GET", "/v1/sessions?q=ada@example.com&status=abandoned&limit=1", "", "", 200, "items.0.id=" + id + " items.1.id="},
			{"by our ID", "GET", "/v1/sessions?q=" + id, "", "", 200, "items.0.id=" + id + " items.1.id="},
			{"by the page's ID", "GET", "/v1/sessions?q=visit-2", "", "", 200, "items.0.id=" + other},
			{"by the page's odd ID", "GET", "/v1/sessions?q=visit/1%20%C3%BC", "", "", 200, "items.0.id=" + id},
			{"by nothing known", "GET", "/v1/sessions?q=nobody", "", "", 200, "items=[]"},
			{"by too much", "GET", "/v1/sessions?q=" + strings.Repeat("9", 201), "", "", 422, "too_long q"},
			{"limit", "GET", "/v1/sessions?limit=1", "", "", 200, "items.0.id=" + id + " items.1.id="},
			{"limit of nothing", "GET", "/v1/sessions?limit=0", "", "", 422, "invalid_limit limit"},
			{"limit in words", "GET", "/v1/sessions?limit=all", "", "", 422, "invalid_limit limit"},
			{"limit beyond", "GET", "/v1/sessions?limit=100000", "", "", 200, "items.1.id=" + other},
			{"one", "GET", "/v1/sessions/" + id, "", office, 200, "scheduler=web customer.first_name=Ada customer.email=Ada@Example.com consent.sms=true follow_up.state=due"},
			{"the page's name is no ID", "GET", "/v1/sessions/visit-2", "", "", 404, "unknown_session session"},
			{"no trace yet", "GET", "/v1/sessions/" + id + "/trace", "", "", 200, "items=[]"},
			{"no trace of nobody", "GET", "/v1/sessions/" + strings.Repeat("0", 36) + "/trace", "", "", 404, "unknown_session session"},
			{"nothing to resend", "POST", "/v1/sessions/" + id + "/resend", "", csr, 409, "nothing_to_resend"},
			{"resend of nobody", "POST", "/v1/sessions/nobody/resend", "", csr, 404, "unknown_session session"},
			{"resend with a wish", "POST", "/v1/sessions/" + id + "/resend", `{"force":true}`, csr, 400, "unknown_field force"},
			{"office reads only", "POST", "/v1/sessions/" + id + "/handled", "", office, 403, "forbidden"},
			{"handled", "POST", "/v1/sessions/" + id + "/handled", `{"note":"called","booked":true}`, csr, 200, "status=withheld handled.by=csr handled.note=called follow_up.withheld_by=handled"},
			{"handled of nobody", "POST", "/v1/sessions/nobody/handled", `{}`, csr, 404, "unknown_session session"},
			{"handled oddly", "POST", "/v1/sessions/" + other + "/handled", `{"booked":"yes"}`, csr, 400, "wrong_type booked"},
			{"and in the trace", "GET", "/v1/sessions/" + id + "/trace", "", "", 200, "items.0.check=handled items.0.result=stop"},
			{"a body is not needed", "POST", "/v1/sessions/" + other + "/handled", "", "", 200, "handled.by=bootstrap"},
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := h.texts(); n != 0 {
			t.Errorf("%d texts went out to customers who were called", n)
		}
	})
}

func TestListsAreWalkedByTheirCursor(t *testing.T) {
	inHouse(t, func(h *house) {
		want := map[string]bool{}
		for i := range 23 {
			want[h.left(fmt.Sprint("visit-", i), "+16145550142")] = true
			time.Sleep(time.Second)
		}
		for _, query := range []string{"", "status=abandoned&", "q=6145550142&", "q=ada@example.com&status=abandoned&"} {
			got := map[string]bool{}
			cursor, pages := "", 0
			for pages < 20 {
				a := h.must(h.request("GET", "/v1/sessions?"+query+"limit=5&cursor="+cursor, ""), 200)
				for i := range 5 {
					if id := a.get(fmt.Sprint("items.", i, ".id")); id != "" {
						if got[id] {
							t.Errorf("%s: %s comes twice", query, id)
						}
						got[id] = true
					}
				}
				pages++
				if cursor = a.get("next_cursor"); cursor == "" {
					break
				}
			}
			if len(got) != len(want) || pages != 5 {
				t.Errorf("%q: %d of %d sessions on %d pages", query, len(got), len(want), pages)
			}
		}
		place, _ := base64.RawURLEncoding.DecodeString(writeCursor("visit-1"))
		place[len(place)-1]++
		for _, bad := range []string{"%00", "@", "AAAA", "nonsense", strings.Repeat("A", 500), "Li4vLi4vc2Vzc2lvbi8", base64.RawURLEncoding.EncodeToString(place)} {
			if a := h.request("GET", "/v1/sessions?cursor="+bad, ""); a.status != 422 || a.code() != "invalid_cursor" {
				t.Errorf("cursor %.20q: %d %s", bad, a.status, a.body)
			}
		}
		// A cursor leads nowhere but into its own list.
		if a := h.request("GET", "/v1/api-keys?cursor="+writeCursor("../../session/"), ""); a.status != 200 || strings.Contains(a.body, "visit-1") {
			t.Errorf("a made-up cursor: %d %s", a.status, a.body)
		}
	})
}

func TestEventScenes(t *testing.T) {
	inHouse(t, func(h *house) {
		page, none := "Authorization: Bearer "+pageKey, "Authorization: "
		event := func(fields string) string {
			return `{"scheduler":"web","session":"s1","event":"progress"` + fields + `}`
		}
		path := "/v1/session-events"
		h.play([]scene{
			{"good", "POST", path, event(""), "", 202, "warnings="},
			{"with the page's key", "POST", path, event(""), page, 202, ""},
			{"the key says whose it is", "POST", path, `{"session":"s1","event":"heartbeat"}`, page, 202, ""},
			{"beacon", "POST", path + "?key=" + pageKey, event(""), none, 202, ""},
			{"half a phone is no complaint", "POST", path, event(`,"customer":{"phone":"614"}`), "", 202, "warnings.0.field=customer.phone warnings.0.code=phone_invalid"},
			{"pages evolve", "POST", path, event(`,"widget_version":{"a":[1]}`), "", 202, ""},
			{"fields of any kind", "POST", path, event(`,"fields":{"rooms":3,"pets":true,"none":null,"list":[1, 2],"text":"x"}`), "", 202, ""},
			{"cents as JavaScript counts", "POST", path, event(`,"value_cents":1998.9999999999998`), "", 202, "warnings="},
			{"cents beyond", "POST", path, event(`,"value_cents":1e300`), "", 202, "warnings.0.code=out_of_range"},
			{"a card number", "POST", path, event(`,"fields":{"note":"4111 1111 1111 1111"}`), "", 202, "warnings.0.code=secret_removed"},
			{"unknown scheduler", "POST", path, `{"scheduler":"none","session":"s1","event":"started"}`, "", 404, "unknown_scheduler scheduler"},
			{"no scheduler", "POST", path, `{"session":"s1","event":"started"}`, "", 422, "invalid_id scheduler"},
			{"another scheduler", "POST", path, `{"scheduler":"other","session":"s1","event":"started"}`, page, 403, "wrong_scheduler scheduler"},
			{"unknown event", "POST", path, `{"scheduler":"web","session":"s1","event":"scrolled"}`, "", 422, "unknown_event event"},
			{"no event", "POST", path, `{"scheduler":"web","session":"s1"}`, "", 422, "unknown_event event"},
			{"no session", "POST", path, `{"scheduler":"web","event":"started"}`, "", 422, "missing session"},
			{"odd time", "POST", path, event(`,"at":"yesterday"`), "", 422, "invalid_time at"},
			{"time to come", "POST", path, event(`,"at":"2026-03-10T15:00:00Z"`), "", 422, "at_in_future at"},
			{"old time", "POST", path, event(`,"at":"2025-03-10T15:00:00Z"`), "", 422, "at_too_old at"},
			{"number for a text", "POST", path, event(`,"service":5`), "", 400, "wrong_type service"},
			{"text for a number", "POST", path, event(`,"value_cents":"100"`), "", 400, "wrong_type value_cents"},
			{"list for an object", "POST", path, event(`,"customer":[]`), "", 400, "wrong_type customer"},
			{"text for fields", "POST", path, event(`,"fields":"x"`), "", 400, "wrong_type fields"},
			{"text for consent", "POST", path, event(`,"consent":{"sms":"yes"}`), "", 400, "wrong_type consent.sms"},
			{"nothing", "POST", path, "", "", 400, "invalid_json"},
			{"half", "POST", path, `{"scheduler":"web"`, "", 400, "invalid_json"},
			{"two", "POST", path, event("") + event(""), "", 400, "invalid_json"},
			{"null", "POST", path, "null", "", 422, "unknown_event event"},
			{"not UTF-8", "POST", path, event(",\"service\":\"\xc3\x28\""), "", 400, "invalid_utf8"},
			{"deep", "POST", path, event(`,"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000)), "", 400, "invalid_json"},
			{"compressed", "POST", path, event(""), "Content-Encoding: gzip", 415, "unsupported_encoding Content-Encoding"},
		})
		if n := h.sessions(); n != 1 {
			t.Errorf("%d sessions, want the one of s1", n)
		}
		a := h.request("GET", "/v1/sessions?q=s1", "")
		for field, want := range map[string]string{"rooms": "3", "pets": "true", "none": "", "list": "[1,2]", "text": "x", "note": "[removed]"} {
			if got := a.get("items.0.fields." + field); got != want {
				t.Errorf("fields.%s is %q, want %q", field, got, want)
			}
		}
		if got := a.get("items.0.value_cents"); got != "1999" {
			t.Errorf("value_cents is %s", got)
		}
	})
}

// A forged or foreign origin gets nothing from a publishable key, and no page can read what it must not.
func TestPublishableKeyWorksFromItsPagesOnly(t *testing.T) {
	inHouse(t, func(h *house) {
		body := `{"scheduler":"web","session":"s1","event":"started"}`
		key := "Authorization: Bearer " + pageKey
		for origin, allowed := range map[string]bool{
			site: true, "https://book.example.com": true, "": true,
			"null": false, "https://evil.example": false, "http://www.brightwater.example": false,
			"https://www.brightwater.example:8443": false, "https://www.brightwater.example.evil.example": false,
			"https://evil.example/https://www.brightwater.example": false, "https://WWW.brightwater.example": false,
			"https://book.example.com.evil.example": false, site + "/": false, "*": false, site + ", https://evil.example": false,
		} {
			before := h.sessions()
			a := h.request("POST", "/v1/session-events", strings.Replace(body, "s1", fmt.Sprint("s", len(origin)), 1), key, "Origin: "+origin)
			shared := a.header.Get("Access-Control-Allow-Origin")
			switch {
			case allowed && (a.status != 202 || shared != origin || origin != "" && a.header.Get("Vary") != "Origin"):
				t.Errorf("origin %q: %d, shared with %q: %s", origin, a.status, shared, a.body)
			case !allowed && (a.status != 403 || a.code() != "origin_not_allowed" || shared != ""):
				t.Errorf("origin %q: %d, shared with %q: %s", origin, a.status, shared, a.body)
			}
			if made := h.sessions() - before; !allowed && made != 0 {
				t.Errorf("origin %q: %d sessions were made", origin, made)
			}
			pre := h.request("OPTIONS", "/v1/session-events", "", "Authorization: ", "Origin: "+origin, "Access-Control-Request-Method: POST")
			with := h.request("OPTIONS", "/v1/session-events?key="+pageKey, "", "Authorization: ", "Origin: "+origin, "Access-Control-Request-Method: POST")
			for _, p := range []answer{pre, with} {
				want := origin
				if !allowed {
					want = ""
				}
				if got := p.header.Get("Access-Control-Allow-Origin"); p.status != 204 || got != want || p.header.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("preflight of %q: %d, shared with %q", origin, p.status, got)
				}
				if allowed && origin != "" && (p.header.Get("Access-Control-Allow-Methods") != "POST" || !strings.Contains(p.header.Get("Access-Control-Allow-Headers"), "Authorization")) {
					t.Errorf("preflight of %q: %v", origin, p.header)
				}
			}
		}
		beacon := h.request("POST", "/v1/session-events?key="+pageKey, body, "Authorization: ", "Content-Type: text/plain;charset=UTF-8", "Origin: "+site)
		if beacon.status != 202 {
			t.Errorf("beacon: %d %s", beacon.status, beacon.body)
		}
		defer func() { // what staff take back is taken back at once
			h.must(h.request("PUT", "/v1/schedulers/web", `{"origins":[]}`), 200)
			if a := h.request("POST", "/v1/session-events", body, key, "Origin: "+site); a.code() != "origin_not_allowed" {
				t.Errorf("an origin that was taken off the list: %d %s", a.status, a.body)
			}
			h.must(h.request("DELETE", "/v1/schedulers/web", ""), 204)
			if a := h.request("POST", "/v1/session-events", body, key); a.status != 401 {
				t.Errorf("the key of a deleted scheduler: %d %s", a.status, a.body)
			}
		}()
		// A page that is let in may also read why it is refused.
		if a := h.request("POST", "/v1/session-events", "{", key, "Origin: "+site); a.status != 400 || a.header.Get("Access-Control-Allow-Origin") != site {
			t.Errorf("refusal for a page: %d %v", a.status, a.header)
		}
	})
}

func TestKeyInTheWrongPlaceOpensNothing(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, c := range []struct{ method, path, header string }{
			{"GET", "/v1/account?key=" + adminKey, "Authorization: "},
			{"GET", "/v1/account?api_key=" + adminKey, "Authorization: "},
			{"GET", "/v1/account", "X-Api-Key: " + adminKey},
			{"GET", "/v1/account", "Authorization: " + adminKey},
			{"GET", "/v1/account", "Authorization: Basic " + adminKey},
			{"GET", "/v1/account", "Authorization: Bearer"},
			{"GET", "/v1/account", "Authorization: Bearer " + adminKey + "x"},
			{"GET", "/v1/account", "Authorization: Bearer " + strings.ToUpper(adminKey)},
			{"GET", "/v1/account", "Authorization: Bearer " + strings.Repeat("k", 5000)},
			{"GET", "/v1/account", "Cookie: key=" + adminKey},
			{"POST", "/v1/session-events?key=guessed", "Authorization: "},
		} {
			headers := []string{"Authorization: "}
			if a := h.request(c.method, c.path, "{}", append(headers, c.header)...); a.status != 401 || strings.Contains(a.body, "Brightwater") {
				t.Errorf("%s %s with %.60s: %d %s", c.method, c.path, c.header, a.status, a.body)
			}
		}
		if a := h.request("GET", "/v1/account", "", "Authorization: bearer  "+adminKey); a.status != 200 {
			t.Errorf("the scheme's case and space matter: %d", a.status)
		}
	})
}

// The key of a page is public: it may not complete what it likes, as it may not book what it likes.
func TestAPageCannotCompleteAtSpeed(t *testing.T) {
	inHouse(t, func(h *house) {
		victims := make([]string, 12)
		for i := range victims {
			victims[i] = h.left(fmt.Sprintf("victim-%d", i), fmt.Sprintf("+1614555%04d", 100+i))
		}
		taken := 0
		for i := range 150 {
			client := fmt.Sprintf("x%d", i)
			h.must(h.request("POST", "/v1/session-events", `{"session":"`+client+`","event":"started"}`, fromPage), 202)
			time.Sleep(100 * time.Millisecond)
			if i == 100 {
				time.Sleep(10 * time.Second)
			}
		}
		for i := range 150 {
			a := h.request("POST", "/v1/session-events", fmt.Sprintf(`{"session":"x%d","event":"completed","value_cents":100000000,"customer":{"phone":"+1614555%04d"}}`, i, 100+i%100), fromPage)
			if a.status == 202 {
				taken++
			} else if a.code() != "rate_limited" || a.header.Get("Retry-After") == "" {
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
		if taken != 20 {
			t.Errorf("%d completions of one address at once, want 20", taken)
		}
		time.Sleep(20 * time.Minute)
		silenced := 0
		for _, id := range victims {
			if h.must(h.request("GET", "/v1/sessions/"+id, ""), 200).get("follow_up.withheld_by") == "booked_elsewhere" {
				silenced++
			}
		}
		if silenced != 10 {
			t.Errorf("%d of 12 customers were silenced; ten at once are believed of one address", silenced)
		}
		h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"office","event":"completed"}`), 202)
		for range 50 { // told again it is no news
			h.must(h.request("POST", "/v1/session-events", `{"session":"x0","event":"completed"}`, fromPage), 202)
		}
	})
}
