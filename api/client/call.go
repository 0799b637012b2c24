package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rebookhq/rebook/api/wire"
)

// request is what a method asks for.
type request struct {
	method string
	path   string   // as in the table of routes, with {names}
	args   []string // of the names, in order
	query  url.Values
	in     any  // becomes the JSON body, or stands as it is when it is CSV; nil: none
	single bool // not tried again: the refusal is what was asked for
}

func get(path string, args ...string) request {
	return request{method: http.MethodGet, path: path, args: args}
}

func post(in any, path string, args ...string) request {
	return request{method: http.MethodPost, path: path, args: args, in: in}
}

func put(in any, path string, args ...string) request {
	return request{method: http.MethodPut, path: path, args: args, in: in}
}

func remove(path string, args ...string) request {
	return request{method: http.MethodDelete, path: path, args: args}
}

// asking adds the fields of q, a struct with `query` tags.
func (r request) asking(q any) request {
	r.query = queryOf(q)
	return r
}

// target gives path and query as they stand in the request line.
func (r request) target() string {
	path := r.path
	for _, arg := range r.args {
		before, after, _ := strings.Cut(path, "{")
		_, after, _ = strings.Cut(after, "}")
		path = before + url.PathEscape(arg) + after
	}
	if len(r.query) > 0 {
		path += "?" + r.query.Encode()
	}
	return path
}

// onceKey is the context's key of [WithIdempotencyKey].
type onceKey struct{}

// WithIdempotencyKey gives the POSTs made with the context this Idempotency-Key and not one of their own: for who repeats a
// call itself, after a restart of its own say. With "" they carry none, and are not tried again.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, onceKey{}, key)
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ask makes the call and reads the answer.
func ask[T any](ctx context.Context, s service, r request) (out T, err error) {
	a, err := s.c.do(ctx, r)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		return out, fmt.Errorf("%s %s: read the answer: %w", r.method, r.path, err)
	}
	return out, nil
}

// tell makes a call whose answer says nothing more.
func tell(ctx context.Context, s service, r request) error {
	_, err := s.c.do(ctx, r)
	return err
}

// do makes the call, again where that may help.
func (c *Client) do(ctx context.Context, r request) (answer, error) {
	header := http.Header{"User-Agent": {c.agent}, "Accept": {"application/json, */*;q=0.5"}}
	if c.key != "" {
		header.Set("Authorization", "Bearer "+c.key)
	}
	var body []byte
	if text, ok := r.in.(wire.CSV); ok {
		body = []byte(text)
		header.Set("Content-Type", "text/csv")
	} else if r.in != nil {
		var err error
		if body, err = json.Marshal(r.in); err != nil {
			return answer{}, fmt.Errorf("%s %s: %w", r.method, r.path, err)
		}
		header.Set("Content-Type", "application/json")
	}
	if r.method == http.MethodPost {
		key, given := ctx.Value(onceKey{}).(string)
		if !given {
			key = rand.Text()
		}
		if r.single = key == ""; !r.single {
			header.Set("Idempotency-Key", key)
		}
	}
	for try := 0; ; try++ {
		a, err := c.try(ctx, r, header, body)
		if err == nil {
			return a, nil
		}
		if try >= c.retries || r.single || !c.pause(ctx, try, err) {
			return answer{}, fmt.Errorf("%s %s: %w", r.method, r.path, err)
		}
	}
}

// maxAnswer bounds what is read of an answer, in bytes: some times what the largest list has.
const maxAnswer = 64 << 20

// try makes one request.
func (c *Client) try(ctx context.Context, r request, header http.Header, body []byte) (a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.target(), bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header = header.Clone()
	res, err := c.http.Do(req)
	if u, ok := errors.AsType[*url.Error](err); ok {
		return a, u.Err // the method and the path are told already
	}
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	a = answer{status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer)); err != nil {
		return a, err
	}
	if a.status >= 400 {
		return a, refusal(a.status, a.header, a.body)
	}
	return a, nil
}

// firstWait is about how long the first further try is put off; each later one waits twice as long.
const firstWait = 100 * time.Millisecond

// pause waits before the next try; false when there is to be none.
func (c *Client) pause(ctx context.Context, try int, err error) bool {
	wait := min(firstWait<<min(try, 16), c.maxWait)
	wait = wait/2 + mathrand.N(wait/2+1) // callers that failed together come back apart
	if no, ok := errors.AsType[*Error](err); ok {
		if !no.passing() || no.RetryAfter > c.maxWait {
			return false
		}
		wait = cmp.Or(no.RetryAfter, wait)
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= wait {
		return false // the reason is worth more than a deadline that was met waiting
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
