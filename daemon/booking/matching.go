package booking

import (
	"slices"
	"strings"
)

// NormalEmail gives the form of an address used for matching.
func NormalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// streetWords are the usual short forms of USPS Publication 28, appendix C, for matching only.
var streetWords = map[string]string{
	"street": "st", "avenue": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct", "boulevard": "blvd",
	"place": "pl", "circle": "cir", "terrace": "ter", "highway": "hwy", "parkway": "pkwy", "north": "n", "south": "s",
	"east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
	"apartment": "unit", "apt": "unit", "suite": "unit", "ste": "unit", "room": "unit", "rm": "unit",
}

// NormalAddress gives the form of an address used to recognise the same home: street with its unit, and the five-digit
// ZIP; empty when either is missing, so that half an address matches nobody. A unit is one however it is called: "Apt 4",
// "#4", "Unit 4B" and a second line that is only "4" are of the same kind, and "4-B" is "4B". Without its unit it is another home.
func NormalAddress(a Address) string {
	code := strings.Join(streetWordsOf(a.PostalCode), "")
	words, line2 := streetWordsOf(a.Line1), streetWordsOf(a.Line2)
	if len(words) == 0 || len(code) < 5 {
		return ""
	}
	if zip, ok := zip5(code[:5]); ok { // without the four digits of ZIP+4; another country's code counts whole
		code = zip
	}
	if len(line2) > 0 && unitNumber(line2[0]) {
		line2 = append([]string{"unit"}, line2...)
	}
	if n := len(words) - len(line2); n < 0 || !slices.Equal(words[n:], line2) { // else it is said twice
		words = append(words, line2...)
	}
	if i := slices.Index(words, "unit"); i > 0 { // what follows names the unit
		if number := strings.Join(slices.DeleteFunc(slices.Clone(words[i:]), func(w string) bool { return w == "unit" }), ""); number != "" {
			words = append(words[:i:i], "unit", number)
		} else {
			words = words[:i]
		}
	}
	return strings.Join(words, " ") + "|" + code
}

// streetWordsOf gives the words of a line in their short forms; "#" is a word of its own that means a unit.
func streetWordsOf(line string) []string {
	line = strings.ReplaceAll(strings.ToLower(line), "#", " unit ")
	words := strings.FieldsFunc(line, func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r > 127)
	})
	for i, w := range words {
		if short, ok := streetWords[w]; ok {
			words[i] = short
		}
	}
	return words
}

// unitNumber tells what can stand alone as the number of a unit: "4", "4b", "b".
func unitNumber(w string) bool { return len(w) == 1 || w[0] >= '0' && w[0] <= '9' }
