package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
)

func (p *process) selftestVerb() *cli.Command {
	c := verb("selftest", "kill a throw-away daemon again and again, and prove that nothing was lost or sent twice", "", p.selftest,
		&cli.IntFlag{Name: "kills", Value: 20, Usage: "kill it `N` times"},
		&cli.IntFlag{Name: "seed", Usage: "begin the dice at `S`, to play a run again (the timing of the machine differs all the same)"},
	)
	c.Description = "The promises: every session that qualifies ends with exactly one text, or with none and a visible unknown;\n" +
		"never two; no acknowledged event is lost; the store is whole. Exit code 1 when one is broken."
	return c
}

// How the self-test goes: a steady stream of visitors whose texts are due all the time, and a daemon that is killed around
// those very moments.
const (
	trialDelay    = time.Second
	trialSettle   = time.Second
	trialQueues   = 6                     // visitors at a time
	trialPause    = 50 * time.Millisecond // between two of a queue
	trialUp       = 400 * time.Millisecond
	trialPatience = 90 * time.Second // until all texts must be settled at the end; a lost answer alone takes 16 s
)

// trial is one run of the self-test.
type trial struct {
	p        *process
	out      *paint
	daemon   *child
	visitors *visitors
	rand     *rand.Rand
	kills    int
	ready    []time.Duration // of every start after a kill
	faults   int             // lost answers ordered from the carrier
}

// selftest runs a trial and prints the verdict.
func (p *process) selftest(ctx context.Context, c *cli.Command) (err error) {
	kills, seed := c.Int("kills"), uint64(c.Int("seed"))
	if kills < 1 || kills > 10_000 {
		return misuse("-kills %d is out of bounds; use a number from 1 to 10000", kills)
	}
	if seed == 0 {
		seed = rand.Uint64() >> 33
	}
	dir, remove, err := throwAway("selftest")
	if err != nil {
		return err
	}
	defer together(&err, remove)
	t := &trial{p: p, out: newPaint(p.stdout, p.environ), kills: kills, rand: rand.New(rand.NewPCG(seed, 1))}
	text := bytes.Replace(demoSeed, []byte(`"delay": "15s"`), fmt.Appendf(nil, `"delay": %q`, trialDelay), 1)
	t.daemon, err = p.newChild(dir, text, "REBOOK_CARRIER_SETTLE_AFTER="+trialSettle.String())
	if err != nil {
		return err
	}
	defer t.daemon.kill()
	t.visitors = &visitors{api: t.daemon.api, now: p.now, delay: trialDelay, rand: rand.New(rand.NewPCG(seed, 2))}
	t.out.printf("\n  %s  %s\n\n", t.out.bold("Rebook self-test"), t.out.dim(fmt.Sprintf("%d kills, seed %d, %s", kills, seed, dir)))
	if err := t.torment(ctx); err != nil {
		if ctx.Err() != nil {
			return notSo("stopped before the end: nothing is proved")
		}
		return err
	}
	return t.judge(ctx)
}

// torment lets visitors come and kills the daemon under them.
func (t *trial) torment(ctx context.Context) error {
	if _, err := t.daemon.start(ctx, t.p.now); err != nil {
		return err
	}
	coming, enough := context.WithCancel(ctx)
	defer enough()
	came := make(chan error, 1)
	go func() { came <- t.visitors.come(coming, trialQueues, trialPause) }()
	for i := range t.kills {
		if err := t.disturb(ctx); err != nil {
			return err
		}
		if !t.untilDue(ctx) {
			return ctx.Err()
		}
		t.daemon.kill()
		took, err := t.daemon.start(ctx, t.p.now)
		if err != nil {
			return fmt.Errorf("after kill %d: %w", i+1, err)
		}
		t.ready = append(t.ready, took)
		t.out.over("  kill %d of %d, %d sessions", i+1, t.kills, len(t.visitors.known()))
	}
	// The last daemon lives on: here a lost answer runs its whole course.
	if err := t.loseAnswers(ctx, 3); err != nil {
		return err
	}
	sleep(ctx, 2*trialDelay)
	enough()
	err := <-came
	t.out.over("")
	return err
}

// disturb now and then makes the carrier take a text and lose its answer.
func (t *trial) disturb(ctx context.Context) error {
	if t.rand.IntN(3) > 0 {
		return nil
	}
	return t.loseAnswers(ctx, 1+t.rand.IntN(3))
}

func (t *trial) loseAnswers(ctx context.Context, n int) error {
	faults := wire.CarrierFaults{Next: slices.Repeat([]wire.CarrierFault{{TimeoutAfterAccept: true}}, n)}
	t.faults += n
	if _, err := t.daemon.api.Simulator.PutFaults(ctx, faults); err != nil {
		return fmt.Errorf("set the carrier's faults: %s", why(err))
	}
	return nil
}

// untilDue waits for a moment around the time of some text: before the claim, between claim, begun and send, or after.
func (t *trial) untilDue(ctx context.Context) bool {
	moment := t.p.now().Add(time.Duration(t.rand.Int64N(int64(trialUp))))
	if due := t.visitors.nextDue(moment); !due.IsZero() {
		moment = due
	}
	moment = moment.Add(time.Duration(t.rand.Int64N(int64(15*time.Millisecond))) - 5*time.Millisecond)
	return sleep(ctx, moment.Sub(t.p.now()))
}

// settled waits until no text of a qualified visitor is under way any more, and gives what the daemon says of every
// session that it acknowledged.
func (t *trial) settled(ctx context.Context) (map[*visitor]wire.Session, error) {
	said := map[*visitor]wire.Session{}
	give := t.p.now().Add(trialPatience)
	for {
		open := 0
		for _, v := range t.visitors.known() {
			if v.session == "" || ended(said[v], v) {
				continue
			}
			f, err := t.daemon.api.Sessions.Get(ctx, v.session)
			if no, ok := errors.AsType[*client.Error](err); ok && no.Status == http.StatusNotFound {
				continue // lost: the judge will see
			}
			if err != nil {
				return nil, fmt.Errorf("read session %s: %s", v.session, why(err))
			}
			said[v] = f
			if !ended(f, v) {
				open++
			}
		}
		if open == 0 || t.p.now().After(give) {
			return said, nil
		}
		if !sleep(ctx, 200*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
}

// ended tells whether nothing more will happen with a session.
func ended(f wire.Session, v *visitor) bool {
	switch booking.FollowUpState(f.FollowUp.State) {
	case booking.FollowUpSent, booking.FollowUpUnknown, booking.FollowUpWithheld:
		return true
	}
	return v.left.IsZero() && f.Status != ""
}
