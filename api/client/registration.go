package client

import (
	"context"

	"github.com/rebookhq/rebook/api/wire"
)

// Registration is the permission to text over US carriers.
type Registration struct{ service }

// Get tells where it stands.
func (r Registration) Get(ctx context.Context) (wire.Registration, error) {
	return ask[wire.Registration](ctx, r.service, get("/v1/registration"))
}

// Merge changes fields of the draft.
func (r Registration) Merge(ctx context.Context, fields Fields) (wire.Registration, error) {
	return ask[wire.Registration](ctx, r.service, put(fields, "/v1/registration"))
}

// Preflight finds what reviewers would reject.
func (r Registration) Preflight(ctx context.Context) (wire.Preflight, error) {
	return ask[wire.Preflight](ctx, r.service, post(nil, "/v1/registration/preflight"))
}

// Submit submits the draft, which costs the carriers' fees.
func (r Registration) Submit(ctx context.Context) (wire.Registration, error) {
	return ask[wire.Registration](ctx, r.service, post(nil, "/v1/registration/submit"))
}

// Adopt takes over what is approved at the carrier already.
func (r Registration) Adopt(ctx context.Context, v wire.Adopt) (wire.Registration, error) {
	return ask[wire.Registration](ctx, r.service, post(v, "/v1/registration/adopt"))
}

// Services lists what could be adopted.
func (r Registration) Services(ctx context.Context) ([]wire.MessagingService, error) {
	return whole[wire.MessagingService](ctx, r.service, get("/v1/registration/services"))
}

// Refresh asks the carrier now.
func (r Registration) Refresh(ctx context.Context) (wire.Registration, error) {
	return ask[wire.Registration](ctx, r.service, post(nil, "/v1/registration/refresh"))
}

// Repeat makes a call again that nobody can say the outcome of; it costs the fee.
func (r Registration) Repeat(ctx context.Context) (wire.Registration, error) {
	return ask[wire.Registration](ctx, r.service, post(nil, "/v1/registration/repeat"))
}

// Confirm sends a sole proprietor's confirmation text again.
func (r Registration) Confirm(ctx context.Context) error {
	return tell(ctx, r.service, post(nil, "/v1/registration/confirm"))
}
