package box

import (
	"container/list"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// script is a compiled source. It is read only, so runs may share it.
type script struct {
	name   string
	chunk  string // how messages of the interpreter name it: "name.lua"
	source string
	proto  *lua.FunctionProto
}

// cache keeps the scripts that were used last.
type cache struct {
	mu    sync.Mutex
	byKey map[cacheKey]*list.Element
	order list.List // of cached, the latest in front
}

type cached struct {
	key    cacheKey
	script *script
}

// cacheSize is how many compiled scripts a box keeps; one of 64 KB takes about a megabyte.
const cacheSize = 64

type cacheKey struct{ name, source string }

// compile makes the runnable form of a source, or takes it from the cache.
func (b *Box) compile(name, source string) (*script, *Error) {
	key := cacheKey{name, source}
	if s := b.cache.get(key); s != nil {
		return s, nil
	}
	s, fault := compile(name, source)
	if fault == nil {
		b.cache.put(key, s)
	}
	return s, fault
}

func (c *cache) get(key cacheKey) *script {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(cached).script
}

func (c *cache) put(key cacheKey, s *script) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey == nil {
		c.byKey = map[cacheKey]*list.Element{}
	}
	if _, ok := c.byKey[key]; ok {
		return
	}
	c.byKey[key] = c.order.PushFront(cached{key, s})
	if c.order.Len() > cacheSize {
		delete(c.byKey, c.order.Remove(c.order.Back()).(cached).key)
	}
}

// compile parses, checks, rewrites and compiles. The compiler panics on what it did not foresee, so that is caught here.
func compile(name, source string) (s *script, fault *Error) {
	s = &script{name: name, chunk: name + ".lua", source: source}
	defer func() {
		if r := recover(); r != nil {
			s, fault = nil, &Error{Script: name, Message: "the compiler failed on it", Limit: LimitInterpreter}
		}
	}()
	switch {
	case len(source) > MaxSource:
		return nil, errorAt(s, 0, LimitSource, "the source is longer than 64 KB")
	case !utf8.ValidString(source):
		return nil, errorAt(s, 1+strings.Count(source[:firstInvalid(source)], "\n"), "", "the source is not valid UTF-8")
	}
	if before, _, ok := strings.Cut(source, "\x00"); ok {
		return nil, errorAt(s, 1+strings.Count(before, "\n"), "", "the source has a NUL byte")
	}
	chunk, err := parse.Parse(strings.NewReader(source), s.chunk)
	if err != nil {
		return nil, syntaxError(s, err)
	}
	chunk, fault = rewrite(s, chunk)
	if fault != nil {
		return nil, fault
	}
	outer, err := lua.Compile(chunk, s.chunk)
	if err != nil {
		return nil, syntaxError(s, err)
	}
	s.proto = outer.FunctionPrototypes[0]
	if line := settle(s.proto); line > 0 {
		return nil, errorAt(s, line, LimitSource, "a function uses more than 200 variables of the functions around it")
	}
	return s, nil
}

func firstInvalid(s string) int {
	for i, c := range s {
		if c == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return 0
}

// settle gives memory back that the compiler reserved, and gives every call a name that is safe to format. It tells the
// line of a function with too many captured variables.
func settle(p *lua.FunctionProto) (line int) {
	if len(p.DbgUpvalues) > MaxUpvalues {
		return max(p.LineDefined, 1)
	}
	p.Code = append([]uint32(nil), p.Code...)
	p.DbgSourcePositions = append([]int(nil), p.DbgSourcePositions...)
	for i := range p.DbgCalls {
		p.DbgCalls[i].Name = "?"
	}
	for _, f := range p.FunctionPrototypes {
		if line := settle(f); line > 0 {
			return line
		}
	}
	return 0
}

// syntaxError keeps the line that the parser or compiler named.
func syntaxError(s *script, err error) *Error {
	switch err := err.(type) {
	case *parse.Error:
		if err.Pos.Line == parse.EOF {
			e := errorAt(s, strings.Count(s.source, "\n")+1, "", "%s at the end of the script", err.Message)
			e.Hint = "is an `end`, a bracket or a quote missing?"
			return e
		}
		return errorAt(s, err.Pos.Line, "", "%s near %s", err.Message, quoted(err.Token))
	case *lua.CompileError:
		return errorAt(s, err.Line, "", "%s", err.Message)
	}
	return errorAt(s, 0, "", "%s", err)
}

func quoted(token string) string { return fmt.Sprintf("'%s'", shorten(token, 40)) }
