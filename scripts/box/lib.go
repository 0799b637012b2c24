package box

import lua "github.com/yuin/gopher-lua"

// member is one entry of a library table. Function values hold no state, so all runs share them; the tables are new in each run.
type member struct {
	name  string
	value lua.LValue
}

// library is what a script finds, in the order in which it is put there.
var library = []struct {
	name    string
	members []member
}{
	{"coroutine", coroutineLibrary},
	{"math", mathLibrary},
	{"string", stringLibrary},
	{"table", tableLibrary},
}

// open puts the library into the globals of the run.
func (r *run) open() {
	fill(r.globals, baseLibrary)
	r.globals.RawSetString("_G", r.globals)
	for _, lib := range library {
		t := r.mother.CreateTable(0, len(lib.members))
		fill(t, lib.members)
		r.globals.RawSetString(lib.name, t)
		if lib.name == "string" {
			r.mother.SetMetatable(lua.LString(""), r.stringMeta(t))
		}
	}
	r.openHost()
}

func fill(t *lua.LTable, list []member) {
	for _, m := range list {
		t.RawSetString(m.name, m.value)
	}
}

// stringMeta makes ("x"):upper() and "10" + 1 work. gopher-lua's own reading of texts as numbers knows octal and has no bound.
func (r *run) stringMeta(methods *lua.LTable) *lua.LTable {
	mt := r.mother.CreateTable(0, 1+len(stringArithmetic))
	mt.RawSetString("__index", methods)
	fill(mt, stringArithmetic)
	return mt
}
