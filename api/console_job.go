package api

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// Booking a job by hand: one form, on a conversation's page and in the calendar, which does what POST /v1/bookings does.

// bookedAhead is for how many days the form offers windows.
const bookedAhead = 28

// jobForm is the form of a job. In a conversation the phone number is the conversation's, and no input.
func jobForm(action string, in *wire.NewBooking, sched booking.Scheduler, windows []choice, asked string, phone bool) form {
	c := &in.Customer
	who := []*input{text("customer.first_name", &c.FirstName).auto("off"), text("customer.last_name", &c.LastName).auto("off")}
	if phone {
		who = append(who, text("customer.phone", &c.Phone).as("tel").auto("off").needed())
	}
	who = append(who, text("customer.email", &c.Email).as("email").auto("off"))
	window := pick("window", &in.Window, windows).needed()
	window.Hint = asked
	return form{Action: action, Button: word("job.book"), Hidden: []pair{{"scheduler", string(sched.ID)}}, Groups: []group{
		{Title: word("group.job"), Note: word("group.job.note"), Inputs: []*input{serviceInput(sched, &in.Service), window, area("note", &in.Note).named("note"), dollars("value_cents", &in.ValueCents)}},
		{Title: word("group.customer"), Pairs: true, Inputs: who},
		{Title: word("group.where"), Pairs: true, Inputs: []*input{text("customer.address.line1", &c.Address.Line1), text("customer.address.line2", &c.Address.Line2), text("customer.address.city", &c.Address.City),
			text("customer.address.state", &c.Address.State), text("customer.address.postal_code", &c.Address.PostalCode)}},
	}}
}

// serviceInput is the choice of a service, or a line for it where the booking form has no list. What a visitor typed in other letters counts.
func serviceInput(sched booking.Scheduler, at *string) *input {
	if len(sched.Services) == 0 {
		return text("service", at)
	}
	said := *at
	if listed, err := sched.ListedService(said); err == nil {
		*at, said = listed, ""
	}
	var all []choice
	for _, s := range sched.Services {
		label := s.Name
		if s.PriceNote != "" {
			label += " (" + s.PriceNote + ")"
		}
		all = append(all, choice{Value: s.Name, Label: label})
	}
	f := pick("service", at, all).needed()
	if said != "" {
		f.Hint = word("job.said") + " “" + said + "”"
	}
	return f
}

// noWindow is the choice of a job that takes no place in the calendar.
const noWindow = "none"

// windowChoices are the windows with a free place that can be booked now, on the clock of v, from a day on or from now, and a job without one.
func (c *call) windowChoices(s *storage.Snapshot, v shell, id booking.SchedulerID, from booking.Day, without bool) (all []choice, err error) {
	windows, err := engine.Availability(s, c.who.Account, id, string(from), bookedAhead)
	for _, w := range windows {
		if w.Open == 0 {
			continue
		}
		label := v.onDay(w) + " · " + word("job.free") + " " + plural(w.Open, "place")
		if w.SurchargeCents > 0 {
			label += " · " + money(w.SurchargeCents) + " " + word("job.surcharge")
		}
		all = append(all, choice{Value: w.ID, Label: label})
	}
	if without {
		all = append(all, choice{Value: noWindow, Label: word("job.nowindow")})
	}
	return all, err
}

// onDay tells when a window is: "Wed Mar 11, 8 AM – 12 PM".
func (v shell) onDay(w booking.Window) string {
	return w.Start.In(v.loc).Format("Mon Jan 2") + ", " + v.span(w)
}

// zoned is the shell on the clock of a booking form.
func (v shell) zoned(sched booking.Scheduler, account booking.Account) (shell, error) {
	zone := sched.Zone(account)
	if zone == "" || zone == v.Zone {
		return v, nil
	}
	loc, err := booking.LoadZone(zone)
	v.Zone, v.loc = zone, loc
	return v, err
}

// jobPart is the form of a job on a page: the form, or what there is to choose before.
type jobPart struct {
	Title string
	Form  form
	Forms []pair // booking forms to choose from: name and address
	None  bool   // there is no booking form
	Close string // the page without it
}

// filledJob is the form as it is to be shown: with its draft, or as it was typed where it was refused.
func filledJob(f form, typed url.Values, refused error) form {
	mark := typed.Get(onceMark)
	if mark == "" || refused != nil && problemOf(refused).refusal.Code == "form_used" {
		mark = rand.Text()
	}
	f.Hidden = append(f.Hidden, pair{onceMark, mark})
	return f.filled(typed, refused)
}

// threadJob is the form of a job on a conversation's page.
func (c *call) threadJob(s *storage.Snapshot, v shell, t booking.Thread, typed url.Values, refused error) (*jobPart, error) {
	p := &jobPart{Title: word("job.title"), Close: threadPath(t.Phone)}
	n, err := engine.JobOf(s, c.who.Account, t)
	if err != nil {
		return nil, err
	}
	account, err := s.Account(c.who.Account)
	if err != nil {
		return nil, err
	}
	id := n.Scheduler
	if asked := typed.Get("scheduler") + c.f.Query("scheduler"); asked != "" && n.Session == "" {
		id = booking.SchedulerID(asked)
	}
	sched, err := s.Scheduler(c.who.Account, id)
	if err != nil {
		return nil, err
	}
	if sched == nil {
		n.Session = "" // of a booking form that is gone: nothing more is booked in it
		forms, _, err := s.Schedulers(c.who.Account, "", 200)
		if err != nil {
			return nil, err
		}
		for _, f := range forms {
			p.Forms = append(p.Forms, pair{f.Name, threadPath(t.Phone) + "?book=1&scheduler=" + url.QueryEscape(string(f.ID)) + "#book"})
		}
		if p.None = len(forms) == 0; len(forms) != 1 {
			return p, nil
		}
		sched, p.Forms = &forms[0], nil
	}
	zoned, err := v.zoned(*sched, account)
	if err != nil {
		return nil, err
	}
	windows, err := c.windowChoices(s, zoned, sched.ID, "", true)
	if err != nil {
		return nil, err
	}
	draft := wire.FromNewBooking(n)
	f := jobForm(threadPath(t.Phone)+"/book", &draft, *sched, windows, windowHint(zoned, v, len(windows) == 1), false)
	f.Hidden = append(f.Hidden, pair{"session", string(n.Session)})
	p.Form = filledJob(f, typed, refused)
	return p, nil
}

// windowHint says what the list of windows does not: that it is empty, or on another clock than the page.
func windowHint(zoned, page shell, empty bool) string {
	switch {
	case empty:
		return word("job.noneopen")
	case zoned.Zone != page.Zone:
		return word("job.zone") + " " + zoned.Zone + "."
	}
	return ""
}

// readJob reads the form of a job over a draft. Rules are the engine's; only that nothing was chosen is known here.
func (c *call) readJob(typed url.Values, phone booking.Phone, n booking.NewBooking) (booking.NewBooking, error) {
	in := wire.NewBooking{}
	sched := booking.Scheduler{}
	for _, f := range jobForm("", &in, sched, nil, "", phone == "").Inputs() {
		if err := f.read(typed); err != nil {
			return n, err
		}
	}
	in.Note = oneLine(in.Note)
	switch in.Window {
	case "":
		return n, booking.Refuse(booking.Invalid, "missing", "window", "no window is chosen", "choose when somebody comes, or the last of the list for a job without a window")
	case noWindow:
		in.Window = ""
	}
	if phone != "" {
		in.Customer.Phone = string(phone)
	}
	made, err := in.Booking()
	if err != nil {
		return n, err
	}
	made.Source, made.Session, made.Scheduler = n.Source, n.Session, n.Scheduler
	made.By, err = c.name()
	return made, err
}

// bookForm books what a form says, once however often it is sent.
func (c *call) bookForm(typed url.Values, n booking.NewBooking) (booking.Booking, error) {
	c.rememberForm(typed)
	b, err := c.engine.Book(c.ctx, c.who.Account, n)
	if errors.Is(err, engine.ErrOnceReused) {
		err = booking.Refuse(booking.Conflict, "form_used", "", "this form has booked already, and was changed since, so nothing more was booked", "look at the booking first; the form below books another job")
	}
	return b, err
}

// bookInThread books a job for a conversation's customer.
func (c *call) bookInThread() (any, error) {
	id, err := c.threadID()
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	err = c.view(func(s *storage.Snapshot) error {
		_, _, err := engine.ReadThread(s, c.who.Account, id, 1)
		return err
	})
	if err != nil {
		return nil, err
	}
	// The session is the one of the page that was looked at: when the customer booked in it meanwhile, this is no other job.
	n, err := c.readJob(typed, id, booking.NewBooking{Source: booking.SourcePhone, Session: booking.SessionID(typed.Get("session")), Scheduler: booking.SchedulerID(typed.Get("scheduler"))})
	if err == nil {
		_, err = c.bookForm(typed, n)
	}
	if err != nil {
		return c.threadPage(problemOf(err).status, err, "", typed)
	}
	return c.done(threadPath(id), bookedInThread)
}

// bookedInThread says in the address of a conversation that a job was booked there.
const bookedInThread = "booked.thread"

// bookInCalendar books a job in a window of the calendar, and leads to the week where it is.
func (c *call) bookInCalendar() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	at := c.spotOf(typed.Get)
	at.form = booking.SchedulerID(id)
	n, err := c.readJob(typed, "", booking.NewBooking{Source: booking.SourcePhone, Scheduler: at.form})
	var b booking.Booking
	if err == nil {
		b, err = c.bookForm(typed, n)
	}
	if err != nil {
		at.typed, at.refused = typed, err
		return c.calendarPage(problemOf(err).status, err, at)
	}
	err = c.view(func(s *storage.Snapshot) error {
		loc, err := engine.ZoneOf(s, c.who.Account, at.form)
		if err == nil && !b.Start.IsZero() {
			at.week = booking.DayOf(b.Start, loc)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.back(calendarSpot{form: at.form, week: at.week}.path("done", "booked"))
}

// calendarJob is the form of a job in the calendar, with the window that was pressed.
func (c *call) calendarJob(s *storage.Snapshot, v shell, sched booking.Scheduler, at calendarSpot) (*jobPart, error) {
	from := booking.Day("")
	if at.week > booking.DayOf(v.now, v.loc).Add(bookedAhead-7) {
		from = at.week // what is shown is farther ahead than the list would reach
	}
	windows, err := c.windowChoices(s, v, sched.ID, from, true)
	if err != nil {
		return nil, err
	}
	draft := wire.NewBooking{Window: at.book}
	f := jobForm("/console/calendar/"+string(sched.ID)+"/book", &draft, sched, windows, windowHint(v, v, len(windows) == 1), true)
	f.Hidden = append(f.Hidden, pair{"week", string(at.week)}, pair{"book", at.book})
	return &jobPart{Title: word("job.title"), Form: filledJob(f, at.typed, at.refused), Close: at.path()}, nil
}

// tellBooked is what a person may text a customer whose job was just booked.
func (v shell) tellBooked(b booking.Booking) string {
	what := strings.TrimSpace(word("job.tell") + " " + b.Service)
	if b.Start.IsZero() {
		return what + "."
	}
	return what + ", " + v.onDay(booking.Window{Start: b.Start, End: b.End}) + "."
}
