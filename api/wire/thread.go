package wire

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// Thread is the conversation with one phone number.
type Thread struct {
	ID         string          `json:"id" required:"true" description:"The customer's number, E.164."`
	Number     string          `json:"number,omitempty" description:"Ours: the customer's last text came to it."`
	Session    string          `json:"session,omitempty"`
	Scheduler  string          `json:"scheduler,omitempty"`
	Owner      string          `json:"owner" required:"true" enum:"agent,human" description:"Who answers."`
	State      string          `json:"state" required:"true" enum:"open,handed_off,closed"`
	Reason     string          `json:"reason,omitempty" description:"Why it went to a person."`
	By         string          `json:"by,omitempty" description:"Who took it over."`
	Note       string          `json:"note,omitempty" description:"Of the person who handed it back."`
	Unread     int             `json:"unread" description:"Customer's texts that no person has looked at."`
	AgentTexts int             `json:"agent_texts" description:"Texts of the agent; at most 12."`
	ModelCalls int             `json:"model_calls,omitempty" description:"Answers of the language model that the agent asked for."`
	ModelCost  int             `json:"model_cost_cents,omitempty" description:"What they cost by the configured prices, rounded up."`
	BeganAt    time.Time       `json:"began_at"`
	LastAt     time.Time       `json:"last_at"`
	InboundAt  time.Time       `json:"inbound_at,omitzero"`
	Messages   []ThreadMessage `json:"messages,omitempty" description:"The newest, oldest first; only where one thread is asked for."`
}

// FromThread shows a thread.
func FromThread(v booking.Thread) Thread {
	return Thread{ID: string(v.Phone), Number: string(v.Number), Session: string(v.Session), Scheduler: string(v.Scheduler), Owner: string(v.Owner),
		State: string(v.State), Reason: v.Reason, By: v.By, Note: v.Note, Unread: v.Unread, AgentTexts: v.AgentTexts,
		ModelCalls: v.ModelCalls, ModelCost: int((v.ModelMicros + 9999) / 10_000),
		BeganAt: utc(v.BeganAt), LastAt: utc(v.LastAt), InboundAt: utc(v.InboundAt)}
}

// ThreadMessage is one text of a thread.
type ThreadMessage struct {
	ID         string    `json:"id" required:"true"`
	Direction  string    `json:"direction" required:"true" enum:"inbound,outbound"`
	From       string    `json:"from,omitempty"`
	To         string    `json:"to,omitempty"`
	Body       string    `json:"body" description:"Card and social security numbers are taken out."`
	Author     string    `json:"author" required:"true" enum:"agent,human,customer,system"`
	By         string    `json:"by,omitempty" description:"Which person, or the script's version."`
	Status     string    `json:"status,omitempty" description:"Of one of ours: queued, sent, delivered, undelivered, failed, unknown or dropped."`
	Segments   int       `json:"segments,omitempty"`
	ErrorCode  int       `json:"error_code,omitempty" description:"The carrier's."`
	Media      int       `json:"media,omitempty" description:"Number of attachments."`
	MediaTypes []string  `json:"media_types,omitempty"`
	At         time.Time `json:"at"`
}

// FromThreadMessage shows a message with what became of it.
func FromThreadMessage(m engine.Delivered) ThreadMessage {
	v := ThreadMessage{ID: m.ID, Direction: "outbound", From: string(m.From), To: string(m.To), Body: m.Body, Author: string(m.Author), By: m.By,
		Status: m.Status(), Media: m.Media, MediaTypes: m.MediaTypes, At: utc(m.At)}
	if m.Inbound() {
		v.Direction = "inbound"
	}
	if a := m.Attempt; a != nil {
		v.Segments, v.ErrorCode = a.Segments, a.ErrorCode
	}
	return v
}

// ThreadText is a text that a person sends.
type ThreadText struct {
	Body string `json:"body" required:"true"`
}

// Release hands a thread back to the agent.
type Release struct {
	Note string `json:"note" description:"What the agent must know; at most 500 characters."`
}
