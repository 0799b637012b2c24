package engine

import (
	"cmp"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// Delivered is a message of a thread with what became of it.
type Delivered struct {
	booking.ThreadMessage
	Attempt *booking.Attempt // nil: it is none of ours, or was sent elsewhere
}

// Status tells where one of our texts stands; empty for all others.
func (d Delivered) Status() string {
	if d.Attempt == nil {
		return ""
	}
	switch d.Attempt.State {
	case booking.AttemptClaimed, booking.AttemptBegun:
		return "queued"
	case booking.AttemptReleased:
		return "dropped"
	case booking.AttemptSent:
		return cmp.Or(d.Attempt.Status, "sent")
	}
	return string(d.Attempt.State) // failed, unknown
}

// ReadThread gives a thread with its newest messages, at most limit, oldest first.
func ReadThread(s *storage.Snapshot, a booking.AccountID, p booking.Phone, limit int) (v booking.Thread, all []Delivered, err error) {
	v, all, _, err = ReadThreadBefore(s, a, p, "", limit)
	return v, all, err
}

// ReadThreadBefore is ReadThread with the messages before one; more tells that there are others before those.
func ReadThreadBefore(s *storage.Snapshot, a booking.AccountID, p booking.Phone, before string, limit int) (v booking.Thread, all []Delivered, more bool, err error) {
	found, err := s.Thread(a, p)
	if err != nil {
		return v, nil, false, err
	}
	if found == nil {
		return v, nil, false, unknownThread(p)
	}
	messages, more, err := s.ThreadMessagesBefore(a, p, before, limit)
	for _, m := range messages {
		if err != nil {
			return v, nil, false, err
		}
		d := Delivered{ThreadMessage: m}
		if m.Attempt != "" {
			d.Attempt, err = s.Attempt(a, m.Attempt)
		}
		all = append(all, d)
	}
	return *found, all, more, err
}

// Walls are what scripts run behind; nil: they cannot.
func (e *Engine) Walls() scripts.Walls { return e.o.Scripts }
