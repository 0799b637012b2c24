package scripts

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is a script that failed, or whose text was refused: bad syntax, a raised error, the instruction budget, a result
// that is no fit text.
type Error struct {
	Script  string // its name, without ".lua"
	Line    int    // in the source; 0 when there is none to name
	Message string // one line, at most maxMessage bytes
}

// Error gives "follow_up_link.lua:12: message".
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s.lua: %s", e.Script, e.Message)
	}
	return fmt.Sprintf("%s.lua:%d: %s", e.Script, e.Line, e.Message)
}

// maxMessage bounds, in bytes, what a script can write into a log or a page by failing.
const maxMessage = 300

// raised makes an Error of the text of a Lua error, which begins with "name.lua:12: " when the place is known.
func raised(script, text string) *Error {
	e := &Error{Script: script, Message: oneLine(text)}
	rest, ok := strings.CutPrefix(text, script+".lua:")
	if !ok {
		return e
	}
	line, message, ok := strings.Cut(rest, ": ")
	n, err := strconv.Atoi(line)
	if !ok || err != nil || n < 0 {
		return e
	}
	e.Line, e.Message = n, oneLine(message)
	return e
}

// oneLine makes text safe to show: one line, printable, bounded.
func oneLine(text string) string {
	// Cut generously first, so that a huge message is not walked whole.
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, shorten(text, 2*maxMessage))
	return shorten(strings.Join(strings.Fields(text), " "), maxMessage)
}

// shorten cuts s to at most n bytes at the edge of a character and marks the cut.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := n - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
