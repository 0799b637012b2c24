package wire

import (
	"math"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Figures are the counts of a report or of one of its groups.
type Figures struct {
	Sessions     int            `json:"sessions" required:"true" description:"Visitors' attempts to book."`
	Qualified    int            `json:"qualified" required:"true" description:"With a number that can be texted and consent."`
	Abandoned    int            `json:"abandoned" required:"true" description:"Left unfinished: texted + withheld + due."`
	Due          int            `json:"due" required:"true" description:"The text is still to come."`
	Texted       int            `json:"texted" required:"true" description:"The text went out, or may have."`
	Unknown      int            `json:"unknown" required:"true" description:"Of texted: nobody can say whether it went out."`
	Clicked      int            `json:"clicked" required:"true" description:"Of texted: the page redeemed the link."`
	Replied      int            `json:"replied" required:"true" description:"Of texted: the customer answered."`
	Booked       int            `json:"booked" required:"true" description:"By any way: recovered + booked_before + booked_later + unprompted."`
	Recovered    int            `json:"recovered" required:"true" description:"Booked within 7 days after the text."`
	Assisted     int            `json:"assisted" required:"true" description:"Of recovered: by phone or elsewhere, not by the link or with the agent."`
	BookedBefore int            `json:"booked_before" required:"true" description:"Texted, but booked before the text went out. Never recovered."`
	BookedLater  int            `json:"booked_later" required:"true" description:"Booked more than 7 days after the text."`
	Unprompted   int            `json:"unprompted" required:"true" description:"Booked without a text that is known to have gone out."`
	RevenueCents int            `json:"revenue_cents" required:"true" description:"Of the recovered bookings."`
	Withheld     map[string]int `json:"withheld" required:"true" nullable:"false" description:"Abandoned sessions without a text, by the check that stopped it."`
}

// Group is one group of a report.
type Group struct {
	Key string `json:"key" required:"true" description:"A day, ISO week, month, hour, or a name; empty where there is none."`
	Figures
}

// Funnel is the report from session to booking.
type Funnel struct {
	From     string `json:"from" required:"true" description:"The first day."`
	To       string `json:"to" required:"true" description:"The last day, included."`
	Timezone string `json:"timezone" required:"true" description:"Whose days these are."`
	Group    string `json:"group,omitempty"`
	Figures
	Holdout Holdout `json:"holdout" required:"true"`
	Groups  []Group `json:"groups,omitempty"`
}

// Holdout compares persons whose text was to go out with the control group. Figures in points are percentage points; low and
// high are the ends of the 95 % interval.
type Holdout struct {
	Percent            int     `json:"percent" required:"true" description:"settings.holdout now."`
	Treated            int     `json:"treated" required:"true" description:"Persons whose text passed every check."`
	TreatedBooked      int     `json:"treated_booked" required:"true" description:"Of these, booked within 7 days by any way."`
	Control            int     `json:"control" required:"true" description:"Persons whose text was withheld by the holdout alone."`
	ControlBooked      int     `json:"control_booked" required:"true" description:"Of these, booked within 7 days by any way."`
	Pending            int     `json:"pending" required:"true" description:"Of both, those whose 7 days were not over."`
	Difference         float64 `json:"difference" required:"true" description:"Treated minus control, points."`
	Low                float64 `json:"low" required:"true"`
	High               float64 `json:"high" required:"true"`
	Enough             bool    `json:"enough" required:"true" description:"At least 30 persons in each group."`
	ExtraBookings      float64 `json:"extra_bookings" required:"true" description:"The difference times the treated persons."`
	ExtraBookingsLow   float64 `json:"extra_bookings_low" required:"true"`
	ExtraBookingsHigh  float64 `json:"extra_bookings_high" required:"true"`
	ExtraRevenueCents  int     `json:"extra_revenue_cents" required:"true" description:"Extra bookings at the treated persons' mean value."`
	TreatedBookedCents int     `json:"treated_booked_cents" required:"true"`
	ControlBookedCents int     `json:"control_booked_cents" required:"true"`
	Words              string  `json:"words" required:"true" description:"The result in plain words."`
}

// FromFunnel shows a report.
func FromFunnel(f *booking.Funnel, timezone string, m booking.Incremental) Funnel {
	out := Funnel{From: string(f.Period.From), To: string(f.Period.To), Timezone: timezone, Group: string(f.Group),
		Figures: fromFigures(f.Total), Holdout: fromIncremental(m)}
	if f.Group != "" {
		out.Groups = Map(f.Groups(), func(g booking.Grouped) Group { return Group{g.Key, fromFigures(g.Figures)} })
	}
	return out
}

func fromFigures(f booking.Figures) Figures {
	out := Figures{
		Sessions: f.Sessions, Qualified: f.Qualified, Abandoned: f.Abandoned, Due: f.Due, Texted: f.Texted, Unknown: f.Unknown,
		Clicked: f.Clicked, Replied: f.Replied, Booked: f.Booked, Recovered: f.Recovered, Assisted: f.Assisted,
		BookedBefore: f.BookedBefore, BookedLater: f.BookedLater, Unprompted: f.Unprompted, RevenueCents: f.RevenueCents,
		Withheld: make(map[string]int, len(f.Withheld)),
	}
	for c, n := range f.Withheld {
		out.Withheld[string(c)] = n
	}
	return out
}

func fromIncremental(m booking.Incremental) Holdout {
	return Holdout{
		Percent: m.Percent, Treated: m.Treated.Persons, TreatedBooked: m.Treated.Booked, Control: m.Control.Persons,
		ControlBooked: m.Control.Booked, Pending: m.Open, Difference: hundredth(m.Difference), Low: hundredth(m.Low),
		High: hundredth(m.High), Enough: m.Enough, ExtraBookings: hundredth(m.Bookings), ExtraBookingsLow: hundredth(m.BookingsLow),
		ExtraBookingsHigh: hundredth(m.BookingsHigh), ExtraRevenueCents: m.Cents, TreatedBookedCents: m.Treated.Cents,
		ControlBookedCents: m.Control.Cents, Words: m.Words,
	}
}

// hundredth rounds to two places: more would only pretend.
func hundredth(v float64) float64 { return math.Round(v*100) / 100 }

// Withheld is the report of the texts that did not go out.
type Withheld struct {
	From     string          `json:"from" required:"true"`
	To       string          `json:"to" required:"true" description:"The last day, included."`
	Timezone string          `json:"timezone" required:"true"`
	Items    []WithheldCheck `json:"items" required:"true" nullable:"false" description:"In the order in which checks are made."`
}

// WithheldCheck is what one check withheld.
type WithheldCheck struct {
	Check string        `json:"check" required:"true"`
	Count int           `json:"count" required:"true"`
	Days  []WithheldDay `json:"days" required:"true" nullable:"false"`
}

// WithheldDay is what one check withheld of one day's sessions.
type WithheldDay struct {
	Day      string   `json:"day" required:"true"`
	Count    int      `json:"count" required:"true"`
	Sessions []string `json:"sessions" required:"true" nullable:"false" description:"Up to five of them, as examples; none once their content is gone."`
}

// FromHeld shows the report.
func FromHeld(r *booking.HeldReport, timezone string) Withheld {
	return Withheld{From: string(r.Period.From), To: string(r.Period.To), Timezone: timezone,
		Items: Map(r.Checks(), func(h booking.HeldCheck) WithheldCheck {
			return WithheldCheck{string(h.Check), h.Count, Map(h.Days, func(d booking.HeldDay) WithheldDay {
				return WithheldDay{string(d.Day), d.Count, Map(d.Sessions, func(id booking.SessionID) string { return string(id) })}
			})}
		})}
}

// CSV gives the report as rows: a heading, the groups, and the total. Checks have a column each, so that reports of different
// periods have the same ones.
func (f Funnel) CSV() [][]string {
	head := []string{"key", "sessions", "qualified", "abandoned", "due", "texted", "unknown", "clicked", "replied", "booked", "recovered",
		"assisted", "booked_before", "booked_later", "unprompted", "revenue_cents"}
	for _, c := range booking.Checks {
		head = append(head, "withheld_"+string(c))
	}
	rows := [][]string{head}
	for _, g := range f.Groups {
		rows = append(rows, g.Figures.row(g.Key))
	}
	return append(rows, f.Figures.row("total"))
}

func (f Figures) row(key string) []string {
	row := []string{inert(key)}
	for _, n := range []int{f.Sessions, f.Qualified, f.Abandoned, f.Due, f.Texted, f.Unknown, f.Clicked, f.Replied, f.Booked, f.Recovered,
		f.Assisted, f.BookedBefore, f.BookedLater, f.Unprompted, f.RevenueCents} {
		row = append(row, strconv.Itoa(n))
	}
	for _, c := range booking.Checks {
		row = append(row, strconv.Itoa(f.Withheld[string(c)]))
	}
	return row
}

// CSV gives the report as rows: a heading, and one row for each check and day.
func (w Withheld) CSV() [][]string {
	rows := [][]string{{"check", "day", "count", "sessions"}}
	for _, c := range w.Items {
		for _, d := range c.Days {
			rows = append(rows, []string{inert(c.Check), d.Day, strconv.Itoa(d.Count), strings.Join(d.Sessions, " ")})
		}
	}
	return rows
}

// inert keeps a spreadsheet from taking a text for a formula: pages say the names of steps, and so can strangers
// (owasp.org/www-community/attacks/CSV_Injection).
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
