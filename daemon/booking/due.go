package booking

import "time"

// Kind says what is to be done when a due-key's time comes. Stored in keys: never renumber.
type Kind uint8

// The kinds of due work.
const (
	KindLapse    Kind = 1  // has the session fallen silent? Ref: session
	KindFollowUp Kind = 2  // decide and send the follow-up. Ref: session
	KindSettle   Kind = 3  // find out what became of a send. Ref: attempt
	KindWake     Kind = 4  // something that kept texts waiting was mended. Ref: a UUIDv7 of its time
	KindDeliver  Kind = 5  // hand a webhook over. Ref: delivery
	KindTally    Kind = 6  // sum a day up for the reports. Ref: a UUIDv7 of its time
	KindAsk      Kind = 7  // carry out what a script asked for. Ref: turn
	KindReply    Kind = 8  // send the answer to an inbound text. Ref: attempt
	KindCatchUp  Kind = 9  // fetch the texts that came in while nobody listened. Ref: a UUIDv7 of its time
	KindTalk     Kind = 10 // answer a customer's texts, or end a silent thread. Ref: ThreadRef
	KindRegister Kind = 11 // the next call of a registration. Ref: a UUIDv7 of its time
	KindErase    Kind = 12 // go on removing a person. Ref: erasure
	KindAnnounce Kind = 13 // plan the deliveries of a piece of news. Ref: the announcement, a UUIDv7 of its time
	KindLookout  Kind = 15 // look for texts that people wrote at the carrier, beside us. Ref: a UUIDv7
)

// Kinds is one more than the highest kind.
const Kinds = 16

func (k Kind) String() string {
	switch k {
	case KindLapse:
		return "lapse"
	case KindFollowUp:
		return "followup"
	case KindSettle:
		return "settle"
	case KindWake:
		return "wake"
	case KindDeliver:
		return "deliver"
	case KindTally:
		return "tally"
	case KindAsk:
		return "ask"
	case KindReply:
		return "reply"
	case KindCatchUp:
		return "catchup"
	case KindRegister:
		return "register"
	case KindTalk:
		return "talk"
	case KindErase:
		return "erase"
	case KindAnnounce:
		return "announce"
	case KindLookout:
		return "lookout"
	}
	return "unknown"
}

// Due is one entry of the due index: at time At do Kind for Ref. Ref is a UUID in text form.
type Due struct {
	Account AccountID
	At      time.Time
	Kind    Kind
	Ref     string
}
