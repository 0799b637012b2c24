package storage

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Canary reads the last canary of a script, whatever its state; nil when it never had one. Its slices are shared.
func (s *Snapshot) Canary(a booking.AccountID, script string) (*booking.Canary, error) {
	return once[booking.Canary](s, accountKey(a, "canary", script))
}

// Canaries lists the last canary of every script that had one, by the script's name.
func (s *Snapshot) Canaries(a booking.AccountID, cursor string, limit int) ([]booking.Canary, string, error) {
	return list[booking.Canary](s.g, sub(a, "canary"), cursor, limit)
}

// PutCanary writes a script's canary.
func (t *Tx) PutCanary(a booking.AccountID, v booking.Canary) error {
	return t.put(accountKey(a, "canary", v.Script), v, time.Time{})
}

// DeleteCanary removes a script's canary with its figures.
func (t *Tx) DeleteCanary(a booking.AccountID, v booking.Canary) error {
	for _, part := range canaryParts {
		if err := t.p.Delete(accountKey(a, "canarytally", v.ID, string(part))); err != nil {
			return err
		}
	}
	return t.p.Delete(accountKey(a, "canary", v.Script))
}

// canaryParts are the parts a canary's figures are kept in, so that texts that are settled at once do not wait for one row.
const canaryParts = "0123456789abcdef"

// canaryPart gives the part in which something with this ID, or of this person, is counted: by its last digit, which is random in
// an ID.
func canaryPart(of string) string {
	if of == "" {
		return "0"
	}
	switch c := of[len(of)-1]; {
	case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		return string(c)
	}
	return "0"
}

// CanaryTallyPart reads the figures of a canary to which of belongs: the ID of a session, or a number.
func (s *Snapshot) CanaryTallyPart(a booking.AccountID, canary, of string) (booking.CanaryTally, error) {
	v, err := find[booking.CanaryTally](s.g, accountKey(a, "canarytally", canary, canaryPart(of)))
	if err != nil || v == nil {
		return booking.CanaryTally{}, err
	}
	return *v, nil
}

// PutCanaryTallyPart writes them.
func (t *Tx) PutCanaryTallyPart(a booking.AccountID, canary, of string, v booking.CanaryTally) error {
	return t.put(accountKey(a, "canarytally", canary, canaryPart(of)), v, time.Time{})
}

// CanaryTally sums a canary's figures up.
func (s *Snapshot) CanaryTally(a booking.AccountID, canary string) (sum booking.CanaryTally, err error) {
	parts, _, err := list[booking.CanaryTally](s.g, sub(a, "canarytally", canary), "", len(canaryParts))
	for _, p := range parts {
		sum.Add(p)
	}
	return sum, err
}
