package box

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
)

func TestTextsThatARenderMayGive(t *testing.T) {
	for _, c := range []struct{ body, text, message string }{
		{`return "Hi " .. ctx.customer.first_name`, "Hi Ana", ""},
		{`return "a\n\tb é"`, "a\n\tb é", ""},
		{`return "a\0b"`, "", `control character '\x00'`},
		{`return "a\27b"`, "", `control character '\x1b'`},
		{`return "\200"`, "", "not valid UTF-8"},
		{`return ("x"):rep(16385)`, "", "longer than 16 KB"},
		{`return " \n"`, "", "the text is empty"},
		{`return 5`, "", "returned a number"},
		{``, "", "returned nothing"},
		{`return {}`, "", "returned a table"},
		{`return nil, "x"`, "", "returned nothing"},
	} {
		r := Run(Call{Script: "t", Source: "function render(ctx) " + c.body + " end", Entry: EntryRender, Ctx: []byte(`{"customer":{"first_name":"Ana"}}`)})
		sound(t, r)
		if r.Text != c.text || (r.Err == nil) != (c.message == "") || r.Err != nil && !strings.Contains(r.Err.Message, c.message) {
			t.Errorf("%s: got %q %+v, want %q %q", c.body, r.Text, r.Err, c.text, c.message)
		}
	}
}

func TestFaultsSayWhereAndHowToMend(t *testing.T) {
	for _, c := range []struct {
		name, source string
		want         Error
	}{
		{"nil field", "function render(ctx)\n  return 'Hi ' .. ctx.customer.first_name\nend",
			Error{Line: 2, Message: "attempt to index 'ctx.customer' (a nil value)", Source: "return 'Hi ' .. ctx.customer.first_name", Hint: "it is absent: check it first, as in: if ctx.customer then"}},
		{"nil joined", "function render(ctx)\n  return 'Hi ' .. ctx.name\nend",
			Error{Line: 2, Message: "attempt to concatenate a nil value", Source: "return 'Hi ' .. ctx.name", Hint: "a field is absent: check it first, as in: if ctx.customer.first_name then"}},
		{"endless", "function render(ctx)\n  while true do end\nend",
			Error{Line: 2, Message: "the script took more than 2,000,000 instructions", Source: "while true do end", Limit: LimitInstructions, Hint: "is there an endless loop?"}},
		{"endless in pcall", "function render(ctx)\n  pcall(function()\n    while true do end\n  end)\n  return 'got away'\nend",
			Error{Line: 3, Message: "the script took more than 2,000,000 instructions", Source: "while true do end", Limit: LimitInstructions, Hint: "is there an endless loop?"}},
		{"raised", "function render(ctx)\n  error('no link')\nend",
			Error{Line: 2, Message: "no link", Source: "error('no link')"}},
		{"raised at the caller", "local function need(x) error('needs x', 2) end\nfunction render(ctx)\n  need()\nend",
			Error{Line: 3, Message: "needs x", Source: "need()"}},
		{"raised without a place", "function render(ctx) error('plain', 0) end", Error{Message: "plain"}},
		{"a table", "function render(ctx) error({}) end", Error{Message: "it raised a table instead of a message", Hint: `use error("what went wrong")`}},
		{"bad argument", "function render(ctx)\n  return ('x'):rep({})\nend",
			Error{Line: 2, Message: "bad argument #2 to 'rep' (number expected, got table)", Source: "return ('x'):rep({})"}},
		{"unknown function", "function render(ctx)\n  return prnt(1)\nend",
			Error{Line: 2, Message: "attempt to call something that is not a function", Source: "return prnt(1)", Hint: "is the name spelled right? Only the functions in the guide exist"}},
		{"arithmetic", "function render(ctx)\n  return ctx.n + 1\nend",
			Error{Line: 2, Message: "attempt to perform arithmetic (add) on a nil and a number value", Source: "return ctx.n + 1", Hint: "check that both are numbers: tonumber(x) gives nil for what is none"}},
		{"syntax", "function render(ctx)\n  return 1 +\nend", Error{Line: 3, Message: "syntax error near 'end'", Source: "end"}},
		{"unfinished", "function render(ctx)\n  return 1\n", Error{Line: 3, Message: "syntax error at the end of the script", Hint: "is an `end`, a bracket or a quote missing?"}},
		{"no render", "local x = 1", Error{Message: "it does not define the function render(ctx)", Hint: "begin with: function render(ctx)"}},
		{"recursion", "function render(ctx)\n  return 1 + render(ctx)\nend",
			Error{Line: 2, Message: "stack overflow", Source: "return 1 + render(ctx)", Hint: "does a function call itself without an end?"}},
		{"too long", "function render(ctx)\n  local s = 'x'\n  for i = 1, 99 do s = s .. s end\nend",
			Error{Line: 3, Message: "a string would be longer than 64 KB", Source: "for i = 1, 99 do s = s .. s end", Limit: LimitString, Hint: "is a text joined in a loop that does not end?"}},
	} {
		r := Run(Call{Script: "greeting", Source: c.source, Entry: EntryRender})
		sound(t, r)
		c.want.Script = "greeting"
		if c.want.Limit == LimitInstructions && r.Err != nil && r.Err.Limit == LimitCPU { // a slow machine comes to that first
			c.want.Message, c.want.Limit, c.want.Hint = "the script took more than 50ms of CPU time", LimitCPU, hints[LimitCPU]
		}
		if r.Err == nil || *r.Err != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, r.Err, &c.want)
		}
	}
}

func TestDefines(t *testing.T) {
	for source, want := range map[string]Defines{
		"function render() end":                              {Render: true},
		"function reply() end":                               {Reply: true},
		"return {}":                                          {},
		"render = 1":                                         {},
		"local function render() end":                        {},
		"function render() end function reply() end":         {Render: true, Reply: true},
		"setmetatable(_G, {__index = function() end}) x = y": {},
	} {
		if r := Run(Call{Script: "d", Source: source}); r.Defines != want || r.Err != nil {
			t.Errorf("%s: %+v %+v", source, r.Defines, r.Err)
		}
	}
}

// asking is an agent that needs two answers.
const asking = `
function reply(ctx)
  local seen = {}
  pcall(function() -- cannot hold an ask
    seen.windows = ask("windows", { service = "repair", days = 7, from = ctx.from })
  end)
  if #seen.windows == 0 then return { say = "full", hand_off = "no windows" } end
  local ok, code = ask("book", { window = seen.windows[1].id })
  if not ok then return { say = "Sorry: " .. code } end
  return { say = "Booked " .. seen.windows[1].id, memory = { n = 1, list = { 1, 2 } } }
end`

func TestAsksAreAnsweredByReplay(t *testing.T) {
	call := Call{Script: "agent", Source: asking, Entry: EntryReply}
	r := Run(call)
	if r.Ask == nil || r.Ask.Name != "windows" || string(r.Ask.Args) != `{"days":7,"service":"repair"}` || r.Err != nil {
		t.Fatalf("first run: %+v %+v", r.Ask, r.Err)
	}
	// Stored and read back it may be spelled in another order.
	call.Answers = []Answer{{Ask: Ask{Name: "windows", Args: []byte(`{"service": "repair", "days": 7.0}`)}, Result: []byte(`[{"id":"w1"},{"id":"w2"}]`)}}
	r = Run(call)
	if r.Ask == nil || r.Ask.Name != "book" || string(r.Ask.Args) != `{"window":"w1"}` {
		t.Fatalf("second run: %+v %+v", r.Ask, r.Err)
	}
	booked := append(call.Answers, Answer{Ask: *r.Ask, Result: []byte(`{"id":"b1"}`)})
	full := append(call.Answers[:1:1], Answer{Ask: *r.Ask, Code: "window_full"})
	for want, answers := range map[string][]Answer{
		`{"memory":{"list":[1,2],"n":1},"say":"Booked w1"}`: booked,
		`{"say":"Sorry: window_full"}`:                      full,
		`{"hand_off":"no windows","say":"full"}`:            {{Ask: call.Answers[0].Ask, Result: []byte(`[]`)}},
	} {
		call.Answers = answers
		for range 2 {
			if r := Run(call); string(r.Proposal) != want || r.Err != nil || r.Ask != nil {
				t.Errorf("got %s %+v %+v, want %s", r.Proposal, r.Ask, r.Err, want)
			}
		}
	}
}

func TestAsksThatDifferFromTheRecordEndTheRun(t *testing.T) {
	for name, c := range map[string]struct {
		source  string
		answers []Answer
		want    string
	}{
		"another name":     {`function reply() pcall(ask, "book") return {} end`, []Answer{{Ask: Ask{Name: "windows"}}}, "ask 1 was windows on record and is book now"},
		"other arguments":  {`function reply() pcall(ask, "windows", { days = 2 }) return {} end`, []Answer{{Ask: Ask{Name: "windows", Args: []byte(`{"days":1}`)}}}, `is windows {"days":2} now`},
		"fewer":            {`function reply() return {} end`, []Answer{{Ask: Ask{Name: "windows"}}}, "it asked 0 times, but 1 asks are on record"},
		"too many":         {`function reply() for i = 1, 9 do ask("model", {}) end return {} end`, slicesOf(Answer{Ask: Ask{Name: "model"}}, 8), "more than 8 asks"},
		"a template":       {`function render() ask("windows") return "x" end`, nil, "ask(...) is for the function reply"},
		"while loading":    {`ask("windows") function reply() end`, nil, "ask(...) is for the function reply"},
		"wrong arguments":  {`function reply() ask("windows", "x") end`, nil, "bad argument #2 to 'ask' (table expected, got string)"},
		"a function in it": {`function reply() ask("windows", { f = reply }) end`, nil, "what ask is given.f is a function"},
		"a circle":         {`function reply() local t = {} t.t = t ask("windows", t) end`, nil, "contains itself"},
	} {
		entry := EntryReply
		if name == "a template" {
			entry = EntryRender
		}
		r := Run(Call{Script: "agent", Source: c.source, Entry: entry, Answers: c.answers})
		sound(t, r)
		if r.Err == nil || !strings.Contains(r.Err.Message, c.want) || r.Ask != nil {
			t.Errorf("%s: %+v %+v, want %q", name, r.Err, r.Ask, c.want)
		}
	}
}

func slicesOf(a Answer, n int) []Answer {
	list := make([]Answer, n)
	for i := range list {
		list[i] = a
	}
	return list
}

func TestProposalsAreCopiedRaw(t *testing.T) {
	for _, c := range []struct{ body, want, message string }{
		{`return {}`, `{}`, ""},
		{`return { b = true, a = 1.5, c = { 1, "x", {} }, ["ключ"] = "é\n<&>" }`, `{"a":1.5,"b":true,"c":[1,"x",{}],"ключ":"é\n<&>"}`, ""},
		{`return { n = 2^53 - 1, m = -0.1, big = 1e300 }`, `{"big":1e+300,"m":-0.1,"n":9007199254740991}`, ""},
		{`return setmetatable({ a = 1 }, { __index = error, __pairs = error, __len = error, __tostring = error })`, `{"a":1}`, ""},
		{`local s = { x = 1 } return { a = s, b = s }`, `{"a":{"x":1},"b":{"x":1}}`, ""},
		{`return { 1, 2 }`, "", "must have names, not list items"},
		{`return { a = { 1, x = 2 } }`, "", "the proposal.a is neither a list"},
		{`return { a = { 1, nil, 3 } }`, "", "the proposal.a is neither a list"},
		{`return { [true] = 1 }`, "", "has a boolean as a key"},
		{`return { a = 0/0 }`, "", "the proposal.a is not a finite number"},
		{`return { a = coroutine.create(reply) }`, "", "the proposal.a is a thread"},
		{`return { a = "\200" }`, "", "the proposal.a is not valid UTF-8"},
		{`local t = {} t.t = t return t`, "", "the proposal.t contains itself"},
		{`local t = {} for i = 1, 20 do t = { t = t } end return t`, "", "more than 12 levels deep"},
		{`local t = {} for i = 1, 3000 do t[i] = i end return { t = t }`, "", "more than 2000 values"},
		{`local t = { 1 } for i = 1, 30 do t = { t, t } end return { t = t }`, "", "levels deep"},
		{`local s = ("x"):rep(60000) return { a = s, b = s }`, "", "longer than 64 KB"},
		{`return "x"`, "", "must return a table"},
		{`return`, "", "must return a table"},
	} {
		r := Run(Call{Script: "p", Source: "function reply(ctx) " + c.body + " end", Entry: EntryReply})
		sound(t, r)
		if string(r.Proposal) != c.want || (r.Err == nil) != (c.message == "") || r.Err != nil && !strings.Contains(r.Err.Message, c.message) {
			t.Errorf("%s: got %s %+v, want %s %s", c.body, r.Proposal, r.Err, c.want, c.message)
		}
		if r.Proposal != nil && !json.Valid(r.Proposal) {
			t.Errorf("%s: not JSON: %s", c.body, r.Proposal)
		}
	}
}

func TestCtxIsWhatTheJSONSays(t *testing.T) {
	body := `local keys = {} for k in pairs(ctx) do keys[#keys + 1] = k end
return table.concat(keys, ",") .. " " .. tostring(ctx.none) .. " " .. ctx.int .. " " .. ctx.float .. " " .. #ctx.list .. " " .. tostring(ctx.yes) .. " " .. ctx.deep.er[2].x`
	r := Run(Call{Script: "c", Source: "function render(ctx) " + body + " end", Entry: EntryRender,
		Ctx: []byte(`{"yes":true,"none":null,"list":[1,null,2],"int":9007199254740991,"float":0.25,"deep":{"er":[0,{"x":"end"}]},"Z":1,"a":2}`)})
	if want := "Z,a,deep,float,int,list,yes nil 9.007199254741e+15 0.25 2 true end"; r.Text != want {
		t.Errorf("got %q %+v\nwant %q", r.Text, r.Err, want)
	}
	for ctx, want := range map[string]string{
		`[1]`: "must be a JSON object", `"x"`: "must be a JSON object", `{`: "is not JSON", `null`: "must be a JSON object",
		`{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`:     "levels deep",
		`{"a":"` + strings.Repeat("x", 70_000) + `"}`:                         "a text longer than 64 KB",
		`{"a":[` + strings.Repeat("1,", 20_000) + `1]}`:                       "a list of more than",
		`{"a":"` + strings.Repeat(`","b":"`, 200_000) + `"}`:                  "longer than 1 MB",
		strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000): "ctx is",
	} {
		r := Run(Call{Script: "c", Source: "function render(ctx) return 'x' end", Entry: EntryRender, Ctx: []byte(ctx)})
		sound(t, r)
		if r.Err == nil || !strings.Contains(r.Err.Message, want) || r.Err.Limit != LimitCtx {
			t.Errorf("%.40s: %+v, want %q", ctx, r.Err, want)
		}
	}
}

func TestRequire(t *testing.T) {
	modules := map[string]string{
		"greet":  "loads = (loads or 0) + 1\nlocal M = {}\nfunction M.hi(n) return 'Hi ' .. n end\nreturn M",
		"plain":  "answer = 42",
		"named":  "return { name = ... }",
		"a":      "return require 'b'",
		"b":      "return require 'a'",
		"broken": "return 1 +",
		"fails":  "local x\nreturn x.y",
		"looped": "while true do end",
	}
	for body, want := range map[string]string{
		`return require("greet").hi("Ana") .. tostring(require("greet") == require("greet")) .. loads`: "Hi Anatrue1",
		`return tostring(require "plain") .. answer .. require("named").name`:                          "true42named",
		`require "a"`:                            "b:1: modules require each other in a circle: a, b, a",
		`require "missing"`:                      "there is no module 'missing'",
		`require "broken"`:                       "broken:1: syntax error",
		`require "fails"`:                        "fails:2: attempt to index 'x' (a nil value)",
		`pcall(require, "looped") return "away"`: "looped:1: the script took more than",
	} {
		r := Run(Call{Script: "main", Source: "function render(ctx) " + body + " end", Entry: EntryRender, Modules: modules})
		sound(t, r)
		got := r.Text
		if e := r.Err; e != nil {
			got = e.Script + ":" + string(rune('0'+e.Line)) + ": " + e.Message
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

func TestHostTablesCannotBeChanged(t *testing.T) {
	for _, body := range []string{`text.trim = nil`, `text.more = 1`, `setmetatable(text, {})`, `getmetatable(text).__index = {}`} {
		r := Run(Call{Script: "h", Source: "function render(ctx) " + body + " return 'changed' end", Entry: EntryRender})
		if r.Err == nil {
			t.Errorf("%s: %q", body, r.Text)
		}
	}
	render(t, `rawset(text, "trim", function() return "bad" end) return text.trim("x")`)
	if got := render(t, `return text.trim(" x ")`); got != "x" {
		t.Errorf("a later run sees %q", got)
	}
}

func TestOneBoxServesManyGoroutines(t *testing.T) {
	source, err := os.ReadFile("../defaults/follow_up_link.lua")
	if err != nil {
		t.Fatal(err)
	}
	call := Call{Script: "follow_up_link", Source: string(source), Entry: EntryRender,
		Ctx: []byte(`{"business":{"name":"Brightwater"},"link":"https://b.example/l/x","customer":{"first_name":"Ana"},"session":{"service":"repair","locale":"es-MX"}}`)}
	want := Run(call)
	if !strings.HasPrefix(want.Text, "Hola Ana, su reserva (repair) con Brightwater") {
		t.Fatalf("%q %+v", want.Text, want.Err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if r := Run(call); r.Text != want.Text || r.Used.Instructions != want.Used.Instructions {
					t.Errorf("%q %+v %d", r.Text, r.Err, r.Used.Instructions)
					return
				}
			}
		})
	}
	wg.Wait()
}
