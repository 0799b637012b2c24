package storage

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Person reads what is known of a phone number; one never seen is empty but for the number, and of one that was erased only what
// must be kept is known.
func (s *Snapshot) Person(a booking.AccountID, p booking.Phone) (booking.Person, error) {
	v, err := s.KnownPerson(a, p)
	if err != nil || v != nil {
		return deref(v), err
	}
	e, err := s.Erased(a, p)
	if err != nil || e == nil {
		return booking.Person{Phone: p}, err
	}
	return e.Person(p), nil
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// KnownPerson is Person of the row alone; nil when there is none.
func (s *Snapshot) KnownPerson(a booking.AccountID, p booking.Phone) (*booking.Person, error) {
	return find[booking.Person](s.g, accountKey(a, "person", string(p)))
}

// PutPerson writes what is known of a phone number.
func (t *Tx) PutPerson(a booking.AccountID, v booking.Person) error {
	return t.put(accountKey(a, "person", string(v.Phone)), v, evidence(t.Now))
}

// OptOut reads a person's opt-out, also that of one who was erased; nil when there is none. The reads are validated at commit,
// so an opt-out that arrives while a text is being claimed stops the claim.
func (s *Snapshot) OptOut(a booking.AccountID, p booking.Phone) (*booking.OptOut, error) {
	v, err := s.KnownOptOut(a, p)
	if err != nil || v != nil {
		return v, err
	}
	e, err := s.Erased(a, p)
	if err != nil || e == nil {
		return nil, err
	}
	return e.OptOut(p), nil
}

// KnownOptOut is OptOut of the row alone.
func (s *Snapshot) KnownOptOut(a booking.AccountID, p booking.Phone) (*booking.OptOut, error) {
	return find[booking.OptOut](s.g, accountKey(a, "optout", string(p)))
}

// OptOuts lists opt-outs by number.
func (s *Snapshot) OptOuts(a booking.AccountID, cursor string, limit int) ([]booking.OptOut, string, error) {
	return list[booking.OptOut](s.g, sub(a, "optout"), cursor, limit)
}

// PutOptOut writes an opt-out; it never expires.
func (t *Tx) PutOptOut(a booking.AccountID, v booking.OptOut) error {
	return t.put(accountKey(a, "optout", string(v.Phone)), v, time.Time{})
}

// DeleteOptOut lifts an opt-out, also that of a person who was erased.
func (t *Tx) DeleteOptOut(a booking.AccountID, p booking.Phone) error {
	if err := t.p.Delete(accountKey(a, "optout", string(p))); err != nil {
		return err
	}
	salt, err := t.Salt()
	if err != nil || salt == nil {
		return err
	}
	hash := booking.PersonHash(salt, a, p)
	e, err := t.ErasedAs(a, hash)
	if err != nil || e == nil || e.OptedOut.IsZero() {
		return err
	}
	e.OptedOut = time.Time{}
	return t.PutErased(a, hash, *e)
}

// Inbound reads a received text by the carrier's own name of it; nil when it is new.
func (s *Snapshot) Inbound(a booking.AccountID, sid string) (*booking.Inbound, error) {
	return find[booking.Inbound](s.g, accountKey(a, "inbound", sid))
}

// PutInbound keeps a received text.
func (t *Tx) PutInbound(a booking.AccountID, v booking.Inbound) error {
	return t.put(accountKey(a, "inbound", v.SID), v, evidence(v.At))
}
