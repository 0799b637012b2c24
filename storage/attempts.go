package storage

import (
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Attempt reads one attempt; nil when there is none.
func (s *Snapshot) Attempt(a booking.AccountID, id booking.AttemptID) (*booking.Attempt, error) {
	return find[booking.Attempt](s.g, accountKey(a, "attempt", string(id)))
}

// Attempts lists the account's attempts, oldest first.
func (s *Snapshot) Attempts(a booking.AccountID, cursor string, limit int) ([]booking.Attempt, string, error) {
	return list[booking.Attempt](s.g, sub(a, "attempt"), cursor, limit)
}

// PutAttempt writes an attempt with its in-flight row and its due-key. old is what was read in this transaction;
// nil for a new attempt.
func (t *Tx) PutAttempt(old *booking.Attempt, v booking.Attempt) error {
	if old == nil {
		old = &booking.Attempt{Account: v.Account, ID: v.ID}
	}
	was, had := old.Due()
	is, has := v.Due()
	if err := t.rearm(was, had, is, has); err != nil {
		return err
	}
	row := inFlightKey(v.Account, v.ID)
	if v.InFlight() {
		if err := t.put(row, v.Epoch, time.Time{}); err != nil {
			return err
		}
	} else if old.InFlight() {
		if err := t.p.Delete(row); err != nil {
			return err
		}
	}
	return t.put(accountKey(v.Account, "attempt", string(v.ID)), v, evidence(v.ClaimedAt))
}

func inFlightKey(a booking.AccountID, id booking.AttemptID) []byte {
	return join(shardPrefix("i", Shard(a)), []string{string(a), string(id)})
}

// InFlight is an attempt that was claimed and not settled.
type InFlight struct {
	Account booking.AccountID
	Attempt booking.AttemptID
	Epoch   uint64
}

// InFlights lists what was under way, over all accounts: after a start these are the leftovers of the process before.
func (s *Snapshot) InFlights(cursor []byte, limit int) (items []InFlight, next []byte, err error) {
	prefix := []byte("i/")
	from := cursor
	if from == nil {
		from = prefix
	}
	rows, err := s.g.Scan(prefix, from, limit)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		if len(r.Key) < 5 {
			return nil, nil, fmt.Errorf("in-flight key %s is damaged", showKey(r.Key))
		}
		account, id, ok := cut(r.Key[4:])
		if !ok {
			return nil, nil, fmt.Errorf("in-flight key %s is damaged", showKey(r.Key))
		}
		f := InFlight{Account: booking.AccountID(account), Attempt: booking.AttemptID(id)}
		if err := decode(r.Key, r.Value, &f.Epoch); err != nil {
			return nil, nil, err
		}
		items = append(items, f)
	}
	if len(rows) == limit {
		next = append(rows[len(rows)-1].Key, 0)
	}
	return items, next, nil
}
