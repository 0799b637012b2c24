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

const alarmUnknownSend = "unknown_send"

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
// booking finished or made another way, staff took it, the account switched off) or a claim that grew old undoes the claim, and the session is
// decided afresh. It gives nil when the carrier must not be called.
func (e *Engine) begin(ctx context.Context, a booking.Attempt) (begun *booking.Attempt, err error) {
	if a.Answer() {
		return e.beginAnswer(ctx, a)
	}
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
		wanted := !s.Done() && !s.HasBooked() && s.HandledAt.IsZero()
		if mine && stop == nil && account.SMSFollowUpEnabled && wanted && t.Now.Sub(now.ClaimedAt) <= claimFresh {
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
		e.unreserve(a.Account, a.Segments)
	}
	return begun, err
}

func textOf(a booking.Attempt) booking.Text {
	return booking.Text{Attempt: a.ID, Account: a.Account, From: a.From, To: a.To, MessagingService: a.MessagingService, Body: a.Body,
		ValidUntil: a.ValidUntil}
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
		e.unreserve(a.Account, a.Segments)
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
		if !a.Answer() {
			if err := t.followUpWent(account, *now); err != nil {
				return err
			}
		}
		return errors.Join(t.endAlarm(a.Account, alarmUnknownSend, string(a.Session)), t.resume(a, false), t.takeReport(account, now, s))
	})
	return err
}

// refused records that the carrier did not take the text, and reacts by the table of its codes.
func (e *Engine) refused(ctx context.Context, a booking.Attempt, refusal *booking.CarrierError) error {
	_, err := e.settle(ctx, a, func(t *txn, account booking.Account, now *booking.Attempt, s *booking.Session) error {
		r := booking.ReactionTo(refusal)
		if again := t.Now.Add(r.RetryAfter); a.Answer() && r.Class == booking.ReactRetry && again.Before(now.ValidUntil) {
			now.State, now.BegunAt, now.DueAt = booking.AttemptClaimed, time.Time{}, again
			return nil
		}
		now.State, now.ErrorCode, now.SettledAt, now.DueAt = booking.AttemptFailed, refusal.Code, t.Now, time.Time{}
		if a.Answer() {
			return errors.Join(t.react(a, r, false, 0), t.answerFailed(a, r))
		}
		return errors.Join(t.unstart(a), t.postpone(account, a, r, s), t.react(a, r, false, 0))
	})
	if !a.Answer() {
		e.unreserve(a.Account, a.Segments)
	}
	return err
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

// postpone lets the follow-up of a refused text wait for its next try, or withholds it, by the table of codes; the trace says which.
func (t *txn) postpone(account booking.Account, a booking.Attempt, r booking.Reaction, s *booking.Session) error {
	f := findingOf(r, t.Now)
	switch {
	case r.Class == booking.ReactHalt, r.Class == booking.ReactRetry && (r.Tries == 0 || s.FollowUp.Retries < r.Tries):
		f.Result, f.Until = booking.Wait, r.RetryAt(t.Now)
		if r.Class == booking.ReactRetry { // a halt says nothing about this text
			grown := min(r.RetryAfter<<min(s.FollowUp.Retries, 10), maxRetryAfter)
			if until := t.Now.Add(grown + booking.Jitter(a.ID, grown/4)); until.After(f.Until) {
				f.Until = until
			}
			s.FollowUp.Retries++
		}
		s.PutOff(booking.CheckCarrier, f.Until)
	default:
		s.Withhold(booking.CheckCarrier)
	}
	return t.AddTrace(a.Account, *s, []booking.Finding{f}, account.Settings.Retention.Std())
}

// findingOf is the line of a trace about a carrier's code.
func findingOf(r booking.Reaction, now time.Time) booking.Finding {
	return booking.Finding{At: now, Check: booking.CheckCarrier, Result: booking.Stop, Fact: factOf(r), Message: r.Meaning, Fix: r.Fix}
}

func factOf(r booking.Reaction) string { return fmt.Sprintf("carrier error %d", r.Code) }

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
		if a.Answer() {
			return e.fireReply(ctx, d)
		}
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
		if now.Answer() { // the moment for it has passed, so it is not offered to be sent again
			return t.textLost(*now, "left this machine, perhaps, and the carrier does not list it")
		}
		s.Unknown()
		return t.holdUnknown(account, *s, fmt.Sprintf("asked %d times, not found", now.Asked),
			"The carrier was called, its answer was lost, and it does not list the text. It is not sent again by itself.")
	})
	return err
}
