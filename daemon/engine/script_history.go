package engine

import (
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// RecentVersions gives the latest versions of a script that are kept, at most limit, the latest first, and how many older ones there are. The
// one in use and the built-in one are always among them.
func RecentVersions(s *storage.Snapshot, a booking.AccountID, o ScriptOverview, limit int) (all []booking.ScriptVersion, older int, err error) {
	numbers := slices.Clone(o.Script.Versions)
	slices.Reverse(numbers)
	older = max(0, len(numbers)-limit)
	numbers = numbers[:len(numbers)-older]
	if o.Active != nil && o.Active.Version != booking.BuiltInVersion && !slices.Contains(numbers, o.Active.Version) {
		numbers, older = append(numbers, o.Active.Version), older-1
	}
	if o.BuiltIn {
		numbers = append(numbers, booking.BuiltInVersion)
	}
	for _, n := range numbers {
		v, err := versionOf(s, a, o.Script.Name, n)
		if err != nil {
			return nil, 0, err
		}
		if v != nil {
			all = append(all, *v)
		}
	}
	return all, older, nil
}
