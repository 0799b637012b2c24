package wheel

import (
	"context"
	"time"
)

// longestNap bounds the sleep of Run in monotonic time. A wall clock that was set, or a machine that slept, is noticed after
// it at the latest.
const longestNap = time.Second

// Run is the loop around Advance: it sleeps until the next entry may be due and hands what is due to fire, until ctx is done.
// It sleeps no longer than one second, and wakes when something earlier is scheduled. One goroutine runs it at a time.
//
// now is the wall clock. fire is called outside the lock, so it may schedule and cancel; the next pass waits for it. Its slice
// is used again for the next call, keep a copy if need be; it stays as large as the largest burst. Cancel reports false for a
// key that is on its way to fire.
func (w *Wheel[K]) Run(ctx context.Context, now func() time.Time, fire func(keys []K)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var keys []K
	for ctx.Err() == nil {
		if keys = w.Advance(now(), keys[:0]); len(keys) > 0 {
			fire(keys)
		}
		timer.Reset(w.nap(now()))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-w.wake:
		}
	}
}

// nap returns how long Run may sleep from now on, and tells Schedule until when that is. Both happen under one lock: an entry
// is either seen here or wakes the sleeper.
func (w *Wheel[K]) nap(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	nap := longestNap
	if tick := w.next(); tick != never {
		nap = min(nap, max(0, time.UnixMilli(tick).Sub(now)))
	}
	w.alarm = ceilTick(now.Add(nap))
	return nap
}
