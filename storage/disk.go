package storage

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// diskGuard refuses writes before the disk is full. Badger writes through memory maps of sparse files: a page that finds
// no block on the disk is a SIGBUS, which kills the process. So a reserve must stay free that holds what Badger may still
// write by itself after the last commit: memory tables on their way down and a compaction.
type diskGuard struct {
	dir     string // empty: in memory, no guard
	now     func() time.Time
	table   uint64 // bytes of one memory table
	free    func(dir string) (free, size uint64, err error)
	last    time.Time
	batches int
	full    error
	refused atomic.Int64
}

// The guard looks again after this long, and after this many batches, so that a clock that stands still does not blind it.
const (
	guardEvery        = 100 * time.Millisecond
	guardEveryBatches = 16
)

// reserve is what must stay free: 5 % of the filesystem, but no less than three memory tables and 32 MiB, nor more than
// 1 GiB.
func (g *diskGuard) reserve(size uint64) uint64 {
	return min(max(size/20, 3*g.table+32<<20), max(1<<30, 3*g.table+32<<20))
}

// check gives ErrDiskFull while too little is free. It costs one statfs at most. Only the committer calls it.
func (g *diskGuard) check() error {
	if g.dir == "" {
		return nil
	}
	now := g.now()
	g.batches++
	if since := now.Sub(g.last); g.full == nil && since >= 0 && since < guardEvery && g.batches < guardEveryBatches {
		return nil
	}
	g.last, g.batches = now, 0
	g.full = g.look()
	if g.full != nil {
		g.refused.Add(1)
	}
	return g.full
}

func (g *diskGuard) look() error {
	free, size, err := g.free(g.dir)
	if err != nil {
		return nil // no figure is no reason to refuse: the guard is a courtesy of systems that have one
	}
	if need := g.reserve(size); free < need {
		return fmt.Errorf("%w: %d MiB are free in %s, %d MiB must stay free; make room and writing goes on by itself", ErrDiskFull, free>>20, g.dir, need>>20)
	}
	return nil
}

// roomToClose gives ErrDiskFull when even the memory tables do not fit on the disk any more.
func (g *diskGuard) roomToClose() (free uint64, err error) {
	if g.dir == "" {
		return 0, nil
	}
	free, _, err = g.free(g.dir)
	if err == nil && free < 3*g.table {
		return free, ErrDiskFull
	}
	return free, nil
}

// dirSync makes the directory entry of a new log file durable before anything in it is acknowledged. Badger means to do so
// and does not (ristretto 2.2.0 tests the file's size after having changed it). ext4, XFS and btrfs journal the entry with
// the file; others may lose the file together with acknowledged commits at a power cut. Table files, written in the
// background, are out of our reach.
type dirSync struct {
	dir       string // empty: in memory
	next      int    // number of the log file that comes next
	rotations atomic.Int64
}

func newDirSync(dir string) (*dirSync, error) {
	d := &dirSync{dir: dir}
	if dir == "" {
		return d, nil
	}
	logs, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil {
		return nil, err
	}
	for _, l := range logs {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(l), "%d.mem", &n); err == nil {
			d.next = max(d.next, n+1)
		}
	}
	return d, syncDir(dir)
}

// afterCommit costs one stat when the log file is still the same.
func (d *dirSync) afterCommit() error {
	if d.dir == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(d.dir, fmt.Sprintf("%05d.mem", d.next))); err != nil {
		return nil
	}
	d.next++
	d.rotations.Add(1)
	return syncDir(d.dir)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}
