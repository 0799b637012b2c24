package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// badgerKV is the engine of a single machine. It opens Badger in managed mode, so that one committer owns the
// timestamps: it merges concurrent Updates into one synced Badger transaction and still judges each of them by itself.
type badgerKV struct {
	db    *badger.DB
	dir   string // the engine's own directory; empty in memory
	now   func() time.Time
	log   *slog.Logger
	grace time.Duration // after its expiry a row is garbage for Badger too; zero: never
	vers  versions
	queue *committer
	down  *downSwitch
	count *counters
}

// downSwitch remembers the hard error after which nothing is answered any more.
type downSwitch struct {
	log   *slog.Logger
	first atomic.Pointer[error]
}

func (d *downSwitch) err() error {
	if e := d.first.Load(); e != nil {
		return *e
	}
	return nil
}

// pull takes the store down and gives the error everybody gets from now on.
func (d *downSwitch) pull(err error) error {
	err = fmt.Errorf("%w; restart the daemon: %w", ErrDown, err)
	if d.first.CompareAndSwap(nil, &err) {
		d.log.Error("the store failed and takes no more work; restart the daemon, what was acknowledged is on disk", "error", err)
	}
	return d.err()
}

// View runs fn on the state of the last durable commit. It never waits for a commit under way.
func (e *badgerKV) View(ctx context.Context, fn func(Getter) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := e.begin(false)
	if err != nil {
		return err
	}
	defer e.end(s)
	return fn(s)
}

// Close lets commits under way finish, waits for running Views and Updates and closes Badger. A function that never
// returns keeps the store open: tables it may be reading are mapped memory.
func (e *badgerKV) Close() error {
	if !e.vers.close() {
		return nil
	}
	e.vers.drain()
	e.queue.stop()
	if free, err := e.queue.guard.roomToClose(); err != nil {
		// Writing the memory table to a full disk would kill the process (see diskGuard). Its log is on disk and is
		// replayed at the next start; the lock goes with the process.
		return fmt.Errorf("close the store: only %d MiB are free in %s, so the last writes stay in the log until the next start: %w", free>>20, e.dir, err)
	}
	if err := e.db.Close(); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}

// snapshot is one consistent state with one instant, so that nothing expires between two reads of a transaction.
type snapshot struct {
	txn   *badger.Txn
	ts    uint64
	now   time.Time
	write bool
}

func (e *badgerKV) begin(write bool) (*snapshot, error) {
	if err := e.down.err(); err != nil {
		return nil, err
	}
	ts, err := e.vers.begin(write)
	if err != nil {
		return nil, err
	}
	return &snapshot{txn: e.db.NewTransactionAt(ts, false), ts: ts, now: e.now(), write: write}, nil
}

func (e *badgerKV) end(s *snapshot) {
	s.txn.Discard()
	e.vers.end(s.ts, s.write)
}

// Get gives a copy of the value.
func (s *snapshot) Get(key []byte) ([]byte, error) {
	item, err := s.txn.Get(key)
	if err != nil {
		return nil, readError(err)
	}
	var val []byte
	err = item.Value(func(b []byte) error {
		v, live, err := open(b, s.now)
		if err != nil {
			return fmt.Errorf("%s: %w", showKey(key), err)
		}
		if !live {
			return ErrNotFound
		}
		val = append([]byte{}, v...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return val, nil
}

// Scan gives copies of up to limit live rows. Rows past their expiry are walked over and do not count.
func (s *snapshot) Scan(prefix, from []byte, limit int) ([]Row, error) {
	var rows []Row
	err := s.walk(prefix, from, func(key, val []byte, _ time.Time) (bool, error) {
		rows = append(rows, Row{Key: append([]byte{}, key...), Value: append([]byte{}, val...)})
		return len(rows) < limit, nil
	})
	return rows, err
}

// walk calls fn for each live row, ascending, until it says false. key and val are valid during the call only.
func (s *snapshot) walk(prefix, from []byte, fn func(key, val []byte, expires time.Time) (bool, error)) error {
	return s.walkAll(prefix, from, func(key, val []byte, expires time.Time, live bool) (bool, error) {
		if !live {
			return true, nil
		}
		return fn(key, val, expires)
	})
}

// walkAll is walk that also shows rows past their expiry.
func (s *snapshot) walkAll(prefix, from []byte, fn func(key, val []byte, expires time.Time, live bool) (bool, error)) error {
	// Values are inline (see badgerOptions), so Badger's prefetching would only start a goroutine per row.
	it := s.txn.NewIterator(badger.IteratorOptions{Prefix: prefix})
	defer it.Close()
	if bytes.Compare(from, prefix) < 0 {
		from = prefix
	}
	for it.Seek(from); it.Valid(); it.Next() {
		item, more := it.Item(), true
		err := item.Value(func(b []byte) error {
			v, live, err := open(b, s.now)
			if err != nil {
				return fmt.Errorf("%s: %w", showKey(item.Key()), err)
			}
			more, err = fn(item.Key(), v, expiry(b), live)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func readError(err error) error {
	switch {
	case errors.Is(err, badger.ErrKeyNotFound):
		return ErrNotFound
	case errors.Is(err, badger.ErrDBClosed), errors.Is(err, badger.ErrDiscardedTxn):
		return ErrClosed
	}
	return fmt.Errorf("%w: %w", ErrDown, err)
}

// Stored values begin with their expiry: an unsigned varint of milliseconds since 1970, 0 for never. It is rounded up, so
// nothing vanishes early. Badger's own expiry has whole seconds and its own clock, so it only collects garbage.

// seal puts the expiry before the value.
func seal(val []byte, expires time.Time) []byte {
	b := make([]byte, 0, len(val)+8)
	return append(binary.AppendUvarint(b, expiryMillis(expires)), val...)
}

func expiryMillis(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(1, t.Add(time.Millisecond-time.Nanosecond).UnixMilli()))
}

// open takes a stored value apart; live is false when it has expired at that instant.
func open(b []byte, now time.Time) (val []byte, live bool, err error) {
	ms, n := binary.Uvarint(b)
	if n <= 0 {
		return nil, false, errors.New("the stored value is damaged")
	}
	return b[n:], ms == 0 || now.Before(time.UnixMilli(int64(ms))), nil
}

// expiry gives a stored value's expiry, zero for never. The value must be one that open accepts.
func expiry(b []byte) time.Time {
	ms, _ := binary.Uvarint(b)
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(ms)).UTC()
}
