package api

import (
	"context"
	"strconv"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

type differencesQuery struct {
	All    bool   `query:"all" description:"Those that do not differ too, behind the others."`
	Limit  int    `query:"limit" minimum:"1" description:"Items per page; more than 1000 counts as 1000."`
	Cursor string `query:"cursor" description:"next_cursor of the page before."`
}

// replayWait is how long POST /v1/rehearsals/replay waits for the end.
const replayWait = 10 * time.Second

func (c *call) startReplay() (any, error) {
	v, err := c.beginReplay()
	if err != nil {
		return nil, err
	}
	return wire.FromReplay(v), nil
}

func (c *call) beginReplay() (v booking.Replay, err error) {
	in, err := decodeMaybe[wire.NewReplay](c)
	if err != nil {
		return v, err
	}
	body, err := c.body()
	if err != nil {
		return v, err
	}
	return c.replayOf(in, body)
}

// replayOf starts a replay of a request; body is the request as it came.
func (c *call) replayOf(in wire.NewReplay, body []byte) (v booking.Replay, err error) {
	by, err := c.name()
	if err != nil {
		return v, err
	}
	var a booking.Account
	err = c.view(func(s *storage.Snapshot) (err error) {
		a, err = s.Account(c.who.Account)
		return err
	})
	if err != nil {
		return v, err
	}
	asked, err := in.Engine(body, by, a, c.now())
	if err != nil {
		return v, err
	}
	return c.engine.StartReplay(c.ctx, c.who.Account, asked)
}

// replayAtOnce is startReplay that waits for the end, if it comes soon, and gives the first differences.
func (c *call) replayAtOnce() (any, error) {
	v, err := c.beginReplay()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c.ctx, replayWait)
	defer cancel()
	if v, err = c.engine.AwaitReplay(ctx, c.who.Account, v.ID); err != nil {
		return nil, err
	}
	out := wire.Replayed{Replay: wire.FromReplay(v)}
	err = c.view(func(s *storage.Snapshot) error {
		items, next, err := s.ReplayItems(c.who.Account, v.ID, false, "", defaultPage)
		page := pageOf(items, next, wire.FromReplayItem)
		out.Items, out.NextCursor = page.Items, page.NextCursor
		return err
	})
	return out, err
}

func (c *call) listReplays() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	var all []booking.Replay
	err = c.view(func(s *storage.Snapshot) (err error) {
		all, cursor, err = s.Replays(c.who.Account, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(all, cursor, wire.FromReplay), nil
}

func (c *call) getReplay() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	var v booking.Replay
	err = c.view(func(s *storage.Snapshot) (err error) {
		v, err = engine.FindReplay(s, c.who.Account, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return wire.FromReplay(v), nil
}

func (c *call) listDifferences() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	all := false
	if q := c.f.Query("all"); q != "" {
		if all, err = strconv.ParseBool(q); err != nil {
			return nil, booking.Refuse(booking.Invalid, "invalid_field", "all", "it is neither true nor false", "all=true gives those that do not differ too")
		}
	}
	var items []booking.ReplayItem
	err = c.view(func(s *storage.Snapshot) error {
		if _, err := engine.FindReplay(s, c.who.Account, id); err != nil {
			return err
		}
		items, cursor, err = s.ReplayItems(c.who.Account, id, all, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, cursor, wire.FromReplayItem), nil
}

func (c *call) cancelReplay() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	v, err := c.engine.CancelReplay(c.ctx, c.who.Account, id)
	if err != nil {
		return nil, err
	}
	return wire.FromReplay(v), nil
}

func (c *call) deleteReplay() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	return nil, c.engine.DeleteReplay(c.ctx, c.who.Account, id)
}
