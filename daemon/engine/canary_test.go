package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

// person gives a number of its own to each n.
func person(n int) string { return fmt.Sprintf("+1614666%04d", n) }

// keep puts a version without using it.
func (w *world) keep(name, source string) int {
	w.t.Helper()
	v, err := w.e.PutScript(w.t.Context(), account, engine.NewVersion{Name: name, Source: source, Author: "test"})
	w.must(err)
	return v.Version
}

// tries has version 2 of a script tried beside version 1.
func (w *world) tries(name, first, second string, percent int) {
	w.t.Helper()
	w.activate(name, first)
	w.percent(name, w.keep(name, second), percent)
}

func (w *world) percent(name string, version, percent int) {
	w.t.Helper()
	_, err := w.e.StartCanary(w.t.Context(), account, name, booking.NewCanary{Version: version, Percent: percent, By: "test"})
	w.must(err)
}

func (w *world) canary(name string) (r booking.CanaryReport) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		r, err = engine.CanaryOf(s, account, name)
		return err
	}))
	return r
}

// round has persons leave a form and gives which version wrote to each.
func (w *world) round(from, to int) map[int]string {
	w.t.Helper()
	ids := map[int]booking.SessionID{}
	for n := from; n < to; n++ {
		ids[n] = left(w, fmt.Sprint(n, "@", time.Now().UnixNano()), person(n))
	}
	time.Sleep(17 * time.Minute)
	synctest.Wait()
	wrote := map[int]string{}
	for n, id := range ids {
		if w.session(id).FollowUp.Attempt == "" {
			w.t.Fatalf("person %d got no text: %+v", n, w.trace(id))
		}
		wrote[n] = w.attempt(id).Template
	}
	return wrote
}

func TestNobodyGetsBothVersionsOfACanary(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		const name = scripts.FollowUpLink
		w.tries(name, says("Old"), says("New"), 30)
		first := w.round(0, 80)
		count := func(wrote map[int]string) (tried int) {
			for n, ref := range wrote {
				if was, ok := first[n]; ok && was != ref {
					t.Errorf("person %d got %s, then %s", n, was, ref)
				}
				if ref == name+"@2" {
					tried++
				}
			}
			return tried
		}
		if n := count(first); n < 10 || n > 40 {
			t.Errorf("%d of 80 persons at 30 %%", n)
		}
		w.swap(w.carrier) // a restart
		w.percent(name, 2, 70)
		if n := count(w.round(80, 160)); n < 40 || n > 70 {
			t.Errorf("%d of 80 new persons at 70 %%", n)
		}
		time.Sleep(2 * time.Hour)
		before := count(first)
		if n := count(w.round(0, 80)); n != before {
			t.Errorf("%d persons got the tried version, then %d", before, n)
		}
		w.percent(name, 2, 5)
		time.Sleep(24 * time.Hour)
		count(w.round(0, 80))
		r := w.canary(name)
		if got := r.Tally.Stable.Persons + r.Tally.Canary.Persons; got != 160 || r.Percent != 5 {
			t.Errorf("%d persons counted, want each of 160 once; at %d %%", got, r.Percent)
		}
		w.whole()

		promoted, err := w.e.PromoteCanary(t.Context(), account, name)
		w.must(err)
		if again, err := w.e.PromoteCanary(t.Context(), account, name); err != nil || again.State != booking.CanaryPromoted || promoted.State != booking.CanaryPromoted {
			t.Errorf("promoted %s, then %s, %v", promoted.State, again.State, err)
		}
		time.Sleep(24 * time.Hour)
		for n, ref := range w.round(0, 80) {
			if ref != name+"@2" {
				t.Errorf("after the promotion person %d got %s", n, ref)
			}
		}
		w.whole()
	})
}

func TestWhatIsToldTwiceCountsOnceInACanary(t *testing.T) {
	for seed := range uint64(3) {
		bubble(t, func(t *testing.T) {
			f := storagetest.NewFaulty(seed)
			w := over(t, f)
			defer w.close()
			const name = scripts.FollowUpLink
			w.tries(name, says("Old"), says("New"), 50)
			f.Set(storagetest.Invisible)
			ids := map[int]booking.SessionID{}
			tokens := map[int]string{}
			for n := range 30 {
				ids[n], tokens[n] = linked(w, fmt.Sprint("c", n), person(n))
			}
			time.Sleep(17 * time.Minute)
			synctest.Wait()
			want := map[bool]booking.CanaryFigures{}
			ctx := t.Context()
			for n := range 30 {
				a := w.attempt(ids[n])
				side := strings.HasPrefix(a.Template, name+"@2")
				x := want[side]
				x.Persons, x.Sent, x.Delivered = x.Persons+1, x.Sent+1, x.Delivered+1
				told := booking.StatusUpdate{Account: account, Attempt: a.ID, SID: a.SID, Status: "delivered"}
				for range 3 {
					w.must(w.e.Status(ctx, told))
				}
				if n%2 == 0 {
					x.Clicked++
					for range 3 {
						_, err := w.e.Redeem(ctx, account, scheduler, tokens[n])
						w.must(err)
					}
				}
				answer := booking.Inbound{SID: fmt.Sprint("SM", n), From: booking.Phone(person(n)), To: sender, Body: "tomorrow please", At: time.Now()}
				if n%3 == 0 {
					x.Replied++
					for range 3 {
						w.must(w.e.Receive(ctx, account, answer))
					}
				}
				if n%5 == 0 { // out, in and out again
					x.OptedOut++
					for i, word := range []string{"STOP", "STOP", "START", "STOP"} {
						answer.SID, answer.Body, answer.At = fmt.Sprint("stop", n, i), word, time.Now()
						w.must(w.e.Receive(ctx, account, answer))
						time.Sleep(time.Second)
					}
				}
				if n%4 == 0 {
					if n%8 == 0 {
						x.Booked++
					}
					b, err := w.e.Book(ctx, account, booking.NewBooking{Source: booking.SourcePhone, Customer: booking.Customer{Phone: person(n)}, Service: "AC repair"})
					w.must(err)
					if n%8 != 0 {
						_, err = w.e.CancelBooking(ctx, account, b.ID)
						w.must(err)
					}
				}
				want[side] = x
			}
			f.Set(storagetest.Faults{})
			if r := w.canary(name); r.Tally.Stable != want[false] || r.Tally.Canary != want[true] {
				t.Errorf("seed %d: counted\n%+v and\n%+v, want\n%+v and\n%+v", seed, r.Tally.Stable, r.Tally.Canary, want[false], want[true])
			}
			w.whole()
		})
	}
}

func TestACanaryThatFailsIsTakenAway(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		const name = scripts.FollowUpLink
		w.tries(name, says("Good"), failsOn("Ada", "Bad"), 40)
		var last booking.SessionID
		failed := 0
		for n := 0; w.canary(name).State == booking.CanaryRunning && n < 60; n++ { // one an hour: far apart, and yet in a row
			last = left(w, fmt.Sprint(n), person(n))
			time.Sleep(16 * time.Minute)
			synctest.Wait()
			failed = w.canary(name).Failed.Canary
			time.Sleep(44 * time.Minute)
			if hour := time.Now().In(time.UTC).Hour(); hour > 22 || hour < 14 { // at night texts wait
				time.Sleep(15 * time.Hour)
			}
		}
		r := w.canary(name)
		if r.State != booking.CanaryReturned || failed != booking.MaxScriptFaults || r.Failed.Stable != 0 || !strings.Contains(r.Reason, "version 2 failed 5 times") {
			t.Fatalf("after %d faults: %+v", failed, r.Canary)
		}
		if o := w.library(name); o.Script.Active != 1 || len(o.Script.Faults) != 0 {
			t.Errorf("version %d is in use, with %d faults", o.Script.Active, len(o.Script.Faults))
		}
		if alarms := w.alarms(); len(alarms) != 1 || alarms[0].Code != "script_canary_returned" || !strings.Contains(alarms[0].Message, "Version 2") {
			t.Errorf("alarms: %+v", alarms)
		}
		if a := w.attempt(last); a.Template != name+"@1" {
			t.Errorf("the text with which the canary ended was written by %s", a.Template)
		}
		audited(w, "version 2 failed 5 times")
		for n, ref := range w.round(100, 120) {
			if ref != name+"@1" {
				t.Errorf("after that person %d got %s", n, ref)
			}
		}
		_, err := w.e.EndCanary(t.Context(), account, name, "ada")
		w.must(err)
		if alarms := w.alarms(); len(alarms) != 0 {
			t.Errorf("a person has seen it, and yet: %+v", alarms)
		}
		w.whole()
	})
}

// audited expects one entry of the house's own about a canary.
func audited(w *world, reason string) {
	w.t.Helper()
	n := 0
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		all, _, err := s.Audits(account, "", 100)
		for _, a := range all {
			if a.Who.Kind == "system" && a.Action == "canary return" && strings.Contains(string(a.Changes[0].After), reason) {
				n++
			}
		}
		return err
	}))
	if n != 1 {
		w.t.Errorf("%d entries of the audit log say %q", n, reason)
	}
}

func TestACanaryThatDrivesPeopleAwayIsTakenAway(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		const name = scripts.FollowUpLink
		w.tries(name, says("Good"), says("Buy now"), 20)
		stops := 0
		for n, ref := range w.round(0, 60) {
			if ref == name+"@2" && w.canary(name).State == booking.CanaryRunning {
				stops++
				w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: fmt.Sprint("SM", n), From: booking.Phone(person(n)), To: sender, Body: "STOP", At: time.Now()}))
			}
		}
		r := w.canary(name)
		if r.State != booking.CanaryReturned || stops != r.Tally.Canary.OptedOut || stops < 3 || stops > 6 {
			t.Fatalf("after %d opt-outs: %+v, %+v", stops, r.Canary, r.Tally)
		}
		if alarms := w.alarms(); len(alarms) != 1 || alarms[0].Code != "script_canary_returned" || !strings.Contains(alarms[0].Message, "drives people away") {
			t.Errorf("alarms: %+v", alarms)
		}
		audited(w, "drives people away")
		for n, ref := range w.round(100, 120) {
			if ref != name+"@1" {
				t.Errorf("after that person %d got %s", n, ref)
			}
		}
		w.whole()
	})
}

func TestACanaryThatEndsWhileItsTextIsWrittenSendsNone(t *testing.T) {
	asks := func(name string) string {
		return "function reply(ctx)\n\task('windows', {})\n\treturn { say = 'Automated assistant " + name + " of Brightwater. Reply STOP to opt out.' }\nend"
	}
	for _, x := range []struct {
		name, script, old, tried string
		answers                  bool // it ends while a reply is written, and not the first text
	}{
		{"a template", scripts.FollowUpLink, says("Old"), says("New"), false},
		{"an agent that asks", "asker", asks("Old"), asks("New"), false},
		{"an agent that asks before it answers", "asker", asks("Old"), asks("New"), true},
	} {
		bubble(t, func(t *testing.T) {
			var w *world
			begun, ended := false, false
			w = newWorld(t, func(o *engine.Options) {
				o.Scripts = inBox(func(c box.Call) {
					first := strings.Contains(string(c.Ctx), `"kind":"start"`)
					if !begun || ended || !strings.Contains(c.Source, "New") || first == x.answers {
						return
					}
					ended = true
					_, err := w.e.EndCanary(t.Context(), account, x.script, "ada")
					w.must(err)
				})
			})
			defer w.close()
			w.tries(x.script, x.old, x.tried, 50)
			if x.script == "asker" {
				w.follow(func(f *booking.FollowUpSet) { f.Mode, f.Agent = booking.AIAgent, "asker" })
			}
			begun = true
			for n := 0; !ended && n < 40; n++ {
				id := left(w, fmt.Sprint(n), person(n))
				time.Sleep(16 * time.Minute)
				synctest.Wait()
				by := w.attempt(id).Template
				if x.answers {
					w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: fmt.Sprint("SM", n), From: booking.Phone(person(n)), To: sender, Body: "hello there", At: time.Now()}))
					time.Sleep(3 * time.Minute)
					synctest.Wait()
				}
				all := w.texts(person(n))
				if want := map[bool]int{false: 1, true: 2}[x.answers]; len(all) != want {
					t.Fatalf("%s: %d texts, want %d", x.name, len(all), want)
				}
				if last := all[len(all)-1].Body; ended && (strings.Contains(last, "New") || !x.answers && by != x.script+"@1") {
					t.Errorf("%s: the canary had ended, and %q went out", x.name, last)
				}
			}
			if !ended {
				t.Errorf("%s: the tried version never wrote", x.name)
			}
			w.whole()
		})
	}
}

func TestACanaryIsRefusedWithItsReason(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		ctx := t.Context()
		const name = scripts.FollowUpLink
		start := func(script string, version, percent int) error {
			_, err := w.e.StartCanary(ctx, account, script, booking.NewCanary{Version: version, Percent: percent})
			return err
		}
		w.activate(name, says("One"))
		w.keep(name, says("Two"))
		w.keep(name, says("Three"))
		w.activate("words", "return {}")
		w.keep("words", "return { a = 1 }")
		w.keep("fresh", says("Fresh"))
		_, promote := w.e.PromoteCanary(ctx, account, name)
		_, end := w.e.EndCanary(ctx, account, name, "ada")
		refused := map[string]error{"no_canary": promote, "no_canary ": end, "unknown_script": start("nothing", 1, 10), "unknown_version": start(name, 9, 10),
			"canary_same_version": start(name, 1, 10), "out_of_range": start(name, 2, 0), "canary_of_module": start("words", 2, 10),
			"no_version_in_use": start("fresh", 1, 10), "invalid_script_name": start("No", 1, 10)}
		w.must(start(name, 2, 10))
		refused["canary_running"] = start(name, 3, 10)
		refused["canary_running "] = w.e.DeleteScript(ctx, account, name)
		w.must(start(name, 2, 20))
		if _, err := w.e.ActivateScript(ctx, account, name, 3); err != nil || w.canary(name).State != booking.CanaryEnded {
			t.Errorf("another version in use ends a canary: %v, %+v", err, w.canary(name).Canary)
		}
		_, refused["canary_over"] = w.e.PromoteCanary(ctx, account, name)
		for code, err := range refused {
			if !errors.Is(err, &booking.Error{Code: strings.TrimSpace(code)}) {
				t.Errorf("want %s, got %v", code, err)
			}
		}
		w.must(start(name, 2, 30))
		if c := w.canary(name); c.Stable != 3 || c.Version != 2 || c.Percent != 30 || !c.Running() {
			t.Errorf("the next canary: %+v", c.Canary)
		}
		_, err := w.e.EndCanary(ctx, account, name, "ada")
		w.must(err)
		w.must(w.e.DeleteScript(ctx, account, name))
		w.whole()
	})
}

// A thread keeps the version it began with; an agent that is tried answers those it was drawn for.
func TestAThreadKeepsItsVersionOfTheAgent(t *testing.T) {
	speaks := func(name string) string {
		return "function reply(ctx)\n\tif ctx.event.kind == 'start' then\n\t\treturn { say = 'Brightwater automated assistant " + name + ". Reply STOP to opt out.' }\n\tend\n\treturn { say = 'It is " + name + " again.' }\nend"
	}
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.activate("agent", speaks("Anna"))
		w.follow(func(f *booking.FollowUpSet) { f.Mode = booking.AIAgent })
		answers := func(n int) string {
			t.Helper()
			before := len(w.texts(person(n)))
			w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: fmt.Sprint("SM", n, time.Now().UnixNano()), From: booking.Phone(person(n)), To: sender, Body: "hello there", At: time.Now()}))
			time.Sleep(time.Minute)
			synctest.Wait()
			all := w.texts(person(n))
			if len(all) != before+1 {
				t.Fatalf("person %d got %d answers", n, len(all)-before)
			}
			return all[len(all)-1].Body
		}
		w.round(0, 10) // before the canary
		w.percent("agent", w.keep("agent", speaks("Berta")), 50)
		for n, ref := range w.round(10, 30) {
			want := map[string]string{"agent@1": "Anna", "agent@2": "Berta"}[ref]
			w.swap(w.carrier)
			if got := answers(n); !strings.Contains(got, want) {
				t.Errorf("person %d began with %s and got %q", n, ref, got)
			}
		}
		for n := range 10 {
			if got := answers(n); !strings.Contains(got, "Anna") {
				t.Errorf("person %d began before the canary and got %q", n, got)
			}
		}
		r := w.canary("agent")
		if r.Tally.Stable.Persons+r.Tally.Canary.Persons != 20 || r.Tally.Stable.Replied+r.Tally.Canary.Replied != 20 {
			t.Errorf("counted: %+v", r.Tally)
		}
		recorded := map[string]bool{}
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
			all, _, err := s.Attempts(account, "", 500)
			for _, a := range all {
				if a.Kind == booking.AttemptReply {
					recorded[a.Template] = true
				}
			}
			return err
		}))
		if !recorded["agent@1"] || !recorded["agent@2"] || len(recorded) != 2 {
			t.Errorf("replies tell that these wrote them: %v", recorded)
		}
		_, err := w.e.EndCanary(t.Context(), account, "agent", "ada")
		w.must(err)
		for n := range 3 {
			if got := answers(10 + n); !strings.Contains(got, "Anna") {
				t.Errorf("the canary is over, and person %d got %q", 10+n, got)
			}
		}
		w.whole()
	})
}

func TestTheVersionInUseThatFailsEndsItsCanary(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := storagetest.NewFaulty(3)
		w := over(t, f)
		defer w.close()
		f.Set(storagetest.Faults{Unknown: 0.5})
		defer f.Set(storagetest.Faults{})
		const name = scripts.FollowUpLink
		w.activate(name, says("Good"))
		w.activate(name, failsOn("Ada", "Bad"))
		w.percent(name, w.keep(name, says("New")), 1)
		w.round(0, 20)
		r := w.canary(name)
		if o := w.library(name); o.Script.Active != 1 || r.State != booking.CanaryEnded || r.Failed.Stable != booking.MaxScriptFaults {
			t.Errorf("version %d is in use after %d faults of the one before, and the canary is %s: %s", o.Script.Active, r.Failed.Stable, r.State, r.Reason)
		}
		w.whole()
	})
}

func TestAGoodRunForgetsTheFaultsInARowOfACanary(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		const name = scripts.FollowUpLink
		w.tries(name, says("Good"), failsOn("Ada", "Bad"), 99)
		n := 0
		texts := func(first string, times int) {
			for range times {
				for c := w.canary(name); !c.Draws(booking.Phone(person(n))); n++ {
				}
				left(w, fmt.Sprint(n), person(n), func(ev *booking.Event) { ev.Customer.FirstName = first })
				n++
				time.Sleep(20 * time.Minute)
				synctest.Wait()
			}
		}
		texts("Ada", booking.MaxScriptFaults-1)
		if alarms := w.alarms(); len(alarms) != 1 || alarms[0].Code != "script_failing" {
			t.Errorf("alarms while it fails: %+v", alarms)
		}
		texts("Bob", 1)
		if alarms := w.alarms(); len(alarms) != 0 {
			t.Errorf("alarms after a good run: %+v", alarms)
		}
		texts("Ada", booking.MaxScriptFaults-1)
		if c := w.canary(name); c.State != booking.CanaryRunning || c.Failed.Canary != 2*(booking.MaxScriptFaults-1) {
			t.Errorf("%d faults, with a good run between: %s", c.Failed.Canary, c.State)
		}
	})
}

// A person counts by the first session, whichever session a booking is credited to.
func TestAPersonOfACanaryWhoBooksCountsOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		const name = scripts.FollowUpLink
		w.tries(name, says("Old"), says("New"), 50)
		w.round(0, 1)
		w.round(0, 1)
		_, err := w.e.Book(t.Context(), account, booking.NewBooking{Source: booking.SourcePhone, Customer: booking.Customer{Phone: person(0)}, Service: "AC repair"})
		w.must(err)
		tally := w.canary(name).Tally
		if n := tally.Stable.Booked + tally.Canary.Booked; n != 1 || tally.Stable.Persons+tally.Canary.Persons != 1 {
			t.Errorf("%d booked: %+v", n, tally)
		}
		w.whole()
	})
}

// A lot that was drawn elsewhere while the text was written wins: the text is written again.
func TestALotThatIsDrawnMeanwhileWins(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		var c booking.Canary
		drawn := false
		const name = scripts.FollowUpLink
		w = newWorld(t, func(o *engine.Options) {
			o.Scripts = inBox(func(call box.Call) {
				if c.ID == "" || drawn {
					return
				}
				drawn = true
				w.must(w.store.Update(t.Context(), func(tx *storage.Tx) error {
					p, err := tx.Person(account, booking.Phone(person(0)))
					if err != nil {
						return err
					}
					p.Phone = booking.Phone(person(0))
					p.Lots = []booking.Lot{{Canary: c.ID, Script: name, Trial: booking.Trial{Control: strings.Contains(call.Source, "New"), Percent: 50, At: time.Now()}}}
					return tx.PutPerson(account, p)
				}))
			})
		})
		defer w.close()
		w.tries(name, says("Old"), says("New"), 50)
		c = w.canary(name).Canary
		id := left(w, "c", person(0))
		time.Sleep(17 * time.Minute)
		synctest.Wait()
		var p booking.Person
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) (err error) {
			p, err = s.Person(account, booking.Phone(person(0)))
			return err
		}))
		lot, _ := p.Lot(c.ID)
		if got, want := w.attempt(id).Template, booking.ScriptRef(name, lot.VersionFor(&c)); got != want || len(p.Lots) != 1 {
			t.Errorf("written by %s, and the person's lot says %s", got, want)
		}
	})
}
