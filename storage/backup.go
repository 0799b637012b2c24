package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Backup writes one consistent state of the whole store, while others read and write. It is encrypted when the store is. A
// file whose Backup gave an error is not a backup.
func (s *Store) Backup(ctx context.Context, w io.Writer) (Summary, error) {
	if s.engine == nil {
		return Summary{}, errors.New("back up: this engine cannot export")
	}
	have, err := s.Schema(ctx)
	if err != nil {
		return Summary{}, fmt.Errorf("back up: %w", err)
	}
	b, err := newBackupWriter(w, s.key, have, s.now())
	if err != nil {
		return Summary{}, fmt.Errorf("back up: %w", err)
	}
	err = s.engine.Export(ctx, func(key, val []byte, expires time.Time) error {
		return b.write(record{key, val, expires})
	})
	if err != nil {
		return b.info, fmt.Errorf("back up: %w", err)
	}
	info, err := b.close()
	if err != nil {
		return info, fmt.Errorf("back up: %w", err)
	}
	return info, nil
}

// VerifyBackup reads a whole backup and proves it sound, without a store. key is the encryption key, empty when there is
// none.
func VerifyBackup(ctx context.Context, r io.Reader, key []byte) (Summary, error) {
	return readBackup(ctx, r, key, func(record) error { return nil })
}

func readBackup(ctx context.Context, r io.Reader, key []byte, each func(record) error) (Summary, error) {
	b, err := newBackupReader(r, key)
	if err != nil {
		return Summary{}, err
	}
	for {
		rec, err := b.next()
		if errors.Is(err, io.EOF) {
			return b.info, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = each(rec)
		}
		if err != nil {
			return b.info, err
		}
	}
}

// Restore makes the store of o.Dir from a backup, an older schema brought up to date. There must be none yet. It is built
// beside and put in place by one rename after the last byte has proved sound, so a failed restore leaves nothing. dryRun
// does everything but the last step. o.EncryptionKey opens an encrypted backup, and the new store is encrypted with it.
func Restore(ctx context.Context, r io.Reader, o Options, dryRun bool) (Summary, error) {
	info, err := restore(ctx, r, o, dryRun)
	if err != nil {
		return info, fmt.Errorf("restore: %w", err)
	}
	return info, nil
}

func restore(ctx context.Context, r io.Reader, o Options, dryRun bool) (Summary, error) {
	target := storeDir(o.Dir)
	if files, err := os.ReadDir(target); err == nil && len(files) > 0 {
		return Summary{}, fmt.Errorf("%s holds a store already; choose an empty storage.dir, or move that directory away", target)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Summary{}, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return Summary{}, err
	}
	// What a restore that was killed left behind is of no use to anybody.
	leftovers, _ := filepath.Glob(filepath.Join(o.Dir, "restore-*"))
	for _, l := range leftovers {
		if err := os.RemoveAll(l); err != nil {
			return Summary{}, err
		}
	}
	beside, err := os.MkdirTemp(o.Dir, "restore-")
	if err != nil {
		return Summary{}, err
	}
	defer os.RemoveAll(beside)
	there := o
	there.Dir, there.InMemory = beside, false
	info, err := load(ctx, r, there)
	if err != nil || dryRun {
		return info, err
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, os.ErrNotExist) {
		return info, err
	}
	if err := os.Rename(storeDir(beside), target); err != nil {
		return info, err
	}
	return info, syncDir(o.Dir)
}

// load fills a new store with a backup and lifts it to the current schema.
func load(ctx context.Context, r io.Reader, o Options) (info Summary, err error) {
	kv, err := OpenKV(o)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, kv.Close()) }()
	in := newImporter(ctx, kv)
	now := o.Now()
	info, err = readBackup(ctx, r, o.EncryptionKey, func(rec record) error {
		if !rec.expires.IsZero() && !now.Before(rec.expires) {
			return nil
		}
		return in.put(rec)
	})
	if err = errors.Join(err, in.wait()); err != nil {
		return info, err
	}
	s := New(kv, o.Now)
	if have, err := s.Schema(ctx); err != nil || have != info.Schema {
		return info, errors.Join(err, fmt.Errorf("%w: its head speaks of schema %d, its content of %d", ErrBadBackup, info.Schema, have))
	}
	if err := s.migrate(); err != nil {
		return info, err
	}
	return info, s.Update(ctx, func(t *Tx) error { return t.put(globalKey("m/restored"), now, time.Time{}) })
}

// RestoredAt tells when the store was restored from a backup; zero: never. What happened between the backup and that moment
// is unknown to it: texts that were due until then may have gone out.
func (s *Snapshot) RestoredAt() (time.Time, error) {
	at, err := find[time.Time](s.g, globalKey("m/restored"))
	if err != nil || at == nil {
		return time.Time{}, err
	}
	return *at, nil
}

// importer writes records in transactions as large as the contract permits, a few at once so that they share syncs.
type importer struct {
	ctx   context.Context
	kv    KV
	rows  []record
	bytes int
	slots chan struct{}
	group sync.WaitGroup
	mu    sync.Mutex
	err   error
}

func newImporter(ctx context.Context, kv KV) *importer {
	return &importer{ctx: ctx, kv: kv, slots: make(chan struct{}, 16)}
}

func (in *importer) put(r record) error {
	size := len(r.key) + len(r.val)
	if len(in.rows) == MaxWrites || in.bytes+size > MaxTxnBytes {
		in.send()
	}
	in.rows = append(in.rows, record{append([]byte{}, r.key...), append([]byte{}, r.val...), r.expires})
	in.bytes += size
	return in.failed(nil)
}

func (in *importer) send() {
	rows := in.rows
	in.rows, in.bytes = nil, 0
	in.slots <- struct{}{}
	in.group.Go(func() {
		defer func() { <-in.slots }()
		in.failed(in.kv.Update(in.ctx, func(p Putter) error {
			for _, r := range rows {
				if err := p.Put(r.key, r.val, r.expires); err != nil {
					return err
				}
			}
			return nil
		}))
	})
}

// failed remembers the first error and gives it.
func (in *importer) failed(err error) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err == nil {
		in.err = err
	}
	return in.err
}

func (in *importer) wait() error {
	if len(in.rows) > 0 {
		in.send()
	}
	in.group.Wait()
	return in.failed(nil)
}
