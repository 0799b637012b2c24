package booking

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Choice is what a customer's text says about arrival windows.
type Choice struct {
	Windows []string    // IDs of the open windows that fit all that was said, by time; empty: none fits, or nothing was said
	Sure    bool        // exactly one is meant: by a day and a time, or of those that were offered
	Days    []time.Time // the dates that were named, midnight UTC
	Full    []time.Time // those of them without an open window
	Timed   bool        // a time of day was named
	Near    []string    // when none fits: the open windows of the named days, else those at the named time, else the first
	Past    []string    // IDs of offered windows that were chosen and are not open any more
}

// Said tells whether the text says anything about windows.
func (c Choice) Said() bool { return len(c.Days) > 0 || c.Timed || c.Sure || len(c.Windows) > 0 }

// maxNear bounds the alternatives.
const maxNear = 4

// ChooseWindows reads a text against the windows that are open now and those that were offered in the thread (IDs of open or past ones), by
// the clock of loc. Of several statements the last counts: "thu 1... actually sat. no thu 1-3 is fine".
func ChooseWindows(body string, now time.Time, loc *time.Location, open []Window, offered []Window) Choice {
	open = slices.Clone(open)
	slices.SortStableFunc(open, func(a, b Window) int { return a.Start.Compare(b.Start) })
	c := chooser{now: now, loc: loc, open: open, offered: offered}
	if r := MatchTapback(body); r == TapbackNo || r == TapbackElse { // the windows in it are our own words
		c.near()
		return c.chosen
	}
	body, _ = Redact(withoutAddress(body))
	said := lastStatement(oneOfThem.ReplaceAllString(expiry.ReplaceAllString(body, " "), "$1"), now, loc)
	intents := MatchIntents(said)
	has := func(i Intent) bool { return slices.Contains(intents, i) }
	c.asks = strings.Contains(said, "?") || has(IntentOptions) || has(IntentAny) || has(IntentReschedule)
	c.instead = slices.ContainsFunc(whenWords(body), func(w whenWord) bool { return insteads[w.s] })
	if c.ordinal(said, true) {
		return c.chosen
	}
	c.read(said)
	switch {
	case c.chosen.Said():
	case c.ordinal(said, false):
	case len(offered) == 1 && has(IntentYes) && !has(IntentNo), len(offered) > 0 && has(IntentAny):
		c.take(offered[0])
	case has(IntentEarliest) && len(open) > 0:
		c.chosen.Windows = ids(open[:1])
	}
	if len(c.chosen.Windows) == 0 {
		c.near()
	}
	return c.chosen
}

// expiry is the last day of a card: "exp 09/27".
var expiry = regexp.MustCompile(`(?i)\b(?:exp(?:ires|iry|iration)?|vence)\b\W{0,3}\d{1,2}\s?[/-]\s?\d{2,4}`)

// oneOfThem is "one" that stands for a window and is no time: "the morning one".
var oneOfThem = regexp.MustCompile(`(?i)\b(morning|afternoon|evening|early|late)\s+one\b`)

func ids(windows []Window) (list []string) {
	for _, w := range windows {
		list = append(list, w.ID)
	}
	return list
}

// corrections begin a new statement.
var corrections = wordSet("actually wait sorry instead rather mejor perdon scratch oops nvm correction")

// lastStatement gives the part of a text behind the last correction that names a day or a time; the whole when none does.
func lastStatement(body string, now time.Time, loc *time.Location) string {
	words := whenWords(body)
	for i := len(words) - 1; i > 0; i-- {
		w := words[i]
		no := w.s == "no" && i > 0 && words[i-1].s != "or" && strings.ContainsAny(words[i-1].s, ".,;!-…")
		if !corrections[w.s] && !no {
			continue
		}
		rest := body[w.end:]
		if m := FindMentions(rest, now, loc); len(m.Days)+len(m.Times) > 0 {
			return rest
		}
	}
	return body
}

// chooser narrows the windows down.
type chooser struct {
	now     time.Time
	loc     *time.Location
	open    []Window
	offered []Window
	days    []time.Time // wanted; empty: any
	without []time.Time // not wanted
	times   []TimeMention
	asks    bool // it asks for windows rather than choosing one
	instead bool // it wants another than those that were offered
	chosen  Choice
}

// refusing words stand before a day or a time that is not wanted.
var refusing = wordSet("not except besides excluding cant cannot wont menos excepto tampoco")

// insteads ask for another window than those that were offered.
var insteads = wordSet("instead rather else other another different otro otra")

func (c *chooser) read(said string) {
	m := FindMentions(said, c.now, c.loc)
	for _, d := range m.Days {
		if d.Weak && !c.anyOpen(d.Dates) {
			continue
		}
		dates := c.likely(d)
		if turnedDown(said, d.Start, d.End) {
			c.without = append(c.without, dates...)
			continue
		}
		c.days = append(c.days, dates...)
	}
	for _, t := range m.Times {
		switch {
		case turnedDown(said, t.Start, t.End): // "not mornings": what is not in it is wanted
			c.times = append(c.times, others(t))
		case t.Weak && !c.starts(t):
		default:
			c.times = append(c.times, t)
		}
	}
	slices.SortFunc(c.days, time.Time.Compare)
	c.days = slices.Compact(c.days)
	c.chosen.Days, c.chosen.Timed = c.days, len(c.times) > 0
	if len(c.days)+len(c.times)+len(c.without) == 0 {
		return
	}
	for _, d := range c.days {
		if !c.anyOpen([]time.Time{d}) {
			c.chosen.Full = append(c.chosen.Full, d)
		}
	}
	from := c.open
	if fit, exact := c.fit(c.offered); len(fit) == 1 && c.means(exact) { // "8", "friday" or "morning", after two were offered
		c.take(fit[0])
		return
	}
	fit, exact := c.fit(from)
	if len(c.offered) > 0 && exact && len(fit) > 1 { // of several that fit, those that were offered are meant
		if both := slices.DeleteFunc(slices.Clone(fit), func(w Window) bool { return !holds(c.offered, w.ID) }); len(both) > 0 {
			fit = both
		}
	}
	c.chosen.Windows = ids(fit)
	c.chosen.Sure = exact && len(fit) == 1 && (len(c.days) > 0 || holds(c.offered, fit[0].ID))
	if len(fit) == 0 && len(c.offered) > 0 {
		if was, exact := c.fit(c.offered); exact && len(was) == 1 && !holds(c.open, was[0].ID) {
			c.chosen.Past = ids(was)
		}
	}
}

// means tells whether the only window of those offered that fits is thereby chosen: exact tells that its own time was named.
func (c *chooser) means(exact bool) bool {
	switch {
	case exact:
		return len(c.days) == 0 && len(c.without) == 0
	case c.asks || c.instead:
		return false
	case len(c.times) == 0:
		return len(c.days) > 0
	}
	return len(c.offered) > 1 && len(c.days) == 0 && len(c.without) == 0
}

func holds(windows []Window, id string) bool {
	return slices.ContainsFunc(windows, func(w Window) bool { return w.ID == id })
}

// take chooses one that was offered, if it is still open.
func (c *chooser) take(w Window) {
	if holds(c.open, w.ID) {
		c.chosen.Windows, c.chosen.Sure = []string{w.ID}, true
		return
	}
	c.chosen.Past = []string{w.ID}
}

// turnedDown tells whether a mention from one place to another is not wanted: one of the three words before refuses it ("not
// thursday", "can't do mornings"), or the words behind do ("8 won't work", "wed I'm working").
func turnedDown(said string, at, end int) bool {
	next := whenWords(said[end:])
	if len(next) > 0 && failing[next[0].s] || len(next) > 1 && next[0].s == "im" && busy[next[1].s] && !(len(next) > 2 && bounding[next[2].s]) {
		return true
	}
	words := whenWords(said[:at])
	for i := len(words) - 1; i >= max(0, len(words)-3); i-- {
		switch w := words[i].s; {
		case refusing[w]:
			return true
		case w == "." || w == "," || w == "but" || w == ";":
			return false
		}
	}
	return false
}

// failing stand behind a day or a time that is not wanted; busy behind "I'm", when nothing bounds it: "wed I'm working till 3".
var (
	failing  = wordSet("wont doesnt isnt aint dont")
	busy     = wordSet("working busy away gone traveling travelling")
	bounding = wordSet("until till til before after from")
)

// others turns a time that is not wanted into the rest of the day.
func others(t TimeMention) TimeMention {
	r := t.Readings[0]
	o := TimeMention{Kind: TimePart, Start: t.Start, End: t.End}
	if r.From > 0 {
		o.Readings = append(o.Readings, Span{0, r.From})
	}
	if r.From == r.To { // not at eight sharp, but at any other time
		r.To++
	}
	if r.To < 24*60 {
		o.Readings = append(o.Readings, Span{r.To, 24 * 60})
	}
	return o
}

func (c *chooser) anyOpen(dates []time.Time) bool {
	return slices.ContainsFunc(c.open, func(w Window) bool {
		return slices.ContainsFunc(dates, func(d time.Time) bool { return sameDate(w.Start.In(c.loc), d) })
	})
}

// likely gives the dates a mention means: all of a span, else the first reading that has an open window, else the first.
func (c *chooser) likely(d DayMention) []time.Time {
	if d.Span {
		return d.Dates
	}
	for _, date := range d.Dates {
		if c.anyOpen([]time.Time{date}) {
			return []time.Time{date}
		}
	}
	return d.Dates[:1]
}

// starts tells whether a bare number is the hour at which a window starts: of those offered, else of the named days.
func (c *chooser) starts(t TimeMention) bool {
	among := c.open
	if len(c.offered) > 0 && len(c.days) == 0 && !c.instead {
		among = c.offered
	} else if len(c.days) == 0 && !c.instead {
		return false
	}
	return slices.ContainsFunc(among, func(w Window) bool {
		start := timeOfDay(w.Start.In(c.loc))
		return slices.ContainsFunc(t.Readings, func(r Span) bool { return r.From == start })
	})
}

// fit gives the windows on the wanted days at the wanted times; exact tells whether a time names the window itself and not a part of the
// day.
func (c *chooser) fit(windows []Window) (list []Window, exact bool) {
	for _, w := range windows {
		if !c.onDay(w) {
			continue
		}
		if len(c.times) == 0 {
			list = append(list, w)
			continue
		}
		for _, t := range c.times {
			if ok, is := c.at(w, t); ok {
				if is && !exact { // what is named exactly stands before what merely fits
					list, exact = nil, true
				}
				if is || !exact {
					list = append(list, w)
				}
				break
			}
		}
	}
	return list, exact
}

func (c *chooser) onDay(w Window) bool {
	start := w.Start.In(c.loc)
	is := func(d time.Time) bool { return sameDate(start, d) }
	return (len(c.days) == 0 || slices.ContainsFunc(c.days, is)) && !slices.ContainsFunc(c.without, is)
}

// at tells whether a window is at a time that was named, and whether it is that very one.
func (c *chooser) at(w Window, t TimeMention) (ok, exact bool) {
	from, to := timeOfDay(w.Start.In(c.loc)), timeOfDay(w.End.In(c.loc))
	for _, r := range t.Readings {
		switch t.Kind {
		case TimeRange:
			if r.From == from && r.To == to {
				return true, true
			}
			ok = ok || from >= r.From && from < r.To
		case TimeAt:
			if r.From == from {
				return true, true
			}
			ok = ok || !t.Weak && r.From > from && r.From < to
		case TimeAfter:
			if from >= r.From {
				return true, false
			}
			return false, false // the first reading is the likeliest: "after 3" is no time at night
		case TimeBefore:
			if from < r.From {
				return true, false
			}
			return false, false
		default:
			ok = ok || r.Has(from)
		}
	}
	return ok, false
}

// places of those that were offered.
var offeredPlace = map[string]int{"first": 0, "1st": 0, "former": 0, "primera": 0, "primero": 0, "earlier": 0, "sooner": 0,
	"second": 1, "2nd": 1, "segunda": 1, "segundo": 1, "third": 2, "3rd": 2, "tercera": 2}

// ordinal reads "the second one", "the later one" and, unless strict, "2" and "the first" against what was offered.
func (c *chooser) ordinal(said string, strict bool) bool {
	if len(c.offered) < 2 {
		return false
	}
	words := plainMessage(said).whole.words
	for i, w := range words {
		w = strings.TrimPrefix(w, "#")
		n, ok := offeredPlace[w]
		if strict && !(i+1 < len(words) && (words[i+1] == "one" || words[i+1] == "option" || words[i+1] == "opcion")) {
			continue
		}
		switch {
		case ok && !(w == "first" && i+1 < len(words) && words[i+1] == "available"):
		case w == "last" || w == "latter" || w == "later" || w == "ultima":
			n, ok = len(c.offered)-1, true
		case len(words) <= 2 && len(w) == 1 && w[0] >= '1' && int(w[0]-'0') <= len(c.offered): // no window starts at that hour
			n, ok = int(w[0]-'1'), true
		default:
			ok = false
		}
		if ok && n < len(c.offered) {
			c.take(c.offered[n])
			return true
		}
	}
	return false
}

// near gives alternatives when nothing fits.
func (c *chooser) near() {
	add := func(keep func(Window) bool) {
		for _, w := range c.open {
			if len(c.chosen.Near) < maxNear && keep(w) && !slices.Contains(c.chosen.Near, w.ID) {
				c.chosen.Near = append(c.chosen.Near, w.ID)
			}
		}
	}
	wanted := func(w Window) bool {
		return !slices.ContainsFunc(c.without, func(d time.Time) bool { return sameDate(w.Start.In(c.loc), d) })
	}
	if len(c.days) > 0 {
		add(func(w Window) bool { return c.onDay(w) })
	}
	if len(c.chosen.Near) == 0 && len(c.times) > 0 {
		add(func(w Window) bool {
			return wanted(w) && slices.ContainsFunc(c.times, func(t TimeMention) bool { ok, _ := c.at(w, t); return ok })
		})
	}
	if len(c.chosen.Near) == 0 || len(c.days) > 0 && len(c.chosen.Near) < 2 {
		add(wanted)
	}
}
