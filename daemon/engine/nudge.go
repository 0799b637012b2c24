package engine

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// nudge writes the one reminder in a thread whose customer answered once and fell silent. The agent decides what it says, or that it says
// nothing. A reminder that cannot be written well is not written: nobody waits for it.
func (e *Engine) nudge(ctx context.Context, w *talk) error {
	a, v := w.account().ID, w.facts.Thread
	var f booking.Facts
	w.event = eventTimeout
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if f, err = nudgeFacts(s, a, v); err != nil {
			return err
		}
		_, err = e.readTalk(s, w)
		return err
	})
	if errors.Is(err, errNoNudge) {
		return e.restThread(ctx, w, noNudge, nil)
	}
	if err != nil {
		return err
	}
	may := booking.MayNudge(w.now, f, v)
	until := booking.ValidUntil(w.now, f)
	if closing, soon := booking.Closing(w.now, until); soon && may.Result == booking.Pass {
		may = closing
	}
	switch {
	case may.Result == booking.Stop, may.Result == booking.Wait && !may.At.After(w.now):
		return e.restThread(ctx, w, noNudge, nil)
	case may.Result == booking.Wait:
		return e.restThread(ctx, w, func(v *booking.Thread) { v.DueAt = may.At }, nil)
	}
	said, err := e.writeNudge(ctx, w)
	if err != nil {
		return err
	}
	if said.body == "" {
		return e.restThread(ctx, w, func(v *booking.Thread) {
			noNudge(v)
			if said.close {
				v.Close()
			}
		}, said.trail)
	}
	if _, full, err := e.reserve(ctx, w.now, w.account(), said.segments); err != nil || full {
		return errors.Join(err, e.restThread(ctx, w, noNudge, nil))
	}
	err = e.claimNudge(ctx, w, said, may.Trail, until)
	if err != nil {
		e.unreserve(a, said.segments)
	}
	return err
}

// noNudge says that a thread's reminder was decided against.
func noNudge(v *booking.Thread) {
	v.Nudges++
	v.Rest()
}

// errNoNudge says that there is nobody to remind: the session is gone, or there is a booking.
var errNoNudge = errors.New("there is nothing to remind of")

// nudgeFacts reads what decides about a reminder.
func nudgeFacts(s *storage.Snapshot, a booking.AccountID, v booking.Thread) (f booking.Facts, err error) {
	sess, err := s.Session(a, v.Session)
	if v.Session == "" || storage.IsNotFound(err) {
		return f, errNoNudge
	}
	if err != nil {
		return f, err
	}
	held, err := bookingHeld(s, a, v.Phone)
	if err != nil {
		return f, err
	}
	if held != nil {
		return f, errNoNudge
	}
	return gather(s, a, sess)
}

// writeNudge runs the agent with the event "timeout" and makes what it says fit to be sent: as a text started by us it names the business
// and says how to opt out. The windows are the only thing it may ask for.
func (e *Engine) writeNudge(ctx context.Context, w *talk) (end ending, err error) {
	fault := w.missing
	var p scripts.Proposal
	if fault == nil {
		if p, fault, err = e.runNudge(ctx, w); err != nil {
			return end, err
		}
	}
	end = ending{memory: p.Memory, close: p.Close}
	var c booking.Composed
	if fault == nil && p.Say != "" {
		c, fault = booking.Compose(p.Say, booking.ComposeFacts{Now: w.now, Business: w.account().Name, Mode: booking.AIAgent})
	}
	if fault == nil && p.Say != "" {
		if claim, ok := booking.Permit(c.Body, w.evidence(scripts.Proposal{})); !ok {
			fault = &firewallFault{claim}
		}
	}
	if fault != nil {
		end.trail = []booking.Finding{{At: w.now, Check: booking.CheckScriptError, Result: booking.Stop, Fact: "script " + w.name + ": " + fault.Error(),
			Setting: "follow_up.agent", Message: "No reminder: the agent wrote none that can go out.", Fix: "mend what the script does with the event \"timeout\""}}
		return end, nil
	}
	end.body, end.segments = c.Body, c.Segments
	return end, nil
}

func (e *Engine) runNudge(ctx context.Context, w *talk) (p scripts.Proposal, fault, err error) {
	call := w.program.call()
	call.Entry, call.Ctx = box.EntryReply, w.ctx
	w.turn = &booking.Turn{} // its answers are evidence
	for {
		res, err := scripts.Behind(e.o.Scripts, "")(ctx, call)
		switch {
		case err != nil && ctx.Err() == nil && w.now.Sub(w.facts.Thread.DueAt) > wallsPatience:
			return p, &wallsFault{err}, nil
		case err != nil:
			return p, nil, err
		case res.Err != nil:
			return p, (*scriptError)(res.Err), nil
		case res.Ask == nil:
			p, fault = scripts.ReadProposal(res.Proposal)
			return p, fault, nil
		case len(call.Answers) >= booking.MaxAsks:
			return p, errors.New("it asks for too much for a reminder"), nil
		}
		answer := box.Answer{Ask: *res.Ask, Code: "not_available"}
		if res.Ask.Name == "windows" {
			if answer.Result, answer.Code, err = e.windowsFor(ctx, w, res.Ask.Args); err != nil {
				return p, nil, err
			}
		}
		call.Answers = append(call.Answers, answer)
		w.turn.Answers = append(w.turn.Answers, booking.TurnAnswer{TurnAsk: booking.TurnAsk{Name: answer.Ask.Name, Args: answer.Ask.Args}, Result: answer.Result, Code: answer.Code})
	}
}

func (e *Engine) windowsFor(ctx context.Context, w *talk, args json.RawMessage) (result json.RawMessage, code string, err error) {
	if code := e.outage("windows"); code != "" {
		return nil, code, nil
	}
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		result, code, err = askWindows(s, w.account(), booking.Session{Scheduler: w.facts.Thread.Scheduler}, args)
		return err
	})
	return result, code, err
}

// claimNudge claims the reminder in one transaction that looks again at everything: whoever wrote, booked or took over meanwhile wins. It
// counts as a text started by us.
func (e *Engine) claimNudge(ctx context.Context, w *talk, said ending, trail []booking.Finding, until time.Time) error {
	a, was := w.account().ID, w.facts.Thread
	return e.update(ctx, func(t *txn) error {
		account, err := t.Account(a)
		if err != nil {
			return err
		}
		old, err := t.Thread(a, was.Phone)
		if err != nil || old == nil || old.Nudges != was.Nudges { // among others this transaction's own earlier, unknown commit
			return err
		}
		f, err := nudgeFacts(&t.Snapshot, a, *old)
		if errors.Is(err, errNoNudge) || err == nil && booking.MayNudge(w.now, f, *old).Result != booking.Pass {
			return errAgain
		}
		if err != nil {
			return err
		}
		v := *old
		v.Nudges++
		if len(said.memory) > 0 {
			v.Memory = said.memory
		}
		if soon := t.Now.Add(account.Settings.ReplyWindow.Std()); soon.Before(until) {
			until = soon
		}
		err = t.writeUntil(e, account, &v, w.attempt, booking.AttemptNudge, booking.AuthorAgent, w.program.ref(), said.body, until)
		if err != nil {
			return err
		}
		f.Person.Start(booking.Started{At: w.now, Attempt: w.attempt, Session: v.Session})
		t.did(Deed{Do: "send", Phone: v.Phone})
		return errors.Join(t.PutPerson(a, f.Person), t.AddTrace(a, f.Session, trail, account.Settings.Retention.Std()), t.putThread(account, old, v))
	})
}
