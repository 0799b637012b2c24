package engine

import (
	"context"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Forgetter is a carrier that keeps a record of its own on this machine and can take a person out of it: the simulator.
type Forgetter interface {
	Forget(ctx context.Context, p booking.Phone) error
}

// How an erasure goes on: so long while its caller waits, then by the motor; so many sessions in one round, and rows in one
// transaction.
const (
	eraseWait     = 3 * time.Second
	eraseAfter    = 15 * time.Second // the motor takes over; later than any caller waits
	eraseSessions = 200
	eraseRows     = 80
	erasePage     = 2000 // rows looked through at once
)

// Erase removes a person from the account: sessions with traces, links and indexes, texts both ways, the ledger, what webhooks
// were told, and the number's own row; bookings stay without their person. What stays is named by [booking.Erased]. It is told
// when the intent is on the disk, in the store and in the list beside it: what a small person left is gone then, of a large
// one the rest follows, also after a crash. Repeated, it gives the erasure there was; a person of whom nothing is known is
// refused.
func (e *Engine) Erase(ctx context.Context, a booking.AccountID, p booking.Phone, by string) (booking.Erasure, error) {
	fresh := booking.Erasure{ID: newID(e.now()), Account: a, Phone: p, By: by, At: e.now()}
	var v booking.Erasure
	err := e.update(ctx, func(t *txn) error {
		salt, err := t.Salt()
		if err != nil {
			return err
		}
		fresh.Hash = booking.PersonHash(salt, a, p)
		was, err := t.erasureOf(a, fresh.Hash)
		if err != nil {
			return err
		}
		known, err := Known(&t.Snapshot, a, p)
		switch {
		case err != nil:
			return err
		case was != nil && (!known || !was.Done()):
			v = *was
			return nil
		case !known:
			return unknownPerson()
		}
		v = fresh
		v.DueAt = t.Now.Add(eraseAfter)
		return t.putErasure(nil, v)
	})
	if err != nil || v.Done() {
		return v, err
	}
	e.log.Info("a person is being erased", "erasure", v.ID, "by", by)
	ctx, cancel := context.WithTimeout(ctx, eraseWait)
	defer cancel()
	if err := e.remember(ctx, v); err != nil {
		return v, err
	}
	done, err := e.erase(ctx, v)
	if err != nil {
		e.log.Warn("an erasure goes on later", "erasure", v.ID, "err", err)
		return v, nil
	}
	return done, nil
}

func unknownPerson() error {
	return booking.Refuse(booking.NotFound, "unknown_person", "phone", "nothing is known of this number", "the number in E.164, for example +16145550123")
}

// erasureOf finds the erasure of a number; nil when there was none.
func (t *txn) erasureOf(a booking.AccountID, hash string) (*booking.Erasure, error) {
	kept, err := t.ErasedAs(a, hash)
	if err != nil || kept == nil {
		return nil, err
	}
	return t.Erasure(a, kept.Erasure)
}

// putErasure writes an erasure, keeps what must outlive the person, and arms what goes on with it.
func (t *txn) putErasure(old *booking.Erasure, v booking.Erasure) error {
	if err := t.keepErased(v); err != nil {
		return err
	}
	if d, ok := v.Due(); ok {
		t.hints = append(t.hints, d)
	}
	return t.PutErasure(old, v)
}

// keepErased keeps what must outlive the person. Person and opt-out are read as they are now, so it may be called again.
func (t *txn) keepErased(v booking.Erasure) error {
	kept, err := t.ErasedAs(v.Account, v.Hash)
	if err != nil {
		return err
	}
	if kept == nil {
		kept = &booking.Erased{}
	}
	kept.Erasure, kept.At = v.ID, v.At
	if v.Phone != "" {
		p, err := t.Person(v.Account, v.Phone)
		if err != nil {
			return err
		}
		stop, err := t.Snapshot.OptOut(v.Account, v.Phone)
		if err != nil {
			return err
		}
		kept.Remember(p, stop)
	}
	return t.PutErased(v.Account, v.Hash, *kept)
}

// Known tells whether anything is known of a number.
func Known(s *storage.Snapshot, a booking.AccountID, p booking.Phone) (bool, error) {
	person, err := s.KnownPerson(a, p)
	if err != nil || person != nil {
		return person != nil, err
	}
	stop, err := s.KnownOptOut(a, p)
	if err != nil || stop != nil {
		return stop != nil, err
	}
	sessions, _, err := s.SessionsByPhone(a, p, "", 1)
	if err != nil || len(sessions) > 0 {
		return len(sessions) > 0, err
	}
	said, _, err := s.Consents(a, p, "", 1)
	if err != nil || len(said) > 0 {
		return len(said) > 0, err
	}
	booked, err := s.BookingsOf(a, p, "", "")
	return len(booked) > 0, err
}

// remember puts the erasure on the list beside the store, so that no backup brings the person back.
func (e *Engine) remember(ctx context.Context, v booking.Erasure) error {
	if e.o.Erased == nil {
		return nil
	}
	line := storage.ErasedLine{ID: v.ID, Account: v.Account, Hash: v.Hash, At: v.At}
	err := e.store.View(ctx, func(s *storage.Snapshot) error {
		salt, err := s.Salt()
		if err != nil {
			return err
		}
		line.Salt = storage.SaltName(salt)
		stop, err := s.OptOut(v.Account, v.Phone)
		if stop != nil {
			line.OptedOut = stop.At
		}
		return err
	})
	if err != nil {
		return err
	}
	return e.o.Erased.Add(line)
}

// fireErase goes on with an erasure that was not finished.
func (e *Engine) fireErase(ctx context.Context, d booking.Due) error {
	var v *booking.Erasure
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		v, err = s.Erasure(d.Account, d.Ref)
		return err
	})
	switch {
	case err != nil:
		return err
	case v == nil:
		return errGone
	case v.Done():
		return nil
	}
	if v.DueAt.After(e.now()) {
		e.motor.hint(booking.Due{Account: d.Account, At: v.DueAt, Kind: d.Kind, Ref: d.Ref})
		return nil
	}
	if err := e.remember(ctx, *v); err != nil {
		return err
	}
	_, err = e.erase(ctx, *v)
	return err
}

// erase removes what there is, page by page, each in a transaction that may run again: it begins anew after a crash, and finds
// what is left. Sessions go last in each round, since everything else is found by them.
func (e *Engine) erase(ctx context.Context, v booking.Erasure) (booking.Erasure, error) {
	underway := false
	for more := true; more; {
		p, err := e.person(ctx, v)
		if err != nil {
			return v, err
		}
		if v, err = e.keepEmails(ctx, v, p.emails); err != nil {
			return v, err
		}
		began, err := e.eraseRound(ctx, v, p)
		if err != nil {
			return v, err
		}
		more, underway = p.more, underway || began
	}
	if f, ok := e.o.Carrier.(Forgetter); ok {
		if err := f.Forget(ctx, v.Phone); err != nil {
			return v, err
		}
	}
	if underway {
		return v, errUnderway
	}
	if err := e.eraseUnder(ctx, v.Account, "consent", string(v.Phone)); err != nil {
		return v, err
	}
	if err := e.remember(ctx, v); err != nil { // a STOP may have come meanwhile
		return v, err
	}
	return e.endErasure(ctx, v)
}

// errUnderway says that the carrier has a text of the person at this very moment: the erasure is looked through once more when that
// call is over.
var errUnderway = errors.New("a text to the person is on its way to the carrier")

// endErasure takes the person's own rows away and the number out of the erasure. What came in since the rounds belongs to the person
// who is back, and is found by nothing that went.
func (e *Engine) endErasure(ctx context.Context, v booking.Erasure) (booking.Erasure, error) {
	var done booking.Erasure
	err := e.update(ctx, func(t *txn) error {
		now, err := t.Erasure(v.Account, v.ID)
		if err != nil {
			return err
		}
		if now == nil {
			return errGone
		}
		done = *now
		if now.Done() { // by somebody else, or by this transaction's own earlier, unknown commit
			return nil
		}
		if err := t.keepErased(*now); err != nil {
			return err
		}
		if err := errors.Join(t.EraseRow(v.Account, "person", string(v.Phone)), t.EraseRow(v.Account, "optout", string(v.Phone))); err != nil {
			return err
		}
		err = errors.Join(t.endAlarm(v.Account, alarmErasure, v.ID), t.DeletePoison(v.Account, storage.Poison{Kind: booking.KindErase, Ref: v.ID}))
		if err != nil {
			return err
		}
		done.Phone, done.Emails, done.DoneAt, done.DueAt = "", nil, t.Now, time.Time{}
		return t.PutErasure(now, done)
	})
	if err == nil {
		e.log.Info("a person was erased", "erasure", v.ID)
	}
	return done, err
}

// stuckAfter is how long an erasure waits that failed again and again. It is never given up: somebody has a right to it.
const stuckAfter = time.Hour

const alarmErasure = "erasure_stuck"

// erasureStuck tells people of an erasure that fails again and again, and has it tried once more later.
func (t *txn) erasureStuck(d booking.Due, cause error) error {
	now, err := t.Erasure(d.Account, d.Ref)
	if err != nil || now == nil || now.Done() {
		return err
	}
	later := *now
	later.DueAt = t.Now.Add(stuckAfter)
	return errors.Join(t.putErasure(now, later),
		t.PutAlarm(d.Account, alarm(alarmErasure, d.Ref, "A person cannot be erased: "+cause.Error(), "mend the cause; it is tried again every hour", t.Now)))
}
