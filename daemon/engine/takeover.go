package engine

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
)

func unknownThread(p booking.Phone) error {
	return booking.Refuse(booking.NotFound, "unknown_thread", "id", "there is no thread with "+p.Mask(), "GET /v1/threads lists them; the id is the customer's number in E.164")
}

// changeThread changes a thread that is there.
func (e *Engine) changeThread(ctx context.Context, a booking.AccountID, p booking.Phone, change func(t *txn, account booking.Account, v *booking.Thread) error) (booking.Thread, error) {
	return apply(ctx, e, a, func(t *txn) (booking.Thread, error) {
		account, err := t.Account(a)
		if err != nil {
			return booking.Thread{}, err
		}
		old, err := t.Thread(a, p)
		if err != nil {
			return booking.Thread{}, err
		}
		if old == nil {
			return booking.Thread{}, unknownThread(p)
		}
		v := *old
		if err := change(t, account, &v); err != nil {
			return v, err
		}
		return v, t.putThread(account, old, v)
	})
}

// Sight is what a person saw of a thread: what was done there since must be read first.
type Sight struct {
	Newest string  // ID of the newest message; empty: it does not matter
	Holder *string // who had taken it over, empty for nobody; nil: it does not matter
}

// overtaken refuses what a person does to a thread that others changed since it was seen. by is that person, own the message that an
// earlier run of the same transaction wrote.
func (t *txn) overtaken(a booking.AccountID, v *booking.Thread, saw *Sight, by, own string) error {
	if saw == nil {
		return nil
	}
	const mend = "read what is there now, then do it again if it is still right; what you typed is still here"
	switch {
	case saw.Holder == nil || v.By == *saw.Holder || v.By == by:
	case v.By == "":
		return booking.Refuse(booking.Conflict, "handed_back", "holder", *saw.Holder+" handed this conversation back while you were writing, so nothing was done", mend)
	default:
		return booking.Refuse(booking.Conflict, "taken_over", "holder", v.By+" took this conversation over while you were writing, so nothing was done", mend)
	}
	if saw.Newest == "" {
		return nil
	}
	last, err := t.ThreadMessages(a, v.Phone, 1) // its writers write the thread, so none comes between
	if err != nil || len(last) == 0 || last[0].ID == saw.Newest || last[0].ID == own {
		return err
	}
	return booking.Refuse(booking.Conflict, "newer_message", "seen", "a newer message came in while you were writing, so yours was not sent", "read it, then send again; what you typed is still here")
}

// TakeOver gives a thread to a person: the agent is silent, and a reply that it is writing is dropped.
func (e *Engine) TakeOver(ctx context.Context, a booking.AccountID, p booking.Phone, by string) (booking.Thread, error) {
	return e.changeThread(ctx, a, p, func(t *txn, account booking.Account, v *booking.Thread) error {
		return t.takeOver(account, v, by)
	})
}

// TakeOverSeen is TakeOver by a person who saw the thread so: when somebody else has it since, it is refused.
func (e *Engine) TakeOverSeen(ctx context.Context, a booking.AccountID, p booking.Phone, by string, saw Sight) (booking.Thread, error) {
	saw.Newest = ""
	return e.changeThread(ctx, a, p, func(t *txn, account booking.Account, v *booking.Thread) error {
		if err := t.overtaken(a, v, &saw, by, ""); err != nil {
			return err
		}
		return t.takeOver(account, v, by)
	})
}

func (t *txn) takeOver(account booking.Account, v *booking.Thread, by string) error {
	v.TakeOver(t.Now, by)
	return errors.Join(t.endAlarm(account.ID, AlarmHandedOff, string(v.Phone)), t.endAlarm(account.ID, alarmTask, string(v.Phone)))
}

// Look says that a person looked at a thread as far as a message: what the customer wrote until then counts as read. Where the customer
// waits for a person it does not, since to look is not to answer.
func (e *Engine) Look(ctx context.Context, a booking.AccountID, p booking.Phone, newest string) error {
	return e.update(ctx, func(t *txn) error {
		old, err := t.Thread(a, p)
		if err != nil {
			return err
		}
		if old == nil {
			return unknownThread(p)
		}
		if old.Unread == 0 || old.Waits() || newest < old.Last {
			return nil
		}
		account, err := t.Account(a)
		if err != nil {
			return err
		}
		v := *old
		v.Unread = 0
		return t.putThread(account, old, v)
	})
}

// SettleThread says that the customer waits for nothing, by a person who saw the thread so. The thread stays whose it was.
func (e *Engine) SettleThread(ctx context.Context, a booking.AccountID, p booking.Phone, by string, saw Sight) (booking.Thread, error) {
	return e.changeThread(ctx, a, p, func(t *txn, _ booking.Account, v *booking.Thread) error {
		if err := t.overtaken(a, v, &saw, by, ""); err != nil {
			return err
		}
		v.Settle()
		return errors.Join(t.endAlarm(a, AlarmHandedOff, string(p)), t.endAlarm(a, alarmTask, string(p)))
	})
}

// ReleaseThread hands a thread back to the agent, with a note that it must use. Where the scheduler has no agent, it stays with the people.
func (e *Engine) ReleaseThread(ctx context.Context, a booking.AccountID, p booking.Phone, note string) (booking.Thread, error) {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > maxNote {
		return booking.Thread{}, booking.Refuse(booking.Invalid, "too_long", "note", "the note is too long", "at most 500 characters")
	}
	return e.changeThread(ctx, a, p, func(t *txn, account booking.Account, v *booking.Thread) error {
		sched, err := t.Scheduler(a, v.Scheduler)
		if err != nil {
			return err
		}
		if sched == nil || sched.FollowUp.Mode != booking.AIAgent {
			return booking.Refuse(booking.Conflict, "no_agent", "id", "no agent answers in this thread", "set follow_up.mode of its scheduler to ai_agent")
		}
		v.Mode = sched.FollowUp.Mode
		v.Release(note)
		return errors.Join(t.endAlarm(a, AlarmHandedOff, string(p)), t.endAlarm(a, alarmTask, string(p)))
	})
}

// maxNote bounds a note, in characters.
const maxNote = 500

// Say sends a person's text in a thread, which that person has from now on. The text is on its way when it returns.
func (e *Engine) Say(ctx context.Context, a booking.AccountID, p booking.Phone, by, body string) (Delivered, error) {
	return e.say(ctx, a, p, by, body, nil)
}

// SaySeen is Say by a person who saw the thread so: what others wrote or did there since refuses it, and nothing is sent.
func (e *Engine) SaySeen(ctx context.Context, a booking.AccountID, p booking.Phone, by, body string, saw Sight) (Delivered, error) {
	return e.say(ctx, a, p, by, body, &saw)
}

func (e *Engine) say(ctx context.Context, a booking.AccountID, p booking.Phone, by, body string, saw *Sight) (m Delivered, err error) {
	body = booking.Plain(body)
	if body == "" {
		return m, booking.Refuse(booking.Invalid, "missing", "body", "the text is empty", "say something")
	}
	if len([]rune(body)) > booking.MaxBody {
		return m, booking.Refuse(booking.Invalid, "too_long", "body", "the text is too long", "at most 1600 characters")
	}
	id := booking.AttemptID(newID(e.now()))
	_, err = e.changeThread(ctx, a, p, func(t *txn, account booking.Account, v *booking.Thread) error {
		if err := t.overtaken(a, v, saw, by, string(id)); err != nil {
			return err
		}
		stop, err := t.OptOut(a, p)
		if err != nil {
			return err
		}
		if stop != nil {
			return booking.Refuse(booking.Conflict, "opted_out", "id", "the customer wants no texts", "call instead; only the customer can change it, by texting START")
		}
		if err := t.takeOver(account, v, by); err != nil {
			return err
		}
		if err := t.write(e, account, v, id, booking.AttemptHuman, booking.AuthorHuman, by, body); err != nil {
			return err
		}
		sent, err := t.Attempt(a, id)
		if err == nil && sent == nil {
			err = booking.Refuse(booking.Conflict, "registration_required", "", "nothing can be sent: the registration is not approved, or there is no number", "GET /v1/alarms says what is missing")
		}
		m = Delivered{booking.ThreadMessage{ID: string(id), From: v.Number, To: p, Body: body, Author: booking.AuthorHuman, By: by, At: t.Now, Attempt: id}, sent}
		return err
	})
	return m, err
}

// OutboundElsewhere takes in a text that a person sent from the carrier's console or any other program: it counts as a takeover.
func (e *Engine) OutboundElsewhere(ctx context.Context, a booking.AccountID, m booking.CarrierMessage) error {
	id := newID(e.now())
	return e.update(ctx, func(t *txn) error {
		account, err := t.Account(a)
		if err != nil {
			return err
		}
		v, old, err := t.thread(account, m.To)
		if err != nil {
			return err
		}
		all, err := t.ThreadMessages(a, m.To, threadSeen)
		if err != nil {
			return err
		}
		for _, known := range all {
			if m.SID != "" && known.SID == m.SID {
				return nil
			}
		}
		at := m.At
		if at.IsZero() {
			at = t.Now
		}
		msg := booking.ThreadMessage{ID: id, From: m.From, To: m.To, Body: m.Body, Author: booking.AuthorHuman, By: "carrier console", At: at, SID: m.SID}
		if err := t.takeOver(account, &v, "carrier console"); err != nil {
			return err
		}
		v.Wrote(msg)
		return errors.Join(t.putMessage(account, m.To, msg), t.putThread(account, old, v))
	})
}

// Past is what a house knew before: what a rehearsal begins with.
type Past struct {
	Thread   *booking.Thread
	Messages []booking.ThreadMessage // without IDs; of Thread
	Persons  []booking.Person
	OptOuts  []booking.OptOut
	Sent     map[booking.SessionID]time.Time // sessions whose follow-up went out then
}

// Recall writes a past into an empty house. It is for rehearsals: nothing is sent or told, and nothing but a reminder is armed.
func (e *Engine) Recall(ctx context.Context, a booking.AccountID, p Past) error {
	return e.update(ctx, func(t *txn) error {
		account, err := t.Account(a)
		if err != nil {
			return err
		}
		for _, v := range p.Persons {
			if err := t.PutPerson(a, v); err != nil {
				return err
			}
		}
		for _, o := range p.OptOuts {
			if err := t.PutOptOut(a, o); err != nil {
				return err
			}
		}
		for id, at := range p.Sent {
			s, old, err := t.session(a, id)
			if err != nil {
				return err
			}
			s.Claim(booking.AttemptID(newID(at)))
			s.Sent(at)
			if err := t.PutSession(a, old, s, account.Settings.Retention.Std()); err != nil {
				return err
			}
		}
		if p.Thread == nil {
			return nil
		}
		v := *p.Thread
		for _, m := range p.Messages {
			m.ID = newID(m.At)
			if m.Inbound() {
				v.Last, v.InboundAt = m.ID, m.At
			}
			if m.Author == booking.AuthorAgent {
				v.AgentTexts++
			}
			v.LastAt = m.At
			if err := t.putMessage(account, v.Phone, m); err != nil {
				return err
			}
		}
		v.Answered = v.Last
		if at, ok := v.NudgeDue(account.Settings); ok {
			v.DueAt = at
		}
		return t.putThread(account, nil, v)
	})
}

// Install puts versions of scripts, which were checked elsewhere, into an empty house and uses them. It is for rehearsals. What is built in
// is there already.
func (e *Engine) Install(ctx context.Context, a booking.AccountID, versions []booking.ScriptVersion) error {
	for _, v := range versions {
		if v.Version == booking.BuiltInVersion {
			continue
		}
		v.Version = max(1, v.Version)
		err := e.update(ctx, func(t *txn) error {
			head := booking.Script{Name: v.Script, Latest: v.Version, Versions: []int{v.Version}}
			head.Use(v.Version, t.Now)
			return errors.Join(t.PutScriptVersion(a, v), t.PutScript(a, head))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
