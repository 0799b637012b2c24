package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// Travel is what would happen to a session if its text were due at some moment. Nothing comes of it.
type Travel struct {
	Session booking.SessionID
	At      time.Time // the moment that was asked about
	Assumed []Assumed // what is taken to be so although it is not
	Result  booking.Result
	Check   booking.Check // that stopped the text; empty: none did
	SendsAt time.Time     // when the text would go out; zero: never
	From    booking.Phone
	Until   time.Time // not to be delivered later
	Trace   []booking.Finding
	Text    *Preview // nil: none would be written
	Default bool     // the script's text cannot be sent, and the default one, which Text.Sends is then, would go out
}

// Assumed is something that is taken to be so.
type Assumed struct {
	Code string    // left, not_sent, not_withheld
	At   time.Time // of left
}

func (a Assumed) String() string {
	switch a.Code {
	case "left":
		return "it was left at " + a.At.UTC().Format(time.RFC3339)
	case "not_sent":
		return "its text has not gone out yet"
	}
	return "its text has not been withheld yet"
}

const (
	travelSteps = 12                   // times that a text is put off before one stops looking
	travelAhead = 366 * 24 * time.Hour // how far from now one may ask
)

// Travel tells what would happen to a session if its text were due at that moment: every check, every wait until it ends, and the text,
// by the settings and scripts of now. Of the session it knows what was known then, as far as that is kept. Nothing is kept, sent or
// asked of anybody: neither the carrier nor a model. at is zero for now.
func (e *Engine) Travel(ctx context.Context, a booking.AccountID, id booking.SessionID, at time.Time) (out Travel, err error) {
	now := e.now()
	if at.IsZero() {
		at = now
	}
	out = Travel{Session: id, At: at, Assumed: []Assumed{}, Trace: []booking.Finding{}}
	if at.Sub(now).Abs() > travelAhead {
		return out, booking.Refuse(booking.Invalid, "out_of_range", "at", "this is more than a year from now", "choose a moment nearer to now")
	}
	if e.o.Scripts == nil {
		return out, e.noWalls()
	}
	var f booking.Facts
	for moment, steps := at, 0; ; steps++ {
		if f, err = e.factsAt(ctx, a, id, moment, &out); err != nil {
			return out, err
		}
		v := booking.Decide(moment, f)
		if v.Result == booking.Pass {
			out.Until = booking.ValidUntil(moment, f)
			if late, soon := booking.Closing(moment, out.Until); soon {
				v.Trail = append(v.Trail, late.Trail...)
				v.Result, v.Check, v.At = late.Result, late.Check, late.At
			}
		}
		out.Trace = append(out.Trace, v.Trail...)
		out.Result, out.Check = v.Result, v.Check
		if v.Result == booking.Pass {
			out.SendsAt = moment
			break
		}
		if v.Result == booking.Stop || !v.At.After(moment) || steps == travelSteps {
			out.Until = time.Time{}
			return out, nil
		}
		moment = v.At
	}
	if f.Number != nil {
		out.From = f.Number.Number
	}
	return out, e.travelText(ctx, a, f, &out)
}

// factsAt gathers what a decision at that moment would rest on.
func (e *Engine) factsAt(ctx context.Context, a booking.AccountID, id booking.SessionID, at time.Time, out *Travel) (f booking.Facts, err error) {
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		sess, err := s.Session(a, id)
		if storage.IsNotFound(err) {
			return unknownSession(id)
		}
		if err != nil {
			return err
		}
		if at.Before(sess.StartedAt) {
			return booking.Refuse(booking.Invalid, "out_of_range", "at", "the session began later", "it began at "+sess.StartedAt.UTC().Format(time.RFC3339))
		}
		then := *s
		then.Now = at
		out.Assumed = suppose(&sess, at)
		f, err = gather(&then, a, sess)
		forget(&f, at)
		return err
	})
	return f, err
}

// suppose makes a session one whose text is due at that moment, and tells what had to be taken to be so.
func suppose(s *booking.Session, at time.Time) []Assumed {
	assumed := []Assumed{}
	if s.AbandonedAt.IsZero() || s.AbandonedAt.After(at) {
		s.AbandonedAt = s.SeenAt
		if s.SeenAt.After(at) {
			s.AbandonedAt = at
		}
		assumed = append(assumed, Assumed{Code: "left", At: s.AbandonedAt})
	}
	switch s.FollowUp.State {
	case booking.FollowUpSent, booking.FollowUpClaimed, booking.FollowUpUnknown:
		assumed = append(assumed, Assumed{Code: "not_sent"})
	case booking.FollowUpWithheld:
		assumed = append(assumed, Assumed{Code: "not_withheld"})
	}
	s.FollowUp = booking.FollowUp{State: booking.FollowUpDue, DueAt: at}
	s.DueKind, s.DueAt = booking.KindFollowUp, at
	return assumed
}

// forget takes out of the facts what came later than that moment, and this session's own text.
func forget(f *booking.Facts, at time.Time) {
	s := &f.Session
	if s.CompletedAt.After(at) {
		s.CompletedAt = time.Time{}
	}
	if s.HandledAt.After(at) {
		s.HandledAt = time.Time{}
	}
	if f.OptOut != nil && f.OptOut.At.After(at) {
		f.OptOut = nil
	}
	f.Bookings = slices.DeleteFunc(slices.Clone(f.Bookings), func(b booking.Booking) bool { return b.At.After(at) })
	f.Person.Started = slices.DeleteFunc(slices.Clone(f.Person.Started), func(p booking.Started) bool { return p.Session == s.ID || p.At.After(at) })
}

// travelText writes the text as it would be written, by the version that the person would get; where it cannot be sent, the default one.
func (e *Engine) travelText(ctx context.Context, a booking.AccountID, f booking.Facts, out *Travel) error {
	var prog program
	var missing error
	var facts scripts.Facts
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		then := *s
		then.Now = out.SendsAt
		missing = nil
		prog, _, err = drawnProgram(&then, a, scriptOf(f.Scheduler), f.Person, f.Session.Phone, out.SendsAt)
		if errors.Is(err, &booking.Error{Code: "unknown_script"}) {
			missing, err = err, nil
		}
		if err != nil {
			return err
		}
		if kind, want := prog.main.Kind, kindOf(f.Scheduler); missing == nil && kind != want {
			missing, prog = fmt.Errorf("it is of the kind %s, a %s is wanted", kind, want), program{}
		}
		facts, err = e.scriptFacts(&then, out.SendsAt, f, previewToken)
		return err
	})
	if err != nil {
		return err
	}
	out.Text = &Preview{Version: prog.main.Version}
	c := prog.call()
	if c.Ctx, err = facts.Ctx(); err != nil {
		return err
	}
	if missing == nil {
		err = e.travelScript(ctx, a, f, facts, c, out)
	} else {
		out.failed(missing)
	}
	if err != nil || out.Text.Sends != nil {
		return err
	}
	out.Default = true
	w := &writing{now: out.SendsAt, facts: f, name: scriptOf(f.Scheduler), mode: f.Scheduler.FollowUp.Mode, entry: box.EntryRender, token: previewToken,
		link: facts.Link, ctx: c.Ctx, program: prog, tenant: string(a)}
	if w.mode == booking.AIAgent {
		w.entry = box.EntryReply
	}
	stead, err := e.standIn(ctx, w, composed{})
	if err != nil {
		return err
	}
	out.Text.Sends = &booking.Composed{Body: stead.body, Segments: stead.segments}
	out.Text.Billed = booking.Measure(stead.body, f.Account.Settings.Price())
	return nil
}

// travelScript has the script itself write, and tells why its text cannot be sent where that is so.
func (e *Engine) travelScript(ctx context.Context, a booking.AccountID, f booking.Facts, facts scripts.Facts, c box.Call, out *Travel) (err error) {
	p := out.Text
	p.Tried, err = scripts.Try(ctx, scripts.Behind(e.o.Scripts, string(a)), c, func(ask box.Ask) (result json.RawMessage, code string) {
		err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
			then := *s
			then.Now = out.SendsAt
			result, code, err = carryOut(&then, f.Account, f.Session, booking.TurnAsk{Name: ask.Name, Args: ask.Args})
			return err
		})
		if err != nil {
			return nil, "failed"
		}
		return result, code
	})
	if err != nil {
		return e.wallsTrouble(err)
	}
	p.finish(f, facts, c.Ctx, true)
	if p.Err != nil {
		out.failed((*scriptError)(p.Err))
	}
	for _, r := range p.Remarks {
		if r.Code == "refused" {
			out.failed(errors.New(r.Message))
		}
	}
	if p.Sends != nil {
		out.Trace = append(out.Trace, p.Sends.Findings...)
	}
	return nil
}

// failed notes that the default text would go out.
func (t *Travel) failed(why error) {
	t.Trace = append(t.Trace, booking.Finding{At: t.SendsAt, Check: booking.CheckScriptError, Result: booking.Pass, Fact: why.Error(),
		Message: "The script's text cannot be sent, so the default text would go out.", Fix: "mend the script or choose another one"})
}
