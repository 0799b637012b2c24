package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

func TestADaemonWhoseStoreIsDownEndsAndIsStartedAgain(t *testing.T) {
	f := storagetest.NewFaulty(1)
	store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: f.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	h := &house{store: store, failed: make(chan error, 1)}
	look := func() {
		for _, c := range chores {
			if c.name != "end when the store is down" {
				continue
			}
			if err := c.do(t.Context(), h); err != nil {
				t.Error(err)
			}
		}
	}
	look()
	if len(h.failed) != 0 {
		t.Errorf("a healthy store ends the daemon: %v", <-h.failed)
	}
	f.SetDown(true)
	look()
	look() // nobody has taken the first message yet
	select {
	case err := <-h.failed:
		if !errors.Is(err, storage.ErrDown) {
			t.Errorf("got %v", err)
		}
	default:
		t.Error("a store that is down does not end the daemon")
	}
}

func TestADaemonWhoseStoreRottedEnds(t *testing.T) {
	dir := t.TempDir()
	o := storage.Options{Dir: dir, Small: true, Now: time.Now}
	store, err := storage.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Healthy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(dir, "store", "*.sst"))
	if err != nil || len(tables) != 1 {
		t.Fatalf("tables %v, %v", tables, err)
	}
	b, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	b[8] ^= 0xff // in the first block
	if err := os.WriteFile(tables[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	if store, err = storage.Open(o); err != nil {
		t.Skipf("found at the start already: %v", err)
	}
	defer store.Close()
	h := &house{store: store, failed: make(chan error, 1)}
	h.prove()
	select {
	case err := <-h.failed:
		if !strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), "restore the last backup") {
			t.Errorf("got %v", err)
		}
	default:
		t.Error("a rotten store goes on serving")
	}
}
