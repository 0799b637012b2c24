// Package api is the daemon's door: REST over HTTP. It owns the table of routes, who may use which, how requests are read
// and how answers and errors are written. It promises that every refusal has a stable code, that nothing a stranger sends
// gets further than the reading of it without a key, and that personal data stays out of the log. Reading asks storage,
// changing goes through engine; here nothing is decided.
package api

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// Options are the parts of a server. Engine, Reader and Now are needed.
type Options struct {
	Engine         *engine.Engine
	Reader         *storage.Reader
	Simulator      *simulator.Carrier // nil: texts are really sent, and the simulator's routes say so
	Demo           *Demo              // nil: none; else pages that show everybody's texts to whoever asks
	TwilioTokens   []string           // auth tokens whose webhook signatures count; none: no webhook does
	PublicURL      string             // of this daemon; pages of its own origin may always report sessions
	TrustedProxies []string           // addresses or CIDRs whose X-Forwarded-For counts
	Now            func() time.Time
	Log            *slog.Logger              // nil: silent
	Version        string                    // told by /healthz and the API document
	StoreStats     func() storage.Stats      // for /metrics; nil: no figures of the store
	WorkerStats    func() worker.Stats       // for /metrics; nil: no figures of the workers that run scripts
	ModelState     func() booking.ModelState // for /metrics; nil: there is no language model
	Backups        *storage.Shelf            // for the console; nil: no backups are kept
	Limits         Limits                    // zero fields: those of [DefaultLimits]
}

// The bounds of a request. Those of the body hold before any of it is read, see [Server.bound]; what is larger than
// maxBody would not fit into one transaction anyway.
const (
	maxConns      = 2048 // at once
	maxBody       = 256 << 10
	maxEvent      = 64 << 10
	maxImport     = 1 << 20  // an upload of bookings
	maxWebhook    = 32 << 10 // 1600 characters of four bytes, escaped, and ten addresses
	maxStranger   = 4 << 10  // without a key that opens more than session events
	maxHeader     = 8 << 10  // all header lines together
	readTimeout   = 30 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	handleTimeout = 15 * time.Second // of one use case: a transaction that conflicts again and again ends then
)

// Server answers requests.
type Server struct {
	o       Options
	app     *fiber.App
	engine  *engine.Engine
	reader  *storage.Reader
	now     func() time.Time
	log     *slog.Logger
	origin  string // of PublicURL, as browsers write it
	trusted []netip.Prefix
	routes  []route
	limits  *limiters
	meters  *meters
	doc     func() ([]byte, error)
	pages   origins
	inbound onceInbound
	typists typists

	operator string // the key of the operator's door; see [Server.Operator]

	stopping chan struct{} // closed at a stop: streams end

	mu      sync.Mutex
	closed  bool
	serving []*silence
	ids     atomic.Uint64
}

// New puts a server together; [Server.Listen] or [Server.Serve] sets it going.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		o: o, engine: o.Engine, reader: o.Reader, now: o.Now, log: o.Log, origin: originOf(o.PublicURL),
		trusted: prefixes(o.TrustedProxies, o.Log), routes: table(), limits: newLimiters(o.Limits), operator: newOperator(),
		stopping: make(chan struct{}),
	}
	s.meters = newMeters(s)
	s.doc = sync.OnceValues(s.document)
	s.app = fiber.New(fiber.Config{
		AppName:                   "rebook",
		BodyLimit:                 maxBody,
		Concurrency:               maxConns,
		CaseSensitive:             true,
		StrictRouting:             true,
		DisableDefaultDate:        true, // fasthttp keeps an endless goroutine for it; ours comes from Now
		DisableStartupMessage:     true,
		Immutable:                 true, // what is read from a request goes into the store
		ReadBufferSize:            maxHeader,
		ReadTimeout:               readTimeout,
		WriteTimeout:              writeTimeout,
		IdleTimeout:               idleTimeout,
		ErrorHandler:              s.unrouted,
		DisableDefaultContentType: true,

		DisablePreParseMultipartForm: true, // bodies are JSON whatever their type says
	})
	for i := range s.routes {
		s.mount(&s.routes[i])
	}
	server := s.app.Server()
	server.HeaderReceived = s.bound
	inner := server.Handler
	server.Handler = func(ctx *fasthttp.RequestCtx) {
		if knownMethod(string(ctx.Method())) {
			inner(ctx)
			return
		}
		f := s.app.AcquireCtx(ctx) // Fiber would answer in its own words
		defer s.app.ReleaseCtx(f)
		_ = s.unrouted(f, fiber.ErrMethodNotAllowed)
	}
	return s
}

// bound says how large the body of a request may be, before any of it is buffered: a stranger's memory is ours. The key is
// looked up only where the answer depends on it; [call.admit] checks it again.
func (s *Server) bound(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	limit := maxStranger
	if path, _, _ := bytes.Cut(h.RequestURI(), []byte("?")); string(path) == eventsPath {
		limit = maxEvent
	} else if bytes.HasPrefix(path, []byte(carrierPath)) {
		limit = maxWebhook
	} else if n := h.ContentLength(); n == -1 || n > maxStranger { // -1: chunked
		key := bearer(string(h.Peek(fiber.HeaderAuthorization)))
		ctx, cancel := context.WithTimeout(context.Background(), handleTimeout)
		defer cancel()
		if who, err := s.credential(ctx, key); err == nil && who != nil && who.Role != booking.RolePublishable {
			limit = maxBody
			if string(path) == importPath && who.Role.May(booking.MayWork) {
				limit = maxImport
			}
		} else if key == "" && s.signedIn(ctx, string(h.Cookie(cookieName))) {
			limit = maxBody
		}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: limit}
}

// credential gives what a key opens; nil: nothing.
func (s *Server) credential(ctx context.Context, key string) (who *storage.Credential, err error) {
	if key == "" || len(key) > maxKey {
		return nil, nil
	}
	err = s.reader.View(ctx, func(v *storage.Snapshot) (err error) {
		who, err = v.Credential(key)
		return err
	})
	return who, err
}

// signedIn tells whether a console session's token opens something.
func (s *Server) signedIn(ctx context.Context, token string) (is bool) {
	if !tokenLike(token) {
		return false
	}
	err := s.reader.View(ctx, func(v *storage.Snapshot) error {
		l, _, err := engine.Login(v, token)
		is = l != nil
		return err
	})
	return is && err == nil
}

func knownMethod(m string) bool { return slices.Contains(fiber.DefaultMethods, m) }

// mount adds a route, HEAD where there is a GET, and OPTIONS where pages of other origins use it.
func (s *Server) mount(r *route) {
	path := strings.NewReplacer("{", ":", "}", "").Replace(r.path)
	h := s.serve(r)
	s.app.Add(r.method, path, h)
	if r.method == fiber.MethodGet && r.may != report { // what a page gets for a key counts, so it is not looked at
		s.app.Add(fiber.MethodHead, path, h)
	}
	if r.forPages() {
		s.app.Options(path, s.preflight(r.path))
	}
}

// Listen takes the address and serves until [Server.Shutdown].
func (s *Server) Listen(addr string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return s.Serve(ln)
}

// Serve answers what comes in over ln until [Server.Shutdown], which closes it. It gives nil after a shutdown.
func (s *Server) Serve(ln net.Listener) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ln.Close()
	}
	heard := newSilence(ln)
	s.serving = append(s.serving, heard)
	s.mu.Unlock()
	err := s.app.Listener(heard)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	return err
}

// Shutdown takes no new requests and waits for those under way, until ctx ends. Connections on which no request has begun are not
// waited for. It may be called twice.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	again := s.closed
	if s.closed = true; !again {
		close(s.stopping)
	}
	serving := s.serving
	s.mu.Unlock()
	if again || len(serving) == 0 {
		return nil
	}
	for _, ln := range serving {
		ln.end()
	}
	err := s.app.ShutdownWithContext(ctx)
	for _, ln := range serving { // one that was not yet accepting when the app was shut down
		ln.Close()
	}
	return err
}

// App gives the Fiber app, for tests.
func (s *Server) App() *fiber.App { return s.app }

// originOf gives the origin of an address as browsers write it; empty when it has none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), cmp.Or(port, " "))
}
