package engine

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Registrar is the party that registers businesses for texting: Twilio, or the simulator.
type Registrar interface {
	// File makes one call. A *booking.CarrierError is an answer; any other error leaves open whether it was carried out.
	File(ctx context.Context, c booking.Call) (booking.Filed, error)
	// FindFiled asks whether a call whose answer was lost was carried out, and gives the carrier's name of what it made. For a call
	// that changes something it tells whether the change is there.
	FindFiled(ctx context.Context, c booking.Call) (sid string, there bool, err error)
	// Standing tells what is behind a messaging service.
	Standing(ctx context.Context, service string) (booking.Standing, error)
	// Services lists the messaging services with what is behind them.
	Services(ctx context.Context) ([]booking.Standing, error)
	// Numbers lists the numbers the carrier has for us.
	Numbers(ctx context.Context) ([]booking.CarrierNumber, error)
	// Confirm has the confirmation text to a sole proprietor sent again.
	Confirm(ctx context.Context, brand string) error
}

// callTimeout bounds one call of a registration. They are slower than texts, and nobody waits for them.
const callTimeout = 60 * time.Second

var errNoRegistrar = booking.Refuse(booking.Unavailable, "no_registrar", "", "this daemon has no carrier that registers businesses", "set carrier.driver")

// putFiling writes a registration with the row that texts look at, tells the motor, and wakes what waited for an approval.
func (t *txn) putFiling(a booking.AccountID, f booking.Filing) error {
	if !f.DueAt.IsZero() {
		if f.Ref == "" {
			f.Ref = newID(t.Now)
		}
		if f.DueAt.Before(t.Now) {
			f.DueAt = t.Now
		}
	}
	was, err := t.Registration(a)
	if err != nil {
		return err
	}
	r := booking.Registration{Status: f.Status, MessagingService: was.MessagingService, UpdatedAt: was.UpdatedAt}
	if f.Status == booking.RegistrationApproved && f.Objects[booking.StepService] != "" {
		r.MessagingService = f.Objects[booking.StepService]
	}
	if r != was || was.UpdatedAt.IsZero() {
		r.UpdatedAt = t.Now
		if err := t.putRegistration(a, r); err != nil {
			return err
		}
	}
	if err := t.PutFiling(a, f); err != nil {
		return err
	}
	if d, ok := registerDue(a, f); ok {
		t.hints = append(t.hints, d)
	}
	if r.Status != was.Status && r.Status == booking.RegistrationApproved {
		return t.wake(a)
	}
	return nil
}

func registerDue(a booking.AccountID, f booking.Filing) (booking.Due, bool) {
	return booking.Due{Account: a, At: f.DueAt, Kind: booking.KindRegister, Ref: f.Ref}, !f.DueAt.IsZero()
}

// EditFiling changes the draft by edit, which gets the present value and may run again. What was submitted is locked.
func (e *Engine) EditFiling(ctx context.Context, a booking.AccountID, edit func(*booking.Business) error) (booking.Filing, error) {
	return apply(ctx, e, a, func(t *txn) (booking.Filing, error) {
		f, err := t.Filing(a)
		if err != nil {
			return f, err
		}
		if !f.Editable() {
			return f, f.Locked()
		}
		f = f.Clone()
		if err := edit(&f.Draft); err != nil {
			return f, err
		}
		if err := booking.ValidateBusiness(&f.Draft); err != nil {
			return f, err
		}
		return f, t.putFiling(a, f)
	})
}

// Submit locks the draft and begins to file it, after the preflight found nothing that would get it rejected.
func (e *Engine) Submit(ctx context.Context, a booking.AccountID) (booking.Filing, error) {
	if e.o.Registrar == nil {
		return booking.Filing{}, errNoRegistrar
	}
	err := e.store.View(ctx, func(s *storage.Snapshot) error { return maySubmit(s, a) })
	if err != nil {
		return booking.Filing{}, err
	}
	draft, b, items, err := e.preflight(ctx, a)
	if err != nil {
		return booking.Filing{}, err
	}
	if booking.Blocking(items) {
		return booking.Filing{}, &booking.PreflightFailed{Items: items}
	}
	tag := "rebook-" + string(a) + "-" + newID(e.now())[24:]
	submitted := false // by an earlier run of this transaction, whose commit ended unknown
	return apply(ctx, e, a, func(t *txn) (booking.Filing, error) {
		f, err := t.Filing(a)
		if err != nil {
			return f, err
		}
		if submitted && f.Status == booking.RegistrationSubmitted {
			return f, nil
		}
		if err := maySubmit(&t.Snapshot, a); err != nil {
			return f, err
		}
		if !reflect.DeepEqual(f.Draft, draft) {
			return f, booking.Refuse(booking.Conflict, "draft_changed", "", "somebody changed the draft while it was checked", "look at it and submit again")
		}
		f = f.Clone()
		if err := f.Submit(t.Now, b, tag); err != nil {
			return f, err
		}
		f.DueAt, submitted = t.Now, true
		return f, t.putFiling(a, f)
	})
}

// maySubmit refuses a submission that is not open: the feature is off for the account, or it is locked.
func maySubmit(s *storage.Snapshot, a booking.AccountID) error {
	account, err := s.Account(a)
	if err != nil {
		return err
	}
	f, err := s.Filing(a)
	if err != nil {
		return err
	}
	if !f.Editable() {
		return f.Locked()
	}
	if !account.SMSFollowUpEnabled {
		return booking.Refuse(booking.Conflict, "account_disabled", "sms_follow_up_enabled", "SMS follow-up is switched off for the account",
			"have support or an administrator set sms_follow_up_enabled")
	}
	return nil
}

// Adopt takes over a campaign, or a verified toll-free number, that is approved at the carrier already.
func (e *Engine) Adopt(ctx context.Context, a booking.AccountID, service string) (booking.Filing, error) {
	if e.o.Registrar == nil {
		return booking.Filing{}, errNoRegistrar
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	s, err := e.o.Registrar.Standing(call, service)
	if err != nil {
		return booking.Filing{}, e.told("messaging_service", err)
	}
	return apply(ctx, e, a, func(t *txn) (booking.Filing, error) {
		f, err := t.Filing(a)
		if err != nil {
			return f, err
		}
		f = f.Clone()
		if err := f.Adopt(t.Now, s); err != nil {
			return f, err
		}
		if err := t.syncNumbers(a, s.Numbers); err != nil {
			return f, err
		}
		return f, t.putFiling(a, f)
	})
}

// Services lists what could be adopted.
func (e *Engine) Services(ctx context.Context) ([]booking.Standing, error) {
	if e.o.Registrar == nil {
		return nil, errNoRegistrar
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	all, err := e.o.Registrar.Services(call)
	return all, e.told("", err)
}

// told puts a carrier's error into a refusal: the caller waits for it.
func (e *Engine) told(field string, err error) error {
	if err == nil {
		return nil
	}
	if no, ok := errors.AsType[*booking.CarrierError](err); ok && no.HTTPStatus == 404 {
		return booking.Refuse(booking.NotFound, "unknown_at_carrier", field, "the carrier has no such thing", "look it up in the Twilio Console")
	}
	e.log.Warn("the carrier could not be asked", "err", err)
	return booking.Refuse(booking.Unavailable, "carrier_silent", field, "the carrier cannot be asked now", "try again; the log says more")
}

// RefreshFiling asks the carrier now how the registration stands, and takes up one that waited for a person.
func (e *Engine) RefreshFiling(ctx context.Context, a booking.AccountID) (booking.Filing, error) {
	return e.editFiling(ctx, a, func(now time.Time, f *booking.Filing) error {
		if e.o.Registrar == nil {
			return errNoRegistrar
		}
		if f.Submitted == nil && !f.Adopted || f.Editable() {
			return nil // nothing is there to be asked about
		}
		f.Refresh(now)
		return nil
	})
}

// FilingTold is for the carrier's word that something was decided: every registration that waits for one is asked about now. The word
// itself is not believed; what the carrier then answers is.
func (e *Engine) FilingTold(ctx context.Context) error {
	var all []booking.AccountID
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		all, err = s.Accounts()
		return err
	})
	for _, a := range all {
		if err == nil {
			_, err = e.editFiling(ctx, a, func(now time.Time, f *booking.Filing) error {
				f.Told(now)
				return nil
			})
		}
	}
	return err
}

// RepeatFiling makes a call again that may have cost money and that nobody can say the outcome of: a person's decision.
func (e *Engine) RepeatFiling(ctx context.Context, a booking.AccountID) (booking.Filing, error) {
	repeated := false
	return e.editFiling(ctx, a, func(now time.Time, f *booking.Filing) error {
		err := f.Repeat(now)
		if err != nil && repeated {
			return nil // an earlier run's unknown commit
		}
		repeated = err == nil
		return err
	})
}

func (e *Engine) editFiling(ctx context.Context, a booking.AccountID, edit func(time.Time, *booking.Filing) error) (booking.Filing, error) {
	return apply(ctx, e, a, func(t *txn) (booking.Filing, error) {
		f, err := t.Filing(a)
		if err != nil {
			return f, err
		}
		f = f.Clone()
		if err := edit(t.Now, &f); err != nil {
			return f, err
		}
		return f, t.putFiling(a, f)
	})
}

// ConfirmOwner has the text sent again by which a sole proprietor confirms the registration.
func (e *Engine) ConfirmOwner(ctx context.Context, a booking.AccountID) error {
	if e.o.Registrar == nil {
		return errNoRegistrar
	}
	var f booking.Filing
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		f, err = s.Filing(a)
		return err
	})
	if err != nil {
		return err
	}
	brand := f.Objects[booking.StepBrand]
	if brand == "" || f.Submitted == nil || f.Submitted.BrandType != booking.BrandSoleProprietor || f.Status != booking.RegistrationInReview {
		return booking.Refuse(booking.Conflict, "nothing_to_confirm", "", "no sole proprietor waits for the confirmation text", "GET /v1/registration shows what is waited for")
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return e.told("", e.o.Registrar.Confirm(call, brand))
}
