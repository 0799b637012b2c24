package booking

import (
	"testing"
	"time"
)

func TestLinkIsDeadOnceItsPersonBookedOrOptedOut(t *testing.T) {
	at := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name     string
		s        Session
		optedOut bool
		open     bool
	}{
		{"left", Session{AbandonedAt: at}, false, true},
		{"texted", Session{FollowUp: FollowUp{State: FollowUpSent, SentAt: at}}, false, true},
		{"handled, not booked", Session{HandledAt: at}, false, true},
		{"booked elsewhere and cancelled", Session{Booked: BookedBy{Booking: "b", Cancelled: true}}, false, true},
		{"completed", Session{CompletedAt: at}, false, false},
		{"booked by phone", Session{HandledAt: at, HandledBooked: true}, false, false},
		{"booked elsewhere", Session{Booked: BookedBy{Booking: "b"}}, false, false},
		{"opted out", Session{}, true, false},
	} {
		if got := c.s.LinkOpen(c.optedOut); got != c.open {
			t.Errorf("%s: open is %v, want %v", c.name, got, c.open)
		}
	}
}

func TestClickToldTwiceCountsOnce(t *testing.T) {
	first := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	var s Session
	s.Click(first, "a")
	s.Click(first.Add(time.Second), "a")
	s.Click(first.Add(time.Minute), "b")
	if s.Clicks != 2 || !s.ClickedAt.Equal(first) {
		t.Errorf("%d clicks, the first at %v", s.Clicks, s.ClickedAt)
	}
}
