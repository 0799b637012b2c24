package api

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

const canaryPath = "/console/canary"

type canaryPage struct {
	Canaries []canaryCard
	Versions []choice // that can be tried: "follow_up_link@3"
	Percent  string
	Note     string
	Tests    testsPart // that keep a version from being tried
}

// canaryCard is one canary on the page.
type canaryCard struct {
	ID, Script     string
	Path           string // of its buttons
	Running        bool
	State          string
	Stable, Tried  string // names of the versions
	Percent        int
	Began, Ended   string
	By, Note       string
	Reason, Words  string
	Metrics        []canaryMetric
	Rows           []canaryRow
	Evidence       string
	EvidenceOf     int // of a hundred, of the limit
	EvidenceLimit  int
	NobodyDrawnYet bool
}

// canaryMetric is what both versions are compared by.
type canaryMetric struct {
	Label, Words, Word string
	Sides              []canaryBar
}

// canaryBar is a share with its interval, on a scale of a hundred for the largest of its metric.
type canaryBar struct {
	Label, Told      string
	Share, Low, Wide string // places on the scale
	Class            string
}

type canaryRow struct {
	Version                                                              string
	Persons, Sent, Delivered, Clicked, Replied, Booked, OptedOut, Faults int
}

func (c *call) showCanaries() (any, error) {
	return c.canariesPage(ok, canaryPage{Percent: "10"}, c.f.Query("version"), nil) // the editor leads here with a version
}

// canariesPage shows every canary, with a refusal on top where there was one. chosen is the version that the form names.
func (c *call) canariesPage(status int, p canaryPage, chosen string, problem error) (any, error) {
	var v shell
	err := c.view(func(s *storage.Snapshot) (err error) {
		p.Canaries, p.Versions = nil, nil
		if v, err = c.shellFor(s, word("nav.canary"), "canary"); err != nil {
			return err
		}
		all, err := engine.Canaries(s, c.who.Account)
		if err != nil {
			return err
		}
		for _, r := range all {
			p.Canaries = append(p.Canaries, v.canaryCard(r))
		}
		versions, err := engine.Candidates(s, c.who.Account)
		for _, r := range versions {
			ref := r.Ref()
			p.Versions = append(p.Versions, choice{ref, fmt.Sprintf("%s, version %s", r.Script, canaryVersion(r.Version)), ref == chosen})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Here, v.Page = true, canaryPath, p
	if problem != nil {
		v.Problem = sentence(problemOf(problem).refusal)
	}
	return c.html(status, "canary", v)
}

func canaryVersion(n int) string {
	if n == booking.BuiltInVersion {
		return "0 (built in)"
	}
	return strconv.Itoa(n)
}

func (v shell) canaryCard(r booking.CanaryReport) canaryCard {
	k := canaryCard{ID: r.ID, Script: r.Script, Path: canaryPath + "/" + url.PathEscape(r.Script), Running: r.Running(), State: word("canary." + string(r.State)),
		Stable: "Version " + canaryVersion(r.Stable), Tried: "Version " + canaryVersion(r.Version), Percent: r.Percent, Began: v.At(r.StartedAt), Ended: v.At(r.EndedAt),
		By: r.By, Note: r.Note, Words: r.Words, Evidence: fmt.Sprintf("%.1f", r.Evidence), EvidenceOf: share(int(r.Evidence*100), booking.OptOutLimit*100),
		EvidenceLimit: booking.OptOutLimit, NobodyDrawnYet: r.Tally.Stable.Persons+r.Tally.Canary.Persons == 0}
	if r.Reason != "" {
		k.Reason = strings.ToUpper(r.Reason[:1]) + r.Reason[1:] + "."
	}
	for _, x := range r.Compared {
		scale := max(x.Stable.High, x.Canary.High)
		k.Metrics = append(k.Metrics, canaryMetric{word("canary.by." + string(x.Metric)), x.Words, string(x.Word),
			[]canaryBar{barOf(k.Stable, "used", x.Stable, scale), barOf(k.Tried, "tried", x.Canary, scale)}})
	}
	for _, side := range []struct {
		name   string
		f      booking.CanaryFigures
		faults int
	}{{k.Stable, r.Tally.Stable, r.Failed.Stable}, {k.Tried, r.Tally.Canary, r.Failed.Canary}} {
		f := side.f
		k.Rows = append(k.Rows, canaryRow{side.name, f.Persons, f.Sent, f.Delivered, f.Clicked, f.Replied, f.Booked, f.OptedOut, side.faults})
	}
	return k
}

func barOf(label, class string, s booking.Share, scale float64) canaryBar {
	place := func(v float64) string { return fmt.Sprintf("%.1f", 100*v/max(scale, 1e-9)) }
	return canaryBar{Label: label, Class: class, Told: fmt.Sprintf("%d of %d, %.1f %% (%.1f to %.1f)", s.Count, s.Of, s.Percent, s.Low, s.High),
		Share: place(s.Percent), Low: place(s.Low), Wide: place(s.High - s.Low)}
}

// tryInConsole begins a canary, or changes its share.
func (c *call) tryInConsole() (any, error) {
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	p := canaryPage{Percent: form.Get("percent"), Note: form.Get("note")}
	began := c.now()
	refuse := func(err error) (any, error) {
		if failed, ok := errors.AsType[*engine.TestsFailed](err); ok {
			p.Tests = testsOf(failed.Run, c.now().Sub(began))
			err = booking.Refuse(booking.Invalid, "tests_failed", "version", testsFailedWords(failed.Run)+", so nobody gets it", "mend the script or the test; the failures stand below")
		}
		return c.canariesPage(problemOf(err).status, p, form.Get("version"), err)
	}
	name, number, _ := strings.Cut(form.Get("version"), "@")
	version, err := strconv.Atoi(number)
	if err != nil {
		return refuse(booking.Refuse(booking.Invalid, "missing", "version", "no version was chosen", "choose the version to try"))
	}
	percent, err := strconv.Atoi(strings.TrimSpace(p.Percent))
	if err != nil {
		return refuse(booking.Refuse(booking.Invalid, "out_of_range", "percent", "it is not a share of the persons", "a whole number from 1 to 99"))
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	if _, err := c.engine.StartCanary(c.ctx, c.who.Account, name, booking.NewCanary{Version: version, Percent: percent, By: by, Note: strings.TrimSpace(p.Note)}); err != nil {
		return refuse(err)
	}
	return c.back(canaryPath)
}

func (c *call) promoteInConsole() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	if _, err := c.engine.PromoteCanary(c.ctx, c.who.Account, name); err != nil {
		return c.canariesPage(problemOf(err).status, canaryPage{Percent: "10"}, "", err)
	}
	return c.back(canaryPath)
}

func (c *call) endInConsole() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	if _, err := c.engine.EndCanary(c.ctx, c.who.Account, name, by); err != nil {
		return c.canariesPage(problemOf(err).status, canaryPage{Percent: "10"}, "", err)
	}
	return c.back(canaryPath)
}
