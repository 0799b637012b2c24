// Package storagetest proves that an engine keeps the contract of [storage.KV], and breaks a good engine on purpose so
// that those above it can show that they bear it. It belongs to tests and is linked into nothing else.
package storagetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rebookhq/rebook/storage"
)

// Faults say how often what goes wrong, each as a probability from 0 to 1 for one call.
type Faults struct {
	Conflict float64       // a run's writes are thrown away and the function runs again
	Unknown  float64       // the commit happens, its answer is lost, and the function runs again
	Slow     float64       // the call first sleeps for Delay (bubble-friendly: time.Sleep)
	Delay    time.Duration // see Slow
	Down     float64       // the call fails with [storage.ErrDown] and nothing happens
}

// Invisible are faults that callers of a correct transaction function never notice.
var Invisible = Faults{Conflict: 0.3, Unknown: 0.3, Slow: 0.05, Delay: time.Millisecond}

// Faulty is an engine with faults. Which calls fail follows from the seed and the order of calls.
type Faulty struct {
	kv storage.KV

	mu     sync.Mutex
	rand   *rand.Rand
	faults Faults
	down   bool
	counts Counts
}

// Counts tell how often each fault happened, so that a test can show that it was tested at all.
type Counts struct{ Conflicts, Unknowns, Slow, Down int }

// NewFaulty puts faults over an engine. It starts without any: see [Faulty.Set].
func NewFaulty(seed uint64) *Faulty {
	return &Faulty{rand: rand.New(rand.NewPCG(seed, 1))}
}

// Wrap is for [storage.Options]: the faults come between the engine and the contract.
func (f *Faulty) Wrap(kv storage.KV) storage.KV {
	f.kv = kv
	return f
}

// Set changes the faults from now on.
func (f *Faulty) Set(v Faults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = v
}

// SetDown takes the engine down or brings it back; while it is down every call gives [storage.ErrDown].
func (f *Faulty) SetDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

// Counts gives what happened until now.
func (f *Faulty) Counts() Counts {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts
}

// errDiscard makes the engine drop what a run wrote.
var errDiscard = errors.New("injected conflict")

// View runs fn on a snapshot, or fails.
func (f *Faulty) View(ctx context.Context, fn func(storage.Getter) error) error {
	if err := f.before(); err != nil {
		return err
	}
	return f.kv.View(ctx, fn)
}

// Update runs fn, perhaps more often than the engine would.
func (f *Faulty) Update(ctx context.Context, fn func(storage.Putter) error) error {
	for {
		if err := f.before(); err != nil {
			return err
		}
		if f.hit(func(v Faults) float64 { return v.Conflict }, &f.counts.Conflicts) {
			err := f.kv.Update(ctx, func(p storage.Putter) error {
				if err := fn(p); err != nil {
					return err
				}
				return errDiscard
			})
			if !errors.Is(err, errDiscard) {
				return err
			}
			continue
		}
		err := f.kv.Update(ctx, fn)
		if err == nil && f.hit(func(v Faults) float64 { return v.Unknown }, &f.counts.Unknowns) {
			continue
		}
		return err
	}
}

// Close closes the engine.
func (f *Faulty) Close() error { return f.kv.Close() }

// before is what may go wrong before anything has happened.
func (f *Faulty) before() error {
	f.mu.Lock()
	down, delay := f.down, f.faults.Delay
	f.mu.Unlock()
	if f.hit(func(v Faults) float64 { return v.Slow }, &f.counts.Slow) {
		time.Sleep(delay)
	}
	if down || f.hit(func(v Faults) float64 { return v.Down }, &f.counts.Down) {
		return storage.ErrDown
	}
	return nil
}

func (f *Faulty) hit(odds func(Faults) float64, count *int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rand.Float64() >= odds(f.faults) {
		return false
	}
	*count++
	return true
}
