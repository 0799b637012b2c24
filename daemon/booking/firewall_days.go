package booking

import (
	"slices"
	"strings"
	"time"
)

// slot is a window of the evidence by the clock that texts speak.
type slot struct {
	date      time.Time // midnight UTC
	from, to  TimeOfDay
	surcharge int
	standing  standing
}

// standing is how the customer stands to a window.
type standing uint8

const (
	isOffered standing = 1 << iota // it is open
	isHeld                         // booked, or moved to
	isGivenUp                      // cancelled
)

func (g *guard) gather() {
	add := func(start, end time.Time, cents int, s standing) {
		start, end = start.In(g.Zone), end.In(g.Zone)
		y, m, d := start.Date()
		g.slots = append(g.slots, slot{time.Date(y, m, d, 0, 0, 0, 0, time.UTC), timeOfDay(start), timeOfDay(end), cents, s})
	}
	g.slots = make([]slot, 0, len(g.Windows)+len(g.Booked))
	for _, w := range g.Windows {
		add(w.Start, w.End, w.SurchargeCents, isOffered)
	}
	moved := slices.ContainsFunc(g.Booked, func(b Done) bool { return b.Did == DidMove })
	for _, b := range g.Booked {
		if b.Start.IsZero() {
			continue
		}
		switch {
		case b.Did == DidCancel:
			add(b.Start, b.End, 0, isGivenUp)
		case b.Did == DidMove || b.Did == DidBook && !moved && !g.givenUp(b):
			add(b.Start, b.End, 0, isHeld)
		}
	}
}

// givenUp tells whether a booking was cancelled as often as it was made. The acts of the evidence are in no order.
func (g *guard) givenUp(b Done) bool {
	n := 0
	for _, x := range g.Booked {
		switch {
		case !x.Start.Equal(b.Start):
		case x.Did == DidCancel:
			n--
		case x.Did == DidBook:
			n++
		}
	}
	return n <= 0
}

// windows: a day that is named has an open window or a booking, a time is one of its windows, and a sentence that names them
// offers an open window, denies a full day, or states what was done.
func (g *guard) windows() (Claim, bool) {
	for i := range g.all {
		s := &g.all[i]
		named := false
		for j := range s.parts {
			named = named || s.parts[j].named
		}
		if !named {
			continue
		}
		if c, ok := g.window(s, i); !ok {
			return c, false
		}
	}
	return Claim{}, true
}

func (g *guard) window(s *statement, at int) (Claim, bool) {
	days := g.earlier(at)
	var leading []*term // times said before their days
	for j := range s.parts {
		p := &s.parts[j]
		if !p.named {
			continue
		}
		if t := g.misled(p, leading); t != nil {
			return g.claim(t, "date"), false
		}
		leading = p.leading(leading)
		if g.officeHours(p) || g.asksWhatWasMeant(s, p) {
			days = nil
			continue
		}
		if p.tellsSurcharge() {
			continue
		}
		if p.denies() {
			if t := g.unasked(p); t != nil {
				return g.claim(t, "date"), false
			}
			continue
		}
		of, offer := isHeld, g.offers(s, j, at)
		if offer {
			of |= isOffered
		}
		if p.is&isCancelled != 0 {
			of |= isGivenUp
		}
		if t, kind := g.unfit(s, p, days, isOffered|isHeld|isGivenUp); t != nil {
			return g.claim(t, kind), false
		}
		if t, _ := g.unfit(s, p, days, of); t != nil {
			kind := kindOf(p.is)
			if offer {
				kind = "time"
			}
			return g.claim(t, kind), false
		}
		if d := p.lastDays(); len(d) > 0 {
			days = d
		}
	}
	return Claim{}, true
}

func (g *guard) claim(t *term, kind string) Claim {
	return Claim{strings.TrimSpace(string(g.text[t.start:t.end])), kind}
}

// earlier gives the last days named before a sentence: "Thu 3/12? I have 8-10 that day."
func (g *guard) earlier(at int) []*DayMention {
	for i := at - 1; i >= 0; i-- {
		for j := len(g.all[i].parts) - 1; j >= 0; j-- {
			if d := g.all[i].parts[j].lastDays(); len(d) > 0 {
				return d
			}
		}
	}
	return nil
}

// leading gives the time of a clause that ends with its day, "10-12 on Wed": days listed behind it have it too. A clause of nothing
// but days leads on.
func (p *part) leading(before []*term) (times []*term) {
	if p.terms[len(p.terms)-1].day == nil {
		return nil
	}
	for k := range p.terms {
		if p.terms[k].time != nil {
			times = append(times, &p.terms[k])
		}
	}
	switch {
	case len(times) == 0:
		return before
	case p.terms[0].day != nil:
		return nil
	}
	return times[len(times)-1:]
}

// misled gives a day of a clause of nothing but days that lacks a window at a time that leads them.
func (g *guard) misled(p *part, leading []*term) *term {
	if len(leading) == 0 {
		return nil
	}
	for k := range p.terms {
		if p.terms[k].time != nil || p.terms[k].day == nil && p.terms[k].is&isGlue == 0 {
			return nil
		}
	}
	for k := range p.terms {
		d := p.terms[k].day
		for _, t := range leading {
			if d != nil && !g.any(func(x slot) bool { return d.has(x.date) && t.time.fits(x) }) {
				return &p.terms[k]
			}
		}
	}
	return nil
}

// lastDays gives the days that a clause named last.
func (p *part) lastDays() []*DayMention {
	for k := len(p.terms) - 1; k >= 0; k-- {
		if p.terms[k].day != nil {
			return p.group(k, -1)
		}
	}
	return nil
}

// group gives the days around place k that only "and" or "or" part: one time is said of all of them.
func (p *part) group(k, step int) (all []*DayMention) {
	for ; k >= 0 && k < len(p.terms); k += step {
		switch t := &p.terms[k]; {
		case t.day != nil:
			all = append(all, t.day)
		case t.s == "and" || t.s == "or" || t.s == "y" || t.s == "o" || t.s == "el":
		default:
			return all
		}
	}
	return all
}

// unfit gives the first day or time of a clause that no window of the wanted standing has.
func (g *guard) unfit(s *statement, p *part, before []*DayMention, of standing) (*term, string) {
	for k := range p.terms {
		t := &p.terms[k]
		switch {
		case t.day != nil && !g.any(func(x slot) bool { return x.standing&of != 0 && t.day.has(x.date) }):
			return t, "date"
		case t.time == nil:
			continue
		}
		days := p.daysOf(k, before)
		if len(days) == 0 {
			days = s.daysAfter(p)
		}
		if edge := g.edge(t); edge != nil && !g.any(func(x slot) bool {
			return x.standing&of != 0 && slices.Contains(t.time.Readings, Span{edge(x), edge(x)})
		}) {
			return t, "time"
		}
		if len(days) == 0 && t.time.Kind == TimePart && of&isOffered != 0 {
			continue // "mornings": the days come later
		}
		if len(days) == 0 && !g.any(func(x slot) bool { return x.standing&of != 0 && t.time.fits(x) }) {
			return t, "time"
		}
		for _, d := range days {
			if !g.any(func(x slot) bool { return x.standing&of != 0 && d.has(x.date) && t.time.fits(x) }) {
				return t, "time"
			}
		}
	}
	return nil, ""
}

// edge gives the end of a window that a time is said to be: "from 8", "until 18:00"; nil when it is said to be none.
func (g *guard) edge(t *term) func(slot) TimeOfDay {
	word, _, _ := strings.Cut(strings.ToLower(string(g.text[t.start:t.end])), " ")
	switch word {
	case "from", "since", "desde":
		if t.time.Kind == TimeAfter {
			return func(x slot) TimeOfDay { return x.from }
		}
	case "until", "till", "til", "hasta":
		if t.time.Kind == TimeBefore {
			return func(x slot) TimeOfDay { return x.to }
		}
	}
	return nil
}

// daysOf gives the days that the time at place k is said of: those right behind it, else the last before it, else those after it.
func (p *part) daysOf(k int, before []*DayMention) []*DayMention {
	beside := func(i int) bool { return i >= 0 && i < len(p.terms) && p.terms[i].day != nil }
	if !beside(k - 1) {
		next := k + 1
		for next < len(p.terms) && next <= k+2 && onWords[p.terms[next].s] {
			next++
		}
		if beside(next) {
			return p.group(next, 1)
		}
	}
	for i := k - 1; i >= 0; i-- {
		if p.terms[i].day != nil {
			return p.group(i, -1)
		}
	}
	if len(before) > 0 {
		return before
	}
	for i := k + 1; i < len(p.terms); i++ {
		if p.terms[i].day != nil {
			return p.group(i, 1)
		}
	}
	return nil
}

// onWords stand between a time and its day: "8-10 on Thursday".
var onWords = wordSet("on of this el de este del para both los each")

// daysAfter gives the first day of the sentence that is named behind a clause: "8 to 10, Thursday".
func (s *statement) daysAfter(p *part) []*DayMention {
	for j := range s.parts {
		if q := &s.parts[j]; q.terms[0].start > p.terms[0].start {
			for k := range q.terms {
				if q.terms[k].day != nil {
					return q.group(k, 1)
				}
			}
		}
	}
	return nil
}

func (g *guard) any(fits func(slot) bool) bool { return slices.ContainsFunc(g.slots, fits) }

// has tells whether a day mention means a date. Of "next Thursday" only the likeliest counts: whoever reads it means that one.
func (d *DayMention) has(date time.Time) bool {
	dates := d.Dates
	if len(dates) > 1 && !d.Span && dates[0].After(dates[1]) {
		dates = dates[:1]
	}
	return slices.ContainsFunc(dates, date.Equal)
}

// fits tells whether a time is that of a window.
func (t *TimeMention) fits(x slot) bool {
	return slices.ContainsFunc(t.Readings, func(r Span) bool {
		switch t.Kind {
		case TimeRange:
			return r.From == x.from && r.To == x.to
		case TimeAt:
			return r.From == x.from
		case TimeAfter:
			return x.from >= r.From
		case TimeBefore:
			return x.from < r.From
		}
		return r.Has(x.from)
	})
}

// timesOnDays gives every time of the text on the day it is said of.
func (g *guard) timesOnDays() (all []term) {
	var before []*DayMention
	for i := range g.all {
		s := &g.all[i]
		for j := range s.parts {
			p := &s.parts[j]
			for k := range p.terms {
				if p.terms[k].time == nil {
					continue
				}
				days := p.daysOf(k, before)
				if len(days) == 0 {
					days = s.daysAfter(p)
				}
				if len(days) > 0 {
					all = append(all, term{time: p.terms[k].time, day: days[0]})
				}
			}
			if d := p.lastDays(); len(d) > 0 {
				before = d
			}
		}
	}
	return all
}

func sameDate(local, date time.Time) bool {
	y, m, d := local.Date()
	return y == date.Year() && m == date.Month() && d == date.Day()
}
