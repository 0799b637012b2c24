package booking

import (
	"strconv"
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
	why  string
}

// candidates lists the zones the recipient may be in. Every one must permit. This version knows only the business's; the
// service ZIP, the browser and the area code are to be added here, and then the business's counts only when none of them is known.
func (d *decision) candidates(buf []candidate) []candidate {
	return append(buf, candidate{d.zoneName(), "the scheduler's zone"})
}

// hours: 47 CFR 64.1200(c)(1) and stricter states, by the recipient's wall clock.
func (d *decision) hours() Finding {
	var cbuf [4]candidate
	var zbuf [4]*time.Location
	cands, zones := d.candidates(cbuf[:0]), zbuf[:0]
	for _, c := range cands {
		loc, err := LoadZone(c.name)
		if err != nil {
			return Finding{Result: Stop,
				Fact:    "the time zone " + strconv.Quote(clip(c.name, 64)) + " (" + c.why + ") is not known",
				Setting: "timezone " + clip(c.name, 64),
				Message: "No text: the local time of the customer cannot be told.",
				Fix:     "Set the time zone of the scheduler or the account to a name such as America/New_York."}
		}
		zones = append(zones, loc)
	}
	h := d.f.Account.Settings.Hours
	next, ok := NextPermitted(d.now, zones, h)
	x := Finding{Result: Pass, Fact: d.clocks(cands, zones), Setting: h.ruling(d.now, zones), Message: "The hour permits a text."}
	switch {
	case !ok:
		x.Result = Stop
		x.Message = "No text: the settings permit no hour at all."
		x.Fix = "Widen settings.hours."
	case next.After(d.now):
		x.Result, x.Until = Wait, next
		x.Fact = "left " + d.tell(d.left) + ", due " + x.Fact
		x.Message = "The text waits for the permitted hours; it may go from " + next.In(zones[0]).Format("Mon 2006-01-02 15:04 MST") + " on."
		x.Fix = "Nothing to do: it goes out then. Hours can be set from 08:00 to 21:00."
	}
	return x
}

// clocks tells what time it is in each zone: "21:05 EDT (America/New_York, the scheduler's zone)".
func (d *decision) clocks(cands []candidate, zones []*time.Location) string {
	b := make([]byte, 0, 80)
	for i, loc := range zones {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = d.now.In(loc).AppendFormat(b, "15:04 MST")
		b = append(b, " ("...)
		b = append(b, cands[i].name...)
		b = append(b, ", "...)
		b = append(b, cands[i].why...)
		b = append(b, ')')
	}
	return string(b)
}

// ruling names the hours of the day it is in the first zone that does not permit, else in the first zone.
func (h Hours) ruling(now time.Time, zones []*time.Location) string {
	local := now.In(zones[0])
	for _, loc := range zones {
		if l := now.In(loc); !permitted(l, h) {
			local = l
			break
		}
	}
	name := "settings.hours.weekday "
	switch local.Weekday() {
	case time.Saturday:
		name = "settings.hours.saturday "
	case time.Sunday:
		name = "settings.hours.sunday "
	}
	span := h.On(local.Weekday())
	if span.Empty() {
		return name + "none"
	}
	return name + span.String()
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
