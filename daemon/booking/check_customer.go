package booking

import (
	"strconv"
	"time"
)

// The checks of the customer's side: what the person wants, did, and already got.

// optedOut: 47 CFR 64.1200(a)(10). A new consent tick does not undo a STOP; START does, and so does the office on the customer's
// own word. What the carrier has blocked only START opens again.
func (d *decision) optedOut() Finding {
	o := d.f.OptOut
	if o == nil {
		return Finding{Result: Pass,
			Fact:    "the customer has not opted out",
			Message: "The customer did not ask us to stop."}
	}
	how, fix := "", "The customer can undo this by texting START, or the office on the customer's own word (DELETE /v1/opt-outs/{phone})."
	switch o.Source {
	case "text":
		how = " by text"
	case "carrier":
		how, fix = ", the carrier says", "Only the customer can undo this, by texting START: the carrier blocks the number until then."
	case "staff":
		how = ", told to the office"
	}
	return Finding{Result: Stop,
		Fact:    "opted out on " + d.tell(o.At) + how,
		Message: "No text: this person asked us to stop texting.",
		Fix:     fix + " Ticking the consent box again does not."}
}

func (d *decision) completed() Finding {
	if at := d.f.Session.CompletedAt; !at.IsZero() {
		return Finding{Result: Stop,
			Fact:    "finished on " + d.tell(at),
			Message: "No text: the customer finished this booking.",
			Fix:     "Nothing to do: the booking is made."}
	}
	return Finding{Result: Pass,
		Fact:    "the booking was not finished",
		Message: "The customer did not finish this booking."}
}

func (d *decision) bookedElsewhere() Finding {
	s := &d.f.Session
	from := s.StartedAt.Add(-bookedBefore)
	for i := range d.f.Bookings {
		b := &d.f.Bookings[i]
		if b.Session == s.ID && b.Session != "" || b.At.Before(from) || !b.Stands() {
			continue
		}
		return Finding{Result: Stop,
			Fact:    "booked " + bookedHow(b.Source) + " on " + d.tell(b.At),
			Message: "No text: this person has booked another way.",
			Fix:     "Nothing to do. If that booking was a different job, call the customer."}
	}
	return Finding{Result: Pass,
		Fact:    "no other booking since 24h before the session began",
		Message: "This person has not booked another way."}
}

func bookedHow(s BookingSource) string {
	switch s {
	case SourcePhone:
		return "by phone"
	case SourceAgent:
		return "by text"
	case SourceLink:
		return "through a link"
	case SourcePage:
		return "on the page"
	}
	return "elsewhere"
}

func (d *decision) handled() Finding {
	s := &d.f.Session
	if s.HandledAt.IsZero() {
		return Finding{Result: Pass,
			Fact:    "nobody marked the session as handled",
			Message: "The office has not taken this customer."}
	}
	fact := "handled"
	if s.HandledBy != "" {
		fact += " by " + s.HandledBy
	}
	return Finding{Result: Stop,
		Fact:    fact + " on " + d.tell(s.HandledAt),
		Message: "No text: the office took this customer by phone.",
		Fix:     "Nothing to do: the office has it."}
}

// rivalOpen is how long after a session was left another one that is still open keeps its text back: nobody fills in a form for
// longer, and a tab that a stranger keeps open in somebody's name must not silence them. rivalLook is when it is looked at again.
const (
	rivalOpen = time.Hour
	rivalLook = time.Minute
)

// duplicate keeps two texts from one person's two tabs: the session that was left last gets the text. The other one waits until that
// text is out and yields only then; a later session that a check withheld, or that falls away otherwise, keeps nobody from it. What
// was tried or left out for the measurement counts as out.
func (d *decision) duplicate() Finding {
	s := &d.f.Session
	if st := s.FollowUp.State; !s.FollowUp.Resend && (st == FollowUpClaimed || st == FollowUpSent || st == FollowUpUnknown) {
		return Finding{Result: Stop, // never reached while engine and Session keep their promises; a second text would be worse
			Fact:    "the text of this session is " + string(st),
			Message: "No text: this session already had its one text.",
			Fix:     "Nothing to do. A text whose sending is unknown can be sent again by a person."}
	}
	if d.f.RivalsCut {
		return Finding{Result: Stop,
			Fact:    "more than " + strconv.Itoa(len(d.f.Rivals)) + " sessions of this number lately",
			Message: "No text: this number has more sessions than a customer makes.",
			Fix:     "Look who uses this number. A text to it can be written by hand."}
	}
	var wait Finding
	for i := range d.f.Rivals {
		r := &d.f.Rivals[i]
		if !d.later(r) {
			continue
		}
		open := r.AbandonedAt.IsZero()
		x := Finding{Result: Wait, Until: r.DueAt.Add(time.Second), Fact: "another session of this person was left later, on " + d.tell(r.AbandonedAt)}
		switch {
		case r.tried(), !open && r.awaits() && !r.DueAt.Before(d.limit):
			return Finding{Result: Stop, Fact: x.Fact,
				Message: "No text here: another session of this person gets it.",
				Fix:     "Nothing to do: one person gets one text for all open tabs."}
		case !r.awaits(), open && !d.now.Before(d.left.Add(rivalOpen)):
			continue
		case open:
			x.Until, x.Fact = d.now.Add(rivalLook), "another session of this person is open, last seen on "+d.tell(r.SeenAt)
		case !x.Until.After(d.now): // its text is held up on its way out
			x.Until = d.now.Add(rivalLook)
		}
		if wait.Until.IsZero() || x.Until.Before(wait.Until) {
			wait = x
		}
	}
	if wait.Result == Wait {
		wait.Message = "The text waits: another session of this person is to get it."
		wait.Fix = "Nothing to do: one person gets one text for all open tabs. If the other one gets none, this one does."
		return wait
	}
	return Finding{Result: Pass,
		Fact:    "no later session of this person is waiting for a text",
		Message: "This is the person's latest unfinished session."}
}

// awaits tells whether the rival is to get a text.
func (r *Rival) awaits() bool { return r.Qualifies && r.State != FollowUpWithheld }

// tried tells whether the rival's text is out or may be, was refused by the carrier, or was left out for the measurement: then its
// person had the turn.
func (r *Rival) tried() bool {
	switch r.State {
	case FollowUpClaimed, FollowUpSent, FollowUpUnknown:
		return true
	case FollowUpWithheld:
		return r.WithheldBy == CheckHoldout || r.WithheldBy == CheckCarrier || r.WithheldBy == CheckLandline || r.WithheldBy == CheckScriptError
	}
	return false
}

// later tells whether the rival came after the session: it is a total order, so of two sessions exactly one is later.
func (d *decision) later(r *Rival) bool {
	at := r.AbandonedAt
	if at.IsZero() {
		at = r.SeenAt
	}
	if c := at.Compare(d.left); c != 0 {
		return c > 0
	}
	return r.Session > d.f.Session.ID
}

// frequency caps the texts started by us to one person in a sliding period: Fla. Stat. 501.616(6), 15 O.S. 775C and Md.
// Com. Law 14-4502 permit three in 24 h. Waits until so many have left the period that one more is permitted.
func (d *decision) frequency() Finding {
	limit := d.f.Account.Settings.Frequency
	setting := "settings.frequency " + strconv.Itoa(limit.Max) + " per " + limit.Per.String()
	since := d.now.Add(-limit.Per.Std())
	var buf [8]time.Time // on the stack for everybody who is not over any cap
	counting := buf[:0]
	for _, t := range d.f.Person.Started {
		if t.At.After(since) && !d.repeats(t) {
			counting = insert(counting, t.At)
		}
	}
	n := len(counting)
	fact := strconv.Itoa(n) + " texts to this person within " + limit.Per.String()
	switch {
	case n < limit.Max:
		return Finding{Result: Pass, Fact: fact, Setting: setting, Message: "The person did not get too many texts lately."}
	case limit.Max <= 0:
		return Finding{Result: Stop, Fact: fact, Setting: setting, Message: "No text: the settings permit none.",
			Fix: "Set settings.frequency.max to 1, 2 or 3."}
	}
	until := counting[n-limit.Max].Add(limit.Per.Std())
	return Finding{Result: Wait, Until: until,
		Fact:    fact + ", one may go from " + d.tell(until) + " on",
		Setting: setting,
		Message: "The text waits: this person got as many texts as the settings permit.",
		Fix:     "Nothing to do: it goes out when the earliest of them is old enough."}
}

// repeats tells whether t is the attempt that a person decided to repeat. Earlier repeats count, so that pressing the
// button again and again does not get around the cap.
func (d *decision) repeats(t Started) bool {
	u := d.f.Session.FollowUp
	return u.Resend && u.Attempt != "" && t.Attempt == u.Attempt
}

// insert keeps times in order, the earliest first.
func insert(sorted []time.Time, t time.Time) []time.Time {
	sorted = append(sorted, t)
	for i := len(sorted) - 1; i > 0 && sorted[i].Before(sorted[i-1]); i-- {
		sorted[i], sorted[i-1] = sorted[i-1], sorted[i]
	}
	return sorted
}
