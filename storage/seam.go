package storage

import (
	"context"
	"errors"
	"time"
)

// KV is the narrow seam behind which the store's engine stands: Badger today, PostgreSQL for those who must survive the
// loss of a machine. Nothing above this package may know which. The contract, held by storagetest.Conformance on every
// engine and by [Contract] at run time:
//
//  1. Point reads inside Update are validated at commit, absent keys too; rows a Scan returned are validated. Gaps are
//     not: "I scanned and found nothing" protects nobody. Use a guard key that both sides write.
//  2. At most [MaxWrites] writes, [MaxReads] tracked reads and [MaxTxnBytes] in one transaction; keys up to [MaxKey],
//     values up to [MaxValue]. Too much is an error, never a silent split.
//  3. The function may run again, so it has no side effects outside the transaction, calls neither network nor scripts,
//     and resets what it captured.
//  4. A commit may end unknown; Update then runs the function again, which must recognise its own earlier effect.
//  5. Expiry is a rule of visibility: now ≥ expires is not found. When the bytes go away is nobody's business.
//  6. No iterator outlives its call, no global revision, no watch, no sequences.
type KV interface {
	// View runs fn on one consistent snapshot.
	View(ctx context.Context, fn func(Getter) error) error
	// Update runs fn and commits what it wrote, durably, or nothing. It runs fn again after a conflict until ctx ends.
	Update(ctx context.Context, fn func(Putter) error) error
	Close() error
}

// Getter reads.
type Getter interface {
	// Get gives a copy of the value, or ErrNotFound.
	Get(key []byte) ([]byte, error)
	// Scan gives up to limit rows whose key has the prefix and is ≥ from, ascending by bytes. limit must be > 0.
	Scan(prefix, from []byte, limit int) ([]Row, error)
}

// Putter reads and writes.
type Putter interface {
	Getter
	// Put writes; a zero expires means never. A plain Put over an expiring key makes it immortal: all writes go through the
	// key table (keys.go), which knows each family's life.
	Put(key, val []byte, expires time.Time) error
	Delete(key []byte) error
}

// Row is one key with its value, copied.
type Row struct{ Key, Value []byte }

// Engine is what an engine offers beside the seam, for those who run it. Nothing depends on it for correctness.
type Engine interface {
	// Export walks every live row of one snapshot in order of keys, without holding up writers. The slices are valid during
	// the call only.
	Export(ctx context.Context, fn func(key, val []byte, expires time.Time) error) error
	// Collect brings back the room of rows past their expiry.
	Collect(ctx context.Context) error
	Stats() Stats
	// Prove reads everything on the disk and tells whether it is what was written.
	Prove() error
}

// Limits of the contract. They fit etcd's 128 operations, PostgreSQL's and FoundationDB's transactions too.
const (
	MaxWrites   = 100
	MaxReads    = 1000
	MaxTxnBytes = 256 << 10
	MaxKey      = 512
	MaxValue    = 64 << 10
)

// What an engine may answer. Callers choose by errors.Is.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict: somebody else changed what this transaction read")
	ErrTooBig   = errors.New("too big for one transaction")
	ErrDown     = errors.New("the store does not answer")
	ErrDiskFull = errors.New("the disk is nearly full")
	ErrClosed   = errors.New("the store is closed")
)
