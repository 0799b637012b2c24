package storage

import (
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// User is a person of the office who signs in to the console.
type User struct {
	ID        string       `json:"id"`
	Email     string       `json:"email"` // lower case; unique in the whole store
	Name      string       `json:"name,omitempty"`
	Role      booking.Role `json:"role"`
	Password  string       `json:"password,omitempty"` // argon2id in the PHC string format; empty: none is set
	CreatedAt time.Time    `json:"created_at"`
	UpdatedAt time.Time    `json:"updated_at,omitzero"`
	SignedIn  time.Time    `json:"signed_in_at,omitzero"`
}

// UserRef is where a user is found by e-mail address.
type UserRef struct {
	Account booking.AccountID `json:"account"`
	User    string            `json:"user"`
}

func emailKey(email string) []byte { return globalKey("u", digest(strings.ToLower(email))) }

// User reads one user; nil when there is none.
func (s *Snapshot) User(a booking.AccountID, id string) (*User, error) {
	return find[User](s.g, accountKey(a, "user", id))
}

// Users lists an account's users.
func (s *Snapshot) Users(a booking.AccountID, cursor string, limit int) ([]User, string, error) {
	return list[User](s.g, sub(a, "user"), cursor, limit)
}

// UserByEmail finds a user in whatever account; nil when there is none.
func (s *Snapshot) UserByEmail(email string) (*UserRef, error) {
	return find[UserRef](s.g, emailKey(email))
}

// PutUser writes a user, found by e-mail address. old is what was read in this transaction; nil for a new one.
func (t *Tx) PutUser(a booking.AccountID, old *User, u User) error {
	if old != nil && !strings.EqualFold(old.Email, u.Email) {
		if err := t.p.Delete(emailKey(old.Email)); err != nil {
			return err
		}
	}
	if err := t.put(emailKey(u.Email), UserRef{a, u.ID}, time.Time{}); err != nil {
		return err
	}
	return t.put(accountKey(a, "user", u.ID), u, time.Time{})
}

// DeleteUser removes a user; logins of it open nothing from then on, as they look for the user.
func (t *Tx) DeleteUser(a booking.AccountID, u User) error {
	if err := t.p.Delete(emailKey(u.Email)); err != nil {
		return err
	}
	return t.p.Delete(accountKey(a, "user", u.ID))
}

// Login is what the token of a console session opens, or, with Welcome, of a link that makes the first administrator. The token
// itself is not kept.
type Login struct {
	Account  booking.AccountID `json:"account"`
	User     string            `json:"user,omitempty"`
	Welcome  bool              `json:"welcome,omitempty"`
	Begun    time.Time         `json:"begun"`
	SeenAt   time.Time         `json:"seen_at"`
	Password string            `json:"password,omitempty"` // digest of the password's hash: a new password ends it
	Expires  time.Time         `json:"expires"`
}

// Login finds what a token opens; nil when it opens nothing, or no more.
func (s *Snapshot) Login(token string) (*Login, error) {
	return find[Login](s.g, globalKey("s", digest(token)))
}

// PutLogin writes what a token opens, until Expires.
func (t *Tx) PutLogin(token string, l Login) error {
	return t.put(globalKey("s", digest(token)), l, l.Expires)
}

// DeleteLogin makes a token open nothing.
func (t *Tx) DeleteLogin(token string) error { return t.p.Delete(globalKey("s", digest(token))) }

// Holds tells whether the login is still good for the user: the password is the one it was opened with.
func (l Login) Holds(u User) bool { return l.Password == digest(u.Password) }

// OfPassword ties a login to the user's present password.
func (l *Login) OfPassword(u User) { l.Password = digest(u.Password) }
