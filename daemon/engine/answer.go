package engine

import (
	"context"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// honour does what a customer's text demands by rule, in the transaction that keeps the text: STOP and START change the
// opt-out, and what the carrier does not answer itself is answered by us, once: an attempt is claimed under id, and its due-key
// sends it. p is written by the caller.
func (t *txn) honour(e *Engine, a booking.AccountID, in booking.Inbound, id booking.AttemptID, p *booking.Person) error {
	told := booking.Understand(in)
	if !told.Stops && !told.Starts && !told.Helps {
		return nil
	}
	stop, err := t.Snapshot.OptOut(a, in.From)
	if err != nil {
		return err
	}
	switch {
	case told.Stops:
		if err := t.putOptOut(a, booking.OptOut{Phone: in.From, Source: "text", Text: in.Body, At: in.At}); err != nil {
			return err
		}
		if stop == nil && !told.Answered {
			return t.claimAnswer(e, a, in, id, booking.AttemptConfirmation)
		}
	case told.Starts:
		if stop != nil && !in.At.Before(stop.At) { // one that was delivered late does not lift a later STOP
			t.did(Deed{Do: "opt_in", Phone: in.From})
			return t.liftOptOut(a, booking.ConsentRecord{Phone: in.From, At: in.At, Source: "text", Text: in.Body})
		}
	case !told.Answered && t.Now.Sub(p.HelpedAt) >= booking.HelpPause:
		p.HelpedAt = t.Now
		return t.claimAnswer(e, a, in, id, booking.AttemptHelp)
	}
	return nil
}

// claimAnswer claims the answer by rule to a customer's text, unless that came too long ago or nothing can be sent anyway.
func (t *txn) claimAnswer(e *Engine, a booking.AccountID, in booking.Inbound, id booking.AttemptID, kind booking.AttemptKind) error {
	within, write := booking.ConfirmWithin, booking.Confirmation
	if kind == booking.AttemptHelp {
		within, write = booking.HelpWithin, booking.HelpText
	}
	until := in.At.Add(within)
	if !until.After(t.Now) {
		return nil
	}
	reg, err := t.Registration(a)
	if err != nil || reg.Status != booking.RegistrationApproved {
		return err
	}
	account, err := t.Account(a)
	if err != nil {
		return err
	}
	body := write(account, in.Body)
	segments, _, _ := booking.Segments(body)
	return t.putAttempt(nil, booking.Attempt{
		ID: id, Kind: kind, Account: a, To: in.From, From: in.To, MessagingService: reg.MessagingService, Body: body, Segments: segments,
		ValidUntil: until, State: booking.AttemptClaimed, Epoch: e.epoch, ClaimedAt: t.Now, DueAt: t.Now,
	})
}

// remind tells the motor of an attempt that may have been claimed under id.
func (t *txn) remind(a booking.AccountID, id booking.AttemptID) error {
	v, err := t.Attempt(a, id)
	if err != nil || v == nil {
		return err
	}
	if d, ok := v.Due(); ok {
		t.hints = append(t.hints, d)
	}
	return nil
}

// fireReply sends a claimed answer. One that began is looked after by its settle due-key and never sent a second time.
func (e *Engine) fireReply(ctx context.Context, d booking.Due) error {
	id := booking.AttemptID(d.Ref)
	if _, busy := e.sends.LoadOrStore(id, nil); busy {
		return nil
	}
	defer e.sends.Delete(id)
	a, err := e.attempt(ctx, d.Account, id) // read while nobody else sends it
	switch {
	case err != nil:
		return err
	case a == nil || a.State != booking.AttemptClaimed:
		return nil
	case a.DueAt.After(e.now()):
		e.motor.hint(booking.Due{Account: d.Account, At: a.DueAt, Kind: booking.KindReply, Ref: d.Ref})
		return nil
	}
	return e.send(ctx, *a)
}

// stillWanted tells whether an answer may still go out: nobody opted out or in meanwhile, and no person took over from the agent.
func (t *txn) stillWanted(a booking.Attempt, stopped bool) (bool, error) {
	switch a.Kind {
	case booking.AttemptConfirmation:
		return stopped, nil
	case booking.AttemptHuman, booking.AttemptSafety, booking.AttemptAlert:
		return !stopped, nil
	case booking.AttemptNudge: // the customer wrote, a person took over, or there is a booking by now
		v, err := t.Thread(a.Account, a.Thread)
		if err != nil || v == nil || stopped || v.Owner != booking.OwnerAgent || v.InboundAt.After(a.ClaimedAt) {
			return false, err
		}
		held, err := bookingHeld(&t.Snapshot, a.Account, a.Thread)
		return held == nil, err
	case booking.AttemptReply:
		v, err := t.Thread(a.Account, a.Thread)
		return !stopped && v != nil && (v.By == "" || v.HumanAt.Before(a.ClaimedAt)), err
	}
	return true, nil
}

// beginAnswer marks a claimed answer begun, unless its time is over or it is not wanted any more.
func (e *Engine) beginAnswer(ctx context.Context, a booking.Attempt) (begun *booking.Attempt, err error) {
	mine := false // this transaction has run before, and its commit may have happened
	err = e.update(ctx, func(t *txn) error {
		begun = nil
		now, err := t.Attempt(a.Account, a.ID)
		if err != nil || now == nil || !now.InFlight() {
			return err
		}
		if now.State == booking.AttemptBegun {
			if mine {
				begun = now
			}
			return nil
		}
		stop, err := t.OptOut(a.Account, a.To)
		if err != nil {
			return err
		}
		old := *now
		now.State, now.SettledAt, now.DueAt = booking.AttemptReleased, t.Now, time.Time{}
		wanted, err := t.stillWanted(*now, stop != nil)
		if err != nil {
			return err
		}
		if now.ValidUntil.After(t.Now) && wanted {
			now.State, now.SettledAt, now.BegunAt, now.Epoch = booking.AttemptBegun, time.Time{}, t.Now, e.epoch
			now.DueAt = t.Now.Add(e.o.SettleAfter)
			begun, mine = now, true
		} else if wanted {
			err = t.textLost(*now, "could not go out in time")
		}
		return errors.Join(err, t.putAttempt(&old, *now))
	})
	return begun, err
}
