package booking

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/runenames"
)

// Measured is what a text takes on its way and costs.
type Measured struct {
	Characters int
	Segments   int
	Encoding   string  // GSM7 or UCS2
	Guilty     *Guilty // the first character that makes it UCS2; nil when none does
	Cost       Micros
	Currency   string
}

// Guilty is a character outside the SMS alphabet.
type Guilty struct {
	Character string
	Position  int    // which character of the text it is, counted from 1
	Name      string // in Unicode: "LATIN SMALL LETTER E WITH CIRCUMFLEX"
}

// Measure counts a text as the carrier will bill it.
func Measure(text string, p SMSPrice) Measured {
	m := Measured{Characters: utf8.RuneCountInString(text), Currency: p.Currency}
	var at int
	m.Segments, m.Encoding, at = Segments(text)
	m.Cost = p.Of(m.Segments)
	if at >= 0 {
		r, _ := utf8.DecodeRuneInString(text[at:])
		m.Guilty = &Guilty{Character: string(r), Position: place(text, at), Name: runenames.Name(r)}
	}
	return m
}
