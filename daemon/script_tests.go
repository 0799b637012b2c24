package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/worker"
)

func (p *process) scriptTestVerb() *cli.Command {
	c := verb("test", "play the safety scenes and the tests of a directory with its scripts; needs no running daemon", "DIR", p.scriptTest,
		&cli.BoolFlag{Name: "json", Usage: "print one JSON object a line for each test"})
	c.Description = "It is what a daemon does before a version is used, for a build server. Scripts are DIR/*.lua, tests the rehearsal documents\n" +
		"DIR/*.json and DIR/tests/*.json; GET /v1/script-tests/ID gives the document of a saved test. A script is played in the built-in scenes and in the\n" +
		"tests of its mode, or in those only that name it (\"script\"); a module with every script that loads it. Ends with code 1 when one fails."
	return c
}

// scriptTest plays tests as an activation does.
func (p *process) scriptTest(ctx context.Context, c *cli.Command) error {
	dir := c.Args().First()
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return misuse("%s is not a directory; name the one with the scripts and their tests", dir)
	}
	if _, err := tryWalls(ctx); err != nil {
		return misuse("scripts cannot run on this machine: %v", err)
	}
	pool := worker.NewPool(worker.Options{})
	defer pool.Close()
	casts, bad, err := p.castsIn(ctx, scripts.Behind(pool, ""), dir)
	if err != nil {
		return err
	}
	r := rehearsal.NewRehearser(pool)
	scenes, err := scenesIn(r, dir)
	if err != nil {
		return err
	}
	played, failed := 0, 0
	for _, cast := range casts {
		var mine []engine.Scene
		for _, s := range scenes {
			if cast.Plays(s) {
				mine = append(mine, s)
			}
		}
		results, err := r.Play(ctx, "", cast, mine)
		if err != nil {
			return err
		}
		for _, one := range results {
			one.With = cast.Script
			if played++; !one.Passed && !one.Scene.Advisory {
				failed++
			}
			if err := p.tellTested(one, c.Bool("json")); err != nil {
				return err
			}
		}
	}
	if !c.Bool("json") {
		fmt.Fprintf(p.stdout, "%d of %d tests pass\n", played-failed, played)
	}
	if failed > 0 || bad > 0 {
		return &problem{code: 1}
	}
	return nil
}

// testedLine is what came of one test, in the shapes of the API.
type testedLine struct {
	Test    string `json:"test"`
	Name    string `json:"name"`
	BuiltIn bool   `json:"built_in"`
	wire.Tested
}

// tellTested prints what came of one test: for people with the conversation where it failed.
func (p *process) tellTested(one engine.Played, asJSON bool) error {
	if asJSON {
		return printJSON(p.stdout, testedLine{one.Scene.ID, one.Scene.Name, one.Scene.BuiltIn, wire.FromPlayed(one)})
	}
	if one.Passed {
		fmt.Fprintf(p.stdout, "pass %s: %s\n", one.With, one.Scene.Name)
		return nil
	}
	word := "FAIL"
	if one.Scene.Advisory {
		word = "warn"
	}
	fmt.Fprintf(p.stdout, "%s %s: %s\n", word, one.With, one.Scene.Name)
	for _, f := range one.Failures {
		fmt.Fprintf(p.stdout, "     %s\n", f)
	}
	before := engine.RecordedOf(one)
	parts := 0
	if len(before) > 0 {
		parts = booking.Parts(before, one.Said)
	}
	printSpoken(p, one.Said, parts)
	if parts > 0 && parts <= len(before) {
		fmt.Fprintf(p.stdout, "     when it was recorded:\n")
		printSpoken(p, before[parts-1:], 0)
	}
	return nil
}

// tellFailed prints the tests that kept a version out; run is nil where none did.
func (p *process) tellFailed(run *wire.TestRun) {
	if run == nil {
		return
	}
	for _, f := range run.Failures {
		fmt.Fprintf(p.stderr, "FAIL %s: %s\n", f.Script, f.Name)
		for _, why := range f.Failures {
			fmt.Fprintf(p.stderr, "     %s\n", why)
		}
		for i, s := range f.Said {
			if i+1 == f.PartsAt && i < len(f.Before) {
				fmt.Fprintf(p.stderr, "   - %8s: %s\n", f.Before[i].From, f.Before[i].Text)
				fmt.Fprintf(p.stderr, "   + %8s: %s\n", s.From, s.Text)
				continue
			}
			fmt.Fprintf(p.stderr, "     %8s: %s\n", s.From, s.Text)
		}
	}
}

func printSpoken(p *process, said []booking.Spoken, parts int) {
	for i, s := range said {
		mark := " "
		if i+1 == parts {
			mark = ">"
		}
		fmt.Fprintf(p.stdout, "   %s %8s: %s\n", mark, s.From, strings.Join(strings.Fields(s.Text), " "))
	}
}

// castsIn checks the scripts of a directory and gives those that write, each with its modules; of a module that none of them loads, those of
// the program that do. bad is how many do not compile.
func (p *process) castsIn(ctx context.Context, run scripts.Run, dir string) (casts []engine.Cast, bad int, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.lua"))
	if err != nil {
		return nil, 0, err
	}
	slices.Sort(files)
	facts, err := checkFacts("")
	if err != nil {
		return nil, 0, err
	}
	used := map[string]bool{}
	var modules []string
	add := func(name string, kind booking.ScriptKind, source string) {
		versions := []booking.ScriptVersion{{Script: name, Version: 1, Kind: kind, Source: source, SHA256: scripts.Digest(source), ID: name}}
		for m, text := range modulesBeside(dir, source) {
			used[m] = true
			versions = append(versions, booking.ScriptVersion{Script: m, Version: 1, Kind: booking.ScriptModule, Source: text, SHA256: scripts.Digest(text), ID: m})
		}
		casts = append(casts, engine.Cast{Script: name, Kind: kind, Versions: versions})
	}
	for _, file := range files {
		checked, err := checkFile(ctx, run, file, facts)
		if err != nil {
			return nil, 0, err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".lua")
		if checked.Error != nil {
			bad++
			p.printChecked(checked, true)
			continue
		}
		for _, f := range checked.Findings {
			fmt.Fprintf(p.stderr, "%s: %s: %s %s\n", file, f.Code, f.Message, f.Fix)
		}
		if kind := booking.ScriptKind(checked.Kind); kind == booking.ScriptModule {
			modules = append(modules, name)
		} else if source, err := readScript(file); err != nil {
			return nil, 0, err
		} else {
			add(name, kind, source)
		}
	}
	for _, name := range scripts.Names() {
		v, _ := scripts.BuiltIn(name)
		own := slices.ContainsFunc(casts, func(c engine.Cast) bool { return c.Script == name })
		loads := slices.ContainsFunc(modules, func(m string) bool { _, ok := modulesBeside(dir, v.Source)[m]; return ok && !used[m] })
		if v.Kind != booking.ScriptModule && !own && (loads || len(files) == 0) {
			add(name, v.Kind, v.Source)
		}
	}
	return casts, bad, nil
}

// scenesIn gives the built-in scenes and the tests of a directory.
func scenesIn(r *rehearsal.Rehearser, dir string) ([]engine.Scene, error) {
	scenes := r.Safety()
	for _, pattern := range []string{"*.json", filepath.Join("tests", "*.json")} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		slices.Sort(files)
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				return nil, misuse("%v", err)
			}
			raw, err = rehearsal.Whole(raw, func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(filepath.Dir(file), path)) })
			if errors.Is(err, rehearsal.ErrWorld) {
				continue
			}
			var scene engine.Scene
			if err == nil {
				scene, err = r.Read(raw)
			}
			if err != nil {
				return nil, misuse("%s: %v", file, err)
			}
			scene.ID = strings.TrimSuffix(filepath.Base(file), ".json")
			scenes = append(scenes, scene)
		}
	}
	return scenes, nil
}
