package api

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// Today: what needs a person, what is about to be sent, what was not, and what it brings.

// listedToday bounds the lists of the first page: what does not fit is one click away.
const listedToday = 12

type todayPage struct {
	Alarms   []alarmRow
	AlarmsOf string // which of how many, when there are more than are shown
	Fewer    string // the addresses of the alarms before and after
	More     string
	Waiting  []threadRow
	WaitMore string // how many wait, when there are more
	Due      []sessionRow
	DueMore  string // the address of all of them, when there are more
	Withheld []sessionRow
	HeldMore bool
	Days     []dayFigures
	Empty    bool // nothing was ever heard from a page
}

type alarmRow struct{ Message, Fix, Since, Page string }

type dayFigures struct {
	Label                    string
	Texted, Replied, Clicked int
	Recovered                int
	Money                    string
}

func (c *call) showConsole() (any, error) {
	var v shell
	var p todayPage
	err := c.view(func(s *storage.Snapshot) (err error) {
		p = todayPage{}
		if v, err = c.shellFor(s, word("nav.today"), "today"); err != nil {
			return err
		}
		alarms, err := c.alarms(s)
		if err != nil {
			return err
		}
		p.pageAlarms(v, alarms, c.f.QueryInt("alarms"))
		if p.Waiting, p.WaitMore, err = c.waiting(s, v, listedToday); err != nil {
			return err
		}
		if p.Due, p.DueMore, err = c.dueSoon(s, v); err != nil {
			return err
		}
		withheld, more, err := search{s, c.who.Account, booking.StatusWithheld}.newest("", listedToday)
		if err != nil {
			return err
		}
		for _, w := range withheld {
			if v.now.Sub(w.SeenAt) > 48*time.Hour {
				more = false
				break
			}
			row := v.sessionRow(w)
			if row.Why, row.Fix, err = c.why(s, w); err != nil {
				return err
			}
			p.Withheld = append(p.Withheld, row)
		}
		p.HeldMore = more
		if p.Days, err = c.daysFigures(s, v); err != nil {
			return err
		}
		first, _, err := s.Sessions(c.who.Account, "", 1)
		p.Empty = len(first) == 0
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Page = true, p
	return c.html(ok, "today", v)
}

// pageAlarms shows the alarms from the given one on, counted from 0.
func (p *todayPage) pageAlarms(v shell, all []storage.Alarm, from int) {
	if from < 0 || from >= len(all) {
		from = 0
	}
	to := min(len(all), from+listedToday)
	for _, a := range all[from:to] {
		p.Alarms = append(p.Alarms, v.alarmRow(a))
	}
	at := func(n int) string { return "/console?alarms=" + strconv.Itoa(n) }
	if len(all) > listedToday {
		p.AlarmsOf = fmt.Sprintf("%d – %d %s %d", from+1, to, word("of"), len(all))
	}
	if from > 0 {
		p.Fewer = at(max(0, from-listedToday))
	}
	if to < len(all) {
		p.More = at(to)
	}
}

// soonest bounds how many planned texts of a kind are put in order: those of the sessions that were left first, which are due first
// but for booking forms that wait for longer.
const soonest = 200

// dueSoon lists the texts that are planned next, each with what would become of it now. more is the address of all of them.
func (c *call) dueSoon(s *storage.Snapshot, v shell) (rows []sessionRow, more string, err error) {
	var all []booking.Session
	for _, st := range []booking.Status{booking.StatusWaiting, booking.StatusAbandoned} {
		found, _, err := s.SessionsByStatus(c.who.Account, st, "", soonest)
		if err != nil {
			return nil, "", err
		}
		if all = append(all, found...); len(found) > 0 {
			more = "/console/sessions?status=" + string(st)
		}
	}
	all = slices.DeleteFunc(all, func(x booking.Session) bool { return x.FollowUp.DueAt.IsZero() })
	slices.SortStableFunc(all, func(a, b booking.Session) int { return a.FollowUp.DueAt.Compare(b.FollowUp.DueAt) })
	if len(all) <= listedToday {
		more = ""
	}
	all = all[:min(len(all), listedToday)]
	for _, x := range all {
		row := v.sessionRow(x)
		row.Plan = v.Span(x.FollowUp.DueAt)
		verdict, err := engine.Outlook(s, c.who.Account, x)
		if err != nil {
			return nil, "", err
		}
		if verdict.Result != booking.Pass {
			row.Why, row.Fix = told(verdict.Trail, verdict.Check)
		}
		rows = append(rows, row)
	}
	return rows, more, nil
}

// daysFigures sums up yesterday and this month.
func (c *call) daysFigures(s *storage.Snapshot, v shell) (days []dayFigures, err error) {
	today := v.now.In(v.loc)
	yesterday, first := today.AddDate(0, 0, -1).Format(time.DateOnly), today.Format("2006-01")+"-01"
	for _, d := range []struct{ label, from, to string }{
		{word("today.yesterday"), yesterday, yesterday}, {today.Month().String(), first, today.Format(time.DateOnly)},
	} {
		p, err := booking.ReadPeriod(v.now, v.loc, d.from, d.to)
		if err != nil {
			return nil, err
		}
		f, err := s.Funnel(c.ctx, c.who.Account, p, booking.GroupDay)
		if err != nil {
			return nil, err
		}
		t := f.Total
		days = append(days, dayFigures{Label: d.label, Texted: t.Texted, Replied: t.Replied, Clicked: t.Clicked, Recovered: t.Recovered, Money: money(t.RevenueCents)})
	}
	return days, nil
}
