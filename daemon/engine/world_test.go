package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

const (
	account   = engine.MainAccount
	scheduler = booking.SchedulerID("web")
	sender    = booking.Phone("+16145550123")
	words     = "I agree to receive text messages from Brightwater about my booking. Reply STOP to opt out."
)

// world is a real engine over a real store with the simulator as the carrier, inside a bubble.
type world struct {
	t       *testing.T
	store   *storage.Store
	carrier *simulator.Carrier
	options engine.Options

	mu sync.Mutex // of e, for the carrier's callbacks
	e  *engine.Engine

	tolerant bool // status callbacks may fail
	deaf     bool // status callbacks do not arrive
}

// newWorld opens a house whose follow-ups are on. It begins on Tuesday 2026-03-10 at 10:00 in Columbus, Ohio.
func newWorld(t *testing.T, edit ...func(*engine.Options)) *world {
	t.Helper()
	start := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	time.Sleep(time.Until(start))
	store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOver(t, store, edit...)
}

func newWorldOver(t *testing.T, store *storage.Store, edit ...func(*engine.Options)) *world {
	t.Helper()
	w := &world{t: t, store: store}
	var err error
	w.carrier, err = simulator.Open(simulator.Options{Now: time.Now, Status: func(u booking.StatusUpdate) {
		if w.deaf {
			return
		}
		w.mu.Lock()
		e := w.e
		w.mu.Unlock()
		if err := e.Status(context.Background(), u); err != nil && !w.tolerant {
			t.Errorf("status callback: %v", err)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.options = engine.Options{Store: store, Carrier: w.carrier, Now: time.Now, PublicURL: "https://book.example.com",
		Simulator: true, Horizon: time.Hour, Scripts: inBox(nil), Log: slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	for _, f := range edit {
		f(&w.options)
	}
	w.renew(w.options)
	if _, err := w.e.FirstStart(t.Context(), seed()); err != nil {
		t.Fatal(err)
	}
	if err := w.e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// inBox runs scripts in this process, since a bubble's time cannot hold other processes; it is told of each call first.
type inBox func(box.Call)

func (f inBox) Run(_ context.Context, _ string, c box.Call) (box.Result, error) {
	if f != nil {
		f(c)
	}
	return box.Run(c), nil
}

// activate puts a script into the library and uses it; it gives the version.
func (w *world) activate(name, source string) int {
	w.t.Helper()
	v, err := w.e.PutScript(w.t.Context(), account, engine.NewVersion{Name: name, Source: source, Author: "test"})
	w.must(err)
	_, err = w.e.ActivateScript(w.t.Context(), account, name, v.Version)
	w.must(err)
	return v.Version
}

// follow changes the scheduler's follow-up.
func (w *world) follow(edit func(*booking.FollowUpSet)) {
	w.t.Helper()
	_, err := w.e.EditScheduler(w.t.Context(), account, scheduler, func(s *booking.Scheduler) error {
		edit(&s.FollowUp)
		return nil
	})
	w.must(err)
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Logf("%s", p)
	return len(p), nil
}

func seed() engine.Seed {
	return engine.Seed{
		Account: booking.Account{Name: "Brightwater Home Services", OfficePhone: "+16145550100", Timezone: "America/New_York",
			SMSFollowUpEnabled: true, Settings: booking.DefaultSettings()},
		Registration: &booking.Registration{Status: booking.RegistrationApproved},
		Numbers:      []booking.PhoneNumber{{Number: sender, SMSCapable: true, DefaultOutbound: true}},
		Schedulers: []booking.Scheduler{{ID: scheduler, Name: "Website", URL: "https://brightwater.example/book",
			FollowUp: booking.FollowUpSet{Enabled: true}}, {ID: "quiet", Name: "Quiet", URL: "https://brightwater.example/q"}},
	}
}

// swap begins a new process over the same store, with another carrier.
func (w *world) swap(c engine.Carrier) {
	w.t.Helper()
	w.must(w.e.Stop(context.Background()))
	w.options.Carrier = c
	w.renew(w.options)
	w.must(w.e.Start(w.t.Context()))
}

// renew makes a new engine. Callbacks of the carrier go to it from then on.
func (w *world) renew(o engine.Options) {
	e := engine.New(o)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.e = e
}

func (w *world) stats() engine.Stats { return w.e.Stats() }

// close ends the house; nothing may be left running.
func (w *world) close() {
	w.t.Helper()
	if err := w.e.Stop(context.Background()); err != nil {
		w.t.Error(err)
	}
	if err := w.carrier.Close(); err != nil {
		w.t.Error(err)
	}
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}
}

func phone(n int) string { return fmt.Sprintf("+1614555%04d", 100+n%100) }

// event reports one event of page session client.
func (w *world) event(client string, kind booking.EventKind, edit ...func(*booking.Event)) booking.SessionID {
	w.t.Helper()
	ev := booking.Event{Kind: kind, Scheduler: scheduler, ClientID: client}
	for _, f := range edit {
		f(&ev)
	}
	got, err := w.e.Track(w.t.Context(), account, ev)
	if err != nil {
		w.t.Fatalf("%s %s: %v", client, kind, err)
	}
	return got.Session
}

// filled is a customer with a textable number who consented.
func filled(number string) func(*booking.Event) {
	return func(ev *booking.Event) {
		ev.Customer = booking.Customer{FirstName: "Ada", Phone: number}
		ev.Service = "AC repair"
		ev.Consent = &booking.Consent{SMS: true, Text: words}
	}
}

// idOf finds our ID of a page's session.
func (w *world) idOf(client string) (id booking.SessionID) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		id, err = s.SessionOf(account, scheduler, client)
		return err
	}))
	return id
}

func (w *world) session(id booking.SessionID) booking.Session {
	w.t.Helper()
	var s booking.Session
	err := w.store.View(w.t.Context(), func(snap *storage.Snapshot) (err error) {
		s, err = snap.Session(account, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) trace(id booking.SessionID) []booking.Finding {
	w.t.Helper()
	var f []booking.Finding
	err := w.store.View(w.t.Context(), func(snap *storage.Snapshot) (err error) {
		f, err = snap.Trace(account, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// texts gives what the carrier has sent for us to the number.
func (w *world) texts(number string) []simulator.Message {
	w.t.Helper()
	return outboundTo(w.carrier, number)
}

func outboundTo(c *simulator.Carrier, number string) (all []simulator.Message) {
	for after := ""; ; {
		page, next, err := c.Messages(after, 500)
		if err != nil {
			panic(err)
		}
		all = append(all, ours(page, number)...)
		if next == "" {
			return all
		}
		after = next
	}
}

func ours(page []simulator.Message, number string) (all []simulator.Message) {
	for _, m := range page {
		if m.Direction == simulator.Outbound && !m.Automatic && (number == "" || string(m.To) == number) {
			all = append(all, m)
		}
	}
	return all
}

func bubble(t *testing.T, fn func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, fn)
}
