package booking

import (
	"cmp"
	"time"
)

// Attribution says what a booking has to do with the text of its session. Stored and part of the API: never rename.
type Attribution string

// The attributions.
const (
	AttributionBefore     Attribution = "before"     // booked before the text went out, as was learned later
	AttributionLink       Attribution = "link"       // through the link of the text
	AttributionAgent      Attribution = "agent"      // in the conversation that the text began
	AttributionAssisted   Attribution = "assisted"   // by another way, within seven days after the text
	AttributionLater      Attribution = "later"      // more than seven days after the text
	AttributionUnprompted Attribution = "unprompted" // no text went out
)

// BookedBy is the booking a session is credited with.
type BookedBy struct {
	Booking     string        `json:"booking"`
	At          time.Time     `json:"at"`
	Source      BookingSource `json:"source"`
	Attribution Attribution   `json:"attribution"`
	ValueCents  int           `json:"value_cents,omitempty"`
}

// outcome is the booking that counts for the session in reports; ok is false when there is none. Sessions from before
// bookings were credited say it by having been completed, or handled as booked.
func (s *Session) outcome() (b BookedBy, ok bool) {
	switch {
	case !s.Booked.At.IsZero():
		b = s.Booked
	case s.Done():
		b = BookedBy{At: s.CompletedAt, Source: SourceExternal, ValueCents: s.ValueCents}
		if !s.FollowUp.SentAt.IsZero() {
			b.Source = SourceLink
		}
	case s.HandledBooked:
		b = BookedBy{At: s.HandledAt, Source: SourcePhone, ValueCents: s.ValueCents}
	default:
		return b, false
	}
	b.Attribution = cmp.Or(b.Attribution, s.attribute(b))
	if !s.texted() { // whatever was thought of it: a text that did not go out, or did not arrive, won nobody back
		b.Attribution = AttributionUnprompted
	}
	return b, true
}

// attribute says what a booking has to do with the text. A text of which nobody knows whether it went out claims nothing.
func (s *Session) attribute(b BookedBy) Attribution {
	sent := s.FollowUp.SentAt
	switch {
	case sent.IsZero():
		return AttributionUnprompted
	case b.At.Before(sent):
		return AttributionBefore
	case b.At.Sub(sent) > RecoveredWithin:
		return AttributionLater
	case b.Source == SourceLink:
		return AttributionLink
	case b.Source == SourceAgent:
		return AttributionAgent
	}
	return AttributionAssisted
}

// texted tells whether the text went out, or may have.
func (s *Session) texted() bool {
	return s.FollowUp.State == FollowUpSent || s.FollowUp.State == FollowUpUnknown
}
