package engine

import (
	"context"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
)

// EditAccount changes the account by edit, which gets the present value and may run again. What waited is looked at again
// afterwards, since a setting may have kept it.
func (e *Engine) EditAccount(ctx context.Context, a booking.AccountID, edit func(*booking.Account) error) (booking.Account, error) {
	look := newID(e.now())
	return apply(ctx, e, a, func(t *txn) (booking.Account, error) {
		v, err := t.Account(a)
		if err != nil {
			return v, err
		}
		id, created, zone, retention := v.ID, v.CreatedAt, v.Timezone, v.Settings.Retention
		if err := edit(&v); err != nil {
			return v, err
		}
		v.ID, v.CreatedAt, v.UpdatedAt = id, created, t.Now
		if err := booking.ValidateAccount(&v, e.o.Simulator); err != nil {
			return v, err
		}
		if err := t.PutAccount(v); err != nil {
			return v, err
		}
		if v.Timezone != zone || v.Settings.Retention != retention { // days begin and close at other times now
			if err := t.lookAtDays(a, look); err != nil {
				return v, err
			}
		}
		return v, t.wake(a)
	})
}

// SetRegistration records where the texting registration stands. Approval wakes the texts that waited for it.
func (e *Engine) SetRegistration(ctx context.Context, a booking.AccountID, r booking.Registration) (booking.Registration, error) {
	return apply(ctx, e, a, func(t *txn) (booking.Registration, error) {
		f, err := t.Filing(a)
		if err != nil {
			return r, err
		}
		if f.Ref != "" || f.Draft.LegalName != "" { // the long row says the same
			f.Status = r.Status
			if err := t.PutFiling(a, f); err != nil {
				return r, err
			}
		}
		r.UpdatedAt = t.Now
		if err := t.putRegistration(a, r); err != nil {
			return r, err
		}
		return r, t.wake(a)
	})
}

// EditNumber changes one of the account's numbers by edit, which gets the present value and may run again; id is its ID or
// the number itself. There is one default outbound number, chosen when the registration is approved: a new one takes the
// mark from the old.
func (e *Engine) EditNumber(ctx context.Context, a booking.AccountID, id string, edit func(*booking.PhoneNumber) error) (booking.PhoneNumber, error) {
	return apply(ctx, e, a, func(t *txn) (booking.PhoneNumber, error) {
		all, err := t.Numbers(a)
		if err != nil {
			return booking.PhoneNumber{}, err
		}
		i := slices.IndexFunc(all, func(n booking.PhoneNumber) bool { return n.ID == id || string(n.Number) == id })
		if i < 0 {
			return booking.PhoneNumber{}, booking.Refuse(booking.NotFound, "unknown_number", "id", "the account has no such number",
				"GET /v1/phone-numbers lists them")
		}
		v := all[i]
		if err := edit(&v); err != nil {
			return v, err
		}
		if v.ID != all[i].ID || v.Number != all[i].Number {
			return v, booking.Refuse(booking.Invalid, "read_only", "number", "a number's id and number cannot be changed", "leave them out")
		}
		if v.DefaultOutbound && !all[i].DefaultOutbound && (!v.SMSCapable || v.Gone) {
			return v, booking.Refuse(booking.Conflict, "number_cannot_text", "default_outbound", "this number cannot send texts", "choose one with sms_capable")
		}
		if v.DefaultOutbound && !all[i].DefaultOutbound {
			reg, err := t.Registration(a)
			if err != nil {
				return v, err
			}
			if reg.Status != booking.RegistrationApproved {
				return v, booking.Refuse(booking.Conflict, "registration_required", "default_outbound",
					"a default outbound number can be set when the texting registration is approved; it is "+string(reg.Status),
					"complete the registration first")
			}
		}
		return t.putNumber(a, v)
	})
}

func (t *txn) putNumber(a booking.AccountID, n booking.PhoneNumber) (booking.PhoneNumber, error) {
	if n.ID == "" {
		n.ID = string(n.Number)
	}
	if err := t.PutNumber(a, n); err != nil {
		return n, err
	}
	return n, t.wake(a)
}

// PutFacts replaces what agents may state.
func (e *Engine) PutFacts(ctx context.Context, a booking.AccountID, f []booking.Fact) ([]booking.Fact, error) {
	return apply(ctx, e, a, func(t *txn) ([]booking.Fact, error) { return f, t.PutFacts(a, f) })
}

// EditFacts changes what agents may state by edit, which gets the present ones and may run again: it must leave its own result as it is.
func (e *Engine) EditFacts(ctx context.Context, a booking.AccountID, edit func([]booking.Fact) ([]booking.Fact, error)) ([]booking.Fact, error) {
	return apply(ctx, e, a, func(t *txn) ([]booking.Fact, error) {
		was, err := t.Facts(a)
		if err != nil {
			return nil, err
		}
		is, err := edit(slices.Clone(was))
		if err != nil {
			return nil, err
		}
		return is, t.PutFacts(a, is)
	})
}
