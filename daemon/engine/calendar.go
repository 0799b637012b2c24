package engine

import (
	"context"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// CalendarDay is a date with its windows and who has a place in them.
type CalendarDay struct {
	booking.CalendarDay
	Windows []CalendarWindow
}

// CalendarWindow is a window with its bookings. Open are the places that are free.
type CalendarWindow struct {
	booking.CalendarWindow
	Bookings []booking.Booking // the first of them
	Held     int               // how many there are
	Gone     bool              // it is offered no more, and its bookings stand
	Bookable bool              // a place is free, and it can be booked now
}

// bookingsShown bounds how many bookings of one window a calendar reads.
const bookingsShown = 200

// Calendar shows days dates of a scheduler from first on, with all windows and the bookings in them.
func Calendar(s *storage.Snapshot, a booking.AccountID, sched booking.Scheduler, first booking.Day, days int) (all []CalendarDay, err error) {
	account, err := s.Account(a)
	if err != nil {
		return nil, err
	}
	explicit, err := s.Windows(a, sched.ID)
	if err != nil {
		return nil, err
	}
	zone := sched.Zone(account)
	loc, err := booking.LoadZone(zone)
	if err != nil {
		return nil, err
	}
	seats := newSeating(s, account, sched, explicit)
	for _, d := range booking.CalendarOf(sched, zone, explicit, first, days) {
		day := CalendarDay{CalendarDay: d}
		shown := map[string]bool{}
		for _, w := range d.Windows {
			shown[w.ID] = true
			free, err := seats.free([]booking.Window{w.Window})
			if err != nil {
				return nil, err
			}
			w.Window = free[0]
			out := CalendarWindow{CalendarWindow: w}
			held, err := seats.seats(w.ID)
			if err == nil {
				out.Held = len(held.Bookings)
				out.Bookings, err = seated(s, a, held)
			}
			if err != nil {
				return nil, err
			}
			_, shut := booking.FindWindow(s.Now, sched, zone, explicit, w.ID)
			out.Bookable = shut == nil && w.Open > 0
			day.Windows = append(day.Windows, out)
		}
		gone, err := goneOn(seats, d.Date, func(w booking.Window) bool { return booking.DayOf(w.Start, loc) == d.Date }, shown)
		if err != nil {
			return nil, err
		}
		for _, h := range gone {
			out := CalendarWindow{Gone: true, CalendarWindow: booking.CalendarWindow{Window: booking.Window{ID: h.Window, Start: h.Start, End: h.End, Capacity: len(h.Bookings)}}, Held: len(h.Bookings)}
			if out.Bookings, err = seated(s, a, h.Seats); err != nil {
				return nil, err
			}
			day.Windows = append(day.Windows, out)
		}
		slices.SortStableFunc(day.Windows, func(x, y CalendarWindow) int { return x.Start.Compare(y.Start) })
		all = append(all, day)
	}
	return all, nil
}

// goneOn gives the seats of a date whose windows are offered no more.
func goneOn(p *seating, d booking.Day, on func(booking.Window) bool, shown map[string]bool) (all []storage.HeldSeats, err error) {
	held, err := p.on(d)
	if err != nil {
		return nil, err
	}
	for _, w := range p.gone {
		if on(w) && !slices.ContainsFunc(held, func(h storage.HeldSeats) bool { return h.Window == w.ID }) {
			own, err := p.seats(w.ID)
			if err != nil {
				return nil, err
			}
			held = append(slices.Clone(held), storage.HeldSeats{Window: w.ID, Seats: own})
		}
	}
	for _, h := range held {
		if !shown[h.Window] && len(h.Bookings) > 0 {
			all = append(all, h)
		}
	}
	return all, nil
}

func seated(s *storage.Snapshot, a booking.AccountID, held booking.Seats) (all []booking.Booking, err error) {
	for _, id := range held.Bookings[:min(len(held.Bookings), bookingsShown)] {
		b, err := s.Booking(a, id)
		if err != nil {
			return nil, err
		}
		if b != nil {
			all = append(all, *b)
		}
	}
	return all, nil
}

// EditAvailability changes the rules by which a scheduler has windows; base is the [booking.Availability.Revision] that the change was made
// from, and when the rules have changed since it is refused with windows_changed.
func (e *Engine) EditAvailability(ctx context.Context, a booking.AccountID, id booking.SchedulerID, base string, edit func(*booking.Availability) error) (booking.Scheduler, error) {
	own := "" // what an earlier run of this transaction, whose commit ended unknown, left
	return e.EditScheduler(ctx, a, id, func(v *booking.Scheduler) error {
		switch v.Availability.Revision() {
		case own:
			return nil
		case base:
		default:
			return booking.Refuse(booking.Stale, "windows_changed", "base", "somebody changed the weekly windows or a day since this page was made", "look at them below, then make your change again")
		}
		err := edit(&v.Availability)
		own = v.Availability.Revision()
		return err
	})
}
