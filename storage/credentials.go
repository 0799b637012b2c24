package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// digest is how secrets and matching values stand in keys.
func digest(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// Credential is what a secret opens. The secret itself is not kept.
type Credential struct {
	Account   booking.AccountID   `json:"account"`
	Role      booking.Role        `json:"role"`
	Key       string              `json:"key,omitempty"`       // ID of the API key
	Scheduler booking.SchedulerID `json:"scheduler,omitempty"` // of a publishable key
	User      string              `json:"user,omitempty"`      // of a console session; never stored
}

// Credential finds what a secret opens; nil when it opens nothing.
func (s *Snapshot) Credential(secret string) (*Credential, error) {
	return find[Credential](s.g, globalKey("k", digest(secret)))
}

// PutCredential writes what a secret opens.
func (t *Tx) PutCredential(secret string, c Credential) error {
	return t.put(globalKey("k", digest(secret)), c, time.Time{})
}

// DeleteCredential makes a secret open nothing.
func (t *Tx) DeleteCredential(secret string) error { return t.p.Delete(globalKey("k", digest(secret))) }

// Key describes an API key; its secret was shown once and is kept as a digest only.
type Key struct {
	ID        string       `json:"id"`
	Label     string       `json:"label,omitempty"`
	Role      booking.Role `json:"role"`
	Digest    string       `json:"digest"`
	CreatedAt time.Time    `json:"created_at"`
}

// APIKey reads one API key; nil when there is none.
func (s *Snapshot) APIKey(a booking.AccountID, id string) (*Key, error) {
	return find[Key](s.g, accountKey(a, "key", id))
}

// APIKeys lists an account's API keys.
func (s *Snapshot) APIKeys(a booking.AccountID, cursor string, limit int) ([]Key, string, error) {
	return list[Key](s.g, sub(a, "key"), cursor, limit)
}

// PutAPIKey writes an API key together with what its secret opens.
func (t *Tx) PutAPIKey(a booking.AccountID, k Key, secret string) error {
	k.Digest = digest(secret)
	if err := t.PutCredential(secret, Credential{Account: a, Role: k.Role, Key: k.ID}); err != nil {
		return err
	}
	return t.put(accountKey(a, "key", k.ID), k, time.Time{})
}

// DeleteAPIKey removes an API key; its secret opens nothing from then on.
func (t *Tx) DeleteAPIKey(a booking.AccountID, k Key) error {
	if err := t.p.Delete(globalKey("k", k.Digest)); err != nil {
		return err
	}
	return t.p.Delete(accountKey(a, "key", k.ID))
}

// Link is what the token of a prefilled link leads to.
type Link struct {
	Account booking.AccountID `json:"account"`
	Session booking.SessionID `json:"session"`
}

// Link finds what a token leads to; nil when it is unknown or too old.
func (s *Snapshot) Link(token string) (*Link, error) {
	return find[Link](s.g, globalKey("l", digest(token)))
}

// LinkedSession finds the session that a token still leads to, and its account; nil when the link has ended: unknown, too
// old, booked, or the person opted out.
func (s *Snapshot) LinkedSession(token string) (booking.AccountID, *booking.Session, error) {
	link, err := s.Link(token)
	if err != nil || link == nil {
		return "", nil, err
	}
	v, err := s.Session(link.Account, link.Session)
	if IsNotFound(err) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	optedOut := false
	if v.Phone != "" {
		o, err := s.OptOut(link.Account, v.Phone)
		if err != nil {
			return "", nil, err
		}
		optedOut = o != nil
	}
	if !v.LinkOpen(optedOut) {
		return "", nil, nil
	}
	return link.Account, &v, nil
}

// PutLink writes what a token leads to.
func (t *Tx) PutLink(token string, l Link) error {
	return t.put(globalKey("l", digest(token)), l, t.Now.Add(LinkLife))
}

// Once is the remembered outcome of a request with an Idempotency-Key.
type Once struct {
	Request string `json:"request"` // digest of what was asked, to refuse another request under the same key
	Result  []byte `json:"result"`  // JSON of what the use case gave
}

// Once finds a remembered outcome; nil when the key is new.
func (s *Snapshot) Once(a booking.AccountID, key string) (*Once, error) {
	return find[Once](s.g, accountKey(a, "once", digest(key)))
}

// PutOnce remembers an outcome in the transaction that made it, so that it is remembered exactly when it happened.
func (t *Tx) PutOnce(a booking.AccountID, key string, o Once) error {
	return t.put(accountKey(a, "once", digest(key)), o, t.Now.Add(OnceLife))
}

// IsNotFound tells whether err says that there is no such thing.
func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
