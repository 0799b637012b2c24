package storage

import (
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Booking reads one booking; nil when there is none.
func (s *Snapshot) Booking(a booking.AccountID, id string) (*booking.Booking, error) {
	return find[booking.Booking](s.g, accountKey(a, "booking", id))
}

// PutBooking writes a booking and what it can be recognised by. What the booking was recognised by before and is no longer
// goes away.
func (t *Tx) PutBooking(a booking.AccountID, v booking.Booking) error {
	expires := evidence(v.At)
	is := matches(v.Phone, v.Email, v.Address)
	old, err := t.Booking(a, v.ID)
	if err != nil {
		return err
	}
	if old != nil {
		for _, m := range matches(old.Phone, old.Email, old.Address) {
			if slices.Contains(is, m) {
				continue
			}
			if err := t.p.Delete(accountKey(a, "bookedby", m, v.ID)); err != nil {
				return err
			}
		}
	}
	for _, m := range is {
		if err := t.put(accountKey(a, "bookedby", m, v.ID), v, expires); err != nil {
			return err
		}
	}
	return t.put(accountKey(a, "booking", v.ID), v, expires)
}

// Bookings lists bookings, oldest first.
func (s *Snapshot) Bookings(a booking.AccountID, cursor string, limit int) ([]booking.Booking, string, error) {
	return list[booking.Booking](s.g, sub(a, "booking"), cursor, limit)
}

// BookingsOf lists the bookings of the same person: same phone, or same e-mail, or same address. At most 50 of each.
func (s *Snapshot) BookingsOf(a booking.AccountID, p booking.Phone, email, address string) ([]booking.Booking, error) {
	var all []booking.Booking
	seen := map[string]bool{}
	for _, m := range matches(p, email, address) {
		items, _, err := list[booking.Booking](s.g, sub(a, "bookedby", m), "", 50)
		if err != nil {
			return nil, err
		}
		for _, b := range items {
			if !seen[b.ID] {
				seen[b.ID] = true
				all = append(all, b)
			}
		}
	}
	return all, nil
}

// matches gives the index values a person is recognised by. Hashed: addresses hold '/', and keys are shown in logs.
func matches(p booking.Phone, email, address string) []string {
	var m []string
	if p != "" {
		m = append(m, "p"+digest(string(p)))
	}
	if email != "" {
		m = append(m, "e"+digest(email))
	}
	if address != "" {
		m = append(m, "a"+digest(address))
	}
	return m
}
