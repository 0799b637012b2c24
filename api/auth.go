package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// eventsPath is where pages report what happens on them.
const eventsPath = "/v1/session-events"

// pagePaths are the routes that pages in browsers use, with a scheduler's publishable key and from its origins only.
var pagePaths = map[string]string{
	eventsPath:                         http.MethodPost,
	"/v1/schedulers/{id}/availability": http.MethodGet,
	"/v1/bookings":                     http.MethodPost,
	"/v1/prefill/{token}":              http.MethodGet,
}

// forPages tells whether pages use the route.
func (r *route) forPages() bool { return pagePaths[r.path] == r.method }

// maxKey bounds what is looked up as a key.
const maxKey = 200

// admit lets the request in or says why not: key, rate, permission, origin.
func (c *call) admit() error {
	if c.route.may == open {
		if strings.HasPrefix(c.route.path, carrierPath) { // signed; all of Twilio's come from a few addresses
			return nil
		}
		if c.route.path == "/healthz" { // costs nothing, and an orchestrator that is refused kills the daemon
			return nil
		}
		return c.limits.public.take(c.address(), c.now())
	}
	key, shown := c.key()
	if key == "" {
		if signedIn, err := c.admitUser(); signedIn || err != nil {
			return err
		}
		if err := c.limits.failures.take(c.address(), c.now()); err != nil {
			return err
		}
		return booking.Refuse(booking.Unauthorized, "missing_key", "Authorization", "an API key is needed", "send the header Authorization: Bearer KEY")
	}
	var sched *booking.Scheduler
	who, known := c.isOperator(key)
	c.who = who
	err := error(nil)
	if !known && len(key) <= maxKey {
		err = c.view(func(s *storage.Snapshot) error {
			who, err := s.Credential(key)
			if err != nil || who == nil {
				return err
			}
			known, c.who = true, *who
			if who.Role == booking.RolePublishable && c.f.Get(fiber.HeaderOrigin) != "" {
				sched, err = s.Scheduler(who.Account, who.Scheduler)
			}
			return err
		})
	}
	if err != nil {
		return err
	}
	if !known {
		if err := c.limits.failures.take(c.address(), c.now()); err != nil {
			return err
		}
		return booking.Refuse(booking.Unauthorized, "unknown_key", "Authorization", "this API key opens nothing", "it may have been revoked; an administrator can make another")
	}
	if shown && c.who.Role != booking.RolePublishable {
		if err := c.limits.failures.take(c.address(), c.now()); err != nil {
			return err
		}
		return booking.Refuse(booking.Unauthorized, "secret_in_address", "key", "only a publishable key may stand in the address",
			"send the header Authorization: Bearer KEY; addresses are logged on their way, so revoke this key")
	}
	if err := c.limitCaller(); err != nil {
		return err
	}
	if c.who.Role == booking.RolePublishable && c.route.forPages() {
		return c.admitPage(sched)
	}
	return c.need(booking.Permission(c.route.may))
}

// admitUser lets a person in whom the console's cookie signs in; false when it signs in nobody.
func (c *call) admitUser() (bool, error) {
	who, u, err := c.signedInUser()
	if err != nil || who == nil {
		return false, err
	}
	c.who, c.user = *who, u
	if c.f.Method() != http.MethodGet && c.f.Method() != http.MethodHead {
		if err := c.sameOrigin(); err != nil {
			return true, err
		}
	}
	if err := c.limits.secret.take(c.identity(), c.now()); err != nil {
		return true, err
	}
	return true, c.need(booking.Permission(c.route.may))
}

// key gives the key of the request, and whether it stands in the address: only where a page cannot set headers, and only a
// publishable one.
func (c *call) key() (key string, shown bool) {
	if key := bearer(c.f.Get(fiber.HeaderAuthorization)); key != "" {
		return key, false
	}
	if c.route.path == eventsPath {
		return c.f.Query("key"), true
	}
	return "", false
}

// bearer gives the key of an Authorization header.
func bearer(header string) string {
	if scheme, key, ok := strings.Cut(header, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(key)
	}
	return ""
}

// limitCaller holds the caller to the rate of its key. The address counts too where the key is no secret.
func (c *call) limitCaller() error {
	if c.who.Role != booking.RolePublishable {
		return c.limits.secret.take(c.identity(), c.now())
	}
	if err := c.limits.page.take(c.address(), c.now()); err != nil {
		return err
	}
	return c.limits.publishable.take(c.identity(), c.now())
}

// identity names the caller's key without its secret.
func (c *call) identity() string {
	if c.who.Role == booking.RolePublishable {
		return string(c.who.Account) + "/s/" + string(c.who.Scheduler)
	}
	if c.who.User != "" {
		return string(c.who.Account) + "/u/" + c.who.User
	}
	return string(c.who.Account) + "/k/" + c.who.Key
}

// need refuses who may not do this.
func (c *call) need(p booking.Permission) error {
	if c.who.Role.May(p) {
		return nil
	}
	return booking.Refuse(booking.Forbidden, "forbidden", "", "the role "+string(c.who.Role)+" may not do this", "use a key with another role; api/README.md has the table")
}

// admitPage checks where a publishable key is used from. A request without Origin comes from no page: browsers send it with
// every cross-origin POST and cannot be talked out of it.
func (c *call) admitPage(sched *booking.Scheduler) error {
	origin := c.f.Get(fiber.HeaderOrigin)
	if origin == "" {
		return nil
	}
	if origin != c.origin && (sched == nil || !lists(*sched, origin)) {
		return booking.Refuse(booking.Forbidden, "origin_not_allowed", "Origin", "pages of this origin may not use the scheduler's key",
			"add the page's origin to the scheduler's origins")
	}
	c.share(origin)
	return nil
}

// share lets a page of the origin read the answer.
func (c *call) share(origin string) {
	c.f.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	c.f.Set(fiber.HeaderVary, fiber.HeaderOrigin)
	c.f.Set(fiber.HeaderAccessControlExposeHeaders, "X-Request-Id, Retry-After")
}

// lists tells whether the scheduler lists the origin. The stored ones are in the form that browsers send.
func lists(s booking.Scheduler, origin string) bool {
	return slices.Contains(s.Origins, origin)
}

// preflight makes what answers a browser that asks whether a page may use a path. It carries no key in its headers, so the origin is looked
// up among those of all schedulers; the request that follows is held to its own scheduler's.
func (s *Server) preflight(path string) fiber.Handler {
	r := &route{method: http.MethodOptions, path: path}
	return func(f *fiber.Ctx) error { return s.answerPreflight(f, r) }
}

func (s *Server) answerPreflight(f *fiber.Ctx, r *route) error {
	began := s.now()
	s.prepare(f, began)
	c := &call{Server: s, f: f, ctx: f.Context(), route: r}
	err := s.limits.public.take(c.address(), began)
	var shared bool
	if origin := f.Get(fiber.HeaderOrigin); err == nil && origin != "" {
		shared, err = c.listed(origin)
		if err == nil && shared {
			c.share(origin)
			f.Set(fiber.HeaderAccessControlAllowMethods, pagePaths[r.path])
			f.Set(fiber.HeaderAccessControlAllowHeaders, "Authorization, Content-Type, Idempotency-Key, X-Request-Id")
			f.Set(fiber.HeaderAccessControlMaxAge, strconv.Itoa(2*60*60)) // Chromium's own bound
		}
	}
	if err != nil {
		s.fail(f, err)
	} else {
		f.Set(fiber.HeaderVary, fiber.HeaderOrigin)
		f.Status(http.StatusNoContent)
	}
	s.observe(f, c.route, began, err)
	return nil
}

// listed tells whether some scheduler lists the origin.
func (c *call) listed(origin string) (bool, error) {
	if origin == c.origin {
		return true, nil
	}
	if u, err := url.Parse(origin); err != nil || u.Host == "" { // "null" among others
		return false, nil
	}
	return c.pages.have(origin, c.now(), func(add func(...string)) error {
		return c.view(func(s *storage.Snapshot) error {
			accounts, err := s.Accounts()
			for _, a := range accounts {
				schedulers, _, err := s.Schedulers(a, "", 1000)
				if err != nil {
					return err
				}
				for _, sched := range schedulers {
					add(sched.Origins...)
				}
			}
			return err
		})
	})
}

// originsLife is how long the origins of preflights are believed: reading them reads every scheduler, and anybody may ask.
const originsLife = time.Second

// origins remembers which origins some scheduler lists.
type origins struct {
	mu   sync.Mutex
	of   map[string]bool
	read time.Time
}

// have tells whether the origin is listed, reading the list anew when it is too old. Who asks meanwhile waits for it.
func (o *origins) have(origin string, now time.Time, read func(add func(...string)) error) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if age := now.Sub(o.read); o.of == nil || age < 0 || age >= originsLife {
		of := map[string]bool{}
		err := read(func(list ...string) {
			for _, v := range list {
				of[v] = true
			}
		})
		if err != nil {
			return false, err
		}
		o.of, o.read = of, now
	}
	return o.of[origin], nil
}
