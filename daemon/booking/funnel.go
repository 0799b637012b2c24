package booking

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Period is a span of whole days in the account's zone, both ends included.
type Period struct{ From, To Day }

// The bounds of a period.
const (
	defaultDays = 30
	maxDays     = 731 // two years, with a leap day
)

// ReadPeriod reads a period from what a person asks for: days ("2026-03-31", included), or RFC 3339 instants, of which from
// stands for the day it falls on, and to for the last day that has begun before it. Without to it ends today, without from
// it has 30 days. It refuses what cannot be read (invalid_time), an end before the beginning, and more than two years
// (out_of_range).
func ReadPeriod(now time.Time, loc *time.Location, from, to string) (p Period, err error) {
	p.To = DayOf(now, loc)
	if to != "" {
		if p.To, err = readDay("to", to, loc, -time.Nanosecond); err != nil {
			return p, err
		}
	}
	p.From = p.To.Add(1 - defaultDays)
	if from != "" {
		if p.From, err = readDay("from", from, loc, 0); err != nil {
			return p, err
		}
	}
	switch n := p.From.To(p.To) + 1; {
	case n < 1:
		return p, Refuse(Invalid, "out_of_range", "to", "the period ends before it begins", "from and to are both days of the report")
	case n > maxDays:
		return p, Refuse(Invalid, "out_of_range", "from", "the period has "+strconv.Itoa(n)+" days", "at most two years, "+strconv.Itoa(maxDays)+" days")
	}
	return p, nil
}

func readDay(field, s string, loc *time.Location, nudge time.Duration) (Day, error) {
	d, ok := ParseDay(s)
	if !ok {
		t, err := time.Parse(time.RFC3339, s)
		d, ok = DayOf(t.Add(nudge), loc), err == nil
	}
	if !ok || d < "1970-01-01" || d >= "9999-01-01" { // days of other years do not sort as text
		return "", Refuse(Invalid, "invalid_time", field, strconv.Quote(clip(s, 40))+" is neither a day nor a time of our age",
			`a day such as "2026-03-10", or RFC 3339 such as "2026-03-10T14:00:00Z"`)
	}
	return d, nil
}

// Grouping is how a report is cut into groups: by calendar, or by a [Dimension].
type Grouping string

// The groupings by calendar. "" is none.
const (
	GroupDay   Grouping = "day"
	GroupWeek  Grouping = "week"
	GroupMonth Grouping = "month"
)

// ReadGrouping reads a grouping; it refuses an unknown one (unknown_group).
func ReadGrouping(s string) (Grouping, error) {
	g := Grouping(s)
	if _, ok := g.calendar(""); ok || s == "" || g.Dimension() != ByTotal {
		return g, nil
	}
	return "", Refuse(Invalid, "unknown_group", "group", "a report cannot be grouped by "+strconv.Quote(clip(s, 40)),
		"day, week, month, scheduler, step, hour, template or source")
}

// Dimension is the dimension of a tally that the groups are made of: the total, when they are made by calendar.
func (g Grouping) Dimension() Dimension {
	if d := Dimension(g); slices.Contains(Dimensions, d) {
		return d
	}
	return ByTotal
}

// calendar names the group of a day; ok is false when the groups are not made by calendar.
func (g Grouping) calendar(d Day) (key string, ok bool) {
	switch {
	case g == GroupDay:
		return string(d), true
	case g == GroupWeek && d != "":
		return d.Week(), true
	case g == GroupMonth && d != "":
		return d.Month(), true
	}
	return "", g == GroupWeek || g == GroupMonth
}

// maxShown bounds the groups of an answer.
const maxShown = 200

// Funnel sums tallies up to a report.
type Funnel struct {
	Period Period
	Group  Grouping
	Total  Figures
	groups map[string]*Figures
}

// NewFunnel gives an empty one. By calendar every group of the period is there, also one with nothing in it.
func NewFunnel(p Period, g Grouping) *Funnel {
	f := &Funnel{Period: p, Group: g, groups: map[string]*Figures{}}
	if _, ok := g.calendar(p.From); ok {
		for d := p.From; d <= p.To; d = d.Add(1) {
			key, _ := g.calendar(d)
			f.groups[key] = &Figures{}
		}
	}
	return f
}

// Add adds one dimension of one day's tally. A report needs the total, and its grouping's dimension when that is another one.
func (f *Funnel) Add(day Day, d Dimension, groups map[string]*Figures) {
	if day < f.Period.From || day > f.Period.To {
		return
	}
	for key, g := range groups {
		if d == ByTotal {
			f.Total.Add(g)
			if name, ok := f.Group.calendar(day); ok {
				f.groups[name].Add(g)
			}
			continue
		}
		if f.groups[key] == nil {
			f.groups[key] = &Figures{}
		}
		f.groups[key].Add(g)
	}
}

// Grouped is one group of a report.
type Grouped struct {
	Key string
	Figures
}

// Groups lists the groups: by calendar and hour in their order, else the largest first. At most 200 are kept apart, but for
// those by calendar.
func (f *Funnel) Groups() []Grouped {
	_, byTime := f.Group.calendar(f.Period.From)
	if !byTime {
		Largest(f.groups, maxShown)
	}
	out := make([]Grouped, 0, len(f.groups))
	for _, key := range slices.Sorted(maps.Keys(f.groups)) {
		out = append(out, Grouped{key, *f.groups[key]})
	}
	if !byTime && f.Group.Dimension() != ByHour {
		slices.SortStableFunc(out, func(a, b Grouped) int { return cmp.Compare(b.Sessions, a.Sessions) })
	}
	return out
}

// HeldDay is what a check withheld on one day.
type HeldDay struct {
	Day Day
	Held
}

// HeldCheck is what one check withheld in a period.
type HeldCheck struct {
	Check Check
	Count int
	Days  []HeldDay // those with any
}

// HeldReport sums up by check and day which texts were withheld.
type HeldReport struct {
	Period Period
	Days   map[Check][]HeldDay
}

// Add adds one day; days come in order.
func (r *HeldReport) Add(day Day, held map[Check]*Held) {
	if day < r.Period.From || day > r.Period.To {
		return
	}
	for c, h := range held {
		r.Days[c] = append(r.Days[c], HeldDay{day, *h})
	}
}

// Checks lists the checks that withheld anything, in the order in which they are made.
func (r *HeldReport) Checks() (all []HeldCheck) {
	for _, c := range Checks {
		days := r.Days[c]
		if len(days) == 0 {
			continue
		}
		h := HeldCheck{Check: c, Days: days}
		for _, d := range days {
			h.Count += d.Count
		}
		all = append(all, h)
	}
	return all
}

// Tallied says how far an account's days are summed up for good. A day is closed once its sessions can change no more; from
// then on only its tally speaks for it, whatever becomes of its sessions.
type Tallied struct {
	Day   Day       `json:"day,omitempty"`  // the last one closed
	Until time.Time `json:"until,omitzero"` // its end: sessions first heard of before are in tallies, later ones are not
	Ref   string    `json:"ref"`            // of the due-key that looks for the next day to close
	DueAt time.Time `json:"due_at"`         // its time
}

// DayOf names the day that a session first heard of at t counts on. Days that are closed stay closed: after the account moved
// to another zone, what was first heard of since counts on later days.
func (t Tallied) DayOf(at time.Time, loc *time.Location) Day {
	d := DayOf(at, loc)
	if t.Day != "" && d <= t.Day {
		return t.Day.Add(1)
	}
	return d
}

// closeAfter: a text goes out within 48 h after a session was left, and a booking counts within 7 days after the text; a day
// more for late news.
const closeAfter = maxLatestAfter + RecoveredWithin + 24*time.Hour

// CloseAt is when the day that ends at end is closed: when nothing can change its sessions any more, or, with a short
// retention, before the first of them expire.
func CloseAt(end time.Time, retention time.Duration) time.Time {
	return end.Add(min(closeAfter, max(0, retention-24*time.Hour)))
}
