package api

import (
	"slices"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// shown gives the webhooks that keep says, with what troubles them.
func (c *call) shown(keep func(booking.Webhook) bool) (out []wire.Webhook, err error) {
	err = c.view(func(s *storage.Snapshot) error {
		out = nil
		all, err := s.Webhooks(c.who.Account)
		if err != nil {
			return err
		}
		for _, w := range all {
			if !keep(w) {
				continue
			}
			trouble, err := s.WebhookTrouble(c.who.Account, w.ID)
			if err != nil {
				return err
			}
			out = append(out, wire.FromWebhook(w).In(trouble))
		}
		return nil
	})
	return out, err
}

func (c *call) listWebhooks() (any, error) {
	all, err := c.shown(func(booking.Webhook) bool { return true })
	if err != nil {
		return nil, err
	}
	return wire.NewList(all, ""), nil
}

func (c *call) getWebhook() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	all, err := c.shown(func(w booking.Webhook) bool { return w.ID == id })
	if err != nil || len(all) == 0 {
		return nil, orUnknownWebhook(err, id)
	}
	return all[0], nil
}

func orUnknownWebhook(err error, id string) error {
	if err != nil {
		return err
	}
	return booking.Refuse(booking.NotFound, "unknown_webhook", "id", "there is no webhook "+clip(id), "GET /v1/webhooks lists them")
}

func (c *call) createWebhook() (any, error) {
	in, err := decode[wire.NewWebhook](c)
	if err != nil {
		return nil, err
	}
	v, err := in.Booking()
	if err != nil {
		return nil, err
	}
	w, err := c.engine.CreateWebhook(c.ctx, c.who.Account, v)
	if err != nil {
		return nil, err
	}
	return wire.FromNewWebhook(w), nil
}

func (c *call) putWebhook() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	v, err := c.engine.EditWebhook(c.ctx, c.who.Account, id, func(v *booking.Webhook) error {
		in, err := wire.Merge(wire.FromWebhook(*v), b)
		if err != nil {
			return err
		}
		return in.Over(v)
	})
	if err != nil {
		return nil, err
	}
	return wire.FromWebhook(v), nil
}

// deleteWebhook takes the ID from the path or from ?id=.
func (c *call) deleteWebhook() (any, error) {
	id := c.f.Query("id")
	if c.f.Params("id") != "" {
		var err error
		if id, err = c.param("id"); err != nil {
			return nil, err
		}
	}
	if id == "" || len(id) > 64 {
		return nil, booking.Refuse(booking.Invalid, "missing", "id", "the ID of the webhook is missing", "GET /v1/webhooks lists them")
	}
	return nil, c.engine.DeleteWebhook(c.ctx, c.who.Account, id)
}

func (c *call) rotateWebhook() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	w, err := c.engine.RotateWebhook(c.ctx, c.who.Account, id)
	if err != nil {
		return nil, err
	}
	return wire.FromNewWebhook(w), nil
}

func (c *call) testWebhook() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	d, err := c.engine.TestWebhook(c.ctx, c.who.Account, id)
	if err != nil {
		return nil, err
	}
	return wire.FromDelivery(d), nil
}

func (c *call) listDeliveries() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	state := booking.DeliveryState(c.f.Query("status"))
	if state != "" && !slices.Contains(booking.DeliveryStates, state) {
		return nil, booking.Refuse(booking.Invalid, "unknown_status", "status", "there is no such status", "statuses are pending, delivered, failed")
	}
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	var items []booking.Delivery
	var next string
	err = c.view(func(s *storage.Snapshot) error {
		all, err := s.Webhooks(c.who.Account)
		if err != nil || !slices.ContainsFunc(all, func(w booking.Webhook) bool { return w.ID == id }) {
			return orUnknownWebhook(err, id)
		}
		items, next, err = s.Deliveries(c.who.Account, id, state, cursor, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, next, wire.FromDelivery), nil
}

func (c *call) redeliver() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	delivery, err := c.param("delivery")
	if err != nil {
		return nil, err
	}
	d, err := c.engine.Redeliver(c.ctx, c.who.Account, id, delivery)
	if err != nil {
		return nil, err
	}
	return wire.FromDelivery(d), nil
}
