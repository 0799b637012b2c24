package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// A replay runs what is recorded of a period on a virtual clock, twice: as things stand now, and with changes. It goes the same road as
// the motor, [booking.Decide] over facts as they were and the script behind the walls, up to the text; there it ends. It writes nothing
// but its own rows. One runs at a time in an account, in one goroutine, which steps aside while work is due and holds at most one of the
// worker processes that run scripts. It lives in this process only: a stop or a crash ends it, and its row says so.

// ReplayIn says what is replayed.
type ReplayIn struct {
	From, To  time.Time                    // sessions that began in it; To is exclusive: see booking.ReadReplayPeriod
	Scheduler booking.SchedulerID          // empty: all
	Edit      func(*booking.Account) error // lays changed settings over the account's; nil: none
	Delay     *booking.Duration            // of every scheduler that is replayed; nil: as it is
	Scripts   map[string]ReplayScript
	By        string
}

// ReplayScript is the version of a script that is replayed.
type ReplayScript struct {
	Version *int   // nil: Source
	Source  string // a draft that is not kept
}

// The bounds of replays.
const (
	maxReplays     = 10     // kept in an account; older ones go
	maxReplayItems = 10_000 // rows kept of one replay, of sessions that differ and of those that do not each; all are counted
	replayBatch    = 25     // rows in one transaction
	replayTell     = time.Second
)

// replays are those under way, one in an account at most.
type replays struct {
	mu   sync.Mutex
	life context.Context // of the motor
	jobs map[booking.AccountID]*replayJob
}

func (r *replays) open(life context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.life, r.jobs = life, map[booking.AccountID]*replayJob{}
}

func (r *replays) of(a booking.AccountID) *replayJob {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jobs[a]
}

// forget keeps a replay under way from writing down anything of a person who is being erased.
func (r *replays) forget(a booking.AccountID, p booking.Phone) {
	if j := r.of(a); j != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.gone[p] = true
	}
}

// replayJob is one replay under way.
type replayJob struct {
	e             *Engine
	account       booking.AccountID
	id            string
	before, after replaySide
	stop          context.CancelFunc
	ended         chan struct{}

	mu        sync.Mutex
	v         booking.Replay
	items     []booking.ReplayItem // not written yet
	gone      map[booking.Phone]bool
	told      time.Time
	cancelled bool
}

// StartReplay begins a replay and gives its row; the work goes on behind. Refused are changes that could not be made, and a second
// replay (replay_running).
func (e *Engine) StartReplay(ctx context.Context, a booking.AccountID, in ReplayIn) (booking.Replay, error) {
	now := e.now()
	v := booking.Replay{ID: newID(now), From: in.From, To: in.To, Scheduler: in.Scheduler, By: in.By, State: booking.ReplayRunning, BeganAt: now}
	switch {
	case !e.started.Load():
		return v, e.Ready(ctx)
	case e.o.Scripts == nil:
		return v, e.noWalls()
	}
	if was, ok, err := known[booking.Replay](ctx, e, a); err != nil || ok {
		return was, err
	}
	before, after, err := e.replaySides(ctx, a, &v, in)
	if err != nil {
		return v, err
	}
	j := &replayJob{e: e, account: a, before: before, after: after, id: v.ID, v: v, told: now, ended: make(chan struct{}), gone: map[booking.Phone]bool{}}
	life, err := e.replays.admit(a, j)
	if err != nil {
		return v, err
	}
	old, err := e.putNewReplay(ctx, a, v)
	if err != nil {
		e.replays.drop(a, j)
		return v, err
	}
	e.running.Go(func() {
		defer e.replays.drop(a, j)
		if err := e.forgetReplays(life, a, old); err != nil && life.Err() == nil {
			e.log.Warn("old replays could not be removed", "err", err)
		}
		j.finish(j.run(life))
	})
	return v, nil
}

// admit takes a replay in, unless one is under way.
func (r *replays) admit(a booking.AccountID, j *replayJob) (life context.Context, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if was := r.jobs[a]; was != nil {
		return nil, booking.Refuse(booking.Conflict, "replay_running", "", "another replay is under way: "+was.id, "wait for its end, or cancel it with POST /v1/replays/"+was.id+"/cancel")
	}
	life, j.stop = context.WithCancel(r.life)
	r.jobs[a] = j
	return life, nil
}

func (r *replays) drop(a booking.AccountID, j *replayJob) {
	j.stop()
	r.mu.Lock()
	delete(r.jobs, a)
	r.mu.Unlock()
	close(j.ended)
}

// putNewReplay writes the row of a new replay and gives the IDs of those for which there is no room any more.
func (e *Engine) putNewReplay(ctx context.Context, a booking.AccountID, v booking.Replay) (old []string, err error) {
	_, err = apply(ctx, e, a, func(t *txn) (booking.Replay, error) {
		old = nil
		all, _, err := t.Replays(a, "", 2*maxReplays)
		if err != nil {
			return v, err
		}
		for i, o := range all {
			if i >= maxReplays-1 && o.ID != v.ID {
				old = append(old, o.ID)
			}
		}
		return v, t.PutReplay(a, v)
	})
	return old, err
}

// forgetReplays removes replays with all that they found.
func (e *Engine) forgetReplays(ctx context.Context, a booking.AccountID, ids []string) error {
	for _, id := range ids {
		if err := e.eraseUnder(ctx, a, "replayed", id); err != nil {
			return err
		}
		if err := e.update(ctx, func(t *txn) error { return t.DeleteReplay(a, id) }); err != nil {
			return err
		}
	}
	return nil
}

// CancelReplay ends a replay that is under way; what it found until then stays. One that has ended stays as it is.
func (e *Engine) CancelReplay(ctx context.Context, a booking.AccountID, id string) (booking.Replay, error) {
	if err := e.endReplay(ctx, a, id); err != nil {
		return booking.Replay{}, err
	}
	return e.replay(ctx, a, id)
}

// DeleteReplay ends a replay and removes what it found.
func (e *Engine) DeleteReplay(ctx context.Context, a booking.AccountID, id string) error {
	if _, err := e.replay(ctx, a, id); err != nil {
		return err
	}
	if err := e.endReplay(ctx, a, id); err != nil {
		return err
	}
	return e.forgetReplays(ctx, a, []string{id})
}

// endReplay cancels a replay and waits until it has stopped.
func (e *Engine) endReplay(ctx context.Context, a booking.AccountID, id string) error {
	j := e.replays.of(a)
	if j == nil || j.id != id {
		return nil
	}
	j.mu.Lock()
	j.cancelled = true
	j.mu.Unlock()
	j.stop()
	return j.wait(ctx)
}

// AwaitReplay waits until a replay has ended or ctx does, and gives it as it stands then.
func (e *Engine) AwaitReplay(ctx context.Context, a booking.AccountID, id string) (booking.Replay, error) {
	if j := e.replays.of(a); j != nil && j.id == id {
		_ = j.wait(ctx)
	}
	return e.replay(context.WithoutCancel(ctx), a, id)
}

func (j *replayJob) wait(ctx context.Context) error {
	select {
	case <-j.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) replay(ctx context.Context, a booking.AccountID, id string) (v booking.Replay, err error) {
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		v, err = FindReplay(s, a, id)
		return err
	})
	return v, err
}

// FindReplay gives a replay, or says that there is none of that ID.
func FindReplay(s *storage.Snapshot, a booking.AccountID, id string) (booking.Replay, error) {
	v, err := s.Replay(a, id)
	if err == nil && v == nil {
		err = booking.Refuse(booking.NotFound, "unknown_replay", "id", "there is no such replay", "GET /v1/replays lists them; they are kept for 30 days, the last ten of them")
	}
	if err != nil {
		return booking.Replay{}, err
	}
	return *v, nil
}

// finish writes down how the replay ended, also when everything else stops.
func (j *replayJob) finish(err error) {
	j.mu.Lock()
	j.v.EndedAt = j.e.now()
	switch {
	case j.cancelled:
		j.v.State = booking.ReplayCancelled
	case err == nil:
		j.v.State = booking.ReplayDone
	case errors.Is(err, context.Canceled):
		j.v.State = booking.ReplayInterrupted
	default:
		j.v.State, j.v.Fault = booking.ReplayFailed, err.Error()
		j.e.log.Error("a replay failed", "replay", j.v.ID, "err", err)
	}
	j.mu.Unlock()
	if err := j.flush(context.WithoutCancel(j.e.replays.life)); err != nil {
		j.e.log.Error("the end of a replay could not be written down", "replay", j.v.ID, "err", err)
	}
}

// endReplays says of replays that an earlier process left that they were interrupted.
func (e *Engine) endReplays(ctx context.Context) error {
	var accounts []booking.AccountID
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		accounts, err = s.Accounts()
		return err
	})
	for _, a := range accounts {
		if err != nil {
			return err
		}
		err = e.update(ctx, func(t *txn) error {
			all, _, err := t.Replays(a, "", 2*maxReplays)
			for _, v := range all {
				if err != nil || v.Ended() {
					continue
				}
				v.State, v.EndedAt = booking.ReplayInterrupted, t.Now
				err = t.PutReplay(a, v)
			}
			return err
		})
	}
	return err
}

// found takes in what came of one session or conversation; nil: it is only counted as looked at.
func (j *replayJob) found(ctx context.Context, it *booking.ReplayItem) error {
	j.mu.Lock()
	j.v.Done++
	if it != nil && !j.gone[it.Phone] {
		class := 0
		if it.Differs != booking.ReplaySame {
			class = 1
		}
		if it.Differs == booking.ReplayReply {
			j.v.CountReply()
		} else {
			j.v.Count(*it, j.before.account.Settings.Price(), j.after.account.Settings.Price())
		}
		if j.v.Kept[class] < maxReplayItems {
			j.v.Kept[class]++
			it.N = j.v.Kept[class]
			j.items = append(j.items, *it)
		}
	}
	full := len(j.items) >= replayBatch || j.e.now().Sub(j.told) >= replayTell
	j.mu.Unlock()
	if !full {
		return nil
	}
	return j.flush(ctx)
}

// flush writes down what was found. It holds the job, so that whoever is erased meanwhile is not written afterwards.
func (j *replayJob) flush(ctx context.Context) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	v := j.v.Clone()
	items := j.items[:0:0]
	for _, it := range j.items {
		if !j.gone[it.Phone] || it.Phone == "" {
			items = append(items, it)
		}
	}
	for first := true; first || len(items) > 0; first = false {
		batch := items[:min(len(items), replayBatch)]
		err := j.e.update(ctx, func(t *txn) error {
			for _, it := range batch {
				if err := t.PutReplayItem(j.account, v, it); err != nil {
					return err
				}
			}
			return t.PutReplay(j.account, v)
		})
		if err != nil {
			return fmt.Errorf("write down what a replay found: %w", err)
		}
		items = items[len(batch):]
	}
	j.items, j.told = nil, j.e.now()
	return nil
}

// replayNotes say what was not replayed, and why.
type replayNotes []string

func (n *replayNotes) add(format string, args ...any) { *n = append(*n, fmt.Sprintf(format, args...)) }
