// Package pattern matches Lua 5.1 patterns. It follows lstrlib.c of PUC Lua 5.1.5 and adds what a sandbox needs: every step is
// reported to the caller, who may end the match, and the recursion is bounded. It knows nothing of an interpreter.
//
// Differences from lstrlib.c: a pattern and a subject may hold NUL bytes (5.1 ends a pattern at the first), classes are those
// of the C locale, and a pattern that needs more than [MaxDepth] levels is an error, as in Lua 5.2.
package pattern

import "strings"

// Bounds of one pattern.
const (
	MaxCaptures = 32  // LUA_MAXCAPTURES
	MaxDepth    = 200 // levels of recursion; MAXCCALLS of Lua 5.2
)

// stride is how many steps pass between two reports to the caller.
const stride = 256

// An Error is a pattern that cannot be matched: malformed, or too complex.
type Error string

func (e Error) Error() string { return string(e) }

// Lengths of captures that have none.
const (
	unclosed = -1
	position = -2 // (): a place instead of a text
)

// A Capture is one captured part of the subject.
type Capture struct {
	Text     string
	Place    int  // 1-based; only when Position
	Position bool // the capture was (): it gives Place
}

type span struct{ start, length int }

// A Matcher matches one pattern against one subject. It is not for concurrent use.
type Matcher struct {
	src, pat string
	spend    func(steps int) error
	steps    int // since the last report
	depth    int
	level    int // captures, finished or not
	captures [MaxCaptures]span
	failure  error
}

// New makes a matcher. The pattern has no anchor: a leading ^ stands for itself, so callers cut it off where it anchors. Spend is told of the steps
// taken, some hundred at a time; what it returns other than nil ends the match with that error. It may be nil.
func New(src, pat string, spend func(steps int) error) *Matcher {
	return &Matcher{src: src, pat: pat, spend: spend}
}

// At matches at exactly the byte offset and gives the offset where the match ends. The error is an [Error], or what spend gave.
func (m *Matcher) At(offset int) (end int, ok bool, err error) {
	m.level, m.depth = 0, 0
	end = m.match(offset, 0)
	if m.failure != nil {
		return 0, false, m.failure
	}
	return end, end >= 0, nil
}

// Find gives the first match that begins at or after the byte offset.
func (m *Matcher) Find(offset int) (start, end int, ok bool, err error) {
	for start = offset; start <= len(m.src); start++ {
		if end, ok, err = m.At(start); ok || err != nil {
			return start, end, ok, err
		}
	}
	return 0, 0, false, nil
}

// Captures is how many captures the last match has.
func (m *Matcher) Captures() int { return m.level }

// Capture gives capture i of the last match, counted from 0. Without any capture in the pattern, capture 0 is the whole match.
func (m *Matcher) Capture(i, start, end int) (Capture, error) {
	if i >= m.level {
		if i != 0 {
			return Capture{}, Error("invalid capture index")
		}
		return Capture{Text: m.src[start:end]}, nil
	}
	c := m.captures[i]
	switch c.length {
	case unclosed:
		return Capture{}, Error("unfinished capture")
	case position:
		return Capture{Place: c.start + 1, Position: true}, nil
	}
	return Capture{Text: m.src[c.start : c.start+c.length]}, nil
}

// HasSpecials tells whether the pattern is more than a plain text.
func HasSpecials(pat string) bool { return strings.ContainsAny(pat, "^$*+?.([%-") }

// fail ends the match; -1 is "no match" for the callers on the way out.
func (m *Matcher) fail(err error) int {
	if m.failure == nil {
		m.failure = err
	}
	return -1
}

// step counts one unit of work and tells whether to go on.
func (m *Matcher) step() bool {
	m.steps++
	if m.steps >= stride {
		return m.report()
	}
	return m.failure == nil
}

func (m *Matcher) report() bool {
	if m.spend != nil && m.failure == nil {
		if err := m.spend(m.steps); err != nil {
			m.fail(err)
		}
	}
	m.steps = 0
	return m.failure == nil
}

// Settle reports the steps that were not yet reported. Callers call it once after the last match.
func (m *Matcher) Settle() error {
	m.report()
	return m.failure
}

// match matches the pattern from p on against the subject from s on; it gives the end of the match or -1.
func (m *Matcher) match(s, p int) int {
	if m.depth == MaxDepth {
		return m.fail(Error("pattern too complex"))
	}
	m.depth++
	end := m.items(s, p)
	m.depth--
	return end
}

// items is the loop over the items of the pattern that need no recursion.
func (m *Matcher) items(s, p int) int {
	for p < len(m.pat) {
		if !m.step() {
			return -1
		}
		switch m.pat[p] {
		case '(':
			if p+1 < len(m.pat) && m.pat[p+1] == ')' {
				return m.openCapture(s, p+2, position)
			}
			return m.openCapture(s, p+1, unclosed)
		case ')':
			return m.closeCapture(s, p+1)
		case '$':
			if p+1 == len(m.pat) {
				if s == len(m.src) {
					return s
				}
				return -1
			}
		case '%':
			if p+1 < len(m.pat) {
				switch c := m.pat[p+1]; {
				case c == 'b':
					if s = m.balance(s, p+2); s < 0 {
						return -1
					}
					p += 4
					continue
				case c == 'f':
					var ok bool
					if p, ok = m.frontier(s, p+2); !ok {
						return -1
					}
					continue
				case isDigit(c):
					if s = m.back(s, c); s < 0 {
						return -1
					}
					p += 2
					continue
				}
			}
		}
		ep := m.classEnd(p)
		if ep < 0 {
			return -1
		}
		matches := s < len(m.src) && m.single(m.src[s], p, ep)
		var suffix byte
		if ep < len(m.pat) {
			suffix = m.pat[ep]
		}
		switch suffix {
		case '?':
			if matches {
				if end := m.match(s+1, ep+1); end >= 0 || m.failure != nil {
					return end
				}
			}
			p = ep + 1
			continue
		case '*':
			return m.longest(s, p, ep)
		case '+':
			if !matches {
				return -1
			}
			return m.longest(s+1, p, ep)
		case '-':
			return m.shortest(s, p, ep)
		}
		if !matches {
			return -1
		}
		s, p = s+1, ep
	}
	return s
}

// longest matches as many single characters as it can, then fewer and fewer until the rest matches.
func (m *Matcher) longest(s, p, ep int) int {
	n := 0
	for s+n < len(m.src) && m.single(m.src[s+n], p, ep) {
		if n++; !m.step() {
			return -1
		}
	}
	for ; n >= 0; n-- {
		if end := m.match(s+n, ep+1); end >= 0 || m.failure != nil {
			return end
		}
	}
	return -1
}

// shortest matches as few single characters as it can.
func (m *Matcher) shortest(s, p, ep int) int {
	for {
		if end := m.match(s, ep+1); end >= 0 || m.failure != nil {
			return end
		}
		if s >= len(m.src) || !m.single(m.src[s], p, ep) {
			return -1
		}
		s++
	}
}

func (m *Matcher) openCapture(s, p, length int) int {
	if m.level >= MaxCaptures {
		return m.fail(Error("too many captures"))
	}
	m.captures[m.level] = span{s, length}
	m.level++
	end := m.match(s, p)
	if end < 0 {
		m.level-- // undo
	}
	return end
}

func (m *Matcher) closeCapture(s, p int) int {
	open := -1
	for i := m.level - 1; i >= 0; i-- {
		if m.captures[i].length == unclosed {
			open = i
			break
		}
	}
	if open < 0 {
		return m.fail(Error("invalid pattern capture"))
	}
	m.captures[open].length = s - m.captures[open].start
	end := m.match(s, p)
	if end < 0 {
		m.captures[open].length = unclosed
	}
	return end
}

// balance is %bxy: x and y at p and p+1.
func (m *Matcher) balance(s, p int) int {
	if p+1 >= len(m.pat) {
		return m.fail(Error("unbalanced pattern"))
	}
	opener, closer := m.pat[p], m.pat[p+1]
	if s >= len(m.src) || m.src[s] != opener {
		return -1
	}
	depth := 1
	for i := s + 1; i < len(m.src); i++ {
		if !m.step() {
			return -1
		}
		switch c := m.src[i]; {
		case c == closer:
			if depth--; depth == 0 {
				return i + 1
			}
		case c == opener:
			depth++
		}
	}
	return -1
}

// frontier is %f[set] with the set at p: the character before s is not in it, the one at s is. The ends of the subject
// count as NUL.
func (m *Matcher) frontier(s, p int) (next int, ok bool) {
	if p >= len(m.pat) || m.pat[p] != '[' {
		m.fail(Error("missing '[' after '%f' in pattern"))
		return 0, false
	}
	ep := m.classEnd(p)
	if ep < 0 {
		return 0, false
	}
	var before, at byte
	if s > 0 {
		before = m.src[s-1]
	}
	if s < len(m.src) {
		at = m.src[s]
	}
	return ep, !m.inSet(before, p, ep-1) && m.inSet(at, p, ep-1)
}

// back is %1 to %9: the text of an earlier capture again.
func (m *Matcher) back(s int, digit byte) int {
	i := int(digit) - '1'
	if i < 0 || i >= m.level || m.captures[i].length == unclosed {
		return m.fail(Error("invalid capture index"))
	}
	c := m.captures[i]
	if c.length == position {
		return -1
	}
	m.steps += c.length / 16
	if strings.HasPrefix(m.src[s:], m.src[c.start:c.start+c.length]) {
		return s + c.length
	}
	return -1
}

// classEnd gives the end of the single-character class that begins at p.
func (m *Matcher) classEnd(p int) int {
	c := m.pat[p]
	p++
	switch c {
	case '%':
		if p >= len(m.pat) {
			return m.fail(Error("malformed pattern (ends with '%')"))
		}
		return p + 1
	case '[':
		if p < len(m.pat) && m.pat[p] == '^' {
			p++
		}
		for { // the first ] stands for itself
			if p >= len(m.pat) || !m.step() {
				return m.fail(Error("malformed pattern (missing ']')"))
			}
			if m.pat[p] == '%' && p+1 < len(m.pat) {
				p++ // an escaped character, even ]
			}
			p++
			if p < len(m.pat) && m.pat[p] == ']' {
				return p + 1
			}
		}
	}
	return p
}

// single tells whether c is in the class between p and ep.
func (m *Matcher) single(c byte, p, ep int) bool {
	switch m.pat[p] {
	case '.':
		return true
	case '%':
		return inClass(c, m.pat[p+1])
	case '[':
		return m.inSet(c, p, ep-1)
	}
	return m.pat[p] == c
}

// inSet tells whether c is in the set that begins with [ at p and ends with ] at end.
func (m *Matcher) inSet(c byte, p, end int) bool {
	in := true
	if m.pat[p+1] == '^' {
		in = false
		p++
	}
	m.steps += (end - p) / 8
	for p++; p < end; p++ {
		switch {
		case m.pat[p] == '%' && p+1 < end:
			p++
			if inClass(c, m.pat[p]) {
				return in
			}
		case p+2 < end && m.pat[p+1] == '-':
			p += 2
			if m.pat[p-2] <= c && c <= m.pat[p] {
				return in
			}
		case m.pat[p] == c:
			return in
		}
	}
	return !in
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// inClass tells whether c is in the class of %class; an upper-case letter is the complement, what is no letter is itself.
func inClass(c, class byte) bool {
	var in bool
	switch class | 0x20 {
	case 'a':
		in = isLower(c | 0x20)
	case 'c':
		in = c < ' ' || c == 0x7f
	case 'd':
		in = isDigit(c)
	case 'l':
		in = isLower(c)
	case 'p':
		in = '!' <= c && c <= '~' && !isDigit(c) && !isLower(c|0x20)
	case 's':
		in = c == ' ' || '\t' <= c && c <= '\r'
	case 'u':
		in = isUpper(c)
	case 'w':
		in = isDigit(c) || isLower(c|0x20)
	case 'x':
		in = isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
	case 'z':
		in = c == 0
	default:
		return class == c
	}
	if isUpper(class) {
		return !in
	}
	return in
}
