package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// NewVersion is what is put into the library.
type NewVersion struct {
	Name   string
	Source string
	Author string // who puts it, for people
	Note   string
}

// PutScript makes the next version of a script, a draft until it is activated. It is compiled and run once on sample facts
// behind the walls; a script that fails there is refused with its line. The very source of the latest version makes no new
// one.
func (e *Engine) PutScript(ctx context.Context, a booking.AccountID, in NewVersion) (booking.ScriptVersion, error) {
	v, err := e.newVersion(in)
	if err != nil {
		return v, err
	}
	if v.Kind, err = e.checkScript(ctx, a, v); err != nil {
		return v, err
	}
	return apply(ctx, e, a, func(t *txn) (booking.ScriptVersion, error) { return t.putScript(a, v) })
}

// newVersion makes a version that has no number yet.
func (e *Engine) newVersion(in NewVersion) (booking.ScriptVersion, error) {
	v := booking.ScriptVersion{Script: in.Name, ID: newID(e.now()), Source: in.Source, SHA256: scripts.Digest(in.Source),
		Author: in.Author, Note: in.Note}
	if err := errors.Join(booking.ValidateScriptName(v.Script), booking.ValidateScriptSource(v.Source)); err != nil {
		return v, err
	}
	if len(v.Note) > booking.MaxScriptNote {
		return v, booking.Refuse(booking.Invalid, "too_long", "note", "it is too long", "at most "+strconv.Itoa(booking.MaxScriptNote)+" bytes are kept")
	}
	return v, nil
}

func (t *txn) putScript(a booking.AccountID, v booking.ScriptVersion) (booking.ScriptVersion, error) {
	head, err := t.Script(a, v.Script)
	if err != nil {
		return v, err
	}
	if head == nil {
		all, _, err := t.Scripts(a, "", booking.MaxScripts)
		if err != nil {
			return v, err
		}
		if len(all) >= booking.MaxScripts {
			return v, booking.Refuse(booking.Conflict, "too_many_scripts", "name", "there are "+strconv.Itoa(len(all))+" scripts already", "delete one that is not used")
		}
		head = &booking.Script{Name: v.Script}
	}
	if len(head.Versions) > 0 && head.Latest == head.Versions[len(head.Versions)-1] {
		latest, err := t.ScriptVersion(a, v.Script, head.Latest)
		if err != nil {
			return v, err
		}
		if latest != nil && (latest.ID == v.ID || latest.SHA256 == v.SHA256) { // the latter: this transaction's own earlier commit, or nothing new
			return *latest, nil
		}
	}
	next, dropped := *head, 0
	tried, err := t.Canary(a, v.Script)
	if err != nil {
		return v, err
	}
	var kept []int
	if tried.Running() {
		kept = []int{tried.Version}
	}
	v.Version, dropped = next.Add(t.Now, kept...)
	v.At = t.Now
	if dropped != 0 {
		if err := t.DeleteScriptVersion(a, v.Script, dropped); err != nil {
			return v, err
		}
	}
	return v, errors.Join(t.PutScriptVersion(a, v), t.PutScript(a, next))
}

// useScript makes a version the one in use and ends what was alarming about another.
func (t *txn) useScript(a booking.AccountID, name string, version int) error {
	head, err := t.script(a, name)
	if err != nil {
		return err
	}
	if head.Active != version || len(head.Faults) > 0 || head.ActiveFrom.IsZero() {
		head.Use(version, t.Now)
		if err := t.PutScript(a, head); err != nil {
			return err
		}
	}
	return errors.Join(t.endAlarm(a, alarmScriptFailing, name), t.endAlarm(a, alarmRolledBack, name), t.endCanary(a, name, version))
}

// findVersion gives a version of a script, or says which of the two is not there.
func findVersion(s *storage.Snapshot, a booking.AccountID, name string, version int) (*booking.ScriptVersion, error) {
	v, err := versionOf(s, a, name, version)
	if err != nil || v != nil {
		return v, err
	}
	head, err := s.Script(a, name)
	if err != nil {
		return nil, err
	}
	if head == nil && !hasBuiltIn(name) {
		return nil, unknownScript(name)
	}
	return nil, booking.Refuse(booking.NotFound, "unknown_version", "version", "the script "+name+" has no version "+strconv.Itoa(version),
		"GET /v1/scripts/"+name+"/versions lists them")
}

// deletePage is how many versions one transaction deletes.
const deletePage = 60

// DeleteScript removes the account's own versions of a script; a built-in one is used again. A script of the account's own
// that a scheduler uses, or that others load, stays. It goes on page by page; what a crash leaves is a script that is not in
// use, and can be deleted again.
func (e *Engine) DeleteScript(ctx context.Context, a booking.AccountID, name string) error {
	for deleted, more := false, true; more; {
		err := e.update(ctx, func(t *txn) error {
			more = false
			head, err := t.Script(a, name)
			if err != nil || head == nil && deleted { // by an earlier run of this transaction, whose commit ended unknown
				return err
			}
			if _, err := e.removal(&t.Snapshot, a, name, head); err != nil {
				return err
			}
			deleted = true
			for _, n := range head.Versions[:min(len(head.Versions), deletePage)] {
				if err := t.DeleteScriptVersion(a, name, n); err != nil {
					return err
				}
			}
			if more = len(head.Versions) > deletePage; more {
				return t.PutScript(a, booking.Script{Name: name, Latest: head.Latest, Versions: head.Versions[deletePage:], ChangedAt: t.Now})
			}
			return errors.Join(t.Tx.DeleteScript(a, name), t.forgetCanary(a, name), t.endAlarm(a, alarmScriptFailing, name), t.endAlarm(a, alarmRolledBack, name))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkScript runs a version once on sample facts behind the walls and tells what kind of script it is.
func (e *Engine) checkScript(ctx context.Context, a booking.AccountID, v booking.ScriptVersion) (booking.ScriptKind, error) {
	var p program
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		p, err = withModules(s, a, v)
		return err
	})
	if err != nil {
		return "", err
	}
	return e.checkProgram(ctx, a, p)
}

func (e *Engine) checkProgram(ctx context.Context, a booking.AccountID, p program) (kind booking.ScriptKind, err error) {
	if e.o.Scripts == nil {
		return "", e.noWalls()
	}
	sample := scripts.Sample()
	c := p.call()
	if c.Ctx, err = sample.Ctx(); err != nil {
		return "", err
	}
	t, err := scripts.Try(ctx, scripts.Behind(e.o.Scripts, string(a)), c, scripts.SampleAnswer)
	if err != nil {
		return "", e.wallsTrouble(err)
	}
	if t.Err != nil {
		return "", invalidScript(*t.Err)
	}
	if own, ok := scripts.BuiltIn(p.main.Script); ok && own.Kind != t.Kind {
		return "", booking.Refuse(booking.Invalid, "wrong_kind", "source", fmt.Sprintf("%s is used as a %s, and this is a %s", p.main.Script, own.Kind, t.Kind),
			"give it another name, and choose that in the scheduler's follow_up")
	}
	return t.Kind, nil
}

// invalidScript is the refusal of a script that does not work.
func invalidScript(fault box.Error) error {
	message := (*scriptError)(&fault).Error()
	if fault.Source != "" {
		message += ": " + fault.Source
	}
	err := booking.Refuse(booking.Invalid, "script_invalid", "source", message,
		cmp.Or(fault.Hint, "POST /v1/scripts/{name}/preview tries a source without keeping it"))
	err.Line = fault.Line
	return err
}

// ScriptOverview is one script of the library, with the version in use.
type ScriptOverview struct {
	Script  booking.Script
	BuiltIn bool                   // the program has one of this name
	Active  *booking.ScriptVersion // nil: no version is in use
	Latest  *booking.ScriptVersion // the highest version
}

// Library lists the scripts of an account by name: its own, and those that are built in.
func Library(s *storage.Snapshot, a booking.AccountID) ([]ScriptOverview, error) {
	own, _, err := s.Scripts(a, "", booking.MaxScripts)
	if err != nil {
		return nil, err
	}
	names := scripts.Names()
	for _, v := range own {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	var all []ScriptOverview
	for _, name := range slices.Compact(names) {
		o, err := LibraryScript(s, a, name)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// LibraryScript gives one script of the library; unknown_script when there is none of that name.
func LibraryScript(s *storage.Snapshot, a booking.AccountID, name string) (o ScriptOverview, err error) {
	var head *booking.Script
	if o.Active, head, err = activeVersion(s, a, name); err != nil {
		return o, err
	}
	o.BuiltIn = hasBuiltIn(name)
	if head == nil && !o.BuiltIn {
		return o, unknownScript(name)
	}
	o.Script = booking.Script{Name: name}
	if head != nil {
		o.Script = *head
	}
	latest := booking.BuiltInVersion
	if n := len(o.Script.Versions); n > 0 {
		latest = o.Script.Versions[n-1]
	}
	o.Latest, err = versionOf(s, a, name, latest)
	return o, err
}

// ScriptVersions gives every version that is kept of a script, the latest first; a built-in one comes last.
func ScriptVersions(s *storage.Snapshot, a booking.AccountID, name string) ([]booking.ScriptVersion, error) {
	o, err := LibraryScript(s, a, name)
	if err != nil {
		return nil, err
	}
	var all []booking.ScriptVersion
	numbers := slices.Clone(o.Script.Versions)
	if o.BuiltIn {
		numbers = slices.Insert(numbers, 0, booking.BuiltInVersion)
	}
	for _, n := range slices.Backward(numbers) {
		v, err := versionOf(s, a, name, n)
		if err != nil {
			return nil, err
		}
		if v != nil {
			all = append(all, *v)
		}
	}
	return all, nil
}

// ScriptVersion gives one version of a script; unknown_script or unknown_version when it is not there.
func ScriptVersion(s *storage.Snapshot, a booking.AccountID, name string, version int) (*booking.ScriptVersion, error) {
	return findVersion(s, a, name, version)
}
