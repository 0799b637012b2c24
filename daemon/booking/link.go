package booking

import "time"

// LinkOpen tells whether a prefilled link of the session still leads anywhere: not once its person has booked, here or another
// way, and not when the person opted out. How long a link lives is a rule of the store.
func (s *Session) LinkOpen(optedOut bool) bool {
	return !s.Done() && !s.HandledBooked && !s.HasBooked() && !optedOut
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
