package box

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// baseLibrary is what Lua 5.1 offers as globals, without what loads code, reads files, prints, or touches other environments.
var baseLibrary = []member{
	{"_VERSION", lua.LString("Lua 5.1")},
	{"ask", native(baseAsk)},
	{"assert", native(baseAssert)},
	{"error", native(baseError)},
	{"getmetatable", native(baseGetMetatable)},
	{"ipairs", native(baseIpairs)},
	{"next", nextFunction},
	{"pairs", native(basePairs)},
	{"pcall", native(basePcall)},
	{"rawequal", native(baseRawEqual)},
	{"rawget", native(baseRawGet)},
	{"rawset", native(baseRawSet)},
	{"require", native(baseRequire)},
	{"select", native(baseSelect)},
	{"setmetatable", native(baseSetMetatable)},
	{"tonumber", native(baseToNumber)},
	{"tostring", native(baseToString)},
	{"type", native(baseType)},
	{"unpack", native(baseUnpack)},
	{"xpcall", native(baseXpcall)},
}

var (
	nextFunction = native(baseNext)
	ipairsStep   = native(baseIpairsStep)
)

func baseAssert(l *lua.LState) int {
	if lua.LVIsFalse(anyArg(l, 1, "assert")) {
		message := "assertion failed!"
		if v := l.Get(2); v != lua.LNil {
			if _, ok := textOf(v); !ok { // a table as error value, as 5.2 does
				l.Error(v, 0)
			}
			message = stringArg(l, 2, "assert")
		}
		l.Error(lua.LString(message), 0)
	}
	return l.GetTop()
}

func baseError(l *lua.LState) int {
	v, level := l.Get(1), optInt(l, 2, "error", 1)
	if s, ok := v.(lua.LString); ok && level > 0 {
		v = lua.LString(place(l, level)) + s
	}
	l.Error(v, 0)
	return 0
}

// place gives "name.lua:12: " of the function at the level: 1 is who called the native function. It is empty where that is native too.
func place(l *lua.LState, level int) string {
	if level > MaxCallDepth {
		return ""
	}
	dbg, ok := l.GetStack(level)
	if !ok {
		return ""
	}
	if _, err := l.GetInfo("Sl", dbg, nil); err != nil || dbg.Source == "" || dbg.CurrentLine <= 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", dbg.Source, dbg.CurrentLine)
}

func baseGetMetatable(l *lua.LState) int {
	v, ok := anyArg(l, 1, "getmetatable").(*lua.LTable)
	if !ok { // the metatable of texts is ours
		l.Push(lua.LNil)
		return 1
	}
	l.Push(l.GetMetatable(v))
	return 1
}

func baseSetMetatable(l *lua.LState) int {
	t := tableArg(l, 1, "setmetatable")
	mt := l.Get(2)
	if _, ok := mt.(*lua.LTable); !ok && (mt != lua.LNil || l.GetTop() < 2) {
		badType(l, 2, "setmetatable", "nil or table")
	}
	if old, ok := t.Metatable.(*lua.LTable); ok && old.RawGetString("__metatable") != lua.LNil {
		raise(l, "cannot change a protected metatable")
	}
	t.Metatable = mt
	l.SetTop(1)
	return 1
}

func baseIpairs(l *lua.LState) int {
	t := tableArg(l, 1, "ipairs")
	l.Push(ipairsStep)
	l.Push(t)
	l.Push(lua.LNumber(0))
	return 3
}

func baseIpairsStep(l *lua.LState) int {
	i := intArg(l, 2, "ipairs") + 1
	v := tableArg(l, 1, "ipairs").RawGetInt(i)
	if v == lua.LNil {
		return 0
	}
	l.Push(lua.LNumber(i))
	l.Push(v)
	return 2
}

func basePairs(l *lua.LState) int {
	t := tableArg(l, 1, "pairs")
	l.Push(nextFunction)
	l.Push(t)
	l.Push(lua.LNil)
	return 3
}

func baseNext(l *lua.LState) int {
	t := tableArg(l, 1, "next")
	key := l.Get(2)
	// A list that shrank while it was walked: gopher-lua would begin anew.
	if n, ok := key.(lua.LNumber); ok && n > 0 && n < MaxArrayIndex && n == lua.LNumber(int(n)) && t.RawGet(n) == lua.LNil {
		if last := t.MaxN(); int(n) > last {
			if key = lua.LNumber(last); last == 0 {
				key = lua.LNil
			}
		}
	}
	k, v := t.Next(key)
	l.Push(k)
	if k == lua.LNil {
		return 1
	}
	l.Push(v)
	return 2
}

// basePcall runs on a state of its own, so that an error leaves nothing half done here.
func basePcall(l *lua.LState) int {
	fn := anyArg(l, 1, "pcall")
	r := runOf(l)
	results, raised := r.call(fn, argsFrom(l, 2)...)
	return r.outcome(l, results, raised)
}

func baseXpcall(l *lua.LState) int {
	fn, handler := anyArg(l, 1, "xpcall"), l.Get(2)
	r := runOf(l)
	results, raised := r.call(fn)
	if raised != nil && r.meter.stop == nil {
		handled, again := r.call(handler, raised)
		if again == nil {
			raised = lua.LNil
			if len(handled) > 0 {
				raised = handled[0]
			}
		} else {
			raised = again
		}
	}
	return r.outcome(l, results, raised)
}

// outcome pushes what pcall gives: true and the results, or false and the error. A limit is no error that a script may hold.
func (r *run) outcome(l *lua.LState, results []lua.LValue, raised lua.LValue) int {
	check(l, r.meter.stop)
	if raised != nil {
		l.Push(lua.LFalse)
		l.Push(raised)
		return 2
	}
	l.Push(lua.LTrue)
	for _, v := range results {
		l.Push(v)
	}
	return 1 + len(results)
}

func argsFrom(l *lua.LState, first int) []lua.LValue {
	args := make([]lua.LValue, 0, max(0, l.GetTop()-first+1))
	for i := first; i <= l.GetTop(); i++ {
		args = append(args, l.Get(i))
	}
	return args
}

func baseRawEqual(l *lua.LState) int {
	l.Push(lua.LBool(l.RawEqual(anyArg(l, 1, "rawequal"), anyArg(l, 2, "rawequal"))))
	return 1
}

func baseRawGet(l *lua.LState) int {
	l.Push(tableArg(l, 1, "rawget").RawGet(anyArg(l, 2, "rawget")))
	return 1
}

func baseRawSet(l *lua.LState) int {
	l.RawSet(tableArg(l, 1, "rawset"), anyArg(l, 2, "rawset"), anyArg(l, 3, "rawset"))
	l.SetTop(1)
	return 1
}

func baseSelect(l *lua.LState) int {
	n := l.GetTop()
	if l.Get(1) == lua.LString("#") {
		l.Push(lua.LNumber(n - 1))
		return 1
	}
	i := intArg(l, 1, "select")
	switch {
	case i < 0:
		i = n + i
	case i > n:
		i = n
	}
	if i < 1 {
		badArg(l, 1, "select", "index out of range")
	}
	return n - i
}

func baseToNumber(l *lua.LState) int {
	base := optInt(l, 2, "tonumber", 10)
	v := anyArg(l, 1, "tonumber")
	f, ok := 0.0, false
	switch {
	case base == 10:
		f, ok = numberOf(v)
	case base < 2 || base > 36:
		badArg(l, 2, "tonumber", "base out of range")
	default:
		f, ok = parseBase(stringArg(l, 1, "tonumber"), base)
	}
	if !ok {
		l.Push(lua.LNil)
		return 1
	}
	l.Push(lua.LNumber(f))
	return 1
}

func baseToString(l *lua.LState) int {
	v := toString(l, anyArg(l, 1, "tostring"))
	l.Push(v)
	return 1
}

// toString gives the text of a value, by __tostring where it has one. Tables and functions are numbered in the order in which they
// were first shown: an address would differ from run to run.
func toString(l *lua.LState, v lua.LValue) lua.LValue {
	switch v := v.(type) {
	case lua.LString:
		return v
	case lua.LNumber:
		return lua.LString(formatNumber(float64(v)))
	case lua.LBool, *lua.LNilType:
		return lua.LString(v.String())
	}
	if t, ok := v.(*lua.LTable); ok {
		if fn := l.GetMetaField(t, "__tostring"); fn != lua.LNil {
			return call(l, fn, v)
		}
	}
	r := runOf(l)
	number, known := r.names[v]
	if !known {
		work(l, 16)
		number = len(r.names) + 1
		if r.names == nil {
			r.names = map[lua.LValue]int{}
		}
		r.names[v] = number
	}
	return lua.LString(fmt.Sprintf("%s: %d", v.Type(), number))
}

func baseType(l *lua.LState) int {
	l.Push(lua.LString(anyArg(l, 1, "type").Type().String()))
	return 1
}

func baseUnpack(l *lua.LState) int {
	t := tableArg(l, 1, "unpack")
	first := optInt(l, 2, "unpack", 1)
	last := 0
	if l.Get(3) == lua.LNil {
		last = t.Len()
	} else {
		last = intArg(l, 3, "unpack")
	}
	if first > last {
		return 0
	}
	n := last - first + 1
	if n > MaxValues {
		raise(l, "too many results to unpack")
	}
	work(l, n/8)
	for i := first; i <= last; i++ {
		l.Push(t.RawGetInt(i))
	}
	return n
}
