package pattern

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// all gives the first match as "start-end: captures", with places as numbers.
func all(src, pat string) string {
	pat, anchored := strings.CutPrefix(pat, "^")
	m := New(src, pat, nil)
	start, end, ok, err := 0, 0, false, error(nil)
	if anchored {
		end, ok, err = m.At(0)
	} else {
		start, end, ok, err = m.Find(0)
	}
	if err != nil {
		return "error: " + err.Error()
	}
	if !ok {
		return "no"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d-%d", start+1, end)
	for i := range m.Captures() {
		c, err := m.Capture(i, start, end)
		switch {
		case err != nil:
			return "error: " + err.Error()
		case c.Position:
			fmt.Fprintf(&out, " @%d", c.Place)
		default:
			fmt.Fprintf(&out, " %q", c.Text)
		}
	}
	return out.String()
}

// The results are those of PUC Lua 5.1.5; package box compares many more with the real one.
func TestPatterns(t *testing.T) {
	for _, c := range []struct{ src, pat, want string }{
		{"hello world", "o w", "5-7"},
		{"hello", "l+", "3-4"},
		{"hello", "l-", "1-0"},
		{"hello", "xl*", "no"},
		{"hello", "^ell", "no"},
		{"hello", "^hell", "1-4"},
		{"hello", "o$", "5-5"},
		{"a$b", "$b", "2-3"},
		{"key = value", "(%w+)%s*=%s*(%w+)", `1-11 "key" "value"`},
		{"key", "()k()", "1-1 @1 @2"},
		{"f(a(b)c)d", "%b()", "2-8"},
		{"THE (quick) fox", "%f[%a]%a+%f[%A]", "1-3"},
		{`say "hi" 'x'`, `(["'])(.-)%1`, `5-8 "\"" "hi"`},
		{"2026-03-10", "^(%d%d%d%d)-(%d%d)-(%d%d)$", `1-10 "2026" "03" "10"`},
		{"a]b", "[]]", "2-2"},
		{"a-b", "[a-]+", "1-2"},
		{"abc", "[^a-b]", "3-3"},
		{"a%b", "%%", "2-2"},
		{"äb", "[^\x80-\xff]", "3-3"},
		{"\x00a", "%z", "1-1"},
		{"a.b", "%.", "2-2"},
		{"", "", "1-0"},
		{"aaa", "a?a?a?a?$", "1-3"},
		{"abab", "(ab)%1", `1-4 "ab"`},
		{"x", "(", "error: unfinished capture"},
		{"x", ")", "error: invalid pattern capture"},
		{"x", "[a", "error: malformed pattern (missing ']')"},
		{"x", "%", "error: malformed pattern (ends with '%')"},
		{"x", "%1", "error: invalid capture index"},
		{"x", "%bx", "error: unbalanced pattern"},
		{"x", "%fx", "error: missing '[' after '%f' in pattern"},
		{"x", strings.Repeat("()", 33), "error: too many captures"},
		{strings.Repeat("x", 500), strings.Repeat("x?", 250), "error: pattern too complex"},
	} {
		if got := all(c.src, c.pat); got != c.want {
			t.Errorf("%q in %q: got %s, want %s", c.pat, c.src, got, c.want)
		}
	}
}

var errSpent = errors.New("spent")

// Exponential and quadratic patterns end when the caller says so, soon after.
func TestTheCallerEndsAMatch(t *testing.T) {
	for _, c := range []struct{ src, pat string }{
		{strings.Repeat("a", 40), strings.Repeat("a?", 40) + strings.Repeat("a", 40)},
		{strings.Repeat("a", 20000), strings.Repeat(".-", 60) + "b"},
		{strings.Repeat("(", 60000), "%b()x"},
		{strings.Repeat("ab", 3000), "(.*)(.*)(.*)%1%2%3x"},
		{strings.Repeat("a", 60000), "[" + strings.Repeat("b", 60000) + "]"},
	} {
		const budget = 100_000
		spent := 0
		m := New(c.src, c.pat, func(steps int) error {
			if spent += steps; spent > budget {
				return errSpent
			}
			return nil
		})
		_, _, ok, err := m.Find(0)
		if !errors.Is(err, errSpent) || ok {
			t.Errorf("%.20s: %v %v", c.pat, ok, err)
		}
		if spent > budget+20_000 {
			t.Errorf("%.20s: %d steps were taken", c.pat, spent)
		}
	}
}

func TestStepsAreToldOf(t *testing.T) {
	spent := 0
	m := New(strings.Repeat("a", 1000), "a*b", func(steps int) error { spent += steps; return nil })
	if _, ok, err := m.At(0); ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := m.Settle(); err != nil || spent < 2000 || spent > 4000 {
		t.Errorf("%d steps for 2000 comparisons: %v", spent, err)
	}
}

// FuzzMatch: whatever the pattern, the match ends, within the subject, and the captures lie in it.
func FuzzMatch(f *testing.F) {
	for _, p := range []string{"a*", "(a)(b)%1", "%b()", "%f[%w]", "[^]-]", "()", "^x$", "%", "[", "(.-)%s", "a?a?a?aaa", "[%a-z]", "%bxy%1"} {
		f.Add("abc (x) aaa", p, 0)
	}
	f.Fuzz(func(t *testing.T, src, pat string, from int) {
		if from < 0 || from > len(src) {
			return
		}
		left := 200_000
		m := New(src, pat, func(steps int) error {
			if left -= steps; left < 0 {
				return errSpent
			}
			return nil
		})
		start, end, ok, err := m.Find(from)
		if err != nil || !ok {
			return
		}
		if start < from || end < start || end > len(src) {
			t.Fatalf("%q in %q from %d: %d-%d", pat, src, from, start, end)
		}
		for i := range max(1, m.Captures()) {
			c, err := m.Capture(i, start, end)
			if err == nil && !c.Position && !strings.Contains(src[start:end], c.Text) {
				t.Fatalf("%q in %q: capture %q outside of the match", pat, src, c.Text)
			}
		}
	})
}
