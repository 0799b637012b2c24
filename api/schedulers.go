package api

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

func (c *call) listSchedulers() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	var items []booking.Scheduler
	var next string
	err = c.view(func(s *storage.Snapshot) (err error) {
		items, next, err = s.Schedulers(c.who.Account, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, wire.FromScheduler), nil
}

func (c *call) createScheduler() (any, error) {
	in, err := decode[wire.Scheduler](c)
	if err != nil {
		return nil, err
	}
	var v booking.Scheduler
	if err := in.Over(&v); err != nil {
		return nil, err
	}
	if v, err = c.engine.CreateScheduler(c.ctx, c.who.Account, v); err != nil {
		return nil, err
	}
	return c.lacking(v)
}

// scheduler reads the booking form that the path names.
func (c *call) scheduler(s *storage.Snapshot) (*booking.Scheduler, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	v, err := s.Scheduler(c.who.Account, booking.SchedulerID(id))
	if err == nil && v == nil {
		err = booking.Refuse(booking.NotFound, "unknown_scheduler", "scheduler", "there is no scheduler "+clip(id), "GET /v1/schedulers lists them")
	}
	return v, err
}

func (c *call) getScheduler() (any, error) {
	var v *booking.Scheduler
	err := c.view(func(s *storage.Snapshot) (err error) {
		v, err = c.scheduler(s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.lacking(*v)
}

// lacking shows a scheduler with every prerequisite that its follow-up lacks.
func (c *call) lacking(v booking.Scheduler) (any, error) {
	var missing []storage.Alarm
	err := c.view(func(s *storage.Snapshot) (err error) {
		missing, err = engine.Missing(s, c.who.Account, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return wire.Lacking(v, missing), nil
}

func (c *call) putScheduler() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	v, err := c.engine.EditScheduler(c.ctx, c.who.Account, booking.SchedulerID(id), func(v *booking.Scheduler) error {
		in, err := wire.Merge(wire.FromScheduler(*v), b)
		if err != nil {
			return err
		}
		return in.Over(v)
	})
	if err != nil {
		return nil, err
	}
	return c.lacking(v)
}

func (c *call) deleteScheduler() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	return nil, c.engine.DeleteScheduler(c.ctx, c.who.Account, booking.SchedulerID(id))
}

func (c *call) getWindows() (any, error) {
	var v []booking.Window
	err := c.view(func(s *storage.Snapshot) error {
		sched, err := c.scheduler(s)
		if err != nil {
			return err
		}
		v, err = engine.WindowsByHand(s, c.who.Account, sched.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.windows(v), nil
}

// windows answers with a list of windows and the name of its state, which the next PUT may ask for.
func (c *call) windows(v []booking.Window) any {
	c.f.Set(fiber.HeaderETag, strconv.Quote(booking.Revision(v)))
	return pageOf(v, "", wire.FromWindow)
}

func (c *call) putWindows() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	in, err := decode[wire.Items[wire.WindowIn]](c)
	if err != nil {
		return nil, err
	}
	windows, err := wire.Windows("items", in.Items)
	if err != nil {
		return nil, err
	}
	base := strings.Trim(c.f.Get(fiber.HeaderIfMatch), `"`)
	if base == "*" { // whatever is there
		base = ""
	}
	v, err := c.engine.PutWindowsOver(c.ctx, c.who.Account, booking.SchedulerID(id), base, windows)
	if err != nil {
		return nil, err
	}
	return c.windows(v), nil
}
