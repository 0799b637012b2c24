package engine

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// program is a script as it is run: one version with the modules that it loads, each pinned to a version.
type program struct {
	main    booking.ScriptVersion
	modules []booking.ScriptVersion
	head    *booking.Script // what the account has made of it; nil: nothing
	tried   *booking.Canary // the canary that tries this version; nil: it is the one in use
}

// call makes what is run.
func (p program) call() box.Call {
	c := box.Call{Script: p.main.Script, Source: p.main.Source}
	if len(p.modules) > 0 {
		c.Modules = make(map[string]string, len(p.modules))
		for _, m := range p.modules {
			c.Modules[m.Script] = m.Source
		}
	}
	return c
}

// ref names the versions: "follow_up_link@3 words@1".
func (p program) ref() string {
	refs := []string{p.main.Ref()}
	for _, m := range p.modules {
		refs = append(refs, m.Ref())
	}
	return strings.Join(refs, " ")
}

func pinOf(v booking.ScriptVersion) booking.ScriptPin {
	return booking.ScriptPin{Name: v.Script, Version: v.Version, SHA256: v.SHA256}
}

func (p program) pins() []booking.ScriptPin {
	var pins []booking.ScriptPin
	for _, m := range p.modules {
		pins = append(pins, pinOf(m))
	}
	return pins
}

func unknownScript(name string) error {
	return booking.Refuse(booking.NotFound, "unknown_script", "script", "there is no script "+name,
		"GET /v1/scripts lists them; PUT /v1/scripts/{name} makes one")
}

// errPinned says that a version a turn is bound to is not there any more, or has changed with the program.
var errPinned = errors.New("the version of the script that it began with is not there any more")

// activeVersion gives the version of a script in use; nil when there is no such script.
func activeVersion(s *storage.Snapshot, a booking.AccountID, name string) (*booking.ScriptVersion, *booking.Script, error) {
	head, err := s.Script(a, name)
	if err != nil {
		return nil, nil, err
	}
	if head != nil && head.Active != booking.BuiltInVersion {
		v, err := s.ActiveVersion(a, *head)
		return v, head, err
	}
	if v, ok := scripts.BuiltIn(name); ok {
		return &v, head, nil
	}
	return nil, head, nil
}

// versionOf gives any version of a script; nil when it is not there.
func versionOf(s *storage.Snapshot, a booking.AccountID, name string, n int) (*booking.ScriptVersion, error) {
	if n == booking.BuiltInVersion {
		if v, ok := scripts.BuiltIn(name); ok {
			return &v, nil
		}
		return nil, nil
	}
	return s.ScriptVersion(a, name, n)
}

// activeProgram gives the active version of a script with the active versions of its modules.
func activeProgram(s *storage.Snapshot, a booking.AccountID, name string) (program, error) {
	v, head, err := activeVersion(s, a, name)
	if err != nil {
		return program{}, err
	}
	if v == nil {
		return program{head: head}, unknownScript(name)
	}
	p, err := withModules(s, a, *v)
	p.head = head
	return p, err
}

// withModules finds the modules that a version loads, and those that they load: the active version of each, or the one that instead
// has of it. One that is not there is left out; the script then fails at its require, with the line.
func withModules(s *storage.Snapshot, a booking.AccountID, main booking.ScriptVersion, instead ...booking.ScriptVersion) (program, error) {
	p := program{main: main}
	found := map[string]booking.ScriptVersion{}
	wanted := scripts.Requires(main.Source)
	for len(wanted) > 0 && len(found) < booking.MaxModules {
		name := wanted[0]
		wanted = wanted[1:]
		if _, ok := found[name]; ok {
			continue
		}
		v, _, err := activeVersion(s, a, name)
		if err != nil {
			return p, err
		}
		if i := slices.IndexFunc(instead, func(o booking.ScriptVersion) bool { return o.Script == name }); i >= 0 {
			v = &instead[i]
		}
		if v != nil {
			found[name] = *v
			wanted = append(wanted, scripts.Requires(v.Source)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		p.modules = append(p.modules, found[name])
	}
	return p, nil
}

// builtInProgram gives a script of the program with the program's own modules: what stands in rests on nothing that was edited.
func builtInProgram(name string) (p program) {
	p.main, _ = scripts.BuiltIn(name)
	for wanted := scripts.Requires(p.main.Source); len(wanted) > 0; wanted = wanted[1:] {
		known := slices.ContainsFunc(p.modules, func(m booking.ScriptVersion) bool { return m.Script == wanted[0] })
		if m, ok := scripts.BuiltIn(wanted[0]); ok && !known {
			p.modules = append(p.modules, m)
			wanted = append(wanted, scripts.Requires(m.Source)...)
		}
	}
	return p
}

// pinnedProgram gives the very versions that a turn is bound to; errPinned when one is gone.
func pinnedProgram(s *storage.Snapshot, a booking.AccountID, t booking.Turn) (p program, err error) {
	get := func(pin booking.ScriptPin) (booking.ScriptVersion, error) {
		v, err := versionOf(s, a, pin.Name, pin.Version)
		if err != nil {
			return booking.ScriptVersion{}, err
		}
		if v == nil || v.SHA256 != pin.SHA256 {
			return booking.ScriptVersion{}, fmt.Errorf("%s: %w", booking.ScriptRef(pin.Name, pin.Version), errPinned)
		}
		return *v, nil
	}
	if p.main, err = get(t.Script); err != nil {
		return p, err
	}
	if p.head, err = s.Script(a, t.Script.Name); err != nil {
		return p, err
	}
	c, err := s.Canary(a, t.Script.Name)
	if err != nil {
		return p, err
	}
	if c.Running() && c.Version == t.Script.Version {
		p.tried = c
	}
	for _, pin := range t.Modules {
		m, err := get(pin)
		if err != nil {
			return p, err
		}
		p.modules = append(p.modules, m)
	}
	return p, nil
}
