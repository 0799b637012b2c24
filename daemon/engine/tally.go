package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// lookDaily: how far ahead the next look at days to close is at most, so that nothing rests on one far due-key.
const lookDaily = 24 * time.Hour

// fireTally closes the earliest day that is not closed yet, if its time has come: its sessions are counted in one snapshot, and
// in one transaction the day's rows are written, the end of what is closed moves, and the next look is armed. After a long
// stop every day follows at once, each in its own transaction.
func (e *Engine) fireTally(ctx context.Context, d booking.Due) error {
	var was booking.Tallied
	var next closing
	err := e.store.View(ctx, func(s *storage.Snapshot) error {
		v, err := s.Tallied(d.Account)
		if err != nil || v == nil || v.Ref != d.Ref {
			return err
		}
		was = *v
		next, err = nextClosing(ctx, s, d.Account, was)
		return err
	})
	if err != nil {
		return err
	}
	if was.Ref == "" { // a due-key that another one took over from
		return errGone
	}
	if was.DueAt.After(e.now()) {
		e.motor.hint(booking.Due{Account: d.Account, At: was.DueAt, Kind: d.Kind, Ref: d.Ref})
		return nil
	}
	ref := newID(next.look)
	return e.update(ctx, func(t *txn) error {
		now, err := t.Tallied(d.Account)
		if err != nil || now == nil || now.Ref != was.Ref { // changed meanwhile, or this transaction's own earlier, unknown commit
			return err
		}
		if next.tally != nil {
			if err := t.PutTally(d.Account, next.day, next.tally); err != nil {
				return err
			}
		}
		return t.putTallied(d.Account, now, booking.Tallied{Day: next.day, Until: next.until, Ref: ref, DueAt: next.look})
	})
}

// closing is one step of closing days.
type closing struct {
	day   booking.Day // the last closed one after the step
	until time.Time   // its end
	tally *booking.Tally
	look  time.Time // when to look again
}

// nextClosing makes one step: over days in which nobody came, to the end of one day that has sessions and whose time has come.
func nextClosing(ctx context.Context, s *storage.Snapshot, a booking.AccountID, was booking.Tallied) (c closing, err error) {
	c = closing{day: was.Day, until: was.Until}
	account, err := s.Account(a)
	if err != nil {
		return c, err
	}
	loc, err := booking.LoadZone(account.Timezone)
	if err != nil {
		return c, fmt.Errorf("close the days of account %s: %w", a, err)
	}
	first, err := s.FirstSession(a, was.Until)
	if err != nil {
		return c, err
	}
	if first.IsZero() { // days to come are begun by whoever comes first
		c.look = s.Now.Add(lookDaily)
		return c, nil
	}
	day := was.DayOf(first, loc)
	end := day.Add(1).Start(loc)
	if at := booking.CloseAt(end, account.Settings.Retention.Std()); at.After(s.Now) {
		c.look = earlier(at, s.Now.Add(lookDaily))
		return c, nil
	}
	c.day, c.until, c.look = day, end.UTC(), s.Now
	c.tally, err = s.TallyBetween(ctx, a, was.Until, end, loc)
	return c, err
}

// putTallied writes how far days are closed and tells the motor of the next look.
func (t *txn) putTallied(a booking.AccountID, old *booking.Tallied, v booking.Tallied) error {
	t.hints = append(t.hints, booking.Due{Account: a, At: v.DueAt, Kind: booking.KindTally, Ref: v.Ref})
	return t.PutTallied(a, old, v)
}

// lookAtDays arms a look at the account's days right now: the first one, or since a rule changed by which they close.
func (t *txn) lookAtDays(a booking.AccountID, ref string) error {
	old, err := t.Tallied(a)
	if err != nil {
		return err
	}
	v := booking.Tallied{}
	if old != nil {
		v = *old
	}
	v.Ref, v.DueAt = ref, t.Now
	return t.putTallied(a, old, v)
}

// watchDays sees to it that every account has its look at days to close: an older version armed none, and one that failed
// again and again was set aside.
func (e *Engine) watchDays(ctx context.Context) error {
	var blind []booking.AccountID
	err := e.store.View(ctx, func(s *storage.Snapshot) error {
		all, err := s.Accounts()
		if err != nil {
			return err
		}
		for _, a := range all {
			v, err := s.Tallied(a)
			if err != nil {
				return err
			}
			armed := false
			if v != nil {
				if armed, err = s.Armed(booking.Due{Account: a, At: v.DueAt, Kind: booking.KindTally, Ref: v.Ref}); err != nil {
					return err
				}
			}
			if !armed {
				blind = append(blind, a)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, a := range blind {
		ref := newID(e.now())
		if err := e.update(ctx, func(t *txn) error { return t.lookAtDays(a, ref) }); err != nil {
			return err
		}
	}
	return nil
}
