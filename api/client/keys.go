package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// APIKeys open the API.
type APIKeys struct{ service }

// List gives one page of keys, without their secrets.
func (k APIKeys) List(ctx context.Context, p Page) (wire.List[wire.APIKey], error) {
	return ask[wire.List[wire.APIKey]](ctx, k.service, get("/v1/api-keys").asking(p))
}

// All goes through all pages of keys.
func (k APIKeys) All(ctx context.Context, p Page) iter.Seq2[wire.APIKey, error] {
	return each[wire.APIKey](ctx, k.service, get("/v1/api-keys").asking(p))
}

// Create makes a key. Its Secret is shown here and never again, so it is empty when the first answer was lost on its way:
// then delete the key and make another.
func (k APIKeys) Create(ctx context.Context, v wire.NewAPIKey) (wire.APIKey, error) {
	return ask[wire.APIKey](ctx, k.service, post(v, "/v1/api-keys"))
}

// Delete revokes a key.
func (k APIKeys) Delete(ctx context.Context, id string) error {
	return tell(ctx, k.service, remove("/v1/api-keys/{id}", id))
}
