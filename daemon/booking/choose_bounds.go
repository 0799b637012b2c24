package booking

import (
	"slices"
	"time"
)

// bound tells on which side of a day the wanted ones lie.
type bound int8

const (
	boundAfter  bound = 1  // "after the 14th"
	boundBefore bound = -1 // "before friday"
	boundBy     bound = -2 // "by friday": that day too
	boundFrom   bound = 2  // "not until friday": that day and later
	boundPast   bound = 3  // "since friday": it tells of what was
)

// away are words of somebody who cannot be met until then.
var away = wordSet("not wont cant dont isnt no gone away out busy traveling working town fuera ocupado ocupada")

// dayBound reads the words before a day, and the one behind: "after", "before", "by", an article aside; 0: the day itself is meant.
func dayBound(before, behind string) bound {
	if next := whenWords(behind); len(next) > 0 && (next[0].s == "pasado" || next[0].s == "pasada") {
		return boundPast
	}
	words := whenWords(before)
	i := len(words) - 1
	for i >= 0 && (articles[words[i].s] || words[i].s == "de" || words[i].s == "del") {
		i--
	}
	if i < 0 {
		return 0
	}
	switch w := words[i].s; {
	case w == "since" || w == "last" && !(i > 0 && words[i-1].s == "the"):
		return boundPast
	case untilWords[w] || w == "before" && i > 0 && away[words[i-1].s] || w == "antes" && i > 0 && words[i-1].s == "no" || w == "than" && i > 0 && (words[i-1].s == "earlier" || words[i-1].s == "sooner"):
		for _, before := range words[max(0, i-6):i] {
			if away[before.s] || before.s == "earlier" || before.s == "sooner" {
				return boundFrom
			}
		}
		return boundBy
	case w == "after" || w == "past" || w == "despues":
		return boundAfter
	case w == "before" || w == "b4" || w == "antes":
		return boundBefore
	case w == "by":
		return boundBy
	}
	return 0
}

// bounded gives the days with an open window on that side of the day; where there is none, the next day on that side.
func (c *chooser) bounded(days []time.Time, b bound) (all []time.Time) {
	if len(days) == 0 {
		return nil
	}
	first, last := days[0], days[len(days)-1]
	for _, w := range c.open {
		y, m, d := w.Start.In(c.loc).Date()
		day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		if b == boundAfter && day.After(last) || b == boundBefore && day.Before(first) || b == boundBy && !day.After(last) || b == boundFrom && !day.Before(first) {
			all = append(all, day)
		}
	}
	if len(all) == 0 {
		switch b {
		case boundAfter:
			return []time.Time{last.AddDate(0, 0, 1)}
		case boundBefore:
			return []time.Time{first.AddDate(0, 0, -1)}
		case boundFrom:
			return []time.Time{first}
		}
		return []time.Time{last}
	}
	return slices.Compact(all)
}
