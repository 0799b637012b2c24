package scripts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// try runs a source that is not embedded, as a template would be run.
func try(t testing.TB, ctx context.Context, source string) (string, error) {
	t.Helper()
	tm := newTemplate("try", source)
	proto, err := tm.compiled()
	if err != nil {
		return "", err
	}
	return run(ctx, tm.name, proto, ordinary())
}

func TestAFailingScriptIsAnErrorWithItsLine(t *testing.T) {
	for _, tc := range []struct {
		name, source string
		line         int
		message      string
	}{
		{"syntax", "function render(ctx)\n  return 'x\nend", 3, "unterminated"},
		{"unexpected end", "function render(ctx)", 0, "syntax error"},
		{"raised text", "function render(ctx)\n  error('no words')\nend", 2, "no words"},
		{"raised table", "function render(ctx) error({}) end", 0, "raised a table"},
		{"raised nothing", "function render(ctx) error(nil) end", 0, ""},
		{"raised while loading", "\nerror('at load')", 2, "at load"},
		{"nil call", "function render(ctx)\n\n  return missing()\nend", 3, "attempt to call"},
		{"arithmetic on a text", "function render(ctx) return 1 + {} end", 1, "cannot perform add"},
		{"no render", "x = 1", 0, "does not define"},
		{"render is no function", "render = 'hello'", 0, "does not define"},
		{"number", "function render(ctx) return 1 end", 0, "returned a number"},
		{"nothing", "function render(ctx) end", 0, "returned a nil"},
		{"table", "function render(ctx) return ctx end", 0, "returned a table"},
		{"empty", "function render(ctx) return ' \\n ' end", 0, "empty"},
		{"too long", "function render(ctx) local s = 'x' for i = 1, 11 do s = s .. s end return s end", 0, "more than 1600"},
		{"half a character", "function render(ctx) return string.sub('é', 1, 1) end", 0, "UTF-8"},
		{"control character", "function render(ctx) return 'a\\0b' end", 0, "control character"},
		{"endless loop", "function render(ctx) while true do end end", 0, "endless loop"},
		{"endless loop at load", "while true do end", 0, "endless loop"},
		{"endless recursion", "function render(ctx) return render(ctx) .. 'x' end", 1, "stack overflow"},
		{"endless tail calls", "function render(ctx) return render(ctx) end", 0, "endless loop"},
		{"message of many lines", "function render(ctx) error('a\\nb\\27[31m') end", 1, "a b [31m"},
		{"empty name that raises", "function render(ctx) local t = {} t[''] = function() error('x') end t['']() end", 1, "x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text, err := try(t, t.Context(), tc.source)
			e, ok := errors.AsType[*Error](err)
			if text != "" || !ok {
				t.Fatalf("got %q, %v; want an *Error", text, err)
			}
			if e.Line != tc.line || !strings.Contains(e.Message, tc.message) || strings.ContainsAny(e.Message, "\n\x1b") || len(e.Message) > maxMessage {
				t.Errorf("error = %q at line %d, want %q at line %d", e.Message, e.Line, tc.message, tc.line)
			}
		})
	}
}

func TestAHugeErrorMessageIsCut(t *testing.T) {
	_, err := try(t, t.Context(), "function render(ctx) local s = 'é' for i = 1, 15 do s = s .. s end error(s) end")
	if err == nil || len(err.Error()) > maxMessage+40 || !strings.HasSuffix(err.Error(), "…") {
		t.Errorf("error has %d bytes: %.60v", len(fmt.Sprint(err)), err)
	}
}

func TestScriptsHaveNoWayOut(t *testing.T) {
	for _, name := range []string{"io", "os", "debug", "package", "channel", "coroutine", "require", "module", "dofile", "loadfile",
		"load", "loadstring", "print", "collectgarbage", "newproxy", "_printregs", "getfenv", "setfenv", "getmetatable",
		"setmetatable", "rawget", "rawset", "pcall", "xpcall", "_G", "string.rep", "string.format", "string.find", "string.match",
		"string.gsub", "string.gmatch", "string.dump", "string.byte", "table.sort", "math.random", "os.time"} {
		source := "function render(ctx) return type(" + name + ") end"
		if lib, _, found := strings.Cut(name, "."); found {
			source = "function render(ctx) return type(" + lib + " and " + name + ") end"
		}
		if got, err := try(t, t.Context(), source); got != "nil" || err != nil {
			t.Errorf("%s is a %s, %v; want it absent", name, got, err)
		}
	}
}

func TestNothingIsKeptBetweenRuns(t *testing.T) {
	tm := newTemplate("try", `
		function render(ctx)
			local seen = (leftover or string.leftover or ctx.leftover or "clean") .. ("x"):upper()
			leftover, string.leftover, ctx.leftover = "dirty", "dirty", "dirty"
			string.upper = function() return "dirty" end
			return seen
		end`)
	proto, err := tm.compiled()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run(t.Context(), "try", proto, ordinary()); err != nil {
		t.Fatal(err)
	}
	if got, err := run(t.Context(), "try", proto, ordinary()); got != "cleanX" || err != nil {
		t.Errorf("second run gave %q, %v; want cleanX", got, err)
	}
}

func TestTheBudgetIsExactAndRepeatable(t *testing.T) {
	count := func(n int) string { return fmt.Sprintf("function render(ctx) for i = 1, %d do end return 'x' end", n) }
	low, high := 0, 2*budget // low passes, high does not
	for high-low > 1 {
		mid := (low + high) / 2
		if _, err := try(t, t.Context(), count(mid)); err == nil {
			low = mid
		} else {
			high = mid
		}
	}
	for range 20 {
		if _, err := try(t, t.Context(), count(low)); err != nil {
			t.Fatalf("%d rounds passed before and fail now: %v", low, err)
		}
		if _, err := try(t, t.Context(), count(high)); err == nil {
			t.Fatalf("%d rounds failed before and pass now", high)
		}
	}
}

func TestACancelledRunEndsInTheMiddle(t *testing.T) {
	ctx := &dying{Context: t.Context(), looks: 3}
	text, err := try(t, ctx, "function render(ctx) while true do end end")
	if text != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %q, %v; want context.Canceled", text, err)
	}
}

// gopher-lua lets some panics past its own protection; a nil program is the plainest.
func TestAPanicOfTheInterpreterIsAnError(t *testing.T) {
	text, err := run(t.Context(), "try", nil, ordinary())
	if e, ok := errors.AsType[*Error](err); text != "" || !ok || !strings.Contains(e.Message, "interpreter failed") {
		t.Errorf("got %q, %v; want an *Error", text, err)
	}
}

// dying is a context that ends after it was looked at a few times.
type dying struct {
	context.Context
	looks int
}

func (d *dying) Err() error {
	if d.looks--; d.looks < 0 {
		return context.Canceled
	}
	return nil
}

// The manual lists what ctx holds and which functions there are; this keeps it true.
func TestTheManualNamesEveryFactAndFunction(t *testing.T) {
	manual, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	tm := newTemplate("walk", `
		function render(ctx)
			local found = {}
			local function walk(t, at)
				for key, value in pairs(t) do
					if type(value) == "table" then walk(value, at .. key .. ".") else table.insert(found, at .. key) end
				end
			end
			walk(ctx, "ctx.")
			return table.concat(found, " ")
		end`)
	proto, err := tm.compiled()
	if err != nil {
		t.Fatal(err)
	}
	f := ordinary()
	f.Business.EmergencyPhone = "+16145550199"
	text, err := run(t.Context(), "walk", proto, f)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(text)
	if want := 14; len(names) != want {
		t.Errorf("a full ctx has %d facts, want %d: %s", len(names), want, text)
	}
	for library, list := range allowed {
		for _, name := range list {
			names = append(names, strings.TrimPrefix(library+"."+name, "."))
		}
	}
	for _, name := range append(names, "sms.segments", FollowUpLink) {
		if !strings.Contains(string(manual), "`"+name) {
			t.Errorf("the manual does not name %s", name)
		}
	}
}
