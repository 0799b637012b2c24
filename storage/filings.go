package storage

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Filing reads an account's registration with everything behind its status. An account that never began one is in draft, or
// has what its seed said.
func (s *Snapshot) Filing(a booking.AccountID) (booking.Filing, error) {
	v, err := find[booking.Filing](s.g, accountKey(a, "filing"))
	if err != nil {
		return booking.Filing{}, err
	}
	if v != nil {
		return *v, nil
	}
	r, err := s.Registration(a)
	return booking.Filing{Status: r.Status}, err
}

func filingDue(a booking.AccountID, f booking.Filing) (booking.Due, bool) {
	return booking.Due{Account: a, At: f.DueAt, Kind: booking.KindRegister, Ref: f.Ref}, !f.DueAt.IsZero()
}

// PutFiling writes an account's registration, moves its due-key, and keeps the short row that every text looks at.
func (t *Tx) PutFiling(a booking.AccountID, f booking.Filing) error {
	was, err := find[booking.Filing](t.g, accountKey(a, "filing"))
	if err != nil {
		return err
	}
	var old booking.Due
	had := false
	if was != nil {
		old, had = filingDue(a, *was)
	}
	is, has := filingDue(a, f)
	if err := t.rearm(old, had, is, has); err != nil {
		return err
	}
	return t.put(accountKey(a, "filing"), f, time.Time{})
}
