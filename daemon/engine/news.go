package engine

import (
	"encoding/json"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// How many sessions of a person hear of a booking: the newest, as far as they fit into one transaction with the rest. The check
// at send time looks at bookings and not at sessions, so the others get no text either.
const (
	newsSearched = 100 // sessions of a number or address; somebody with more is no customer
	newsTold     = 6
	newsBytes    = 64 << 10
)

// recordOnce records a booking unless its session has one that stands; then that one counts.
func (t *txn) recordOnce(account booking.Account, own *booking.Session, b booking.Booking) error {
	was, err := t.Booking(account.ID, b.ID)
	if err != nil {
		return err
	}
	if was != nil && was.Stands() && (!was.Claimed || b.Claimed) {
		own.Won(*was)
		return nil
	}
	return t.record(account, own, &b)
}

// record writes a booking, credits it to at most one session, and tells every session of the person. own is the session it
// was made in, which the caller writes; nil: none.
func (t *txn) record(account booking.Account, own *booking.Session, b *booking.Booking) error {
	var others []booking.Session
	if !b.Claimed {
		var err error
		if others, err = t.concerned(account.ID, own, *b); err != nil {
			return err
		}
	}
	all := others
	if own != nil {
		all = append(all[:len(all):len(all)], *own)
	}
	credited := booking.Credited(all, *b)
	b.Attribution = ""
	for i := range all {
		switch s := &all[i]; {
		case s.ID == credited:
			b.Attribution = booking.Attribute(s, *b)
		case b.Attribution == "" && credited == "" && s.Concerns(*b):
			b.Attribution = booking.AttributedBefore
		}
	}
	if own != nil {
		own.Won(*b)
	}
	if err := t.putBooking(account.ID, *b); err != nil {
		return err
	}
	return t.tell(account, others, *b, credited)
}

// confirm makes a claim a booking that all of its person's sessions hear of.
func (t *txn) confirm(account booking.Account, b booking.Booking) error {
	others, err := t.concerned(account.ID, &booking.Session{ID: b.Session}, b)
	if err != nil {
		return err
	}
	return t.tell(account, others, b, booking.Credited(others, b))
}

// correct tells the sessions that know of a booking what became of it.
func (t *txn) correct(account booking.Account, b booking.Booking) error {
	known, err := t.concerned(account.ID, nil, b)
	if err != nil {
		return err
	}
	var told []booking.Session
	for _, s := range known {
		if s.Booked.Booking == b.ID && s.ID != b.Session {
			told = append(told, s)
		}
	}
	if b.Session != "" {
		own, err := t.Session(account.ID, b.Session)
		if err != nil && !storage.IsNotFound(err) {
			return err
		}
		if err == nil && own.Booked.Booking == b.ID {
			told = append(told, own)
		}
	}
	return t.tell(account, told, b, "")
}

// tell has sessions take in a booking, and writes those that changed.
func (t *txn) tell(account booking.Account, sessions []booking.Session, b booking.Booking, credited booking.SessionID) error {
	for _, s := range sessions {
		old := s.Clone()
		said := s.Hear(t.Now, b, credited)
		if s.Booked == old.Booked && s.Trial == old.Trial && s.Lot == old.Lot && len(said) == 0 {
			continue
		}
		if err := t.AddTrace(account.ID, s, said, account.Settings.Retention.Std()); err != nil {
			return err
		}
		if err := t.putSession(account, &old, s); err != nil {
			return err
		}
	}
	return nil
}

// concerned finds the newest sessions of a booking's person, by phone and e-mail, that it is news for, without its own.
func (t *txn) concerned(a booking.AccountID, own *booking.Session, b booking.Booking) ([]booking.Session, error) {
	since := b.At
	if t.Now.Before(since) {
		since = t.Now
	}
	var all []booking.Session
	keep := func(found []booking.Session, more string, err error) error {
		if more == "" {
			all = append(all, found...)
		}
		return err
	}
	from := firstID(since.Add(-rivalSpan))
	if b.Phone != "" {
		if err := keep(t.SessionsByPhone(a, b.Phone, from, newsSearched)); err != nil {
			return nil, err
		}
	}
	if b.Email != "" {
		if err := keep(t.SessionsByEmail(a, b.Email, from, newsSearched)); err != nil {
			return nil, err
		}
	}
	var told []booking.Session
	room := newsBytes
	for _, s := range booking.Newest(all, len(all)) {
		if own != nil && s.ID == own.ID || !s.Concerns(b) && s.Booked.Booking != b.ID {
			continue
		}
		size, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		if room -= len(size); room < 0 || len(told) == newsTold {
			break
		}
		told = append(told, s)
	}
	return told, nil
}
