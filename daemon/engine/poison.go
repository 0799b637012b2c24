package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// after decides what becomes of an entry that failed: a store that does not answer is nobody's fault and is tried again;
// anything else is tried a few times and then set aside, where it can be seen and cannot hold up the rest.
func (m *motor) after(ctx context.Context, k key, d booking.Due, err error) {
	m.mu.Lock()
	if err == nil || errors.Is(err, errGone) {
		delete(m.failures, k)
		m.mu.Unlock()
		if err != nil {
			if err := m.remove(ctx, d, func(*txn) error { return nil }); err != nil {
				m.e.log.Warn("a due-key without its session could not be removed", "ref", d.Ref, "err", err)
			}
		}
		return
	}
	if m.closed {
		m.mu.Unlock()
		return
	}
	again := retryAfter
	if !storeTrouble(err) {
		m.failures[k]++
		if m.failures[k] >= maxFailures {
			delete(m.failures, k)
			m.mu.Unlock()
			m.e.log.Error("due work failed again and again and was set aside", "kind", d.Kind, "ref", d.Ref, "err", err)
			m.setAside(ctx, d, err)
			return
		}
		again = retryAfter << (2 * (m.failures[k] - 1)) // 1, 4, 16, 64 … seconds: an outage of some minutes is borne
	}
	m.schedule(k, m.e.now().Add(again))
	loud := !storeTrouble(err) || m.e.now().Sub(m.troubled) > troubleEvery // one line for all when the store is in trouble
	if loud {
		m.troubled = m.e.now()
	}
	m.mu.Unlock()
	if !loud {
		return
	}
	m.e.log.Warn("due work failed and is tried again", "kind", d.Kind, "ref", d.Ref, "err", err)
}

// errGone says that what a due-key is about is no longer there: its time was over, or it was erased.
var errGone = errors.New("it is no longer there")

func storeTrouble(err error) bool {
	return errors.Is(err, storage.ErrDown) || errors.Is(err, storage.ErrDiskFull) || errors.Is(err, storage.ErrConflict) ||
		errors.Is(err, storage.ErrClosed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// find gives the due-keys of an entry, whatever their time is. It walks the shard: for what is rare only.
func (m *motor) find(ctx context.Context, d booking.Due) (found []booking.Due, err error) {
	shard := storage.Shard(d.Account)
	ever := m.e.now().AddDate(100, 0, 0)
	for cursor := storage.DueFrom(shard, time.Time{}); cursor != nil && err == nil; {
		err = m.e.store.View(ctx, func(s *storage.Snapshot) error {
			page, _, next, err := s.DueBefore(shard, cursor, ever, scanPage)
			for _, v := range page {
				if v.Account == d.Account && v.Kind == d.Kind && v.Ref == d.Ref {
					found = append(found, v)
				}
			}
			cursor = next
			return err
		})
	}
	return found, err
}

// setAside moves an entry off the due index onto the list of poison, and says on the session that no text went out.
func (m *motor) setAside(ctx context.Context, d booking.Due, cause error) {
	err := m.remove(ctx, d, func(t *txn) error {
		return errors.Join(
			m.e.giveUp(t, d, cause),
			t.PutPoison(d.Account, storage.Poison{Kind: d.Kind, Ref: d.Ref, Error: cause.Error(), At: t.Now}))
	})
	if err != nil && !storeTrouble(err) { // what it is about cannot even be read
		err = m.remove(ctx, d, func(t *txn) error {
			return t.PutPoison(d.Account, storage.Poison{Kind: d.Kind, Ref: d.Ref, Error: cause.Error(), At: t.Now})
		})
	}
	if err != nil {
		m.e.log.Error("setting aside failed; it is tried again later", "kind", d.Kind, "ref", d.Ref, "err", err)
		m.arm(d, m.e.now().Add(retryAfter<<(2*(maxFailures-1))))
		return
	}
	m.e.stats.poisoned.Add(1)
}

// remove takes an entry's due-keys away, together with what else is to be written.
func (m *motor) remove(ctx context.Context, d booking.Due, also func(*txn) error) error {
	found, err := m.find(ctx, d)
	if err != nil {
		return err
	}
	return m.e.update(ctx, func(t *txn) error {
		for _, v := range found {
			if err := t.Disarm(v); err != nil {
				return err
			}
		}
		return also(t)
	})
}

// giveUp says on the session what became of work that was set aside, so that nothing is lost silently: a follow-up is
// withheld and can be sent by a person, a send nobody could ask about is unknown, a delivery has failed.
func (e *Engine) giveUp(t *txn, d booking.Due, cause error) error {
	id := booking.SessionID(d.Ref)
	switch d.Kind {
	case booking.KindLapse, booking.KindFollowUp:
	case booking.KindSettle, booking.KindReply:
		a, err := t.Attempt(d.Account, booking.AttemptID(d.Ref))
		if err != nil || a == nil || !a.InFlight() {
			return err
		}
		old := *a
		a.State, a.SettledAt, a.DueAt = booking.AttemptUnknown, t.Now, time.Time{}
		if err := t.putAttempt(&old, *a); err != nil {
			return err
		}
		id = a.Session
	case booking.KindDeliver:
		v, err := t.Delivery(d.Account, d.Ref)
		if err != nil || v == nil || v.State != booking.DeliveryPending {
			return err
		}
		old := *v
		v.GiveUp(t.Now)
		return t.putDelivery(d.Account, &old, *v)
	case booking.KindAnnounce: // the list of what was set aside says it
		return t.DeleteAnnouncement(d.Account, d.Ref)
	case booking.KindAsk: // its session goes on without the answer
		turn, err := t.Turn(d.Account, d.Ref)
		if err != nil || turn == nil || turn.Pending == nil {
			return err
		}
		return t.answer(d.Account, *turn, nil, "failed")
	case booking.KindErase:
		return t.erasureStuck(d, cause)
	default:
		return nil
	}
	account, err := t.Account(d.Account)
	if err != nil {
		return err
	}
	s, was, err := t.session(d.Account, id)
	if errors.Is(err, &booking.Error{Code: "unknown_session"}) {
		return nil
	}
	if err != nil {
		return err
	}
	if d.Kind == booking.KindSettle || d.Kind == booking.KindReply {
		s.Unknown()
		err = t.holdUnknown(account, s, cause.Error(), "What became of the text could not be found out.")
	} else {
		s.Withhold(booking.CheckScriptError)
		err = t.AddTrace(d.Account, s, []booking.Finding{{
			At: t.Now, Check: booking.CheckScriptError, Result: booking.Stop, Fact: cause.Error(),
			Message: "No text: making it failed again and again.", Fix: "Mend the cause, then send it with POST /v1/sessions/{id}/resend.",
		}}, account.Settings.Retention.Std())
	}
	if err != nil {
		return err
	}
	return t.putSession(account, was, s)
}

// setAsideKey removes an entry of the due index that cannot be read.
func (m *motor) setAsideKey(ctx context.Context, k []byte) {
	m.e.log.Error("unreadable due-key removed", "key", fmt.Sprintf("%q", k))
	if err := m.e.store.Update(ctx, func(tx *storage.Tx) error { return tx.DropDue(k) }); err != nil {
		m.e.log.Error("removing an unreadable due-key failed", "err", err)
	}
	m.e.stats.poisoned.Add(1)
}
