package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Activation says which version is to be used from now on.
type Activation struct {
	Name     string
	Version  int
	Override string       // an administrator's reason to use it although tests fail; empty: there is none
	Role     booking.Role // of who asks
	By       string       // the same, for people
}

// Activated is what came of an activation.
type Activated struct {
	Version  booking.ScriptVersion
	Tests    *booking.TestRun // nil: none were played
	Returned bool             // it was a way back, which no test holds up
	Remarks  []booking.Remark // what a reviewer would say of the text; nothing is refused for it
}

// maxReason bounds the reason of an override, in characters.
const maxReason = 500

// TestsFailed is the refusal of a version that fails tests.
type TestsFailed struct {
	Refusal *booking.Error
	Run     booking.TestRun
}

func (t *TestsFailed) Error() string { return t.Refusal.Error() }

// Unwrap gives the refusal.
func (t *TestsFailed) Unwrap() error { return t.Refusal }

func testsFailed(run booking.TestRun) error {
	first := run.Failures[0]
	message := fmt.Sprintf("%d of %d tests fail; the first is %q: %s", run.Failed, run.Played, first.Name, strings.Join(first.Failures, "; "))
	return &TestsFailed{booking.Refuse(booking.Invalid, "tests_failed", "version", message,
		"mend the script or the test; an administrator may override with a reason"), run}
}

// ActivateScript is [Engine.Activate] without an override.
func (e *Engine) ActivateScript(ctx context.Context, a booking.AccountID, name string, version int) (booking.ScriptVersion, error) {
	done, err := e.Activate(ctx, a, Activation{Name: name, Version: version})
	return done.Version, err
}

// Activate makes a version the one that is used from now on. It is run once more on sample facts, against the modules as they are now, and
// the account's saved tests and the built-in scenes are played with it; of a module, with every script in use that loads it. When
// one fails the version is refused ([TestsFailed]) unless an administrator overrides that with a reason, which the library and
// the audit log keep. The way back, to the last good version or the built-in one, is open at once: in an incident nobody waits for tests. A
// version that came into use by an override is no good one, and is tested each time.
func (e *Engine) Activate(ctx context.Context, a booking.AccountID, in Activation) (done Activated, err error) {
	in.Override = strings.TrimSpace(in.Override)
	switch {
	case in.Override != "" && !in.Role.May(booking.MayAdminister):
		return done, booking.Refuse(booking.Forbidden, "override_forbidden", "override", "only an administrator may use a version whose tests fail", "mend the script or the test, or ask an administrator")
	case utf8.RuneCountInString(in.Override) > maxReason:
		return done, booking.Refuse(booking.Invalid, "too_long", "override", "the reason is too long", "at most "+strconv.Itoa(maxReason)+" characters")
	}
	var v *booking.ScriptVersion
	err = e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if v, err = findVersion(s, a, in.Name, in.Version); err != nil {
			return err
		}
		head, err := s.Script(a, in.Name)
		done.Returned = err == nil && head != nil && head.Returns(in.Version)
		return err
	})
	if err != nil {
		return done, err
	}
	done.Version = *v
	if _, err := e.checkScript(ctx, a, *v); err != nil {
		return done, err
	}
	var p proof
	if e.o.Rehearser != nil && !done.Returned {
		if p, err = e.prove(ctx, a, *v, in.By); err != nil && in.Override == "" {
			return done, err
		}
		done.Tests = &p.run
	}
	override := e.overridden(in, p.run, err)
	if override == nil && p.run.Failed > 0 {
		return done, testsFailed(p.run)
	}
	done.Version, err = apply(ctx, e, a, func(t *txn) (booking.ScriptVersion, error) {
		if _, err := findVersion(&t.Snapshot, a, in.Name, in.Version); err != nil {
			return *v, err
		}
		if override == nil {
			if err := p.stands(t, a); err != nil {
				return *v, err
			}
		} else if err := t.noteOverride(a, in.Name, *override); err != nil {
			return *v, err
		}
		return *v, t.useScript(a, in.Name, in.Version)
	})
	if err != nil {
		return done, err
	}
	if v.Kind != booking.ScriptModule {
		shown, err := e.Preview(ctx, a, PreviewIn{Name: in.Name, Version: &in.Version})
		if err != nil {
			e.log.Warn("the text of a version in use could not be looked over", "script", v.Ref(), "err", err)
		}
		done.Remarks = shown.Remarks
	}
	for _, w := range p.run.Warned {
		done.Remarks = append(done.Remarks, booking.Remark{Code: "scene_failed", Message: fmt.Sprintf("The scene %q fails: %s.", w.Name, strings.Join(w.Failures, "; ")),
			Fix: "the default text goes out there instead of the script's; mend the script", Source: "built-in scene " + w.ID})
	}
	return done, nil
}

// overridden gives what is noted of an override; nil where there is none, or nothing to override. trouble is why the tests could not be played.
func (e *Engine) overridden(in Activation, run booking.TestRun, trouble error) *booking.ScriptOverride {
	if in.Override == "" || run.Failed == 0 && trouble == nil {
		return nil
	}
	o := booking.ScriptOverride{Version: in.Version, Reason: in.Override, By: in.By, At: e.now()}
	for _, f := range run.Failures {
		o.Failed = append(o.Failed, f.Name)
	}
	if trouble != nil {
		o.Failed = append(o.Failed, "the tests could not be played: "+trouble.Error())
	}
	return &o
}

func (t *txn) noteOverride(a booking.AccountID, name string, o booking.ScriptOverride) error {
	head, err := t.script(a, name)
	if err != nil {
		return err
	}
	head.Override(o)
	return t.PutScript(a, head)
}

// proof is what a version was tested with, and how that went.
type proof struct {
	run    booking.TestRun
	casts  []Cast
	tested booking.ScriptVersion
}

// stands tells whether what was tested is what would be used now: another script or module may have come into use meanwhile.
func (p proof) stands(t *txn, a booking.AccountID) error {
	if p.tested.Script == "" {
		return nil
	}
	now, err := castsOf(&t.Snapshot, a, p.tested)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(p.casts, now, Cast.same) {
		return booking.Refuse(booking.Conflict, "scripts_changed", "version", "another script was activated while the tests were played", "try again")
	}
	return nil
}

// same tells whether two casts are of the same versions.
func (c Cast) same(o Cast) bool { return c.Script == o.Script && c.ref() == o.ref() }

// ref names the versions: "agent@3 words@1".
func (c Cast) ref() string {
	refs := make([]string, len(c.Versions))
	for i, v := range c.Versions {
		refs[i] = v.Ref()
	}
	return strings.Join(refs, " ")
}

func castOf(p program) Cast {
	return Cast{Script: p.main.Script, Kind: p.main.Kind, Versions: append([]booking.ScriptVersion{p.main}, p.modules...)}
}

// castsOf gives the casts that must be tested before a version is used: it alone, or for a module every script in use that loads it.
func castsOf(s *storage.Snapshot, a booking.AccountID, v booking.ScriptVersion) (casts []Cast, err error) {
	if v.Kind != booking.ScriptModule {
		p, err := withModules(s, a, v)
		return []Cast{castOf(p)}, err
	}
	all, err := Library(s, a)
	if err != nil {
		return nil, err
	}
	for _, o := range all {
		if o.Active == nil || o.Active.Kind == booking.ScriptModule {
			continue
		}
		p, err := withModules(s, a, *o.Active, v)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(p.modules, func(m booking.ScriptVersion) bool { return m.Script == v.Script }) {
			casts = append(casts, castOf(p))
		}
	}
	return casts, nil
}

// inUse gives the casts of the scripts that write for the account's schedulers, and of those that stand in.
func inUse(s *storage.Snapshot, a booking.AccountID) (casts []Cast, err error) {
	schedulers, _, err := s.Schedulers(a, "", 200)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, sched := range schedulers {
		names = append(names, scriptOf(&sched))
	}
	names = append(names, scriptOf(&booking.Scheduler{}), scriptOf(&booking.Scheduler{FollowUp: booking.FollowUpSet{Mode: booking.AIAgent}}))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		p, err := activeProgram(s, a, name)
		if errors.Is(err, &booking.Error{Code: "unknown_script"}) {
			continue // an alarm tells of it
		}
		if err != nil {
			return nil, err
		}
		casts = append(casts, castOf(p))
	}
	return casts, nil
}
