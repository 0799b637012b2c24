package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// engineOf gives the Badger engine below a store.
func engineOf(s *Store) *badgerKV { return s.engine.(*badgerKV) }

func put(s *Store, key string, val []byte) error {
	return s.kv.Update(context.Background(), func(p Putter) error { return p.Put([]byte(key), val, time.Time{}) })
}

// What was acknowledged is on the disk at that moment: a copy of the directory, taken without any warning, has it all. All
// rows fit into one memory table, because a copy taken while a table is being written is torn, as no crash tears it.
func TestAnAcknowledgedCommitSurvivesACrash(t *testing.T) {
	for _, small := range []bool{true, false} {
		dir, crashed := t.TempDir(), t.TempDir()
		c := &clock{noon}
		s := mustOpen(t, Options{Dir: dir, Small: small, Virtual: true, Now: c.now})
		if !engineOf(s).db.Opts().SyncWrites { // a copy sees the page cache, a power cut does not
			t.Errorf("small %v: commits are not synced", small)
		}
		var wg sync.WaitGroup
		for caller := range 16 {
			wg.Go(func() {
				for i := range 20 {
					if err := put(s, fmt.Sprintf("k/%d/%d", caller, i), make([]byte, 4000)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if err := os.CopyFS(filepath.Join(crashed, "store"), os.DirFS(filepath.Join(dir, "store"))); err != nil {
			t.Fatal(err)
		}
		after := mustOpen(t, Options{Dir: crashed, Small: small, Virtual: true, Now: c.now})
		if got, want := len(dump(t, after)), 16*20+1; got != want {
			t.Errorf("small %v: %d rows after the crash, want %d", small, got, want)
		}
		if err := put(after, "new", nil); err != nil {
			t.Errorf("small %v: write after the crash: %v", small, err)
		}
		if a, b := engineOf(after).Stats().LastCommit, engineOf(s).Stats().LastCommit; a <= b {
			t.Errorf("small %v: commit numbers go back after a crash: %d after %d", small, a, b)
		}
	}
}

func TestConcurrentCommitsShareSyncsAndRunOnce(t *testing.T) {
	s := mustOpen(t, Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now})
	var runs atomic.Int64
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for j := range 10 {
				err := s.kv.Update(context.Background(), func(p Putter) error {
					runs.Add(1)
					key := fmt.Appendf(nil, "k/%d/%d", i, j)
					_, err := p.Get(key)
					if errors.Is(err, ErrNotFound) {
						err = p.Put(key, nil, time.Time{})
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	st := s.Stats()
	if runs.Load() != 640 || st.Conflicts != 0 {
		t.Errorf("%d runs and %d conflicts for 640 transactions that do not touch each other", runs.Load(), st.Conflicts)
	}
	if st.Transactions != 641 || st.Commits > 320 || st.LargestBatch < 2 {
		t.Errorf("64 callers shared too little: %+v", st)
	}
}

// stalled opens a store whose committer waits in the guard until let go.
func stalled(t *testing.T) (s *Store, entered chan struct{}, stall *atomic.Bool, letGo chan struct{}) {
	entered, letGo, stall = make(chan struct{}, 100), make(chan struct{}), &atomic.Bool{}
	s = mustOpen(t, Options{Dir: t.TempDir(), Small: true, Now: time.Now, free: func(string) (uint64, uint64, error) {
		if stall.Load() {
			entered <- struct{}{}
			<-letGo
		}
		return 1 << 40, 1 << 41, nil
	}})
	engineOf(s).queue.guard.last = time.Time{}
	return s, entered, stall, letGo
}

func TestACallerWhoGivesUpInTheQueueCommitsNothing(t *testing.T) {
	s, entered, stall, letGo := stalled(t)
	stall.Store(true)
	time.Sleep(guardEvery) // so that the guard looks again; the real clock, since the disk is real
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := put(s, "first", nil); err != nil {
			t.Error(err)
		}
	})
	<-entered // the committer is busy with the first
	ctx, cancel := context.WithCancel(context.Background())
	gaveUp := make(chan error)
	go func() {
		gaveUp <- s.kv.Update(ctx, func(p Putter) error { return p.Put([]byte("second"), nil, time.Time{}) })
	}()
	for queued := 0; queued == 0; { // until it waits in the queue
		q := engineOf(s).queue
		q.mu.Lock()
		queued = len(q.waiting)
		q.mu.Unlock()
	}
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	stall.Store(false)
	close(letGo)
	wg.Wait()
	if err := put(s, "third", nil); err != nil { // comes after the second, had that stayed in the queue
		t.Fatal(err)
	}
	all := dump(t, s)
	_, first := all["first"]
	if _, second := all["second"]; !first || second {
		t.Errorf("first committed: %v, second: %v", first, second)
	}
}

func TestAHardErrorTakesTheStoreDownAndLosesNothing(t *testing.T) {
	var log bytes.Buffer
	o := Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now, Log: slog.New(slog.NewTextHandler(&log, nil))}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := put(s, "good", nil); err != nil {
		t.Fatal(err)
	}
	if err := engineOf(s).db.Close(); err != nil { // Badger refuses from now on, behind our back
		t.Fatal(err)
	}
	if err := put(s, "bad", nil); !errors.Is(err, ErrDown) {
		t.Errorf("the commit that failed: got %v, want ErrDown", err)
	}
	if err := put(s, "later", nil); !errors.Is(err, ErrDown) {
		t.Errorf("a later commit: got %v, want ErrDown", err)
	}
	if err := s.View(t.Context(), func(*Snapshot) error { return nil }); !errors.Is(err, ErrDown) {
		t.Errorf("a view: got %v, want ErrDown", err)
	}
	if err := s.Healthy(t.Context()); !errors.Is(err, ErrDown) {
		t.Errorf("healthy: got %v, want ErrDown", err)
	}
	if st := s.Stats(); st.Unknown != 1 {
		t.Errorf("%d unknown commits, want 1", st.Unknown)
	}
	if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
		t.Errorf("%d errors in the log, want 1:\n%s", n, log.String())
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	again := mustOpen(t, o)
	if all := dump(t, again); len(all) != 2 {
		t.Errorf("after a new start: %q", all)
	}
}

func TestOpenSaysWhatIsWrongAndHowToMendIt(t *testing.T) {
	now := (&clock{noon}).now
	plain := Options{Dir: t.TempDir(), Small: true, Now: now}
	mustOpen(t, plain)
	secret := Options{Dir: t.TempDir(), Small: true, Now: now, EncryptionKey: testKey}
	s, err := Open(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	clear := Options{Dir: t.TempDir(), Small: true, Now: now}
	s, err = Open(clear)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	with := func(o Options, key []byte) Options { o.EncryptionKey = key; return o }
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"open twice", plain, "is in use by another rebook; stop it, or use another storage.dir"},
		{"no key", with(secret, nil), "is encrypted; set storage.encryption_key_file"},
		{"wrong key", with(secret, bytes.Repeat([]byte{9}, 32)), "put back the key it was made with"},
		{"needless key", with(clear, testKey), "is not encrypted, yet a key is set; unset storage.encryption_key_file"},
		{"half a key", with(clear, testKey[:5]), "has 5 bytes; it must have 16, 24 or 32"},
		{"a file", Options{Dir: file, Small: true, Now: now}, "make the data directory"},
		{"no clock", Options{InMemory: true}, "no clock"},
	} {
		s, err := Open(c.o)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", c.name, err, c.want)
		}
	}
	info, err := os.Stat(filepath.Join(plain.Dir, "store"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the store's directory has mode %v, %v, want 0700", info.Mode(), err)
	}
	if err := put(mustOpen(t, secret), "k", nil); err != nil {
		t.Errorf("after all those tries the right key: %v", err)
	}
}

func TestARotatedLogIsNoticed(t *testing.T) {
	s := mustOpen(t, Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now})
	for i := range 200 {
		if err := put(s, fmt.Sprint(i), make([]byte, 50<<10)); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Stats().Rotations; n < 3 || n > 8 {
		t.Errorf("%d new logs noticed for 10 MB in logs of 2 MB", n)
	}
}

func TestALongRunIsLogged(t *testing.T) {
	var log bytes.Buffer
	c := &clock{noon}
	s := mustOpen(t, Options{InMemory: true, Small: true, Now: c.now, Log: slog.New(slog.NewTextHandler(&log, nil))})
	update(t, s, func(tx *Tx) error { c.t = c.t.Add(2 * time.Second); return nil })
	if log.Len() > 0 {
		t.Errorf("a permitted run is logged: %s", log.String())
	}
	update(t, s, func(tx *Tx) error { c.t = c.t.Add(2*time.Second + 1); return nil })
	if !strings.Contains(log.String(), "ran too long") {
		t.Errorf("got log %q", log.String())
	}
}

func TestADayInABubble(t *testing.T) {
	for _, memory := range []bool{true, false} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			s, err := Open(Options{InMemory: memory, Dir: dir, Small: true, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					time.Sleep(time.Minute)
					update(t, s, func(tx *Tx) error { _, err := tx.NextEpoch(); return err })
				})
			}
			wg.Wait()
			time.Sleep(24 * time.Hour)
			update(t, s, func(tx *Tx) error {
				n, err := tx.NextEpoch()
				if n != 101 {
					t.Errorf("epoch %d, want 101", n)
				}
				return errors.Join(err, tx.Arm(booking.Due{Account: "acme", At: tx.Now, Kind: booking.KindWake, Ref: uuid(1)}))
			})
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			// The bubble panics when a goroutine is left.
		})
	}
}
