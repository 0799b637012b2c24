package engine

import (
	"context"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// fireRegister makes the next call of a registration. A call that changes something is written down before it is made, so that
// after a crash the carrier is asked before anything is repeated.
func (e *Engine) fireRegister(ctx context.Context, d booking.Due) error {
	if e.o.Registrar == nil {
		return nil
	}
	var f booking.Filing
	var numbers []booking.PhoneNumber
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if f, err = s.Filing(d.Account); err != nil {
			return err
		}
		numbers, err = s.Numbers(d.Account)
		return err
	})
	switch {
	case err != nil:
		return err
	case f.Ref != d.Ref || f.DueAt.IsZero():
		return errGone
	case f.DueAt.After(e.now()):
		e.motor.hint(booking.Due{Account: d.Account, At: f.DueAt, Kind: d.Kind, Ref: d.Ref})
		return nil
	}
	c, ok := f.Next(d.Account, numbers)
	if !ok {
		return e.turn(ctx, d.Account, f, func(now time.Time, f *booking.Filing) { f.DueAt = time.Time{} })
	}
	if f.Begun != nil && f.Begun.Step == c.Step && (c.Paid || c.Verb == booking.VerbCreate) {
		return e.findFiled(ctx, f, c)
	}
	if c.Verb != booking.VerbRead {
		if f, ok, err = e.beginCall(ctx, f, c); err != nil || !ok {
			return err
		}
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	got, err := e.o.Registrar.File(call, c)
	if err != nil {
		return e.callFailed(ctx, f, c, err)
	}
	return e.answered(ctx, f, c, got)
}

// beginCall writes down that a call is about to be made; ok is false when something else came in between.
func (e *Engine) beginCall(ctx context.Context, was booking.Filing, c booking.Call) (f booking.Filing, ok bool, err error) {
	now := e.now()
	err = e.update(ctx, func(t *txn) (err error) {
		ok = false
		if f, err = t.Filing(c.Account); err != nil {
			return err
		}
		if f.Begun != nil && f.Begun.Step == c.Step && f.Begun.At.Equal(now) { // this transaction's own earlier, unknown commit
			ok = true
			return nil
		}
		if f.Rev != was.Rev {
			return nil
		}
		f = f.Clone()
		f.Rev++
		f.Begin(now, c)
		ok = true
		return t.putFiling(c.Account, f)
	})
	if err == nil && !ok {
		e.again(c.Account, f)
	}
	return f, ok, err
}

// again looks at a registration once more that somebody changed meanwhile.
func (e *Engine) again(a booking.AccountID, f booking.Filing) {
	if d, ok := registerDue(a, f); ok {
		e.motor.hint(d)
	}
}

// answered takes in what the carrier said. It is dropped when the registration is not at this call any more.
func (e *Engine) answered(ctx context.Context, was booking.Filing, c booking.Call, got booking.Filed) error {
	if got.Verdict == booking.FilingDone && c.Step == booking.StepNumbers {
		if err := e.keepNumbers(ctx, c.Account, got.Numbers); err != nil {
			return err
		}
	}
	if was.Status == booking.RegistrationApproved && c.Step == booking.StepCampaignReview { // the daily look
		if _, err := e.SyncNumbers(ctx, c.Account); err != nil {
			e.log.Warn("the carrier's numbers could not be looked at; they are tomorrow", "account", c.Account, "err", err)
		}
	}
	ctx = WithActor(ctx, Doing{Account: c.Account, Who: storage.Actor{Kind: "system"}, Action: "registration " + string(c.Step), Only: "registration"})
	return e.turn(ctx, c.Account, was, func(now time.Time, f *booking.Filing) { f.Answer(now, c, got) })
}

// turn changes a registration that is still where it was when the call was made.
func (e *Engine) turn(ctx context.Context, a booking.AccountID, was booking.Filing, change func(time.Time, *booking.Filing)) error {
	return e.update(ctx, func(t *txn) error {
		f, err := t.Filing(a)
		if err != nil {
			return err
		}
		same := f.Rev == was.Rev
		if was.Begun != nil { // whatever came in between, an answer to what was begun is never lost
			same = f.Begun != nil && f.Begun.Step == was.Begun.Step && f.Begun.At.Equal(was.Begun.At)
		}
		if !same { // changed meanwhile, or this transaction's own earlier, unknown commit
			if d, ok := registerDue(a, f); ok {
				t.hints = append(t.hints, d)
			}
			return nil
		}
		f = f.Clone()
		f.Rev++
		change(t.Now, &f)
		return t.putFiling(a, f)
	})
}

// callFailed sorts out an error of a call: not taken, refused, or nobody knows.
func (e *Engine) callFailed(ctx context.Context, f booking.Filing, c booking.Call, cause error) error {
	no, answer := errors.AsType[*booking.CarrierError](cause)
	if !answer || !no.NotSent && (no.HTTPStatus >= 500 || no.HTTPStatus == 408 || no.HTTPStatus == 0) {
		e.log.Warn("the carrier did not answer a call of a registration", "account", c.Account, "step", c.Step, "err", cause)
		return e.turn(ctx, c.Account, f, func(now time.Time, f *booking.Filing) {
			if c.Paid || c.Verb == booking.VerbCreate {
				f.DueAt = now.Add(askAfter)
				return
			}
			f.Retry(now, 0)
		})
	}
	if no.NotSent || no.HTTPStatus == 429 {
		return e.turn(ctx, c.Account, f, func(now time.Time, f *booking.Filing) { f.Retry(now, no.RetryAfter) })
	}
	e.log.Warn("the carrier refused a call of a registration", "account", c.Account, "step", c.Step, "err", no)
	return e.answered(ctx, f, c, booking.Refused(c, no))
}

// askAfter is how long after a lost answer the carrier is asked what became of the call: its lists may lag.
const askAfter = 30 * time.Second

// findFiled asks what became of a call whose answer was lost.
func (e *Engine) findFiled(ctx context.Context, f booking.Filing, c booking.Call) error {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	sid, there, err := e.o.Registrar.FindFiled(call, c)
	if err != nil {
		e.log.Warn("the carrier cannot be asked about a lost call of a registration; it is asked again", "account", c.Account, "step", c.Step, "err", err)
		return e.turn(ctx, c.Account, f, func(now time.Time, f *booking.Filing) {
			f.Tries++
			f.DueAt = now.Add(booking.RetryRegister(f.Tries))
		})
	}
	if there {
		return e.answered(ctx, f, c, booking.Filed{SID: sid})
	}
	return e.turn(ctx, c.Account, f, func(now time.Time, f *booking.Filing) { f.NotFound(now, c) })
}

// watchFilings sees to it that every registration under way goes on: it is asked about at each start.
func (e *Engine) watchFilings(ctx context.Context) error {
	if e.o.Registrar == nil {
		return nil
	}
	var accounts []booking.AccountID
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		accounts, err = s.Accounts()
		return err
	})
	for _, a := range accounts {
		if err != nil {
			return err
		}
		err = e.update(ctx, func(t *txn) error {
			f, err := t.Filing(a)
			if err != nil {
				return err
			}
			numbers, err := t.Numbers(a)
			if err != nil {
				return err
			}
			if _, more := f.Next(a, numbers); !more || f.DueAt.Equal(t.Now) {
				return nil
			}
			f.DueAt = t.Now
			return t.putFiling(a, f)
		})
	}
	return err
}
