package engine

import (
	"sync"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// pulse tells those who wait that something was written.
type pulse struct {
	mu   sync.Mutex
	next chan struct{} // nil: nobody waits
}

func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
}

// Changed gives a channel that is closed at the next change of anything, in any account. Ask for it before reading what may change.
func (e *Engine) Changed() <-chan struct{} {
	e.pulse.mu.Lock()
	defer e.pulse.mu.Unlock()
	if e.pulse.next == nil {
		e.pulse.next = make(chan struct{})
	}
	return e.pulse.next
}

// Outlook decides about a session's text as if it were due now. Nothing comes of it.
func Outlook(s *storage.Snapshot, a booking.AccountID, sess booking.Session) (booking.Verdict, error) {
	f, err := gather(s, a, sess)
	if err != nil {
		return booking.Verdict{}, err
	}
	return booking.Decide(s.Now, f), nil
}
