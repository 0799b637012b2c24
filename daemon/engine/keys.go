package engine

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// MinSecret is the fewest characters of a secret that somebody chose.
const MinSecret = 16

// NewKey is an API key with its secret, which is shown this once: it is not remembered even for a repeated request.
type NewKey struct {
	storage.Key
	Secret string `json:"-"`
}

// CreateKey makes an API key for a role. An empty secret is made: 128 random bits.
func (e *Engine) CreateKey(ctx context.Context, a booking.AccountID, label string, role booking.Role, secret string) (NewKey, error) {
	if !slices.Contains(booking.Roles, role) {
		return NewKey{}, booking.Refuse(booking.Invalid, "unknown_role", "role", "there is no role "+string(role),
			"roles are support, administrator, manager, dispatcher, csr, office")
	}
	k := newKey(e.now(), label, role, secret)
	if len(k.Secret) < MinSecret {
		return NewKey{}, booking.Refuse(booking.Invalid, "secret_too_short", "secret", "a secret needs at least 16 characters", "use a longer, random one")
	}
	return apply(ctx, e, a, func(t *txn) (NewKey, error) { return k, t.createKey(a, k) })
}

// newKey makes a key outside of the transaction that writes it, so that a run after an unknown commit knows it again.
func newKey(now time.Time, label string, role booking.Role, secret string) NewKey {
	if secret == "" {
		secret = "rbk_" + strings.ToLower(rand.Text())
	}
	return NewKey{storage.Key{ID: newID(now), Label: label, Role: role, CreatedAt: now}, secret}
}

func (t *txn) createKey(a booking.AccountID, k NewKey) error {
	was, err := t.Credential(k.Secret)
	switch {
	case err != nil, was != nil && was.Key == k.ID:
		return err
	case was != nil:
		return booking.Refuse(booking.Conflict, "secret_taken", "secret", "this secret is in use", "use another one")
	}
	return t.PutAPIKey(a, k.Key, k.Secret)
}

// DeleteKey makes an API key open nothing. The last one that may administer stays, so that nobody locks the account.
func (e *Engine) DeleteKey(ctx context.Context, a booking.AccountID, id string) error {
	deleted := false // by an earlier run of this transaction, whose commit ended unknown
	return e.update(ctx, func(t *txn) error {
		k, err := t.APIKey(a, id)
		if err != nil || k == nil && deleted {
			return err
		}
		if k == nil {
			return booking.Refuse(booking.NotFound, "unknown_key", "id", "there is no API key "+id, "GET /v1/api-keys lists them")
		}
		if err := t.notTheLast(a, id, ""); err != nil {
			return err
		}
		deleted = true
		return t.DeleteAPIKey(a, *k)
	})
}
