package booking

import "time"

// Attribution says what a session's text has to do with a booking of its person. Stored and part of the API: never rename.
type Attribution string

// The attributions. Only direct and assisted count as recovered.
const (
	AttributedBefore   Attribution = "before"   // no text had gone out by then: it won nothing
	AttributedDirect   Attribution = "direct"   // by the text's link or in its conversation, within [RecoveredWithin]
	AttributedAssisted Attribution = "assisted" // after the text but another way, within [RecoveredWithin]
	AttributedLater    Attribution = "later"    // longer after the text than [RecoveredWithin]
)

// BookedBy is the booking by which a session's person has what they came for.
type BookedBy struct {
	Booking     string        `json:"booking"`
	At          time.Time     `json:"at"`
	Source      BookingSource `json:"source"`
	Own         bool          `json:"own,omitempty"` // of this session, not merely of its person
	Attribution Attribution   `json:"attribution"`
	ValueCents  int           `json:"value_cents,omitempty"`
	Cancelled   bool          `json:"cancelled,omitempty"` // counts for nothing any more
}

func attribute(f FollowUp, b BookedBy) Attribution {
	after := b.At.Sub(f.SentAt)
	switch {
	case f.State != FollowUpSent || after < 0:
		return AttributedBefore
	case after > RecoveredWithin:
		return AttributedLater
	case b.Source == SourceAgent, b.Source == SourceLink:
		return AttributedDirect
	}
	return AttributedAssisted
}
