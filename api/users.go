package api

import (
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

func (c *call) listUsers() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	var items []storage.User
	var next string
	err = c.view(func(s *storage.Snapshot) (err error) {
		items, next, err = s.Users(c.who.Account, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, wire.FromUser), nil
}

func (c *call) createUser() (any, error) {
	in, err := decode[wire.NewUser](c)
	if err != nil {
		return nil, err
	}
	u, err := c.engine.CreateUser(c.ctx, c.who.Account, storage.User{Email: in.Email, Name: wire.OneLine(in.Name), Role: booking.Role(in.Role)}, in.Password)
	if err != nil {
		return nil, err
	}
	out := wire.FromUser(u.User)
	if u.Welcome != "" {
		out.SignInLink = WelcomeLink(c.o.PublicURL, u.Welcome)
	}
	return out, nil
}

func (c *call) putUser() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	in, err := decode[wire.UserChange](c)
	if err != nil {
		return nil, err
	}
	if in.ID != nil && *in.ID != id {
		return nil, booking.Refuse(booking.Invalid, "read_only", "id", "it cannot be changed", "leave it out")
	}
	u, err := c.engine.EditUser(c.ctx, c.who.Account, id, in.Engine())
	if err != nil {
		return nil, err
	}
	return wire.FromUser(u), nil
}

// deleteUser takes the ID from the path or from ?id=.
func (c *call) deleteUser() (any, error) {
	id := c.f.Query("id")
	if c.f.Params("id") != "" {
		var err error
		if id, err = c.param("id"); err != nil {
			return nil, err
		}
	}
	if id == "" || len(id) > 64 {
		return nil, booking.Refuse(booking.Invalid, "missing", "id", "the ID of the user is missing", "GET /v1/users lists them")
	}
	return nil, c.engine.DeleteUser(c.ctx, c.who.Account, id)
}

func (c *call) listAudit() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	var items []storage.Audit
	var next string
	err = c.view(func(s *storage.Snapshot) (err error) {
		items, next, err = s.Audits(c.who.Account, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, wire.FromAudit), nil
}
