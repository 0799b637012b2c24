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

// AttemptKind says what a text is for. Stored: never rename.
type AttemptKind string

// The kinds of texts. A follow-up is started by us and belongs to a session; the others answer a customer's text,
// or are a person's.
const (
	AttemptFollowUp     AttemptKind = ""
	AttemptConfirmation AttemptKind = "confirmation" // the one text that confirms an opt-out
	AttemptHelp         AttemptKind = "help"         // who we are and how to opt out
	AttemptReply        AttemptKind = "reply"        // the agent's answer in a thread
	AttemptNudge        AttemptKind = "nudge"        // the agent's one reminder in a silent thread
	AttemptSafety       AttemptKind = "safety"       // what to do in an emergency
	AttemptHuman        AttemptKind = "human"        // a person's text in a thread
	AttemptAlert        AttemptKind = "alert"        // tells the person on call; it goes to the business itself
)

// Attempt is the durable intent to send one text and what became of it.
type Attempt struct {
	ID               AttemptID    `json:"id"`
	Kind             AttemptKind  `json:"kind,omitempty"`
	Account          AccountID    `json:"account"`
	Session          SessionID    `json:"session"`
	Scheduler        SchedulerID  `json:"scheduler"`
	To               Phone        `json:"to"`
	From             Phone        `json:"from,omitempty"`
	MessagingService string       `json:"messaging_service,omitempty"`
	Body             string       `json:"body"`
	Segments         int          `json:"segments"`
	Template         string       `json:"template,omitempty"`
	ValidUntil       time.Time    `json:"valid_until,omitzero"` // not to be delivered later
	State            AttemptState `json:"state"`
	Epoch            uint64       `json:"epoch"` // of the process that claimed it
	ClaimedAt        time.Time    `json:"claimed_at"`
	BegunAt          time.Time    `json:"begun_at,omitzero"`
	SettledAt        time.Time    `json:"settled_at,omitzero"`
	Thread           Phone        `json:"thread,omitempty"` // the customer whose thread it belongs to; empty for what stands alone
	DueAt            time.Time    `json:"due_at,omitzero"`  // of its settle due-key; zero: none
	Asked            int          `json:"asked,omitempty"`  // times the carrier was asked what became of it
	SID              string       `json:"sid,omitempty"`    // the carrier's own name of the text
	Status           string       `json:"status,omitempty"`
	ErrorCode        int          `json:"error_code,omitempty"`
}

// InFlight tells whether the attempt was claimed and its end is still open.
func (a Attempt) InFlight() bool { return a.State == AttemptClaimed || a.State == AttemptBegun }

// Answer tells whether the text answers a customer's: it has no session, and nothing but its own time rules when it may go.
func (a Attempt) Answer() bool { return a.Kind != AttemptFollowUp }

// Due is what the attempt waits for: an answer that was claimed for its sending, all else for its settling; false: for nothing.
func (a Attempt) Due() (Due, bool) {
	kind := KindSettle
	if a.Answer() && a.State == AttemptClaimed {
		kind = KindReply
	}
	return Due{Account: a.Account, At: a.DueAt, Kind: kind, Ref: string(a.ID)}, !a.DueAt.IsZero()
}

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
	Account   AccountID `json:"account,omitempty"`
	Attempt   AttemptID `json:"attempt,omitempty"`
	SID       string    `json:"sid"`
	Status    string    `json:"status"`
	ErrorCode int       `json:"error_code,omitempty"`
}

// Inbound is a text from a customer.
type Inbound struct {
	SID   string    `json:"sid"`
	From  Phone     `json:"from"`
	To    Phone     `json:"to"`
	Body  string    `json:"body"`
	Media []string  `json:"media,omitempty"` // addresses of pictures and the like
	Types []string  `json:"types,omitempty"` // content types of Media, in the same order
	At    time.Time `json:"at"`
	// OptOut is what the carrier itself took the text for and has answered; empty when it does not tell.
	OptOut Keyword `json:"opt_out,omitempty"`
}
