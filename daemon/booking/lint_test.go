package booking

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRemarksNamePhrasePlaceAndSource(t *testing.T) {
	const link = "https://book.example.com/l/FREEOFFERCANCELPAY"
	f := ComposeFacts{Business: "Brightwater", Link: link}
	const good = "Brightwater: your booking is not finished " + link + " Reply STOP to opt out."
	for text, want := range map[string]string{
		good: "",
		"Brightwater: a free visit " + link + " Reply STOP to opt out.":                           "marketing:free@16",
		"Brightwater: 20% OFF! " + link + " Reply STOP to opt out.":                               "marketing:OFF@18 price:%@16",
		"Brightwater: still interested? " + link + " Reply STOP to opt out.":                      "marketing:still interested@14",
		"Brightwater: Last chance, don’t miss it " + link + " Reply STOP to opt out.":             "urgency:Last chance@14 urgency:don’t miss@27 unicode:’@30 segments:@0",
		"Brightwater: ¡Última oportunidad! " + link + " Reply STOP to opt out.":                   "urgency:Última oportunidad@15 unicode:Ú@15 segments:@0",
		"Brightwater: reply CANCEL to change it " + link + " Reply STOP to opt out.":              "stop_word:reply CANCEL@14",
		"Brightwater: text back the word END " + link + " Reply STOP to opt out.":                 "stop_word:text back the word END@14",
		"Brightwater: we can cancel it " + link + " Reply STOP to cancel.":                        "",
		"Brightwater: please pay the deposit of $49 " + link + " Reply STOP to opt out.":          "payment:pay@21 payment:deposit@29 price:$@40",
		"Brightwater: see bit.ly/x, bit.ly/y or not-bit.ly/z " + link + " Reply STOP to opt out.": "link_shortener:bit.ly@18 link_shortener:bit.ly@28",
		"finish": "business_missing:@0 stop_missing:@0 link_missing:@0",
		good + strings.Repeat(" And some more words about the very same thing.", 5): "segments:@0",
	} {
		var got []string
		for _, r := range Lint(text, f) {
			got = append(got, r.Code+":"+r.Phrase+"@"+itoa(r.At))
			if r.Message == "" || r.Fix == "" || r.Source == "" && r.Code != "link_missing" {
				t.Errorf("%q: %+v lacks its words", text, r)
			}
			if r.At > 0 && !strings.HasPrefix(string([]rune(text)[r.At-1:]), r.Phrase) {
				t.Errorf("%q: %q does not stand at %d", text, r.Phrase, r.At)
			}
		}
		if joined := strings.Join(got, " "); joined != want {
			t.Errorf("%q:\n got %s\nwant %s", text, joined, want)
		}
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func FuzzLint(f *testing.F) {
	f.Add("Brightwater: 20% off, reply CANCEL bit.ly/x", "Brightwater", "https://x.example/l/T")
	f.Add("’’’", "", "")
	f.Fuzz(func(t *testing.T, text, business, link string) {
		for _, r := range Lint(text, ComposeFacts{Business: business, Link: link}) {
			if r.Code == "" || r.At < 0 || r.At > utf8.RuneCountInString(text) {
				t.Errorf("%q: %+v", text, r)
			}
		}
	})
}
