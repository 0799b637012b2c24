package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The house: which package is on which floor. Arrows only point down. Do not change this table to mend a build; move the
// code to where it belongs.
var floors = map[string]int{
	"daemon/booking":      0,
	"storage":             1,
	"storage/storagetest": 1,
	"scripts":             1,
	"scripts/pattern":     1,
	"scripts/box":         1,
	"scripts/worker":      1,
	"daemon/web":          1,
	"daemon/wheel":        1,
	"daemon/twilio":       1,

	"daemon/twilio/twiliotest": 1,
	"daemon/simulator":         1,
	"daemon/model":             1,
	"daemon/engine":            2,
	"daemon/rehearsal":         2,
	"api/wire":                 3,
	"api/client":               3,
	"api":                      3,
	"daemon":                   4,
}

// level lists the only arrows within a floor. Floor 1 has none between its rooms.
var level = map[string][]string{
	"storage/storagetest": {"storage"},
	"scripts":             {"scripts/box", "scripts/worker"},
	"scripts/worker":      {"scripts/box"},
	"scripts/box":         {"scripts/pattern"},
	"daemon/rehearsal":    {"daemon/engine"},

	"daemon/twilio/twiliotest": {"daemon/twilio"},
	"api":                      {"api/wire"},
	"api/client":               {"api/wire"},
}

// testLevel lists further arrows within a floor that only tests may use.
var testLevel = map[string][]string{
	"storage": {"storage/storagetest"},
	"api":     {"api/client"},

	"daemon/twilio": {"daemon/twilio/twiliotest"},
	"daemon/model":  {"daemon/simulator"}, // the scripted endpoint

	"api/client": {"api"}, // its examples run against the real server
}

// homes says which room a library lives in: whoever wants it asks that room. A path stands for everything below it too.
var homes = map[string][]string{
	"github.com/dgraph-io":             {"storage"},
	"github.com/minio/sio":             {"storage"},
	"github.com/gofiber":               {"api"},
	"github.com/valyala":               {"api"},
	"github.com/prometheus":            {"api"},
	"github.com/swaggest":              {"api"},
	"golang.org/x/time":                {"api"},
	"github.com/yuin/gopher-lua":       {"scripts/box"},
	"github.com/aymanbagabas/go-udiff": {"scripts"},
	"github.com/robfig/cron":           {"daemon"},
	"github.com/pelletier/go-toml":     {"daemon"},
	"github.com/caarlos0/env":          {"daemon"},
	"github.com/urfave/cli":            {"daemon"},
	"github.com/rogpeppe/go-internal":  {"daemon"},
	"github.com/twilio/twilio-go":      {"daemon/twilio"},
	"github.com/openai/openai-go":      {"daemon/model"},
	"golang.org/x/text":                {"daemon/booking"},
	"github.com/nyaruka/phonenumbers":  {"daemon/booking"},
	"github.com/google/uuid":           {"daemon/engine"},
	"golang.org/x/crypto":              {"daemon/engine"},
	"golang.org/x/sys":                 {"storage", "scripts/box", "scripts/worker"},
	"github.com/rickar/cal":            {"daemon/booking"},
	"github.com/standard-webhooks":     {"daemon/web"},
	"github.com/santhosh-tekuri":       {"api", "daemon/twilio/twiliotest"},
	"github.com/chromedp":              {"daemon"},
}

// topLevel is exactly what stands at the top of the tree, beside dotfiles and what .gitignore names.
var topLevel = []string{"Dockerfile", "README.md", "api", "config.example.toml", "daemon", "go.mod", "go.sum", "scripts", "storage"}

const module = "github.com/rebookhq/rebook"

// source is what the rules need to know of one Go file.
type source struct {
	room    string // package directory, such as "daemon/engine"
	name    string
	test    bool
	imports []string
	clock   []string // places where it reads the clock: "file:line: time.Now"
}

func TestFloors(t *testing.T) {
	root := os.DirFS("..")
	sources, err := readSources(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) < 20 {
		t.Fatalf("only %d Go files were found; the walk is broken", len(sources))
	}
	for _, s := range sources {
		for _, fault := range s.faults() {
			t.Error(fault)
		}
	}
}

func TestTopLevelHoldsOnlyTheMandatedEntries(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	ignore, err := os.ReadFile(filepath.Join("..", ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	for _, fault := range topFaults(names, string(ignore)) {
		t.Error(fault)
	}
}

// The rules must be able to fail: each of these sins is found, and the virtues beside them are not.
func TestFloorRulesFindEachSin(t *testing.T) {
	for _, c := range []struct {
		file, text string
		want       string // "" means no fault
	}{
		{"storage/a.go", `import "` + module + `/daemon/engine"`, "daemon/engine is above storage"},
		{"storage/a_test.go", `import "` + module + `/api"`, "api is above storage"},
		{"scripts/a.go", `import "` + module + `/storage"`, "are on the same floor"},
		{"api/a.go", `import "` + module + `/daemon/booking"`, ""},
		{"api/a.go", `import "` + module + `/api/wire"`, ""},
		{"api/wire/a.go", `import "` + module + `/api"`, "are on the same floor"},
		{"api/a_test.go", `import "` + module + `/api/client"`, ""},
		{"api/a.go", `import "` + module + `/api/client"`, "are on the same floor"},
		{"api/a.go", `import "github.com/dgraph-io/badger/v4"`, "lives in storage"},
		{"daemon/a.go", `import "github.com/gofiber/fiber/v2"`, "lives in api"},
		{"daemon/engine/a.go", `import "github.com/robfig/cron/v3"`, "lives in daemon"},
		{"daemon/a.go", `import "github.com/robfig/cron/v3"`, ""},
		{"daemon/a.go", `import "github.com/unknown/thing"`, "has no home"},
		{"daemon/a.go", `import "github.com/dgraph-iox/thing"`, "has no home"},
		{"daemon/utils/a.go", ``, "is on no floor"},
		{"daemon/engine/a.go", `import "time"; var now = time.Now`, "time.Now"},
		{"daemon/engine/a.go", `import "time"; func f() { _ = time.Since(time.Time{}) }`, "time.Since"},
		{"daemon/engine/a.go", `import t "time"; var now = t.Now`, "time.Now"},
		{"daemon/engine/a_test.go", `import "time"; var now = time.Now`, ""},
		{"daemon/engine/a.go", `type clock struct{ Now int }; func f() { var time clock; _ = time.Now }`, ""},
		{"daemon/a.go", `import "time"; var now = time.Now`, ""},
	} {
		s, err := parseSource(c.file, "package x\n"+c.text)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(s.faults(), "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s with %s:\n got %q\nwant %q", c.file, c.text, got, c.want)
		}
	}
	for _, c := range []struct{ name, want string }{{"utils", "utils does not belong"}, {"data", ""}, {".ci", ""}, {"x.prof", ""}} {
		got := strings.Join(topFaults(append(slices.Clone(topLevel), c.name), "/data/\n*.prof\n"), "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("top level with %s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := topFaults(topLevel[1:], ""); len(got) != 1 || !strings.Contains(got[0], "Dockerfile is missing") {
		t.Errorf("top level without Dockerfile: %q", got)
	}
}

// faults lists what the file does against the rules.
func (s source) faults() (faults []string) {
	where := path.Join(s.room, s.name)
	floor, ok := floors[s.room]
	if !ok {
		return []string{fmt.Sprintf("%s: package %s is on no floor; architecture.md has the rooms", where, s.room)}
	}
	for _, imp := range s.imports {
		if room, ok := strings.CutPrefix(imp, module+"/"); ok {
			faults = append(faults, s.arrow(where, room, floor)...)
		} else if strings.Contains(strings.Split(imp, "/")[0], ".") {
			faults = append(faults, s.guest(where, imp)...)
		}
	}
	if floor < 3 && !s.test {
		for _, place := range s.clock {
			faults = append(faults, place+" reads the clock; take `now` as an argument or from the function handed in")
		}
	}
	return faults
}

// arrow checks an import of one of our own rooms.
func (s source) arrow(where, room string, floor int) []string {
	to, ok := floors[room]
	switch {
	case !ok:
		return []string{fmt.Sprintf("%s: imports %s, which is on no floor", where, room)}
	case to > floor:
		return []string{fmt.Sprintf("%s: %s is above %s; arrows only point down", where, room, s.room)}
	case to < floor || room == s.room || slices.Contains(level[s.room], room) || s.test && slices.Contains(testLevel[s.room], room):
		return nil
	}
	return []string{fmt.Sprintf("%s: %s and %s are on the same floor and do not know each other", where, s.room, room)}
}

// guest checks an import of somebody else's package.
func (s source) guest(where, imp string) []string {
	for lib, rooms := range homes {
		if imp != lib && !strings.HasPrefix(imp, lib+"/") {
			continue
		}
		if slices.Contains(rooms, s.room) {
			return nil
		}
		return []string{fmt.Sprintf("%s: %s lives in %s; ask that room instead", where, lib, strings.Join(rooms, ", "))}
	}
	return []string{fmt.Sprintf("%s: %s has no home; give it one in the table of floors_test.go", where, imp)}
}

// topFaults compares the entries at the top of the tree with the mandated ones.
func topFaults(names []string, gitignore string) (faults []string) {
	for _, name := range names {
		if strings.HasPrefix(name, ".") || slices.Contains(topLevel, name) {
			continue
		}
		ignored := slices.ContainsFunc(strings.Fields(gitignore), func(pattern string) bool {
			ok, _ := path.Match(strings.Trim(pattern, "/"), name)
			return ok
		})
		if !ignored {
			faults = append(faults, name+" does not belong at the top level")
		}
	}
	for _, want := range topLevel {
		if !slices.Contains(names, want) {
			faults = append(faults, want+" is missing at the top level")
		}
	}
	return faults
}

func readSources(root fs.FS) (all []source, err error) {
	err = fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && file != ".") {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(file) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		s, err := parseSource(file, string(text))
		all = append(all, s)
		return err
	})
	return all, err
}

func parseSource(file, text string) (source, error) {
	s := source{room: path.Dir(file), name: path.Base(file), test: strings.HasSuffix(file, "_test.go")}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
	if err != nil {
		return s, err
	}
	clock := "" // the name under which the file knows package time
	for _, imp := range f.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return s, err
		}
		s.imports = append(s.imports, p)
		if p == "time" {
			clock = "time"
			if imp.Name != nil {
				clock = imp.Name.Name
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || clock == "" {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == clock && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
			s.clock = append(s.clock, fmt.Sprintf("%s: time.%s", fset.Position(sel.Pos()), sel.Sel.Name))
		}
		return true
	})
	return s, nil
}
