package booking

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func tod(h, m int) TimeOfDay { return TimeOfDay(h*60 + m) }

var workdays = []Weekday{"mon", "tue", "wed", "thu", "fri"}

// list gives the windows as "id start end open", times in UTC.
func list(all []Window) (out []string) {
	for _, w := range all {
		out = append(out, fmt.Sprintf("%s %s %s %d", w.ID, w.Start.UTC().Format("01-02T15:04"), w.End.UTC().Format("01-02T15:04"), w.Open))
	}
	return out
}

func TestWindowsFollowFromTheRules(t *testing.T) {
	weekly := func(from, to TimeOfDay, days ...Weekday) []WeeklyRule { return []WeeklyRule{{days, from, to, 2}} }
	for _, c := range []struct {
		name     string
		rule     Availability
		zone     string
		now      string
		from     string
		days     int
		explicit []Window
		want     []string
	}{
		{"a week of two windows", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "mon", "wed")}, ohio, "2026-03-08T12:00:00Z", "", 7, nil,
			[]string{"2026-03-09-0900-1200 03-09T13:00 03-09T16:00 2", "2026-03-11-0900-1200 03-11T13:00 03-11T16:00 2"}},
		{"no rules, no windows", Availability{}, ohio, "2026-03-08T12:00:00Z", "", 62, nil, nil},
		{"what has begun is gone", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "mon")}, ohio, "2026-03-09T13:00:00Z", "", 7, nil, nil},
		{"what is about to begin is there", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "mon")}, ohio, "2026-03-09T12:59:59Z", "", 7, nil,
			[]string{"2026-03-09-0900-1200 03-09T13:00 03-09T16:00 2"}},
		{"lead time", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "mon"), LeadTime: Duration(2 * time.Hour)}, ohio, "2026-03-09T11:00:01Z", "", 8, nil,
			[]string{"2026-03-16-0900-1200 03-16T13:00 03-16T16:00 2"}},
		{"lead time to the second", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "mon"), LeadTime: Duration(2 * time.Hour)}, ohio, "2026-03-09T11:00:00Z", "", 7, nil,
			[]string{"2026-03-09-0900-1200 03-09T13:00 03-09T16:00 2"}},
		{"horizon", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "mon"), Horizon: Duration(7 * 24 * time.Hour)}, ohio, "2026-03-02T14:00:00Z", "", 30, nil,
			[]string{"2026-03-09-0900-1200 03-09T13:00 03-09T16:00 2"}},
		{"end of the month and of the day", Availability{Weekly: weekly(tod(22, 0), tod(24, 0), "sat", "sun")}, "UTC", "2026-02-27T00:00:00Z", "", 4, nil,
			[]string{"2026-02-28-2200-2400 02-28T22:00 03-01T00:00 2", "2026-03-01-2200-2400 03-01T22:00 03-02T00:00 2"}},
		{"leap day", Availability{Weekly: weekly(tod(9, 0), tod(10, 0), "tue")}, "UTC", "2028-02-28T00:00:00Z", "", 3, nil,
			[]string{"2028-02-29-0900-1000 02-29T09:00 02-29T10:00 2"}},
		{"clock put forward: the skipped hour is no window", Availability{Weekly: []WeeklyRule{{[]Weekday{"sun"}, tod(2, 0), tod(3, 0), 1},
			{[]Weekday{"sun"}, tod(2, 30), tod(4, 0), 1}, {[]Weekday{"sun"}, tod(1, 0), tod(2, 30), 1}}}, ohio, "2026-03-07T12:00:00Z", "", 2, nil,
			[]string{"2026-03-08-0100-0230 03-08T06:00 03-08T07:00 1", "2026-03-08-0230-0400 03-08T07:00 03-08T08:00 1"}},
		{"clock put back: the first of two equal times counts", Availability{Weekly: []WeeklyRule{{[]Weekday{"sun"}, tod(1, 0), tod(2, 0), 1},
			{[]Weekday{"sun"}, tod(0, 0), tod(1, 30), 1}}}, ohio, "2026-10-31T12:00:00Z", "", 2, nil,
			[]string{"2026-11-01-0000-0130 11-01T04:00 11-01T05:30 1", "2026-11-01-0100-0200 11-01T05:00 11-01T07:00 1"}},
		{"a day that was skipped has none", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "fri")}, "Pacific/Apia", "2011-12-29T00:00:00Z", "2011-12-30", 1, nil, nil},
		{"holiday observed on another day", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), workdays...), Holidays: HolidaysUSFederal}, ohio, "2026-07-01T20:00:00Z", "", 6, nil,
			[]string{"2026-07-02-0900-1200 07-02T13:00 07-02T16:00 2", "2026-07-06-0900-1200 07-06T13:00 07-06T16:00 2"}}, // the 4th is a Saturday, observed on Friday
		{"New Year's Day observed in the old year", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "fri"), Holidays: HolidaysUSFederal}, "UTC", "2027-12-30T00:00:00Z", "", 3, nil, nil},
		{"an exception stands over a holiday", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), workdays...), Holidays: HolidaysUSFederal,
			Exceptions: []Exception{{Date: "2026-11-26", Windows: []DayWindow{{tod(8, 0), tod(9, 0), 3}}}}}, "UTC", "2026-11-26T00:00:00Z", "", 1, nil,
			[]string{"2026-11-26-0800-0900 11-26T08:00 11-26T09:00 3"}},
		{"a closed date", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), workdays...), Exceptions: []Exception{{Date: "2026-12-24", Closed: true}}}, "UTC",
			"2026-12-23T20:00:00Z", "", 3, nil, []string{"2026-12-25-0900-1200 12-25T09:00 12-25T12:00 2"}},
		{"from a date of the scheduler's zone", Availability{Weekly: weekly(tod(22, 0), tod(23, 0), "tue", "wed")}, "America/Los_Angeles", "2026-03-01T00:00:00Z", "2026-03-11", 1, nil,
			[]string{"2026-03-11-2200-2300 03-12T05:00 03-12T06:00 2"}},
		{"by hand: added, past the horizon, in place of a rule's, full", Availability{Weekly: weekly(tod(9, 0), tod(12, 0), "mon"), Horizon: Duration(24 * time.Hour)}, "UTC",
			"2026-03-08T12:00:00Z", "", 20, []Window{
				{ID: "extra", Start: at("2026-03-20T09:00:00Z"), End: at("2026-03-20T12:00:00Z"), Capacity: 1, Open: 1},
				{ID: "mine", Start: at("2026-03-09T09:00:00Z"), End: at("2026-03-09T12:00:00Z"), Capacity: 5, Open: 4},
				{ID: "full", Start: at("2026-03-10T09:00:00Z"), End: at("2026-03-10T12:00:00Z"), Capacity: 1},
				{ID: "past", Start: at("2026-03-08T09:00:00Z"), End: at("2026-03-08T13:00:00Z"), Capacity: 5, Open: 5},
				{ID: "far", Start: at("2026-04-20T09:00:00Z"), End: at("2026-04-20T12:00:00Z"), Capacity: 1, Open: 1}},
			[]string{"mine 03-09T09:00 03-09T12:00 4", "full 03-10T09:00 03-10T12:00 0", "extra 03-20T09:00 03-20T12:00 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := at(c.now)
			from, err := ParseFrom(now, c.zone, c.from)
			if err != nil {
				t.Fatal(err)
			}
			got := Windows(now, Scheduler{Availability: c.rule}, c.zone, c.explicit, from, c.days)
			if !slices.Equal(list(got), c.want) {
				t.Errorf("got  %s\nwant %s", strings.Join(list(got), "; "), strings.Join(c.want, "; "))
			}
		})
	}
}

func TestAWindowIsFoundByItsIDOrSaidToBeClosed(t *testing.T) {
	s := Scheduler{Availability: Availability{Weekly: []WeeklyRule{{[]Weekday{"mon"}, tod(9, 0), tod(12, 0), 2}}, LeadTime: Duration(time.Hour)}}
	explicit := []Window{{ID: "mine", Start: at("2026-03-16T13:00:00Z"), End: at("2026-03-16T16:00:00Z"), Capacity: 1, Open: 1}}
	for _, c := range []struct{ id, code string }{
		{"2026-03-09-0900-1200", ""}, {"mine", ""},
		{"2026-03-16-0900-1200", "window_unknown"}, // mine stands there
		{"2026-03-10-0900-1200", "window_unknown"}, {"2026-03-09-0900-1300", "window_unknown"}, {"2026-03-09-900-1200", "window_unknown"},
		{"", "window_unknown"}, {"2026-02-30-0900-1200", "window_unknown"}, {"' OR 1=1", "window_unknown"},
		{"2026-03-02-0900-1200", "window_closed"}, {"2026-04-13-0900-1200", "window_closed"},
	} {
		_, err := FindWindow(at("2026-03-08T12:00:00Z"), s, ohio, explicit, c.id)
		if (err == nil) != (c.code == "") || err != nil && !errors.Is(err, &Error{Code: c.code}) {
			t.Errorf("%q: %v, want %q", c.id, err, c.code)
		}
	}
	explicit[0].Gone = true
	if _, err := FindWindow(at("2026-03-08T12:00:00Z"), s, ohio, explicit, "mine"); !errors.Is(err, &Error{Code: "window_unknown"}) {
		t.Errorf("mine was taken away: %v", err)
	}
	if _, err := FindWindow(at("2026-03-08T12:00:00Z"), s, ohio, explicit, "2026-03-16-0900-1200"); err != nil {
		t.Errorf("mine stands in for nothing any more: %v", err)
	}
}

// For any zone, rule and instant: windows are in order, have time, begin after now and within what was asked, have IDs of
// their own, and each is found again by its ID.
func TestWindowsAreWholeForAnyZoneAndInstant(t *testing.T) {
	zones := []string{ohio, "America/Los_Angeles", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "UTC"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		var a Availability
		for range 1 + r.IntN(5) {
			from := TimeOfDay(r.IntN(1440))
			a.Weekly = append(a.Weekly, WeeklyRule{Days: []Weekday{days[r.IntN(7)], days[r.IntN(7)]}, From: from, To: from + 1 + TimeOfDay(r.IntN(int(1440-from))), Capacity: 1})
		}
		if r.IntN(2) == 0 {
			a.Holidays = HolidaysUSFederal
		}
		s := Scheduler{ID: "a", Name: "a", URL: "https://a.example", Availability: a}
		if ValidateScheduler(&s) != nil {
			continue // two rules for the same window
		}
		zone := zones[r.IntN(len(zones))]
		now := time.Unix(1_200_000_000+r.Int64N(900_000_000), 0)
		from := now.Add(time.Duration(r.Int64N(int64(20 * 24 * time.Hour))))
		all := Windows(now, s, zone, nil, from, 15)
		seen := map[string]bool{}
		for i, w := range all {
			if !w.End.After(w.Start) || w.End.Sub(w.Start) > 26*time.Hour || !w.Start.After(now) || w.Start.Before(from) || seen[w.ID] || i > 0 && w.Start.Before(all[i-1].Start) {
				t.Fatalf("%s at %s: %+v of %v", zone, now, w, list(all))
			}
			seen[w.ID] = true
			again, err := FindWindow(now, s, zone, nil, w.ID)
			if err != nil || again != w {
				t.Fatalf("%s at %s: %q found as %+v, %v", zone, now, w.ID, again, err)
			}
			loc, _ := LoadZone(zone)
			if got := w.Start.In(loc).Format("2006-01-02-1504"); !strings.HasPrefix(w.ID, got) {
				if prev, _ := w.Start.In(loc).ZoneBounds(); !prev.Equal(w.Start) { // only a skipped time reads otherwise
					t.Fatalf("%s: %q begins at local %s", zone, w.ID, got)
				}
			}
		}
	}
}

func TestRulesThatCannotBeKeptAreRefusedByField(t *testing.T) {
	day := WeeklyRule{[]Weekday{"mon"}, tod(9, 0), tod(12, 0), 1}
	for _, c := range []struct {
		name, code, field string
		rule              Availability
	}{
		{"no days", "missing", "availability.weekly[0].days", Availability{Weekly: []WeeklyRule{{nil, 1, 2, 1}}}},
		{"unknown day", "unknown_day", "availability.weekly[0].days", Availability{Weekly: []WeeklyRule{{[]Weekday{"monday"}, 1, 2, 1}}}},
		{"ends before it begins", "out_of_range", "availability.weekly[0].to", Availability{Weekly: []WeeklyRule{{[]Weekday{"mon"}, 2, 2, 1}}}},
		{"enormous capacity", "out_of_range", "availability.weekly[0].capacity", Availability{Weekly: []WeeklyRule{{[]Weekday{"mon"}, 1, 2, 1 << 40}}}},
		{"negative capacity", "out_of_range", "availability.weekly[0].capacity", Availability{Weekly: []WeeklyRule{{[]Weekday{"mon"}, 1, 2, -1}}}},
		{"twice", "duplicate_window", "availability.weekly[1]", Availability{Weekly: []WeeklyRule{day, day}}},
		{"a day twice in one rule", "duplicate_window", "availability.weekly[0]", Availability{Weekly: []WeeklyRule{{[]Weekday{"mon", "mon"}, 1, 2, 1}}}},
		{"no date", "invalid_date", "availability.exceptions[0].date", Availability{Exceptions: []Exception{{Date: "24.12.2026", Closed: true}}}},
		{"date twice", "duplicate_date", "availability.exceptions[1].date", Availability{Exceptions: []Exception{{Date: "2026-12-24", Closed: true}, {Date: "2026-12-24", Closed: true}}}},
		{"neither closed nor open", "ambiguous", "availability.exceptions[0]", Availability{Exceptions: []Exception{{Date: "2026-12-24"}}}},
		{"both", "ambiguous", "availability.exceptions[0]", Availability{Exceptions: []Exception{{Date: "2026-12-24", Closed: true, Windows: []DayWindow{{1, 2, 1}}}}}},
		{"unknown holidays", "unknown_holidays", "availability.holidays", Availability{Holidays: "narnia"}},
		{"lead", "out_of_range", "availability.lead_time", Availability{LeadTime: -1}},
		{"horizon", "out_of_range", "availability.horizon", Availability{Horizon: Duration(400 * 24 * time.Hour)}},
		{"too many", "too_many", "availability", Availability{Weekly: make([]WeeklyRule, 101)}},
	} {
		err := validateAvailability(&c.rule)
		bad, ok := errors.AsType[*Error](err)
		if !ok || bad.Code != c.code || bad.Field != c.field || bad.Hint == "" {
			t.Errorf("%s: %v, want %s %s", c.name, err, c.code, c.field)
		}
	}
	good := Availability{Weekly: []WeeklyRule{{[]Weekday{"mon"}, tod(9, 0), tod(12, 0), 0}}}
	if err := validateAvailability(&good); err != nil || good.Weekly[0].Capacity != 1 {
		t.Errorf("%+v, %v", good, err)
	}
}

func TestSeatsAreTakenOnceAndNotBeyondTheCapacity(t *testing.T) {
	now := at("2026-03-08T12:00:00Z")
	w := Window{ID: "w", Start: now.Add(time.Hour), End: now.Add(2 * time.Hour), Capacity: 3, Open: 3}
	const others = 1
	s, err := Seats{}.Take(now, w, others, "a")
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Take(now, w, others, "b"); err != nil || s.Taken(now) != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	if again, err := s.Take(now, w, others, "a"); err != nil || again.Taken(now) != 2 {
		t.Errorf("who has a place took another: %+v, %v", again, err)
	}
	if _, err := s.Take(now, w, others, "d"); !errors.Is(err, &Error{Code: "window_full"}) {
		t.Errorf("a fourth took a place: %v", err)
	}
	if s = s.Free("a"); s.Taken(now) != 1 {
		t.Errorf("%+v", s)
	}
	later := w.End
	next := Window{ID: "w", Start: later.Add(time.Hour), End: later.Add(2 * time.Hour), Capacity: 1, Open: 1}
	if s, err = s.Take(later, next, 0, "n"); err != nil || !slices.Equal(s.Bookings, []string{"n"}) {
		t.Errorf("a window that got the ID of one that is over: %+v, %v", s, err)
	}
}

func BenchmarkWindowsOfAMonth(b *testing.B) {
	s := Scheduler{Availability: Availability{Weekly: []WeeklyRule{{workdays, tod(8, 0), tod(12, 0), 2}, {workdays, tod(12, 0), tod(16, 0), 2}}, Holidays: HolidaysUSFederal}}
	now := at("2026-03-08T12:00:00Z")
	b.ReportAllocs()
	for b.Loop() {
		Windows(now, s, ohio, nil, now, 30)
	}
}
