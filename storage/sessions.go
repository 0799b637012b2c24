package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Session reads one session.
func (s *Snapshot) Session(a booking.AccountID, id booking.SessionID) (booking.Session, error) {
	return get[booking.Session](s.g, accountKey(a, "session", string(id)))
}

// SessionOf finds our ID of a page's session; empty when the page is new to us.
func (s *Snapshot) SessionOf(a booking.AccountID, sched booking.SchedulerID, clientID string) (booking.SessionID, error) {
	id, err := find[booking.SessionID](s.g, clientKey(a, sched, clientID))
	if err != nil || id == nil {
		return "", err
	}
	return *id, nil
}

// clientKey and emailIndex hash what pages and customers make up: it may be long, hold '/', and keys are shown in logs.
func clientKey(a booking.AccountID, sched booking.SchedulerID, clientID string) []byte {
	return accountKey(a, "client", string(sched), digest(clientID))
}

func emailIndex(email string) string {
	if email == "" {
		return ""
	}
	return digest(email)
}

// indexes gives the index rows of a session by family; one whose value is empty does not exist.
func indexes(v booking.Session) [3]struct{ family, value string } {
	return [3]struct{ family, value string }{
		{"status", string(v.Status)}, {"phone", string(v.Phone)}, {"email", emailIndex(v.Email)},
	}
}

// slack is how much longer than asked the rows of a session live, so that most writes need not touch the index rows: a
// day, less where the retention is short.
func slack(retention time.Duration) time.Duration { return min(24*time.Hour, retention/8) }

// keepUntil is the earliest moment the rows of a session may go. retention counts from now or, where that is later, from the
// last moment the session was heard of or will be: events may carry old times, and a follow-up may wait for longer than that.
func (t *Tx) keepUntil(v booking.Session, retention time.Duration) time.Time {
	return later(later(v.SeenAt, v.FollowUp.SentAt), later(v.DueAt, t.Now)).Add(retention)
}

// PutSession writes a session with its indexes and its due-key. old is what was read in this transaction; nil for a new
// session. retention is the account's setting; see keepUntil.
//
// All rows of a session expire at one moment, else it could be found by one index and not by the other, or be taken for a
// new one. The moment stands in the status row. A heartbeat asks for a later one; as long as the one that stands is late
// enough, the session's own row joins it and the index rows stay as they are. It may be up to [slack] later than asked.
func (t *Tx) PutSession(a booking.AccountID, old *booking.Session, v booking.Session, retention time.Duration) error {
	v.Rev++
	t.touch(a, v.ID)
	id := string(v.ID)
	wanted := t.keepUntil(v, retention)
	expires, fresh := time.Time{}, true
	if old != nil {
		stands, err := t.sessionExpiry(a, *old)
		if err != nil {
			return err
		}
		if !stands.Before(wanted) && !stands.After(wanted.Add(slack(retention))) {
			expires, fresh = stands, false
		}
	} else {
		old = &booking.Session{}
	}
	if fresh {
		expires = wanted.Add(slack(retention)).Truncate(time.Millisecond)
		if err := t.put(clientKey(a, v.Scheduler, v.ClientID), v.ID, expires); err != nil {
			return err
		}
	}
	was, is := indexes(*old), indexes(v)
	for i := range is {
		family, moved := is[i].family, was[i].value != is[i].value
		if moved && was[i].value != "" {
			if err := t.p.Delete(accountKey(a, family, was[i].value, id)); err != nil {
				return err
			}
		}
		if is[i].value == "" || !moved && !fresh {
			continue
		}
		var until []byte
		if family == "status" {
			until = ms(expires)
		}
		if err := t.p.Put(accountKey(a, family, is[i].value, id), until, expires); err != nil {
			return err
		}
	}
	before, had := old.Due(a)
	after, has := v.Due(a)
	if err := t.rearm(before, had, after, has); err != nil {
		return err
	}
	return t.put(accountKey(a, "session", id), v, expires)
}

// sessionExpiry reads when the rows of a session expire; zero when that is not known.
func (s *Snapshot) sessionExpiry(a booking.AccountID, v booking.Session) (time.Time, error) {
	b, err := s.g.Get(accountKey(a, "status", string(v.Status), string(v.ID)))
	if errors.Is(err, ErrNotFound) || err == nil && len(b) != 8 {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read the expiry of session %s: %w", v.ID, err)
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b))), nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// SessionsByStatus lists sessions of one status, oldest first.
func (s *Snapshot) SessionsByStatus(a booking.AccountID, st booking.Status, cursor string, limit int) ([]booking.Session, string, error) {
	return s.sessionsBy(a, sub(a, "status", string(st)), cursor, limit)
}

// SessionsByPhone lists the sessions of a phone number, oldest first.
func (s *Snapshot) SessionsByPhone(a booking.AccountID, p booking.Phone, cursor string, limit int) ([]booking.Session, string, error) {
	return s.sessionsBy(a, sub(a, "phone", string(p)), cursor, limit)
}

// SessionsByEmail lists the sessions of an e-mail address, oldest first.
func (s *Snapshot) SessionsByEmail(a booking.AccountID, email, cursor string, limit int) ([]booking.Session, string, error) {
	return s.sessionsBy(a, sub(a, "email", emailIndex(email)), cursor, limit)
}

// Sessions lists all sessions, oldest first.
func (s *Snapshot) Sessions(a booking.AccountID, cursor string, limit int) ([]booking.Session, string, error) {
	return list[booking.Session](s.g, sub(a, "session"), cursor, limit)
}

// SessionsBetween lists sessions of a status, or of any where it is empty, whose IDs are from or later and lower than before, oldest
// first. more tells that there are others than limit.
func (s *Snapshot) SessionsBetween(a booking.AccountID, st booking.Status, from, before booking.SessionID, limit int) (items []booking.Session, more bool, err error) {
	prefix := sub(a, "session")
	if st != "" {
		prefix = sub(a, "status", string(st))
	}
	rows, err := s.g.Scan(prefix, append(append([]byte{}, prefix...), from...), limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("list %s: %w", showKey(prefix), err)
	}
	for i, r := range rows {
		id := string(r.Key[len(prefix):])
		switch {
		case id >= string(before):
			return items, false, nil
		case i == limit:
			return items, true, nil
		}
		v := new(booking.Session)
		if st == "" {
			err = decode(r.Key, r.Value, v)
		} else {
			v, err = find[booking.Session](s.g, accountKey(a, "session", id))
		}
		if err != nil {
			return nil, false, err
		}
		if v != nil { // an index row may outlive its session
			items = append(items, *v)
		}
	}
	return items, false, nil
}

// sessionsBy follows an index. An index row whose session has expired is passed over.
func (s *Snapshot) sessionsBy(a booking.AccountID, prefix []byte, cursor string, limit int) ([]booking.Session, string, error) {
	from := prefix
	if cursor != "" {
		from = append(append([]byte{}, prefix...), cursor+"\x00"...)
	}
	rows, err := s.g.Scan(prefix, from, limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = string(rows[limit-1].Key[len(prefix):])
	}
	var items []booking.Session
	for _, r := range rows {
		v, err := find[booking.Session](s.g, accountKey(a, "session", string(r.Key[len(prefix):])))
		if err != nil {
			return nil, "", err
		}
		if v != nil {
			items = append(items, *v)
		}
	}
	return items, next, nil
}

// traceKey is unique as long as one session gets fewer than 65,536 batches in one millisecond.
func traceKey(a booking.AccountID, id booking.SessionID, at time.Time, n uint16) []byte {
	return append(append(sub(a, "trace", string(id)), ms(at)...), byte(n>>8), byte(n))
}

// AddTrace appends findings to a session's trace, to be kept as long as the session as it is now. The same batch written twice
// (a transaction that ran again) stays one.
func (t *Tx) AddTrace(a booking.AccountID, v booking.Session, trail []booking.Finding, retention time.Duration) error {
	if len(trail) == 0 {
		return nil
	}
	return t.put(traceKey(a, v.ID, trail[0].At, uint16(v.Rev)), trail, t.keepUntil(v, retention).Add(slack(retention)))
}

// maxBatches bounds a trace that is read: the newest count.
const maxBatches = 2000

// Trace reads a session's findings in order; of more than 2,000 batches, those of the newest.
func (s *Snapshot) Trace(a booking.AccountID, id booking.SessionID) ([]booking.Finding, error) {
	var batches [][]booking.Finding
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := list[[]booking.Finding](s.g, sub(a, "trace", string(id)), cursor, 500)
		if err != nil {
			return nil, err
		}
		batches, cursor = append(batches, page...), next
		batches = batches[max(0, len(batches)-maxBatches):]
	}
	return slices.Concat(batches...), nil
}
