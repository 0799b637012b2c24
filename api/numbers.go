package api

import (
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

func (c *call) listNumbers() (any, error) {
	var v []booking.PhoneNumber
	err := c.view(func(s *storage.Snapshot) (err error) {
		v, err = s.Numbers(c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(v, "", wire.FromNumber), nil
}

func (c *call) putNumber() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	got, err := c.engine.EditNumber(c.ctx, c.who.Account, id, func(v *booking.PhoneNumber) error {
		in, err := wire.Merge(wire.FromNumber(*v), b)
		if err != nil {
			return err
		}
		v.ID, v.Number = in.ID, booking.Phone(in.Number)
		v.SMSCapable, v.DefaultOutbound = in.SMSCapable, in.DefaultOutbound
		return relabel(v, in.Label)
	})
	if err != nil {
		return nil, err
	}
	return wire.FromNumber(got), nil
}

// relabel gives a number the label that people know it by.
func relabel(v *booking.PhoneNumber, label string) error {
	if len(label) > 100 {
		return booking.Refuse(booking.Invalid, "too_long", "label", "it is too long", "at most 100 bytes are kept")
	}
	v.Label = wire.OneLine(label)
	return nil
}
