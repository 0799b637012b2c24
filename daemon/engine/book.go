package engine

import (
	"cmp"
	"context"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Book records a booking, gives it its place in its window, ends the session it was made in, and tells the other sessions
// of the person, all in one transaction. A session books once, and so does another system's external ID: reported again, the first
// booking is given, or refused when it cannot be the same: see booking.NewBooking.Repeats.
func (e *Engine) Book(ctx context.Context, a booking.AccountID, n booking.NewBooking) (booking.Booking, error) {
	b, _, err := e.book(ctx, a, n)
	return b, err
}

// book is Book that tells whether the booking was reported before.
func (e *Engine) book(ctx context.Context, a booking.AccountID, n booking.NewBooking) (b booking.Booking, known bool, err error) {
	now := e.now()
	if err := booking.ValidateBooking(now, &n); err != nil {
		return b, false, err
	}
	fresh := newID(now) // outside of the transaction, so that a run after an unknown commit knows its own booking again
	b, err = apply(ctx, e, a, func(t *txn) (b booking.Booking, err error) {
		b, known, err = t.book(a, n, fresh)
		return b, err
	})
	return b, known, err
}

func (t *txn) book(a booking.AccountID, n booking.NewBooking, fresh string) (b booking.Booking, known bool, err error) {
	account, err := t.Account(a)
	if err != nil {
		return b, false, err
	}
	if was, err := t.reported(a, n.Name()); err != nil || was != nil {
		if err != nil {
			return b, false, err
		}
		if was.ID == fresh {
			return *was, false, nil // this transaction's own earlier, unknown commit
		}
		return *was, true, n.Repeats(*was)
	}
	own, old, err := t.sessionOf(a, n, fresh)
	if err != nil {
		return b, false, err
	}
	id := fresh
	if own != nil {
		id, n.Scheduler = string(own.ID), own.Scheduler
	}
	sched, err := t.listedScheduler(a, n.Scheduler)
	if err != nil {
		return b, false, err
	}
	was, err := t.Booking(a, id)
	if err != nil {
		return b, false, err
	}
	switch {
	case was == nil || !was.Stands() || was.Claimed && !n.Page:
		if b, err = t.newBooking(id, own, sched, n); err != nil {
			return b, false, err
		}
		if n.Page && own != nil {
			b.SaidByPage(*own, t.known(*own), n.Doubted)
		}
	case n.Window == "" || n.Window == was.Window:
		return *was, true, nil
	case was.Window != "":
		return b, false, booking.Refuse(booking.Conflict, "already_booked", "session", "this session has booked another window already",
			"move that booking with PUT /v1/bookings/"+was.ID)
	default: // the page told that it was done before it took its window
		b = *was
	}
	if n.Window != "" {
		if err := t.seat(account, sched, n.Window, &b); err != nil {
			return b, false, err
		}
		b.Claimed = false // it takes a place that the office sees
	}
	return b, false, t.keepBooking(account, own, old, n, &b)
}

// reported finds what another system has reported before under that name; nil when it has not.
func (t *txn) reported(a booking.AccountID, name string) (*booking.Booking, error) {
	if name == "" {
		return nil, nil
	}
	id, err := t.ExternalBooking(a, name)
	if err != nil || id == "" {
		return nil, err
	}
	return t.Booking(a, id)
}

// sessionOf loads the session that a booking was made in, or begins one for a page that reported nothing before; nil when none
// is named.
func (t *txn) sessionOf(a booking.AccountID, n booking.NewBooking, fresh string) (own, old *booking.Session, err error) {
	var s booking.Session
	switch {
	case n.Session != "":
		s, old, err = t.session(a, n.Session)
	case n.ClientID != "":
		s, old, err = t.sessionFor(a, booking.Event{Scheduler: n.Scheduler, ClientID: n.ClientID}, booking.SessionID(fresh))
	default:
		return nil, nil, nil
	}
	if err == nil && n.Scheduler != "" && n.Scheduler != s.Scheduler {
		err = booking.Refuse(booking.Invalid, "wrong_scheduler", "scheduler", "the session is of another scheduler", "leave scheduler out")
	}
	return &s, old, err
}

// listedScheduler loads the scheduler a booking is of; nil when none is named.
func (t *txn) listedScheduler(a booking.AccountID, id booking.SchedulerID) (*booking.Scheduler, error) {
	if id == "" {
		return nil, nil
	}
	sched, err := t.Scheduler(a, id)
	if err == nil && sched == nil {
		err = unknownScheduler(id)
	}
	return sched, err
}

// newBooking makes the record of a booking. What is not said is taken from its session.
func (t *txn) newBooking(id string, own *booking.Session, sched *booking.Scheduler, n booking.NewBooking) (booking.Booking, error) {
	b := booking.Booking{ID: id, Source: n.Source, Scheduler: n.Scheduler, Service: n.Service, ValueCents: n.ValueCents, At: n.At,
		Status: booking.BookingBooked, Note: n.Note, ExternalID: n.ExternalID, By: n.By, CreatedAt: t.Now}
	customer := n.Customer
	if own != nil {
		customer = own.Customer
		customer.Merge(n.Customer)
		b.Session, b.Service, b.ValueCents = own.ID, cmp.Or(n.Service, own.Service), cmp.Or(n.ValueCents, own.ValueCents)
		if n.Source == booking.SourcePage {
			b.Source = pageSource(*own)
		}
	}
	b.SetCustomer(customer)
	if !b.Matchable() {
		return b, booking.NobodyToMatch()
	}
	if sched == nil || n.Source == booking.SourceExternal { // other systems have their own names for what is done
		return b, nil
	}
	var err error
	b.Service, err = sched.ListedService(b.Service)
	return b, err
}

// keepBooking writes a booking, ends its session, and tells the others of the person.
func (t *txn) keepBooking(account booking.Account, own, old *booking.Session, n booking.NewBooking, b *booking.Booking) error {
	if own != nil {
		own.Apply(booking.Event{Kind: booking.EventCompleted, Scheduler: own.Scheduler, ClientID: own.ClientID, At: b.At,
			Customer: n.Customer, Service: b.Service, ValueCents: b.ValueCents}, 0, 0) // what ends plans nothing
	}
	if err := t.record(account, own, b); err != nil {
		return err
	}
	if name := n.Name(); name != "" {
		if err := t.PutExternalBooking(account.ID, name, *b); err != nil {
			return err
		}
	}
	if own == nil {
		return nil
	}
	if err := t.sayCompleted(account, old, *own); err != nil {
		return err
	}
	return t.putSession(account, old, *own)
}

// ChangeBooking moves, cancels or corrects a booking. Moving frees the old place and takes the new one at once, or does
// neither. The same change again changes nothing; one that was made from another state of it is refused with booking_changed.
func (e *Engine) ChangeBooking(ctx context.Context, a booking.AccountID, id string, c booking.BookingChange) (booking.Booking, error) {
	if err := booking.ValidateChange(&c); err != nil {
		return booking.Booking{}, err
	}
	return apply(ctx, e, a, func(t *txn) (booking.Booking, error) { return t.changeBooking(a, id, c) })
}

// MoveBooking gives a booking another window.
func (e *Engine) MoveBooking(ctx context.Context, a booking.AccountID, id, window string) (booking.Booking, error) {
	return e.ChangeBooking(ctx, a, id, booking.BookingChange{Window: &window})
}

// CancelBooking cancels a booking and frees its place.
func (e *Engine) CancelBooking(ctx context.Context, a booking.AccountID, id string) (booking.Booking, error) {
	cancelled := booking.BookingCancelled
	return e.ChangeBooking(ctx, a, id, booking.BookingChange{Status: &cancelled})
}

func (t *txn) changeBooking(a booking.AccountID, id string, c booking.BookingChange) (booking.Booking, error) {
	account, err := t.Account(a)
	if err != nil {
		return booking.Booking{}, err
	}
	was, err := t.Booking(a, id)
	if err != nil {
		return booking.Booking{}, err
	}
	if was == nil {
		return booking.Booking{}, booking.Refuse(booking.NotFound, "unknown_booking", "id", "there is no booking "+id, "GET /v1/bookings lists them")
	}
	if c.Base != "" && c.Base != was.Revision() && !c.Made(*was) {
		return booking.Booking{}, booking.Refuse(booking.Stale, "booking_changed", "base", "somebody changed this booking since it was read", "look at it as it is now, then make your change again")
	}
	b := *was
	sched, err := t.Scheduler(a, b.Scheduler) // nil: deleted meanwhile, or none
	if err != nil {
		return b, err
	}
	if c.Service != nil && *c.Service != b.Service {
		b.Service = *c.Service
		if sched != nil && b.Source != booking.SourceExternal {
			if b.Service, err = sched.ListedService(b.Service); err != nil {
				return b, err
			}
		}
	}
	if c.Note != nil {
		b.Note = *c.Note
	}
	if c.ValueCents != nil {
		b.ValueCents = *c.ValueCents
	}
	if err := t.changePlace(account, sched, &b, c); err != nil {
		return b, err
	}
	b.Claimed = b.Claimed && !b.Stands() // whatever the office says of it confirms it
	if b == *was {
		return b, nil
	}
	if err := t.putBooking(a, b); err != nil {
		return b, err
	}
	if was.Claimed && !b.Claimed {
		if err := t.confirm(account, b); err != nil {
			return b, err
		}
	}
	return b, t.correct(account, b)
}

// changePlace moves a booking to another window, or cancels it.
func (t *txn) changePlace(account booking.Account, sched *booking.Scheduler, b *booking.Booking, c booking.BookingChange) error {
	cancel := c.Status != nil && *c.Status == booking.BookingCancelled
	switch {
	case !b.Stands() && cancel && c.Window == nil:
		return nil
	case !b.Stands() && (c.Window != nil || c.Status != nil):
		return booking.Refuse(booking.Conflict, "booking_cancelled", "status", "this booking was cancelled", "book anew with POST /v1/bookings")
	case cancel:
		b.Status, b.CancelledAt = booking.BookingCancelled, t.Now
		window, start, end := b.Window, b.Start, b.End
		err := t.unseat(account.ID, b)
		b.Window, b.Start, b.End = window, start, end // it stays known which one it was
		return err
	case c.Window == nil || *c.Window == b.Window:
		return nil
	}
	if err := t.unseat(account.ID, b); err != nil {
		return err
	}
	return t.seat(account, sched, *c.Window, b)
}
