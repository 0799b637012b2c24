package api

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// One replay: its progress, its sentence, and its differences side by side.

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
		forms, _, err := s.Schedulers(c.who.Account, "", maxPage)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, f := range forms {
			names[string(f.ID)] = f.Name
		}
		p = v.replayPage(r)
		p.Changes = changeRows(r.Changes, names)
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
	p := replayPage{replayRow: v.replayRow(r), Path: replaysPath + "/" + r.ID, By: r.By, Fault: r.Fault, Running: !r.Ended(), Done: r.Done, Total: r.Total,
		Percent: share(r.Done, r.Total), Notes: r.Notes, Alike: r.Kept[0]}
	p.Summary = strings.ToUpper(p.Summary[:1]) + p.Summary[1:] + "."
	money := func(s booking.ReplaySums) string {
		if s.Currency == "" {
			return "0"
		}
		if s.Currency == "USD" {
			return fmt.Sprintf("$%.2f", float64(s.Cost)/1e6)
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
		row.Before.Same, row.Before.Other, row.Before.Rest = markedParts(it.Before.Body, it.After.Body)
		row.After.Same, row.After.Other, row.After.Rest = markedParts(it.After.Body, it.Before.Body)
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
			t.Foot += " · " + scriptsWords(o.Script)
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

// markedParts cuts a text into what it shares with another at its beginning, what differs, and what it shares at its end, at whole words.
func markedParts(text, other string) (same, differs, rest string) {
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
