package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Shelf keeps backup files of a store in one directory, and makes new ones while the store is in use. It does one thing at a time, in the
// background: a large store takes longer than anybody waits for a page.
type Shelf struct {
	store *Store
	dir   string
	ctx   context.Context
	stop  context.CancelFunc
	work  sync.WaitGroup

	mu     sync.Mutex
	busy   *Shelving
	failed error // of what was done last; nil: it went well
	proved map[string]Proof
}

// Shelving is what a shelf is doing.
type Shelving struct {
	File  string // that is being proved; empty: one is being made
	Since time.Time
}

// Proof is what a look at a whole backup file found.
type Proof struct {
	At      time.Time
	Summary Summary
	Err     error // nil: the file is whole
}

// Kept is a backup file of a shelf.
type Kept struct {
	Name  string
	Made  time.Time
	Bytes int64
	Proof *Proof // nil: it was not read through since the daemon started
}

// The errors of a shelf.
var (
	ErrShelfBusy = errors.New("a backup is being made or proved")
	ErrNoBackup  = errors.New("there is no such backup")
	ErrNoRoom    = errors.New("the disk has no room for a backup")
)

// shelfName is how backups of a shelf are called; nothing else in its directory is touched.
var shelfName = regexp.MustCompile(`^rebook-\d{8}-\d{6}\.backup$`)

// NewShelf opens a shelf; its directory is made with the first backup. Close it before the store.
func NewShelf(store *Store, dir string) *Shelf {
	ctx, stop := context.WithCancel(context.Background())
	return &Shelf{store: store, dir: dir, ctx: ctx, stop: stop, proved: map[string]Proof{}}
}

// Close ends what is under way: a backup that was not finished is no backup, and leaves no file.
func (s *Shelf) Close() error {
	s.stop()
	s.work.Wait()
	return nil
}

// State gives the backups, the newest first, what is being done, and how the last thing ended.
func (s *Shelf) State() (all []Kept, busy *Shelving, failed error, err error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil, fmt.Errorf("look for backups: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !shelfName.MatchString(e.Name()) || !info.Mode().IsRegular() {
			continue
		}
		k := Kept{Name: e.Name(), Made: info.ModTime(), Bytes: info.Size()}
		if p, ok := s.proved[k.Name]; ok {
			k.Proof = &p
		}
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b Kept) int { return strings.Compare(b.Name, a.Name) })
	if s.busy != nil {
		busy = new(*s.busy)
	}
	return all, busy, s.failed, nil
}

// Make begins to write a backup. It gets its name when it is complete and proved whole.
func (s *Shelf) Make() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("make the directory of backups: %w", err)
	}
	// It needs no more room than the store takes, and the store's own reserve stays.
	free, size, err := diskFree(s.dir)
	if need := uint64(s.store.Stats().DiskBytes) + (&diskGuard{}).reserve(size); err == nil && free < need {
		return ErrNoRoom
	}
	return s.begin("", func() error { return s.make() })
}

func (s *Shelf) make() error {
	name := "rebook-" + s.store.now().UTC().Format("20060102-150405") + ".backup"
	tmp, err := os.CreateTemp(s.dir, "."+name+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("make a backup: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone by then when all went well
	defer tmp.Close()
	if _, err := s.store.Backup(s.ctx, tmp); err != nil {
		return err
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("make a backup: %w", err)
	}
	info, err := VerifyBackup(s.ctx, tmp, s.store.key)
	if err != nil {
		return err
	}
	if err := errors.Join(tmp.Sync(), os.Rename(tmp.Name(), filepath.Join(s.dir, name)), syncDir(s.dir)); err != nil {
		return fmt.Errorf("name a backup: %w", err)
	}
	s.note(name, Proof{At: s.store.now(), Summary: info})
	return nil
}

// Prove begins to read a backup through. What it found is told by State.
func (s *Shelf) Prove(name string) error {
	f, _, err := s.Open(name)
	if err != nil {
		return err
	}
	err = s.begin(name, func() error {
		defer f.Close()
		info, err := VerifyBackup(s.ctx, f, s.store.key)
		if s.ctx.Err() == nil {
			s.note(name, Proof{At: s.store.now(), Summary: info, Err: err})
		}
		return nil
	})
	if err != nil {
		f.Close()
	}
	return err
}

// Open opens a backup and gives its size in bytes.
func (s *Shelf) Open(name string) (*os.File, int64, error) {
	if !shelfName.MatchString(name) {
		return nil, 0, ErrNoBackup
	}
	f, err := os.Open(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, ErrNoBackup
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open a backup: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("open a backup: %w", err)
	}
	return f, info.Size(), nil
}

// Remove deletes a backup.
func (s *Shelf) Remove(name string) error {
	if !shelfName.MatchString(name) {
		return ErrNoBackup
	}
	err := os.Remove(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoBackup
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.proved, name)
	return err
}

// begin does something in the background, unless something is under way.
func (s *Shelf) begin(file string, do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ctx.Err() != nil:
		return ErrClosed
	case s.busy != nil:
		return ErrShelfBusy
	}
	s.busy = &Shelving{File: file, Since: s.store.now()}
	s.work.Go(func() {
		err := do()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.busy, s.failed = nil, err
	})
	return nil
}

func (s *Shelf) note(name string, p Proof) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proved[name] = p
}
