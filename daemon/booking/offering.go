package booking

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Offering knows which windows a scheduler offers at all, by its rules and by hand, bookable or not, and so in which of them a
// place that was given counts.
type Offering struct {
	opens  openings
	byRule map[Day][]Window // made so far
}

// NewOffering makes the offering of a scheduler; zone is the scheduler's ([Scheduler.Zone]).
func NewOffering(s Scheduler, zone string, explicit []Window) *Offering {
	loc, err := LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	return &Offering{newOpenings(time.Time{}, &s, loc, explicit), map[Day][]Window{}}
}

// Counts tells whether the places held under a window's ID count in the window w. They count in their own. When that is no
// longer offered, since it was taken away, its rule was changed, or another stands in for it, they count in the one with the same
// start and end, and where there is none, in every window that overlaps it: better a place too few than two jobs at once.
func (o *Offering) Counts(id string, held Seats, w Window) bool {
	switch {
	case id == w.ID:
		return true
	case !held.Start.Before(w.End) || !held.End.After(w.Start) || o.offered(id):
		return false
	}
	return held.Start.Equal(w.Start) && held.End.Equal(w.End) || !o.offeredAt(held.Start, held.End)
}

// Days gives the dates under which windows by rule that overlap w may stand. The zone may have been another one when
// their IDs were made, so there is one more at either end; of a window longer than [MaxWindowDays], the first dates.
func (o *Offering) Days(w Window) (all []Day) {
	last := DayOf(w.End, o.opens.loc).Add(1)
	for d := DayOf(w.Start, o.opens.loc).Add(-1); d <= last && len(all) < MaxWindowDays; d = d.Add(1) {
		all = append(all, d)
	}
	return all
}

func (o *Offering) offered(id string) bool {
	same := func(w Window) bool { return w.ID == id }
	return slices.ContainsFunc(o.opens.explicit, same) || len(id) > len(time.DateOnly) && slices.ContainsFunc(o.on(Day(id[:len(time.DateOnly)])), same)
}

func (o *Offering) offeredAt(start, end time.Time) bool {
	same := func(w Window) bool { return w.Start.Equal(start) && w.End.Equal(end) }
	return slices.ContainsFunc(o.opens.explicit, same) || slices.ContainsFunc(o.on(DayOf(start, o.opens.loc)), same)
}

// on gives the windows of a date by the rules.
func (o *Offering) on(d Day) []Window {
	all, made := o.byRule[d]
	if day, ok := d.midnight(); !made && ok {
		all = o.opens.of(day)
		o.byRule[d] = all
	}
	return all
}

// Revision names a list of windows as it is shown: any change of one, its free places included, gives another name.
func Revision(shown []Window) string {
	h := sha256.New()
	for _, w := range shown {
		fmt.Fprintf(h, "%q %d %d %d %d %q %d\n", w.ID, w.Start.Unix(), w.End.Unix(), w.Capacity, w.Open, w.Note, w.SurchargeCents)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
