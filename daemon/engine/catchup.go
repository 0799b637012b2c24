package engine

import (
	"context"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Inbox is a carrier that can be asked for customers' texts: those that came in while nobody answered its webhooks.
type Inbox interface {
	// Received lists the texts to one of our numbers at since or later, oldest first. It may be late by some seconds.
	Received(ctx context.Context, to booking.Phone, since time.Time) ([]booking.Inbound, error)
}

const (
	catchUpSlack = 10 * time.Minute // the store was alive at least so much before its last probe
	catchUpSpan  = 48 * time.Hour   // older texts are not looked for: their threads have ended
	catchUpAgain = 2 * time.Minute  // the carrier lists late: a second look
	catchUpRetry = time.Minute      // the carrier could not be asked
)

// miss notes at the start that texts may have come in since the store was last alive, so that the carrier is asked for them, and
// lets one text try each halt again: a restart is how an operator mends most of them.
func (e *Engine) miss(ctx context.Context) error {
	_, asks := e.o.Carrier.(Inbox)
	_, sentbox := e.o.Carrier.(Sentbox)
	var alive time.Time
	var accounts []booking.AccountID
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if alive, err = s.AliveAt(); err != nil {
			return err
		}
		accounts, err = s.Accounts()
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range accounts {
		ref := newID(e.now())
		err := e.store.Update(ctx, func(tx *storage.Tx) error {
			t := &txn{Tx: tx, sentbox: sentbox}
			if err := errors.Join(t.retryHalts(a), t.keepLookout(a)); err != nil {
				return err
			}
			old, err := t.Missed(a)
			if err != nil {
				return err
			}
			if !asks {
				return t.DeleteMissed(a)
			}
			if old == nil && alive.IsZero() {
				return nil // the first start
			}
			m := storage.Missed{Since: alive.Add(-catchUpSlack), DueAt: t.Now, Ref: ref}
			if old != nil && (alive.IsZero() || old.Since.Before(m.Since)) {
				m.Since = old.Since
			}
			if first := t.Now.Add(-catchUpSpan); m.Since.Before(first) {
				m.Since = first
			}
			return t.PutMissed(a, m)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fireCatchUp fetches the texts that were missed. A text that a webhook brought too changes nothing.
func (e *Engine) fireCatchUp(ctx context.Context, d booking.Due) error {
	inbox, asks := e.o.Carrier.(Inbox)
	var m *storage.Missed
	var numbers []booking.PhoneNumber
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if m, err = s.Missed(d.Account); err != nil {
			return err
		}
		numbers, err = s.Numbers(d.Account)
		return err
	})
	if err != nil {
		return err
	}
	if m == nil || m.Ref != d.Ref || !asks {
		return errGone
	}
	if m.DueAt.After(e.now()) {
		e.motor.hint(booking.Due{Account: d.Account, At: m.DueAt, Kind: d.Kind, Ref: d.Ref})
		return nil
	}
	next := storage.Missed{Since: e.now().Add(-catchUpSlack), DueAt: e.now().Add(catchUpAgain), Ref: m.Ref, Last: true}
	for _, n := range numbers {
		texts, err := e.received(ctx, inbox, n.Number, m.Since)
		if err != nil {
			e.log.Warn("the carrier cannot be asked for texts that came in meanwhile; it is asked again", "number", n.Number, "err", err)
			next, m.Last = *m, false
			next.DueAt = e.now().Add(catchUpRetry)
			break
		}
		for _, in := range texts {
			if err := e.Receive(ctx, d.Account, in); err != nil {
				return err
			}
		}
	}
	return e.update(ctx, func(t *txn) error {
		now, err := t.Missed(d.Account)
		if err != nil || now == nil || now.Ref != d.Ref {
			return err
		}
		if m.Last {
			return t.DeleteMissed(d.Account)
		}
		t.hints = append(t.hints, booking.Due{Account: d.Account, At: next.DueAt, Kind: d.Kind, Ref: d.Ref})
		return t.PutMissed(d.Account, next)
	})
}

func (e *Engine) received(ctx context.Context, inbox Inbox, to booking.Phone, since time.Time) ([]booking.Inbound, error) {
	ctx, cancel := context.WithTimeout(ctx, 4*e.o.SendTimeout) // it may be many pages
	defer cancel()
	return inbox.Received(ctx, to, since)
}
