package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// after decides what becomes of an entry that failed: a store that does not answer is nobody's fault and is tried again;
// anything else is tried a few times and then set aside, where it can be seen and cannot hold up the rest.
func (m *motor) after(ctx context.Context, k key, d booking.Due, err error) {
	m.mu.Lock()
	if err == nil {
		delete(m.failures, k)
		m.mu.Unlock()
		return
	}
	if m.closed {
		m.mu.Unlock()
		return
	}
	again := retryAfter
	if !storeTrouble(err) {
		m.failures[k]++
		if m.failures[k] >= maxFailures {
			delete(m.failures, k)
			m.mu.Unlock()
			m.e.log.Error("due work failed again and again and was set aside", "kind", d.Kind, "ref", d.Ref, "err", err)
			m.setAside(ctx, d, err)
			return
		}
		again = time.Duration(m.failures[k]) * retryAfter
	}
	m.schedule(k, m.e.now().Add(again))
	m.mu.Unlock()
	m.e.log.Warn("due work failed and is tried again", "kind", d.Kind, "ref", d.Ref, "err", err)
}

func storeTrouble(err error) bool {
	return errors.Is(err, storage.ErrDown) || errors.Is(err, storage.ErrDiskFull) || errors.Is(err, storage.ErrConflict) ||
		errors.Is(err, storage.ErrClosed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// setAside moves an entry off the due index onto the list of poison.
func (m *motor) setAside(ctx context.Context, d booking.Due, cause error) {
	shard := storage.Shard(d.Account)
	var found []booking.Due
	for cursor := storage.DueFrom(shard, time.Time{}); cursor != nil; {
		err := m.e.store.View(ctx, func(s *storage.Snapshot) error {
			page, _, next, err := s.DueBefore(shard, cursor, m.e.now().Add(time.Second), scanPage)
			for _, v := range page {
				if v.Account == d.Account && v.Kind == d.Kind && v.Ref == d.Ref {
					found = append(found, v)
				}
			}
			cursor = next
			return err
		})
		if err != nil {
			return // it stays in the index and comes up again
		}
	}
	err := m.e.update(ctx, func(t *txn) error {
		for _, v := range found {
			if err := t.Disarm(v); err != nil {
				return err
			}
		}
		return t.PutPoison(d.Account, storage.Poison{Kind: d.Kind, Ref: d.Ref, Error: cause.Error(), At: t.Now})
	})
	if err != nil {
		m.e.log.Error("setting aside failed; it is tried again later", "kind", d.Kind, "ref", d.Ref, "err", err)
	}
	m.e.stats.poisoned.Add(1)
}

// setAsideKey removes an entry of the due index that cannot be read.
func (m *motor) setAsideKey(ctx context.Context, k []byte) {
	m.e.log.Error("unreadable due-key removed", "key", fmt.Sprintf("%q", k))
	if err := m.e.store.Update(ctx, func(tx *storage.Tx) error { return tx.DropDue(k) }); err != nil {
		m.e.log.Error("removing an unreadable due-key failed", "err", err)
	}
	m.e.stats.poisoned.Add(1)
}
