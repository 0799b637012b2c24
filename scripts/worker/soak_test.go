package worker

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Hostile callers do their worst beside honest ones; every honest call gets its own right answer.
func TestHonestCallsSurviveHostileNeighbours(t *testing.T) {
	const honest, calls, attempts = 3, 150, 60
	p := newPool(t, Options{Size: 2, Wall: time.Second})
	attacks := map[string]error{
		"panic": ErrDied, "exit": ErrDied, "evil:utf8": ErrDied, "evil:huge": ErrDied, "limit:memory": nil,
		"break:open": ErrDied, "spin": ErrKilled, "recurse": ErrDied,
	}
	names := []string{"panic", "exit", "evil:utf8", "evil:huge", "limit:memory", "break:open", "spin", "recurse", "panic"}

	var good, bad sync.WaitGroup
	var over atomic.Bool
	var done atomic.Int64
	for i := range 3 {
		bad.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			for !over.Load() {
				name := names[r.IntN(len(names))]
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if r.IntN(4) == 0 {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(3000))*time.Microsecond)
				}
				_, err := p.Run(ctx, "hostile", scene(name))
				cancel()
				if !errors.Is(err, attacks[name]) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ErrKilled) {
					t.Errorf("%s: %v, want %v", name, err, attacks[name])
				}
				done.Add(1)
			}
		})
	}
	for i := range honest {
		good.Go(func() {
			for n := 0; n < calls || done.Load() < attempts; n++ {
				want := strconv.Itoa(i) + "/" + strconv.Itoa(n)
				r, err := p.Run(t.Context(), "honest "+strconv.Itoa(i), echo(want))
				if err != nil || r.Text != want {
					t.Errorf("call %s: %q, %v", want, r.Text, err)
				}
			}
		})
	}
	good.Wait()
	over.Store(true)
	bad.Wait()
	t.Logf("%d hostile calls: %+v", done.Load(), p.Stats())
}
