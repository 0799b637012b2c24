package wire

import (
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Availability is the rule by which a scheduler has arrival windows.
type Availability struct {
	Weekly     []WeeklyRule `json:"weekly" nullable:"false" description:"Windows that are the same every week, in the scheduler's time zone."`
	Exceptions []Exception  `json:"exceptions" nullable:"false" description:"Dates that are not like their week; they stand over holidays too."`
	Holidays   string       `json:"holidays" enum:",us_federal" description:"Days without windows."`
	LeadTime   string       `json:"lead_time" description:"Every window closes this long before it begins."`
	Horizon    string       `json:"horizon" description:"Rules open windows this far ahead; 0s: 720h."`
}

// WeeklyRule is one arrival window on the same days of every week.
type WeeklyRule struct {
	Days     []string `json:"days" required:"true" nullable:"false" description:"mon, tue, wed, thu, fri, sat, sun."`
	From     string   `json:"from" required:"true" description:"Local time, 09:00."`
	To       string   `json:"to" required:"true" description:"Local time, up to 24:00."`
	Capacity int      `json:"capacity" minimum:"0" description:"Jobs that fit in; left out: 1."`
}

// Exception is a date that is closed, or has windows of its own.
type Exception struct {
	Date    string      `json:"date" required:"true" format:"date"`
	Closed  bool        `json:"closed,omitempty"`
	Note    string      `json:"note,omitempty"`
	Windows []DayWindow `json:"windows,omitempty"`
}

// DayWindow is one arrival window of an exception.
type DayWindow struct {
	From     string `json:"from" required:"true"`
	To       string `json:"to" required:"true"`
	Capacity int    `json:"capacity" minimum:"0"`
}

func fromAvailability(a booking.Availability) Availability {
	return Availability{
		Weekly: Map(a.Weekly, func(r booking.WeeklyRule) WeeklyRule {
			return WeeklyRule{Map(r.Days, func(d booking.Weekday) string { return string(d) }), r.From.String(), r.To.String(), r.Capacity}
		}),
		Exceptions: Map(a.Exceptions, func(x booking.Exception) Exception {
			return Exception{string(x.Date), x.Closed, x.Note, Map(x.Windows, func(w booking.DayWindow) DayWindow {
				return DayWindow{w.From.String(), w.To.String(), w.Capacity}
			})}
		}),
		Holidays: a.Holidays, LeadTime: a.LeadTime.String(), Horizon: a.Horizon.String(),
	}
}

func (a Availability) booking() (out booking.Availability, err error) {
	const at = "availability"
	if out.LeadTime, err = duration(at+".lead_time", a.LeadTime); err != nil {
		return out, err
	}
	if out.Horizon, err = duration(at+".horizon", a.Horizon); err != nil {
		return out, err
	}
	out.Holidays = a.Holidays
	for i, r := range a.Weekly {
		field := index(at+".weekly", i)
		w, err := daySpan(field, r.From, r.To, r.Capacity)
		if err != nil {
			return out, err
		}
		days := Map(r.Days, func(d string) booking.Weekday { return booking.Weekday(strings.ToLower(strings.TrimSpace(d))) })
		out.Weekly = append(out.Weekly, booking.WeeklyRule{Days: days, From: w.From, To: w.To, Capacity: w.Capacity})
	}
	for i, x := range a.Exceptions {
		v := booking.Exception{Date: booking.Day(x.Date), Closed: x.Closed, Note: OneLine(x.Note)}
		for j, w := range x.Windows {
			span, err := daySpan(index(index(at+".exceptions", i)+".windows", j), w.From, w.To, w.Capacity)
			if err != nil {
				return out, err
			}
			v.Windows = append(v.Windows, span)
		}
		out.Exceptions = append(out.Exceptions, v)
	}
	return out, nil
}

func daySpan(field, from, to string, capacity int) (w booking.DayWindow, err error) {
	for _, t := range []struct {
		field, text string
		at          *booking.TimeOfDay
	}{{field + ".from", from, &w.From}, {field + ".to", to, &w.To}} {
		if t.text == "" {
			return w, missing(t.field, `a time of day such as "09:00"`)
		}
		if err := t.at.UnmarshalText([]byte(t.text)); err != nil {
			return w, booking.Refuse(booking.Invalid, "invalid_time", t.field, strconv.Quote(clip(t.text))+" is not a time of day", `from "00:00" to "24:00", for example "09:00"`)
		}
	}
	w.Capacity = capacity
	return w, nil
}
