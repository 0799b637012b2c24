package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/rebookhq/rebook/storage"
)

// chores is the housekeeping that nobody waits for. What must happen at its time is a due-key in the store and no chore:
// a chore that is missed is made up by the next.
var chores = []struct {
	name string
	when string
	do   func(context.Context, *house) error
}{
	// Retention is by expiry: a row past its life is not seen by anybody from that second on. This gives back its room.
	{"collect what has expired", "@every 10m", func(ctx context.Context, h *house) error { return h.store.GC(ctx) }},
	// A spot that rots on the disk is found here before somebody's opt-out is missed because of it.
	{"prove what is on the disk", "@every 24h", func(_ context.Context, h *house) error { h.prove(); return nil }},
	// An operator who saves a script wants to see it used.
	{"look into the folder of scripts", "@every 2s", func(ctx context.Context, h *house) error {
		if h.folder == nil {
			return nil
		}
		return h.folder.look(ctx)
	}},
	// A store that went down after a failed write answers nothing until it is opened anew, so the process ends and whoever
	// supervises it starts it again. A full disk is no such case: it passes.
	{"end when the store is down", "@every 15s", func(ctx context.Context, h *house) error {
		if err := h.store.Healthy(ctx); errors.Is(err, storage.ErrDown) {
			h.fail(fmt.Errorf("the store is down and must be opened anew: %w", err))
		}
		return nil
	}},
}

// proveAfter is when after the start the disk is read through for the first time: the start itself should be quick.
const proveAfter = time.Minute

// prove reads the store through and ends the daemon when it is damaged: what cannot be read cannot be honoured.
func (h *house) prove() {
	if !h.proving.TryLock() {
		return
	}
	defer h.proving.Unlock()
	if err := h.store.Prove(); err != nil {
		h.fail(fmt.Errorf("%w; restore the last backup into an empty directory", err))
	}
}

// fail ends the daemon; the first reason counts.
func (h *house) fail(err error) {
	select {
	case h.failed <- err:
	default:
	}
}

// openChores sets the chores going. One that still runs is not started a second time; one that panics is logged.
func (h *house) openChores(ctx context.Context) error {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	log := choreLog{h}
	table := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log), cron.WithChain(cron.Recover(log), cron.SkipIfStillRunning(log)))
	for _, c := range chores {
		_, err := table.AddFunc(c.when, func() {
			began := h.p.now()
			err := c.do(ctx, h)
			switch {
			case err != nil && !errors.Is(err, context.Canceled):
				h.log.Error("a chore failed; it is tried again at its next time", "chore", c.name, "error", err)
			case err == nil:
				h.log.Debug("chore done", "chore", c.name, "took", h.p.now().Sub(began))
			}
		})
		if err != nil {
			stop()
			return fmt.Errorf("chore %q: %w", c.name, err)
		}
	}
	table.Start()
	first := time.AfterFunc(proveAfter, h.prove)
	h.undo = append(h.undo, func(context.Context) error {
		first.Stop()
		h.proving.Lock() // a look at the disk under way ends before the store is closed; no other begins
		stop()           // chores work in small steps and end soon
		<-table.Stop().Done()
		return nil
	})
	return nil
}

// choreLog passes cron's complaints on; its talk about schedules is for its own developers.
type choreLog struct{ h *house }

func (l choreLog) Info(string, ...any) {}

func (l choreLog) Error(err error, msg string, keysAndValues ...any) {
	l.h.log.Error("chores: "+msg, append(keysAndValues, "error", err)...)
}
