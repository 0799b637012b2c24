package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/wheel"
	"github.com/rebookhq/rebook/storage"
)

// benchCallers is how many do the same at once, as in perf.md.
const benchCallers = 64

// disk measures how often one writer can sync 4 KiB: the floor under everything durable.
func (b *trialBench) disk(ctx context.Context) error {
	f, err := os.Create(filepath.Join(b.dir, "probe"))
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 4096)
	syncs, err := b.rate(ctx, 1, b.lasting/3, func(context.Context) error {
		if _, err := f.WriteAt(block, 0); err != nil {
			return err
		}
		return f.Sync()
	})
	b.fsync = syncs.perSecond
	b.add("disk: syncs of 4 KiB by one writer", "%s/s", thousands(b.fsync))
	return err
}

// wheel measures a million timers in memory, beside as many of Go's own.
func (b *trialBench) wheel(context.Context) error {
	type key struct { // as large as the engine's
		ref [16]byte
		tag uint32
	}
	start := b.p.now()
	before := heap()
	w := wheel.New[key](start)
	handles := make([]wheel.Handle, b.timers)
	at := func(i int) time.Time { return start.Add(time.Minute + time.Duration(i%100_000)*time.Millisecond) }
	began := b.p.now()
	for i := range handles {
		handles[i] = w.Schedule(key{ref: [16]byte{byte(i)}, tag: uint32(i)}, at(i))
	}
	scheduled := b.p.now()
	bytes := float64(heap()-before) / float64(b.timers)
	resumed := b.p.now()
	for _, h := range handles {
		w.Cancel(h)
	}
	ours := (scheduled.Sub(began) + b.p.now().Sub(resumed)) / time.Duration(b.timers)
	runtime.KeepAlive(w)

	timers := make([]*time.Timer, b.timers)
	began = b.p.now()
	for i := range timers {
		timers[i] = time.AfterFunc(at(i).Sub(start), func() {})
	}
	for _, t := range timers {
		t.Stop()
	}
	theirs := b.p.now().Sub(began) / time.Duration(b.timers)
	b.judged(ours*2 <= theirs, fmt.Sprintf("≤ %d ns (half of AfterFunc here)", theirs.Nanoseconds()/2),
		"wheel: schedule + cancel, "+thousands(float64(b.timers))+" pending", "%d ns", ours.Nanoseconds())
	b.judged(math.Round(bytes) <= 48, "≤ 48 B (key of 20 B and handle included)", "wheel: memory of one timer", "%.0f B", bytes)
	return nil
}

// heap gives the bytes in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// enqueue measures what the delayed-job queues of perf.md do: one row of 400 bytes with its due-key put on disk, and taken off
// again, by 64 callers.
func (b *trialBench) enqueue(ctx context.Context) (err error) {
	store, err := storage.Open(storage.Options{Dir: filepath.Join(b.dir, "enqueue"), Now: b.p.now})
	if err != nil {
		return err
	}
	defer together(&err, store.Close)
	var next, last atomic.Int64
	body, due := strings.Repeat("x", 330), b.p.now().Add(24*time.Hour).Truncate(time.Millisecond)
	job := func(i int64) (booking.OptOut, booking.Due) { // an opt-out is the store's simplest row
		ref := fmt.Sprintf("00000000-0000-7000-8000-%012x", i)
		return booking.OptOut{Phone: booking.Phone(benchPhone(i)), Text: body, At: due},
			booking.Due{Account: engine.MainAccount, At: due.Add(time.Duration(i) * time.Millisecond), Kind: booking.KindWake, Ref: ref}
	}
	puts, err := b.rate(ctx, benchCallers, b.lasting, func(ctx context.Context) error {
		row, d := job(next.Add(1))
		return store.Update(ctx, func(tx *storage.Tx) error {
			return errors.Join(tx.PutOptOut(engine.MainAccount, row), tx.Arm(d))
		})
	})
	if err != nil {
		return err
	}
	cancels, err := b.rate(ctx, benchCallers, b.lasting, func(ctx context.Context) error {
		i := last.Add(1)
		if i > next.Load() {
			return errEnough
		}
		row, d := job(i)
		return store.Update(ctx, func(tx *storage.Tx) error {
			return errors.Join(tx.DeleteOptOut(engine.MainAccount, row.Phone), tx.Disarm(d))
		})
	})
	b.judged(puts.perSecond >= 8*b.fsync, fmt.Sprintf("≥ %s/s (8 × the syncs)", thousands(8*b.fsync)),
		"durable enqueue (row and due-key), 64 callers", "%s", puts)
	b.judged(cancels.perSecond >= 37_200, "≥ 37 k/s (3 × asynq)", "durable cancel, 64 callers", "%s", cancels)
	return err
}

// ingest measures session events and completions from 64 callers: the engine with all it does.
func (b *trialBench) ingest(ctx context.Context) (err error) {
	r, err := b.room(ctx, "ingest", b.p.now, 24*time.Hour, nowhere{})
	if err != nil {
		return err
	}
	defer together(&err, r.close)
	var mu sync.Mutex
	var clients []string
	events, err := b.rate(ctx, benchCallers, b.lasting, func(ctx context.Context) error {
		client, err := r.leave(ctx, b.p.now())
		mu.Lock()
		clients = append(clients, client)
		mu.Unlock()
		return err
	})
	if err != nil {
		return err
	}
	cancels, err := b.rate(ctx, benchCallers, b.lasting, func(ctx context.Context) error {
		mu.Lock()
		if len(clients) == 0 {
			mu.Unlock()
			return errEnough
		}
		client := clients[len(clients)-1]
		clients = clients[:len(clients)-1]
		mu.Unlock()
		return r.finish(ctx, client)
	})
	b.add("session events with all their logic, durable, 64 callers", "%s", events)
	b.add("completions with all their logic, durable, 64 callers", "%s", cancels)
	return err
}

// http measures the same events through the whole daemon, in a process of its own.
func (b *trialBench) http(ctx context.Context) error {
	dir := filepath.Join(b.dir, "http")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	d, err := b.p.newChild(dir, demoSeed)
	if err != nil {
		return err
	}
	defer d.kill()
	if _, err := d.start(ctx, b.p.now); err != nil {
		return err
	}
	var mu sync.Mutex
	n := int64(0)
	events, err := b.rate(ctx, benchCallers, b.lasting, func(ctx context.Context) error {
		mu.Lock()
		n++
		i := n
		mu.Unlock()
		_, err := d.api.Sessions.Report(client.WithIdempotencyKey(ctx, ""), wire.Event{ // as pages report: without a key
			Scheduler: demoScheduler, Session: fmt.Sprintf("bench-%d", i), Event: "started", Service: "AC repair",
			Customer: wire.Customer{FirstName: "Ada", Phone: benchPhone(i)},
			Consent:  &wire.Consent{SMS: true, Text: demoConsent},
		})
		return err
	})
	b.judged(events.perSecond >= 14_300, "≥ 14 k/s (6 × PocketBase)", "session events over HTTP, durable, 64 connections", "%s/s", thousands(events.perSecond))
	return err
}
