package api

import (
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

func (c *call) listOptOuts() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	var items []booking.OptOut
	var next string
	err = c.view(func(s *storage.Snapshot) (err error) {
		items, next, err = s.OptOuts(c.who.Account, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, wire.FromOptOut), nil
}

func (c *call) createOptOut() (any, error) {
	in, err := decode[wire.OptOut](c)
	if err != nil {
		return nil, err
	}
	o, err := in.Booking()
	if err != nil {
		return nil, err
	}
	if o, err = c.engine.OptOut(c.ctx, c.who.Account, o); err != nil {
		return nil, err
	}
	return wire.FromOptOut(o), nil
}

// deleteOptOut takes the number from the path or from ?phone=.
func (c *call) deleteOptOut() (any, error) {
	phone, err := c.phone()
	if err != nil {
		return nil, err
	}
	var was *booking.OptOut
	err = c.view(func(s *storage.Snapshot) (err error) {
		was, err = s.OptOut(c.who.Account, phone)
		return err
	})
	if err != nil {
		return nil, err
	}
	if was == nil {
		return nil, booking.Refuse(booking.NotFound, "unknown_opt_out", "phone", "this number is not opted out", "GET /v1/opt-outs lists those that are")
	}
	return nil, c.engine.OptIn(c.ctx, c.who.Account, phone)
}
