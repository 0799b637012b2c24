package booking

import (
	"strings"
	"testing"
	"testing/quick"
)

func TestEveryPaletteIsReadable(t *testing.T) {
	check := func(r, g, b uint8) bool {
		p := Scheduler{Color: rgb{r, g, b}.String()}.Palette()
		read := func(s string) rgb {
			c, ok := parseColor(s)
			if !ok {
				t.Fatalf("%q is no colour", s)
			}
			return c
		}
		ok := p.Accent == rgb{r, g, b}.String() && contrast(read(p.Accent), read(p.OnAccent)) >= readable &&
			contrast(read(p.OnLight), lightGround) >= readable && contrast(read(p.OnDark), darkGround) >= readable
		if !ok {
			t.Errorf("%+v", p)
		}
		return ok
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
	for _, c := range []rgb{{}, {255, 255, 255}, {255, 255, 0}, {0x77, 0x77, 0x77}, {0, 0, 255}} {
		check(c[0], c[1], c[2])
	}
	if got := (Scheduler{}).Palette().Accent; got != DefaultColor {
		t.Errorf("without a colour: %s", got)
	}
}

func TestConsentWordsNameWhatReviewersLookFor(t *testing.T) {
	a := Account{Name: "Acme Plumbing Inc."}
	words := Scheduler{}.ConsentWords(a)
	for _, want := range []string{"Acme Plumbing Inc", "don't finish", "text (SMS)", "frequency varies", "Message and data rates may apply", "STOP", "HELP", "not a condition of purchase"} {
		if !strings.Contains(words, want) {
			t.Errorf("%q does not say %q", words, want)
		}
	}
	if got := (Scheduler{ConsentText: "Text me"}).ConsentWords(a); got != "Text me" {
		t.Errorf("own words: %q", got)
	}
	long := Scheduler{}.ConsentWords(Account{Name: strings.Repeat("x", maxName)})
	if len(long) > maxConsentText {
		t.Errorf("%d bytes cannot be kept as evidence", len(long))
	}
}

func TestLookIsChecked(t *testing.T) {
	for color, want := range map[string]string{"": "", " #ABCDEF ": "#abcdef", "#abc": "!", "red": "!", "#gggggg": "!", "#+12345": "!", "url(x)": "!", "#12345;": "!"} {
		s := Scheduler{Color: color, ConsentText: " a\n b "}
		err := validateLook(&s)
		if want == "!" && err == nil || want != "!" && (err != nil || s.Color != want || s.ConsentText != "a b") {
			t.Errorf("%q: %q %q %v", color, s.Color, s.ConsentText, err)
		}
	}
}
