package booking

import (
	"fmt"
	"time"
)

// Day is a calendar day, "2026-03-10". Days compare as their text does; which instants one holds depends on the zone.
type Day string

// DayOf is the day that an instant falls on in a zone.
func DayOf(t time.Time, loc *time.Location) Day { return Day(t.In(loc).Format(time.DateOnly)) }

// ParseDay reads a day; ok is false for anything but an existing day.
func ParseDay(s string) (d Day, ok bool) {
	t, err := time.Parse(time.DateOnly, s)
	return Day(s), err == nil && t.Year() > 0
}

// utc is the day's midnight in UTC, for counting days.
func (d Day) utc() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d)) // every Day was made or parsed here
	return t
}

// Add gives the day n days later.
func (d Day) Add(n int) Day { return Day(d.utc().AddDate(0, 0, n).Format(time.DateOnly)) }

// To counts the days from d to o.
func (d Day) To(o Day) int { return int(o.utc().Sub(d.utc()) / (24 * time.Hour)) }

// Week names the ISO week of the day, "2026-W11".
func (d Day) Week() string {
	year, week := d.utc().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// Month names the month of the day, "2026-03".
func (d Day) Month() string { return string(d[:len("2026-03")]) }

// Start is the first instant of the day in a zone. Some zones skip midnight when the clocks go forward, and some have it
// twice when they go back.
func (d Day) Start(loc *time.Location) time.Time {
	u := d.utc()
	t := time.Date(u.Year(), u.Month(), u.Day(), 0, 0, 0, 0, loc)
	if DayOf(t, loc) < d { // midnight was skipped: the day begins when the clocks go forward
		if _, forward := t.ZoneBounds(); !forward.IsZero() {
			return forward.In(loc)
		}
	}
	if twice := t.Add(-time.Hour); DayOf(twice, loc) == d {
		return twice
	}
	return t
}
