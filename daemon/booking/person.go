package booking

import (
	"slices"
	"time"
)

// Person is what the account knows of one phone number across all schedulers. It is the guard row of the one-send
// guarantee: every claim for a person reads and writes it, so two claims at once conflict.
type Person struct {
	Phone   Phone     `json:"phone"`
	Started []Started `json:"started,omitempty"` // texts started by us, oldest first; kept while they can count
	Bad     *BadPhone `json:"bad,omitempty"`     // the carrier said that this number takes no texts
	Inbound time.Time `json:"inbound_at,omitzero"`
	Trial   time.Time `json:"trial_at,omitzero"` // when the person joined the measurement against the control group; once for ever

	Unreached int       `json:"unreached,omitempty"`  // texts in a row that found the phone off (30003)
	Blocked   int       `json:"blocked,omitempty"`    // texts in a row that were blocked (30004)
	HelpedAt  time.Time `json:"helped_at,omitzero"`   // when a HELP was answered last
	Unticked  time.Time `json:"unticked_at,omitzero"` // when a tick was taken back on a page last; an older tick counts no more
	Line      *LineType `json:"line,omitempty"`       // what a lookup said of the number
	Lots      []Lot     `json:"lots,omitempty"`       // in canaries, oldest first; which version of a script the person gets
}

// Started is one text started by us. Unknown sends count: they may have arrived.
type Started struct {
	At      time.Time `json:"at"`
	Attempt AttemptID `json:"attempt"`
	Session SessionID `json:"session"`
}

// BadPhone remembers why a number is not to be tried again.
type BadPhone struct {
	At   time.Time `json:"at"`
	Code int       `json:"code"` // the carrier's error code
}

// startedKept bounds what a person's row remembers; the cap of texts started by us is far below it.
const startedKept = 50

// Start remembers a text started by us.
func (p *Person) Start(s Started) {
	p.Started = append(slices.Clone(p.Started), s)
	if n := len(p.Started) - startedKept; n > 0 {
		p.Started = p.Started[n:]
	}
}

// Unstart forgets a text that never reached the carrier, or that the carrier refused.
func (p *Person) Unstart(a AttemptID) {
	p.Started = slices.DeleteFunc(slices.Clone(p.Started), func(s Started) bool { return s.Attempt == a })
}

// OptOut is a person's wish to get no more texts. It never expires; only START lifts it.
type OptOut struct {
	Phone  Phone     `json:"phone"`
	Source string    `json:"source"` // "text", "carrier", "staff", "api"
	Text   string    `json:"text,omitempty"`
	At     time.Time `json:"at"`
}

// Consent is the evidence of a tick: the words shown, when, where.
type Consent struct {
	SMS       bool      `json:"sms"`
	Text      string    `json:"text,omitempty"`
	At        time.Time `json:"at,omitzero"`
	Page      string    `json:"page,omitempty"`
	IP        string    `json:"ip,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
}
