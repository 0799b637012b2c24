package engine

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// PreviewIn says what is previewed: a source that is not kept, else a version, else the latest one; on a real session, else
// on a ctx of the caller's own, else on sample facts.
type PreviewIn struct {
	Name    string
	Source  string // empty: Version
	Version *int   // nil: the latest
	Session booking.SessionID
	Ctx     json.RawMessage // a JSON object; empty: the session's, or the sample's
	Note    string          // of a person who hands the thread back: ctx.thread.note
}

// Preview is what a script would write, and what would become of it. Nothing is kept or sent.
type Preview struct {
	scripts.Tried
	Version int               // -1: a source that is not kept
	Said    string            // the script's own text
	Measure booking.Measured  // of Said
	Sends   *booking.Composed // the text as it would go out; nil: there is none
	Billed  booking.Measured  // of Sends
	Remarks []booking.Remark
	Gates   *booking.Verdict // if the session's text were due now; nil: no session was named
}

// Preview runs a script behind the walls as it would be run, and tells everything about the text.
func (e *Engine) Preview(ctx context.Context, a booking.AccountID, in PreviewIn) (p Preview, err error) {
	if err := booking.ValidateScriptName(in.Name); err != nil {
		return p, err
	}
	if e.o.Scripts == nil {
		return p, e.noWalls()
	}
	now := e.now()
	var prog program
	var facts scripts.Facts
	var about booking.Facts
	err = e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if prog, p.Version, err = previewed(s, a, in); err != nil {
			return err
		}
		about, facts, err = e.previewFacts(s, a, in, now)
		return err
	})
	if err != nil {
		return p, err
	}
	if in.Session != "" {
		v := booking.Decide(now, about)
		p.Gates = &v
	}
	facts.Thread.Note = strings.TrimSpace(in.Note)
	c := prog.call()
	if c.Ctx = in.Ctx; len(c.Ctx) == 0 {
		if c.Ctx, err = facts.Ctx(); err != nil {
			return p, err
		}
	}
	answer := scripts.SampleAnswer
	if in.Session != "" {
		answer = func(ask box.Ask) (json.RawMessage, string) { return e.previewAnswer(ctx, about, ask) }
	}
	if p.Tried, err = scripts.Try(ctx, scripts.Behind(e.o.Scripts, string(a)), c, answer); err != nil {
		return p, e.wallsTrouble(err)
	}
	p.finish(about, facts, c.Ctx, len(in.Ctx) == 0)
	return p, nil
}

// previewed finds what is to be run.
func previewed(s *storage.Snapshot, a booking.AccountID, in PreviewIn) (program, int, error) {
	if in.Source != "" {
		v := booking.ScriptVersion{Script: in.Name, Version: -1, Source: in.Source}
		p, err := withModules(s, a, v)
		return p, v.Version, err
	}
	var v *booking.ScriptVersion
	if in.Version != nil {
		found, err := findVersion(s, a, in.Name, *in.Version)
		if err != nil {
			return program{}, 0, err
		}
		v = found
	} else {
		o, err := LibraryScript(s, a, in.Name)
		if err != nil {
			return program{}, 0, err
		}
		if v = o.Latest; v == nil {
			return program{}, 0, unknownScript(in.Name)
		}
	}
	p, err := withModules(s, a, *v)
	return p, v.Version, err
}

// previewToken has the length of a real link's token, so that segments are exact.
var previewToken = strings.Repeat("X", len(newToken()))

// previewFacts gathers the facts of a real session, or the sample's with the account's own name and numbers.
func (e *Engine) previewFacts(s *storage.Snapshot, a booking.AccountID, in PreviewIn, now time.Time) (f booking.Facts, facts scripts.Facts, err error) {
	if in.Session == "" {
		facts = scripts.Sample()
		if f.Account, err = s.Account(a); err != nil {
			return f, facts, err
		}
		facts.Business = scripts.Business{Name: f.Account.Name, OfficePhone: f.Account.OfficePhone, EmergencyPhone: f.Account.EmergencyPhone, Timezone: f.Account.Timezone}
		facts.Link = e.o.PublicURL + "/l/" + previewToken
		return f, facts, nil
	}
	sess, err := s.Session(a, in.Session)
	if storage.IsNotFound(err) {
		err = unknownSession(in.Session)
	}
	if err != nil {
		return f, facts, err
	}
	if f, err = gather(s, a, sess); err != nil {
		return f, facts, err
	}
	about := f
	if about.Scheduler == nil {
		about.Scheduler = &booking.Scheduler{ID: sess.Scheduler}
	}
	facts, err = e.scriptFacts(s, now, about, previewToken)
	return f, facts, err
}

// previewAnswer answers an ask as it would be answered, but for what changes something.
func (e *Engine) previewAnswer(ctx context.Context, f booking.Facts, ask box.Ask) (result json.RawMessage, code string) {
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		result, code, err = carryOut(s, f.Account, f.Session, booking.TurnAsk{Name: ask.Name, Args: ask.Args})
		return err
	})
	if err != nil {
		return nil, "failed"
	}
	return result, code
}

// Measured takes the text out of what was tried and measures it.
func (p *Preview) Measured(price booking.SMSPrice) {
	p.Said = p.Text
	if p.Proposal != nil {
		p.Said = p.Proposal.Say
	}
	p.Measure = booking.Measure(p.Said, price)
}

// finish measures the text and looks it over. ours tells that the text is about facts of ours, so that the house's
// rules can be held against it.
func (p *Preview) finish(about booking.Facts, facts scripts.Facts, ctx json.RawMessage, ours bool) {
	f := booking.ComposeFacts{Now: facts.Now, Business: about.Account.Name, Link: facts.Link, Mode: booking.PrefilledLink}
	if p.Kind == booking.ScriptAgent {
		f.Mode = booking.AIAgent
	}
	price := about.Account.Settings.Price()
	if p.Measured(price); p.Said == "" {
		return
	}
	if !ours {
		f.Business, f.Link = "", ""
	}
	p.Remarks = booking.Lint(p.Said, f)
	if !ours {
		return
	}
	c, err := booking.Compose(p.Said, f)
	if err != nil {
		p.Remarks = append(p.Remarks, booking.Remark{Code: "refused", Message: "It would not be sent: " + err.Error() + ". The default text would go out.", Fix: "mend the script"})
		return
	}
	loc, err := booking.LoadZone(facts.Business.Timezone)
	if err != nil {
		loc = time.UTC
	}
	said := evidence(facts.Now, loc, about.Account, facts.Link, ctx, p.turn())
	said.Heard = append(typedOf(about.Session), facts.Customer.FirstName, facts.Customer.LastName, facts.Session.Service, facts.Session.Preferred)
	if claim, ok := booking.Permit(c.Body, said); !ok {
		p.Remarks = append(p.Remarks, booking.Remark{Code: "refused", Message: "It would not be sent: " + (&firewallFault{claim}).Error() + ". The default text would go out.",
			Fix: "let it say only what ctx holds: windows, approved facts, the link"})
		return
	}
	p.Sends, p.Billed = &c, booking.Measure(c.Body, price)
}

// turn gives what the script asked for as a turn of it would hold it.
func (p *Preview) turn() *booking.Turn {
	var t booking.Turn
	for _, a := range p.Asks {
		t.Answers = append(t.Answers, booking.TurnAnswer{TurnAsk: booking.TurnAsk{Name: a.Name, Args: a.Args}, Result: a.Result, Code: a.Code})
	}
	return &t
}
