package api

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// The calendar: a week of arrival windows of one booking form, who has a place in them, and the forms that change them. A change names what it
// was made from, so that nobody overwrites what another just did.

type calendarPage struct {
	Path, Here         string // of the form's calendar, and of the week that is shown
	Form               string // name of the booking form
	Forms              []choice
	Week               string // that is shown: its Monday
	Title              string
	Before, Next, This string // addresses of other weeks
	Days               []dayColumn
	Base               string // revision of the windows by hand
	Rules              string // revision of the weekly rules
	Edit               *windowForm
	Job                *jobPart // a job that is booked
	Day                *dayForm
	Weekly             weeklyForm
	Taken, Places      int
}

type dayColumn struct {
	Date, Name, Note string
	Today, Past      bool
	Closed           bool
	Windows          []windowRow
	EditPath         string
}

type windowRow struct {
	Time             string
	Taken, Places    int
	State            string // full, closed, gone, over or empty
	Note, Surcharge  string
	ByHand           bool
	Bookings         []bookingRow
	More             int // bookings beyond those
	EditPath, EditID string
	BookPath         string // where a job is booked in it; "" where that cannot be
}

type bookingRow struct{ Name, Service, Path, Note string }

// windowForm edits one window; dayForm edits a date.
type windowForm struct {
	ID, Day, Title  string
	From, To        string
	Places, Open    string
	Note, Surcharge string
	ByHand          bool
	Taken           int
}

type dayForm struct {
	Date, Title, Note string
	Unusual           bool
	New               windowForm
	Own               []ownRow // the windows of this day alone, and empty rows
}

// ownRow is a window of a date alone.
type ownRow struct {
	N, Nth           int // in the names of its inputs from 0, for people from 1
	From, To, Places string
	Flaw             *flaw
}

type weeklyForm struct {
	Open     bool
	Rows     []ruleRow
	Holidays bool
	Lead     string // hours
	Horizon  string // days
}

type ruleRow struct {
	N                int
	Days             []choice
	From, To, Places string
}

// calendarSpot is which part of which calendar is looked at.
type calendarSpot struct {
	form   booking.SchedulerID
	week   booking.Day // empty: this one
	edit   string      // a window's ID
	day    booking.Day // a date that is changed
	weekly bool
	book   string     // ID of a window in which a job is booked
	typed  url.Values // a form that was refused

	refused error // why, where it was the form of a job
}

func (c *call) spotOf(get func(string) string) calendarSpot {
	at := calendarSpot{form: booking.SchedulerID(get("scheduler")), edit: get("edit"), weekly: get("weekly") != "", book: get("book")}
	at.week, _ = booking.ParseDay(get("week"))
	if d, ok := booking.ParseDay(get("day")); ok {
		at.day = d
	}
	if _, ok := booking.ParseDay(string(at.week)); !ok {
		at.week = ""
	}
	return at
}

func (c *call) showCalendar() (any, error) {
	return c.calendarPage(ok, nil, c.spotOf(func(name string) string { return c.f.Query(name) }))
}

func (at calendarSpot) path(more ...string) string {
	q := url.Values{"scheduler": {string(at.form)}, "week": {string(at.week)}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/console/calendar?" + q.Encode()
}

func (c *call) calendarPage(status int, problem error, at calendarSpot) (any, error) {
	var v shell
	var p calendarPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		p = calendarPage{}
		if v, err = c.shellFor(s, word("nav.calendar"), "calendar"); err != nil {
			return err
		}
		forms, err := s.AllSchedulers(c.who.Account)
		if err != nil || len(forms) == 0 {
			return err
		}
		i := 0
		if at.form != "" {
			if i = slices.IndexFunc(forms, func(f booking.Scheduler) bool { return f.ID == at.form }); i < 0 {
				return booking.Refuse(booking.NotFound, "unknown_scheduler", "scheduler", "there is no such booking form", "choose one of the calendar's list")
			}
		}
		sched := forms[i]
		at.form = sched.ID
		for _, f := range forms {
			p.Forms = append(p.Forms, choice{string(f.ID), f.Name, f.ID == sched.ID})
		}
		account, err := s.Account(c.who.Account)
		if err != nil {
			return err
		}
		if v.Zone = sched.Zone(account); v.Zone != "" {
			if v.loc, err = booking.LoadZone(v.Zone); err != nil {
				return err
			}
		}
		return c.fillCalendar(s, v, sched, at, &p)
	})
	if err != nil {
		return nil, err
	}
	v.Done, v.Here = c.doneWord(), p.Here
	v.deskPage(p, problem)
	return c.html(status, "calendar", v)
}

func (c *call) fillCalendar(s *storage.Snapshot, v shell, sched booking.Scheduler, at calendarSpot, p *calendarPage) error {
	today := booking.DayOf(v.now, v.loc)
	at.week = cmp.Or(at.week, at.day, today).Monday()
	p.Path, p.Form, p.Week = "/console/calendar/"+string(sched.ID), sched.Name, string(at.week)
	p.Title = onDay(at.week, "January 2") + " – " + onDay(at.week.Add(6), "January 2, 2006")
	p.Here = at.path()
	turn := func(days int) string { return calendarSpot{form: at.form, week: at.week.Add(days)}.path() }
	p.Before, p.Next, p.This = turn(-7), turn(7), calendarSpot{form: at.form, week: today.Monday()}.path()
	byHand, err := engine.WindowsByHand(s, c.who.Account, sched.ID)
	if err != nil {
		return err
	}
	p.Base, p.Rules = booking.Revision(byHand), sched.Availability.Revision()
	if v.MayWork && at.book != "" {
		if p.Job, err = c.calendarJob(s, v, sched, at); err != nil {
			return err
		}
	}
	days, err := engine.Calendar(s, c.who.Account, sched, at.week, 7)
	if err != nil {
		return err
	}
	for _, d := range days {
		col := v.dayColumn(d, today, at)
		for i, w := range d.Windows {
			p.Taken, p.Places = p.Taken+col.Windows[i].Taken, p.Places+col.Windows[i].Places
			if v.MayWork && d.Windows[i].Bookable {
				col.Windows[i].BookPath = at.path("book", w.ID) + "#book"
			}
			if v.MayManage && at.edit != "" && w.ID == at.edit && !w.Gone {
				p.Edit = v.windowForm(w, d.Date, at.typed)
			}
		}
		if v.MayManage && d.Date == at.day && p.Edit == nil {
			p.Day = dayFormOf(d, sched.Availability, at)
		}
		p.Days = append(p.Days, col)
	}
	p.Weekly = weeklyFormOf(sched.Availability, at.typed)
	p.Weekly.Open = at.weekly
	return nil
}

func onDay(d booking.Day, layout string) string { return d.Start(time.UTC).Format(layout) }

func (v shell) dayColumn(d engine.CalendarDay, today booking.Day, at calendarSpot) dayColumn {
	col := dayColumn{Date: string(d.Date), Name: onDay(d.Date, "Mon Jan 2"), Today: d.Date == today, Past: d.Date < today, EditPath: at.path("day", string(d.Date)) + "#edit"}
	switch {
	case d.Holiday:
		col.Closed, col.Note = true, word("calendar.holiday")
	case d.Exception != nil:
		col.Closed = d.Exception.Closed
		if col.Note = d.Exception.Note; col.Note == "" {
			col.Note = word("calendar.other")
			if col.Closed {
				col.Note = word("calendar.closed")
			}
		}
	}
	for _, w := range d.Windows {
		row := windowRow{Time: v.span(w.Window), Taken: w.Capacity - w.Open, Places: w.Capacity, Note: w.Note, ByHand: w.ByHand, EditID: w.ID,
			EditPath: at.path("edit", w.ID, "day", string(d.Date)) + "#edit"}
		if w.SurchargeCents > 0 {
			row.Surcharge = money(w.SurchargeCents)
		}
		switch {
		case w.Gone:
			row.State, row.Taken = "gone", w.Held
		case !w.Start.After(v.now):
			row.State, row.Taken = "over", w.Held
		case w.Open == 0 && w.Held < w.Capacity || w.Capacity == 0:
			row.State, row.Taken = "closed", w.Held
		case w.Open == 0:
			row.State = "full"
		}
		for _, b := range w.Bookings {
			one := bookingRow{Name: cmp.Or(fullName(b.Customer), shownPhone(string(b.Phone)), word("customer.unnamed")), Service: b.Service, Note: b.Note, Path: bookingPath(b.ID)}
			row.Bookings = append(row.Bookings, one)
		}
		row.More = w.Held - len(w.Bookings)
		col.Windows = append(col.Windows, row)
	}
	return col
}

// span tells a window's times: "8 AM – 10:30 AM".
func (v shell) span(w booking.Window) string {
	clock := func(t time.Time) string {
		return strings.Replace(t.In(v.loc).Format("3:04 PM"), ":00", "", 1)
	}
	return clock(w.Start) + " – " + clock(w.End)
}

// typedOr gives what was typed into a form that was refused, else what stands.
func typedOr(typed url.Values, name, stands string) string {
	if typed.Has(name) {
		return typed.Get(name)
	}
	return stands
}

func (v shell) windowForm(w engine.CalendarWindow, day booking.Day, typed url.Values) *windowForm {
	surcharge := plainMoney(w.SurchargeCents)
	return &windowForm{ID: w.ID, Day: string(day), Title: onDay(day, "Monday, January 2") + ", " + v.span(w.Window), Places: typedOr(typed, "places", strconv.Itoa(w.Capacity)),
		Open: typedOr(typed, "open", strconv.Itoa(w.Open)), Note: typedOr(typed, "note", w.Note), Surcharge: typedOr(typed, "surcharge", surcharge), ByHand: w.ByHand, Taken: w.Held}
}

func dayFormOf(d engine.CalendarDay, rules booking.Availability, at calendarSpot) *dayForm {
	typed := at.typed
	f := &dayForm{Date: string(d.Date), Title: onDay(d.Date, "Monday, January 2"), Unusual: d.Exception != nil, Note: typed.Get("why"),
		New: windowForm{Day: string(d.Date), From: typedOr(typed, "from", "08:00"), To: typedOr(typed, "to", "10:00"), Places: typedOr(typed, "places", "1"), Note: typed.Get("note"), Surcharge: typed.Get("surcharge")}}
	if d.Exception != nil && !typed.Has("why") {
		f.Note = d.Exception.Note
	}
	f.Own = ownRows(d, rules, at)
	return f
}

// ownRows are the windows of a date alone, or those of every week to begin with; as they were typed where they were refused.
func ownRows(d engine.CalendarDay, rules booking.Availability, at calendarSpot) (rows []ownRow) {
	windows := rules.EveryWeek(d.Date)
	if d.Exception != nil {
		windows = d.Exception.Windows
	}
	for i := 0; i < len(windows)+spareRows || at.typed.Has(ownName(i)+"from"); i++ {
		row := ownRow{N: i, Nth: i + 1}
		if i < len(windows) {
			w := windows[i]
			row.From, row.To, row.Places = w.From.String(), clockOf(w.To), strconv.Itoa(w.Capacity)
		}
		if n := ownName(i); at.typed.Has(n + "from") {
			row.From, row.To, row.Places = at.typed.Get(n+"from"), at.typed.Get(n+"to"), at.typed.Get(n+"places")
		}
		if at.refused != nil {
			if told := problemOf(at.refused).refusal; about(told.Field, strings.TrimSuffix(ownName(i), ".")) {
				row.Flaw = &flaw{Message: ended(told.Message), Fix: ended(mended(told))}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// ownName begins the names of the inputs of a row.
func ownName(i int) string { return "w" + strconv.Itoa(i) + "." }

var weekdays = []booking.Weekday{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// spareRules is how many empty rows the weekly form has, for new windows.
const spareRows = 2

func weeklyFormOf(a booking.Availability, typed url.Values) weeklyForm {
	f := weeklyForm{Holidays: a.Holidays != "", Lead: strconv.Itoa(int(a.LeadTime.Std() / time.Hour)), Horizon: strconv.Itoa(int(cmp.Or(a.Horizon, booking.DefaultHorizon).Std() / (24 * time.Hour)))}
	rules := a.Weekly
	for i := range len(rules) + spareRows {
		row := ruleRow{N: i}
		var r booking.WeeklyRule
		if i < len(rules) {
			r = rules[i]
			row.From, row.To, row.Places = r.From.String(), clockOf(r.To), strconv.Itoa(r.Capacity)
		}
		n := "r" + strconv.Itoa(i) + "."
		if typed.Has(n + "from") {
			row.From, row.To, row.Places = typed.Get(n+"from"), typed.Get(n+"to"), typed.Get(n+"places")
			r.Days = nil
			for _, d := range typed[n+"days"] {
				r.Days = append(r.Days, booking.Weekday(d))
			}
		}
		for _, d := range weekdays {
			row.Days = append(row.Days, choice{string(d), word("day." + string(d)), slices.Contains(r.Days, d)})
		}
		f.Rows = append(f.Rows, row)
	}
	if typed.Has("lead") {
		f.Lead, f.Horizon, f.Holidays = typed.Get("lead"), typed.Get("horizon"), typed.Get("holidays") != ""
	}
	return f
}

// clockOf shows the end of the day as browsers' time fields know it.
func clockOf(t booking.TimeOfDay) string {
	if t == 24*60 {
		return "00:00"
	}
	return t.String()
}
