package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api"
)

// demoSeed is the sample business, in the shapes of the API. Its numbers are of the kind set aside for fiction.
//
//go:embed demo_seed.json
var demoSeed []byte

// demoDelay is the 15 minutes of real life.
const demoDelay = 15 * time.Second

func (p *process) demoVerb() *cli.Command {
	c := verb("demo", "run a sample business in a throw-away directory: leave its booking page, get the text", "", p.demo,
		&cli.BoolFlag{Name: "once", Usage: "play a visitor instead and end after the story; exit code 0 when the text came"},
		&cli.DurationFlag{Name: "delay", Value: demoDelay, Hidden: true}, // tests do not wait
	)
	c.Description = "Nothing is really sent and nothing stays behind."
	return c
}

// demo runs a whole daemon with two booking pages, and tells in the terminal what their visitors do and what comes of it. With
// -once a sample visitor plays, over the API.
func (p *process) demo(ctx context.Context, c *cli.Command) (err error) {
	dir, err := os.MkdirTemp("", "rebook-demo-")
	if err != nil {
		return misuse("cannot make a throw-away directory: %v; set TMPDIR to a directory that can be written", err)
	}
	defer os.RemoveAll(dir)
	h, shop, err := p.openDemo(ctx, dir, c.Duration("delay"))
	if shop != nil {
		defer shop.close()
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.stop(h.log)) }()
	s := newStory(h, newPaint(p.stdout, p.environ), c.Duration("delay"))
	if c.Bool("once") {
		s.introduce(dir)
		return s.play(ctx)
	}
	s.invite(dir, h.cfg.demo)
	err = s.watch(ctx, h.failed)
	if ctx.Err() != nil {
		s.out.over("")
		s.out.printf("\n  Bye. The directory is gone; nothing stays behind.\n")
		return nil
	}
	return err
}

// openDemo opens a house on the demo's directory, and the other site. It listens where the configuration says, since a container
// needs that; when that is taken, on a free port beside it.
func (p *process) openDemo(ctx context.Context, dir string, delay time.Duration) (*house, *shop, error) {
	cfg, _, err := loadConfig("", p.environ)
	if err != nil {
		return nil, nil, err
	}
	cfg.Server.Listen = freeAddress(cfg.Server.Listen)
	if cfg.origin["server.public_url"] == "" { // links lead to where the demo really is
		_, port, _ := net.SplitHostPort(cfg.Server.Listen)
		cfg.Server.PublicURL = "http://localhost:" + port
	}
	shop, err := openShop(cfg.Server.Listen)
	if err != nil {
		return nil, nil, notSo("no port is free for the demo's other site: %s", why(err))
	}
	cfg.demo = &api.Demo{Book: cfg.Server.PublicURL + "/book/" + demoScheduler, Shop: shop.origin() + "/"}
	seed, err := demoSeedFor(delay, *cfg.demo)
	if err != nil {
		return nil, shop, err
	}
	cfg.Seed.File, cfg.Storage.Dir, cfg.Storage.EncryptionKeyFile = dir+"/seed.json", dir+"/data", ""
	if err := os.WriteFile(cfg.Seed.File, seed, 0o600); err != nil {
		return nil, shop, err
	}
	if cfg.LLM.BaseURL == "" {
		cfg.LLM.BaseURL = scriptedModel
	}
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelError})) // the story is told on stdout
	h, err := p.open(ctx, cfg, log)
	if err == nil {
		shop.serve(shopView{Widget: cfg.Server.PublicURL + "/widget.js", Scheduler: "partner", Key: "pk_demo_partner", Business: "Brightwater Home Services"})
	}
	return h, shop, err
}

// demoSeedFor is the sample business with its two pages at the given addresses.
func demoSeedFor(delay time.Duration, at api.Demo) ([]byte, error) {
	var seed map[string]any
	if err := json.Unmarshal(demoSeed, &seed); err != nil {
		return nil, err
	}
	for i, address := range []string{at.Book, at.Shop} {
		v := seed["schedulers"].([]any)[i].(map[string]any)
		u, err := url.Parse(address)
		if err != nil {
			return nil, err
		}
		v["url"], v["origins"] = address, []string{u.Scheme + "://" + u.Host}
		v["follow_up"].(map[string]any)["delay"] = delay.String()
	}
	return json.Marshal(seed)
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
