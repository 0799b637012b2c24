package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// rightScripts refuses a scheduler that chooses a script which is not in use or is of another kind. What it had chosen before
// stays as it is, was being nil for a new one: the alarm of [Missing] tells of that.
func (t *txn) rightScripts(a booking.AccountID, v booking.Scheduler, was *booking.Scheduler) error {
	var before booking.FollowUpSet
	if was != nil {
		before = was.FollowUp
	}
	for _, c := range []struct {
		field, name, before string
		kind                booking.ScriptKind
	}{
		{"follow_up.template", v.FollowUp.Template, before.Template, booking.ScriptTemplate},
		{"follow_up.agent", v.FollowUp.Agent, before.Agent, booking.ScriptAgent},
	} {
		if c.name == "" || c.name == c.before {
			continue
		}
		active, _, err := activeVersion(&t.Snapshot, a, c.name)
		if err != nil {
			return err
		}
		if active != nil && active.Kind == c.kind {
			continue
		}
		right, err := choose(&t.Snapshot, a, c.kind)
		if err != nil {
			return err
		}
		if active == nil {
			return booking.Refuse(booking.Invalid, "unknown_script", c.field, "no version of a script "+c.name+" is in use", "activate one, or "+right)
		}
		return booking.Refuse(booking.Invalid, "script_wrong_kind", c.field, fmt.Sprintf("the script %s is of the kind %s, and %s is wanted here", c.name, active.Kind, c.kind), right)
	}
	return nil
}

// choose is the mend of a wrong choice: it lists the scripts in use of a kind.
func choose(s *storage.Snapshot, a booking.AccountID, kind booking.ScriptKind) (string, error) {
	all, err := Library(s, a)
	var names []string
	for _, o := range all {
		if o.Active != nil && o.Active.Kind == kind {
			names = append(names, o.Script.Name)
		}
	}
	return fmt.Sprintf("choose one of the kind %s: %s", kind, strings.Join(names, ", ")), err
}

// scriptTrouble is the alarm about the script that a scheduler's follow-up wants; nil when it is in use and of the right kind. Since
// is when the scheduler chose it, or the script became what it is.
func scriptTrouble(s *storage.Snapshot, a booking.AccountID, sched booking.Scheduler) (*storage.Alarm, error) {
	name, want := scriptOf(&sched), kindOf(&sched)
	active, head, err := activeVersion(s, a, name)
	if err != nil || active != nil && active.Kind == want {
		return nil, err
	}
	mend, err := choose(s, a, want)
	if err != nil {
		return nil, err
	}
	since := latest(sched.CreatedAt, sched.UpdatedAt)
	if active == nil {
		if head != nil {
			since = latest(since, head.ChangedAt)
		}
		v := alarm("script_missing", string(sched.ID),
			"Scheduler "+sched.Name+" wants the script "+name+", of which no version is active; the default text goes out instead.",
			"activate a version of it, or in the scheduler's follow_up "+mend, since)
		return &v, nil
	}
	if head != nil {
		since = latest(since, head.ActiveFrom)
	}
	v := alarm("script_wrong_kind", string(sched.ID),
		fmt.Sprintf("Scheduler %s wants a script of the kind %s, but %s is of the kind %s; the default text goes out instead.", sched.Name, want, name, active.Kind),
		"in the scheduler's follow_up "+mend, since)
	return &v, nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
