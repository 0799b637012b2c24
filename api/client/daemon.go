package client

import (
	"context"

	"github.com/rebookhq/rebook/api/wire"
)

// Links are the links in texts.
type Links struct{ service }

// Follow tells where a link leads, as a browser would go there. It changes nothing.
func (l Links) Follow(ctx context.Context, token string) (location string, err error) {
	a, err := l.c.do(ctx, get("/l/{token}", token))
	if err != nil {
		return "", err
	}
	return a.header.Get("Location"), nil
}

// Redeem gives what a customer had typed, as the page their link leads to asks for it with the scheduler's publishable key. It counts as
// a click.
func (l Links) Redeem(ctx context.Context, token string) (wire.Prefill, error) {
	return ask[wire.Prefill](ctx, l.service, get("/v1/prefill/{token}", token))
}

// Daemon is the program itself. Its calls need no key.
type Daemon struct{ service }

// Health tells whether the process is alive, and its version.
func (d Daemon) Health(ctx context.Context) (wire.Health, error) {
	return ask[wire.Health](ctx, d.service, get("/healthz"))
}

// Ready asks whether the store takes writes and the motor runs; nil when so. It is not tried again: a refusal answers it.
func (d Daemon) Ready(ctx context.Context) error {
	r := get("/readyz")
	r.single = true
	return tell(ctx, d.service, r)
}

// Metrics gives the figures for Prometheus, as text.
func (d Daemon) Metrics(ctx context.Context) (string, error) {
	a, err := d.c.do(ctx, get("/metrics"))
	return string(a.body), err
}

// OpenAPI gives the API as an OpenAPI 3.1 document, in JSON.
func (d Daemon) OpenAPI(ctx context.Context) ([]byte, error) {
	a, err := d.c.do(ctx, get("/v1/openapi.json"))
	return a.body, err
}
