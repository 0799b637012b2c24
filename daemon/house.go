package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/rebookhq/rebook/api"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/model"
	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/daemon/twilio"
	"github.com/rebookhq/rebook/daemon/web"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// simulatorFile is the simulated carrier's record in the data directory.
const simulatorFile = "simulator.jsonl"

// backupsDir is where backups made in the console lie, in the data directory.
const backupsDir = "backups"

// house is a running daemon: store, carrier, engine, API, socket and chores, put together.
type house struct {
	p   *process
	cfg Config
	log *slog.Logger

	store   *storage.Store
	carrier *simulator.Carrier // nil when texts are really sent
	twilio  *twilio.Client     // nil with the simulator
	tokens  []string           // with which Twilio signs
	model   *model.Client      // nil: no language model is configured
	engine  *engine.Engine
	addr    net.Addr       // where the API listens
	key     *engine.NewKey // the administrator's key, on the first start only
	seed    *engine.Seed   // of the first start; nil: it was not read
	welcome string         // the token of the first administrator's one-time link, on the first start without a chosen key
	pool    *worker.Pool   // runs scripts; nil: the walls cannot be built
	api     *api.Server
	folder  *folder    // of scripts; nil: none is watched
	failed  chan error // the API stopped answering by itself, or the store is down

	proving sync.Mutex // held while the disk is read through

	wallsMissing string // why no script can run; "": they can

	warnings []string // of the configuration; told after the start, so that a start that fails says one thing only

	undo []func(context.Context) error // how to close what was opened, last opened last
}

// open builds the house from the ground up; what was opened is closed again when a later part fails. Each part may rest on
// those before it, and [house.close] takes them down in the opposite order.
func (p *process) open(ctx context.Context, cfg Config, log *slog.Logger) (h *house, err error) {
	h = &house{p: p, cfg: cfg, log: log, failed: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close(ctx))
		}
	}()
	key, warning, err := cfg.encryptionKey()
	if err != nil {
		return h, err
	}
	if warning != "" {
		h.warnings = append(h.warnings, warning)
	}
	ln, err := listen(cfg) // before all else: a start that cannot serve should touch nothing
	if err != nil {
		return h, err
	}
	h.addr = ln.Addr()
	h.undo = append(h.undo, func(context.Context) error { ln.Close(); return nil }) // the API closes it on an orderly way
	if err := h.proveSeed(ctx); err != nil {
		return h, err
	}
	h.store, err = storage.Open(storage.Options{Dir: cfg.Storage.Dir, Now: p.now, EncryptionKey: key, Log: log})
	if err != nil {
		return h, misuse("%v", err)
	}
	h.undo = append(h.undo, func(ctx context.Context) error {
		closed := make(chan error, 1)
		go func() { closed <- h.store.Close() }()
		select {
		case err := <-closed:
			return err
		case <-ctx.Done(): // a dead disk, or a directory that was moved away, is tried for ever
			return notSo("the store could not be closed in time; what was acknowledged is in its log, the next start takes it up")
		}
	})
	if err := h.openCarrier(); err != nil {
		return h, err
	}
	if err := h.openModel(); err != nil {
		return h, err
	}
	if h.pool == nil && h.wallsMissing == "" {
		h.openWalls(ctx)
	}
	if err := h.openEngine(ctx); err != nil {
		return h, err
	}
	if err := h.openFolder(ctx); err != nil {
		return h, err
	}
	h.openAPI(ln)
	if err := h.openSocket(); err != nil {
		return h, err
	}
	return h, h.openChores(ctx)
}

// listen takes the address.
func listen(cfg Config) (net.Listener, error) {
	ln, err := net.Listen("tcp", cfg.Server.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, cfg.wrong("server.listen", "%s is taken by another program; stop it, or choose another port", cfg.Server.Listen)
	case errors.Is(err, syscall.EACCES):
		return nil, cfg.wrong("server.listen", "this user may not listen on %s; choose a port from 1024 up", cfg.Server.Listen)
	case err != nil:
		return nil, cfg.wrong("server.listen", "cannot listen on %s: %s; use an address of this machine", cfg.Server.Listen, why(err))
	}
	return ln, nil
}

// openCarrier makes the carrier. The simulated one's callbacks go straight to the engine; Twilio's come by HTTP.
func (h *house) openCarrier() (err error) {
	if h.cfg.Carrier.Driver == "twilio" {
		h.twilio, h.tokens, err = h.cfg.openTwilio(h.p.now)
		return err
	}
	h.carrier, err = simulator.Open(simulator.Options{
		Path: filepath.Join(h.cfg.Storage.Dir, simulatorFile),
		Now:  h.p.now,
		Status: func(u booking.StatusUpdate) {
			if err := h.engine.Status(context.Background(), u); err != nil {
				h.log.Warn("a status report of the carrier was lost", "attempt", u.Attempt, "status", u.Status, "error", err)
			}
		},
		Inbound: func(in booking.Inbound) {
			if err := h.engine.Receive(context.Background(), engine.MainAccount, in); err != nil {
				h.log.Error("a customer's text was lost", "from", in.From, "error", err)
			}
		},
		Log: h.log,
	})
	if err != nil {
		return misuse("%v", err)
	}
	h.undo = append(h.undo, func(context.Context) error { return h.carrier.Close() })
	return nil
}

// openTwilio makes a client of Twilio, and gives the tokens with which Twilio signs.
func (c *Config) openTwilio(now func() time.Time) (*twilio.Client, []string, error) {
	tokens, err := c.twilioTokens()
	if err != nil {
		return nil, nil, err
	}
	return twilio.New(twilio.Options{AccountSID: c.Twilio.AccountSID, AuthToken: tokens[0], BaseURL: c.Twilio.BaseURL,
		PublicURL: c.Server.PublicURL, Version: release, Now: now}), tokens, nil
}

// openEngine starts the motor, after the first start has put the seed into an empty store.
func (h *house) openEngine(ctx context.Context) (err error) {
	way := web.New(web.Options{AllowPrivate: h.cfg.Webhooks.AllowPrivate, UserAgent: "Rebook/" + release})
	h.undo = append(h.undo, func(context.Context) error { way.Close(); return nil })
	look := web.New(web.Options{UserAgent: "Rebook/" + release}) // a business's pages are public, whatever receivers are
	h.undo = append(h.undo, func(context.Context) error { look.Close(); return nil })
	o := engine.Options{
		Store: h.store, Carrier: h.carrier, Registrar: h.carrier, Courier: way, Fetch: look.Page, Now: h.p.now,
		PublicURL: h.cfg.Server.PublicURL, Simulator: true, Log: h.log,
		SettleAfter: h.cfg.Carrier.SettleAfter.Std(), WallsMissing: h.wallsMissing, Lookup: h.carrier, Erased: storage.NewErasedList(h.cfg.Storage.Dir),
		Converse: rehearsal.Converse,
	}
	if h.pool != nil {
		o.Scripts, o.Rehearser = h.pool, rehearsal.NewRehearser(h.pool)
	}
	if h.model != nil {
		o.Model, o.ModelBounds = h.model, h.cfg.LLM.modelBounds()
	}
	if h.twilio != nil {
		if u, err := url.Parse(h.cfg.Server.PublicURL); err == nil && loopback(u.Hostname()) {
			o.Unreachable = "server.public_url is " + h.cfg.Server.PublicURL + ", which is this machine itself"
		}
		o.Carrier, o.Lookup, o.Simulator, o.Pace = h.twilio, h.twilio, false, h.cfg.Twilio.SegmentsPerSecond
		o.Registrar = twilio.NewRegistrar(h.twilio, twilio.RegistrarOptions{
			Email: h.cfg.Twilio.RegistrationEmail, PrimaryProfile: h.cfg.Twilio.PrimaryProfile, Mock: h.cfg.Twilio.MockRegistration})
	}
	h.engine = engine.New(o)
	if err := h.firstStart(ctx); err != nil {
		return err
	}
	if err := h.engine.Start(ctx); err != nil {
		return fmt.Errorf("start the motor: %w", err)
	}
	h.undo = append(h.undo, func(ctx context.Context) error {
		if err := h.engine.Stop(ctx); err != nil {
			return notSo("stopped before every text under way was settled; the next start takes them up")
		}
		return nil
	})
	return nil
}

// answerWithin is how long requests under way may take at a stop. It is a part of [stopWithin], so that a stranger who begins a
// request and never ends it cannot use up the time in which texts are settled.
const answerWithin = 5 * time.Second

// openAPI serves requests from now on.
func (h *house) openAPI(ln net.Listener) {
	shelf := storage.NewShelf(h.store, filepath.Join(h.cfg.Storage.Dir, backupsDir))
	h.undo = append(h.undo, func(context.Context) error { return shelf.Close() })
	o := api.Options{
		Engine: h.engine, Reader: h.store.Reader(), Simulator: h.carrier, Now: h.p.now, Log: h.log, StoreStats: h.store.Stats,
		PublicURL: h.cfg.Server.PublicURL, TrustedProxies: h.cfg.Server.TrustedProxies, Version: release, Demo: h.cfg.demo, TwilioTokens: h.tokens, Backups: shelf,
	}
	if h.pool != nil {
		o.WorkerStats = h.pool.Stats
	}
	if h.model != nil {
		o.ModelState = h.model.State
	}
	h.api = api.New(o)
	go func() {
		if err := h.api.Serve(ln); err != nil {
			h.fail(fmt.Errorf("the API stopped answering: %w", err))
		}
	}()
	h.undo = append(h.undo, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, answerWithin)
		defer cancel()
		err := h.api.Shutdown(ctx)
		if ctx.Err() != nil { // somebody began a request and was slow: nothing was promised to them
			h.log.Debug("connections were cut at the stop")
			return nil
		}
		return err
	})
}

// openSocket lets this machine's operator in. The store's lock is held, so a socket that is there is a dead one.
func (h *house) openSocket() error {
	ln, err := listenSocket(h.cfg.Storage.Dir)
	if err != nil {
		return err
	}
	c := newControl(ln, h.store, h.engine, h.api.Operator(), h.log)
	h.undo = append(h.undo, func(context.Context) error { return c.close() })
	return nil
}

// close takes the house down from the roof: chores and socket, then the API (requests under way get their answer), then the
// motor (texts under way are settled), then the carrier (its last reports are written), then the store. So nothing that was
// acknowledged is lost, and nothing is acknowledged that could be. When ctx ends it goes on without waiting; what is cut
// short is then taken up at the next start, as after a crash.
func (h *house) close(ctx context.Context) error {
	var errs []error
	for len(h.undo) > 0 {
		last := len(h.undo) - 1
		down := h.undo[last]
		h.undo = h.undo[:last]
		errs = append(errs, down(ctx))
	}
	return errors.Join(errs...)
}
