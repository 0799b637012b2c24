package main

import (
	"context"
	"crypto/rand"
	"errors"
	"os"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

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
	h.key, err = h.engine.FirstStart(ctx, seed)
	bad, refused := errors.AsType[*booking.Error](err)
	switch {
	case refused && bad.Field == envPrefix+"BOOTSTRAP_KEY":
		return misuse("%v", bad)
	case refused && h.cfg.Seed.File != "":
		return h.cfg.wrong("seed.file", "%s: %v; nothing was taken over", h.cfg.Seed.File, bad)
	}
	return err
}
