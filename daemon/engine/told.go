package engine

import (
	"context"
	"errors"

	"github.com/rebookhq/rebook/daemon/booking"
)

// told announces news to the webhooks that want it, in the transaction of the change that it is about: both are there or
// neither. It costs two writes, however many webhooks there are; the motor plans their deliveries right after it. An account
// without webhooks pays for one read of a row that is not there; data is only called when somebody listens. Whoever calls it
// twice for one change tells it twice, so call it where the change is seen to be new.
func (t *txn) told(a booking.AccountID, kind booking.NewsKind, data func() any) error {
	hooks, err := t.Webhooks(a)
	if err != nil {
		return err
	}
	var wanted []string
	for _, w := range hooks {
		if w.Wants(kind) {
			wanted = append(wanted, w.ID)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	body, err := booking.News{Type: kind, Timestamp: t.Now, Data: data()}.Payload()
	if err != nil {
		return err
	}
	id := newID(t.Now)
	n := booking.Announcement{ID: id, Event: kind, Body: body, Webhooks: wanted, At: idTime(id).UTC()}
	t.hints = append(t.hints, n.Due(a))
	return t.PutAnnouncement(a, n)
}

// fireAnnounce plans a delivery of the news to each webhook that wanted it. The announcement goes in the same transaction, so
// that a run after an unknown commit plans nothing twice.
func (e *Engine) fireAnnounce(ctx context.Context, d booking.Due) error {
	return e.update(ctx, func(t *txn) error {
		n, err := t.Announcement(d.Account, d.Ref)
		if err != nil {
			return err
		}
		if n == nil {
			return t.Disarm(booking.Announcement{ID: d.Ref, At: idTime(d.Ref)}.Due(d.Account))
		}
		for _, hook := range n.Webhooks {
			v := booking.NewDelivery(t.Now, newID(n.At), hook, n.Event, n.Body)
			v.CreatedAt = n.At
			if err := t.putDelivery(d.Account, nil, v); err != nil {
				return err
			}
		}
		if err := t.DeleteAnnouncement(d.Account, n.ID); err != nil {
			return err
		}
		return t.Disarm(n.Due(d.Account))
	})
}

// toldSession tells what is news in the change of a session.
func (t *txn) toldSession(a booking.AccountID, old *booking.Session, s booking.Session) error {
	kind, ok := booking.NewsOf(old, s)
	if !ok {
		return nil
	}
	return t.told(a, kind, func() any { return booking.OfSession(s) })
}

// putBooking writes a booking, and tells of a new one and of one that stands anew after it was cancelled.
func (t *txn) putBooking(a booking.AccountID, b booking.Booking) error {
	was, err := t.Booking(a, b.ID)
	if err != nil {
		return err
	}
	if b.Stands() && (was == nil || !was.Stands()) {
		if err := t.told(a, booking.NewsBooked, func() any { return booking.OfBooking(b) }); err != nil {
			return err
		}
	}
	return t.PutBooking(a, b)
}

// putOptOut writes an opt-out, keeps it in the person's ledger, and tells of a new one.
func (t *txn) putOptOut(a booking.AccountID, o booking.OptOut) error {
	was, err := t.OptOut(a, o.Phone)
	if err != nil {
		return err
	}
	if was == nil {
		if err := errors.Join(t.told(a, booking.NewsOptedOut, func() any { return booking.OfOptOut(o) }), t.weighOptOut(a, o)); err != nil {
			return err
		}
	}
	if err := t.AddConsent(a, o.Record()); err != nil {
		return err
	}
	return t.PutOptOut(a, o)
}

// putRegistration writes where the texting registration stands, and tells of a new status.
func (t *txn) putRegistration(a booking.AccountID, r booking.Registration) error {
	was, err := t.Registration(a)
	if err != nil {
		return err
	}
	if was.Status != r.Status {
		err := t.told(a, booking.NewsRegistration, func() any { return booking.RegistrationNews{Status: r.Status, Was: was.Status} })
		if err != nil {
			return err
		}
	}
	return t.PutRegistration(a, r)
}
