package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Stepper does the work of an account that is due, one by one in order of time, in place of the motor: for a rehearsal, whose
// clock somebody else moves.
type Stepper struct {
	e       *Engine
	account booking.AccountID
}

// Steps counts a new epoch, as Start does, without a motor, and takes up what an earlier process left.
func (e *Engine) Steps(ctx context.Context, a booking.AccountID) (*Stepper, error) {
	err := e.store.Update(ctx, func(tx *storage.Tx) (err error) {
		e.epoch, err = tx.NextEpoch()
		return err
	})
	if err != nil {
		return nil, err
	}
	s := &Stepper{e, a}
	var left []storage.InFlight
	err = e.store.View(ctx, func(v *storage.Snapshot) (err error) {
		left, _, err = v.InFlights(nil, scanPage)
		return err
	})
	for _, f := range left {
		if err == nil && f.Account == a {
			err = e.fireSettle(ctx, booking.Due{Account: a, Kind: booking.KindSettle, Ref: string(f.Attempt)})
		}
	}
	return s, err
}

// Next gives the first entry that is due; ok is false when nothing will ever happen by itself.
func (s *Stepper) Next(ctx context.Context) (d booking.Due, ok bool, err error) {
	shard := storage.Shard(s.account)
	err = s.e.store.View(ctx, func(v *storage.Snapshot) error {
		page, _, _, err := v.DueBefore(shard, storage.DueFrom(shard, time.Time{}), s.e.now().AddDate(50, 0, 0), 1)
		if len(page) > 0 {
			d, ok = page[0], true
		}
		return err
	})
	return d, ok, err
}

// Fire does an entry's work. An entry whose work fails, or is about nothing any more, is taken off the index, so that the steps go on.
func (s *Stepper) Fire(ctx context.Context, d booking.Due) error {
	err := s.e.motor.fire(ctx, d)
	again, ok, e := s.Next(ctx)
	if e != nil {
		return e
	}
	if err == nil && ok && again == d {
		err = errors.New("it did not move")
	}
	if err == nil {
		return nil
	}
	drop := s.e.motor.remove(ctx, d, func(*txn) error { return nil })
	if errors.Is(err, errGone) {
		return drop
	}
	return errors.Join(fmt.Errorf("%s for %s: %w", d.Kind, d.Ref, err), drop)
}
