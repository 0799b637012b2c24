package api

import (
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

func (c *call) getAccount() (any, error) {
	var v booking.Account
	err := c.view(func(s *storage.Snapshot) (err error) {
		v, err = s.Account(c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return wire.FromAccount(v), nil
}

// putAccount merges. The account switch is for those who administer; everything else for those who manage.
func (c *call) putAccount() (any, error) {
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	v, err := c.engine.EditAccount(c.ctx, c.who.Account, func(a *booking.Account) error {
		was := a.SMSFollowUpEnabled
		in, err := wire.Merge(wire.FromAccount(*a), b)
		if err != nil {
			return err
		}
		if in.SMSFollowUpEnabled != was && !c.who.Role.May(booking.MayAdminister) {
			return booking.Refuse(booking.Forbidden, "forbidden", "sms_follow_up_enabled", "the role "+string(c.who.Role)+" may not switch texting on or off for the account",
				"ask support or an administrator")
		}
		return in.Over(a)
	})
	if err != nil {
		return nil, err
	}
	return wire.FromAccount(v), nil
}

func (c *call) getFacts() (any, error) {
	var v []booking.Fact
	err := c.view(func(s *storage.Snapshot) (err error) {
		v, err = s.Facts(c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(v, "", wire.FromFact), nil
}

func (c *call) putFacts() (any, error) {
	in, err := decode[wire.Items[wire.Fact]](c)
	if err != nil {
		return nil, err
	}
	facts, err := wire.Facts("items", in.Items)
	if err != nil {
		return nil, err
	}
	v, err := c.engine.PutFacts(c.ctx, c.who.Account, facts)
	if err != nil {
		return nil, err
	}
	return pageOf(v, "", wire.FromFact), nil
}

func (c *call) listAlarms() (any, error) {
	var v []storage.Alarm
	err := c.view(func(s *storage.Snapshot) (err error) {
		v, err = engine.Alarms(s, c.who.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(v, "", wire.FromAlarm), nil
}
