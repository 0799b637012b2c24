package booking

import (
	"os"
	"strings"
	"testing"
)

var (
	honestFiles  = []string{"honest.txt", "honest_later.txt", "honest_last.txt"}
	hostileFiles = []string{"review.txt", "hostile.txt", "hostile_later.txt", "hostile_last.txt", "hostile_white.txt", "hostile_blind.txt"}
)

// linesOf reads a file of labelled lines: "label: text" where labelled, else the text.
func linesOf(t testing.TB, file string, labelled bool) (lines [][2]string) {
	t.Helper()
	raw, err := os.ReadFile("testdata/firewall/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		label, text := "", line
		if labelled {
			label, text, _ = strings.Cut(line, ": ")
		}
		lines = append(lines, [2]string{label, text})
	}
	return lines
}

// echoing is the evidence of a thread whose customer named days, times and numbers that a text might take up.
func echoing(t testing.TB) Evidence {
	e := brightwater(t)
	e.Heard = append(e.Heard, "can you come friday at 7", "is it 50 or so?", "call me at 6145550177", "can I have it for 20", "what about march 20")
	return e
}

// state is the evidence after what an honest line says was done.
func state(t testing.TB, name string) Evidence {
	t.Helper()
	e := brightwater(t)
	switch name {
	case "open":
	case "booked":
		return e.booked(DidBook)
	case "moved":
		return e.booked(DidMove)
	case "cancelled":
		return e.booked(DidCancel)
	case "waitlist":
		e.Booked = []Done{{Did: DidWaitlist}}
	case "over":
		e.HandedOff = true
	case "safety":
		e.Safety = true
	default:
		t.Fatalf("no such state: %s", name)
	}
	return e
}

func TestHonestLinesPass(t *testing.T) {
	for _, file := range honestFiles {
		lines := linesOf(t, file, true)
		for _, l := range lines {
			if c, ok := Permit(l[1], state(t, l[0])); !ok {
				t.Errorf("%s: %q is blocked because of the %s %q", l[0], l[1], c.Kind, c.Phrase)
			}
		}
		t.Logf("%s: %d honest lines", file, len(lines))
	}
}

func TestHostileLinesAreBlocked(t *testing.T) {
	for _, file := range hostileFiles {
		passed := 0
		lines := linesOf(t, file, file != "review.txt")
		for _, l := range lines {
			if _, ok := Permit(l[1], echoing(t)); ok {
				passed++
				t.Errorf("%s: %s: %q got through", file, l[0], l[1])
			}
		}
		t.Logf("%s: %d of %d got through", file, passed, len(lines))
	}
}
