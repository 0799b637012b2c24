package storage

import (
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// canary expects the versions of a running canary to be there, and the one that it says to be in use.
func (v *verifier) canary(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Canary](v, r)
	if !ok {
		return nil
	}
	if x.Script != name {
		v.find(r.Key, "the value calls itself %q", x.Script)
		return nil
	}
	if !x.Running() {
		return nil
	}
	head, err := find[booking.Script](v.g, accountKey(a, "script", name))
	if err != nil {
		return v.unread(err)
	}
	if head == nil || head.Active != x.Stable {
		v.find(r.Key, "version %d is not the one in use", x.Stable)
	}
	for _, n := range []int{x.Stable, x.Version} {
		if n == booking.BuiltInVersion {
			continue
		}
		if err := v.there(scriptVersionKey(a, name, n), r.Key, "a version of a running canary"); err != nil {
			return err
		}
	}
	return nil
}

// canaryTally expects figures that can be: nobody was reached, clicked, replied or opted out who was not drawn, and everybody who
// opted out was drawn at some percentage.
func (v *verifier) canaryTally(_ booking.AccountID, name string, r Row) error {
	x, ok := value[booking.CanaryTally](v, r)
	if !ok {
		return nil
	}
	if _, part, _ := strings.Cut(name, "/"); len(part) != 1 || !strings.Contains(canaryParts, part) {
		v.find(r.Key, "not a part of a canary's figures")
		return nil
	}
	var left booking.LeftCanary
	for percent, n := range x.Left {
		if percent < 1 || percent > 99 {
			v.find(r.Key, "somebody was drawn at %d percent", percent)
		}
		left.Stable, left.Canary = left.Stable+n.Stable, left.Canary+n.Canary
	}
	if left.Stable != x.Stable.OptedOut || left.Canary != x.Canary.OptedOut {
		v.find(r.Key, "%d opted out, and the percentages of %d are known", x.Stable.OptedOut+x.Canary.OptedOut, left.Stable+left.Canary)
	}
	for _, f := range []booking.CanaryFigures{x.Stable, x.Canary} {
		for _, n := range []int{f.Sent, f.Delivered, f.Clicked, f.Replied, f.Booked} {
			if n < 0 || n > f.Persons {
				v.find(r.Key, "%d of %d persons", n, f.Persons)
			}
		}
	}
	return nil
}
