package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// Conversation is a recorded thread, with what its agent needs to answer it once more.
type Conversation struct {
	Account   booking.Account
	Scheduler booking.Scheduler
	Session   booking.Session         // that it is about; without content where it is not kept any more
	Windows   []booking.Window        // that could be booked when the customer first wrote, as far as is known today
	Facts     []booking.Fact          // that the agent may state
	Messages  []booking.ThreadMessage // oldest first, up to where a person wrote
	Sources   map[string]string       // the agent's script and its modules by name; the script is named [scripts.Agent] here
}

// Conversed is what came of it.
type Conversed struct {
	Lines   []Line
	Outcome string // of the rehearsal, in one word
}

// Line is one text of it.
type Line struct {
	Inbound bool
	At      time.Time
	Body    string
}

// maxConversation bounds the messages that are played.
const maxConversation = 100

// conversations gives the people whose conversation falls into the period, when the changes touch the script of their agent.
func (j *replayJob) conversations(ctx context.Context) (phones []booking.Phone, err error) {
	changed := map[booking.SchedulerID]bool{}
	for id, sched := range j.before.schedulers {
		name := scriptOf(sched)
		if (j.v.Scheduler == "" || id == j.v.Scheduler) && sched.FollowUp.Mode == booking.AIAgent && !j.before.programs[name].same(j.after.programs[name]) {
			changed[id] = true
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	if j.e.o.Converse == nil {
		j.v.Notes = append(j.v.Notes, "Conversations are not replayed by this daemon.")
		return nil, nil
	}
	j.v.Notes = append(j.v.Notes, "Conversations are played with the customer's recorded texts until the replies part, or a person wrote, by the windows as they are known today. "+
		"One in which an agent asks the language model is counted and left out.")
	for cursor, more := "", true; more; more = cursor != "" {
		err := j.e.store.View(ctx, func(s *storage.Snapshot) error {
			page, next, err := s.Threads(j.account, cursor, replayPage)
			cursor = next
			for _, t := range page {
				if t.LastAt.Before(j.v.From) {
					cursor = "" // the newest message comes first
					break
				}
				if t.Mode == booking.AIAgent && changed[t.Scheduler] && t.BeganAt.Before(j.v.To) && t.Last != "" {
					phones = append(phones, t.Phone)
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return phones, nil
}

// same tells whether two programs are the same source with the same modules.
func (p replayProgram) same(o replayProgram) bool {
	if p.main.SHA256 != o.main.SHA256 || len(p.modules) != len(o.modules) {
		return false
	}
	for i := range p.modules {
		if p.modules[i].SHA256 != o.modules[i].SHA256 {
			return false
		}
	}
	return true
}

// sources gives a program's sources under the names that a rehearsal has for them.
func (p replayProgram) sources() map[string]string {
	all := map[string]string{}
	for _, m := range p.modules {
		all[m.Script] = m.Source
	}
	all[scripts.Agent] = p.main.Source
	return all
}

// conversation plays one conversation with both agents.
func (j *replayJob) conversation(ctx context.Context, phone booking.Phone) error {
	if err := j.stepAside(ctx); err != nil {
		return err
	}
	c, t, err := j.readConversation(ctx, phone)
	if err != nil {
		return err
	}
	count := func(n *int) error {
		j.mu.Lock()
		*n++
		j.mu.Unlock()
		return j.found(ctx, nil)
	}
	if t == nil || c == nil {
		return count(&j.v.Threads.Failed)
	}
	if t.ModelCalls > 0 {
		return count(&j.v.Threads.Model)
	}
	name := scriptOf(j.before.schedulers[t.Scheduler])
	walls := &askingWalls{Walls: j.e.o.Scripts, tenant: replayTenant(j.account)}
	c.Sources = j.before.programs[name].sources()
	before, err := j.e.o.Converse(ctx, *c, walls)
	after := Conversed{}
	if err == nil {
		c.Sources = j.after.programs[name].sources()
		after, err = j.e.o.Converse(ctx, *c, walls)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		j.e.log.Warn("a conversation could not be replayed", "phone", phone, "err", err)
		return count(&j.v.Threads.Failed)
	case walls.model.Load():
		return count(&j.v.Threads.Model)
	}
	j.mu.Lock()
	j.v.Threads.Played++
	j.mu.Unlock()
	it := parts(before, after, c.Messages)
	if it == nil {
		return j.found(ctx, nil)
	}
	it.Session, it.Scheduler, it.Phone, it.Name, it.LeftAt = t.Session, t.Scheduler, phone, nameOf(c.Session.Customer), t.BeganAt
	return j.found(ctx, it)
}

// readConversation reads a thread as it was when the customer first wrote; without anything where too little of it is left.
func (j *replayJob) readConversation(ctx context.Context, phone booking.Phone) (c *Conversation, t *booking.Thread, err error) {
	err = j.e.store.View(ctx, func(s *storage.Snapshot) error {
		c = nil
		if t, err = s.Thread(j.account, phone); err != nil || t == nil {
			return err
		}
		all, err := s.ThreadMessages(j.account, phone, maxConversation)
		if err != nil {
			return err
		}
		sched := j.before.schedulers[t.Scheduler]
		if sched == nil || len(all) == 0 || len(all) == maxConversation {
			return nil
		}
		v := Conversation{Account: j.before.account, Scheduler: *sched}
		if v.Session, err = s.Session(j.account, t.Session); storage.IsNotFound(err) {
			v.Session, err = booking.Session{Phone: phone, Customer: booking.Customer{Phone: string(phone)}}, nil
		}
		if err != nil {
			return err
		}
		var first time.Time
		for _, m := range all {
			if m.Author == booking.AuthorHuman {
				break
			}
			if m.Inbound() && first.IsZero() {
				first = m.At
			}
			v.Messages = append(v.Messages, m)
		}
		if first.IsZero() {
			return nil
		}
		if v.Facts, err = s.Facts(j.account); err != nil {
			return err
		}
		s.Now = first
		if v.Windows, err = Availability(s, j.account, sched.ID, "", offeredDays); err != nil {
			return err
		}
		c = &v
		return nil
	})
	return c, t, err
}

// parts finds where the replies part; nil: nowhere.
func parts(before, after Conversed, recorded []booking.ThreadMessage) *booking.ReplayItem {
	it := booking.ReplayItem{Differs: booking.ReplayReply}
	for i := range max(len(before.Lines), len(after.Lines)) {
		var x, y Line
		if i < len(before.Lines) {
			x = before.Lines[i]
		}
		if i < len(after.Lines) {
			y = after.Lines[i]
		}
		if x.Inbound && y.Inbound {
			it.Turn++
			it.Heard = x.Body
			continue
		}
		if x.Inbound == y.Inbound && plainLinks(x.Body) == plainLinks(y.Body) {
			continue
		}
		it.Before, it.After, it.Real = reply(x), reply(y), replied(recorded, it.Turn)
		return &it
	}
	if before.Outcome == after.Outcome {
		return nil
	}
	it.Before, it.After = booking.ReplayOutcome{State: before.Outcome}, booking.ReplayOutcome{State: after.Outcome}
	it.Real = replied(recorded, it.Turn)
	return &it
}

// reply gives a line of ours; nothing where the customer's next text comes instead.
func reply(l Line) booking.ReplayOutcome {
	if l.Inbound || l.Body == "" {
		return booking.ReplayOutcome{State: "silent"}
	}
	body := plainLinks(l.Body)
	n, _, _ := booking.Segments(body)
	return booking.ReplayOutcome{Texted: true, At: l.At, Body: body, Segments: n}
}

// replied gives what was really answered to the customer's text of that number; nil: nothing.
func replied(recorded []booking.ThreadMessage, turn int) *booking.ReplayOutcome {
	for _, m := range recorded {
		switch {
		case m.Inbound() && turn == 0: // the customer's next text
			return nil
		case m.Inbound():
			turn--
		case turn == 0:
			o := reply(Line{At: m.At, Body: m.Body})
			return &o
		}
	}
	return nil
}

// askingWalls notes whether a script asks the language model, and runs all on behalf of the replay.
type askingWalls struct {
	scripts.Walls
	tenant string
	model  atomic.Bool
}

// Run runs a script.
func (w *askingWalls) Run(ctx context.Context, _ string, c box.Call) (box.Result, error) {
	res, err := w.Walls.Run(ctx, w.tenant, c)
	if err == nil && res.Ask != nil && res.Ask.Name == "model" {
		w.model.Store(true)
	}
	return res, err
}
