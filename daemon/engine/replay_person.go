package engine

import (
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// replayPerson is all that is recorded of the person of a session: what one decides about one session rests on the others.
type replayPerson struct {
	sessions []booking.Session // within the reach of the duplicate check, oldest first
	played   []int             // of those, in the period, and left: they are decided afresh
	cut      bool              // there are more sessions than are looked at
	person   booking.Person
	optOut   *booking.OptOut
	thread   *booking.Thread
	bookings map[booking.SessionID][]booking.Booking
	real     map[booking.SessionID]*booking.ReplayOutcome
}

// readPerson reads what there is about the person of a session that began in the period. ok is false when the person was read before,
// with an earlier session of the period.
func (j *replayJob) readPerson(s *storage.Snapshot, sess booking.Session) (p replayPerson, ok bool, err error) {
	p.bookings, p.real = map[booking.SessionID][]booking.Booking{}, map[booking.SessionID]*booking.ReplayOutcome{}
	from, to := firstID(j.v.From), firstID(j.v.To)
	p.sessions = []booking.Session{sess}
	if sess.Phone != "" {
		all, more, err := s.SessionsByPhone(j.account, sess.Phone, firstID(j.v.From.Add(-rivalSpan)), maxRivals)
		if err != nil {
			return p, false, err
		}
		p.sessions, p.cut = all, more != ""
	}
	first := true
	for i, o := range p.sessions {
		if string(o.ID) < from || string(o.ID) >= to {
			continue
		}
		if first && o.ID != sess.ID {
			return p, false, nil
		}
		first = false
		if o.AbandonedAt.IsZero() {
			continue
		}
		p.played = append(p.played, i)
		if p.bookings[o.ID], err = s.BookingsOf(j.account, o.Phone, o.Email, booking.NormalAddress(o.Customer.Address)); err != nil {
			return p, false, err
		}
		if p.real[o.ID], err = j.really(s, o); err != nil {
			return p, false, err
		}
	}
	if first { // more sessions than are looked at, and this one is beyond
		return p, false, nil
	}
	if sess.Phone == "" {
		return p, true, nil
	}
	if p.person, err = s.Person(j.account, sess.Phone); err != nil {
		return p, false, err
	}
	if p.optOut, err = s.OptOut(j.account, sess.Phone); err != nil {
		return p, false, err
	}
	p.thread, err = s.Thread(j.account, sess.Phone)
	return p, true, err
}

// really tells what happened to the session's text.
func (j *replayJob) really(s *storage.Snapshot, o booking.Session) (*booking.ReplayOutcome, error) {
	r := &booking.ReplayOutcome{State: string(o.FollowUp.State), Script: o.FollowUp.Template}
	switch o.FollowUp.State {
	case booking.FollowUpWithheld:
		r.Check = o.FollowUp.WithheldBy
	case booking.FollowUpSent, booking.FollowUpUnknown:
		r.At, r.Texted = o.FollowUp.SentAt, true
		a, err := s.Attempt(j.account, o.FollowUp.Attempt)
		if err != nil {
			return r, err
		}
		if a != nil {
			r.At, r.Body, r.Segments = a.ClaimedAt, plainLinks(a.Body), a.Segments
		}
	}
	return r, nil
}

// plainLinks puts the token of previews in place of those that lead somewhere, so that texts can be compared and nobody follows them.
func plainLinks(body string) string { return linkToken.ReplaceAllString(body, "/l/"+previewToken) }

// replayRun is one session on its way on one side.
type replayRun struct {
	i     int // in the person's sessions
	due   time.Time
	f     booking.FollowUp
	waits []booking.Finding
	ended bool
	looks int
	out   booking.ReplayOutcome
}

// replayLife is a person on one side: its own texts count, and those from before the period.
type replayLife struct {
	*replayPerson
	side *replaySide
	runs []*replayRun
	sent []booking.Started
}

// maxLooks bounds how often one session is looked at: a wait for another session is looked at every minute for an hour.
const maxLooks = 500

// live begins the life of a person on one side.
func (p *replayPerson) live(side *replaySide) *replayLife {
	l := &replayLife{replayPerson: p, side: side}
	played := map[booking.SessionID]bool{}
	for _, i := range p.played {
		o := &p.sessions[i]
		played[o.ID] = true
		delay := booking.DefaultDelay
		if sched := side.schedulers[o.Scheduler]; sched != nil {
			delay = sched.FollowUp.Delay
		}
		due := o.AbandonedAt.Add(delay.Std())
		l.runs = append(l.runs, &replayRun{i: i, due: due, f: booking.FollowUp{State: booking.FollowUpDue, DueAt: due}})
	}
	for _, t := range p.person.Started {
		if !played[t.Session] {
			l.sent = append(l.sent, t)
		}
	}
	return l
}

// next gives the run that is due first; nil: all have ended.
func (l *replayLife) next() (first *replayRun) {
	for _, r := range l.runs {
		if !r.ended && (first == nil || r.due.Before(first.due)) {
			first = r
		}
	}
	return first
}

// facts are those of a run at that moment, as far as they are recorded.
func (l *replayLife) facts(now time.Time, r *replayRun) booking.Facts {
	o := sessionAt(l.sessions[r.i], now)
	o.FollowUp = r.f
	f := booking.Facts{Account: l.side.account, Scheduler: l.side.schedulers[o.Scheduler], Registration: l.side.registration,
		Number: l.side.numbers[o.Scheduler], Session: o, RivalsCut: l.cut, Person: l.personAt(now)}
	for _, b := range l.bookings[o.ID] {
		if !b.At.After(now) {
			f.Bookings = append(f.Bookings, b)
		}
	}
	if o.Phone == "" {
		return f
	}
	f.Line = lineOf(now, f.Person)
	if l.optOut != nil && !l.optOut.At.After(now) {
		f.OptOut = l.optOut
	}
	if t := l.thread; t != nil && t.InHand(now) && !handedAt(*t).After(now) {
		f.ThreadOwner = string(t.Owner)
	}
	for i := range l.sessions {
		if rival, ok := l.rival(now, i); ok && i != r.i {
			f.Rivals = append(f.Rivals, rival)
		}
	}
	return f
}

// personAt gives the person's row as it was.
func (l *replayLife) personAt(now time.Time) booking.Person {
	p := l.person
	p.Started = nil
	for _, t := range l.sent {
		if !t.At.After(now) {
			p.Started = append(p.Started, t)
		}
	}
	if p.Bad != nil && p.Bad.At.After(now) {
		p.Bad = nil
	}
	if p.Line != nil && p.Line.At.After(now) {
		p.Line = nil
	}
	if p.Unticked.After(now) {
		p.Unticked = time.Time{}
	}
	if p.Inbound.After(now) {
		p.Inbound = time.Time{}
	}
	return p
}

// handedAt is when a person got the thread, as far as it is known.
func handedAt(t booking.Thread) time.Time {
	switch {
	case !t.HumanAt.IsZero():
		return t.HumanAt
	case !t.AlertAt.IsZero():
		return t.AlertAt
	}
	return t.LastAt
}

// sessionAt takes out of a session what came later.
func sessionAt(o booking.Session, now time.Time) booking.Session {
	if o.CompletedAt.After(now) {
		o.CompletedAt = time.Time{}
	}
	if o.HandledAt.After(now) {
		o.HandledAt, o.HandledBy, o.HandledNote, o.HandledBooked = time.Time{}, "", "", false
	}
	if o.Consent.At.After(now) {
		o.Consent = booking.Consent{}
	}
	if o.SeenAt.After(now) {
		o.SeenAt = now
	}
	return o
}

// rival gives another session of the person as it was; ok is false when it had not begun.
func (l *replayLife) rival(now time.Time, i int) (r booking.Rival, ok bool) {
	o := sessionAt(l.sessions[i], now)
	if o.StartedAt.After(now) {
		return r, false
	}
	sched := l.side.schedulers[o.Scheduler]
	r = booking.Rival{Session: o.ID, SeenAt: o.SeenAt, AbandonedAt: o.AbandonedAt, State: o.FollowUp.State, DueAt: o.FollowUp.DueAt, WithheldBy: o.FollowUp.WithheldBy,
		Qualifies: sched != nil && sched.FollowUp.Enabled && o.Qualifies(l.side.account.Settings.RequireConsent)}
	for _, run := range l.runs {
		if run.i == i {
			r.State, r.DueAt, r.WithheldBy = run.f.State, run.f.DueAt, run.f.WithheldBy
		}
	}
	if r.AbandonedAt.After(now) { // still open
		r.AbandonedAt, r.State = time.Time{}, booking.FollowUpNone
	}
	if sent := o.FollowUp.SentAt; r.State == booking.FollowUpSent && !l.decides(i) && sent.After(now) {
		r.State, r.DueAt = booking.FollowUpDue, sent
	}
	return r, true
}

// decides tells whether the session is decided afresh.
func (l *replayLife) decides(i int) bool {
	for _, run := range l.runs {
		if run.i == i {
			return true
		}
	}
	return false
}

// wait puts a run off.
func (r *replayRun) wait(v booking.Verdict) {
	r.f.State, r.f.WithheldBy, r.f.DueAt, r.due = booking.FollowUpWaiting, v.Check, v.At, v.At
	for _, x := range v.Trail {
		if x.Result == booking.Wait && (len(r.waits) == 0 || r.waits[len(r.waits)-1].Check != x.Check) {
			r.waits = append(r.waits, x)
		}
	}
}

// stop ends a run without a text.
func (r *replayRun) stop(now time.Time, v booking.Verdict) {
	r.f.State, r.f.WithheldBy, r.ended = booking.FollowUpWithheld, v.Check, true
	r.out = booking.ReplayOutcome{At: now, Check: v.Check, Trail: r.waits}
	for _, x := range v.Trail {
		if x.Result == booking.Pass {
			continue
		}
		if x.Result == booking.Wait {
			r.out.Cause = x.Check
		}
		r.out.Trail = append(r.out.Trail, x)
	}
	switch {
	case v.Check != booking.CheckTooLate:
		r.out.Cause = ""
	case r.out.Cause == "" && len(r.waits) > 0:
		r.out.Cause = r.waits[len(r.waits)-1].Check
	}
	r.out.Trail = r.out.Trail[max(0, len(r.out.Trail)-maxTrail):]
}

// maxTrail bounds what is kept of why a text waits or does not go.
const maxTrail = 8

// nameOf gives a customer's name for people.
func nameOf(c booking.Customer) string {
	return strings.TrimSpace(c.FirstName + " " + c.LastName)
}
