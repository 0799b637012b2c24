package booking

import (
	"strings"
	"testing"
)

// labelled is a customer's text with what a person would make of it.
type labelled struct {
	text string
	out  bool
	held bool // set aside while the phrases were written
}

func optOutLines(t testing.TB) (lines []labelled) {
	for _, l := range labelledLines(t, 0, 2, "optout.txt", "optout2.txt", "optout3.txt", "optout4.txt", "optout5.txt", "optout6.txt", "optout7.txt", "optout8.txt", "optout9.txt", "optout10.txt", "optout11.txt", "optout12.txt") {
		if l.fields[0] != "out" && l.fields[0] != "no" {
			t.Fatalf("not a label: %q", l.fields)
		}
		lines = append(lines, labelled{strings.ReplaceAll(l.fields[1], `\n`, "\n"), l.fields[0] == "out", l.held})
	}
	return lines
}

// TestWithdrawalsAreFoundInAnyWords measures recall (aim: 98 %) and false opt-outs (aim: 0.5 %), and pins what was reached.
func TestWithdrawalsAreFoundInAnyWords(t *testing.T) {
	for _, held := range []bool{false, true} {
		var out, found, no, wrong int
		for _, l := range optOutLines(t) {
			if l.held != held {
				continue
			}
			w, ok := MatchWithdrawal(l.text)
			switch {
			case l.out && ok:
				out, found = out+1, found+1
			case l.out:
				out++
				t.Errorf("missed: %q", l.text)
			case ok:
				no, wrong = no+1, wrong+1
				t.Errorf("taken for an opt-out because of %q: %q", w.Phrase, l.text)
			default:
				no++
			}
		}
		t.Logf("set aside %v: %d of %d withdrawals found, %d of %d other texts taken for one", held, found, out, wrong, no)
		if out < 260 || no < 260 {
			t.Error("too few lines to measure with")
		}
	}
}

func TestWithdrawalsSayWhy(t *testing.T) {
	for text, want := range map[string]Reason{
		"STOP": ReasonAsked, "please stop texting me": ReasonAsked, "wrong number": ReasonWrongNumber, "numero equivocado": ReasonWrongNumber,
		"he passed away last month": ReasonDeceased, "mi mamá falleció": ReasonDeceased,
	} {
		if w, ok := MatchWithdrawal(text); !ok || w.Reason != want || w.Phrase == "" {
			t.Errorf("%q: %+v %v, want %s", text, w, ok, want)
		}
	}
	if w, ok := MatchWithdrawal("START"); ok {
		t.Errorf("START: %+v", w)
	}
}

func FuzzMatchWithdrawal(f *testing.F) {
	for _, l := range optOutLines(f) {
		f.Add(l.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, ok := MatchWithdrawal(text)
		if ok && (w.Phrase == "" || w.Reason == "") {
			t.Errorf("%q: %+v", text, w)
		}
		if again, same := MatchWithdrawal(text); same != ok || again != w {
			t.Errorf("%q gives two answers", text)
		}
	})
}

// BenchmarkMatchWithdrawal reads a text of the labelled lines, all of them in turn; the longest alone beside it.
func BenchmarkMatchWithdrawal(b *testing.B) {
	lines := optOutLines(b)
	b.Run("lines", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			MatchWithdrawal(lines[i%len(lines)].text)
		}
	})
	long := strings.Repeat("please do not stop by before nine, the wrong part was installed and the leak will not stop. ", 17)
	b.Run("1600 characters", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			MatchWithdrawal(long)
		}
	})
}
