package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/rebookhq/rebook/api/wire"
)

// Error is an answer that says no. Get it out of an error with errors.As or errors.AsType.
type Error struct {
	Status     int           // of HTTP
	Code       string        // stable, see api/README.md; "" when the answer was not the daemon's own, but a proxy's
	Message    string        // one sentence
	Field      string        // of the request it is about, or ""
	Hint       string        // how to mend it, or ""
	RequestID  string        // finds the line in the daemon's log
	RetryAfter time.Duration // 0: it did not say

	Tests *wire.TestRun // of tests_failed: which, and where the replies part
}

func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("HTTP status %d", e.Status)
	}
	s := e.Message
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Is makes errors.Is(err, &client.Error{Code: "window_full"}) compare codes.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// passing tells whether the same request may be taken a little later.
func (e *Error) passing() bool {
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable
}

// refusal reads an answer that says no.
func refusal(status int, header http.Header, body []byte) *Error {
	e := &Error{Status: status, RequestID: header.Get("X-Request-Id"), RetryAfter: retryAfter(header.Get("Retry-After"))}
	var told wire.Error
	if json.Unmarshal(body, &told) == nil { // else the status says it all
		e.Code, e.Message, e.Field, e.Hint = told.Error.Code, told.Error.Message, told.Error.Field, told.Error.Hint
		e.Tests = told.Error.Tests
	}
	return e
}

// retryAfter reads either form of the header (RFC 9110, section 10.2.3).
func retryAfter(v string) time.Duration {
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
