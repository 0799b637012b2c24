package scripts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
)

func TestTryingTellsWhatAScriptIsAndWhatItDoes(t *testing.T) {
	for _, c := range []struct {
		name, source string
		kind         booking.ScriptKind
		text         string // of a template, or what an agent says
		fault        string // part of it
		line         int
	}{
		{"template", "function render(ctx) return 'hello' end", booking.ScriptTemplate, "hello", "", 0},
		{"agent", "function reply(ctx) return { say = ' hello ', memory = {} } end", booking.ScriptAgent, "hello", "", 0},
		{"module", "return { a = 1 }", booking.ScriptModule, "", "", 0},
		{"module of a function", "return function() end", booking.ScriptModule, "", "", 0},
		{"module with locals", "local m = {} function m.f() end return m", booking.ScriptModule, "", "", 0},
		{"neither", "local x = 1", booking.ScriptModule, "", "neither render(ctx) nor reply(ctx)", 0},
		{"both", "function render() return 'a' end function reply() return {} end", "", "", "both render(ctx) and reply(ctx)", 0},
		{"syntax", "function render(ctx)\n  return 'x'\n", "", "", "end of the script", 3},
		{"fault", "function render(ctx)\n  return ctx.a.b\nend", booking.ScriptTemplate, "", "a nil value", 2},
		{"silent agent", "function reply(ctx) return {} end", booking.ScriptAgent, "", "", 0},
		{"unknown field", "function reply(ctx) return { shout = 'x' } end", booking.ScriptAgent, "", `there is no field "shout"`, 0},
		{"wrong type", "function reply(ctx) return { say = 1 } end", booking.ScriptAgent, "", "say is a number", 0},
		{"no table", "function reply(ctx) return 'x' end", booking.ScriptAgent, "", "", 0},
		{"memory too large", "function reply(ctx) return { memory = { a = ('x'):rep(5000) } } end", booking.ScriptAgent, "", "memory has 50", 0},
		{"memory is a list", "function reply(ctx) return { memory = { 1, 2 } } end", booking.ScriptAgent, "", "memory must be a table with names", 0},
		{"too long a text", "function reply(ctx) return { say = ('x'):rep(2000) } end", booking.ScriptAgent, "", "more than 1600", 0},
		{"asks", "function reply(ctx) local w = ask('windows') local x, code = ask('dance') return { say = w[1].id .. code } end", booking.ScriptAgent, "w1not_available", "", 0},
		{"asks without end", "function reply(ctx) for i = 1, 100 do ask('windows', { days = i }) end return {} end", booking.ScriptAgent, "", "8", 0},
		{"a template that asks", "function render(ctx) return ask('windows') end", booking.ScriptTemplate, "", "ask", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := try(t, c.source, Sample())
			text := got.Text
			if got.Proposal != nil {
				text = got.Proposal.Say
			}
			if got.Kind != c.kind || text != c.text {
				t.Errorf("%s, text %q; want %s, %q (%+v)", got.Kind, text, c.kind, c.text, got.Err)
			}
			wrong := c.fault != "" || c.line > 0 || c.name == "no table"
			if (got.Err != nil) != wrong || wrong && (!strings.Contains(got.Err.Message, c.fault) || c.line > 0 && got.Err.Line != c.line) {
				t.Errorf("fault %+v; want %q at line %d", got.Err, c.fault, c.line)
			}
		})
	}
}

func TestModulesAreFoundByTheirNames(t *testing.T) {
	source := "local a = require \"one\"\nlocal b = require('two')\nrequire  (  \"three\" )\nrequire 'one'\nlocal unrequire = 'four'\nrequire(name)\nrequire 'Not_A_Name'"
	if got := Requires(source); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("got %v", got)
	}
}

// ended is a pool whose calls end in one way.
type ended struct{ err error }

func (e ended) Run(context.Context, string, box.Call) (box.Result, error) {
	return box.Result{Text: "x"}, e.err
}

func TestWhatAScriptDidToItsWorkerIsItsFault(t *testing.T) {
	for err, limit := range map[error]string{worker.ErrKilled: "wall", worker.ErrDied: "process", worker.ErrTooLarge: "call"} {
		res, got := Behind(ended{fmt.Errorf("%w after 1s", err)}, "main")(t.Context(), box.Call{Script: "mine"})
		if got != nil || res.Err == nil || res.Err.Limit != limit || res.Err.Script != "mine" || res.Err.Message == "" || res.Text != "" {
			t.Errorf("%v: %+v, %v", err, res, got)
		}
	}
	for _, err := range []error{worker.ErrBusy, worker.ErrStart, worker.ErrClosed, context.Canceled} {
		if _, got := Behind(ended{err}, "")(t.Context(), box.Call{}); !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// A large library or thread is cut; a ctx never grows beyond what a turn can keep.
func TestCtxIsBounded(t *testing.T) {
	f := full()
	for i := range 500 {
		f.Services = append(f.Services, Service{Name: fmt.Sprint("service ", i), PriceNote: strings.Repeat("x", 400)})
		f.Approved = append(f.Approved, booking.Fact{ID: fmt.Sprint(i), Text: strings.Repeat("y", 400)})
		f.Thread.Turns = append(f.Thread.Turns, Turn{From: "customer", Text: fmt.Sprint("turn ", i, strings.Repeat("z", 100)), At: f.Now})
	}
	raw, err := f.Ctx()
	if err != nil || len(raw) > maxCtx {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	var d document
	if err := json.Unmarshal(raw, &d); err != nil || len(d.Services) == 0 || len(d.Facts) == 0 || len(d.Thread.Turns) == 0 {
		t.Fatalf("%d services, %d facts, %d turns, %v", len(d.Services), len(d.Facts), len(d.Thread.Turns), err)
	}
	if last := d.Thread.Turns[len(d.Thread.Turns)-1].Text; !strings.HasPrefix(last, "turn 499") {
		t.Errorf("the last turn is %.20s; the oldest should go", last)
	}
	f.Memory = json.RawMessage(`{"a":"` + strings.Repeat("x", maxCtx) + `"}`)
	if _, err := f.Ctx(); err == nil {
		t.Error("a memory that does not fit was taken")
	}
}

func TestDiffOfVersions(t *testing.T) {
	a, b := booking.ScriptVersion{Script: "s", Version: 1, Source: "a\nb\n"}, booking.ScriptVersion{Script: "s", Version: 2, Source: "a\nc\n"}
	if got := Diff(a, b); !strings.Contains(got, "--- s@1") || !strings.Contains(got, "+++ s@2") || !strings.Contains(got, "-b\n+c\n") {
		t.Errorf("got %q", got)
	}
	if got := Diff(a, a); got != "" {
		t.Errorf("equal sources differ: %q", got)
	}
}

func TestAProposalMayHaveAnother(t *testing.T) {
	p, err := ReadProposal(json.RawMessage(`{"say":" a ","instead":{"say":" b ","hand_off":"c\nd","memory":{"x":1}}}`))
	if err != nil || p.Say != "a" || p.Instead == nil || p.Instead.Say != "b" || p.Instead.HandOff != "c d" || string(p.Instead.Memory) != `{"x":1}` {
		t.Errorf("%+v %v", p, err)
	}
	for raw, want := range map[string]string{
		`{"instead":{"instead":{}}}`: "one is enough", `{"instead":{"say":"\u0007"}}`: "instead: the text has the control character",
		`{"instead":{"sya":"a"}}`: `no field "sya"`, `{"instead":"a"}`: "instead is a string",
	} {
		if _, err := ReadProposal(json.RawMessage(raw)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", raw, err, want)
		}
	}
}

// FuzzProposal: no JSON makes the reading fall over, and what is read can be sent.
func FuzzProposal(f *testing.F) {
	for _, s := range []string{`{}`, `{"say":"x","memory":{}}`, `{"memory":[]}`, `[]`, `null`, `{"say":"\u0000"}`, `{"hand_off":"a\nb"}`, `{"instead":{"say":"x"}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := ReadProposal(json.RawMessage(raw))
		if err == nil && (textFault(p.Say) != nil || len(p.HandOff) > maxHandOff || len(p.Memory) > 0 && !json.Valid(p.Memory)) {
			t.Errorf("%q gave %+v", raw, p)
		}
		if err == nil && p.Instead != nil && (textFault(p.Instead.Say) != nil || len(p.Instead.HandOff) > maxHandOff || p.Instead.Instead != nil) {
			t.Errorf("%q gave instead %+v", raw, p.Instead)
		}
	})
}
