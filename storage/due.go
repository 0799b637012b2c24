package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Arm writes a due-key.
func (t *Tx) Arm(d booking.Due) error { return t.mark(dueKey(d), time.Time{}) }

// Disarm removes a due-key.
func (t *Tx) Disarm(d booking.Due) error { return t.p.Delete(dueKey(d)) }

// DropDue removes a due-key by its bytes, for entries that cannot be read.
func (t *Tx) DropDue(key []byte) error { return t.p.Delete(key) }

// rearm moves a record's due-key from where it was to where it is; had and has tell whether there is one at all.
func (t *Tx) rearm(was booking.Due, had bool, is booking.Due, has bool) error {
	if had && has && bytes.Equal(dueKey(was), dueKey(is)) {
		return nil
	}
	if had {
		if err := t.Disarm(was); err != nil {
			return err
		}
	}
	if has {
		return t.Arm(is)
	}
	return nil
}

// Armed tells whether exactly this due-key is there. The read is validated at commit.
func (s *Snapshot) Armed(d booking.Due) (bool, error) {
	_, err := s.g.Get(dueKey(d))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// DueBefore lists the due-keys of a shard from `from` (inclusive) until `until` (exclusive), in order, at most limit. A
// damaged key is given in bad and passed over. next is where to go on when the limit cut the list, nil at the end.
func (s *Snapshot) DueBefore(shard byte, from DueCursor, until time.Time, limit int) (due []booking.Due, bad [][]byte, next DueCursor, err error) {
	prefix := shardPrefix("d", shard)
	start := []byte(from)
	if start == nil {
		start = prefix
	}
	rows, err := s.g.Scan(prefix, start, limit)
	if err != nil {
		return nil, nil, nil, err
	}
	end := string(append(append([]byte{}, prefix...), ms(until)...))
	for _, r := range rows {
		if string(r.Key) >= end {
			return due, bad, nil, nil
		}
		d, err := parseDue(r.Key)
		if err != nil {
			bad = append(bad, r.Key)
			continue
		}
		due = append(due, d)
	}
	if len(rows) == limit {
		next = append(rows[len(rows)-1].Key, 0)
	}
	return due, bad, next, nil
}

// DueCursor is a place in a shard of the due index.
type DueCursor []byte

// DueFrom is the place of the first entry at or after t.
func DueFrom(shard byte, t time.Time) DueCursor {
	return append(shardPrefix("d", shard), ms(t)...)
}

// Mark reads a shard's low-water mark: no due-key of the shard is earlier. Zero: unknown.
func (s *Snapshot) Mark(shard byte) (time.Time, error) {
	b, err := s.g.Get(append([]byte("m/mark/"), shard))
	if errors.Is(err, ErrNotFound) || err == nil && len(b) != 8 {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b))), nil
}

// PutMark writes a shard's low-water mark. It is a hint that saves walking over tombstones; a scan from zero heals it.
func (t *Tx) PutMark(shard byte, at time.Time) error {
	return t.p.Put(append([]byte("m/mark/"), shard), ms(at), time.Time{})
}

// NextEpoch counts this start of the process and gives its number, from 1.
func (t *Tx) NextEpoch() (uint64, error) {
	e, err := find[uint64](t.g, globalKey("m/epoch"))
	if err != nil {
		return 0, err
	}
	n := uint64(1)
	if e != nil {
		n = *e + 1
	}
	kept, err := find[uint64](t.g, globalKey("m/threadviews"))
	if err != nil {
		return 0, err
	}
	if e == nil || kept != nil && *kept == *e {
		if err := t.put(globalKey("m/threadviews"), n, time.Time{}); err != nil {
			return 0, err
		}
	}
	return n, t.put(globalKey("m/epoch"), n, time.Time{})
}
