package api

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/storage"
)

// messagesShown is how many of a thread's newest messages are given.
const messagesShown = 200

func (c *call) listThreads() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	var items []booking.Thread
	var next string
	err = c.view(func(s *storage.Snapshot) (err error) {
		items, next, err = s.Threads(c.who.Account, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, wire.FromThread), nil
}

// threadID reads the thread's name of the path: the customer's number.
func (c *call) threadID() (booking.Phone, error) {
	typed, err := url.PathUnescape(c.f.Params("id"))
	if err != nil {
		return "", notFound()
	}
	if strings.HasPrefix(typed, " ") { // a "+" that was not escaped in the address
		typed = "+" + strings.TrimSpace(typed)
	}
	return wire.Phone("id", typed)
}

func (c *call) getThread() (any, error) {
	id, err := c.threadID()
	if err != nil {
		return nil, err
	}
	var v wire.Thread
	err = c.view(func(s *storage.Snapshot) error {
		thread, messages, err := engine.ReadThread(s, c.who.Account, id, messagesShown)
		v = wire.FromThread(thread)
		for _, m := range messages {
			v.Messages = append(v.Messages, wire.FromThreadMessage(m))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (c *call) sendInThread() (any, error) {
	id, err := c.threadID()
	if err != nil {
		return nil, err
	}
	in, err := decode[wire.ThreadText](c)
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	m, err := c.engine.Say(c.ctx, c.who.Account, id, by, in.Body)
	if err != nil {
		return nil, err
	}
	c.typists.rest(c.who.Account, id, by)
	return wire.FromThreadMessage(m), nil
}

func (c *call) takeOverThread() (any, error) {
	id, err := c.threadID()
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	v, err := c.engine.TakeOver(c.ctx, c.who.Account, id, by)
	if err != nil {
		return nil, err
	}
	return wire.FromThread(v), nil
}

func (c *call) releaseThread() (any, error) {
	id, err := c.threadID()
	if err != nil {
		return nil, err
	}
	in, err := decodeMaybe[wire.Release](c)
	if err != nil {
		return nil, err
	}
	v, err := c.engine.ReleaseThread(c.ctx, c.who.Account, id, in.Note)
	if err != nil {
		return nil, err
	}
	return wire.FromThread(v), nil
}

// rehearse plays a rehearsal in a house of its own: nothing of this account is read or changed.
func (c *call) rehearse() (any, error) {
	in, err := decode[wire.Rehearsal](c)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	d, err := rehearsal.Read(raw, nil)
	if err != nil {
		return nil, err
	}
	r, err := rehearsal.Run(c.ctx, d, rehearsal.Options{Scripts: c.engine.Walls()})
	if err != nil {
		return nil, err
	}
	return wire.FromResult(r), nil
}
