package storage

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// script expects every version that the script lists, the active one and the one to go back to among them.
func (v *verifier) script(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Script](v, r)
	if !ok {
		return nil
	}
	if x.Name != name {
		v.find(r.Key, "the value calls itself %q", x.Name)
		return nil
	}
	for _, n := range []int{x.Active, x.Good} {
		if n != booking.BuiltInVersion && !slices.Contains(x.Versions, n) {
			v.find(r.Key, "version %d is in use and not in the list", n)
		}
	}
	for _, n := range x.Versions {
		if err := v.there(scriptVersionKey(a, name, n), r.Key, "a version in its list"); err != nil {
			return err
		}
	}
	return nil
}

// scriptVersion expects a version to be in the list of its script.
func (v *verifier) scriptVersion(a booking.AccountID, rest string, r Row) error {
	x, ok := value[booking.ScriptVersion](v, r)
	if !ok {
		return nil
	}
	name, n, ok := strings.Cut(rest, "/")
	if !ok || len(n) != 4 || x.Script != name || uint32(x.Version) != binary.BigEndian.Uint32([]byte(n)) {
		v.find(r.Key, "the value calls itself version %d of %q", x.Version, x.Script)
		return nil
	}
	head, err := find[booking.Script](v.g, accountKey(a, "script", name))
	if err != nil {
		return v.unread(err)
	}
	if head == nil || !slices.Contains(head.Versions, x.Version) {
		v.find(r.Key, "its script does not list it")
	}
	return nil
}

// turn expects the due-key of a pending ask. Its session may be gone before it.
func (v *verifier) turn(a booking.AccountID, name string, r Row) error {
	x, ok := value[booking.Turn](v, r)
	if !ok {
		return nil
	}
	if x.ID != name {
		v.find(r.Key, "the value calls itself %q", x.ID)
		return nil
	}
	if d, ok := x.Due(a); ok {
		return v.there(dueKey(d), r.Key, "its due-key")
	}
	return nil
}
