package box

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// Lua tables become JSON by a raw copy: no metamethod runs, so no script code does. A table with items 1 to n becomes a list, one with
// names an object, an empty one {}. Keys are sorted.

// problem is a table that cannot be written.
type problem struct{ message, limit string }

func (p *problem) Error() string { return p.message }

// encode writes a table as a JSON object; what names it in errors.
func encode(t *lua.LTable, what string) (json.RawMessage, *problem) {
	e := &encoder{what: what}
	if t.Len() > 0 {
		return nil, &problem{message: what + " must have names, not list items"}
	}
	if p := e.value(t, what, 0); p != nil {
		return nil, p
	}
	return e.out.Bytes(), nil
}

type encoder struct {
	what  string
	out   bytes.Buffer
	nodes int
	open  []*lua.LTable // the tables around the one being written
}

func (e *encoder) value(v lua.LValue, path string, depth int) *problem {
	if e.nodes++; e.nodes > MaxProposalNodes {
		return &problem{fmt.Sprintf("%s has more than %d values", e.what, MaxProposalNodes), LimitProposal}
	}
	if e.out.Len() > MaxProposalBytes {
		return &problem{e.what + " is longer than 64 KB", LimitProposal}
	}
	switch v := v.(type) {
	case lua.LBool:
		e.out.WriteString(v.String())
	case lua.LNumber:
		f := float64(v)
		switch {
		case math.IsNaN(f) || math.IsInf(f, 0):
			return &problem{message: path + " is not a finite number"}
		case f == math.Trunc(f) && math.Abs(f) < 1<<53:
			e.out.WriteString(strconv.FormatInt(int64(f), 10))
		default:
			e.out.WriteString(strconv.FormatFloat(f, 'g', -1, 64))
		}
	case lua.LString:
		return e.text(string(v), path)
	case *lua.LTable:
		return e.table(v, path, depth)
	default:
		return &problem{message: path + " is " + article(v) + ", which cannot be sent"}
	}
	return nil
}

func (e *encoder) text(s, path string) *problem {
	if !utf8.ValidString(s) {
		return &problem{message: path + " is not valid UTF-8; was a string cut inside a character?"}
	}
	if e.out.Len()+len(s) > MaxProposalBytes {
		return &problem{e.what + " is longer than 64 KB", LimitProposal}
	}
	enc := json.NewEncoder(&e.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return &problem{message: path + " cannot be written"}
	}
	e.out.Truncate(e.out.Len() - 1) // the line feed that Encode adds
	return nil
}

func (e *encoder) table(t *lua.LTable, path string, depth int) *problem {
	if slices.Contains(e.open, t) {
		return &problem{message: path + " contains itself"}
	}
	if depth >= MaxProposalDepth {
		return &problem{fmt.Sprintf("%s is nested more than %d levels deep", e.what, MaxProposalDepth), LimitProposal}
	}
	var names []string
	items := 0
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		switch k := k.(type) {
		case lua.LString:
			names = append(names, string(k))
		case lua.LNumber:
			items++
		default:
			return &problem{message: path + " has " + article(k) + " as a key"}
		}
		if len(names)+items > MaxProposalNodes {
			return &problem{fmt.Sprintf("%s has more than %d values", e.what, MaxProposalNodes), LimitProposal}
		}
	}
	e.open = append(e.open, t)
	defer func() { e.open = e.open[:len(e.open)-1] }()
	if items == 0 {
		return e.object(t, names, path, depth)
	}
	if len(names) > 0 || t.Len() != items {
		return &problem{message: path + " is neither a list from 1 on without holes, nor only named fields"}
	}
	e.out.WriteByte('[')
	for i := 1; i <= items; i++ {
		if i > 1 {
			e.out.WriteByte(',')
		}
		if p := e.value(t.RawGetInt(i), fmt.Sprintf("%s[%d]", path, i), depth+1); p != nil {
			return p
		}
	}
	e.out.WriteByte(']')
	return nil
}

func (e *encoder) object(t *lua.LTable, names []string, path string, depth int) *problem {
	slices.Sort(names)
	e.out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			e.out.WriteByte(',')
		}
		if p := e.text(name, path+"'s key"); p != nil {
			return p
		}
		e.out.WriteByte(':')
		if p := e.value(t.RawGetString(name), path+"."+shorten(name, 40), depth+1); p != nil {
			return p
		}
	}
	e.out.WriteByte('}')
	return nil
}
