package booking

import "time"

// bookedBefore: a booking this long before the session began still means that the person has what they came for.
const bookedBefore = 24 * time.Hour

// Decide makes every check of the house over the facts, in the fixed order of the [Check] constants, and concludes: the
// first stop wins, else the latest wait, else pass. It is pure: the same facts at the same instant give the same verdict.
//
// The session must have been left (AbandonedAt set). A wait that could end only at AbandonedAt + Settings.LatestAfter or
// later becomes a stop by too_late, with both lines in the trail. A wait for the registration or for a number of ours has
// no known end: it lasts until that limit, and whoever mends the cause wakes the text earlier.
//
// A person's decision to send again ([Session.SendAgain]) obeys every check, with two exceptions: the attempt it repeats
// does not count against the frequency, and the holdout does not apply.
//
// The holdout comes last, and only for a text that would go out at this very moment: so the control group is made of the same
// people as those who get a text, left alone from the same moment on. Whoever waits for the morning is not held out in the night.
//
// carrier is made only while the carrier takes no texts of this number; what it says of one text, and script_error, only the
// engine can know.
func Decide(now time.Time, f Facts) Verdict {
	d := decision{now: now, f: f, left: f.Session.AbandonedAt}
	if d.left.IsZero() {
		d.left = f.Session.SeenAt
	}
	d.limit = d.left.Add(f.Account.Settings.LatestAfter.Std())
	v := Verdict{Result: Pass, Trail: make([]Finding, 0, len(checks)+1)}
	for _, c := range checks {
		if c == CheckHoldout && v.Result == Wait || c == CheckCarrier && d.halt() == nil {
			continue // not held out in the night; and the carrier takes texts, as far as is known
		}
		x := d.find(c)
		x.At, x.Check = now, c
		endless := x.Result == Wait && x.Until.IsZero()
		if endless {
			x.Until = d.limit
		}
		v.Trail = append(v.Trail, x)
		switch {
		case x.Result == Stop:
			return Verdict{Result: Stop, Check: c, Trail: v.Trail}
		case x.Result == Wait && !endless && !x.Until.Before(d.limit):
			v.Trail = append(v.Trail, d.outlasts(x.Until))
			return Verdict{Result: Stop, Check: CheckTooLate, Trail: v.Trail}
		case x.Result == Wait && x.Until.After(v.At):
			v.Result, v.Check, v.At = Wait, c, x.Until
		}
	}
	return v
}

// decision is what the checks look at.
type decision struct {
	now   time.Time
	f     Facts
	left  time.Time // when the session was left
	limit time.Time // from then on it is too late
	loc   *time.Location
}

// checks lists the checks in the order in which they are made.
var checks = [...]Check{CheckAccountEnabled, CheckSchedulerEnabled, CheckRegistration, CheckPhoneNumber, CheckConsent,
	CheckOptedOut, CheckCompleted, CheckBookedElsewhere, CheckHandled, CheckDuplicate, CheckFrequency, CheckTooLate,
	CheckHours, CheckThreadOwner, CheckLandline, CheckCarrier, CheckHoldout}

// find makes one check. It gives result, fact, setting, message and fix; a wait without Until has no known end. A switch
// and not a table of functions, so that the facts stay on the stack.
func (d *decision) find(c Check) Finding {
	switch c {
	case CheckAccountEnabled:
		return d.accountEnabled()
	case CheckSchedulerEnabled:
		return d.schedulerEnabled()
	case CheckRegistration:
		return d.registration()
	case CheckPhoneNumber:
		return d.phoneNumber()
	case CheckConsent:
		return d.consent()
	case CheckOptedOut:
		return d.optedOut()
	case CheckCompleted:
		return d.completed()
	case CheckBookedElsewhere:
		return d.bookedElsewhere()
	case CheckHandled:
		return d.handled()
	case CheckDuplicate:
		return d.duplicate()
	case CheckFrequency:
		return d.frequency()
	case CheckTooLate:
		return d.tooLate()
	case CheckHours:
		return d.hours()
	case CheckHoldout:
		return d.holdout()
	case CheckThreadOwner:
		return d.threadOwner()
	case CheckLandline:
		return d.landline()
	case CheckCarrier:
		return d.halted()
	}
	panic("booking: no check " + string(c))
}

// office gives the zone in which times are told to people: the scheduler's, else UTC.
func (d *decision) office() *time.Location {
	if d.loc == nil {
		d.loc = time.UTC
		if loc, err := LoadZone(d.zoneName()); err == nil {
			d.loc = loc
		}
	}
	return d.loc
}

func (d *decision) zoneName() string {
	if d.f.Scheduler == nil {
		return d.f.Account.Timezone
	}
	return d.f.Scheduler.Zone(d.f.Account)
}

// tell gives a time as the office reads it: "2026-03-10 20:50 EDT".
func (d *decision) tell(t time.Time) string { return t.In(d.office()).Format("2006-01-02 15:04 MST") }
