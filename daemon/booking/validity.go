package booking

import (
	"strconv"
	"time"
)

// LeastValidity is the shortest time a carrier is given to deliver a text that is started by us. When the hours end sooner the
// text waits for the next ones, since it might lie in the carrier's queue until they are over.
const LeastValidity = 15 * time.Second

// ValidUntil gives when a text that may go out now is not to be delivered any more: when the hours end in the first of all zones
// the recipient may be in, by the account's settings and the states' rules, and at the latest when the session was left
// settings.latest_after ago. Without it a text queued at 20:55 is delivered at 2:00.
func ValidUntil(now time.Time, f Facts) time.Time {
	d := decision{now: now, f: f, left: f.Session.AbandonedAt}
	until := d.left.Add(f.Account.Settings.LatestAfter.Std())
	var w whereabouts
	if err := d.recipient(&w); err != nil {
		return until // hours stops such a text
	}
	zones := make([]*time.Location, len(w.zones))
	for i, c := range w.zones {
		zones[i] = c.loc
	}
	calendar := Calendar{Hours: f.Account.Settings.Hours, Rules: w.rules}
	if closes, ok := Closes(now, zones, &calendar); ok && closes.Before(until) {
		until = closes
	}
	return until
}

// Closing puts off a text whose time would end too soon; ok is false when there is time enough.
func Closing(now, until time.Time) (v Verdict, ok bool) {
	if until.Sub(now) >= LeastValidity {
		return Verdict{}, false
	}
	return Verdict{Result: Wait, Check: CheckHours, At: until, Trail: []Finding{{At: now, Check: CheckHours, Result: Wait, Until: until,
		Fact:    "the time for it ends at " + until.UTC().Format("15:04:05 MST"),
		Message: "The text waits: the permitted hours end before the carrier could deliver it.",
		Fix:     "Nothing to do: it is looked at again then."}}}, true
}

// pacific is where the day of the daily caps begins: T-Mobile's caps of a brand open anew at its midnight.
const pacific = "America/Los_Angeles"

// CapDay gives the beginning of the day of the daily caps that now is in, and of the next.
func CapDay(now time.Time) (from, next time.Time) {
	loc, err := LoadZone(pacific)
	if err != nil {
		loc = time.UTC
	}
	y, m, d := now.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, loc), time.Date(y, m, d+1, 0, 0, 0, 0, loc)
}

// Capped puts off a text for which the day has no room: used segments of the account's settings.daily_cap are gone. ok is false
// when there is room.
func Capped(now time.Time, a Account, used, segments int) (v Verdict, ok bool) {
	if a.Settings.DailyCap == 0 || used+segments <= a.Settings.DailyCap {
		return Verdict{}, false
	}
	_, next := CapDay(now)
	return Verdict{Result: Wait, Check: CheckCarrier, At: next, Trail: []Finding{{At: now, Check: CheckCarrier, Result: Wait, Until: next,
		Fact:    strconv.Itoa(used) + " segments went out today",
		Setting: "settings.daily_cap " + strconv.Itoa(a.Settings.DailyCap),
		Message: "The text waits for tomorrow: the day's cap is reached.",
		Fix:     "Raise settings.daily_cap if the brand's cap at the carriers permits it; it opens anew at midnight Pacific time."}}}, true
}
