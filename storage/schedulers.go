package storage

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Scheduler reads one booking form; nil when there is none of that ID. Its slices are shared: see
// booking.Scheduler.Clone.
func (s *Snapshot) Scheduler(a booking.AccountID, id booking.SchedulerID) (*booking.Scheduler, error) {
	return once[booking.Scheduler](s, accountKey(a, "scheduler", string(id)))
}

// Schedulers lists booking forms by ID.
func (s *Snapshot) Schedulers(a booking.AccountID, cursor string, limit int) ([]booking.Scheduler, string, error) {
	return list[booking.Scheduler](s.g, sub(a, "scheduler"), cursor, limit)
}

// AllSchedulers gives every scheduler; a business has few.
func (s *Snapshot) AllSchedulers(a booking.AccountID) (all []booking.Scheduler, err error) {
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := s.Schedulers(a, cursor, 200)
		if err != nil {
			return nil, err
		}
		all, cursor = append(all, page...), next
	}
	return all, nil
}

// PutScheduler writes a booking form. Its publishable key is written by PutCredential.
func (t *Tx) PutScheduler(a booking.AccountID, v booking.Scheduler) error {
	return t.put(accountKey(a, "scheduler", string(v.ID)), v, time.Time{})
}

// DeleteScheduler removes a booking form with its windows, and its publishable key opens nothing any more. Its sessions
// stay until their time.
func (t *Tx) DeleteScheduler(a booking.AccountID, id booking.SchedulerID) error {
	v, err := t.Scheduler(a, id)
	if err != nil {
		return err
	}
	if v != nil && v.PublishableKey != "" {
		if err := t.DeleteCredential(v.PublishableKey); err != nil {
			return err
		}
	}
	if err := t.p.Delete(accountKey(a, "windows", string(id))); err != nil {
		return err
	}
	return t.p.Delete(accountKey(a, "scheduler", string(id)))
}

// Windows reads the arrival windows of a scheduler.
func (s *Snapshot) Windows(a booking.AccountID, id booking.SchedulerID) ([]booking.Window, error) {
	w, err := find[[]booking.Window](s.g, accountKey(a, "windows", string(id)))
	if err != nil || w == nil {
		return nil, err
	}
	return *w, nil
}

// PutWindows writes the arrival windows of a scheduler.
func (t *Tx) PutWindows(a booking.AccountID, id booking.SchedulerID, w []booking.Window) error {
	return t.put(accountKey(a, "windows", string(id)), w, time.Time{})
}

func seatsKey(a booking.AccountID, id booking.SchedulerID, window string) []byte {
	return accountKey(a, "seats", string(id), window)
}

// Seats reads who has a place in a window. The read is validated at commit, an absent row too: it is the guard between
// bookings at once.
func (s *Snapshot) Seats(a booking.AccountID, id booking.SchedulerID, window string) (booking.Seats, error) {
	v, err := find[booking.Seats](s.g, seatsKey(a, id, window))
	if err != nil || v == nil {
		return booking.Seats{}, err
	}
	return *v, nil
}

// HeldSeats is who has a place in one window.
type HeldSeats struct {
	Window string
	booking.Seats
}

// seatsOnDay bounds the windows by rule of one date, with those of earlier rules: more than any scheduler has.
const seatsOnDay = 200

// SeatsOn lists who has places in the windows whose ID begins with that date, as those by rule do.
func (s *Snapshot) SeatsOn(a booking.AccountID, id booking.SchedulerID, day booking.Day) ([]HeldSeats, error) {
	prefix := seatsKey(a, id, string(day))
	rows, err := s.g.Scan(prefix, prefix, seatsOnDay)
	if err != nil {
		return nil, err
	}
	all := make([]HeldSeats, len(rows))
	for i, r := range rows {
		all[i].Window = string(day) + string(r.Key[len(prefix):])
		if err := decode(r.Key, r.Value, &all[i].Seats); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// PutSeats writes who has a place in a window.
func (t *Tx) PutSeats(a booking.AccountID, id booking.SchedulerID, window string, v booking.Seats) error {
	return t.put(seatsKey(a, id, window), v, v.End.Add(SeatsLife))
}
