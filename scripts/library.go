package scripts

import (
	"github.com/rebookhq/rebook/daemon/booking"
	lua "github.com/yuin/gopher-lua"
)

// allowed is the whole language library of a template, by table ("" for globals). Left out on purpose: everything that
// touches files, the clock, the process, other environments or metatables; coroutines, which the instruction budget does
// not reach; pcall, because a template has nothing to catch; and patterns, format and rep, where one instruction may work
// for ever or allocate a gigabyte on a text that a stranger typed.
var allowed = map[string][]string{
	"":       {"assert", "error", "ipairs", "next", "pairs", "select", "tonumber", "tostring", "type"},
	"string": {"len", "lower", "sub", "upper"},
	"table":  {"concat", "insert", "remove"},
	"math":   {"abs", "ceil", "floor", "max", "min"},
}

// member is one function of the library. The function values are shared by all runs: nothing in the list above can change
// a function.
type member struct {
	name string
	fn   *lua.LFunction
}

var globals = harvest("")

// libraries are the tables a script finds, in the order in which they are put there.
var libraries = []struct {
	name    string
	members []member
}{
	{"math", harvest("math")},
	{"sms", []member{{"segments", &lua.LFunction{IsG: true, GFunction: smsSegments}}}},
	{"string", harvest("string")},
	{"table", harvest("table")},
}

// harvest takes the allowed functions of one standard library out of an interpreter that is thrown away.
func harvest(library string) []member {
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	open := map[string]lua.LGFunction{"": lua.OpenBase, "string": lua.OpenString, "table": lua.OpenTable, "math": lua.OpenMath}[library]
	l.Push(l.NewFunction(open))
	l.Call(0, 1)
	from := l.Get(-1).(*lua.LTable)
	list := make([]member, 0, len(allowed[library]))
	for _, name := range allowed[library] {
		list = append(list, member{name, from.RawGetString(name).(*lua.LFunction)})
	}
	return list
}

// open puts the library into a fresh interpreter. The tables are new in every run, so what a script writes into them is
// gone with it.
func open(l *lua.LState) {
	fill(l.G.Global, globals)
	for _, lib := range libraries {
		t := l.CreateTable(0, len(lib.members))
		fill(t, lib.members)
		l.G.Global.RawSetString(lib.name, t)
		if lib.name == "string" { // ("x"):upper()
			mt := l.CreateTable(0, 1)
			mt.RawSetString("__index", t)
			l.SetMetatable(lua.LString(""), mt)
		}
	}
}

func fill(t *lua.LTable, list []member) {
	for _, m := range list {
		t.RawSetString(m.name, m.fn)
	}
}

// smsSegments is sms.segments(text): how many segments the text is sent and paid as.
func smsSegments(l *lua.LState) int {
	n, _, _ := booking.Segments(l.CheckString(1))
	l.Push(lua.LNumber(n))
	return 1
}
