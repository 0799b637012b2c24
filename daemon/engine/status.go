package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

func (e *Engine) attempt(ctx context.Context, a booking.AccountID, id booking.AttemptID) (v *booking.Attempt, err error) {
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		v, err = s.Attempt(a, id)
		return err
	})
	return v, err
}

// rank orders the carrier's statuses; callbacks come late, twice and out of order, and a later rank is never undone
// (twilio.com/docs/messaging/guides/track-outbound-message-status).
var rank = map[string]int{"accepted": 1, "scheduled": 1, "queued": 2, "sending": 3, "sent": 4,
	"delivered": 5, "undelivered": 5, "failed": 5, "canceled": 5, "read": 5}

// Status takes the carrier's report about a text. A report about an attempt whose outcome was unknown settles it. Reports
// that change nothing of use are not written: they are the largest stream of all.
func (e *Engine) Status(ctx context.Context, u booking.StatusUpdate) error {
	a, err := e.attempt(ctx, u.Account, u.Attempt)
	if err != nil || a == nil {
		return err
	}
	failed := u.Status == "failed" || u.Status == "undelivered" || u.Status == "canceled"
	if a.InFlight() || a.State == booking.AttemptUnknown {
		if err := e.sent(ctx, *a, u.SID); err != nil {
			return err
		}
	}
	if rank[u.Status] < rank["delivered"] {
		return nil
	}
	return e.update(ctx, func(t *txn) error {
		now, err := t.Attempt(u.Account, u.Attempt)
		if err != nil || now == nil || rank[u.Status] <= rank[now.Status] {
			return err
		}
		old := *now
		now.Status, now.ErrorCode = u.Status, u.ErrorCode
		if !failed {
			return t.putAttempt(&old, *now)
		}
		now.State, now.SettledAt, now.DueAt = booking.AttemptFailed, t.Now, time.Time{}
		if err := t.putAttempt(&old, *now); err != nil {
			return err
		}
		account, err := t.Account(u.Account)
		if err != nil {
			return err
		}
		s, was, err := t.session(u.Account, now.Session)
		if err != nil || s.FollowUp.Attempt != now.ID {
			return err
		}
		if err := t.react(account, *now, &booking.CarrierError{Code: u.ErrorCode}, true, &s); err != nil {
			return err
		}
		return t.putSession(account, was, s)
	})
}

// Receive takes a customer's text. STOP, in any words, and START are honoured at once, in the same transaction that keeps the text; the
// same text delivered again changes nothing.
func (e *Engine) Receive(ctx context.Context, a booking.AccountID, in booking.Inbound) error {
	if in.At.IsZero() {
		in.At = e.now()
	}
	return e.update(ctx, func(t *txn) error {
		seen, err := t.Inbound(a, in.SID)
		if err != nil || seen != nil {
			return err
		}
		p, err := t.Person(a, in.From)
		if err != nil {
			return err
		}
		p.Inbound = in.At
		if err := t.PutPerson(a, p); err != nil {
			return err
		}
		word, _ := booking.MatchKeyword(in.Body)
		_, stops := booking.MatchWithdrawal(in.Body)
		switch {
		case stops:
			if err := t.putOptOut(a, booking.OptOut{Phone: in.From, Source: "text", Text: in.Body, At: in.At}); err != nil {
				return err
			}
		case word == booking.KeywordStart:
			if err := t.liftOptOut(a, booking.ConsentRecord{Phone: in.From, At: in.At, Source: "text", Text: in.Body}); err != nil {
				return err
			}
		}
		if err := t.replied(a, p, in); err != nil {
			return err
		}
		return t.PutInbound(a, in)
	})
}

// replied marks the latest session of the person whose text went out within seven days, or may have: the customer answered it.
// A keyword is no answer, and neither is what somebody says who wants no texts.
func (t *txn) replied(a booking.AccountID, p booking.Person, in booking.Inbound) error {
	if _, keyword := booking.MatchKeyword(in.Body); keyword {
		return nil
	}
	if stop, err := t.Snapshot.OptOut(a, in.From); err != nil || stop != nil {
		return err
	}
	for _, started := range slices.Backward(p.Started) {
		if in.At.Sub(started.At) > booking.RecoveredWithin {
			return nil
		}
		s, old, err := t.session(a, started.Session)
		if errors.Is(err, &booking.Error{Code: "unknown_session"}) { // its content has expired, or was erased
			continue
		}
		if err != nil {
			return err
		}
		if st := s.FollowUp.State; in.At.Before(started.At) || st != booking.FollowUpSent && st != booking.FollowUpUnknown {
			continue
		}
		account, err := t.Account(a)
		if err != nil {
			return err
		}
		s.Reply(in.At)
		return t.putSession(account, old, s)
	}
	return nil
}

// OptOut records that a person wants no texts, told in whatever way.
func (e *Engine) OptOut(ctx context.Context, a booking.AccountID, o booking.OptOut) (booking.OptOut, error) {
	return apply(ctx, e, a, func(t *txn) (booking.OptOut, error) {
		if was, err := t.Snapshot.OptOut(a, o.Phone); err != nil || was != nil {
			return deref(was), err
		}
		o.At = t.Now
		return o, t.putOptOut(a, o)
	})
}

// OptIn lifts an opt-out on the person's own word.
func (e *Engine) OptIn(ctx context.Context, a booking.AccountID, p booking.Phone) error {
	return e.update(ctx, func(t *txn) error {
		return t.liftOptOut(a, booking.ConsentRecord{Phone: p, At: t.Now, Source: "staff"})
	})
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func alarm(code, ref, message, fix string, since time.Time) storage.Alarm {
	return storage.Alarm{Code: code, Ref: ref, Message: message, Fix: fix, Since: since}
}
