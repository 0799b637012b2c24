package engine

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Deed is one thing that was done for or about a customer, told to [Options.Watch] after it is on disk. A rehearsal is judged by them.
type Deed struct {
	At      time.Time
	Do      string // the words of the rehearsals: book, book_failed, cancel, reschedule, waitlist, hand_off, alert, opt_out, opt_in, close, ask_model
	Phone   booking.Phone
	Window  string
	Service string
	Note    string
}

// did notes a deed of this transaction.
func (t *txn) did(d Deed) {
	d.At = t.Now
	t.deeds = append(t.deeds, d)
}
