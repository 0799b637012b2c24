package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
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

// Alarms lists whatever keeps texts from going out: what was raised and stands, and what is missing now.
func Alarms(s *storage.Snapshot, a booking.AccountID) ([]storage.Alarm, error) {
	all, _, err := s.Alarms(a, "", 200)
	if err != nil {
		return nil, err
	}
	account, err := s.Account(a)
	if err != nil {
		return nil, err
	}
	reg, err := s.Registration(a)
	if err != nil {
		return nil, err
	}
	schedulers, _, err := s.Schedulers(a, "", 200)
	if err != nil {
		return nil, err
	}
	enabled := 0
	for _, sched := range schedulers {
		if !sched.FollowUp.Enabled {
			continue
		}
		enabled++
		n, err := outbound(s, a, &sched)
		if err != nil {
			return nil, err
		}
		if script := scriptOf(&sched); !slices.Contains(scripts.Names(), script) {
			all = append(all, alarm("script_missing", string(sched.ID),
				"Scheduler "+sched.Name+" wants the script "+script+", which is not there; the default text goes out instead.",
				"set follow_up.mode to prefilled_link and follow_up.template to one of: "+strings.Join(scripts.Names(), ", "), sched.CreatedAt))
		}
		if reg.MessagingService == "" && (n == nil || !n.SMSCapable) {
			all = append(all, alarm("phone_number_missing", string(sched.ID),
				"Scheduler "+sched.Name+" has no number that can send texts.",
				"set a default outbound number, or choose a number in the scheduler's follow_up.phone_number", sched.CreatedAt))
		}
	}
	if enabled == 0 {
		return all, nil
	}
	if !account.SMSFollowUpEnabled {
		all = append(all, alarm("account_disabled", "", "SMS follow-up is switched off for the account.",
			"have support or an administrator set sms_follow_up_enabled", account.CreatedAt))
	}
	if reg.Status != booking.RegistrationApproved {
		all = append(all, alarm("registration_missing", "", fmt.Sprintf("The texting registration is %s; texts wait for its approval.", reg.Status),
			"complete the registration for texting and wait for its approval", account.CreatedAt))
	}
	poisons, _, err := s.Poisons(a, "", 50)
	for _, p := range poisons {
		all = append(all, alarm("set_aside", p.Kind.String()+"/"+p.Ref, "Work that failed again and again was set aside: "+p.Error,
			"report the message; the rest goes on", p.At))
	}
	return all, err
}
