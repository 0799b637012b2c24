package engine

import (
	"context"
	"net/mail"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// NewUser is a user with the token of the link by which a password is set; empty when one was given. It is shown this once.
type NewUser struct {
	storage.User
	Welcome string `json:"-"`
}

// UserChange is what is changed about a user; nil keeps what is there.
type UserChange struct {
	Email, Name, Password *string
	Role                  *booking.Role
	Seen                  func(storage.User) error // refuses the change of somebody who is not as they were seen any more; nil: nothing is asked
}

func unknownUser(id string) error {
	return booking.Refuse(booking.NotFound, "unknown_user", "id", "there is no user "+id, "GET /v1/users lists them")
}

func validUser(u *storage.User) error {
	u.Email, u.Name = strings.ToLower(strings.TrimSpace(u.Email)), strings.TrimSpace(u.Name)
	if a, err := mail.ParseAddress(u.Email); err != nil || a.Address != u.Email || len(u.Email) > 254 {
		return booking.Refuse(booking.Invalid, "invalid_email", "email", "it is not an e-mail address", "for example jo@brightwater.example")
	}
	if len(u.Name) > 160 {
		return booking.Refuse(booking.Invalid, "too_long", "name", "it is too long", "at most 160 bytes are kept")
	}
	if !slices.Contains(booking.Roles, u.Role) {
		return booking.Refuse(booking.Invalid, "unknown_role", "role", "there is no role "+string(u.Role),
			"roles are support, administrator, manager, dispatcher, csr, office")
	}
	return nil
}

// CreateUser adds a person. Without a password a link is made by which the person sets one.
func (e *Engine) CreateUser(ctx context.Context, a booking.AccountID, u storage.User, password string) (NewUser, error) {
	now := e.now()
	u.ID, u.CreatedAt = newID(now), now
	if err := validUser(&u); err != nil {
		return NewUser{}, err
	}
	out := NewUser{User: u}
	if password == "" {
		out.Welcome = newToken()
	} else {
		hash, err := e.hashing.hash(ctx, password)
		if err != nil {
			return out, err
		}
		out.Password = hash
	}
	return apply(ctx, e, a, func(t *txn) (NewUser, error) {
		taken, err := t.UserByEmail(u.Email)
		if err != nil {
			return out, err
		}
		if taken != nil && taken.User != u.ID {
			return out, booking.Refuse(booking.Conflict, "email_taken", "email", "a user has this e-mail address already", "change that user, or use another address")
		}
		if out.Welcome != "" {
			if err := t.PutLogin(out.Welcome, storage.Login{Account: a, User: u.ID, Welcome: true, Begun: now, SeenAt: now, Expires: now.Add(welcomeLife)}); err != nil {
				return out, err
			}
		}
		return out, t.PutUser(a, nil, out.User)
	})
}

// EditUser changes a person. A new password ends all console sessions of the person.
func (e *Engine) EditUser(ctx context.Context, a booking.AccountID, id string, c UserChange) (storage.User, error) {
	hash := ""
	if c.Password != nil {
		var err error
		if hash, err = e.hashing.hash(ctx, *c.Password); err != nil {
			return storage.User{}, err
		}
	}
	return apply(ctx, e, a, func(t *txn) (storage.User, error) {
		old, err := t.User(a, id)
		if err != nil {
			return storage.User{}, err
		}
		if old == nil {
			return storage.User{}, unknownUser(id)
		}
		if c.Seen != nil {
			if err := c.Seen(*old); err != nil {
				return *old, err
			}
		}
		u := *old
		u.UpdatedAt = t.Now
		if c.Email != nil {
			u.Email = *c.Email
		}
		if c.Name != nil {
			u.Name = *c.Name
		}
		if c.Role != nil {
			u.Role = *c.Role
		}
		if hash != "" {
			u.Password = hash
		}
		if err := validUser(&u); err != nil {
			return u, err
		}
		if taken, err := t.UserByEmail(u.Email); err != nil {
			return u, err
		} else if taken != nil && taken.User != id {
			return u, booking.Refuse(booking.Conflict, "email_taken", "email", "a user has this e-mail address already", "use another address")
		}
		if !u.Role.May(booking.MayAdminister) {
			if err := t.notTheLast(a, "", id); err != nil {
				return u, err
			}
		}
		return u, t.PutUser(a, old, u)
	})
}

// WelcomeAgain makes another one-time link by which a person sets a password: the first one ended, or the password was forgotten. What the
// person may do until then stays as it is. It gives the link's token, which is shown this once.
func (e *Engine) WelcomeAgain(ctx context.Context, a booking.AccountID, id string) (string, error) {
	now, token := e.now(), newToken() // outside the transaction, so that a run after an unknown commit writes the same
	return token, e.update(ctx, func(t *txn) error {
		u, err := t.User(a, id)
		if err != nil {
			return err
		}
		if u == nil {
			return unknownUser(id)
		}
		return t.PutLogin(token, storage.Login{Account: a, User: id, Welcome: true, Begun: now, SeenAt: now, Expires: now.Add(welcomeLife)})
	})
}

// DeleteUser removes a person; the console sessions of the person open nothing from then on.
func (e *Engine) DeleteUser(ctx context.Context, a booking.AccountID, id string) error {
	deleted := false // by an earlier run of this transaction, whose commit ended unknown
	return e.update(ctx, func(t *txn) error {
		u, err := t.User(a, id)
		if err != nil || u == nil && deleted {
			return err
		}
		if u == nil {
			return unknownUser(id)
		}
		if err := t.notTheLast(a, "", id); err != nil {
			return err
		}
		deleted = true
		return t.DeleteUser(a, *u)
	})
}

// notTheLast refuses to take away the last key or user that may administer the account, so that nobody locks it.
func (t *txn) notTheLast(a booking.AccountID, key, user string) error {
	keys, _, err := t.APIKeys(a, "", 500)
	if err != nil {
		return err
	}
	users, _, err := t.Users(a, "", 500)
	if err != nil {
		return err
	}
	was, left := false, false
	for _, k := range keys {
		may := k.Role.May(booking.MayAdminister)
		was, left = was || may && k.ID == key, left || may && k.ID != key
	}
	for _, u := range users {
		may := u.Role.May(booking.MayAdminister) && u.Password != ""
		was, left = was || may && u.ID == user, left || may && u.ID != user
	}
	if was && !left {
		return booking.Refuse(booking.Conflict, "last_administrator", "id", "nobody else may administer the account", "make another administrator first")
	}
	return nil
}
