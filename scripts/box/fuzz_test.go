package box

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// FuzzSource runs arbitrary sources: no panic, no overrun, nothing left behind.
func FuzzSource(f *testing.F) {
	for _, body := range attacks {
		f.Add("function render(ctx) " + body + " end")
	}
	source, err := os.ReadFile("../defaults/follow_up_link.lua")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(source))
	f.Add(asking)
	f.Fuzz(func(t *testing.T, source string) {
		for _, entry := range []Entry{EntryRender, EntryReply} {
			r := Run(Call{Script: "f", Source: source, Entry: entry, Ctx: []byte(`{"a":{"b":[1,2]}}`)})
			sound(t, r)
			if r.Err != nil && r.Err.Limit == LimitInterpreter {
				t.Errorf("the interpreter failed on %q", source)
			}
			if used := time.Duration(r.Used.CPUMicros) * time.Microsecond; used > CPUReply+150*time.Millisecond && !raceEnabled {
				t.Errorf("%v for %q", used, source)
			}
		}
	})
}

// FuzzProgram runs programs made of everything that the language and the library have, in odd combinations.
func FuzzProgram(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		p := program{gen: gen{rand.New(rand.NewPCG(seed, 77))}}
		var b strings.Builder
		for range 8 { // apart, so that an error does not hide what comes after it
			b.WriteString("pcall(function(...) " + p.statement(3) + " end, a, b)\n")
		}
		source := "function render(ctx) " + b.String() + " return tostring(a) end"
		r := Run(Call{Script: "f", Source: source, Entry: EntryRender, Ctx: []byte(`{"list":[3,1,2],"s":"x","t":{"y":1}}`)})
		sound(t, r)
		if r.Err != nil && (r.Err.Limit == LimitInterpreter || strings.Contains(r.Err.Message, "syntax error")) {
			t.Errorf("%+v\n%s", r.Err, source)
		}
		if used := time.Duration(r.Used.CPUMicros) * time.Microsecond; used > CPURender+100*time.Millisecond && !raceEnabled {
			t.Errorf("%v for %s", used, source)
		}
	})
}

// program makes random programs.
type program struct{ gen }

var natives = func() []string {
	var list []string
	for _, m := range baseLibrary {
		list = append(list, m.name)
	}
	for _, lib := range library {
		for _, m := range lib.members {
			list = append(list, lib.name+"."+m.name)
		}
	}
	for _, h := range Host {
		list = append(list, h.Name)
	}
	return list
}()

var events = []string{"__index", "__newindex", "__call", "__add", "__sub", "__concat", "__eq", "__lt", "__le", "__unm", "__tostring", "__metatable", "__len", "__mode"}

func (p program) expression(depth int) string {
	if depth == 0 {
		return pick(p.gen, "a", "b", "c", "nil", "true", "...", "ctx", "1", "-1", "0", "19999", "2^31", "1/0", "0/0", `""`, `"x"`, `"%d+"`, `"a.b"`, `("x"):rep(300)`, "{}", "{1,2,3}", "_G", "ctx.list")
	}
	e := func() string { return p.expression(depth - 1) }
	switch p.IntN(16) {
	case 0, 1, 2, 3, 4:
		args := make([]string, p.IntN(4))
		for i := range args {
			args[i] = e()
		}
		return pick(p.gen, natives...) + "(" + strings.Join(args, ", ") + ")"
	case 5:
		return fmt.Sprintf("(%s)[%s]", e(), e())
	case 6:
		return fmt.Sprintf("(%s) %s (%s)", e(), pick(p.gen, "+", "-", "*", "/", "%", "^", "..", "==", "~=", "<", "<=", ">", "and", "or"), e())
	case 7:
		return pick(p.gen, "-", "not ", "#") + "(" + e() + ")"
	case 8:
		return fmt.Sprintf("function(%s) %s return %s end", pick(p.gen, "...", "a, ...", "b, c, ..."), p.block(depth-1), e())
	case 9:
		return fmt.Sprintf("{ %s, [%s or 1] = %s, y = %s, %s }", e(), e(), e(), e(), e())
	case 10:
		return fmt.Sprintf("setmetatable({}, { %s = %s, %s = %s })", pick(p.gen, events...), pick(p.gen, natives...), pick(p.gen, events...), e())
	case 11:
		return pick(p.gen, natives...)
	case 12:
		return fmt.Sprintf("coroutine.wrap(%s)(%s)", pick(p.gen, e(), pick(p.gen, natives...)), e())
	case 13:
		return fmt.Sprintf("pcall(%s, %s, %s)", pick(p.gen, natives...), pick(p.gen, natives...), e())
	case 14:
		return fmt.Sprintf("select(2, pcall(%s, %s, %s))", pick(p.gen, natives...), e(), e())
	}
	return e()
}

func (p program) block(depth int) string {
	var b strings.Builder
	for range 1 + p.IntN(3) {
		b.WriteString(p.statement(depth) + " ")
	}
	return b.String()
}

func (p program) statement(depth int) string {
	if depth == 0 {
		return "a = " + p.expression(0)
	}
	e := func() string { return p.expression(depth - 1) }
	switch p.IntN(12) {
	case 0:
		return fmt.Sprintf("local a, b = %s, %s", e(), e())
	case 1:
		return fmt.Sprintf("a, b, c = %s, %s", e(), e())
	case 2:
		return fmt.Sprintf("if %s then %s else %s end", e(), p.block(depth-1), p.block(depth-1))
	case 3:
		return fmt.Sprintf("for i = 1, %s do %s end", pick(p.gen, "3", "100", "1e9"), p.block(depth-1))
	case 4:
		return fmt.Sprintf("for k, v in %s do %s end", pick(p.gen, "pairs("+e()+")", "ipairs({1, 2})", e()), p.block(depth-1))
	case 5:
		return fmt.Sprintf("while %s do %s break end", e(), p.block(depth-1))
	case 6:
		return fmt.Sprintf("repeat local q = %s %s until true", e(), p.block(depth-1))
	case 7:
		return fmt.Sprintf("pcall(function(...) %s end, %s)", p.block(depth-1), e())
	case 8:
		return fmt.Sprintf("local function f(...) %s return f(%s) end a = f", p.block(depth-1), e())
	case 9:
		return fmt.Sprintf("do local t = { %s } t[%s or 2] = %s a, t.x = t, a end", e(), e(), e())
	case 10:
		return fmt.Sprintf("local co = coroutine.create(%s) for i = 1, 3 do c = pcall(coroutine.resume, co, %s) end", "function(...) "+p.block(depth-1)+" return coroutine.yield(...) end", e())
	}
	return fmt.Sprintf("pcall(%s, %s, %s)", pick(p.gen, natives...), e(), e())
}
