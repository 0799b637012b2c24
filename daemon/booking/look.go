package booking

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// DefaultColor is a scheduler's colour where it chose none.
const DefaultColor = "#0f5f8c"

// ConsentWords gives the words beside the consent box of the hosted page: the scheduler's own, or ones that name what
// reviewers of texting registrations look for (CTIA Messaging Principles 5.1, Twilio errors 30544-30570): the business, the
// reminder about an unfinished booking, how often, rates, STOP and HELP, and that booking does not depend on it.
func (s Scheduler) ConsentWords(a Account) string {
	return cmp.Or(s.ConsentText, "Text me about this booking. If I don't finish it, "+strings.TrimRight(a.Name, ". ")+
		" may send one automated text (SMS) with a link to pick it up where I left off, and answer my replies. Message frequency varies. "+
		"Message and data rates may apply. Reply STOP to opt out, HELP for help. Consent is not a condition of purchase.")
}

// Palette is a colour with what is readable on it and beside it, each as #rrggbb with a contrast of at least 4.5 to 1
// (WCAG 2.2, 1.4.3).
type Palette struct {
	Accent   string
	OnAccent string // text on the accent
	OnLight  string // the accent as text on a light page
	OnDark   string // the accent as text on a dark page
}

// The grounds of the hosted page, see book.css.
var lightGround, darkGround = rgb{0xff, 0xff, 0xff}, rgb{0x1c, 0x21, 0x28}

// Palette makes the scheduler's palette.
func (s Scheduler) Palette() Palette {
	c, ok := parseColor(cmp.Or(s.Color, DefaultColor))
	if !ok {
		c, _ = parseColor(DefaultColor)
	}
	on := rgb{0xff, 0xff, 0xff}
	if contrast(c, on) < readable { // then black is: every colour has 4.5 to 1 against one of the two
		on = rgb{}
	}
	return Palette{Accent: c.String(), OnAccent: on.String(), OnLight: c.toward(rgb{}, lightGround).String(), OnDark: c.toward(rgb{0xff, 0xff, 0xff}, darkGround).String()}
}

const readable = 4.5

type rgb [3]uint8

func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// parseColor reads #rrggbb.
func parseColor(s string) (c rgb, ok bool) {
	if len(s) != 7 || s[0] != '#' {
		return c, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 24)
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil && s[1] != '+' && s[1] != '-'
}

// toward mixes c with the end until it is readable on the ground.
func (c rgb) toward(end, ground rgb) rgb {
	mixed := c
	for step := 1; step <= 20 && contrast(mixed, ground) < readable; step++ {
		for i := range mixed {
			mixed[i] = uint8(math.Round(float64(c[i]) + (float64(end[i])-float64(c[i]))*float64(step)/20))
		}
	}
	return mixed
}

// contrast is that of WCAG 2.2, from 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c rgb) luminance() float64 {
	var l [3]float64
	for i, v := range c {
		if f := float64(v) / 255; f <= 0.04045 {
			l[i] = f / 12.92
		} else {
			l[i] = math.Pow((f+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
}

// validateLook keeps the colour in lower case and the consent's words on one line.
func validateLook(s *Scheduler) error {
	s.Color = strings.ToLower(strings.TrimSpace(s.Color))
	if _, ok := parseColor(s.Color); !ok && s.Color != "" {
		return Refuse(Invalid, "invalid_color", "color", "this is not a colour", "six hexadecimal digits, for example "+DefaultColor)
	}
	if err := textFault("consent_text", s.ConsentText, maxConsentText); err != nil {
		return err
	}
	s.ConsentText = strings.Join(strings.Fields(printable(s.ConsentText)), " ")
	return nil
}
