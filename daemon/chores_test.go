package main

import (
	"errors"
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
