package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/simulator"
)

// verdict counts what became of a trial. The carrier's own record is the witness for what was sent; the books of the
// visitors are the witness for what was acknowledged.
type verdict struct {
	sessions, events   int
	qualified, oneText int
	unknown            int
	withheldRightly    int // no consent, or booked after all: no text
	twoTexts           int
	lost               int
	broken             []string // every broken promise, in words
}

// raceSlack: a text that was claimed a moment before the visitor booked after all may still be under way then.
const raceSlack = 5 * time.Second

// judge lets everything settle, asks all witnesses and prints the verdict.
func (t *trial) judge(ctx context.Context) error {
	t.out.printf("  waiting until every text is settled …\n")
	said, err := t.settled(ctx)
	if err != nil {
		return err
	}
	running, errRunning := t.daemon.command(ctx, "verify")
	t.daemon.stop()
	stopped, errStopped := t.daemon.command(ctx, "verify")
	texts, err := witness(filepath.Join(t.daemon.data(), simulatorFile), t.p.now)
	if err != nil {
		return notSo("the carrier's record cannot be read: %v", err)
	}
	if ctx.Err() != nil {
		return notSo("interrupted; nothing is proved")
	}
	v := weigh(t.visitors.known(), said, texts)
	if errRunning != nil {
		v.broken = append(v.broken, "the store is not whole while the daemon runs: "+oneLine(running))
	}
	if errStopped != nil {
		v.broken = append(v.broken, "the store is not whole after the daemon stopped: "+oneLine(stopped))
	}
	t.print(v)
	if len(v.broken) > 0 {
		return notSo("a promise was broken %d times; the directory is removed, so run again with -seed to look closer", len(v.broken))
	}
	t.out.printf("\n  %s\n\n", t.out.green("Every promise held."))
	return nil
}

// witness reads the carrier's record: every text it took, by number.
func witness(path string, now func() time.Time) (map[string][]simulator.Message, error) {
	c, err := simulator.Open(simulator.Options{Path: path, Now: now})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	texts := map[string][]simulator.Message{}
	for cursor := ""; ; {
		items, next, err := c.Messages(cursor, 1000)
		if err != nil {
			return nil, err
		}
		for _, m := range items {
			if m.Direction == simulator.Outbound && !m.Automatic {
				texts[string(m.To)] = append(texts[string(m.To)], m)
			}
		}
		if next == "" {
			return texts, nil
		}
		cursor = next
	}
}

// weigh holds what was acknowledged against what the daemon says and what the carrier took.
func weigh(all []*visitor, said map[*visitor]wire.Session, texts map[string][]simulator.Message) (v verdict) {
	strangers := maps.Clone(texts)
	for _, w := range all {
		delete(strangers, w.phone)
		v.weighOne(w, said, texts[w.phone])
	}
	for _, phone := range slices.Sorted(maps.Keys(strangers)) {
		v.breach("%d texts went to %s, whom nobody knows", len(strangers[phone]), phone)
	}
	return v
}

func (v *verdict) breach(format string, a ...any) {
	v.broken = append(v.broken, fmt.Sprintf(format, a...))
}

func (v *verdict) weighOne(w *visitor, said map[*visitor]wire.Session, texts []simulator.Message) {
	if len(texts) > 1 {
		v.twoTexts++
		v.breach("%s got %d texts (session %s)", w.client, len(texts), w.session)
	}
	if w.session == "" {
		return // nothing was acknowledged, nothing was promised
	}
	v.sessions++
	v.events += len(w.fields)
	f, ok := said[w]
	if !ok {
		v.lost++
		v.breach("%s: session %s was acknowledged and is gone", w.client, w.session)
		return
	}
	for name, value := range w.fields {
		if f.Fields[name] != value {
			v.lost++
			v.breach("%s: an acknowledged event is gone: session %s lacks %s", w.client, w.session, name)
		}
	}
	state := booking.FollowUpState(f.FollowUp.State)
	switch {
	case w.qualified():
		v.qualified++
		v.weighQualified(w, f, len(texts))
	case !w.consent && len(texts) > 0:
		v.breach("%s gave no consent and got a text (session %s)", w.client, w.session)
	case !w.done.IsZero() && len(texts) > 0 && texts[0].At.After(w.done.Add(raceSlack)):
		v.breach("%s got a text %s after its booking was acknowledged (session %s)", w.client, texts[0].At.Sub(w.done).Round(time.Millisecond), w.session)
	case len(texts) == 0 && state != booking.FollowUpWithheld && state != booking.FollowUpUnknown && !w.left.IsZero():
		v.breach("%s should be withheld, its follow-up is %q (session %s)", w.client, state, w.session)
	case len(texts) == 0:
		v.withheldRightly++
	}
}

func (v *verdict) weighQualified(w *visitor, f wire.Session, texts int) {
	switch state := booking.FollowUpState(f.FollowUp.State); {
	case texts == 1 && state == booking.FollowUpSent:
		v.oneText++
	case texts == 0 && state == booking.FollowUpUnknown:
		v.unknown++
	case texts == 1 && state == booking.FollowUpUnknown:
		v.breach("%s got its text, yet it is shown as unknown: the carrier was not asked well (session %s)", w.client, w.session)
	case texts <= 1:
		v.breach("%s got %d texts and its follow-up is %q %s (session %s)", w.client, texts, state, f.FollowUp.WithheldBy, w.session)
	}
}

// brokenShown bounds what is printed: the first breaches tell the kind.
const brokenShown = 10

func (t *trial) print(v verdict) {
	slices.Sort(t.ready)
	rows := [][]string{
		{"kills (SIGKILL)", fmt.Sprint(t.kills)},
		{"answers that the carrier lost on order", fmt.Sprint(t.faults)},
		{"sessions, events acknowledged", fmt.Sprintf("%d, %d", v.sessions, v.events)},
		{"qualified for a text", fmt.Sprint(v.qualified)},
		{"  got exactly one", fmt.Sprint(v.oneText)},
		{"  got none, shown as unknown", fmt.Sprint(v.unknown)},
		{"withheld rightly", fmt.Sprint(v.withheldRightly)},
		{"got two texts", fmt.Sprint(v.twoTexts)},
		{"acknowledged and lost", fmt.Sprint(v.lost)},
		{"time to ready after a kill, median and longest", fmt.Sprintf("%d ms, %d ms", t.ready[len(t.ready)/2].Milliseconds(), t.ready[len(t.ready)-1].Milliseconds())},
	}
	t.out.printf("\n")
	t.out.table([]string{"promise", "count"}, rows)
	for i, b := range v.broken {
		if i == brokenShown {
			t.out.printf("  %s\n", t.out.red(fmt.Sprintf("… and %d more", len(v.broken)-i)))
			break
		}
		t.out.printf("  %s %s\n", t.out.red("✘"), b)
	}
}
