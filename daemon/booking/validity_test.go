package booking

import (
	"math/rand/v2"
	"testing"
	"time"
)

// The carrier gets the end of the hours in the first place to reach it, and never more than 48 hours.
func TestATextIsValidUntilTheHoursEndSomewhere(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Facts)
		now    string
		want   string
	}{
		{"in the afternoon in Ohio", func(*Facts) {}, "2026-03-11T15:00:00-04:00", "2026-03-11T20:00:00-04:00"},
		{"an Ohio number and an address in California", func(f *Facts) { f.Session.Customer.Address.PostalCode = "90001" },
			"2026-03-11T15:00:00-04:00", "2026-03-11T20:00:00-04:00"},
		{"Maine's law ends the day at five", func(f *Facts) { f.Session.Customer.Address.PostalCode = "04101" },
			"2026-03-11T15:00:00-04:00", "2026-03-11T17:00:00-04:00"},
		{"without state rules it does not", func(f *Facts) {
			f.Session.Customer.Address.PostalCode, f.Account.Settings.StateRules = "04101", false
		}, "2026-03-11T15:00:00-04:00", "2026-03-11T20:00:00-04:00"},
		{"the text would be too late before the hours end", func(f *Facts) { f.Session.AbandonedAt = at("2026-03-09T16:30:00-04:00") },
			"2026-03-11T15:00:00-04:00", "2026-03-11T16:30:00-04:00"},
		{"hours that never end", func(f *Facts) {
			day := Span{0, 24 * 60}
			f.Account.Settings.Hours = Hours{day, day, day}
		}, "2026-03-11T15:00:00-04:00", "2026-03-12T15:20:00-04:00"},
		{"a night that loses an hour", func(f *Facts) {
			day := Span{0, 24 * 60}
			f.Account.Settings.Hours = Hours{day, day, Span{0, 4 * 60}}
			f.Session.AbandonedAt = at("2026-03-07T22:00:00-05:00")
		}, "2026-03-07T23:00:00-05:00", "2026-03-08T04:00:00-04:00"},
		{"outside the hours", func(f *Facts) { f.Session.AbandonedAt = at("2026-03-11T20:00:00-04:00") },
			"2026-03-11T21:00:00-04:00", "2026-03-11T21:00:00-04:00"},
	} {
		f := goodFacts()
		c.change(&f)
		if got, want := ValidUntil(at(c.now), f), at(c.want); !got.Equal(want) {
			t.Errorf("%s: valid until %v, want %v", c.name, got.In(want.Location()), want)
		}
	}
}

// The end of the hours is where walking minute by minute finds it, for any zones and hours, also when clocks change.
func TestTheHoursCloseWhereTheMinutesSaySo(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	zones := allZones(t)
	for range 3000 {
		now := at("2026-01-01T00:00:00Z").Add(time.Duration(rng.Int64N(int64(365*24*time.Hour/time.Minute))) * time.Minute)
		few := []*time.Location{zones[rng.IntN(len(zones))], zones[rng.IntN(len(zones))]}[:1+rng.IntN(2)]
		h := anyHours(rng)
		got, ok := Closes(now, few, h)
		for m := now; m.Before(now.Add(3 * 24 * time.Hour)); m = m.Add(time.Minute) {
			if Permitted(m, few, h) {
				if ok && !m.Before(got) {
					t.Fatalf("%v in %v closes at %v, yet %v is permitted", now, few, got, m)
				}
				continue
			}
			if !ok || got.After(m) {
				t.Fatalf("%v in %v closes at %v (%v), yet %v is not permitted", now, few, got, ok, m)
			}
			break
		}
	}
}

func TestATextWaitsWhenItsTimeEndsTooSoon(t *testing.T) {
	now := at("2026-03-11T19:59:50-04:00")
	if v, ok := Closing(now, at("2026-03-11T20:00:00-04:00")); !ok || v.Result != Wait || v.Check != CheckHours || !v.At.Equal(at("2026-03-11T20:00:00-04:00")) {
		t.Errorf("ten seconds before the end: %+v, %v", v, ok)
	}
	if _, ok := Closing(now, at("2026-03-11T20:00:05-04:00")); ok {
		t.Error("fifteen seconds are enough")
	}
}

func TestTheDailyCapHoldsUntilMidnightPacific(t *testing.T) {
	a := Account{Settings: Settings{DailyCap: 100}}
	now := at("2026-03-11T15:00:00-04:00")
	if _, ok := Capped(now, a, 98, 2); ok {
		t.Error("the last two segments have room")
	}
	v, ok := Capped(now, a, 99, 2)
	if !ok || v.Check != CheckCarrier || !v.At.Equal(at("2026-03-12T00:00:00-07:00")) {
		t.Errorf("over the cap: %+v, %v", v, ok)
	}
	if _, ok := Capped(now, Account{}, 1_000_000, 1); ok {
		t.Error("without a cap there is none")
	}
	if from, _ := CapDay(now); !from.Equal(at("2026-03-11T00:00:00-07:00")) {
		t.Errorf("the day began at %v", from)
	}
}
