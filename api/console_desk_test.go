package api

import (
	"bytes"
	"compress/gzip"
	"html"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

const goodScript = "function render(ctx)\r\n  return 'Hi, finish here: ' .. ctx.link .. ' Reply STOP to opt out.'\r\nend\r\n"

// hidden gives the value of a hidden field of a page.
func (a answer) hidden(name string) string {
	_, rest, _ := strings.Cut(a.body, `name="`+name+`" value="`)
	v, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(v)
}

// The editor works by forms alone: a draft is tried, refused with its line, saved, compared, used and taken back.
func TestAScriptIsWrittenByForms(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		const path = "/console/scripts/follow_up_link"
		if a := h.page("/console/scripts", ada); a.status != 200 || !strings.Contains(a.body, "Used by Website") || !strings.Contains(a.body, "Built-in version") {
			t.Fatalf("the library: %s", a.body)
		}
		a := h.page(path, ada)
		if !strings.Contains(a.body, "function render(ctx)") || a.hidden("base") != "0" || !strings.Contains(a.body, `"name":"emergency_phone"`) {
			t.Fatalf("the editor: %s", a.body)
		}
		bad := url.Values{"source": {"function render(ctx)\r\n\r\n  return ctx.nobody.name\r\nend"}, "base": {"0"}}
		if a := h.press(path+"/preview", ada, bad); a.status != 200 || !strings.Contains(a.body, "Line 3: ") || !strings.Contains(a.body, "return ctx.nobody.name\nend</textarea>") {
			t.Errorf("a mistake is tried: %d %s", a.status, a.body)
		}
		if a := h.press(path, ada, bad); a.status != 422 || !strings.Contains(a.body, `data-line="3"`) || !strings.Contains(a.body, "return ctx.nobody.name\nend</textarea>") {
			t.Errorf("a mistake is saved: %d %s", a.status, a.body)
		}
		good := url.Values{"source": {goodScript}, "base": {"0"}, "note": {"shorter"}}
		if a := h.press(path+"/preview", ada, good); !strings.Contains(a.body, "Hi, finish here: https://book.example.com/l/") || !strings.Contains(a.body, "1 segment, ") || !strings.Contains(a.body, "$0.0113") {
			t.Errorf("the preview: %s", a.body)
		}
		session := h.left("visit-1", "(614) 555-0142")
		about := url.Values{"source": {goodScript}, "session": {session}}
		if a := h.press(path+"/preview", ada, about); !strings.Contains(a.body, "If the text were due now: nothing would hold it up.") || !strings.Contains(a.body, `value="`+session+`" selected`) {
			t.Errorf("the preview of a session: %s", a.body)
		}
		if a := h.press(path, ada, good); a.status != 303 || a.header.Get("Location") != path+"?version=1" {
			t.Fatalf("saved: %d %s", a.status, a.body)
		}
		// Who wrote on what is old is told first.
		if a := h.press(path, ada, url.Values{"source": {goodScript + "\n"}, "base": {"0"}}); a.status != 409 || !strings.Contains(a.body, "Version 1 was saved by ") || a.hidden("base") != "1" {
			t.Errorf("over somebody's version: %d %s", a.status, a.body)
		}
		if a := h.page(path+"?version=1&against=0", ada); !strings.Contains(a.body, "From Built-in version to Version 1") || !strings.Contains(a.body, `class="added"`) || !strings.Contains(a.body, "shorter") {
			t.Errorf("the difference: %s", a.body)
		}
		if a := h.press(path+"/activate", ada, url.Values{"version": {"1"}}); a.status != 303 {
			t.Fatalf("used: %d %s", a.status, a.body)
		}
		if a := h.page(path, ada); !strings.Contains(a.body, "In use: <b>Version 1, since") || !strings.Contains(a.body, "Go back to it") {
			t.Errorf("in use: %s", a.body)
		}
		if a := h.press(path+"/activate", ada, url.Values{"version": {"0"}}); a.status != 303 {
			t.Fatalf("gone back: %d %s", a.status, a.body)
		}
		for _, version := range []string{"77", "x", ""} {
			if a := h.press(path+"/activate", ada, url.Values{"version": {version}}); a.status != 404 && a.status != 422 {
				t.Errorf("version %q: %d", version, a.status)
			}
		}
		// New ones.
		if a := h.press("/console/scripts", ada, url.Values{"name": {"winter"}, "kind": {"agent"}}); a.status != 303 || a.header.Get("Location") != "/console/scripts/winter" {
			t.Errorf("a new script: %d %s", a.status, a.body)
		}
		for _, name := range []string{"winter", "follow_up_link", "Not Good", "", "../x"} {
			if a := h.press("/console/scripts", ada, url.Values{"name": {name}, "kind": {"template"}}); a.status != 409 && a.status != 422 || !strings.Contains(a.body, `role="alert"`) {
				t.Errorf("a new script %q: %d %s", name, a.status, a.body)
			}
		}
		for kind := range starters {
			if a := h.press("/console/scripts", ada, url.Values{"name": {"first-" + string(kind)}, "kind": {string(kind)}}); a.status != 303 {
				t.Errorf("what a %s begins with: %d %s", kind, a.status, a.body)
			}
		}
	})
}

// A draft of an agent is talked to in the account's own world, and nothing of it stays.
func TestADraftIsTalkedTo(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		const path = "/console/scripts/agent/talk"
		reply := `function reply(ctx)
  if ctx.event.kind == "start" then return { say = "Hi, automated assistant of " .. ctx.business.name .. ". Reply STOP to opt out." } end
  return { say = "Thanks, somebody will call you.", hand_off = "asked to" }
end`
		a := h.press(path, ada, url.Values{"source": {reply}})
		if a.status != 200 || !strings.Contains(a.body, "automated assistant of Brightwater") {
			t.Fatalf("begun: %d %s", a.status, a.body)
		}
		a = h.press(path, ada, url.Values{"source": {reply}, "said": {"Hello <b>there</b>", " "}})
		if !strings.Contains(a.body, "Hello &lt;b&gt;there") || !strings.Contains(a.body, "somebody will call you") || !strings.Contains(a.body, "Gave the conversation to a person: asked to") || strings.Count(a.body, `type="hidden" name="said"`) != 1 {
			t.Errorf("answered: %s", a.body)
		}
		if a := h.press(path, ada, url.Values{"source": {"function reply(ctx)\n  return nobody.name\nend"}}); a.status != 422 || !strings.Contains(a.body, `data-line="2"`) {
			t.Errorf("a mistake: %d %s", a.status, a.body)
		}
		long := url.Values{"source": {reply}}
		for range 21 {
			long.Add("said", "hm")
		}
		if a := h.press(path, ada, long); a.status != 422 {
			t.Errorf("a long talk: %d", a.status)
		}
		if n := h.texts(); n != 0 || h.sessions() != 0 {
			t.Errorf("%d texts went out, %d sessions are there", n, h.sessions())
		}
	})
}

// The calendar's forms: a window by hand, the places of one by rule, a closed day, the week; and nothing over what somebody else did.
func TestTheCalendarIsKeptByForms(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		const path = "/console/calendar"
		h.must(h.request("PUT", "/v1/schedulers/web", `{"availability":{"weekly":[{"days":["mon","tue","wed","thu","fri"],"from":"08:00","to":"12:00","capacity":2}],"holidays":"us_federal"}}`), 200)
		a := h.page(path, ada)
		if a.status != 200 || strings.Count(a.body, `class="window`) < 5 || !strings.Contains(a.body, "March 9 – March 15, 2026") || !strings.Contains(a.body, "8 AM – 12 PM") || !strings.Contains(a.body, "0 of 2") {
			t.Fatalf("the week: %s", a.body)
		}
		if a := h.page(path+"?week=2026-05-25", ada); !strings.Contains(a.body, "Holiday: closed") {
			t.Errorf("Memorial Day: %s", a.body)
		}
		a = h.page(path+"?day=2026-03-12", ada)
		add := url.Values{"week": {"2026-03-09"}, "day": {"2026-03-12"}, "base": {a.hidden("base")}, "from": {"18:00"}, "to": {"20:00:00"}, "places": {"3"}, "surcharge": {"25.50"}, "note": {"Evening"}}
		if a := h.press(path+"/web/windows", ada, add); a.status != 303 || a.header.Get("Location") != "/console/calendar?scheduler=web&week=2026-03-09" {
			t.Fatalf("added: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/web/windows", ada, add); a.status != 412 || !strings.Contains(a.body, "Somebody booked or changed a window") || strings.Contains(a.body, "ETag") || !strings.Contains(a.body, `value="25.50"`) {
			t.Errorf("over an old list: %d %s", a.status, a.body)
		}
		a = h.page(path+"?week=2026-03-09", ada)
		if !strings.Contains(a.body, "6 PM – 8 PM") || !strings.Contains(a.body, "$25.50 surcharge") || !strings.Contains(a.body, "0 of 3") {
			t.Errorf("with the evening: %s", a.body)
		}
		// A window by rule gets another number of places on one day, and keeps its booking.
		h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"2026-03-11-0800-1200","service":"AC repair","customer":{"first_name":"Maya","phone":"(614) 555-0142"}}`), 201)
		a = h.page(path+"?edit=2026-03-11-0800-1200&day=2026-03-11", ada)
		if a.hidden("edit") != "2026-03-11-0800-1200" || !strings.Contains(a.body, "1 booked here") {
			t.Fatalf("the form of a window: %s", a.body)
		}
		change := url.Values{"week": {"2026-03-09"}, "day": {"2026-03-11"}, "edit": {"2026-03-11-0800-1200"}, "base": {a.hidden("base")}, "places": {"4"}, "open": {"0"}}
		if a := h.press(path+"/web/windows", ada, change); a.status != 303 {
			t.Fatalf("changed: %d %s", a.status, a.body)
		}
		if a := h.page(path, ada); !strings.Contains(a.body, "1 of 4 · closed for booking") || !strings.Contains(a.body, "Maya") {
			t.Errorf("after the change: %s", a.body)
		}
		for name, value := range map[string]string{"places": "-1", "open": "9", "surcharge": "cheap", "edit": "2026-03-11-0000-0100"} {
			form := url.Values{"week": {"2026-03-09"}, "day": {"2026-03-11"}, "edit": {"2026-03-11-0800-1200"}, "base": {h.page(path+"?day=2026-03-11", ada).hidden("base")}, "places": {"4"}, "open": {"0"}}
			form.Set(name, value)
			if a := h.press(path+"/web/windows", ada, form); a.status != 422 && a.status != 404 {
				t.Errorf("%s=%s: %d %s", name, value, a.status, a.body)
			}
		}
		// A day is closed, and the week is changed.
		rules := a.hidden("rules")
		closing := url.Values{"week": {"2026-03-09"}, "day": {"2026-03-13"}, "rules": {rules}, "do": {"close"}, "why": {"Crew <b>training</b>"}}
		if a := h.press(path+"/web/days", ada, closing); a.status != 303 {
			t.Fatalf("closed: %d %s", a.status, a.body)
		}
		a = h.page(path+"?day=2026-03-13", ada)
		if !strings.Contains(a.body, "Crew &lt;b&gt;training") || !strings.Contains(a.body, "As every week again") {
			t.Errorf("a closed day: %s", a.body)
		}
		if a := h.press(path+"/web/days", ada, closing); a.status != 412 {
			t.Errorf("over old rules: %d", a.status)
		}
		weekly := url.Values{"week": {"2026-03-09"}, "rules": {a.hidden("rules")}, "weekly": {"1"}, "lead": {"2"}, "horizon": {"14"}, "r0.days": {"sat"}, "r0.from": {"20:00"}, "r0.to": {"00:00"}, "r0.places": {"1"},
			"r1.from": {""}, "r1.to": {""}, "r1.places": {""}}
		wrong := url.Values{}
		maps.Copy(wrong, weekly)
		wrong["r1.days"] = []string{"sun"}
		if a := h.press(path+"/web/weekly", ada, wrong); a.status != 422 || !strings.Contains(a.body, `name="r1.days" value="sun" checked`) || !strings.Contains(a.body, `<details id="weekly" class="weekly" open>`) {
			t.Errorf("a row without times: %d %s", a.status, a.body)
		}
		if a := h.press(path+"/web/weekly", ada, weekly); a.status != 303 {
			t.Fatalf("the week: %d %s", a.status, a.body)
		}
		if got := h.must(h.request("GET", "/v1/schedulers/web", ""), 200); got.get("availability.weekly.0.to") != "24:00" || got.get("availability.horizon") != "336h" || got.get("availability.exceptions.0.date") != "2026-03-13" || got.get("availability.holidays") != "" {
			t.Errorf("the rules: %s", got.get("availability"))
		}
		// What was by rule and has a booking is shown, although the rule is gone; the one by hand stays.
		if a := h.page(path, ada); !strings.Contains(a.body, "Maya") || !strings.Contains(a.body, "8 PM – 12 AM") {
			t.Errorf("after the week changed: %s", a.body)
		}
	})
}

// Each role sees and does what it may in scripts and calendar, and no more.
func TestDeskHonoursRoles(t *testing.T) {
	inHouse(t, func(h *house) {
		for _, role := range []booking.Role{booking.RoleSupport, booking.RoleAdministrator, booking.RoleManager, booking.RoleDispatcher, booking.RoleCSR, booking.RoleOffice} {
			cookie := h.signedIn("P"+string(role), string(role))
			manages := role.May(booking.MayManage)
			for _, path := range []string{"/console/scripts", "/console/scripts/agent"} {
				if a := h.page(path, cookie); (a.status == 200) != manages || !manages && a.status != 403 {
					t.Errorf("%s opens %s: %d", role, path, a.status)
				}
			}
			a := h.page("/console/calendar?day=2026-03-12", cookie)
			if a.status != 200 || strings.Contains(a.body, "/console/calendar/web/") != manages || strings.Contains(a.body, `href="/console/scripts"`) != manages {
				t.Errorf("%s opens the calendar: %d %s", role, a.status, a.body)
			}
			for _, path := range []string{"/console/scripts", "/console/scripts/agent", "/console/scripts/agent/preview", "/console/scripts/agent/talk", "/console/scripts/agent/activate",
				"/console/calendar/web/windows", "/console/calendar/web/days", "/console/calendar/web/weekly"} {
				if a := h.press(path, cookie, url.Values{}); (a.status == 403) == manages {
					t.Errorf("%s presses %s: %d", role, path, a.status)
				}
				if a := h.form(path, url.Values{}, cookie, "Origin: https://evil.example"); a.status != 403 {
					t.Errorf("another site presses %s for %s: %d", path, role, a.status)
				}
			}
		}
		if a := h.page("/console/calendar?scheduler=nobody", h.signedIn("Ada", "office")); a.status != 404 || !strings.Contains(a.body, "Back to today") {
			t.Errorf("no such form: %d %s", a.status, a.body)
		}
	})
}

// What anybody types is text in scripts and calendar too, and no address breaks them.
func TestDeskShowsTextAsText(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		const evil = `</textarea></script><img src=x onerror=alert(1)>`
		h.must(h.request("PUT", "/v1/schedulers/web", `{"name":"`+evil+`","availability":{"weekly":[{"days":["wed"],"from":"08:00","to":"12:00"}]}}`), 200)
		h.must(h.request("POST", "/v1/bookings", `{"source":"phone","scheduler":"web","window":"2026-03-11-0800-1200","service":"`+evil+`","customer":{"first_name":"`+evil+`","phone":"(614) 555-0142"}}`), 201)
		h.must(h.request("POST", "/v1/session-events", `{"session":"v","scheduler":"web","event":"abandoned","customer":{"first_name":"`+evil+`","phone":"(614) 555-0142"}}`), 202)
		h.must(h.request("PUT", "/v1/scripts/follow_up_link", source("-- "+evil+"\nfunction render(ctx) return '"+evil+"' end", "note", evil)), 200)
		synctest.Wait()
		typed := url.Values{"source": {"-- " + evil + "\nfunction render(ctx) error('" + evil + "') end"}, "note": {evil}, "said": {evil}, "session": {evil}, "name": {evil}, "why": {evil}, "from": {evil}, "edit": {evil}, "day": {evil}, "week": {evil}, "places": {evil}, "r0.from": {evil}, "r0.days": {evil}, "version": {evil}}
		var all []answer
		for _, path := range []string{"/console/scripts", "/console/scripts/follow_up_link", "/console/scripts/follow_up_link?version=1&against=0", "/console/calendar?week=2026-03-11&day=2026-03-11", "/console/calendar?edit=2026-03-11-0800-1200&week=2026-03-11"} {
			all = append(all, h.page(path, ada))
		}
		for _, a := range all {
			if a.status != 200 {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		for _, path := range []string{"/console/scripts", "/console/scripts/follow_up_link", "/console/scripts/follow_up_link/preview", "/console/scripts/agent/talk", "/console/scripts/follow_up_link/activate",
			"/console/calendar/web/windows", "/console/calendar/web/days", "/console/calendar/web/weekly"} {
			all = append(all, h.press(path, ada, typed))
		}
		typed.Del("session")
		all = append(all, h.press("/console/scripts/follow_up_link/preview", ada, typed))
		for _, query := range []string{"?week=0000-00-00", "?week=9999-12-31", "?week=0001-01-01", "?day=2026-02-30", "?edit=%00", "?week=" + url.QueryEscape(evil), "?scheduler=" + url.QueryEscape(evil)} {
			all = append(all, h.page("/console/calendar"+query, ada))
		}
		for _, a := range all {
			if a.status >= 500 || strings.Contains(a.body, "<img") || strings.Count(a.body, "</textarea>") > 1 {
				t.Errorf("%d %s", a.status, a.body)
			}
			if csp := a.header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
				t.Errorf("%s", csp)
			}
		}
	})
}

// The first view of any page, with everything it loads, is under 300 kB compressed.
func TestConsolePagesAreLight(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "administrator")
		for i := range 30 {
			h.left("visit-"+string(rune('a'+i)), "(614) 555-01"+string(rune('0'+i/10))+string(rune('0'+i%10)))
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		loads := regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)
		for _, path := range append(signedInPages, "/console/calendar", "/console/scripts", "/console/scripts/agent") {
			page := h.must(h.page(path, ada), 200).body
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write([]byte(page))
			_ = z.Close()
			weight := b.Len()
			for _, m := range loads.FindAllStringSubmatch(page, -1) {
				weight += len(h.must(h.request("GET", m[1], "", "Authorization: ", "Accept-Encoding: gzip"), 200).body)
			}
			if t.Logf("%s: %d kB", path, weight/1000); weight >= 300_000 {
				t.Errorf("%s weighs %d bytes compressed", path, weight)
			}
			if strings.Contains(page, ` style="`) || strings.Contains(page, "<style") || regexp.MustCompile(` on\w+="`).MatchString(page) {
				t.Errorf("%s has styles or scripts in it that its policy forbids", path)
			}
		}
	})
}
