package engine

import (
	"context"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

type doingKey struct{}

// Doing says who is at work and at what, for the audit log.
type Doing struct {
	Account booking.AccountID
	Who     storage.Actor
	Action  string // the route
	Only    string // when set, only a change of this kind is worth an entry
}

// WithActor makes every change under this context stand in the audit log, in the same transaction as the change.
func WithActor(ctx context.Context, d Doing) context.Context {
	return context.WithValue(ctx, doingKey{}, d)
}

// auditing gives what runs a transaction: as it is, or watched and written down when somebody is at work.
func (e *Engine) auditing(ctx context.Context) func(*txn, func(*txn) error) error {
	d, ok := ctx.Value(doingKey{}).(Doing)
	if !ok {
		return func(t *txn, fn func(*txn) error) error { return fn(t) }
	}
	at := e.now()
	id := newID(at) // outside of the transaction: a run after an unknown commit writes the same entry again
	return func(t *txn, fn func(*txn) error) error {
		t.Watch(d.Account)
		if err := fn(t); err != nil {
			return err
		}
		changes, wrote := t.Changes()
		if !wrote || d.Only != "" && !slices.ContainsFunc(changes, func(c storage.Changed) bool { return c.Kind == d.Only }) {
			return nil
		}
		return t.PutAudit(d.Account, storage.Audit{ID: id, At: at, Who: d.Who, Action: d.Action, Changes: changes})
	}
}
