package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/rebookhq/rebook/scripts/box"
)

// Options are the sizes of a pool. The zero value of each field stands for its default.
type Options struct {
	Size         int           // workers; default: one per processor, at least 2
	Wall         time.Duration // the longest a call may run before its worker is killed; default 1 s
	Start        time.Duration // the longest a worker may take to be ready; default 10 s
	Memory       int64         // bytes a worker may take beyond what it starts with; default 256 MiB
	RecycleAfter int           // calls after which a worker is replaced; default 10,000
	Queue        int           // calls that may wait; one tenant may have half of them; default 64 a worker

	name string // argv[0]; tests start workers that misbehave
}

func (o Options) filled() Options {
	fill(&o.Size, max(2, runtime.NumCPU()))
	fill(&o.Wall, time.Second)
	fill(&o.Start, 10*time.Second)
	fill(&o.Memory, 256<<20)
	fill(&o.RecycleAfter, 10_000)
	fill(&o.Queue, 64*o.Size)
	if o.name == "" {
		o.name = workerName
	}
	return o
}

func fill[T int | int64 | time.Duration](v *T, standard T) {
	if *v <= 0 {
		*v = standard
	}
}

// Stats counts what a pool has done since it was made.
type Stats struct {
	Alive    int    // workers ready or at work
	Busy     int    // workers at work
	Waiting  int    // calls in the queue
	Calls    int64  // exchanges with a worker, repeated ones too
	Retries  int64  // calls repeated on another worker
	Killed   int64  // workers killed because a call took too long
	Died     int64  // workers that ended by themselves or broke the protocol
	Recycled int64  // workers replaced after their time, or after an error that may have left traces
	Refused  int64  // calls refused because the queue was full
	Started  int64  // workers that became ready
	Fault    string // why the last start failed; "" after a good one
}

// Pool keeps workers and hands them calls. It is safe for concurrent use.
//
// All its goroutines, timers and channels are made by NewPool and what it starts, so that a pool made outside a bubble of
// testing/synctest serves calls made inside. There the wall is not enforced, because a timer set inside counts fake time.
type Pool struct {
	options Options
	life    context.Context // until Close
	end     context.CancelFunc
	seats   sync.WaitGroup // one for each worker's place

	mu      sync.Mutex
	closed  bool
	fault   error      // why the last start failed; nil after a good one
	all     []*process // ready or at work
	idle    []*process // the last used last: it is taken first, for its caches are warm
	tenants map[string]share
	queue   []*ticket // in the order of arrival
	spare   []*ticket
	stats   Stats
}

// NewPool starts the workers in the background and returns. Whether workers can run here at all is what SelfTest tells.
func NewPool(o Options) *Pool {
	o = o.filled()
	p := &Pool{options: o, tenants: map[string]share{}}
	p.life, p.end = context.WithCancel(context.Background())
	for range o.Queue {
		p.spare = append(p.spare, &ticket{ready: make(chan *process, 1)})
	}
	for range o.Size {
		p.seats.Go(p.seat)
	}
	return p
}

// Run runs one call on a worker and gives its result, checked. A script that fails is no error: see the result's Err.
// Cancelling ctx ends the waiting and the run.
//
// tenant is on whose behalf it is: one tenant may hold all workers but one and half of the queue, so that nobody's endless
// loops stop the others. The empty tenant is the house itself and has no such bound.
//
// A call whose worker dies is repeated once if that worker had served others before, for it may have died of what they left;
// a script is a pure function of its call, so this is safe. The error is one of this package's, or that of ctx.
func (p *Pool) Run(ctx context.Context, tenant string, call box.Call) (box.Result, error) {
	for again := false; ; again = true {
		w, err := p.take(ctx, tenant)
		if err != nil {
			return box.Result{}, err
		}
		used := w.calls > 1
		result, err := w.exchange(ctx, request{id: newID(), call: call}, p.options.Wall)
		if err == nil && (w.calls >= p.options.RecycleAfter || leavesTraces(result.Err)) {
			w.kill(fateRecycle)
		}
		p.give(w, tenant)
		if err == nil || errors.Is(err, ErrTooLarge) {
			return result, err
		}
		if err = p.told(ctx, w, err); !errors.Is(err, ErrDied) || again || !used {
			return box.Result{}, err
		}
		p.count(func(s *Stats) { s.Retries++ })
	}
}

// leavesTraces tells whether a worker should not serve another call after this error: its memory may be torn to pieces, or
// the interpreter itself failed.
func leavesTraces(e *box.Error) bool {
	return e != nil && (e.Limit == box.LimitMemory || e.Limit == box.LimitInterpreter)
}

// told says what became of a worker whose exchange failed.
func (p *Pool) told(ctx context.Context, w *process, err error) error {
	switch fate(w.fate.Load()) {
	case fateCaller:
		return context.Cause(ctx)
	case fateWall:
		return fmt.Errorf("%w after %v", ErrKilled, p.options.Wall)
	case fateClosed:
		return ErrClosed
	}
	select {
	case <-w.gone: // so that its last words are there
		return fmt.Errorf("%w: %w: %s", ErrDied, err, w.how)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close kills the workers, fails the calls that wait or run with ErrClosed, and returns when every process is buried.
func (p *Pool) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		p.end()
		for _, w := range p.all {
			w.kill(fateClosed)
		}
		p.refuse(ErrClosed)
	}
	p.mu.Unlock()
	p.seats.Wait()
}

// Stats gives the counts of this moment.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Alive, s.Waiting = len(p.all), len(p.queue)
	if p.fault != nil {
		s.Fault = p.fault.Error()
	}
	return s
}

func (p *Pool) count(what func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what(&p.stats)
}
