package engine

import (
	"cmp"
	"context"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Tracked is what became of a session event.
type Tracked struct {
	Session  booking.SessionID `json:"session"`
	Warnings []booking.Warning `json:"warnings,omitempty"`
}

// Track folds one event of a page into its session and arms what follows from it. The answer is given when it is on disk.
func (e *Engine) Track(ctx context.Context, a booking.AccountID, ev booking.Event) (Tracked, error) {
	warnings, err := booking.ValidateEvent(e.now(), &ev)
	if err != nil {
		return Tracked{}, err
	}
	fresh := booking.SessionID(newID(e.now()))
	out, err := apply(ctx, e, a, func(t *txn) (Tracked, error) {
		account, err := t.Account(a)
		if err != nil {
			return Tracked{}, err
		}
		sched, err := t.Scheduler(a, ev.Scheduler)
		if err != nil {
			return Tracked{}, err
		}
		if sched == nil {
			return Tracked{}, unknownScheduler(ev.Scheduler)
		}
		s, old, err := t.sessionFor(a, ev, fresh)
		if err != nil {
			return Tracked{}, err
		}
		s.Apply(ev, account.Settings.AbandonAfter.Std(), sched.FollowUp.Delay.Std())
		if s.Done() && (old == nil || !old.Done()) {
			if err := t.completed(account, ev, old, &s); err != nil {
				return Tracked{}, err
			}
		}
		if err := t.consented(a, old, s); err != nil {
			return Tracked{}, err
		}
		return Tracked{Session: s.ID, Warnings: warnings}, t.putSession(account, old, s)
	})
	if err == nil {
		e.stats.events.Add(1)
	}
	return out, err
}

// sessionFor loads the session of a page, or begins one under the fresh ID.
func (t *txn) sessionFor(a booking.AccountID, ev booking.Event, fresh booking.SessionID) (s booking.Session, old *booking.Session, err error) {
	id, err := t.SessionOf(a, ev.Scheduler, ev.ClientID)
	if err != nil {
		return s, nil, err
	}
	if id == "" {
		return booking.Session{ID: fresh, Scheduler: ev.Scheduler, ClientID: ev.ClientID}, nil, nil
	}
	was, err := t.Session(a, id)
	if storage.IsNotFound(err) { // the session's content has expired while its page was still open
		return booking.Session{ID: fresh, Scheduler: ev.Scheduler, ClientID: ev.ClientID}, nil, nil
	}
	if err != nil {
		return s, nil, err
	}
	return was.Clone(), &was, nil
}

// completed records the booking that a page reported, so that other sessions of the person are left alone, and says in
// the trace why no text will go out.
func (t *txn) completed(account booking.Account, ev booking.Event, old, s *booking.Session) error {
	b := t.bookingOf(*s, pageSource(*s))
	b.At = s.CompletedAt
	if ev.Page {
		b.SaidByPage(*s, t.known(*s), ev.Doubted)
	}
	if err := t.recordOnce(account, s, b); err != nil {
		return err
	}
	return t.sayCompleted(account, old, *s)
}

// sayCompleted says in the trace of a session that was known before why no text will go out.
func (t *txn) sayCompleted(account booking.Account, old *booking.Session, s booking.Session) error {
	if old == nil || old.Done() || s.FollowUp.WithheldBy != booking.CheckCompleted {
		return nil
	}
	return t.AddTrace(account.ID, s, []booking.Finding{{
		At: t.Now, Check: booking.CheckCompleted, Result: booking.Stop,
		Fact:    "finished " + s.CompletedAt.UTC().Format("2006-01-02 15:04 MST"),
		Message: "The customer finished the booking on the page, so no text is needed.",
	}}, account.Settings.Retention.Std())
}

// known is how long we have known a session by our own clock, whatever its page says of the time.
func (t *txn) known(s booking.Session) time.Duration { return t.Now.Sub(idTime(string(s.ID))) }

// pageSource is where a booking made on the page comes from: the text that went out, or the page alone.
func pageSource(s booking.Session) booking.BookingSource {
	if s.FollowUp.SentAt.IsZero() {
		return booking.SourcePage
	}
	return booking.SourceLink
}

// bookingOf makes the booking record of a session. Its ID is the session's: one session books once.
func (t *txn) bookingOf(s booking.Session, source booking.BookingSource) booking.Booking {
	return booking.Booking{
		ID: string(s.ID), Source: source, Session: s.ID, Scheduler: s.Scheduler, Phone: s.Phone, Email: s.Email,
		Address: booking.NormalAddress(s.Customer.Address), Service: s.Service, ValueCents: s.ValueCents,
		Status: booking.BookingBooked, Customer: s.Customer, CreatedAt: t.Now,
	}
}

func unknownScheduler(id booking.SchedulerID) error {
	return booking.Refuse(booking.NotFound, "unknown_scheduler", "scheduler", "there is no scheduler "+string(id),
		"GET /v1/schedulers lists them")
}

func unknownSession(id booking.SessionID) error {
	return booking.Refuse(booking.NotFound, "unknown_session", "session", "there is no session "+string(id),
		"use the session id of the answer to POST /v1/session-events, not the page's own")
}

// session loads a session for change.
func (t *txn) session(a booking.AccountID, id booking.SessionID) (s booking.Session, old *booking.Session, err error) {
	was, err := t.Session(a, id)
	if storage.IsNotFound(err) {
		return s, nil, unknownSession(id)
	}
	if err != nil {
		return s, nil, err
	}
	return was.Clone(), &was, nil
}

// Handled is what staff say when they took a session by phone.
type Handled struct {
	By     string
	Note   string
	Booked bool
}

// Handle records that staff took the session by phone; no text goes out after it, but one that is out stays out.
func (e *Engine) Handle(ctx context.Context, a booking.AccountID, id booking.SessionID, h Handled) (booking.Session, error) {
	return apply(ctx, e, a, func(t *txn) (booking.Session, error) {
		account, err := t.Account(a)
		if err != nil {
			return booking.Session{}, err
		}
		s, old, err := t.session(a, id)
		if err != nil {
			return s, err
		}
		if s.FollowUp.State == booking.FollowUpUnknown { // a person has looked
			if err := t.endAlarm(a, alarmUnknownSend, string(s.ID)); err != nil {
				return s, err
			}
		}
		s.HandledNote = cmp.Or(h.Note, s.HandledNote)
		s.HandledBooked = s.HandledBooked || h.Booked
		if old.HandledAt.IsZero() {
			s.Handle(t.Now, h.By, s.HandledNote)
			err := t.AddTrace(a, s, []booking.Finding{{
				At: t.Now, Check: booking.CheckHandled, Result: booking.Stop, Fact: "handled by " + h.By,
				Message: "Staff took this customer by phone.",
			}}, account.Settings.Retention.Std())
			if err != nil {
				return s, err
			}
		}
		if h.Booked {
			b := t.bookingOf(s, booking.SourcePhone)
			b.At, b.By = t.Now, h.By
			if err := t.recordOnce(account, &s, b); err != nil {
				return s, err
			}
		}
		return s, t.putSession(account, old, s)
	})
}

// Resend is a person's decision to send once more after a send whose outcome nobody knows, or that the carrier refused.
// Every check is made again.
func (e *Engine) Resend(ctx context.Context, a booking.AccountID, id booking.SessionID) (booking.Session, error) {
	if err := e.askAgain(ctx, a, id); err != nil {
		return booking.Session{}, err
	}
	return apply(ctx, e, a, func(t *txn) (booking.Session, error) {
		account, err := t.Account(a)
		if err != nil {
			return booking.Session{}, err
		}
		s, old, err := t.session(a, id)
		if err != nil {
			return s, err
		}
		f := s.FollowUp
		if f.State == booking.FollowUpDue && f.Resend {
			return s, nil
		}
		failed := f.State == booking.FollowUpWithheld && (f.WithheldBy == booking.CheckCarrier || f.WithheldBy == booking.CheckScriptError)
		if f.State != booking.FollowUpUnknown && !failed {
			return s, booking.Refuse(booking.Conflict, "nothing_to_resend", "",
				"only a text whose sending is unknown or failed can be sent again; this one is "+string(f.State), "")
		}
		if err := t.DeletePoison(a, storage.Poison{Kind: booking.KindFollowUp, Ref: string(s.ID)}); err != nil {
			return s, err
		}
		if err := t.DeleteAlarm(a, alarmUnknownSend, string(s.ID)); err != nil {
			return s, err
		}
		s.SendAgain(t.Now)
		return s, t.putSession(account, old, s)
	})
}

// askAgain asks the carrier once more about an unknown send, before a person's resend: its list may have been late. Found, it
// is settled, and the resend is refused.
func (e *Engine) askAgain(ctx context.Context, a booking.AccountID, id booking.SessionID) error {
	var last *booking.Attempt
	err := e.store.View(ctx, func(s *storage.Snapshot) error {
		sess, err := s.Session(a, id)
		if storage.IsNotFound(err) {
			return unknownSession(id)
		}
		if err != nil || sess.FollowUp.State != booking.FollowUpUnknown || sess.FollowUp.Attempt == "" {
			return err
		}
		last, err = s.Attempt(a, sess.FollowUp.Attempt)
		return err
	})
	if err != nil || last == nil || last.State != booking.AttemptUnknown {
		return err
	}
	call, cancel := context.WithTimeout(ctx, e.o.SendTimeout)
	defer cancel()
	found, err := e.o.Carrier.Find(call, textOf(*last), last.ClaimedAt.Add(-time.Minute))
	if err != nil {
		return booking.Refuse(booking.Unavailable, "carrier_silent", "", "the carrier cannot be asked now whether it has the text",
			"try again in a minute; sending without asking could be a second text")
	}
	if found == nil {
		return nil
	}
	return e.found(ctx, *last, *found)
}
