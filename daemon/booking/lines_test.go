package booking

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// line is a labelled line of testdata: its fields, and whether it was set aside while the rules were written.
type line struct {
	fields []string
	held   bool
}

// labelledLines reads files of testdata: fields parted by tabs, '#' before remarks. Of each label every second line was set aside; at
// says which field is the label, -1 that all lines are of one.
func labelledLines(t testing.TB, at, fields int, files ...string) (lines []line) {
	for _, name := range files {
		f, err := os.Open("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		seen := map[string]int{}
		for s := bufio.NewScanner(f); s.Scan(); {
			if strings.HasPrefix(s.Text(), "#") {
				continue
			}
			l := line{fields: strings.Split(s.Text(), "\t")}
			if len(l.fields) != fields {
				t.Fatalf("%s: not a labelled line: %q", name, s.Text())
			}
			label := ""
			if at >= 0 {
				label = l.fields[at]
			}
			seen[label]++
			l.held = seen[label]%2 == 0
			lines = append(lines, l)
		}
	}
	return lines
}

// TestIntentsOfLabelledLines demands of every text the intents of its label, and that none is there which the label denies.
func TestIntentsOfLabelledLines(t *testing.T) {
	for _, l := range labelledLines(t, 0, 2, "intent.txt") {
		got := MatchIntents(l.fields[1])
		for want := range strings.FieldsSeq(l.fields[0]) {
			name, denied := strings.CutPrefix(want, "!")
			if slices.Contains(got, Intent(name)) == denied {
				t.Errorf("%q: %v, want %s", l.fields[1], got, want)
			}
		}
	}
}

// TestChoicesOfLabelledLines demands of every text the windows of its label: see the head of testdata/choose.txt.
func TestChoicesOfLabelledLines(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	windows := func(list string) (all []Window) {
		for id := range strings.FieldsSeq(list) {
			start, err := time.ParseInLocation("2006-01-02T15", "2026-03-"+id, zone)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Window{ID: id, Start: start, End: start.Add(2 * time.Hour), Capacity: 1, Open: 1})
		}
		return all
	}
	now := time.Date(2026, 3, 10, 15, 20, 0, 0, zone)
	open := windows("11T10 11T15 12T08 12T13 13T10 14T09 16T08 16T15 17T10")
	for _, l := range labelledLines(t, -1, 3, "choose.txt") {
		c := ChooseWindows(l.fields[1], now, zone, open, windows(strings.TrimPrefix(l.fields[0], "-")))
		kind, ids, _ := strings.Cut(l.fields[2], " ")
		same := strings.Join(c.Windows, " ") == ids
		if ok, known := map[string]bool{"sure": same && c.Sure, "fit": same, "none": same && c.Said(), "silent": !c.Said()}[kind]; !ok || !known {
			t.Errorf("%q after %q: %+v, want %s", l.fields[1], l.fields[0], c, l.fields[2])
		}
	}
}

// TestBooksKeepApart reads the lines of each book with the others: none of them is a withdrawal, and no everyday text an emergency.
func TestBooksKeepApart(t *testing.T) {
	everyday := append(labelledLines(t, 0, 2, "intent.txt"), labelledLines(t, -1, 3, "choose.txt")...)
	for _, l := range everyday {
		if e, ok := MatchEmergency(l.fields[1]); ok {
			t.Errorf("taken for an emergency because of %q: %q", e.Phrase, l.fields[1])
		}
	}
	for _, l := range append(everyday, labelledLines(t, 0, 2, "emergency.txt", "emergency2.txt", "emergency3.txt", "emergency4.txt", "emergency5.txt", "emergency6.txt", "emergency7.txt", "emergency8.txt", "emergency9.txt", "emergency10.txt")...) {
		if w, ok := MatchWithdrawal(l.fields[1]); ok {
			t.Errorf("taken for an opt-out because of %q: %q", w.Phrase, l.fields[1])
		}
	}
}
