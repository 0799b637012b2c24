package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Prove reads everything on the disk and tells whether it is what was written. A block that rotted is no error when it is
// read later, only the end of a scan, so it must be looked for. It takes about a second per gigabyte.
func (s *Store) Prove() error {
	if s.engine == nil {
		return nil
	}
	return s.engine.Prove()
}

// Healthy proves that a durable write goes through, and its bytes can be read back.
func (s *Store) Healthy(ctx context.Context) error {
	var wrote time.Time
	err := s.Update(ctx, func(t *Tx) error {
		wrote = t.Now
		return t.put(globalKey("m/health"), t.Now, time.Time{})
	})
	if err != nil {
		return fmt.Errorf("probe the store: %w", err)
	}
	return s.View(ctx, func(v *Snapshot) error {
		read, err := get[time.Time](v.g, globalKey("m/health"))
		if err != nil {
			return fmt.Errorf("probe the store: %w", err)
		}
		if read.Before(wrote) {
			return fmt.Errorf("probe the store: %w: it gave back an older state than was written", ErrDown)
		}
		return nil
	})
}

// Stats gives figures for the status page and metrics; zero when the engine has none. It looks at the directory: call it
// every few seconds, not for every request.
func (s *Store) Stats() Stats {
	if s.engine == nil {
		return Stats{}
	}
	return s.engine.Stats()
}

// GC keeps the disk small: it deletes what has expired. Run it once or a few times a day; it works in small steps beside
// other work and ends early with ctx.
func (s *Store) GC(ctx context.Context) error {
	if s.engine == nil {
		return nil
	}
	if err := s.engine.Collect(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("collect expired rows: %w", err)
	}
	return nil
}
