package main

import (
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/urfave/cli/v3"
)

func (p *process) healthVerb() *cli.Command {
	c := verb("health", "ask a running daemon whether it is ready (for HEALTHCHECK)", "", p.health,
		&cli.StringFlag{Name: "url", Usage: "origin of the daemon, as `URL` (else server.listen of the configuration, on this machine)"})
	c.Description = "Exit code 0 when the store takes writes and the motor turns, 1 with the reason when not."
	return c
}

// health asks /readyz.
func (p *process) health(ctx context.Context, c *cli.Command) error {
	base := strings.TrimRight(c.String("url"), "/")
	if base == "" {
		cfg, _, err := loadConfig(c.String("config"), p.environ)
		if err != nil {
			return err
		}
		base = localURL(cfg.Server.Listen)
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return misuse("-url %s is not an address; write it whole, such as http://127.0.0.1:8080", base)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := newClient(base, "").Daemon.Ready(ctx); err != nil {
		return notSo("%s is not ready: %s", base, why(err))
	}
	return nil
}

// localURL gives the origin at which this machine reaches a listen address.
func localURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
