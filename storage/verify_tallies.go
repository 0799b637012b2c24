package storage

import (
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
)

// tallied checks how far days are closed.
func (v *verifier) tallied(a booking.AccountID, _ string, r Row) error {
	x, ok := value[booking.Tallied](v, r)
	if !ok {
		return nil
	}
	return v.there(dueKey(tallyDue(a, x)), r.Key, "its due-key")
}

// tally checks one row of a closed day: it lies before what is not closed, and its groups make up the day's total.
func (v *verifier) tally(a booking.AccountID, name string, r Row) error {
	family, day, _ := strings.Cut(name, "/")
	if _, ok := booking.ParseDay(day); !ok {
		v.find(r.Key, "not the tally of a day")
		return nil
	}
	closed, err := v.Tallied(a)
	if err != nil {
		return v.unread(err)
	}
	if closed == nil || closed.Day < booking.Day(day) {
		v.find(r.Key, "the day is not closed, so its sessions count twice")
	}
	if family == heldFamily {
		value[map[booking.Check]*booking.Held](v, r)
		return nil
	}
	groups, ok := value[map[string]*booking.Figures](v, r)
	if !ok {
		return nil
	}
	total, err := find[map[string]*booking.Figures](v.g, accountKey(a, "tally", string(booking.ByTotal), day))
	if err != nil {
		return v.unread(err)
	}
	if total == nil {
		v.find(r.Key, "the total of its day is missing")
		return nil
	}
	var sum, want booking.Figures
	for _, g := range groups {
		sum.Add(g)
	}
	for _, g := range *total {
		want.Add(g)
	}
	if sum.Sessions != want.Sessions || sum.Booked != want.Booked || sum.RevenueCents != want.RevenueCents {
		v.find(r.Key, "its groups have %d sessions, the day has %d", sum.Sessions, want.Sessions)
	}
	return nil
}
