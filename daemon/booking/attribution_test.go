package booking

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// texted is Dana's session whose text went out at due.
func texted() Session {
	s := goodFacts().Session
	s.Claim("a")
	s.Sent(due)
	return s
}

func TestABookingIsAttributedByWhenAndHow(t *testing.T) {
	for _, c := range []struct {
		name   string
		source BookingSource
		own    bool
		after  time.Duration
		change func(*Session)
		want   Attribution
	}{
		{"by phone a second before the text", SourcePhone, false, -time.Second, nil, AttributedBefore},
		{"by phone at the text", SourcePhone, false, 0, nil, AttributedAssisted},
		{"by phone after it", SourcePhone, false, time.Hour, nil, AttributedAssisted},
		{"elsewhere after it", SourceExternal, false, time.Hour, nil, AttributedAssisted},
		{"by its link", SourceLink, true, time.Hour, nil, AttributedDirect},
		{"in its conversation", SourceAgent, false, time.Hour, nil, AttributedDirect},
		{"on its own page", SourcePage, true, time.Hour, nil, AttributedDirect},
		{"on the page in another session", SourcePage, false, time.Hour, nil, AttributedAssisted},
		{"7 days after it", SourceLink, true, RecoveredWithin, nil, AttributedDirect},
		{"a second more", SourceLink, true, RecoveredWithin + time.Second, nil, AttributedLater},
		{"no text", SourceLink, true, time.Hour, func(s *Session) { *s = goodFacts().Session }, AttributedBefore},
		{"the text was refused", SourceLink, true, time.Hour, func(s *Session) { s.Withhold(CheckCarrier) }, AttributedBefore},
		{"nobody knows of the text", SourceLink, true, time.Hour, func(s *Session) { s.Unknown() }, AttributedBefore},
	} {
		s := texted()
		if c.change != nil {
			c.change(&s)
		}
		b := Booking{ID: "b", Source: c.source, At: due.Add(c.after), ValueCents: 9900}
		if c.own {
			b.Session = s.ID
		}
		if got := Attribute(&s, b); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		s.Won(b)
		won := c.want == AttributedDirect || c.want == AttributedAssisted
		if got := s.Status == StatusRecovered; got != won || s.Booked.Attribution != c.want {
			t.Errorf("%s: status %s, %+v", c.name, s.Status, s.Booked)
		}
		b.Status = BookingCancelled
		s.Won(b)
		if s.Status == StatusRecovered || s.HasBooked() {
			t.Errorf("%s: cancelled, yet %s", c.name, s.Status)
		}
	}
}

// A send that is settled, or fails, after the booking came in changes what the text has won.
func TestAttributionFollowsTheTextsFate(t *testing.T) {
	s := goodFacts().Session
	s.Claim("a")
	s.Won(Booking{ID: "b", Source: SourcePhone, At: due.Add(time.Minute)})
	if s.Booked.Attribution != AttributedBefore {
		t.Fatalf("%+v", s.Booked)
	}
	if s.Sent(due); s.Booked.Attribution != AttributedAssisted || s.Status != StatusRecovered {
		t.Errorf("the text had gone out before the booking: %+v, %s", s.Booked, s.Status)
	}
	if s.Withhold(CheckCarrier); s.Booked.Attribution != AttributedBefore || s.Status == StatusRecovered {
		t.Errorf("the text never arrived: %+v, %s", s.Booked, s.Status)
	}
}

func TestOneBookingIsCreditedToOneSession(t *testing.T) {
	first, second, own := texted(), texted(), goodFacts().Session
	first.ID, second.ID, own.ID = "1", "2", "3"
	second.Sent(due.Add(time.Hour))
	b := Booking{ID: "b", Source: SourcePage, Session: "3", At: due.Add(2 * time.Hour)}
	for _, c := range []struct {
		name string
		all  []Session
		want SessionID
	}{
		{"its own had no text: the last text", []Session{first, second, own}, "2"},
		{"in any order", []Session{own, second, first}, "2"},
		{"nobody was texted", []Session{own}, ""},
		{"none", nil, ""},
	} {
		if got := Credited(c.all, b); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	b.Session = "1"
	if got := Credited([]Session{second, first}, b); got != "1" {
		t.Errorf("its own was texted: %q", got)
	}
}

func TestLateNewsIsTakenInAndSaid(t *testing.T) {
	for _, c := range []struct {
		name     string
		session  func() Session
		at       time.Time
		credited bool
		state    FollowUpState
		by       Check
		won      Attribution // empty: it is no news
		said     string
	}{
		{"a text to come is withheld", func() Session { return goodFacts().Session }, left, false, FollowUpWithheld, CheckBookedElsewhere, AttributedBefore, "no text goes out"},
		{"a waiting one too", func() Session { s := goodFacts().Session; s.PutOff(CheckHours, due.Add(time.Hour)); return s }, left, false, FollowUpWithheld, CheckBookedElsewhere, AttributedBefore, "no text goes out"},
		{"booked before the text", texted, left, false, FollowUpSent, "", AttributedBefore, "did not win the booking"},
		{"after it", texted, due.Add(time.Hour), true, FollowUpSent, "", AttributedAssisted, "won back (assisted)"},
		{"after it, credited to another", texted, due.Add(time.Hour), false, FollowUpSent, "", "", ""},
		{"long after it", texted, due.Add(8 * 24 * time.Hour), true, FollowUpSent, "", AttributedLater, "more than 7 days"},
		{"24 h before the session", func() Session { return goodFacts().Session }, left.Add(-5*time.Minute - 24*time.Hour), false, FollowUpWithheld, CheckBookedElsewhere, AttributedBefore, "no text goes out"},
		{"longer before", func() Session { return goodFacts().Session }, left.Add(-5*time.Minute - 24*time.Hour - 1), false, FollowUpDue, "", "", ""},
		{"while somebody is on the page", func() Session {
			s := Session{ID: "x", StartedAt: left, SeenAt: left}
			s.Apply(Event{Kind: EventStarted, At: left}, time.Minute, time.Minute)
			return s
		}, left, false, FollowUpNone, "", AttributedBefore, ""},
		{"weeks after a session without a text", func() Session { s := goodFacts().Session; s.Withhold(CheckHoldout); return s }, left.Add(20 * 24 * time.Hour), false, FollowUpWithheld, CheckHoldout, "", ""},
		{"days after a session held out", func() Session { s := goodFacts().Session; s.Withhold(CheckHoldout); return s }, left.Add(5 * 24 * time.Hour), false, FollowUpWithheld, CheckHoldout, AttributedBefore, ""},
	} {
		s := c.session()
		b := Booking{ID: "b", Source: SourcePhone, At: c.at}
		var credited SessionID
		if c.credited {
			credited = s.ID
		}
		trail := s.Hear(due.Add(9*24*time.Hour), b, credited)
		var said strings.Builder
		for _, f := range trail {
			said.WriteString(f.Message)
			if !strings.HasPrefix(f.Message, "Late news: ") || f.Check != CheckBookedElsewhere {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
		if s.FollowUp.State != c.state || s.FollowUp.WithheldBy != c.by || s.Booked.Attribution != c.won || (said.String() == "") != (c.said == "") || !strings.Contains(said.String(), c.said) {
			t.Errorf("%s: %+v, %+v, said %q", c.name, s.FollowUp, s.Booked, said.String())
		}
		if _, armed := s.Due("a"); armed && s.FollowUp.State == FollowUpWithheld {
			t.Errorf("%s: withheld and still due", c.name)
		}
		before := s.Clone()
		if again := s.Hear(due.Add(9*24*time.Hour), b, credited); len(again) > 0 || s.Booked != before.Booked || s.Status != before.Status {
			t.Errorf("%s: told twice, it says %+v and becomes %+v", c.name, again, s.Booked)
		}
	}
}

func TestACancelledBookingKeepsNobodyFromAText(t *testing.T) {
	f := goodFacts()
	f.Bookings = []Booking{{ID: "x", Source: SourcePhone, At: left, Status: BookingCancelled}}
	if v := Decide(due, f); v.Result != Pass {
		t.Errorf("withheld by %s", v.Check)
	}
	f.Bookings[0].Status = BookingBooked
	if v := Decide(due, f); v.Check != CheckBookedElsewhere {
		t.Errorf("got %+v", v)
	}
}

func TestAReportedBookingIsRefusedByField(t *testing.T) {
	now := due
	good := NewBooking{Source: SourceExternal, Customer: Customer{Phone: "614 555 0142"}}
	for _, c := range []struct {
		name, code, field string
		change            func(*NewBooking)
	}{
		{"no source", "missing", "source", func(n *NewBooking) { n.Source = "" }},
		{"unknown source", "unknown_source", "source", func(n *NewBooking) { n.Source = "<script>" }},
		{"scheduler", "invalid_id", "scheduler", func(n *NewBooking) { n.Scheduler = "../x" }},
		{"window without scheduler", "missing", "scheduler", func(n *NewBooking) { n.Window = "w" }},
		{"value", "out_of_range", "value_cents", func(n *NewBooking) { n.ValueCents = 1 << 50 }},
		{"negative value", "out_of_range", "value_cents", func(n *NewBooking) { n.ValueCents = -1 }},
		{"future", "at_in_future", "at", func(n *NewBooking) { n.At = now.Add(3 * time.Minute) }},
		{"too old", "at_too_old", "at", func(n *NewBooking) { n.At = now.Add(-366 * 24 * time.Hour) }},
		{"phone", "phone_invalid", "customer.phone", func(n *NewBooking) { n.Customer.Phone = "614 555" }},
		{"e-mail", "email_invalid", "customer.email", func(n *NewBooking) { n.Customer.Email = "dana" }},
		{"long service", "too_long", "service", func(n *NewBooking) { n.Service = strings.Repeat("x", 101) }},
		{"not UTF-8", "invalid_utf8", "note", func(n *NewBooking) { n.Note = "\xff" }},
	} {
		n := good
		c.change(&n)
		bad, ok := errors.AsType[*Error](ValidateBooking(now, &n))
		if !ok || bad.Code != c.code || bad.Field != c.field || bad.Hint == "" && c.code != "too_long" {
			t.Errorf("%s: %v, want %s %s", c.name, bad, c.code, c.field)
		}
	}
	n := good
	n.Note, n.At = "card 4111 1111 1111 1111\nring twice", now.Add(time.Minute)
	if err := ValidateBooking(now, &n); err != nil || n.Note != "card [removed] ring twice" || !n.At.Equal(now) {
		t.Errorf("%+v, %v", n, err)
	}
}
