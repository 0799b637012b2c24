package api

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

type reportsPage struct {
	From, To string
	Group    string
	Groups   []choice
	Funnel   []bar
	Rows     []figureRow
	Total    figureRow
	Held     []heldRow
	CSV      string
	HeldCSV  string
	Chart    *chart
	Trial    trialPart
}

// bar is a step of the funnel with its share of the first.
type bar struct {
	Label string
	Count int
	Share int // of a hundred
}

type figureRow struct {
	Key                                                   string
	Sessions, Abandoned, Texted, Replied, Clicked, Booked int
	Recovered                                             int
	Money                                                 string
}

type heldRow struct {
	Check string
	Count int
	Share int
}

// byCalendar are the groupings whose groups follow one another in time.
var byCalendar = []booking.Grouping{booking.GroupDay, booking.GroupWeek, booking.GroupMonth}

// reportGroups are the groupings offered, in the order in which people ask for them.
var reportGroups = append(byCalendar[:3:3], "scheduler", "step", "hour", "template", "source")

func rowOf(key string, f booking.Figures) figureRow {
	return figureRow{key, f.Sessions, f.Abandoned, f.Texted, f.Replied, f.Clicked, f.Booked, f.Recovered, money(f.RevenueCents)}
}

func (c *call) showReports() (any, error) {
	group, err := booking.ReadGrouping(cmp.Or(c.f.Query("group"), string(booking.GroupDay)))
	if err != nil {
		return nil, err
	}
	var v shell
	var p reportsPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("nav.reports"), "reports"); err != nil {
			return err
		}
		a, err := s.Account(c.who.Account)
		if err != nil {
			return err
		}
		period, err := c.period(a)
		if err != nil {
			return err
		}
		f, err := s.Funnel(c.ctx, a.ID, period, group)
		if err != nil {
			return err
		}
		held, err := s.Withheld(c.ctx, a.ID, period)
		if err != nil {
			return err
		}
		p = reportsPage{From: string(period.From), To: string(period.To), Group: string(group), Total: rowOf(word("reports.total"), f.Total)}
		for _, g := range reportGroups {
			p.Groups = append(p.Groups, choice{string(g), word("group." + string(g)), g == group})
		}
		t := f.Total
		for _, b := range []struct {
			key string
			n   int
		}{{"sessions", t.Sessions}, {"abandoned", t.Abandoned}, {"texted", t.Texted}, {"answered", t.Replied + t.Clicked}, {"recovered", t.Recovered}} {
			p.Funnel = append(p.Funnel, bar{word("funnel." + b.key), b.n, share(b.n, t.Sessions)})
		}
		groups := f.Groups()
		if slices.Contains(byCalendar, group) || group == "hour" {
			p.Chart = chartOf(groups)
		}
		p.Trial = trialOf(booking.Compare(a.Settings.Holdout, t.Trials))
		for _, g := range groups {
			if g.Sessions > 0 {
				p.Rows = append(p.Rows, rowOf(g.Key, g.Figures))
			}
		}
		if slices.Contains(byCalendar, group) {
			slices.Reverse(p.Rows) // the newest first
		}
		most := 0
		for _, h := range held.Checks() {
			most = max(most, h.Count)
		}
		for _, h := range held.Checks() {
			p.Held = append(p.Held, heldRow{word("check." + string(h.Check)), h.Count, share(h.Count, most)})
		}
		slices.SortStableFunc(p.Held, func(a, b heldRow) int { return b.Count - a.Count })
		span := fmt.Sprintf("from=%s&to=%s", p.From, p.To)
		p.CSV = "/v1/reports/funnel?format=csv&" + span + "&group=" + string(group)
		p.HeldCSV = "/v1/reports/withheld?format=csv&" + span
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Page = p
	return c.html(ok, "reports", v)
}

func share(n, of int) int {
	if of == 0 {
		return 0
	}
	return min(100, (100*n+of/2)/of)
}
