package box

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// modules are the sources that require loaded.
type modules struct {
	loaded  map[string]lua.LValue
	loading []string
}

func baseRequire(l *lua.LState) int {
	name := stringArg(l, 1, "require")
	r := runOf(l)
	m := &r.modules
	if v, ok := m.loaded[name]; ok {
		l.Push(v)
		return 1
	}
	if i := slices.Index(m.loading, name); i >= 0 {
		raise(l, "modules require each other in a circle: %s", strings.Join(append(m.loading[i:], name), ", "))
	}
	source, ok := r.facts.Modules[name]
	if !ok {
		raise(l, "there is no module '%s'", shorten(name, 64))
	}
	if len(m.loaded)+len(m.loading) >= MaxModules {
		check(l, r.meter.halt(LimitModules, fmt.Sprintf("more than %d modules", MaxModules)))
	}
	script, fault := r.box.compile(name, source)
	if fault != nil {
		r.syntax = fault
		raise(l, "module '%s' has a fault: %s", name, fault.Message)
	}
	m.loading = append(m.loading, name)
	results, raised := r.load(script, lua.LString(name))
	m.loading = m.loading[:len(m.loading)-1]
	check(l, r.meter.stop)
	if raised != nil {
		l.Error(raised, 0)
	}
	v := lua.LValue(lua.LTrue)
	if len(results) > 0 && results[0] != lua.LNil {
		v = results[0]
	}
	if m.loaded == nil {
		m.loaded = map[string]lua.LValue{}
	}
	m.loaded[name] = v
	l.Push(v)
	return 1
}
