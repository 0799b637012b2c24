package booking

import (
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"time"
)

// zones remembers the time zones that were asked for: reading one costs 20 µs and more, and every decision needs one.
// Only names that exist are kept, so that strangers' typos cannot make it grow.
var zones atomic.Pointer[map[string]*time.Location]

// LoadZone gives the time zone of an IANA name such as "America/New_York". Unlike [time.LoadLocation] it refuses "" and
// "Local", whose meaning depends on the machine, and the leap-second tables "right/…". The rules come from the machine's
// tzdata or from the copy built into the program.
func LoadZone(name string) (*time.Location, error) {
	if m := zones.Load(); m != nil {
		if loc := (*m)[name]; loc != nil {
			return loc, nil
		}
	}
	if !zoneName(name) {
		return nil, fmt.Errorf("%q is not a time zone", clip(name, 64))
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone", name)
	}
	for {
		old := zones.Load()
		next := map[string]*time.Location{}
		if old != nil {
			maps.Copy(next, *old)
		}
		next[name] = loc
		if zones.CompareAndSwap(old, &next) {
			return loc, nil
		}
	}
}

// zoneName tells whether the name has the shape of a zone of the IANA time zone database, theory file, "Timezone identifiers".
func zoneName(s string) bool {
	if s == "" || len(s) > 64 || s == "Local" || s == "localtime" || s == "posixrules" || s == "Factory" ||
		strings.HasPrefix(s, "right/") || strings.HasPrefix(s, "posix/") {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '/' || c == '_' || c == '-' || c == '+'):
		default:
			return false
		}
	}
	return true
}
