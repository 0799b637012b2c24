package api

import (
	"encoding/csv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

func TestReportsOverHTTP(t *testing.T) {
	inHouse(t, func(h *house) {
		first := h.left("visit-1", "(614) 555-0142")
		h.left("visit-2", "")
		h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"visit-3","event":"progress","step":"=HYPERLINK(\"http://evil.example\",\"prices\")"}`), 202)
		time.Sleep(time.Hour)
		synctest.Wait()
		h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"visit-1","event":"completed","value_cents":12900}`), 202)

		a := h.must(h.request("GET", "/v1/reports/funnel", ""), 200)
		for path, want := range map[string]string{
			"from": "2026-02-09", "to": "2026-03-10", "timezone": "America/New_York", "sessions": "3", "qualified": "1", "abandoned": "3",
			"texted": "1", "clicked": "0", "replied": "0", "booked": "1", "recovered": "1", "revenue_cents": "12900", "withheld.phone_number": "2",
			"holdout.percent": "0", "holdout.treated": "0", "holdout.enough": "false", "groups": "",
		} {
			if got := a.get(path); got != want {
				t.Errorf("%s is %s, want %s", path, got, want)
			}
		}
		if !strings.Contains(a.get("holdout.words"), "no control group") {
			t.Errorf("words: %s", a.get("holdout.words"))
		}
		a = h.must(h.request("GET", "/v1/reports/funnel?group=template&from=2026-03-10&to=2026-03-10", ""), 200)
		if a.get("groups.0.key") != "" || a.get("groups.0.sessions") != "2" || a.get("groups.1.key") != "follow_up_link@0" || a.get("groups.1.recovered") != "1" {
			t.Errorf("by template: %s", a.body)
		}
		if a := h.must(h.request("GET", "/v1/reports/funnel?group=day&to=2026-03-09", ""), 200); a.get("sessions") != "0" || a.get("groups.0.key") != "2026-02-08" {
			t.Errorf("the month before: %s", a.body)
		}

		a = h.must(h.request("GET", "/v1/reports/withheld", ""), 200)
		if a.get("items.0.check") != "phone_number" || a.get("items.0.days.0.day") != "2026-03-10" || a.get("items.0.count") != "2" ||
			a.get("items.0.days.0.sessions.1") == "" || strings.Contains(a.body, first) {
			t.Errorf("withheld: %s", a.body)
		}
	})
}

func TestReportsAsCSVAreInert(t *testing.T) {
	inHouse(t, func(h *house) {
		for i, step := range []string{`=1+1`, `@SUM(A1)`, `-2`, `+3`, `a "quoted", one`} {
			h.must(h.request("POST", "/v1/session-events", `{"scheduler":"web","session":"v`+string(rune('0'+i))+`","event":"progress","step":`+quoted(step)+`}`), 202)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		for _, ask := range []answer{
			h.request("GET", "/v1/reports/funnel?group=step&format=csv", ""),
			h.request("GET", "/v1/reports/funnel?group=step", "", "Accept: text/csv"),
		} {
			h.must(ask, 200)
			rows, err := csv.NewReader(strings.NewReader(ask.body)).ReadAll()
			if err != nil || len(rows) != 7 {
				t.Fatalf("%v: %s", err, ask.body)
			}
			for _, row := range rows {
				if strings.ContainsAny(row[0][:1], "=+-@") {
					t.Errorf("a spreadsheet takes %q for a formula", row[0])
				}
			}
			if last := rows[6]; last[0] != "total" || last[1] != "5" || len(last) != 16+len(booking.Checks) {
				t.Errorf("the total: %q", last)
			}
			if got := ask.header.Get("Content-Type"); !strings.HasPrefix(got, "text/csv") || !strings.Contains(ask.header.Get("Content-Disposition"), "funnel-2026-02-09-2026-03-10.csv") {
				t.Errorf("headers %v", ask.header)
			}
		}
		a := h.must(h.request("GET", "/v1/reports/withheld?format=csv", ""), 200)
		if rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll(); err != nil || len(rows) != 2 || rows[1][0] != "phone_number" || rows[1][2] != "5" {
			t.Errorf("%v: %s", err, a.body)
		}
	})
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

func TestBadAsksForReportsAreRefused(t *testing.T) {
	inHouse(t, func(h *house) {
		for query, want := range map[string]string{
			"group=colour": "unknown_group group", "group=total": "unknown_group group", "from=soon": "invalid_time from", "to=2026-13-01": "invalid_time to",
			"from=2026-03-10&to=2026-03-01": "out_of_range to", "from=2020-01-01": "out_of_range from", "format=xml": "unknown_format format",
			"from=9999-99-99": "invalid_time from", "group=day&to=9999-12-31T23:59:59Z": "invalid_time to",
			"group=day&to=9999-12-31": "invalid_time to", "from=0001-01-01T00:00:00Z": "invalid_time from", "from=1969-12-31&to=1970-01-05": "invalid_time from",
		} {
			a := h.request("GET", "/v1/reports/funnel?"+query, "")
			if got := a.code() + " " + a.field(); a.status != 422 || got != want {
				t.Errorf("%s: %d %s, want %s", query, a.status, a.body, want)
			}
		}
	})
}
