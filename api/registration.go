package api

import (
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// showRegistration reads the short row beside what is shown.
func (c *call) showRegistration(f booking.Filing, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	var r booking.Registration
	err = c.view(func(s *storage.Snapshot) (err error) {
		r, err = s.Registration(c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return wire.FromRegistration(f, r), nil
}

func (c *call) getRegistration() (any, error) {
	var f booking.Filing
	err := c.view(func(s *storage.Snapshot) (err error) {
		f, err = s.Filing(c.who.Account)
		return err
	})
	return c.showRegistration(f, err)
}

// putRegistration merges into the draft.
func (c *call) putRegistration() (any, error) {
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	var was booking.Registration
	err = c.view(func(s *storage.Snapshot) (err error) {
		was, err = s.Registration(c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.showRegistration(c.engine.EditFiling(c.ctx, c.who.Account, func(d *booking.Business) error {
		present := wire.FromBusiness(*d)
		present.Status, present.MessagingService = string(was.Status), was.MessagingService
		in, err := wire.Merge(present, b)
		if err != nil {
			return err
		}
		return in.Over(present, d)
	}))
}

// nothing refuses a body that says something, where nothing is asked.
func (c *call) nothing() error {
	_, err := decodeMaybe[struct{}](c)
	return err
}

func (c *call) preflightRegistration() (any, error) {
	if err := c.nothing(); err != nil {
		return nil, err
	}
	items, b, err := c.engine.Preflight(c.ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	return wire.Preflight{Items: wire.Map(items, wire.FromItem), Proposed: wire.FromBusiness(b)}, nil
}

func (c *call) submitRegistration() (any, error) {
	if err := c.nothing(); err != nil {
		return nil, err
	}
	return c.showRegistration(c.engine.Submit(c.ctx, c.who.Account))
}

func (c *call) adoptRegistration() (any, error) {
	in, err := decode[wire.Adopt](c)
	if err != nil {
		return nil, err
	}
	if in.MessagingService == "" || len(in.MessagingService) > 64 {
		return nil, booking.Refuse(booking.Invalid, "missing", "messaging_service", "the messaging service is missing", "GET /v1/registration/services lists them")
	}
	return c.showRegistration(c.engine.Adopt(c.ctx, c.who.Account, in.MessagingService))
}

func (c *call) listServices() (any, error) {
	all, err := c.engine.Services(c.ctx)
	if err != nil {
		return nil, err
	}
	return pageOf(all, "", wire.FromStanding), nil
}

func (c *call) refreshRegistration() (any, error) {
	if err := c.nothing(); err != nil {
		return nil, err
	}
	return c.showRegistration(c.engine.RefreshFiling(c.ctx, c.who.Account))
}

func (c *call) repeatRegistration() (any, error) {
	if err := c.nothing(); err != nil {
		return nil, err
	}
	return c.showRegistration(c.engine.RepeatFiling(c.ctx, c.who.Account))
}

func (c *call) confirmRegistration() (any, error) {
	if err := c.nothing(); err != nil {
		return nil, err
	}
	return nil, c.engine.ConfirmOwner(c.ctx, c.who.Account)
}

func (c *call) syncNumbers() (any, error) {
	if err := c.nothing(); err != nil {
		return nil, err
	}
	all, err := c.engine.SyncNumbers(c.ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	return pageOf(all, "", wire.FromNumber), nil
}
