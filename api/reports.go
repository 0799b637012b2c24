package api

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

type periodQuery struct {
	From   string `query:"from" description:"The first day, in the account's zone, or an RFC 3339 time on it; without it the last 30 days."`
	To     string `query:"to" description:"The last day, included, or an RFC 3339 time, not included; without it today. At most two years."`
	Format string `query:"format" enum:"json,csv" description:"csv is also given to whoever accepts text/csv."`
}

type funnelQuery struct {
	From   string `query:"from" description:"The first day, in the account's zone, or an RFC 3339 time on it; without it the last 30 days."`
	To     string `query:"to" description:"The last day, included, or an RFC 3339 time, not included; without it today. At most two years."`
	Group  string `query:"group" enum:"day,week,month,scheduler,step,hour,template,source"`
	Format string `query:"format" enum:"json,csv" description:"csv is also given to whoever accepts text/csv."`
}

// period reads which days are asked for, in the account's zone.
func (c *call) period(a booking.Account) (booking.Period, error) {
	loc, err := booking.LoadZone(a.Timezone)
	if err != nil {
		return booking.Period{}, err
	}
	return booking.ReadPeriod(c.now(), loc, c.f.Query("from"), c.f.Query("to"))
}

// wantsCSV tells in which form a report is asked for.
func (c *call) wantsCSV() (bool, error) {
	switch f := c.f.Query("format"); f {
	case "":
		return strings.Contains(c.f.Get("Accept"), "text/csv"), nil
	case "csv", "json":
		return f == "csv", nil
	}
	return false, booking.Refuse(booking.Invalid, "unknown_format", "format", "there is no such format", "json or csv")
}

func (c *call) reportFunnel() (any, error) {
	asCSV, err := c.wantsCSV()
	if err != nil {
		return nil, err
	}
	group, err := booking.ReadGrouping(c.f.Query("group"))
	if err != nil {
		return nil, err
	}
	var out wire.Funnel
	err = c.view(func(s *storage.Snapshot) error {
		a, err := s.Account(c.who.Account)
		if err != nil {
			return err
		}
		p, err := c.period(a)
		if err != nil {
			return err
		}
		f, err := s.Funnel(c.ctx, a.ID, p, group)
		if err != nil {
			return err
		}
		out = wire.FromFunnel(f, a.Timezone, booking.Compare(a.Settings.Holdout, f.Total.Trials))
		return nil
	})
	if err != nil || !asCSV {
		return out, err
	}
	return sheet(out.CSV(), "funnel-"+out.From+"-"+out.To)
}

func (c *call) reportWithheld() (any, error) {
	asCSV, err := c.wantsCSV()
	if err != nil {
		return nil, err
	}
	var out wire.Withheld
	err = c.view(func(s *storage.Snapshot) error {
		a, err := s.Account(c.who.Account)
		if err != nil {
			return err
		}
		p, err := c.period(a)
		if err != nil {
			return err
		}
		r, err := s.Withheld(c.ctx, a.ID, p)
		if err != nil {
			return err
		}
		out = wire.FromHeld(r, a.Timezone)
		return nil
	})
	if err != nil || !asCSV {
		return out, err
	}
	return sheet(out.CSV(), "withheld-"+out.From+"-"+out.To)
}

// sheet answers with rows for a spreadsheet.
func sheet(rows [][]string, name string) (any, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return raw{status: http.StatusOK, kind: "text/csv; charset=utf-8", body: b.Bytes(),
		headers: map[string]string{"Content-Disposition": `attachment; filename="` + name + `.csv"`}}, nil
}
