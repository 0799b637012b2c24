package storage

import (
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// thread expects the due-key of a thread, its place in the list and its rows in the views.
func (v *verifier) thread(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Thread](v, r)
	if !ok {
		return nil
	}
	if string(x.Phone) != name {
		v.find(r.Key, "the value calls itself %q", x.Phone)
		return nil
	}
	if d, ok := x.Due(a); ok {
		if err := v.there(dueKey(d), r.Key, "its due-key"); err != nil {
			return err
		}
	}
	for _, key := range threadViewKeys(a, x) {
		if err := v.there(key, r.Key, "its row in a view"); err != nil {
			return err
		}
	}
	return v.there(threadListKey(a, x), r.Key, "its place in the list")
}

// threadView expects the thread of a row to belong there.
func (v *verifier) threadView(a booking.AccountID, name string, r Row) error {
	x, err := v.Thread(a, namedThread(name))
	switch {
	case err != nil:
		return v.unread(err)
	case x == nil:
		v.find(r.Key, "stands for thread %q, which is not there", namedThread(name))
	case !inThreadViews(a, *x, r.Key):
		v.find(r.Key, "its thread does not belong into this view")
	}
	return nil
}

// threadList expects the thread of a place in the list to stand there.
func (v *verifier) threadList(a booking.AccountID, name string, r Row) error {
	_, phone, _ := strings.Cut(name, "/")
	x, err := v.Thread(a, booking.Phone(phone))
	switch {
	case err != nil:
		return v.unread(err)
	case x == nil:
		v.find(r.Key, "stands for thread %q, which is not there", phone)
	case string(threadListKey(a, *x)) != string(r.Key):
		v.find(r.Key, "its thread stands elsewhere in the list")
	}
	return nil
}

func (v *verifier) threadMessage(_ booking.AccountID, name string, r Row) error {
	x, ok := value[booking.ThreadMessage](v, r)
	if _, id, _ := strings.Cut(name, "/"); ok && turned(id) != x.ID {
		v.find(r.Key, "the value calls itself %q", x.ID)
	}
	return nil
}

func (v *verifier) threadDue(r Row, d booking.Due) error {
	x, err := v.Thread(d.Account, booking.PhoneOfRef(d.Ref))
	if err != nil {
		return v.unread(err)
	}
	if x == nil {
		v.find(r.Key, "stands for a thread that is not there")
		return nil
	}
	own, armed := x.Due(d.Account)
	v.sameDue(r, own, armed)
	return nil
}
