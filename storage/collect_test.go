package storage

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// busy makes Badger compact even in a small store.
func busy(o badger.Options) badger.Options {
	return o.WithNumCompactors(2).WithNumLevelZeroTables(1).WithNumLevelZeroTablesStall(8).WithBaseLevelSize(1 << 20)
}

func overwrite(t *testing.T, s *Store, rounds int) {
	t.Helper()
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Go(func() {
			for i := range rounds {
				if err := put(s, fmt.Sprintf("k/%d", k), bytes.Repeat([]byte{byte(i)}, 32<<10)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// Old versions must stay as long as somebody reads them, and go when nobody does.
func TestOldVersionsLiveAsLongAsTheirReaders(t *testing.T) {
	s := mustOpen(t, Options{Dir: t.TempDir(), Small: true, Now: (&clock{noon}).now, tune: busy})
	if err := put(s, "k/0", []byte("old")); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(v *Snapshot) error {
		overwrite(t, s, 60)
		if err := engineOf(s).db.Flatten(2); err != nil {
			return err
		}
		got, err := v.g.Get([]byte("k/0"))
		if string(got) != "old" {
			t.Errorf("the open view reads %.10q, %v, want what it saw at first", got, err)
		}
		rows, err := v.g.Scan([]byte("k/"), nil, 10)
		if len(rows) != 1 || err != nil {
			t.Errorf("the open view scans %d rows, %v, want 1", len(rows), err)
		}
		return nil
	})
	overwrite(t, s, 60)
	if err := engineOf(s).db.Flatten(2); err != nil {
		t.Fatal(err)
	}
	// 16 MB of each round were written; 8 keys of 32 KB live. The log and two tables may hold some of the rest.
	if used := s.Stats().DiskBytes; used > 8<<20 {
		t.Errorf("%d MiB on disk for 256 KiB of rows: old versions are not collected", used>>20)
	}
	if n := len(engineOf(s).queue.mem.at); n > 8 {
		t.Errorf("%d keys remembered although no transaction is open", n)
	}
}

func TestGCDeletesWhatHasExpiredAndNothingElse(t *testing.T) {
	c := &clock{noon}
	s := mustOpen(t, Options{Dir: t.TempDir(), Small: true, Now: c.now, tune: busy})
	for i := range 25 {
		update(t, s, func(tx *Tx) error {
			for j := range 100 {
				expires := noon.Add(time.Hour)
				if j%10 == 0 {
					expires = time.Time{}
				}
				if err := tx.p.Put(fmt.Appendf(nil, "k/%d/%d", i, j), make([]byte, 2000), expires); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := s.GC(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(dump(t, s)); n != 2501 {
		t.Errorf("GC before the expiry left %d rows, want 2501", n)
	}
	c.t = noon.Add(time.Hour)
	seen := dump(t, s)
	before := s.Stats().LastCommit
	if err := s.GC(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := dump(t, s); len(got) != len(seen) || len(got) != 251 {
		t.Errorf("GC changed what can be seen: %d rows, were %d, want 251", len(got), len(seen))
	}
	c.t = noon // with the clock back, what was only hidden would show again
	if n := len(dump(t, s)); n != 251 {
		t.Errorf("%d rows are still there, want 251", n)
	}
	if used := s.Stats().LastCommit - before; used == 0 || used > 30 {
		t.Errorf("GC took %d commits for 2250 rows", used)
	}
}

func TestGCSparesARowThatLivesAgain(t *testing.T) {
	c := &clock{noon}
	s := memStore(t, c)
	key := []byte("k")
	update(t, s, func(tx *Tx) error { return tx.p.Put(key, []byte("old"), noon.Add(time.Hour)) })
	c.t = noon.Add(time.Hour)
	dead, _, err := engineOf(s).expired(t.Context(), nil)
	if err != nil || len(dead) != 1 {
		t.Fatalf("got %q, %v", dead, err)
	}
	update(t, s, func(tx *Tx) error { return tx.p.Put(key, []byte("new"), time.Time{}) })
	update(t, s, func(tx *Tx) error { return deleteExpired(tx.p, dead) })
	if got := dump(t, s)["k"]; got != "new" {
		t.Errorf("got %q, want %q", got, "new")
	}
}

func TestBadgerCollectsADayLateAndOnlyWhereTheClockIsReal(t *testing.T) {
	expires := noon.Add(time.Hour)
	for _, c := range []struct {
		o    Options
		want uint64
	}{
		{Options{Dir: t.TempDir()}, uint64(expires.Add(24 * time.Hour).Unix())},
		{Options{Dir: t.TempDir(), Virtual: true}, 0},
		{Options{Dir: t.TempDir(), Small: true}, 0},
		{Options{InMemory: true}, 0},
	} {
		c.o.Now = (&clock{noon}).now
		s := mustOpen(t, c.o)
		var got uint64
		update(t, s, func(tx *Tx) error {
			err := tx.p.Put([]byte("k"), nil, expires)
			got = tx.p.(*limitedPutter).p.(*transaction).writes[0].expires
			return err
		})
		if got != c.want {
			t.Errorf("%+v: Badger's expiry is %d, want %d", c.o, got, c.want)
		}
	}
}
