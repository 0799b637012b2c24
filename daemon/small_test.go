package main

import (
	"bytes"
	"math"
	"runtime/debug"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestNearestSuggestsOnlyWhatWasMeant(t *testing.T) {
	commands := []string{"serve", "demo", "health", "version", "backup", "restore", "verify", "selftest", "bench"}
	for word, want := range map[string]string{
		"bakcup": "backup", "BACKUP": "backup", "verfy": "verify", "self-test": "selftest", "server": "serve", "helth": "health",
		"": "", "x": "", "install": "", strings.Repeat("backup", 100): "",
	} {
		if got := nearest(word, commands); got != want {
			t.Errorf("nearest(%.20q) = %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"same", "same", 0}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestMemoryGoal(t *testing.T) {
	was := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(was)
	for name, c := range map[string]struct {
		env, cgroup string
		want        int64
	}{
		"no container":      {cgroup: "", want: memoryGoal},
		"no limit":          {cgroup: "max\n", want: memoryGoal},
		"small container":   {cgroup: "268435456\n", want: 268435456 / 5 * 4},
		"large container":   {cgroup: "8589934592\n", want: memoryGoal},
		"operator's choice": {env: "100MiB", cgroup: "268435456\n", want: math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOMEMLIMIT", c.env)
			debug.SetMemoryLimit(math.MaxInt64)
			file := "/nowhere"
			if c.cgroup != "" {
				file = write(t, "memory.max", c.cgroup)
			}
			limitMemory(file)
			if got := debug.SetMemoryLimit(-1); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

// A start that fails says one thing; one that works, or takes long, keeps nothing back.
func TestHeldLog(t *testing.T) {
	var out bytes.Buffer
	h := newHeld(&out)
	write := func(s string) {
		if _, err := h.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	write("a")
	if out.Len() > 0 {
		t.Errorf("written before the start was over: %q", &out)
	}
	h.drop()
	write("b")
	h.release()
	h.release()
	write("c")
	if out.String() != "bc" {
		t.Errorf("got %q, want bc", &out)
	}
	if !h.open || h.timer.Reset(time.Hour) {
		t.Error("its timer still runs")
	}
	h.timer.Stop()
}

func TestWrapKeepsEveryWord(t *testing.T) {
	text := "Hi Maya, your booking is not finished: http://localhost:8080/l/" + strings.Repeat("X", 60) + " Reply STOP\nto opt out."
	lines := wrap(text, 20)
	if got, want := strings.Fields(strings.Join(lines, " ")), strings.Fields(text); len(got) != len(want) {
		t.Errorf("%d words became %d", len(want), len(got))
	}
	for _, l := range lines {
		if utf8.RuneCountInString(l) > 20 && strings.Contains(l, " ") {
			t.Errorf("%q is too long", l)
		}
	}
}

// Files, pipes and terminals that ask for none get no colours.
func TestPaintIsPlainWhereNobodyLooks(t *testing.T) {
	var out bytes.Buffer
	p := newPaint(&out, nil)
	p.heading("Title")
	p.over("countdown")
	p.box([]string{"a", "longer"})
	p.table([]string{"x"}, [][]string{{p.red("1")}})
	if strings.ContainsAny(out.String(), "\x1b\r") || strings.Contains(out.String(), "countdown") {
		t.Errorf("got %q", &out)
	}
}

func TestLocalURL(t *testing.T) {
	for listen, want := range map[string]string{
		"0.0.0.0:8080": "http://127.0.0.1:8080", ":80": "http://127.0.0.1:80", "[::]:1": "http://127.0.0.1:1",
		"192.0.2.7:9": "http://192.0.2.7:9", "[2001:db8::1]:9": "http://[2001:db8::1]:9", "localhost:8080": "http://localhost:8080",
	} {
		if got := localURL(listen); got != want {
			t.Errorf("localURL(%q) = %q, want %q", listen, got, want)
		}
	}
}
