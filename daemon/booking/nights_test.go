package booking

import (
	"strings"
	"testing"
	"time"
)

// The nights in which clocks change in the United States and Canada: from Saturday to Sunday.
var nights = []string{"2026-03-07", "2026-10-31", "2027-03-13", "2027-11-06"}

// TestDecideMinuteByMinuteWhenClocksChange walks both days around each night through the whole decision, with real ZIP codes and
// numbers, and holds every verdict against wall clocks read one by one.
func TestDecideMinuteByMinuteWhenClocksChange(t *testing.T) {
	for _, c := range []struct {
		name, zip string
		phone     Phone
		zones     []string // that must permit, all of them
	}{
		{"Phoenix, without summer time", "85001", "+16025550142", []string{"America/Phoenix"}},
		{"Navajo Nation, with a number of Arizona", "86515", "+19285550142", []string{"America/Denver", "America/Phoenix"}},
		{"Indianapolis", "46201", "+13175550142", []string{"America/New_York"}},
		{"Indiana near the border", "47579", "+18125550142", []string{"America/New_York", "America/Chicago"}},
		{"Honolulu", "96813", "+18085550142", []string{"Pacific/Honolulu"}},
		{"Guam, a day ahead", "96910", "+16715550142", []string{"Pacific/Guam"}},
		{"San Juan", "00901", "+17875550142", []string{"America/Puerto_Rico"}},
		{"St. John's, half an hour off, or Labrador, of which a part has no summer time", "A1B 3X5", "+17095550142", []string{"America/St_Johns", "America/Halifax", "America/Puerto_Rico"}},
		{"a Hawaiian number at an address in Ohio", "43214", "+18085550142", []string{"America/New_York", "Pacific/Honolulu"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, night := range nights {
				walkNight(t, night, c.zip, c.phone, c.zones)
			}
		})
	}
}

func walkNight(t *testing.T, night, zip string, phone Phone, zones []string) {
	t.Helper()
	saturday, err := time.Parse(time.DateOnly, night)
	if err != nil || saturday.Weekday() != time.Saturday {
		t.Fatalf("%s is no Saturday: %v", night, err)
	}
	// The wall clocks permit, as whoever reads them would say: 9-20, on Sundays from 12.
	permits := func(at time.Time) bool {
		for _, name := range zones {
			loc, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			local := at.In(loc)
			opens := 9
			if local.Weekday() == time.Sunday {
				opens = 12
			}
			if local.Hour() < opens || local.Hour() >= 20 {
				return false
			}
		}
		return true
	}
	begin, end := saturday.Add(6*time.Hour), saturday.Add(54*time.Hour) // Saturday afternoon in Guam to Sunday evening in Hawaii
	next := make([]time.Time, int(end.Add(48*time.Hour).Sub(begin)/time.Minute))
	for i := len(next) - 1; i >= 0; i-- { // from the last minute back: when is the next one that permits
		if at := begin.Add(time.Duration(i) * time.Minute); permits(at) {
			next[i] = at
		} else if i+1 < len(next) {
			next[i] = next[i+1]
		}
	}
	sent, waited := 0, 0
	for i := range int(end.Sub(begin) / time.Minute) {
		now := begin.Add(time.Duration(i) * time.Minute)
		f := goodFacts()
		f.Session.Phone, f.Session.Customer.Phone, f.Person.Phone = phone, string(phone), phone
		f.Session.Customer.Address.PostalCode = zip
		f.Session.AbandonedAt, f.Session.Consent.At = now.Add(-15*time.Minute), now.Add(-time.Hour)
		v := Decide(now, f)
		switch {
		case next[i].Equal(now):
			sent++
			if v.Result != Pass {
				t.Fatalf("%s: %s by %s, %+v", now, v.Result, v.Check, v.Trail[len(v.Trail)-1])
			}
		default:
			waited++
			if v.Result != Wait || v.Check != CheckHours || !v.At.Equal(next[i]) {
				t.Fatalf("%s: %s by %s until %s, want a wait until %s", now, v.Result, v.Check, v.At, next[i])
			}
		}
		for _, x := range v.Trail {
			for _, name := range zones {
				if x.Check == CheckHours && !strings.Contains(x.Fact, "("+name+",") {
					t.Fatalf("%s: the trace does not name %s: %s", now, name, x.Fact)
				}
			}
		}
	}
	if sent < 300 || waited < 300 {
		t.Errorf("%s: %d minutes permitted, %d not: the walk shows nothing", night, sent, waited)
	}
}
