package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// attempts gives a page of the account's attempts, oldest first.
func (e *Engine) attempts(ctx context.Context, a booking.AccountID, cursor string) (page []booking.Attempt, next string, err error) {
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		page, next, err = s.Attempts(a, cursor, scanPage)
		return err
	})
	return page, next, err
}

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

// failing tells the statuses in which a text ends without having arrived.
func failing(status string) bool {
	return status == "failed" || status == "undelivered" || status == "canceled"
}

// Status takes the carrier's report about a text. A report about an attempt whose outcome was unknown settles it; one about a
// text that nobody knows is kept until its attempt settles. Reports that change nothing of use are not written: they are the
// largest stream of all.
func (e *Engine) Status(ctx context.Context, u booking.StatusUpdate) error {
	if rank[u.Status] == 0 {
		return nil
	}
	a, err := e.attempt(ctx, u.Account, u.Attempt)
	if err != nil {
		return err
	}
	if a == nil || a.SID != "" && u.SID != "" && a.SID != u.SID {
		if a != nil {
			e.log.Error("the carrier reports a second text of one attempt", "attempt", u.Attempt, "sid", u.SID)
		}
		return e.keepReport(ctx, u)
	}
	if a.InFlight() || a.State == booking.AttemptUnknown {
		if err := e.sent(ctx, *a, u.SID); err != nil {
			return err
		}
	}
	if rank[u.Status] < rank["delivered"] {
		return nil
	}
	texts := 0
	if u.ErrorCode == codeFiltered {
		if texts, err = e.lately(ctx, u.Account, e.now()); err != nil {
			return err
		}
	}
	return e.update(ctx, func(t *txn) error {
		now, err := t.Attempt(u.Account, u.Attempt)
		if err != nil || now == nil || rank[u.Status] <= rank[now.Status] {
			return err
		}
		account, err := t.Account(u.Account)
		if err != nil {
			return err
		}
		s, was, err := t.session(u.Account, now.Session)
		if errors.Is(err, &booking.Error{Code: "unknown_session"}) {
			was = nil // erased or expired meanwhile, or an answer, which has none
		} else if err != nil {
			return err
		}
		old, before, lot := *now, s.FollowUp, s.Lot
		if err := errors.Join(t.end(account, now, &s, u, texts), t.putAttempt(&old, *now)); err != nil {
			return err
		}
		if was == nil || s.FollowUp == before && s.Lot == lot {
			return nil
		}
		return t.putSession(account, was, s)
	})
}

// end records the status in which a text ends. One that failed left once: one text per abandonment, so it is not tried again,
// whatever the reason. texts is how many went out in the last day.
func (t *txn) end(account booking.Account, a *booking.Attempt, s *booking.Session, u booking.StatusUpdate, texts int) error {
	a.Status, a.ErrorCode = u.Status, u.ErrorCode
	if !failing(u.Status) {
		s.Lot.Delivered = s.Lot.Delivered || s.Lot.Drawn() && s.FollowUp.Attempt == a.ID
		p, err := t.Person(a.Account, a.To)
		if err != nil {
			return err
		}
		if p.Reached() {
			err = t.PutPerson(a.Account, p)
		}
		return errors.Join(err, t.resume(*a, true))
	}
	a.State, a.SettledAt, a.DueAt = booking.AttemptFailed, t.Now, time.Time{}
	r := booking.ReactionTo(&booking.CarrierError{Code: u.ErrorCode})
	if a.Session == "" || s.FollowUp.Attempt != a.ID {
		return errors.Join(t.react(*a, r, true, texts), t.answerFailed(*a, r))
	}
	s.Withhold(booking.CheckCarrier)
	return errors.Join(t.AddTrace(a.Account, *s, []booking.Finding{findingOf(r, t.Now)}, account.Settings.Retention.Std()),
		t.react(*a, r, true, texts))
}

// codeFiltered: a carrier took the text for unwanted. It is the only code whose reaction depends on how many texts went out.
const codeFiltered = 30007

// keepReport keeps a report about a text that no attempt is known to be: its attempt may settle later, with this SID.
func (e *Engine) keepReport(ctx context.Context, u booking.StatusUpdate) error {
	if u.SID == "" {
		return nil
	}
	return e.update(ctx, func(t *txn) error {
		if _, err := t.Account(u.Account); storage.IsNotFound(err) {
			u.Account = MainAccount
		} else if err != nil {
			return err
		}
		was, err := t.Report(u.Account, u.SID)
		if err != nil || was != nil && rank[was.Status] >= rank[u.Status] {
			return err
		}
		return t.PutReport(u.Account, u)
	})
}

// takeReport takes up a report that came before anybody knew whose text it was about.
func (t *txn) takeReport(account booking.Account, a *booking.Attempt, s *booking.Session) error {
	u, err := t.Report(a.Account, a.SID)
	if err != nil || u == nil {
		return err
	}
	if err := t.DeleteReport(a.Account, a.SID); err != nil || rank[u.Status] < rank["delivered"] {
		return err
	}
	return t.end(account, a, s, *u, 0)
}

// Receive takes a customer's text. STOP, in any words, START and HELP are honoured at once, in the same transaction that keeps the
// text; the same text delivered again changes nothing.
func (e *Engine) Receive(ctx context.Context, a booking.AccountID, in booking.Inbound) error {
	if in.At.IsZero() {
		in.At = e.now()
	}
	in.Body, _ = booking.Redact(in.Body)
	after := e.now().Add(time.Millisecond) // an answer stands below what it answers
	id, reply := booking.AttemptID(newID(after)), booking.AttemptID(newID(after))
	msg := newID(e.now()) // in the order in which they came: one that was delivered late is answered too
	return e.update(ctx, func(t *txn) error {
		seen, err := t.Inbound(a, in.SID)
		if err != nil {
			return err
		}
		if seen != nil {
			return errors.Join(t.remind(a, id), t.remind(a, reply)) // this transaction's own earlier, unknown commit may have claimed an answer
		}
		p, err := t.Person(a, in.From)
		if err != nil {
			return err
		}
		if in.At.After(p.Inbound) {
			p.Inbound = in.At
		}
		return errors.Join(t.honour(e, a, in, id, &p), t.PutPerson(a, p), t.replied(a, p, in), t.PutInbound(a, in), t.hear(e, a, in, reply, msg))
	})
}

// Deliver takes a customer's text for whichever account owns the number it was sent to. One to a number that nobody owns is kept
// under the main account, with an alarm: a STOP in it counts.
func (e *Engine) Deliver(ctx context.Context, in booking.Inbound) error {
	owner := booking.AccountID("")
	err := e.store.View(ctx, func(s *storage.Snapshot) error {
		accounts, err := s.Accounts()
		for _, a := range accounts {
			n, err := s.Number(a, in.To)
			if err != nil {
				return err
			}
			if n != nil {
				owner = a
				return nil
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if owner == "" {
		owner = MainAccount
		err := e.update(ctx, func(t *txn) error {
			return t.PutAlarm(owner, alarm("unknown_number", string(in.To), "A customer texted "+string(in.To)+", which is not among the account's numbers.",
				"add the number to the account, or take it out of Twilio's messaging service", t.Now))
		})
		if err != nil {
			return err
		}
	}
	return e.Receive(ctx, owner, in)
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
