package storage

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// Options say where the store is and how it runs.
type Options struct {
	// Dir is the data directory; the store lives in its subdirectory "store". Made with mode 0700 when missing.
	Dir string
	// InMemory keeps everything in memory: for rehearsals, demos and tests. Dir is ignored.
	InMemory bool
	// Small uses little memory and no background work, and opens in milliseconds: for tests, also inside synctest bubbles
	// (open it inside the bubble). Its disk never shrinks.
	Small bool
	// Now is the one clock. Expiry goes by it. Required.
	Now func() time.Time
	// Virtual says that Now is not the machine's clock. Rows past their expiry then stay on the disk until GC, because
	// Badger's own garbage collection goes by the machine's clock.
	Virtual bool
	// EncryptionKey encrypts the store: 16, 24 or 32 bytes; empty: not encrypted. It is fixed when the store is made.
	EncryptionKey []byte
	// Log gets warnings and errors; nil: nobody does.
	Log *slog.Logger
	// Wrap, when set, stands between the engine and the contract: storagetest.Faulty does.
	Wrap func(KV) KV

	// For tests: how much of the filesystem is free, and a last word on Badger's options.
	free func(dir string) (free, size uint64, err error)
	tune func(badger.Options) badger.Options
}

// Open opens the store and brings its schema up to date. The errors it gives say what to do about them.
func Open(o Options) (*Store, error) {
	kv, err := OpenKV(o)
	if err != nil {
		return nil, err
	}
	s := New(kv, o.Now)
	s.key = o.EncryptionKey
	if err := s.migrate(); err != nil {
		return nil, errors.Join(err, kv.Close())
	}
	return s, nil
}

// OpenKV opens the bare engine under its contract, without a look at the schema: for conformance tests and for tools.
// Everybody else wants [Open].
func OpenKV(o Options) (KV, error) {
	if o.Now == nil {
		return nil, errors.New("open the store: no clock given")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.free == nil {
		o.free = diskFree
	}
	e, err := openBadger(o)
	if err != nil {
		return nil, err
	}
	var kv KV = e
	if o.Wrap != nil {
		kv = o.Wrap(kv)
	}
	return newContract(kv, e, o.Now, o.Log), nil
}

// storeDir is where in the data directory the engine's files are. They have a directory of their own, so that a restore
// can put a whole store in place by one rename, even where the data directory is a mount point.
func storeDir(dir string) string { return filepath.Join(dir, "store") }

func openBadger(o Options) (*badgerKV, error) {
	switch len(o.EncryptionKey) {
	case 0, 16, 24, 32:
	default:
		return nil, fmt.Errorf("the encryption key has %d bytes; it must have 16, 24 or 32", len(o.EncryptionKey))
	}
	bo := badgerOptions(o)
	if o.tune != nil {
		bo = o.tune(bo)
	}
	guard := &diskGuard{dir: bo.Dir, now: o.Now, table: uint64(bo.MemTableSize), free: o.free}
	if bo.Dir != "" {
		if err := os.MkdirAll(bo.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the data directory: %w", err)
		}
		if err := guard.look(); err != nil {
			return nil, fmt.Errorf("open the store: %w", err)
		}
		if err := checkKey(bo.Dir, o.EncryptionKey); err != nil {
			return nil, err
		}
		if err := checkTables(bo); err != nil {
			return nil, openError(o, err)
		}
	}
	db, err := badger.OpenManaged(bo)
	if err != nil {
		return nil, openError(o, err)
	}
	dir, err := newDirSync(bo.Dir)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	down := &downSwitch{log: o.Log}
	last := db.MaxVersion()
	e := &badgerKV{db: db, dir: bo.Dir, now: o.Now, log: o.Log, down: down, count: &counters{}}
	e.vers.last = last
	if !o.InMemory && !o.Small && !o.Virtual {
		e.grace = expiryGrace
	}
	e.queue = &committer{
		db: db, vers: &e.vers, mem: newMemory(last), guard: guard, dir: dir, down: down, count: e.count,
		maxBytes: int(bo.MemTableSize / 16), maxEntries: int(db.MaxBatchCount() / 2),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	go e.queue.run(last)
	return e, nil
}

// expiryGrace is how long after its expiry a row becomes garbage for Badger, by the machine's clock: long enough that a
// clock set wrong for an hour, or a zone mistaken for another, destroys nothing.
const expiryGrace = 24 * time.Hour

// badgerOptions holds what was measured. Memory tables of 32 MiB keep about 130 MB for a million rows of 1 KB where the
// defaults keep 400 to 700; 16 MiB would save more memory but cost 1.7 times the CPU in compactions. Values stay in the
// tree: with a value log the disk under rows that expire is never given back.
func badgerOptions(o Options) badger.Options {
	dir := ""
	if !o.InMemory {
		dir = storeDir(o.Dir)
	}
	bo := badger.DefaultOptions(dir).
		WithInMemory(o.InMemory).
		WithLogger(badgerLog{o.Log}).
		WithSyncWrites(true).
		WithDetectConflicts(false). // the committer does
		WithMetricsEnabled(false).
		WithChecksumVerificationMode(options.OnBlockRead). // else a rotten spot in a last block ends the process while tables are opened
		WithValueThreshold(2 * MaxValue).                  // every value is smaller, so none goes to the value log
		WithEncryptionKey(o.EncryptionKey)
	encrypted := len(o.EncryptionKey) > 0
	if o.Small {
		bo = bo.WithMemTableSize(2 << 20).WithValueLogFileSize(1 << 20).
			WithNumCompactors(0).WithNumLevelZeroTablesStall(1 << 30). // no compactor: nothing to wait for
			WithCompression(options.None).WithBlockCacheSize(0)
		if encrypted {
			bo = bo.WithBlockCacheSize(1 << 20).WithIndexCacheSize(1 << 20)
		}
		return bo
	}
	bo = bo.WithMemTableSize(32 << 20).WithNumMemtables(3).WithNumCompactors(2).WithValueLogFileSize(64 << 20).
		WithCompression(options.Snappy).WithBlockCacheSize(32 << 20)
	if encrypted {
		bo = bo.WithBlockCacheSize(64 << 20).WithIndexCacheSize(64 << 20)
	}
	return bo
}

// checkKey tells a wrong, a missing and a needless key apart, which Badger does not. Its key registry begins with 16
// random bytes and a greeting, which is in clear when there is no key.
func checkKey(dir string, key []byte) error {
	b, err := os.ReadFile(filepath.Join(dir, badger.KeyRegistryFileName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the key registry: %w", err)
	}
	clear := len(b) >= 28 && bytes.Equal(b[16:28], []byte("Hello Badger"))
	switch {
	case clear && len(key) > 0:
		return fmt.Errorf("the store in %s is not encrypted, yet a key is set; unset storage.encryption_key_file, or make an encrypted store by backup and restore into a new directory", dir)
	case !clear && len(key) == 0:
		return fmt.Errorf("the store in %s is encrypted; set storage.encryption_key_file to its key", dir)
	}
	return nil
}

func openError(o Options, err error) error {
	switch {
	case errors.Is(err, badger.ErrEncryptionKeyMismatch):
		return fmt.Errorf("storage.encryption_key_file does not hold the key of the store in %s; put back the key it was made with", o.Dir)
	case strings.Contains(err.Error(), "directory lock"):
		return fmt.Errorf("data directory %s is in use by another rebook; stop it, or use another storage.dir (commands such as backup talk to the running daemon by themselves)", o.Dir)
	}
	if errors.Is(err, errDamaged) || strings.Contains(strings.ToLower(err.Error()), "checksum") {
		return fmt.Errorf("open the store in %s: %w; restore the last backup into an empty directory", o.Dir, err)
	}
	return fmt.Errorf("open the store in %s: %w", o.Dir, err)
}

// badgerLog passes Badger's warnings and errors on; the rest of its talk is for its own developers.
type badgerLog struct{ log *slog.Logger }

func (l badgerLog) Errorf(f string, a ...any) {
	l.log.Error("badger: " + strings.TrimSpace(fmt.Sprintf(f, a...)))
}
func (l badgerLog) Warningf(f string, a ...any) {
	l.log.Warn("badger: " + strings.TrimSpace(fmt.Sprintf(f, a...)))
}
func (l badgerLog) Infof(string, ...any)  {}
func (l badgerLog) Debugf(string, ...any) {}
