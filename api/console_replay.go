package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
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

// The pages of replays: a form that says what is to be otherwise, and what came of it, side by side.

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
	var v shell
	var p replaysPage
	err := c.view(func(s *storage.Snapshot) (err error) {
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
		all, _, err := s.Replays(c.who.Account, "", replaysShown)
		for _, r := range all {
			p.Replays = append(p.Replays, v.replayRow(r))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Page = true, p
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

type replayPage struct {
	replayRow
	Path, By, Fault string
	Running         bool
	Done, Total     int
	Percent         int
	Changes         []wire.ReplayChanged
	Sides           []sideRow
	Notes           []string
	Items           []itemRow
	More            string // the address of the next page
	All             bool
	Alike           int // sessions that do not differ
}

// sideRow is one figure on both sides.
type sideRow struct{ Label, Before, After, Real string }

type itemRow struct {
	Kind, Label   string
	Name, Phone   string
	Path          string
	At            string
	Heard         string
	Before, After sideText
	Real          string
}

// sideText is what one side says. Same, Other and Rest are the text, of which Other differs.
type sideText struct {
	Same, Other, Rest string
	Verdict           string
	Fact              string
	Foot              string
}

func (c *call) showReplay() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	cursor, err := readCursor(c.f.Query("cursor"))
	if err != nil {
		return nil, err
	}
	all := c.f.Query("all") != ""
	var v shell
	var p replayPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, word("nav.replays"), "replays"); err != nil {
			return err
		}
		r, err := engine.FindReplay(s, c.who.Account, id)
		if err != nil {
			return err
		}
		items, next, err := s.ReplayItems(c.who.Account, id, all, cursor, itemsShown)
		if err != nil {
			return err
		}
		p = v.replayPage(r)
		p.All = all
		for _, it := range items {
			p.Items = append(p.Items, v.itemRow(it))
		}
		if next != "" {
			q := url.Values{"cursor": {writeCursor(next)}}
			if all {
				q.Set("all", "1")
			}
			p.More = p.Path + "?" + q.Encode()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Live, v.Page = p.Running, p
	return c.html(ok, "replay", v)
}

func (v shell) replayPage(r booking.Replay) replayPage {
	w := wire.FromReplay(r)
	p := replayPage{replayRow: v.replayRow(r), Path: replaysPath + "/" + r.ID, By: r.By, Fault: r.Fault, Running: !r.Ended(), Done: r.Done, Total: r.Total,
		Percent: share(r.Done, r.Total), Changes: w.Changes, Notes: r.Notes, Alike: r.Kept[0]}
	p.Summary = strings.ToUpper(p.Summary[:1]) + p.Summary[1:] + "."
	money := func(s booking.ReplaySums) string {
		if s.Currency == "" {
			return "0"
		}
		return fmt.Sprintf("%.2f %s", float64(s.Cost)/1e6, s.Currency)
	}
	n := strconv.Itoa
	p.Sides = []sideRow{{word("replay.texts"), n(r.Before.Texts), n(r.After.Texts), n(r.Real.Texts)},
		{word("replay.segments"), n(r.Before.Segments), n(r.After.Segments), n(r.Real.Segments)},
		{word("replay.cost"), money(r.Before), money(r.After), money(r.Real)}}
	checks := map[booking.Check]bool{}
	for _, s := range []booking.ReplaySums{r.Before, r.After, r.Real} {
		for check := range s.Withheld {
			checks[check] = true
		}
	}
	for _, check := range slices.Sorted(maps.Keys(checks)) {
		p.Sides = append(p.Sides, sideRow{word("check." + string(check)), n(r.Before.Withheld[check]), n(r.After.Withheld[check]), n(r.Real.Withheld[check])})
	}
	return p
}

func (v shell) itemRow(it booking.ReplayItem) itemRow {
	row := itemRow{Kind: string(it.Differs), Label: word("differs." + string(it.Differs)), Name: cmp.Or(it.Name, word("customer.unnamed")), Phone: shownPhone(string(it.Phone)),
		At: v.At(it.LeftAt), Heard: it.Heard, Before: v.sideText(it.Before), After: v.sideText(it.After)}
	if it.Session != "" {
		row.Path = "/console/sessions/" + string(it.Session)
	}
	if it.Before.Texted && it.After.Texted {
		row.Before.Same, row.Before.Other, row.Before.Rest = marked(it.Before.Body, it.After.Body)
		row.After.Same, row.After.Other, row.After.Rest = marked(it.After.Body, it.Before.Body)
	}
	if it.Real != nil {
		real := v.sideText(*it.Real)
		row.Real = strings.TrimSpace(real.Same + " " + real.Verdict + " " + real.Foot)
	}
	return row
}

func (v shell) sideText(o booking.ReplayOutcome) sideText {
	t := sideText{Same: o.Body}
	switch {
	case o.Texted:
		t.Foot = v.At(o.At)
		if o.Segments > 0 {
			t.Foot += " · " + plural(o.Segments, "segment")
		}
		if o.Script != "" {
			t.Foot += " · " + o.Script
		}
	case o.Check != "":
		t.Verdict = word("replay.none") + " " + word("check."+string(o.Check))
		if o.Cause != "" {
			t.Verdict += " (" + word("check."+string(o.Cause)) + ")"
		}
	case o.State != "":
		if t.Verdict = word("replay.state." + o.State); strings.HasPrefix(t.Verdict, "replay.state.") { // how a conversation ended
			t.Verdict = o.State
		}
	}
	if n := len(o.Trail); n > 0 {
		t.Fact = o.Trail[n-1].Message
	}
	return t
}

// marked cuts a text into what it shares with another at its beginning, what differs, and what it shares at its end, at whole words.
func marked(text, other string) (same, differs, rest string) {
	a, b := strings.SplitAfter(text, " "), strings.SplitAfter(other, " ")
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	m := 0
	for m < len(a)-n && m < len(b)-n && a[len(a)-1-m] == b[len(b)-1-m] {
		m++
	}
	return strings.Join(a[:n], ""), strings.Join(a[n:len(a)-m], ""), strings.Join(a[len(a)-m:], "")
}

func (c *call) cancelReplayInConsole() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	if _, err := c.engine.CancelReplay(c.ctx, c.who.Account, id); err != nil {
		return nil, err
	}
	return c.back(replaysPath + "/" + id)
}

func (c *call) deleteReplayInConsole() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	if err := c.engine.DeleteReplay(c.ctx, c.who.Account, id); err != nil {
		return nil, err
	}
	return c.back(replaysPath)
}
