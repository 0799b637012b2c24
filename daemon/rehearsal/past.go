package rehearsal

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// begin is when the world of a document begins: some time before its first turn, and before everything that is given.
func (d *Document) begin() time.Time {
	at := d.times()
	first := d.Now
	if len(at) > 0 {
		first = earlier(first, at[0])
	}
	first = first.Add(-before)
	for _, t := range d.Turns {
		if t.Event != nil && !t.Event.At.IsZero() {
			first = earlier(first, t.Event.At.Add(-time.Minute))
		}
	}
	return first
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// times gives the moments of the turns that are history, of which a document says nothing: a minute apart until now, and what names
// windows that are over lies a day before them.
func (d *Document) times() []time.Time {
	at := make([]time.Time, d.history())
	next := d.Now
	for i := len(at) - 1; i >= 0; i-- {
		next = next.Add(-time.Minute)
		for _, id := range d.Turns[i].Offered {
			if start, err := time.Parse("2006-01-02T15:04", id); err == nil {
				next = earlier(next, start.Add(-24*time.Hour))
			}
		}
		at[i] = next
	}
	return at
}

// recall makes what was before the live part: the session, the conversation, opt-outs, bookings.
func (p *player) recall(ctx context.Context) error {
	d := p.doc
	past := engine.Past{Sent: map[booking.SessionID]time.Time{}}
	person := booking.Person{Phone: p.phone()}
	for i, s := range d.Given.SentBefore {
		person.Start(booking.Started{At: s.At, Session: booking.SessionID(fmt.Sprintf("before-%d", i))})
	}
	if d.Given.Lookup == "landline" {
		person.Bad = &booking.BadPhone{At: p.now}
	}
	if d.conversation() {
		if err := p.talked(ctx, &past, &person); err != nil {
			return err
		}
	}
	if d.Given.OptedOut {
		past.OptOuts = append(past.OptOuts, booking.OptOut{Phone: p.phone(), Source: "text", Text: "STOP", At: p.now})
	}
	if person.Bad != nil || len(person.Started) > 0 {
		past.Persons = append(past.Persons, person)
	}
	if err := p.e.Recall(ctx, house, past); err != nil {
		return err
	}
	for _, b := range d.Given.BookingsElsewhere {
		if err := p.elsewhere(ctx, b.At, b.Source); err != nil {
			return err
		}
	}
	p.log = log{} // all that was before is not of the run
	return nil
}

// conversation tells whether the customer was texted already when the live part begins: it does not begin with the booking page.
func (d *Document) conversation() bool {
	for _, t := range d.Turns {
		if t.Event != nil && t.Event.Kind == "session" {
			return false
		}
		if t.From != "system" {
			return true
		}
	}
	return d.history() > 0
}

// talked makes the session, its first text and the thread.
func (p *player) talked(ctx context.Context, past *engine.Past, person *booking.Person) error {
	d, name := p.doc, p.named("")
	for _, kind := range []booking.EventKind{booking.EventStarted, booking.EventAbandoned} {
		got, err := p.e.Track(ctx, house, p.event(name, kind, p.now))
		if err != nil {
			return err
		}
		p.sessions[name], p.began[name] = got.Session, true
	}
	id, phone, number := p.sessions[name], p.phone(), d.number()
	if b := d.Given.Booking; b != nil {
		n := booking.NewBooking{Source: booking.SourceAgent, Scheduler: web, Window: b.Window, Service: p.listed(b.Service), Customer: d.Session.Customer, At: p.now}
		if _, err := p.e.Book(ctx, house, n); err != nil {
			return err
		}
	}
	times := d.times()
	sent := d.Now.Add(-time.Minute)
	if len(times) > 0 {
		sent = times[0]
	}
	past.Sent[id] = sent
	person.Start(booking.Started{At: sent, Session: id})
	v := booking.Thread{Phone: phone, Number: number, Session: id, Scheduler: web, Mode: d.Mode, Owner: cmp.Or(d.Given.Owner, booking.OwnerAgent),
		State: booking.ThreadOpen, BeganAt: sent, LastAt: sent}
	if v.Owner == booking.OwnerHuman {
		v.State, v.Reason = booking.ThreadHandedOff, "handed over before"
		v.AlertAt = d.Now.Add(-time.Duration(d.Given.WaitingForPerson))
	}
	past.Thread = &v
	for i, at := range times {
		t := d.Turns[i]
		m := booking.ThreadMessage{From: number, To: phone, Body: t.Text, Author: booking.ThreadAuthor(t.From), At: at, Offered: t.Offered,
			Media: t.Media, MediaTypes: t.MediaTypes}
		if m.Inbound() {
			m.From, m.To = phone, number
		}
		past.Messages = append(past.Messages, m)
	}
	return nil
}

// listed gives a service of the world for what a document calls it; "" where the world has none like it.
func (p *player) listed(said string) string {
	var all []booking.Service
	for _, s := range p.doc.world.Services {
		if s.Name == said {
			return said
		}
		all = append(all, booking.Service{Name: s.Name, Keywords: s.Keywords})
	}
	if near := booking.MatchService(said, all); near != "" || len(all) == 0 {
		return near
	}
	return all[0].Name
}
