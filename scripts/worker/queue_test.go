package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/scripts/box"
)

// reaches waits until the pool is in the state.
func reaches(t testing.TB, p *Pool, what string, is func(Stats) bool) {
	t.Helper()
	await(t, func() error {
		if s := p.Stats(); !is(s) {
			return fmt.Errorf("not %s: %+v", what, s)
		}
		return nil
	})
}

// occupy starts n endless scripts of the tenant. They end with the test.
func occupy(t *testing.T, p *Pool, tenant string, n int) {
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		all.Wait()
	})
	for range n {
		all.Go(func() { _, _ = p.Run(ctx, tenant, scene("spin")) }) // cancelled, all of them
	}
}

func TestOneTenantNeverHoldsAllWorkers(t *testing.T) {
	p := newPool(t, Options{Size: 3, Wall: time.Minute})
	reaches(t, p, "complete", func(s Stats) bool { return s.Alive == 3 })
	occupy(t, p, "hostile", 5)
	reaches(t, p, "occupied", func(s Stats) bool { return s.Busy == 2 && s.Waiting == 3 })
	for range 10 {
		works(t, p) // passes those who wait
	}
	if s := p.Stats(); s.Busy != 2 || s.Waiting != 3 {
		t.Errorf("%+v; want 2 at work and 3 waiting", s)
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	p := newPool(t, Options{Size: 2, Wall: time.Minute, Queue: 4})
	reaches(t, p, "complete", func(s Stats) bool { return s.Alive == 2 })
	occupy(t, p, "hostile", 3) // one at work and half the queue
	reaches(t, p, "occupied", func(s Stats) bool { return s.Busy == 1 && s.Waiting == 2 })
	fails(t, p, scene("spin"), ErrBusy)
	works(t, p)
	occupy(t, p, "", 3) // the house takes the rest
	reaches(t, p, "full", func(s Stats) bool { return s.Busy == 2 && s.Waiting == 4 })
	if _, err := p.Run(t.Context(), "honest", echo("x")); !errors.Is(err, ErrBusy) {
		t.Errorf("a call at a full queue: %v, want ErrBusy", err)
	}
	if s := p.Stats(); s.Refused != 2 {
		t.Errorf("%+v; want 2 refused", s)
	}
}

func TestCloseEndsWhatRunsAndWhatWaits(t *testing.T) {
	p := newPool(t, Options{Size: 2, Wall: time.Minute})
	ended := make(chan error, 4)
	for range 4 {
		go func() {
			_, err := p.Run(t.Context(), "", scene("spin"))
			ended <- err
		}()
	}
	reaches(t, p, "full", func(s Stats) bool { return s.Busy == 2 && s.Waiting == 2 })
	p.Close()
	for range 4 {
		if err := <-ended; !errors.Is(err, ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	}
	if _, err := p.Run(t.Context(), "", echo("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
	p.Close()
}

func TestCloseDoesNotWaitForAWorkerThatNeverStarts(t *testing.T) {
	p := badPool(t, "mute", Options{Start: time.Hour})
	p.Close()
}

func TestAWorkerIsReplacedAfterItsTime(t *testing.T) {
	p := newPool(t, Options{Size: 1, RecycleAfter: 3})
	for range 6 {
		works(t, p)
	}
	reaches(t, p, "recycled twice", func(s Stats) bool { return s.Recycled == 2 })
}

func TestAWorkerIsReplacedAfterWhatLeavesTraces(t *testing.T) {
	for limit, want := range map[string]int64{box.LimitMemory: 1, box.LimitInterpreter: 1, box.LimitInstructions: 0, "": 0} {
		p := newPool(t, Options{Size: 1})
		if r, err := p.Run(t.Context(), "a", scene("limit:"+limit)); err != nil || r.Err == nil || r.Err.Limit != limit {
			t.Fatalf("got %+v, %v", r, err)
		}
		works(t, p)
		if s := p.Stats(); s.Recycled != want || s.Retries != 0 {
			t.Errorf("after the limit %q: %+v; want %d recycled", limit, s, want)
		}
		p.Close()
	}
}

// What one call left in a worker can kill it in the next, honest one. Nobody sees it.
func TestAnHonestCallSurvivesABombOfAnother(t *testing.T) {
	p := newPool(t, Options{Size: 2})
	for range 30 {
		if r, err := p.Run(t.Context(), "hostile", scene("bomb")); err != nil || r.Text != "tick" {
			t.Fatalf("the bomb gave %+v, %v", r, err)
		}
		works(t, p)
	}
	if s := p.Stats(); s.Died != 30 || s.Retries != 30 {
		t.Errorf("%+v; want 30 dead and 30 calls repeated", s)
	}
}

// A worker forgets sources before they fill its memory, and both sides know it.
func TestManySourcesPassThrough(t *testing.T) {
	p := newPool(t, Options{Size: 1})
	texts := make([]string, 3*maxTexts>>20)
	for i := range texts {
		texts[i] = strings.Repeat(string(rune('a'+i)), 700<<10)
	}
	for range 2 {
		for i, text := range texts {
			c := scene("lengths")
			c.Source, c.Modules = text, map[string]string{"m": texts[0], "n": "short"}
			if r, err := p.Run(t.Context(), "a", c); err != nil || r.Text != "716800 716800 5" {
				t.Fatalf("source %d: %+v, %v", i, r, err)
			}
		}
	}
	if s := p.Stats(); s.Started != 1 {
		t.Errorf("%+v; want one worker to have done it all", s)
	}
	c := echo(strings.Repeat("x", maxRequest))
	if _, err := p.Run(t.Context(), "a", c); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a huge call: %v, want ErrTooLarge", err)
	}
	works(t, p)
}

// A pool made outside a bubble of fake time serves the calls made inside, the waiting ones too.
func TestAPoolServesCallsFromABubble(t *testing.T) {
	p := newPool(t, Options{Size: 2})
	synctest.Test(t, func(t *testing.T) {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if r, err := p.Run(t.Context(), "a", echo("hello")); err != nil || r.Text != "hello" {
					t.Errorf("got %+v, %v", r, err)
				}
			})
		}
		all.Wait()
		began := time.Now()
		time.Sleep(time.Hour) // the bubble's clock still runs
		if time.Since(began) != time.Hour {
			t.Error("the clock stands still")
		}
		works(t, p)
		if _, err := p.Run(t.Context(), "a", scene("panic")); !errors.Is(err, ErrDied) {
			t.Errorf("got %v, want ErrDied", err)
		}
		works(t, p)
	})
}
