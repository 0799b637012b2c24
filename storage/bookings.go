package storage

import (
	"cmp"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Booking reads one booking; nil when there is none.
func (s *Snapshot) Booking(a booking.AccountID, id string) (*booking.Booking, error) {
	return find[booking.Booking](s.g, accountKey(a, "booking", id))
}

// bookedKept bounds the bookings one person is recognised by: the newest count.
const bookedKept = 20

// PutBooking writes a booking and what it can be recognised by: by phone, e-mail and address, one row each, which is also the
// guard between a booking and a text that is being claimed for the same person. What the booking was recognised by before and
// is no longer goes away.
func (t *Tx) PutBooking(a booking.AccountID, v booking.Booking) error {
	is := recognised(v)
	old, err := t.Booking(a, v.ID)
	if err != nil {
		return err
	}
	if old != nil {
		for _, m := range recognised(*old) {
			if slices.Contains(is, m) {
				continue
			}
			if err := t.rewriteBooked(a, m, func(all []booking.Booking) []booking.Booking { return without(all, v.ID) }); err != nil {
				return err
			}
		}
	}
	for _, m := range is {
		err := t.rewriteBooked(a, m, func(all []booking.Booking) []booking.Booking {
			all = append(without(all, v.ID), v.Recognisable())
			slices.SortFunc(all, func(x, y booking.Booking) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
			return all[max(0, len(all)-bookedKept):]
		})
		if err != nil {
			return err
		}
	}
	return t.put(accountKey(a, "booking", v.ID), v, evidence(v.At))
}

// ExternalBooking finds the booking that another system reported under that name; empty when there is none. The read is validated
// at commit, so that two reports at once make one booking.
func (s *Snapshot) ExternalBooking(a booking.AccountID, name string) (string, error) {
	id, err := find[string](s.g, accountKey(a, "external", digest(name)))
	if err != nil || id == nil {
		return "", err
	}
	return *id, nil
}

// PutExternalBooking remembers which booking another system's name stands for.
func (t *Tx) PutExternalBooking(a booking.AccountID, name string, b booking.Booking) error {
	return t.put(accountKey(a, "external", digest(name)), b.ID, evidence(b.At))
}

// rewriteBooked changes the bookings of one match, oldest first.
func (t *Tx) rewriteBooked(a booking.AccountID, match string, change func([]booking.Booking) []booking.Booking) error {
	key := accountKey(a, "bookedby", match)
	all, err := find[[]booking.Booking](t.g, key)
	if err != nil {
		return err
	}
	if all == nil {
		all = new([]booking.Booking)
	}
	now := change(*all)
	if len(now) == 0 {
		return t.p.Delete(key)
	}
	return t.put(key, now, evidence(now[len(now)-1].At))
}

func without(all []booking.Booking, id string) []booking.Booking {
	return slices.DeleteFunc(all, func(b booking.Booking) bool { return b.ID == id })
}

// Bookings lists bookings, oldest first.
func (s *Snapshot) Bookings(a booking.AccountID, cursor string, limit int) ([]booking.Booking, string, error) {
	return list[booking.Booking](s.g, sub(a, "booking"), cursor, limit)
}

// BookingsOf lists the newest bookings of the same person: same phone, or same e-mail, or same address. The reads are
// validated at commit, absent rows too: a booking that comes in while a text is being claimed stops the claim.
func (s *Snapshot) BookingsOf(a booking.AccountID, p booking.Phone, email, address string) ([]booking.Booking, error) {
	var all []booking.Booking
	for _, m := range matches(p, email, address) {
		items, err := find[[]booking.Booking](s.g, accountKey(a, "bookedby", m))
		if err != nil {
			return nil, err
		}
		for _, b := range *cmp.Or(items, new([]booking.Booking)) {
			if !slices.ContainsFunc(all, func(o booking.Booking) bool { return o.ID == b.ID }) {
				all = append(all, b)
			}
		}
	}
	return all, nil
}

// recognised gives what a booking is found by. A claim of a page by nothing: else a stranger could silence anybody, and push what
// is true out of the newest.
func recognised(b booking.Booking) []string {
	if b.Claimed {
		return nil
	}
	return matches(b.Phone, b.Email, b.Address)
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
