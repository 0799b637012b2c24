package booking

import (
	"fmt"
	"math"
	"strings"
)

// enoughPersons: with fewer in either group the interval is honest, but so wide that people would read the middle of it.
const enoughPersons = 30

// Incremental is what the texts brought beyond what would have been booked anyway, by the control group. Difference, Low and
// High are percentage points.
type Incremental struct {
	Percent int // settings.holdout now
	Trials
	Difference, Low, High float64 // Low to High holds the truth in 95 of 100 such measurements
	Enough                bool
	Bookings              float64 // Difference of all treated persons
	BookingsLow           float64
	BookingsHigh          float64
	Cents                 int // Bookings at the treated persons' mean value of a booking
	Words                 string
}

// Compare compares the treated persons with the control group.
func Compare(percent int, t Trials) Incremental {
	m := Incremental{Percent: percent, Trials: t}
	if t.Treated.Persons > 0 && t.Control.Persons > 0 {
		d, low, high := newcombe(t.Treated.Booked, t.Treated.Persons, t.Control.Booked, t.Control.Persons)
		of := float64(t.Treated.Persons)
		m.Difference, m.Low, m.High = 100*d, 100*low, 100*high
		m.Bookings, m.BookingsLow, m.BookingsHigh = d*of, low*of, high*of
		if t.Treated.Booked > 0 {
			m.Cents = int(math.Round(m.Bookings * float64(t.Treated.Cents) / float64(t.Treated.Booked)))
		}
	}
	m.Enough = t.Treated.Persons >= enoughPersons && t.Control.Persons >= enoughPersons
	m.Words = m.words()
	return m
}

// words says it plainly.
func (m *Incremental) words() string {
	var b strings.Builder
	say := func(format string, a ...any) { fmt.Fprintf(&b, format, a...) }
	switch t, c := m.Treated, m.Control; {
	case t.Persons+c.Persons == 0 && m.Percent == 0:
		return "There is no control group (settings.holdout is 0), so nobody can say how many would have booked anyway."
	case t.Persons+c.Persons == 0:
		return "Nobody was measured in this period yet."
	case !m.Enough:
		say("Not enough data yet: %d persons were texted and %d held out; each group needs at least %d.", t.Persons, c.Persons, enoughPersons)
	default:
		say("Of %d persons texted %.1f %% booked within 7 days, of %d held out %.1f %%.", t.Persons, share(t), c.Persons, share(c))
		switch {
		case m.Low > 0:
			say(" The texts brought %.1f percentage points more (95 %% interval %.1f to %.1f): about %.0f bookings that would not have come otherwise.",
				m.Difference, m.Low, m.High, m.Bookings)
		case m.High < 0:
			say(" Those texted booked %.1f percentage points less (95 %% interval %.1f to %.1f): the texts seem to keep people from booking.",
				-m.Difference, m.Low, m.High)
		default:
			say(" The difference of %.1f percentage points may be chance (95 %% interval %.1f to %.1f).", m.Difference, m.Low, m.High)
		}
	}
	if m.Open > 0 {
		say(" For %d of them the 7 days are not over.", m.Open)
	}
	if m.Lowest != m.Highest {
		say(" settings.holdout went from %d to %d %% or back meanwhile, so the groups are not from the same days.", m.Lowest, m.Highest)
	}
	return b.String()
}

// share is the percentage of an arm that booked.
func share(a Arm) float64 { return 100 * float64(a.Booked) / float64(a.Persons) }

// z is the 97.5th percentile of the normal distribution: two sides of 2.5 % make a 95 % interval.
const z = 1.959963984540054

// newcombe gives the difference of two shares, a of n and b of m, and its 95 % interval by the hybrid score method: method 10
// of R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17
// (1998), 873-890. It stays honest with few persons, and with none who booked, where the textbook's interval does not.
func newcombe(a, n, b, m int) (d, low, high float64) {
	p, q := float64(a)/float64(n), float64(b)/float64(m)
	pl, ph := wilson(p, float64(n))
	ql, qh := wilson(q, float64(m))
	d = p - q
	return d, d - math.Hypot(p-pl, qh-q), d + math.Hypot(ph-p, q-ql)
}

// wilson is the 95 % score interval of one share p of n (E. B. Wilson, 1927).
func wilson(p, n float64) (low, high float64) {
	middle := 2*n*p + z*z
	half := z * math.Sqrt(z*z+4*n*p*(1-p))
	of := 2 * (n + z*z)
	return max(0, (middle-half)/of), min(1, (middle+half)/of)
}
