package api

import (
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// carrier gives the simulator, or says that there is none.
func (c *call) carrier() (*simulator.Carrier, error) {
	if c.o.Simulator == nil {
		return nil, booking.Refuse(booking.NotFound, "no_simulator", "", "texts are really sent here, so there is no simulator", `set carrier.driver = "simulator" to have one`)
	}
	return c.o.Simulator, nil
}

// listMessages gives up to 1000 messages at once unless told otherwise: it is a witness, and a test should not have to page.
func (c *call) listMessages() (any, error) {
	sim, err := c.carrier()
	if err != nil {
		return nil, err
	}
	cursor, limit, err := c.page(maxPage)
	if err != nil {
		return nil, err
	}
	items, next, err := sim.Messages(cursor, limit)
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, func(m simulator.Message) simulator.Message { return m }), nil
}

func (c *call) receiveText() (any, error) {
	sim, err := c.carrier()
	if err != nil {
		return nil, err
	}
	in, err := decode[wire.InboundText](c)
	if err != nil {
		return nil, err
	}
	from, err := wire.Phone("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := wire.Phone("to", in.To)
	if err != nil {
		return nil, err
	}
	key, request, err := c.onceKey()
	if err != nil {
		return nil, err
	}
	return c.inbound.do(key, request, func() (simulator.Message, error) { return sim.Receive(c.ctx, from, to, in.Body, in.Media) })
}

func (c *call) getFaults() (any, error) {
	sim, err := c.carrier()
	if err != nil {
		return nil, err
	}
	return sim.Faults(), nil
}

func (c *call) putFaults() (any, error) {
	sim, err := c.carrier()
	if err != nil {
		return nil, err
	}
	in, err := decode[simulator.Faults](c)
	if err != nil {
		return nil, err
	}
	if err := sim.SetFaults(in); err != nil {
		return nil, err
	}
	return sim.Faults(), nil
}
