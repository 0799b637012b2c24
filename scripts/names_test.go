package scripts

import (
	"slices"
	"testing"
)

// An editor offers what ctx holds and what the library has, with types and explanations.
func TestVocabularyHasWhatScriptsSee(t *testing.T) {
	k := Vocabulary()
	field := func(typ, name string) (f Field) {
		for _, t := range k.Types {
			for _, x := range t.Fields {
				if t.Name == typ && x.Name == name {
					f = x
				}
			}
		}
		return f
	}
	for _, c := range []struct {
		typ  string
		want Field
	}{
		{"Ctx", Field{"link", "string", ""}},
		{"Ctx", Field{"windows", "Window[]", "the next open ones"}},
		{"Ctx", Field{"memory", "table<string, any>", "what the agent kept"}},
		{"Event", Field{"kind", `"start"|"text"|"timeout"`, ""}},
		{"Proposal", Field{"say", "string", "the text to send"}},
	} {
		if got := field(c.typ, c.want.Name); got != c.want {
			t.Errorf("%s.%s is %+v, want %+v", c.typ, c.want.Name, got, c.want)
		}
	}
	for _, want := range []Function{{"ask", "name, args", "asks for something, in reply only; see above"}, {"string.format", "format, ...", ""}, {"ipairs", "t", ""}} {
		i := slices.IndexFunc(k.Functions, func(f Function) bool { return f.Name == want.Name })
		if i < 0 || k.Functions[i].Args != want.Args || k.Functions[i].Doc == "" || want.Doc != "" && k.Functions[i].Doc != want.Doc {
			t.Errorf("%s is not offered rightly: %+v", want.Name, k.Functions)
		}
	}
}
