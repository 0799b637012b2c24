package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// burstAtMost bounds the burst on a slow machine: the rate is told after this long, though some texts are still to come.
const burstAtMost = 20 * time.Second

// burst measures follow-ups that are due in the same millisecond: fired, decided, rendered, claimed, begun, handed to
// a carrier that does nothing, settled.
func (b *trialBench) burst(ctx context.Context) (err error) {
	const delay = 100 * time.Second // within the horizon: the wheel holds them all
	var jump atomic.Int64
	now := func() time.Time { return b.p.now().Add(time.Duration(jump.Load())) }
	r, err := b.room(ctx, "burst", now, delay, nowhere{})
	if err != nil {
		return err
	}
	defer together(&err, r.close)
	left := now()
	if err := r.load(ctx, b.due, func(int64) time.Time { return left }); err != nil {
		return err
	}
	// Let the clock jump until just before the moment; the wheel bears that.
	due := left.Add(delay)
	jump.Add(int64(due.Sub(now()) - 100*time.Millisecond))
	if !sleep(ctx, due.Sub(now())) {
		return ctx.Err()
	}
	watch := b.stopwatch()
	for r.engine.Stats().Sent < uint64(b.due) && now().Sub(due) < burstAtMost {
		if !sleep(ctx, 10*time.Millisecond) {
			return ctx.Err()
		}
	}
	fires := watch(int64(r.engine.Stats().Sent))
	b.judged(fires.perSecond >= 15_000, "≥ 15 k/s (rendering included)", thousands(float64(b.due))+" due at once: fired, claimed, sent, settled", "%s", fires)
	return nil
}

// load leaves n sessions as fast as it can, the i-th at at(i).
func (r *room) load(ctx context.Context, n int64, at func(i int64) time.Time) error {
	last := r.next.Load() + n
	_, err := callers(ctx, benchCallers, func(ctx context.Context) error {
		i := r.next.Load()
		if i >= last {
			return errEnough
		}
		_, err := r.leave(ctx, at(i))
		return err
	})
	return err
}

// lateness measures how late texts are at a steady 1,000 a second, while as many sessions come in: from the time planned to
// the moment the carrier is called, the durable claim in between.
func (b *trialBench) lateness(ctx context.Context) (err error) {
	const delay, perSecond = 2 * time.Second, 1000
	var mu sync.Mutex
	planned := map[booking.Phone]time.Time{}
	var late []time.Duration
	r, err := b.room(ctx, "lateness", b.p.now, delay, nowhere{func(t booking.Text) {
		now := b.p.now()
		mu.Lock()
		defer mu.Unlock()
		late = append(late, now.Sub(planned[t.To]))
	}})
	if err != nil {
		return err
	}
	defer together(&err, r.close)
	began := b.p.now()
	total := int(perSecond * (2 * b.lasting).Seconds())
	// Evenly spread moments of leaving; each caller takes the next one.
	var taken atomic.Int64
	_, err = callers(ctx, benchCallers, func(ctx context.Context) error {
		i := taken.Add(1) - 1
		if i >= int64(total) {
			return errEnough
		}
		at := began.Add(time.Duration(i) * time.Second / perSecond)
		if !sleep(ctx, at.Sub(b.p.now())) {
			return ctx.Err()
		}
		mu.Lock()
		planned[booking.Phone(benchPhone(i+1))] = at.Add(delay)
		mu.Unlock()
		_, err := r.leaveAs(ctx, i+1, at)
		return err
	})
	if err != nil {
		return err
	}
	for r.engine.Stats().Sent < uint64(total) {
		if b.p.now().Sub(began) > time.Minute {
			return fmt.Errorf("only %d of %d texts were sent in a minute", r.engine.Stats().Sent, total)
		}
		if !sleep(ctx, 10*time.Millisecond) {
			return ctx.Err()
		}
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(late)
	early := 0
	for _, d := range late {
		if d < 0 {
			early++
		}
	}
	p99 := late[len(late)*99/100]
	b.judged(p99 <= 10*time.Millisecond, "p99 ≤ 10 ms", "lateness of texts at 1 k/s, p50 / p99", "%s / %s ms", millis(late[len(late)/2]), millis(p99))
	b.judged(early == 0, "0", "texts before their time", "%d", early)
	return nil
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
