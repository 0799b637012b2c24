package booking

import (
	"slices"
	"strconv"
	"strings"
)

// clock is one time as it is written: its hour may be of the morning or of the afternoon.
type clock struct {
	readings []TimeOfDay
	words    int
	sure     bool // written as a time: "8am", "8:30", "noon"
	half     string
}

// clock reads a time at place i.
func (p *when) clock(i int) (clock, bool) {
	w := p.word(i)
	if t, ok := fixed[w.s]; ok {
		return clock{readings: []TimeOfDay{t}, words: 1, sure: true}, true
	}
	hour, minute, sure := w.num, 0, false
	if h, m, ok := strings.Cut(w.s, ":"); ok && w.num < 0 {
		a, errA := strconv.Atoi(h)
		b, errB := strconv.Atoi(m)
		if errA != nil || errB != nil || len(m) != 2 || b > 59 {
			return clock{}, false
		}
		hour, minute, sure = a, b, true
	}
	if n, ok := spelled[w.s]; ok && w.num < 0 && (w.s != "once" || beforeOnce[p.word(i-1).s]) {
		hour = n
	}
	if hour < 0 || hour > 24 && !(hour >= 100 && hour <= 2359 && hour%100 < 60) {
		return clock{}, false
	}
	if hour >= 100 { // 930, 1430
		if w.suffix == "" && !sure && len(w.s) != 4 {
			return clock{}, false
		}
		hour, minute = hour/100, hour%100
	}
	if w.num >= 1950 && w.num < 2050 && !aroundWords[p.word(i-1).s] { // a year
		return clock{}, false
	}
	c := clock{words: 1}
	half := halfOf(w.suffix)
	switch {
	case w.suffix == "" || half != "" || w.suffix == "h" || w.suffix == "hrs" || w.suffix == "ish":
	default:
		return clock{}, false // "12th", "3pcs"
	}
	if half == "" {
		n, h := p.halfAt(i + 1)
		if h != "" {
			half, c.words = h, 1+n
		}
	}
	if clockWords[p.word(i+c.words).s] && half == "" && p.word(i+c.words).s == "oclock" {
		c.words++
		sure = true
	}
	c.half, c.sure = half, sure || half != "" || w.suffix == "h"
	at := TimeOfDay(hour*60 + minute)
	switch {
	case hour > 12 || hour == 0:
		if hour == 24 {
			at = 24 * 60
		}
		c.readings = []TimeOfDay{at}
		c.sure = c.sure || hour != 0 && len(w.s) == 4
	case half == "am":
		c.readings = []TimeOfDay{at % (12 * 60)}
	case half == "pm":
		c.readings = []TimeOfDay{at%(12*60) + 12*60}
	default:
		am, pm := at%(12*60), at%(12*60)+12*60
		c.readings = []TimeOfDay{am, pm}
		if am < 7*60 { // nobody means two at night
			c.readings = []TimeOfDay{pm, am}
		}
	}
	return c, true
}

// beforeOnce stand before the Spanish eleven; "at once" is English.
var beforeOnce = wordSet("las a y o hasta entre de")

func halfOf(s string) string {
	switch strings.TrimSuffix(s, ".") {
	case "am", "a":
		return "am"
	case "pm", "p":
		return "pm"
	}
	return ""
}

// halfAt reads "am", "p.m.", "de la tarde", "in the morning" at place i; n is how many words it has.
func (p *when) halfAt(i int) (n int, half string) {
	w := p.word(i)
	switch {
	case w.s == "am" || w.s == "pm":
		return 1, w.s
	case (w.s == "a" || w.s == "p") && p.word(i+1).s == "." && p.word(i+2).s == "m":
		n = 3
		if p.word(i+3).s == "." {
			n = 4
		}
		return n, w.s + "m"
	case w.s == "in" && p.word(i+1).s == "the" || (w.s == "de" || w.s == "por" || w.s == "en") && p.word(i+1).s == "la":
		switch p.word(i + 2).s {
		case "morning", "manana":
			return 3, "am"
		case "afternoon", "evening", "tarde", "noche":
			return 3, "pm"
		}
	}
	return 0, ""
}

// time reads a time at the present place.
func (p *when) time() bool {
	w := p.word(p.at)
	i := p.at
	if rangeWords[w.s] {
		i++
		if p.word(i).s == "las" || p.word(i).s == "la" {
			i++
		}
	}
	if first, ok := p.clock(i); ok {
		j := i + first.words
		if toWords[p.word(j).s] || rangeWords[w.s] && andWords[p.word(j).s] {
			k := j + 1
			if p.word(k).s == "las" || p.word(k).s == "la" {
				k++
			}
			if second, ok := p.clock(k); ok {
				if spans := ranges(first, second); len(spans) > 0 {
					return p.addTime(k+second.words-p.at, TimeMention{Readings: spans, Kind: TimeRange})
				}
			}
		}
	}
	kind, i, said := TimeAt, p.at, p.at // said: where the statement begins
	switch {
	case (w.s == "earlier" || w.s == "sooner") && p.word(p.at+1).s == "than": // "no earlier than 2", "earlier than 2"
		kind, i = TimeBefore, i+2
	case w.s == "later" && p.word(p.at+1).s == "than":
		kind, i = TimeAfter, i+2
	case untilWords[w.s] && p.busyUntil() >= 0:
		kind, i, said = TimeAfter, i+1, p.busyUntil()
	case afterWords[w.s]:
		kind, i = TimeAfter, i+1
	case beforeWords[w.s]:
		kind, i = TimeBefore, i+1
	}
	if p.word(p.at-1).s == "no" && kind != TimeAt { // "no later than 2", "no antes de las 2"
		kind, said = TimeAfter+TimeBefore-kind, p.at-1
	}
	add := func(n int, t TimeMention) bool {
		from := p.word(said).start
		if !p.addTime(n, t) {
			return false
		}
		p.found.Times[len(p.found.Times)-1].Start = from
		return true
	}
	if kind != TimeAt && p.word(i).s == "del" && p.word(i+1).num >= 0 { // "despues del 14" is a date
		return false
	}
	if kind != TimeAt && (p.word(i).s == "de" || p.word(i).s == "del") {
		i++
	}
	lead := i
	for aroundWords[p.word(i).s] && i < lead+2 {
		i++
	}
	if c, ok := p.clock(i); ok && (kind != TimeAt || i > lead || c.sure || p.word(i).num >= 0 || len(p.words) <= 2 || !isSpelledOnly(p.word(i).s)) {
		weak := !c.sure && i == p.at
		if c.words == 1 && p.counted(i) {
			return false
		}
		var spans []Span
		for _, t := range c.readings {
			spans = append(spans, Span{t, t})
		}
		if kind != TimeAfter && !weak && p.freeFrom() {
			kind = TimeAfter
		}
		return add(i+c.words-p.at, TimeMention{Readings: spans, Kind: kind, Weak: weak})
	}
	if kind != TimeAt && p.word(i).s == "work" { // "after work"
		return add(i+1-p.at, TimeMention{Readings: []Span{{17 * 60, 17 * 60}}, Kind: TimeAfter})
	}
	if kind != TimeAt && p.word(i).s == "lunch" {
		return add(i+1-p.at, TimeMention{Readings: []Span{{12 * 60, 12 * 60}}, Kind: kind})
	}
	if w.s == "manana" && p.partBefore() {
		return p.addTime(1, TimeMention{Readings: []Span{parts["morning"]}, Kind: TimePart})
	}
	if w.s == "first" && p.word(p.at+1).s == "thing" {
		n := 2
		if p.word(p.at+2).s == "in" && p.word(p.at+3).s == "the" && parts[p.word(p.at+4).s] == parts["morning"] {
			n = 5
		}
		return p.addTime(n, TimeMention{Readings: []Span{parts["early"]}, Kind: TimePart})
	}
	if w.s == "end" && p.word(p.at+1).s == "of" && (p.word(p.at+2).s == "day" || p.word(p.at+2).s == "the" && p.word(p.at+3).s == "day") {
		return p.addTime(3, TimeMention{Readings: []Span{parts["late"]}, Kind: TimePart})
	}
	if w.s == "lunch" && (aroundWords[p.word(p.at-1).s] || p.word(p.at-1).s == "during" || p.word(p.at-1).s == "over" || p.word(p.at-1).s == "my") {
		return p.addTime(1, TimeMention{Readings: []Span{parts["lunchtime"]}, Kind: TimePart})
	}
	if s, ok := parts[w.s]; ok && w.num < 0 && p.word(p.at+1).s != "than" && !(w.s == "am" && p.word(p.at+1).s == "i") { // "am I"
		if (w.s == "late" || w.s == "later" || w.s == "early" || w.s == "earlier") && kind == TimeAt && parts[p.word(p.at+1).s].To > 0 {
			p.at++ // "late afternoon": the part says more
			return p.time()
		}
		return p.addTime(1, TimeMention{Readings: []Span{s}, Kind: TimePart})
	}
	return false
}

// busyUntil gives the place of the word that says that the writer is busy until the time behind the present place: "I work till 5", "not home
// until 3"; -1 when none does.
func (p *when) busyUntil() int {
	for i := p.at - 1; i >= max(0, p.at-4); i-- {
		w, before := p.word(i).s, p.word(i-1).s
		switch {
		case workWords[w] || w == "not" || w == "dont" || w == "cant":
			return i
		case w == "." || w == "," || (w == "free" || w == "open") && before != "not":
			return -1
		}
	}
	return -1
}

// freeFrom tells whether the writer is free from the time at the present place on: "I get off work at 2", "home by 3:30".
func (p *when) freeFrom() bool {
	for i := p.at - 1; i >= p.at-2; i-- {
		if w := p.word(i).s; w == "off" || w == "home" && !slices.Contains([]string{"my", "the", "our"}, p.word(i-1).s) {
			return true
		}
	}
	return false
}

// isSpelledOnly tells a small number in words, which alone is hardly a time.
func isSpelledOnly(s string) bool { _, ok := spelled[s]; return ok }

// counted tells whether the number at place i counts things or names a place and is no time: "2 toilets", "unit 4", "48 Elm St", "$89".
func (p *when) counted(i int) bool {
	before, after := p.word(i-1).s, p.word(i+1).s
	if before == "$" || before == "#" || before == "unit" || before == "apt" || before == "suite" || before == "number" || before == "zip" {
		return true
	}
	return after != "" && countedThings[after]
}

// countedThings follow numbers that are no times.
var countedThings = wordSet("% dollars bucks usd dolares percent hours hour hrs min mins minutes minutos horas hora days dias day week weeks " +
	"people persons times year years month months toilets sinks units bathrooms rooms bedrooms floors story stories kids dogs cats ft feet inches " +
	"st street ave avenue rd road dr drive ln lane ct court blvd way pl place nd th windows options star stars degrees deg gallon gallons ton tons inch amp amps sq guys techs furnaces heaters acs")

// ranges gives the readings of a range from one time to another: the end is after the beginning, and no range is longer than
// half a day. "8-10" is of the morning first, "1-3" of the afternoon.
func ranges(a, b clock) (all []Span) {
	for _, from := range a.readings {
		for _, to := range b.readings {
			if a.half == "" && b.half != "" && b.half == "pm" && from < 12*60 && to-from > 12*60 {
				continue
			}
			if from < to && to-from <= 12*60 {
				all = append(all, Span{from, to})
			}
		}
	}
	// the shortest first: "10-12" is two hours and not fourteen
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && all[j].To-all[j].From < all[j-1].To-all[j-1].From; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return all
}
