package storage

import (
	"github.com/rebookhq/rebook/daemon/booking"
)

// consentKey is unique as long as a person says a thing of one kind once in one millisecond and session.
func consentKey(a booking.AccountID, r booking.ConsentRecord) []byte {
	return append(append(sub(a, "consent", string(r.Phone)), ms(r.At)...), r.Ref()...)
}

// AddConsent appends a line to a person's ledger. The same line written twice stays one.
func (t *Tx) AddConsent(a booking.AccountID, r booking.ConsentRecord) error {
	return t.put(consentKey(a, r), r, evidence(t.Now))
}

// Consents lists a person's ledger, oldest first.
func (s *Snapshot) Consents(a booking.AccountID, p booking.Phone, cursor string, limit int) ([]booking.ConsentRecord, string, error) {
	return list[booking.ConsentRecord](s.g, sub(a, "consent", string(p)), cursor, limit)
}
