package box

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// flood repeats a piece until the source is as long as it may be; # in it becomes a number.
func flood(head, piece, tail string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; ; i++ {
		p := strings.ReplaceAll(piece, "#", fmt.Sprint(i))
		if b.Len()+len(p)+len(tail) > MaxSource {
			break
		}
		b.WriteString(p)
	}
	return b.String() + tail
}

// nested puts the inner part into functions within functions that each have variables.
func nested(levels, variables int, inner string) string {
	var b strings.Builder
	for range levels {
		names := make([]string, variables)
		for i := range names {
			names[i] = fmt.Sprintf("v%d", i)
		}
		b.WriteString("local function f() local " + strings.Join(names, ",") + "\n")
	}
	rest := MaxSource - b.Len() - 5*levels
	b.WriteString(strings.Repeat(inner, max(0, rest/len(inner))))
	b.WriteString(strings.Repeat(" end ", levels))
	return b.String()
}

// compileSources are the sources that would cost most to compile.
func compileSources() map[string]string {
	captures := make([]string, 180)
	for i := range captures {
		captures[i] = fmt.Sprintf("a%d", i)
	}
	return map[string]string{
		"labels":             flood("", "::l#:: ", ""),
		"gotos":              flood("", "goto l ", "::l::"),
		"gotos and labels":   flood("", "goto l# ::l#:: ", ""),
		"globals":            flood("", "g# = # ", ""),
		"one global":         flood("", "x=x ", ""),
		"texts":              flood("t = {", `"t#",`, "}"),
		"numbers":            flood("t = {", "#.5,", "}"),
		"numbers, often":     flood("t = {", "#,", "}"),
		"fields":             flood("t = {", "f# = #,", "}"),
		"functions":          flood("", "f = function() end ", ""),
		"functions in table": flood("t = {", "function() end,", "}"),
		"captures":           flood("local "+strings.Join(captures, ",")+" ", "f = function() return {"+strings.Join(captures, ",")+"} end ", ""),
		"locals in blocks":   flood("", "do local a, b, c = 1, 2, 3 end ", ""),
		"calls":              flood("", "f(f, f, f) ", ""),
		"methods":            flood("", "s:m#() ", ""),
		"concat":             flood("x = a", "..a", ""),
		"and or":             flood("x = a", " and b or c", ""),
		"sums":               flood("x = a", "+1", ""),
		"folded":             flood("x = 1", "+1", ""),
		"powers":             flood("x = 1", "^1", ""),
		"swaps":              flood("local a, b ", "a,b=b,a ", ""),
		"ifs":                flood("", "if x then y() else z() end ", ""),
		"loops":              flood("", "for i=1,2 do f() end ", ""),
		"nested functions":   nested(90, 10, "x=x "),
		"nested variables":   nested(15, 190, "x=x "),
		"nested, too deep":   nested(20, 100, "x=x "),
		"many targets":       flood("a", ",a", "=1"),
		"many arguments":     flood("f(1", ",1", ")"),
		"returns":            flood("return 1", ",1", ""),
		"escapes":            flood(`x = "`, `\065`, `"`),
		"comments":           flood("", "--[[x]] ", ""),
		"brackets":           flood("x = ", "[", ""),
		"parens":             flood("x = ", "(", ""),
		"minus":              flood("x = ", "- ", "1"),
		"index":              flood("x = a", "[a]", ""),
		"strings":            flood("", "f'' ", ""),
		"semicolons":         flood("", ";", ""),
	}
}

func TestCompilingIsBounded(t *testing.T) {
	for name, source := range compileSources() {
		t.Run(name, func(t *testing.T) {
			r := Run(Call{Script: "flood", Source: source})
			sound(t, r)
			used := time.Duration(r.Used.CPUMicros) * time.Microsecond
			if used > 100*time.Millisecond && !raceEnabled {
				t.Errorf("%v", used)
			}
			t.Logf("%s: %v %.200v", name, used, r.Err)
		})
	}
}
