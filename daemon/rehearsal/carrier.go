package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// carrier is the simulator, whose reports come when the player asks for them, so that nothing happens at once.
type carrier struct {
	*simulator.Carrier
	player  *player
	faults  []int // codes of the next texts
	reports []booking.StatusUpdate
	crash   bool // the process dies when the carrier has taken the next text
	crashed bool
}

var errCrashed = errors.New("the process died")

// Send hands a text to the simulator.
func (c *carrier) Send(ctx context.Context, t booking.Text) (string, error) {
	if c.crashed {
		return "", errCrashed
	}
	code, ours := 0, t.To == c.player.phone()
	if len(c.faults) > 0 && ours {
		code, c.faults = c.faults[0], c.faults[1:]
		if err := c.SetFaults(simulator.Faults{Next: []simulator.Fault{{ErrorCode: code}}}); err != nil {
			return "", err
		}
	}
	sid, err := c.Carrier.Send(ctx, t)
	if err != nil {
		return "", err
	}
	if ours {
		if err := c.player.sent(ctx, t); err != nil {
			return "", err
		}
	}
	u := booking.StatusUpdate{Account: t.Account, Attempt: t.Attempt, SID: sid, Status: "delivered"}
	if code != 0 {
		u.Status, u.ErrorCode = "undelivered", code
	}
	c.reports = append(c.reports, u)
	if c.crash && ours {
		c.crash, c.crashed = false, true
		return "", errCrashed
	}
	return sid, nil
}

// Find asks the simulator; a process that died does not.
func (c *carrier) Find(ctx context.Context, t booking.Text, since time.Time) (*booking.CarrierMessage, error) {
	if c.crashed {
		return nil, errCrashed
	}
	return c.Carrier.Find(ctx, t, since)
}

// report tells the engine what became of the texts.
func (c *carrier) report(ctx context.Context) error {
	list := c.reports
	c.reports = nil
	for _, u := range list {
		if err := c.player.e.Status(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// walls are those of the options, with the troubles that a document asks for.
type walls struct{ *player }

// Run runs a script.
func (w walls) Run(ctx context.Context, tenant string, c box.Call) (box.Result, error) {
	if w.doc.Given.Script == "error" && c.Entry != box.EntryNone {
		return box.Result{Err: &box.Error{Script: c.Script, Line: 1, Message: "the script raises an error, as the rehearsal wants"}}, nil
	}
	if c.Entry == box.EntryReply && len(c.Answers) == 0 {
		if err := w.latency(ctx); err != nil {
			return box.Result{}, err
		}
	}
	res, err := w.o.Scripts.Run(ctx, tenant, c)
	if err == nil && res.Ask != nil && res.Ask.Name == "book" {
		err = w.overtake(ctx, res.Ask.Args)
	}
	return res, err
}

// overtake lets the first booking of a window end as the document says: somebody else takes the last place in this moment, or the
// calendar fails.
func (p *player) overtake(ctx context.Context, raw json.RawMessage) error {
	var args struct {
		Window string `json:"window"`
	}
	_ = json.Unmarshal(raw, &args)
	code, ok := p.doc.Given.BookingResults[args.Window]
	if !ok {
		return nil
	}
	delete(p.doc.Given.BookingResults, args.Window)
	if code != "window_full" {
		p.failing = code
		return nil
	}
	var all []booking.Window
	err := p.e.Store().View(ctx, func(s *storage.Snapshot) (err error) {
		all, err = engine.WindowsByHand(s, house, web)
		return err
	})
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].ID == args.Window {
			all[i].Open = 0
		}
	}
	_, err = p.e.PutWindows(ctx, house, web, all)
	return err
}

// outage lets the calendar be down.
func (p *player) outage(ask string) string {
	if p.doc.Given.Availability == "down" && ask == "windows" {
		return "not_available"
	}
	if ask == "book" {
		code := p.failing
		p.failing = ""
		return code
	}
	return ""
}

// kindOf tells what a text of ours is for.
func (p *player) kindOf(ctx context.Context, id booking.AttemptID) (kind booking.AttemptKind, err error) {
	err = p.e.Store().View(ctx, func(s *storage.Snapshot) error {
		a, err := s.Attempt(house, id)
		if a != nil {
			kind = a.Kind
		}
		return err
	})
	return kind, err
}
