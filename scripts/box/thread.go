package box

import (
	"fmt"
	"regexp"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Every protected call and every coroutine runs on an interpreter state of its own, and what panics out of it is caught here.
// gopher-lua's own PCall is not used: it builds a traceback that can panic in turn, and it either leaves variables captured by closures
// open on dead registers or cuts those of the callers off. A state that ended in an error is thrown away; a clean one is used again.

var threadOptions = lua.Options{
	SkipOpenLibs:     true,
	CallStackSize:    MaxCallDepth,
	RegistrySize:     256,
	RegistryGrowStep: 1024,
	RegistryMaxSize:  6144,
}

// thread gives a clean state of the run.
func (r *run) thread() *lua.LState {
	if n := len(r.spare); n > 0 {
		th := r.spare[n-1]
		r.spare = r.spare[:n-1]
		return th
	}
	r.meter.work(200) // a state is 30 KB; the caller's next instruction sees a limit
	th, _ := r.mother.NewThread()
	th.SetContext(r.meter)
	th.Panic = panicBare
	return th
}

// done takes a state back that a call left without an error.
func (r *run) done(th *lua.LState) {
	th.SetTop(0)
	if len(r.spare) < 4 {
		r.spare = append(r.spare, th)
	}
}

// panicBare raises what lies on top of the stack, without a traceback.
func panicBare(l *lua.LState) {
	panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: l.Get(-1), StackTrace: "-"})
}

// unwind is the panic that takes a coroutine down whose run is over.
type unwind struct{}

// protect runs body and gives what it raised, nil when it came to its end. Faults of the interpreter itself end the run.
func (r *run) protect(body func()) (raised lua.LValue) {
	r.depth++
	defer func() {
		r.depth--
		switch p := recover().(type) {
		case nil:
		case unwind:
			panic(p)
		case *lua.ApiError:
			raised = r.note(p.Object)
		default:
			if strings.Contains(fmt.Sprint(p), "index out of range [-1]") {
				// A tail call with more values than the stack takes: gopher-lua looks for the line of an instruction before the first.
				r.meter.halt(LimitDepth, "stack overflow")
			} else {
				r.meter.halt(LimitInterpreter, "the interpreter failed")
			}
			raised = lua.LString(r.meter.stop.message)
		}
	}()
	if r.depth > MaxGoDepth {
		r.meter.halt(LimitDepth, "more than 100 nested protected calls")
	}
	if s := r.meter.stop; s != nil {
		return lua.LString(s.message) // native functions that call each other would not see it
	}
	body()
	return nil
}

// address is how gopher-lua writes values that have no text: it gives away where they are, and differs from run to run.
var address = regexp.MustCompile(`(table|function|thread|userdata): 0x[0-9a-f]+`)

// note cleans an error value and remembers where a limit was hit first.
func (r *run) note(v lua.LValue) lua.LValue {
	if v == nil {
		return lua.LNil
	}
	s, ok := v.(lua.LString)
	if !ok {
		return v
	}
	text := strings.TrimPrefix(string(s), " ") // gopher-lua's place of a call without a line
	if len(text) > MaxString {
		text = text[:MaxString]
	}
	if strings.Contains(text, ": 0x") {
		text = address.ReplaceAllString(text, "$1")
	}
	if s := r.meter.stop; s != nil && s.place == "" {
		if place, _, ok := strings.Cut(text, s.message); ok {
			s.place = place
		}
	}
	return lua.LString(text)
}

// call runs fn protected on a state of its own and gives its results.
func (r *run) call(fn lua.LValue, args ...lua.LValue) (results []lua.LValue, raised lua.LValue) {
	th := r.thread()
	raised = r.protect(func() {
		th.Push(fn)
		for _, a := range args {
			th.Push(a)
		}
		th.Call(len(args), lua.MultRet)
		results = make([]lua.LValue, th.GetTop())
		for i := range results {
			results[i] = th.Get(i + 1)
		}
	})
	if raised != nil {
		return nil, raised
	}
	r.done(th)
	return results, nil
}
