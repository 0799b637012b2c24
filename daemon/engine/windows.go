package engine

import (
	"context"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// PutWindows replaces the arrival windows that were put by hand. A window's Open is how many places are free now: the rest of its
// capacity was taken here, or elsewhere. Bookings keep their places, also when their window is moved; nobody is told of it.
func (e *Engine) PutWindows(ctx context.Context, a booking.AccountID, id booking.SchedulerID, w []booking.Window) ([]booking.Window, error) {
	return e.PutWindowsOver(ctx, a, id, "", w)
}

// PutWindowsOver is PutWindows for a list that was made from another: base is the booking.Revision of that one, and when somebody booked or
// changed a window since, it is refused with windows_changed. Empty: whatever is there.
func (e *Engine) PutWindowsOver(ctx context.Context, a booking.AccountID, id booking.SchedulerID, base string, w []booking.Window) ([]booking.Window, error) {
	own := "" // what an earlier run of this transaction, whose commit ended unknown, left
	return apply(ctx, e, a, func(t *txn) ([]booking.Window, error) {
		account, err := t.Account(a)
		if err != nil {
			return nil, err
		}
		if base != "" {
			shown, err := WindowsByHand(&t.Snapshot, a, id)
			if err != nil {
				return nil, err
			}
			switch booking.Revision(shown) {
			case base:
			case own:
				return shown, nil
			default:
				return nil, booking.Refuse(booking.Stale, "windows_changed", "If-Match", "somebody booked or changed a window since this list was read",
					"GET the list again, make your change to it, and put it with its new ETag")
			}
		}
		put, err := t.putWindows(account, id, w)
		own = booking.Revision(put)
		return put, err
	})
}

func (t *txn) putWindows(account booking.Account, id booking.SchedulerID, w []booking.Window) ([]booking.Window, error) {
	sched, err := t.Scheduler(account.ID, id)
	if err != nil {
		return nil, err
	}
	if sched == nil {
		return nil, unknownScheduler(id)
	}
	before, err := t.Windows(account.ID, id)
	if err != nil {
		return nil, err
	}
	gone, err := t.gone(account.ID, id, before, w)
	if err != nil {
		return nil, err
	}
	stored := append(slices.Clone(w), gone...)
	seats := newSeating(&t.Snapshot, account, *sched, stored)
	for i := range w {
		v := &stored[i]
		own, others, err := seats.of(*v)
		if err != nil {
			return nil, err
		}
		v.Open = min(v.Capacity, v.Open+own.Taken(t.Now)+others)
		if own.Taken(t.Now) > 0 && !(own.Start.Equal(v.Start) && own.End.Equal(v.End)) {
			own.Start, own.End = v.Start, v.End
			if err := t.PutSeats(account.ID, id, v.ID, own); err != nil {
				return nil, err
			}
		}
	}
	if err := t.Tx.PutWindows(account.ID, id, stored); err != nil {
		return nil, err
	}
	return newSeating(&t.Snapshot, account, *sched, stored).free(stored[:len(w)])
}

// gone gives those of the windows put by hand that are now taken away, or were before, and in which somebody still has a place.
func (t *txn) gone(a booking.AccountID, id booking.SchedulerID, before, now []booking.Window) (all []booking.Window, err error) {
	for _, w := range before {
		if slices.ContainsFunc(now, func(v booking.Window) bool { return v.ID == w.ID }) {
			continue
		}
		own, err := t.Seats(a, id, w.ID)
		if err != nil {
			return nil, err
		}
		if own.Taken(t.Now) > 0 {
			all = append(all, booking.Window{ID: w.ID, Start: own.Start, End: own.End, Gone: true})
		}
	}
	return all, nil
}

// WindowsByHand lists the windows that were put by hand, bookable or not, with the places that are free.
func WindowsByHand(s *storage.Snapshot, a booking.AccountID, id booking.SchedulerID) ([]booking.Window, error) {
	account, sched, err := schedulerOf(s, a, id)
	if err != nil {
		return nil, err
	}
	explicit, err := s.Windows(a, id)
	if err != nil {
		return nil, err
	}
	return newSeating(s, account, sched, explicit).free(booking.ByHand(explicit))
}

// Availability lists the windows that can be booked from then on, for a number of days, with the places that are free; full
// ones have none. from is a date of the scheduler's zone, a time, or empty for now.
func Availability(s *storage.Snapshot, a booking.AccountID, id booking.SchedulerID, from string, days int) ([]booking.Window, error) {
	account, sched, err := schedulerOf(s, a, id)
	if err != nil {
		return nil, err
	}
	zone := sched.Zone(account)
	began, err := booking.ParseFrom(s.Now, zone, from)
	if err != nil {
		return nil, err
	}
	explicit, err := s.Windows(a, id)
	if err != nil {
		return nil, err
	}
	return newSeating(s, account, sched, explicit).free(booking.Windows(s.Now, sched, zone, explicit, began, days))
}

func schedulerOf(s *storage.Snapshot, a booking.AccountID, id booking.SchedulerID) (booking.Account, booking.Scheduler, error) {
	account, err := s.Account(a)
	if err != nil {
		return account, booking.Scheduler{}, err
	}
	sched, err := s.Scheduler(a, id)
	if err != nil {
		return account, booking.Scheduler{}, err
	}
	if sched == nil {
		return account, booking.Scheduler{}, unknownScheduler(id)
	}
	return account, *sched, nil
}

// seat gives the booking a place in the window.
func (t *txn) seat(account booking.Account, sched *booking.Scheduler, window string, b *booking.Booking) error {
	if sched == nil {
		return booking.Refuse(booking.Invalid, "missing", "scheduler", "a window belongs to a scheduler", "name the scheduler")
	}
	explicit, err := t.Windows(account.ID, sched.ID)
	if err != nil {
		return err
	}
	w, err := booking.FindWindow(t.Now, *sched, sched.Zone(account), explicit, window)
	if err != nil {
		return err
	}
	own, others, err := newSeating(&t.Snapshot, account, *sched, explicit).of(w)
	if err != nil {
		return err
	}
	if own, err = own.Take(t.Now, w, others, b.ID); err != nil {
		return err
	}
	b.Window, b.Start, b.End = w.ID, w.Start, w.End
	return t.PutSeats(account.ID, sched.ID, w.ID, own)
}

// unseat takes the booking's place back.
func (t *txn) unseat(a booking.AccountID, b *booking.Booking) error {
	if b.Window == "" {
		return nil
	}
	own, err := t.Seats(a, b.Scheduler, b.Window)
	if err == nil && slices.Contains(own.Bookings, b.ID) {
		err = t.PutSeats(a, b.Scheduler, b.Window, own.Free(b.ID))
	}
	b.Window, b.Start, b.End = "", time.Time{}, time.Time{}
	return err
}

// windowsOf gives the windows of a scheduler of the next two weeks, full ones too, and its zone.
func windowsOf(s *storage.Snapshot, account booking.Account, id booking.SchedulerID) ([]booking.Window, *time.Location, error) {
	sched, loc, err := zoneOf(s, account, id)
	if err != nil || sched == nil {
		return nil, loc, err
	}
	all, err := Availability(s, account.ID, id, "", offeredDays)
	return all, loc, err
}

// ZoneOf gives the zone in which a scheduler's windows are told; the account's where it was deleted.
func ZoneOf(s *storage.Snapshot, a booking.AccountID, id booking.SchedulerID) (*time.Location, error) {
	account, err := s.Account(a)
	if err != nil {
		return nil, err
	}
	_, loc, err := zoneOf(s, account, id)
	return loc, err
}

// zoneOf gives a scheduler, nil when it was deleted, and its zone.
func zoneOf(s *storage.Snapshot, account booking.Account, id booking.SchedulerID) (*booking.Scheduler, *time.Location, error) {
	sched, err := s.Scheduler(account.ID, id)
	if err != nil {
		return nil, time.UTC, err
	}
	zone := account.Timezone
	if sched != nil {
		zone = sched.Zone(account)
	}
	loc, err := booking.LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	return sched, loc, nil
}
