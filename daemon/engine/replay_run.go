package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// replayPage is how many sessions are read at once.
const replayPage = 200

// run replays the period, the oldest session first, and then its conversations.
func (j *replayJob) run(ctx context.Context) error {
	threads, err := j.conversations(ctx)
	if err != nil {
		return err
	}
	total := len(threads)
	err = j.each(ctx, func(booking.Session) error { total++; return nil })
	if err != nil {
		return err
	}
	j.mu.Lock()
	j.v.Total = total
	j.mu.Unlock()
	if err := j.flush(ctx); err != nil {
		return err
	}
	if err := j.each(ctx, func(s booking.Session) error { return j.session(ctx, s) }); err != nil {
		return err
	}
	for _, phone := range threads {
		if err := j.conversation(ctx, phone); err != nil {
			return err
		}
	}
	return nil
}

// each calls fn with every session that began in the period, page by page.
func (j *replayJob) each(ctx context.Context, fn func(booking.Session) error) error {
	end := firstID(j.v.To)
	for cursor, more := firstID(j.v.From), true; more; {
		var page []booking.Session
		err := j.e.store.View(ctx, func(s *storage.Snapshot) (err error) {
			page, cursor, err = s.Sessions(j.account, cursor, replayPage)
			return err
		})
		if err != nil {
			return err
		}
		more = cursor != ""
		for _, s := range page {
			if string(s.ID) >= end {
				return ctx.Err()
			}
			if j.v.Scheduler != "" && s.Scheduler != j.v.Scheduler {
				continue
			}
			if err := fn(s); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// session replays the sessions of a person, with the first of them that began in the period.
func (j *replayJob) session(ctx context.Context, sess booking.Session) error {
	if err := j.stepAside(ctx); err != nil {
		return err
	}
	var p replayPerson
	ok := false
	err := j.e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		p, ok, err = j.readPerson(s, sess)
		return err
	})
	if err != nil {
		return err
	}
	beyond := p.cut && sess.ID > p.sessions[len(p.sessions)-1].ID // the duplicate check looks at no more sessions of a number
	if sess.AbandonedAt.IsZero() || beyond {
		if !beyond {
			j.mu.Lock()
			j.v.NeverLeft++
			j.mu.Unlock()
		}
		if err := j.found(ctx, nil); err != nil {
			return err
		}
	}
	if !ok || len(p.played) == 0 {
		return nil
	}
	before, after := p.live(&j.before), p.live(&j.after)
	for _, l := range []*replayLife{before, after} {
		if err := j.play(ctx, l); err != nil {
			return err
		}
	}
	for n, i := range p.played {
		o := &p.sessions[i]
		if j.v.Scheduler != "" && o.Scheduler != j.v.Scheduler {
			continue
		}
		it := booking.ReplayItem{Session: o.ID, Scheduler: o.Scheduler, Phone: o.Phone, Name: nameOf(o.Customer), LeftAt: o.AbandonedAt,
			Before: before.runs[n].out, After: after.runs[n].out, Real: p.real[o.ID]}
		it.Differs = booking.CompareReplay(it.Before, it.After)
		if err := j.found(ctx, &it); err != nil {
			return err
		}
	}
	return nil
}

// How long a replay waits before each person, in milliseconds: for texts that are being written, and for due work that finds no worker. The
// bounds let it come to its end on a busy day and with a slow carrier.
const (
	asideForTexts = 20
	asideForQueue = 100
)

// stepAside lets due work go first.
func (j *replayJob) stepAside(ctx context.Context) error {
	for n := range asideForQueue {
		texting, waiting := j.e.motor.busy()
		if !waiting && (!texting || n >= asideForTexts) {
			break
		}
		if err := sleep(ctx, time.Millisecond); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// busy tells whether texts are being written, and whether due work waits for a worker.
func (m *motor) busy() (texting, waiting bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.texting > 0, len(m.queue) > 0
}

// play runs a person's life on one side to its end.
func (j *replayJob) play(ctx context.Context, l *replayLife) error {
	for r := l.next(); r != nil; r = l.next() {
		now := r.due
		f := l.facts(now, r)
		v := booking.Decide(now, f)
		until := now
		if v.Result == booking.Pass {
			until = booking.ValidUntil(now, f)
			if closing, soon := booking.Closing(now, until); soon {
				v = closing
			}
		}
		if r.looks++; r.looks > maxLooks && v.Result == booking.Wait {
			v.Result = booking.Stop
		}
		switch v.Result {
		case booking.Wait:
			r.wait(v)
		case booking.Stop:
			r.stop(now, v)
		default:
			text, err := j.write(ctx, now, l.side, f)
			if err != nil {
				return err
			}
			r.ended = true
			r.f.State, r.f.SentAt, r.f.WithheldBy = booking.FollowUpSent, now, ""
			r.out = booking.ReplayOutcome{Texted: true, At: now, Body: text.body, Segments: text.segments, Script: refOf(text.template), Trail: append(r.waits, text.findings...)}
			l.sent = append(l.sent, booking.Started{At: now, Session: f.Session.ID})
		}
	}
	return nil
}

// A text that cannot be written since the walls serve the house first is tried again.
const (
	writeTries = 50
	writePause = 100 * time.Millisecond
)

// write writes the text that would go out at that moment.
func (j *replayJob) write(ctx context.Context, now time.Time, side *replaySide, f booking.Facts) (c composed, err error) {
	for range writeTries {
		if c, err = j.compose(ctx, now, side, f); err == nil {
			return c, nil
		}
		if err := sleep(ctx, writePause); err != nil {
			return c, err
		}
	}
	return c, err
}

// sleep waits for that long, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// compose is the engine's own way of writing a first text, and keeps nothing.
func (j *replayJob) compose(ctx context.Context, now time.Time, side *replaySide, f booking.Facts) (c composed, err error) {
	f.Session.DueAt = now
	w, err := j.begin(ctx, now, side, f)
	if err != nil {
		return c, err
	}
	fault := w.missing
	if fault == nil {
		var body booking.Composed
		if body, fault, err = j.e.write(ctx, w); err != nil {
			return c, err
		}
		if fault == nil {
			c.template, c.body, c.segments = w.program.ref(), body.Body, body.Segments
			return c, nil
		}
	}
	c.findings = []booking.Finding{{At: now, Check: booking.CheckScriptError, Result: booking.Pass, Fact: "script " + refOf(w.title()) + ": " + fault.Error(),
		Setting: w.setting(), Message: "The script failed, so the default text goes out.", Fix: "mend the script or choose another one"}}
	return j.e.standIn(ctx, w, c)
}

// begin gathers what the script is given at that moment.
func (j *replayJob) begin(ctx context.Context, now time.Time, side *replaySide, f booking.Facts) (*writing, error) {
	w := &writing{now: now, facts: f, name: scriptOf(f.Scheduler), mode: f.Scheduler.FollowUp.Mode, entry: box.EntryRender, token: previewToken, tenant: replayTenant(j.account)}
	if w.mode == booking.AIAgent {
		w.entry = box.EntryReply
	}
	w.link = j.e.o.PublicURL + "/l/" + w.token
	w.answer = func(ask box.Ask) (json.RawMessage, string) { return j.answer(ctx, now, f, ask) }
	p := side.programs[w.name]
	w.program, w.missing = p.program, p.missing
	if kind, want := w.program.main.Kind, kindOf(f.Scheduler); w.missing == nil && kind != want {
		w.missing, w.program = fmt.Errorf("it is of the kind %s, a %s is wanted", kind, want), program{}
	}
	err := j.e.store.View(ctx, func(s *storage.Snapshot) error {
		s.Now = now
		facts, err := j.e.scriptFacts(s, now, f, w.token)
		if err != nil {
			return err
		}
		w.ctx, err = facts.Ctx()
		return err
	})
	return w, err
}

// replayTenant is on whose behalf the scripts of a replay run: they have their own share of the workers, behind the house and beside
// what persons try out.
func replayTenant(a booking.AccountID) string { return "replay of " + string(a) }

// answer answers what a script asks for as of that moment. The first text changes nothing, so nothing else than reading is answered.
func (j *replayJob) answer(ctx context.Context, now time.Time, f booking.Facts, ask box.Ask) (result json.RawMessage, code string) {
	err := j.e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		s.Now = now
		result, code, err = carryOut(s, f.Account, f.Session, booking.TurnAsk{Name: ask.Name, Args: ask.Args})
		return err
	})
	if err != nil {
		return nil, "failed"
	}
	return result, code
}
