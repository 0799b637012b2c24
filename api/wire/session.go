package wire

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Session is one visitor's attempt to book.
type Session struct {
	ID          string            `json:"id" required:"true" description:"Ours, a UUID."`
	ClientID    string            `json:"client_id" required:"true" description:"The page's own."`
	Scheduler   string            `json:"scheduler" required:"true"`
	Status      string            `json:"status" required:"true" enum:"active,abandoned,waiting,texted,talking,recovered,completed,withheld,expired"`
	Customer    Customer          `json:"customer"`
	Phone       string            `json:"phone,omitempty" description:"E.164; absent when there is none that can be texted."`
	Service     string            `json:"service,omitempty"`
	Preferred   string            `json:"preferred,omitempty"`
	Step        string            `json:"step,omitempty"`
	PageURL     string            `json:"page_url,omitempty"`
	Timezone    string            `json:"timezone,omitempty"`
	Locale      string            `json:"locale,omitempty"`
	Consent     *Evidence         `json:"consent,omitempty"`
	Fields      map[string]string `json:"fields,omitempty"`
	ValueCents  int               `json:"value_cents,omitempty"`
	StartedAt   time.Time         `json:"started_at" required:"true"`
	SeenAt      time.Time         `json:"seen_at" required:"true" description:"The last moment anything was heard of it."`
	AbandonedAt time.Time         `json:"abandoned_at,omitzero"`
	CompletedAt time.Time         `json:"completed_at,omitzero"`
	RepliedAt   time.Time         `json:"replied_at,omitzero" description:"When the customer answered the text."`
	Handled     *Handling         `json:"handled,omitempty"`
	FollowUp    FollowUp          `json:"follow_up" required:"true"`
	ClickedAt   time.Time         `json:"clicked_at,omitzero" description:"When the link of its text was first opened by a person's browser."`
	Clicks      int               `json:"clicks,omitempty"`
	Booked      *BookedBy         `json:"booked,omitempty" description:"The booking its person has, made in this session or another way."`
}

// Evidence is what is kept of a consent.
type Evidence struct {
	SMS       bool      `json:"sms"`
	Text      string    `json:"text,omitempty"`
	At        time.Time `json:"at,omitzero"`
	Page      string    `json:"page,omitempty"`
	IP        string    `json:"ip,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
}

// Handling says who took a session by phone.
type Handling struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Note   string    `json:"note,omitempty"`
	Booked bool      `json:"booked,omitempty"` // staff said that it was booked
}

// FollowUp is the one text of a session.
type FollowUp struct {
	State      string    `json:"state" required:"true" enum:"none,due,waiting,claimed,sent,withheld,unknown"`
	DueAt      time.Time `json:"due_at,omitzero"`
	SentAt     time.Time `json:"sent_at,omitzero"`
	WithheldBy string    `json:"withheld_by,omitempty" description:"The check that stopped it or put it off."`
	Attempt    string    `json:"attempt,omitempty" description:"The latest attempt to send it."`
}

// BookedBy is the booking that a session's person has, and what the session's text has to do with it.
type BookedBy struct {
	Booking     string    `json:"booking" required:"true"`
	At          time.Time `json:"at" required:"true"`
	Source      string    `json:"source" required:"true" enum:"agent,link,phone,external,page"`
	Attribution string    `json:"attribution" required:"true" enum:"before,direct,assisted,later" description:"direct and assisted count as recovered."`
	ValueCents  int       `json:"value_cents,omitempty"`
	Cancelled   bool      `json:"cancelled,omitempty"`
}

// FromSession shows a session.
func FromSession(s booking.Session) Session {
	out := Session{
		ID: string(s.ID), ClientID: s.ClientID, Scheduler: string(s.Scheduler), Status: string(s.Status),
		Customer: fromCustomer(s.Customer), Phone: string(s.Phone), Service: s.Service, Preferred: s.Preferred, Step: s.Step,
		PageURL: s.PageURL, Timezone: s.Timezone, Locale: s.Locale, Fields: s.Fields, ValueCents: s.ValueCents,
		StartedAt: utc(s.StartedAt), SeenAt: utc(s.SeenAt), AbandonedAt: utc(s.AbandonedAt), CompletedAt: utc(s.CompletedAt), RepliedAt: utc(s.RepliedAt),
		FollowUp: FollowUp{
			State: string(s.FollowUp.State), DueAt: utc(s.FollowUp.DueAt), SentAt: utc(s.FollowUp.SentAt),
			WithheldBy: string(s.FollowUp.WithheldBy), Attempt: string(s.FollowUp.Attempt),
		},
	}
	out.ClickedAt, out.Clicks = utc(s.ClickedAt), s.Clicks
	if c := s.Consent; c != (booking.Consent{}) {
		out.Consent = &Evidence{SMS: c.SMS, Text: c.Text, At: utc(c.At), Page: c.Page, IP: c.IP, UserAgent: c.UserAgent}
	}
	if !s.HandledAt.IsZero() {
		out.Handled = &Handling{At: utc(s.HandledAt), By: s.HandledBy, Note: s.HandledNote, Booked: s.HandledBooked}
	}
	if b := s.Booked; b.Booking != "" {
		out.Booked = &BookedBy{Booking: b.Booking, At: utc(b.At), Source: string(b.Source), Attribution: string(b.Attribution), ValueCents: b.ValueCents, Cancelled: b.Cancelled}
	}
	if out.FollowUp.State == "" {
		out.FollowUp.State = string(booking.FollowUpNone)
	}
	return out
}

// Finding is one line of a trace.
type Finding struct {
	At      time.Time `json:"at" required:"true"`
	Check   string    `json:"check" required:"true"`
	Result  string    `json:"result" required:"true" enum:"pass,wait,stop"`
	Fact    string    `json:"fact" description:"What was found."`
	Setting string    `json:"setting" description:"The setting that ruled."`
	Message string    `json:"message" required:"true"`
	Fix     string    `json:"fix" description:"What would change it."`
	Until   time.Time `json:"until,omitzero" description:"With wait: when it may pass."`
}

// FromFinding shows a line of a trace.
func FromFinding(f booking.Finding) Finding {
	return Finding{At: utc(f.At), Check: string(f.Check), Result: string(f.Result), Fact: f.Fact, Setting: f.Setting,
		Message: f.Message, Fix: f.Fix, Until: utc(f.Until)}
}

// Handled is what staff say when they took a session by phone.
type Handled struct {
	Note   string `json:"note,omitempty"`
	Booked bool   `json:"booked,omitempty" description:"The customer booked on the phone."`
}
