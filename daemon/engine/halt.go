package engine

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

const (
	alarmCarrier      = "carrier_refuses" // ref: the number, or empty for all of the account's
	alarmCarrierError = "carrier_error"   // ref: the code
)

// alertLife is how long an alarm about one text's error stands after the last such error.
const alertLife = 24 * time.Hour

// react does what the table says about a carrier's code beyond the text itself: remember the number or the opt-out, let
// everything wait, raise an alarm. later: the carrier had taken the text and tells of the failure now; texts is how many went out
// in the last day.
func (t *txn) react(a booking.Attempt, r booking.Reaction, later bool, texts int) error {
	switch r.Class {
	case booking.ReactOptedOut:
		known, err := t.OptOut(a.Account, a.To)
		if err != nil {
			return err
		}
		if known == nil {
			if err := t.putOptOut(a.Account, booking.OptOut{Phone: a.To, Source: "carrier", Text: factOf(r), At: t.Now}); err != nil {
				return err
			}
		}
	case booking.ReactBadNumber:
		p, err := t.Person(a.Account, a.To)
		if err != nil {
			return err
		}
		p.Bad = &booking.BadPhone{At: t.Now, Code: r.Code}
		if err := t.PutPerson(a.Account, p); err != nil {
			return err
		}
	}
	if r.Code == 30003 || r.Code == 30004 {
		p, err := t.Person(a.Account, a.To)
		if err != nil {
			return err
		}
		p.Failed(t.Now, r.Code)
		if err := t.PutPerson(a.Account, p); err != nil {
			return err
		}
	}
	halts := r.Halts()
	state, err := t.Carrier(a.Account)
	if err != nil {
		return err
	}
	if r.Code == codeFiltered {
		if halts = state.Filter(t.Now, texts); halts {
			r.Meaning = "Carriers filter too many of the texts as unwanted."
		}
		if err := t.PutCarrier(a.Account, state); err != nil {
			return err
		}
	}
	switch {
	case halts:
		h := booking.Halt{Code: r.Code, Meaning: r.Meaning, Fix: r.Fix, Since: t.Now, Until: r.RetryAt(t.Now), Later: later}
		if !h.Until.After(t.Now) {
			h.Until = t.Now.Add(maxRetryAfter)
		}
		if r.OneNumber {
			h.Number = a.From
		}
		state.Stop(h)
		from := ""
		if h.Number != "" {
			from = " from " + string(h.Number)
		}
		return errors.Join(t.PutCarrier(a.Account, state),
			t.PutAlarm(a.Account, alarm(alarmCarrier, string(h.Number), "The carrier refuses texts"+from+": "+r.Meaning, r.Fix, t.Now)))
	case r.Alert:
		v := alarm(alarmCarrierError, strconv.Itoa(r.Code), r.Meaning, r.Fix, t.Now)
		v.Until = t.Now.Add(alertLife)
		return t.PutAlarm(a.Account, v)
	}
	return nil
}

// resume ends the halts that a text proves mended, and has what waited looked at.
func (t *txn) resume(a booking.Attempt, delivered bool) error {
	state, err := t.Carrier(a.Account)
	if err != nil {
		return err
	}
	ended := state.Resume(a.From, delivered)
	if ended == nil {
		return nil
	}
	errs := []error{t.PutCarrier(a.Account, state)}
	for _, h := range ended {
		if state.Standing(h.Number) == nil {
			errs = append(errs, t.endAlarm(a.Account, alarmCarrier, string(h.Number)))
		}
	}
	return errors.Join(append(errs, t.look(a.Account))...)
}

// retryHalts lets one text try each halt at once: something was mended.
func (t *txn) retryHalts(a booking.AccountID) error {
	state, err := t.Carrier(a)
	if err != nil || len(state.Halts) == 0 {
		return err
	}
	state.Halts = slices.Clone(state.Halts)
	for i := range state.Halts {
		state.Halts[i].Until = t.Now
	}
	return t.PutCarrier(a, state)
}

// endAlarm ends an alarm that stands.
func (t *txn) endAlarm(a booking.AccountID, code, ref string) error {
	stands, err := t.Alarm(a, code, ref)
	if err != nil || stands == nil {
		return err
	}
	return t.DeleteAlarm(a, code, ref)
}
