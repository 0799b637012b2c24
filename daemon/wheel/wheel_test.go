package wheel

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// ref has the shape of the engine's keys.
type ref struct {
	Ref [16]byte
	Tag uint32
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func key(n int) ref { return ref{Tag: uint32(n)} }

func tags(keys []ref) []uint32 {
	out := make([]uint32, len(keys))
	for i, k := range keys {
		out[i] = k.Tag
	}
	return out
}

func wantTags(t *testing.T, what string, got []ref, want ...uint32) {
	t.Helper()
	if !slices.Equal(tags(got), want) {
		t.Errorf("%s: got %v, want %v", what, tags(got), want)
	}
}

func TestNothingComesOutEarlyByAFractionOfATick(t *testing.T) {
	for _, frac := range []time.Duration{0, 1, 499_999, 500_000, 999_999} {
		due := noon.Add(3*time.Second + frac)
		w := New[ref](noon)
		w.Schedule(key(1), due)
		full := due.Truncate(time.Millisecond)
		if frac > 0 {
			full = full.Add(time.Millisecond)
		}
		wantTags(t, "one ns before the full tick "+frac.String(), w.Advance(full.Add(-1), nil))
		wantTags(t, "at the full tick "+frac.String(), w.Advance(full, nil), 1)
	}
}

func TestAPastDueComesOutAtTheNextPassOldestFirst(t *testing.T) {
	w := New[ref](noon)
	w.Schedule(key(1), noon)
	w.Schedule(key(2), noon.Add(-time.Minute))
	w.Schedule(key(3), noon.Add(-time.Hour))
	w.Schedule(key(4), noon.Add(-time.Minute))
	w.Schedule(key(5), time.Time{})
	w.Schedule(key(6), noon.Add(time.Millisecond))
	if next, _ := w.Next(); next.After(time.Time{}) {
		t.Errorf("Next with an entry due at the zero time: got %v", next)
	}
	wantTags(t, "pass at noon", w.Advance(noon, nil), 5, 3, 2, 4, 1)
	wantTags(t, "pass 1 ms later", w.Advance(noon.Add(time.Millisecond), nil), 6)
}

func TestOneTickComesOutInTheOrderOfScheduling(t *testing.T) {
	// The same due, scheduled from near and far: over all levels, the overflow, and back.
	w := New[ref](noon)
	due := noon.AddDate(1, 0, 0)
	var want []uint32
	for i, now := range []time.Time{
		noon, due.Add(-60 * 24 * time.Hour), due.Add(-20 * 24 * time.Hour), due.Add(-time.Hour), due.Add(-10 * time.Hour),
		due.Add(-time.Second), due.Add(-100 * time.Millisecond), due.Add(-50 * 24 * time.Hour), due.Add(-time.Millisecond),
	} {
		wantTags(t, "before due", w.Advance(now, nil))
		w.Schedule(key(i), due)
		want = append(want, uint32(i))
	}
	wantTags(t, "at due", w.Advance(due, nil), want...)
}

func TestALeapOverYearsIsOnePassAndKeepsTheOrder(t *testing.T) {
	w := New[ref](time.Time{})
	dues := []time.Duration{1, time.Second, time.Minute, time.Hour, 49 * 24 * time.Hour, 50 * 24 * time.Hour, math.MaxInt64}
	for i, d := range slices.Backward(dues) {
		w.Schedule(key(i), time.Time{}.Add(d))
	}
	w.Schedule(key(7), noon)
	w.Schedule(key(8), noon.Add(1))
	wantTags(t, "pass from year 1 to 2026", w.Advance(noon, nil), 0, 1, 2, 3, 4, 5, 6, 7)
	for range 10_000 {
		w.Schedule(key(9), noon.AddDate(1e7, 0, 0)) // to touch them in each of seven million laps would take hours
	}
	wantTags(t, "pass from 2026 to the year one million", w.Advance(noon.AddDate(1e6, 0, 0), nil), 8)
}

func TestABackwardClockLosesNothingAndFiresNothingEarly(t *testing.T) {
	for _, back := range []time.Duration{
		2 * time.Millisecond, 200 * time.Millisecond, time.Second, time.Minute, 5 * time.Hour, 40 * 24 * time.Hour, 1000 * 24 * time.Hour,
	} {
		w := New[ref](noon)
		past := noon.Add(-back)
		w.Schedule(key(1), noon.Add(time.Hour))
		w.Schedule(key(2), noon.Add(10*time.Millisecond))
		w.Schedule(key(3), noon)                           // due at noon by a clock that will say past
		w.Schedule(key(4), noon.Add(-back/2))              // late at noon, early at past
		w.Schedule(key(5), past)                           // late by either clock
		w.Schedule(key(6), past.Add(-time.Second))         // likewise
		w.Schedule(key(7), noon.Add(100*365*24*time.Hour)) // another lap
		wantTags(t, "at past, "+back.String(), w.Advance(past, nil), 6, 5)
		next, _ := w.Next()
		if next.After(ceilMs(noon.Add(-back / 2))) {
			t.Errorf("back %v: Next %v is after the earliest due %v", back, next, noon.Add(-back/2))
		}
		wantTags(t, "just before", w.Advance(noon.Add(-back/2-1), nil))
		wantTags(t, "at half the way, "+back.String(), w.Advance(ceilMs(noon.Add(-back/2)), nil), 4)
		wantTags(t, "just before noon", w.Advance(noon.Add(-1), nil))
		wantTags(t, "at noon", w.Advance(noon, nil), 3)
		wantTags(t, "later", w.Advance(noon.Add(time.Hour), nil), 2, 1)
		wantTags(t, "much later", w.Advance(noon.Add(101*365*24*time.Hour), nil), 7)
	}
}

func TestDuesBeyondAllMeasureDoNotWrapAround(t *testing.T) {
	w := New[ref](noon)
	w.Schedule(key(1), time.Unix(math.MaxInt64, 999_999_999))
	w.Schedule(key(2), time.Unix(math.MaxInt64/1000+1, 0)) // its milliseconds would overflow
	w.Schedule(key(3), time.Unix(math.MinInt64, 0))
	wantTags(t, "a million years on", w.Advance(noon.AddDate(1e6, 0, 0), nil), 3)
	if w.Len() != 2 {
		t.Errorf("Len: got %d, want 2", w.Len())
	}
}

func TestSleepingByNextAloneFiresEachOnItsTick(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	w := New[ref](noon)
	dues := map[uint32]time.Time{}
	for i := range 1000 {
		due := noon.Add(time.Duration(rng.Int64N(1 << (20 + rng.IntN(40)))))
		dues[uint32(i)] = ceilMs(due)
		w.Schedule(key(i), due)
	}
	passes := 0
	for now, ok := w.Next(); ok; now, ok = w.Next() {
		passes++
		for _, k := range w.Advance(now, nil) {
			if !now.Equal(dues[k.Tag]) {
				t.Errorf("key %d came at %v, want %v", k.Tag, now, dues[k.Tag])
			}
			delete(dues, k.Tag)
		}
		if passes > 20_000 {
			t.Fatalf("Next does not lead on: still %v with %d pending", now, w.Len())
		}
	}
	// An entry may cost one pass on each level, and each lap within 36 years one more.
	if limit := 1000*levels + 36*8; passes > limit || len(dues) > 0 {
		t.Errorf("got %d passes with %d left, want at most %d and none", passes, len(dues), limit)
	}
}

func TestNextIsFalseWhenEmpty(t *testing.T) {
	w := New[ref](noon)
	h := w.Schedule(key(1), noon.Add(-time.Hour))
	w.Cancel(h)
	if next, ok := w.Next(); ok {
		t.Errorf("Next after the only entry was cancelled: got %v", next)
	}
	w.Schedule(key(2), noon.Add(time.Hour))
	w.Advance(noon, nil)
	if next, ok := w.Next(); !ok || next.Before(noon) {
		t.Errorf("Next with one entry in an hour: got %v, %v; a cancelled one must not keep us awake", next, ok)
	}
}

func TestUnderConcurrencyEachKeyEndsOnce(t *testing.T) {
	const workers, each = 4, 2000
	w := New[ref](noon)
	var cancelled [workers]int
	var seen [workers * each]int
	var wg sync.WaitGroup
	for g := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 1))
			var held []Handle
			for i := range each {
				held = append(held, w.Schedule(key(g*each+i), noon.Add(time.Duration(rng.Int64N(int64(time.Second))))))
				if w.Cancel(held[rng.IntN(len(held))]) {
					cancelled[g]++
				}
				w.Next()
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	fired, rng := 0, rand.New(rand.NewPCG(9, 9))
	pass := func(now time.Time) {
		for _, k := range w.Advance(now, nil) {
			seen[k.Tag]++
			fired++
		}
	}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			pass(noon.Add(time.Duration(rng.Int64N(int64(time.Second))))) // forward and backward
		}
	}
	pass(noon.Add(time.Hour))
	sum := fired
	for _, n := range cancelled {
		sum += n
	}
	if sum != workers*each || w.Len() != 0 || slices.Max(seen[:]) > 1 {
		t.Errorf("got %d fired and cancelled, %d left, a key up to %d times; want %d, 0, 1", sum, w.Len(), slices.Max(seen[:]), workers*each)
	}
}
