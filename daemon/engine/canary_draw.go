package engine

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// drawnProgram gives the version of a script that a person gets: the one in use, or the one that is tried beside it where that was
// drawn for the person. The lot counts once the text is claimed: see [txn.enrol].
func drawnProgram(s *storage.Snapshot, a booking.AccountID, name string, p booking.Person, phone booking.Phone, now time.Time) (program, booking.Lot, error) {
	c, err := s.Canary(a, name)
	if err != nil {
		return program{}, booking.Lot{}, err
	}
	if !c.Running() {
		prog, err := activeProgram(s, a, name)
		return prog, booking.Lot{}, err
	}
	lot := c.LotOf(p, phone, now)
	prog, err := lotProgram(s, a, c, lot)
	return prog, lot, err
}

// keptProgram is drawnProgram for a thread that goes on: only a person who was drawn gets the version that is tried, since
// whoever began with the version in use keeps it.
func keptProgram(s *storage.Snapshot, a booking.AccountID, name string, p booking.Person) (program, error) {
	c, err := s.Canary(a, name)
	if err != nil {
		return program{}, err
	}
	if c.Running() {
		if lot, drawn := p.Lot(c.ID); drawn {
			return lotProgram(s, a, c, lot)
		}
	}
	return activeProgram(s, a, name)
}

func lotProgram(s *storage.Snapshot, a booking.AccountID, c *booking.Canary, lot booking.Lot) (program, error) {
	if lot.Control {
		return activeProgram(s, a, c.Script)
	}
	v, err := findVersion(s, a, c.Script, c.Version)
	if err != nil {
		return program{}, err
	}
	p, err := withModules(s, a, *v)
	if err != nil {
		return p, err
	}
	p.tried = c
	p.head, err = s.Script(a, c.Script)
	return p, err
}

// withdrawn tells whether a turn is bound to a version that was tried and is not in use any more: its text must not go out.
func withdrawn(s *storage.Snapshot, a booking.AccountID, t booking.Turn) (bool, error) {
	c, err := s.Canary(a, t.Script.Name)
	if err != nil || c == nil || c.Running() || c.Version != t.Script.Version || t.Began.After(c.EndedAt) {
		return false, err
	}
	head, err := s.Script(a, t.Script.Name)
	return head == nil || head.Active != c.Version, err
}

// drawnOtherwise tells whether a lot is not the one that its person has.
func drawnOtherwise(p booking.Person, lot booking.Lot) bool {
	had, drawn := p.Lot(lot.Canary)
	return drawn && had.Control != lot.Control
}

// enrol makes the draw by which a text was written count, in the transaction that claims the text; the caller writes session and
// person. errAgain says that the text must be written afresh: the canary ended meanwhile, or another text of the person was
// claimed with another lot.
func (t *txn) enrol(a booking.AccountID, s *booking.Session, p *booking.Person, lot booking.Lot) error {
	if !lot.Drawn() {
		return nil
	}
	c, err := t.Canary(a, lot.Script)
	if err != nil {
		return err
	}
	if !c.Running() || c.ID != lot.Canary {
		if !lot.Control {
			return errAgain
		}
		return nil
	}
	if drawnOtherwise(*p, lot) {
		return errAgain
	}
	if _, drawn := p.Lot(c.ID); !drawn {
		s.Enrol(p, lot, t.Now)
	}
	return nil
}

// weigh counts what the change of a session says of the person who was drawn with it. A canary's figures go on after its end, until
// another one begins.
func (t *txn) weigh(a booking.AccountID, old *booking.Session, s booking.Session) error {
	if !s.Lot.Drawn() {
		return nil
	}
	c, err := t.Canary(a, s.Lot.Script)
	if err != nil || c == nil || c.ID != s.Lot.Canary {
		return err
	}
	tally, err := t.CanaryTallyPart(a, c.ID, string(s.ID))
	if err != nil || !tally.Turn(old, s) {
		return err
	}
	return t.PutCanaryTallyPart(a, c.ID, string(s.ID), tally)
}

// weighOptOut counts a new opt-out in every canary in which the person was drawn within the last [booking.RecoveredWithin], and
// takes the tried version away when it drives people away. Who opts out, in and out again counts once: the ledger knows.
func (t *txn) weighOptOut(a booking.AccountID, o booking.OptOut) error {
	p, err := t.Person(a, o.Phone)
	if err != nil {
		return err
	}
	for _, lot := range p.Lots {
		if o.At.Before(lot.At) || o.At.After(lot.At.Add(booking.RecoveredWithin)) {
			continue
		}
		c, err := t.Canary(a, lot.Script)
		if err != nil {
			return err
		}
		if c == nil || c.ID != lot.Canary {
			continue
		}
		if again, err := t.leftSince(a, o.Phone, lot.At); err != nil {
			return err
		} else if again {
			continue
		}
		part, err := t.CanaryTallyPart(a, c.ID, string(o.Phone))
		if err != nil {
			return err
		}
		part.OptOut(lot)
		if err := t.PutCanaryTallyPart(a, c.ID, string(o.Phone), part); err != nil {
			return err
		}
		if err := t.judgeCanary(a, *c); err != nil {
			return err
		}
	}
	return nil
}

// leftSince tells whether the person's ledger has an opt-out since then.
func (t *txn) leftSince(a booking.AccountID, p booking.Phone, since time.Time) (bool, error) {
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := t.Consents(a, p, cursor, scanPage)
		if err != nil {
			return false, err
		}
		for _, r := range page {
			if r.Kind == booking.ConsentRevoked && r.Source != booking.SourceOfPage && !r.At.Before(since) {
				return true, nil
			}
		}
		cursor = next
	}
	return false, nil
}
