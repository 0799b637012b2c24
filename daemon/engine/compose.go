package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// composed is a text ready to be claimed.
type composed struct {
	body     string
	segments int
	token    string
	template string // the versions that wrote it: "follow_up_link@3 words@1"
	lot      booking.Lot
	findings []booking.Finding
}

// writing is a text that is being written.
type writing struct {
	now     time.Time
	facts   booking.Facts
	name    string // of the script that the scheduler wants
	entry   box.Entry
	mode    booking.Mode
	token   string
	link    string
	ctx     json.RawMessage
	program program
	lot     booking.Lot   // by which the program was chosen
	turn    *booking.Turn // when the script asked for something
	missing error         // why the program cannot be used
	tenant  string        // on whose behalf the script runs; empty: the house's own work goes before what persons try out
	// answer answers what the script asks for at once, and nothing is written down; nil: the engine carries it out.
	answer func(box.Ask) (result json.RawMessage, code string)
}

// errAsked says that the script asked for something and waits: the session's follow-up goes on when the answer is there.
var errAsked = errors.New("the script waits for an answer")

// compose has the scheduler's script write the text and makes it fit to be sent. A script that fails never loses the
// follow-up: the built-in one writes, or in the end the house itself, and the trace says so.
func (e *Engine) compose(ctx context.Context, now time.Time, f booking.Facts) (composed, error) {
	w, err := e.beginWriting(ctx, now, f)
	if errors.Is(err, errAsked) {
		return composed{}, e.askNow(ctx, w)
	}
	if err != nil {
		return composed{}, err
	}
	c := composed{token: w.token, lot: w.lot}
	fault, err := w.missing, error(nil)
	if fault == nil {
		var body booking.Composed
		if body, fault, err = e.write(ctx, w); err != nil {
			return c, err
		}
		if fault == nil {
			c.template, c.body, c.segments, c.findings = w.program.ref(), body.Body, body.Segments, body.Findings
			return c, e.scriptDidWell(ctx, f.Account.ID, w.program)
		}
	}
	return e.composeOtherwise(ctx, w, fault)
}

// composeOtherwise writes the text after the scheduler's script failed.
func (e *Engine) composeOtherwise(ctx context.Context, w *writing, fault error) (composed, error) {
	c := composed{token: w.token, lot: w.lot}
	e.stats.fallbacks.Add(1)
	e.log.Warn("a script failed and the default text is sent instead", "script", w.title(), "err", fault)
	c.findings = []booking.Finding{{
		At: w.now, Check: booking.CheckScriptError, Result: booking.Pass, Fact: "script " + w.title() + ": " + fault.Error(),
		Setting: w.setting(), Message: "The script failed, so the default text goes out.",
		Fix: "mend the script or choose another one",
	}}
	more, err := e.scriptFailed(ctx, w, fault)
	if err != nil {
		return c, err
	}
	c.findings = append(c.findings, more...)
	return e.standIn(ctx, w, c)
}

// standIn has the built-in script write, or in the end the house itself.
func (e *Engine) standIn(ctx context.Context, w *writing, c composed) (composed, error) {
	fallback := builtInProgram(w.builtIn())
	if e.o.Scripts != nil && fallback.ref() != w.program.ref() {
		second := *w
		second.program, second.turn, second.answer = fallback, nil, unanswered
		body, fault, err := e.write(ctx, &second)
		if err != nil {
			return c, err
		}
		if fault == nil {
			c.template, c.body, c.segments, c.findings = second.program.ref(), body.Body, body.Segments, append(c.findings, body.Findings...)
			return c, nil
		}
		e.log.Error("a built-in script failed", "script", fallback.main.Script, "err", fault)
	}
	// No script at all: the house's own words, and the link works without an agent too.
	body, err := booking.Compose(booking.FallbackText(w.facts.Account.Name, w.link),
		booking.ComposeFacts{Now: w.now, Business: w.facts.Account.Name, Link: w.link, Mode: booking.PrefilledLink})
	if err != nil {
		return c, err
	}
	c.template, c.body, c.segments, c.findings = "house", body.Body, body.Segments, append(c.findings, body.Findings...)
	return c, nil
}

// unanswered is for a script that stands in: it gets no answers.
func unanswered(box.Ask) (json.RawMessage, string) { return nil, "not_available" }

func (w *writing) title() string {
	if w.program.main.Script == "" {
		return w.name
	}
	return w.program.main.Ref()
}

func (w *writing) setting() string {
	if w.mode == booking.AIAgent {
		return "follow_up.agent"
	}
	return "follow_up.template"
}

// builtIn names the script of the program that stands in for the scheduler's.
func (w *writing) builtIn() string {
	if w.mode == booking.AIAgent {
		return scripts.Agent
	}
	return scripts.FollowUpLink
}

// scriptOf names the script that writes a scheduler's first text.
func scriptOf(s *booking.Scheduler) string {
	if s.FollowUp.Mode == booking.AIAgent {
		return cmp.Or(s.FollowUp.Agent, scripts.Agent)
	}
	return cmp.Or(s.FollowUp.Template, scripts.FollowUpLink)
}

// kindOf gives the kind of script that writes a scheduler's first text.
func kindOf(s *booking.Scheduler) booking.ScriptKind {
	if s.FollowUp.Mode == booking.AIAgent {
		return booking.ScriptAgent
	}
	return booking.ScriptTemplate
}

// beginWriting gathers what a script is given: afresh, or as it stands in the turn that it began.
func (e *Engine) beginWriting(ctx context.Context, now time.Time, f booking.Facts) (*writing, error) {
	w := &writing{now: now, facts: f, name: scriptOf(f.Scheduler), mode: f.Scheduler.FollowUp.Mode, entry: box.EntryRender, token: newToken()}
	if w.mode == booking.AIAgent {
		w.entry = box.EntryReply
	}
	a := f.Account.ID
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		w.missing = nil
		if f.Session.FollowUp.Turn != "" {
			resumed, err := w.resume(s, a, now)
			if err != nil || resumed {
				return err
			}
		}
		w.program, w.lot, err = drawnProgram(s, a, w.name, f.Person, f.Session.Phone, now)
		if errors.Is(err, &booking.Error{Code: "unknown_script"}) {
			w.missing, err = err, nil
		}
		if err != nil {
			return err
		}
		if kind, want := w.program.main.Kind, kindOf(f.Scheduler); w.missing == nil && kind != want {
			w.missing, w.program = fmt.Errorf("it is of the kind %s, a %s is wanted", kind, want), program{} // no fault of the script
		}
		facts, err := e.scriptFacts(s, now, f, w.token)
		if err != nil {
			return err
		}
		w.ctx, err = facts.Ctx()
		return err
	})
	w.link = e.o.PublicURL + "/l/" + w.token
	if e.o.Scripts == nil && w.missing == nil {
		w.missing = e.noWalls()
	}
	return w, err
}

// wallsPatience is how long a text waits for walls that do not run its script; then it goes out in the house's own words.
const wallsPatience = 5 * time.Minute

// write runs the script and composes the text that would go out. fault is what is wrong with the script or its text; err
// what is wrong with the house, and errAsked.
func (e *Engine) write(ctx context.Context, w *writing) (c booking.Composed, fault, err error) {
	call := w.program.call()
	call.Entry, call.Ctx = w.entry, w.ctx
	if w.turn != nil {
		call.Answers = answersOf(*w.turn)
	}
	run := scripts.Behind(e.o.Scripts, w.tenant)
	res, err := run(ctx, call)
	for err == nil && res.Ask != nil && w.answer != nil && len(call.Answers) < booking.MaxAsks {
		a := booking.TurnAnswer{TurnAsk: booking.TurnAsk{Name: res.Ask.Name, Args: res.Ask.Args}}
		a.Result, a.Code = w.answer(*res.Ask)
		w.answered(a)
		call.Answers = answersOf(*w.turn)
		res, err = run(ctx, call)
	}
	switch {
	case err != nil && ctx.Err() == nil && w.now.Sub(w.facts.Session.DueAt) > wallsPatience:
		return c, &wallsFault{err}, nil
	case err != nil:
		return c, nil, fmt.Errorf("run %s: %w", w.program.ref(), err)
	}
	said := res.Text
	switch {
	case res.Err != nil:
		return c, (*scriptError)(res.Err), nil
	case res.Ask != nil && len(call.Answers) >= booking.MaxAsks:
		return c, fmt.Errorf("it asks for more than %d things in one turn", booking.MaxAsks), nil
	case res.Ask != nil:
		turn := w.asking(*res.Ask)
		if !turn.Fits() {
			return c, errors.New("what it asks for is too large"), nil
		}
		return c, nil, e.recordAsk(ctx, w, turn)
	case w.entry == box.EntryReply:
		p, err := scripts.ReadProposal(res.Proposal)
		if err != nil {
			return c, err, nil
		}
		if said = p.Say; said == "" {
			return c, errors.New(`reply gave no text (say) for the event "start"`), nil
		}
	}
	c, fault = booking.Compose(said, booking.ComposeFacts{Now: w.now, Business: w.facts.Account.Name, Link: w.link, Mode: w.mode})
	if fault == nil {
		if claim, ok := booking.Permit(c.Body, w.evidence()); !ok {
			fault = &firewallFault{claim}
		}
	}
	return c, fault, nil
}

// answered takes an answer into a turn of its own, which nobody keeps.
func (w *writing) answered(a booking.TurnAnswer) {
	turn := booking.Turn{}
	if w.turn != nil {
		turn = *w.turn
	}
	turn.Answers = append(slices.Clip(turn.Answers), a)
	w.turn = &turn
}

// evidence is all that the text may state: what the script was given, and what the customer typed on the page.
func (w *writing) evidence() booking.Evidence {
	loc, err := booking.LoadZone(w.facts.Scheduler.Zone(w.facts.Account))
	if err != nil {
		loc = time.UTC
	}
	e := evidence(w.now, loc, w.facts.Account, w.link, w.ctx, w.turn)
	e.Heard = typedOf(w.facts.Session)
	return e
}

// typedOf is what a customer typed on the page, as far as a text may say it back.
func typedOf(s booking.Session) (typed []string) {
	address := s.Customer.Address
	for _, t := range []string{s.Customer.FirstName, s.Customer.LastName, s.Service, s.Preferred, address.Line1, address.Line2, address.PostalCode} {
		if t != "" {
			typed = append(typed, t)
		}
	}
	return typed
}

// firewallFault is a text that states what nothing supports.
type firewallFault struct{ booking.Claim }

func (f *firewallFault) Error() string {
	return fmt.Sprintf("it says %q (%s), which no result and no approved fact supports", f.Phrase, f.Kind)
}

// wallsFault says that a script could not be run: that is no fault of its own.
type wallsFault struct{ error }

func (f *wallsFault) Error() string { return "it could not be run: " + f.error.Error() }

// scriptError is a fault of a script, told with its place.
type scriptError box.Error

func (e *scriptError) Error() string {
	if e.Line == 0 {
		return e.Script + ".lua: " + e.Message
	}
	return fmt.Sprintf("%s.lua:%d: %s", e.Script, e.Line, e.Message)
}

// scriptFacts is what a script may know.
func (e *Engine) scriptFacts(s *storage.Snapshot, now time.Time, f booking.Facts, token string) (facts scripts.Facts, err error) {
	facts, err = e.plainFacts(s, now, f, token)
	if err != nil || e.outage("windows") != "" {
		return facts, err
	}
	facts.Windows, err = offer(s, f.Account.ID, *f.Scheduler, facts.Business.Timezone, "", offeredDays)
	if errors.Is(err, &booking.Error{Code: "unknown_scheduler"}) {
		err = nil // a preview on a session whose scheduler was deleted
	}
	return facts, err
}

// plainFacts is scriptFacts without windows.
func (e *Engine) plainFacts(s *storage.Snapshot, now time.Time, f booking.Facts, token string) (facts scripts.Facts, err error) {
	sess, zone := f.Session, f.Scheduler.Zone(f.Account)
	facts = scripts.Facts{
		Now:  now,
		Link: e.o.PublicURL + "/l/" + token,
		Business: scripts.Business{
			Name: f.Account.Name, OfficePhone: f.Account.OfficePhone, EmergencyPhone: f.Account.EmergencyPhone, Timezone: zone,
		},
		Customer: scripts.Customer{
			FirstName: sess.Customer.FirstName, LastName: sess.Customer.LastName, Email: sess.Email, Phone: string(sess.Phone),
		},
		Session: scripts.Session{Service: listed(f.Scheduler.Services, sess.Service), Step: sess.Step, Preferred: sess.Preferred, Locale: sess.Locale},
		Thread:  scripts.Thread{Owner: "agent"},
		Event:   scripts.Event{Kind: eventStart},
	}
	for _, v := range f.Scheduler.Services {
		service := scripts.Service{Name: v.Name, Keywords: append([]string{}, v.Keywords...), PriceNote: v.PriceNote}
		if v.Duration > 0 {
			service.Duration = v.Duration.String()
		}
		facts.Services = append(facts.Services, service)
	}
	facts.Approved, err = s.Facts(f.Account.ID)
	return facts, err
}

// offeredDays is how far ahead ctx.windows looks.
const offeredDays = 14

// offer gives the windows of a scheduler that can be booked and have a place, the next first.
func offer(s *storage.Snapshot, a booking.AccountID, sched booking.Scheduler, zone, from string, days int) ([]scripts.Window, error) {
	all, err := Availability(s, a, sched.ID, from, days)
	if err != nil {
		return nil, err
	}
	loc, err := booking.LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	return scripts.Offer(all, s.Now, loc), nil
}

// listed gives the service as the scheduler's own list spells it. What a page reports under another name is not repeated to
// the customer: a stranger may have typed it together with somebody else's number.
func listed(services []booking.Service, said string) string {
	for _, s := range services {
		if strings.EqualFold(s.Name, strings.TrimSpace(said)) {
			return s.Name
		}
	}
	return ""
}
