package api

import (
	"slices"

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

// putNumber merges. The engine has no edit of one number, so two who change the same number at once can undo each other.
func (c *call) putNumber() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	var v *booking.PhoneNumber
	var reg booking.Registration
	err = c.view(func(s *storage.Snapshot) error {
		all, err := s.Numbers(c.who.Account)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(n booking.PhoneNumber) bool { return n.ID == id || string(n.Number) == id }); i >= 0 {
			v = &all[i]
		}
		reg, err = s.Registration(c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, booking.Refuse(booking.NotFound, "unknown_number", "id", "the account has no such number", "GET /v1/phone-numbers lists them")
	}
	in, err := wire.Merge(wire.FromNumber(*v), b)
	if err != nil {
		return nil, err
	}
	switch {
	case in.ID != v.ID || in.Number != string(v.Number):
		return nil, booking.Refuse(booking.Invalid, "read_only", "number", "a number's id and number cannot be changed", "leave them out")
	case len(in.Label) > 100:
		return nil, booking.Refuse(booking.Invalid, "too_long", "label", "it is too long", "at most 100 bytes are kept")
	case in.DefaultOutbound && !v.DefaultOutbound && reg.Status != booking.RegistrationApproved:
		return nil, booking.Refuse(booking.Conflict, "registration_required", "default_outbound",
			"a default outbound number can be set when the texting registration is approved; it is "+string(reg.Status), "complete the registration first")
	}
	v.Label, v.SMSCapable, v.DefaultOutbound = in.Label, in.SMSCapable, in.DefaultOutbound
	got, err := c.engine.PutNumber(c.ctx, c.who.Account, *v)
	if err != nil {
		return nil, err
	}
	return wire.FromNumber(got), nil
}
