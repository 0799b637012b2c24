package box

import (
	"fmt"
	"iter"

	lua "github.com/yuin/gopher-lua"
)

// Coroutines have a state and a Go coroutine each. gopher-lua's own library runs them on the stack of whoever resumes them, so that two
// which resume each other end the process, and a yield out of a native function leaves that function on a stack which is
// no longer its own. Here a yield may come from anywhere, pcall and gsub included.

var coroutineLibrary = []member{
	{"create", native(coroutineCreate)},
	{"resume", native(coroutineResume)},
	{"running", native(coroutineRunning)},
	{"status", native(coroutineStatus)},
	{"wrap", native(coroutineWrap)},
	{"yield", native(coroutineYield)},
}

type coroutine struct {
	thread *lua.LState // the value that scripts hold
	status string
	in     []lua.LValue // what it was resumed with
	out    []lua.LValue // what it returned
	raised lua.LValue   // what it failed with
	next   func() ([]lua.LValue, bool)
	stop   func()
	yield  func([]lua.LValue) bool
}

const (
	suspended = "suspended"
	running   = "running"
	normal    = "normal" // it resumed another one
	dead      = "dead"
)

// coroutines are those of one run.
type coroutines struct {
	byThread map[*lua.LState]*coroutine // the unfinished ones
	current  *coroutine
	nested   int
}

// close takes all coroutines down that did not come to their end; their Go coroutines would stay for ever.
func (c *coroutines) close() {
	for _, co := range c.byThread {
		co.stop()
	}
	c.byThread = nil
}

func newCoroutine(l *lua.LState, fn *lua.LFunction) *coroutine {
	r := runOf(l)
	if len(r.coros.byThread) >= MaxCoroutines {
		check(l, r.meter.halt(LimitCoroutines, fmt.Sprintf("more than %d unfinished coroutines", MaxCoroutines)))
	}
	work(l, 100)
	th := r.thread()
	co := &coroutine{thread: th, status: suspended}
	co.next, co.stop = iter.Pull(func(yield func([]lua.LValue) bool) {
		defer func() {
			if p := recover(); p != nil {
				if _, ok := p.(unwind); !ok {
					panic(p)
				}
			}
		}()
		co.yield = yield
		co.raised = r.protect(func() {
			th.Push(fn)
			for _, v := range co.in {
				th.Push(v)
			}
			th.Call(len(co.in), lua.MultRet)
			co.out = argsFrom(th, 1)
		})
	})
	if r.coros.byThread == nil {
		r.coros.byThread = map[*lua.LState]*coroutine{}
	}
	r.coros.byThread[th] = co
	return co
}

// resume lets a coroutine go on until it yields or ends.
func (r *run) resume(co *coroutine, in []lua.LValue) (out []lua.LValue, raised lua.LValue) {
	switch {
	case co == nil || co.status == dead:
		return nil, lua.LString("cannot resume dead coroutine")
	case co.status != suspended:
		return nil, lua.LString("cannot resume non-suspended coroutine")
	case r.coros.nested >= MaxResumes:
		r.meter.halt(LimitCoroutines, fmt.Sprintf("more than %d coroutines resume each other, nested", MaxResumes))
		return nil, lua.LString(r.meter.stop.message)
	}
	r.meter.work(4)
	before, depth := r.coros.current, r.depth
	if before != nil {
		before.status = normal
	}
	r.coros.current, co.status, co.in = co, running, in
	r.coros.nested++
	yielded, more := co.next()
	r.coros.nested--
	r.coros.current, r.depth = before, depth
	if before != nil {
		before.status = running
	}
	if more {
		co.status = suspended
		return yielded, nil
	}
	co.status = dead
	delete(r.coros.byThread, co.thread)
	return co.out, co.raised
}

func coroutineCreate(l *lua.LState) int {
	l.Push(newCoroutine(l, functionArg(l, 1, "create")).thread)
	return 1
}

func coroutineResume(l *lua.LState) int {
	th, ok := l.Get(1).(*lua.LState)
	if !ok {
		badType(l, 1, "resume", "coroutine")
	}
	r := runOf(l)
	out, raised := r.resume(r.coros.byThread[th], argsFrom(l, 2))
	return r.outcome(l, out, raised)
}

func coroutineWrap(l *lua.LState) int {
	co := newCoroutine(l, functionArg(l, 1, "wrap"))
	l.Push(native(func(l *lua.LState) int {
		r := runOf(l)
		out, raised := r.resume(co, argsFrom(l, 1))
		check(l, r.meter.stop)
		if raised != nil {
			if s, ok := raised.(lua.LString); ok && co.raised == nil {
				raised = lua.LString(place(l, 1)) + s // it could not be resumed at all
			}
			l.Error(raised, 0)
		}
		for _, v := range out {
			l.Push(v)
		}
		return len(out)
	}))
	return 1
}

func coroutineYield(l *lua.LState) int {
	co := runOf(l).coros.current
	if co == nil {
		raise(l, "attempt to yield from outside a coroutine")
	}
	if !co.yield(argsFrom(l, 1)) {
		panic(unwind{}) // the run is over
	}
	for _, v := range co.in {
		l.Push(v)
	}
	return len(co.in)
}

func coroutineStatus(l *lua.LState) int {
	th, ok := l.Get(1).(*lua.LState)
	if !ok {
		badType(l, 1, "status", "coroutine")
	}
	status := dead
	if co := runOf(l).coros.byThread[th]; co != nil {
		status = co.status
	}
	l.Push(lua.LString(status))
	return 1
}

func coroutineRunning(l *lua.LState) int {
	if co := runOf(l).coros.current; co != nil {
		l.Push(co.thread)
		return 1
	}
	l.Push(lua.LNil)
	return 1
}
