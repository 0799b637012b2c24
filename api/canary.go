package api

import (
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

func (c *call) listCanaries() (any, error) {
	var all []booking.CanaryReport
	err := c.view(func(s *storage.Snapshot) (err error) {
		all, err = engine.Canaries(s, c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(all, "", wire.FromCanary), nil
}

func (c *call) getCanary() (any, error) {
	return c.canary(func(name string) (r booking.CanaryReport, err error) {
		err = c.view(func(s *storage.Snapshot) error {
			r, err = engine.CanaryOf(s, c.who.Account, name)
			return err
		})
		return r, err
	})
}

func (c *call) putCanary() (any, error) {
	return c.canary(func(name string) (r booking.CanaryReport, err error) {
		in, err := decode[wire.NewCanary](c)
		if err != nil {
			return r, err
		}
		by, err := c.name()
		if err != nil {
			return r, err
		}
		n, err := in.Engine(by)
		if err != nil {
			return r, err
		}
		return c.engine.StartCanary(c.ctx, c.who.Account, name, n)
	})
}

func (c *call) promoteCanary() (any, error) {
	return c.canary(func(name string) (booking.CanaryReport, error) {
		return c.engine.PromoteCanary(c.ctx, c.who.Account, name)
	})
}

func (c *call) endCanary() (any, error) {
	return c.canary(func(name string) (r booking.CanaryReport, err error) {
		by, err := c.name()
		if err != nil {
			return r, err
		}
		return c.engine.EndCanary(c.ctx, c.who.Account, name, by)
	})
}

// canary does something with the canary of the script in the path and shows what came of it.
func (c *call) canary(do func(name string) (booking.CanaryReport, error)) (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	r, err := do(name)
	if err != nil {
		return nil, err
	}
	return wire.FromCanary(r), nil
}
