package booking

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// ThreadOwner says who answers in a thread. Part of the API and stored: never rename.
type ThreadOwner string

// The owners.
const (
	OwnerAgent ThreadOwner = "agent"
	OwnerHuman ThreadOwner = "human"
)

// ThreadState says how a thread stands. Part of the API and stored: never rename.
type ThreadState string

// The states of a thread.
const (
	ThreadOpen      ThreadState = "open"
	ThreadHandedOff ThreadState = "handed_off" // waits for a person, or a person has it
	ThreadClosed    ThreadState = "closed"     // over: by silence, by the agent, or by an opt-out; a new text opens it again
)

// The bounds of a thread.
const (
	ThreadSilence = 48 * time.Hour   // a silent thread ends after this
	MaxAgentTexts = 12               // by the agent in one thread
	MaxPending    = 20               // texts of a burst that the agent is given; older ones it sees as turns
	AlertAgain    = 10 * time.Minute // a person who was alerted and did nothing is alerted again
	MaxAlerts     = 3                // of the person on call about one matter; a new text of the customer alerts nevertheless
)

// Thread is the conversation with one phone number: who answers, what is waiting for an answer, what the agent kept.
type Thread struct {
	Phone     Phone           `json:"phone"`
	Number    Phone           `json:"number,omitempty"` // of ours: the customer's last text came to it
	Session   SessionID       `json:"session,omitempty"`
	Scheduler SchedulerID     `json:"scheduler,omitempty"`
	Mode      Mode            `json:"mode,omitempty"` // of the scheduler when it began; no agent answers without AIAgent
	Owner     ThreadOwner     `json:"owner"`
	State     ThreadState     `json:"state"`
	By        string          `json:"by,omitempty"`     // who took it over
	Reason    string          `json:"reason,omitempty"` // why it went to a person
	Note      string          `json:"note,omitempty"`   // of the person who handed it back; the agent must use it
	Memory    json.RawMessage `json:"memory,omitempty"` // what the agent kept: a JSON object
	Lang      string          `json:"lang,omitempty"`   // "es" when the customer writes Spanish

	Unread     int `json:"unread,omitempty"`      // customer's texts that no person has looked at
	AgentTexts int `json:"agent_texts,omitempty"` // texts of the agent
	ModelCalls int `json:"model_calls,omitempty"` // by the agent's script
	Alerts     int `json:"alerts,omitempty"`      // of a person, since the last reaction
	Nudges     int `json:"nudges,omitempty"`      // reminders that went out or were decided against

	ModelTokens int   `json:"model_tokens,omitempty"` // that these calls used, in and out
	ModelMicros int64 `json:"model_micros,omitempty"` // what they cost, in millionths of a US dollar

	BeganAt   time.Time `json:"began_at"`
	LastAt    time.Time `json:"last_at"`             // of the last message either way
	InboundAt time.Time `json:"inbound_at,omitzero"` // of the customer's last text
	HumanAt   time.Time `json:"human_at,omitzero"`   // a person's last text, or takeover
	SafetyAt  time.Time `json:"safety_at,omitzero"`  // of the last safety words
	AlertAt   time.Time `json:"alert_at,omitzero"`   // a person was alerted and has not reacted; zero: none is open

	Last     string    `json:"last,omitempty"`     // ID of the customer's last text
	Answered string    `json:"answered,omitempty"` // ID of the customer's last text that was answered, or needs no answer
	Turn     string    `json:"turn,omitempty"`     // of the agent, under way
	DueAt    time.Time `json:"due_at,omitzero"`    // of its due-key: an answer is due, or the thread may end; zero: none
}

// ThreadAuthor says who wrote a message. Part of the API and stored: never rename.
type ThreadAuthor string

// The authors.
const (
	AuthorCustomer ThreadAuthor = "customer"
	AuthorAgent    ThreadAuthor = "agent"
	AuthorHuman    ThreadAuthor = "human"
	AuthorSystem   ThreadAuthor = "system" // the house: follow-ups by template, safety words, confirmations
)

// ThreadMessage is one text of a thread. What became of one of ours stands in its attempt.
type ThreadMessage struct {
	ID         string       `json:"id"` // a UUIDv7
	From       Phone        `json:"from,omitempty"`
	To         Phone        `json:"to,omitempty"`
	Body       string       `json:"body"`
	Author     ThreadAuthor `json:"author"`
	By         string       `json:"by,omitempty"` // which person
	At         time.Time    `json:"at"`
	Media      int          `json:"media,omitempty"` // number of attachments
	MediaTypes []string     `json:"media_types,omitempty"`
	Offered    []string     `json:"offered,omitempty"` // IDs of the windows it names
	Attempt    AttemptID    `json:"attempt,omitempty"` // of ours
	SID        string       `json:"sid,omitempty"`     // the carrier's name of it, where there is no attempt
}

// Inbound tells whether the customer wrote it.
func (m ThreadMessage) Inbound() bool { return m.Author == AuthorCustomer }

// Ref names the thread in its due-key, which holds UUIDs only: the digits of the number in a UUID of version 8 (RFC 9562 §5.8).
func (t Thread) Ref() string { return ThreadRef(t.Phone) }

// refPrefix begins the name of a thread; the last fifteen digits are those of the number, filled up with zeros in front.
const refPrefix = "00000000-0000-8000-8"

// ThreadRef gives the name of the thread with that phone in due-keys.
func ThreadRef(p Phone) string {
	digits := strings.TrimPrefix(string(p), "+")
	s := strings.Repeat("0", max(0, 15-len(digits))) + digits
	return refPrefix + s[:3] + "-" + s[3:]
}

// PhoneOfRef gives the phone that a thread's name in a due-key stands for; empty when it is none.
func PhoneOfRef(ref string) Phone {
	digits, ok := strings.CutPrefix(ref, refPrefix)
	if !ok {
		return ""
	}
	return Phone("+" + strings.TrimLeft(strings.Replace(digits, "-", "", 1), "0"))
}

// ModelUse tells what the thread has used of a model so far.
func (t Thread) ModelUse() ModelUse {
	return ModelUse{Calls: t.ModelCalls, Tokens: t.ModelTokens, Micros: t.ModelMicros}
}

// Pending tells whether the customer's last text waits for an answer.
func (t Thread) Pending() bool { return t.Last != "" && t.Last > t.Answered }

// Waits tells whether the customer waits for a person: the agent gave the thread away or none answers in it, and nobody reacted since. A
// danger waits even in a thread that is over, since a STOP does not end the danger.
func (t Thread) Waits() bool {
	return t.Owner == OwnerHuman && (t.State != ThreadClosed || t.Emergency()) && (t.Unread > 0 || !t.AlertAt.IsZero())
}

// InHand tells whether a person has the conversation, so that no automated text may come between: it was taken or handed over, and the customer
// waits, or somebody wrote within [ThreadSilence].
func (t Thread) InHand(now time.Time) bool {
	return t.State == ThreadHandedOff && (t.Waits() || now.Sub(t.LastAt) < ThreadSilence)
}

// WaitsSince tells since when, where it waits: the customer's last text, or the alert where none was written.
func (t Thread) WaitsSince() time.Time {
	if t.InboundAt.IsZero() {
		return t.AlertAt
	}
	return t.InboundAt
}

// emergencyReason begins the reason of a thread that went to a person over a danger.
const emergencyReason = "emergency"

// EmergencyReason tells why such a thread went to a person.
func EmergencyReason(kind EmergencyKind, words string) string {
	return emergencyReason + " (" + string(kind) + "): " + words
}

// Emergency tells whether the thread went to a person over a danger.
func (t Thread) Emergency() bool { return strings.HasPrefix(t.Reason, emergencyReason) }

// Talks tells whether an agent talks in it.
func (t Thread) Talks() bool {
	return t.Owner == OwnerAgent && t.State == ThreadOpen && t.Mode == AIAgent
}

// Held tells whether a person took it over and it is not done.
func (t Thread) Held() bool { return t.Owner == OwnerHuman && t.By != "" && t.State != ThreadClosed }

// Due gives the thread's due-key; ok is false when it has none.
func (t Thread) Due(a AccountID) (Due, bool) {
	return Due{Account: a, At: t.DueAt, Kind: KindTalk, Ref: t.Ref()}, !t.DueAt.IsZero()
}

// Rest leaves the thread without anything to answer; it ends when it stays silent, unless the customer waits for a person: then it is not
// the customer who is silent.
func (t *Thread) Rest() {
	t.Answered, t.Turn = t.Last, ""
	t.DueAt = time.Time{}
	switch {
	case t.State == ThreadOpen && !t.Waits():
		t.DueAt = t.LastAt.Add(ThreadSilence)
	case t.AlertDue():
		t.DueAt = t.AlertAt.Add(AlertAgain)
	}
}

// AlertDue tells whether a person is to be alerted again, [AlertAgain] after the last alert.
func (t *Thread) AlertDue() bool {
	return t.State == ThreadHandedOff && !t.AlertAt.IsZero() && t.Alerts < MaxAlerts
}

// Alert says that a person was alerted.
func (t *Thread) Alert(now time.Time) {
	t.AlertAt = now
	t.Alerts++
	if !t.Pending() {
		t.Rest()
	}
}

// HandOff gives the thread to a person.
func (t *Thread) HandOff(reason string) {
	t.Owner, t.State, t.Reason, t.Note = OwnerHuman, ThreadHandedOff, reason, ""
	t.Rest()
}

// TakeOver says that a person has it: whatever the agent was writing is dropped.
func (t *Thread) TakeOver(now time.Time, by string) {
	t.Owner, t.State, t.By, t.HumanAt, t.Note = OwnerHuman, ThreadHandedOff, by, now, ""
	t.Unread, t.AlertAt, t.Alerts = 0, time.Time{}, 0
	t.Rest()
}

// Release hands the thread back to the agent, with a note that it must use. What the customer wrote meanwhile was answered
// by the person.
func (t *Thread) Release(note string) {
	t.Owner, t.State, t.Reason, t.Note, t.By = OwnerAgent, ThreadOpen, "", note, ""
	t.Unread, t.AlertAt, t.Alerts = 0, time.Time{}, 0
	t.Rest()
}

// Settle says that the customer waits for nothing: a person looked, and no answer is needed.
func (t *Thread) Settle() {
	t.Unread, t.AlertAt, t.Alerts = 0, time.Time{}, 0
	t.Rest()
}

// Close ends the thread.
func (t *Thread) Close() {
	t.State = ThreadClosed
	t.Rest()
}

// Hear takes a customer's text into the thread: wait is how long the agent waits for more of a burst. answer is false for what
// needs no answer.
func (t *Thread) Hear(m ThreadMessage, wait time.Duration, answer bool) {
	t.Number, t.LastAt, t.InboundAt = m.To, later(t.LastAt, m.At), later(t.InboundAt, m.At)
	if m.ID > t.Last {
		t.Last = m.ID
	}
	t.Unread++
	if t.State == ThreadClosed {
		t.State = ThreadOpen
	}
	switch {
	case !answer || t.Owner != OwnerAgent || t.Mode != AIAgent:
		answered := t.Turn // a turn under way goes on
		t.Rest()
		t.Turn = answered
	default:
		t.DueAt = m.At.Add(wait)
	}
	if l := Language(m.Body); l != "" {
		t.Lang = l
	}
}

// Wrote takes one of our texts into the thread.
func (t *Thread) Wrote(m ThreadMessage) {
	t.LastAt = later(t.LastAt, m.At)
	if m.Author == AuthorAgent {
		t.AgentTexts++
	}
	if !t.Pending() {
		t.Rest()
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Echo tells whether a text needs no answer since it is a machine's: it says so itself, or it repeats the customer's last text
// after we wrote in between, as no person does with more than some words. before are the messages of the thread, oldest first.
func Echo(body string, before []ThreadMessage) bool {
	if slices.Contains(MatchIntents(body), IntentMachine) {
		return true
	}
	if len(strings.Fields(body)) < 5 {
		return false
	}
	ours := false
	for _, m := range slices.Backward(before) {
		if !m.Inbound() {
			ours = true
			continue
		}
		return ours && strings.EqualFold(strings.TrimSpace(m.Body), strings.TrimSpace(body))
	}
	return false
}
