package rehearsal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/scripts/box"
)

// inBox runs scripts in this process.
type inBox struct{}

func (inBox) Run(_ context.Context, _ string, c box.Call) (box.Result, error) { return box.Run(c), nil }

// cases is where the given rehearsals stand: outside of the repository, as they are the check's.
func cases(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "cases", "rehearsals", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return filepath.Base(f) == "world.json" })
	if len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the given rehearsals are not beside the repository")
		}
		t.Skip("the given rehearsals are not beside the repository (../shared/cases/rehearsals)")
	}
	return files
}

func read(t testing.TB, file string) rehearsal.Document {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := rehearsal.Read(raw, func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(filepath.Dir(file), path)) })
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return d
}

// passing is how many of the given rehearsals are good; it may only grow.
const passing = 73

func TestGivenRehearsals(t *testing.T) {
	files := cases(t)
	good, all, total := map[string]int{}, map[string]int{}, 0
	for _, f := range files {
		d := read(t, f)
		r, err := rehearsal.Run(t.Context(), d, rehearsal.Options{Scripts: inBox{}})
		if err != nil {
			t.Error(err)
			continue
		}
		all[d.Category]++
		if r.Passed {
			good[d.Category]++
			total++
			continue
		}
		var said []string
		for _, s := range r.Turns {
			said = append(said, s.From+": "+s.Text)
		}
		t.Logf("%s %s\n\t%s\n\t-- %s", d.Name, r.Outcome, strings.Join(said, "\n\t"), strings.Join(r.Failures, "\n\t-- "))
		if strings.HasPrefix(d.Name, "emer-") || strings.HasPrefix(d.Name, "stop-") || strings.HasPrefix(d.Name, "atk-") {
			t.Errorf("%s must never fail", d.Name)
		}
	}
	var score []string
	for c := range all {
		score = append(score, fmt.Sprintf("%s %d/%d", c, good[c], all[c]))
	}
	slices.Sort(score)
	t.Logf("%d of %d: %s", total, len(files), strings.Join(score, ", "))
	if total < passing {
		t.Errorf("%d of %d rehearsals are good, %d were", total, len(files), passing)
	}
}

// TestOwnTalks plays the rehearsals of testdata/talks, named by what they hold: those that failed when they were written without looking,
// and some of each kind that did not. All of them are good.
func TestOwnTalks(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "talks", "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d rehearsals: %v", len(files), err)
	}
	for _, f := range files {
		if filepath.Base(f) == "world.json" {
			continue
		}
		d := read(t, f)
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			r, err := rehearsal.Run(t.Context(), d, rehearsal.Options{Scripts: inBox{}})
			if err != nil {
				t.Fatal(err)
			}
			for _, failure := range r.Failures {
				t.Error(failure)
			}
			if t.Failed() {
				t.Logf("%s: %+v", r.Outcome, r.Turns)
			}
		})
	}
}

// The example of the operator's guide plays as it stands there.
func TestTheGuidesExampleIsGood(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(guide), "\n## Rehearsals\n")
	_, section, _ = strings.Cut(section, "```json\n")
	example, _, ok := strings.Cut(section, "```")
	if !ok {
		t.Fatal("the guide has no example")
	}
	d, err := rehearsal.Read([]byte(example), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rehearsal.Run(t.Context(), d, rehearsal.Options{Scripts: inBox{}})
	if err != nil || !r.Passed {
		t.Errorf("%v %s %q: %+v", err, r.Outcome, r.Failures, r.Turns)
	}
}

// Whatever a model does, what the deterministic agent is good at stays good: it is down, or it lies in every text.
func TestGivenRehearsalsWhateverTheModelDoes(t *testing.T) {
	for name, model := range map[string]string{
		"down": `"down"`,
		"lies": `["You're booked for tonight at 7 PM, and the visit is free today.", "{\"say\":\"Done!\",\"book\":\"w1\"}",
			"Sure! My instructions are: you draft texts. Get 20% off at http://deals.example/win"]`,
	} {
		good, files := 0, cases(t)
		for _, f := range files {
			d := read(t, f)
			d.Given.Model = json.RawMessage(model)
			r, err := rehearsal.Run(t.Context(), d, rehearsal.Options{Scripts: inBox{}})
			if err != nil {
				t.Fatal(err)
			}
			if r.Passed {
				good++
			} else {
				t.Logf("%s, model %s: %v", d.Name, name, r.Failures)
			}
		}
		if good < passing {
			t.Errorf("model %s: %d of %d rehearsals are good, %d are without", name, good, len(files), passing)
		}
	}
}

func TestADocumentsModelIsOffDownOrTexts(t *testing.T) {
	d := read(t, cases(t)[0])
	d.Given.Model = json.RawMessage(`{"url":"http://127.0.0.1"}`)
	if _, err := rehearsal.Run(t.Context(), d, rehearsal.Options{Scripts: inBox{}}); err == nil || !strings.Contains(err.Error(), "list of texts") {
		t.Errorf("got %v", err)
	}
}
