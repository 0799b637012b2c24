package main

import (
	"context"
	"net"
	"testing"
	"time"
)

// A browser opens connections in advance and may never use them: the daemon stops at once all the same.
func TestTheDaemonStopsAtOnceBesideASilentConnection(t *testing.T) {
	p := process{now: time.Now, hurry: context.Background(), stdout: t.Output(), stderr: t.Output(), environ: []string{"REBOOK_SERVER_LISTEN=127.0.0.1:0",
		"REBOOK_STORAGE_DIR=" + t.TempDir(), "REBOOK_CONFIG=" + write(t, "config.toml", "")}}
	cfg, _, err := loadConfig("", p.environ)
	if err != nil {
		t.Fatal(err)
	}
	h, err := p.open(t.Context(), cfg, newLog(p.stderr, cfg.Log))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c, err := net.Dial("tcp", h.addr.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	api := asker{localURL(h.addr.String()), h.key.Secret}
	if err := api.do(t.Context(), "GET", "/v1/account", nil, nil); err != nil { // the three came before it
		t.Fatal(err)
	}
	began := time.Now()
	if err := h.stop(h.log); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the stop took %v", took)
	}
}
