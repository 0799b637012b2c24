package api

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// calendarDo carries out a form of the calendar and leads back to its week.
func (c *call) calendarDo(do func(id booking.SchedulerID, form url.Values) error) (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	at := c.spotOf(form.Get)
	at.form = booking.SchedulerID(id)
	if err := do(at.form, form); err != nil {
		at.typed, at.refused = form, err
		return c.calendarPage(problemOf(err).status, err, at)
	}
	return c.back(calendarSpot{form: at.form, week: at.week}.path())
}

// putWindowInConsole puts one window by hand, or takes one away.
func (c *call) putWindowInConsole() (any, error) {
	return c.calendarDo(func(id booking.SchedulerID, form url.Values) error {
		var all []booking.Window
		var w booking.Window
		err := c.view(func(s *storage.Snapshot) (err error) {
			sched, err := s.Scheduler(c.who.Account, id)
			if err != nil {
				return err
			}
			if sched == nil {
				return booking.Refuse(booking.NotFound, "unknown_scheduler", "scheduler", "there is no such booking form", "choose one of the calendar's list")
			}
			account, err := s.Account(c.who.Account)
			if err != nil {
				return err
			}
			if all, err = engine.WindowsByHand(s, c.who.Account, id); err != nil {
				return err
			}
			w, err = c.windowOf(s, *sched, sched.Zone(account), form)
			return err
		})
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(x booking.Window) bool { return x.ID == w.ID })
		if form.Get("do") != "remove" {
			all = append(all, w)
		}
		base := cmp.Or(form.Get("base"), "none")
		_, err = c.engine.PutWindowsOver(c.ctx, c.who.Account, id, base, all)
		return err
	})
}

// windowOf reads a window out of a form: one that is there with what is changed of it, or a new one.
func (c *call) windowOf(s *storage.Snapshot, sched booking.Scheduler, zone string, form url.Values) (w booking.Window, err error) {
	if id := form.Get("edit"); id != "" {
		day, _ := booking.ParseDay(form.Get("day"))
		days, err := engine.Calendar(s, c.who.Account, sched, day, 1)
		if err != nil {
			return w, err
		}
		i := slices.IndexFunc(days[0].Windows, func(x engine.CalendarWindow) bool { return x.ID == id && !x.Gone })
		if i < 0 {
			return w, booking.Refuse(booking.NotFound, "window_unknown", "window", "this window is not there any more", "look at the week below")
		}
		w = days[0].Windows[i].Window
	} else if w.Start, w.End, err = spanOf(zone, form); err != nil {
		return w, err
	} else {
		w.ID = w.Start.Format("2006-01-02T15:04") + w.End.Format("-15:04")
	}
	if form.Get("do") == "remove" {
		return w, nil
	}
	if w.Capacity, err = wholeNumber(form, "places", 0, 10_000); err != nil {
		return w, err
	}
	w.Open = w.Capacity
	if form.Has("open") {
		if w.Open, err = wholeNumber(form, "open", 0, w.Capacity); err != nil {
			return w, err
		}
	}
	w.Note = wire.OneLine(form.Get("note"))
	w.SurchargeCents, err = cents("surcharge", form.Get("surcharge"), 100_000)
	return w, err
}

// spanOf reads the times of a new window, on the clock of the booking form.
func spanOf(zone string, form url.Values) (start, end time.Time, err error) {
	loc, err := booking.LoadZone(zone)
	if err != nil {
		return start, end, err
	}
	day, ok := booking.ParseDay(form.Get("day"))
	if !ok {
		return start, end, booking.Refuse(booking.Invalid, "invalid_date", "day", "this is not a date", "choose a day of the week below")
	}
	from, to, err := timesOf(form, "")
	if err == nil && to <= from {
		err = booking.Refuse(booking.Invalid, "out_of_range", "to", "the window ends before it begins", "choose a later end")
	}
	return day.At(from, loc), day.At(to, loc), err
}

// timesOf reads two times of day; midnight as an end is the end of the day.
func timesOf(form url.Values, prefix string) (from, to booking.TimeOfDay, err error) {
	for _, t := range []struct {
		name string
		at   *booking.TimeOfDay
	}{{"from", &from}, {"to", &to}} {
		text := form.Get(prefix + t.name)
		if len(text) > len("15:04") {
			text = text[:len("15:04")] // browsers may add seconds
		}
		if err := t.at.UnmarshalText([]byte(text)); err != nil {
			return from, to, booking.Refuse(booking.Invalid, "invalid_time", prefix+t.name, "a window needs a time from which and a time to which it goes", "for example 08:00 and 10:00")
		}
	}
	if to == 0 {
		to = 24 * 60
	}
	return from, to, nil
}

func wholeNumber(form url.Values, name string, low, high int) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(form.Get(name)))
	if err != nil || n < low || n > high {
		return 0, booking.Refuse(booking.Invalid, "out_of_range", name, word("calendar.field."+name)+" is not a number from "+strconv.Itoa(low)+" to "+strconv.Itoa(high), "mend it and save again")
	}
	return n, nil
}

// maxDollars is the most that a job may be worth, as in the API.
const maxDollars = 1_000_000

// cents reads dollars up to a limit: "25", "$25.50", "1,200", or nothing for none.
func cents(name, text string, limit float64) (int, error) {
	text = strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(text), "$"), ",", "")
	if text == "" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= limit) {
		return 0, booking.Refuse(booking.Invalid, "out_of_range", name, word("calendar.field."+name)+" is not an amount in dollars", "for example 25 or 25.50; leave it empty for none")
	}
	return int(v*100 + 0.5), nil
}

// putDayInConsole closes a date, gives it windows of its own, or lets it be as every week again.
func (c *call) putDayInConsole() (any, error) {
	return c.calendarDo(func(id booking.SchedulerID, form url.Values) error {
		day, ok := booking.ParseDay(form.Get("day"))
		if !ok {
			return booking.Refuse(booking.Invalid, "invalid_date", "day", "this is not a date", "choose a day of the week below")
		}
		x := booking.Exception{Date: day, Closed: form.Get("do") != "own", Note: wire.OneLine(form.Get("why"))}
		var rows []int
		if !x.Closed {
			var err error
			if x.Windows, rows, err = ownWindows(form); err != nil {
				return err
			}
		}
		_, err := c.engine.EditAvailability(c.ctx, c.who.Account, id, form.Get("rules"), func(a *booking.Availability) error {
			if form.Get("do") == "usual" {
				a.AsEveryWeek(day)
			} else {
				a.Except(x)
			}
			return nil
		})
		return atRow(err, rows)
	})
}

// ownWindows reads the windows of a date alone, and the row that each was typed in. A row without times is none.
func ownWindows(form url.Values) (all []booking.DayWindow, rows []int, err error) {
	for i := 0; form.Has(ownName(i) + "from"); i++ {
		n := ownName(i)
		if form.Get(n+"from") == "" && form.Get(n+"to") == "" {
			continue
		}
		var w booking.DayWindow
		if w.From, w.To, err = timesOf(form, n); err == nil && w.To <= w.From {
			err = booking.Refuse(booking.Invalid, "out_of_range", n+"to", "the window ends before it begins", "choose a later end")
		}
		if err == nil {
			w.Capacity, err = wholeNumber(url.Values{"places": {cmp.Or(form.Get(n+"places"), "1")}}, "places", 1, 10_000)
			if err != nil {
				err = atRow(err, []int{i})
			}
		}
		if err != nil {
			return nil, nil, err
		}
		all, rows = append(all, w), append(rows, i)
	}
	if len(all) == 0 {
		return nil, nil, booking.Refuse(booking.Invalid, "missing", ownName(0)+"from", "no window is given", "give one with its times, or close the day")
	}
	return all, rows, nil
}

// atRow says of a refusal about a window of a date alone which row it was typed in.
func atRow(err error, rows []int) error {
	told, ok := errors.AsType[*booking.Error](err)
	if !ok {
		return err
	}
	field := ""
	if told.Field == "places" {
		field = ownName(rows[0]) + "places"
	} else if _, rest, is := strings.Cut(told.Field, "].windows["); is {
		n, _, _ := strings.Cut(rest, "]")
		if i, bad := strconv.Atoi(n); bad == nil && i < len(rows) {
			field = ownName(rows[i]) + "from"
		}
	}
	if field == "" {
		return err
	}
	moved := *told
	moved.Field = field
	return &moved
}

// putWeeklyInConsole replaces the weekly rules. A row without days is taken out.
func (c *call) putWeeklyInConsole() (any, error) {
	return c.calendarDo(func(id booking.SchedulerID, form url.Values) error {
		var rules []booking.WeeklyRule
		for i := 0; form.Has("r" + strconv.Itoa(i) + ".from"); i++ {
			n := "r" + strconv.Itoa(i) + "."
			if len(form[n+"days"]) == 0 {
				continue
			}
			var r booking.WeeklyRule
			var err error
			if r.From, r.To, err = timesOf(form, n); err != nil {
				return err
			}
			if r.Capacity, err = wholeNumber(url.Values{"places": {cmp.Or(form.Get(n+"places"), "1")}}, "places", 1, 10_000); err != nil {
				return err
			}
			for _, d := range form[n+"days"] {
				r.Days = append(r.Days, booking.Weekday(d))
			}
			rules = append(rules, r)
		}
		lead, err := wholeNumber(form, "lead", 0, 30*24)
		if err != nil {
			return err
		}
		horizon, err := wholeNumber(form, "horizon", 1, 366)
		if err != nil {
			return err
		}
		_, err = c.engine.EditAvailability(c.ctx, c.who.Account, id, form.Get("rules"), func(a *booking.Availability) error {
			shown := weeklyFormOf(*a, nil) // in whole hours and days: what was left as it was shown stays, to the minute
			if a.Weekly, a.Holidays = rules, ""; strconv.Itoa(lead) != shown.Lead {
				a.LeadTime = booking.Duration(time.Duration(lead) * time.Hour)
			}
			if strconv.Itoa(horizon) != shown.Horizon {
				a.Horizon = booking.Duration(time.Duration(horizon) * 24 * time.Hour)
			}
			if form.Get("holidays") != "" {
				a.Holidays = booking.HolidaysUSFederal
			}
			return nil
		})
		return err
	})
}
