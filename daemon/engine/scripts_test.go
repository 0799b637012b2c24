package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// says is a template with words of its own.
func says(words string) string {
	return "function render(ctx) return '" + words + " ' .. ctx.business.name .. ': ' .. ctx.link .. ' Reply STOP to opt out.' end"
}

// failsOn is such a template that fails for one first name.
func failsOn(name, words string) string {
	return "function render(ctx)\n\tif ctx.customer.first_name == '" + name + "' then\n\t\terror('no words')\n\tend\n\treturn '" + words +
		" ' .. ctx.business.name .. ': ' .. ctx.link .. ' Reply STOP to opt out.'\nend"
}

func (w *world) library(name string) engine.ScriptOverview {
	w.t.Helper()
	var o engine.ScriptOverview
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		o, err = engine.LibraryScript(s, account, name)
		return err
	}))
	return o
}

// attempt gives the attempt of a session's text.
func (w *world) attempt(id booking.SessionID) booking.Attempt {
	w.t.Helper()
	var a *booking.Attempt
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		a, err = s.Attempt(account, w.session(id).FollowUp.Attempt)
		return err
	}))
	if a == nil {
		w.t.Fatalf("session %s has no attempt", id)
	}
	return *a
}

// whole proves that the rows of the store agree.
func (w *world) whole() {
	w.t.Helper()
	r, err := w.store.Verify(w.t.Context())
	w.must(err)
	for _, f := range r.Findings {
		w.t.Errorf("%s: %s", f.Key, f.Message)
	}
}

func TestATextTellsWhichVersionsWroteIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		before := left(w, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		w.activate("words", "return { hello = 'Howdy' }")
		w.activate(scripts.FollowUpLink, says("First"))
		w.activate(scripts.FollowUpLink, "local w = require 'words'\nfunction render(ctx) return w.hello .. ' ' .. ctx.business.name .. ' ' .. ctx.link .. ' Reply STOP to opt out.' end")
		after := left(w, "c2", phone(2))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := w.attempt(before); got.Template != "follow_up_link@0" || !strings.Contains(got.Body, "not finished") {
			t.Errorf("before: %s by %s", got.Body, got.Template)
		}
		if got := w.attempt(after); got.Template != "follow_up_link@2 words@1" || !strings.HasPrefix(got.Body, "Howdy Brightwater") {
			t.Errorf("after: %s by %s", got.Body, got.Template)
		}
		w.whole()
	})
}

func TestAVersionThatFailsAgainAndAgainMakesRoomVisibly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.activate(scripts.FollowUpLink, says("Good"))
		w.activate(scripts.FollowUpLink, failsOn("Ada", "Bad"))
		var last booking.SessionID
		for n := 1; n <= 5; n++ {
			last = left(w, fmt.Sprint(n), phone(n))
			time.Sleep(time.Minute)
		}
		time.Sleep(11*time.Minute + 30*time.Second) // four are out
		synctest.Wait()
		if alarms := w.alarms(); len(alarms) != 1 || alarms[0].Code != "script_failing" || !strings.Contains(alarms[0].Message, "follow_up_link.lua:3: ") || !strings.Contains(alarms[0].Message, "follow_up_link@2") {
			t.Errorf("after some faults: %+v", alarms)
		}
		if o := w.library(scripts.FollowUpLink); o.Script.Active != 2 {
			t.Fatalf("version %d is in use after %d faults", o.Script.Active, len(o.Script.Faults))
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		o := w.library(scripts.FollowUpLink)
		if o.Script.Active != 1 || len(o.Script.Faults) != 0 {
			t.Errorf("version %d is in use after five faults, %d counted", o.Script.Active, len(o.Script.Faults))
		}
		if alarms := w.alarms(); len(alarms) != 1 || alarms[0].Code != "script_rolled_back" || !strings.Contains(alarms[0].Message, "Version 2") || !strings.Contains(alarms[0].Message, "version 1 took over") {
			t.Errorf("alarms: %+v", alarms)
		}
		told := false
		for _, f := range w.trace(last) {
			told = told || strings.Contains(f.Fact, "follow_up_link@2 → follow_up_link@1")
		}
		if !told {
			t.Errorf("the trace of the last text does not tell of it: %+v", w.trace(last))
		}
		if got := w.texts(""); len(got) != 5 {
			t.Errorf("%d texts for five sessions", len(got))
		}
		id := left(w, "6", phone(6))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := w.attempt(id); got.Template != "follow_up_link@1" || !strings.HasPrefix(got.Body, "Good") {
			t.Errorf("the next text: %s by %s", got.Body, got.Template)
		}
		_, err := w.e.ActivateScript(t.Context(), account, scripts.FollowUpLink, 2)
		w.must(err)
		if alarms := w.alarms(); len(alarms) != 0 {
			t.Errorf("a person's choice ends the alarm: %+v", alarms)
		}
		w.whole()
	})
}

func TestAGoodRunForgetsFaults(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.activate(scripts.FollowUpLink, failsOn("Ada", "Fine"))
		left(w, "1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if n := len(w.library(scripts.FollowUpLink).Script.Faults); n != 1 || len(w.alarms()) != 1 {
			t.Fatalf("%d faults, alarms %+v; want one of each", n, w.alarms())
		}
		left(w, "2", phone(2), func(ev *booking.Event) { ev.Customer.FirstName = "Bea" })
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if n := len(w.library(scripts.FollowUpLink).Script.Faults); n != 0 || len(w.alarms()) != 0 {
			t.Errorf("%d faults after a good run, alarms %+v", n, w.alarms())
		}
	})
}

// The oldest versions go, but never the one in use nor the one to go back to.
func TestOnlySoManyVersionsAreKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		put := func(n int) {
			_, err := w.e.PutScript(t.Context(), account, engine.NewVersion{Name: "mine", Source: says(fmt.Sprint("v", n))})
			w.must(err)
		}
		for n := range booking.MaxVersions {
			put(n)
		}
		_, err := w.e.ActivateScript(t.Context(), account, "mine", 2)
		w.must(err)
		_, err = w.e.ActivateScript(t.Context(), account, "mine", 5)
		w.must(err)
		for n := range 6 {
			put(1000 + n)
		}
		v := w.library("mine").Script
		if len(v.Versions) != booking.MaxVersions || v.Latest != booking.MaxVersions+6 || v.Versions[0] != 2 || v.Versions[1] != 5 || v.Versions[2] != 9 {
			t.Errorf("%d kept, latest %d, first %v", len(v.Versions), v.Latest, v.Versions[:4])
		}
		w.whole()
		w.must(w.e.DeleteScript(t.Context(), account, "mine")) // more than one transaction can
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
			head, err := s.Script(account, "mine")
			if head != nil {
				t.Errorf("left: %+v", head)
			}
			return err
		}))
		w.whole()
	})
}

func TestAScriptOfTheWrongKindRaisesAnAlarm(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.activate("mine", says("Mine"))
		w.follow(func(f *booking.FollowUpSet) { f.Template = "mine" })
		time.Sleep(time.Hour)
		since := time.Now()
		w.activate("mine", "function reply(ctx) return { say = 'x' } end")
		time.Sleep(time.Hour)
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
			alarms, err := engine.Alarms(s, account)
			if len(alarms) != 1 || alarms[0].Code != "script_wrong_kind" || !alarms[0].Since.Equal(since) || !strings.HasSuffix(alarms[0].Fix, "template: follow_up_link") {
				t.Errorf("alarms = %+v; want one since %s", alarms, since)
			}
			return err
		}))
		id := left(w, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := w.attempt(id); got.Template != "follow_up_link@0" || len(w.library("mine").Script.Faults) != 0 {
			t.Errorf("%s by %s; faults of the agent: %+v", got.Body, got.Template, w.library("mine").Script.Faults)
		}
		w.follow(func(f *booking.FollowUpSet) { f.Delay = booking.Duration(10 * time.Minute) }) // the rest can be changed meanwhile
	})
}

// noWalls is a pool that runs nothing.
type noWalls struct{ err error }

func (n noWalls) Run(context.Context, string, box.Call) (box.Result, error) {
	return box.Result{}, n.err
}

func TestWithoutWallsFollowUpsGoOutInPlainWords(t *testing.T) {
	for name, edit := range map[string]func(*engine.Options){
		"none at the start": func(o *engine.Options) { o.Scripts, o.WallsMissing = nil, "wall in system calls: not permitted" },
		"gone later":        func(o *engine.Options) { o.Scripts = noWalls{worker.ErrStart} },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, edit)
				defer w.close()
				id := left(w, "c1", phone(1))
				time.Sleep(time.Hour)
				synctest.Wait()
				got := w.attempt(id)
				if got.Template != "house" || !strings.HasPrefix(got.Body, "Your booking with Brightwater Home Services is not finished: https://") {
					t.Errorf("%s by %s", got.Body, got.Template)
				}
				if o := w.library(scripts.FollowUpLink); len(o.Script.Faults) != 0 {
					t.Errorf("the script is blamed: %+v", o.Script)
				}
				_, err := w.e.PutScript(t.Context(), account, engine.NewVersion{Name: "mine", Source: says("x")})
				if want := map[bool]string{true: "script_walls_missing", false: "scripts_busy"}[name == "none at the start"]; !errors.Is(err, &booking.Error{Code: want}) {
					t.Errorf("a script was taken: %v", err)
				}
				if name == "none at the start" {
					if alarms := w.alarms(); len(alarms) != 1 || alarms[0].Code != "script_walls_missing" || !strings.Contains(alarms[0].Message, "wall in system calls") {
						t.Errorf("alarms %+v", alarms)
					}
				}
			})
		})
	}
}

// A script that had to be killed is at fault, and its text goes out all the same.
func TestAKilledScriptIsAFaultOfItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, func(o *engine.Options) { o.Scripts = killer{} })
		defer w.close()
		w.activate(scripts.FollowUpLink, says("Deadly"))
		id := left(w, "c1", phone(1))
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if got := w.attempt(id); got.Template != "follow_up_link@0" {
			t.Errorf("%s by %s", got.Body, got.Template)
		}
		if alarms := w.alarms(); len(alarms) != 1 || alarms[0].Code != "script_failing" || !strings.Contains(alarms[0].Message, "too long") {
			t.Errorf("alarms %+v", alarms)
		}
	})
}

// killer kills the worker under scripts that are about a real customer and say "Deadly".
type killer struct{}

func (killer) Run(_ context.Context, _ string, c box.Call) (box.Result, error) {
	if strings.Contains(c.Source, "Deadly") && strings.Contains(string(c.Ctx), `"Ada"`) {
		return box.Result{}, fmt.Errorf("%w after 1s", worker.ErrKilled)
	}
	return box.Run(c), nil
}

// A seed brings scripts that find each other; one that fails leaves nothing behind.
func TestASeedBringsScripts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		w := &world{t: t, store: store, e: engine.New(engine.Options{Store: store, Now: time.Now, Simulator: true, Scripts: inBox(nil)})}
		s := seed()
		uses := engine.NewVersion{Name: "mine", Source: "local w = require 'words'\nfunction render(ctx) return w.hello .. ctx.link end", Author: "seed"}
		s.Scripts = []engine.NewVersion{uses}
		_, err = w.e.FirstStart(t.Context(), s)
		refusal, ok := errors.AsType[*booking.Error](err)
		if !ok || refusal.Code != "script_invalid" || refusal.Field != "scripts[0].source" || refusal.Line != 1 {
			t.Fatalf("a seed with a script that fails: %v", err)
		}
		s.Scripts = append(s.Scripts, engine.NewVersion{Name: "words", Source: "return { hello = 'Hello ' }", Author: "seed"})
		if _, err := w.e.FirstStart(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if o := w.library("mine"); o.Script.Active != 1 || o.Active.Author != "seed" || o.Active.Kind != booking.ScriptTemplate {
			t.Errorf("%+v", o)
		}
		w.whole()
	})
}

// What a template invents goes out in no text, and the preview says so before.
func TestTheFirewallStandsBeforeTheFirstText(t *testing.T) {
	const invents = `function render(ctx) return ctx.business.name .. ": you are booked for Tuesday at 9 AM. See " .. ctx.link end`
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.activate("invents", invents)
		w.follow(func(f *booking.FollowUpSet) { f.Template = "invents" })
		p, err := w.e.Preview(t.Context(), account, engine.PreviewIn{Name: "invents", Source: invents})
		w.must(err)
		if !slices.ContainsFunc(p.Remarks, func(r booking.Remark) bool { return r.Code == "refused" }) || p.Sends != nil {
			t.Errorf("the preview lets it pass: %+v", p.Remarks)
		}
		id := left(w, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if got := w.attempt(id); !strings.HasPrefix(got.Template, scripts.FollowUpLink) || strings.Contains(got.Body, "booked") {
			t.Errorf("it went out: %s by %s", got.Body, got.Template)
		}
	})
}
func TestASchedulerChoosesAmongScriptsOfTheRightKind(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.activate("mine", says("Mine"))
		w.must(errOf(w.e.PutScript(t.Context(), account, engine.NewVersion{Name: "draft", Source: says("Draft")})))
		for _, c := range []struct {
			set         booking.FollowUpSet
			code, field string
		}{
			{booking.FollowUpSet{Template: "nope"}, "unknown_script", "follow_up.template"},
			{booking.FollowUpSet{Template: "draft"}, "unknown_script", "follow_up.template"},
			{booking.FollowUpSet{Template: "agent"}, "script_wrong_kind", "follow_up.template"},
			{booking.FollowUpSet{Template: "agent_words"}, "script_wrong_kind", "follow_up.template"},
			{booking.FollowUpSet{Agent: "follow_up_link"}, "script_wrong_kind", "follow_up.agent"},
			{booking.FollowUpSet{Template: "mine", Agent: "agent"}, "", ""},
		} {
			_, err := w.e.EditScheduler(t.Context(), account, scheduler, func(s *booking.Scheduler) error {
				s.FollowUp.Template, s.FollowUp.Agent = c.set.Template, c.set.Agent
				return nil
			})
			_, made := w.e.CreateScheduler(t.Context(), account, booking.Scheduler{ID: "other", Name: "Other", URL: "https://brightwater.example/o", FollowUp: c.set})
			for _, err := range []error{err, made} {
				no, refused := errors.AsType[*booking.Error](err)
				if refused != (c.code != "") || refused && (no.Class != booking.Invalid || no.Code != c.code || no.Field != c.field || !strings.Contains(no.Hint, "kind "+map[string]string{"follow_up.template": "template: follow_up_link, mine", "follow_up.agent": "agent: agent"}[c.field])) {
					t.Errorf("%+v: %+v", c.set, err)
				}
			}
		}
	})
}

func errOf[T any](_ T, err error) error { return err }
