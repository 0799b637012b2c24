package booking

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

var rewrite = flag.Bool("rewrite", false, "write areas.txt anew from the library's data")

// Places whose zones people get wrong, with the reason.
func TestZipCodesHaveTheZonesOfTheirPlaces(t *testing.T) {
	const ny, chi, den, phx, la = "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"
	for _, c := range []struct {
		zip, place, state string
		zones             []string
	}{
		{"43214", "Columbus", "OH", []string{ny}},
		{"10001", "Manhattan", "NY", []string{ny}},
		{"60601", "Chicago", "IL", []string{chi}},
		{"80202", "Denver", "CO", []string{den}},
		{"90001", "Los Angeles", "CA", []string{la}},
		{"85001", "Phoenix has no summer time", "AZ", []string{phx}},
		{"86515", "Window Rock: the Navajo Nation has it", "AZ", []string{den}},
		{"86042", "Polacca: the Hopi inside it do not", "AZ", []string{phx}},
		{"46204", "Indianapolis", "IN", []string{ny}},
		{"46402", "Gary is on Chicago's time", "IN", []string{chi}},
		{"47710", "Evansville too", "IN", []string{chi}},
		{"32501", "Pensacola, western Florida", "FL", []string{chi}},
		{"32301", "Tallahassee, eastern", "FL", []string{ny}},
		{"37402", "Chattanooga", "TN", []string{ny}},
		{"37203", "Nashville", "TN", []string{chi}},
		{"79901", "El Paso, western Texas", "TX", []string{den}},
		{"83701", "Boise", "ID", []string{den}},
		{"83814", "Coeur d'Alene, northern Idaho", "ID", []string{la}},
		{"96813", "Honolulu", "HI", []string{"Pacific/Honolulu"}},
		{"99501", "Anchorage", "AK", []string{"America/Anchorage"}},
		{"00901", "San Juan", "PR", []string{"America/Puerto_Rico"}},
		{"00802", "St. Thomas", "VI", []string{"America/Puerto_Rico"}},
		{"96910", "Hagatna, west of the date line", "GU", []string{"Pacific/Guam"}},
		{"96799", "Pago Pago", "AS", []string{"Pacific/Pago_Pago"}},
		{"43214-1234", "nine digits", "OH", []string{ny}},
		{"09012", "a military post", "", nil},
		{"K1A 0B1", "a Canadian code", "", nil},
		{"", "nothing", "", nil},
	} {
		p := ZipPlace(c.zip)
		for _, z := range c.zones {
			if !slices.ContainsFunc(p.Zones, func(is string) bool { return alike(is, z) }) {
				t.Errorf("%s %s: zones %v, want %s among them", c.zip, c.place, p.Zones, z)
			}
		}
		if len(p.Zones) > len(c.zones)+1 || len(c.zones) == 0 && len(p.Zones) > 0 {
			t.Errorf("%s %s: zones %v, want %v", c.zip, c.place, p.Zones, c.zones)
		}
		if c.state != "" && !slices.Contains(p.States, c.state) || c.state == "" && len(p.States) > 0 {
			t.Errorf("%s %s: states %v, want %s", c.zip, c.place, p.States, c.state)
		}
	}
}

// alike tells whether the clocks of two zones went alike all through 2026.
func alike(a, b string) bool {
	x, errX := LoadZone(a)
	y, errY := LoadZone(b)
	if errX != nil || errY != nil {
		return false
	}
	for day := at("2026-01-01T12:00:00Z"); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
		if day.In(x).Format("15:04") != day.In(y).Format("15:04") {
			return false
		}
	}
	return true
}

// Every zone a ZIP code can have is a zone, and every three digits that are in use have one.
func TestAllZipPlacesAreWhole(t *testing.T) {
	zones := map[string]bool{}
	for zip, p := range zipPlaces() {
		if len(p.Zones) == 0 || len(p.States) == 0 || len(zip) != 3 && len(zip) != 5 {
			t.Errorf("%s: %+v", zip, p)
		}
		for _, z := range p.Zones {
			if _, err := LoadZone(z); err != nil {
				t.Errorf("%s: %v", zip, err)
			}
			zones[z] = true
		}
	}
	if len(zones) != 11 || len(zipPlaces()) < 4000 {
		t.Errorf("%d zones in %d lines", len(zones), len(zipPlaces()))
	}
}

func TestAreaCodesHaveAllTheirZones(t *testing.T) {
	for _, c := range []struct {
		phone Phone
		state string
		zones string
	}{
		{"+16145550142", "OH", "America/New_York"},
		{"+18085550142", "HI", "Pacific/Honolulu"},
		{"+18505550142", "FL", "America/Chicago America/New_York"},
		{"+12195550142", "IN", "America/Chicago America/New_York"},
		{"+19285550142", "AZ", "America/Denver America/Phoenix"},
		{"+19075550142", "AK", "America/Adak America/Anchorage America/Juneau Pacific/Honolulu"},
		{"+17875550142", "PR", "America/Puerto_Rico"},
		{"+16715550142", "GU", "Pacific/Guam"},
		{"+14165550142", "", "America/Toronto"},
		{"+13065550142", "", "America/Regina"},
		{"+18005550142", "", ""}, // toll-free
		{"+15005550006", "", ""}, // personal
		{"+442079460000", "", ""},
		{"", "", ""},
	} {
		p := AreaPlace(c.phone)
		if got := strings.Join(p.Zones, " "); got != c.zones {
			t.Errorf("%s: zones %q, want %q", c.phone, got, c.zones)
		}
		if got := strings.Join(p.States, " "); got != c.state {
			t.Errorf("%s: states %q, want %q", c.phone, got, c.state)
		}
	}
}

// stateNames are libphonenumber's names of the states where it does not end in their letters.
const stateNames = `Alabama AL,Alaska AK,Arizona AZ,Arkansas AR,California CA,Colorado CO,Connecticut CT,Delaware DE,Florida FL,Georgia GA,Hawaii HI,
Idaho ID,Illinois IL,Indiana IN,Iowa IA,Kansas KS,Kentucky KY,Louisiana LA,Maine ME,Maryland MD,Massachusetts MA,Michigan MI,Minnesota MN,
Mississippi MS,Missouri MO,Montana MT,Nebraska NE,Nevada NV,New Hampshire NH,New Jersey NJ,New Mexico NM,New York NY,North Carolina NC,
North Dakota ND,Ohio OH,Oklahoma OK,Oregon OR,Pennsylvania PA,Rhode Island RI,South Carolina SC,South Dakota SD,Tennessee TN,Texas TX,Utah UT,
Vermont VT,Virginia VA,Washington State WA,West Virginia WV,Wisconsin WI,Wyoming WY,Washington D.C. DC`

// TestAreaCodesAreThoseOfTheLibrary compares areas.txt with libphonenumber's geographic data; -rewrite writes it anew. What
// the library has no name for is kept.
func TestAreaCodesAreThoseOfTheLibrary(t *testing.T) {
	names := map[string]string{}
	for entry := range strings.SplitSeq(stateNames, ",") {
		entry = strings.TrimSpace(entry)
		names[entry[:len(entry)-3]] = entry[len(entry)-2:]
	}
	of := map[string]string{}
	for area := 200; area < 1000; area++ {
		n := &phonenumbers.PhoneNumber{CountryCode: new(int32(1)), NationalNumber: new(uint64(area*10_000_000 + 555_0100))}
		region := phonenumbers.GetRegionCodeForNumber(n)
		switch region {
		case "PR", "GU", "VI", "AS", "MP":
			of[fmt.Sprint(area)] = region
			continue
		case "US", "":
		default:
			continue
		}
		name, err := phonenumbers.GetGeocodingForNumber(n, "en")
		if err != nil {
			continue
		}
		state := names[strings.TrimSpace(name)]
		if i := strings.LastIndex(name, ", "); i >= 0 && len(name) == i+4 && region == "US" {
			state = name[i+2:]
		}
		if state != "" {
			of[fmt.Sprint(area)] = state
		}
	}
	if *rewrite {
		var lines []string
		for area, state := range of {
			lines = append(lines, area+" "+state)
		}
		slices.Sort(lines)
		text := "# Area codes of the United States and their states, from libphonenumber's data. Made by go test ./daemon/booking -run AreaCodes -rewrite\n" +
			strings.Join(lines, "\n") + "\n"
		if err := os.WriteFile("areas.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(of) < 300 || len(areaStates()) != len(of) {
		t.Errorf("%d area codes with a state in areas.txt, the library has %d", len(areaStates()), len(of))
	}
	for area, state := range of {
		if is := areaStates()[area]; is != state {
			t.Errorf("area code %s: %s in areas.txt, the library says %s; run this test with -rewrite and read the difference", area, is, state)
		}
	}
}

func BenchmarkPlaces(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ZipPlace("43214")
		AreaPlace("+16145550142")
	}
}

func BenchmarkFirstAreaPlace(b *testing.B) {
	for b.Loop() {
		areaPlaces[0].Store(nil)
		AreaPlace("+12005550142")
	}
}
