package rehearsal_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

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
	_, _, _ = context.Background, json.Marshal, time.Now
}
