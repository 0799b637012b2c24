package storage

import (
	"sync/atomic"
)

// Stats are figures for the status page and metrics, counted since the store was opened.
type Stats struct {
	DiskBytes    int64  // taken by the store's directory; 0 in memory
	LastCommit   uint64 // number of the last durable commit
	Commits      int64  // synced batches
	Transactions int64  // committed in them
	LargestBatch int64  // transactions in the largest of them
	Conflicts    int64  // runs that had to be repeated
	Unknown      int64  // transactions whose commit ended unknown; the store is down since
	Refused      int64  // times the full-disk guard said no
	Rotations    int64  // log files begun
	Snapshots    int64  // open now
}

type counters struct {
	commits, transactions, largest, conflicts, unknown atomic.Int64
}

func (c *counters) batch(b *batch) {
	n := int64(len(b.winners))
	c.commits.Add(1)
	c.transactions.Add(n)
	if n > c.largest.Load() { // only the committer writes it
		c.largest.Store(n)
	}
}

// Stats gives the engine's figures. It walks the directory, so it is for every few seconds and not for every request.
func (e *badgerKV) Stats() Stats {
	last, open := e.vers.state()
	s := Stats{
		LastCommit:   last,
		Snapshots:    open,
		Commits:      e.count.commits.Load(),
		Transactions: e.count.transactions.Load(),
		LargestBatch: e.count.largest.Load(),
		Conflicts:    e.count.conflicts.Load(),
		Unknown:      e.count.unknown.Load(),
		Refused:      e.queue.guard.refused.Load(),
		Rotations:    e.queue.dir.rotations.Load(),
	}
	if e.dir != "" {
		s.DiskBytes = diskUse(e.dir)
	}
	return s
}
