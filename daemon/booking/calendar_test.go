package booking

import (
	"strings"
	"testing"
	"time"
)

// A calendar shows every date with its windows, bookable or not: those of the week, an exception's, none on a holiday, and those by hand, which
// stand over one by rule.
func TestCalendarShowsEveryDate(t *testing.T) {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	s := Scheduler{Availability: Availability{Weekly: []WeeklyRule{{Days: []Weekday{"mon", "tue", "wed"}, From: 8 * 60, To: 10 * 60, Capacity: 2}, {Days: []Weekday{"mon"}, From: 13 * 60, To: 15 * 60, Capacity: 1}},
		Holidays: HolidaysUSFederal}}
	s.Availability.Except(Exception{Date: "2026-05-27", Closed: true, Note: "Training"})
	s.Availability.Except(Exception{Date: "2026-05-24", Windows: []DayWindow{{From: 9 * 60, To: 10 * 60, Capacity: 1}}})
	day := Day("2026-05-26")
	explicit := []Window{
		{ID: "evening", Start: day.At(18*60, loc), End: day.At(20*60, loc), Capacity: 1, Open: 1},
		{ID: "2026-05-26-0800-1000", Start: day.At(8*60, loc), End: day.At(10*60, loc), Capacity: 5, Open: 3},
		{ID: "gone", Start: day.At(21*60, loc), End: day.At(22*60, loc), Gone: true},
	}
	var got []string
	for _, d := range CalendarOf(s, "America/New_York", explicit, "2026-05-24", 5) {
		var line strings.Builder
		line.WriteString(string(d.Date) + " " + string(d.Weekday))
		if d.Holiday {
			line.WriteString(" holiday")
		}
		if d.Exception != nil {
			line.WriteString(" exception")
		}
		for _, w := range d.Windows {
			line.WriteString(" " + w.Start.In(loc).Format("15:04"))
			if w.ByHand {
				line.WriteString("*")
			}
		}
		got = append(got, line.String())
	}
	want := "2026-05-24 sun exception 09:00\n2026-05-25 mon holiday\n2026-05-26 tue 08:00* 18:00*\n2026-05-27 wed exception\n2026-05-28 thu"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	before := s.Availability.Revision()
	s.Availability.AsEveryWeek("2026-05-27")
	if s.Availability.Revision() == before || len(s.Availability.Exceptions) != 1 {
		t.Error("an exception that went changes nothing")
	}
	for d, want := range map[Day]Day{"2026-03-09": "2026-03-09", "2026-03-15": "2026-03-09", "2026-03-16": "2026-03-16", "2026-01-01": "2025-12-29"} {
		if got := d.Monday(); got != want {
			t.Errorf("the Monday of %s is %s, want %s", d, got, want)
		}
	}
}
