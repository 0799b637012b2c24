package rehearsal

import (
	"context"
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
)

// Converse has an agent answer a recorded conversation once more: the customer's texts come when they came, and the agent under test
// answers them. What the customer would have written to other answers nobody knows, so the first place where two runs part is
// what they can be compared by.
func Converse(ctx context.Context, c engine.Conversation, walls scripts.Walls) (engine.Conversed, error) {
	d, err := recorded(c)
	if err != nil {
		return engine.Conversed{}, err
	}
	r, err := Run(ctx, d, Options{Scripts: walls, Sources: c.Sources})
	if err != nil {
		return engine.Conversed{}, err
	}
	out := engine.Conversed{Outcome: r.Outcome}
	for _, t := range r.Turns {
		out.Lines = append(out.Lines, engine.Line{Inbound: t.From == "customer", At: t.At, Body: t.Text})
	}
	return out, nil
}

// recorded makes a document of a conversation: what we wrote before the customer's first text is history.
func recorded(c engine.Conversation) (Document, error) {
	d := Document{Name: "a recorded conversation", Mode: booking.AIAgent}
	w := &d.world
	w.Business.Name, w.Business.OfficePhone, w.Business.EmergencyPhone = c.Account.Name, c.Account.OfficePhone, c.Account.EmergencyPhone
	w.Business.Timezone, w.Business.ServiceZips, w.Business.Website = c.Scheduler.Zone(c.Account), c.Scheduler.ServiceZips, c.Scheduler.URL
	w.Windows, w.Facts = c.Windows, c.Facts
	for _, s := range c.Scheduler.Services {
		w.Services = append(w.Services, struct {
			Name      string   `json:"name"`
			Keywords  []string `json:"keywords"`
			Duration  Span     `json:"duration"`
			PriceNote string   `json:"price_note"`
		}{s.Name, s.Keywords, Span(s.Duration), s.PriceNote})
	}
	s := c.Session
	d.Session = Session{Customer: s.Customer, Service: s.Service, Preferred: s.Preferred, Step: s.Step, Timezone: s.Timezone, Locale: s.Locale}
	if err := json.Unmarshal([]byte(`{"sms":true,"text":"recorded"}`), &d.Session.Consent); err != nil {
		return d, err
	}
	var last time.Time
	for _, m := range c.Messages {
		switch {
		case !m.Inbound() && d.Now.IsZero():
			w.Business.SendingNumber = string(m.From)
			d.Turns = append(d.Turns, Turn{From: "agent", Text: m.Body, Offered: m.Offered})
		case m.Inbound():
			if d.Now.IsZero() {
				d.Now, last, w.Business.SendingNumber = m.At, m.At, string(m.To)
			}
			gap := Span(max(0, m.At.Sub(last)))
			d.Turns = append(d.Turns, Turn{From: "customer", Text: m.Body, Media: m.Media, MediaTypes: m.MediaTypes, After: &gap})
			last = later(last, m.At)
		}
	}
	if d.Now.IsZero() || len(d.Turns) > maxTurns {
		return d, invalid("turns", "there is no text of a customer, or there are too many")
	}
	return d, nil
}
