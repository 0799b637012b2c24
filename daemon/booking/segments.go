package booking

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The two alphabets of a text message, by the names Twilio uses.
const (
	GSM7 = "GSM-7"
	UCS2 = "UCS-2"
)

// The room of a segment: 140 bytes, of which a text of several segments gives 6 to the header of each (3GPP TS 23.040, 9.2.3.24).
const (
	gsmSingle, gsmMulti = 160, 153 // septets
	ucsSingle, ucsMulti = 70, 67   // UTF-16 units
)

// Segments counts the message segments a carrier bills for the body: one is 160 septets of the GSM alphabet or 70 UTF-16
// units, each of several 153 or 67. encoding is [GSM7] or [UCS2]; guilty is the byte offset of the first character that
// makes it UCS-2, -1 when there is none. An empty body counts as one segment.
//
// It counts as TwilioDevEd/message-segment-calculator does: an escaped character such as "€" is never split over two
// segments, nor is a cluster of characters that is shown as one (an emoji with its modifiers, a flag). The clusters follow
// Unicode Standard Annex 29 but for rare scripts' prepended marks.
func Segments(body string) (n int, encoding string, guilty int) {
	total := 0
	for i, r := range body {
		w := septets(r)
		if w == 0 {
			return ucsSegments(body), UCS2, i
		}
		total += w
	}
	if total <= gsmSingle {
		return 1, GSM7, -1
	}
	n, used := 1, 0
	for _, r := range body {
		w := septets(r)
		if used+w > gsmMulti {
			n, used = n+1, 0
		}
		used += w
	}
	return n, GSM7, -1
}

// septets gives the room of a character in the GSM alphabet: 1, 2 when it needs an escape, 0 when it is not in it.
func septets(r rune) int {
	switch {
	case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || ' ' <= r && r <= 'Z' || r == '_' || r == '\n' || r == '\r':
		return 1
	case strings.ContainsRune(gsmExtension, r):
		return 2
	case r >= utf8.RuneSelf && r != utf8.RuneError && strings.ContainsRune(gsmBasic, r):
		return 1
	}
	return 0
}

func ucsSegments(body string) int {
	if units(body) <= ucsSingle {
		return 1
	}
	n, used := 1, 0
	for body != "" {
		size := cluster(body)
		w := units(body[:size])
		if w > ucsMulti { // no segment holds it whole, so it is cut between two characters
			_, size = utf8.DecodeRuneInString(body)
			w = units(body[:size])
		}
		if used+w > ucsMulti {
			n, used = n+1, 0
		}
		used += w
		body = body[size:]
	}
	return n
}

// units counts UTF-16 units; a byte that is not UTF-8 is one.
func units(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// cluster gives the length in bytes of the first extended grapheme cluster of s, which is not empty (UAX 29, 3.1.1).
func cluster(s string) int {
	prev, size := utf8.DecodeRuneInString(s)
	emoji := pictograph(prev)
	flags := 0
	if regional(prev) {
		flags = 1
	}
	for size < len(s) {
		r, w := utf8.DecodeRuneInString(s[size:])
		switch {
		case prev == '\r' && r == '\n': // GB3
		case isControl(prev) || isControl(r): // GB4, GB5
			return size
		case extends(r): // GB9, GB9a
		case prev == 0x200d && emoji && pictograph(r): // GB11
		case regional(prev) && regional(r) && flags%2 == 1: // GB12, GB13
			flags++
		case hangul(prev, r): // GB6 to GB8
		default:
			return size
		}
		prev = r
		size += w
	}
	return size
}

func regional(r rune) bool { return 0x1f1e6 <= r && r <= 0x1f1ff }

// extends tells characters that belong to the one before: marks, joiners, emoji modifiers and tags.
func extends(r rune) bool {
	return r >= 0x300 && (r == 0x200c || r == 0x200d || 0x1f3fb <= r && r <= 0x1f3ff || 0xe0020 <= r && r <= 0xe007f ||
		r == 0xff9e || r == 0xff9f || unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc))
}

// pictograph tells the blocks that hold characters with the property Extended_Pictographic.
func pictograph(r rune) bool {
	return 0x1f000 <= r && r <= 0x1faff || 0x2190 <= r && r <= 0x2bff || r == 0xa9 || r == 0xae || r == 0x203c || r == 0x2049 ||
		r == 0x2122 || r == 0x2139 || r == 0x3030 || r == 0x303d || r == 0x3297 || r == 0x3299
}

// hangul tells whether two characters are parts of one Korean syllable.
func hangul(a, b rune) bool {
	lead := func(r rune) bool { return 0x1100 <= r && r <= 0x115f || 0xa960 <= r && r <= 0xa97c }
	vowel := func(r rune) bool { return 0x1160 <= r && r <= 0x11a7 || 0xd7b0 <= r && r <= 0xd7c6 }
	tail := func(r rune) bool { return 0x11a8 <= r && r <= 0x11ff || 0xd7cb <= r && r <= 0xd7fb }
	syllable := func(r rune) bool { return 0xac00 <= r && r <= 0xd7a3 }
	open := func(r rune) bool { return syllable(r) && (r-0xac00)%28 == 0 }
	switch {
	case lead(a):
		return lead(b) || vowel(b) || syllable(b)
	case vowel(a) || open(a):
		return vowel(b) || tail(b)
	case tail(a) || syllable(a):
		return tail(b)
	}
	return false
}
