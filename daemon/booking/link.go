package booking

import "time"

// LinkOpen tells whether a prefilled link of the session still leads anywhere: not once its person has booked, here or another
// way, and not when the person opted out. How long a link lives is a rule of the store.
func (s *Session) LinkOpen(optedOut bool) bool {
	return !s.Done() && !s.HandledBooked && !s.HasBooked() && !optedOut
}

// LinkEnd says how a link ended that leads nowhere.
type LinkEnd string

// The ends of links.
const (
	LinkBooked    LinkEnd = "booked"    // its person has booked
	LinkRequested LinkEnd = "requested" // its person finished on a page without a window of ours: whether a time is fixed we do not know
	LinkEnded     LinkEnd = "ended"     // its person opted out, or what they typed is not kept any more
	LinkUnknown   LinkEnd = "unknown"   // older than links live, or never ours
)

// LinkEnd tells how the session's link ended; made is the booking that its person has, nil when none is on record.
func (s *Session) LinkEnd(made *Booking) LinkEnd {
	switch {
	case made != nil && !made.Stands():
		return LinkEnded
	case s.HandledBooked, made != nil && made.Window != "", made != nil && made.Source != SourcePage && made.Source != SourceLink:
		return LinkBooked
	case made != nil, s.Done():
		return LinkRequested
	}
	return LinkEnded
}

// Click records that a page redeemed the link; id names the click, so that telling it again changes nothing. It says nothing
// about whether the visit goes on: the page's own events do.
func (s *Session) Click(at time.Time, id string) {
	if s.LastClick == id {
		return
	}
	s.LastClick = id
	if s.ClickedAt.IsZero() {
		s.ClickedAt = at
	}
	s.Clicks++
}
