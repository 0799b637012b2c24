package storage

import (
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Thread reads the thread with a phone; nil when there is none.
func (s *Snapshot) Thread(a booking.AccountID, p booking.Phone) (*booking.Thread, error) {
	return find[booking.Thread](s.g, accountKey(a, "thread", string(p)))
}

// PutThread writes a thread with its due-key, its place in the list and its rows in the views. old is what was read in this transaction; nil for a new
// one. retention is the account's setting, counted from its last message.
func (t *Tx) PutThread(a booking.AccountID, old *booking.Thread, v booking.Thread, retention time.Duration) error {
	expires := later(v.LastAt, t.Now).Add(retention)
	var was booking.Due
	var had bool
	if old != nil {
		was, had = old.Due(a)
		if !old.LastAt.Equal(v.LastAt) {
			if err := t.p.Delete(threadListKey(a, *old)); err != nil {
				return err
			}
		}
	}
	is, has := v.Due(a)
	if err := t.rearm(was, had, is, has); err != nil {
		return err
	}
	if err := t.mark(threadListKey(a, v), expires); err != nil {
		return err
	}
	if err := t.putThreadViews(a, old, v, expires); err != nil {
		return err
	}
	return t.put(accountKey(a, "thread", string(v.Phone)), v, expires)
}

// threadListKey orders threads by their last message, the newest first.
func threadListKey(a booking.AccountID, v booking.Thread) []byte {
	return accountKey(a, "threadlist", newestFirst(v.LastAt), string(v.Phone))
}

// Threads lists threads, the one with the newest message first.
func (s *Snapshot) Threads(a booking.AccountID, cursor string, limit int) (items []booking.Thread, next string, err error) {
	return s.threadPage(a, sub(a, "threadlist"), cursor, limit)
}

// ThreadMessages reads the newest messages of a thread, at most limit, in the order in which they were written. In a transaction a
// message that comes in between is not noticed: the thread's own row is the guard.
func (s *Snapshot) ThreadMessages(a booking.AccountID, p booking.Phone, limit int) ([]booking.ThreadMessage, error) {
	items, _, err := s.ThreadMessagesBefore(a, p, "", limit)
	return items, err
}

// ThreadMessagesBefore reads the newest messages before one, at most limit, in the order in which they were written. more tells that
// there are others before those.
func (s *Snapshot) ThreadMessagesBefore(a booking.AccountID, p booking.Phone, before string, limit int) (items []booking.ThreadMessage, more bool, err error) {
	items, next, err := list[booking.ThreadMessage](s.g, sub(a, "threadmsg", string(p)), turned(before), limit)
	slices.Reverse(items)
	return items, next != "", err
}

// PutThreadMessage writes a message.
func (t *Tx) PutThreadMessage(a booking.AccountID, p booking.Phone, v booking.ThreadMessage, retention time.Duration) error {
	return t.put(threadMessageKey(a, p, v.ID), v, later(v.At, t.Now).Add(retention))
}

func threadMessageKey(a booking.AccountID, p booking.Phone, id string) []byte {
	return accountKey(a, "threadmsg", string(p), turned(id))
}
