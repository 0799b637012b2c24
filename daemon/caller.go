package main

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/rebookhq/rebook/api/client"
)

// newClient makes a client of a daemon. The demo, the self-test and the benchmark speak to theirs as an integrator would,
// over the API and nothing else. It does not try again by itself: they want to see, count and time each failure.
func newClient(base, key string) *client.Client {
	return client.New(base, key, client.WithRetries(0), client.WithUserAgent("rebook/"+release))
}

// await asks again and again, every pause, until the daemon is ready or ctx ends, and gives the last reason.
func await(ctx context.Context, c *client.Client, pause time.Duration) error {
	for {
		err := c.Daemon.Ready(ctx)
		if err == nil || !sleep(ctx, pause) {
			return err
		}
	}
}

// sleep waits; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// why gives the reason of a refusal, or the plain cause of a connection that failed.
func why(err error) string {
	if no, ok := errors.AsType[*client.Error](err); ok {
		return no.Error()
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err.Error()
	}
	return err.Error()
}
