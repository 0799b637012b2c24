package booking

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// anyState is a session in any state at all, also ones that no story leads to.
func anyState(rng *rand.Rand) Session {
	maybe := func(t time.Time) time.Time {
		if rng.IntN(2) == 0 {
			return time.Time{}
		}
		return t.Add(time.Duration(rng.IntN(400)-40) * time.Hour)
	}
	s := Session{
		ID: SessionID(fmt.Sprint("s", rng.IntN(1000))), Scheduler: "web", StartedAt: left, AbandonedAt: maybe(left), CompletedAt: maybe(left),
		HandledAt: maybe(left), ClickedAt: maybe(left), RepliedAt: maybe(left), ValueCents: rng.IntN(1000), HandledBooked: rng.IntN(4) == 0,
		Step: fmt.Sprint(rng.IntN(4)),
	}
	s.Phone = []Phone{"", "+16145550142"}[rng.IntN(2)]
	s.Consent.SMS = rng.IntN(2) == 0
	s.FollowUp.State = []FollowUpState{"", FollowUpNone, FollowUpDue, FollowUpWaiting, FollowUpClaimed, FollowUpSent, FollowUpWithheld, FollowUpUnknown}[rng.IntN(8)]
	s.FollowUp.SentAt = maybe(left)
	if s.FollowUp.State == FollowUpWithheld {
		s.FollowUp.WithheldBy = Checks[rng.IntN(len(Checks))]
	}
	if rng.IntN(3) == 0 {
		s.Booked = BookedBy{Booking: "b", At: left, Source: SourcePhone, ValueCents: 7,
			Cancelled:   rng.IntN(5) == 0,
			Attribution: []Attribution{"", AttributedBefore, AttributedDirect, AttributedAssisted, AttributedLater}[rng.IntN(5)]}
	}
	if at := maybe(left); !at.IsZero() {
		s.Trial = Trial{Control: rng.IntN(2) == 0, Percent: 1 + rng.IntN(50), At: at}
	}
	return s
}

// Whatever state sessions are in, the figures nest as people expect, every dimension adds up to the total, and counting in
// two parts and adding gives the same.
func TestFiguresNestAndAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		all, first, second := NewTally(), NewTally(), NewTally()
		for i := range 20 {
			s := anyState(rng)
			all.Count(&s, time.UTC, due)
			if i < 7 {
				first.Count(&s, time.UTC, due)
			} else {
				second.Count(&s, time.UTC, due)
			}
		}
		f := all.Groups[ByTotal][""]
		withheld := 0
		for _, n := range f.Withheld {
			withheld += n
		}
		held := 0
		for _, h := range all.Held {
			held += h.Count
			if len(h.Sessions) > maxHeld {
				t.Fatalf("%d examples", len(h.Sessions))
			}
		}
		for name, ok := range map[string]bool{
			"abandoned = texted + withheld + due": f.Abandoned == f.Texted+withheld+f.Due,
			"texted within qualified":             f.Texted <= f.Qualified && f.Qualified <= f.Sessions && f.Abandoned <= f.Sessions,
			"clicked, replied, unknown in texted": max(f.Clicked, f.Replied, f.Unknown) <= f.Texted,
			"recovered within texted and booked":  f.Recovered <= f.Texted && f.Recovered <= f.Booked && f.Assisted <= f.Recovered,
			"booked adds up":                      f.Booked == f.Recovered+f.BookedBefore+f.BookedLater+f.Unprompted,
			"held adds up":                        held == withheld,
			"booked within persons":               f.Trials.Treated.Booked <= f.Trials.Treated.Persons && f.Trials.Control.Booked <= f.Trials.Control.Persons,
		} {
			if !ok {
				t.Fatalf("%s: %+v", name, *f)
			}
		}
		for _, d := range Dimensions {
			var sum Figures
			for _, g := range all.Groups[d] {
				sum.Add(g)
			}
			sum.Trials = f.Trials
			if !reflect.DeepEqual(sum, *f) {
				t.Fatalf("by %s the groups add up to\n%+v, the total is\n%+v", d, sum, *f)
			}
		}
		for d, groups := range second.Groups {
			for k, g := range groups {
				if first.Groups[d][k] == nil {
					first.Groups[d][k] = &Figures{}
				}
				first.Groups[d][k].Add(g)
			}
		}
		if !reflect.DeepEqual(first.Groups, all.Groups) {
			t.Fatal("two parts added differ from the whole")
		}
	}
}

// Steps are named by pages, so a stranger may make up any number of them: a day keeps the largest apart and loses none.
func TestMadeUpStepsDoNotFillTheStore(t *testing.T) {
	tally := NewTally()
	for i := range 5000 {
		s := Session{ID: "s", Scheduler: "web", StartedAt: left, Step: fmt.Sprintf("%d-%0100d", i, 0)}
		if i%3 > 0 {
			s.Step = "contact"
		}
		tally.Count(&s, time.UTC, due)
	}
	tally.Close()
	groups, n := tally.Groups[ByStep], 0
	for key, g := range groups {
		n += g.Sessions
		if len(key) > maxGroup {
			t.Errorf("a step of %d bytes is kept", len(key))
		}
	}
	if len(groups) > maxGroups || n != 5000 || groups["contact"].Sessions != 3333 || groups[Others] == nil {
		t.Errorf("%d groups with %d sessions, %v", len(groups), n, groups["contact"])
	}
	again := maps.Clone(groups)
	Largest(again, maxGroups)
	if !reflect.DeepEqual(again, groups) {
		t.Error("closing twice changes the groups")
	}
}

func TestThePeriodOfAReport(t *testing.T) {
	loc, err := LoadZone("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 11, 3, 0, 0, 0, time.UTC) // still the 10th in New York
	for _, c := range []struct{ from, to, want string }{
		{"", "", "2026-02-09 2026-03-10"},
		{"2026-03-01", "", "2026-03-01 2026-03-10"},
		{"2026-03-01", "2026-03-01", "2026-03-01 2026-03-01"},
		{"", "2026-01-31", "2026-01-02 2026-01-31"},
		{"2026-03-08T04:59:59Z", "2026-03-09T04:00:00Z", "2026-03-07 2026-03-08"}, // the clocks went forward on the 8th
		{"2026-03-08T05:00:00Z", "2026-03-09T04:00:01Z", "2026-03-08 2026-03-09"},
		{"2024-03-10", "2026-03-10", "2024-03-10 2026-03-10"},
		{"2024-03-09", "2026-03-10", "out_of_range from"},
		{"2026-03-02", "2026-03-01", "out_of_range to"},
		{"yesterday", "", "invalid_time from"},
		{"", "2026-02-30", "invalid_time to"},
	} {
		p, err := ReadPeriod(now, loc, c.from, c.to)
		got := string(p.From) + " " + string(p.To)
		if e, ok := errors.AsType[*Error](err); ok {
			got = e.Code + " " + e.Field
		}
		if got != c.want {
			t.Errorf("from %q to %q: got %s, want %s", c.from, c.to, got, c.want)
		}
	}
	for s, ok := range map[string]bool{"": true, "day": true, "week": true, "month": true, "scheduler": true, "step": true, "hour": true,
		"template": true, "source": true, "total": false, "year": false, "=1+1": false} {
		if _, err := ReadGrouping(s); (err == nil) != ok {
			t.Errorf("grouping by %q: %v", s, err)
		}
	}
}

// The calendar has no holes: a day, week or month in which nobody came is there with zeros.
func TestGroupsByCalendarHaveNoHoles(t *testing.T) {
	p := Period{"2026-01-01", "2026-03-01"}
	for g, n := range map[Grouping]int{GroupDay: 60, GroupWeek: 9, GroupMonth: 3, Grouping(ByStep): 0} {
		f := NewFunnel(p, g)
		f.Add("2026-02-11", ByTotal, map[string]*Figures{"": {Sessions: 5}})
		f.Add("2025-12-31", ByTotal, map[string]*Figures{"": {Sessions: 7}}) // of another period
		groups := f.Groups()
		if len(groups) != n || f.Total.Sessions != 5 {
			t.Errorf("by %s: %d groups, want %d; total %+v", g, len(groups), n, f.Total)
		}
		for i := range groups {
			if i > 0 && groups[i-1].Key >= groups[i].Key {
				t.Errorf("by %s: %s comes before %s", g, groups[i-1].Key, groups[i].Key)
			}
		}
	}
}

// Whoever is held out would have gotten a text at this very moment, whatever else there is.
func TestTheHoldoutStopsOnlyWhatWouldHaveGoneOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	held := 0
	for range 3000 {
		f, now := goodFacts(), due.Add(time.Duration(rng.IntN(24*60))*time.Minute)
		f.Account.Settings.Holdout = 50
		f.Session.Phone = Phone(fmt.Sprintf("+1614555%04d", rng.IntN(10_000)))
		if rng.IntN(3) == 0 {
			f.Registration.Status = RegistrationInReview
		}
		if rng.IntN(3) == 0 {
			f.ThreadOwner = "human"
		}
		if rng.IntN(3) == 0 {
			f.Person.Bad = &BadPhone{At: left, Code: 30006}
		}
		v := Decide(now, f)
		f.Account.Settings.Holdout = 0
		without := Decide(now, f)
		switch {
		case v.Check == CheckHoldout:
			held++
			if without.Result != Pass {
				t.Fatalf("held out, but %s by %s without the holdout", without.Result, without.Check)
			}
		case v.Result != without.Result || v.Check != without.Check || !v.At.Equal(without.At):
			t.Fatalf("with the holdout %s by %s, without %s by %s", v.Result, v.Check, without.Result, without.Check)
		}
	}
	if held < 50 {
		t.Errorf("only %d held out", held)
	}
}

// Another account, other persons: of those held out in one, no more than the same share is held out in the other.
func TestTheHoldoutOfAccountsIsIndependent(t *testing.T) {
	both, in := 0, 0
	for i := range 20_000 {
		p := Phone(fmt.Sprintf("+1614%07d", 2_000_000+i))
		if HeldOut("main", p, 20) {
			in++
			if HeldOut("acme", p, 20) {
				both++
			}
		}
	}
	if share := float64(both) / float64(in); share < 0.17 || share > 0.23 {
		t.Errorf("%.1f %% of those held out in one account are in the other, want about 20 %%", 100*share)
	}
}

func TestAPersonJoinsTheMeasurementOnce(t *testing.T) {
	var p Person
	first, second, again := Session{}, Session{}, Session{FollowUp: FollowUp{Resend: true}}
	if again.Join(&p, false, 10, due) || first.Join(&p, false, 0, due) {
		t.Error("a text sent by a person's decision, or without a holdout, is measured")
	}
	if !first.Join(&p, true, 5, due) || second.Join(&p, false, 10, due.Add(time.Hour)) {
		t.Error("the first time counts, and only the first")
	}
	if first.Trial != (Trial{Control: true, Percent: 5, At: due}) || !p.Trial.Equal(due) || second.Trial != (Trial{}) {
		t.Errorf("got %+v, %+v, %+v", first.Trial, second.Trial, p)
	}
}

// What a person books within seven days counts, in whatever session and by whatever way; what was cancelled does not.
func TestTheMeasurementHearsOfEveryBookingOfThePerson(t *testing.T) {
	count := func(tr Trial) int { s := Session{Trial: tr}; return s.trials(due).Treated.Booked }
	tr := Trial{Percent: 10, At: due}
	for _, c := range []struct {
		name   string
		id     string
		after  time.Duration
		stands bool
		want   int
	}{
		{"booked before", "early", -time.Minute, true, 0},
		{"booked after eight days", "late", 8 * 24 * time.Hour, true, 0},
		{"one that was cancelled at once", "never", time.Hour, false, 0},
		{"booked on the sixth day", "b", 6 * 24 * time.Hour, true, 1},
		{"an earlier one is heard of later", "a", 5 * 24 * time.Hour, true, 1},
		{"the later one is cancelled", "b", 6 * 24 * time.Hour, false, 1},
		{"the earlier one too", "a", 5 * 24 * time.Hour, false, 0},
	} {
		tr.Hear(c.id, due.Add(c.after), 100, c.stands)
		if got := count(tr); got != c.want {
			t.Errorf("%s: counts %d, want %d: %+v", c.name, got, c.want, tr)
		}
	}
	if none := (Trial{}); none.Hear("a", due, 100, true) || none != (Trial{}) {
		t.Error("a session that takes no part hears")
	}
}

// FuzzReadPeriod: whatever is asked for is refused, or a period of one day to two years whose days come one after the other.
func FuzzReadPeriod(f *testing.F) {
	f.Add("2026-03-01", "2026-03-31", "America/New_York")
	f.Add("2026-03-08T04:59:59Z", "9999-12-31T23:59:59-12:00", "Pacific/Kiritimati")
	f.Fuzz(func(t *testing.T, from, to, zone string) {
		loc, err := LoadZone(zone)
		if err != nil {
			return
		}
		p, err := ReadPeriod(due, loc, from, to)
		if err != nil {
			return
		}
		if n := p.From.To(p.To) + 1; n < 1 || n > maxDays || n != len(NewFunnel(p, GroupDay).Groups()) {
			t.Errorf("from %q to %q: %d days, %+v", from, to, n, p)
		}
		if a, b := p.From.Start(loc), p.To.Add(1).Start(loc); !a.Before(b) {
			t.Errorf("from %q to %q: begins %v and ends %v", from, to, a, b)
		}
	})
}
