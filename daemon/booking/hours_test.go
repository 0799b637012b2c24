package booking

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// zoneNames are zones with every habit there is: no summer time, clocks that change at midnight, half an hour, two hours,
// quarter-hour offsets, a skipped day, Ramadan, and all of the United States and Canada.
const zoneNames = `America/New_York America/Detroit America/Kentucky/Louisville America/Kentucky/Monticello America/Indiana/Indianapolis
America/Indiana/Vincennes America/Indiana/Winamac America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay America/Chicago
America/Indiana/Tell_City America/Indiana/Knox America/Menominee America/North_Dakota/Center America/North_Dakota/New_Salem
America/North_Dakota/Beulah America/Denver America/Boise America/Phoenix America/Los_Angeles America/Anchorage America/Juneau America/Sitka
America/Metlakatla America/Yakutat America/Nome America/Adak Pacific/Honolulu America/Puerto_Rico America/St_Johns America/Halifax
America/Glace_Bay America/Moncton America/Goose_Bay America/Toronto America/Iqaluit America/Winnipeg America/Rankin_Inlet
America/Resolute America/Regina America/Swift_Current America/Edmonton America/Inuvik America/Vancouver America/Whitehorse
America/Dawson America/Havana America/Mexico_City America/Tijuana America/Ojinaga America/Asuncion America/Santiago America/Punta_Arenas
America/Sao_Paulo America/Nuuk America/Scoresbysund America/Miquelon America/Caracas America/Port-au-Prince Atlantic/Azores Atlantic/Bermuda
Atlantic/Reykjavik Europe/London Europe/Dublin Europe/Lisbon Europe/Berlin Europe/Athens Europe/Chisinau Europe/Moscow Europe/Istanbul
Europe/Volgograd Africa/Cairo Africa/Casablanca Africa/El_Aaiun Africa/Monrovia Africa/Lagos Africa/Johannesburg Africa/Windhoek
Africa/Juba Africa/Khartoum Asia/Beirut Asia/Damascus Asia/Amman Asia/Gaza Asia/Hebron Asia/Jerusalem Asia/Tehran Asia/Kabul
Asia/Karachi Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Yangon Asia/Shanghai Asia/Pyongyang Asia/Seoul Asia/Tokyo
Asia/Ulaanbaatar Asia/Hovd Asia/Vladivostok Asia/Kamchatka Asia/Anadyr Antarctica/Troll Antarctica/Casey Antarctica/McMurdo
Antarctica/Macquarie Australia/Lord_Howe Australia/Adelaide Australia/Darwin Australia/Eucla Australia/Sydney Australia/Brisbane
Pacific/Auckland Pacific/Chatham Pacific/Apia Pacific/Tongatapu Pacific/Fiji Pacific/Kiritimati Pacific/Kwajalein Pacific/Norfolk
Pacific/Easter Pacific/Marquesas Pacific/Guam Pacific/Pago_Pago Pacific/Bougainville Etc/GMT+12 Etc/GMT-14 UTC EST5EDT`

func allZones(t testing.TB) (list []*time.Location) {
	t.Helper()
	for name := range strings.FieldsSeq(zoneNames) {
		loc, err := LoadZone(name)
		if err != nil {
			t.Fatalf("zone %s: %v", name, err)
		}
		list = append(list, loc)
	}
	return list
}

// walk is NextPermitted without any thought: it looks at every minute.
func walk(now time.Time, zones []*time.Location, h *Calendar, limit time.Duration) (time.Time, bool) {
	if Permitted(now, zones, h) {
		return now, true
	}
	for t := now.Truncate(time.Minute).Add(time.Minute); !t.After(now.Add(limit)); t = t.Add(time.Minute) {
		if Permitted(t, zones, h) {
			return t, true
		}
	}
	return time.Time{}, false
}

func anySpan(rng *rand.Rand) Span {
	switch rng.IntN(6) {
	case 0:
		return Span{}
	case 1: // short, at the hours when clocks change
		from := TimeOfDay(rng.IntN(4 * 60))
		return Span{from, from + 1 + TimeOfDay(rng.IntN(40))}
	case 2:
		return Span{23*60 + 30, 24 * 60}
	case 3:
		return Span{9 * 60, 20 * 60}
	}
	from := TimeOfDay(rng.IntN(24 * 60))
	return Span{from, from + TimeOfDay(rng.IntN(24*60-int(from)+1))}
}

func anyHours(rng *rand.Rand) *Calendar {
	return &Calendar{Hours: Hours{Weekday: anySpan(rng), Saturday: anySpan(rng), Sunday: anySpan(rng)}}
}

func checkNext(t *testing.T, now time.Time, zones []*time.Location, h *Calendar, horizon time.Duration) {
	t.Helper()
	got, ok := NextPermitted(now, zones, h)
	want, found := walk(now, zones, h, horizon)
	switch {
	case found && (!ok || !got.Equal(want)):
		t.Fatalf("%v %v in %v: got %v %v, want %v", now.In(zones[0]), h, zones, got.In(zones[0]), ok, want.In(zones[0]))
	case !found && ok && !got.After(now.Add(horizon)):
		t.Fatalf("%v %v in %v: got %v, which is not permitted", now.In(zones[0]), h, zones, got.In(zones[0]))
	case ok && (got.Before(now) || !Permitted(got, zones, h)):
		t.Fatalf("%v %v in %v: got %v, which is past or not permitted", now.In(zones[0]), h, zones, got.In(zones[0]))
	}
}

func TestNextPermittedIsTheEarliestMinuteInEveryZone(t *testing.T) {
	zones := allZones(t)
	rng := rand.New(rand.NewPCG(5, 6))
	from, span := at("2009-01-01T00:00:00Z"), int64(28*365*24*time.Hour)
	for _, loc := range zones {
		for range 12 {
			now := from.Add(time.Duration(rng.Int64N(span)))
			checkNext(t, now, []*time.Location{loc}, anyHours(rng), 30*time.Hour)
		}
	}
}

func TestNextPermittedIsRightInEveryNightWhenClocksChange(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	nights := 0
	for _, loc := range allZones(t) {
		changes := 0
		for at, stop := at("2010-12-01T00:00:00Z"), at("2027-12-31T00:00:00Z"); at.Before(stop) && changes < 8; changes++ {
			_, change := at.In(loc).ZoneBounds()
			if change.IsZero() {
				break
			}
			at = change
			nights++
			for range 6 {
				now := change.Add(time.Duration(rng.IntN(180)-120) * time.Minute).Add(time.Duration(rng.IntN(60)) * time.Second)
				checkNext(t, now, []*time.Location{loc}, anyHours(rng), 26*time.Hour)
			}
		}
	}
	if nights < 300 {
		t.Errorf("only %d nights were looked at", nights)
	}
}

func TestNextPermittedNeedsTheConsentOfEveryZone(t *testing.T) {
	zones := allZones(t)
	rng := rand.New(rand.NewPCG(9, 10))
	for range 400 {
		pick := []*time.Location{zones[rng.IntN(len(zones))], zones[rng.IntN(len(zones))], zones[rng.IntN(len(zones))]}[:1+rng.IntN(3)]
		now := at("2026-01-01T00:00:00Z").Add(time.Duration(rng.Int64N(int64(365 * 24 * time.Hour))))
		checkNext(t, now, pick, anyHours(rng), 40*time.Hour)
	}
}

func TestNextPermittedOnNamedNights(t *testing.T) {
	day := func(from, to string) Hours {
		var s Span
		if s.From.UnmarshalText([]byte(from)) != nil || s.To.UnmarshalText([]byte(to)) != nil {
			t.Fatal(from, to)
		}
		return Hours{s, s, s}
	}
	usual := DefaultSettings().Hours
	for _, c := range []struct {
		name  string
		zones string
		now   string
		hours Hours
		want  string // empty: never
	}{
		{"within the hours it is now, to the nanosecond", ohio, "2026-03-10T15:35:07.5-04:00", usual, "2026-03-10T15:35:07.5-04:00"},
		{"the minute before closing is inside", ohio, "2026-03-10T19:59:59-04:00", usual, "2026-03-10T19:59:59-04:00"},
		{"the evening waits for the morning", ohio, "2026-03-10T20:00:00-04:00", usual, "2026-03-11T09:00:00-04:00"},
		{"Saturday evening waits for Sunday noon", ohio, "2026-03-14T21:00:00-04:00", usual, "2026-03-15T12:00:00-04:00"},
		{"Sunday evening waits for Monday", ohio, "2026-03-15T20:00:00-04:00", usual, "2026-03-16T09:00:00-04:00"},
		{"the night of spring is an hour shorter", ohio, "2026-03-07T20:30:00-05:00", usual, "2026-03-08T12:00:00-04:00"},
		{"the night of autumn is an hour longer", ohio, "2026-10-31T20:30:00-04:00", usual, "2026-11-01T12:00:00-05:00"},
		{"an opening that does not exist is the jump", ohio, "2026-03-08T01:30:00-05:00", day("02:30", "04:00"), "2026-03-08T03:00:00-04:00"},
		{"a span that does not exist waits a day", ohio, "2026-03-08T01:30:00-05:00", day("02:10", "02:50"), "2026-03-09T02:10:00-04:00"},
		{"an hour that comes twice counts the first time", ohio, "2026-11-01T00:30:00-04:00", day("01:15", "01:45"), "2026-11-01T01:15:00-04:00"},
		{"an hour that comes twice counts the second time", ohio, "2026-11-01T01:50:00-04:00", day("01:15", "01:45"), "2026-11-01T01:15:00-05:00"},
		{"a day that begins at one", "America/Havana", "2026-03-07T23:59:00-05:00", day("00:00", "00:59"), "2026-03-09T00:00:00-04:00"},
		{"a day that does not exist", "Pacific/Apia", "2011-12-29T23:00:00-10:00", usual, "2011-12-31T09:00:00+14:00"},
		{"Ohio and Hawaii agree from three in the afternoon", ohio + " Pacific/Honolulu", "2026-03-11T08:30:00-04:00", usual, "2026-03-11T15:00:00-04:00"},
		{"zones a world apart never agree", ohio + " Asia/Shanghai", "2026-03-11T08:30:00-04:00", day("10:00", "18:00"), ""},
		{"empty hours permit never", ohio, "2026-03-11T08:30:00-04:00", Hours{}, ""},
		{"only Sunday, just missed", ohio, "2026-03-15T20:00:00-04:00", Hours{Sunday: usual.Sunday}, "2026-03-22T12:00:00-04:00"},
		{"nobody's zone permits never", "", "2026-03-11T12:30:00-04:00", usual, ""},
	} {
		var zones []*time.Location
		for name := range strings.FieldsSeq(c.zones) {
			loc, err := LoadZone(name)
			if err != nil {
				t.Fatal(err)
			}
			zones = append(zones, loc)
		}
		got, ok := NextPermitted(at(c.now), zones, &Calendar{Hours: c.hours})
		if ok != (c.want != "") || ok && !got.Equal(at(c.want)) {
			t.Errorf("%s: got %v %v, want %v", c.name, got, ok, c.want)
		}
	}
}

func TestLoadZoneKnowsOnlyNamesThatMeanTheSameEverywhere(t *testing.T) {
	for _, bad := range []string{"", "Local", "localtime", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "right/UTC", "posix/UTC",
		"America/New York", "america\x00", "-05:00", strings.Repeat("a", 65)} {
		if loc, err := LoadZone(bad); err == nil {
			t.Errorf("LoadZone(%q) = %v, want an error", bad, loc)
		}
	}
	a, _ := LoadZone(ohio)
	if b, err := LoadZone(ohio); err != nil || a != b || b.String() != ohio {
		t.Errorf("the second look at %s gave %v %v", ohio, b, err)
	}
}
