package booking

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// The examples of table II of Newcombe (1998), method 10.
func TestNewcombesIntervalIsTheOneOfThePaper(t *testing.T) {
	for _, c := range []struct {
		a, n, b, m int
		low, high  float64
	}{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.0582, 0.8062},
		{5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775},
		{0, 10, 0, 10, -0.2775, 0.2775},
		{10, 10, 0, 20, 0.6791, 1.0000},
		{10, 10, 0, 10, 0.6075, 1.0000},
	} {
		d, low, high := newcombe(c.a, c.n, c.b, c.m)
		if math.Abs(low-c.low) > 0.00006 || math.Abs(high-c.high) > 0.00006 {
			t.Errorf("%d/%d - %d/%d: got %.4f to %.4f, want %.4f to %.4f", c.a, c.n, c.b, c.m, low, high, c.low, c.high)
		}
		if d < low || d > high {
			t.Errorf("%d/%d - %d/%d: %.4f lies outside of its own interval", c.a, c.n, c.b, c.m, d)
		}
	}
}

// In simulated trials of known truth about 95 of 100 intervals hold it.
func TestTheIntervalHoldsTheTruthAsOftenAsItSays(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	draw := func(n int, p float64) (k int) {
		for range n {
			if rng.Float64() < p {
				k++
			}
		}
		return k
	}
	const rounds = 3000
	held := 0
	for range rounds {
		_, low, high := newcombe(draw(300, 0.14), 300, draw(40, 0.09), 40)
		if low <= 0.05 && 0.05 <= high {
			held++
		}
	}
	if share := float64(held) / rounds; share < 0.93 || share > 0.98 {
		t.Errorf("%.1f %% of the intervals hold the truth, want about 95 %%", 100*share)
	}
}

func TestTheResultIsSaidPlainly(t *testing.T) {
	arms := func(n, k, m, l int) Trials {
		return Trials{Treated: Arm{n, k, k * 20_000}, Control: Arm{m, l, l * 10_000}, Lowest: 10, Highest: 10}
	}
	open, changed := arms(400, 80, 44, 7), arms(400, 80, 44, 7)
	open.Open, changed.Highest = 12, 20
	for _, c := range []struct {
		name    string
		percent int
		t       Trials
		enough  bool
		says    string
	}{
		{"no holdout", 0, Trials{}, false, "settings.holdout is 0"},
		{"nobody yet", 10, Trials{}, false, "Nobody was measured"},
		{"only treated", 10, Trials{Treated: Arm{Persons: 50}}, false, "Not enough data yet: 50 persons were texted and 0 held out"},
		{"too few", 10, arms(400, 80, 29, 1), false, "each group needs at least 30"},
		{"chance", 10, arms(400, 80, 44, 7), true, "may be chance (95 % interval"},
		{"a gain", 10, arms(1000, 300, 500, 50), true, "20.0 percentage points more (95 % interval"},
		{"a loss", 10, arms(1000, 50, 500, 100), true, "seem to keep people from booking"},
		{"still open", 10, open, true, "For 12 of them the 7 days are not over"},
		{"changed meanwhile", 10, changed, true, "settings.holdout went from 10 to 20 %"},
	} {
		m := Compare(c.percent, c.t)
		if m.Enough != c.enough || !strings.Contains(m.Words, c.says) {
			t.Errorf("%s: enough %v, %q, want it to say %q", c.name, m.Enough, m.Words, c.says)
		}
		if math.IsNaN(m.Difference + m.Low + m.High + m.Bookings) {
			t.Errorf("%s: %+v is no number", c.name, m)
		}
	}
	if m := Compare(10, arms(1000, 300, 500, 50)); math.Abs(m.Bookings-200) > 1e-9 || m.Cents != 200*20_000 || m.BookingsLow >= 200 || m.BookingsHigh <= 200 {
		t.Errorf("the gain in bookings and money: %+v", m)
	}
}
