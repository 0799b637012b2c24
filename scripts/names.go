package scripts

import (
	_ "embed"
	"strings"
	"sync"
)

// luaTypes is what scripts see, as the Lua language server reads it; made from README.md by a test of this package.
//
//go:embed types.lua
var luaTypes string

// Type is a table that scripts see: the facts in ctx, or what an agent proposes.
type Type struct {
	Name   string  `json:"name"`
	Fields []Field `json:"fields"`
}

// Field is one field of a [Type].
type Field struct {
	Name string `json:"name"`
	Type string `json:"type"` // such as string, Business, Window[]
	Doc  string `json:"doc,omitempty"`
}

// Function is a function of the library.
type Function struct {
	Name string `json:"name"` // such as string.format
	Args string `json:"args"`
	Doc  string `json:"doc,omitempty"`
}

// Known is every name that an editor may offer.
type Known struct {
	Types     []Type     `json:"types"`
	Functions []Function `json:"functions"`
}

// Vocabulary reads the names out of types.lua.
var Vocabulary = sync.OnceValue(func() (k Known) {
	doc := ""
	for line := range strings.Lines(luaTypes) {
		line = strings.TrimSpace(line)
		note, isNote := strings.CutPrefix(line, "---")
		switch {
		case isNote && strings.HasPrefix(note, "@class "):
			k.Types = append(k.Types, Type{Name: strings.TrimPrefix(note, "@class ")})
		case isNote && strings.HasPrefix(note, "@field "):
			t := &k.Types[len(k.Types)-1]
			t.Fields = append(t.Fields, readField(strings.TrimPrefix(note, "@field ")))
		case isNote && !strings.HasPrefix(note, "@"):
			doc = note
		case strings.HasPrefix(line, "function "):
			name, args, _ := strings.Cut(strings.TrimPrefix(line, "function "), "(")
			args, _, _ = strings.Cut(args, ")")
			k.Functions = append(k.Functions, Function{name, args, doc})
			doc = ""
		}
	}
	return k
})

// readField reads "link? string where the text leads".
func readField(s string) Field {
	name, rest, _ := strings.Cut(s, " ")
	end := strings.IndexByte(rest, ' ')
	if i := strings.IndexByte(rest, '<'); i >= 0 && i < end { // a space within table<string, any> ends no type
		if j := strings.IndexByte(rest, '>'); j > end {
			end = j + 1
		}
	}
	if end < 0 || end > len(rest) {
		end = len(rest)
	}
	return Field{strings.TrimSuffix(name, "?"), rest[:end], strings.TrimSpace(rest[end:])}
}
