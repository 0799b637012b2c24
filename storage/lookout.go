package storage

import (
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Lookout says that the carrier is asked at DueAt for texts that people wrote beside us. It is there while an agent has a thread.
type Lookout struct {
	Since time.Time `json:"since"` // what left our numbers before then is known
	Heard time.Time `json:"heard"` // what came to our numbers before then is known
	DueAt time.Time `json:"due_at"`
	Ref   string    `json:"ref"`            // of its due-key
	Last  bool      `json:"last,omitempty"` // no agent had a thread the last time; whoever opens one takes this back, else it ends
}

func (l Lookout) due(a booking.AccountID) booking.Due {
	return booking.Due{Account: a, At: l.DueAt, Kind: booking.KindLookout, Ref: l.Ref}
}

// Lookout reads since when the carrier is to be asked; nil when no agent has a thread.
func (s *Snapshot) Lookout(a booking.AccountID) (*Lookout, error) {
	return find[Lookout](s.g, accountKey(a, "lookout"))
}

// PutLookout writes it with its due-key.
func (t *Tx) PutLookout(a booking.AccountID, w Lookout) error {
	old, err := t.Lookout(a)
	if err != nil {
		return err
	}
	if old != nil {
		err = t.rearm(old.due(a), true, w.due(a), true)
	} else {
		err = t.Arm(w.due(a))
	}
	return errors.Join(err, t.put(accountKey(a, "lookout"), w, time.Time{}))
}

// DeleteLookout ends it.
func (t *Tx) DeleteLookout(a booking.AccountID) error {
	old, err := t.Lookout(a)
	if err != nil || old == nil {
		return err
	}
	return errors.Join(t.Disarm(old.due(a)), t.p.Delete(accountKey(a, "lookout")))
}
