package booking

import "time"

// A scheduler's publishable key stands in a page for everybody to read, so whoever likes can say with it that anybody has booked.
// It is the only word there is of a form without windows, so it is not refused; it is held to what it is worth.
const (
	claimAge     = 5 * time.Second // nobody fills in a form faster
	maxSaidCents = 200_000         // a common repair: what is worth more, the office says
)

// SaidByPage holds a booking that a page told of to what its word is worth. The value counts up to $2,000. When the word is doubted,
// or the page's session was known for less than five seconds by our own clock, the booking is a claim: it ends its own session,
// silences no other one of that person, and wins none. A window that it takes, or anything the office says of it, makes it a booking
// like any other. Who came by the text's link is believed: it went to that phone alone.
func (b *Booking) SaidByPage(s Session, known time.Duration, doubted bool) {
	if !s.ClickedAt.IsZero() {
		return
	}
	b.ValueCents = min(b.ValueCents, maxSaidCents)
	b.Claimed = doubted || known < claimAge
}
