package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Salt reads the secret with which persons who were erased are named; nil before the first start that made it.
func (s *Snapshot) Salt() ([]byte, error) {
	salt, err := once[[]byte](s, globalKey("m/salt"))
	if err != nil || salt == nil {
		return nil, err
	}
	return *salt, nil
}

// PutSalt writes the salt. It is made once and never changed: every name of an erased person rests on it.
func (t *Tx) PutSalt(salt []byte) error { return t.put(globalKey("m/salt"), salt, time.Time{}) }

// SaltName names a salt without telling it.
func SaltName(salt []byte) string {
	h := sha256.Sum256(salt)
	return hex.EncodeToString(h[:4])
}

// Erasure reads one erasure; nil when there is none.
func (s *Snapshot) Erasure(a booking.AccountID, id string) (*booking.Erasure, error) {
	return find[booking.Erasure](s.g, accountKey(a, "erasure", id))
}

// PutErasure writes an erasure with its due-key. old is what was read in this transaction; nil for a new one.
func (t *Tx) PutErasure(old *booking.Erasure, v booking.Erasure) error {
	var was booking.Due
	var had bool
	if old != nil {
		was, had = old.Due()
	}
	is, has := v.Due()
	if err := t.rearm(was, had, is, has); err != nil {
		return err
	}
	return t.put(accountKey(v.Account, "erasure", v.ID), v, time.Time{})
}

// Erased reads what stays of an erased person; nil when the number was never erased.
func (s *Snapshot) Erased(a booking.AccountID, p booking.Phone) (*booking.Erased, error) {
	salt, err := s.Salt()
	if err != nil || salt == nil {
		return nil, err
	}
	return s.ErasedAs(a, booking.PersonHash(salt, a, p))
}

// ErasedAs is Erased by the hash of the number.
func (s *Snapshot) ErasedAs(a booking.AccountID, hash string) (*booking.Erased, error) {
	return find[booking.Erased](s.g, accountKey(a, "erased", hash))
}

// PutErased writes what stays of an erased person.
func (t *Tx) PutErased(a booking.AccountID, hash string, v booking.Erased) error {
	return t.put(accountKey(a, "erased", hash), v, time.Time{})
}

// Phones lists the numbers of the account that anything is known of, of one family ("person", "optout", "phone", "consent"), in
// order, each once. next is where to go on; empty at the end.
func (s *Snapshot) Phones(a booking.AccountID, family, cursor string, limit int) (all []booking.Phone, next string, err error) {
	prefix := sub(a, family)
	from := prefix
	if cursor != "" {
		from = append(append([]byte{}, prefix...), cursor+"0"...) // '0' follows '/': the next number
	}
	rows, err := s.g.Scan(prefix, from, limit)
	if err != nil {
		return nil, "", err
	}
	for _, r := range rows {
		name := r.Key[len(prefix):]
		if before, _, ok := cut(name); ok {
			name = before
		}
		if p := booking.Phone(name); len(all) == 0 || all[len(all)-1] != p {
			all = append(all, p)
		}
	}
	if len(rows) == limit {
		next = string(all[len(all)-1])
	}
	return all, next, nil
}
