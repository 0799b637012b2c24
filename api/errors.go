package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// problem is an error as it is told to the caller.
type problem struct {
	status     int
	refusal    *booking.Error
	retryAfter time.Duration // 0: no such header
}

func (p *problem) Error() string { return p.refusal.Error() }

// statuses of the classes of refusal. What cannot be read is 400, what was read and is not acceptable 422.
var statuses = map[booking.Class]int{
	booking.Invalid:      http.StatusUnprocessableEntity,
	booking.Unauthorized: http.StatusUnauthorized,
	booking.Forbidden:    http.StatusForbidden,
	booking.NotFound:     http.StatusNotFound,
	booking.Conflict:     http.StatusConflict,
	booking.TooLarge:     http.StatusRequestEntityTooLarge,
	booking.TooMany:      http.StatusTooManyRequests,
	booking.Unavailable:  http.StatusServiceUnavailable,
	booking.Gone:         http.StatusGone,
	booking.Stale:        http.StatusPreconditionFailed,
}

// retrySoon is when to try again after a passing trouble of ours.
const retrySoon = time.Second

func newProblem(status int, code, message, hint string) *problem {
	return &problem{status: status, refusal: booking.Refuse(0, code, "", message, hint)}
}

// problemOf turns any error into what the caller is told. What nobody foresaw is told to no one but the log.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if refusal, ok := errors.AsType[*booking.Error](err); ok {
		p := &problem{status: cmp.Or(statuses[refusal.Class], http.StatusInternalServerError), refusal: refusal}
		if _, ok := errors.AsType[wire.Unreadable](err); ok {
			p.status = http.StatusBadRequest
		}
		if refusal.Class == booking.TooMany || refusal.Class == booking.Unavailable {
			p.retryAfter = retrySoon
		}
		return p
	}
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return newProblem(http.StatusNotFound, "not_found", "there is no such thing", "")
	case errors.Is(err, storage.ErrDiskFull):
		p := newProblem(http.StatusServiceUnavailable, "disk_full", "the disk is nearly full, so nothing is written", "make room on the daemon's disk; writing goes on by itself")
		p.retryAfter = 10 * time.Second
		return p
	case errors.Is(err, storage.ErrTooBig):
		return newProblem(http.StatusRequestEntityTooLarge, "too_large", "this is more than is kept in one piece", "send less, or in parts")
	case errors.Is(err, storage.ErrDown), errors.Is(err, storage.ErrClosed), errors.Is(err, storage.ErrConflict),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		p := newProblem(http.StatusServiceUnavailable, "store_unavailable", "the store does not take this now", "try again")
		p.retryAfter = retrySoon
		return p
	}
	return newProblem(http.StatusInternalServerError, "internal", "something went wrong here", "tell the operator the X-Request-Id of this answer")
}

// fail writes an error.
func (s *Server) fail(f *fiber.Ctx, err error) {
	p := problemOf(err)
	var body wire.Error
	body.Error.Code, body.Error.Message = p.refusal.Code, p.refusal.Message
	body.Error.Field, body.Error.Hint, body.Error.Line = p.refusal.Field, p.refusal.Hint, p.refusal.Line
	if found, ok := errors.AsType[*booking.PreflightFailed](err); ok {
		body.Error.Items = wire.Map(found.Items, wire.FromItem)
	}
	if found, ok := errors.AsType[*engine.TestsFailed](err); ok {
		run := wire.FromTestRun(found.Run)
		body.Error.Tests = &run
	}
	if p.retryAfter > 0 {
		f.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.status == http.StatusUnauthorized {
		f.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="rebook"`)
	}
	if err := writeJSON(f, p.status, body); err != nil {
		f.Status(http.StatusInternalServerError)
	}
}

// unrouted answers what no route took: unknown paths, wrong methods, and requests that could not even be parsed.
func (s *Server) unrouted(f *fiber.Ctx, err error) error {
	began := s.now()
	s.prepare(f, began)
	status := http.StatusInternalServerError
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		status = e.Code
	}
	switch status {
	case http.StatusNotFound:
		err = notFound()
	case http.StatusMethodNotAllowed:
		err = newProblem(status, "method_not_allowed", "this path has other methods", "the Allow header lists them")
	case http.StatusRequestEntityTooLarge:
		err = tooLarge()
	case http.StatusRequestHeaderFieldsTooLarge:
		err = newProblem(status, "headers_too_large", "the header lines are larger than 8 KiB", "send fewer cookies and headers")
	case http.StatusRequestTimeout:
		err = newProblem(status, "timeout", "the request did not arrive in time", "send it in one go")
	case http.StatusBadRequest, http.StatusBadGateway:
		err = newProblem(http.StatusBadRequest, "bad_request", "this is not an HTTP request that can be read", "")
	}
	s.fail(f, err)
	s.observe(f, nil, began, err)
	return nil
}

// tooLarge names all limits: of a request that was cut off it is not known any more which one was met.
func tooLarge() error {
	return booking.Refuse(booking.TooLarge, "too_large", "", "the body is larger than is taken",
		fmt.Sprintf("session events have up to %d KiB, uploads of bookings %d KiB, others %d KiB, without a key that opens something %d KiB",
			maxEvent>>10, maxImport>>10, maxBody>>10, maxStranger>>10))
}

// observe counts the request and writes its log line. Expected errors do not shout: they are the caller's, not ours.
func (s *Server) observe(f *fiber.Ctx, r *route, began time.Time, err error) {
	status := f.Response().StatusCode()
	took := s.now().Sub(began)
	path := "other"
	if r != nil {
		path = r.path
	}
	s.meters.count(f.Method(), path, status, took)
	level := slog.LevelDebug
	switch {
	case status == http.StatusInternalServerError:
		level = slog.LevelError
	case status > http.StatusInternalServerError:
		level = slog.LevelWarn
	}
	if !s.log.Enabled(context.Background(), level) {
		return
	}
	if r == nil {
		path = safePath(f.Path())
	}
	attrs := []slog.Attr{
		slog.String("method", clip(f.Method())), slog.String("path", path), slog.Int("status", status), slog.Duration("took", took),
		slog.String("request", string(f.Response().Header.Peek(fiber.HeaderXRequestID))), slog.String("ip", s.clientIP(f).String()),
	}
	if err != nil {
		attrs = append(attrs, slog.String("code", problemOf(err).refusal.Code))
	}
	if err != nil && status >= http.StatusInternalServerError {
		attrs = append(attrs, slog.Any("error", err))
	}
	if p, ok := errors.AsType[*panicked](err); ok {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	s.log.LogAttrs(context.Background(), level, "request", attrs...)
}

// tokens are the parts of a path that may be a link's token: all that follows /l/, and whatever is as long as one elsewhere.
var tokens = regexp.MustCompile(`(?is)(/l/).*|[\w-]{16,}`)

// safePath makes a path that no route knows fit for the log: short, printable, and without digits that may be a phone
// number or letters that may be a token.
func safePath(path string) string {
	b := []byte(clip(tokens.ReplaceAllString(path, "$1***")))
	for i, c := range b {
		if '0' <= c && c <= '9' {
			b[i] = '#'
		} else if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}

func clip(s string) string { return s[:min(len(s), 60)] }
