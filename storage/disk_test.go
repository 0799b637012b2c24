package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestTheReserveHasAFloorAndACeiling(t *testing.T) {
	const mib = 1 << 20
	g := &diskGuard{table: 32 * mib}
	for _, c := range []struct{ size, want uint64 }{
		{100 * mib, 128 * mib}, {4 << 30, 4 << 30 / 20}, {1 << 40, 1 << 30},
	} {
		if got := g.reserve(c.size); got != c.want {
			t.Errorf("filesystem of %d MiB: reserve %d MiB, want %d", c.size/mib, got/mib, c.want/mib)
		}
	}
}

func TestAFullDiskRefusesWritesAndRecoversByItself(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 40)
	o := Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now, free: func(string) (uint64, uint64, error) { return free.Load(), 1 << 41, nil }}
	s := mustOpen(t, o)
	if err := put(s, "before", nil); err != nil {
		t.Fatal(err)
	}
	free.Store(1<<30 - 1)
	var err error
	for i := 0; err == nil; i++ { // the clock stands still: the number of batches must do
		if err = put(s, fmt.Sprintf("during/%d", i), nil); i > guardEveryBatches {
			t.Fatalf("after %d commits the guard has not looked", i)
		}
	}
	if !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "make room and writing goes on by itself") {
		t.Errorf("got %v, want ErrDiskFull with its mend", err)
	}
	if err := s.Healthy(t.Context()); !errors.Is(err, ErrDiskFull) {
		t.Errorf("healthy: got %v, want ErrDiskFull", err)
	}
	if _, ok := dump(t, s)["before"]; !ok {
		t.Errorf("reading stopped too")
	}
	if s.Stats().Refused == 0 {
		t.Errorf("nothing counted as refused")
	}
	free.Store(1 << 30)
	if err := put(s, "after", nil); err != nil {
		t.Errorf("there is room again: got %v", err)
	}
	o.Dir = t.TempDir()
	free.Store(100 << 20)
	if _, err := Open(o); !errors.Is(err, ErrDiskFull) {
		t.Errorf("open: got %v, want ErrDiskFull", err)
	}
}

func TestClosingOnAFullDiskLeavesTheLogForTheNextStart(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 40)
	o := Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now, free: func(string) (uint64, uint64, error) { return free.Load(), 1 << 41, nil }}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := put(s, "k", nil); err != nil {
		t.Fatal(err)
	}
	free.Store(1 << 20)
	if err := s.Close(); !errors.Is(err, ErrDiskFull) {
		t.Errorf("close: got %v, want ErrDiskFull", err)
	}
	crashed := t.TempDir() // what the next start of a new process finds
	if err := os.CopyFS(filepath.Join(crashed, "store"), os.DirFS(filepath.Join(o.Dir, "store"))); err != nil {
		t.Fatal(err)
	}
	if err := engineOf(s).db.Close(); err != nil {
		t.Fatal(err)
	}
	free.Store(1 << 40)
	o.Dir = crashed
	if _, ok := dump(t, mustOpen(t, o))["k"]; !ok {
		t.Errorf("the last write is gone")
	}
}

// A real disk really fills up, by somebody else's file, while many write. Badger's memory maps would turn that into a
// SIGBUS, which no test survives: that this one ends is its first claim.
func TestARealDiskThatFillsUpLosesNothing(t *testing.T) {
	dir := smallDisk(t, 160<<20)
	o := Options{Dir: filepath.Join(dir, "data"), Small: true, Now: time.Now, Virtual: true}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	acked, again := sync.Map{}, atomic.Int64{}
	var full, stop atomic.Bool
	var wg sync.WaitGroup
	for caller := range 8 {
		wg.Go(func() {
			for i := 0; !stop.Load(); i++ {
				key := fmt.Sprintf("k/%d/%d", caller, i)
				err := put(s, key, make([]byte, 1000))
				switch {
				case err == nil:
					acked.Store(key, true)
					if full.Load() {
						again.Add(1)
					}
				case !errors.Is(err, ErrDiskFull):
					t.Errorf("put: %v", err)
					return
				default:
					time.Sleep(time.Millisecond) // as a caller that answers 503 would
				}
			}
		})
	}
	if !fill(t, ballast) {
		t.Errorf("the disk did not fill up")
	}
	for s.Stats().Refused == 0 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond) // writers hammer at a disk without one free block
	if err := s.Healthy(context.Background()); !errors.Is(err, ErrDiskFull) {
		t.Errorf("healthy on a full disk: got %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	full.Store(true)
	for again.Load() < 100 {
		time.Sleep(time.Millisecond)
	}
	stop.Store(true)
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	all := dump(t, mustOpen(t, o))
	n := 0
	acked.Range(func(key, _ any) bool {
		n++
		if _, ok := all[key.(string)]; !ok {
			t.Errorf("%s was acknowledged and is gone", key)
		}
		return true
	})
	t.Logf("%d acknowledged writes, %d of them after the disk had room again", n, again.Load())
}

// fill writes a file until no block is left.
func fill(t *testing.T, path string) bool {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	chunk := make([]byte, 256<<10)
	for {
		if _, err := f.Write(chunk); err != nil {
			return true
		}
		time.Sleep(time.Millisecond) // 250 MB/s: as fast as a good disk takes it
	}
}

// onDisk makes a store with table files and gives its directory.
func onDisk(t *testing.T) (dir string, o Options) {
	t.Helper()
	o = Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	fillSample(t, s)
	for i := range 200 {
		if err := put(s, fmt.Sprintf("k/%d", i), make([]byte, 500)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(o.Dir, "store"), o
}

func tables(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables in %s: %v", dir, err)
	}
	return files
}

func TestADamagedStoreIsRefusedAndNeverCalledWhole(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dir string){
		"no manifest": func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "MANIFEST")); err != nil {
				t.Fatal(err)
			}
		},
		"a table is missing": func(t *testing.T, dir string) {
			if err := os.Remove(tables(t, dir)[0]); err != nil {
				t.Fatal(err)
			}
		},
		"a table is cut off": func(t *testing.T, dir string) {
			if err := os.Truncate(tables(t, dir)[0], 2000); err != nil {
				t.Fatal(err)
			}
		},
		"a table is empty": func(t *testing.T, dir string) {
			if err := os.Truncate(tables(t, dir)[0], 0); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, o := onDisk(t)
			before := tables(t, dir)
			damage(t, dir)
			if s, err := Open(o); err == nil {
				s.Close()
				t.Fatal("opened as if nothing were")
			} else if !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), "restore the last backup") {
				t.Errorf("got %v", err)
			}
			if name == "no manifest" && len(tables(t, dir)) != len(before) {
				t.Error("the tables were deleted")
			}
		})
	}
	dir, o := onDisk(t)
	path := tables(t, dir)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += max(1, len(whole)/60) { // a rotten spot anywhere
		rotten := bytes.Clone(whole)
		for i := at; i < min(at+4, len(rotten)); i++ {
			rotten[i] ^= 0xff
		}
		if err := os.WriteFile(path, rotten, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(o)
		if err != nil {
			continue
		}
		_, verified := s.Verify(t.Context())
		_, backedUp := s.Backup(t.Context(), io.Discard)
		if verified == nil || backedUp == nil || s.Prove() == nil {
			t.Errorf("a rotten spot at byte %d of %d: verify says %v, backup %v, prove %v", at, len(whole), verified, backedUp, s.Prove())
		}
		s.Close()
	}
}
