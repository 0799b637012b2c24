package engine

import (
	"github.com/rebookhq/rebook/daemon/booking"
)

// consented keeps in the person's ledger what the change of a session says about consent, and on the person's row that a tick was
// taken back: every older tick, whatever page it was made on, counts no more.
func (t *txn) consented(a booking.AccountID, old *booking.Session, s booking.Session) error {
	r, ok := booking.Ticked(old, s)
	if !ok {
		return nil
	}
	if err := t.AddConsent(a, r); err != nil || r.Kind != booking.ConsentRevoked {
		return err
	}
	p, err := t.Person(a, s.Phone)
	if err != nil || !r.At.After(p.Unticked) {
		return err
	}
	p.Unticked = r.At
	return t.PutPerson(a, p)
}

// liftOptOut ends an opt-out on the person's own word, told in whatever way, and keeps the word in the ledger. The words of a text
// are its body; the office has none.
func (t *txn) liftOptOut(a booking.AccountID, word booking.ConsentRecord) error {
	stop, err := t.Snapshot.OptOut(a, word.Phone)
	late := stop != nil && word.Source == "text" && word.At.Before(stop.At) // a START delivered late does not lift a later STOP
	if err != nil || stop == nil || late {
		return err
	}
	word.Kind = booking.ConsentRestored
	if err := t.AddConsent(a, word); err != nil {
		return err
	}
	return t.DeleteOptOut(a, word.Phone)
}
