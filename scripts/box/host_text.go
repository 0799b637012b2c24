package box

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
	lua "github.com/yuin/gopher-lua"
)

var smsFuncs = []HostFunc{
	{Name: "sms.segments", Params: []Param{{"s", "string"}}, Returns: "integer", Doc: "The same as text.segments.",
		Example: `return tostring(sms.segments("Hi"))`, Want: "1", fn: textSegments},
}

var textFuncs = []HostFunc{
	{Name: "text.segments", Params: []Param{{"s", "string"}}, Returns: "integer",
		Doc:     "How many SMS segments the text is sent and paid as.",
		Example: `return tostring(text.segments(("x"):rep(161)))`, Want: "2", fn: textSegments},
	{Name: "text.encoding", Params: []Param{{"s", "string"}}, Returns: "string",
		Doc:     "The alphabet the text is sent in: GSM-7 has 160 characters a segment, UCS-2 70.",
		Example: `return text.encoding("Hi") .. " " .. text.encoding("Hi 😀")`, Want: "GSM-7 UCS-2", fn: textEncoding},
	{Name: "text.gsm", Params: []Param{{"s", "string"}}, Returns: "string",
		Doc:     "The text with look-alikes such as curly quotes replaced by characters of the SMS alphabet, as the carrier does.",
		Example: `return text.gsm("It’s “fine”")`, Want: `It's "fine"`, fn: textFunc("gsm", booking.SmartEncode)},
	{Name: "text.trim", Params: []Param{{"s", "string"}}, Returns: "string", Doc: "The text without white space at its ends.",
		Example: `return "[" .. text.trim("  a b ") .. "]"`, Want: "[a b]", fn: textFunc("trim", strings.TrimSpace)},
	{Name: "text.length", Params: []Param{{"s", "string"}}, Returns: "integer", Doc: "How many characters the text has; # counts bytes.",
		Example: `return text.length("niño") .. " " .. #"niño"`, Want: "4 5", fn: textLength},
	{Name: "text.truncate", Params: []Param{{"s", "string"}, {"n", "integer"}}, Returns: "string",
		Doc:     "The text cut to at most n characters, with ... where something was cut off.",
		Example: `return text.truncate("Water heater repair", 12)`, Want: "Water hea...", fn: textTruncate},
	{Name: "text.title", Params: []Param{{"s", "string"}}, Returns: "string",
		Doc:     "The text with a capital first letter in each word; words in capitals become small, mixed ones such as McDonald stay.",
		Example: `return text.title("ANA de la o'neil McDonald")`, Want: "Ana De La O'neil McDonald", fn: textFunc("title", title)},
	{Name: "text.upper", Params: []Param{{"s", "string"}}, Returns: "string", Doc: "The text in capitals, accented letters too.",
		Example: `return text.upper("niño")`, Want: "NIÑO", fn: textFunc("upper", strings.ToUpper)},
	{Name: "text.lower", Params: []Param{{"s", "string"}}, Returns: "string", Doc: "The text in small letters, accented letters too.",
		Example: `return text.lower("NIÑO")`, Want: "niño", fn: textFunc("lower", strings.ToLower)},
}

// textArg takes a text of a function of Rebook, charged for being walked.
func textArg(l *lua.LState, n int, fn string) string {
	s := stringArg(l, n, fn)
	work(l, 8+len(s)/4)
	return s
}

// textFunc makes a function of one text.
func textFunc(name string, f func(string) string) func(*lua.LState) int {
	return func(l *lua.LState) int { return give(l, f(textArg(l, 1, name))) }
}

func textSegments(l *lua.LState) int {
	n, _, _ := booking.Segments(textArg(l, 1, "segments"))
	l.Push(lua.LNumber(n))
	return 1
}

func textEncoding(l *lua.LState) int {
	_, encoding, _ := booking.Segments(textArg(l, 1, "encoding"))
	l.Push(lua.LString(encoding))
	return 1
}

func textLength(l *lua.LState) int {
	l.Push(lua.LNumber(utf8.RuneCountInString(textArg(l, 1, "length"))))
	return 1
}

func textTruncate(l *lua.LState) int {
	s, n := textArg(l, 1, "truncate"), intArg(l, 2, "truncate")
	if utf8.RuneCountInString(s) <= n {
		return give(l, s)
	}
	const mark = "..."
	if n <= len(mark) {
		return give(l, firstCharacters(s, n))
	}
	return give(l, strings.TrimRight(firstCharacters(s, n-len(mark)), " ")+mark)
}

func firstCharacters(s string, n int) string {
	for i := range s {
		if n <= 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func title(s string) string {
	var b strings.Builder
	for word := range strings.SplitAfterSeq(s, " ") {
		if strings.ToUpper(word) == word {
			word = strings.ToLower(word)
		}
		first, size := utf8.DecodeRuneInString(word)
		if size > 0 && first != utf8.RuneError {
			b.WriteRune(unicode.ToTitle(first))
		}
		b.WriteString(word[size:])
	}
	return b.String()
}
