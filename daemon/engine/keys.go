package engine

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

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
	secret = orSecret(secret)
	if len(secret) < MinSecret {
		return NewKey{}, booking.Refuse(booking.Invalid, "secret_too_short", "secret", "a secret needs at least 16 characters", "use a longer, random one")
	}
	return apply(ctx, e, a, func(t *txn) (NewKey, error) { return t.createKey(a, label, role, secret) })
}

// orSecret gives the secret, or a fresh one where there is none.
func orSecret(secret string) string {
	if secret == "" {
		return "rbk_" + strings.ToLower(rand.Text())
	}
	return secret
}

func (t *txn) createKey(a booking.AccountID, label string, role booking.Role, secret string) (NewKey, error) {
	k := NewKey{storage.Key{ID: newID(t.Now), Label: label, Role: role, CreatedAt: t.Now}, secret}
	if was, err := t.Credential(secret); err != nil || was != nil {
		if err == nil {
			err = booking.Refuse(booking.Conflict, "secret_taken", "secret", "this secret is in use", "use another one")
		}
		return k, err
	}
	return k, t.PutAPIKey(a, k.Key, secret)
}

// DeleteKey makes an API key open nothing. The last administrator's key stays, so that nobody locks the account.
func (e *Engine) DeleteKey(ctx context.Context, a booking.AccountID, id string) error {
	return e.update(ctx, func(t *txn) error {
		k, err := t.APIKey(a, id)
		if err != nil {
			return err
		}
		if k == nil {
			return booking.Refuse(booking.NotFound, "unknown_key", "id", "there is no API key "+id, "GET /v1/api-keys lists them")
		}
		keys, _, err := t.APIKeys(a, "", 500)
		if err != nil {
			return err
		}
		others := slices.ContainsFunc(keys, func(o storage.Key) bool { return o.ID != id && o.Role.May(booking.MayAdminister) })
		if k.Role.May(booking.MayAdminister) && !others {
			return booking.Refuse(booking.Conflict, "last_administrator", "id", "this is the last key that may administer the account",
				"make another administrator key first")
		}
		return t.DeleteAPIKey(a, *k)
	})
}
