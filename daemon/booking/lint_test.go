package booking

import (
	"strings"
	"testing"
)

// The manual of scripts forbids a notice every price, discount, offer, hurry and "still interested?".
func TestLintFindsAdvertising(t *testing.T) {
	f := ComposeFacts{Business: "Free Flow Deals & Co", Link: "https://book.example.com/l/free", Mode: PrefilledLink}
	said := func(words string, f ComposeFacts) (n int) {
		for _, r := range Lint("Hi Megan, "+words+" "+f.Business+": "+f.Link+" Reply STOP to opt out.", f) {
			if r.Code == "marketing" {
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
