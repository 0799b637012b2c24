package booking

import "time"

// AttemptState is where one try to send a text stands. Stored: never rename.
type AttemptState string

// The one-send life: claimed → begun → sent | failed | unknown. A claimed attempt that never began is released (nothing
// reached the carrier) and the session is decided afresh; a begun one is never repeated by itself.
const (
	AttemptClaimed  AttemptState = "claimed"
	AttemptBegun    AttemptState = "begun"
	AttemptSent     AttemptState = "sent"
	AttemptFailed   AttemptState = "failed"
	AttemptUnknown  AttemptState = "unknown"
	AttemptReleased AttemptState = "released"
)

// Attempt is the durable intent to send one text and what became of it.
type Attempt struct {
	ID               AttemptID    `json:"id"`
	Account          AccountID    `json:"account"`
	Session          SessionID    `json:"session"`
	Scheduler        SchedulerID  `json:"scheduler"`
	To               Phone        `json:"to"`
	From             Phone        `json:"from,omitempty"`
	MessagingService string       `json:"messaging_service,omitempty"`
	Body             string       `json:"body"`
	Segments         int          `json:"segments"`
	Template         string       `json:"template,omitempty"`
	State            AttemptState `json:"state"`
	Epoch            uint64       `json:"epoch"` // of the process that claimed it
	ClaimedAt        time.Time    `json:"claimed_at"`
	BegunAt          time.Time    `json:"begun_at,omitzero"`
	SettledAt        time.Time    `json:"settled_at,omitzero"`
	DueAt            time.Time    `json:"due_at,omitzero"` // of its settle due-key; zero: none
	Asked            int          `json:"asked,omitempty"` // times the carrier was asked what became of it
	SID              string       `json:"sid,omitempty"`   // the carrier's own name of the text
	Status           string       `json:"status,omitempty"`
	ErrorCode        int          `json:"error_code,omitempty"`
}

// InFlight tells whether the attempt was claimed and its end is still open.
func (a Attempt) InFlight() bool { return a.State == AttemptClaimed || a.State == AttemptBegun }

// Text is what a carrier is asked to send.
type Text struct {
	Attempt          AttemptID
	Account          AccountID
	From, To         Phone
	MessagingService string
	Body             string
	ValidUntil       time.Time // not to be delivered later: the hours end; zero: whenever
}

// CarrierMessage is what a carrier knows of one text.
type CarrierMessage struct {
	SID       string
	From, To  Phone
	Body      string
	Status    string
	ErrorCode int
	At        time.Time
}

// StatusUpdate is the carrier's report about a text: the attempt comes from the callback address.
type StatusUpdate struct {
	Account   AccountID
	Attempt   AttemptID
	SID       string
	Status    string
	ErrorCode int
}

// Inbound is a text from a customer.
type Inbound struct {
	SID   string    `json:"sid"`
	From  Phone     `json:"from"`
	To    Phone     `json:"to"`
	Body  string    `json:"body"`
	Media []string  `json:"media,omitempty"`
	At    time.Time `json:"at"`
}
