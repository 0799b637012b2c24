package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// maxRetryAfter bounds the growing wait between tries of a text that the carrier wants later.
const maxRetryAfter = time.Hour

const (
	alarmUnknownSend = "unknown_send"
	alarmCarrier     = "carrier_refuses"
)

// send marks a claimed attempt begun, calls the carrier once, and settles what came of it.
func (e *Engine) send(ctx context.Context, a booking.Attempt) error {
	e.sends.Store(a.ID, nil)
	defer e.sends.Delete(a.ID)
	begun, err := e.begin(ctx, a)
	if err != nil || begun == nil {
		return err
	}
	a = *begun
	call, cancel := context.WithTimeout(ctx, e.o.SendTimeout)
	defer cancel()
	sid, err := e.o.Carrier.Send(call, textOf(a))
	if err == nil {
		return e.sent(ctx, a, sid)
	}
	var refusal *booking.CarrierError
	if errors.As(err, &refusal) && booking.ReactionTo(err).Class != booking.ReactUnknown {
		return e.refused(ctx, a, refusal)
	}
	e.log.Warn("the carrier did not answer; it is asked what became of the text", "attempt", a.ID, "err", err)
	return e.ask(ctx, a)
}

// claimFresh is how long a claim may wait for its begun mark: longer than any commit takes, and too short for the hour or
// anything else the claim was decided on to have passed, had the process been paused.
const claimFresh = 10 * time.Second

// begin marks a claimed attempt begun. It is the last look before the carrier: what came in since the claim (STOP, the
// booking finished, staff took it, the account switched off) or a claim that grew old undoes the claim, and the session is
// decided afresh. It gives nil when the carrier must not be called.
func (e *Engine) begin(ctx context.Context, a booking.Attempt) (begun *booking.Attempt, err error) {
	released := false
	err = e.update(ctx, func(t *txn) error {
		begun, released = nil, false
		now, err := t.Attempt(a.Account, a.ID)
		if err != nil || now == nil || now.Epoch != e.epoch || !now.InFlight() {
			return err
		}
		begun = now
		if now.State == booking.AttemptBegun { // this transaction's own earlier, unknown commit
			return nil
		}
		account, err := t.Account(a.Account)
		if err != nil {
			return err
		}
		s, was, err := t.session(a.Account, a.Session)
		if err != nil {
			return err
		}
		stop, err := t.OptOut(a.Account, a.To)
		if err != nil {
			return err
		}
		old := *now
		mine := s.FollowUp.Attempt == a.ID
		if mine && stop == nil && account.SMSFollowUpEnabled && !s.Done() && s.HandledAt.IsZero() && t.Now.Sub(now.ClaimedAt) <= claimFresh {
			now.State, now.BegunAt = booking.AttemptBegun, t.Now
			return t.putAttempt(&old, *now)
		}
		begun, released = nil, true
		now.State, now.SettledAt, now.DueAt = booking.AttemptReleased, t.Now, time.Time{}
		if err := errors.Join(t.unstart(a), t.putAttempt(&old, *now)); err != nil || !mine {
			return err
		}
		s.Release(t.Now)
		return t.putSession(account, was, s)
	})
	if err == nil && released {
		e.stats.released.Add(1)
	}
	return begun, err
}

func textOf(a booking.Attempt) booking.Text {
	return booking.Text{Attempt: a.ID, Account: a.Account, From: a.From, To: a.To, MessagingService: a.MessagingService, Body: a.Body}
}

// settle changes an attempt that is still open, together with its session, in one transaction. An attempt that was
// settled by somebody else, a callback perhaps, is left as it is. It gives the
// attempt's new state, empty if that did not change.
func (e *Engine) settle(ctx context.Context, a booking.Attempt, fn func(t *txn, account booking.Account, now *booking.Attempt, s *booking.Session) error) (booking.AttemptState, error) {
	var state booking.AttemptState
	err := e.update(ctx, func(t *txn) error {
		state = ""
		now, err := t.Attempt(a.Account, a.ID)
		if err != nil {
			return err
		}
		if now == nil || !now.InFlight() && now.State != booking.AttemptUnknown {
			return nil
		}
		account, err := t.Account(a.Account)
		if err != nil {
			return err
		}
		s, oldSession, err := t.session(a.Account, a.Session)
		if errors.Is(err, &booking.Error{Code: "unknown_session"}) {
			oldSession = nil // erased or expired meanwhile: the attempt is settled alone
		} else if err != nil {
			return err
		}
		old := *now
		if err := fn(t, account, now, &s); err != nil {
			return err
		}
		if now.State != old.State {
			state = now.State
		}
		if err := t.putAttempt(&old, *now); err != nil {
			return err
		}
		if oldSession == nil || s.FollowUp.Attempt != a.ID {
			return nil
		}
		return t.putSession(account, oldSession, s)
	})
	if err != nil {
		return "", err
	}
	switch state {
	case booking.AttemptSent:
		e.stats.sent.Add(1)
	case booking.AttemptFailed:
		e.stats.failed.Add(1)
	case booking.AttemptReleased:
		e.stats.released.Add(1)
	case booking.AttemptUnknown:
		e.stats.unknown.Add(1)
	}
	return state, nil
}

// sent records that the carrier has the text.
func (e *Engine) sent(ctx context.Context, a booking.Attempt, sid string) error {
	_, err := e.settle(ctx, a, func(t *txn, account booking.Account, now *booking.Attempt, s *booking.Session) error {
		at := now.BegunAt
		if at.IsZero() {
			at = t.Now
		}
		now.State, now.SID, now.SettledAt, now.DueAt = booking.AttemptSent, sid, t.Now, time.Time{}
		s.Sent(at)
		return errors.Join(t.endAlarm(a.Account, alarmUnknownSend, string(a.Session)), t.endAlarm(a.Account, alarmCarrier, ""))
	})
	return err
}

// refused records that the carrier did not take the text, and reacts by the table of its codes.
func (e *Engine) refused(ctx context.Context, a booking.Attempt, refusal *booking.CarrierError) error {
	_, err := e.settle(ctx, a, func(t *txn, account booking.Account, now *booking.Attempt, s *booking.Session) error {
		now.State, now.ErrorCode, now.SettledAt, now.DueAt = booking.AttemptFailed, refusal.Code, t.Now, time.Time{}
		if err := t.unstart(a); err != nil {
			return err
		}
		return t.react(account, a, refusal, false, s)
	})
	return err
}

// endAlarm ends an alarm that stands.
func (t *txn) endAlarm(a booking.AccountID, code, ref string) error {
	stands, err := t.Alarm(a, code, ref)
	if err != nil || stands == nil {
		return err
	}
	return t.DeleteAlarm(a, code, ref)
}

// unstart takes a text that did not go out off the person's count.
func (t *txn) unstart(a booking.Attempt) error {
	p, err := t.Person(a.Account, a.To)
	if err != nil {
		return err
	}
	p.Unstart(a.ID)
	return t.PutPerson(a.Account, p)
}

// react does what the table says about a carrier's code: try later, never, remember the number, remember the opt-out, or
// raise an alarm; the trace says it all. underway: the carrier had taken the text and tells of the failure later.
func (t *txn) react(account booking.Account, a booking.Attempt, refusal *booking.CarrierError, underway bool, s *booking.Session) error {
	r, code := booking.ReactionTo(refusal), refusal.Code
	f := booking.Finding{
		At: t.Now, Check: booking.CheckCarrier, Result: booking.Stop, Fact: fmt.Sprintf("carrier error %d", code),
		Message: r.Meaning, Fix: r.Fix,
	}
	switch {
	case underway: // it left once: one text per abandonment, no second try, whatever the reason
		s.Withhold(booking.CheckCarrier)
	case r.Class == booking.ReactHalt, r.Class == booking.ReactRetry && (r.Tries == 0 || s.FollowUp.Retries < r.Tries):
		f.Result, f.Until = booking.Wait, r.RetryAt(t.Now)
		if grown := t.Now.Add(min(r.RetryAfter<<min(s.FollowUp.Retries, 10), maxRetryAfter)); grown.After(f.Until) {
			f.Until = grown
		}
		s.FollowUp.Retries++
		s.PutOff(booking.CheckCarrier, f.Until)
	default:
		s.Withhold(booking.CheckCarrier)
	}
	switch r.Class {
	case booking.ReactHalt:
		err := t.PutAlarm(a.Account, alarm(alarmCarrier, "", "The carrier refuses texts: "+r.Meaning, r.Fix, t.Now))
		if err != nil {
			return err
		}
	case booking.ReactOptedOut:
		known, err := t.OptOut(a.Account, a.To)
		if err != nil {
			return err
		}
		if known == nil {
			if err := t.putOptOut(a.Account, booking.OptOut{Phone: a.To, Source: "carrier", Text: f.Fact, At: t.Now}); err != nil {
				return err
			}
		}
	case booking.ReactBadNumber:
		p, err := t.Person(a.Account, a.To)
		if err != nil {
			return err
		}
		p.Bad = &booking.BadPhone{At: t.Now, Code: code}
		if err := t.PutPerson(a.Account, p); err != nil {
			return err
		}
	}
	return t.AddTrace(a.Account, *s, []booking.Finding{f}, account.Settings.Retention.Std())
}

// fireSettle looks after an attempt that was not settled in time, or that an earlier process left.
func (e *Engine) fireSettle(ctx context.Context, d booking.Due) error {
	if _, busy := e.sends.Load(booking.AttemptID(d.Ref)); busy {
		e.motor.hint(booking.Due{Account: d.Account, At: e.now().Add(e.o.SendTimeout), Kind: d.Kind, Ref: d.Ref})
		return nil
	}
	a, err := e.attempt(ctx, d.Account, booking.AttemptID(d.Ref))
	switch {
	case err != nil:
		return err
	case a == nil || !a.InFlight():
		return nil
	case a.State == booking.AttemptClaimed && a.ClaimedAt.After(e.restored):
		return e.release(ctx, *a)
	case (a.Epoch == e.epoch || a.Asked > 0) && a.DueAt.After(e.now()): // a restart does not shorten the time between two questions
		e.motor.hint(booking.Due{Account: d.Account, At: a.DueAt, Kind: d.Kind, Ref: d.Ref})
		return nil
	}
	return e.ask(ctx, *a)
}

// release undoes a claim that never reached the carrier: the session is decided afresh, at once.
func (e *Engine) release(ctx context.Context, a booking.Attempt) error {
	_, err := e.settle(ctx, a, func(t *txn, account booking.Account, now *booking.Attempt, s *booking.Session) error {
		if now.State != booking.AttemptClaimed {
			return nil
		}
		now.State, now.SettledAt, now.DueAt = booking.AttemptReleased, t.Now, time.Time{}
		s.Release(t.Now)
		return t.unstart(a)
	})
	return err
}

// found settles an attempt that the carrier lists, as if it had called back.
func (e *Engine) found(ctx context.Context, a booking.Attempt, m booking.CarrierMessage) error {
	return e.Status(ctx, booking.StatusUpdate{Account: a.Account, Attempt: a.ID, SID: m.SID, Status: m.Status, ErrorCode: m.ErrorCode})
}

// holdUnknown raises the alarm for a text nobody can say the outcome of, and says so in its trace.
func (t *txn) holdUnknown(account booking.Account, s booking.Session, fact, message string) error {
	const fix = "look into the carrier's log; if the text is not there, send it again with POST /v1/sessions/{id}/resend"
	err := t.PutAlarm(account.ID, alarm(alarmUnknownSend, string(s.ID), "Nobody can say whether a text went out. "+message, fix, t.Now))
	if err != nil {
		return err
	}
	return t.AddTrace(account.ID, s, []booking.Finding{{
		At: t.Now, Check: booking.CheckCarrier, Result: booking.Stop, Fact: fact, Message: message, Fix: fix,
	}}, account.Settings.Retention.Std())
}

// ask asks the carrier what became of a begun attempt: found, it is settled; not found twice, it is unknown, and stays so
// until a person decides. A carrier that does not answer is asked again.
func (e *Engine) ask(ctx context.Context, a booking.Attempt) error {
	call, cancel := context.WithTimeout(ctx, e.o.SendTimeout)
	defer cancel()
	found, err := e.o.Carrier.Find(call, textOf(a), a.ClaimedAt.Add(-time.Minute))
	if err == nil && found != nil {
		return e.found(ctx, a, *found)
	}
	if err != nil {
		e.log.Warn("the carrier cannot be asked about an unknown send; it is asked again", "attempt", a.ID, "err", err)
	}
	failed := err
	_, err = e.settle(ctx, a, func(t *txn, account booking.Account, now *booking.Attempt, s *booking.Session) error {
		if !now.InFlight() || now.Asked != a.Asked { // settled meanwhile, or this transaction's own earlier, unknown commit
			return nil
		}
		now.Epoch = e.epoch // looked after by this process from here on
		if failed != nil || now.Asked == 0 {
			if failed == nil {
				now.Asked++
			}
			now.DueAt = t.Now.Add(e.o.SettleAfter)
			return nil
		}
		now.State, now.SettledAt, now.DueAt = booking.AttemptUnknown, t.Now, time.Time{}
		now.Asked++
		s.Unknown()
		return t.holdUnknown(account, *s, fmt.Sprintf("asked %d times, not found", now.Asked),
			"The carrier was called, its answer was lost, and it does not list the text. It is not sent again by itself.")
	})
	return err
}
