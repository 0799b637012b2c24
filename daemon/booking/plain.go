package booking

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ourEncoding adds to smartEncoding what it lacks or seems to have swapped: typographic marks that would cost a text its
// GSM alphabet, and direction marks that could make an address read otherwise than it is.
var ourEncoding = map[rune]string{
	0x00ad: "", 0x2011: "-", 0x2212: "-", 0x2039: "<", 0x203a: ">",
	0x061c: "", 0x200e: "", 0x200f: "", 0x202a: "", 0x202b: "", 0x202c: "", 0x202d: "", 0x202e: "",
	0x2066: "", 0x2067: "", 0x2068: "", 0x2069: "",
}

// Plain makes a text fit for a text message: composed characters (NFC), look-alikes of GSM characters replaced, control
// characters and runs of spaces as one space, at most one empty line, nothing around it. What it cannot replace stays:
// [Segments] tells what that costs. Plain of a plain text is the text itself.
func Plain(s string) string {
	if isPlain(s) {
		return s
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, "\ufffd"))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch with, ok := replacement(r); {
		case r == '\r' || r == '\n':
			b.WriteByte('\n')
		case ok:
			b.WriteString(with)
		case isControl(r) || unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(tidy(strings.ReplaceAll(b.String(), "\r\n", "\n")))
}

func replacement(r rune) (string, bool) {
	if ' ' <= r && r < 0x7f && r != '`' {
		return "", false
	}
	if with, ok := ourEncoding[r]; ok {
		return with, true
	}
	with, ok := smartEncoding[r]
	return with, ok
}

// isPlain tells the usual text, printable ASCII with single spaces, which needs no work.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '`' || c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

// tidy takes out spaces at the ends of lines, runs of spaces, and all but one empty line in a row.
func tidy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	breaks, space := 0, false
	for _, r := range s {
		switch r {
		case '\n':
			breaks++
		case ' ':
			space = true
		default:
			if b.Len() > 0 && breaks > 0 {
				b.WriteString("\n\n"[:min(breaks, 2)])
			} else if b.Len() > 0 && space {
				b.WriteByte(' ')
			}
			breaks, space = 0, false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// SmartEncode replaces look-alikes as Twilio's Smart Encoding does, and nothing else: what the carrier would make of a text.
func SmartEncode(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if with, ok := smartEncoding[r]; ok {
			b.WriteString(with)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// foldAccents takes the marks off letters: "envíe" becomes "envie". Other letters stay.
func foldAccents(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}
