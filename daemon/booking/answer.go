package booking

import (
	"cmp"
	"strings"
	"time"
)

// How long after a customer's text an answer by rule may still go out.
const (
	// ConfirmWithin: a confirmation sent within five minutes is presumed to fall under the consent (47 CFR 64.1200(a)(12)).
	ConfirmWithin = 5 * time.Minute
	// HelpWithin: later the customer has asked elsewhere.
	HelpWithin = 10 * time.Minute
	// HelpPause: two machines that answer each other's HELP would never end.
	HelpPause = time.Hour
)

// Told is what a customer's text demands of us by rule, before any script sees it.
type Told struct {
	Stops, Starts, Helps bool
	Answered             bool // the carrier knows this word too, acts on it and answers it
}

// Understand reads STOP in any words, START and HELP out of a text. What the carrier says it took the text for counts too:
// with Advanced Opt-Out it has words of its own.
func Understand(in Inbound) Told {
	word, _ := MatchKeyword(in.Body)
	_, stops := MatchWithdrawal(in.Body)
	t := Told{Answered: CarrierKeyword(in.Body) || in.OptOut != ""}
	switch {
	case stops || in.OptOut == KeywordStop:
		t.Stops = true
	case word == KeywordStart || in.OptOut == KeywordStart:
		t.Starts = true
	case word == KeywordHelp || in.OptOut == KeywordHelp:
		t.Helps = true
	}
	return t
}

// Confirmation is the one text that confirms an opt-out in words the carrier does not know, in the language of what was said. It sells
// nothing, as 47 CFR 64.1200(a)(12) demands; somebody else's number, or a death, gets a word of regret and no way back.
func Confirmation(a Account, said string) string {
	w, _ := MatchWithdrawal(said)
	es := Language(said) == "es"
	var text string
	switch {
	case w.Reason == ReasonDeceased && es:
		text = "Lo sentimos mucho. No volveremos a escribir."
	case w.Reason == ReasonDeceased:
		text = "We are very sorry for your loss. No more texts will come from us."
	case w.Reason == ReasonWrongNumber && es:
		text = "Disculpe la molestia. No volveremos a escribirle."
	case w.Reason == ReasonWrongNumber:
		text = "Sorry for the mistake. You will get no more texts from us."
	case es:
		text = "Le dimos de baja y no volveremos a escribirle. Responda START para recibir mensajes otra vez."
	default:
		text = "You are unsubscribed and will get no more texts from us. Reply START to resubscribe."
	}
	return SmartEncode(named(a) + text)
}

// HelpText answers HELP or AYUDA: who texts, whom to ask, how to opt out (CTIA Messaging Principles 5.1.2).
func HelpText(a Account, said string) string {
	whom := cmp.Or(NationalPhone(a.OfficePhone), a.Website)
	help, rest := "For help: ", "Msg&data rates may apply. Reply STOP to opt out."
	if strings.Contains(strings.ToLower(said), "ayuda") {
		help, rest = "Para ayuda: ", "Pueden aplicarse tarifas de mensajes y datos. Responda STOP para no recibir mensajes."
	}
	if whom != "" {
		whom = help + whom + ". "
	}
	return SmartEncode(named(a) + whom + rest)
}

func named(a Account) string {
	name := strings.Join(strings.Fields(Plain(a.Name)), " ")
	if name == "" {
		return ""
	}
	return name + ": "
}
