package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// errAgain is the committer's verdict on one run: something it read was written meanwhile.
var errAgain = errors.New("run the transaction again")

// Update runs fn on a snapshot and hands what it wrote to the committer. When something it read has changed meanwhile, fn
// runs again until ctx ends; the error then is [ErrConflict]. A transaction that wrote nothing is not judged: it saw one
// consistent state. After a hard error of Badger ([ErrDown]) nobody can say whether the commit happened, and fn is not run
// again: nothing is answered any more until the store is opened anew, when Badger's log tells.
func (e *badgerKV) Update(ctx context.Context, fn func(Putter) error) error {
	for lost := 0; ; lost++ {
		err := ctx.Err()
		if err == nil {
			err = e.run(ctx, fn)
		}
		if errors.Is(err, errAgain) {
			pause(ctx, lost)
			continue
		}
		if lost > 0 && err != nil && errors.Is(err, ctx.Err()) {
			return fmt.Errorf("%w (gave up after %d runs: %w)", ErrConflict, lost, err)
		}
		return err
	}
}

func (e *badgerKV) run(ctx context.Context, fn func(Putter) error) error {
	s, err := e.begin(true)
	if err != nil {
		return err
	}
	defer e.end(s)
	t := &transaction{snapshot: s, mem: e.queue.mem, grace: e.grace}
	if err := fn(t); err != nil {
		return err
	}
	if len(t.writes) == 0 {
		return nil
	}
	return e.queue.submit(ctx, t)
}

// pause keeps losers of the same race from meeting again: nothing at first, then up to 3 ms at random. The verdict
// "conflict" comes when the winner's write can be seen, so the second run usually wins.
func pause(ctx context.Context, lost int) {
	if lost < 2 {
		return
	}
	t := time.NewTimer(rand.N(50 * time.Microsecond << min(lost, 6)))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// transaction collects what one run of a function reads and writes.
type transaction struct {
	*snapshot
	mem    *memory
	grace  time.Duration
	reads  []uint64 // hashes of keys read, absent ones too
	writes []write  // in order of first write; at most MaxWrites, so a search through it is cheap
}

type write struct {
	key     []byte
	val     []byte // sealed; nil deletes
	expires uint64 // Badger's own expiry, seconds since 1970; 0 never
}

func (t *transaction) own(key []byte) *write {
	for i := range t.writes {
		if bytes.Equal(t.writes[i].key, key) {
			return &t.writes[i]
		}
	}
	return nil
}

// Get gives the transaction's own write, or the snapshot's value, which is then validated at commit.
func (t *transaction) Get(key []byte) ([]byte, error) {
	if w := t.own(key); w != nil {
		if w.val == nil {
			return nil, ErrNotFound
		}
		v, live, err := open(w.val, t.now)
		if err == nil && !live {
			err = ErrNotFound
		}
		return append([]byte{}, v...), err
	}
	t.reads = append(t.reads, t.mem.hash(key))
	return t.snapshot.Get(key)
}

// Scan lays the transaction's own writes over the snapshot. Rows of the snapshot that it gives are validated at commit.
func (t *transaction) Scan(prefix, from []byte, limit int) ([]Row, error) {
	own := t.ownRows(prefix, from)
	var rows []Row
	before := func(key []byte) { // own rows that come before key
		for len(own) > 0 && len(rows) < limit && (key == nil || bytes.Compare(own[0].Key, key) < 0) {
			rows, own = append(rows, own[0]), own[1:]
		}
	}
	err := t.walk(prefix, from, func(key, val []byte, _ time.Time) (bool, error) {
		before(key)
		if len(rows) < limit && t.own(key) == nil {
			t.reads = append(t.reads, t.mem.hash(key))
			rows = append(rows, Row{Key: append([]byte{}, key...), Value: append([]byte{}, val...)})
		}
		return len(rows) < limit, nil
	})
	before(nil)
	return rows, err
}

// ownRows gives the live rows this transaction wrote in the range, sorted.
func (t *transaction) ownRows(prefix, from []byte) []Row {
	var rows []Row
	for _, w := range t.writes {
		if w.val == nil || !bytes.HasPrefix(w.key, prefix) || bytes.Compare(w.key, from) < 0 {
			continue
		}
		if v, live, err := open(w.val, t.now); err == nil && live {
			rows = append(rows, Row{Key: append([]byte{}, w.key...), Value: append([]byte{}, v...)})
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return bytes.Compare(a.Key, b.Key) })
	return rows
}

// Put writes; a zero expires means never.
func (t *transaction) Put(key, val []byte, expires time.Time) error {
	w := write{val: seal(val, expires)}
	if t.grace > 0 && !expires.IsZero() {
		w.expires = uint64(max(1, expires.Add(t.grace).Unix()))
	}
	t.set(key, w)
	return nil
}

// Delete removes a key; one that is not there is no mistake.
func (t *transaction) Delete(key []byte) error {
	t.set(key, write{})
	return nil
}

func (t *transaction) set(key []byte, w write) {
	if old := t.own(key); old != nil {
		w.key = old.key
		*old = w
		return
	}
	w.key = append([]byte{}, key...)
	t.writes = append(t.writes, w)
}
