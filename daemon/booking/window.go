package booking

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Window is an arrival window with capacity.
type Window struct {
	ID             string    `json:"id"`
	Start          time.Time `json:"start"`
	End            time.Time `json:"end"`
	Capacity       int       `json:"capacity"`
	Open           int       `json:"open"` // stored: places that may be taken here at all; shown: those still free
	Note           string    `json:"note,omitempty"`
	SurchargeCents int       `json:"surcharge_cents,omitempty"`
	Gone           bool      `json:"gone,omitempty"` // stored: taken away by hand while it had bookings, which still count; never shown
}

// MaxWindowDays bounds how many days of windows are listed at once.
const MaxWindowDays = 62

// Windows lists the arrival windows of a scheduler that can be booked at now and begin from then on, until the end of the
// day that is days after from's, in order. zone is the scheduler's ([Scheduler.Zone]); explicit are the windows put by hand, which
// stand over a window of the rules with the same start and end. Open is what there would be if nobody had booked.
//
// The rules speak the scheduler's local time. On the night the clock is put forward, what falls into the skipped hour is moved
// to its end, and a window that is left with no time is none. When it is put back, the first of two equal times counts.
//
// A window closes when it begins, or the lead time before. The horizon binds the rules only: what is put by hand was opened
// by somebody who knew.
func Windows(now time.Time, s Scheduler, zone string, explicit []Window, from time.Time, days int) []Window {
	loc, err := LoadZone(zone)
	if err != nil {
		return nil
	}
	days = max(0, min(days, MaxWindowDays))
	first, _ := dayIn(from.In(loc)).midnight()
	end := wallTime(first.AddDate(0, 0, days), 0, loc)
	opens := newOpenings(now, &s, loc, explicit)
	var all []Window
	for i := range days {
		all = append(all, opens.of(first.AddDate(0, 0, i))...)
	}
	all = append(all, opens.explicit...)
	all = slices.DeleteFunc(all, func(w Window) bool {
		return w.Start.Before(from) || !w.Start.Before(end) || opens.fault(w) != nil
	})
	slices.SortFunc(all, func(x, y Window) int {
		return cmp.Or(x.Start.Compare(y.Start), x.End.Compare(y.End), cmp.Compare(x.ID, y.ID))
	})
	return all
}

// ByHand gives the windows put by hand, bookable or not, without those that were taken away.
func ByHand(explicit []Window) []Window {
	return slices.DeleteFunc(slices.Clone(explicit), func(w Window) bool { return w.Gone })
}

// FindWindow finds one window as [Windows] has it. The error is an [*Error]: window_unknown, or window_closed for one that
// can no longer, or not yet, be booked.
func FindWindow(now time.Time, s Scheduler, zone string, explicit []Window, id string) (Window, error) {
	loc, err := LoadZone(zone)
	if err != nil {
		return Window{}, unknownWindow()
	}
	opens := newOpenings(now, &s, loc, explicit)
	all := slices.Clone(opens.explicit)
	if len(id) > len(time.DateOnly) {
		if day, ok := Day(id[:len(time.DateOnly)]).midnight(); ok {
			all = append(all, opens.of(day)...)
		}
	}
	i := slices.IndexFunc(all, func(w Window) bool { return w.ID == id })
	if i < 0 {
		return Window{}, unknownWindow()
	}
	return all[i], opens.fault(all[i])
}

func unknownWindow() error {
	return Refuse(NotFound, "window_unknown", "window", "the scheduler has no such window", "GET /v1/schedulers/{id}/availability lists those that can be booked")
}

// openings makes the windows of one scheduler.
type openings struct {
	now      time.Time
	s        *Scheduler
	loc      *time.Location
	explicit []Window // put by hand
}

func newOpenings(now time.Time, s *Scheduler, loc *time.Location, explicit []Window) openings {
	return openings{now: now, s: s, loc: loc, explicit: ByHand(explicit)}
}

// of gives the windows of a date by the rules, without those for which one put by hand stands in.
func (o *openings) of(day time.Time) []Window {
	return slices.DeleteFunc(o.byRule(day), func(r Window) bool {
		return slices.ContainsFunc(o.explicit, func(w Window) bool {
			return w.ID == r.ID || w.Start.Equal(r.Start) && w.End.Equal(r.End)
		})
	})
}

func (o *openings) byRule(day time.Time) (all []Window) {
	d := dayIn(day)
	for _, r := range o.s.Availability.on(d, weekdayOf(day)) {
		w := Window{ID: ruleID(d, r), Start: wallTime(day, r.From, o.loc), End: wallTime(day, r.To, o.loc), Capacity: r.Capacity, Open: r.Capacity}
		if w.End.After(w.Start) {
			all = append(all, w)
		}
	}
	return all
}

// fault tells why a window cannot be booked now; nil when it can.
func (o *openings) fault(w Window) error {
	lead, horizon := o.s.Availability.LeadTime, cmp.Or(o.s.Availability.Horizon, DefaultHorizon)
	closed := func(message, hint string) error { return Refuse(Conflict, "window_closed", "window", message, hint) }
	const others = "GET /v1/schedulers/{id}/availability lists the windows that can be booked"
	byHand := slices.ContainsFunc(o.explicit, func(x Window) bool { return x.ID == w.ID })
	switch {
	case !w.Start.After(o.now):
		return closed("this window has begun or is over", others)
	case w.Start.Before(o.now.Add(lead.Std())):
		return closed("this window is nearer than the lead time of "+lead.String(), others)
	case !byHand && w.Start.After(o.now.Add(horizon.Std())):
		return closed("this window is farther ahead than "+horizon.String(), others)
	}
	return nil
}

// wallTime gives the first instant at which a clock in loc shows at least that time on that date (given as midnight in UTC).
func wallTime(day time.Time, at TimeOfDay, loc *time.Location) time.Time {
	wall := day.Add(time.Duration(at) * time.Minute)
	_, before := wall.Add(-24 * time.Hour).In(loc).Zone()
	_, after := wall.Add(24 * time.Hour).In(loc).Zone()
	early := wall.Add(-time.Duration(max(before, after)) * time.Second)
	late := wall.Add(-time.Duration(min(before, after)) * time.Second)
	for _, t := range [...]time.Time{early, late} {
		if shows(t.In(loc), wall) {
			return t
		}
	}
	start, _ := late.In(loc).ZoneBounds() // the time was skipped: the clock went over it at this instant
	return start.UTC()
}

// shows tells whether a local time reads as the wall time, which is given in UTC.
func shows(t, wall time.Time) bool {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second).Equal(wall)
}

// Seats are the places taken in one window: the guard between bookings at once, each of which reads and writes it.
type Seats struct {
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Bookings []string  `json:"bookings"` // IDs, in the order in which they came
}

// Taken counts the places that are taken. Those of a window that is over do not count: its ID may have been given to a new one.
func (s Seats) Taken(now time.Time) int {
	if !s.End.After(now) {
		return 0
	}
	return len(s.Bookings)
}

// Take gives a place of the window to a booking, which may hold it already. others is how many places of it are taken by
// bookings of windows that are no longer offered: see [Offering.Counts].
func (s Seats) Take(now time.Time, w Window, others int, id string) (Seats, error) {
	held := slices.Clone(s.Bookings)
	if s.Taken(now) == 0 {
		held = nil
	}
	if !slices.Contains(held, id) {
		if len(held)+others >= w.Open {
			return s, Refuse(Conflict, "window_full", "window", "all "+strconv.Itoa(w.Capacity)+" places of this window are taken",
				"choose another window; GET /v1/schedulers/{id}/availability lists those that are open")
		}
		held = append(held, id)
	}
	return Seats{Start: w.Start, End: w.End, Bookings: held}, nil
}

// Free takes the place of a booking back.
func (s Seats) Free(id string) Seats {
	s.Bookings = slices.DeleteFunc(slices.Clone(s.Bookings), func(b string) bool { return b == id })
	return s
}

// ParseFrom reads from when windows are wanted: a date, which begins at midnight in the scheduler's zone, an RFC 3339 time, or
// nothing for now.
func ParseFrom(now time.Time, zone, s string) (time.Time, error) {
	if s == "" {
		return now, nil
	}
	if day, ok := Day(s).midnight(); ok {
		if loc, err := LoadZone(zone); err == nil {
			return wallTime(day, 0, loc), nil
		}
		return day, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, Refuse(Invalid, "invalid_time", "from", strconv.Quote(clip(s, 40))+" is neither a date nor a time", "for example 2026-03-10")
	}
	return t, nil
}
