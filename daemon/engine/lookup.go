package engine

import (
	"context"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Lookup is a party that knows what kind of line a number is. Asking costs money, so it is asked before the first text to a number
// only, and only where settings.lookup says so.
type Lookup interface {
	Lookup(ctx context.Context, p booking.Phone) (booking.LineKind, error)
}

// lineOf gives what is known of a person's line: a lookup that still counts, else the numbering plan.
func lineOf(now time.Time, p booking.Person) booking.LineType {
	if p.Line.Fresh(now) {
		return *p.Line
	}
	return booking.LineType{Kind: booking.PlannedLine(p.Phone)}
}

// lookUp asks for the kind of the line that a text would go to, unless that is known, and remembers the answer. It tells whether there
// is a new one. One that cannot be had withholds nothing: the carrier refuses a landline by itself, at the price of a text.
func (e *Engine) lookUp(ctx context.Context, now time.Time, f *booking.Facts) bool {
	if e.o.Lookup == nil || !f.Account.Settings.Lookup || f.Person.Line.Fresh(now) {
		return false
	}
	call, cancel := context.WithTimeout(ctx, e.o.SendTimeout)
	defer cancel()
	kind, err := e.o.Lookup.Lookup(call, f.Session.Phone)
	if err != nil {
		e.log.Warn("the kind of a line could not be looked up; the text goes on without", "phone", f.Session.Phone, "err", err)
		return false
	}
	line := booking.LineType{Kind: kind, At: now}
	err = e.update(ctx, func(t *txn) error {
		p, err := t.Person(f.Account.ID, f.Session.Phone)
		if err != nil {
			return err
		}
		p.Line = &line
		return t.PutPerson(f.Account.ID, p)
	})
	if err != nil {
		e.log.Warn("what a lookup said could not be kept", "phone", f.Session.Phone, "err", err)
	}
	f.Line = line
	return true
}
