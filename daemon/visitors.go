package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
)

// visitors are the self-test's customers: each comes to the booking page, gives a number of its own, and leaves. They go on
// while the daemon is killed under them, and keep exact books of what was acknowledged.
type visitors struct {
	api   *client.Client
	now   func() time.Time
	delay time.Duration

	mu   sync.Mutex // guards all below
	rand *rand.Rand
	all  []*visitor
}

// visitor is one session and what the daemon acknowledged of it.
type visitor struct {
	client  string
	phone   string // E.164
	consent bool
	session string            // our name, from the first acknowledgement; "" when nothing was acknowledged
	fields  map[string]string // every acknowledged event left one here, and the session must still have them all
	left    time.Time         // when it left, acknowledged; zero: not
	done    time.Time         // when the acknowledgement of a completed booking came; zero: none
}

// qualified: such a visitor must get its text.
func (v *visitor) qualified() bool { return v.consent && !v.left.IsZero() && v.done.IsZero() }

// due is when its text is planned.
func (s *visitors) due(v *visitor) time.Time { return v.left.Add(s.delay) }

// visitorsMax is how many numbers there are: each area code has a hundred that are set aside for fiction.
const visitorsMax = 800 * 100

// come lets n visitors at a time come, one after the other, until ctx ends. Each finishes its story even then: the daemon
// is back at some time, and a page repeats what was not acknowledged.
func (s *visitors) come(ctx context.Context, n int, pause time.Duration) error {
	errs := make(chan error, n)
	for range n {
		go func() { errs <- s.queue(ctx, pause) }()
	}
	var all error
	for range n {
		all = errors.Join(all, <-errs)
	}
	return all
}

func (s *visitors) queue(ctx context.Context, pause time.Duration) error {
	for sleep(ctx, pause) {
		v, fate := s.next()
		if v == nil {
			return nil
		}
		if err := s.visit(context.WithoutCancel(ctx), v, fate); err != nil {
			return err
		}
	}
	return nil
}

// fate is what a visitor will do.
type fate struct {
	early  time.Duration // its page reports the leaving this much late: due times spread
	finish bool          // it books after all, right after leaving
}

func (s *visitors) next() (*visitor, fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.all)
	if n == visitorsMax {
		return nil, fate{}
	}
	v := &visitor{
		client: fmt.Sprintf("visitor-%d", n), phone: fmt.Sprintf("+1%03d55501%02d", 200+n/100, n%100),
		consent: s.rand.IntN(10) > 0, fields: map[string]string{},
	}
	s.all = append(s.all, v)
	return v, fate{early: time.Duration(s.rand.Int64N(int64(s.delay))), finish: s.rand.IntN(10) == 0}
}

// visit plays one visitor.
func (s *visitors) visit(ctx context.Context, v *visitor, f fate) error {
	err := s.report(ctx, v, wire.Event{
		Event: "started", Customer: wire.Customer{FirstName: "Ada", Phone: v.phone}, Service: "AC repair",
		Consent: &wire.Consent{SMS: v.consent, Text: "Text me about my booking."},
	})
	if err != nil {
		return err
	}
	if err := s.report(ctx, v, wire.Event{Event: "abandoned"}); err != nil {
		return err
	}
	s.mu.Lock()
	v.left = s.now()
	s.mu.Unlock()
	if !f.finish {
		return nil
	}
	sleep(ctx, f.early) // somewhere before its text is due
	if err := s.report(ctx, v, wire.Event{Event: "completed"}); err != nil {
		return err
	}
	s.mu.Lock()
	v.done = s.now()
	s.mu.Unlock()
	return nil
}

// report posts one event until it is acknowledged, as a page does: with the same Idempotency-Key.
func (s *visitors) report(ctx context.Context, v *visitor, ev wire.Event) error {
	name := ev.Event
	ev.Scheduler, ev.Session = demoScheduler, v.client
	ev.Fields = wire.Fields{"seen_" + name: v.client}
	ctx = client.WithIdempotencyKey(ctx, v.client+"-"+name)
	give := s.now().Add(2 * time.Minute)
	for {
		tracked, err := s.api.Sessions.Report(ctx, ev)
		if err == nil {
			s.mu.Lock()
			v.session = tracked.Session
			v.fields["seen_"+name] = v.client
			s.mu.Unlock()
			return nil
		}
		if no, ok := errors.AsType[*client.Error](err); ok && no.Status < 500 && no.Status != 429 {
			return fmt.Errorf("the daemon refuses %s of %s: %w", name, v.client, err)
		}
		if s.now().After(give) {
			return fmt.Errorf("the daemon did not take %s of %s within two minutes: %w", name, v.client, err)
		}
		sleep(ctx, 20*time.Millisecond)
	}
}

// known gives the visitors so far.
func (s *visitors) known() []*visitor {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// nextDue gives the first planned text after t; zero when none is known.
func (s *visitors) nextDue(t time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	var dues []time.Time
	for _, v := range s.all[max(0, len(s.all)-500):] {
		if v.qualified() && s.due(v).After(t) {
			dues = append(dues, s.due(v))
		}
	}
	if len(dues) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(dues, func(a, b time.Time) int { return cmp.Compare(a.UnixNano(), b.UnixNano()) })
}
