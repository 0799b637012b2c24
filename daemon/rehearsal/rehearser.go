package rehearsal

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
)

// Rehearser is what an engine plays tests with.
type Rehearser struct{ walls scripts.Walls }

// NewRehearser plays tests behind the walls.
func NewRehearser(walls scripts.Walls) *Rehearser { return &Rehearser{walls} }

var _ engine.Rehearser = (*Rehearser)(nil)

// Document makes a rehearsal document of what happened.
func (r *Rehearser) Document(h engine.Happened) (json.RawMessage, error) { return record(h) }

// Read tells what stands in a document, and refuses one that could never pass.
func (r *Rehearser) Read(raw json.RawMessage) (engine.Scene, error) { return sceneOf(raw) }

func sceneOf(raw json.RawMessage) (engine.Scene, error) {
	d, err := Read(raw, nil)
	if err == nil {
		err = d.Expect.validate()
	}
	if err == nil {
		_, err = d.seed()
	}
	var told struct {
		Recorded []engine.Spoken `json:"recorded"`
		Script   string          `json:"script"`
		Advisory bool            `json:"advisory"`
	}
	if err == nil && json.Unmarshal(raw, &told) != nil {
		err = invalid("recorded", "recorded is a list of texts, and script the name of a script")
	}
	return engine.Scene{Name: d.Name, Mode: d.Mode, Script: told.Script, Advisory: told.Advisory, Document: raw, Recorded: told.Recorded}, err
}

//go:embed scenes/*.json
var sceneFiles embed.FS

// safety are the built-in scenes, read once.
var safety = sync.OnceValue(func() []engine.Scene {
	files, err := sceneFiles.ReadDir("scenes")
	if err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	world, err := sceneFiles.ReadFile("scenes/world.json")
	if err != nil {
		panic(err)
	}
	var all []engine.Scene
	for _, f := range files {
		if f.Name() == "world.json" {
			continue
		}
		raw, err := sceneFiles.ReadFile(path.Join("scenes", f.Name()))
		if err != nil {
			panic(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			panic(f.Name() + ": " + err.Error())
		}
		fields["world"] = world
		if raw, err = json.Marshal(fields); err != nil {
			panic(err)
		}
		scene, err := sceneOf(raw)
		if err != nil {
			panic(f.Name() + ": " + err.Error())
		}
		scene.ID, scene.BuiltIn = strings.TrimSuffix(f.Name(), ".json"), true
		all = append(all, scene)
	}
	return all
})

// Safety gives the built-in scenes.
func (r *Rehearser) Safety() []engine.Scene { return slices.Clone(safety()) }

// playedAtOnce is how many scenes are played at the same time.
const playedAtOnce = 4

// share lets a rehearsal use the workers as one tenant, so that the house's own texts go before it.
type share struct {
	walls  scripts.Walls
	tenant string
}

// Run runs a script.
func (s share) Run(ctx context.Context, _ string, c box.Call) (box.Result, error) {
	return s.walls.Run(ctx, s.tenant, c)
}

// Play plays scenes and judges them. A script that fails in one of them has failed it, whatever stood in for it.
func (r *Rehearser) Play(ctx context.Context, tenant string, c engine.Cast, scenes []engine.Scene) ([]engine.Played, error) {
	all, faults := make([]engine.Played, len(scenes)), make([]error, len(scenes))
	o := Options{Scripts: share{r.walls, tenant}, Cast: c}
	free := make(chan struct{}, playedAtOnce)
	var playing sync.WaitGroup
	for i, scene := range scenes {
		free <- struct{}{}
		playing.Go(func() {
			defer func() { <-free }()
			if faults[i] = ctx.Err(); faults[i] == nil {
				all[i], faults[i] = play(ctx, scene, o)
			}
		})
	}
	playing.Wait()
	return all, errors.Join(faults...)
}

func play(ctx context.Context, scene engine.Scene, o Options) (engine.Played, error) {
	out := engine.Played{Scene: scene}
	d, err := Read(scene.Document, nil)
	if err != nil {
		return out, err
	}
	r, err := Run(ctx, d, o)
	if err != nil && ctx.Err() == nil { // what the document wants cannot be played: that is about this test alone
		out.Failures = []string{"it cannot be played: " + err.Error()}
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Outcome, out.Expected, out.Failures = r.Outcome, d.Expect.Outcome, r.Failures
	for _, t := range r.Turns {
		out.Said = append(out.Said, engine.Spoken{From: t.From, Text: linkShape.ReplaceAllString(t.Text, "${1}LINK")})
	}
	if d.Given.Script == "" && !slices.Contains(d.Expect.WithheldBy, string(booking.CheckScriptError)) {
		out.Failures = append(out.Failures, broke(r.Trace)...)
	}
	out.Passed = len(out.Failures) == 0
	return out, nil
}

// broke tells the faults of scripts that a trace names. What the house mended in a text has a line of the same check that names no script.
func broke(trace []booking.Finding) (faults []string) {
	for _, f := range trace {
		if fault, named := strings.CutPrefix(f.Fact, "script "); f.Check == booking.CheckScriptError && (named || f.Result == booking.Stop) {
			if told := "the script failed: " + fault; !slices.Contains(faults, told) {
				faults = append(faults, told)
			}
		}
	}
	return faults
}

// validate refuses expectations that cannot be judged.
func (e Expect) validate() error {
	for name, patterns := range map[string][]string{"say": e.Say, "say_if_sent": e.SayIfSent, "never_say": e.NeverSay} {
		for i, p := range patterns {
			if err := readable(p); err != nil {
				return invalid(fmt.Sprintf("expect.%s[%d]", name, i), "this is no pattern (RE2): "+err.Error())
			}
		}
	}
	for i, raw := range e.NeverActions {
		if _, err := never(raw); err != nil {
			return invalid(fmt.Sprintf("expect.never_actions[%d]", i), "this is neither a word nor an action")
		}
	}
	for _, word := range e.Outcome {
		if !slices.Contains(outcomes, word) {
			return invalid("expect.outcome", "there is no outcome "+word+"; there are "+strings.Join(outcomes, ", "))
		}
	}
	return nil
}

// outcomes are the words of what a rehearsal may lead to.
var outcomes = []string{"booked", "offered", "clarified", "answered", "handed_off", "emergency", "opted_out", "resubscribed", "closed", "rescheduled",
	"cancelled", "waitlisted", "silent", "deferred", "suppressed", "fallback"}
