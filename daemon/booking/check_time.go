package booking

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The checks of the clock, and the holdout.

// tooLate: one text within 48 h of the abandonment is the carriers' rule for unfinished orders (T-Mobile Code of Conduct 2.2).
func (d *decision) tooLate() Finding {
	x := Finding{Result: Pass, Fact: "left " + d.tell(d.left),
		Setting: "settings.latest_after " + d.f.Account.Settings.LatestAfter.String(),
		Message: "The session was left recently enough."}
	if !d.now.Before(d.limit) {
		x.Result = Stop
		x.Message = "No text: the session was left too long ago."
		x.Fix = "Call the customer instead. A text this late may not be sent."
	}
	return x
}

// outlasts says that a wait would end only when it is too late.
func (d *decision) outlasts(until time.Time) Finding {
	return Finding{At: d.now, Check: CheckTooLate, Result: Stop,
		Fact:    "left " + d.tell(d.left) + ", could go out " + d.tell(until),
		Setting: "settings.latest_after " + d.f.Account.Settings.LatestAfter.String(),
		Message: "No text: by the time it may go out, the session was left too long ago.",
		Fix:     "Call the customer instead. A text this late may not be sent."}
}

// candidate is a zone in which the recipient may be, and why.
type candidate struct {
	name string
	loc  *time.Location
	why  string
}

// whereabouts is where the recipient may be.
type whereabouts struct {
	zones []candidate // every one must permit; those whose name is known already are left out
	rules []*StateRule
}

// recipient gathers the zones and states the recipient may be in: by the service address, the browser and the area code. Only
// when none of them tells a zone does the business's own count.
func (d *decision) recipient(w *whereabouts) error {
	s := &d.f.Session
	address := ZipPlace(s.Customer.Address.PostalCode)
	area := AreaPlace(s.Phone)
	for _, from := range []struct {
		zones []string
		why   string
	}{{address.Zones, "service ZIP"}, {area.Zones, "area code"}} {
		for _, z := range from.zones {
			if err := w.zone(z, from.why); err != nil {
				return err
			}
		}
	}
	if s.Timezone != "" {
		_ = w.zone(s.Timezone, "browser") // a page may report any word
	}
	if len(w.zones) == 0 {
		if err := w.zone(d.zoneName(), "the scheduler's zone"); err != nil {
			return err
		}
	}
	if !d.f.Account.Settings.StateRules {
		return nil
	}
	for _, states := range [...][]string{address.States, area.States} {
		for _, state := range states {
			w.rule(state)
		}
	}
	w.rule(strings.ToUpper(strings.TrimSpace(s.Customer.Address.State)))
	return nil
}

func (w *whereabouts) zone(name, why string) error {
	for _, c := range w.zones {
		if c.name == name {
			return nil
		}
	}
	loc, err := LoadZone(name)
	if err == nil {
		w.zones = append(w.zones, candidate{name, loc, why})
	}
	return err
}

func (w *whereabouts) rule(state string) {
	if r := RuleOf(state); r != nil && !slices.Contains(w.rules, r) {
		w.rules = append(w.rules, r)
	}
}

// hours: 47 CFR 64.1200(c)(1) and stricter states, by the recipient's wall clock.
func (d *decision) hours() Finding {
	var cbuf [6]candidate
	var rbuf [4]*StateRule
	var zbuf [6]*time.Location
	w := whereabouts{zones: cbuf[:0], rules: rbuf[:0]}
	if err := d.recipient(&w); err != nil {
		return Finding{Result: Stop,
			Fact:    err.Error() + " (the scheduler's zone)",
			Setting: "timezone " + clip(d.zoneName(), 64),
			Message: "No text: the local time of the customer cannot be told.",
			Fix:     "Set the time zone of the scheduler or the account to a name such as America/New_York."}
	}
	zones := zbuf[:0]
	for _, c := range w.zones {
		zones = append(zones, c.loc)
	}
	calendar := Calendar{Hours: d.f.Account.Settings.Hours, Rules: w.rules}
	next, ok := NextPermitted(d.now, zones, &calendar)
	x := Finding{Result: Pass, Fact: d.clocks(w.zones), Setting: calendar.ruling(d.now, zones), Message: "The hour permits a text."}
	switch {
	case !ok:
		x.Result = Stop
		x.Message = "No text: no hour is permitted within eight days."
		x.Fix = "Widen settings.hours."
	case next.After(d.now):
		x.Result, x.Until = Wait, next
		x.Fact = "left " + d.tell(d.left) + ", due " + x.Fact
		x.Message = "The text waits for the permitted hours; it may go from " + next.In(zones[0]).Format("Mon 2006-01-02 15:04 MST") + " on."
		x.Fix = "Nothing to do: it goes out then. Hours can be set from 08:00 to 21:00."
	}
	return x
}

// clocks tells what time it is in each zone: "21:05 EDT (America/New_York, service ZIP)".
func (d *decision) clocks(cands []candidate) string {
	b := make([]byte, 0, 96)
	for i, c := range cands {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = d.now.In(c.loc).AppendFormat(b, "15:04 MST")
		b = append(b, " ("...)
		b = append(b, c.name...)
		b = append(b, ", "...)
		b = append(b, c.why...)
		b = append(b, ')')
	}
	return string(b)
}

// ruling names the hours, and the state's rule where that is narrower, of the day it is in the first zone that does not permit,
// else in the first zone.
func (c *Calendar) ruling(now time.Time, zones []*time.Location) string {
	local := now.In(zones[0])
	for _, loc := range zones {
		if l := now.In(loc); !c.permits(l) {
			local = l
			break
		}
	}
	span, rule := c.On(local)
	told := span.String()
	if span.Empty() {
		told = "none"
	}
	if rule != nil {
		return "state rule " + rule.State + " " + told + ": " + rule.Source
	}
	switch local.Weekday() {
	case time.Saturday:
		return "settings.hours.saturday " + told
	case time.Sunday:
		return "settings.hours.sunday " + told
	}
	return "settings.hours.weekday " + told
}

// holdout keeps a fixed share of persons without texts, so that the recovery report can tell what would have been booked
// anyway. It is skipped when a person decided to send again: this customer was already texted or may have been, so leaving
// the rest away measures nothing, and no rule of law rests on it.
func (d *decision) holdout() Finding {
	percent := d.f.Account.Settings.Holdout
	switch {
	case percent <= 0:
		return Finding{Result: Pass, Fact: "nobody is held out", Setting: "settings.holdout 0", Message: "There is no control group."}
	case d.f.Session.FollowUp.Resend:
		return Finding{Result: Pass, Fact: "a person decided to send again", Setting: "settings.holdout " + strconv.Itoa(percent),
			Message: "The control group does not apply to a text that a person sends again."}
	case HeldOut(d.f.Account.ID, d.f.Session.Phone, percent):
		return Finding{Result: Stop,
			Fact:    "this person belongs to the control group",
			Setting: "settings.holdout " + strconv.Itoa(percent),
			Message: "No text: this person belongs to the group that is never texted, for honest measurement.",
			Fix:     "Lower settings.holdout to text more people; the recovery report then rests on fewer."}
	}
	return Finding{Result: Pass, Fact: "this person does not belong to the control group",
		Setting: "settings.holdout " + strconv.Itoa(percent), Message: "This person may get texts."}
}

// HeldOut tells whether a person belongs to the percent of an account's persons who get no texts. The same person is in or
// out for ever, on every machine; raising percent only adds persons. Never change the hash: groups under way would mix.
func HeldOut(a AccountID, p Phone, percent int) bool {
	h := uint64(14695981039346656037) // FNV-1a, 64 bits
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * 1099511628211
	}
	h *= 1099511628211 // a zero byte between the two
	for i := range len(p) {
		h = (h ^ uint64(p[i])) * 1099511628211
	}
	h ^= h >> 33 // MurmurHash3's finish: numbers that differ in the last digit alone must not be neighbours
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return int(h%100) < percent
}
