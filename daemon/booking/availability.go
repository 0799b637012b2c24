package booking

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rickar/cal/v2/us"
)

// Availability is the rule by which a scheduler has arrival windows: every week the same, but for exceptions and holidays.
// Windows put by hand come on top of it; see [Windows].
type Availability struct {
	Weekly     []WeeklyRule `json:"weekly,omitempty"`
	Exceptions []Exception  `json:"exceptions,omitempty"`
	Holidays   string       `json:"holidays,omitempty"` // "us_federal", or empty for none: days without windows
	LeadTime   Duration     `json:"lead_time,omitzero"` // every window closes this long before it begins
	Horizon    Duration     `json:"horizon,omitzero"`   // rules open windows this far ahead; zero: [DefaultHorizon]
}

// WeeklyRule is one arrival window on the same days of every week, in the scheduler's zone.
type WeeklyRule struct {
	Days     []Day     `json:"days"`
	From     TimeOfDay `json:"from"`
	To       TimeOfDay `json:"to"`
	Capacity int       `json:"capacity"`
}

// Exception is a date that is not like its week: closed, or with windows of its own. It stands over holidays too.
type Exception struct {
	Date    Date        `json:"date"`
	Closed  bool        `json:"closed,omitempty"`
	Note    string      `json:"note,omitempty"`
	Windows []DayWindow `json:"windows,omitempty"`
}

// DayWindow is one arrival window of an exception.
type DayWindow struct {
	From     TimeOfDay `json:"from"`
	To       TimeOfDay `json:"to"`
	Capacity int       `json:"capacity"`
}

// HolidaysUSFederal are the eleven days of 5 U.S.C. 6103(a), both the day itself and the weekday on which it is observed.
const HolidaysUSFederal = "us_federal"

// DefaultHorizon is how far ahead rules open windows unless a scheduler says otherwise.
const DefaultHorizon = Duration(30 * 24 * time.Hour)

// The bounds of an availability.
const (
	maxCapacity = 10_000
	maxWeekly   = 100
	maxDaily    = 48 // windows of one exception
	maxLead     = 30 * 24 * time.Hour
	maxHorizon  = 366 * 24 * time.Hour
)

// Day is a day of the week: "mon" to "sun".
type Day string

var days = [...]Day{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

func dayOf(t time.Time) Day { return days[t.Weekday()] }

// Date is a day of the calendar, "2026-12-24".
type Date string

func dateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// midnight gives the date as its own midnight in UTC, to count with; ok is false for what is no date.
func (d Date) midnight() (t time.Time, ok bool) {
	t, err := time.Parse(time.DateOnly, string(d))
	return t, err == nil
}

// Clone gives a copy that shares nothing with a.
func (a Availability) Clone() Availability {
	a.Weekly, a.Exceptions = slices.Clone(a.Weekly), slices.Clone(a.Exceptions)
	for i := range a.Weekly {
		a.Weekly[i].Days = slices.Clone(a.Weekly[i].Days)
	}
	for i := range a.Exceptions {
		a.Exceptions[i].Windows = slices.Clone(a.Exceptions[i].Windows)
	}
	return a
}

// validateAvailability tells whether the rules may be kept; an empty capacity becomes 1. The bounds of one day's windows keep
// their IDs apart: see ruleID.
func validateAvailability(a *Availability) error {
	const at = "availability"
	if len(a.Weekly) > maxWeekly || len(a.Exceptions) > maxList {
		return Refuse(Invalid, "too_many", at, "there are too many rules", fmt.Sprintf("at most %d weekly ones and %d exceptions", maxWeekly, maxList))
	}
	seen := map[string]bool{}
	for i := range a.Weekly {
		r := &a.Weekly[i]
		field := at + ".weekly[" + strconv.Itoa(i) + "]"
		if len(r.Days) == 0 {
			return Refuse(Invalid, "missing", field+".days", "a weekly rule needs its days", `for example ["mon","tue"]`)
		}
		if err := validateSpan(field, r.From, r.To, &r.Capacity); err != nil {
			return err
		}
		for _, d := range r.Days {
			if !slices.Contains(days[:], d) {
				return Refuse(Invalid, "unknown_day", field+".days", "there is no day "+strconv.Quote(clip(string(d), 16)), "mon, tue, wed, thu, fri, sat or sun")
			}
			if key := string(d) + r.From.String() + r.To.String(); seen[key] {
				return sameWindow(field)
			} else {
				seen[key] = true
			}
		}
	}
	for i := range a.Exceptions {
		if err := validateException(at+".exceptions["+strconv.Itoa(i)+"]", &a.Exceptions[i], seen); err != nil {
			return err
		}
	}
	switch {
	case a.Holidays != "" && a.Holidays != HolidaysUSFederal:
		return Refuse(Invalid, "unknown_holidays", at+".holidays", "there is no such list of holidays", "us_federal, or empty for none")
	case a.LeadTime < 0 || a.LeadTime.Std() > maxLead:
		return Refuse(Invalid, "out_of_range", at+".lead_time", a.LeadTime.String()+" is not within 0 to 720h", "for example 2h")
	case a.Horizon < 0 || a.Horizon.Std() > maxHorizon:
		return Refuse(Invalid, "out_of_range", at+".horizon", a.Horizon.String()+" is not within 0 to 8784h", "720h is the usual one; 0 means that too")
	}
	return nil
}

func validateException(field string, x *Exception, seen map[string]bool) error {
	if _, ok := x.Date.midnight(); !ok {
		return Refuse(Invalid, "invalid_date", field+".date", strconv.Quote(clip(string(x.Date), 16))+" is not a date", "for example 2026-12-24")
	}
	if seen[string(x.Date)] {
		return Refuse(Invalid, "duplicate_date", field+".date", "there are two exceptions for this date", "put them together")
	}
	seen[string(x.Date)] = true
	if err := textFault(field+".note", x.Note, maxText); err != nil {
		return err
	}
	switch {
	case x.Closed == (len(x.Windows) > 0):
		return Refuse(Invalid, "ambiguous", field, "an exception is either closed or has windows", `{"date", "closed": true} or {"date", "windows": [...]}`)
	case len(x.Windows) > maxDaily:
		return Refuse(Invalid, "too_many", field+".windows", "there are too many", "at most "+strconv.Itoa(maxDaily))
	}
	for j := range x.Windows {
		w := &x.Windows[j]
		at := field + ".windows[" + strconv.Itoa(j) + "]"
		if err := validateSpan(at, w.From, w.To, &w.Capacity); err != nil {
			return err
		}
		if key := string(x.Date) + w.From.String() + w.To.String(); seen[key] {
			return sameWindow(at)
		} else {
			seen[key] = true
		}
	}
	return nil
}

func validateSpan(field string, from, to TimeOfDay, capacity *int) error {
	if from < 0 || to > 24*60 || from >= to {
		return Refuse(Invalid, "out_of_range", field+".to", "the window ends before it begins", "to must be later than from; 24:00 is the end of the day")
	}
	if *capacity == 0 {
		*capacity = 1
	}
	if *capacity < 1 || *capacity > maxCapacity {
		return Refuse(Invalid, "out_of_range", field+".capacity", "it is not within 1 to 10000", "the number of jobs that fit into the window")
	}
	return nil
}

func sameWindow(field string) error {
	return Refuse(Invalid, "duplicate_window", field, "another rule has the same window on the same day", "raise its capacity instead")
}

// on gives the windows of one date by the rules.
func (a *Availability) on(d Date, day Day) []DayWindow {
	for i := range a.Exceptions {
		if a.Exceptions[i].Date == d {
			return a.Exceptions[i].Windows
		}
	}
	if a.Holidays == HolidaysUSFederal && federalHoliday(d) {
		return nil
	}
	var all []DayWindow
	for i := range a.Weekly {
		if r := &a.Weekly[i]; slices.Contains(r.Days, day) {
			all = append(all, DayWindow{r.From, r.To, r.Capacity})
		}
	}
	return all
}

// federalHoliday tells whether the date is a federal holiday of the United States or the weekday on which one is observed. New
// Year's Day of the next year may be observed on December 31.
func federalHoliday(d Date) bool {
	t, ok := d.midnight()
	if !ok {
		return false
	}
	is := func(h time.Time) bool { return h.Year() == t.Year() && h.YearDay() == t.YearDay() }
	for year := t.Year(); year <= t.AddDate(0, 0, 1).Year(); year++ {
		for _, h := range us.Holidays {
			if actual, observed := h.Calc(year); is(actual) || is(observed) {
				return true
			}
		}
	}
	return false
}

// ruleID names a window that follows from the rules: the same date and times always give the same ID.
func ruleID(d Date, w DayWindow) string {
	return string(d) + "-" + strings.ReplaceAll(w.From.String()+"-"+w.To.String(), ":", "")
}
