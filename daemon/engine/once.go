package engine

import (
	"context"
	"encoding/json"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

type onceKey struct{}

type once struct{ key, request string }

// WithOnce makes the next use case under this context happen at most once per key: repeated, it gives what it gave the
// first time. request is a digest of what is asked; another request under the same key is refused. The outcome is
// remembered in the same transaction as the change, for a day.
func WithOnce(ctx context.Context, key, request string) context.Context {
	return context.WithValue(ctx, onceKey{}, once{key, request})
}

// ErrOnceReused is the refusal of another request under a used Idempotency-Key.
var ErrOnceReused = booking.Refuse(booking.Invalid, "idempotency_key_reused", "Idempotency-Key",
	"this Idempotency-Key was used for a different request", "use a new key for a new request")

// apply runs a use case in one transaction of account a, at most once when ctx says so.
func apply[T any](ctx context.Context, e *Engine, a booking.AccountID, fn func(*txn) (T, error)) (T, error) {
	var out T
	o, only := ctx.Value(onceKey{}).(once)
	err := e.update(ctx, func(t *txn) error {
		var zero T
		out = zero
		if only {
			was, err := t.Once(a, o.key)
			if err != nil {
				return err
			}
			if was != nil && was.Request != o.request {
				return ErrOnceReused
			}
			if was != nil {
				return json.Unmarshal(was.Result, &out)
			}
		}
		var err error
		if out, err = fn(t); err != nil || !only {
			return err
		}
		result, err := json.Marshal(out)
		if err != nil {
			return err
		}
		return t.PutOnce(a, o.key, storage.Once{Request: o.request, Result: result})
	})
	return out, err
}

// known gives what a use case gave the first time under the key of ctx; ok is false when there is no key, or it is new. It is for those
// that must know before their transaction.
func known[T any](ctx context.Context, e *Engine, a booking.AccountID) (out T, ok bool, err error) {
	o, only := ctx.Value(onceKey{}).(once)
	if !only {
		return out, false, nil
	}
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		was, err := s.Once(a, o.key)
		if err != nil || was == nil {
			return err
		}
		if was.Request != o.request {
			return ErrOnceReused
		}
		ok = true
		return json.Unmarshal(was.Result, &out)
	})
	return out, ok, err
}
