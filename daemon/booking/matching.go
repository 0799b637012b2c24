package booking

import "strings"

// NormalEmail gives the form of an address used for matching.
func NormalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// streetWords are the usual short forms of USPS Publication 28, appendix C, for matching only.
var streetWords = map[string]string{
	"street": "st", "avenue": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct", "boulevard": "blvd",
	"place": "pl", "circle": "cir", "terrace": "ter", "highway": "hwy", "parkway": "pkwy", "north": "n", "south": "s",
	"east": "e", "west": "w", "apartment": "unit", "apt": "unit", "suite": "unit", "ste": "unit",
}

// NormalAddress gives the form of an address used to recognise the same home: street with its unit, and the five-digit
// ZIP; empty when either is missing, so that half an address matches nobody.
func NormalAddress(a Address) string {
	if a.Line1 == "" || len(a.PostalCode) < 5 {
		return ""
	}
	words := strings.FieldsFunc(strings.ToLower(a.Line1+" "+a.Line2), func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r > 127)
	})
	for i, w := range words {
		if short, ok := streetWords[w]; ok {
			words[i] = short
		}
	}
	return strings.Join(words, " ") + "|" + a.PostalCode[:5]
}
