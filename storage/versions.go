package storage

import (
	"hash/maphash"
	"sync"
)

// versions knows the last durable commit and which snapshots are still read. From it follow two floors: what Badger may
// throw away (older than every snapshot) and what the committer may forget (older than every Update under way).
type versions struct {
	mu      sync.Mutex
	last    uint64 // timestamp of the last durable commit
	closed  bool
	all     openSnapshots
	writing openSnapshots
	idle    chan struct{} // closed when the last snapshot ends after close
}

// begin opens a snapshot at the last durable commit.
func (v *versions) begin(write bool) (uint64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return 0, ErrClosed
	}
	v.all.add(v.last)
	if write {
		v.writing.add(v.last)
	}
	return v.last, nil
}

func (v *versions) end(ts uint64, write bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all.remove(ts)
	if write {
		v.writing.remove(ts)
	}
	if v.closed && len(v.all) == 0 {
		close(v.idle)
	}
}

// commit makes ts the state that new snapshots see, and gives the two floors: no snapshot and no Update is older.
func (v *versions) commit(ts uint64) (oldest, oldestWriting uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last = ts
	return v.all.oldest(ts), v.writing.oldest(ts)
}

// state gives the last durable commit and how many snapshots are open.
func (v *versions) state() (last uint64, open int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.all {
		open += int64(s.n)
	}
	return v.last, open
}

// close refuses new snapshots; false when that had been done before.
func (v *versions) close() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return false
	}
	v.closed, v.idle = true, make(chan struct{})
	if len(v.all) == 0 {
		close(v.idle)
	}
	return true
}

// drain waits until no snapshot is open. Only after close.
func (v *versions) drain() { <-v.idle }

// openSnapshots counts snapshots by timestamp, ascending: new ones always come last.
type openSnapshots []struct {
	ts uint64
	n  int
}

func (o *openSnapshots) add(ts uint64) {
	if n := len(*o); n > 0 && (*o)[n-1].ts == ts {
		(*o)[n-1].n++
		return
	}
	*o = append(*o, struct {
		ts uint64
		n  int
	}{ts, 1})
}

func (o *openSnapshots) remove(ts uint64) {
	s := *o
	for i := range s {
		if s[i].ts == ts {
			s[i].n--
			break
		}
	}
	done := 0
	for done < len(s) && s[done].n == 0 {
		done++
	}
	*o = append(s[:0], s[done:]...)
}

func (o *openSnapshots) oldest(otherwise uint64) uint64 {
	if len(*o) == 0 {
		return otherwise
	}
	return (*o)[0].ts
}

// maxRemembered bounds the memory of written keys: about 50 MB. It is reached only when an Update runs on and on while
// others write; that one then conflicts.
const maxRemembered = 1 << 20

// memory remembers which keys were written lately and when, so that a read set can be judged without touching the disk.
// Keys are kept as 64-bit hashes: a collision costs somebody a second run and nothing else.
type memory struct {
	seed  maphash.Seed
	at    map[uint64]uint64 // hash of key → timestamp of its last write
	log   []written         // in order of timestamps
	floor uint64            // writes at or before it are forgotten
	most  int               // writes to remember
}

type written struct{ ts, hash uint64 }

func newMemory(floor uint64) *memory {
	return &memory{seed: maphash.MakeSeed(), at: map[uint64]uint64{}, floor: floor, most: maxRemembered}
}

func (m *memory) hash(key []byte) uint64 { return maphash.Bytes(m.seed, key) }

func (m *memory) wrote(hash, ts uint64) {
	m.at[hash] = ts
	m.log = append(m.log, written{ts, hash})
}

// conflict gives the timestamp of a write that a transaction reading at ts did not see; 0 when there is none.
func (m *memory) conflict(ts uint64, reads []uint64) uint64 {
	if ts < m.floor {
		return m.floor
	}
	var latest uint64
	for _, h := range reads {
		if at := m.at[h]; at > ts {
			latest = max(latest, at)
		}
	}
	return latest
}

// forget drops what no Update under way can conflict with, and more when there is too much.
func (m *memory) forget(oldest uint64) {
	n := 0
	for n < len(m.log) && (m.log[n].ts <= oldest || len(m.log)-n > m.most) {
		w := m.log[n]
		if m.at[w.hash] == w.ts {
			delete(m.at, w.hash)
		}
		m.floor = w.ts
		n++
	}
	// What is left moves to the front, so that the array does not grow for ever.
	m.log = append(m.log[:0], m.log[n:]...)
}
