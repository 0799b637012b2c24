package booking

import "time"

// Trial is a session's part in the measurement against the control group: set when a text of it passed every check while
// settings.holdout was above 0, and never changed. A person takes part once for ever, with the first such session, so that
// no person is counted twice and nobody changes sides when the percentage does.
type Trial struct {
	Control bool      `json:"control,omitempty"` // the text was withheld for the measurement
	Percent int       `json:"percent"`           // settings.holdout at that moment
	At      time.Time `json:"at"`                // when the text went out, or would have

	Booking    string    `json:"booking,omitempty"` // the person's first one within [RecoveredWithin], by any way and in any session
	BookedAt   time.Time `json:"booked_at,omitzero"`
	ValueCents int       `json:"value_cents,omitempty"`
}

// Hear takes in a booking of the session's person. All of them are to be told, whichever session they are credited to: what
// is compared is persons, and only those who are texted have bookings credited. stands is false for one that was cancelled.
// It tells whether anything changed.
func (t *Trial) Hear(id string, at time.Time, valueCents int, stands bool) bool {
	was := *t
	switch {
	case t.At.IsZero():
	case t.Booking == id && !stands:
		t.Booking, t.BookedAt, t.ValueCents = "", time.Time{}, 0
	case !stands || at.Before(t.At) || at.After(t.At.Add(RecoveredWithin)):
	case t.Booking == "" || t.Booking == id || at.Before(t.BookedAt):
		t.Booking, t.BookedAt, t.ValueCents = id, at, valueCents
	}
	return *t != was
}

// Join lets the session take part in the measurement, if its person did not before. It tells whether the person's row
// changed, too. A text that a person decides to send again is left to no chance, so it measures nothing.
func (s *Session) Join(p *Person, control bool, percent int, at time.Time) bool {
	if percent <= 0 || s.FollowUp.Resend || !p.Trial.IsZero() {
		return false
	}
	s.Trial = Trial{Control: control, Percent: percent, At: at}
	p.Trial = at
	return true
}

// Arm of the measurement: the persons in it, those of them who booked within [RecoveredWithin] by any way, and for how much.
type Arm struct {
	Persons int `json:"persons,omitempty"`
	Booked  int `json:"booked,omitempty"`
	Cents   int `json:"cents,omitempty"`
}

func (a *Arm) add(o Arm) {
	a.Persons += o.Persons
	a.Booked += o.Booked
	a.Cents += o.Cents
}

// Trials sums up sessions' parts in the measurement. A treated person is one whose text was to be sent, whatever the carrier
// made of it: what happens after the draw must not sort people, else the groups are not alike (intention to treat).
type Trials struct {
	Treated Arm `json:"treated,omitzero"`
	Control Arm `json:"control,omitzero"`
	Open    int `json:"open,omitempty"`   // of both, whose seven days were not over
	Lowest  int `json:"lowest,omitempty"` // the percentages that held meanwhile
	Highest int `json:"highest,omitempty"`
}

// trials is the session's own part.
func (s *Session) trials(now time.Time) (t Trials) {
	if s.Trial.At.IsZero() {
		return t
	}
	end := s.Trial.At.Add(RecoveredWithin)
	one := Arm{Persons: 1}
	heard := s.Trial
	if b, ok := s.outcome(); ok {
		heard.Hear(b.Booking, b.At, b.ValueCents, true)
	}
	if !heard.BookedAt.IsZero() {
		one.Booked, one.Cents = 1, heard.ValueCents
	}
	if s.Trial.Control {
		t.Control = one
	} else {
		t.Treated = one
	}
	if now.Before(end) {
		t.Open = 1
	}
	t.Lowest, t.Highest = s.Trial.Percent, s.Trial.Percent
	return t
}

func (t *Trials) add(o Trials) {
	t.Treated.add(o.Treated)
	t.Control.add(o.Control)
	t.Open += o.Open
	if o.Lowest > 0 && (t.Lowest == 0 || o.Lowest < t.Lowest) {
		t.Lowest = o.Lowest
	}
	t.Highest = max(t.Highest, o.Highest)
}
