package engine

import (
	"cmp"
	"context"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
)

// SyncNumbers takes over the numbers that the carrier has for us. One that it does not list any more stays, marked as gone.
func (e *Engine) SyncNumbers(ctx context.Context, a booking.AccountID) ([]booking.PhoneNumber, error) {
	if e.o.Registrar == nil {
		return nil, errNoRegistrar
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	found, err := e.o.Registrar.Numbers(call)
	if err != nil {
		return nil, e.told("", err)
	}
	if err := e.keepNumbers(ctx, a, found); err != nil {
		return nil, err
	}
	return apply(ctx, e, a, func(t *txn) ([]booking.PhoneNumber, error) {
		all, err := t.Numbers(a)
		if err != nil {
			return nil, err
		}
		f, err := t.Filing(a)
		if err != nil {
			return nil, err
		}
		if c, more := f.Next(a, all); more && c.Step == booking.StepNumberAssign && f.Begun == nil { // the new ones belong into the messaging service
			f.DueAt = t.Now
			if err := t.putFiling(a, f); err != nil {
				return nil, err
			}
		}
		return all, nil
	})
}

// numbersAtOnce bounds a transaction: each number is up to three writes.
const numbersAtOnce = 20

// keepNumbers writes the carrier's numbers, in pieces.
func (e *Engine) keepNumbers(ctx context.Context, a booking.AccountID, found []booking.CarrierNumber) error {
	for some := range slices.Chunk(found, numbersAtOnce) {
		if err := e.update(ctx, func(t *txn) error { return t.syncNumbers(a, some) }); err != nil {
			return err
		}
	}
	return e.update(ctx, func(t *txn) error { return t.missNumbers(a, found) })
}

// missNumbers marks the numbers as gone that the carrier had and does not list any more.
func (t *txn) missNumbers(a booking.AccountID, found []booking.CarrierNumber) error {
	known, err := t.Numbers(a)
	if err != nil {
		return err
	}
	for _, n := range known {
		listed := slices.ContainsFunc(found, func(v booking.CarrierNumber) bool { return v.Number == n.Number })
		if n.CarrierSID == "" || listed || n.Gone {
			continue
		}
		n.Gone = true
		if err := t.PutNumber(a, n); err != nil {
			return err
		}
	}
	return nil
}

// syncNumbers lays what the carrier says over what is known.
func (t *txn) syncNumbers(a booking.AccountID, found []booking.CarrierNumber) error {
	known, err := t.Numbers(a)
	if err != nil {
		return err
	}
	changed := false
	for _, v := range found {
		n := booking.PhoneNumber{ID: v.SID, Number: v.Number}
		if i := slices.IndexFunc(known, func(k booking.PhoneNumber) bool { return k.Number == v.Number }); i >= 0 {
			n = known[i]
		}
		was := n
		n.Label = cmp.Or(n.Label, v.Label)
		n.CarrierSID, n.SMSCapable, n.Service, n.TollFree, n.Gone = v.SID, v.SMS, v.Service, v.TollFree, false
		if n != was {
			changed = true
			if err := t.PutNumber(a, n); err != nil {
				return err
			}
		}
	}
	if !changed {
		return nil
	}
	return t.wake(a)
}
