package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// proveSeed tries the first start of a directory without a store on one in memory, so that a seed or key that is refused leaves
// nothing on the disk: whether a store is encrypted, for one, is fixed when it is made.
func (h *house) proveSeed(ctx context.Context) (err error) {
	if _, err := os.Stat(filepath.Join(h.cfg.Storage.Dir, "store")); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := h.readSeed(); err != nil {
		return err
	}
	if len(h.seed.Scripts) > 0 {
		h.openWalls(ctx)
	}
	draft, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: h.p.now})
	if err != nil {
		return err
	}
	o := engine.Options{Store: draft, Now: h.p.now, Simulator: h.cfg.Carrier.Driver != "twilio", WallsMissing: h.wallsMissing}
	if h.pool != nil {
		o.Scripts = h.pool
	}
	_, err = engine.New(o).FirstStart(ctx, *h.seed)
	return errors.Join(h.refusedSeed(err), draft.Close())
}

// firstStart fills an empty store from seed.file, or with defaults, and makes the administrator's key. Any later start does
// nothing here and does not even read the file, which may be gone by then.
func (h *house) firstStart(ctx context.Context) error {
	err := h.store.View(ctx, func(s *storage.Snapshot) error {
		_, err := s.Account(engine.MainAccount)
		return err
	})
	if !storage.IsNotFound(err) {
		return err
	}
	if h.seed == nil { // an earlier first start ended between making the store and filling it
		if err := h.readSeed(); err != nil {
			return err
		}
	}
	h.key, err = h.engine.FirstStart(ctx, *h.seed)
	return h.refusedSeed(err)
}

// readSeed reads what an empty store begins with.
func (h *house) readSeed() error {
	seed := engine.Seed{Account: wire.DefaultAccount()} // PUT /v1/account changes it
	if file := h.cfg.Seed.File; file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return h.cfg.wrong("seed.file", "%v; name a file that this user may read, or unset it to begin with defaults", err)
		}
		doc, err := wire.ReadSeed(b)
		if err == nil {
			seed, err = doc.Engine()
		}
		if err != nil {
			return h.cfg.wrong("seed.file", "%s: %v; nothing was taken over", file, err)
		}
		for _, key := range doc.Ignored() {
			h.warnings = append(h.warnings, "seed.file: this version does not keep "+key)
		}
	}
	seed.AdminSecret = bootstrapKey(h.p.environ)
	if seed.AdminSecret == "" {
		h.welcome = rand.Text()
		seed.Welcome = h.welcome
	}
	h.seed = &seed
	return nil
}

// refusedSeed says where a refusal of the first start comes from.
func (h *house) refusedSeed(err error) error {
	bad, refused := errors.AsType[*booking.Error](err)
	switch {
	case refused && bad.Field == envPrefix+"BOOTSTRAP_KEY":
		return misuse("%v", bad)
	case refused && h.cfg.Seed.File != "":
		return h.cfg.wrong("seed.file", "%s: %v; nothing was taken over", h.cfg.Seed.File, bad)
	}
	return err
}
