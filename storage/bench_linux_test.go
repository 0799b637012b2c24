package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/rebookhq/rebook/daemon/booking"
)

// The benches that write go on for benchFor each, so that memory tables turn over; b.N is not used there. Each reports the
// disk's own speed beside its own (fsync/s: 4 KiB appends, each made durable), since the two go together.
const benchFor = 2 * time.Second

const benchCallers = 64

// fsyncRate measures how many small appends per second this directory's disk makes durable.
func fsyncRate(b *testing.B, dir string) float64 {
	f, err := os.Create(filepath.Join(dir, "probe"))
	if err != nil {
		b.Fatal(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	page := make([]byte, 4096)
	began, n := time.Now(), 0
	for time.Since(began) < 300*time.Millisecond {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds()
}

// hammer lets 64 callers call fn for a while and reports how often they got through.
func hammer(b *testing.B, dir string, fn func(caller, i int) error) {
	b.Helper()
	probe := fsyncRate(b, dir)
	var total atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	cpu := cpuTime()
	for c := range benchCallers {
		wg.Go(func() {
			for i := 0; time.Since(began) < benchFor; i++ {
				if err := fn(c, i); err != nil {
					b.Error(err)
					return
				}
				total.Add(1)
			}
		})
	}
	wg.Wait()
	took := time.Since(began).Seconds()
	b.ReportMetric(float64(total.Load())/took, "txn/s")
	b.ReportMetric((cpuTime()-cpu).Seconds()*1e6/float64(total.Load()), "cpu-µs/txn")
	b.ReportMetric(probe, "fsync/s")
	b.ReportMetric(0, "ns/op")
}

func cpuTime() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func benchStore(b *testing.B) (*Store, string) {
	b.Helper()
	dir := b.TempDir()
	s, err := Open(Options{Dir: dir, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s, dir
}

var benchValue = make([]byte, 400)

func benchID(caller, i int) string { return fmt.Sprintf("0198c0de-%04x-7000-8000-%012x", caller, i) }

func enqueue(p Putter, caller, i int) error {
	id := benchID(caller, i)
	due := dueKey(booking.Due{Account: "acme", At: time.UnixMilli(1_800_000_000_000 + int64(i)), Kind: booking.KindFollowUp, Ref: id})
	return errors.Join(p.Put(accountKey("acme", "session", id), benchValue, time.Time{}), p.Put(due, nil, time.Time{}))
}

func cancel(p Putter, caller, i int) error {
	id := benchID(caller, i)
	due := dueKey(booking.Due{Account: "acme", At: time.UnixMilli(1_800_000_000_000 + int64(i)), Kind: booking.KindFollowUp, Ref: id})
	return errors.Join(p.Delete(accountKey("acme", "session", id)), p.Delete(due))
}

// BenchmarkEnqueue: a durable session of 400 bytes with its due-key, 64 callers.
func BenchmarkEnqueue(b *testing.B) {
	s, dir := benchStore(b)
	hammer(b, dir, func(c, i int) error {
		return s.kv.Update(context.Background(), func(p Putter) error { return enqueue(p, c, i) })
	})
	st := s.engine.Stats()
	b.ReportMetric(float64(st.Transactions)/float64(st.Commits), "txn/sync")
}

// BenchmarkEnqueueNaive is the same by Badger's own db.Update, one sync per transaction.
func BenchmarkEnqueueNaive(b *testing.B) {
	dir := b.TempDir()
	db, err := badger.Open(badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	hammer(b, dir, func(c, i int) error {
		return db.Update(func(t *badger.Txn) error {
			return enqueue(naivePutter{Txn: t}, c, i)
		})
	})
}

type naivePutter struct {
	Putter
	*badger.Txn
}

func (n naivePutter) Get([]byte) ([]byte, error)         { return nil, nil }
func (n naivePutter) Put(k, v []byte, _ time.Time) error { return n.Txn.Set(k, v) }
func (n naivePutter) Delete(k []byte) error              { return n.Txn.Delete(k) }

// BenchmarkCancel: the two rows of an enqueued session deleted durably, 64 callers.
func BenchmarkCancel(b *testing.B) {
	s, dir := benchStore(b)
	hammer(b, dir, func(c, i int) error {
		return s.kv.Update(context.Background(), func(p Putter) error { return cancel(p, c, i) })
	})
}

// BenchmarkClaim: 3 validated reads and 5 writes, as a claim does, 64 callers.
func BenchmarkClaim(b *testing.B) {
	s, dir := benchStore(b)
	hammer(b, dir, func(c, i int) error {
		return s.kv.Update(context.Background(), func(p Putter) error {
			for r := range 3 {
				if _, err := p.Get(accountKey("acme", "read", benchID(c, i), fmt.Sprint(r))); !errors.Is(err, ErrNotFound) {
					return err
				}
			}
			for w := range 5 {
				if err := p.Put(accountKey("acme", "write", benchID(c, i), fmt.Sprint(w)), benchValue, time.Time{}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// readStore holds 50,000 sessions of 400 bytes with their due-keys, in tables and memory.
func readStore(b *testing.B) *Store {
	b.Helper()
	s, _ := benchStore(b)
	var wg sync.WaitGroup
	for c := range 50 {
		wg.Go(func() {
			for i := 0; i < 1000; i += 25 {
				err := s.kv.Update(context.Background(), func(p Putter) error {
					for j := range 25 {
						if err := enqueue(p, c, i+j); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ResetTimer()
	return s
}

// BenchmarkGet: one row by its key, with its snapshot.
func BenchmarkGet(b *testing.B) {
	s := readStore(b)
	for i := 0; b.Loop(); i++ {
		err := s.kv.View(context.Background(), func(g Getter) error {
			_, err := g.Get(accountKey("acme", "session", benchID(i%50, i%1000)))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScan: a page of 100 rows of 400 bytes.
func BenchmarkScan(b *testing.B) {
	s := readStore(b)
	for i := 0; b.Loop(); i++ {
		err := s.kv.View(context.Background(), func(g Getter) error {
			rows, err := g.Scan(sub("acme", "session"), accountKey("acme", "session", benchID(i%49, 500)), 100)
			if len(rows) != 100 {
				b.Errorf("%d rows", len(rows))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDuePage: a page of 1,000 due-keys, as the motor refills its wheel.
func BenchmarkDuePage(b *testing.B) {
	s := readStore(b)
	for b.Loop() {
		err := s.View(context.Background(), func(v *Snapshot) error {
			due, _, _, err := v.DueBefore(Shard("acme"), DueFrom(Shard("acme"), time.UnixMilli(1_800_000_000_200)), time.UnixMilli(1_900_000_000_000), 1000)
			if len(due) != 1000 {
				b.Errorf("%d due-keys", len(due))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenSmall: what every test that needs a store pays.
func BenchmarkOpenSmall(b *testing.B) {
	for b.Loop() {
		s, err := Open(Options{InMemory: true, Small: true, Now: time.Now})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
