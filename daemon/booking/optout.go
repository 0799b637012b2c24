package booking

import (
	"slices"
	"strings"
)

// Keyword is a family of words with which a customer rules the texts they get.
type Keyword string

// The families of keywords.
const (
	KeywordStop  Keyword = "stop"  // no more texts
	KeywordStart Keyword = "start" // texts again
	KeywordHelp  Keyword = "help"  // who is this
)

// Where a keyword comes from.
const (
	fromTwilio  = "Twilio default on long codes: help.twilio.com 223134027 and the advanced opt-out docs"
	fromFCC     = "47 CFR 64.1200(a)(10): these words always revoke consent, whatever way the sender offers"
	fromSpanish = "the same in Spanish; the carrier does not know them"
)

// keywords are messages that mean one thing when they are all that is said, in lower case, without accents, words set apart
// by one space.
//
// YES is missing on purpose: at Twilio it lifts a block, but a customer who writes it answers a question. It is no consent
// in our store, so it never undoes an opt-out here; the carrier's block alone is gone, and ours still holds.
var keywords = []struct {
	word   string
	means  Keyword
	source string
}{
	{"stop", KeywordStop, fromTwilio},
	{"unsubscribe", KeywordStop, fromTwilio},
	{"end", KeywordStop, fromTwilio},
	{"quit", KeywordStop, fromTwilio},
	{"stopall", KeywordStop, fromTwilio},
	{"revoke", KeywordStop, fromTwilio},
	{"optout", KeywordStop, fromTwilio},
	{"cancel", KeywordStop, fromTwilio},
	{"start", KeywordStart, fromTwilio},
	{"unstop", KeywordStart, fromTwilio},
	{"help", KeywordHelp, fromTwilio},
	{"info", KeywordHelp, fromTwilio},
	{"opt out", KeywordStop, fromFCC},
	{"stop all", KeywordStop, fromFCC},
	{"alto", KeywordStop, fromSpanish},
	{"parar", KeywordStop, fromSpanish},
	{"pare", KeywordStop, fromSpanish},
	{"cancelar", KeywordStop, fromSpanish},
	{"no mas", KeywordStop, fromSpanish},
	{"basta", KeywordStop, fromSpanish},
	{"baja", KeywordStop, fromSpanish},
	{"darse de baja", KeywordStop, fromSpanish},
	{"ayuda", KeywordHelp, fromSpanish},
}

var keywordOf = func() map[string]Keyword {
	m := make(map[string]Keyword, len(keywords))
	for _, k := range keywords {
		m[k.word] = k.means
	}
	return m
}()

// polite words beside a STOP change nothing; beside other keywords they may ("cancel please" may mean the appointment).
var (
	polite   = []string{"please", "pls", "plz", "por", "favor", "thanks", "thx"}
	decided  = []string{"stop", "stop all", "stopall", "unsubscribe", "opt out", "optout"}
	trailers = []string{"sent from ", "enviado desde ", "get outlook for "}
)

// maxKeyword bounds what is looked at, in bytes: a keyword with decoration and a mail program's trailer is shorter.
const maxKeyword = 200

// MatchKeyword tells whether the whole message is a keyword, in any case, with whatever punctuation, spaces, emoji or mail
// trailer around it, spelled out ("S.T.O.P.") or repeated ("stop stop"). A keyword inside a sentence is none: see
// [MatchWithdrawal].
func MatchKeyword(body string) (Keyword, bool) {
	if len(body) > maxKeyword {
		return "", false
	}
	text := strings.TrimSpace(strings.ToLower(foldAccents(body)))
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = withoutTrailer(text, i)
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !inWord(r) })
	if len(words) == 0 {
		return "", false
	}
	if k, ok := keywordOf[strings.Join(words, " ")]; ok {
		return k, true
	}
	if spelled := strings.Join(words, ""); len(spelled) == len(words) {
		k, ok := keywordOf[spelled]
		return k, ok
	}
	firm := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(polite, w) })
	if slices.Contains(decided, strings.Join(firm, " ")) {
		return KeywordStop, true
	}
	if same := slices.Compact(words); len(same) == 1 {
		k, ok := keywordOf[same[0]]
		return k, ok
	}
	return "", false
}

// withoutTrailer cuts what a mail program puts under a message. at is the end of the first line.
func withoutTrailer(text string, at int) string {
	rest := strings.TrimSpace(text[at:])
	for _, t := range trailers {
		if strings.HasPrefix(rest, t) {
			return text[:at]
		}
	}
	return text
}

// CarrierKeyword tells whether Twilio itself acts on the message and answers it: one of its own keywords and nothing else.
// Then a second answer from us would break the one-confirmation rule (47 CFR 64.1200(a)(12)).
func CarrierKeyword(body string) bool {
	word := strings.ToLower(strings.TrimSpace(body))
	if word == "yes" {
		return true
	}
	for _, k := range keywords {
		if k.source == fromTwilio && k.word == word {
			return true
		}
	}
	return false
}
