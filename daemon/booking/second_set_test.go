package booking

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestZMeasure(t *testing.T) {
	rd := func(f string) (o [][]string) {
		h, err := os.Open("testdata/" + f)
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		for s := bufio.NewScanner(h); s.Scan(); {
			if !strings.HasPrefix(s.Text(), "#") {
				o = append(o, strings.Split(s.Text(), "\t"))
			}
		}
		return
	}
	type cnt struct{ n, bad int }
	show := os.Getenv("HELD") != ""
	var half [2]map[string]cnt
	half[0], half[1] = map[string]cnt{}, map[string]cnt{}
	seen := map[string]int{}
	add := func(group, label string, bad bool, msg string) {
		k := seen[group+label] % 2
		seen[group+label]++
		c := half[k][group]
		c.n++
		if bad {
			c.bad++
			if k == 0 || show {
				t.Log(k, group, msg)
			}
		}
		half[k][group] = c
	}
	for _, l := range rd("optout2.txt") {
		w, ok := MatchWithdrawal(l[1])
		add("optout "+l[0], l[0], ok != (l[0] == "out"), l[1]+" <"+w.Phrase+">")
	}
	for _, l := range rd("emergency2.txt") {
		e, ok := MatchEmergency(l[1])
		g := "emergency no"
		if l[0] != "no" {
			g = "emergency danger"
		}
		bad := !ok && l[0] != "no" || ok && string(e.Kind) != l[0]
		if g == "emergency danger" && ok && bad {
			t.Log("other kind:", l, e.Kind, e.Phrase)
			bad = false
		}
		add(g, l[0], bad, l[0]+": "+l[1]+" <"+string(e.Kind)+" "+e.Phrase+">")
	}
	for _, l := range rd("intent.txt") {
		got := MatchIntents(l[1])
		bad := false
		for _, w := range strings.Fields(l[0]) {
			n, not := strings.CutPrefix(w, "!")
			bad = bad || slices.Contains(got, Intent(n)) == not
		}
		add("intent", l[0], bad, l[0]+": "+l[1])
	}
	ny, _ := time.LoadLocation("America/New_York")
	win := func(s string) (o []Window) {
		for _, f := range strings.Fields(s) {
			if f == "-" {
				continue
			}
			st, err := time.ParseInLocation("2006-01-02T15", "2026-03-"+f, ny)
			if err != nil {
				t.Fatal(f)
			}
			o = append(o, Window{ID: f, Start: st, End: st.Add(2 * time.Hour), Open: 1, Capacity: 1})
		}
		return
	}
	for _, l := range rd("choose.txt") {
		c := ChooseWindows(l[1], time.Date(2026, 3, 10, 15, 20, 0, 0, ny), ny, win("11T10 11T15 12T08 12T13 13T10 14T09 16T08 16T15 17T10"), win(l[0]))
		w := strings.Fields(l[2])
		var ok bool
		switch w[0] {
		case "sure":
			ok = c.Sure && slices.Equal(c.Windows, w[1:])
		case "fit":
			ok = slices.Equal(c.Windows, w[1:])
		case "none":
			ok = c.Said() && len(c.Windows) == 0
		case "silent":
			ok = !c.Said()
		}
		add("choose", "", !ok, strings.Join(l, " | ")+" => "+strings.Join(c.Windows, " "))
		_ = w
	}
	for k := range half {
		for g, c := range half[k] {
			t.Logf("half %d %s: wrong %d of %d", k, g, c.bad, c.n)
		}
	}
}
