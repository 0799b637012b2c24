package storage

import (
	"github.com/rebookhq/rebook/daemon/booking"
)

// filing checks a registration: its due-key is there, and the short row says the same status.
func (v *verifier) filing(a booking.AccountID, _ string, r Row) error {
	x, ok := value[booking.Filing](v, r)
	if !ok {
		return nil
	}
	short, err := v.Registration(a)
	if err != nil {
		return v.unread(err)
	}
	if short.Status != x.Status {
		v.find(r.Key, "says %s, and the registration that texts look at says %s", x.Status, short.Status)
	}
	if d, ok := filingDue(a, x); ok {
		return v.there(dueKey(d), r.Key, "its due-key")
	}
	return nil
}

// user checks that a user is found by the e-mail address.
func (v *verifier) user(a booking.AccountID, name string, r Row) error {
	u, ok := value[User](v, r)
	if !ok {
		return nil
	}
	if u.ID != name {
		v.find(r.Key, "the value calls itself %q", u.ID)
	}
	ref, err := v.UserByEmail(u.Email)
	if err != nil {
		return v.unread(err)
	}
	if ref == nil || *ref != (UserRef{a, u.ID}) {
		v.find(r.Key, "the e-mail address leads elsewhere: %+v", ref)
	}
	return nil
}

func (v *verifier) userRef(r Row, _ string) error {
	ref, ok := value[UserRef](v, r)
	if !ok {
		return nil
	}
	if err := v.account(r.Key, ref.Account); err != nil {
		return err
	}
	return v.there(accountKey(ref.Account, "user", ref.User), r.Key, "the user of this e-mail address")
}

// login rows may outlive their user.
func (v *verifier) login(r Row, _ string) error {
	l, ok := value[Login](v, r)
	if !ok {
		return nil
	}
	return v.account(r.Key, l.Account)
}
