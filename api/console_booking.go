package api

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// A booking's page: what it is, and the forms that move, correct and cancel it, which do what PUT /v1/bookings/{id} does. Each names the state
// that it was made from.

func bookingPath(id string) string { return "/console/bookings/" + url.PathEscape(id) }

// heldJob is a job in a conversation.
type heldJob struct{ Path, When, Service, Tell string }

// heldJobs are the jobs of a person that are still to be done, each on the clock of its booking form.
func (c *call) heldJobs(s *storage.Snapshot, v shell, p booking.Phone) (all []heldJob, err error) {
	held, err := engine.BookingsHeld(s, c.who.Account, p)
	for _, b := range held {
		if v.loc, err = engine.ZoneOf(s, c.who.Account, b.Scheduler); err != nil {
			return nil, err
		}
		all = append(all, heldJob{bookingPath(b.ID), v.when(b), b.Service, v.tellBooked(b)})
	}
	return all, err
}

// when tells when the job of a booking is done.
func (v shell) when(b booking.Booking) string {
	if b.Start.IsZero() {
		return word("job.nowindow")
	}
	return v.onDay(booking.Window{Start: b.Start, End: b.End})
}

// oneLine makes one line of what was typed in several.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// addressLine tells an address in one line.
func addressLine(a booking.Address) string {
	return strings.Join(slices.DeleteFunc([]string{a.Line1, a.Line2, a.City, strings.TrimSpace(a.State + " " + a.PostalCode)}, func(s string) bool { return s == "" }), ", ")
}

type bookingPage struct {
	Name, When string
	Stands     bool
	Over       bool // its window has begun
	Claimed    bool // only a page says so
	Facts      []pair
	Session    string
	Thread     string
	Calendar   string // the week it is in
	Path, Base string
	Move       *form
	Correct    *form
	MayCancel  bool
	Cancelled  string
}

func (c *call) showBooking() (any, error) { return c.bookingPage("", nil, nil) }

// bookingPage shows a booking; the form that is named may be shown as it was typed.
func (c *call) bookingPage(name string, typed url.Values, problem error) (any, error) {
	var v shell
	var p bookingPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("booking.title"), "calendar"); err != nil {
			return err
		}
		b, err := c.booking(s)
		if err != nil {
			return err
		}
		account, err := s.Account(c.who.Account)
		if err != nil {
			return err
		}
		sched, err := s.Scheduler(c.who.Account, b.Scheduler)
		if err != nil {
			return err
		}
		if sched != nil {
			if v, err = v.zoned(*sched, account); err != nil {
				return err
			}
		}
		if p, err = c.bookingShown(s, v, b, sched); err != nil || !v.MayWork || !b.Stands() {
			return err
		}
		p.MayCancel = true
		filled := func(which string, f form) *form {
			f.Hidden = []pair{{"base", p.Base}}
			if f = f.shown(); which == name && problem != nil {
				f = f.again(typed, problem)
			}
			return &f
		}
		if sched != nil && !p.Over {
			windows, err := c.windowChoices(s, v, sched.ID, "", false)
			if err != nil {
				return err
			}
			windows = slices.DeleteFunc(windows, func(w choice) bool { return w.Value == b.Window })
			if len(windows) > 0 {
				p.Move = filled("move", moveForm(b.ID, new(string), windows))
			}
		}
		is := wire.FromBooking(b)
		p.Correct = filled("correct", correctForm(sched, &is))
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Title, v.Live, v.Page = cmp.Or(p.Name, v.Title), true, p
	v.Here = p.Path
	return c.office("booking", v, problem)
}

func moveForm(id string, window *string, windows []choice) form {
	return form{Action: bookingPath(id) + "/move", Button: word("booking.move"), Groups: []group{{Inputs: []*input{pick("move.window", window, windows).named("window")}}}}
}

// correctForm changes what a booking says of the job.
func correctForm(sched *booking.Scheduler, b *wire.Booking) form {
	service := text("service", &b.Service)
	if sched != nil && b.Source != string(booking.SourceExternal) { // other systems have their own names for what is done
		service = serviceInput(*sched, &b.Service).keeping()
	}
	return form{Action: bookingPath(b.ID) + "/correct", Button: word("save"), Groups: []group{{Inputs: []*input{service, area("note", &b.Note), dollars("value_cents", &b.ValueCents)}}}}
}

// bookingShown gathers what the page tells.
func (c *call) bookingShown(s *storage.Snapshot, v shell, b booking.Booking, sched *booking.Scheduler) (p bookingPage, err error) {
	p = bookingPage{Name: cmp.Or(fullName(b.Customer), shownPhone(string(b.Phone)), word("customer.unnamed")), When: v.when(b), Stands: b.Stands(), Over: !b.Start.IsZero() && !b.Start.After(v.now),
		Claimed: b.Claimed, Path: bookingPath(b.ID), Base: b.Revision(), Cancelled: v.At(b.CancelledAt)}
	fact := func(label, value string) {
		if value != "" {
			p.Facts = append(p.Facts, pair{word(label), value})
		}
	}
	fact("typed.service", b.Service)
	fact("typed.phone", shownPhone(string(b.Phone)))
	fact("typed.email", b.Customer.Email)
	fact("typed.address", addressLine(b.Customer.Address))
	fact("field.note", b.Note)
	if b.ValueCents > 0 {
		fact("booking.value", money(b.ValueCents))
	}
	if sched != nil {
		fact("booking.form", sched.Name)
	}
	fact("booking.how", worded("booking.source", string(b.Source)))
	fact("booking.by", b.By)
	fact("booking.at", v.At(b.At))
	fact("booking.external", b.ExternalID)
	if b.Attribution != "" {
		fact("booking.won", worded("booking.won", string(b.Attribution)))
	}
	if !b.Start.IsZero() && sched != nil {
		p.Calendar = calendarSpot{form: b.Scheduler, week: booking.DayOf(b.Start, v.loc)}.path()
	}
	if b.Session != "" {
		_, err := s.Session(c.who.Account, b.Session)
		if err == nil {
			p.Session = "/console/sessions/" + string(b.Session)
		} else if !storage.IsNotFound(err) {
			return p, err
		}
	}
	if b.Phone == "" {
		return p, nil
	}
	t, err := s.Thread(c.who.Account, b.Phone)
	if t != nil {
		p.Thread = threadPath(b.Phone)
	}
	return p, err
}

// changeBooking carries out a form of a booking's page and leads back to it.
func (c *call) changeBookingInConsole(name, done string, change func(typed url.Values) (booking.BookingChange, error)) (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	ch, err := change(typed)
	if err == nil {
		ch.Base = typed.Get("base")
		_, err = c.engine.ChangeBooking(c.ctx, c.who.Account, id, ch)
	}
	if err != nil {
		return c.bookingPage(name, typed, err)
	}
	return c.done(bookingPath(id), done)
}

func (c *call) moveInConsole() (any, error) {
	return c.changeBookingInConsole("move", "moved", func(typed url.Values) (booking.BookingChange, error) {
		to := typed.Get("window")
		if to == "" {
			return booking.BookingChange{}, booking.Refuse(booking.Invalid, "missing", "window", "no window is chosen", "choose when somebody comes instead")
		}
		return booking.BookingChange{Window: &to}, nil
	})
}

func (c *call) correctInConsole() (any, error) {
	return c.changeBookingInConsole("correct", "saved", func(typed url.Values) (ch booking.BookingChange, err error) {
		var was wire.Booking
		var sched *booking.Scheduler
		err = c.view(func(s *storage.Snapshot) error {
			b, err := c.booking(s)
			if err != nil {
				return err
			}
			was = wire.FromBooking(b)
			sched, err = s.Scheduler(c.who.Account, b.Scheduler)
			return err
		})
		if err != nil {
			return ch, err
		}
		is := was
		if err := correctForm(sched, &is).read(typed); err != nil {
			return ch, err
		}
		if note := oneLine(is.Note); is.Note != was.Note {
			ch.Note = &note
		}
		if is.Service != was.Service {
			ch.Service = &is.Service
		}
		if is.ValueCents != was.ValueCents {
			ch.ValueCents = &is.ValueCents
		}
		return ch, nil
	})
}

func (c *call) cancelInConsole() (any, error) {
	return c.changeBookingInConsole("cancel", "cancelled", func(url.Values) (booking.BookingChange, error) {
		cancelled := booking.BookingCancelled
		return booking.BookingChange{Status: &cancelled}, nil
	})
}
