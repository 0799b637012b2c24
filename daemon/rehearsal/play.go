package rehearsal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// Options are what a rehearsal needs beside its document.
type Options struct {
	Scripts scripts.Walls     // runs the scripts
	Sources map[string]string // scripts by name that stand in for the program's own
	Cast    engine.Cast       // the script that writes, checked elsewhere; its name is empty for the program's own
}

const (
	runOn    = 2 * time.Minute // how long a rehearsal goes on after its last turn
	maxFires = 2000            // entries of due work in one rehearsal: more is a loop
	before   = 2 * time.Hour   // the session of a conversation was left this long before its first turn
)

// player plays one document.
type player struct {
	doc     *Document
	o       Options
	now     time.Time
	clock   atomic.Pointer[time.Time] // now, for the goroutines of store and simulator
	store   *storage.Store
	carrier *carrier
	e       *engine.Engine
	steps   *engine.Stepper
	options engine.Options

	sessions map[string]booking.SessionID // by the document's names
	began    map[string]bool
	last     booking.Inbound // of the customer
	next     int             // the turn that comes next
	at       time.Time       // of the turn before it
	mark     int             // entries of the log before the last burst
	log      log
	faults   []string
	writing  bool // a reply is being written, and time goes by
	fires    int
	failing  string // the code with which the next booking fails
}

// Run plays a document and judges the result. The error is about the document (an [*booking.Error]) or the house, not about what came of it.
func Run(ctx context.Context, d Document, o Options) (Result, error) {
	ctx = apart{ctx}
	p := &player{doc: &d, o: o, sessions: map[string]booking.SessionID{}, began: map[string]bool{}}
	if err := p.open(ctx); err != nil {
		return Result{}, fmt.Errorf("%s: %w", d.Name, err)
	}
	defer p.close()
	if err := p.play(ctx); err != nil {
		return Result{}, fmt.Errorf("%s: %w", d.Name, err)
	}
	return p.result(ctx)
}

// apart is a context that ends when another does and knows nothing of it: who is at work and under which Idempotency-Key is of the
// house that asks, not of the one that is played.
type apart struct{ context.Context }

// Value gives nothing.
func (apart) Value(any) any { return nil }

// open builds the world.
func (p *player) open(ctx context.Context) (err error) {
	p.tick(p.doc.begin())
	clock := func() time.Time { return *p.clock.Load() }
	if p.store, err = storage.Open(storage.Options{InMemory: true, Small: true, Virtual: true, Now: clock}); err != nil {
		return err
	}
	sim, err := simulator.Open(simulator.Options{Now: clock})
	if err != nil {
		return errors.Join(err, p.store.Close())
	}
	p.carrier = &carrier{Carrier: sim, player: p, crash: p.doc.Given.Crash != ""}
	for _, f := range p.doc.Given.CarrierFaults {
		p.carrier.faults = append(p.carrier.faults, f.ErrorCode)
	}
	m, err := p.model()
	if err != nil {
		return errors.Join(err, sim.Close(), p.store.Close())
	}
	p.options = engine.Options{Store: p.store, Carrier: p.carrier, Now: clock, PublicURL: "https://book.example.com", Simulator: true,
		Scripts: walls{p}, Watch: p.watch, Outage: p.outage, Model: m}
	if err = p.start(ctx); err == nil {
		err = p.build(ctx)
	}
	if err != nil {
		p.close()
	}
	return err
}

// start begins a process: the first one, or the one after a crash.
func (p *player) start(ctx context.Context) (err error) {
	p.e = engine.New(p.options)
	p.steps, err = p.e.Steps(ctx, house)
	return err
}

func (p *player) close() {
	_ = p.carrier.Close()
	_ = p.store.Close()
}

// build seeds the shop and everything that is given.
func (p *player) build(ctx context.Context) error {
	seed, err := p.doc.seed()
	if err != nil {
		return err
	}
	if _, err := p.e.FirstStart(ctx, seed); err != nil {
		return err
	}
	for _, name := range modulesFirst(p.o.Sources) {
		v, err := p.e.PutScript(ctx, house, engine.NewVersion{Name: name, Source: p.o.Sources[name], Author: "rehearsal"})
		if err != nil {
			return err
		}
		if _, err := p.e.ActivateScript(ctx, house, name, v.Version); err != nil {
			return err
		}
	}
	if err := p.hire(ctx); err != nil {
		return err
	}
	return p.recall(ctx)
}

// modulesFirst gives the names of scripts so that each comes behind those that it loads.
func modulesFirst(sources map[string]string) (order []string) {
	var put func(name string)
	put = func(name string) {
		source, ok := sources[name]
		if !ok || slices.Contains(order, name) || len(order) > len(sources) {
			return
		}
		for _, m := range scripts.Requires(source) {
			if m != name && !slices.Contains(scripts.Requires(sources[m]), name) {
				put(m)
			}
		}
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		put(name)
	}
	return order
}

// play lets the turns happen, each in its time, and what is due in between.
func (p *player) play(ctx context.Context) error {
	p.next, p.at = p.doc.history(), p.doc.Now
	first := p.next
	for p.next < len(p.doc.Turns) {
		i := p.next
		if i > first {
			p.at = p.at.Add(after(p.doc.Turns[i]))
		}
		if err := p.advance(ctx, p.at); err != nil {
			return err
		}
		if p.next != i { // it came while a reply was being written
			continue
		}
		p.next++
		if err := p.happen(ctx, i); err != nil {
			return err
		}
	}
	return p.advance(ctx, p.at.Add(runOn))
}

func after(t Turn) time.Duration {
	if t.After == nil {
		return 0
	}
	return time.Duration(*t.After)
}

// advance does all work that is due until then, in order of time, and moves the clock there.
func (p *player) advance(ctx context.Context, until time.Time) error {
	for {
		d, ok, err := p.steps.Next(ctx)
		if err != nil {
			return err
		}
		if !ok || d.At.After(until) {
			break
		}
		if p.fires++; p.fires > maxFires {
			return errors.New("the work of this rehearsal never ends")
		}
		p.tick(d.At)
		if err := p.steps.Fire(ctx, d); err != nil && !p.carrier.crashed {
			p.faults = append(p.faults, err.Error())
		}
		if p.carrier.crashed {
			p.carrier.crashed = false
			if err := p.start(ctx); err != nil {
				return err
			}
		}
		if err := p.carrier.report(ctx); err != nil {
			return err
		}
	}
	p.tick(until)
	return nil
}

// tick moves the clock on.
func (p *player) tick(to time.Time) {
	now := later(p.now, to)
	p.now = now
	p.clock.Store(&now)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// latency lets the time go by that the writing of a reply takes.
func (p *player) latency(ctx context.Context) error {
	return p.spend(ctx, time.Duration(p.doc.Given.ReplyLatency))
}

// spend lets time go by while a reply is being written: other turns may come in it.
func (p *player) spend(ctx context.Context, spent time.Duration) error {
	if spent == 0 || p.writing {
		return nil
	}
	p.writing = true
	defer func() { p.writing = false }()
	end := p.now.Add(spent)
	for p.next < len(p.doc.Turns) {
		i := p.next
		at := p.at.Add(after(p.doc.Turns[i]))
		if at.After(end) {
			break
		}
		p.tick(at)
		p.at = at
		p.next++
		if err := p.happen(ctx, i); err != nil {
			return err
		}
	}
	p.tick(end)
	return nil
}

// happen plays one live turn.
func (p *player) happen(ctx context.Context, i int) error {
	if i == p.doc.burst() {
		p.mark = len(p.log.entries)
	}
	t := p.doc.Turns[i]
	switch t.From {
	case "customer":
		p.log.add(entry{at: p.now, from: "customer", text: t.Text})
		return p.customer(ctx, t)
	case "human":
		p.log.add(entry{at: p.now, from: "human", text: t.Text})
		_, err := p.e.Say(ctx, house, p.phone(), "Denise", t.Text)
		if errors.Is(err, &booking.Error{Code: "unknown_thread"}) || errors.Is(err, &booking.Error{Code: "opted_out"}) {
			err = nil
		}
		return err
	case "system":
		p.log.add(entry{at: p.now, from: "system", text: t.Event.Kind})
		return p.system(ctx, *t.Event)
	}
	return nil // an agent's turn in the live part is what some other system wrote
}

// customer texts.
func (p *player) customer(ctx context.Context, t Turn) error {
	var media []string
	for i := range t.Media {
		media = append(media, fmt.Sprintf("https://media.example/%d", i))
	}
	m, err := p.carrier.Receive(ctx, p.phone(), p.doc.number(), t.Text, media)
	if err != nil {
		return err
	}
	p.last = booking.Inbound{SID: m.SID, From: m.From, To: m.To, Body: m.Body, Media: media, Types: t.MediaTypes, At: p.now}
	return p.e.Receive(ctx, house, p.last)
}

func (p *player) phone() booking.Phone {
	phone, _ := booking.ParsePhone(p.doc.Session.Customer.Phone)
	return phone
}

// system lets something happen that nobody texts.
func (p *player) system(ctx context.Context, h Happens) error {
	switch h.Kind {
	case "clock":
		return nil
	case "session":
		return p.page(ctx, h)
	case "handled":
		_, err := p.e.Handle(ctx, house, p.sessions[p.named(h.Session)], engine.Handled{By: h.By, Note: h.Note})
		return err
	case "booking":
		return p.elsewhere(ctx, later(time.Time{}, h.At), h.Source)
	case "outbound_elsewhere":
		return p.e.OutboundElsewhere(ctx, house, booking.CarrierMessage{SID: "SMelsewhere", From: p.doc.number(), To: p.phone(), Body: h.Text, Status: "sent", At: p.now})
	case "release":
		_, err := p.e.ReleaseThread(ctx, house, p.phone(), h.Note)
		return err
	case "redelivery":
		if p.last.SID == "" {
			return nil
		}
		return p.e.Receive(ctx, house, p.last)
	case "registration":
		_, err := p.e.SetRegistration(ctx, house, booking.Registration{Status: booking.RegistrationStatus(h.Status)})
		return err
	}
	return invalid("turns", "there is no system event "+h.Kind)
}

// named gives the name of a session in a document; the main one may have none.
func (p *player) named(name string) string { return cmp.Or(name, p.doc.Session.ID, "main") }

// page reports an event of the booking page.
func (p *player) page(ctx context.Context, h Happens) error {
	name := p.named(h.Session)
	at := h.At
	if at.IsZero() {
		at = p.now
	}
	var kinds []booking.EventKind
	if !p.began[name] && h.Event != string(booking.EventStarted) {
		kinds = append(kinds, booking.EventStarted)
	}
	kinds = append(kinds, booking.EventKind(h.Event))
	for _, kind := range kinds {
		ev := p.event(name, kind, at)
		if h.Booking != nil {
			ev.Service = cmp.Or(h.Booking.Service, ev.Service)
		}
		got, err := p.e.Track(ctx, house, ev)
		if err != nil {
			return err
		}
		p.sessions[name], p.began[name] = got.Session, true
	}
	return nil
}

// event makes an event of a session, with all that the customer typed.
func (p *player) event(name string, kind booking.EventKind, at time.Time) booking.Event {
	s := p.doc.Session
	ev := booking.Event{Kind: kind, Scheduler: web, ClientID: name, At: at, Customer: s.Customer, Service: s.Service, Preferred: s.Preferred,
		Step: s.Step, Timezone: s.Timezone, Locale: s.Locale}
	if i := slices.IndexFunc(p.doc.Given.OtherSessions, func(o struct {
		ID      string `json:"id"`
		Service string `json:"service"`
	}) bool {
		return o.ID == name
	}); i >= 0 {
		ev.Service = cmp.Or(p.doc.Given.OtherSessions[i].Service, ev.Service)
	}
	if s.Consent != nil {
		ev.Consent = &booking.Consent{SMS: s.Consent.SMS, Text: s.Consent.Text}
	}
	return ev
}

func (p *player) elsewhere(ctx context.Context, at time.Time, source string) error {
	n := booking.NewBooking{Source: booking.SourceExternal, Customer: p.doc.Session.Customer, At: at, By: source}
	if source == string(booking.SourcePhone) || source == "staff" {
		n.Source = booking.SourcePhone
	}
	if at.IsZero() || at.After(p.now) {
		n.At = p.now
	}
	_, err := p.e.Book(ctx, house, n)
	return err
}
