// Package engine is the house's use cases: the only writer of the store and the only sender of texts. Reading asks
// storage, deciding happens in booking; here things are changed and done.
//
// # What survives what
//
// Everything that will happen later is one due-key in the store; the wheel only remembers near ones. A follow-up goes
// through four durable steps: claim (the intent, with the text, in one transaction that decides once more on the facts it
// read), begun (right before the carrier is called), the carrier's call outside any transaction, and settle. Whoever dies in
// between leaves a due-key behind:
//
//   - before the claim: the follow-up's due-key is still there, the work is done after the restart;
//   - claimed, not begun: nothing reached the carrier; the claim is released and the session decided afresh;
//   - begun: the carrier may have the text. It is asked at once and again after [Options.SettleAfter]. Found: settled. Not
//     found: the send is unknown, held and shown; it is never repeated by itself, only by a person (Resend).
//
// A store that was restored from a backup does not know what was sent since that backup: a text that was due until the
// restore is unknown too, and a claim from before it is asked about, not decided afresh.
//
// So a person gets at most one text, and a missing one is visible.
package engine

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// Carrier is the party that takes texts to phones: Twilio, or the simulator.
type Carrier interface {
	// Send hands over one text and gives the carrier's name of it. A *booking.CarrierError is an answer; any other error
	// leaves open whether the text was taken.
	Send(ctx context.Context, t booking.Text) (sid string, err error)
	// Find asks whether the carrier has a text like t that was created at or after since; nil when it has none.
	Find(ctx context.Context, t booking.Text, since time.Time) (*booking.CarrierMessage, error)
}

// Options are the parts of an engine. Zero values give the defaults named.
type Options struct {
	Store     *storage.Store
	Carrier   Carrier
	Courier   Courier             // needed as soon as there are webhooks
	Registrar Registrar           // nil: nobody registers businesses
	Lookup    Lookup              // nil: nobody can be asked for the kind of a line
	Erased    *storage.ErasedList // nil: erasures are not remembered beside the store
	// Fetch looks at a public page of the business's, bounded; nil: pages are not looked at.
	Fetch     func(ctx context.Context, url string) booking.Page
	Now       func() time.Time
	PublicURL string // of this daemon, without a trailing slash; links begin with it
	Simulator bool   // nothing is really sent: any hours may be set
	Log       *slog.Logger

	Workers     int           // texts under way at once; 128
	SendTimeout time.Duration // of one call to the carrier; 15 s
	SettleAfter time.Duration // between the first and the second question about an unknown send; 60 s
	Pace        float64       // segments a second that one sender may send; 0: no limit
	Horizon     time.Duration // due work nearer than this is held in the wheel; 2 min
	// Scripts runs scripts behind the walls; nil: the walls could not be built, WallsMissing says why, and no script runs.
	Scripts      scripts.Walls
	WallsMissing string
	Rehearser    Rehearser           // plays tests before a version is used; nil: none are played and none can be saved
	Model        Model               // nil: none is configured; scripts get model_off
	ModelBounds  booking.ModelBounds // of one thread; zero: 40 calls
	Watch        func(Deed)          // told of what was done; nil: nobody
	// Outage tells which asks of scripts fail, and with which code; nil: none does. Rehearsals play a calendar that is down.
	Outage func(ask string) (code string)
	// Converse has an agent answer a recorded conversation once more, in a house of its own; nil: replays leave conversations out.
	Converse func(context.Context, Conversation, scripts.Walls) (Conversed, error)
	// Unreachable says why neither the carrier nor a customer can reach PublicURL; empty: they can, as far as one can tell.
	Unreachable string
}

// Engine is the running house.
type Engine struct {
	o     Options
	store *storage.Store
	now   func() time.Time
	log   *slog.Logger
	epoch uint64
	// restored is when the store was restored from a backup: what was due until then may have gone out. Zero: never.
	restored time.Time

	motor  *motor
	sends  sync.Map // AttemptID of sends under way in this process
	outbox outbox

	replays replays
	pace    *pace // nil: no limit
	tally   tally
	stats   counters

	hashing hashing
	pulse   pulse

	folder atomic.Pointer[[]string] // the scripts that the operator's folder has; nil: not known yet
	tests  atomic.Uint64            // how often saved tests changed since the start

	started atomic.Bool
	stop    context.CancelFunc
	running sync.WaitGroup
}

// New puts the parts together; [Engine.Start] sets them going.
func New(o Options) *Engine {
	o.Workers = cmp.Or(o.Workers, 128)
	o.SendTimeout = cmp.Or(o.SendTimeout, 15*time.Second)
	o.SettleAfter = cmp.Or(o.SettleAfter, time.Minute)
	o.Horizon = cmp.Or(o.Horizon, 2*time.Minute)
	o.ModelBounds.Calls = cmp.Or(o.ModelBounds.Calls, 40)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Scripts == nil {
		o.WallsMissing = cmp.Or(o.WallsMissing, "no worker processes were set up")
	}
	e := &Engine{o: o, store: o.Store, now: o.Now, log: o.Log, hashing: make(hashing, 2)}
	e.tally.days = map[booking.AccountID]*day{}
	e.motor = newMotor(e)
	if o.Pace > 0 {
		e.pace = newPace(o.Pace, o.Now, func(d booking.Due) { e.motor.arm(d, e.now()) })
	}
	return e
}

// Start counts a new epoch, takes up what an earlier process left, and sets the motor going. It returns at once.
func (e *Engine) Start(ctx context.Context) error {
	if e.started.Swap(true) {
		return nil
	}
	err := e.store.Update(ctx, func(tx *storage.Tx) (err error) {
		if e.restored, err = tx.RestoredAt(); err != nil {
			return err
		}
		e.epoch, err = tx.NextEpoch()
		return err
	})
	if err == nil {
		err = e.tellOfWalls(ctx)
	}
	if err == nil {
		err = e.tellOfAddress(ctx)
	}
	if err == nil {
		err = e.tell(ctx, false, alarmModelDown, "", "") // a new process has not seen it fail
	}
	if err != nil {
		e.started.Store(false)
		return err
	}
	if err := e.watchDays(ctx); err != nil {
		e.started.Store(false)
		return err
	}
	if err := e.eraseAgain(ctx); err != nil {
		e.started.Store(false)
		return err
	}
	if err := e.miss(ctx); err != nil {
		e.started.Store(false)
		return err
	}
	if err := e.watchFilings(ctx); err != nil {
		e.started.Store(false)
		return err
	}
	if err := e.endReplays(ctx); err != nil {
		e.started.Store(false)
		return err
	}
	ctx, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	e.outbox.open(ctx)
	e.replays.open(ctx)
	if e.pace != nil {
		e.running.Go(func() { e.pace.run(ctx) })
	}
	if err := e.motor.start(ctx, &e.running); err != nil {
		e.stop()
		e.running.Wait()
		e.started.Store(false)
		return err
	}
	return nil
}

// Stop takes no new work, waits until sends under way are settled or ctx ends, and may be called twice.
func (e *Engine) Stop(ctx context.Context) error {
	if !e.started.Swap(false) {
		return nil
	}
	e.stop()
	done := make(chan struct{})
	go func() { e.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.Join(errors.New("stopped before all sends were settled; they are taken up at the next start"), ctx.Err())
	}
}

// Ready tells whether the house can do its work: the store takes writes and the motor turns.
func (e *Engine) Ready(ctx context.Context) error {
	if !e.started.Load() {
		return booking.Refuse(booking.Unavailable, "motor_stopped", "", "the motor is not running", "start the daemon, or wait until it has started")
	}
	return e.store.Healthy(ctx)
}

// Store gives the read-only half of the store.
func (e *Engine) Store() *storage.Reader { return e.store.Reader() }

// txn is one transaction of the engine. hints are told to the motor after the commit.
type txn struct {
	*storage.Tx
	hints   []booking.Due
	deeds   []Deed // told to Options.Watch after the commit
	sentbox bool   // the carrier is a [Sentbox]
}

// update runs fn in one durable transaction and then tells the motor what it armed. fn may run many times.
func (e *Engine) update(ctx context.Context, fn func(*txn) error) error {
	var hints []booking.Due
	var deeds []Deed
	audit := e.auditing(ctx)
	_, sentbox := e.o.Carrier.(Sentbox)
	err := e.store.Update(ctx, func(tx *storage.Tx) error {
		t := &txn{Tx: tx, sentbox: sentbox}
		err := audit(t, fn)
		hints, deeds = t.hints, t.deeds
		return err
	})
	if err == nil {
		e.pulse.beat()
		for _, d := range hints {
			e.motor.hint(d)
		}
		if e.o.Watch != nil {
			for _, d := range deeds {
				e.o.Watch(d)
			}
		}
	}
	return err
}

// putSession writes a session. Work is never due in the past: the low-water mark of the due index rests on it. And a page
// whose reports come late, all at once after an hour without a network, was heard now: it lapses only when no more come.
// Every change of a session comes through here, so here webhooks are told of it.
func (t *txn) putSession(a booking.Account, old *booking.Session, s booking.Session) error {
	switch {
	case s.DueAt.IsZero() || !s.DueAt.Before(t.Now):
	case s.DueKind == booking.KindLapse:
		s.DueAt = t.Now.Add(a.Settings.AbandonAfter.Std())
	default:
		s.DueAt = t.Now
	}
	if d, ok := s.Due(a.ID); ok {
		t.hints = append(t.hints, d)
	}
	if err := errors.Join(t.toldSession(a.ID, old, s), t.weigh(a.ID, old, s)); err != nil {
		return err
	}
	return t.PutSession(a.ID, old, s, a.Settings.Retention.Std())
}

func (t *txn) putAttempt(old *booking.Attempt, v booking.Attempt) error {
	if d, ok := v.Due(); ok {
		t.hints = append(t.hints, d)
	}
	return t.PutAttempt(old, v)
}

func (t *txn) arm(d booking.Due) error {
	t.hints = append(t.hints, d)
	return t.Arm(d)
}
