package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// room is an engine over a durable store in this process, with a carrier that does nothing: what is measured is ours.
type room struct {
	store  *storage.Store
	engine *engine.Engine
	now    func() time.Time
	pool   *worker.Pool
	next   atomic.Int64 // number of the next session
}

// nowhere takes every text and keeps none. on, when set, is told of each.
type nowhere struct{ on func(booking.Text) }

func (n nowhere) Send(_ context.Context, t booking.Text) (string, error) {
	if n.on != nil {
		n.on(t)
	}
	return "SM" + string(t.Attempt), nil
}

func (nowhere) Find(context.Context, booking.Text, time.Time) (*booking.CarrierMessage, error) {
	return nil, nil
}

// openRoom opens an engine on the sample business in a directory of its own; delay is the follow-up's.
func openRoom(ctx context.Context, dir string, now func() time.Time, delay time.Duration, c engine.Carrier) (*room, error) {
	store, err := storage.Open(storage.Options{Dir: dir, Now: now})
	if err != nil {
		return nil, err
	}
	r := &room{store: store, now: now, pool: worker.NewPool(worker.Options{})}
	r.engine = engine.New(engine.Options{Store: store, Carrier: c, Now: now, PublicURL: "https://text.brightwater.example", Simulator: true,
		Scripts: r.pool})
	doc, err := wire.ReadSeed(demoSeed)
	if err == nil {
		var seed engine.Seed
		if seed, err = doc.Engine(); err == nil {
			seed.AdminSecret = throwAwayKey
			seed.Schedulers[0].FollowUp.Delay = booking.Duration(delay)
			_, err = r.engine.FirstStart(ctx, seed)
		}
	}
	if err == nil {
		err = r.engine.Start(ctx)
	}
	if err != nil {
		r.pool.Close()
		return nil, errors.Join(err, store.Close())
	}
	return r, nil
}

func (r *room) close() error {
	err := r.engine.Stop(context.Background())
	r.pool.Close()
	return errors.Join(err, r.store.Close())
}

// leave tracks a new session that was left at a moment, with all that qualifies it: one durable enqueue.
func (r *room) leave(ctx context.Context, at time.Time) (client string, err error) {
	return r.leaveAs(ctx, r.next.Add(1), at)
}

// leaveAs leaves as the n-th session. Every session has a number of its own; nobody is texted, since the carrier is [nowhere].
func (r *room) leaveAs(ctx context.Context, n int64, at time.Time) (client string, err error) {
	client = fmt.Sprintf("bench-%d", n)
	_, err = r.engine.Track(ctx, engine.MainAccount, booking.Event{
		Kind: booking.EventAbandoned, Scheduler: demoScheduler, ClientID: client, At: at, Service: "AC repair",
		Customer: booking.Customer{FirstName: "Ada", Phone: benchPhone(n)}, Consent: &booking.Consent{SMS: true, Text: demoConsent},
		PageURL: "https://brightwater.example/book",
	})
	return client, err
}

// finish tracks that a session was completed: one durable cancel.
func (r *room) finish(ctx context.Context, client string) error {
	_, err := r.engine.Track(ctx, engine.MainAccount, booking.Event{Kind: booking.EventCompleted, Scheduler: demoScheduler, ClientID: client})
	return err
}

// benchPhone gives each session its own number: seven digits of the exchange and line, further area codes above ten million.
func benchPhone(n int64) string {
	areas := []int{212, 213, 312, 404, 415, 503, 602, 614, 617, 713}
	const lines = 799 * 9000 // exchanges 201-999 without 555 neighbours' trouble, lines 1000-9999
	exchange, line := 201+n%lines/9000, 1000+n%9000
	return fmt.Sprintf("+1%d%03d%04d", areas[n/lines%int64(len(areas))], exchange, line)
}

// callers runs fn in n goroutines until ctx ends or one fails, and counts the calls.
func callers(ctx context.Context, n int, fn func(context.Context) error) (calls int64, err error) {
	var count atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, n)
	run, stop := context.WithCancel(ctx)
	defer stop()
	for i := range n {
		wg.Go(func() {
			for run.Err() == nil {
				if errs[i] = fn(context.WithoutCancel(ctx)); errs[i] != nil {
					if errors.Is(errs[i], errEnough) {
						errs[i] = nil
					}
					stop()
					return
				}
				count.Add(1)
			}
		})
	}
	wg.Wait()
	return count.Load(), errors.Join(errs...)
}

// errEnough ends callers in good order.
var errEnough = errors.New("enough")

// speed is how fast something was done, and what it cost: on a busy machine the cost still tells the truth.
type speed struct {
	perSecond float64
	cpu       time.Duration // of this process, per 1,000
}

func (s speed) String() string {
	return fmt.Sprintf("%s/s, %.3f CPU s per 1 k", thousands(s.perSecond), s.cpu.Seconds())
}

// stopwatch begins to measure; the function it gives ends it after n things done.
func (b *trialBench) stopwatch() func(n int64) speed {
	began, cpu := b.p.now(), cpuTime()
	return func(n int64) speed {
		spent := cpuTime() - cpu
		return speed{float64(n) / b.p.now().Sub(began).Seconds(), spent * 1000 / time.Duration(max(n, 1))}
	}
}

// rate runs fn from n callers for a while.
func (b *trialBench) rate(ctx context.Context, n int, d time.Duration, fn func(context.Context) error) (speed, error) {
	run, stop := context.WithTimeout(ctx, d)
	defer stop()
	watch := b.stopwatch()
	calls, err := callers(run, n, fn)
	return watch(calls), err
}

// room opens an engine in a fresh directory of the benchmark.
func (b *trialBench) room(ctx context.Context, name string, now func() time.Time, delay time.Duration, c engine.Carrier) (*room, error) {
	return openRoom(ctx, filepath.Join(b.dir, name), now, delay, c)
}
