package box

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// hints are the mends of the limits.
var hints = map[string]string{
	LimitInstructions:  "is there an endless loop?",
	LimitCPU:           "is there an endless loop, or a pattern with many * and - that never matches?",
	LimitMemory:        "is a text or table built in a loop that does not end?",
	LimitString:        "is a text joined in a loop that does not end?",
	LimitList:          "lists end at 19,999 items",
	LimitCoroutines:    "use a plain function or loop instead",
	LimitDepth:         "does a function call itself without an end?",
	LimitAsks:          "ask for less, or decide with what is known",
	LimitDeterministic: "with the same ctx and answers the script must ask the same again",
	LimitSource:        "split the script into modules and require them",
	LimitModules:       "put what belongs together into one module",
	LimitText:          "a text message has at most 1600 characters",
}

// says makes an Error that no line is to blame for.
func (r *run) says(message, limit, hint string) *Error {
	if hint == "" {
		hint = hints[limit]
	}
	return &Error{Script: r.facts.Script, Message: oneLine(message, MaxMessage), Limit: limit, Hint: hint}
}

// fault makes the Error of a run that ended with an error value, or with a limit.
func (r *run) fault(raised lua.LValue) *Error {
	if s := r.meter.stop; s != nil {
		e := r.placed(s.place + s.message)
		e.Limit, e.Hint = s.limit, hints[s.limit]
		return e
	}
	switch v := raised.(type) {
	case lua.LString:
		if f := r.syntax; f != nil && strings.HasSuffix(string(v), f.Message) {
			return f // of a module: it says more
		}
		return r.placed(string(v))
	case lua.LNumber:
		return r.placed(formatNumber(float64(v)))
	case *lua.LTable: // raw access: no script code runs here
		if s, ok := v.RawGetString("message").(lua.LString); ok {
			return r.placed(string(s))
		}
	}
	return r.says("it raised "+article(raised)+" instead of a message", "", "use error(\"what went wrong\")")
}

// placed splits "name.lua:12: message" and adds the line of the source.
func (r *run) placed(text string) *Error {
	e := &Error{Script: r.facts.Script, Message: text}
	for _, s := range r.scripts {
		rest, ok := strings.CutPrefix(text, s.chunk+":")
		if !ok {
			continue
		}
		digits, message, ok := strings.Cut(rest, ":")
		line, err := strconv.Atoi(digits)
		if !ok || err != nil || line < 1 {
			continue
		}
		e.Script, e.Line, e.Message = s.name, line, strings.TrimPrefix(message, " ")
		e.Source = sourceLine(s.source, line)
		break
	}
	e.Message, e.Hint = explain(e.Message, e.Source)
	e.Message = oneLine(e.Message, MaxMessage)
	return e
}

// plainer puts gopher-lua's wordings into those of Lua, with a mend.
var plainer = []struct {
	was  *regexp.Regexp
	is   string
	hint string
}{
	{regexp.MustCompile(`^attempt to index a non-table object\((\w+)\) with key '(.*)'$`), "attempt to index a $1 value (field '$2')",
		"what the field is taken from is no table: check it first"},
	{regexp.MustCompile(`^attempt to call a non-function object$`), "attempt to call something that is not a function",
		"is the name spelled right? Only the functions in the guide exist"},
	{regexp.MustCompile(`^cannot perform (\w+) operation between (\w+) and (\w+)$`), "attempt to perform arithmetic ($1) on a $2 and a $3 value",
		"check that both are numbers: tonumber(x) gives nil for what is none"},
	{regexp.MustCompile(`^attempt to concatenate a nil value$`), "attempt to concatenate a nil value",
		"a field is absent: check it first, as in: if ctx.customer.first_name then"},
	{regexp.MustCompile(`^__(unm|len) undefined$`), "attempt to take the $1 of a value that has none", "is it absent (nil)?"},
	{regexp.MustCompile(`^(stack|registry) overflow$`), "stack overflow", "does a function call itself without an end?"},
}

// nilIndex is the fault that scripts make most; which value is nil stands in the line of the source.
var nilIndex = regexp.MustCompile(`^attempt to index a non-table object\(nil\) with key '(\w+)'$`)

// outside are the libraries of Lua that reach out of a script, with what a script has instead.
var outside = map[string]string{
	"os":      "scripts have no clock and no system: ctx.now is the moment of the run, dates.format writes it",
	"io":      "scripts have no files: what they know stands in ctx",
	"debug":   "scripts have no debug library: a preview shows the line of a fault",
	"package": "modules are loaded with require only",
}

func explain(message, source string) (plain, hint string) {
	if len(message) > 4*MaxMessage {
		return message, ""
	}
	if m := nilIndex.FindStringSubmatch(message); m != nil {
		if who := regexp.MustCompile(`([A-Za-z_][\w.]*)[.:]` + m[1] + `\b`).FindStringSubmatch(source); who != nil {
			message := "attempt to index '" + who[1] + "' (a nil value)"
			if hint, ok := outside[who[1]]; ok {
				return message, hint
			}
			return message, "it is absent: check it first, as in: if " + who[1] + " then"
		}
	}
	for _, p := range plainer {
		if m := p.was.FindStringSubmatchIndex(message); m != nil {
			return string(p.was.ExpandString(nil, p.is, message, m)), string(p.was.ExpandString(nil, p.hint, message, m))
		}
	}
	return message, ""
}

// maxSourceLine bounds Error.Source in bytes.
const maxSourceLine = 160

func sourceLine(source string, line int) string {
	for range line - 1 {
		_, rest, ok := strings.Cut(source, "\n")
		if !ok {
			return ""
		}
		source = rest
	}
	source, _, _ = strings.Cut(source, "\n")
	return oneLine(source, maxSourceLine)
}

// oneLine makes text safe to show: one line, printable, at most n bytes.
func oneLine(text string, n int) string {
	text = strings.Map(func(c rune) rune {
		if c == utf8.RuneError || !unicode.IsPrint(c) { // also what turns the direction of writing
			return ' '
		}
		return c
	}, shorten(text, 2*n)) // cut first, so that a huge message is not walked whole
	return shorten(strings.Join(strings.Fields(text), " "), n)
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

func errorAt(s *script, line int, limit, format string, args ...any) *Error {
	return &Error{Script: s.name, Line: max(line, 0), Message: oneLine(fmt.Sprintf(format, args...), MaxMessage),
		Source: sourceLine(s.source, max(line, 0)), Limit: limit, Hint: hints[limit]}
}
