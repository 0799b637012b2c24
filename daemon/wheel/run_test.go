package wheel

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// stage is a wheel with its runner in a bubble, and a wall clock that can be set.
type stage struct {
	*Wheel[ref]
	t     *testing.T
	start time.Time    // by the monotonic clock
	ahead atomic.Int64 // ns by which the wall clock is ahead of the bubble's
	asked atomic.Int64 // how often the runner looked at the clock: twice per round
	fired chan firing
	stop  func()
}

type firing struct {
	tags []uint32
	at   time.Duration // since start, monotonic
}

func (b *stage) wall() time.Time { return time.Now().Round(0).Add(time.Duration(b.ahead.Load())) }

func inBubble(t *testing.T, scene func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b := &stage{t: t, start: time.Now(), fired: make(chan firing, 1000)}
		b.Wheel = New[ref](b.wall())
		done := make(chan struct{})
		b.stop = func() { cancel(); <-done }
		go func() {
			defer close(done)
			b.Run(ctx, func() time.Time {
				b.asked.Add(1)
				return b.wall()
			}, func(keys []ref) {
				b.fired <- firing{tags(keys), time.Since(b.start)}
			})
		}()
		synctest.Wait()
		scene(b)
		b.stop()
		if len(b.fired) > 0 {
			t.Errorf("fired unasked: %v", <-b.fired)
		}
	})
}

// until sleeps until d after the start; everything due at that very instant has then been fired.
func (b *stage) until(d time.Duration) {
	time.Sleep(d - time.Since(b.start))
	synctest.Wait()
}

func (b *stage) want(at time.Duration, tags ...uint32) {
	b.t.Helper()
	select {
	case got := <-b.fired:
		if got.at != at || !slices.Equal(got.tags, tags) {
			b.t.Errorf("fired %v at %v, want %v at %v", got.tags, got.at, tags, at)
		}
	default:
		b.t.Errorf("nothing fired, want %v at %v", tags, at)
	}
}

func (b *stage) wantNothing() {
	b.t.Helper()
	if len(b.fired) > 0 {
		b.t.Errorf("fired %v, want nothing yet", <-b.fired)
	}
}

const ms = time.Millisecond

func TestRunFiresOnTheVeryMillisecond(t *testing.T) {
	inBubble(t, func(b *stage) {
		for i, d := range []time.Duration{1, ms, 255 * ms, 256*ms + 1, 1500 * ms, time.Hour, time.Hour, 40 * time.Hour} {
			b.Schedule(key(i), b.wall().Add(d))
		}
		b.until(40*time.Hour - 1)
		b.want(ms, 0, 1) // 1 ns is rounded up
		b.want(255*ms, 2)
		b.want(257*ms, 3)
		b.want(1500*ms, 4)
		b.want(time.Hour, 5, 6)
		b.wantNothing()
		b.until(40 * time.Hour)
		b.want(40*time.Hour, 7)
	})
}

func TestRunWakesForAnEarlierEntryOnly(t *testing.T) {
	inBubble(t, func(b *stage) {
		b.Schedule(key(1), b.wall().Add(200*ms))
		b.until(10 * ms)
		asked := b.asked.Load()
		b.Schedule(key(2), b.wall().Add(500*ms))
		synctest.Wait()
		if b.asked.Load() != asked {
			t.Error("a later entry woke the runner")
		}
		b.Schedule(key(3), b.wall().Add(50*ms))
		b.until(60 * ms)
		b.want(60*ms, 3)
		b.Schedule(key(4), b.wall().Add(-time.Hour))
		synctest.Wait()
		b.want(60*ms, 4)
		b.until(time.Second)
		b.want(200*ms, 1)
		b.want(510*ms, 2)
	})
}

func TestAnIdleRunnerLooksOncePerSecond(t *testing.T) {
	inBubble(t, func(b *stage) {
		h := b.Schedule(key(1), b.wall().Add(300*24*time.Hour))
		b.Schedule(key(2), b.wall().Add(-time.Hour))
		b.Cancel(h)
		b.Schedule(key(3), b.wall().Add(400*24*time.Hour))
		b.until(10 * ms)
		b.want(0, 2)
		before := b.asked.Load()
		b.until(time.Hour + 10*ms)
		rounds := (b.asked.Load() - before) / 2
		// 55 turns into a slot of level 2 (65.5 s) may end a sleep before the second is over.
		if rounds < 3600 || rounds > 3600+60 {
			t.Errorf("rounds in one idle hour: got %d, want about 3600", rounds)
		}
	})
}

func TestALeapOfTheClockIsNoticedWithinASecond(t *testing.T) {
	inBubble(t, func(b *stage) {
		b.Schedule(key(1), b.wall().Add(time.Hour))
		b.Schedule(key(2), b.wall().Add(48*time.Hour))
		b.until(100 * ms)
		b.ahead.Store(int64(24 * time.Hour)) // set by hand, or a lid that was closed for a day
		b.until(1100 * ms)
		got := <-b.fired
		if got.at > 1100*ms || !slices.Equal(got.tags, []uint32{1}) {
			t.Errorf("after the leap: fired %v at %v, want [1] within a second of 100 ms", got.tags, got.at)
		}
		b.until(24*time.Hour - 1)
		b.wantNothing()
		b.until(24 * time.Hour)
		b.want(24*time.Hour, 2)
	})
}

func TestAStepBackOfTheClockDelaysButNeverLosesOrHastens(t *testing.T) {
	inBubble(t, func(b *stage) {
		b.Schedule(key(1), b.wall().Add(time.Hour))
		b.Schedule(key(2), b.wall().Add(5*ms))
		b.ahead.Store(-int64(10 * time.Minute))
		// By the clock of now, though long past by the one of the last pass.
		b.Schedule(key(3), b.wall().Add(20*ms))
		b.until(19 * ms)
		b.wantNothing()
		b.until(20 * ms)
		b.want(20*ms, 3)
		b.until(10*time.Minute + 5*ms)
		b.want(10*time.Minute+5*ms, 2)
		b.until(time.Hour + 10*time.Minute - 1)
		b.wantNothing()
		b.until(time.Hour + 10*time.Minute)
		b.want(time.Hour+10*time.Minute, 1)
	})
}

func TestWhatBecomesDueDuringFireFollowsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := New[ref](start)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var got []firing
		var room *ref
		w.Schedule(key(1), start.Add(10*ms))
		w.Schedule(key(2), start.Add(30*ms))
		h := w.Schedule(key(3), start.Add(40*ms))
		stale := w.Schedule(key(4), start.Add(30*ms))
		w.Run(ctx, time.Now, func(keys []ref) {
			got = append(got, firing{tags(keys), time.Since(start)})
			switch keys[0].Tag {
			case 1:
				time.Sleep(25 * ms) // a slow engine
				w.Cancel(h)
				w.Schedule(key(5), start.Add(20*ms))
			case 5:
				if w.Cancel(stale) {
					t.Error("Cancel of a key that was just handed out: got true")
				}
				w.Schedule(key(6), start.Add(time.Minute))
				room = &keys[0]
			case 6:
				if room != &keys[0] {
					t.Error("a smaller burst after a larger one: got a new slice, want the old one again")
				}
				w.Schedule(key(7), start) // due, but the runner is being stopped
				cancel()
			}
		})
		want := []firing{{[]uint32{1}, 10 * ms}, {[]uint32{5, 2, 4}, 35 * ms}, {[]uint32{6}, time.Minute}}
		if !slices.EqualFunc(got, want, func(a, b firing) bool { return a.at == b.at && slices.Equal(a.tags, b.tags) }) {
			t.Errorf("got %v, want %v", got, want)
		}
		w.Run(ctx, time.Now, func(keys []ref) { t.Errorf("fired %v though the context was done", tags(keys)) })
		if w.Len() != 1 {
			t.Errorf("Len after the stop: got %d, want 1", w.Len())
		}
	})
}
