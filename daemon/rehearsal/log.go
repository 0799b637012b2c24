package rehearsal

import (
	"context"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// entry is one thing that came to pass in the live part.
type entry struct {
	at     time.Time
	from   string // who wrote: "customer", "human", "agent" (all that the house wrote); "system": an event; "": an action
	text   string
	kind   booking.AttemptKind // of a text of the house
	action Action
}

// log is what came to pass, in order.
type log struct{ entries []entry }

func (l *log) add(e entry) { l.entries = append(l.entries, e) }

// Action is one thing that was done.
type Action struct {
	Do      string    `json:"do"`
	At      time.Time `json:"at"`
	Window  string    `json:"window,omitempty"`
	Service string    `json:"service,omitempty"`
	Note    string    `json:"note,omitempty"`
}

// watch notes what the engine did.
func (p *player) watch(d engine.Deed) {
	if d.Phone == p.phone() {
		p.log.add(entry{at: d.At, action: Action{Do: d.Do, At: d.At, Window: d.Window, Service: d.Service, Note: d.Note}})
	}
}

// sent notes a text that went to the customer.
func (p *player) sent(ctx context.Context, t booking.Text) error {
	kind, err := p.kindOf(ctx, t.Attempt)
	if err != nil || kind == booking.AttemptHuman {
		return err
	}
	p.log.add(entry{at: p.now, from: "agent", text: t.Body, kind: kind})
	return nil
}
