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

// Confirmation is the one text that confirms an opt-out in words the carrier does not know. It says nothing else, as 47 CFR
// 64.1200(a)(12) demands.
func Confirmation(a Account) string {
	return SmartEncode(named(a) + "You are unsubscribed and will get no more texts from us. Reply START to resubscribe.")
}

// HelpText answers HELP: who texts, whom to ask, how to opt out (CTIA Messaging Principles 5.1.2).
func HelpText(a Account) string {
	whom := cmp.Or(a.OfficePhone, a.Website)
	if whom != "" {
		whom = "For help: " + whom + ". "
	}
	return SmartEncode(named(a) + whom + "Msg&data rates may apply. Reply STOP to opt out.")
}

func named(a Account) string {
	name := strings.Join(strings.Fields(Plain(a.Name)), " ")
	if name == "" {
		return ""
	}
	return name + ": "
}
