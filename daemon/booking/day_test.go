package booking

import (
	"testing"
	"time"
)

func TestADayBeginsWithItsFirstInstantInEveryZone(t *testing.T) {
	for _, name := range []string{"UTC", "America/New_York", "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu", "America/Havana",
		"America/Santiago", "America/Asuncion", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu"} {
		loc, err := LoadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := Day("2015-01-01"); d < "2031-01-01"; d = d.Add(1) {
			start := d.Start(loc)
			if is, before := DayOf(start, loc), DayOf(start.Add(-time.Nanosecond), loc); is != d || before >= d {
				t.Fatalf("%s: %s begins at %v, which is %s, and the instant before is %s", name, d, start, is, before)
			}
		}
	}
}

func TestDaysWeeksAndMonths(t *testing.T) {
	for _, c := range []struct {
		day         Day
		week, month string
	}{{"2026-03-10", "2026-W11", "2026-03"}, {"2027-01-01", "2026-W53", "2027-01"}, {"2024-12-30", "2025-W01", "2024-12"}} {
		if c.day.Week() != c.week || c.day.Month() != c.month {
			t.Errorf("%s: got %s and %s, want %s and %s", c.day, c.day.Week(), c.day.Month(), c.week, c.month)
		}
	}
	if n := Day("2024-02-28").To("2024-03-01"); n != 2 || Day("2024-02-28").Add(2) != "2024-03-01" {
		t.Errorf("the leap day is lost: %d days", n)
	}
	for _, bad := range []string{"", "2026-02-30", "2026-3-1", "2026-03-10T00:00:00Z", "0000-01-01"} {
		if d, ok := ParseDay(bad); ok {
			t.Errorf("%q was read as the day %s", bad, d)
		}
	}
}
