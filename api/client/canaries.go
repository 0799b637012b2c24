package client

import (
	"context"

	"github.com/rebookhq/rebook/api/wire"
)

// Canaries gives the last canary of every script that had one, the running ones first.
func (s Scripts) Canaries(ctx context.Context) ([]wire.Canary, error) {
	return whole[wire.Canary](ctx, s.service, get("/v1/canaries"))
}

// Canary gives the last canary of a script with its results.
func (s Scripts) Canary(ctx context.Context, name string) (wire.Canary, error) {
	return ask[wire.Canary](ctx, s.service, get("/v1/scripts/{name}/canary", name))
}

// TryCanary tries a version on a share of the persons, or changes the share.
func (s Scripts) TryCanary(ctx context.Context, name string, v wire.NewCanary) (wire.Canary, error) {
	return ask[wire.Canary](ctx, s.service, put(v, "/v1/scripts/{name}/canary", name))
}

// PromoteCanary gives the version that is tried to everybody.
func (s Scripts) PromoteCanary(ctx context.Context, name string) (wire.Canary, error) {
	return ask[wire.Canary](ctx, s.service, post(nil, "/v1/scripts/{name}/canary/promote", name))
}

// EndCanary gives everybody the version in use again.
func (s Scripts) EndCanary(ctx context.Context, name string) (wire.Canary, error) {
	return ask[wire.Canary](ctx, s.service, remove("/v1/scripts/{name}/canary", name))
}
