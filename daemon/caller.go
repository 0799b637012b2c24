package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// caller speaks to a daemon's API over HTTP, as an integrator would: the demo, the self-test and the benchmark use nothing
// else.
type caller struct {
	base string // origin, without a trailing slash
	key  string
	http *http.Client
}

// newCaller makes a caller with up to conns connections.
func newCaller(base, key string, conns int) *caller {
	return &caller{base, key, &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: conns, MaxConnsPerHost: conns, DialContext: (&net.Dialer{Timeout: time.Second}).DialContext},
	}}
}

// refusal is an answer that says no.
type refusal struct {
	Status int
	Err    booking.Error `json:"error"`
}

func (r *refusal) Error() string {
	if r.Err.Code == "" {
		return fmt.Sprintf("HTTP status %d", r.Status)
	}
	return r.Err.Error()
}

// do sends in as JSON (nothing when nil) and reads the answer into out (dropped when nil). A *refusal is the daemon's no;
// any other error leaves open whether the request was carried out.
func (c *caller) do(ctx context.Context, method, path string, in, out any, headers ...string) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		r := &refusal{}
		_ = json.Unmarshal(b, r) // not JSON: the status says it all
		r.Status = res.StatusCode
		return r
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// page is a list's answer.
type page[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor"`
}

// report posts a session event and gives our name of the session.
func (c *caller) report(ctx context.Context, ev map[string]any, headers ...string) (session string, err error) {
	var out struct {
		Session string `json:"session"`
	}
	err = c.do(ctx, http.MethodPost, "/v1/session-events", ev, &out, headers...)
	return out.Session, err
}

// ready asks whether the daemon can do its work; nil when it can.
func (c *caller) ready(ctx context.Context) error {
	return c.do(ctx, http.MethodGet, "/readyz", nil, nil)
}

// await asks again and again, every pause, until the daemon is ready or ctx ends, and gives the last reason.
func (c *caller) await(ctx context.Context, pause time.Duration) error {
	for {
		err := c.ready(ctx)
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
	if no, ok := errors.AsType[*refusal](err); ok {
		return no.Error()
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err.Error()
	}
	return err.Error()
}
