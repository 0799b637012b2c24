package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// CreateScheduler adds a booking form. An empty ID, name of the key, mode or delay get their defaults.
func (e *Engine) CreateScheduler(ctx context.Context, a booking.AccountID, v booking.Scheduler) (booking.Scheduler, error) {
	v = e.fillScheduler(v)
	return apply(ctx, e, a, func(t *txn) (booking.Scheduler, error) {
		made, err := t.createScheduler(a, v)
		if err == nil {
			err = t.rightScripts(a, made, nil)
		}
		return made, err
	})
}

// fillScheduler gives a new scheduler what it was not given. It happens outside the transaction, so that a run after an
// unknown commit knows its own scheduler by its key.
func (e *Engine) fillScheduler(v booking.Scheduler) booking.Scheduler {
	v.ID = cmp.Or(v.ID, booking.SchedulerID(newID(e.now())))
	v.PublishableKey = cmp.Or(v.PublishableKey, "pk_"+strings.ToLower(rand.Text()))
	v.FollowUp.Mode = cmp.Or(v.FollowUp.Mode, booking.PrefilledLink)
	v.FollowUp.Delay = cmp.Or(v.FollowUp.Delay, booking.DefaultDelay)
	return v
}

func (t *txn) createScheduler(a booking.AccountID, v booking.Scheduler) (booking.Scheduler, error) {
	v.CreatedAt = t.Now
	if err := booking.ValidateScheduler(&v); err != nil {
		return v, err
	}
	was, err := t.Scheduler(a, v.ID)
	if err != nil {
		return v, err
	}
	if was != nil && was.PublishableKey == v.PublishableKey {
		return *was, nil
	}
	if was != nil {
		return v, booking.Refuse(booking.Conflict, "scheduler_exists", "id", "there is a scheduler "+string(v.ID)+" already",
			"choose another id, or change it with PUT")
	}
	if err := t.ownNumber(a, v); err != nil {
		return v, err
	}
	if other, err := t.Credential(v.PublishableKey); err != nil || other != nil {
		if err == nil {
			err = booking.Refuse(booking.Conflict, "publishable_key_taken", "publishable_key", "this publishable key is in use",
				"leave it out and one is made")
		}
		return v, err
	}
	return v, t.putScheduler(a, v)
}

// EditScheduler changes a booking form by edit, which gets the present value and may run again. Its ID and key stay.
func (e *Engine) EditScheduler(ctx context.Context, a booking.AccountID, id booking.SchedulerID, edit func(*booking.Scheduler) error) (booking.Scheduler, error) {
	return apply(ctx, e, a, func(t *txn) (booking.Scheduler, error) {
		was, err := t.Scheduler(a, id)
		if err != nil {
			return booking.Scheduler{}, err
		}
		if was == nil {
			return booking.Scheduler{}, unknownScheduler(id)
		}
		v := was.Clone()
		if err := edit(&v); err != nil {
			return v, err
		}
		v.ID, v.PublishableKey, v.CreatedAt, v.UpdatedAt = was.ID, was.PublishableKey, was.CreatedAt, t.Now
		if err := booking.ValidateScheduler(&v); err != nil {
			return v, err
		}
		if err := t.ownNumber(a, v); err != nil {
			return v, err
		}
		if err := t.rightScripts(a, v, was); err != nil {
			return v, err
		}
		return v, t.putScheduler(a, v)
	})
}

// ownNumber refuses a scheduler whose chosen number is none of the account's.
func (t *txn) ownNumber(a booking.AccountID, v booking.Scheduler) error {
	if v.FollowUp.PhoneNumber == "" {
		return nil
	}
	n, err := t.Number(a, v.FollowUp.PhoneNumber)
	if err == nil && n == nil {
		err = booking.Refuse(booking.Invalid, "unknown_number", "follow_up.phone_number", "the account has no such number",
			"GET /v1/phone-numbers lists them; leave it empty for the default outbound number")
	}
	return err
}

func (t *txn) putScheduler(a booking.AccountID, v booking.Scheduler) error {
	c := storage.Credential{Account: a, Role: booking.RolePublishable, Scheduler: v.ID}
	if err := t.PutCredential(v.PublishableKey, c); err != nil {
		return err
	}
	if err := t.PutScheduler(a, v); err != nil {
		return err
	}
	return t.wake(a)
}

// DeleteScheduler removes a booking form. Its open sessions are dropped at their time, with the reason in their trace.
func (e *Engine) DeleteScheduler(ctx context.Context, a booking.AccountID, id booking.SchedulerID) error {
	deleted := false // by an earlier run of this transaction, whose commit ended unknown
	return e.update(ctx, func(t *txn) error {
		was, err := t.Scheduler(a, id)
		if err != nil || was == nil && deleted {
			return err
		}
		if was == nil {
			return unknownScheduler(id)
		}
		deleted = true
		if err := t.DeleteCredential(was.PublishableKey); err != nil {
			return err
		}
		return t.DeleteScheduler(a, id)
	})
}
