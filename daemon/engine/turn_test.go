package engine_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// agentOf has the scheduler's first texts written by an agent, with two windows to offer.
func agentOf(source string) func(*world) {
	return func(w *world) {
		w.activate("asker", source)
		w.follow(func(f *booking.FollowUpSet) { f.Mode, f.Agent = booking.AIAgent, "asker" })
		start := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
		_, err := w.e.PutWindows(w.t.Context(), account, scheduler, []booking.Window{
			{ID: "w2", Start: start.Add(4 * time.Hour), End: start.Add(6 * time.Hour), Capacity: 1, Open: 1},
			{ID: "w1", Start: start, End: start.Add(2 * time.Hour), Capacity: 1, Open: 1},
			{ID: "full", Start: start.Add(time.Hour), End: start.Add(2 * time.Hour), Capacity: 1},
			{ID: "later", Start: start.AddDate(0, 0, 10), End: start.AddDate(0, 0, 10).Add(time.Hour), Capacity: 1, Open: 1},
		})
		w.must(err)
	}
}

// asker asks three times and tells what it got.
const asker = `
function reply(ctx)
	local all = ask("windows", { service = ctx.session.service })
	local near = ask("windows", { days = 3 })
	local _, code = ask("dance", {})
	if not near or not near[1] then
		return { say = "This is the automated assistant. No window." }
	end
	return { say = "This is the automated assistant. " .. string.rep("w", #all) .. " in all, " .. string.rep("w", #near) .. " soon: is " .. near[1].label .. " good? " .. (string.gsub(code, "_", " ")) }
end`

func TestAnAgentsFirstTextIsWrittenByAsks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		agentOf(asker)(w)
		id := left(w, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		got := w.attempt(id)
		const want = "Brightwater Home Services: This is the automated assistant. www in all, ww soon: is Wed Mar 11, 8 AM-10 AM good? unknown ask Reply STOP to opt out."
		if got.Body != want || got.Template != "asker@1" {
			t.Errorf("got  %s by %s\nwant %s", got.Body, got.Template, want)
		}
		if n := w.stats().Fired["ask"]; n < 3 { // an answered one may fire again, and does nothing
			t.Errorf("%d asks were carried out, want 3", n)
		}
		w.whole()
	})
}

func TestTheBuiltInAgentOffersWindows(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		agentOf(asker)(w)
		w.follow(func(f *booking.FollowUpSet) { f.Agent = "" })
		id := left(w, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		got := w.attempt(id)
		if got.Template != "agent@0 agent_answers@0 agent_facts@0 agent_turn@0 agent_words@0" || got.Segments != 1 || !strings.Contains(got.Body, "automated") || !strings.Contains(got.Body, "Wed Mar 11, 8 AM-10 AM") {
			t.Errorf("got %d segments by %s: %s", got.Segments, got.Template, got.Body)
		}
	})
}

// Between two runs of a script the daemon may die at any commit: nothing is lost, nothing is done twice, and the text is the
// same.
func TestKilledAtAnyCommitOfATurnStillExactlyOneText(t *testing.T) {
	t.Parallel()
	var commits int
	bubble(t, func(t *testing.T) { _, _, commits = life(t, &mortal{left: -1}, &mortalCarrier{}, agentOf(asker)) })
	if commits < 11 {
		t.Fatalf("only %d commits; three asks alone are six", commits)
	}
	for n := 1; n <= commits; n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("commit %d of %d, on disk %v", n, commits, after), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					texts, s, _ := life(t, &mortal{left: n, after: after}, &mortalCarrier{}, agentOf(asker))
					unknown := texts == 0 && s.FollowUp.State == booking.FollowUpUnknown
					if texts != 1 && !unknown {
						t.Errorf("%d texts, follow-up %+v", texts, s.FollowUp)
					}
				})
			})
		}
	}
}

// A turn goes on with the version that it began with, whatever is activated meanwhile.
func TestATurnIsBoundToItsVersion(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		var calls atomic.Int64
		w = newWorld(t, func(o *engine.Options) {
			o.Scripts = inBox(func(c box.Call) {
				if c.Entry == box.EntryReply && strings.Contains(string(c.Ctx), "6145550101") && len(c.Answers) == 1 && calls.Add(1) == 1 {
					v, err := w.e.PutScript(t.Context(), account, engine.NewVersion{Name: "asker", Source: "function reply(ctx) return { say = 'Another automated one.' } end"})
					w.must(err)
					_, err = w.e.ActivateScript(t.Context(), account, "asker", v.Version)
					w.must(err)
				}
			})
		})
		defer w.close()
		agentOf(asker)(w)
		calls.Store(0)
		id := left(w, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := w.attempt(id); got.Template != "asker@1" || !strings.Contains(got.Body, "ww soon") {
			t.Errorf("the turn changed under way: %s by %s", got.Body, got.Template)
		}
		if o := w.library("asker"); o.Script.Active != 2 {
			t.Errorf("version %d is in use; the test did not activate another", o.Script.Active)
		}
	})
}

// refusing is a pool that may have no worker for a call.
type refusing func(box.Call) error

func (f refusing) Run(_ context.Context, _ string, c box.Call) (box.Result, error) {
	if err := f(c); err != nil {
		return box.Result{}, err
	}
	return box.Run(c), nil
}

// A built-in script that has changed with the program is another script: the turn is begun anew, and there is still one text.
func TestATurnWhoseSourceChangedIsBegunAnew(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		var changed atomic.Bool
		w = newWorld(t, func(o *engine.Options) {
			o.Scripts = refusing(func(c box.Call) error {
				if len(c.Answers) != 2 || !strings.Contains(string(c.Ctx), "6145550101") || changed.Swap(true) {
					return nil
				}
				w.must(w.store.Update(t.Context(), func(tx *storage.Tx) error {
					turn, err := tx.Turn(account, w.session(w.idOf("c1")).FollowUp.Turn)
					if err != nil {
						return err
					}
					old := *turn
					turn.Script.SHA256 = "another"
					return tx.PutTurn(account, &old, *turn)
				}))
				return worker.ErrBusy // so that the run is tried again
			})
		})
		defer w.close()
		agentOf(asker)(w)
		id := left(w, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := w.attempt(id); got.Template != "asker@1" || !strings.Contains(got.Body, "ww soon") || len(w.texts(phone(1))) != 1 {
			t.Errorf("%d texts, %s by %s", len(w.texts(phone(1))), got.Body, got.Template)
		}
		if n := w.stats().Fired["ask"]; n <= 3 {
			t.Errorf("%d asks were carried out; the turn went on with another source", n)
		}
	})
}

// STOP that comes while a script waits for an answer wins.
func TestNewsDuringATurnWins(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		w = newWorld(t, func(o *engine.Options) {
			o.Scripts = inBox(func(c box.Call) {
				if len(c.Answers) == 2 && strings.Contains(string(c.Ctx), "6145550101") {
					w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: "SM1", From: booking.Phone(phone(1)), To: sender, Body: "STOP"}))
				}
			})
		})
		defer w.close()
		agentOf(asker)(w)
		id := left(w, "c1", phone(1))
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := w.session(id); len(w.texts(phone(1))) != 0 || s.FollowUp.WithheldBy != booking.CheckOptedOut {
			t.Errorf("%d texts, %+v", len(w.texts(phone(1))), s.FollowUp)
		}
	})
}

// An agent that asks without end, or gives no text, fails; the built-in one writes in its place and gets no answers.
func TestAnAgentThatFailsIsStoodInFor(t *testing.T) {
	for name, source := range map[string]string{
		"asks without end": "function reply(ctx) if ctx.customer.first_name ~= 'Ada' then return { say = 'x' } end for i = 1, 20 do ask('windows', { days = i }) end return { say = 'x' } end",
		"says nothing":     "function reply(ctx) return { hand_off = 'a person' } end",
		"breaks":           "function reply(ctx) if ctx.customer.first_name == 'Ada' then error('no') end return { say = 'x' } end",
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				agentOf(source)(w)
				id := left(w, "c1", phone(1))
				time.Sleep(30 * time.Minute)
				synctest.Wait()
				if got := w.attempt(id); got.Template != "agent@0 agent_facts@0 agent_answers@0 agent_turn@0 agent_words@0" || !strings.Contains(got.Body, "Which day suits you?") {
					t.Errorf("%s by %s", got.Body, got.Template)
				}
				if alarms := w.alarms(); len(alarms) != 1 || alarms[0].Code != "script_failing" {
					t.Errorf("alarms %+v", alarms)
				}
				w.whole()
			})
		})
	}
}

// A text that was put off is written anew at its time: it does not offer what was open when it was written first.
func TestATextThatWaitedOffersNothingOfYesterday(t *testing.T) {
	for _, agent := range []string{"asker", ""} {
		t.Run("agent "+agent, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				agentOf(asker)(w)
				w.follow(func(f *booking.FollowUpSet) { f.Agent = agent })
				w.settings(func(a *booking.Account) { a.Settings.DailyCap = 2 })
				today := time.Date(2026, 3, 10, 20, 0, 0, 0, time.UTC)
				_, err := w.e.PutWindows(t.Context(), account, scheduler, []booking.Window{
					{ID: "today", Start: today, End: today.Add(2 * time.Hour), Capacity: 1, Open: 1},
					{ID: "friday", Start: today.Add(72 * time.Hour), End: today.Add(74 * time.Hour), Capacity: 1, Open: 1},
				})
				w.must(err)
				var ids []booking.SessionID
				for i := range 3 {
					ids = append(ids, left(w, fmt.Sprint("c", i), phone(i)))
					time.Sleep(time.Minute)
				}
				time.Sleep(time.Hour)
				for _, id := range ids {
					if s := w.session(id); s.FollowUp.Turn != "" {
						t.Errorf("%s keeps its turn: %+v", id, s.FollowUp)
					}
				}
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				late := 0
				for _, m := range w.texts("") {
					if m.At.Before(today.Add(4 * time.Hour)) {
						continue
					}
					late++
					if strings.Contains(m.Body, "Tue") || strings.Contains(m.Body, "today") {
						t.Errorf("on %s a customer is offered %s", m.At, m.Body)
					}
				}
				if late == 0 {
					t.Error("no text waited for the next day; nothing was tested")
				}
			})
		})
	}
}

// An ask that nobody answered before the daemon stopped is no ground for an old text either.
func TestATurnThatIsOldIsBegunAnew(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		var begun, stopped atomic.Bool
		w = newWorld(t, func(o *engine.Options) {
			o.Scripts = refusing(func(c box.Call) error {
				if len(c.Answers) == 2 && strings.Contains(string(c.Ctx), "6145550101") && !stopped.Load() {
					begun.Store(true)
					return worker.ErrBusy
				}
				if stopped.Load() && len(c.Answers) == 2 && strings.Contains(string(c.Ctx), `"now":"2026-03-10`) {
					t.Errorf("a script goes on with what it was given yesterday: %s", c.Ctx)
				}
				return nil
			})
		})
		agentOf(asker)(w)
		id := left(w, "c1", phone(1))
		time.Sleep(15*time.Minute + 500*time.Millisecond)
		w.must(w.e.Stop(context.Background()))
		stopped.Store(true)
		if w.session(id).FollowUp.Turn == "" || !begun.Load() {
			t.Fatalf("no turn is under way: %+v", w.session(id).FollowUp)
		}
		time.Sleep(24 * time.Hour)
		w.renew(w.options)
		w.must(w.e.Start(t.Context()))
		defer w.close()
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := w.texts(phone(1)); len(got) != 1 || strings.Contains(got[0].Body, "w1") { // it has begun since
			t.Errorf("%+v", got)
		}
		w.whole()
	})
}

// What is due already does not wait for the end of its millisecond: a turn has four such steps.
func TestATurnWithoutAReplyWaitTakesNoTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, _ := talking(t)
		defer w.close()
		w.settings(func(a *booking.Account) { a.Settings.ReplyWait = 0 })
		time.Sleep(time.Second + 300*time.Microsecond)
		w.says("what do you have on Friday?", 1)
		synctest.Wait()
		if n := len(w.texts(phone(1))); n != 2 {
			t.Errorf("%d texts before any time has passed, want the answer to be there", n)
		}
	})
}
