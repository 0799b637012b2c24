package booking

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Figures are the counts of some sessions. They nest: texted, withheld and due sessions are abandoned ones, and there are no
// others; clicked, replied and recovered ones are texted; booked = recovered + booked before + booked later + unprompted.
type Figures struct {
	Sessions     int           `json:"sessions,omitempty"`
	Qualified    int           `json:"qualified,omitempty"`     // has a number that can be texted and consent; a texted one always counts
	Abandoned    int           `json:"abandoned,omitempty"`     // was left, and not come back to before its text was decided
	Due          int           `json:"due,omitempty"`           // the text is still to come
	Texted       int           `json:"texted,omitempty"`        // the text went out, or may have
	Unknown      int           `json:"unknown,omitempty"`       // of these: nobody can say whether it went out
	Clicked      int           `json:"clicked,omitempty"`       // the page redeemed the text's link
	Replied      int           `json:"replied,omitempty"`       // the customer answered the text
	Booked       int           `json:"booked,omitempty"`        // booked by any way
	Recovered    int           `json:"recovered,omitempty"`     // booked within seven days after the text
	Assisted     int           `json:"assisted,omitempty"`      // of these: neither by the link nor with the agent
	BookedBefore int           `json:"booked_before,omitempty"` // texted, but booked before that
	BookedLater  int           `json:"booked_later,omitempty"`  // booked more than seven days after the text
	Unprompted   int           `json:"unprompted,omitempty"`    // booked without a text that is known to have gone out
	RevenueCents int           `json:"revenue_cents,omitempty"` // of the recovered
	Withheld     map[Check]int `json:"withheld,omitempty"`      // abandoned, and a check stopped the text
	Trials       Trials        `json:"trials,omitzero"`         // in totals only: other groupings would sort people after the draw
}

// Add adds other sessions' figures.
func (f *Figures) Add(o *Figures) {
	f.Sessions += o.Sessions
	f.Qualified += o.Qualified
	f.Abandoned += o.Abandoned
	f.Due += o.Due
	f.Texted += o.Texted
	f.Unknown += o.Unknown
	f.Clicked += o.Clicked
	f.Replied += o.Replied
	f.Booked += o.Booked
	f.Recovered += o.Recovered
	f.Assisted += o.Assisted
	f.BookedBefore += o.BookedBefore
	f.BookedLater += o.BookedLater
	f.Unprompted += o.Unprompted
	f.RevenueCents += o.RevenueCents
	if f.Withheld == nil && len(o.Withheld) > 0 {
		f.Withheld = make(map[Check]int, len(o.Withheld))
	}
	for c, n := range o.Withheld {
		f.Withheld[c] += n
	}
	f.Trials.add(o.Trials)
}

// count adds one session.
func (f *Figures) count(s *Session) {
	f.Sessions++
	texted := s.texted()
	if texted || s.Phone != "" && s.Consent.SMS {
		f.Qualified++
	}
	switch {
	case texted:
		f.Abandoned++
		f.Texted++
		f.Unknown += one(s.FollowUp.State == FollowUpUnknown)
		f.Clicked += one(!s.ClickedAt.IsZero())
		f.Replied += one(!s.RepliedAt.IsZero())
	case s.AbandonedAt.IsZero():
	case s.FollowUp.State == FollowUpWithheld:
		f.Abandoned++
		if f.Withheld == nil {
			f.Withheld = map[Check]int{}
		}
		f.Withheld[s.FollowUp.WithheldBy]++
	default:
		f.Abandoned++
		f.Due++
	}
	f.book(s)
}

func (f *Figures) book(s *Session) {
	b, ok := s.outcome()
	if !ok {
		return
	}
	f.Booked++
	attribution := b.Attribution
	if s.FollowUp.State != FollowUpSent { // a text of which nobody knows, or that did not arrive, won nobody back
		attribution = ""
	}
	switch attribution {
	case AttributedDirect:
		f.Recovered++
		f.RevenueCents += b.ValueCents
	case AttributedAssisted:
		f.Recovered++
		f.Assisted++
		f.RevenueCents += b.ValueCents
	case AttributedBefore:
		f.BookedBefore++
	case AttributedLater:
		f.BookedLater++
	default:
		f.Unprompted++
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Dimension is what sessions of one day are grouped by. Stored in keys: never rename.
type Dimension string

// The dimensions of a tally.
const (
	ByTotal     Dimension = "total"     // one group, ""
	ByScheduler Dimension = "scheduler" // its ID
	ByStep      Dimension = "step"      // where the visitor was last, as the page says; "" when it never said
	ByHour      Dimension = "hour"      // "00" to "23" in the account's zone: when it was left; began, if it was not
	ByTemplate  Dimension = "template"  // the script that wrote the text; "" when none did
	BySource    Dimension = "source"    // of its booking; "" when it has none
)

// Dimensions lists all of them.
var Dimensions = []Dimension{ByTotal, ByScheduler, ByStep, ByHour, ByTemplate, BySource}

// The bounds of a tally: pages say the steps, and a stranger may make them up.
const (
	maxGroup   = 64   // bytes of a group's name
	maxGroups  = 60   // groups of one day and dimension that are kept apart: the largest
	maxCounted = 2000 // groups that are told apart while a day is counted: the first
	maxHeld    = 5    // sessions named for each check and day
)

// Others is the group of whatever was not kept apart.
const Others = "other"

// Held is how often a check withheld a text, with the first sessions it did so for, as examples.
type Held struct {
	Count    int         `json:"count"`
	Sessions []SessionID `json:"sessions"`
}

// Tally counts the sessions of one day in every dimension. Sessions are counted in the order of their IDs, so that the same
// sessions always give the same tally.
type Tally struct {
	Groups map[Dimension]map[string]*Figures
	Held   map[Check]*Held
}

// NewTally gives an empty one.
func NewTally() *Tally {
	t := &Tally{Groups: make(map[Dimension]map[string]*Figures, len(Dimensions)), Held: map[Check]*Held{}}
	for _, d := range Dimensions {
		t.Groups[d] = map[string]*Figures{}
	}
	return t
}

// Count adds a session. loc is the account's zone; now decides only whose seven days are over.
func (t *Tally) Count(s *Session, loc *time.Location, now time.Time) {
	var f Figures
	f.count(s)
	b, _ := s.outcome()
	at := s.AbandonedAt
	if at.IsZero() {
		at = s.StartedAt
	}
	t.add(ByScheduler, string(s.Scheduler), &f)
	t.add(ByStep, clip(s.Step, maxGroup), &f)
	t.add(ByHour, hours[at.In(loc).Hour()], &f)
	t.add(ByTemplate, clip(s.FollowUp.Template, maxGroup), &f)
	t.add(BySource, string(b.Source), &f)
	f.Trials = s.trials(now)
	t.add(ByTotal, "", &f)
	for c := range f.Withheld {
		h := t.Held[c]
		if h == nil {
			h = &Held{}
			t.Held[c] = h
		}
		if h.Count++; len(h.Sessions) < maxHeld {
			h.Sessions = append(h.Sessions, s.ID)
		}
	}
}

// hours are the names of the groups by hour.
var hours = func() (h [24]string) {
	for i := range h {
		h[i] = strconv.Itoa(i/10) + strconv.Itoa(i%10)
	}
	return h
}()

func (t *Tally) add(d Dimension, key string, f *Figures) {
	groups := t.Groups[d]
	g := groups[key]
	if g == nil {
		if len(groups) >= maxCounted {
			key = Others
		}
		if g = groups[key]; g == nil {
			g = &Figures{}
			groups[key] = g
		}
	}
	g.Add(f)
}

// Close ends the day: of too many groups the largest stay apart, of two as large the one whose name comes first.
func (t *Tally) Close() {
	for _, groups := range t.Groups {
		Largest(groups, maxGroups)
	}
}

// Empty tells that nothing was counted.
func (t *Tally) Empty() bool { return len(t.Groups[ByTotal]) == 0 }

// Largest puts all groups but the n largest together under [Others].
func Largest(groups map[string]*Figures, n int) {
	if len(groups) <= n {
		return
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(cmp.Compare(groups[b].Sessions, groups[a].Sessions), cmp.Compare(a, b))
	})
	rest := &Figures{}
	for _, k := range keys[n-1:] {
		rest.Add(groups[k])
		delete(groups, k)
	}
	if g := groups[Others]; g != nil {
		rest.Add(g)
	}
	groups[Others] = rest
}
