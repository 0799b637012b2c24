package box

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// What native functions are given. The wording of errors is that of Lua 5.1.

// native makes a function value for scripts. It holds no state, so runs may share it.
func native(fn func(*lua.LState) int) *lua.LFunction {
	return &lua.LFunction{IsG: true, GFunction: fn}
}

// meterOf finds the meter of the run.
func meterOf(l *lua.LState) *meter { return runOf(l).meter }

// raise ends the native function with an error at the line that called it.
func raise(l *lua.LState, format string, args ...any) {
	l.RaiseError("%s", fmt.Sprintf(format, args...))
}

func badArg(l *lua.LState, n int, fn, problem string) {
	raise(l, "bad argument #%d to '%s' (%s)", n, fn, problem)
}

func badType(l *lua.LState, n int, fn, want string) {
	got := "no value"
	if n <= l.GetTop() {
		got = l.Get(n).Type().String()
	}
	badArg(l, n, fn, want+" expected, got "+got)
}

// check raises when the run has to end.
func check(l *lua.LState, s *stop) {
	if s != nil {
		raise(l, "%s", s.message)
	}
}

// work charges a native function's own loop.
func work(l *lua.LState, units int) { check(l, meterOf(l).work(units)) }

// build charges for a string of n bytes before it is made.
func build(l *lua.LState, n int) { check(l, meterOf(l).build(n)) }

// give pushes a new string, charged.
func give(l *lua.LState, s string) int {
	build(l, len(s))
	l.Push(lua.LString(s))
	return 1
}

func anyArg(l *lua.LState, n int, fn string) lua.LValue {
	if n > l.GetTop() {
		badArg(l, n, fn, "value expected")
	}
	return l.Get(n)
}

// textOf gives a string or number as text.
func textOf(v lua.LValue) (string, bool) {
	switch v := v.(type) {
	case lua.LString:
		return string(v), true
	case lua.LNumber:
		return formatNumber(float64(v)), true
	}
	return "", false
}

// numberOf gives a number, or a string that reads as one.
func numberOf(v lua.LValue) (float64, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return float64(v), true
	case lua.LString:
		return parseNumber(string(v))
	}
	return 0, false
}

func stringArg(l *lua.LState, n int, fn string) string {
	s, ok := textOf(l.Get(n))
	if !ok {
		badType(l, n, fn, "string")
	}
	return s
}

func numberArg(l *lua.LState, n int, fn string) float64 {
	f, ok := numberOf(l.Get(n))
	if !ok {
		badType(l, n, fn, "number")
	}
	return f
}

func intArg(l *lua.LState, n int, fn string) int { return integer(numberArg(l, n, fn)) }

func tableArg(l *lua.LState, n int, fn string) *lua.LTable {
	t, ok := l.Get(n).(*lua.LTable)
	if !ok {
		badType(l, n, fn, "table")
	}
	return t
}

func functionArg(l *lua.LState, n int, fn string) *lua.LFunction {
	f, ok := l.Get(n).(*lua.LFunction)
	if !ok {
		badType(l, n, fn, "function")
	}
	return f
}

func optString(l *lua.LState, n int, fn, otherwise string) string {
	if l.Get(n) == lua.LNil {
		return otherwise
	}
	return stringArg(l, n, fn)
}

func optInt(l *lua.LState, n int, fn string, otherwise int) int {
	if l.Get(n) == lua.LNil {
		return otherwise
	}
	return intArg(l, n, fn)
}

// call runs fn on this state and gives its first result.
func call(l *lua.LState, fn lua.LValue, args ...lua.LValue) lua.LValue {
	l.Push(fn)
	for _, a := range args {
		l.Push(a)
	}
	l.Call(len(args), 1)
	v := l.Get(-1)
	l.Pop(1)
	return v
}
