package box

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// A Box runs scripts and keeps what it compiled; nothing else of a run is left for the next one. The zero Box is ready, and may
// be used from many goroutines at once.
type Box struct {
	cache cache
}

var shared Box

// Run runs the call in the box of the process, see [Box.Run].
func Run(c Call) Result { return shared.Run(c) }

func init() {
	lua.MaxArrayIndex = MaxArrayIndex // else t[67108863] = 1 is one instruction and a gigabyte
}

// run is the state of one run.
type run struct {
	box     *Box
	facts   Call
	meter   *meter
	mother  *lua.LState // makes the states of the run; runs nothing itself
	globals *lua.LTable
	spare   []*lua.LState
	depth   int // nested protected calls

	scripts []*script          // loaded so far, the first is that of the call
	names   map[lua.LValue]int // numbers of tables and functions that were turned into text
	modules modules
	asks    asks
	coros   coroutines
	syntax  *Error // of a module that could not be compiled
}

// Run runs one call. It never panics; whatever goes wrong is Result.Err.
func (b *Box) Run(c Call) (result Result) {
	runtime.LockOSThread() // the CPU time is that of the thread
	defer runtime.UnlockOSThread()
	began := threadCPU()
	r := &run{box: b, facts: c}
	defer func() {
		if p := recover(); p != nil {
			result = Result{Err: &Error{Script: c.Script, Message: oneLine("the interpreter failed", MaxMessage), Limit: LimitInterpreter}}
		}
		if r.meter != nil {
			result.Used.Instructions, result.Used.BuiltBytes = r.meter.instructions(), r.meter.built
		}
		result.Used.CPUMicros = int((threadCPU() - began).Microseconds())
	}()
	return r.run()
}

// runOf finds the run that a state belongs to.
func runOf(l *lua.LState) *run { return l.Context().(*meter).run }

func (r *run) run() Result {
	script, fault := r.box.compile(r.facts.Script, r.facts.Source)
	if fault != nil {
		return Result{Err: fault}
	}
	budget := CPURender
	if r.facts.Entry == EntryReply {
		budget = CPUReply
	}
	r.meter = newMeter(r, budget)
	r.mother = lua.NewState(lua.Options{SkipOpenLibs: true, CallStackSize: 1, RegistrySize: 128})
	r.mother.Options = threadOptions // of the states that it makes
	r.globals = r.mother.G.Global
	defer r.coros.close()
	r.open()

	if _, raised := r.load(script); raised != nil || r.meter.stop != nil {
		return Result{Err: r.fault(raised)}
	}
	// Raw access: a script that gave its globals a metatable must not run code here.
	render, reply := r.globals.RawGetString("render"), r.globals.RawGetString("reply")
	result := Result{Defines: Defines{Render: render.Type() == lua.LTFunction, Reply: reply.Type() == lua.LTFunction}}
	switch r.facts.Entry {
	case EntryRender:
		result.Text, result.Err = r.render(render)
	case EntryReply:
		result.Proposal, result.Ask, result.Err = r.reply(reply)
	case EntryNone:
	default:
		result.Err = &Error{Script: r.facts.Script, Message: oneLine(fmt.Sprintf("there is no entry %q", r.facts.Entry), MaxMessage)}
	}
	return result
}

// load runs a compiled script once, so that its functions are defined, and gives what it returns.
func (r *run) load(s *script, args ...lua.LValue) ([]lua.LValue, lua.LValue) {
	r.scripts = append(r.scripts, s)
	fn := r.mother.NewFunctionFromProto(s.proto)
	return r.call(fn, append([]lua.LValue{concatFunction}, args...)...)
}

// enter calls an entry with ctx and gives its first result.
func (r *run) enter(name string, fn lua.LValue) (lua.LValue, *Error) {
	f, ok := fn.(*lua.LFunction)
	if !ok || f.IsG {
		return nil, r.says("it does not define the function "+name+"(ctx)", "", "begin with: function "+name+"(ctx)")
	}
	ctx, err := r.ctx()
	if err != nil {
		return nil, r.says(err.Error(), LimitCtx, "")
	}
	results, raised := r.call(f, ctx)
	if raised != nil || r.meter.stop != nil {
		return nil, r.fault(raised)
	}
	if len(results) == 0 {
		return lua.LNil, nil
	}
	return results[0], nil
}

func (r *run) render(fn lua.LValue) (string, *Error) {
	v, err := r.enter("render", fn)
	if err != nil {
		return "", err
	}
	return r.text(v)
}

func (r *run) reply(fn lua.LValue) (json.RawMessage, *Ask, *Error) {
	r.asks.open = true
	v, err := r.enter("reply", fn)
	if s := r.meter.stop; s != nil && s.ask != nil {
		return nil, s.ask, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if left := len(r.facts.Answers) - r.asks.n; left > 0 {
		return nil, nil, r.says(fmt.Sprintf("not deterministic: it asked %d times, but %d asks are on record", r.asks.n, len(r.facts.Answers)), LimitDeterministic, hints[LimitDeterministic])
	}
	t, ok := v.(*lua.LTable)
	if !ok {
		return nil, nil, r.says("reply must return a table such as { say = \"...\" }, but it returned "+article(v), "", "end with: return { say = text }")
	}
	proposal, problem := encode(t, "the proposal")
	if problem != nil {
		return nil, nil, r.says(problem.Error(), problem.limit, "")
	}
	return proposal, nil, nil
}

// text checks what render gave.
func (r *run) text(v lua.LValue) (string, *Error) {
	s, ok := v.(lua.LString)
	if !ok {
		hint := ""
		if v == lua.LNil {
			hint = "is a return missing?"
		}
		return "", r.says("render must return a text, but it returned "+article(v), "", hint)
	}
	text := string(s)
	if strings.TrimSpace(text) == "" {
		return "", r.says("the text is empty", "", "")
	}
	if len(text) > MaxText {
		return "", r.says("the text is longer than 16 KB", LimitText, "")
	}
	if !utf8.ValidString(text) {
		return "", r.says("the text is not valid UTF-8", "", "was a string cut inside a character? text.truncate keeps them whole")
	}
	for _, c := range text {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return "", r.says(fmt.Sprintf("the text has the control character %q", c), "", "")
		}
	}
	return text, nil
}

// article names the type of a value: "a table", "nothing".
func article(v lua.LValue) string {
	if v == lua.LNil {
		return "nothing"
	}
	return "a " + v.Type().String()
}
