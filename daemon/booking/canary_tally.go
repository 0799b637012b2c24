package booking

import "maps"

// CanaryFigures counts persons on one side of a canary, each once, by the session whose text drew them.
type CanaryFigures struct {
	Persons   int `json:"persons,omitempty"`
	Sent      int `json:"sent,omitempty"`      // the carrier took the text
	Delivered int `json:"delivered,omitempty"` // and says that it arrived
	Clicked   int `json:"clicked,omitempty"`
	Replied   int `json:"replied,omitempty"`
	Booked    int `json:"booked,omitempty"`    // within [RecoveredWithin] of the draw, by any way
	OptedOut  int `json:"opted_out,omitempty"` // within [RecoveredWithin] of the draw, by any way
}

// plus gives the figures with n times others.
func (f CanaryFigures) plus(n int, o CanaryFigures) CanaryFigures {
	f.Persons += n * o.Persons
	f.Sent += n * o.Sent
	f.Delivered += n * o.Delivered
	f.Clicked += n * o.Clicked
	f.Replied += n * o.Replied
	f.Booked += n * o.Booked
	f.OptedOut += n * o.OptedOut
	return f
}

// CanaryTally counts both sides. What counts is the change of a row, in the transaction that changes it: whatever is told twice
// changes nothing the second time, and counts once.
type CanaryTally struct {
	Stable CanaryFigures      `json:"stable,omitzero"`
	Canary CanaryFigures      `json:"canary,omitzero"`
	Left   map[int]LeftCanary `json:"left,omitempty"` // who opted out, by the percentage they were drawn at
}

// LeftCanary counts persons who opted out, on either side.
type LeftCanary struct {
	Stable int `json:"stable,omitempty"`
	Canary int `json:"canary,omitempty"`
}

// Add adds another tally.
func (t *CanaryTally) Add(o CanaryTally) {
	t.Stable, t.Canary = t.Stable.plus(1, o.Stable), t.Canary.plus(1, o.Canary)
	for percent, n := range o.Left {
		t.left(percent, n)
	}
}

func (t *CanaryTally) left(percent int, n LeftCanary) {
	t.Left = maps.Clone(t.Left)
	if t.Left == nil {
		t.Left = map[int]LeftCanary{}
	}
	was := t.Left[percent]
	t.Left[percent] = LeftCanary{was.Stable + n.Stable, was.Canary + n.Canary}
}

// side gives the figures of the lot's side.
func (t *CanaryTally) side(l Lot) *CanaryFigures {
	if l.Control {
		return &t.Stable
	}
	return &t.Canary
}

// OptOut counts a person who was drawn and wants no more texts.
func (t *CanaryTally) OptOut(l Lot) {
	t.side(l).OptedOut++
	n := LeftCanary{Canary: 1}
	if l.Control {
		n = LeftCanary{Stable: 1}
	}
	t.left(l.Percent, n)
}

// Turn takes in that a session became what it is; old is nil for a new one. It tells whether anything changed.
func (t *CanaryTally) Turn(old *Session, s Session) bool {
	var was CanaryFigures
	if old != nil && old.Lot.Canary == s.Lot.Canary {
		was = old.drawn()
	}
	is := s.drawn()
	if was == is {
		return false
	}
	side := t.side(s.Lot)
	*side = side.plus(1, is).plus(-1, was)
	return true
}

// drawn is what the session says of the person who was drawn with it.
func (s *Session) drawn() CanaryFigures {
	if !s.Lot.Drawn() {
		return CanaryFigures{}
	}
	heard := s.Lot.Trial
	if b, ok := s.outcome(); ok {
		heard.Hear(b.Booking, b.At, b.ValueCents, true)
	}
	return CanaryFigures{Persons: 1, Sent: one(!s.FollowUp.SentAt.IsZero()), Delivered: one(s.Lot.Delivered), Clicked: one(!s.ClickedAt.IsZero()),
		Replied: one(!s.RepliedAt.IsZero()), Booked: one(!heard.BookedAt.IsZero())}
}
