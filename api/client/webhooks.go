package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// Webhooks are addresses that are told of what happens.
type Webhooks struct{ service }

// DeliveryQuery says which deliveries are wanted; the zero value: all.
type DeliveryQuery struct {
	Status string `query:"status"` // pending, delivered or failed
	Page
}

// List gives all webhooks, without their secrets.
func (w Webhooks) List(ctx context.Context) ([]wire.Webhook, error) {
	return whole[wire.Webhook](ctx, w.service, get("/v1/webhooks"))
}

// Create adds a webhook. The answer is the only one that shows its secret.
func (w Webhooks) Create(ctx context.Context, v wire.NewWebhook) (wire.Webhook, error) {
	return ask[wire.Webhook](ctx, w.service, post(v, "/v1/webhooks"))
}

// Get gives one webhook.
func (w Webhooks) Get(ctx context.Context, id string) (wire.Webhook, error) {
	return ask[wire.Webhook](ctx, w.service, get("/v1/webhooks/{id}", id))
}

// Merge changes only these fields.
func (w Webhooks) Merge(ctx context.Context, id string, fields Fields) (wire.Webhook, error) {
	return ask[wire.Webhook](ctx, w.service, put(fields, "/v1/webhooks/{id}", id))
}

// Delete removes a webhook.
func (w Webhooks) Delete(ctx context.Context, id string) error {
	return tell(ctx, w.service, remove("/v1/webhooks/{id}", id))
}

// Rotate gives a webhook a new secret, shown in this answer only; the old one signs beside it for a day.
func (w Webhooks) Rotate(ctx context.Context, id string) (wire.Webhook, error) {
	return ask[wire.Webhook](ctx, w.service, post(nil, "/v1/webhooks/{id}/rotate", id))
}

// Test sends a ping.
func (w Webhooks) Test(ctx context.Context, id string) (wire.Delivery, error) {
	return ask[wire.Delivery](ctx, w.service, post(nil, "/v1/webhooks/{id}/test", id))
}

// Deliveries goes through what was sent to a webhook in 30 days, newest first.
func (w Webhooks) Deliveries(ctx context.Context, id string, q DeliveryQuery) iter.Seq2[wire.Delivery, error] {
	return each[wire.Delivery](ctx, w.service, get("/v1/webhooks/{id}/deliveries", id).asking(q))
}

// Redeliver sends a delivery once more.
func (w Webhooks) Redeliver(ctx context.Context, id, delivery string) (wire.Delivery, error) {
	return ask[wire.Delivery](ctx, w.service, post(nil, "/v1/webhooks/{id}/deliveries/{delivery}/redeliver", id, delivery))
}
