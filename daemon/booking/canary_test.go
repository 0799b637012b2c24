package booking

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var drawDay = time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)

func someone(rng *rand.Rand) Phone { return Phone(fmt.Sprintf("+1%010d", rng.Int64N(1e10))) }

func TestWhoIsInStaysInWhenThePercentageRises(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		p := someone(rng)
		c := Canary{ID: "c", Salt: fmt.Sprint(rng.Uint64()), Percent: 1 + rng.IntN(99)}
		in := c.Draws(p)
		if again := c.Draws(p); again != in {
			t.Fatalf("%s was drawn %v, then %v", p, in, again)
		}
		was := c.Percent
		c.Percent += rng.IntN(100 - c.Percent)
		if in && !c.Draws(p) {
			t.Fatalf("%s was in at %d %% and is out at %d %%", p, was, c.Percent)
		}
	}
}

// The shares of 20,000 drawn persons lie within five standard errors of the percentage, and two canaries sort people independently.
func TestAShareIsWhatThePercentageSays(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, percent := range []int{1, 10, 50, 99} {
		a, b := Canary{ID: "a", Salt: "one", Percent: percent}, Canary{ID: "b", Salt: "two", Percent: percent}
		const n = 20_000
		inA, both := 0, 0
		for range n {
			p := someone(rng)
			inA += one(a.Draws(p))
			both += one(a.Draws(p) && b.Draws(p))
		}
		p := float64(percent) / 100
		for _, x := range []struct {
			got  int
			want float64
		}{{inA, p}, {both, p * p}} {
			if off := math.Abs(float64(x.got)/n-x.want) / math.Sqrt(x.want*(1-x.want)/n); off > 5 {
				t.Errorf("%d %%: %d of %d, which is %.1f standard errors away", percent, x.got, n, off)
			}
		}
	}
}

func TestALotIsDrawnOnceAndKept(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		c := Canary{ID: "c", Script: "follow_up_link", Stable: 1, Version: 2, Salt: "salt", Percent: 1 + rng.IntN(99)}
		p := Person{Phone: someone(rng)}
		s := Session{ID: "s"}
		lot := c.LotOf(p, p.Phone, drawDay)
		s.Enrol(&p, lot, drawDay)
		c.Percent = 1 + rng.IntN(99) // up or down
		if again := c.LotOf(p, p.Phone, drawDay.Add(time.Hour)); again != s.Lot || again.VersionFor(&c) != lot.VersionFor(&c) {
			t.Fatalf("drawn %+v, then %+v", lot, again)
		}
	}
	p := Person{}
	for i := range 30 {
		c := Canary{ID: fmt.Sprint(i), Percent: 50}
		(&Session{}).Enrol(&p, c.LotOf(p, "+16145550100", drawDay), drawDay)
	}
	if _, drawn := p.Lot("29"); len(p.Lots) != maxLots || !drawn {
		t.Errorf("%d lots are kept", len(p.Lots))
	}
}

func TestFaultsEndACanary(t *testing.T) {
	c := Canary{}
	for i := range MaxScriptFaults {
		if c.Fault("same", drawDay) && i == 0 {
			t.Fatal("one fault ended it")
		}
	}
	if len(c.Faults) != 1 || c.Failed.Canary != 1 {
		t.Fatalf("one failed run counted %d times", c.Failed.Canary)
	}
	for _, x := range []struct {
		name  string
		apart time.Duration
		good  bool // between two faults there is a good run
		want  bool
	}{
		{"in a row, days apart", 30 * time.Hour, false, true},
		{"together, with good runs between", time.Minute, true, true},
		{"days apart, with good runs between", 30 * time.Hour, true, false},
	} {
		c, ended := Canary{}, 0
		for i := range MaxScriptFaults {
			if c.Fault(fmt.Sprint(i), drawDay.Add(time.Duration(i)*x.apart)) {
				ended = i + 1
			}
			if x.good {
				c.InARow = 0
			}
		}
		if x.want && ended != MaxScriptFaults || !x.want && ended != 0 {
			t.Errorf("%s: ended after %d faults", x.name, ended)
		}
	}
}

func TestACanaryThatCannotBeIsRefused(t *testing.T) {
	version := func(n int, kind ScriptKind) ScriptVersion { return ScriptVersion{Script: "s", Version: n, Kind: kind} }
	stable := version(1, ScriptTemplate)
	for code, err := range map[string]error{
		"out_of_range":        ValidateCanary(NewCanary{Version: 2, Percent: 100}),
		"too_long":            ValidateCanary(NewCanary{Version: 2, Percent: 10, Note: strings.Repeat("x", MaxScriptNote+1)}),
		"no_version_in_use":   ValidateSides(nil, version(2, ScriptTemplate)),
		"canary_same_version": ValidateSides(&stable, version(1, ScriptTemplate)),
		"canary_of_module":    ValidateSides(&stable, version(2, ScriptModule)),
		"wrong_kind":          ValidateSides(&stable, version(2, ScriptAgent)),
	} {
		if !errors.Is(err, &Error{Code: code}) {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	for _, percent := range []int{0, -1, 100} {
		if ValidateCanary(NewCanary{Percent: percent}) == nil {
			t.Errorf("%d %% is a canary", percent)
		}
	}
	if err := errors.Join(ValidateCanary(NewCanary{Version: 2, Percent: 99}), ValidateSides(&stable, version(2, ScriptTemplate))); err != nil {
		t.Error(err)
	}
}

// A harmless version, looked at after every opt-out, is taken away less often than once in twenty canaries; one that drives four
// times as many away is nearly always found before 100 have left.
func TestOptOutsAreWeighedSafelyHoweverOftenOneLooks(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	run := func(percent int, ratio float64, most int) (at int) {
		var tally CanaryTally
		for n := 1; n <= most; n++ {
			p := percent
			if n > most/2 { // the percentage rose meanwhile
				p = min(99, 2*percent)
			}
			q := float64(p) / 100
			q = ratio * q / (ratio*q + 1 - q)
			tally.OptOut(Lot{Trial: Trial{Control: rng.Float64() >= q, Percent: p}})
			if tally.DrivesAway() {
				return n
			}
		}
		return 0
	}
	for _, percent := range []int{5, 10, 50} {
		const rounds = 2000
		wolf, found := 0, 0
		for range rounds {
			wolf += one(run(percent, 1, 200) > 0)
			found += one(run(percent, 4, 100) > 0)
		}
		if share := float64(wolf) / rounds; share > 0.05 {
			t.Errorf("%d %%: %.1f %% of harmless canaries were taken away", percent, 100*share)
		}
		if share := float64(found) / rounds; share < 0.9 {
			t.Errorf("%d %%: only %.1f %% of bad canaries were taken away", percent, 100*share)
		}
	}
	if e := (CanaryTally{}).OptOutEvidence(); e != 1 {
		t.Errorf("nobody left, and the evidence is %g", e)
	}
	many := CanaryTally{Left: map[int]LeftCanary{1: {Canary: 1_000_000}}}
	if !many.DrivesAway() || math.IsInf(many.OptOutEvidence(), 0) || math.IsNaN(many.OptOutEvidence()) {
		t.Errorf("a million left, and the evidence is %g", many.OptOutEvidence())
	}
}

func TestTheResultOfACanaryIsSaidPlainly(t *testing.T) {
	c := Canary{Stable: 1, Version: 2, Percent: 50}
	sides := func(n, booked, left, m, booked2, left2 int) CanaryTally {
		return CanaryTally{Canary: CanaryFigures{Persons: n, Sent: n, Booked: booked, OptedOut: left}, Stable: CanaryFigures{Persons: m, Sent: m, Booked: booked2, OptedOut: left2}}
	}
	for _, x := range []struct {
		tally  CanaryTally
		booked CanaryWord
		want   string
	}{
		{CanaryTally{}, CanaryTooFew, "Too few persons yet: 0 with version 2 and 0 with version 1"},
		{sides(29, 20, 0, 400, 10, 0), CanaryTooFew, "Too few persons yet: 29 with version 2"},
		{sides(400, 80, 0, 400, 20, 0), CanaryHigher, "The numbers suffice: with version 2 more booked, 20.0 % against 5.0 %"},
		{sides(400, 20, 0, 400, 80, 0), CanaryLower, "with version 2 fewer booked"},
		{sides(400, 30, 0, 400, 30, 0), CanaryOpen, "No difference can be told"},
		{sides(400, 30, 40, 400, 30, 4), CanaryOpen, "with version 2 more opted out"},
	} {
		r := c.Report(x.tally)
		for _, y := range r.Compared {
			if y.Metric == CanaryBooked && y.Word != x.booked {
				t.Errorf("booked: %s, want %s", y.Word, x.booked)
			}
			if y.Low > y.High || y.Canary.Low > y.Canary.High || y.Canary.Percent < y.Canary.Low-1e-9 || y.Canary.Percent > y.Canary.High+1e-9 {
				t.Errorf("an interval that does not hold its own middle: %+v", y)
			}
		}
		if !strings.Contains(r.Words, x.want) {
			t.Errorf("said %q, want %q", r.Words, x.want)
		}
	}
}

// Figures follow a session through any changes, told once or many times.
func TestFiguresAreWhatTheSessionsSay(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		var tally CanaryTally
		lot := Lot{Canary: "c", Trial: Trial{Control: rng.IntN(2) == 0, Percent: 10, At: drawDay}}
		var old *Session
		s := Session{ID: "s"}
		for range 12 {
			switch rng.IntN(7) {
			case 0:
				s.Lot = lot
			case 1:
				s.Sent(drawDay)
			case 2:
				s.Click(drawDay, fmt.Sprint(rng.IntN(3)))
			case 3:
				s.Reply(drawDay)
			case 4:
				s.Lot.Delivered = s.Lot.Drawn()
			case 5:
				s.Won(Booking{ID: "b", At: drawDay.Add(time.Hour), Source: SourceAgent, Session: "s"})
			case 6:
				s.Won(Booking{ID: "b", At: drawDay.Add(time.Hour), Source: SourceAgent, Session: "s", Status: BookingCancelled})
			}
			if s.Lot.Drawn() {
				tally.Turn(old, s)
				if tally.Turn(&s, s) {
					t.Fatal("told again, it counted again")
				}
			}
			was := s.Clone()
			old = &was
		}
		want := CanaryTally{}
		if s.Lot.Drawn() {
			*want.side(s.Lot) = s.drawn()
		}
		if tally.Stable != want.Stable || tally.Canary != want.Canary {
			t.Fatalf("counted %+v, the session says %+v", tally, want)
		}
	}
}

func TestABookingThatCountedStaysCounted(t *testing.T) {
	s := Session{ID: "s", Lot: Lot{Canary: "c", Trial: Trial{Percent: 10, At: drawDay}}}
	s.Sent(drawDay)
	s.Won(Booking{ID: "soon", At: drawDay.Add(time.Hour), Source: SourceAgent, Session: "s"})
	s.Won(Booking{ID: "later", At: drawDay.Add(2 * RecoveredWithin), Source: SourceAgent, Session: "s"})
	if f := s.drawn(); f.Booked != 1 {
		t.Errorf("another booking came later, and the first one counts %d times", f.Booked)
	}
}

func BenchmarkDraw(b *testing.B) {
	b.ReportAllocs()
	c := Canary{Salt: "salt", Percent: 10}
	for b.Loop() {
		c.Draws("+16145550142")
	}
}
