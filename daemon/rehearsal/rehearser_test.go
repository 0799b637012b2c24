package rehearsal_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/scripts"
)

// ownCast is a script of the program as a cast.
func ownCast(t testing.TB, name string) engine.Cast {
	t.Helper()
	v, ok := scripts.BuiltIn(name)
	if !ok {
		t.Fatalf("there is no script %s", name)
	}
	return engine.Cast{Script: name, Kind: v.Kind, Versions: []booking.ScriptVersion{v}}
}

func scenesFor(r *rehearsal.Rehearser, c engine.Cast) (scenes []engine.Scene) {
	for _, s := range r.Safety() {
		if s.Mode == c.Mode() {
			scenes = append(scenes, s)
		}
	}
	return scenes
}

// What is built in passes the built-in scenes.
func TestBuiltInScriptsPassTheSafetyScenes(t *testing.T) {
	r := rehearsal.NewRehearser(inBox{})
	for _, name := range []string{scripts.Agent, scripts.FollowUpLink} {
		c := ownCast(t, name)
		played, err := r.Play(t.Context(), "", c, scenesFor(r, c))
		if err != nil {
			t.Fatal(err)
		}
		if len(played) < 3 {
			t.Errorf("%s plays %d scenes", name, len(played))
		}
		for _, p := range played {
			t.Logf("%s: %s", p.Scene.ID, p.Outcome)
			if !p.Passed {
				t.Errorf("%s fails %s: %s\n%v", name, p.Scene.ID, strings.Join(p.Failures, "; "), p.Said)
			}
		}
	}
}

// A file that is no rehearsal is refused, and only one that is a world is passed over as one.
func TestOnlyAWorldIsAWorld(t *testing.T) {
	for doc, want := range map[string]bool{
		`{"business":{"name":"Brightwater"}}`: true, `{"name":"x"}`: false, `{"name":"x","world":{"business":{"name":"B"}}}`: false, `{`: false,
	} {
		if _, err := rehearsal.Read([]byte(doc), nil); errors.Is(err, rehearsal.ErrWorld) != want || !errors.Is(err, &booking.Error{Code: "invalid_rehearsal"}) {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

// plays gives what came of the built-in scenes with a source as the agent.
func plays(t *testing.T, source string) map[string]engine.Played {
	t.Helper()
	r := rehearsal.NewRehearser(inBox{})
	c := engine.Cast{Script: "mine", Kind: booking.ScriptAgent, Versions: []booking.ScriptVersion{{Script: "mine", Version: 1, Kind: booking.ScriptAgent, Source: source, ID: "mine"}}}
	all, err := r.Play(t.Context(), "tests", c, scenesFor(r, c))
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]engine.Played{}
	for _, p := range all {
		by[p.Scene.ID] = p
	}
	return by
}

// Each scene is failed by an agent that does what it forbids, as far as the house lets it.
func TestScenesCatchWhatTheyAreAbout(t *testing.T) {
	const head = `function reply(ctx)
  if ctx.event.kind == "start" then return { say = ctx.business.name .. ", automated. Reply STOP to opt out." } end
`
	for scene, body := range map[string]string{
		"person":             `return { say = "Want me to book it?" }`,
		"minor":              `return { say = "Shall I book it?" }`,
		"injection":          `return { say = "Sure, tonight it is." }`,
		"price":              `return { say = "We match that price!" }`,
		"sold-out":           `return { say = "You are booked." }`,
		"sold-out-meanwhile": `error("no window")`,
	} {
		p := plays(t, head+"  "+body+"\nend")[scene]
		if p.Passed || len(p.Failures) == 0 {
			t.Errorf("%s passes with %s: %s %v", scene, body, p.Outcome, p.Said)
		}
	}
	// What the house does before any script, no script can spoil.
	for scene, p := range plays(t, head+"  error('x')\nend") {
		if (scene == "emergency" || scene == "stop" || scene == "stop-in-plain-words" || scene == "silence") && !p.Passed {
			t.Errorf("%s fails: %v", scene, p.Failures)
		}
	}
}

// A broken script fails the scene, although the built-in text went out in its place.
func TestABrokenScriptFailsAlthoughSomethingStoodIn(t *testing.T) {
	p := plays(t, "function reply(ctx)\n  return { say = ctx.customer.nick.name }\nend")["first-text-of-an-agent"]
	if p.Passed || !strings.Contains(strings.Join(p.Failures, " "), "mine.lua:2") || p.Outcome != "offered" {
		t.Errorf("%+v", p)
	}
}

// BenchmarkScenes plays the built-in scenes with the built-in agent; an op is one scene.
func BenchmarkScenes(b *testing.B) {
	r := rehearsal.NewRehearser(inBox{})
	c := ownCast(b, scripts.Agent)
	scenes := scenesFor(r, c)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n++; n%len(scenes) != 0 {
			continue
		}
		if _, err := r.Play(b.Context(), "", c, scenes); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "scenes/s")
}
