package simulator

import "strings"

// The keywords that Twilio obeys by default on US numbers when one is the whole text, in any case. "STOP PLEASE" is none.
var keywords = map[string]string{
	"STOP": stop, "STOPALL": stop, "UNSUBSCRIBE": stop, "END": stop, "QUIT": stop, "REVOKE": stop, "OPTOUT": stop, "CANCEL": stop,
	"START": start, "YES": start, "UNSTOP": start,
	"HELP": help, "INFO": help,
}

// What a keyword does: also the carrier's answer to it.
const (
	stop  = "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe."
	start = "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	help  = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)

// obey does what a customer's text demands of the carrier and gives the answer, "" for none: a STOP from somebody who is
// already out, or a YES from somebody who never was, changes nothing and is not answered.
func (b *book) obey(m Message) (answer string) {
	switch word := keywords[strings.ToUpper(strings.TrimSpace(m.Body))]; {
	case word == stop && !b.optedOut[m.From]:
		b.optedOut[m.From] = true
		return stop
	case word == start && b.optedOut[m.From]:
		delete(b.optedOut, m.From)
		return start
	case word == help:
		return help
	}
	return ""
}
