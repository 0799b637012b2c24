package box

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Operators that the interpreter itself has without bounds, or gets wrong.

var concatFunction = native(baseConcat)

// baseConcat is what a .. b .. c was rewritten to.
func baseConcat(l *lua.LState) int {
	total := 0
	n := l.GetTop()
	parts := make([]string, n)
	for i := range parts {
		s, ok := textOf(l.Get(i + 1))
		if !ok {
			return concatMeta(l, n)
		}
		parts[i] = s
		total += len(s)
	}
	build(l, total)
	l.Push(lua.LString(strings.Join(parts, "")))
	return 1
}

// concatMeta joins from the right, by __concat where a value is no text.
func concatMeta(l *lua.LState, n int) int {
	result := l.Get(n)
	for i := n - 1; i >= 1; i-- {
		left := l.Get(i)
		a, okA := textOf(left)
		b, okB := textOf(result)
		if okA && okB {
			build(l, len(a)+len(b))
			result = lua.LString(a + b)
			continue
		}
		fn := l.GetMetaField(left, "__concat")
		if fn == lua.LNil {
			fn = l.GetMetaField(result, "__concat")
		}
		if fn == lua.LNil {
			bad := left
			if okA {
				bad = result
			}
			raise(l, "attempt to concatenate a %s value", bad.Type())
		}
		result = call(l, fn, left, result)
	}
	l.Push(result)
	return 1
}

// stringArithmetic is what happens to "10" + 1.
var stringArithmetic = []member{
	arithmetic("add", func(a, b float64) float64 { return a + b }),
	arithmetic("sub", func(a, b float64) float64 { return a - b }),
	arithmetic("mul", func(a, b float64) float64 { return a * b }),
	arithmetic("div", func(a, b float64) float64 { return a / b }),
	arithmetic("mod", modulo),
	arithmetic("pow", power),
	{"__unm", native(func(l *lua.LState) int {
		f, ok := numberOf(l.Get(1))
		if !ok {
			raise(l, "attempt to perform arithmetic on a string value")
		}
		l.Push(lua.LNumber(-f))
		return 1
	})},
}

func arithmetic(name string, op func(a, b float64) float64) member {
	event := "__" + name
	return member{event, native(func(l *lua.LState) int {
		for i := 1; i <= 2; i++ { // "10" + setmetatable({}, {__add = ...})
			if t, ok := l.Get(i).(*lua.LTable); ok {
				if fn := l.GetMetaField(t, event); fn != lua.LNil {
					l.Push(call(l, fn, l.Get(1), l.Get(2)))
					return 1
				}
			}
		}
		a, okA := numberOf(l.Get(1))
		b, okB := numberOf(l.Get(2))
		if !okA || !okB {
			bad := l.Get(2)
			if !okA {
				bad = l.Get(1)
			}
			raise(l, "attempt to perform arithmetic on a %s value", bad.Type())
		}
		l.Push(lua.LNumber(op(a, b)))
		return 1
	})}
}
