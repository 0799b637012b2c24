package api

import (
	"slices"
	"strconv"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// importPath is where bookings are uploaded; its bodies may be larger than others.
const importPath = "/v1/bookings/import"

// getAvailability lists windows. A page is shown those that are open, of its own scheduler, and not how many there were.
func (c *call) getAvailability() (any, error) {
	days := 14
	if v := c.f.Query("days"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > booking.MaxWindowDays {
			return nil, booking.Refuse(booking.Invalid, "out_of_range", "days", "it is not within 1 to "+strconv.Itoa(booking.MaxWindowDays), "leave it out for 14")
		}
		days = n
	}
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	page := c.who.Role == booking.RolePublishable
	if page && id != string(c.who.Scheduler) {
		return nil, wrongScheduler()
	}
	var v []booking.Window
	err = c.view(func(s *storage.Snapshot) (err error) {
		v, err = engine.Availability(s, c.who.Account, booking.SchedulerID(id), c.f.Query("from"), days)
		return err
	})
	if err != nil {
		return nil, err
	}
	if page {
		v = slices.DeleteFunc(v, func(w booking.Window) bool { return w.Open == 0 })
		for i := range v {
			v[i].Capacity = v[i].Open
		}
	}
	return pageOf(v, "", wire.FromWindow), nil
}

func wrongScheduler() error {
	return booking.Refuse(booking.Forbidden, "wrong_scheduler", "scheduler", "this key is of another scheduler",
		"use the publishable key of the scheduler, or leave scheduler out")
}

func (c *call) createBooking() (any, error) {
	in, err := decode[wire.NewBooking](c)
	if err != nil {
		return nil, err
	}
	n, err := in.Booking()
	if err != nil {
		return nil, err
	}
	page := c.who.Role == booking.RolePublishable
	if page {
		err = c.bookingOfPage(in, &n)
	} else {
		n.By, err = c.name()
	}
	if err != nil {
		return nil, err
	}
	b, err := c.engine.Book(c.ctx, c.who.Account, n)
	if err != nil {
		return nil, err
	}
	if page {
		return wire.ForPage(b), nil
	}
	return wire.FromBooking(b), nil
}

// bookingOfPage holds what a page reports to what a page may: its own scheduler, its own session, now.
func (c *call) bookingOfPage(in wire.NewBooking, n *booking.NewBooking) error {
	if err := c.limits.booking.take(c.address(), c.now()); err != nil {
		return err
	}
	if n.Scheduler != "" && n.Scheduler != c.who.Scheduler {
		return wrongScheduler()
	}
	for _, f := range [...]struct{ field, text string }{{"source", in.Source}, {"external_id", in.ExternalID}, {"at", in.At}, {"client_id", in.ClientID}} {
		if f.text != "" && !(f.field == "source" && f.text == string(booking.SourcePage)) {
			return booking.Refuse(booking.Forbidden, "not_for_pages", f.field, "a page may not say this", "leave it out")
		}
	}
	if in.Session == "" {
		return booking.Refuse(booking.Invalid, "missing", "session", "the page's own name of the session is missing", "the one of its session events")
	}
	n.Page, n.Doubted = true, in.Window == "" && c.doubted()
	n.Source, n.Scheduler, n.Session, n.ClientID = booking.SourcePage, c.who.Scheduler, "", in.Session
	return c.rememberOnce(in.Session) // all visitors of a page share its key
}

// booking gives the booking that the address names.
func (c *call) booking(s *storage.Snapshot) (booking.Booking, error) {
	id, err := c.param("id")
	if err != nil {
		return booking.Booking{}, err
	}
	b, err := s.Booking(c.who.Account, id)
	if err != nil {
		return booking.Booking{}, err
	}
	if b == nil {
		return booking.Booking{}, booking.Refuse(booking.NotFound, "unknown_booking", "id", "there is no booking "+clip(id), "GET /v1/bookings lists them")
	}
	return *b, nil
}

func (c *call) getBooking() (any, error) {
	var b booking.Booking
	err := c.view(func(s *storage.Snapshot) (err error) {
		b, err = c.booking(s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return wire.FromBooking(b), nil
}

func (c *call) putBooking() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	in, err := decode[wire.BookingChange](c)
	if err != nil {
		return nil, err
	}
	b, err := c.engine.ChangeBooking(c.ctx, c.who.Account, id, in.Booking())
	if err != nil {
		return nil, err
	}
	return wire.FromBooking(b), nil
}

func (c *call) importBookings() (any, error) {
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	zone := time.UTC
	err = c.view(func(s *storage.Snapshot) error {
		account, err := s.Account(c.who.Account)
		if err != nil {
			return err
		}
		if loc, err := booking.LoadZone(account.Timezone); err == nil {
			zone = loc
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, ignored, err := wire.ReadUpload(b, zone, by)
	if err != nil {
		return nil, err
	}
	v, err := c.engine.Import(c.ctx, c.who.Account, rows)
	if err != nil {
		return nil, err
	}
	return wire.FromImported(v, ignored), nil
}

func (c *call) listBookings() (any, error) {
	cursor, limit, err := c.page(defaultPage)
	if err != nil {
		return nil, err
	}
	f := bookingFilter{scheduler: booking.SchedulerID(c.f.Query("scheduler")), status: c.f.Query("status")}
	if f.from, err = wire.Instant("from", c.f.Query("from")); err != nil {
		return nil, err
	}
	if f.to, err = wire.Instant("to", c.f.Query("to")); err != nil {
		return nil, err
	}
	if f.status != "" && f.status != string(booking.BookingBooked) && f.status != string(booking.BookingCancelled) {
		return nil, booking.Refuse(booking.Invalid, "unknown_status", "status", "there is no such status", "booked or cancelled")
	}
	var items []booking.Booking
	err = c.view(func(s *storage.Snapshot) (err error) {
		for range maxRounds {
			var got []booking.Booking
			if got, cursor, err = s.Bookings(c.who.Account, cursor, limit-len(items)); err != nil {
				return err
			}
			items = append(items, slices.DeleteFunc(got, func(b booking.Booking) bool { return !f.takes(b) })...)
			if cursor == "" || len(items) >= limit {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return pageOf(items, cursor, wire.FromBooking), nil
}

// bookingFilter is what a list of bookings is narrowed to; empty fields do not narrow it.
type bookingFilter struct {
	from, to  time.Time // of the window, or of the booking where it has none
	scheduler booking.SchedulerID
	status    string
}

func (f bookingFilter) takes(b booking.Booking) bool {
	at := b.Start
	if at.IsZero() {
		at = b.At
	}
	return (f.scheduler == "" || b.Scheduler == f.scheduler) && (f.status == "" || (f.status == string(booking.BookingBooked)) == b.Stands()) &&
		!at.Before(f.from) && (f.to.IsZero() || at.Before(f.to))
}
