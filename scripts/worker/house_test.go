package worker

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/scripts/box"
)

// Every function that Rebook gives to scripts works behind the walls: none needs a file, the local time zone, or a system
// call that is not there.
func TestTheFunctionsOfTheHouseWorkBehindTheWalls(t *testing.T) {
	p := newPool(t, Options{Size: 2})
	for _, f := range box.Host {
		c := box.Call{Script: "example", Source: "function render() " + f.Example + " end", Entry: box.EntryRender}
		if r, err := p.Run(t.Context(), "a", c); err != nil || r.Text != f.Want {
			t.Errorf("%s: %q, %+v, %v; want %q", f.Name, r.Text, r.Err, err, f.Want)
		}
	}
}

// The second wall changes no result.
func TestAResultIsTheSameBehindTheWalls(t *testing.T) {
	p := newPool(t, Options{Size: 2})
	for name, c := range map[string]box.Call{
		"ask":       {Script: "a", Entry: box.EntryReply, Source: `function reply() return { say = ask("windows", { days = 3 }) } end`},
		"answer":    {Script: "a", Entry: box.EntryReply, Source: `function reply() return { say = ask("windows", { days = 3 }) } end`, Answers: []box.Answer{{Ask: box.Ask{Name: "windows", Args: []byte(`{"days":3}`)}, Result: []byte(`"none"`)}}},
		"module":    {Script: "a", Entry: box.EntryRender, Source: `local m = require "words"; function render() return m.hi end`, Modules: map[string]string{"words": `return { hi = "Hi" }`}},
		"fault":     {Script: "a", Entry: box.EntryRender, Source: "function render()\n return ctx.x\nend"},
		"syntax":    {Script: "a", Entry: box.EntryNone, Source: "function ("},
		"loaded":    {Script: "a", Entry: box.EntryNone, Source: "function render() end function reply() end"},
		"for ever":  {Script: "a", Entry: box.EntryRender, Source: "function render() while true do end end"},
		"no entry":  {Script: "a", Entry: box.EntryReply, Source: "function render() end"},
		"bad bytes": {Script: "a", Entry: box.EntryRender, Source: "function render() return '\xff' end"},
		"bad ctx":   {Script: "a", Entry: box.EntryRender, Source: "function render() return 'a' end", Ctx: []byte(`[`)},
	} {
		want := box.Run(c)
		got, err := p.Run(t.Context(), "a", c)
		got.Used.CPUMicros = want.Used.CPUMicros
		if want.Err != nil && want.Err.Limit == box.LimitCPU { // how far it came is the machine's doing
			got.Used = want.Used
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v %+v, %v\nwant %+v %+v", name, got, got.Err, err, want, want.Err)
		}
	}
}

// The corpus of hostile scripts stands beside the tree.
const corpus = "../../../shared/cases/hostile-lua"

// No script of the corpus gets through the first wall so far that it costs a worker; nor does the next one, with what was left
// behind, in a binary with cgo or without.
func TestTheHostileCorpusCostsNoWorker(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus, "[0-9]*.lua"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("the corpus of hostile scripts is not at %s", corpus)
	}
	ctx, err := os.ReadFile(filepath.Join(corpus, "ctx.json"))
	if err != nil {
		t.Fatal(err)
	}
	p := newPool(t, Options{Size: 2})
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".lua")
		r, err := p.Run(t.Context(), "hostile", box.Call{Script: name, Source: string(source), Entry: box.EntryRender, Ctx: ctx})
		if err != nil {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		works(t, p)
	}
	if s := p.Stats(); s.Died+s.Killed > 0 {
		t.Errorf("%+v; want no worker to have died", s)
	} else {
		t.Logf("%+v", s)
	}
}
