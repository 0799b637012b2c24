package booking

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The first text of an agent says that no person writes, in whatever words, and is made to say so where it does not.
func TestAnAgentsFirstTextSaysThatItIsAutomated(t *testing.T) {
	f := ComposeFacts{Business: "Brightwater", Mode: AIAgent}
	for said, mended := range map[string]bool{
		"Brightwater's automated assistant here. Reply STOP to opt out.":                   false,
		"This is Brightwater's virtual assistant. Reply STOP to opt out.":                  false,
		"Soy el asistente virtual de Brightwater. Responda STOP para darse de baja.":       false,
		"Mensaje automático de Brightwater. Responda STOP para darse de baja.":             false,
		"Hi, this is Ada from Brightwater. Reply STOP to opt out.":                         true,
		"Brightwater repairs automatically-opening doors? No: automats. Reply STOP to end": false,
		"Brightwater mends automats. Reply STOP to opt out.":                               true,
	} {
		c, err := Compose(said, f)
		if err != nil || strings.HasPrefix(c.Body, AutomatedLine) != mended || (len(c.Findings) > 0) != mended {
			t.Errorf("%q became %q with %+v, %v; to be mended: %v", said, c.Body, c.Findings, err, mended)
		}
		f := f
		f.Mode = PrefilledLink
		if c, err := Compose(said, f); err != nil || c.Body != said {
			t.Errorf("a template's %q became %q, %v", said, c.Body, err)
		}
	}
}

func TestRemarksOnATextNameTheirPlace(t *testing.T) {
	const link = "https://book.example.com/l/FREE"
	f := ComposeFacts{Business: "Brightwater", Link: link}
	for text, want := range map[string]string{
		"Brightwater: finish your booking " + link + " Reply STOP to opt out.": "",
		"Brightwater: a free visit " + link + " Reply STOP to opt out.":        "marketing@16",
		"Brightwater: see bit.ly/x or " + link + " Reply STOP to opt out.":     "link_shortener@18",
		"Brightwater: see not-bit.ly/x or " + link + " Reply STOP to opt out.": "",
		"Brightwater: ¡Zoë! " + link + " Reply STOP to opt out.":               "unicode@17 segments@0",
		"finish": "business_missing@0 stop_missing@0 link_missing@0",
	} {
		var got []string
		for _, r := range Lint(text, f) {
			got = append(got, r.Code+"@"+string(rune('0'+r.At/10))+string(rune('0'+r.At%10)))
		}
		joined := strings.NewReplacer("@0", "@").Replace(strings.Join(got, " "))
		if joined != strings.NewReplacer("@0", "@0").Replace(want) {
			t.Errorf("%q: %s, want %s", text, joined, want)
		}
	}
}

func TestAmountsAreReadAndWrittenAsDecimals(t *testing.T) {
	for s, want := range map[string]Micros{"0.0083": 8300, "0": 0, "12": 12_000_000, "1.5": 1_500_000, "0.000001": 1} {
		var m Micros
		if err := m.UnmarshalText([]byte(s)); err != nil || m != want || m.String() != s {
			t.Errorf("%s read as %d, %v, written as %s", s, m, err, m)
		}
	}
	for _, s := range []string{"", "-1", "1e3", "0.0000001", "1,5", "2000", "+1", "1.+5"} {
		if err := new(Micros).UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q was read as an amount", s)
		}
	}
}

// Whatever comes in whatever order: the version in use and the one to go back to are kept, and five faults within ten
// minutes are needed for a way back.
func TestAScriptsHistoryKeepsWhatIsInUse(t *testing.T) {
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	s := Script{Name: "s"}
	for range 3 * MaxVersions {
		v, _ := s.Add(now)
		if v%7 == 0 {
			s.Use(v, now)
		}
		for _, n := range []int{s.Active, s.Good} {
			if n != BuiltInVersion && !slices.Contains(s.Versions, n) {
				t.Fatalf("version %d is in use and not kept: %v", n, s.Versions)
			}
		}
	}
	if len(s.Versions) != MaxVersions || !slices.IsSorted(s.Versions) {
		t.Errorf("%d versions are kept", len(s.Versions))
	}
	active, good := s.Active, s.Good
	for i := range 4 {
		s.Fault(string(rune('a'+i)), now.Add(time.Duration(i)*time.Minute), false)
	}
	if s.Fault("d", now.Add(4*time.Minute), false) || s.Fault("late", now.Add(11*time.Minute), false) || s.Active != active {
		t.Errorf("four faults and a repeated one, or one too late, led back to %d", s.Active)
	}
	for i := range 2 {
		s.Fault(string(rune('p'+i)), now.Add(11*time.Minute), false)
	}
	if s.Active != good || len(s.Faults) != 0 || s.Good == good {
		t.Errorf("after five faults: version %d is in use, want %d; faults %v, next way back %d", s.Active, good, s.Faults, s.Good)
	}
	if s.Use(active, now); len(s.Faults) != 0 || s.Active != active {
		t.Errorf("a person's choice: %+v", s.Active)
	}
}

func TestATurnNeverOutgrowsItsRow(t *testing.T) {
	turn := Turn{Ctx: []byte(`{}`)}
	big := []byte(`"` + strings.Repeat("x", 20<<10) + `"`)
	for range MaxAsks {
		turn.Pending = &TurnAsk{Name: "windows"}
		turn.Answer(big, "")
	}
	if !turn.Fits() || len(turn.Answers) != MaxAsks || turn.Answers[0].Code != "" || turn.Answers[MaxAsks-1].Code != "too_large" || turn.Answers[MaxAsks-1].Result != nil {
		t.Errorf("fits %v, %d answers, the last has the code %q", turn.Fits(), len(turn.Answers), turn.Answers[len(turn.Answers)-1].Code)
	}
}
