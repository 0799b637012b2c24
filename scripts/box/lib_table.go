package box

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// tableLibrary is table of Lua 5.1, without what 5.1 itself calls outdated.
var tableLibrary = []member{
	{"concat", native(tableConcat)},
	{"getn", native(tableGetn)},
	{"insert", native(tableInsert)},
	{"maxn", native(tableMaxn)},
	{"remove", native(tableRemove)},
	{"sort", native(tableSort)},
}

func tableConcat(l *lua.LState) int {
	t := tableArg(l, 1, "concat")
	sep := optString(l, 2, "concat", "")
	first := optInt(l, 3, "concat", 1)
	last := 0
	if l.Get(4) == lua.LNil {
		last = t.Len()
	} else {
		last = intArg(l, 4, "concat")
	}
	var parts []string
	total := 0
	for i := first; i <= last; i++ {
		s, ok := textOf(t.RawGetInt(i))
		if !ok {
			raise(l, "invalid value (%s) at index %d in table for 'concat'", t.RawGetInt(i).Type(), i)
		}
		parts = append(parts, s)
		if total += len(s) + len(sep); total > MaxString+len(sep) {
			break // refused below, before it is joined
		}
		work(l, 1)
	}
	build(l, max(0, total-len(sep)))
	l.Push(lua.LString(strings.Join(parts, sep)))
	return 1
}

func tableGetn(l *lua.LState) int {
	l.Push(lua.LNumber(tableArg(l, 1, "getn").Len()))
	return 1
}

func tableInsert(l *lua.LState) int {
	t := tableArg(l, 1, "insert")
	n := t.Len()
	if n+1 >= MaxArrayIndex {
		check(l, meterOf(l).halt(LimitList, "a list would have more than 19,999 items"))
	}
	switch l.GetTop() {
	case 2:
		t.RawSetInt(n+1, l.Get(2))
	case 3:
		pos, v := intArg(l, 2, "insert"), l.Get(3)
		if pos < 1 || pos >= MaxArrayIndex {
			badArg(l, 2, "insert", "position out of bounds")
		}
		if pos > n {
			t.RawSetInt(pos, v)
			break
		}
		work(l, (n-pos)/16)
		t.Insert(pos, v)
	default:
		raise(l, "wrong number of arguments to 'insert'")
	}
	return 0
}

func tableMaxn(l *lua.LState) int {
	t := tableArg(l, 1, "maxn")
	best := 0.0
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		if n, ok := k.(lua.LNumber); ok {
			best = max(best, float64(n))
		}
		work(l, 1)
	}
	l.Push(lua.LNumber(best))
	return 1
}

func tableRemove(l *lua.LState) int {
	t := tableArg(l, 1, "remove")
	n := t.Len()
	pos := optInt(l, 2, "remove", n)
	if pos < 1 || pos > n {
		return 0
	}
	work(l, (n-pos)/16)
	l.Push(t.Remove(pos))
	return 1
}

// tableSort sorts a copy and writes it back: what the order function does to the table meanwhile harms nobody.
func tableSort(l *lua.LState) int {
	t := tableArg(l, 1, "sort")
	s := sorter{l: l, less: l.Get(2), values: make([]lua.LValue, t.Len())}
	if s.less != lua.LNil {
		functionArg(l, 2, "sort")
	}
	work(l, len(s.values)/8)
	for i := range s.values {
		s.values[i] = t.RawGetInt(i + 1)
	}
	s.sort(0, len(s.values)-1)
	for i, v := range s.values {
		t.RawSetInt(i+1, v)
	}
	return 0
}

// sorter is the quicksort of ltablib.c, so that equal items end in the same order as in Lua 5.1.
type sorter struct {
	l      *lua.LState
	less   lua.LValue
	values []lua.LValue
}

func (s *sorter) before(a, b lua.LValue) bool {
	work(s.l, 2)
	if s.less != lua.LNil {
		return lua.LVAsBool(call(s.l, s.less, a, b))
	}
	return s.l.LessThan(a, b)
}

func (s *sorter) sort(lo, up int) {
	v := s.values
	for lo < up {
		if s.before(v[up], v[lo]) {
			v[lo], v[up] = v[up], v[lo]
		}
		if up-lo == 1 {
			return
		}
		mid := (lo + up) / 2
		if s.before(v[mid], v[lo]) {
			v[mid], v[lo] = v[lo], v[mid]
		} else if s.before(v[up], v[mid]) {
			v[mid], v[up] = v[up], v[mid]
		}
		if up-lo == 2 {
			return
		}
		pivot := v[mid]
		v[mid], v[up-1] = v[up-1], v[mid]
		i := s.partition(lo, up, pivot)
		if i-lo < up-i { // the smaller part by recursion, so that it is not deep
			s.sort(lo, i-1)
			lo = i + 1
		} else {
			s.sort(i+1, up)
			up = i - 1
		}
	}
}

func (s *sorter) partition(lo, up int, pivot lua.LValue) int {
	v := s.values
	i, j := lo, up-1
	for {
		for i++; s.before(v[i], pivot); i++ {
			if i >= up {
				raise(s.l, "invalid order function for sorting")
			}
		}
		for j--; s.before(pivot, v[j]); j-- {
			if j <= lo {
				raise(s.l, "invalid order function for sorting")
			}
		}
		if j < i {
			break
		}
		v[i], v[j] = v[j], v[i]
	}
	v[up-1], v[i] = v[i], v[up-1]
	return i
}
