package engine

import (
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// ahead tells whether a job is still to be done: it stands, and its window, where it has one, is not over.
func ahead(b booking.Booking, now time.Time) bool {
	return b.Stands() && (b.End.IsZero() || b.End.After(now))
}

// BookingsHeld lists the jobs of a person that are still to be done, the one booked last first.
func BookingsHeld(s *storage.Snapshot, a booking.AccountID, p booking.Phone) (all []booking.Booking, err error) {
	known, err := s.BookingsOf(a, p, "", "")
	if err != nil {
		return nil, err
	}
	for _, k := range slices.Backward(known) {
		b, err := s.Booking(a, k.ID)
		if err != nil {
			return nil, err
		}
		if b != nil && ahead(*b, s.Now) {
			all = append(all, *b)
		}
	}
	return all, nil
}

// JobOf is what a person of the office would book for a thread's customer: what the customer gave, in the session that the booking ends. Where
// that session has its booking already, or is not kept any more, it names none, and what is booked is another job.
func JobOf(s *storage.Snapshot, a booking.AccountID, t booking.Thread) (n booking.NewBooking, err error) {
	n = booking.NewBooking{Source: booking.SourcePhone, Scheduler: t.Scheduler}
	if t.Session != "" {
		own, err := s.Session(a, t.Session)
		if err != nil && !storage.IsNotFound(err) {
			return n, err
		}
		if err == nil {
			n.Session, n.Scheduler, n.Customer, n.Service, n.ValueCents = own.ID, own.Scheduler, own.Customer, own.Service, own.ValueCents
		}
	}
	n.Customer.Phone = string(t.Phone)
	if n.Session == "" {
		return n, nil
	}
	was, err := s.Booking(a, string(n.Session))
	if was != nil && was.Stands() && !was.Claimed {
		n.Session, n.Service, n.ValueCents = "", "", 0
	}
	return n, err
}
