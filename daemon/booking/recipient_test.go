package booking

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// nowhere is a number whose area code belongs to no area, so that nothing is known of where its owner is.
const nowhere = Phone("+15005550142")

// TestEveryPlaceTheRecipientMayBeInMustPermit: who may be in several zones or states gets texts when all permit.
func TestEveryPlaceTheRecipientMayBeInMustPermit(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*Facts)
		now     string
		until   string // "": it passes
		fact    string
		setting string
	}{
		{"an Ohio address with a Hawaiian number", func(f *Facts) {
			f.Session.Phone, f.Session.Customer.Address.PostalCode = "+18085550142", "43214"
		}, "2026-03-11T08:30:00-04:00", "2026-03-11T15:00:00-04:00", "02:30 HST (Pacific/Honolulu, area code)", "settings.hours.weekday 09:00-20:00"},
		{"a browser in California", func(f *Facts) { f.Session.Timezone = "America/Los_Angeles" },
			"2026-03-11T09:30:00-04:00", "2026-03-11T12:00:00-04:00", "06:30 PDT (America/Los_Angeles, browser)", ""},
		{"a browser that tells nonsense", func(f *Facts) { f.Session.Timezone = "Mars/Olympus" }, "2026-03-11T09:30:00-04:00", "", "area code", ""},
		{"a ZIP code near the border of two zones", func(f *Facts) {
			f.Session.Phone, f.Session.Customer.Address.PostalCode = nowhere, "47579" // Santa Claus, Indiana
		}, "2026-03-11T09:30:00-04:00", "2026-03-11T10:00:00-04:00", "08:30 CDT (America/Chicago, service ZIP)", ""},
		{"the business far away does not count", func(f *Facts) { f.Scheduler.Timezone = "Pacific/Honolulu" }, "2026-03-11T09:30:00-04:00", "", "area code", ""},
		{"the business counts when nothing is known", func(f *Facts) { f.Session.Phone, f.Scheduler.Timezone = nowhere, "America/Denver" },
			"2026-03-11T09:30:00-04:00", "2026-03-11T11:00:00-04:00", "07:30 MDT (America/Denver, the scheduler's zone)", ""},
		{"Phoenix has no summer time, Navajo has", func(f *Facts) {
			f.Session.Phone, f.Session.Customer.Address.PostalCode = nowhere, "86515"
		}, "2026-07-08T09:30:00-06:00", "", "09:30 MDT (America/Denver, service ZIP)", ""},
		{"Arizona in summer", func(f *Facts) { f.Session.Phone, f.Session.Customer.Address.PostalCode = nowhere, "85001" },
			"2026-07-08T09:30:00-06:00", "2026-07-08T10:00:00-06:00", "08:30 MST (America/Phoenix, service ZIP)", ""},
		{"Kentucky begins at ten", func(f *Facts) { f.Session.Customer.Address.PostalCode = "40202" },
			"2026-03-11T09:30:00-04:00", "2026-03-11T10:00:00-04:00", "", "state rule KY 10:00-20:00"},
		{"Kentucky by the state alone", func(f *Facts) { f.Session.Customer.Address.State = "ky" },
			"2026-03-11T09:30:00-04:00", "2026-03-11T10:00:00-04:00", "", "state rule KY"},
		{"Alabama rests on Sundays, until it is too late", func(f *Facts) { f.Session.Phone = "+12055550142" },
			"2026-03-15T13:00:00-04:00", "2026-03-16T10:00:00-04:00", "", "state rule AL none"},
		{"Rhode Island rests on holidays", func(f *Facts) { f.Session.Phone = "+14015550142" },
			"2026-07-03T10:00:00-04:00", "2026-07-04T10:00:00-04:00", "", "state rule RI none"}, // Friday, kept for Saturday the 4th
		{"Maine by address, Ohio by number", func(f *Facts) { f.Session.Customer.Address.PostalCode = "04101" },
			"2026-03-11T17:30:00-04:00", "2026-03-12T09:00:00-04:00", "", "state rule ME 09:00-17:00"},
		{"state rules switched off", func(f *Facts) {
			f.Session.Customer.Address.PostalCode, f.Account.Settings.StateRules = "40202", false
		}, "2026-03-11T09:30:00-04:00", "", "", "settings.hours.weekday"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := goodFacts()
			now := at(c.now)
			c.change(&f)
			f.Session.AbandonedAt = now.Add(-15 * time.Minute)
			v := Decide(now, f)
			x := v.Trail[len(v.Trail)-1]
			for _, line := range v.Trail {
				if line.Check == CheckHours {
					x = line
				}
			}
			want := Pass
			if c.until != "" {
				want = Wait
			}
			if strings.Contains(c.name, "Rhode") { // the 4th itself is a holiday too, and then comes Sunday: too late
				want = Wait
				c.until = "2026-07-06T09:00:00-04:00"
			}
			if x.Result != want || c.until != "" && !x.Until.Equal(at(c.until)) {
				t.Errorf("%s until %v, want %s %s", x.Result, x.Until, want, c.until)
			}
			if !strings.Contains(x.Fact, c.fact) || !strings.HasPrefix(x.Setting, c.setting) {
				t.Errorf("fact %q setting %q, want %q and %q", x.Fact, x.Setting, c.fact, c.setting)
			}
		})
	}
}

// Whatever ZIP code, number, browser, state, rules and instant: a text that may go now lies inside the hours of every zone
// and inside every state's rule, by the clock on the wall there.
func TestNoTextEverOutsideAnyHours(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	var zips, areas []string
	for zip := range zipPlaces() {
		if len(zip) == 5 {
			zips = append(zips, zip)
		} else {
			zips = append(zips, zip+"01")
		}
	}
	for area := range areaStates() {
		areas = append(areas, area)
	}
	slices.Sort(zips)
	slices.Sort(areas)
	zones := strings.Fields(zoneNames)
	passes, waits := 0, 0
	for range 20_000 {
		f := goodFacts()
		now := at("2026-01-01T00:00:00Z").Add(time.Duration(rng.Int64N(int64(2 * 365 * 24 * time.Hour))))
		f.Session.AbandonedAt = now.Add(-15 * time.Minute)
		a := &f.Session.Customer.Address
		if rng.IntN(3) > 0 {
			a.PostalCode = zips[rng.IntN(len(zips))]
		}
		f.Session.Phone = nowhere
		if rng.IntN(3) > 0 {
			f.Session.Phone = Phone("+1" + areas[rng.IntN(len(areas))] + "5550142")
		}
		if rng.IntN(4) == 0 {
			f.Session.Timezone = zones[rng.IntN(len(zones))]
		}
		v := Decide(now, f)
		when := now
		switch v.Result {
		case Pass:
			passes++
		case Wait:
			waits++
			when = v.At
		default:
			continue
		}
		places := []Place{ZipPlace(a.PostalCode), AreaPlace(f.Session.Phone)}
		if f.Session.Timezone != "" {
			places = append(places, Place{Zones: []string{f.Session.Timezone}})
		}
		var in, states []string
		for _, p := range places {
			in, states = append(in, p.Zones...), append(states, p.States...)
		}
		if len(in) == 0 {
			in = []string{ohio}
		}
		for _, z := range in {
			loc, err := LoadZone(z)
			if err != nil {
				t.Fatal(err)
			}
			local := when.In(loc)
			minute := local.Hour()*60 + local.Minute()
			if minute < 9*60 || minute >= 20*60 || local.Weekday() == time.Sunday && minute < 12*60 {
				t.Fatalf("%+v %s %s: a text at %v", *a, f.Session.Phone, f.Session.Timezone, local)
			}
			for _, s := range states {
				if r := RuleOf(s); r != nil && (!r.On(local).Has(timeOfDay(local)) || !r.Holidays && local.Month() == time.December && local.Day() == 25) {
					t.Fatalf("%+v %s: a text at %v against the rule of %s", *a, f.Session.Phone, local, s)
				}
			}
		}
	}
	if passes < 3000 || waits < 3000 {
		t.Errorf("%d passed and %d waited: too few to prove anything", passes, waits)
	}
}

// Every row of the table, by its source: one minute inside and one minute outside of each of its borders.
func TestStateRulesByTheirSource(t *testing.T) {
	wednesday, saturday, sunday := at("2026-03-11T00:00:00Z"), at("2026-03-14T00:00:00Z"), at("2026-03-15T00:00:00Z")
	for state, want := range map[string]string{
		"AL": "08:00-20:00 08:00-20:00 none", "CT": "09:00-20:00 09:00-20:00 09:00-20:00", "FL": "08:00-20:00 08:00-20:00 08:00-20:00",
		"KY": "10:00-21:00 10:00-21:00 10:00-21:00", "LA": "08:00-20:00 08:00-20:00 none", "MA": "08:00-20:00 08:00-20:00 08:00-20:00",
		"MD": "08:00-20:00 08:00-20:00 08:00-20:00", "ME": "09:00-17:00 none none", "MI": "09:00-21:00 09:00-21:00 09:00-21:00",
		"MN": "09:00-21:00 09:00-21:00 09:00-21:00", "MS": "08:00-20:00 08:00-20:00 none", "NM": "09:00-21:00 09:00-21:00 09:00-21:00",
		"NV": "09:00-20:00 09:00-20:00 09:00-20:00", "OK": "08:00-20:00 08:00-20:00 08:00-20:00", "PA": "08:00-21:00 08:00-21:00 none",
		"RI": "09:00-18:00 10:00-17:00 none", "TX": "09:00-21:00 09:00-21:00 12:00-21:00", "WA": "08:00-20:00 08:00-20:00 08:00-20:00",
		"WY": "08:00-20:00 08:00-20:00 08:00-20:00",
	} {
		r := RuleOf(state)
		if r == nil {
			t.Errorf("%s: no rule", state)
			continue
		}
		t.Run(state+" "+r.Source, func(t *testing.T) {
			var got []string
			for _, day := range []time.Time{wednesday, saturday, sunday} {
				s := r.On(day)
				if s.Empty() {
					got = append(got, "none")
				} else {
					got = append(got, s.String())
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("got %v, want %s", got, want)
			}
		})
	}
	if len(stateRules) != 19 {
		t.Errorf("%d rows", len(stateRules))
	}
	for _, c := range []struct{ state, date string }{
		{"AL", "2026-12-25"}, {"LA", "2026-11-26"}, {"PA", "2026-05-25"}, {"RI", "2026-09-07"}, {"PA", "2026-07-03"}, {"PA", "2026-06-19"},
	} {
		if s := RuleOf(c.state).On(at(c.date + "T12:00:00Z")); !s.Empty() {
			t.Errorf("%s on the holiday %s: %s", c.state, c.date, s)
		}
	}
	if RuleOf("OH") != nil || RuleOf("") != nil {
		t.Error("Ohio has no rule of its own")
	}
}
