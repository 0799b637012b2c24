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
	body = withHolidays(body, now.In(loc))
	body, _ = Redact(withoutAddress(oclock.ReplaceAllString(body, "oclock")))
	body, c.misses = reworded(body)
	said := lastStatement(oneOfThem.ReplaceAllString(expiry.ReplaceAllString(body, " "), "$1"), now, loc)
	intents := MatchIntents(said)
	has := func(i Intent) bool { return slices.Contains(intents, i) }
	c.asks = strings.Contains(said, "?") || has(IntentOptions) || has(IntentAny) || has(IntentReschedule)
	c.instead = slices.ContainsFunc(whenWords(body), func(w whenWord) bool { return insteads[w.s] }) || c.misses
	if c.other(body) || c.ordinal(said, true) {
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
	wishes  []wish      // any of them fits
	days    []time.Time // of all wishes; empty: any
	without []time.Time // not wanted
	timed   bool
	asks    bool // it asks for windows rather than choosing one
	instead bool // it wants another than those that were offered
	misses  bool // what was offered is too early or too late
	chosen  Choice
}

// wish is what one statement wants: one of its days, one of its times, and all of its bounds ("after 3", "not mornings").
type wish struct {
	days          []time.Time
	times, bounds []TimeMention
}

// insteads ask for another window than those that were offered.
var insteads = wordSet("than instead rather else other another different otro otra")

func (c *chooser) read(said string) {
	for _, part := range c.statements(said) {
		w := c.wish(part)
		c.wishes = append(c.wishes, w)
		c.days = append(c.days, w.days...)
		c.timed = c.timed || len(w.times)+len(w.bounds) > 0
	}
	slices.SortFunc(c.days, time.Time.Compare)
	c.days = slices.Compact(c.days)
	c.chosen.Days, c.chosen.Timed = c.days, c.timed
	if len(c.days)+len(c.without) == 0 && !c.timed {
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

// between parts statements that may each have a day and a time of their own.
var between = regexp.MustCompile(`(?i)\s+(?:or|and|o|y)\s+|\s*[,;&]\s*`)

// statements cuts a text where each part names a day and a time: "wed after 3 or thu morning". Else it is one.
func (c *chooser) statements(said string) []string {
	var parts []string
	for _, part := range between.Split(said, -1) {
		m := FindMentions(part, c.now, c.loc)
		switch {
		case len(m.Days) > 0 && len(m.Times) > 0:
			parts = append(parts, part)
		case len(m.Days)+len(m.Times) > 0:
			return []string{said}
		}
	}
	if len(parts) < 2 {
		return []string{said}
	}
	return parts
}

// joined stands between two days of which the same is said.
var joined = regexp.MustCompile(`(?i)^\s*(?:and|or|nor|y|o|ni|&|/)\s*$`)

// wish reads one statement.
func (c *chooser) wish(said string) (w wish) {
	m := FindMentions(said, c.now, c.loc)
	refused := make([]bool, len(m.Days))
	for i, d := range m.Days {
		refused[i] = turnedDown(said, d.Start, d.End)
	}
	for i := range m.Days { // "out of town thursday and friday", "thursday and friday won't work"
		if i > 0 && joined.MatchString(said[m.Days[i-1].End:m.Days[i].Start]) {
			refused[i] = refused[i] || refused[i-1]
		}
		if j := len(m.Days) - 2 - i; j >= 0 && joined.MatchString(said[m.Days[j].End:m.Days[j+1].Start]) {
			refused[j] = refused[j] || refused[j+1]
		}
	}
	for i, d := range m.Days {
		if d.Weak && !c.anyOpen(d.Dates) {
			continue
		}
		bound := dayBound(said[:d.Start], said[d.End:])
		if bound == boundPast {
			continue
		}
		if bound != 0 {
			w.days = append(w.days, c.bounded(c.likely(d), bound)...)
			continue
		}
		dates := c.likely(d)
		if refused[i] {
			c.without = append(c.without, dates...)
			continue
		}
		w.days = append(w.days, dates...)
	}
	for _, t := range m.Times {
		switch {
		case turnedDown(said, t.Start, t.End): // "not mornings": what is not in it is wanted
			w.bounds = append(w.bounds, others(t))
		case t.Weak && !c.starts(w, t):
		case t.Kind == TimeAfter, t.Kind == TimeBefore:
			w.bounds = append(w.bounds, t)
		default:
			w.times = append(w.times, t)
		}
	}
	return w
}

// means tells whether the only window of those offered that fits is thereby chosen: exact tells that its own time was named.
func (c *chooser) means(exact bool) bool {
	switch {
	case exact:
		return len(c.days) == 0 && len(c.without) == 0
	case c.asks || c.instead:
		return false
	case !c.timed:
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
func (c *chooser) starts(w wish, t TimeMention) bool {
	among := c.open
	if len(c.offered) > 0 && len(w.days) == 0 && !c.instead {
		among = c.offered
	} else if len(w.days) == 0 && !c.instead {
		return false
	}
	return slices.ContainsFunc(among, func(o Window) bool {
		start := timeOfDay(o.Start.In(c.loc))
		return slices.ContainsFunc(t.Readings, func(r Span) bool { return r.From == start })
	})
}

// fit gives the windows that one of the wishes fits; exact tells whether times name the windows themselves and not a part of the day.
func (c *chooser) fit(windows []Window) (list []Window, exact bool) {
	exact = true
	for _, wish := range c.wishes {
		some, is := c.fitOne(wish, windows)
		list = append(list, some...)
		exact = exact && (is || len(some) == 0)
	}
	slices.SortStableFunc(list, func(a, b Window) int { return a.Start.Compare(b.Start) })
	list = slices.CompactFunc(list, func(a, b Window) bool { return a.ID == b.ID && a.Start.Equal(b.Start) })
	return list, exact && len(list) > 0
}

func (c *chooser) fitOne(wish wish, windows []Window) (list []Window, exact bool) {
	for _, w := range windows {
		if !c.onDay(wish.days, w) || slices.ContainsFunc(wish.bounds, func(t TimeMention) bool { ok, _ := c.at(w, t); return !ok }) {
			continue
		}
		if len(wish.times) == 0 {
			list = append(list, w)
			continue
		}
		for _, t := range wish.times {
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

func (c *chooser) onDay(days []time.Time, w Window) bool {
	start := w.Start.In(c.loc)
	is := func(d time.Time) bool { return sameDate(start, d) }
	return (len(days) == 0 || slices.ContainsFunc(days, is)) && !slices.ContainsFunc(c.without, is)
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
		add(func(w Window) bool { return c.onDay(c.days, w) })
	}
	if len(c.chosen.Near) == 0 && c.timed {
		add(func(w Window) bool {
			return wanted(w) && slices.ContainsFunc(c.wishes, func(s wish) bool {
				s.days = nil
				fit, _ := c.fitOne(s, []Window{w})
				return len(fit) > 0
			})
		})
	}
	if len(c.chosen.Near) == 0 || len(c.days) > 0 && len(c.chosen.Near) < 2 {
		add(wanted)
	}
}
