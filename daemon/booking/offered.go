package booking

import (
	"slices"
	"time"
)

// OfferedIn gives the arrival windows that one of our texts named, written at that moment, in the order of the text: "Thu 3/12 8-10
// or 1-3. Which?". known are windows to recognise; one that is not among them, because it is over or gone, is given with its times and no ID.
func OfferedIn(text string, at time.Time, loc *time.Location, known []Window) (list []Window) {
	g := guard{text: []byte(text), Evidence: Evidence{Now: at, Zone: loc}}
	g.read()
	for _, named := range g.timesOnDays() {
		t, d := *named.time, named.day
		if t.Kind != TimeRange && t.Kind != TimeAt {
			continue
		}
		w, ok := recognised(t, d, loc, known)
		if !ok && t.Kind == TimeRange {
			day, r := d.Dates[0], t.Readings[0]
			midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, loc)
			w, ok = Window{Start: midnight.Add(time.Duration(r.From) * time.Minute), End: midnight.Add(time.Duration(r.To) * time.Minute)}, true
		}
		if ok && !slices.ContainsFunc(list, func(o Window) bool { return o.Start.Equal(w.Start) && o.End.Equal(w.End) }) {
			list = append(list, w)
		}
	}
	return list
}

// NamesTimes tells whether a text of ours names a time on a day at all, so that windows need not be read for one that does not.
func NamesTimes(text string, at time.Time, loc *time.Location) bool {
	g := guard{text: []byte(text), Evidence: Evidence{Now: at, Zone: loc}}
	g.read()
	return len(g.timesOnDays()) > 0
}

// recognised finds the known window that a time on a day means.
func recognised(t TimeMention, d *DayMention, loc *time.Location, known []Window) (Window, bool) {
	for _, w := range known {
		start, end := w.Start.In(loc), w.End.In(loc)
		if !slices.ContainsFunc(d.Dates, func(date time.Time) bool { return sameDate(start, date) }) {
			continue
		}
		for _, r := range t.Readings {
			if r.From == timeOfDay(start) && (t.Kind == TimeAt || r.To == timeOfDay(end)) {
				return w, true
			}
		}
	}
	return Window{}, false
}
