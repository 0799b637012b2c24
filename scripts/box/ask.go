package box

import (
	"encoding/json"
	"fmt"
	"reflect"

	lua "github.com/yuin/gopher-lua"
)

// asks is how far a run has come in the asks of its turn.
type asks struct {
	open bool // only while reply runs
	n    int
}

// baseAsk is ask(name, args). A recorded ask gives its answer at once; the first one that is not recorded ends the run.
func baseAsk(l *lua.LState) int {
	r := runOf(l)
	name := stringArg(l, 1, "ask")
	if !r.asks.open {
		raise(l, "ask(...) is for the function reply: a template only has ctx")
	}
	ask := Ask{Name: name}
	switch v := l.Get(2).(type) {
	case *lua.LNilType:
	case *lua.LTable:
		args, p := encode(v, "what ask is given")
		if p != nil {
			if p.limit != "" {
				check(l, r.meter.halt(p.limit, p.message))
			}
			raise(l, "%s", p.message)
		}
		ask.Args = args
	default:
		badType(l, 2, "ask", "table")
	}
	if r.asks.n >= MaxAsks {
		check(l, r.meter.halt(LimitAsks, fmt.Sprintf("more than %d asks in one turn", MaxAsks)))
	}
	if r.asks.n == len(r.facts.Answers) {
		s := r.meter.halt("", "waiting for the answer to "+shorten(name, 64))
		s.ask = &ask
		check(l, s)
	}
	recorded := r.facts.Answers[r.asks.n]
	r.asks.n++
	if recorded.Name != name || !sameArgs(recorded.Args, ask.Args) {
		check(l, r.meter.halt(LimitDeterministic, fmt.Sprintf("not deterministic: ask %d was %s on record and is %s now",
			r.asks.n, shown(recorded.Ask), shown(ask))))
	}
	return r.answer(l, recorded)
}

// answer pushes what came of an ask: a result, or nil and a code. Done without a result is true.
func (r *run) answer(l *lua.LState, a Answer) int {
	if a.Code != "" {
		l.Push(lua.LNil)
		l.Push(lua.LString(a.Code))
		return 2
	}
	v := lua.LValue(lua.LTrue)
	if len(a.Result) > 0 && string(a.Result) != "null" {
		decoded, err := r.decode(a.Result, "the answer")
		if err != nil {
			check(l, r.meter.halt(LimitCtx, err.Error()))
		}
		v = decoded
	}
	l.Push(v)
	return 1
}

func shown(a Ask) string { return shorten(a.Name+" "+string(a.Args), 120) }

// sameArgs compares what two asks were given, however it is written; none and {} are the same.
func sameArgs(a, b json.RawMessage) bool {
	if string(a) == string(b) {
		return true
	}
	var va, vb map[string]any
	if len(a) > 0 && json.Unmarshal(a, &va) != nil || len(b) > 0 && json.Unmarshal(b, &vb) != nil {
		return false
	}
	return len(va) == 0 && len(vb) == 0 || reflect.DeepEqual(va, vb)
}
