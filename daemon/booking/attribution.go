package booking

import (
	"cmp"
	"slices"
	"time"
)

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

// HasBooked tells whether the session's person has a booking that stands.
func (s *Session) HasBooked() bool { return s.Booked.Booking != "" && !s.Booked.Cancelled }

// Attribute says what the session's text has to do with the booking. A text that was refused, or of which nobody knows, won
// nobody.
func Attribute(s *Session, b Booking) Attribution {
	return attribute(s.FollowUp, BookedBy{At: b.At, Source: b.Source, Own: b.Session == s.ID && b.Session != ""})
}

func attribute(f FollowUp, b BookedBy) Attribution {
	after := b.At.Sub(f.SentAt)
	switch {
	case f.State != FollowUpSent || after < 0:
		return AttributedBefore
	case after > RecoveredWithin:
		return AttributedLater
	case b.Source == SourceAgent, b.Source == SourceLink, b.Own && b.Source == SourcePage:
		return AttributedDirect
	}
	return AttributedAssisted
}

// Concerns tells whether a booking is news for a session of the same person: made since 24 h before the session began, and
// either after its text or while it could still have led to it.
func (s *Session) Concerns(b Booking) bool {
	switch {
	case b.At.Before(s.StartedAt.Add(-bookedBefore)):
		return false
	case !s.FollowUp.SentAt.IsZero(), s.FollowUp.State == FollowUpClaimed, s.FollowUp.State == FollowUpUnknown:
		return true
	}
	last := s.SeenAt
	if s.Trial.At.After(last) {
		last = s.Trial.At
	}
	return !b.At.After(last.Add(RecoveredWithin))
}

// Credited says which of a person's sessions a booking is credited to, so that no two count it: the one it was made in if that
// one's text brought it, else the one whose text went out last before it. Empty: no text has to do with it.
func Credited(sessions []Session, b Booking) SessionID {
	var to *Session
	for i := range sessions {
		s := &sessions[i]
		if !s.Concerns(b) || Attribute(s, b) == AttributedBefore {
			continue
		}
		if s.ID == b.Session {
			return s.ID
		}
		if to == nil || s.FollowUp.SentAt.After(to.FollowUp.SentAt) {
			to = s
		}
	}
	if to == nil {
		return ""
	}
	return to.ID
}

// Won records the session's own booking, or what became of it.
func (s *Session) Won(b Booking) {
	s.Booked = BookedBy{Booking: b.ID, At: b.At, Source: b.Source, Own: b.Session == s.ID, ValueCents: b.ValueCents, Cancelled: !b.Stands()}
	s.Trial.Hear(b.ID, b.At, b.ValueCents, b.Stands())
	s.Lot.Hear(b.ID, b.At, b.ValueCents, b.Stands())
	s.Status = s.status()
}

// Hear takes in that the session's person booked another way, and gives the lines of the trace that say so; none when it
// is no news. A follow-up that is still to come is withheld at once. A text that is out stays out, and what it won is set right:
// nothing if the booking was there before it, something if this session is the one that the booking is credited to.
func (s *Session) Hear(now time.Time, b Booking, credited SessionID) []Finding {
	s.Trial.Hear(b.ID, b.At, b.ValueCents, b.Stands()) // whichever session it is credited to
	s.Lot.Hear(b.ID, b.At, b.ValueCents, b.Stands())
	had := s.Booked
	switch {
	case had.Booking == b.ID:
		s.Won(b)
		if had.Cancelled || b.Stands() {
			return nil
		}
		return []Finding{{At: now, Check: CheckBookedElsewhere, Result: Pass, Fact: "cancelled on " + stamp(now),
			Message: "Late news: the booking this customer had made " + bookedHow(b.Source) + " was cancelled; it counts for nothing any more.",
			Fix:     "Nothing is texted by itself. Call the customer if the job is still wanted."}}
	case !b.Stands(), !s.Concerns(b), s.HasBooked() && (had.Own || !b.At.Before(had.At)):
		return nil
	}
	sent := s.FollowUp.SentAt
	attribution := Attribute(s, b)
	if attribution != AttributedBefore && credited != s.ID {
		return nil
	}
	s.Won(b)
	x := Finding{At: now, Check: CheckBookedElsewhere, Result: Pass, Fact: "booked " + bookedHow(b.Source) + " on " + stamp(b.At)}
	switch {
	case s.FollowUp.State == FollowUpDue, s.FollowUp.State == FollowUpWaiting:
		s.Withhold(CheckBookedElsewhere)
		x.Result, x.Message = Stop, "Late news: this person has booked another way, so no text goes out."
		x.Fix = "Nothing to do. If that booking was a different job, call the customer."
	case sent.IsZero():
		return nil // nothing changes that the trace would have to explain
	case attribution == AttributedBefore:
		x.Message = "Late news: this person had booked before the text of " + stamp(sent) + ", so the text did not win the booking."
	case attribution == AttributedLater:
		x.Message = "Late news: this person booked more than 7 days after the text of " + stamp(sent) + "; it is not counted as won back."
	default:
		x.Message = "Late news: this person booked after the text of " + stamp(sent) + "; it is counted as won back (" + string(attribution) + ")."
	}
	return []Finding{x}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

// Newest gives the newest of a person's sessions, at most n of them, each once.
func Newest(sessions []Session, n int) []Session {
	slices.SortFunc(sessions, func(x, y Session) int { return cmp.Compare(y.ID, x.ID) })
	sessions = slices.CompactFunc(sessions, func(x, y Session) bool { return x.ID == y.ID })
	return sessions[:min(n, len(sessions))]
}
