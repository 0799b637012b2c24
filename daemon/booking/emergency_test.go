package booking

import (
	"strings"
	"testing"
)

// TestEmergenciesAreRecognised measures how many are found (aim: all), and how many other texts are taken for one. Sparks may be told as
// fire or as electricity: the warning is of the same danger.
func TestEmergenciesAreRecognised(t *testing.T) {
	counts := map[bool]*struct{ lines, wrong, otherKind int }{false: {}, true: {}}
	for _, l := range labelledLines(t, 0, 2, "emergency.txt", "emergency2.txt", "emergency3.txt", "emergency4.txt", "emergency5.txt", "emergency6.txt", "emergency7.txt", "emergency8.txt", "emergency9.txt", "emergency10.txt", "emergency11.txt", "emergency12.txt") {
		label, text, c := l.fields[0], l.fields[1], counts[l.held]
		c.lines++
		e, ok := MatchEmergency(text)
		switch {
		case ok == (label == "no"):
			c.wrong++
			t.Errorf("%q: got %q by %q, want %s", text, e.Kind, e.Phrase, label)
		case ok && string(e.Kind) != label:
			c.otherKind++
			if EmergencyKind(label) != EmergencyFire || e.Kind != EmergencyShock {
				t.Errorf("%q: got %q by %q, want %s", text, e.Kind, e.Phrase, label)
			}
		}
	}
	for held, c := range counts {
		t.Logf("set aside %v: %d of %d lines wrong, %d of another kind", held, c.wrong, c.lines, c.otherKind)
		if c.lines < 220 || c.otherKind > 3 {
			t.Error("too few lines to measure with, or too many of another kind")
		}
	}
}

func TestPastDangersAreNoEmergencies(t *testing.T) {
	e, ok := MatchPastEmergency("gas co came yesterday about the smell, they capped it and red tagged the furnace. need it fixed")
	if !ok || e.Kind != EmergencyGas {
		t.Errorf("a danger that is over: %+v %v", e, ok)
	}
	for _, text := range []string{"I smell gas", "tomorrow at 8 works"} {
		if e, ok := MatchPastEmergency(text); ok {
			t.Errorf("%q: %+v", text, e)
		}
	}
}

// Safety comes in the first words, and the line after it.
func TestSafetyWords(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		for kind := range safetyEnglish {
			s := SafetyWords(kind, lang, "(614) 555-0199")
			if s == "" || !strings.Contains(s, "555-0199") || len(s) > 320 {
				t.Errorf("%s %s: %q", kind, lang, s)
			}
			if n := strings.Index(s, "911"); kind != EmergencySewage && n < 0 || kind == EmergencyMedical && n > 60 {
				t.Errorf("%s %s: 911 at %d in %q", kind, lang, n, s)
			}
			if without := SafetyWords(kind, lang, ""); strings.Contains(without, ":") && strings.HasSuffix(without, ": ") {
				t.Errorf("%s %s without a line: %q", kind, lang, without)
			}
		}
	}
	if len(safetyEnglish) != len(safetySpanish) {
		t.Error("a kind has words in one language only")
	}
}

func FuzzMatchEmergency(f *testing.F) {
	f.Add("co alarm keeps beeping 4 times and we all got headaches")
	f.Add("no heat and my dad is 87")
	f.Fuzz(func(t *testing.T, text string) {
		e, ok := MatchEmergency(text)
		if ok && (e.Phrase == "" || safetyEnglish[e.Kind] == "") {
			t.Errorf("%q: %+v", text, e)
		}
	})
}

func BenchmarkMatchEmergency(b *testing.B) {
	for name, text := range map[string]string{
		"usual":           "water heater is old and makes noises, can somebody come on friday after nine",
		"1600 characters": strings.Repeat("the gas furnace is old, no smoke or water on the floor, but the alarm of the panel was tested. ", 17),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				MatchEmergency(text)
			}
		})
	}
}
