package scripts

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

//go:embed defaults/*.lua
var files embed.FS

// defaults holds the embedded scripts by name. It is never written after start-up.
var defaults = embedded()

// template is one embedded script. It is compiled at its first use, once per process; the compiled form is read only and
// shared by all runs.
type template struct {
	name     string
	source   string
	compiled func() (*lua.FunctionProto, error)
}

func newTemplate(name, source string) *template {
	return &template{
		name:     name,
		source:   source,
		compiled: sync.OnceValues(func() (*lua.FunctionProto, error) { return compile(name, source) }),
	}
}

// embedded reads the defaults that were built in. It cannot fail: the files are part of the program.
func embedded() map[string]*template {
	entries, err := files.ReadDir("defaults")
	if err != nil {
		panic(err)
	}
	m := make(map[string]*template, len(entries))
	for _, e := range entries {
		source, err := files.ReadFile(path.Join("defaults", e.Name()))
		if err != nil {
			panic(err)
		}
		name := strings.TrimSuffix(e.Name(), ".lua")
		m[name] = newTemplate(name, string(source))
	}
	return m
}

// compile makes the runnable form of a source. The compiler panics on what it did not foresee, so that is caught here.
func compile(name, source string) (proto *lua.FunctionProto, err error) {
	defer func() {
		if r := recover(); r != nil {
			proto, err = nil, &Error{Script: name, Message: oneLine(fmt.Sprint("the compiler failed: ", r))}
		}
	}()
	chunk, err := parse.Parse(strings.NewReader(source), name+".lua")
	if err != nil {
		return nil, syntaxError(name, err)
	}
	proto, err = lua.Compile(chunk, name+".lua")
	if err != nil {
		return nil, syntaxError(name, err)
	}
	return proto, nil
}

// syntaxError keeps the line that the parser or compiler named.
func syntaxError(name string, err error) error {
	e := &Error{Script: name, Message: oneLine(err.Error())}
	switch err := err.(type) {
	case *parse.Error:
		e.Line = max(err.Pos.Line, 0)
		e.Message = oneLine(fmt.Sprintf("%s near %q", err.Message, shorten(err.Token, 40)))
	case *lua.CompileError:
		e.Line, e.Message = err.Line, oneLine(err.Message)
	}
	return e
}
