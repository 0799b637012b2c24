package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// control answers the commands of this machine's operator on the daemon's socket. Who may open the socket may read the
// whole store, so its mode is the only guard:
//
//	POST /backup   the backup as a stream; what went wrong stands in the trailer Rebook-Error
//	POST /verify   storage.Report as JSON
//	GET  /status   status as JSON
//	GET  /senders  []sender as JSON
//	*    /v1/...   the API, as an administrator
type control struct {
	store  *storage.Store
	engine *engine.Engine
	log    *slog.Logger
	server http.Server
}

// errorTrailer tells the reader of a stream that it must not be believed, and why.
const errorTrailer = "Rebook-Error"

// status is what the daemon says of itself to an operator.
type status struct {
	Release string        `json:"release"`
	Commit  string        `json:"commit"`
	Reason  string        `json:"reason,omitempty"` // why it is not ready; empty: it is
	Engine  engine.Stats  `json:"engine"`
	Store   storage.Stats `json:"store"`
}

// newControl serves on ln until close.
func newControl(ln net.Listener, store *storage.Store, e *engine.Engine, api http.Handler, log *slog.Logger) *control {
	c := &control{store: store, engine: e, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /backup", c.backup)
	mux.HandleFunc("POST /verify", c.verify)
	mux.HandleFunc("GET /status", c.status)
	mux.HandleFunc("GET /senders", c.senders)
	mux.Handle("/v1/", api)
	c.server = http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	go func() {
		if err := c.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the daemon's socket stopped answering; commands such as backup cannot reach the daemon", "error", err)
		}
	}()
	return c
}

// close ends what is under way: a backup that has not ended is no backup, and its reader is told.
func (c *control) close() error { return c.server.Close() }

func (c *control) backup(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Trailer", errorTrailer)
	w.Header().Set("Content-Type", "application/octet-stream")
	info, err := c.store.Backup(r.Context(), w)
	if err != nil {
		w.Header().Set(errorTrailer, oneLine(err.Error()))
		c.log.Error("backup ended early", "error", err)
		return
	}
	c.log.Info("backup made", "rows", info.Rows, "bytes", info.Bytes)
}

func (c *control) verify(w http.ResponseWriter, r *http.Request) {
	report, err := c.store.Verify(r.Context())
	if err != nil {
		http.Error(w, oneLine(err.Error()), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(report) // a reader that has gone away needs no answer
}

func (c *control) status(w http.ResponseWriter, r *http.Request) {
	s := status{Release: release, Commit: revision(), Engine: c.engine.Stats(), Store: c.store.Stats()}
	if err := c.engine.Ready(r.Context()); err != nil {
		s.Reason = err.Error()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s)
}

func (c *control) senders(w http.ResponseWriter, r *http.Request) {
	all, err := sendersOf(r.Context(), c.store)
	if err != nil {
		http.Error(w, oneLine(err.Error()), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(all)
}

// askDaemon sends a request to the daemon that runs on dir; errNoDaemon when none does. The caller closes the body.
func askDaemon(ctx context.Context, dir, method, path string) (*http.Response, error) {
	conn, err := dialSocket(ctx, dir)
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: &http.Transport{
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return conn, nil },
		DisableKeepAlives: true,
	}}
	req, err := http.NewRequestWithContext(ctx, method, "http://rebook"+path, nil)
	if err != nil {
		conn.Close()
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("ask the running daemon: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		b, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
		return nil, notSo("the running daemon says: %s", oneLine(string(b)))
	}
	return res, nil
}

// streamDaemon copies what the daemon streams into w, and knows a stream that ended early from a whole one.
func streamDaemon(ctx context.Context, dir, path string, w io.Writer) error {
	res, err := askDaemon(ctx, dir, http.MethodPost, path)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(w, res.Body); err != nil {
		return fmt.Errorf("the daemon's answer broke off: %w", err)
	}
	if reason := res.Trailer.Get(errorTrailer); reason != "" {
		return notSo("the running daemon says: %s", reason)
	}
	return nil
}
