package api

import (
	"html"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

const calendarDay = "/console/calendar?scheduler=web&week=2026-03-09&day=2026-03-12"

// A date gets windows of its own: the form begins with those of every week, a refusal stands at its row and nothing typed is lost, and what
// somebody else changed meanwhile is not overwritten.
func TestADateGetsWindowsOfItsOwn(t *testing.T) {
	inHouse(t, func(h *house) {
		ada := h.signedIn("Ada", "manager")
		const path = "/console/calendar/web/days"
		h.must(h.request("PUT", "/v1/schedulers/web", `{"availability":{"weekly":[{"days":["mon","tue","wed","thu","fri"],"from":"08:00","to":"12:00","capacity":2}],"holidays":"us_federal"}}`), 200)
		form := h.formOn(calendarDay, ada, path)
		if form.Get("w0.from") != "08:00" || form.Get("w0.to") != "12:00" || form.Get("w0.places") != "2" || form.Get("w1.from") != "" || !form.Has("w2.from") {
			t.Fatalf("it begins with %v", form)
		}
		own := url.Values{}
		maps.Copy(own, form)
		for name, value := range map[string]string{"do": "own", "why": "Fair in town <b>", "w0.from": "10:00", "w0.to": "11:30", "w0.places": "1", "w1.from": "20:00", "w1.to": "00:00", "w1.places": ""} {
			own.Set(name, value)
		}
		for _, bad := range []struct {
			row     string
			change  map[string]string
			message string
		}{
			{"0", map[string]string{"w0.to": "09:00"}, "The window ends before it begins."},
			{"1", map[string]string{"w1.to": ""}, "A window needs a time from which"},
			{"1", map[string]string{"w1.from": "<b>", "w1.to": "21:00"}, "A window needs a time from which"},
			{"1", map[string]string{"w1.places": "0"}, "is not a number from 1 to 10000"},
			{"2", map[string]string{"w2.from": "10:00", "w2.to": "11:30"}, "Give it more places instead."},
			{"0", map[string]string{"w0.from": "", "w0.to": "", "w1.from": "", "w1.to": ""}, "No window is given."},
		} {
			v := maps.Clone(own)
			for name, value := range bad.change {
				v[name] = []string{value}
			}
			a := h.press(path, ada, v)
			_, rest, found := strings.Cut(a.body, `id="own-`+bad.row+`-flaw"`)
			told, _, _ := strings.Cut(rest, "</li>")
			if a.status != 422 || !found || !strings.Contains(told, bad.message) || strings.Count(a.body, `-flaw"><b>`) != 1 {
				t.Errorf("%v: %d %q", bad.change, a.status, told)
			}
			_, rest, _ = strings.Cut(a.body, `action="`+path+`"`)
			inside, _, _ := strings.Cut(rest, "</form>")
			back := fieldsOf(inside)
			for name := range own {
				if name != "do" && back.Get(name) != v.Get(name) {
					t.Errorf("%v: %s was typed %q and came back %q", bad.change, name, v.Get(name), back.Get(name))
				}
			}
		}
		if a := h.press(path, ada, own); a.status != 303 {
			t.Fatalf("its own windows: %d %s", a.status, a.body)
		}
		got := h.must(h.request("GET", "/v1/schedulers/web", ""), 200)
		if got.get("availability.exceptions") != `[{"date":"2026-03-12","note":"Fair in town \u003cb\u003e","windows":[{"capacity":1,"from":"10:00","to":"11:30"},{"capacity":1,"from":"20:00","to":"24:00"}]}]` {
			t.Errorf("kept: %s", got.get("availability.exceptions"))
		}
		if a := h.page("/console/calendar?week=2026-03-09", ada); strings.Count(a.body, "10 AM – 11:30 AM</b>") != 1 || strings.Count(a.body, "8 PM – 12 AM</b>") != 1 || strings.Count(a.body, "8 AM – 12 PM</b>") != 4 || !strings.Contains(a.body, "Fair in town &lt;b&gt;") {
			t.Errorf("the week: %s", a.body)
		}
		again := h.formOn(calendarDay, ada, path)
		if again.Get("w0.from") != "10:00" || again.Get("w1.to") != "00:00" || again.Get("why") != "Fair in town <b>" || again.Get("rules") == own.Get("rules") {
			t.Errorf("its form now: %v", again)
		}
		// Pressed twice, or by somebody who saw an older state: refused, with what was typed.
		if a := h.press(path, ada, own); a.status != 412 || !strings.Contains(a.body, `name="w0.from" value="10:00"`) || h.must(h.request("GET", "/v1/schedulers/web", ""), 200).get("availability.exceptions.1") != "" {
			t.Errorf("over an older state: %d %s", a.status, a.body)
		}
		again.Set("do", "usual")
		if a := h.press(path, ada, again); a.status != 303 || h.must(h.request("GET", "/v1/schedulers/web", ""), 200).get("availability.exceptions.0") != "" {
			t.Errorf("as every week: %d %s", a.status, a.body)
		}
		// A holiday has none, and can have its own.
		holiday := h.formOn("/console/calendar?scheduler=web&week=2026-05-25&day=2026-05-25", ada, path)
		if holiday.Get("w0.from") != "08:00" {
			t.Errorf("a holiday begins with %v", holiday)
		}
		holiday.Set("do", "own")
		if a := h.press(path, ada, holiday); a.status != 303 {
			t.Errorf("a holiday: %d %s", a.status, a.body)
		}
		if a := h.page("/console/calendar?week=2026-05-25", ada); strings.Contains(a.body, "Holiday: closed") || !strings.Contains(a.body, "Other windows than every week") {
			t.Errorf("on a holiday: %s", a.body)
		}
	})
}

// A page that tells of a refused form names its own address, for what changes meanwhile; a page that was asked for needs none.
func TestARefusedFormsPageNamesItsOwnAddress(t *testing.T) {
	inHouse(t, func(h *house) {
		h.talks()
		ada := h.signedIn("Ada", "administrator")
		session := h.left("visit-9", "(614) 555-0149")
		for path, want := range map[string]string{
			"/console/calendar/web/windows":            "/console/calendar?scheduler=web&week=2026-03-16",
			"/console/calendar/web/days":               "/console/calendar?scheduler=web&week=2026-03-16",
			"/console/setup/schedulers/web/page":       "/console/setup/schedulers/web",
			"/console/setup/schedulers/web/services":   "/console/setup/schedulers/web",
			"/console/setup/gate":                      "/console/setup",
			"/console/inbox/+16145550142/reply":        "/console/inbox/+16145550142",
			"/console/people/+16145550142/erase":       "/console/people/+16145550142",
			"/console/sessions/" + session + "/resend": "/console/sessions/" + session,
			"/console/settings/facts":                  "",
		} {
			a := h.press(path, ada, url.Values{"week": {"2026-03-18"}})
			_, rest, found := strings.Cut(a.body, ` data-here="`)
			got, _, _ := strings.Cut(rest, `"`)
			got = html.UnescapeString(got)
			if a.status < 400 || got != want || found != (want != "") {
				t.Errorf("%s: %d, its page is at %q, want %q", path, a.status, got, want)
			}
			if want == "" {
				continue
			}
			if a := h.page(want, ada); a.status != 200 || strings.Contains(a.body, "data-here") {
				t.Errorf("%s: %d", want, a.status)
			}
		}
	})
}

// The windows of every week are those of the date by its weekday, whatever stands for that date alone.
func TestWindowsOfEveryWeekOfADate(t *testing.T) {
	rules := booking.Availability{Weekly: []booking.WeeklyRule{{Days: []booking.Weekday{"thu"}, From: 480, To: 600, Capacity: 1}}, Exceptions: []booking.Exception{{Date: "2026-03-12", Closed: true}}}
	if got := rules.EveryWeek("2026-03-12"); !slices.Equal(got, []booking.DayWindow{{From: 480, To: 600, Capacity: 1}}) {
		t.Errorf("Thursday: %v", got)
	}
	if got := rules.EveryWeek("2026-03-13"); got != nil {
		t.Errorf("Friday: %v", got)
	}
}
