package api

import (
	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

func (c *call) listKeys() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	var items []storage.Key
	var next string
	err = c.view(func(s *storage.Snapshot) (err error) {
		items, next, err = s.APIKeys(c.who.Account, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, wire.FromKey), nil
}

func (c *call) createKey() (any, error) {
	in, err := decode[wire.NewAPIKey](c)
	if err != nil {
		return nil, err
	}
	role, label, err := in.Check()
	if err != nil {
		return nil, err
	}
	k, err := c.engine.CreateKey(c.ctx, c.who.Account, label, role, "")
	if err != nil {
		return nil, err
	}
	return wire.FromNewKey(k), nil
}

// deleteKey takes the ID from the path or from ?id=.
func (c *call) deleteKey() (any, error) {
	id := c.f.Query("id")
	if c.f.Params("id") != "" {
		var err error
		if id, err = c.param("id"); err != nil {
			return nil, err
		}
	}
	if id == "" || len(id) > 64 {
		return nil, booking.Refuse(booking.Invalid, "missing", "id", "the ID of the key is missing", "GET /v1/api-keys lists them")
	}
	return nil, c.engine.DeleteKey(c.ctx, c.who.Account, id)
}
