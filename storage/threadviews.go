package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// ThreadView is a list of threads that are looked for whatever their age. Its rows stand beside the threads, written in the same
// transactions, so that reading a page of it costs that page. It holds the parts of the rows' keys after the family.
type ThreadView []string

// The views.
var (
	// ThreadsWaiting are those that wait for a person: dangers first, then who waits longest.
	ThreadsWaiting = ThreadView{"waiting"}
	// ThreadsInDanger are those of them that are about a danger.
	ThreadsInDanger = ThreadView{"waiting", "0"}
	// ThreadsAlerted are those of which a person was alerted and has not reacted: dangers first, then whose alert is the oldest.
	ThreadsAlerted = ThreadView{"alerted"}
	// ThreadsUnread are those with texts that no person has looked at, the newest text first.
	ThreadsUnread = ThreadView{"unread"}
	// ThreadsTalking are those in which an agent talks, the newest message first.
	ThreadsTalking = ThreadView{"talking"}
)

// ThreadsOf are the open threads that a person took over, the newest message first.
func ThreadsOf(by string) ThreadView { return ThreadView{"of", digest(by)} }

func (w ThreadView) prefix(a booking.AccountID) []byte { return sub(a, "threadview", w...) }

// threadViewKeys gives the rows by which a thread stands in views.
func threadViewKeys(a booking.AccountID, v booking.Thread) (keys [][]byte) {
	stands := func(w ThreadView, order string) {
		keys = append(keys, append(append(w.prefix(a), order+"/"...), v.Phone...))
	}
	rank := "1"
	if v.Emergency() {
		rank = "0"
	}
	if v.Waits() {
		stands(append(ThreadsWaiting[:1:1], rank), oldestFirst(v.WaitsSince()))
	}
	if !v.AlertAt.IsZero() {
		stands(append(ThreadsAlerted[:1:1], rank), oldestFirst(v.AlertAt))
	}
	if v.Unread > 0 {
		stands(ThreadsUnread, newestFirst(v.InboundAt))
	}
	if v.Talks() {
		stands(ThreadsTalking, newestFirst(v.LastAt))
	}
	if v.Held() {
		stands(ThreadsOf(v.By), newestFirst(v.LastAt))
	}
	return keys
}

// oldestFirst and newestFirst write a time so that the order of keys is that of times, or the opposite; to the millisecond.
func oldestFirst(t time.Time) string { return fmt.Sprintf("%016x", uint64(max(0, t.UnixMilli()))) }
func newestFirst(t time.Time) string { return fmt.Sprintf("%016x", ^uint64(max(0, t.UnixMilli()))) }

// putThreadViews moves a thread from the rows it stood in to those it stands in now.
func (t *Tx) putThreadViews(a booking.AccountID, old *booking.Thread, v booking.Thread, expires time.Time) error {
	if old != nil {
		if err := t.deleteThreadViews(a, *old); err != nil {
			return err
		}
	}
	for _, key := range threadViewKeys(a, v) {
		if err := t.mark(key, expires); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) deleteThreadViews(a booking.AccountID, v booking.Thread) error {
	for _, key := range threadViewKeys(a, v) {
		if err := t.p.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// ThreadsIn gives a page of a view. cursor is what the page before gave as next, empty for the first.
func (s *Snapshot) ThreadsIn(a booking.AccountID, w ThreadView, cursor string, limit int) (items []booking.Thread, next string, err error) {
	return s.threadPage(a, w.prefix(a), cursor, limit)
}

// CountThreads tells how many threads stand in a view, up to limit, and whether there are more.
func (s *Snapshot) CountThreads(a booking.AccountID, w ThreadView, limit int) (n int, more bool, err error) {
	prefix := w.prefix(a)
	rows, err := s.g.Scan(prefix, prefix, limit+1)
	return min(len(rows), limit), len(rows) > limit, err
}

// threadPage gives a page of the threads that rows of a list name by the last part of their keys.
func (s *Snapshot) threadPage(a booking.AccountID, prefix []byte, cursor string, limit int) (items []booking.Thread, next string, err error) {
	from := prefix
	if cursor != "" {
		from = append(append([]byte{}, prefix...), cursor+"\x00"...)
	}
	rows, err := s.g.Scan(prefix, from, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = string(rows[limit-1].Key[len(prefix):])
	}
	for _, r := range rows {
		v, err := s.Thread(a, namedThread(string(r.Key)))
		if err != nil {
			return nil, "", err
		}
		if v != nil {
			items = append(items, *v)
		}
	}
	return items, next, nil
}

// namedThread gives the thread that a row of a list stands for.
func namedThread(key string) booking.Phone {
	return booking.Phone(key[strings.LastIndexByte(key, '/')+1:])
}

// keepThreadViews writes the views anew at a start after versions that did not keep them, or kept others: each start of a version that
// does moves m/threadviews along with m/epoch, those before it move the epoch alone. It may be killed half-way and run again.
func (s *Store) keepThreadViews(ctx context.Context) error {
	var epoch, kept *uint64
	var accounts []booking.AccountID
	err := s.View(ctx, func(v *Snapshot) (err error) {
		if epoch, err = find[uint64](v.g, globalKey("m/epoch")); err != nil {
			return err
		}
		if kept, err = find[uint64](v.g, globalKey("m/threadviews")); err != nil {
			return err
		}
		accounts, err = v.Accounts()
		return err
	})
	if err != nil || epoch == nil || kept != nil && *kept == *epoch {
		return err
	}
	for _, a := range accounts {
		if err := errors.Join(s.dropThreadViews(ctx, a), s.writeThreadViews(ctx, a)); err != nil {
			return err
		}
	}
	return s.Update(ctx, func(t *Tx) error { return t.put(globalKey("m/threadviews"), *epoch, time.Time{}) })
}

// dropThreadViews removes the rows that no thread stands behind.
func (s *Store) dropThreadViews(ctx context.Context, a booking.AccountID) error {
	prefix := ThreadView(nil).prefix(a)
	for from := prefix; ; {
		var rows []Row
		err := s.Update(ctx, func(t *Tx) (err error) {
			rows, err = t.g.Scan(prefix, from, MaxWrites)
			for _, r := range rows {
				v, err := t.Thread(a, namedThread(string(r.Key)))
				if err != nil && !errors.Is(err, errValue) {
					return err
				}
				if v != nil && inThreadViews(a, *v, r.Key) {
					continue
				}
				if err := t.p.Delete(r.Key); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil || len(rows) < MaxWrites {
			return err
		}
		from = append(rows[MaxWrites-1].Key, 0)
	}
}

// viewsWritten is how many threads are given their rows in one transaction.
const viewsWritten = 16

// writeThreadViews writes the rows that threads lack. A row's expiry cannot be read, so the thread and all its rows get one anew. A
// thread that cannot be read stands in no view; verify tells of it.
func (s *Store) writeThreadViews(ctx context.Context, a booking.AccountID) error {
	prefix := sub(a, "thread")
	for from := prefix; ; {
		var rows []Row
		err := s.Update(ctx, func(t *Tx) error {
			account, err := t.Account(a)
			if err != nil {
				return err
			}
			if rows, err = t.g.Scan(prefix, from, viewsWritten); err != nil {
				return err
			}
			for _, r := range rows {
				var v booking.Thread
				if decode(r.Key, r.Value, &v) != nil {
					continue
				}
				whole, err := t.viewsWhole(a, v)
				if err != nil {
					return err
				}
				if whole {
					continue
				}
				expires := later(v.LastAt.Add(account.Settings.Retention.Std()), t.Now.Add(24*time.Hour))
				err = errors.Join(t.putThreadViews(a, nil, v, expires), t.mark(threadListKey(a, v), expires), t.put(r.Key, v, expires))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(rows) < viewsWritten {
			return err
		}
		from = append(rows[viewsWritten-1].Key, 0)
	}
}

// viewsWhole tells whether all rows of a thread are there.
func (s *Snapshot) viewsWhole(a booking.AccountID, v booking.Thread) (bool, error) {
	for _, key := range threadViewKeys(a, v) {
		if _, err := s.g.Get(key); errors.Is(err, ErrNotFound) {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	return true, nil
}

// inThreadViews tells whether a row is one of a thread's.
func inThreadViews(a booking.AccountID, v booking.Thread, key []byte) bool {
	return slices.ContainsFunc(threadViewKeys(a, v), func(k []byte) bool { return bytes.Equal(k, key) })
}
