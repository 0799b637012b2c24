package booking

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/nyaruka/phonenumbers"
)

// Place is what a ZIP code or an area code tells about where somebody is: several zones and states where borders run
// through it. Zones are IANA names, states are two letters ("OH"); both may be empty.
type Place struct {
	Zones  []string
	States []string
}

// zips.txt is made as zips/README.md says.
//
//go:embed zips.txt
var zipsText string

// areas.txt is made from libphonenumber's geographic data by TestAreaCodesAreThoseOfTheLibrary, which says when it is out of
// date. That data is not read here, because it takes 14 MB of memory.
//
//go:embed areas.txt
var areasText string

// zipPlaces reads zips.txt.
var zipPlaces = sync.OnceValue(func() map[string]Place {
	places, zones, known := make(map[string]Place, 4100), map[byte]string{}, map[string]Place{}
	for line := range strings.Lines(zipsText) {
		f := strings.Fields(line)
		switch {
		case f[0] == "#":
		case f[0] == "=":
			zones[f[1][0]] = f[2]
		default:
			told := strings.Join(f[1:], " ")
			p, ok := known[told] // most lines tell one of few things
			if !ok {
				p.States = strings.Split(f[1], ",")
				if len(f) > 2 {
					for _, letter := range []byte(f[2]) {
						p.Zones = append(p.Zones, zones[letter])
					}
				}
				known[told] = p
			}
			places[f[0]] = p
		}
	}
	return places
})

// ZipPlace tells where a United States ZIP code lies, from its first five digits or, when it is not in the list, from its first
// three. Military ones (APO, FPO) lie anywhere: no zone.
func ZipPlace(zip string) Place {
	zip = strings.TrimSpace(zip)
	if len(zip) < 5 || strings.Trim(zip[:5], "0123456789") != "" {
		return Place{}
	}
	places := zipPlaces()
	if p, ok := places[zip[:5]]; ok {
		return p
	}
	return places[zip[:3]]
}

// areaStates reads areas.txt: area code to state.
var areaStates = sync.OnceValue(func() map[string]string {
	states := make(map[string]string, 400)
	for line := range strings.Lines(areasText) {
		if f := strings.Fields(line); len(f) == 2 && f[0] != "#" {
			states[f[0]] = f[1]
		}
	}
	return states
})

// areaPlaces remembers the places of the area codes from 200 to 999 that were asked for.
var areaPlaces [800]atomic.Pointer[Place]

// everywhere: a number with more zones than this belongs to no area (toll-free, personal).
const everywhere = 6

// AreaPlace tells where the owners of an area code's numbers are thought to be; nothing for numbers that belong to no area.
// Numbers move with their owners, so this is a candidate and never the only answer; the laws of FL, OK and CT presume it
// (Fla. Stat. 501.616(6), 15 O.S. 775C.3).
//
// libphonenumber knows the zones of single exchanges. Since numbers are carried from one exchange to another, an area has the
// zones of all of them.
func AreaPlace(p Phone) Place {
	if len(p) != 12 || p[:2] != "+1" || p[2] < '2' {
		return Place{}
	}
	area := int(p[2]-'0')*100 + int(p[3]-'0')*10 + int(p[4]-'0')
	if area < 200 || area > 999 {
		return Place{}
	}
	slot := &areaPlaces[area-200]
	if v := slot.Load(); v != nil {
		return *v
	}
	var v Place
	if s := areaStates()[string(p[2:5])]; s != "" {
		v.States = []string{s}
	}
	n := &phonenumbers.PhoneNumber{CountryCode: new(int32(1)), NationalNumber: new(uint64(0))}
	for exchange := 200; exchange < 1000; exchange++ {
		*n.NationalNumber = uint64(area*10_000_000 + exchange*10_000 + 100)
		zones, err := phonenumbers.GetTimezonesForNumber(n)
		if err != nil || len(zones) > everywhere {
			continue
		}
		for _, z := range zones {
			if !slices.Contains(v.Zones, z) && z != phonenumbers.UNKNOWN_TIMEZONE {
				v.Zones = append(v.Zones, z)
			}
		}
	}
	slices.Sort(v.Zones)
	slot.Store(&v)
	return v
}
