package client

import (
	"context"
	"iter"

	"github.com/rebookhq/rebook/api/wire"
)

// OptOuts are the persons who want no texts.
type OptOuts struct{ service }

// List gives one page of opt-outs.
func (o OptOuts) List(ctx context.Context, p Page) (wire.List[wire.OptOut], error) {
	return ask[wire.List[wire.OptOut]](ctx, o.service, get("/v1/opt-outs").asking(p))
}

// All goes through all pages of opt-outs.
func (o OptOuts) All(ctx context.Context, p Page) iter.Seq2[wire.OptOut, error] {
	return each[wire.OptOut](ctx, o.service, get("/v1/opt-outs").asking(p))
}

// Create records that a person wants no texts.
func (o OptOuts) Create(ctx context.Context, v wire.OptOut) (wire.OptOut, error) {
	return ask[wire.OptOut](ctx, o.service, post(v, "/v1/opt-outs"))
}

// Delete lifts the opt-out of a number, on the person's own word.
func (o OptOuts) Delete(ctx context.Context, phone string) error {
	return tell(ctx, o.service, remove("/v1/opt-outs/{phone}", phone))
}
