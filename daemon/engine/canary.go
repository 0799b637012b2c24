package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// StartCanary tries a version of a script on a percentage of the persons, or changes the percentage of the canary that runs with this
// version. The version goes through the same gate as one that is activated. People keep what was drawn for them.
func (e *Engine) StartCanary(ctx context.Context, a booking.AccountID, name string, in booking.NewCanary) (booking.CanaryReport, error) {
	if err := errors.Join(booking.ValidateScriptName(name), booking.ValidateCanary(in)); err != nil {
		return booking.CanaryReport{}, err
	}
	var v *booking.ScriptVersion
	admitted := false
	var p proof
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if v, err = findVersion(s, a, name, in.Version); err != nil {
			return err
		}
		c, err := s.Canary(a, name)
		if err != nil {
			return err
		}
		admitted = c.Running() && c.Version == in.Version
		stable, _, err := activeVersion(s, a, name)
		if err != nil {
			return err
		}
		return booking.ValidateSides(stable, *v)
	})
	if err != nil {
		return booking.CanaryReport{}, err
	}
	if !admitted {
		if _, err := e.checkScript(ctx, a, *v); err != nil {
			return booking.CanaryReport{}, err
		}
		if e.o.Rehearser != nil {
			p, err = e.prove(ctx, a, *v, in.By)
			if err == nil && p.run.Failed > 0 {
				err = testsFailed(p.run)
			}
			if err != nil {
				return booking.CanaryReport{}, err
			}
		}
	}
	id, salt := newID(e.now()), rand.Text()
	return apply(ctx, e, a, func(t *txn) (booking.CanaryReport, error) {
		if err := p.stands(t, a); err != nil {
			return booking.CanaryReport{}, err
		}
		if err := t.startCanary(a, name, in, id, salt); err != nil {
			return booking.CanaryReport{}, err
		}
		return CanaryOf(&t.Snapshot, a, name)
	})
}

func (t *txn) startCanary(a booking.AccountID, name string, in booking.NewCanary, id, salt string) error {
	v, err := findVersion(&t.Snapshot, a, name, in.Version)
	if err != nil {
		return err
	}
	stable, _, err := activeVersion(&t.Snapshot, a, name)
	if err != nil {
		return err
	}
	if err := booking.ValidateSides(stable, *v); err != nil {
		return err
	}
	c, err := t.Canary(a, name)
	switch {
	case err != nil:
		return err
	case c != nil && c.ID == id: // this transaction's own earlier, unknown commit
		return nil
	case c.Running() && c.Version == in.Version:
		next := *c
		next.Percent = in.Percent
		if in.Note != "" {
			next.Note = in.Note
		}
		return t.PutCanary(a, next)
	case c.Running():
		return canaryRunning(*c)
	case c != nil:
		if err := t.DeleteCanary(a, *c); err != nil {
			return err
		}
	}
	return errors.Join(t.endAlarm(a, alarmCanaryReturned, name), t.PutCanary(a, booking.Canary{ID: id, Script: name, Stable: stable.Version, Version: in.Version,
		Percent: in.Percent, Salt: salt, State: booking.CanaryRunning, By: in.By, Note: in.Note, StartedAt: t.Now}))
}

// PromoteCanary gives the version that is tried to everybody, by the road of every activation.
func (e *Engine) PromoteCanary(ctx context.Context, a booking.AccountID, name string) (r booking.CanaryReport, err error) {
	read := func(s *storage.Snapshot) (err error) {
		r, err = CanaryOf(s, a, name)
		return err
	}
	err = e.store.View(ctx, read)
	switch {
	case err != nil, r.State == booking.CanaryPromoted:
		return r, err
	case !r.Running():
		return r, booking.Refuse(booking.Conflict, "canary_over", "name", "the canary of the script "+name+" is over: "+r.Reason, "begin another one")
	}
	if _, err := e.ActivateScript(ctx, a, name, r.Version); err != nil {
		return r, err
	}
	return r, e.store.View(ctx, read)
}

// EndCanary ends a canary: the version in use has everybody again. One that is over already only loses its alarm.
func (e *Engine) EndCanary(ctx context.Context, a booking.AccountID, name, by string) (booking.CanaryReport, error) {
	return apply(ctx, e, a, func(t *txn) (booking.CanaryReport, error) {
		c, err := t.Canary(a, name)
		if err == nil && c == nil {
			err = noCanary(name)
		}
		if err != nil {
			return booking.CanaryReport{}, err
		}
		if c.Running() {
			next := *c
			next.End(booking.CanaryEnded, t.Now, "ended by "+by)
			if err := t.PutCanary(a, next); err != nil {
				return booking.CanaryReport{}, err
			}
		}
		if err := t.endAlarm(a, alarmCanaryReturned, name); err != nil {
			return booking.CanaryReport{}, err
		}
		return CanaryOf(&t.Snapshot, a, name)
	})
}

// endCanary ends a running canary of a script of which another version is in use now.
func (t *txn) endCanary(a booking.AccountID, name string, version int) error {
	c, err := t.Canary(a, name)
	if err != nil || c == nil {
		return err
	}
	if c.Running() && version != c.Stable {
		next := *c
		state := booking.CanaryEnded
		if version == c.Version {
			state = booking.CanaryPromoted
		}
		next.End(state, t.Now, fmt.Sprintf("version %d is in use for everybody", version))
		if err := t.PutCanary(a, next); err != nil {
			return err
		}
	}
	return t.endAlarm(a, alarmCanaryReturned, name)
}

// CanaryOf gives the last canary of a script with its results; unknown_script, or no_canary when it never had one.
func CanaryOf(s *storage.Snapshot, a booking.AccountID, name string) (r booking.CanaryReport, err error) {
	c, err := s.Canary(a, name)
	if err == nil && c == nil {
		if _, err = LibraryScript(s, a, name); err == nil {
			err = noCanary(name)
		}
	}
	if err != nil {
		return r, err
	}
	tally, err := s.CanaryTally(a, c.ID)
	return c.Report(tally), err
}

// Canaries gives the last canary of every script that had one, the running ones first.
func Canaries(s *storage.Snapshot, a booking.AccountID) (all []booking.CanaryReport, err error) {
	list, _, err := s.Canaries(a, "", booking.MaxScripts)
	if err != nil {
		return nil, err
	}
	for _, running := range []bool{true, false} {
		for _, c := range list {
			if c.Running() != running {
				continue
			}
			tally, err := s.CanaryTally(a, c.ID)
			if err != nil {
				return nil, err
			}
			all = append(all, c.Report(tally))
		}
	}
	return all, nil
}

// Candidates gives the versions that could be tried: those of templates and agents in use which are not in use themselves and of the same
// kind, the latest first; a few of each script.
func Candidates(s *storage.Snapshot, a booking.AccountID) (all []booking.ScriptVersion, err error) {
	library, err := Library(s, a)
	if err != nil {
		return nil, err
	}
	for _, o := range library {
		if o.Active == nil || o.Active.Kind == booking.ScriptModule || len(o.Script.Versions) == 0 {
			continue
		}
		numbers := slices.Clone(o.Script.Versions)
		if n := len(numbers) - candidates; n > 0 {
			numbers = numbers[n:]
		}
		if o.BuiltIn {
			numbers = slices.Insert(numbers, 0, booking.BuiltInVersion)
		}
		for _, n := range slices.Backward(numbers) {
			v, err := versionOf(s, a, o.Script.Name, n)
			if err != nil {
				return nil, err
			}
			if v != nil && booking.ValidateSides(o.Active, *v) == nil {
				all = append(all, *v)
			}
		}
	}
	return all, nil
}

// candidates is how many versions of one script are offered.
const candidates = 10

func noCanary(name string) error {
	return booking.Refuse(booking.NotFound, "no_canary", "name", "the script "+name+" has no canary", "begin one with a version and a percentage")
}

func canaryRunning(c booking.Canary) error {
	return booking.Refuse(booking.Conflict, "canary_running", "name", fmt.Sprintf("version %d of the script %s is being tried beside version %d", c.Version, c.Script, c.Stable),
		"promote or end that canary first")
}

// forgetCanary removes the canary of a script that is deleted.
func (t *txn) forgetCanary(a booking.AccountID, name string) error {
	c, err := t.Canary(a, name)
	if err != nil || c == nil {
		return err
	}
	return errors.Join(t.endAlarm(a, alarmCanaryReturned, name), t.DeleteCanary(a, *c))
}
