package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// schema is the number of the stored shape. It grows when a key family or a value changes so that an older Rebook would
// read it wrongly; a new family or a new optional field does not need it.
const schema = 1

// migrations holds, for each schema n, the step to n+1. A step may be killed half-way and run again, so it must bear that,
// and it works in transactions within the limits of the contract.
var migrations = map[int]func(context.Context, KV) error{}

// migrate brings the store to the current schema, one step after the other.
func (s *Store) migrate() error {
	ctx := context.Background()
	have, err := s.Schema(ctx)
	if err != nil {
		return fmt.Errorf("read the schema number: %w", err)
	}
	if have == 0 {
		have = schema // a new store
		if err := s.putSchema(ctx, have); err != nil {
			return fmt.Errorf("write the schema number: %w", err)
		}
	}
	if have > schema {
		return newerSchema("the store", have)
	}
	for ; have < schema; have++ {
		step, ok := migrations[have]
		if !ok {
			return fmt.Errorf("the store has schema %d, and this version of Rebook cannot lift it to %d", have, have+1)
		}
		if err := step(ctx, s.kv); err != nil {
			return fmt.Errorf("lift the store from schema %d to %d: %w", have, have+1, err)
		}
		if err := s.putSchema(ctx, have+1); err != nil {
			return fmt.Errorf("write the schema number: %w", err)
		}
	}
	if err := s.keepThreadViews(ctx); err != nil {
		return fmt.Errorf("write the views of threads anew: %w", err)
	}
	return nil
}

func newerSchema(what string, have int) error {
	return fmt.Errorf("%s was written by a newer version of Rebook (schema %d, this one knows up to %d); use that version or a newer one", what, have, schema)
}

// Schema gives the store's schema number; 0 when it is new.
func (s *Store) Schema(ctx context.Context) (n int, err error) {
	err = s.kv.View(ctx, func(g Getter) error {
		n, err = get[int](g, globalKey("m/schema"))
		if errors.Is(err, ErrNotFound) {
			n, err = 0, nil
		}
		return err
	})
	return n, err
}

func (s *Store) putSchema(ctx context.Context, n int) error {
	return s.Update(ctx, func(t *Tx) error { return t.put(globalKey("m/schema"), n, time.Time{}) })
}
