package storage

import (
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// consent checks a line of a ledger.
func (v *verifier) consent(a booking.AccountID, _ string, r Row) error {
	if x, ok := value[booking.ConsentRecord](v, r); ok && string(consentKey(a, x)) != string(r.Key) {
		v.find(r.Key, "the value calls itself %s of %s at %s", x.Kind, x.Phone.Mask(), x.At.UTC())
	}
	return nil
}

// erasure checks the work of removing a person: one that is under way has its due-key, one that is done names nobody.
func (v *verifier) erasure(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Erasure](v, r)
	if !ok {
		return nil
	}
	if x.ID != name || x.Account != a {
		v.find(r.Key, "the value calls itself %q of account %q", x.ID, x.Account)
		return nil
	}
	d, due := x.Due()
	switch {
	case x.Done() == due:
		v.find(r.Key, "it is done, or it has a due-key, not both and not neither")
	case x.Done() && (x.Phone != "" || len(x.Emails) > 0):
		v.find(r.Key, "it is done and still names the person")
	case due:
		return v.there(dueKey(d), r.Key, "its due-key")
	}
	return nil
}

// erased checks what stays of a person. Nothing else may know the number, but nobody can tell that from the hash.
func (v *verifier) erased(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Erased](v, r)
	if !ok {
		return nil
	}
	if len(name) != 64 || strings.Trim(name, "0123456789abcdef") != "" {
		v.find(r.Key, "not the hash of a number")
	}
	return v.there(accountKey(a, "erasure", x.Erasure), r.Key, "the erasure that it stands for")
}

func (v *verifier) erasureDue(r Row, d booking.Due) error {
	x, err := v.Erasure(d.Account, d.Ref)
	if err != nil {
		return v.unread(err)
	}
	if x == nil {
		v.find(r.Key, "stands for erasure %q, which is not there", d.Ref)
		return nil
	}
	own, armed := x.Due()
	v.sameDue(r, own, armed)
	return nil
}
