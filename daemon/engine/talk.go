package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// The events of an agent's turn beside eventStart.
const (
	eventText    = "text"    // the customer's
	eventTimeout = "timeout" // the customer is silent: a reminder may be written
)

// talk is a reply that is being written.
type talk struct {
	now      time.Time
	facts    booking.ReplyFacts
	messages []booking.ThreadMessage
	event    string // empty: eventText
	upto     string // the customer's last text that it answers
	burst    string
	lang     string
	loc      *time.Location
	heard    []string
	done     []booking.Done // the booking the customer has, and what was cancelled lately
	attempt  booking.AttemptID

	name    string // of the agent's script
	program program
	missing error // why it cannot be used
	turn    *booking.Turn
	ctx     json.RawMessage
	token   string
	link    string
}

func (w *talk) account() booking.Account { return w.facts.Account }

// fireThread answers what waits in a thread, or ends a thread that is silent.
func (e *Engine) fireThread(ctx context.Context, d booking.Due) error {
	for range 5 {
		err := e.converse(ctx, d)
		if !errors.Is(err, errAgain) {
			return err
		}
	}
	return fmt.Errorf("thread %s: %w five times in a row", booking.PhoneOfRef(d.Ref).Mask(), errAgain)
}

func (e *Engine) converse(ctx context.Context, d booking.Due) error {
	w, err := e.beginTalk(ctx, d)
	if err != nil || w == nil {
		return err
	}
	v := w.facts.Thread
	if v.AlertDue() && w.now.Sub(v.AlertAt) >= booking.AlertAgain {
		return e.alertOnCallAgain(ctx, w)
	}
	if at, ok := v.NudgeDue(w.account().Settings); ok && !at.After(w.now) && w.now.Sub(v.LastAt) < booking.ThreadSilence {
		return e.nudge(ctx, w)
	}
	if !v.Pending() {
		return e.restThread(ctx, w, func(v *booking.Thread) {
			if v.State == booking.ThreadOpen && !v.Waits() && w.now.Sub(v.LastAt) >= booking.ThreadSilence {
				v.State = booking.ThreadClosed
			}
			v.Rest()
		}, nil)
	}
	may := booking.MayReply(w.now, w.facts)
	switch {
	case may.Result == booking.Stop:
		return e.restThread(ctx, w, func(v *booking.Thread) { v.Rest() }, may.Trail)
	case may.Result == booking.Wait:
		return e.restThread(ctx, w, func(v *booking.Thread) { v.DueAt = may.At }, nil)
	case v.AgentTexts >= booking.MaxAgentTexts:
		return e.finish(ctx, w, ending{handOff: fmt.Sprintf("the agent wrote %d texts and is not done", v.AgentTexts)})
	case w.turn != nil && w.turn.Pending != nil && w.now.Before(w.turn.Deadline):
		return e.restThread(ctx, w, func(v *booking.Thread) { v.DueAt = w.turn.Deadline }, nil)
	case w.turn != nil && w.turn.Pending != nil: // the daemon was down meanwhile
		due, _ := w.turn.Due(w.account().ID)
		if err := e.fireAsk(ctx, due); err != nil {
			return err
		}
		return errAgain
	}
	if w.turn == nil {
		if wrote, err := e.personWrote(ctx, w); err != nil || wrote {
			return cmp.Or(err, errAgain)
		}
	}
	end, err := e.writeReply(ctx, w)
	if errors.Is(err, errAsked) {
		return nil
	}
	if err != nil {
		return err
	}
	return e.finish(ctx, w, end)
}

// beginTalk gathers what is to be answered; nil when nothing is due.
func (e *Engine) beginTalk(ctx context.Context, d booking.Due) (w *talk, err error) {
	phone, now := booking.PhoneOfRef(d.Ref), e.now()
	var stale *booking.Turn
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		w, stale = nil, nil
		v, err := s.Thread(d.Account, phone)
		if err != nil {
			return err
		}
		switch {
		case v == nil:
			return errGone
		case v.DueAt.IsZero():
			return nil
		case v.DueAt.After(now):
			e.motor.hint(booking.Due{Account: d.Account, At: v.DueAt, Kind: d.Kind, Ref: d.Ref})
			return nil
		}
		next := &talk{now: now, upto: v.Last, attempt: booking.AttemptID(newID(now)), name: e.answerer()}
		if next.facts, err = replyFacts(s, d.Account, *v); err != nil {
			return err
		}
		if v.Pending() {
			if stale, err = e.readTalk(s, next); err != nil {
				return err
			}
		}
		w = next
		return nil
	})
	if err != nil || stale == nil {
		return w, err
	}
	return nil, errors.Join(e.dropTurn(ctx, d.Account, *stale), errAgain)
}

// replyFacts reads what decides whether the agent may answer.
func replyFacts(s *storage.Snapshot, a booking.AccountID, v booking.Thread) (f booking.ReplyFacts, err error) {
	sess := booking.Session{Scheduler: v.Scheduler, Phone: v.Phone}
	if v.Session != "" {
		if known, err := s.Session(a, v.Session); err == nil {
			sess = known
		} else if !storage.IsNotFound(err) {
			return f, err
		}
	}
	f.Thread, f.Session = v, sess
	if f.Account, err = s.Account(a); err != nil {
		return f, err
	}
	if f.Scheduler, err = s.Scheduler(a, v.Scheduler); err != nil {
		return f, err
	}
	if f.Registration, err = s.Registration(a); err != nil {
		return f, err
	}
	if f.Facts.Number, err = s.Number(a, v.Number); err != nil {
		return f, err
	}
	if f.Person, err = s.Person(a, v.Phone); err != nil {
		return f, err
	}
	f.OptOut, err = s.OptOut(a, v.Phone)
	return f, err
}

// readTalk reads what the agent is given: afresh, or as it stands in the turn under way. A turn that newer texts overtook before it
// did anything is stale.
func (e *Engine) readTalk(s *storage.Snapshot, w *talk) (stale *booking.Turn, err error) {
	a, v := w.account().ID, w.facts.Thread
	if w.messages, err = s.ThreadMessages(a, v.Phone, threadSeen); err != nil {
		return nil, err
	}
	if _, w.loc, err = zoneOf(s, w.account(), v.Scheduler); err != nil {
		return nil, err
	}
	if w.done, err = cancelledOf(s, a, v.Phone); err != nil {
		return nil, err
	}
	has, err := bookingHeld(s, a, v.Phone)
	if err != nil {
		return nil, err
	}
	if has != nil && !has.Start.IsZero() {
		w.done = append(w.done, booking.Done{Did: booking.DidBook, Start: has.Start, End: has.End})
	}
	if w.facts.Scheduler != nil {
		w.name = cmp.Or(w.facts.Scheduler.FollowUp.Agent, w.name)
	}
	if v.Turn != "" {
		turn, err := s.Turn(a, v.Turn)
		if err != nil {
			return nil, err
		}
		p, pinned, over := program{}, errPinned, false
		if turn != nil {
			if over, err = withdrawn(s, a, *turn); err != nil {
				return nil, err
			}
			p, pinned = pinnedProgram(s, a, *turn)
		}
		switch {
		case turn == nil:
		case pinned != nil && !errors.Is(pinned, errPinned):
			return nil, pinned
		case pinned != nil, (over || turn.Upto < v.Last) && len(turn.Done) == 0:
			return turn, nil
		default:
			w.turn, w.program, w.ctx, w.token, w.upto, w.attempt = turn, p, turn.Ctx, turn.Token, turn.Upto, booking.AttemptID(turn.ID)
		}
	}
	w.listen()
	if w.turn != nil {
		w.link = e.o.PublicURL + "/l/" + w.token
		return nil, nil
	}
	w.token = newToken()
	w.link = e.o.PublicURL + "/l/" + w.token
	w.program, err = keptProgram(s, a, w.name, w.facts.Person)
	switch {
	case errors.Is(err, &booking.Error{Code: "unknown_script"}):
		w.missing = err
	case err != nil:
		return nil, err
	case w.program.main.Kind != booking.ScriptAgent:
		w.missing = fmt.Errorf("it is of the kind %s, an agent is wanted", w.program.main.Kind)
	case e.o.Scripts == nil:
		w.missing = e.noWalls()
	}
	known, _, err := windowsOf(s, w.account(), v.Scheduler)
	if err != nil {
		return nil, err
	}
	facts, err := e.talkFacts(s, w, known, has)
	if err != nil {
		return nil, err
	}
	w.ctx, err = facts.Ctx()
	return nil, err
}

// listen gathers the customer's words: those of the burst, and all that a text of ours may echo.
func (w *talk) listen() {
	var lines []string
	for _, m := range w.messages {
		if !m.Inbound() {
			continue
		}
		w.heard = append(w.heard, m.Body)
		if m.ID > w.facts.Thread.Answered && m.ID <= w.upto && m.Body != "" {
			lines = append(lines, m.Body)
		}
	}
	w.burst = strings.Join(lines[max(0, len(lines)-booking.MaxPending):], "\n")
	w.lang = cmp.Or(booking.Language(w.burst), w.facts.Thread.Lang)
	w.heard = append(w.heard, typedOf(w.facts.Session)...)
}

// talkFacts is what the agent may know.
func (e *Engine) talkFacts(s *storage.Snapshot, w *talk, known []booking.Window, has *booking.Booking) (scripts.Facts, error) {
	f := booking.Facts{Account: w.account(), Scheduler: w.facts.Scheduler, Session: w.facts.Session}
	if f.Scheduler == nil {
		f.Scheduler = &booking.Scheduler{}
	}
	facts, err := e.plainFacts(s, w.now, f, w.token)
	if err != nil {
		return facts, err
	}
	if e.outage("windows") == "" {
		facts.Windows = scripts.Offer(known, s.Now, w.loc)
	}
	v := w.facts.Thread
	where := f.Session.Customer.Address
	facts.Customer.Address = scripts.Place{Line1: where.Line1, City: where.City, PostalCode: where.PostalCode}
	facts.Areas = f.Scheduler.ServiceZips
	facts.Memory = v.Memory
	facts.Thread = scripts.Thread{Owner: string(v.Owner), Note: v.Note, Count: v.AgentTexts, Lang: w.lang}
	facts.Event = scripts.Event{Kind: cmp.Or(w.event, eventText), Text: w.burst, Tapback: string(booking.MatchTapback(w.burst))}
	if past, ok := booking.MatchPastEmergency(w.burst); ok {
		facts.Event.EmergencyPast = string(past.Kind)
	}
	open := map[string]bool{}
	for _, o := range facts.Windows {
		open[o.ID] = true
	}
	for _, m := range w.messages {
		if m.Inbound() && m.ID > v.Answered && m.ID <= w.upto {
			facts.Event.Media += m.Media
			facts.Event.MediaTypes = append(facts.Event.MediaTypes, m.MediaTypes...)
			continue
		}
		body, _ := booking.Redact(m.Body)
		facts.Thread.Turns = append(facts.Thread.Turns, scripts.Turn{From: string(m.Author), Text: body, At: m.At, Offered: m.Offered})
		if m.Inbound() {
			continue
		}
		if named := booking.OfferedIn(m.Body, m.At, w.loc, known); len(named) > 0 { // "the first one" is of the latest text
			facts.Offered = nil
			for _, o := range named {
				facts.Offered = append(facts.Offered, scripts.Named(o, w.loc, open[o.ID]))
			}
		}
	}
	if has != nil {
		facts.Booking = &scripts.Booking{ID: has.ID, Service: has.Service}
		if !has.Start.IsZero() {
			x := scripts.Named(booking.Window{ID: has.Window, Start: has.Start, End: has.End}, w.loc, false)
			x.Open = nil
			facts.Booking.Window = &x
		}
	}
	return facts, nil
}

// restThread writes that nothing is answered now. It leaves alone what changed meanwhile.
func (e *Engine) restThread(ctx context.Context, w *talk, change func(*booking.Thread), trail []booking.Finding) error {
	was := w.facts.Thread
	return e.update(ctx, func(t *txn) error {
		old, err := t.Thread(w.account().ID, was.Phone)
		if err != nil || old == nil || old.Last != was.Last || old.Owner != was.Owner || !old.DueAt.Equal(was.DueAt) {
			return err
		}
		v := *old
		change(&v)
		return errors.Join(t.traceThread(w.account(), v, trail), t.putThread(w.account(), old, v))
	})
}

// traceThread adds findings to the trace of a thread's session, if it has one.
func (t *txn) traceThread(account booking.Account, v booking.Thread, trail []booking.Finding) error {
	if len(trail) == 0 || v.Session == "" {
		return nil
	}
	s, err := t.Session(account.ID, v.Session)
	if storage.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.AddTrace(account.ID, s, trail, account.Settings.Retention.Std())
}

// dropTurn ends a turn that newer texts overtook: what it asked for last is not done any more.
func (e *Engine) dropTurn(ctx context.Context, a booking.AccountID, stale booking.Turn) error {
	return e.update(ctx, func(t *txn) error {
		account, err := t.Account(a)
		if err != nil {
			return err
		}
		old, err := t.Thread(a, stale.Thread)
		if err != nil || old == nil || old.Turn != stale.ID {
			return err
		}
		turn, err := t.Turn(a, stale.ID)
		if err != nil {
			return err
		}
		if turn != nil && turn.Pending != nil {
			was := *turn
			turn.Pending, turn.DueAt = nil, time.Time{}
			if err := t.putTurn(a, &was, *turn); err != nil {
				return err
			}
		}
		v := *old
		v.Turn, v.DueAt = "", t.Now
		return t.putThread(account, old, v)
	})
}

// writeReply runs the agent and judges what it proposes. It gives errAsked when it waits for an answer.
func (e *Engine) writeReply(ctx context.Context, w *talk) (end ending, err error) {
	fault := w.missing
	var p scripts.Proposal
	if fault == nil {
		if p, fault, err = e.runAgent(ctx, w); err != nil {
			return end, err
		}
	}
	if fault != nil {
		return e.replyFailed(ctx, w, fault)
	}
	if err := e.scriptDidWell(ctx, w.account().ID, w.program); err != nil {
		return end, err
	}
	return w.judge(p), nil
}

func (e *Engine) runAgent(ctx context.Context, w *talk) (p scripts.Proposal, fault, err error) {
	call := w.program.call()
	call.Entry, call.Ctx = box.EntryReply, w.ctx
	if w.turn != nil {
		call.Answers = answersOf(*w.turn)
	}
	run := scripts.Behind(e.o.Scripts, "")
	res, err := run(ctx, call)
	for err == nil && res.Ask != nil && res.Ask.Name == "model" && len(call.Answers) < booking.MaxAsks && !w.asking(*res.Ask).Fits() {
		call.Answers = append(call.Answers, box.Answer{Ask: *res.Ask, Code: "too_large"}) // there is no room to ask: no fault of the script
		res, err = run(ctx, call)
	}
	switch {
	case err != nil && ctx.Err() == nil && w.now.Sub(w.facts.Thread.InboundAt) > wallsPatience:
		return p, &wallsFault{err}, nil
	case err != nil:
		return p, nil, fmt.Errorf("run %s: %w", w.program.ref(), err)
	case res.Err != nil:
		return p, (*scriptError)(res.Err), nil
	case res.Ask != nil && len(call.Answers) >= booking.MaxAsks:
		return p, fmt.Errorf("it asks for more than %d things in one turn", booking.MaxAsks), nil
	case res.Ask != nil:
		turn := w.asking(*res.Ask)
		if !turn.Fits() {
			return p, errors.New("what it asks for is too large"), nil
		}
		return p, nil, e.recordTalkAsk(ctx, w, turn)
	}
	p, fault = scripts.ReadProposal(res.Proposal)
	return p, fault, nil
}

// replyFailed counts the fault of the agent's script; the customer gets the safe line and a person.
func (e *Engine) replyFailed(ctx context.Context, w *talk, fault error) (ending, error) {
	e.stats.fallbacks.Add(1)
	e.log.Warn("an agent's script failed; the thread goes to a person", "script", w.name, "err", fault)
	about := &writing{now: w.now, facts: booking.Facts{Account: w.account()}, name: w.name, mode: booking.AIAgent, token: w.token, program: w.program}
	findings, err := e.scriptFailed(ctx, about, fault)
	findings = append([]booking.Finding{{At: w.now, Check: booking.CheckScriptError, Result: booking.Stop, Fact: "script " + about.title() + ": " + fault.Error(),
		Setting: "follow_up.agent", Message: "The agent's script failed, so the customer got the safe line and a person.", Fix: "mend the script or choose another one"}}, findings...)
	return w.safely("the agent's script failed: "+fault.Error(), findings), err
}
