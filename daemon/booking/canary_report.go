package booking

import (
	"fmt"
	"math"
	"strconv"
)

// CanaryMetric is something both sides of a canary are compared by. Part of the API: never rename.
type CanaryMetric string

// The metrics, in the order in which they are shown.
const (
	CanarySent      CanaryMetric = "sent"
	CanaryDelivered CanaryMetric = "delivered"
	CanaryClicked   CanaryMetric = "clicked"
	CanaryReplied   CanaryMetric = "replied"
	CanaryBooked    CanaryMetric = "booked"
	CanaryOptedOut  CanaryMetric = "opted_out"
)

// CanaryMetrics lists all of them.
var CanaryMetrics = []CanaryMetric{CanarySent, CanaryDelivered, CanaryClicked, CanaryReplied, CanaryBooked, CanaryOptedOut}

// Of gives the metric's count.
func (m CanaryMetric) Of(f CanaryFigures) int {
	switch m {
	case CanarySent:
		return f.Sent
	case CanaryDelivered:
		return f.Delivered
	case CanaryClicked:
		return f.Clicked
	case CanaryReplied:
		return f.Replied
	case CanaryBooked:
		return f.Booked
	}
	return f.OptedOut
}

// words say the metric of a share of the persons.
func (m CanaryMetric) words() string {
	return map[CanaryMetric]string{CanarySent: "got a text", CanaryDelivered: "were reached", CanaryClicked: "opened the link", CanaryReplied: "replied",
		CanaryBooked: "booked", CanaryOptedOut: "opted out"}[m]
}

// CanaryWord says whether the numbers of a metric suffice, and for what. Part of the API: never rename.
type CanaryWord string

// The words. Low to high is the 95 % interval of the difference.
const (
	CanaryTooFew CanaryWord = "too_few"    // fewer than 30 persons on a side
	CanaryOpen   CanaryWord = "may_be_nil" // the interval holds 0
	CanaryHigher CanaryWord = "higher"     // of the tried version
	CanaryLower  CanaryWord = "lower"
)

// Share is a count of persons with the 95 % interval of its share, in percent (Wilson's score interval).
type Share struct {
	Count, Of          int
	Percent, Low, High float64
}

// CanaryComparison compares both sides by one metric, in percentage points: the tried version less the one in use.
type CanaryComparison struct {
	Metric                CanaryMetric
	Stable, Canary        Share
	Difference, Low, High float64 // Newcombe's hybrid score interval, 95 %
	Word                  CanaryWord
	Words                 string
}

// CanaryReport is a canary with its results.
type CanaryReport struct {
	Canary
	Tally    CanaryTally
	Compared []CanaryComparison // by each metric
	Evidence float64            // see [CanaryTally.OptOutEvidence]
	Words    string             // what the numbers suffice for, in a few sentences
}

// Report compares the sides of a canary.
func (c Canary) Report(t CanaryTally) CanaryReport {
	r := CanaryReport{Canary: c, Tally: t, Evidence: t.OptOutEvidence()}
	for _, m := range CanaryMetrics {
		r.Compared = append(r.Compared, c.compare(m, t))
	}
	r.Words = r.words()
	return r
}

func shareOf(count, of int) Share {
	s := Share{Count: count, Of: of, High: 100}
	if of > 0 {
		p := float64(count) / float64(of)
		low, high := wilson(p, float64(of))
		s.Percent, s.Low, s.High = 100*p, 100*low, 100*high
	}
	return s
}

func (c Canary) compare(m CanaryMetric, t CanaryTally) CanaryComparison {
	a, b := t.Canary, t.Stable
	x := CanaryComparison{Metric: m, Stable: shareOf(m.Of(b), b.Persons), Canary: shareOf(m.Of(a), a.Persons), Low: -100, High: 100, Word: CanaryTooFew}
	if a.Persons > 0 && b.Persons > 0 {
		d, low, high := newcombe(m.Of(a), a.Persons, m.Of(b), b.Persons)
		x.Difference, x.Low, x.High = 100*d, 100*low, 100*high
	}
	if a.Persons >= enoughPersons && b.Persons >= enoughPersons {
		switch {
		case x.Low > 0:
			x.Word = CanaryHigher
		case x.High < 0:
			x.Word = CanaryLower
		default:
			x.Word = CanaryOpen
		}
	}
	x.Words = c.say(x)
	return x
}

// say says a comparison plainly.
func (c Canary) say(x CanaryComparison) string {
	tried, used := "version "+strconv.Itoa(c.Version), "version "+strconv.Itoa(c.Stable)
	switch x.Word {
	case CanaryTooFew:
		return fmt.Sprintf("Too few persons yet: %d with %s and %d with %s; each needs at least %d.", x.Canary.Of, tried, x.Stable.Of, used, enoughPersons)
	case CanaryOpen:
		return fmt.Sprintf("No difference can be told: with %s %.1f %% %s, with %s %.1f %%; the true difference is between %+.1f and %+.1f points.",
			tried, x.Canary.Percent, x.Metric.words(), used, x.Stable.Percent, x.Low, x.High)
	}
	more := "more"
	if x.Word == CanaryLower {
		more = "fewer"
	}
	return fmt.Sprintf("The numbers suffice: with %s %s %s, %.1f %% against %.1f %%; the true difference is between %+.1f and %+.1f points.",
		tried, more, x.Metric.words(), x.Canary.Percent, x.Stable.Percent, x.Low, x.High)
}

// words say what the results come to: bookings are what texts are for, opt-outs what they cost.
func (r *CanaryReport) words() string {
	by := map[CanaryMetric]CanaryComparison{}
	for _, x := range r.Compared {
		by[x.Metric] = x
	}
	booked, left := by[CanaryBooked], by[CanaryOptedOut]
	if booked.Word == CanaryTooFew {
		return booked.Words
	}
	said := booked.Words
	if left.Word == CanaryHigher || left.Word == CanaryLower {
		said += " " + left.Words
	}
	if booked.Word == CanaryOpen {
		said += fmt.Sprintf(" Differences of less than about %.0f points cannot be told with so few.", math.Ceil((booked.High-booked.Low)/2))
	}
	return said
}
