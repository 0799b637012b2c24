package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"
)

// demoSeed is the sample business, in the shapes of the API. Its numbers are of the kind set aside for fiction.
//
//go:embed demo_seed.json
var demoSeed []byte

// demoDelay is the 15 minutes of real life.
const demoDelay = 15 * time.Second

func (p *process) demoVerb() *cli.Command {
	c := verb("demo", "play a whole follow-up in a throw-away directory, with a sample business", "", p.demo,
		&cli.BoolFlag{Name: "once", Usage: "end after the story; exit code 0 when the text came"},
		&cli.DurationFlag{Name: "delay", Value: demoDelay, Hidden: true}, // tests do not wait
	)
	c.Description = "Nothing is really sent and nothing stays behind."
	return c
}

// demo runs a whole daemon, tells a story with it over its own API, and leaves it running to be played with.
func (p *process) demo(ctx context.Context, c *cli.Command) (err error) {
	dir, err := os.MkdirTemp("", "rebook-demo-")
	if err != nil {
		return misuse("cannot make a throw-away directory: %v; set TMPDIR to a directory that can be written", err)
	}
	defer os.RemoveAll(dir)
	h, err := p.openDemo(ctx, dir, c.Duration("delay"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.stop(h.log)) }()
	s := newStory(h, newPaint(p.stdout, p.environ), c.Duration("delay"))
	s.introduce(dir)
	err = s.play(ctx)
	switch {
	case ctx.Err() != nil && !c.Bool("once"):
		return nil // Ctrl-C while it played
	case err != nil:
		return err
	case c.Bool("once"):
		return nil
	}
	s.invite()
	select {
	case <-ctx.Done():
		s.out.printf("\n  Bye. The directory is gone; nothing stays behind.\n")
		return nil
	case err := <-h.failed:
		return err
	}
}

// openDemo opens a house on the demo's directory. It listens where the configuration says, since a container needs that;
// when that is taken, on a free port beside it.
func (p *process) openDemo(ctx context.Context, dir string, delay time.Duration) (*house, error) {
	cfg, _, err := loadConfig("", p.environ)
	if err != nil {
		return nil, err
	}
	seed := dir + "/seed.json"
	text := strings.Replace(string(demoSeed), `"delay": "15s"`, fmt.Sprintf(`"delay": %q`, delay), 1)
	if err := os.WriteFile(seed, []byte(text), 0o600); err != nil {
		return nil, err
	}
	cfg.Seed.File, cfg.Storage.Dir, cfg.Storage.EncryptionKeyFile = seed, dir+"/data", ""
	cfg.Server.Listen = freeAddress(cfg.Server.Listen)
	if cfg.origin["server.public_url"] == "" { // links lead to where the demo really is
		_, port, _ := net.SplitHostPort(cfg.Server.Listen)
		cfg.Server.PublicURL = "http://localhost:" + port
	}
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelError})) // the story is told on stdout
	return p.open(ctx, cfg, log)
}

// freeAddress gives addr, or when it is taken the same host with a port that is free.
func freeAddress(addr string) string {
	ln, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(addr)
		ln, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return addr // whoever listens there says what is wrong, and how to mend it
	}
	defer ln.Close()
	return ln.Addr().String()
}
