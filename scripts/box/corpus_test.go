package box

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// The corpus of hostile scripts stands beside the tree; its README has the rules that are kept here.
const corpus = "../../../shared/cases/hostile-lua"

// corpusFiles gives the scripts of the corpus by pattern. Without the corpus the test is skipped, but not on the build machine.
func corpusFiles(tb testing.TB, pattern string) []string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, pattern))
	if err != nil {
		tb.Fatal(err)
	}
	if len(files) == 0 {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("the corpus of hostile scripts is missing at %s", corpus)
		}
		tb.Skipf("the corpus of hostile scripts is not at %s", corpus)
	}
	return files
}

func read(tb testing.TB, file string) string {
	tb.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// headers reads the "-- name: value" lines at the top of a corpus script.
func headers(source string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(source) {
		rest, ok := strings.CutPrefix(line, "-- ")
		if !ok {
			break
		}
		if name, value, ok := strings.Cut(strings.TrimSuffix(rest, "\n"), ": "); ok {
			m[name] = value
		}
	}
	return m
}

// canary proves that the box is as good as new.
func canary(tb testing.TB, b *Box, source, ctx string) {
	tb.Helper()
	for range 3 {
		if r := b.Run(Call{Script: "canary", Source: source, Entry: EntryRender, Ctx: []byte(ctx)}); r.Text != "CANARY-OK" {
			tb.Fatalf("the canary gave %q, %+v", r.Text, r.Err)
		}
	}
}

// sound checks what must hold of every result, whatever the script is.
func sound(tb testing.TB, r Result) {
	tb.Helper()
	if budget := (CPUReply + 150e6).Microseconds(); r.Used.CPUMicros > int(budget) && !raceEnabled {
		tb.Errorf("it took %d us of CPU time", r.Used.CPUMicros)
	}
	if !utf8.ValidString(r.Text) || len(r.Text) > MaxText ||
		strings.ContainsFunc(r.Text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }) {
		tb.Errorf("the text is not fit to be sent: %.80q", r.Text)
	}
	if e := r.Err; e != nil {
		if e.Message == "" || len(e.Message) > MaxMessage || strings.ContainsFunc(e.Message+e.Source+e.Hint, unicode.IsControl) {
			tb.Errorf("the error is not one line: %+v", e)
		}
		if strings.Contains(e.Message, "0xc0") || strings.Contains(e.Message, "goroutine") {
			tb.Errorf("the error tells of the interpreter: %s", e.Message)
		}
		if r.Text != "" || r.Proposal != nil || r.Ask != nil {
			tb.Errorf("an error and a result: %+v", r)
		}
	}
}

func TestHostileCorpusIsContained(t *testing.T) {
	ctx := read(t, filepath.Join(corpus, "ctx.json"))
	canarySource, canaryCtx := read(t, filepath.Join(corpus, "canary.lua")), read(t, filepath.Join(corpus, "canary-ctx.json"))
	var b Box
	for _, file := range corpusFiles(t, "[0-9]*.lua") {
		source := read(t, file)
		name := strings.TrimSuffix(filepath.Base(file), ".lua")
		t.Run(name, func(t *testing.T) {
			h := headers(source)
			call := Call{Script: name, Source: source, Entry: EntryRender, Ctx: []byte(ctx)}
			first := b.Run(call)
			sound(t, first)
			if limit := int((CPURender + 100e6).Microseconds()); first.Used.CPUMicros > limit && !raceEnabled {
				t.Errorf("it took %d us of CPU time", first.Used.CPUMicros)
			}
			switch {
			case h["expect"] == "error" && first.Err == nil:
				t.Errorf("no error, but the text %.80q", first.Text)
			case h["forbid"] != "" && strings.Contains(first.Text, h["forbid"]):
				t.Errorf("forbidden text: %.80q", first.Text)
			}
			if first.Err != nil && first.Err.Limit == LimitInterpreter {
				t.Errorf("the interpreter failed: %+v", first.Err)
			}
			canary(t, &b, canarySource, canaryCtx)
			second := b.Run(call)
			if !alike(first, second) {
				t.Errorf("two runs differ:\n%+v %+v\n%+v %+v", first, first.Err, second, second.Err)
			}
			t.Logf("%d us, %d instructions, %.80q, %+v", first.Used.CPUMicros, first.Used.Instructions, first.Text, first.Err)
		})
	}
}

// alike compares two results. What runs into the CPU or memory limit ends where the machine lets it.
func alike(a, b Result) bool {
	if a.Err != nil && b.Err != nil && (timed(a) || timed(b)) {
		return true
	}
	a.Used, b.Used = Used{}, Used{}
	return reflect.DeepEqual(a, b)
}

func TestBenignCorpusGivesItsTexts(t *testing.T) {
	ctx := read(t, filepath.Join(corpus, "ctx.json"))
	for _, file := range corpusFiles(t, "benign-*.lua") {
		source := read(t, file)
		r := Run(Call{Script: "benign", Source: source, Entry: EntryRender, Ctx: []byte(ctx)})
		if want := headers(source)["want"]; r.Text != want {
			t.Errorf("%s:\n got %q %+v\nwant %q", filepath.Base(file), r.Text, r.Err, want)
		}
	}
}

func timed(r Result) bool { return r.Err.Limit == LimitCPU || r.Err.Limit == LimitMemory }
