package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// fireLapse looks whether a session fell silent. A due-key that fires early, since a heartbeat moved the moment, is armed
// again: so heartbeats need not touch the due index.
func (e *Engine) fireLapse(ctx context.Context, d booking.Due) error {
	return e.update(ctx, func(t *txn) error {
		s, err := t.Session(d.Account, booking.SessionID(d.Ref))
		if storage.IsNotFound(err) {
			return errGone
		}
		if err == nil && s.DueKind != booking.KindLapse {
			return nil
		}
		if err != nil {
			return err
		}
		if s.DueAt.After(t.Now) {
			t.hints = append(t.hints, booking.Due{Account: d.Account, At: s.DueAt, Kind: d.Kind, Ref: d.Ref})
			return nil
		}
		account, sched, err := t.house(d.Account, s.Scheduler)
		if err != nil {
			return err
		}
		was := s.Clone()
		if silent := s.SeenAt.Add(account.Settings.AbandonAfter.Std()); silent.After(t.Now) {
			s.Arm(booking.KindLapse, silent)
		} else {
			s.Abandon(s.SeenAt, sched.FollowUp.Delay.Std())
		}
		return t.putSession(account, &was, s)
	})
}

// house reads the account and the scheduler; a deleted scheduler is an empty one with the usual delay.
func (t *txn) house(a booking.AccountID, id booking.SchedulerID) (booking.Account, booking.Scheduler, error) {
	account, err := t.Account(a)
	if err != nil {
		return account, booking.Scheduler{}, err
	}
	sched, err := t.Scheduler(a, id)
	if err != nil || sched == nil {
		return account, booking.Scheduler{FollowUp: booking.FollowUpSet{Delay: booking.DefaultDelay}}, err
	}
	return account, *sched, nil
}

// Which other sessions of a person are looked at: a page may stay open for days, but not for a month; and somebody with more
// sessions than this is no customer.
const (
	rivalSpan = 30 * 24 * time.Hour
	maxRivals = 300
)

// gather reads everything a decision about the session rests on, in one snapshot. In a transaction all of it is validated at
// commit: an opt-out or another claim for the person that comes in between makes the commit fail.
func gather(s *storage.Snapshot, a booking.AccountID, sess booking.Session) (f booking.Facts, err error) {
	f.Session = sess
	if f.Account, err = s.Account(a); err != nil {
		return f, err
	}
	if f.Scheduler, err = s.Scheduler(a, sess.Scheduler); err != nil {
		return f, err
	}
	if f.Registration, err = s.Registration(a); err != nil {
		return f, err
	}
	if f.Number, err = outbound(s, a, f.Scheduler); err != nil {
		return f, err
	}
	if f.Bookings, err = s.BookingsOf(a, sess.Phone, sess.Email, booking.NormalAddress(sess.Customer.Address)); err != nil {
		return f, err
	}
	if sess.Phone == "" {
		return f, nil
	}
	if f.Carrier, err = s.Carrier(a); err != nil {
		return f, err
	}
	if f.Person, err = s.Person(a, sess.Phone); err != nil {
		return f, err
	}
	f.Line = lineOf(s.Now, f.Person)
	if f.OptOut, err = s.OptOut(a, sess.Phone); err != nil {
		return f, err
	}
	thread, err := s.Thread(a, sess.Phone)
	if err != nil {
		return f, err
	}
	if thread != nil && thread.InHand(s.Now) {
		f.ThreadOwner = string(thread.Owner)
	}
	others, more, err := s.SessionsByPhone(a, sess.Phone, firstID(s.Now.Add(-rivalSpan)), maxRivals)
	if err != nil {
		return f, err
	}
	f.RivalsCut = more != ""
	texts := map[booking.SchedulerID]bool{}
	for _, o := range others {
		if o.ID == sess.ID {
			continue
		}
		if _, read := texts[o.Scheduler]; !read {
			sched, err := s.Scheduler(a, o.Scheduler)
			if err != nil {
				return f, err
			}
			texts[o.Scheduler] = sched != nil && sched.FollowUp.Enabled
		}
		f.Rivals = append(f.Rivals, booking.Rival{
			Session: o.ID, SeenAt: o.SeenAt, AbandonedAt: o.AbandonedAt, State: o.FollowUp.State,
			DueAt: o.FollowUp.DueAt, WithheldBy: o.FollowUp.WithheldBy,
			Qualifies: texts[o.Scheduler] && o.Qualifies(f.Account.Settings.RequireConsent),
		})
	}
	return f, nil
}

// outbound finds the number a scheduler's texts go out from: its own, else the account's default; nil when there is none.
func outbound(s *storage.Snapshot, a booking.AccountID, sched *booking.Scheduler) (*booking.PhoneNumber, error) {
	if sched != nil && sched.FollowUp.PhoneNumber != "" {
		return s.Number(a, sched.FollowUp.PhoneNumber)
	}
	return s.DefaultNumber(a)
}

// errAgain says that the facts changed between reading and claiming; the entry is looked at again at once.
var errAgain = errors.New("the facts changed meanwhile")

// fireFollowUp decides a session's follow-up and, when everything permits it, sends it.
func (e *Engine) fireFollowUp(ctx context.Context, d booking.Due) error {
	for range 5 {
		err := e.followUp(ctx, d)
		if !errors.Is(err, errAgain) {
			return err
		}
	}
	return fmt.Errorf("session %s: %w five times in a row", d.Ref, errAgain)
}

func (e *Engine) followUp(ctx context.Context, d booking.Due) error {
	id, now := booking.SessionID(d.Ref), e.now()
	var facts booking.Facts
	var from sender
	due, asked, segments := false, false, 0
	defer func() {
		if !asked { // else the turn is kept for when the answer is there
			e.pace.end(from, d.Ref, segments)
		}
	}()
	err := e.store.View(ctx, func(s *storage.Snapshot) error {
		sess, err := s.Session(d.Account, id)
		if storage.IsNotFound(err) {
			return errGone
		}
		if err == nil && sess.DueKind != booking.KindFollowUp {
			return nil
		}
		if err != nil {
			return err
		}
		if sess.DueAt.After(now) {
			e.motor.hint(booking.Due{Account: d.Account, At: sess.DueAt, Kind: d.Kind, Ref: d.Ref})
			return nil
		}
		due = true
		facts, err = gather(s, d.Account, sess)
		return err
	})
	if err != nil || !due {
		return err
	}
	if !facts.Session.FollowUp.Resend && idTime(string(facts.Session.ID)).Before(e.restored.Truncate(time.Millisecond)) {
		return e.lostInRestore(ctx, facts)
	}
	v := booking.Decide(now, facts)
	if v.Result == booking.Pass && e.lookUp(ctx, now, &facts) {
		v = booking.Decide(now, facts)
	}
	if v.Result != booking.Pass {
		return e.hold(ctx, now, facts, v)
	}
	until := booking.ValidUntil(now, facts)
	if v, soon := booking.Closing(now, until); soon {
		return e.hold(ctx, now, facts, v)
	}
	from = senderOf(facts)
	if !e.pace.turn(from, facts.Session.Scheduler, d) {
		return nil // its due-key stays; it is fired again when its turn comes
	}
	text, err := e.compose(ctx, now, facts)
	if asked = errors.Is(err, errAsked); asked {
		return nil
	}
	if err != nil {
		return err
	}
	if v, full, err := e.reserve(ctx, now, facts.Account, text.segments); err != nil {
		return err
	} else if full {
		return e.hold(ctx, now, facts, v)
	}
	v.Trail = append(v.Trail, text.findings...)
	a, err := e.claim(ctx, now, facts, v, text, until)
	if err != nil {
		e.unreserve(facts.Account.ID, text.segments)
		return err
	}
	segments = text.segments
	e.stats.late(now.Sub(facts.Session.DueAt))
	return e.send(ctx, a)
}

// hold writes down a verdict that no text goes out now.
func (e *Engine) hold(ctx context.Context, now time.Time, f booking.Facts, v booking.Verdict) error {
	return e.update(ctx, func(t *txn) error {
		s, old, err := t.session(f.Account.ID, f.Session.ID)
		if err != nil {
			return err
		}
		if s.Rev != f.Session.Rev {
			if s.FollowUp.WithheldBy == v.Check && s.Rev == f.Session.Rev+1 {
				return nil // this transaction's own earlier, unknown commit
			}
			return errAgain
		}
		said := s.FollowUp.WithheldBy == v.Check && s.FollowUp.State == booking.FollowUpWaiting
		if v.Result == booking.Stop {
			s.Withhold(v.Check)
			if v.Check == booking.CheckHoldout {
				if err := t.joinControl(f.Account, &s, now); err != nil {
					return err
				}
			}
		} else {
			said = said && v.At.Equal(s.FollowUp.DueAt)
			s.PutOff(v.Check, v.At)
		}
		if !said || v.Result == booking.Stop {
			if err := t.AddTrace(f.Account.ID, s, v.Trail, f.Account.Settings.Retention.Std()); err != nil {
				return err
			}
		}
		return t.putSession(f.Account, old, s)
	})
}

// joinControl lets a session whose text was withheld for the control group take part in the measurement.
func (t *txn) joinControl(a booking.Account, s *booking.Session, now time.Time) error {
	p, err := t.Person(a.ID, s.Phone)
	if err != nil || !s.Join(&p, true, a.Settings.Holdout, now) {
		return err
	}
	return t.PutPerson(a.ID, p)
}

// lostInRestore holds the text of a session that is older than the restore of the store from a backup: the store does not know
// whether it went out since that backup.
func (e *Engine) lostInRestore(ctx context.Context, f booking.Facts) error {
	e.stats.unknown.Add(1)
	return e.update(ctx, func(t *txn) error {
		s, old, err := t.session(f.Account.ID, f.Session.ID)
		if err != nil || s.Rev != f.Session.Rev {
			return err
		}
		s.Unknown()
		err = t.holdUnknown(f.Account, s, "restored from a backup on "+e.restored.UTC().Format("2006-01-02 15:04 MST"),
			"The session is older than the restore of the data from a backup, so its text may have gone out already. It is not sent by itself.")
		if err != nil {
			return err
		}
		return t.putSession(f.Account, old, s)
	})
}

// claim writes the intent to send: one transaction that reads all facts again, decides again at the same instant, and only
// then ties the text to the session and the person. A conflict means that somebody else won.
func (e *Engine) claim(ctx context.Context, now time.Time, f booking.Facts, v booking.Verdict, text composed, until time.Time) (booking.Attempt, error) {
	a := booking.Attempt{
		ID: booking.AttemptID(newID(now)), Account: f.Account.ID, Session: f.Session.ID, Scheduler: f.Session.Scheduler,
		To: f.Session.Phone, MessagingService: f.Registration.MessagingService, Body: text.body, Segments: text.segments,
		Template: text.template, ValidUntil: until, State: booking.AttemptClaimed, Epoch: e.epoch, ClaimedAt: now, DueAt: now.Add(e.o.SettleAfter),
	}
	if f.Number != nil {
		a.From = f.Number.Number
	}
	e.sends.Store(a.ID, nil)
	err := e.update(ctx, func(t *txn) error {
		s, old, err := t.session(a.Account, a.Session)
		if err != nil {
			return err
		}
		if s.FollowUp.Attempt == a.ID {
			return nil // this transaction's own earlier, unknown commit
		}
		if s.Rev != f.Session.Rev {
			return errAgain
		}
		again, err := gather(&t.Snapshot, a.Account, s)
		if err != nil {
			return err
		}
		if booking.Decide(now, again).Result != booking.Pass {
			return errAgain
		}
		p := again.Person
		s.Join(&p, false, again.Account.Settings.Holdout, now)
		if err := t.enrol(a.Account, &s, &p, text.lot); err != nil {
			return err
		}
		s.Claim(a.ID)
		s.FollowUp.Template = a.Template
		if s.FollowUp.DueAt.After(now) { // what it waited for was mended before its time
			s.FollowUp.DueAt = now
		}
		if again.Carrier.Try(a.From, now) {
			if err := t.PutCarrier(a.Account, again.Carrier); err != nil {
				return err
			}
		}
		p.Start(booking.Started{At: now, Attempt: a.ID, Session: a.Session})
		if err := t.PutPerson(a.Account, p); err != nil {
			return err
		}
		if err := t.putAttempt(nil, a); err != nil {
			return err
		}
		if err := t.PutLink(text.token, storage.Link{Account: a.Account, Session: a.Session}); err != nil {
			return err
		}
		if err := t.AddTrace(a.Account, s, v.Trail, f.Account.Settings.Retention.Std()); err != nil {
			return err
		}
		return t.putSession(f.Account, old, s)
	})
	if err != nil {
		e.sends.Delete(a.ID)
	}
	return a, err
}

// newToken makes a link token: 128 random bits, so that it can be neither guessed nor enumerated.
func newToken() string { return rand.Text() }

// fireWake looks again at the texts that waited for something that was mended. It goes on page by page; its
// due-key goes last, so that a crash loses nothing.
func (e *Engine) fireWake(ctx context.Context, d booking.Due) error {
	const page = 3 // sessions of the largest kind still fit into one transaction
	cursor := ""
	for {
		var next string
		err := e.update(ctx, func(t *txn) error {
			account, err := t.Account(d.Account)
			if err != nil {
				return err
			}
			waiting, n, err := t.SessionsByStatus(d.Account, booking.StatusWaiting, cursor, page)
			if err != nil {
				return err
			}
			next = n
			for _, s := range waiting {
				if s.DueKind != booking.KindFollowUp || s.FollowUp.WithheldBy == booking.CheckCarrier && s.FollowUp.Retries > 0 {
					continue // the carrier said when this text may be tried again; no setting changes that
				}
				old := s.Clone()
				s.Arm(booking.KindFollowUp, t.Now)
				if err := t.putSession(account, &old, s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if next == "" {
			return e.update(ctx, func(t *txn) error {
				return t.Disarm(booking.Due{Account: d.Account, At: idTime(d.Ref), Kind: d.Kind, Ref: d.Ref})
			})
		}
		cursor = next
	}
}

// wake arms a look at everything that waits in the account. The reference's own time stamp is the due time, so that the
// due-key can be found from the reference alone.
func (t *txn) wake(a booking.AccountID) error {
	return errors.Join(t.retryHalts(a), t.look(a))
}

// look is wake where nothing says that a halt was mended.
func (t *txn) look(a booking.AccountID) error {
	ref := newID(t.Now)
	return t.arm(booking.Due{Account: a, At: idTime(ref), Kind: booking.KindWake, Ref: ref})
}
