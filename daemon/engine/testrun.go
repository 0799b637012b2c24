package engine

import (
	"context"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// TestedWith says what tests are played with: a source that is not kept, else a version, else the scripts that are in use.
type TestedWith struct {
	Name    string // of a script; empty: those that are in use
	Source  string
	Version *int // nil: the latest
	By      string
}

// prove plays every test that concerns a version, and keeps what came of it.
func (e *Engine) prove(ctx context.Context, a booking.AccountID, v booking.ScriptVersion, by string) (p proof, err error) {
	p.tested = v
	var saved []booking.ScriptTest
	err = e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if p.casts, err = castsOf(s, a, v); err != nil {
			return err
		}
		saved, _, err = s.ScriptTests(a, "", booking.MaxScriptTests)
		return err
	})
	if err != nil {
		return p, err
	}
	p.run, err = e.runTests(ctx, a, p.casts, e.scenes(saved), by)
	if err != nil {
		return p, err
	}
	return p, e.keepRun(ctx, a, p.run)
}

// keepRun keeps what came of the tests. It is nobody's change of the account.
func (e *Engine) keepRun(ctx context.Context, a booking.AccountID, run booking.TestRun) error {
	ctx = context.WithValue(ctx, doingKey{}, nil)
	return e.update(ctx, func(t *txn) error { return t.PutTestRun(a, run) })
}

// scenes are the built-in ones and the account's own.
func (e *Engine) scenes(saved []booking.ScriptTest) []Scene {
	all := e.o.Rehearser.Safety()
	for _, t := range saved {
		all = append(all, e.sceneOf(t))
	}
	return all
}

// sceneOf makes a scene of a saved test.
func (e *Engine) sceneOf(t booking.ScriptTest) Scene {
	scene, err := e.o.Rehearser.Read(t.Document)
	if err != nil { // it was read when it was saved; playing it tells what is wrong with it by now
		scene.Document = t.Document
	}
	scene.ID, scene.Name, scene.Mode, scene.Script = t.ID, t.Name, t.Mode, t.Script
	return scene
}

// RunTests plays all tests: with the scripts in use, or with those in use but for one.
func (e *Engine) RunTests(ctx context.Context, a booking.AccountID, with TestedWith) (run booking.TestRun, err error) {
	casts, saved, err := e.testedWith(ctx, a, with)
	if err != nil {
		return run, err
	}
	if run, err = e.runTests(ctx, a, casts, e.scenes(saved), with.By); err != nil || with.Source != "" {
		return run, err
	}
	return run, e.keepRun(ctx, a, run)
}

// ListedTest is a saved test or a built-in scene, with what came of it when all tests were played last.
type ListedTest struct {
	booking.ScriptTest
	BuiltIn bool
	Last    string // "passed", "failed", "warned"; empty: it was not among them, or has changed since
}

// Tests lists the built-in scenes and the account's tests, and gives the last run of all of them; nil: there was none.
func (e *Engine) Tests(ctx context.Context, a booking.AccountID) (all []ListedTest, run *booking.TestRun, err error) {
	var saved []booking.ScriptTest
	err = e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if run, err = s.TestRun(a); err != nil {
			return err
		}
		saved, _, err = s.ScriptTests(a, "", booking.MaxScriptTests)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if e.o.Rehearser != nil {
		for _, s := range e.o.Rehearser.Safety() {
			all = append(all, ListedTest{ScriptTest: booking.ScriptTest{ID: s.ID, Name: s.Name, Mode: s.Mode, Document: s.Document}, BuiltIn: true})
		}
	}
	for _, t := range saved {
		all = append(all, ListedTest{ScriptTest: t})
	}
	for i := range all {
		all[i].Last = all[i].lastly(run)
	}
	return all, run, nil
}

// lastly tells what came of the test in a run.
func (t ListedTest) lastly(run *booking.TestRun) string {
	switch {
	case run == nil || t.Changed().After(run.At) || !slices.Contains(run.Tests, t.ID):
		return ""
	case slices.ContainsFunc(run.Failures, func(f booking.FailedTest) bool { return f.ID == t.ID }):
		return "failed"
	case slices.ContainsFunc(run.Warned, func(f booking.FailedTest) bool { return f.ID == t.ID }):
		return "warned"
	case run.Failed > len(run.Failures):
		return "" // not all of those that failed were told
	}
	return "passed"
}

// Test gives one test, saved or built in; unknown_test when it is not there.
func (e *Engine) Test(ctx context.Context, a booking.AccountID, id string) (ListedTest, error) {
	all, _, err := e.Tests(ctx, a)
	if err != nil {
		return ListedTest{}, err
	}
	if i := slices.IndexFunc(all, func(t ListedTest) bool { return t.ID == id }); i >= 0 {
		return all[i], nil
	}
	return ListedTest{}, unknownTest()
}

// RunTest plays one test, saved or built in.
func (e *Engine) RunTest(ctx context.Context, a booking.AccountID, id string, with TestedWith) (played []Played, err error) {
	casts, saved, err := e.testedWith(ctx, a, with)
	if err != nil {
		return nil, err
	}
	all := e.scenes(saved)
	i := slices.IndexFunc(all, func(s Scene) bool { return s.ID == id })
	if i < 0 {
		return nil, unknownTest()
	}
	for _, c := range casts {
		if !c.Plays(all[i]) {
			continue
		}
		one, err := e.o.Rehearser.Play(ctx, string(a), c, all[i:i+1])
		if err != nil {
			return nil, err
		}
		for _, p := range one {
			p.With = c.ref()
			played = append(played, p)
		}
	}
	if len(played) == 0 {
		return nil, booking.Refuse(booking.Conflict, "nothing_plays_it", "id", "no script in use plays this test", "its script is not in use, or is of another kind; name one that plays it")
	}
	return played, nil
}

func (e *Engine) testedWith(ctx context.Context, a booking.AccountID, with TestedWith) (casts []Cast, saved []booking.ScriptTest, err error) {
	if e.o.Rehearser == nil {
		return nil, nil, noRehearser()
	}
	var v booking.ScriptVersion
	if with.Name != "" {
		if err := booking.ValidateScriptName(with.Name); err != nil {
			return nil, nil, err
		}
		var p program
		err = e.store.View(ctx, func(s *storage.Snapshot) (err error) {
			p, _, err = previewed(s, a, PreviewIn{Name: with.Name, Source: with.Source, Version: with.Version})
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		if v = p.main; v.Kind == "" {
			if v.Kind, err = e.checkScript(ctx, a, v); err != nil {
				return nil, nil, err
			}
		}
	}
	err = e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if with.Name == "" {
			casts, err = inUse(s, a)
		} else {
			casts, err = castsOf(s, a, v)
		}
		if err != nil {
			return err
		}
		saved, _, err = s.ScriptTests(a, "", booking.MaxScriptTests)
		return err
	})
	return casts, saved, err
}

// Plays tells whether a scene is played with the cast.
func (c Cast) Plays(s Scene) bool {
	return s.Mode == c.Mode() && (s.Script == "" || s.Script == c.Script)
}

// runTests plays scenes with each cast that they are for, and those that fail with what is in use, to show where the replies part.
func (e *Engine) runTests(ctx context.Context, a booking.AccountID, casts []Cast, scenes []Scene, by string) (run booking.TestRun, err error) {
	run = booking.TestRun{At: e.now(), By: by, Scripts: []string{}, Tests: []string{}}
	for _, c := range casts {
		run.Scripts = append(run.Scripts, c.ref())
		var mine []Scene
		for _, s := range scenes {
			if c.Plays(s) {
				mine = append(mine, s)
			}
		}
		played, err := e.o.Rehearser.Play(ctx, string(a), c, mine)
		if err != nil {
			return run, err
		}
		var failed, advised []Played
		for _, p := range played {
			if !slices.Contains(run.Tests, p.Scene.ID) {
				run.Tests = append(run.Tests, p.Scene.ID)
			}
			if run.Played++; p.Passed {
				continue
			}
			if p.Scene.Advisory {
				advised = append(advised, p)
				continue
			}
			if run.Failed++; len(run.Failures)+len(failed) < booking.MaxFailuresTold {
				failed = append(failed, p)
			}
		}
		told, err := e.tellFailed(ctx, a, c, failed)
		if err != nil {
			return run, err
		}
		run.Failures = append(run.Failures, told...)
		if told, err = e.tellFailed(ctx, a, c, advised[:min(len(advised), booking.MaxFailuresTold-len(run.Warned))]); err != nil {
			return run, err
		}
		run.Warned = append(run.Warned, told...)
	}
	return run, nil
}

// tellFailed shows tests that failed beside what was said before: by the scripts in use, else when it was recorded.
func (e *Engine) tellFailed(ctx context.Context, a booking.AccountID, c Cast, failed []Played) (told []booking.FailedTest, err error) {
	if len(failed) == 0 {
		return nil, nil
	}
	now := Cast{}
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		p, err := activeProgram(s, a, c.Script)
		if err == nil {
			now = castOf(p)
		}
		return nil // a script that is not in use has no replies of before
	})
	if err != nil {
		return nil, err
	}
	scenes := make([]Scene, len(failed))
	for i, p := range failed {
		scenes[i] = p.Scene
	}
	var before []Played
	if now.Kind == c.Kind && !now.same(c) {
		if before, err = e.o.Rehearser.Play(ctx, string(a), now, scenes); err != nil {
			return nil, err
		}
	}
	for i, p := range failed {
		f := booking.FailedTest{ID: p.Scene.ID, Name: p.Scene.Name, BuiltIn: p.Scene.BuiltIn, Script: c.ref(), Outcome: p.Outcome, Failures: shortened(p.Failures), Said: p.Said}
		if before != nil {
			f.Before = before[i].Said
		} else {
			f.Before = RecordedOf(p)
		}
		if len(f.Before) > 0 {
			f.PartsAt = booking.Parts(f.Before, f.Said)
		}
		f.Said, f.Before, f.PartsAt = excerptOf(f.Said, f.Before, f.PartsAt)
		told = append(told, f)
	}
	return told, nil
}

// RecordedOf lays what was answered when a test was recorded behind what the customer says in it.
func RecordedOf(p Played) (all []booking.Spoken) {
	if len(p.Scene.Recorded) == 0 {
		return nil
	}
	for _, s := range p.Said {
		if s.From == "customer" {
			all = append(all, s)
		}
	}
	return append(all, p.Scene.Recorded...)
}

const (
	toldText     = 400 // characters of a text that are told
	toldFailures = 5   // of one test
	toldFailure  = 300 // characters of a failure
)

// beginningOf gives the beginning of a text, at most n characters.
func beginningOf(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n]) + "…"
	}
	return text
}

func shortened(failures []string) []string {
	out := []string{}
	for _, f := range failures[:min(len(failures), toldFailures)] {
		out = append(out, beginningOf(f, toldFailure))
	}
	return out
}

// excerptOf keeps of two runs what stands around the text in which they part, else the end.
func excerptOf(said, before []booking.Spoken, parts int) (s, b []booking.Spoken, at int) {
	from := 0
	if longest := max(len(said), len(before)); longest > booking.MaxSpokenTold {
		from = longest - booking.MaxSpokenTold
		if parts > 0 {
			from = min(from, max(0, parts-2))
		}
	}
	cut := func(all []booking.Spoken) (out []booking.Spoken) {
		for i := from; i < len(all) && len(out) < booking.MaxSpokenTold; i++ {
			out = append(out, booking.Spoken{From: all[i].From, Text: beginningOf(all[i].Text, toldText)})
		}
		return out
	}
	if parts > 0 {
		parts -= from
	}
	return cut(said), cut(before), parts
}
