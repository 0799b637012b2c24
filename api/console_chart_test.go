package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
)

// A column is as high as its share of the most, and what is not nothing is seen; there is no picture of nothing.
func TestChartDrawsWhatTheTableSays(t *testing.T) {
	group := func(i, left, texted, won int) booking.Grouped {
		return booking.Grouped{Key: fmt.Sprintf("2026-03-%02d", i), Figures: booking.Figures{Abandoned: left, Texted: texted, Recovered: won}}
	}
	c := chartOf([]booking.Grouped{group(1, 400, 200, 1), group(2, 0, 0, 0), group(3, 100, 100, 50)})
	if c == nil || c.Most != 400 || c.Width != 30 || c.First != "2026-03-01" || c.Last != "2026-03-03" || !strings.Contains(c.Label, "500 left, 300 texted, 51 booked") {
		t.Fatalf("%+v", c)
	}
	for i, want := range []column{{X: 0, Left: 100, Texted: 50, Recovered: 1, LeftY: 0, TextedY: 50, RecoveredY: 99}, {X: 10, LeftY: 100, TextedY: 100, RecoveredY: 100},
		{X: 20, Left: 25, Texted: 25, Recovered: 12, LeftY: 75, TextedY: 75, RecoveredY: 88}} {
		got := c.Columns[i]
		if got.Told == "" {
			t.Errorf("column %d says nothing", i)
		}
		if got.Told = ""; got != want {
			t.Errorf("column %d is %+v, want %+v", i, got, want)
		}
	}
	if chartOf(nil) != nil || chartOf([]booking.Grouped{group(1, 1, 1, 1)}) != nil || chartOf([]booking.Grouped{group(1, 0, 0, 0), group(2, 0, 0, 0)}) != nil {
		t.Error("a picture of nothing")
	}
}
