package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// call is one request on its way through a handler.
type call struct {
	*Server
	f     *fiber.Ctx
	ctx   context.Context
	route *route
	who   storage.Credential // zero on open routes
	user  *storage.User      // of a console session
}

// raw is an answer that is not JSON made from a value.
type raw struct {
	status  int
	kind    string // content type
	body    []byte
	headers map[string]string
}

// serve makes the Fiber handler of a route: limit, key, handler, answer, log line and count, always in this order.
func (s *Server) serve(r *route) fiber.Handler {
	return func(f *fiber.Ctx) error {
		began := s.now()
		s.prepare(f, began)
		ctx, cancel := context.WithTimeout(context.Background(), handleTimeout)
		defer cancel()
		c := &call{Server: s, f: f, ctx: ctx, route: r}
		out, err := c.run()
		if err == nil {
			err = c.answer(out)
		}
		switch {
		case err != nil && r.forConsole() && f.Get(fiber.HeaderAuthorization) == "":
			s.consoleFault(f, err)
		case err != nil:
			s.fail(f, err)
		}
		s.observe(f, r, began, err)
		return nil
	}
}

// run does the request. A panic is an error like any other for the caller, and a stack for us.
func (c *call) run() (out any, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, &panicked{value: p, stack: debug.Stack()}
		}
	}()
	if err := c.admit(); err != nil {
		return nil, err
	}
	if err := c.knownQuery(); err != nil {
		return nil, err
	}
	if err := c.sign(); err != nil {
		return nil, err
	}
	if c.f.Method() == http.MethodPost {
		if err := c.rememberOnce(); err != nil {
			return nil, err
		}
	}
	return c.route.handle(c)
}

// sign puts the caller's name under what the request changes, for the audit log. Pages report what visitors do: that is nobody's
// change.
func (c *call) sign() error {
	if m := c.f.Method(); m == http.MethodGet || m == http.MethodHead || c.route.may == open || c.route.may == report {
		return nil
	}
	who := storage.Actor{Kind: "key", ID: c.who.Key, Role: c.who.Role, IP: c.clientIP(c.f).String()}
	if c.user != nil {
		who.Kind, who.ID, who.Name = "user", c.user.ID, c.user.Email
	} else {
		err := c.view(func(s *storage.Snapshot) error {
			k, err := s.APIKey(c.who.Account, c.who.Key)
			if k != nil {
				who.Name = k.Label
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	action := c.route.method + " " + c.route.path
	if id := c.f.Params("id"); id != "" {
		if p, bad := booking.ParsePhone(strings.ReplaceAll(id, "%2B", "+")); bad == "" { // a thread's name is the customer's number, which is not kept here
			id = p.Mask()
		}
		action = c.route.method + " " + strings.Replace(c.route.path, "{id}", clip(id), 1)
	}
	c.ctx = engine.WithActor(c.ctx, engine.Doing{Account: c.who.Account, Who: who, Action: action})
	return nil
}

// panicked is a bug that a request met.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// answer writes what the handler gave.
func (c *call) answer(out any) error {
	switch v := out.(type) {
	case nil:
		c.f.Status(c.route.status)
		return nil
	case raw:
		for name, value := range v.headers {
			c.f.Set(name, value)
		}
		c.f.Status(v.status)
		c.f.Set(fiber.HeaderContentType, v.kind)
		return c.f.Send(v.body)
	case stream:
		return c.send(v)
	case file:
		return c.sendFile(v)
	}
	return writeJSON(c.f, c.route.status, out)
}

// writeJSON writes a body. HTML characters stay as they are: nosniff and the content type keep browsers from reading HTML
// into it, and people read links in texts.
func writeJSON(f *fiber.Ctx, status int, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	f.Status(status)
	f.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return f.Send(b.Bytes())
}

// prepare sets what every answer has.
func (s *Server) prepare(f *fiber.Ctx, now time.Time) {
	h := &f.Response().Header
	setDate(h, now)
	h.Set(fiber.HeaderXRequestID, s.requestID(f))
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderCacheControl, "no-store")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	h.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
}

// setDate sets the Date header. fasthttp keeps the name for itself, also where it was told to make none, so the line is made
// under another name of the same length and renamed in place.
func setDate(h *fasthttp.ResponseHeader, now time.Time) {
	const other = "Xate"
	h.Set(other, now.UTC().Format(http.TimeFormat))
	h.VisitAll(func(key, _ []byte) {
		if string(key) == other {
			key[0] = 'D'
		}
	})
}

// requestID takes over the caller's name of the request when it is sane, else makes one that is unique in this process.
func (s *Server) requestID(f *fiber.Ctx) string {
	id := f.Get(fiber.HeaderXRequestID)
	if id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.')
	}) {
		return id
	}
	return strconv.FormatInt(s.now().UnixMilli(), 36) + "-" + strconv.FormatUint(s.ids.Add(1), 36)
}

// body gives the bytes of the request, as they came.
func (c *call) body() ([]byte, error) {
	if e := c.f.Get(fiber.HeaderContentEncoding); e != "" && e != "identity" {
		return nil, &problem{http.StatusUnsupportedMediaType, booking.Refuse(booking.Invalid, "unsupported_encoding", "Content-Encoding",
			"compressed bodies are not taken", "send the body as it is"), 0}
	}
	return c.f.Request().Body(), nil
}

// decode reads the body strictly.
func decode[T any](c *call) (v T, err error) {
	b, err := c.body()
	if err != nil {
		return v, err
	}
	return v, wire.Decode(b, &v)
}

// decodeMaybe is decode for a route whose body may be left out.
func decodeMaybe[T any](c *call) (v T, err error) {
	b, err := c.body()
	if err != nil || len(bytes.TrimSpace(b)) == 0 {
		return v, err
	}
	return v, wire.Decode(b, &v)
}

// view reads one consistent snapshot.
func (c *call) view(fn func(*storage.Snapshot) error) error { return c.reader.View(c.ctx, fn) }

// param gives a part of the path, unescaped. What no ID of ours can hold is not found, so that it never reaches a key of
// the store.
func (c *call) param(name string) (string, error) {
	v, err := url.PathUnescape(c.f.Params(name))
	if err != nil || v == "" || len(v) > 64 || strings.ContainsFunc(v, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '+')
	}) {
		return "", notFound()
	}
	return v, nil
}

// scriptName gives the name of a script out of the path; one that no script can have is refused as such.
func (c *call) scriptName() (string, error) {
	name, err := c.param("name")
	if err == nil {
		return name, nil
	}
	typed, bad := url.PathUnescape(c.f.Params("name"))
	if bad == nil && typed != "" {
		err = cmp.Or(booking.ValidateScriptName(typed), err)
	}
	return "", err
}

func notFound() error {
	return booking.Refuse(booking.NotFound, "not_found", "", "there is nothing here", "GET /v1/openapi.json lists what there is")
}
