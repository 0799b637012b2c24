package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"
)

// maxBatch bounds the transactions of one synced commit.
const maxBatch = 2048

// request is one transaction that waits for its verdict.
type request struct {
	*transaction
	bytes  int
	taken  atomic.Bool // by the committer, or by the caller who withdraws it
	answer chan error
}

// committer is one goroutine that merges concurrent transactions into one synced commit of Badger. There is no batching
// delay: while a batch is on its way to the disk the next one forms, is judged and built, and goes out the moment the disk
// has answered. A lone caller costs one sync.
//
// A transaction is judged against every write before it, including those on their way and those in its own batch. When it
// loses, the verdict waits until the winner's write is durable: a retry before that would read the old state and lose again.
type committer struct {
	db    *badger.DB
	vers  *versions
	mem   *memory
	guard *diskGuard
	dir   *dirSync
	down  *downSwitch
	count *counters

	maxBytes   int // of one batch
	maxEntries int

	mu      sync.Mutex
	waiting []*request
	stopped bool
	wake    chan struct{} // one token: look at waiting
	done    chan struct{} // closed when the goroutine has ended
}

// batch is what one Badger transaction carries.
type batch struct {
	ts      uint64
	txn     *badger.Txn
	bytes   int
	entries int
	winners []*request
	losers  []*request // lost against a write of this batch
	landed  chan error
}

// submit queues a transaction and waits for the verdict. When ctx ends first, it is withdrawn if the committer has not
// taken it; else the verdict is near and worth waiting for.
func (c *committer) submit(ctx context.Context, t *transaction) error {
	r := &request{transaction: t, answer: make(chan error, 1)}
	for _, w := range t.writes {
		r.bytes += len(w.key) + len(w.val) + 32 // Badger's own estimate adds less
	}
	if r.bytes >= int(c.db.MaxBatchSize()) || len(t.writes)+1 >= int(c.db.MaxBatchCount()) {
		return fmt.Errorf("%w: %d writes, %d bytes", ErrTooBig, len(t.writes), r.bytes)
	}
	c.mu.Lock()
	if c.stopped {
		c.mu.Unlock()
		return ErrClosed
	}
	c.waiting = append(c.waiting, r)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
	select {
	case err := <-r.answer:
		return err
	case <-ctx.Done():
	}
	if r.taken.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	return <-r.answer
}

// stop lets the goroutine finish what is queued and waits for its end.
func (c *committer) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
	<-c.done
}

// take moves what waits behind held, and tells whether more can come.
func (c *committer) take(held []*request) (_ []*request, stopped bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held = append(held, c.waiting...)
	clear(c.waiting)
	c.waiting = c.waiting[:0]
	return held, c.stopped
}

func (c *committer) run(ts uint64) {
	defer close(c.done)
	var flying *batch
	var held []*request
	building := &batch{ts: ts + 1}
	for {
		var stopped bool
		held, stopped = c.take(held)
		n := 0
		for n < len(held) && building.hasRoom(c, held[n]) {
			c.admit(held[n], building, flying)
			n++
		}
		held = slices.Delete(held, 0, n)
		if flying == nil && building.txn != nil {
			flying, building = building, &batch{ts: building.ts + 1}
			c.launch(flying)
			continue
		}
		if flying == nil {
			if stopped {
				return
			}
			<-c.wake
			continue
		}
		select {
		case <-c.wake:
		case err := <-flying.landed:
			landed := flying
			err = c.land(landed, err)
			flying = nil
			if building.txn != nil { // the disk is not kept waiting while callers are answered
				flying, building = building, &batch{ts: building.ts + 1}
				c.launch(flying)
			}
			landed.reply(err)
		}
	}
}

func (b *batch) hasRoom(c *committer, r *request) bool {
	return b.txn == nil || len(b.winners) < maxBatch && b.bytes+r.bytes <= c.maxBytes && b.entries+len(r.writes) <= c.maxEntries
}

// admit judges a request and lays its writes over the batch that is being built.
func (c *committer) admit(r *request, building, flying *batch) {
	if !r.taken.CompareAndSwap(false, true) {
		return // withdrawn
	}
	if err := c.down.err(); err != nil {
		r.answer <- err
		return
	}
	if at := c.mem.conflict(r.ts, r.reads); at > 0 {
		c.count.conflicts.Add(1)
		switch {
		case at == building.ts:
			building.losers = append(building.losers, r)
		case flying != nil && at == flying.ts:
			flying.losers = append(flying.losers, r)
		default:
			r.answer <- errAgain
		}
		return
	}
	if building.txn == nil {
		if err := c.guard.check(); err != nil {
			r.answer <- err
			return
		}
		building.txn = c.db.NewTransactionAt(building.ts-1, true)
	}
	for _, w := range r.writes {
		entry := badger.NewEntry(w.key, w.val)
		entry.ExpiresAt = w.expires
		set := building.txn.SetEntry
		if w.val == nil {
			set = func(e *badger.Entry) error { return building.txn.Delete(e.Key) }
		}
		if err := set(entry); err != nil {
			// Key and sizes were checked, so Badger and we disagree about its own rules. Half a transaction must not go out.
			r.answer <- c.down.pull(fmt.Errorf("build a commit: %w", err))
			return
		}
		c.mem.wrote(c.mem.hash(w.key), building.ts)
	}
	building.bytes += r.bytes
	building.entries += len(r.writes)
	building.winners = append(building.winners, r)
}

// launch hands a batch to Badger, which writes and syncs it meanwhile.
func (c *committer) launch(b *batch) {
	b.landed = make(chan error, 1)
	if err := c.down.err(); err != nil {
		b.txn.Discard()
		b.landed <- err
		return
	}
	if err := b.txn.CommitAt(b.ts, func(err error) { b.landed <- err }); err != nil {
		b.landed <- err
	}
}

// land makes a batch that Badger has synced visible. When it did not reach the disk, the store goes down: Badger may hold
// half of the batch in memory, and a later commit would make that half visible.
func (c *committer) land(b *batch, err error) error {
	if err == nil {
		err = c.dir.afterCommit()
	}
	if err != nil {
		if c.down.err() == nil {
			c.count.unknown.Add(int64(len(b.winners)))
		}
		return c.down.pull(fmt.Errorf("commit: %w", err))
	}
	oldest, oldestWriting := c.vers.commit(b.ts)
	c.db.SetDiscardTs(oldest)
	c.mem.forget(oldestWriting)
	c.count.batch(b)
	return nil
}

// reply answers everybody whose fate hung on the batch.
func (b *batch) reply(err error) {
	for _, r := range b.winners {
		r.answer <- err
	}
	for _, r := range b.losers {
		r.answer <- cmp.Or(err, errAgain)
	}
}
