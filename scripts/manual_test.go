package scripts

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
)

var rewrite = flag.Bool("rewrite", false, "write types.lua anew from README.md")

func TestMain(m *testing.M) {
	worker.Main(box.Run)
	os.Exit(m.Run())
}

func manual(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// member is a line of the manual's table of the library.
type member struct{ name, params, returns, meaning, example, gives string }

var (
	memberRow = regexp.MustCompile("(?m)^\\| `([\\w.]+)(\\([^`]*\\))?(?:: ([^`]+))?` \\| ([^|]+) \\| `([^`]+)` \\| `([^`]*)` \\|$")
	luaBlock  = regexp.MustCompile("(?s)```lua\n(.*?)```")
)

// The table of Rebook's own functions in the manual lies between these lines.
const (
	functionsBegin = "<!-- functions of Rebook: made by go test ./scripts -rewrite -->\n"
	functionsEnd   = "<!-- end of the functions -->"
)

// functions makes the table of Rebook's own functions.
func functions() string {
	var b strings.Builder
	b.WriteString("| what | meaning | example | gives |\n|---|---|---|---|\n")
	cell := func(s string) string {
		return strings.ReplaceAll(strings.Join(strings.Fields(strings.TrimPrefix(s, "return ")), " "), "|", `\|`)
	}
	for _, f := range box.Host {
		var params []string
		for _, p := range f.Params {
			name, kind := optional(p)
			params = append(params, name+": "+kind)
		}
		fmt.Fprintf(&b, "| `%s(%s): %s` | %s | `%s` | `%s` |\n", f.Name, cell(strings.Join(params, ", ")), cell(f.Returns), f.Doc, cell(f.Example), f.Want)
	}
	return b.String()
}

// optional gives a parameter in the notation of the language server, where the name has the question mark.
func optional(p box.Param) (name, kind string) {
	if kind, ok := strings.CutSuffix(p.Type, "?"); ok {
		return p.Name + "?", kind
	}
	return p.Name, p.Type
}

func TestTheManualHasEveryFunctionOfRebook(t *testing.T) {
	text := manual(t)
	before, rest, ok := strings.Cut(text, functionsBegin)
	old, after, closed := strings.Cut(rest, functionsEnd)
	if !ok || !closed {
		t.Fatal("the manual has no place for the functions of Rebook")
	}
	if *rewrite {
		if err := os.WriteFile("README.md", []byte(before+functionsBegin+functions()+functionsEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if old != functions() {
		t.Error("README.md does not have the functions of Rebook as they are: go test ./scripts -rewrite")
	}
	for _, f := range box.Host {
		if res := run(t, "function render(ctx) "+f.Example+" end", box.EntryRender, json.RawMessage("{}")); res.Err != nil || res.Text != f.Want {
			t.Errorf("%s: %s gives %q, %+v; it says %q", f.Name, f.Example, res.Text, res.Err, f.Want)
		}
	}
}

func members(t testing.TB) (all []member) {
	t.Helper()
	text, rest, _ := strings.Cut(manual(t), functionsBegin)
	_, after, _ := strings.Cut(rest, functionsEnd)
	for _, m := range memberRow.FindAllStringSubmatch(text+after, -1) {
		all = append(all, member{m[1], m[2], m[3], strings.TrimSpace(m[4]), m[5], m[6]})
	}
	if len(all) < 60 {
		t.Fatalf("only %d lines of the library were found; the search is broken", len(all))
	}
	return all
}

// run runs a source in the box of this process.
func run(t testing.TB, source string, entry box.Entry, ctx json.RawMessage) box.Result {
	t.Helper()
	return box.Run(box.Call{Script: "try", Source: source, Entry: entry, Ctx: ctx})
}

// What a script finds and what the manual says it finds are the same.
func TestTheManualNamesEverythingThatAScriptFinds(t *testing.T) {
	res := run(t, `function render(ctx)
		local all = {}
		for name, v in pairs(_G) do
			if type(v) == "table" and getmetatable(v) == false then -- a table of Rebook's own
			elseif type(v) == "table" and v ~= _G then
				for member in pairs(v) do table.insert(all, name .. "." .. member) end
			elseif name ~= "render" then
				table.insert(all, name)
			end
		end
		return table.concat(all, " ")
	end`, box.EntryRender, json.RawMessage("{}"))
	if res.Err != nil {
		t.Fatal(res.Err.Message)
	}
	var named []string
	for _, m := range members(t) {
		named = append(named, m.name)
	}
	found := strings.Fields(res.Text)
	for _, f := range box.Host { // its tables show nothing to pairs
		if got := run(t, "function render(ctx) return type("+f.Name+") end", box.EntryRender, json.RawMessage("{}")); got.Text != "function" {
			t.Errorf("%s is a %s", f.Name, got.Text)
		}
	}
	for _, name := range found {
		if !slices.Contains(named, name) {
			t.Errorf("the manual does not name %s", name)
		}
	}
	for _, name := range named {
		if !slices.Contains(found, name) {
			t.Errorf("the manual names %s, which is not there", name)
		}
	}
}

func TestEveryExampleOfTheLibraryGivesWhatTheManualSays(t *testing.T) {
	for _, m := range members(t) {
		res := run(t, "function render(ctx) return tostring(("+m.example+")) end", box.EntryRender, json.RawMessage("{}"))
		if res.Err != nil || res.Text != m.gives {
			t.Errorf("%s: %s gives %q, %+v; the manual says %q", m.name, m.example, res.Text, res.Err, m.gives)
		}
	}
}

func TestEveryScriptOfTheManualWorks(t *testing.T) {
	blocks := luaBlock.FindAllStringSubmatch(manual(t), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d scripts were found in the manual", len(blocks))
	}
	for _, b := range blocks {
		if got := try(t, b[1], Sample()); got.Err != nil {
			t.Errorf("%+v:\n%s", got.Err, b[1])
		}
	}
}

// full are facts that fill every field of ctx.
func full() Facts {
	f := Sample()
	f.Thread = Thread{Owner: "agent", Note: "she is nice", Turns: []Turn{{From: "customer", Text: "hello", At: f.Now}}}
	f.Event = Event{Kind: "text", Text: "hello", Media: 1}
	f.Booking = &Booking{ID: "b1", Service: "AC repair", Window: &f.Windows[1]}
	f.Memory = json.RawMessage(`{"asked":true}`)
	return f
}

// The manual and types.lua name every fact that ctx can hold.
func TestTheManualNamesEveryFact(t *testing.T) {
	f := full()
	raw, err := f.Ctx()
	if err != nil {
		t.Fatal(err)
	}
	var ctx map[string]any
	if err := json.Unmarshal(raw, &ctx); err != nil {
		t.Fatal(err)
	}
	text, types, n := manual(t), typesLua(t), 0
	_, text, _ = strings.Cut(text, "## What ctx holds")
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, inner := range v {
				at := path + "." + key
				if strings.HasPrefix(at, "ctx.memory.") {
					continue
				}
				n++
				_, table := inner.(map[string]any) // is named by what it holds
				if !table && !strings.Contains(text, "`"+at+"`") && !strings.Contains(text, "`"+key+"`") {
					t.Errorf("the manual does not name %s", at)
				}
				if !regexp.MustCompile(`---@field ` + key + `\??\s`).MatchString(types) {
					t.Errorf("types.lua has no field %s", at)
				}
				walk(at, inner)
			}
		case []any:
			for _, inner := range v {
				walk(path, inner)
			}
		}
	}
	walk("ctx", ctx)
	if n < 50 {
		t.Errorf("a full ctx has only %d facts", n)
	}
	for _, name := range []string{"say", "hand_off", "opt_out", "close", "memory"} {
		if !strings.Contains(manual(t), "| `"+name+"` |") || !strings.Contains(types, "---@field "+name+"? ") {
			t.Errorf("the field %s of a proposal is not in the manual or not in types.lua", name)
		}
	}
	for _, name := range Names() {
		if !strings.Contains(manual(t), "| `"+name+"` |") {
			t.Errorf("the manual does not name the script %s", name)
		}
	}
}

// The bounds that the manual states are those of the code.
func TestTheManualStatesTheLimits(t *testing.T) {
	for _, want := range []string{
		"2,000,000", fmt.Sprint(box.CPURender.Milliseconds(), " ms for a template"), fmt.Sprint(box.CPUReply.Milliseconds(), " ms for an agent"),
		fmt.Sprint(box.MaxString>>10, " KB each"), fmt.Sprint(box.MaxBuilt>>20, " MB built"), "19,999 items",
		fmt.Sprint(booking.MaxScriptSource>>10, " KB in the library"), fmt.Sprintf("| modules | %d |", booking.MaxModules),
		fmt.Sprint(box.MaxHeap>>20, " MB |"), fmt.Sprintf("At most %d asks", booking.MaxAsks), fmt.Sprint(booking.MaxBody, " characters"),
	} {
		if !strings.Contains(manual(t), want) {
			t.Errorf("the manual does not state %q", want)
		}
	}
	if box.MaxInstructions != 2_000_000 || box.MaxArrayIndex != 20_000 || booking.FaultWindow != 10*time.Minute || booking.MaxScriptFaults != 5 {
		t.Error("a limit has changed; change the manual and this test")
	}
}
