package engine

import (
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// ScriptRemoval is what removing a script would mean.
type ScriptRemoval struct {
	Versions int      // that go
	BuiltIn  bool     // a built-in script of the name is used again
	Forms    []string // IDs of the schedulers that have chosen it
	Loads    []string // names of the scripts in use that load it
	Tests    []string // names of the saved tests that are played with it alone
}

// RemovalOf tells what removing a script would mean. refused is why it cannot be removed now, nil when it can.
func (e *Engine) RemovalOf(s *storage.Snapshot, a booking.AccountID, name string) (r ScriptRemoval, refused *booking.Error, err error) {
	head, err := s.Script(a, name)
	if err != nil {
		return r, nil, err
	}
	r, err = e.removal(s, a, name, head)
	if told, ok := err.(*booking.Error); ok && told.Class != booking.NotFound {
		return r, told, nil
	}
	return r, nil, err
}

// removal is what removing a script would mean, or the refusal.
func (e *Engine) removal(s *storage.Snapshot, a booking.AccountID, name string, head *booking.Script) (r ScriptRemoval, err error) {
	r.BuiltIn = hasBuiltIn(name)
	if head == nil && !r.BuiltIn {
		return r, unknownScript(name)
	}
	if err := r.users(s, a, name); err != nil {
		return r, err
	}
	if head == nil {
		return r, booking.Refuse(booking.Conflict, "script_built_in", "name", "the script "+name+" is built in and has no versions of your own", "put another version to change it")
	}
	r.Versions = len(head.Versions)
	tried, err := s.Canary(a, name)
	if err != nil {
		return r, err
	}
	inUse := func(by string) error {
		return booking.Refuse(booking.Conflict, "script_in_use", "name", "the script "+name+" is used by "+by, "choose another script there first")
	}
	switch {
	case tried.Running():
		return r, canaryRunning(*tried)
	case !r.BuiltIn && len(r.Forms) > 0:
		return r, inUse("the scheduler " + r.Forms[0])
	case !r.BuiltIn && len(r.Loads) > 0:
		return r, inUse("the script " + r.Loads[0])
	case e.inFolder(a, name):
		return r, booking.Refuse(booking.Conflict, "script_in_folder", "name", "the folder scripts.dir has "+name+".lua, so it would be back within seconds",
			"take the file out of the folder first; it is looked into every two seconds")
	}
	return r, nil
}

// users finds who would miss a script.
func (r *ScriptRemoval) users(s *storage.Snapshot, a booking.AccountID, name string) error {
	schedulers, _, err := s.Schedulers(a, "", 200)
	if err != nil {
		return err
	}
	for _, v := range schedulers {
		if v.FollowUp.Template == name || v.FollowUp.Agent == name {
			r.Forms = append(r.Forms, string(v.ID))
		}
	}
	all, _, err := s.Scripts(a, "", booking.MaxScripts)
	if err != nil {
		return err
	}
	for _, o := range all {
		v, _, err := activeVersion(s, a, o.Name)
		if err != nil {
			return err
		}
		if v != nil && o.Name != name && slices.Contains(scripts.Requires(v.Source), name) {
			r.Loads = append(r.Loads, o.Name)
		}
	}
	tests, _, err := s.ScriptTests(a, "", booking.MaxScriptTests)
	for _, t := range tests {
		if t.Script == name {
			r.Tests = append(r.Tests, t.Name)
		}
	}
	return err
}
