package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api"
	"github.com/rebookhq/rebook/daemon/engine"
)

// stopWithin is how long a gentle stop may take: longer than one call to the carrier may last (15 s), so that texts under way
// are settled, and shorter than the patience of whoever stops us (systemd 90 s; tell Docker 30).
const stopWithin = 20 * time.Second

// serve runs the daemon until a signal comes.
func (p *process) serve(ctx context.Context, c *cli.Command) error {
	cfg, warnings, err := loadConfig(c.String("config"), p.environ)
	if err != nil {
		return err
	}
	lines := newHeld(p.stderr)
	log := newLog(lines, cfg.Log)
	limitMemory(cgroupMemory)
	h, err := p.open(ctx, cfg, log)
	if _, mendable := errors.AsType[*problem](err); mendable {
		lines.drop()
	}
	lines.release()
	if err != nil {
		return err
	}
	h.announce()
	for _, w := range append(warnings, h.warnings...) {
		log.Warn(w)
	}
	var broken error
	select {
	case <-ctx.Done():
		log.Info("stopping: texts under way are settled first; a second signal stops at once", "because", context.Cause(ctx))
	case broken = <-h.failed:
		log.Error("stopping: the daemon cannot go on; start it again", "error", broken)
	}
	return errors.Join(broken, h.stop(log))
}

// stop closes the house gently: until the deadline, or until the second signal hurries it.
func (h *house) stop(log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(h.p.hurry, stopWithin)
	defer cancel()
	err := h.close(ctx)
	if err == nil {
		log.Info("stopped; everything is on disk")
	}
	return err
}

// newLog gives the logger of the configuration.
func newLog(w io.Writer, c LogConfig) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // checked with the configuration
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// announce says that the daemon works, where, and whether anything is really sent. On the first start it shows the key and the
// one-time link that were made: they are nowhere else, so they go to the terminal whatever the log's form is.
func (h *house) announce() {
	dir, err := filepath.Abs(h.cfg.Storage.Dir)
	if err != nil {
		dir = h.cfg.Storage.Dir
	}
	carrier := "simulator: nothing is really sent"
	if h.twilio != nil {
		carrier = "twilio: texts are really sent"
	}
	about := []any{"data", dir, "carrier", carrier, "public_url", h.cfg.Server.PublicURL}
	if h.model != nil {
		about = append(about, "model", cmp.Or(h.cfg.LLM.Model, "scripted"))
	}
	h.log.Info(fmt.Sprintf("rebook %s listening on http://%s", release, h.addr), about...)
	if h.key == nil {
		return
	}
	from := cmp.Or(h.cfg.Seed.File, "defaults")
	h.log.Info("first start: the account was made", "account", engine.MainAccount, "from", from)
	if bootstrapKey(h.p.environ) != "" {
		return
	}
	fmt.Fprintf(h.p.stderr, `
  Open this link to set the first administrator's e-mail address and password. It works once, for 24 hours:

      %s

  This is an administrator's API key for programs. It is shown this once and kept nowhere; save it now.

      %s

  Use it as  Authorization: Bearer KEY.  To choose the key yourself, set REBOOK_BOOTSTRAP_KEY before the first start.

`, api.WelcomeLink(h.cfg.Server.PublicURL, h.welcome), h.key.Secret)
}

// bootstrapKey is the administrator's key that the operator chose for the first start; "" when none.
func bootstrapKey(environ []string) string { return rebookVars(environ)[envPrefix+"BOOTSTRAP_KEY"] }
