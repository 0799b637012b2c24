package scripts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Bounds on what a stranger typed. Small on purpose: what is longer is no name and no service but a message.
const (
	maxTyped     = 256 // bytes looked at
	maxName      = 20  // characters of one word of a name
	maxNameWords = 3   // "John Smith Jr" in the field for the first name
	maxPlain     = 32  // characters of a service, step or preferred time
	maxWords     = 4

	maxStreetWords, maxStreetDigits = 7, 9
	maxDigits                       = 4 // in all: "2:30" or "50-gallon", never a phone number
)

// line makes one line of a text of the house, at most maxBusiness characters. It is cut, not refused: a text that names the
// business is better than none.
func line(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), maxBusiness*utf8.UTFMax)], "")
	s = strings.Join(strings.Fields(booking.Plain(s)), " ")
	if r := []rune(s); len(r) > maxBusiness {
		s = strings.TrimSpace(string(r[:maxBusiness]))
	}
	return s
}

// personName gives the first word of a typed name, or nothing when the whole does not look like a name. Letters, and
// apostrophes and hyphens between letters, are all a name may hold: without dots, slashes, digits and colons nothing in it
// becomes a link, and one word is no sentence.
func personName(typed string) string {
	words, ok := wordsOf(typed, maxNameWords)
	if !ok {
		return ""
	}
	for i, w := range words {
		if !nameWord(w) && !(i > 0 && nameWord(strings.TrimSuffix(w, "."))) { // "John P. Smith"
			return ""
		}
	}
	if utf8.RuneCountInString(words[0]) < 2 {
		return "" // an initial: "Hi J," reads worse than no name
	}
	return words[0]
}

// street gives the first line of an address when it looks like one: a house number and some words; or nothing.
func street(typed string) string {
	words, ok := wordsOf(typed, maxStreetWords)
	if !ok || len(words) < 2 || words[0][0] < '0' || words[0][0] > '9' {
		return ""
	}
	digits := 0
	for _, w := range words {
		for _, r := range w {
			switch {
			case r >= '0' && r <= '9':
				digits++
			case !unicode.IsLetter(r) && !strings.ContainsRune("#'-.", r):
				return ""
			}
		}
		if i := strings.IndexByte(w, '.'); i >= 0 && i < len(w)-1 {
			return "" // would become a link
		}
	}
	if digits > maxStreetDigits {
		return ""
	}
	return strings.Join(words, " ")
}

// zip gives the five digits of a ZIP code, or nothing.
func zip(typed string) string {
	typed, _, _ = strings.Cut(strings.TrimSpace(typed), "-")
	if len(typed) != 5 || strings.Trim(typed, "0123456789") != "" {
		return ""
	}
	return typed
}

// nameWord tells whether w can be one word of a name.
func nameWord(w string) bool {
	if n := utf8.RuneCountInString(w); n < 1 || n > maxName {
		return false
	}
	joint := true // a mark or joint must follow a letter, and a joint cannot end the word
	for _, r := range w {
		switch {
		case unicode.IsLetter(r):
			joint = false
		case unicode.Is(unicode.Mn, r) && !joint:
		case (r == '\'' || r == '-') && !joint:
			joint = true
		default:
			return false
		}
	}
	return !joint
}

// promotion lists the words that would make a notice an advertisement, in English and Spanish. The business may well call a
// service "Free estimate"; the text then does without the service's name.
var promotion = map[string]bool{
	"free": true, "off": true, "deal": true, "deals": true, "special": true, "specials": true, "offer": true,
	"offers": true, "limited": true, "save": true, "savings": true, "sale": true, "discount": true, "discounts": true,
	"promo": true, "coupon": true, "win": true, "now": true, "urgent": true, "gratis": true, "oferta": true,
	"ofertas": true, "descuento": true, "descuentos": true, "urgente": true,
}

// plainWords gives typed words such as a service or a preferred time, or nothing when they are more than that: too many or
// too long, with digits enough for a phone number, with a character that a link, a price or a sentence needs, or promotional.
func plainWords(typed string) string {
	words, ok := wordsOf(typed, maxWords)
	if !ok {
		return ""
	}
	s := strings.Join(words, " ")
	if utf8.RuneCountInString(s) > maxPlain {
		return ""
	}
	digits := 0
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case unicode.IsLetter(r), unicode.Is(unicode.Mn, r), strings.ContainsRune(" -'&/(),+", r):
		case r == ':' && digits > 0: // "2:30"
		default:
			return ""
		}
	}
	if digits > maxDigits {
		return ""
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), notLetter) {
		if promotion[w] {
			return ""
		}
	}
	return s
}

// wordsOf splits a bounded typed text into at least one and at most n words, in the form the text will have when it is sent:
// what looks harmless before look-alikes are replaced ("evil\uff0ecom") must be judged by what it becomes. Line breaks and
// other control characters make it unfit: no form field has them.
func wordsOf(typed string, n int) ([]string, bool) {
	if len(typed) > maxTyped || !utf8.ValidString(typed) {
		return nil, false
	}
	if strings.ContainsFunc(typed, unicode.IsControl) {
		return nil, false
	}
	words := strings.Fields(booking.Plain(typed))
	return words, len(words) >= 1 && len(words) <= n
}
