package api

import (
	"cmp"
	"fmt"

	"github.com/rebookhq/rebook/daemon/booking"
)

// chart is a picture of groups that follow one another: a column for each, drawn as SVG that stretches to the page's width. What it shows stands
// in the table too.
type chart struct {
	Columns     []column
	Width       int // of the drawing, in its own units; every column takes chartStep
	Most        int // what the highest column stands for
	First, Last string
	Label       string // for those who cannot see it
}

type column struct {
	X              int
	Left, Texted   int // heights of a hundred
	Recovered      int
	LeftY, TextedY int // where they begin, from above
	RecoveredY     int
	Told           string
}

// The drawing's units: columns of chartStep, of which chartWide are filled, and a hundred in height.
const (
	chartStep = 10
	chartMost = 400 // columns
)

// chartOf draws groups in their order in time; nil where there is nothing to see.
func chartOf(groups []booking.Grouped) *chart {
	c := &chart{Width: len(groups) * chartStep}
	total := booking.Figures{}
	for _, g := range groups {
		c.Most = max(c.Most, g.Abandoned, g.Texted, g.Recovered)
		total.Add(&g.Figures)
	}
	if len(groups) < 2 || len(groups) > chartMost || c.Most == 0 {
		return nil
	}
	for i, g := range groups {
		// what is not nothing is seen
		height := func(n int) int { return cmp.Or(100*n/c.Most, min(n, 1)) }
		col := column{X: i * chartStep, Left: height(g.Abandoned), Texted: height(g.Texted), Recovered: height(g.Recovered),
			Told: fmt.Sprintf("%s: %d left, %d texted, %d booked after our text", g.Key, g.Abandoned, g.Texted, g.Recovered)}
		col.LeftY, col.TextedY, col.RecoveredY = 100-col.Left, 100-col.Texted, 100-col.Recovered
		c.Columns = append(c.Columns, col)
	}
	c.First, c.Last = groups[0].Key, groups[len(groups)-1].Key
	c.Label = fmt.Sprintf("Columns from %s to %s: %d left, %d texted, %d booked after our text. The table below has each.", c.First, c.Last, total.Abandoned, total.Texted, total.Recovered)
	return c
}

// trialPart tells what would have been booked without our texts.
type trialPart struct {
	Words                       string
	Seen                        bool // there are persons in both groups
	Texted, TextedOf, TextedPct int
	Held, HeldOf, HeldPct       int
}

func trialOf(m booking.Incremental) trialPart {
	t, c := m.Treated, m.Control
	if m.Percent == 0 && t.Persons == 0 && c.Persons == 0 {
		return trialPart{Words: word("trial.none")}
	}
	return trialPart{Words: m.Words, Seen: t.Persons > 0 && c.Persons > 0, Texted: t.Booked, TextedOf: t.Persons, TextedPct: share(t.Booked, t.Persons),
		Held: c.Booked, HeldOf: c.Persons, HeldPct: share(c.Booked, c.Persons)}
}
