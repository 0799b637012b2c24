package api

import (
	"encoding/json"
	"fmt"
	"net/http"
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

// The list of replays, and the form that says what is to be otherwise.

const (
	replaysPath  = "/console/replays"
	itemsShown   = 25
	replaysShown = 20
	versionShown = 8 // of each script, the latest first
)

type replaysPage struct {
	Form    replayForm
	Scripts []choice // every version that could be replayed
	Forms   []choice // booking forms
	Replays []replayRow
	Older   string
}

// replayForm is what a person typed, or the rules as they are.
type replayForm struct {
	From, To          string
	Days              []hoursField
	Delay             string // minutes
	LatestAfter       string // hours
	Max               string // texts to one person
	Consent           bool
	Script, Scheduler string
}

type hoursField struct{ Name, Label, From, To string }

type replayRow struct{ ID, Summary, State, At, Span string }

var hoursNames = []string{"weekday", "saturday", "sunday"}

func (c *call) showReplays() (any, error) { return c.replaysPage(ok, nil, nil) }

func (c *call) replaysPage(status int, problem error, typed url.Values) (any, error) {
	cursor, err := readCursor(c.f.Query("cursor"))
	if err != nil {
		return nil, err
	}
	var v shell
	var p replaysPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		p = replaysPage{}
		if v, err = c.shellFor(s, word("nav.replays"), "replays"); err != nil {
			return err
		}
		a, err := s.Account(c.who.Account)
		if err != nil {
			return err
		}
		p.Form = v.replayForm(a, typed)
		if script := c.f.Query("script"); script != "" && typed == nil { // the editor leads here with a draft
			p.Form.Script = script + "@" + c.f.Query("version")
		}
		if p.Scripts, err = c.scriptChoices(s, p.Form.Script); err != nil {
			return err
		}
		forms, _, err := s.Schedulers(c.who.Account, "", maxPage)
		if err != nil {
			return err
		}
		for _, f := range forms {
			p.Forms = append(p.Forms, choice{string(f.ID), f.Name, string(f.ID) == p.Form.Scheduler})
		}
		all, next, err := s.Replays(c.who.Account, cursor, replaysShown)
		if next != "" {
			p.Older = replaysPath + "?" + url.Values{"cursor": {writeCursor(next)}}.Encode()
		}
		for _, r := range all {
			p.Replays = append(p.Replays, v.replayRow(r))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Here, v.Page = true, replaysPath, p
	if problem != nil {
		v.Problem = sentence(problemOf(problem).refusal)
	}
	return c.html(status, "replays", v)
}

func (v shell) replayRow(r booking.Replay) replayRow {
	return replayRow{r.ID, r.Summary(), word("replay." + string(r.State)), v.At(r.BeganAt), v.day(r.From) + " – " + v.day(r.To.Add(-time.Second))}
}

func (v shell) day(t time.Time) string { return t.In(v.loc).Format("Jan 2 2006") }

// replayForm fills the form with what was typed, else with the last week and the rules as they are.
func (v shell) replayForm(a booking.Account, typed url.Values) replayForm {
	s := wire.FromAccount(a).Settings
	get := func(name, otherwise string) string {
		if typed != nil {
			return typed.Get(name)
		}
		return otherwise
	}
	today := booking.DayOf(v.now, v.loc)
	f := replayForm{From: get("from", string(today.Add(-7))), To: get("to", string(today)), Delay: get("delay", ""), Script: get("script", ""), Scheduler: get("scheduler", ""),
		LatestAfter: get("latest_after", strconv.Itoa(int(a.Settings.LatestAfter.Std()/time.Hour))), Max: get("max", strconv.Itoa(s.Frequency.Max)),
		Consent: s.RequireConsent}
	if typed != nil {
		f.Consent = typed.Get("require_consent") != ""
	}
	for i, span := range [][]string{s.Hours.Weekday, s.Hours.Saturday, s.Hours.Sunday} {
		name := hoursNames[i]
		h := hoursField{Name: name, Label: word("hours." + name)}
		if len(span) == 2 {
			h.From, h.To = span[0], span[1]
		}
		h.From, h.To = get(name+"_from", h.From), get(name+"_to", h.To)
		f.Days = append(f.Days, h)
	}
	return f
}

// scriptChoices lists the versions that could be replayed in place of those in use.
func (c *call) scriptChoices(s *storage.Snapshot, chosen string) (all []choice, err error) {
	library, err := engine.Library(s, c.who.Account)
	if err != nil {
		return nil, err
	}
	for _, o := range library {
		versions := slices.Clone(o.Script.Versions)
		if o.BuiltIn {
			versions = slices.Insert(versions, 0, booking.BuiltInVersion)
		}
		slices.Reverse(versions)
		for i, n := range versions {
			if o.Active != nil && n == o.Active.Version || i >= versionShown {
				continue
			}
			value, label := booking.ScriptRef(o.Script.Name, n), fmt.Sprintf("%s, version %d", o.Script.Name, n)
			if n == booking.BuiltInVersion {
				label = o.Script.Name + ", built in"
			}
			all = append(all, choice{value, label, value == chosen})
		}
	}
	return all, nil
}

// replayInConsole starts a replay with what the form says.
func (c *call) replayInConsole() (any, error) {
	typed, err := c.form()
	if err != nil {
		return nil, err
	}
	v, err := c.replayTyped(typed)
	if err != nil {
		if told := problemOf(err); told.status < http.StatusInternalServerError {
			return c.replaysPage(told.status, err, typed)
		}
		return nil, err
	}
	return c.back(replaysPath + "/" + v.ID)
}

func (c *call) replayTyped(typed url.Values) (booking.Replay, error) {
	settings := map[string]any{"require_consent": typed.Get("require_consent") != ""}
	hours := map[string]any{}
	for _, name := range hoursNames {
		from, to := strings.TrimSpace(typed.Get(name+"_from")), strings.TrimSpace(typed.Get(name+"_to"))
		hours[name] = []string{}
		if from != "" || to != "" {
			hours[name] = []string{from, to}
		}
	}
	settings["hours"] = hours
	if h := typed.Get("latest_after"); h != "" {
		settings["latest_after"] = h + "h"
	}
	if n := typed.Get("max"); n != "" {
		max, err := strconv.Atoi(n)
		if err != nil {
			return booking.Replay{}, booking.Refuse(booking.Invalid, "wrong_type", "settings.frequency.max", "the number of texts is no number", "for example 3")
		}
		settings["frequency"] = map[string]any{"max": max}
	}
	changes := map[string]any{"settings": settings}
	if m := typed.Get("delay"); m != "" {
		changes["delay"] = m + "m"
	}
	if script := typed.Get("script"); script != "" {
		name, version, _ := strings.Cut(script, "@")
		n, err := strconv.Atoi(version)
		if err != nil {
			return booking.Replay{}, booking.Refuse(booking.Invalid, "invalid_version", "script", "this is not a version", "choose one of the list")
		}
		changes["scripts"] = map[string]any{name: map[string]any{"version": n}}
	}
	body, err := json.Marshal(map[string]any{"from": typed.Get("from"), "to": typed.Get("to"), "scheduler": typed.Get("scheduler"), "changes": changes})
	if err != nil {
		return booking.Replay{}, err
	}
	var in wire.NewReplay
	if err := wire.Decode(body, &in); err != nil {
		return booking.Replay{}, err
	}
	return c.replayOf(in, body)
}
