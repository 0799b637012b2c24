package storage

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Account reads one business.
func (s *Snapshot) Account(a booking.AccountID) (booking.Account, error) {
	v, err := once[booking.Account](s, accountKey(a, "account"))
	if err == nil && v == nil {
		err = ErrNotFound
	}
	if err != nil {
		return booking.Account{}, err
	}
	return *v, nil
}

// Accounts lists the IDs of all accounts.
func (s *Snapshot) Accounts() ([]booking.AccountID, error) {
	prefix := globalKey("m/account", "")
	var ids []booking.AccountID
	for from := prefix; ; {
		rows, err := s.g.Scan(prefix, from, 500)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			ids = append(ids, booking.AccountID(r.Key[len(prefix):]))
		}
		if len(rows) < 500 {
			return ids, nil
		}
		from = append(rows[len(rows)-1].Key, 0)
	}
}

// PutAccount writes a business and lists it.
func (t *Tx) PutAccount(a booking.Account) error {
	if err := t.mark(globalKey("m/account", string(a.ID)), time.Time{}); err != nil {
		return err
	}
	return t.put(accountKey(a.ID, "account"), a, time.Time{})
}

// Registration reads the texting registration; an account without one is in draft.
func (s *Snapshot) Registration(a booking.AccountID) (booking.Registration, error) {
	r, err := find[booking.Registration](s.g, accountKey(a, "registration"))
	if err != nil || r == nil {
		return booking.Registration{Status: booking.RegistrationDraft}, err
	}
	return *r, nil
}

// PutRegistration writes the texting registration.
func (t *Tx) PutRegistration(a booking.AccountID, r booking.Registration) error {
	return t.put(accountKey(a, "registration"), r, time.Time{})
}

// Number reads one of the account's numbers; nil when it has no such number.
func (s *Snapshot) Number(a booking.AccountID, p booking.Phone) (*booking.PhoneNumber, error) {
	return once[booking.PhoneNumber](s, accountKey(a, "number", string(p)))
}

// Numbers lists the account's numbers. A business has few; the first 500 are given.
func (s *Snapshot) Numbers(a booking.AccountID) ([]booking.PhoneNumber, error) {
	items, _, err := list[booking.PhoneNumber](s.g, sub(a, "number"), "", 500)
	return items, err
}

// DefaultNumber reads the account's default outbound number; nil when it has none.
func (s *Snapshot) DefaultNumber(a booking.AccountID) (*booking.PhoneNumber, error) {
	p, err := find[booking.Phone](s.g, accountKey(a, "outbound"))
	if err != nil || p == nil {
		return nil, err
	}
	return s.Number(a, *p)
}

// PutNumber writes one of the account's numbers. Only one is the default outbound number: the mark goes over from the one
// that had it.
func (t *Tx) PutNumber(a booking.AccountID, n booking.PhoneNumber) error {
	was, err := t.DefaultNumber(a)
	if err != nil {
		return err
	}
	switch {
	case n.DefaultOutbound:
		if was != nil && was.Number != n.Number {
			was.DefaultOutbound = false
			if err := t.put(accountKey(a, "number", string(was.Number)), *was, time.Time{}); err != nil {
				return err
			}
		}
		if err := t.put(accountKey(a, "outbound"), n.Number, time.Time{}); err != nil {
			return err
		}
	case was != nil && was.Number == n.Number:
		if err := t.p.Delete(accountKey(a, "outbound")); err != nil {
			return err
		}
	}
	return t.put(accountKey(a, "number", string(n.Number)), n, time.Time{})
}

// Facts reads what agents may state.
func (s *Snapshot) Facts(a booking.AccountID) ([]booking.Fact, error) {
	f, err := find[[]booking.Fact](s.g, accountKey(a, "facts"))
	if err != nil || f == nil {
		return nil, err
	}
	return *f, nil
}

// PutFacts writes what agents may state.
func (t *Tx) PutFacts(a booking.AccountID, f []booking.Fact) error {
	return t.put(accountKey(a, "facts"), f, time.Time{})
}
