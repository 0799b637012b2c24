package wheel

import (
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"
)

// The wheel beside what one would use instead: a time.AfterFunc per timer, and container/heap under a mutex. Each is asked
// through the same three methods and keeps the same key. Give a fixed number of rounds, a million pending take their time:
//
//	go test -run '^$' -bench 'Schedule|Cancel|Pair' -benchtime 200000x ./daemon/wheel/
//	go test -run '^$' -bench 'Collect|Burst' -benchtime 3x ./daemon/wheel/

const million = 1_000_000

// soon is between 15 and 30 minutes from base: far from firing while we measure.
func soon(base time.Time, rng *rand.Rand) time.Time {
	return base.Add(15*time.Minute + time.Duration(rng.Int64N(int64(15*time.Minute))))
}

func rngFor(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 1)) }

func fill[H any](q rival[H], n int) []H {
	rng, base, handles := rngFor(1), time.Now(), make([]H, n, n+n/2) // room for what a benchmark adds
	for i := range handles {
		handles[i] = q.Schedule(key(i), soon(base, rng))
	}
	return handles
}

// empty cancels all, so that no AfterFunc of one measure lives on into the next.
func empty[H any](q rival[H], handles []H) {
	for _, h := range handles {
		q.Cancel(h)
	}
}

func BenchmarkSchedule(b *testing.B) {
	b.Run("wheel", schedule(newOurs))
	b.Run("afterfunc", schedule(newAfterFunc))
	b.Run("heap", schedule(newHeap))
}

func schedule[H any](create func() rival[H]) func(*testing.B) {
	return func(b *testing.B) {
		q := create()
		handles := fill(q, million)
		rng, base := rngFor(2), time.Now()
		runtime.GC()
		b.ReportAllocs()
		for b.Loop() {
			handles = append(handles, q.Schedule(key(0), soon(base, rng)))
		}
		empty(q, handles)
	}
}

func BenchmarkCancel(b *testing.B) {
	b.Run("wheel", cancel(newOurs))
	b.Run("afterfunc", cancel(newAfterFunc))
	b.Run("heap", cancel(newHeap))
}

// cancel takes timers at random out of a million, and puts them back off the clock once a fifth are gone.
func cancel[H any](create func() rival[H]) func(*testing.B) {
	return func(b *testing.B) {
		q := create()
		handles := fill(q, million)
		rng, base := rngFor(3), time.Now()
		order := rng.Perm(million)[:million/5]
		runtime.GC()
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			if !q.Cancel(handles[order[n]]) {
				b.Fatal("was pending, could not be cancelled")
			}
			if n++; n == len(order) {
				b.StopTimer()
				for _, i := range order {
					handles[i] = q.Schedule(key(i), soon(base, rng))
				}
				n = 0
				b.StartTimer()
			}
		}
		empty(q, handles)
	}
}

func BenchmarkPair(b *testing.B) {
	b.Run("wheel", pair(newOurs))
	b.Run("afterfunc", pair(newAfterFunc))
	b.Run("heap", pair(newHeap))
}

func pair[H any](create func() rival[H]) func(*testing.B) {
	return func(b *testing.B) {
		q := create()
		handles := fill(q, million)
		rng, base := rngFor(4), time.Now()
		runtime.GC()
		b.ReportAllocs()
		for b.Loop() {
			q.Cancel(q.Schedule(key(0), soon(base, rng)))
		}
		empty(q, handles)
	}
}

func BenchmarkPairParallel(b *testing.B) {
	b.Run("wheel", pairParallel(newOurs))
	b.Run("afterfunc", pairParallel(newAfterFunc))
	b.Run("heap", pairParallel(newHeap))
}

func pairParallel[H any](create func() rival[H]) func(*testing.B) {
	return func(b *testing.B) {
		q := create()
		handles := fill(q, million)
		base := time.Now()
		var workers atomic.Uint64
		runtime.GC()
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			rng := rngFor(5 + workers.Add(1))
			for pb.Next() {
				q.Cancel(q.Schedule(key(0), soon(base, rng)))
			}
		})
		b.StopTimer()
		empty(q, handles)
	}
}

// BenchmarkCollect is one forced cycle of the collector while a million are pending, and what each of them takes of the heap,
// its handle included. "nothing" is the same cycle without any.
func BenchmarkCollect(b *testing.B) {
	b.Run("nothing", func(b *testing.B) { collect(b) })
	b.Run("wheel", pending(newOurs))
	b.Run("afterfunc", pending(newAfterFunc))
	b.Run("heap", pending(newHeap))
}

func pending[H any](create func() rival[H]) func(*testing.B) {
	return func(b *testing.B) {
		before := heapAlloc()
		q := create()
		handles := fill(q, million)
		bytes := heapAlloc() - before - int64(cap(handles)-len(handles))*8
		collect(b)
		b.ReportMetric(float64(bytes)/million, "B/timer")
		empty(q, handles)
	}
}

func collect(b *testing.B) {
	runtime.GC()
	before, cycles := gcSeconds(), 0
	for b.Loop() {
		runtime.GC()
		cycles++
	}
	b.ReportMetric((gcSeconds()-before)/float64(cycles)*1e3, "gc-cpu-ms/cycle")
}

func heapAlloc() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// gcSeconds is the CPU spent on collecting, what it borrowed from idle processors included.
func gcSeconds() float64 {
	s := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(s)
	return s[0].Value.Float64()
}

func BenchmarkBurst(b *testing.B) {
	b.Run("wheel", burst(newOurs))
	b.Run("afterfunc", burst(newAfterFunc))
	b.Run("heap", burst(newHeap))
}

// burst is a million due at one instant: the time from then until the last is out. For AfterFunc that includes starting a
// goroutine for each, as the runtime does; for the others a key in a slice.
func burst[H any](create func() rival[H]) func(*testing.B) {
	return func(b *testing.B) {
		var sum time.Duration
		b.ReportAllocs()
		rounds := 0
		for b.Loop() {
			b.StopTimer()
			q := create()
			due := time.Now().Truncate(time.Millisecond).Add(3 * time.Second) // long enough to schedule them all
			for i := range million {
				q.Schedule(key(i), due)
			}
			if time.Now().After(due) {
				b.Fatal("too slow to schedule a million in 3 s: the burst had begun")
			}
			runtime.GC()
			b.StartTimer()
			sum += q.burst(due, million)
			rounds++
		}
		b.ReportMetric(sum.Seconds()*1e3/float64(rounds), "ms/million")
		b.ReportMetric(0, "ns/op") // would count the wait as well
	}
}
