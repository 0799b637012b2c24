package api

import (
	"bufio"
	"context"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
)

// The bounds of the event stream. Browsers come again by themselves, so that whoever may no longer see the console is found out soon, and no
// connection outlives a stop of the daemon by much.
const (
	streamFor = 25 * time.Second
	calmFor   = 300 * time.Millisecond // between two events, however much is written
)

// stream is an answer that goes on: an event for every change.
type stream func(w *bufio.Writer)

// streamChanges tells a page of the console that something changed (server-sent events, html.spec.whatwg.org/multipage/server-sent-events).
// What changed stands on the page itself, which is fetched again.
func (c *call) streamChanges() (any, error) {
	changed, stop, typing := c.engine.Changed, c.stopping, c.typists.changed
	return stream(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(context.Background(), streamFor)
		defer cancel()
		next, types := changed(), typing()
		for line := "retry: 1000\n: hello\n\n"; ; line = "event: changed\ndata: 1\n\n" {
			if _, err := w.WriteString(line); err != nil || w.Flush() != nil {
				return
			}
			calm := time.NewTimer(calmFor)
			select {
			case <-ctx.Done():
			case <-stop:
			case <-calm.C:
			}
			calm.Stop()
			select {
			case <-ctx.Done():
				return
			case <-stop:
				return
			case <-next:
			case <-types:
			}
			next, types = changed(), typing()
		}
	}), nil
}

// send begins the stream.
func (c *call) send(v stream) error {
	c.f.Status(http.StatusOK)
	c.f.Set(fiber.HeaderContentType, "text/event-stream")
	c.f.Set("X-Accel-Buffering", "no") // nginx would hold events back
	c.f.Context().SetBodyStreamWriter(func(w *bufio.Writer) { v(w) })
	return nil
}
