package box

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// HostFunc is a function that Rebook adds to the language, with all that its description needs.
type HostFunc struct {
	Name    string // with its table: "text.segments"
	Params  []Param
	Returns string // its type, in the notation of the Lua language server
	Doc     string // one sentence
	Example string // Lua that returns a text
	Want    string // the text that the example returns

	fn func(*lua.LState) int
}

// Param is a parameter with its type; one that may be left out ends in "?".
type Param struct{ Name, Type string }

// Host lists the functions, table by table.
var Host = slices.Concat(dateFuncs, i18nFuncs, listFuncs, moneyFuncs, phoneFuncs, smsFuncs, talkFuncs, textFuncs, windowFuncs)

// hostTables are the metatables of the tables that scripts see. The tables themselves are empty and made anew in each run; what they
// offer is behind __index, where no script can write.
var hostTables = func() []member {
	var list []member
	tables := map[string]*lua.LTable{}
	for _, f := range Host {
		table, name, _ := strings.Cut(f.Name, ".")
		t := tables[table]
		if t == nil {
			t = &lua.LTable{Metatable: lua.LNil}
			meta := &lua.LTable{Metatable: lua.LNil}
			fill(meta, []member{
				{"__index", t},
				{"__metatable", lua.LFalse},
				{"__newindex", native(func(l *lua.LState) int {
					raise(l, "%s is part of Rebook and cannot be changed", table)
					return 0
				})},
			})
			tables[table] = t
			list = append(list, member{table, meta})
		}
		t.RawSetString(name, native(f.fn))
	}
	return list
}()

// openHost puts the tables of Rebook itself into the globals.
func (r *run) openHost() {
	for _, m := range hostTables {
		r.globals.RawSetString(m.name, &lua.LTable{Metatable: m.value})
	}
}
