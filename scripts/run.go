package scripts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
	lua "github.com/yuin/gopher-lua"
)

// budget is how many instructions one run may take, loading included. The default templates use a few hundred.
const budget = 50_000

// stacks are the sizes of one run. Values on the registry are 16 bytes each; calls nest as deep as CallStackSize.
var stacks = lua.Options{
	SkipOpenLibs:     true,
	CallStackSize:    48,
	RegistrySize:     256,
	RegistryGrowStep: 512,
	RegistryMaxSize:  4096,
}

// run executes the script in a fresh interpreter and checks what it gives back. Everything that can enter Lua code is below
// this function's recover: gopher-lua lets some panics pass its own protection.
func run(ctx context.Context, script string, proto *lua.FunctionProto, facts Facts) (text string, err error) {
	m := &meter{Context: ctx, left: budget}
	defer func() {
		if r := recover(); r != nil {
			text, err = "", &Error{Script: script, Message: oneLine(fmt.Sprint("the interpreter failed: ", r))}
		}
		if m.err == nil {
			return
		}
		// A limit that was hit is the result, whatever the script made of it.
		text, err = "", m.err
		if errors.Is(m.err, errBudget) {
			err = &Error{Script: script, Message: m.err.Error()}
		}
	}()

	l := lua.NewState(stacks)
	defer l.Close()
	open(l)
	l.SetContext(m)
	if err := call(l, script, l.NewFunctionFromProto(proto), 0); err != nil {
		return "", err
	}
	// Raw access: a script that gave its globals a metatable must not run code outside protection.
	render, ok := l.G.Global.RawGetString("render").(*lua.LFunction)
	if !ok {
		return "", &Error{Script: script, Message: "it does not define the function render(ctx)"}
	}
	if err := call(l, script, render, 1, facts.table(l)); err != nil {
		return "", err
	}
	return checked(script, l.Get(-1))
}

// passOn is the error handler of every call. Having one keeps gopher-lua from building a traceback, which is costly and
// fails on some names.
var passOn = &lua.LFunction{IsG: true, GFunction: func(*lua.LState) int { return 1 }}

// call runs fn protected.
func call(l *lua.LState, script string, fn *lua.LFunction, results int, args ...lua.LValue) error {
	err := l.CallByParam(lua.P{Fn: fn, NRet: results, Protect: true, Handler: passOn}, args...)
	if err == nil {
		return nil
	}
	var api *lua.ApiError
	if errors.As(err, &api) {
		switch v := api.Object.(type) {
		case lua.LString:
			return raised(script, string(v))
		case nil, *lua.LNilType:
		default:
			return &Error{Script: script, Message: "it raised a " + v.Type().String() + " instead of a message"}
		}
	}
	return raised(script, err.Error())
}

// checked turns the result into a text, or says what is wrong with it.
func checked(script string, v lua.LValue) (string, error) {
	s, ok := v.(lua.LString)
	if !ok {
		return "", &Error{Script: script, Message: "render must return a text, but it returned a " + v.Type().String()}
	}
	text := string(s)
	refuse := func(message string) (string, error) { return "", &Error{Script: script, Message: message} }
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return refuse("the text is empty")
	case len(text) > booking.MaxBody && utf8.RuneCountInString(text) > booking.MaxBody:
		return refuse(fmt.Sprintf("the text has more than %d characters", booking.MaxBody))
	case !utf8.ValidString(text):
		return refuse("the text is not valid UTF-8; was a string cut inside a character?")
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }); i >= 0 {
		return refuse(fmt.Sprintf("the text has the control character %q", text[i]))
	}
	return text, nil
}

// meter is a context that counts: gopher-lua asks for Done before every instruction, so the budget is exact and repeatable,
// on a busy machine as on an idle one, and in a bubble of fake time. A limit that was hit stays hit.
type meter struct {
	context.Context
	left int
	err  error
}

var errBudget = fmt.Errorf("it took more than %d instructions; is there an endless loop?", budget)

// closed is what Done gives once the run has to end.
var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// askEvery is how many instructions pass between two looks at the caller's context.
const askEvery = 256

func (m *meter) Done() <-chan struct{} {
	if m.err != nil {
		return closed
	}
	m.left--
	switch {
	case m.left < 0:
		m.err = errBudget
		return closed
	case m.left%askEvery == 0 && m.Context.Err() != nil:
		m.err = context.Cause(m.Context)
		return closed
	}
	return nil // never ready: the instruction is carried out
}

func (m *meter) Err() error { return m.err }
