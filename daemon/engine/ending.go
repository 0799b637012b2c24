package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// ending is what becomes of a turn of the agent.
type ending struct {
	body     string // empty: nothing is said
	segments int
	safe     bool // body is the safe line, in place of what must not go out
	handOff  string
	alert    string
	task     string
	optOut   bool
	close    bool
	memory   json.RawMessage
	trail    []booking.Finding
}

// safely is the ending of a turn whose text must not go out.
func (w *talk) safely(reason string, trail []booking.Finding) ending {
	body := booking.SafeLine(w.account().Name, w.lang)
	segments, _, _ := booking.Segments(body)
	return ending{body: body, segments: segments, safe: true, handOff: reason, trail: trail}
}

// judge makes an ending of what the agent proposes: its text must pass the firewall, whatever wrote it.
func (w *talk) judge(p scripts.Proposal) ending {
	end := ending{handOff: p.HandOff, alert: p.Alert, task: p.Task, optOut: p.OptOut, close: p.Close, memory: p.Memory}
	if p.Say == "" {
		return end
	}
	disclosed := w.facts.Thread.AgentTexts > 0
	for _, m := range w.messages {
		disclosed = disclosed || !m.Inbound() && booking.Discloses(m.Body)
	}
	c, err := booking.ComposeReply(p.Say, disclosed)
	if err != nil && p.Instead != nil {
		return w.judgeInstead(*p.Instead, "the agent's text cannot be sent: "+err.Error(), p.Say)
	}
	if err != nil {
		return w.safely("the agent's text cannot be sent: "+err.Error(), []booking.Finding{{At: w.now, Check: booking.CheckScriptError, Result: booking.Stop,
			Fact: err.Error(), Setting: "follow_up.agent", Message: "The agent's text cannot be sent, so the customer got the safe line and a person.", Fix: "mend the script"}})
	}
	if claim, ok := booking.Permit(c.Body, w.evidence(p)); !ok {
		reason := fmt.Sprintf("the agent was about to say %q (%s), which nothing supports", claim.Phrase, claim.Kind)
		if p.Instead != nil {
			return w.judgeInstead(*p.Instead, reason, c.Body)
		}
		end := w.safely(reason, []booking.Finding{{At: w.now, Check: booking.CheckFirewall, Result: booking.Stop, Fact: reason, Setting: "follow_up.agent",
			Message: "The firewall held the agent's text back: " + clipped(c.Body), Fix: "let the script say only what a result, an approved fact or the customer said"}})
		end.memory = p.Memory
		return end
	}
	end.body, end.segments = c.Body, c.Segments
	return end
}

// judgeInstead makes an ending of what the agent proposed for the case that its text is held back.
func (w *talk) judgeInstead(p scripts.Proposal, reason, held string) ending {
	end := w.judge(p)
	end.trail = append([]booking.Finding{{At: w.now, Check: booking.CheckFirewall, Result: booking.Pass, Fact: reason, Setting: "follow_up.agent",
		Message: "The firewall held a text back, and the agent's other answer was taken: " + clipped(held)}}, end.trail...)
	return end
}

// evidence is all that the text may state: what the agent was given, the answers of its turn, and what the customer said.
func (w *talk) evidence(p scripts.Proposal) booking.Evidence {
	e := evidence(w.now, w.loc, w.account(), w.link, w.ctx, w.turn)
	e.Heard, e.HandedOff, e.Tasked = w.heard, p.HandOff != "", p.Task != "" || p.Alert != ""
	e.Booked = append(e.Booked, w.done...)
	return e
}

// finish writes what a turn led to: one transaction that looks again who has the thread, and only then claims the text. A person
// who took it over meanwhile, an opt-out or newer texts win; a reply that was written in vain is dropped.
func (e *Engine) finish(ctx context.Context, w *talk, end ending) error {
	a, phone := w.account().ID, w.facts.Thread.Phone
	err := e.update(ctx, func(t *txn) error {
		account, err := t.Account(a)
		if err != nil {
			return err
		}
		old, err := t.Thread(a, phone)
		if err != nil || old == nil {
			return err
		}
		if old.Answered >= w.upto { // this transaction's own earlier, unknown commit, or somebody answered: a person, an opt-out
			return t.discarded(account, *old, w, end)
		}
		if old.Owner != booking.OwnerAgent {
			return t.discarded(account, *old, w, end)
		}
		stop, err := t.OptOut(a, phone)
		if err != nil || stop != nil {
			return err
		}
		if old.Last > w.upto && (w.turn == nil || len(w.turn.Done) == 0) {
			return errAgain // newer texts: one answer to all
		}
		v := *old
		if err := t.conclude(e, account, &v, w, end); err != nil {
			return err
		}
		return errors.Join(t.traceThread(account, v, end.trail), t.putThread(account, old, v))
	})
	if err == nil && end.safe {
		e.stats.fallbacks.Add(1)
	}
	return err
}

// discarded says in the trace that a reply was written in vain.
func (t *txn) discarded(account booking.Account, v booking.Thread, w *talk, end ending) error {
	mine, err := t.Attempt(account.ID, w.attempt)
	if err != nil || mine != nil || end.body == "" || v.Owner != booking.OwnerHuman || v.By == "" {
		return err
	}
	return t.traceThread(account, v, []booking.Finding{{At: w.now, Check: booking.CheckThreadOwner, Result: booking.Stop, Fact: "taken over by " + v.By,
		Message: "A reply of the agent was dropped: a person took the thread over while it was written."}})
}

// conclude carries out an ending on the thread, which the caller writes.
func (t *txn) conclude(e *Engine, account booking.Account, v *booking.Thread, w *talk, end ending) error {
	last := v.Last
	v.Answered, v.Turn, v.Lang = w.upto, "", w.lang
	if len(end.memory) > 0 {
		v.Memory = end.memory
	}
	var errs []error
	switch {
	case end.optOut:
		v.Close()
		errs = append(errs, t.agentOptOut(e, account, v, w))
	case end.handOff != "":
		errs = append(errs, t.handOff(e, account, v, end.handOff))
	case end.close:
		v.Close()
		t.did(Deed{Do: "close", Phone: v.Phone})
	case last > w.upto: // texts that came while something was being done for the customer
		v.DueAt = v.InboundAt.Add(account.Settings.ReplyWait.Std())
	default:
		v.Rest()
	}
	if end.alert != "" {
		errs = append(errs, t.task(account, v, end.alert))
	}
	if end.task != "" {
		errs = append(errs, t.task(account, v, end.task))
	}
	if end.body != "" && !end.optOut {
		errs = append(errs, t.write(e, account, v, w.attempt, booking.AttemptReply, booking.AuthorAgent, w.program.ref(), end.body), t.linkIn(w, end.body))
	}
	return errors.Join(errs...)
}

// linkIn makes the link of a reply work.
func (t *txn) linkIn(w *talk, body string) error {
	if w.facts.Thread.Session == "" || !strings.Contains(body, w.token) {
		return nil
	}
	return t.PutLink(w.token, storage.Link{Account: w.account().ID, Session: w.facts.Thread.Session})
}

// agentOptOut is for an agent that understood what the house's own phrases did not: the customer wants no more texts. The only text
// that may still go out is the confirmation.
func (t *txn) agentOptOut(e *Engine, account booking.Account, v *booking.Thread, w *talk) error {
	t.did(Deed{Do: "opt_out", Phone: v.Phone})
	in := booking.Inbound{From: v.Phone, To: v.Number, Body: w.burst, At: v.InboundAt}
	return errors.Join(t.putOptOut(account.ID, booking.OptOut{Phone: v.Phone, Source: "text", Text: w.burst, At: t.Now}),
		t.claimAnswer(e, account.ID, in, w.attempt, booking.AttemptConfirmation))
}
