package rehearsal

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Result is what came of a rehearsal.
type Result struct {
	Name     string            `json:"name"`
	Category string            `json:"category,omitempty"`
	Passed   bool              `json:"passed"`
	Outcome  string            `json:"outcome"`
	Turns    []Said            `json:"turns"`
	Actions  []Action          `json:"actions"`
	Trace    []booking.Finding `json:"trace"`
	Failures []string          `json:"failures"`
}

// Said is one text of the run.
type Said struct {
	From string    `json:"from"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// result reads what the run led to and judges it.
func (p *player) result(ctx context.Context) (Result, error) {
	r := Result{Name: p.doc.Name, Category: p.doc.Category, Turns: []Said{}, Actions: []Action{}, Trace: []booking.Finding{}, Failures: []string{}}
	sessions, err := p.read(ctx, &r)
	if err != nil {
		return r, err
	}
	for _, e := range p.log.entries {
		switch e.from {
		case "":
			r.Actions = append(r.Actions, e.action)
		case "system":
		default:
			r.Turns = append(r.Turns, Said{e.from, e.text, e.at})
		}
	}
	for _, s := range sessions {
		if planned(s) {
			r.Actions = append(r.Actions, Action{Do: "send", At: s.FollowUp.DueAt})
		}
	}
	r.Outcome = p.outcome(sessions)
	for _, f := range p.faults {
		r.Failures = append(r.Failures, "the house: "+f)
	}
	r.Failures = append(r.Failures, p.doc.judge(&r, checksOf(sessions, r.Trace))...)
	r.Passed = len(r.Failures) == 0
	return r, nil
}

// read loads the sessions of the run with their traces.
func (p *player) read(ctx context.Context, r *Result) (sessions []booking.Session, err error) {
	err = p.e.Store().View(ctx, func(s *storage.Snapshot) error {
		sessions = nil
		for _, id := range p.sessions {
			sess, err := s.Session(house, id)
			if err != nil {
				return err
			}
			sessions = append(sessions, sess)
		}
		slices.SortFunc(sessions, func(a, b booking.Session) int { return strings.Compare(string(a.ID), string(b.ID)) })
		for _, sess := range sessions {
			found, err := s.Trace(house, sess.ID)
			if err != nil {
				return err
			}
			r.Trace = append(r.Trace, found...)
		}
		return nil
	})
	return sessions, err
}

// planned tells whether a text that we start is planned for a moment that is known.
func planned(s booking.Session) bool {
	f := s.FollowUp
	switch f.State {
	case booking.FollowUpDue:
		return true
	case booking.FollowUpWaiting:
		return f.WithheldBy == booking.CheckHours || f.WithheldBy == booking.CheckFrequency
	}
	return false
}

// checksOf lists the checks that stopped a follow-up or put it off.
func checksOf(sessions []booking.Session, trace []booking.Finding) (all []string) {
	for _, f := range trace {
		if f.Result != booking.Pass || f.Check == booking.CheckScriptError {
			all = append(all, string(f.Check))
		}
	}
	for _, s := range sessions {
		if s.FollowUp.WithheldBy != "" {
			all = append(all, string(s.FollowUp.WithheldBy))
		}
	}
	return all
}

// outcome tells in one word what the last turn led to.
func (p *player) outcome(sessions []booking.Session) string {
	did := map[string]bool{}
	var texts []entry
	for _, e := range p.log.entries[p.mark:] {
		switch {
		case e.from == "agent":
			texts = append(texts, e)
		case e.from == "":
			did[e.action.Do] = true
		}
	}
	for _, word := range [...]struct{ do, outcome string }{{"opt_out", "opted_out"}, {"opt_in", "resubscribed"}} {
		if did[word.do] {
			return word.outcome
		}
	}
	if slices.ContainsFunc(texts, func(e entry) bool { return e.kind == booking.AttemptSafety }) {
		return "emergency"
	}
	for _, word := range [...]struct{ do, outcome string }{{"book", "booked"}, {"reschedule", "rescheduled"}, {"cancel", "cancelled"},
		{"waitlist", "waitlisted"}} {
		if did[word.do] {
			return word.outcome
		}
	}
	said := ""
	for _, e := range texts {
		if e.kind == booking.AttemptFollowUp {
			return "offered"
		}
		said = e.text
	}
	safe := said != "" && (strings.Contains(said, booking.SafeLine(p.doc.world.Business.Name, "en")) || strings.Contains(said, booking.SafeLine(p.doc.world.Business.Name, "es")))
	switch {
	case safe:
		return "fallback"
	case did["hand_off"]:
		return "handed_off"
	case did["close"]:
		return "closed"
	case said != "" && p.offers(said):
		return "offered"
	case strings.HasSuffix(strings.TrimSpace(said), "?"):
		return "clarified"
	case said != "":
		return "answered"
	case did["alert"]:
		return "handed_off"
	}
	return p.rest(sessions)
}

// offers tells whether a text names a window and asks.
func (p *player) offers(said string) bool {
	loc, err := booking.LoadZone(p.doc.world.Business.Timezone)
	if err != nil {
		return false
	}
	windows := p.doc.world.Windows
	if p.doc.Given.Windows != nil {
		windows = p.doc.Given.Windows
	}
	return strings.Contains(said, "?") && len(booking.OfferedIn(said, p.now, loc, windows)) > 0
}

// rest is the outcome of a run in which the house said and did nothing after the last turn.
func (p *player) rest(sessions []booking.Session) string {
	if p.doc.conversation() {
		return "silent"
	}
	word := "silent"
	for _, s := range sessions {
		switch {
		case planned(s):
			return "deferred"
		case s.FollowUp.State == booking.FollowUpWithheld, s.FollowUp.State == booking.FollowUpWaiting:
			word = "suppressed"
		case s.FollowUp.State == booking.FollowUpSent && word == "silent":
			word = "offered"
		}
	}
	return word
}
