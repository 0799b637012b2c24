package box

import (
	"strings"

	"github.com/rebookhq/rebook/scripts/pattern"
	lua "github.com/yuin/gopher-lua"
)

// stringLibrary is string of Lua 5.1 without dump. Letters are those of ASCII, as in the C locale; bytes are counted, not characters.
var stringLibrary = []member{
	{"byte", native(stringByte)},
	{"char", native(stringChar)},
	{"find", native(stringFind)},
	{"format", native(stringFormat)},
	{"gmatch", native(stringGmatch)},
	{"gsub", native(stringGsub)},
	{"len", native(stringLen)},
	{"lower", native(stringLower)},
	{"match", native(stringMatch)},
	{"rep", native(stringRep)},
	{"reverse", native(stringReverse)},
	{"sub", native(stringSub)},
	{"upper", native(stringUpper)},
}

// offset turns a Lua position, negative from the end, into one counted from 1.
func offset(pos, length int) int {
	if pos < 0 {
		pos += length + 1
	}
	return max(pos, 0)
}

func stringByte(l *lua.LState) int {
	s := stringArg(l, 1, "byte")
	first := offset(optInt(l, 2, "byte", 1), len(s))
	last := offset(optInt(l, 3, "byte", first), len(s))
	first, last = max(first, 1), min(last, len(s))
	if first > last {
		return 0
	}
	if last-first+1 > MaxValues {
		raise(l, "string slice too long")
	}
	work(l, (last-first)/8)
	for i := first; i <= last; i++ {
		l.Push(lua.LNumber(s[i-1]))
	}
	return last - first + 1
}

func stringChar(l *lua.LState) int {
	b := make([]byte, l.GetTop())
	for i := range b {
		c := intArg(l, i+1, "char")
		if c < 0 || c > 255 {
			badArg(l, i+1, "char", "invalid value")
		}
		b[i] = byte(c)
	}
	return give(l, string(b))
}

func stringLen(l *lua.LState) int {
	l.Push(lua.LNumber(len(stringArg(l, 1, "len"))))
	return 1
}

func stringLower(l *lua.LState) int {
	return mapBytes(l, "lower", func(c byte) byte {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		return c
	})
}

func stringUpper(l *lua.LState) int {
	return mapBytes(l, "upper", func(c byte) byte {
		if 'a' <= c && c <= 'z' {
			c &^= 0x20
		}
		return c
	})
}

func mapBytes(l *lua.LState, name string, f func(byte) byte) int {
	s := stringArg(l, 1, name)
	build(l, len(s))
	work(l, len(s)/16)
	b := []byte(s)
	for i, c := range b {
		b[i] = f(c)
	}
	l.Push(lua.LString(b))
	return 1
}

func stringRep(l *lua.LState) int {
	s, n := stringArg(l, 1, "rep"), intArg(l, 2, "rep")
	if n < 1 || s == "" {
		l.Push(lua.LString(""))
		return 1
	}
	if n > MaxString { // before the product can overflow
		n = MaxString + 1
	}
	build(l, n*len(s))
	l.Push(lua.LString(strings.Repeat(s, n)))
	return 1
}

func stringReverse(l *lua.LState) int {
	s := stringArg(l, 1, "reverse")
	build(l, len(s))
	work(l, len(s)/16)
	b := make([]byte, len(s))
	for i := range len(s) {
		b[len(s)-1-i] = s[i]
	}
	l.Push(lua.LString(b))
	return 1
}

func stringSub(l *lua.LState) int {
	s := stringArg(l, 1, "sub")
	first := max(1, offset(intArg(l, 2, "sub"), len(s)))
	last := min(len(s), offset(optInt(l, 3, "sub", -1), len(s)))
	if first > last {
		l.Push(lua.LString(""))
		return 1
	}
	work(l, 1)
	l.Push(lua.LString(s[first-1 : last])) // shares the bytes of s: nothing is built
	return 1
}

// matcher makes a matcher whose steps are charged: eight of them cost about as much as an instruction.
func matcher(l *lua.LState, s, p string) *pattern.Matcher {
	m := meterOf(l)
	return pattern.New(s, p, func(steps int) error {
		if s := m.work(1 + steps/8); s != nil {
			return s
		}
		return nil
	})
}

// must raises a fault of a pattern, or a limit that matching it hit.
func must(l *lua.LState, err error) {
	if err != nil {
		raise(l, "%s", err.Error())
	}
}

func stringFind(l *lua.LState) int  { return find(l, "find", true) }
func stringMatch(l *lua.LState) int { return find(l, "match", false) }

func find(l *lua.LState, name string, places bool) int {
	s, p := stringArg(l, 1, name), stringArg(l, 2, name)
	init := min(max(offset(optInt(l, 3, name, 1), len(s))-1, 0), len(s))
	if places && (lua.LVAsBool(l.Get(4)) || !pattern.HasSpecials(p)) {
		work(l, 1+(len(s)-init)/64)
		i := strings.Index(s[init:], p)
		if i < 0 {
			l.Push(lua.LNil)
			return 1
		}
		l.Push(lua.LNumber(init + i + 1))
		l.Push(lua.LNumber(init + i + len(p)))
		return 2
	}
	p, anchored := strings.CutPrefix(p, "^")
	m := matcher(l, s, p)
	var start, end int
	var ok bool
	var err error
	if anchored {
		start = init
		end, ok, err = m.At(init)
	} else {
		start, end, ok, err = m.Find(init)
	}
	must(l, err)
	must(l, m.Settle())
	if !ok {
		l.Push(lua.LNil)
		return 1
	}
	n := 0
	if places {
		l.Push(lua.LNumber(start + 1))
		l.Push(lua.LNumber(end))
		n = 2
		if m.Captures() == 0 {
			return n
		}
	}
	return n + pushCaptures(l, m, start, end)
}

// pushCaptures pushes the captures of the last match, or the whole match where the pattern has none.
func pushCaptures(l *lua.LState, m *pattern.Matcher, start, end int) int {
	n := max(1, m.Captures())
	for i := range n {
		l.Push(capture(l, m, i, start, end))
	}
	return n
}

func capture(l *lua.LState, m *pattern.Matcher, i, start, end int) lua.LValue {
	c, err := m.Capture(i, start, end)
	must(l, err)
	if c.Position {
		return lua.LNumber(c.Place)
	}
	return lua.LString(c.Text)
}

func stringGmatch(l *lua.LState) int {
	s, p := stringArg(l, 1, "gmatch"), stringArg(l, 2, "gmatch")
	work(l, 8)
	m := matcher(l, s, p)
	next := 0
	l.Push(native(func(l *lua.LState) int {
		work(l, 2)
		start, end, ok, err := m.Find(next)
		must(l, err)
		if !ok {
			next = len(s) + 1
			return 0
		}
		next = end
		if end == start {
			next++
		}
		return pushCaptures(l, m, start, end)
	}))
	return 1
}

func stringGsub(l *lua.LState) int {
	s, p := stringArg(l, 1, "gsub"), stringArg(l, 2, "gsub")
	repl := l.Get(3)
	switch repl.Type() {
	case lua.LTString, lua.LTNumber, lua.LTFunction, lua.LTTable:
	default:
		badArg(l, 3, "gsub", "string/function/table expected")
	}
	most := optInt(l, 4, "gsub", len(s)+1)
	p, anchored := strings.CutPrefix(p, "^")
	m := matcher(l, s, p)
	var out strings.Builder
	src, n := 0, 0
	for n < most {
		work(l, 2)
		end, ok, err := m.At(src)
		must(l, err)
		if ok {
			n++
			replace(l, &out, m, repl, s, src, end)
		}
		switch {
		case ok && end > src:
			src = end
		case src < len(s):
			out.WriteByte(s[src])
			src++
		default:
			src = len(s) + 1
		}
		if src > len(s) || anchored {
			break
		}
		if out.Len() > MaxString {
			build(l, out.Len())
		}
	}
	must(l, m.Settle())
	if src < len(s) {
		out.WriteString(s[src:])
	}
	build(l, out.Len())
	l.Push(lua.LString(out.String()))
	l.Push(lua.LNumber(n))
	return 2
}

// replace writes what stands for one match.
func replace(l *lua.LState, out *strings.Builder, m *pattern.Matcher, repl lua.LValue, s string, start, end int) {
	var v lua.LValue
	switch r := repl.(type) {
	case *lua.LTable:
		v = l.GetTable(r, capture(l, m, 0, start, end))
	case *lua.LFunction:
		l.Push(r)
		l.Call(pushCaptures(l, m, start, end), 1)
		v = l.Get(-1)
		l.Pop(1)
	default:
		text, _ := textOf(repl)
		template(l, out, m, text, s, start, end)
		return
	}
	if lua.LVIsFalse(v) {
		out.WriteString(s[start:end])
		return
	}
	text, ok := textOf(v)
	if !ok {
		raise(l, "invalid replacement value (a %s)", v.Type())
	}
	room(l, out, len(text))
	out.WriteString(text)
}

// template writes a replacement text: %0 to %9 are captures, % before anything else is that.
func template(l *lua.LState, out *strings.Builder, m *pattern.Matcher, text, s string, start, end int) {
	for {
		before, after, ok := strings.Cut(text, "%")
		room(l, out, len(before))
		out.WriteString(before)
		if !ok || after == "" {
			return
		}
		c := after[0]
		text = after[1:]
		switch {
		case c == '0':
			room(l, out, end-start)
			out.WriteString(s[start:end])
		case '1' <= c && c <= '9':
			captured, _ := textOf(capture(l, m, int(c-'1'), start, end))
			room(l, out, len(captured))
			out.WriteString(captured)
		default:
			out.WriteByte(c)
		}
	}
}

// room refuses a text before it grows over the bound.
func room(l *lua.LState, out *strings.Builder, n int) {
	if out.Len()+n > MaxString {
		build(l, out.Len()+n)
	}
	work(l, n/64)
}
