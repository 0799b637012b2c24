package rehearsal

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/rebookhq/rebook/daemon/booking"
)

// line finds a street that is known, and gives its stand-in.
type line struct {
	shape *regexp.Regexp
	stand string
}

// lives takes in a street: from then on it is found by its number and the first word, with as many of the words behind as stand there.
func (s *strangers) lives(street string) {
	words := strings.FieldsFunc(street, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '#' })
	if len(words) < 2 {
		return
	}
	var shape strings.Builder
	shape.WriteString(`(?i)\b` + regexp.QuoteMeta(words[0]) + `[\s,]+` + regexp.QuoteMeta(words[1]))
	for _, w := range words[2:] {
		shape.WriteString(`(?:[\s,#.]+` + regexp.QuoteMeta(w) + `)?`)
	}
	s.lines = append(s.lines, line{regexp.MustCompile(shape.String()), s.street(street)})
}

// street gives the stand-in of the first line of an address. Two ways of writing one street are the same one.
func (s *strangers) street(line string) string {
	words := strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	key := strings.Join(words[:min(2, len(words))], " ")
	if v, ok := s.streets[key]; ok {
		return v
	}
	if taken(s.streets, line) { // it stands in already
		return line
	}
	i := s.pick("street", len(streetNames), func(i int) bool {
		for _, v := range s.streets {
			if strings.HasSuffix(v, streetNames[i]) {
				return true
			}
		}
		return false
	})
	s.streets[key] = fmt.Sprintf("%d %s", 100+11*i+len(s.streets), streetNames[i])
	return s.streets[key]
}

// addresses replaces the streets of a text.
func (s *strangers) addresses(text string) string {
	var done strings.Builder
	for {
		a := booking.FindAddress(text)
		if a.PostalCode != "" {
			s.zip(a.PostalCode)
		}
		at := -1
		if a.Line1 != "" {
			at = strings.Index(text, a.Line1)
		}
		if at < 0 {
			break
		}
		done.WriteString(text[:at])
		done.WriteString(s.street(a.Line1))
		text = text[at+len(a.Line1):]
		if a.Line2 != "" { // the door of a house that is not there
			text = strings.Replace(text, a.Line2, "apt 2", 1)
		}
	}
	return done.String() + text
}
