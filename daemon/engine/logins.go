package engine

import (
	"context"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// The lives of console sessions and of one-time links.
const (
	LoginIdle   = 12 * time.Hour      // a session that nobody uses ends
	loginMost   = 30 * 24 * time.Hour // every session ends
	loginTouch  = 5 * time.Minute     // how exactly its last use is known
	welcomeLife = 24 * time.Hour
)

// errLogin is one refusal for all reasons, so that nobody learns which addresses have a user.
var errLogin = booking.Refuse(booking.Unauthorized, "wrong_login", "", "e-mail address and password do not belong together", "try again, or ask an administrator for a new password")

// SignIn opens a console session and gives its token, which is kept as a digest only.
func (e *Engine) SignIn(ctx context.Context, email, password, ip string) (token string, u storage.User, err error) {
	var ref *storage.UserRef
	err = e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if ref, err = s.UserByEmail(strings.TrimSpace(email)); err != nil || ref == nil {
			return err
		}
		v, err := s.User(ref.Account, ref.User)
		if v != nil {
			u = *v
		}
		return err
	})
	if err != nil {
		return "", u, err
	}
	hash := u.Password
	if hash == "" {
		hash = nobody
	}
	good, err := e.hashing.matches(ctx, hash, password)
	if err != nil {
		return "", u, err
	}
	if !good || u.Password == "" {
		return "", storage.User{}, errLogin
	}
	return e.open(ctx, ref.Account, u, ip, "sign in")
}

// open writes a session of a user.
func (e *Engine) open(ctx context.Context, a booking.AccountID, u storage.User, ip, action string) (string, storage.User, error) {
	token := newToken() + newToken()
	now := e.now()
	ctx = WithActor(ctx, Doing{Account: a, Who: actorOf(u, ip), Action: action})
	err := e.update(ctx, func(t *txn) error {
		is, err := t.User(a, u.ID)
		if err != nil {
			return err
		}
		if is == nil || is.Password != u.Password {
			return errLogin
		}
		l := storage.Login{Account: a, User: u.ID, Begun: now, SeenAt: now, Expires: now.Add(LoginIdle)}
		l.OfPassword(*is)
		old := *is
		is.SignedIn = now
		if err := t.PutUser(a, &old, *is); err != nil {
			return err
		}
		return t.PutLogin(token, l)
	})
	return token, u, err
}

func actorOf(u storage.User, ip string) storage.Actor {
	return storage.Actor{Kind: "user", ID: u.ID, Name: u.Email, Role: u.Role, IP: ip}
}

// Login finds what a console session's token opens; nil when it opens nothing.
func Login(s *storage.Snapshot, token string) (*storage.Login, *storage.User, error) {
	l, err := s.Login(token)
	if err != nil || l == nil || l.Welcome {
		return nil, nil, err
	}
	u, err := s.User(l.Account, l.User)
	if err != nil || u == nil || !l.Holds(*u) {
		return nil, nil, err
	}
	return l, u, nil
}

// TouchLogin notes that a session is in use, so that it does not end for idleness. It writes at most every five minutes.
func (e *Engine) TouchLogin(ctx context.Context, token string, l storage.Login) error {
	now := e.now()
	if now.Sub(l.SeenAt) < loginTouch {
		return nil
	}
	return e.update(ctx, func(t *txn) error {
		is, err := t.Login(token)
		if err != nil || is == nil {
			return err
		}
		is.SeenAt, is.Expires = now, now.Add(LoginIdle)
		if last := is.Begun.Add(loginMost); is.Expires.After(last) {
			is.Expires = last
		}
		return t.PutLogin(token, *is)
	})
}

// SignOut ends a session.
func (e *Engine) SignOut(ctx context.Context, token string) error {
	return e.update(ctx, func(t *txn) error { return t.DeleteLogin(token) })
}

var errWelcome = booking.Refuse(booking.NotFound, "welcome_over", "token", "this link was used, or is older than a day", "ask an administrator for a new one")

// Welcome tells whom a one-time link is for: nil is the first administrator, who is made by it.
func Welcome(s *storage.Snapshot, token string) (*storage.User, error) {
	l, err := s.Login(token)
	if err != nil {
		return nil, err
	}
	if l == nil || !l.Welcome {
		return nil, errWelcome
	}
	if l.User == "" {
		return nil, nil
	}
	u, err := s.User(l.Account, l.User)
	if err == nil && u == nil {
		err = errWelcome
	}
	return u, err
}

// UseWelcome sets the password of whom the link is for, makes the first administrator where there is none, and opens a session. The
// link works once.
func (e *Engine) UseWelcome(ctx context.Context, token, email, name, password, ip string) (string, storage.User, error) {
	hash, err := e.hashing.hash(ctx, password)
	if err != nil {
		return "", storage.User{}, err
	}
	now := e.now()
	made := storage.User{ID: newID(now), Email: email, Name: name, Role: booking.RoleAdministrator, Password: hash, CreatedAt: now}
	if err := validUser(&made); err != nil && email != "" {
		return "", made, err
	}
	var a booking.AccountID
	var u storage.User
	used := false // by an earlier run of this transaction, whose commit ended unknown
	err = e.update(ctx, func(t *txn) error {
		l, err := t.Login(token)
		if err != nil || l == nil && used {
			return err
		}
		if l == nil || !l.Welcome {
			return errWelcome
		}
		a = l.Account
		var old *storage.User
		if l.User == "" {
			u = made
			if err := validUser(&u); err != nil {
				return err
			}
			taken, err := t.UserByEmail(u.Email)
			if err != nil {
				return err
			}
			if taken != nil {
				return booking.Refuse(booking.Conflict, "email_taken", "email", "a user has this e-mail address already", "use another address")
			}
		} else {
			if old, err = t.User(a, l.User); err != nil {
				return err
			}
			if old == nil {
				return errWelcome
			}
			u = *old
			u.Password, u.UpdatedAt = hash, now
		}
		used = true
		if err := t.PutUser(a, old, u); err != nil {
			return err
		}
		return t.DeleteLogin(token)
	})
	if err != nil {
		return "", storage.User{}, err
	}
	return e.open(ctx, a, u, ip, "welcome")
}
