package booking

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The manual of scripts forbids a notice every price, discount, offer, hurry and "still interested?".
func TestLintFindsAdvertising(t *testing.T) {
	f := ComposeFacts{Business: "Free Flow Deals & Co", Link: "https://book.example.com/l/free", Mode: PrefilledLink}
	said := func(words string, f ComposeFacts) (n int) {
		for _, r := range Lint("Hi Megan, "+words+" "+f.Business+": "+f.Link+" Reply STOP to opt out.", f) {
			if r.Code == "marketing" || r.Code == "urgency" {
				n++
			}
		}
		return n
	}
	for _, words := range []string{
		"20% off if you book now", "get 20 % off", "only $89", "just $ 89.50 today", "Get 10 percent off", "$50 off your repair", "half off", "half-price repair",
		"Still interested?", "are you still interested", "as low as $49", "a visit costs $89", "hurry", "a free estimate",
		"20% menos", "20 por ciento de rebaja", "20% de descuento", "sólo $89", "desde $ 89", "a mitad de precio", "¿Sigue interesado?", "¿todavía está interesada?", "$50 menos",
	} {
		if said(words, f) != 1 {
			t.Errorf("%q: %d findings of marketing, want one", words, said(words, f))
		}
	}
	for _, words := range []string{
		"your booking is not finished", "your AC turned off", "turn it off 100%", "humidity at 60% in the attic", "we are only open today", "just one step is left",
		"the office is closed", "you left off at step 2", "your tune-up", "su reserva no se ha completado", "solo falta un paso", "por favor continue desde aquí", "25% done",
		"are you still at home", "we drive off at 8", "percent of humidity",
	} {
		if n := said(words, f); n != 0 {
			t.Errorf("%q: %d findings of marketing, want none", words, n)
		}
	}
	agent := f
	agent.Mode = AIAgent
	if said("Sat Mar 14, 8 AM-10 AM (+$50) is open", agent) != 0 || said("only $89", agent) != 1 {
		t.Error("an agent may name a surcharge, and praise no price")
	}
	for _, r := range Lint("Hi, it's "+strings.Repeat("x", 10)+" 20% off", ComposeFacts{Mode: PrefilledLink}) {
		if r.Code == "marketing" && (r.At != 21 || !strings.HasPrefix(r.Message, `"20% off" `)) {
			t.Errorf("place %d of %s", r.At, r.Message)
		}
	}
}

func TestRemarksNamePhrasePlaceAndSource(t *testing.T) {
	const link = "https://book.example.com/l/FREEOFFERCANCELPAY"
	f := ComposeFacts{Business: "Brightwater", Link: link}
	const good = "Brightwater: your booking is not finished " + link + " Reply STOP to opt out."
	for text, want := range map[string]string{
		good: "",
		"Brightwater: a free visit " + link + " Reply STOP to opt out.":                           "marketing:free@16",
		"Brightwater: 20% OFF! " + link + " Reply STOP to opt out.":                               "marketing:20% OFF@14",
		"Brightwater: still interested? " + link + " Reply STOP to opt out.":                      "marketing:still interested@14",
		"Brightwater: Last chance, don’t miss it " + link + " Reply STOP to opt out.":             "urgency:Last chance@14 urgency:don’t miss@27 unicode:’@30 segments:@0",
		"Brightwater: ¡Última oportunidad! " + link + " Reply STOP to opt out.":                   "urgency:Última oportunidad@15 unicode:Ú@15 segments:@0",
		"Brightwater: reply CANCEL to change it " + link + " Reply STOP to opt out.":              "stop_word:reply CANCEL@14",
		"Brightwater: text back the word END " + link + " Reply STOP to opt out.":                 "stop_word:text back the word END@14",
		"Brightwater: we can cancel it " + link + " Reply STOP to cancel.":                        "",
		"Brightwater: please pay the deposit of $49 " + link + " Reply STOP to opt out.":          "payment:pay@21 payment:deposit@29 marketing:$49@40",
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

func FuzzLint(f *testing.F) {
	f.Add("Brightwater: 20% off, reply CANCEL bit.ly/x", "Brightwater", "https://x.example/l/T")
	f.Add("’’’", "", "")
	f.Add("0", "\x01", "") // a name that nothing is left of
	f.Fuzz(func(t *testing.T, text, business, link string) {
		for _, r := range Lint(text, ComposeFacts{Business: business, Link: link}) {
			if r.Code == "" || r.At < 0 || r.At > utf8.RuneCountInString(text) {
				t.Errorf("%q: %+v", text, r)
			}
		}
	})
}
