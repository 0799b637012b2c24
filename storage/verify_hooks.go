package storage

import (
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// delivery checks one delivery. Its webhook may have been removed meanwhile.
func (v *verifier) delivery(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Delivery](v, r)
	if !ok {
		return nil
	}
	if x.ID != name {
		v.find(r.Key, "the value calls itself %q", x.ID)
		return nil
	}
	if err := v.there(hookListKey(a, x.Webhook, x.ID), r.Key, "its row in the list of its webhook"); err != nil {
		return err
	}
	if d, ok := x.Due(a); ok {
		return v.there(dueKey(d), r.Key, "its delivery due-key")
	}
	return nil
}

// announcement checks one piece of news whose deliveries are not planned yet.
func (v *verifier) announcement(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Announcement](v, r)
	if !ok {
		return nil
	}
	if x.ID != name {
		v.find(r.Key, "the value calls itself %q", x.ID)
		return nil
	}
	return v.there(dueKey(x.Due(a)), r.Key, "its announce due-key")
}

// hookList checks a row of a webhook's list.
func (v *verifier) hookList(a booking.AccountID, name string, r Row) error {
	webhook, id, _ := strings.Cut(name, "/")
	x, err := v.Delivery(a, turned(id))
	switch {
	case err != nil:
		return v.unread(err)
	case x == nil:
		v.find(r.Key, "stands for delivery %q, which is not there", turned(id))
	case x.Webhook != webhook:
		v.find(r.Key, "its delivery is for webhook %q", x.Webhook)
	}
	return nil
}

func (v *verifier) deliveryDue(r Row, d booking.Due) error {
	x, err := v.Delivery(d.Account, d.Ref)
	if err != nil {
		return v.unread(err)
	}
	if x == nil {
		v.find(r.Key, "stands for delivery %q, which is not there", d.Ref)
		return nil
	}
	own, armed := x.Due(d.Account)
	v.sameDue(r, own, armed)
	return nil
}
