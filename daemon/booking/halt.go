package booking

import (
	"fmt"
	"slices"
	"time"
)

// Halt says that the carrier takes no texts from one of our numbers, or none at all, until somebody mends the cause.
type Halt struct {
	Number  Phone     `json:"number,omitempty"` // empty: all texts of the account
	Code    int       `json:"code"`
	Meaning string    `json:"meaning"`
	Fix     string    `json:"fix,omitempty"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`           // then one text tries whether it is mended
	Later   bool      `json:"later,omitempty"` // the carrier takes texts and tells later: only a delivery proves it mended
}

// CarrierState is what an account remembers of its carrier's troubles.
type CarrierState struct {
	Halts    []Halt      `json:"halts,omitempty"`
	Filtered []time.Time `json:"filtered,omitempty"` // when texts were filtered as unwanted (30007), newest last
}

// Probe is how long the others wait for the one text that tries whether a halt is mended.
const Probe = 10 * time.Minute

// Standing gives the halt that keeps texts from number, the longest when there are several; nil: none does.
func (c *CarrierState) Standing(number Phone) (longest *Halt) {
	for i := range c.Halts {
		if h := &c.Halts[i]; (h.Number == "" || h.Number == number) && (longest == nil || h.Until.After(longest.Until)) {
			longest = h
		}
	}
	return longest
}

// Stop adds a halt; one of the same number and code that stands keeps its beginning.
func (c *CarrierState) Stop(h Halt) {
	c.Halts = slices.Clone(c.Halts)
	for i, old := range c.Halts {
		if old.Number == h.Number && old.Code == h.Code {
			h.Since = old.Since
			c.Halts[i] = h
			return
		}
	}
	c.Halts = append(c.Halts, h)
}

// Try lets one text find out whether a halt is mended: the others wait for it. It tells whether there was one.
func (c *CarrierState) Try(number Phone, now time.Time) bool {
	tried := false
	c.Halts = slices.Clone(c.Halts)
	for i := range c.Halts {
		if h := &c.Halts[i]; h.Number == "" || h.Number == number {
			h.Until, tried = now.Add(Probe), true
		}
	}
	return tried
}

// Resume ends the halts that a text from number proved mended: the carrier took it, and with delivered also those of
// which the carrier tells only later. It gives the halts that ended.
func (c *CarrierState) Resume(number Phone, delivered bool) (ended []Halt) {
	c.Halts = slices.DeleteFunc(slices.Clone(c.Halts), func(h Halt) bool {
		ends := (h.Number == "" || h.Number == number) && (delivered || !h.Later)
		if ends {
			ended = append(ended, h)
		}
		return ends
	})
	return ended
}

// The measure of filtered texts from which on sending them on does harm. Twilio publishes none; these are ours.
const (
	filteredPerHour = 5  // in an hour
	filteredPercent = 3  // of a day's texts, once there were filteredPerHour
	filteredKept    = 50 // remembered at most
)

// Filter remembers that a carrier filtered a text as unwanted, and tells whether that was one too many: day is the number of texts
// of the last 24 hours.
func (c *CarrierState) Filter(now time.Time, day int) bool {
	kept := slices.DeleteFunc(slices.Clone(c.Filtered), func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	kept = append(kept, now)
	c.Filtered = kept[max(0, len(kept)-filteredKept):]
	hour := 0
	for _, t := range c.Filtered {
		if now.Sub(t) < time.Hour {
			hour++
		}
	}
	return hour >= filteredPerHour || len(c.Filtered) >= filteredPerHour && len(c.Filtered)*100 > day*filteredPercent
}

// The counts of failures in a row from which on a number is not tried any more.
const (
	maxUnreached = 3 // 30003: the phone is off
	maxBlocked   = 2 // 30004: blocked
)

// Failed counts a failure that speaks against the person's number, and remembers the number as bad when there were too many.
func (p *Person) Failed(now time.Time, code int) {
	switch code {
	case 30003:
		p.Unreached++
	case 30004:
		p.Blocked++
	}
	if p.Unreached >= maxUnreached || p.Blocked >= maxBlocked {
		p.Bad = &BadPhone{At: now, Code: code}
	}
}

// Reached forgets failures: a text arrived. It tells whether there was anything to forget.
func (p *Person) Reached() bool {
	had := p.Unreached > 0 || p.Blocked > 0
	p.Unreached, p.Blocked = 0, 0
	return had
}

func (d *decision) halt() *Halt {
	var number Phone
	if d.f.Number != nil {
		number = d.f.Number.Number
	}
	return d.f.Carrier.Standing(number)
}

// halted lets texts wait while the carrier takes none: each would be refused, and cost fees and reputation.
func (d *decision) halted() Finding {
	h := d.halt()
	x := Finding{Result: Pass, Fact: fmt.Sprintf("carrier error %d since %s", h.Code, d.tell(h.Since)),
		Message: "The carrier took no texts; this one tries whether that is mended. " + h.Meaning, Fix: h.Fix}
	if h.Until.After(d.now) {
		x.Result, x.Until = Wait, h.Until
		x.Message = "The text waits because the carrier takes none. " + h.Meaning
	}
	return x
}
