package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Whatever becomes of the texts whose turn it is, nothing is remembered of them afterwards, and no turn outlives its time.
func TestNothingStaysInLine(t *testing.T) {
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	p := newPace(2, func() time.Time { return now }, nil)
	s := sender{"main", "+16145550123"}
	r := rand.New(rand.NewPCG(1, 2))
	went, held := 0, 0
	ask := func(d booking.Due) {
		switch {
		case !p.turn(s, booking.SchedulerID(fmt.Sprint(d.Ref[0])), d):
		case r.IntN(3) == 0:
			held++
			p.end(s, d.Ref, 0)
		case r.IntN(20) == 0: // asked for something, and its customer came back
		default:
			went++
			p.end(s, d.Ref, 1)
			p.end(s, d.Ref, 0) // ended twice
		}
	}
	for i := range 500 {
		ask(booking.Due{Ref: fmt.Sprint(i)})
	}
	for range 500 {
		now = now.Add(time.Second)
		due, _ := p.next()
		if len(due) > 5 {
			t.Fatalf("%d turns at once at a pace of 2", len(due))
		}
		for _, d := range due {
			ask(d)
		}
	}
	now = now.Add(booking.TurnFresh)
	p.next()
	l := p.line(s)
	if len(l.granted)+len(l.waits)+len(l.waiting)+len(l.turns) != 0 || went == 0 || held == 0 {
		t.Errorf("%d went, %d were held; left: %v %v %v %v", went, held, l.granted, l.waits, l.waiting, l.turns)
	}
	if l.tokens > 2 {
		t.Errorf("%v tokens are more than may go at once", l.tokens)
	}
}
