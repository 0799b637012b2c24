package booking

import (
	"bytes"
	"encoding/json"
	"time"
)

// News is one event as webhooks are told it: {type, timestamp, data}, the form that the Standard Webhooks specification
// recommends. Its shapes are part of the API: only add.
//
// What is told about a person is what the business needs to find them again in its own system: name, phone, e-mail. What a
// customer typed into free fields, the evidence of consent, notes of staff, the wording of texts and the tokens of links stay
// here; the API gives them to those who may read them.
type News struct {
	Type      NewsKind  `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// Payload gives the bytes that are sent.
func (n News) Payload() ([]byte, error) {
	n.Timestamp = n.Timestamp.UTC()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(n)
	return bytes.TrimSpace(b.Bytes()), err
}

// SessionNews is the data of session.abandoned, follow_up.sent and follow_up.withheld.
type SessionNews struct {
	Session     SessionID    `json:"session"`
	ClientID    string       `json:"client_id"`
	Scheduler   SchedulerID  `json:"scheduler"`
	Status      Status       `json:"status"`
	Customer    PersonNews   `json:"customer"`
	Service     string       `json:"service,omitempty"`
	ValueCents  int          `json:"value_cents,omitempty"`
	StartedAt   time.Time    `json:"started_at"`
	AbandonedAt time.Time    `json:"abandoned_at,omitzero"`
	CompletedAt time.Time    `json:"completed_at,omitzero"`
	FollowUp    FollowUpNews `json:"follow_up"`
}

// PersonNews is who it is about.
type PersonNews struct {
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Phone     Phone  `json:"phone,omitempty"` // E.164; absent when there is none that can be texted
	Email     string `json:"email,omitempty"`
}

// FollowUpNews is where the one text of the session stands.
type FollowUpNews struct {
	State      FollowUpState `json:"state"`
	DueAt      time.Time     `json:"due_at,omitzero"`
	SentAt     time.Time     `json:"sent_at,omitzero"`
	WithheldBy Check         `json:"withheld_by,omitempty"`
	Attempt    AttemptID     `json:"attempt,omitempty"`
}

// OfSession gives what is told of a session.
func OfSession(s Session) SessionNews {
	f := s.FollowUp
	return SessionNews{
		Session: s.ID, ClientID: s.ClientID, Scheduler: s.Scheduler, Status: s.Status,
		Customer: PersonNews{s.Customer.FirstName, s.Customer.LastName, s.Phone, s.Email},
		Service:  s.Service, ValueCents: s.ValueCents,
		StartedAt: inUTC(s.StartedAt), AbandonedAt: inUTC(s.AbandonedAt), CompletedAt: inUTC(s.CompletedAt),
		FollowUp: FollowUpNews{f.State, inUTC(f.DueAt), inUTC(f.SentAt), f.WithheldBy, f.Attempt},
	}
}

// NewsOf tells what is news in the change of a session, old being nil for a new one: that it was left and a follow-up is
// planned, once per leaving; that its text went out; that the text which was planned will not go out.
func NewsOf(old *Session, s Session) (k NewsKind, ok bool) {
	var before FollowUpState
	left := false
	if old != nil {
		before, left = old.FollowUp.State, !old.AbandonedAt.IsZero()
	}
	after := s.FollowUp.State
	switch {
	case after == FollowUpSent && before != FollowUpSent:
		return NewsSent, true
	case after == FollowUpWithheld && before != FollowUpWithheld && before != FollowUpNone && before != "":
		return NewsWithheld, true
	case after == FollowUpDue && !left && !s.AbandonedAt.IsZero():
		return NewsAbandoned, true
	}
	return "", false
}

// BookingNews is the data of booking.created.
type BookingNews struct {
	Booking    string        `json:"booking"`
	Source     BookingSource `json:"source"`
	Session    SessionID     `json:"session,omitempty"`
	Scheduler  SchedulerID   `json:"scheduler,omitempty"`
	Customer   PersonNews    `json:"customer"`
	Service    string        `json:"service,omitempty"`
	ValueCents int           `json:"value_cents,omitempty"`
	Window     string        `json:"window,omitempty"`
	Start      time.Time     `json:"start,omitzero"` // of the window
	End        time.Time     `json:"end,omitzero"`
	At         time.Time     `json:"at"`
	Claimed    bool          `json:"claimed,omitempty"` // see [Booking.SaidByPage]
}

// OfBooking gives what is told of a booking.
func OfBooking(b Booking) BookingNews {
	return BookingNews{Booking: b.ID, Source: b.Source, Session: b.Session, Scheduler: b.Scheduler,
		Customer: PersonNews{b.Customer.FirstName, b.Customer.LastName, b.Phone, b.Email}, Service: b.Service, ValueCents: b.ValueCents,
		Window: b.Window, Start: inUTC(b.Start), End: inUTC(b.End), At: inUTC(b.At), Claimed: b.Claimed}
}

// OptOutNews is the data of person.opted_out.
type OptOutNews struct {
	Phone  Phone     `json:"phone"`
	Source string    `json:"source"`
	At     time.Time `json:"at"`
}

// OfOptOut gives what is told of an opt-out.
func OfOptOut(o OptOut) OptOutNews { return OptOutNews{o.Phone, o.Source, inUTC(o.At)} }

// RegistrationNews is the data of registration.changed.
type RegistrationNews struct {
	Status RegistrationStatus `json:"status"`
	Was    RegistrationStatus `json:"was"`
}

// PingNews is the data of ping.
type PingNews struct {
	Webhook string `json:"webhook"`
}

// inUTC keeps a zero time zero.
func inUTC(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}
