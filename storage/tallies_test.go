package storage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// anySession is a session first heard of at a moment, that went some way.
func anySession(rng *rand.Rand, heard time.Time, n int) booking.Session {
	s := sampleSession(1)
	s.ID = booking.SessionID(fmt.Sprintf("%s-7000-8000-%012d", sessionFrom(heard), n))
	s.ClientID, s.StartedAt, s.SeenAt = fmt.Sprint("page-", n), heard, heard
	s.AbandonedAt = heard.Add(time.Duration(rng.IntN(3600)) * time.Second)
	s.Scheduler = booking.SchedulerID([]string{"web", "ads", "partner"}[rng.IntN(3)])
	s.Step = []string{"contact", "", fmt.Sprint("made up ", n), fmt.Sprint("made up ", n)}[rng.IntN(4)]
	s.Phone = booking.Phone(fmt.Sprintf("+1312%07d", 2000000+n))
	s.DueKind, s.DueAt = 0, time.Time{}
	s.FollowUp = booking.FollowUp{State: booking.FollowUpWithheld, WithheldBy: booking.Checks[rng.IntN(len(booking.Checks))]}
	out := s.AbandonedAt.Add(15 * time.Minute)
	if rng.IntN(3) > 0 {
		s.FollowUp = booking.FollowUp{State: booking.FollowUpSent, SentAt: out, Template: "follow_up_link"}
	} else if s.FollowUp.WithheldBy == booking.CheckHoldout {
		s.Trial = booking.Trial{Control: true, Percent: 10, At: out}
	}
	if s.FollowUp.State == booking.FollowUpSent {
		s.Trial = booking.Trial{Percent: 10, At: out}
		if rng.IntN(2) == 0 {
			s.ClickedAt = out.Add(time.Minute)
		}
		if rng.IntN(4) == 0 {
			s.RepliedAt = out.Add(time.Minute)
		}
	}
	if rng.IntN(3) == 0 {
		s.CompletedAt = out.Add(time.Duration(rng.IntN(240)-24) * time.Hour)
		s.ValueCents = 100 * rng.IntN(500)
	}
	s.Status = booking.StatusAbandoned
	return s
}

// crowd stores n sessions, evenly over a span.
func crowd(t testing.TB, s *Store, n int, from time.Time, span time.Duration) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	const batch = 15
	for i := 0; i < n; i += batch {
		update(t, s, func(tx *Tx) error {
			for k := i; k < min(n, i+batch); k++ {
				if err := tx.PutSession("acme", nil, anySession(rng, from.Add(span/time.Duration(n)*time.Duration(k)), k), 90*24*time.Hour); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func benchmarkFunnel(b *testing.B, g booking.Grouping) {
	c := &clock{noon}
	s := memStore(b, c)
	update(b, s, func(tx *Tx) error { return tx.PutAccount(sampleAccount()) })
	const n = 20_000
	crowd(b, s, n, noon.Add(-10*24*time.Hour), 9*24*time.Hour)
	p := booking.Period{From: "2026-02-20", To: "2026-03-14"}
	b.ReportAllocs()
	for b.Loop() {
		view(b, s, func(v *Snapshot) error {
			v.open = nil // as if every day had changed
			f, err := v.Funnel(context.Background(), "acme", p, g)
			if err == nil && f.Total.Sessions != n {
				b.Fatalf("%d sessions, want %d", f.Total.Sessions, n)
			}
			return err
		})
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
}

// The report of 20,000 sessions of days that are not closed.
func BenchmarkFunnel(b *testing.B) { benchmarkFunnel(b, booking.Grouping(booking.ByStep)) }

// The report of the same 20,000 sessions from closed days.
func BenchmarkFunnelOfClosedDays(b *testing.B) {
	c := &clock{noon}
	s := memStore(b, c)
	update(b, s, func(tx *Tx) error { return tx.PutAccount(sampleAccount()) })
	crowd(b, s, 2000, noon.Add(-10*24*time.Hour), 9*24*time.Hour)
	closeDays(b, s, 12)
	p := booking.Period{From: "2026-02-20", To: "2026-03-14"}
	b.ReportAllocs()
	for b.Loop() {
		view(b, s, func(v *Snapshot) error {
			_, err := v.Funnel(context.Background(), "acme", p, booking.Grouping(booking.ByStep))
			return err
		})
	}
}

// closeDays closes the next n days that have sessions.
func closeDays(t testing.TB, s *Store, n int) {
	t.Helper()
	for range n {
		update(t, s, func(tx *Tx) error {
			account, err := tx.Account("acme")
			if err != nil {
				return err
			}
			loc, err := booking.LoadZone(account.Timezone)
			if err != nil {
				return err
			}
			old, err := tx.Tallied("acme")
			if err != nil {
				return err
			}
			v := booking.Tallied{}
			if old != nil {
				v = *old
			}
			var first time.Time
			var tally *booking.Tally
			view(t, s, func(r *Snapshot) error {
				if first, err = r.FirstSession("acme", v.Until); err != nil || first.IsZero() {
					return err
				}
				v.Day = v.DayOf(first, loc)
				end := v.Day.Add(1).Start(loc)
				tally, err = r.TallyBetween(context.Background(), "acme", v.Until, end, loc)
				v.Until = end
				return err
			})
			if tally == nil {
				return nil
			}
			v.Ref, v.DueAt = uuid(int(v.Until.Unix())), v.Until
			if err := tx.PutTally("acme", v.Day, tally); err != nil {
				return err
			}
			return tx.PutTallied("acme", old, v)
		})
	}
}

// report is everything a report shows.
type report struct {
	Total  booking.Figures
	Groups []booking.Grouped
	Held   []booking.HeldCheck
}

func reports(t *testing.T, s *Store, p booking.Period) map[booking.Grouping]report {
	t.Helper()
	all := map[booking.Grouping]report{}
	for _, g := range []booking.Grouping{"", "day", "week", "month", "scheduler", "step", "hour", "template", "source"} {
		view(t, s, func(v *Snapshot) error {
			f, err := v.Funnel(t.Context(), "acme", p, g)
			if err != nil {
				return err
			}
			h, err := v.Withheld(t.Context(), "acme", p)
			if err != nil {
				return err
			}
			all[g] = report{f.Total, f.Groups(), h.Checks()}
			return nil
		})
	}
	return all
}

// Closing days changes no figure of any report: over the change of the clocks on 8 March 2026, for every grouping, and for
// periods that begin and end on either side of what is closed.
func TestClosedDaysSayWhatTheirSessionsSaid(t *testing.T) {
	c := &clock{noon.Add(30 * 24 * time.Hour)}
	s := memStore(t, c)
	update(t, s, func(tx *Tx) error { return tx.PutAccount(sampleAccount()) })
	crowd(t, s, 1300, noon.Add(-10*24*time.Hour), 12*24*time.Hour)
	periods := []booking.Period{{From: "2026-01-01", To: "2026-04-30"}, {From: "2026-03-06", To: "2026-03-08"}, {From: "2026-03-08", To: "2026-03-12"},
		{From: "2026-03-11", To: "2026-03-11"}, {From: "2026-03-14", To: "2026-03-20"}, {From: "2026-05-01", To: "2026-05-02"}}
	before := make([]map[booking.Grouping]report, len(periods))
	for i, p := range periods {
		before[i] = reports(t, s, p)
	}
	if n := before[0][""].Total.Sessions; n != 1300 {
		t.Fatalf("%d sessions, want 1300", n)
	}
	for closed := range 5 {
		closeDays(t, s, 3)
		for i, p := range periods {
			after := reports(t, s, p)
			for g, want := range before[i] {
				if got := after[g]; !reflect.DeepEqual(got, want) {
					t.Fatalf("after step %d, %+v by %q:\n got %+v\nwant %+v", closed, p, g, got, want)
				}
			}
		}
	}
	for _, f := range verify(t, s).Findings {
		t.Errorf("%s: %s", f.Key, f.Message)
	}
}

// After its day is closed a session may change, expire or be erased: the report stays as it was.
func TestClosedBooksStayClosed(t *testing.T) {
	c := &clock{noon.Add(15 * 24 * time.Hour)}
	s := memStore(t, c)
	update(t, s, func(tx *Tx) error { return tx.PutAccount(sampleAccount()) })
	crowd(t, s, 300, noon.Add(-3*24*time.Hour), 2*24*time.Hour)
	p := booking.Period{From: "2026-03-01", To: "2026-03-20"}
	closeDays(t, s, 4)
	want := reports(t, s, p)
	c.t = noon.Add(200 * 24 * time.Hour)
	got := reports(t, s, p)
	for g := range want {
		w := want[g]
		for i := range w.Held {
			for k := range w.Held[i].Days {
				w.Held[i].Days[k].Sessions = nil
			}
		}
		if !reflect.DeepEqual(got[g], w) {
			t.Errorf("by %q after the retention:\n got %+v\nwant %+v", g, got[g], w)
		}
	}
	if w := want[""].Total; w.Sessions != 300 {
		t.Errorf("%d sessions, want 300", w.Sessions)
	}
}

// When the business moves to another zone, nothing counts twice and nothing is lost.
func TestAMoveToAnotherZoneCountsEverySessionOnce(t *testing.T) {
	for _, zone := range []string{"Pacific/Honolulu", "Europe/Berlin"} {
		c := &clock{noon.Add(30 * 24 * time.Hour)}
		s := memStore(t, c)
		update(t, s, func(tx *Tx) error { return tx.PutAccount(sampleAccount()) })
		crowd(t, s, 900, noon.Add(-6*24*time.Hour), 6*24*time.Hour)
		closeDays(t, s, 3)
		update(t, s, func(tx *Tx) error {
			a := sampleAccount()
			a.Timezone = zone
			return tx.PutAccount(a)
		})
		for _, more := range []int{0, 1, 9} {
			closeDays(t, s, more)
			total := 0
			for d := booking.Day("2026-03-01"); d < "2026-03-31"; d = d.Add(1) {
				view(t, s, func(v *Snapshot) error {
					f, err := v.Funnel(t.Context(), "acme", booking.Period{From: d, To: d}, "")
					if err == nil {
						total += f.Total.Sessions
					}
					return err
				})
			}
			if total != 900 {
				t.Errorf("%s, %d days closed since: the days have %d sessions, want 900", zone, more, total)
			}
		}
	}
}

func TestVerifyNoticesATallyThatIsWrong(t *testing.T) {
	for name, spoil := range map[string]func(*Tx) error{
		"counted twice": func(tx *Tx) error {
			old, err := tx.Tallied("acme")
			if err != nil {
				return err
			}
			v := *old
			v.Day = "2026-02-01"
			return tx.PutTallied("acme", old, v)
		},
		"groups that are not the total": func(tx *Tx) error {
			return tx.put(accountKey("acme", "tally", "step", "2026-03-01"), map[string]*booking.Figures{"x": {Sessions: 7}}, evidence(noon))
		},
		"no total": func(tx *Tx) error { return tx.p.Delete(accountKey("acme", "tally", "total", "2026-03-01")) },
		"no look at days": func(tx *Tx) error {
			old, err := tx.Tallied("acme")
			if err != nil {
				return err
			}
			return tx.Disarm(tallyDue("acme", *old))
		},
		"a look that nobody knows of": func(tx *Tx) error {
			return tx.Arm(booking.Due{Account: "acme", At: noon, Kind: booking.KindTally, Ref: uuid(77)})
		},
	} {
		s := memStore(t, &clock{noon})
		fillSample(t, s)
		update(t, s, spoil)
		if len(verify(t, s).Findings) == 0 {
			t.Errorf("%s: verify finds nothing", name)
		}
	}
}

// The largest day there can be, with names that JSON makes twice as long, still is one transaction.
func TestTheLargestDayFitsIntoOneTransaction(t *testing.T) {
	day := booking.NewTally()
	for d, groups := range day.Groups {
		n := 80
		switch d {
		case booking.ByTotal:
			n = 1
		case booking.ByHour:
			n = 24
		case booking.BySource:
			n = 6
		}
		for i := range n {
			f := booking.Figures{Sessions: 1e9 - i, Qualified: 1e9, Abandoned: 1e9, Due: 1e9, Texted: 1e9, Unknown: 1e9, Clicked: 1e9, Replied: 1e9, Booked: 1e9,
				Recovered: 1e9, Assisted: 1e9, BookedBefore: 1e9, BookedLater: 1e9, Unprompted: 1e9, RevenueCents: 1e15, Withheld: map[booking.Check]int{}}
			for _, c := range booking.Checks {
				f.Withheld[c] = 1e9
			}
			groups[strings.Repeat(`"`, 60)+fmt.Sprintf("%04d", i)] = &f
		}
	}
	for _, c := range booking.Checks {
		day.Held[c] = &booking.Held{Count: 1e9}
		for i := range 5 {
			day.Held[c].Sessions = append(day.Held[c].Sessions, booking.SessionID(uuid(i)))
		}
	}
	day.Close()
	s := memStore(t, &clock{noon})
	update(t, s, func(tx *Tx) error { return tx.PutTally("acme", "2026-03-01", day) })
}
