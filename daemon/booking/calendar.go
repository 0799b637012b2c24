package booking

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// CalendarDay is one date as a scheduler has it, whether its windows can be booked now or not.
type CalendarDay struct {
	Date      Day
	Weekday   Weekday
	Holiday   bool       // closed since it is one
	Exception *Exception // that stands over the week's rules; nil: none
	Windows   []CalendarWindow
}

// CalendarWindow is an arrival window in a calendar.
type CalendarWindow struct {
	Window
	ByHand bool // put by hand, perhaps over one by rule
}

// CalendarOf gives days dates from first on with all windows that begin on them, in order; zone is the scheduler's ([Scheduler.Zone]). Open is
// what there would be if nobody had booked, as in [Windows].
func CalendarOf(s Scheduler, zone string, explicit []Window, first Day, days int) (all []CalendarDay) {
	loc, err := LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	opens := newOpenings(time.Time{}, &s, loc, explicit)
	for i := range max(0, min(days, MaxWindowDays)) {
		d := first.Add(i)
		day := CalendarDay{Date: d, Weekday: weekdayOf(d.utc())}
		if j := slices.IndexFunc(s.Availability.Exceptions, func(x Exception) bool { return x.Date == d }); j >= 0 {
			day.Exception = &s.Availability.Exceptions[j]
		}
		day.Holiday = day.Exception == nil && s.Availability.Holidays == HolidaysUSFederal && federalHoliday(d)
		for _, w := range opens.of(d.utc()) {
			day.Windows = append(day.Windows, CalendarWindow{Window: w})
		}
		for _, w := range opens.explicit {
			if DayOf(w.Start, loc) == d {
				day.Windows = append(day.Windows, CalendarWindow{w, true})
			}
		}
		slices.SortStableFunc(day.Windows, func(x, y CalendarWindow) int {
			if c := x.Start.Compare(y.Start); c != 0 {
				return c
			}
			return x.End.Compare(y.End)
		})
		all = append(all, day)
	}
	return all
}

// Monday gives the first day of the ISO week of d.
func (d Day) Monday() Day { return d.Add(-(int(d.utc().Weekday()+6) % 7)) }

// Except makes a date unlike its week: closed, or with windows of its own. What stood there is replaced.
func (a *Availability) Except(x Exception) {
	a.AsEveryWeek(x.Date)
	a.Exceptions = append(a.Exceptions, x)
	slices.SortFunc(a.Exceptions, func(x, y Exception) int {
		if x.Date < y.Date {
			return -1
		}
		return 1
	})
}

// AsEveryWeek takes the exception of a date away.
func (a *Availability) AsEveryWeek(d Day) {
	a.Exceptions = slices.DeleteFunc(a.Exceptions, func(x Exception) bool { return x.Date == d })
}

// EveryWeek gives the windows that a date has by the weekly rules alone, whatever exceptions and holidays say.
func (a Availability) EveryWeek(d Day) []DayWindow {
	weekly := Availability{Weekly: a.Weekly}
	return weekly.on(d, weekdayOf(d.utc()))
}

// Revision names the rules as they stand: any change of one gives another name.
func (a Availability) Revision() string {
	b, _ := json.Marshal(a) // plain values only
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// At is the instant at which a clock in loc shows that time on the day; of two equal ones the first, and of a skipped hour its end.
func (d Day) At(t TimeOfDay, loc *time.Location) time.Time { return wallTime(d.utc(), t, loc) }
