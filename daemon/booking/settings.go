package booking

import (
	"strconv"
	"time"
)

// The limits of the settings. What is a rule of law or of a carrier can be tightened but not loosened.
const (
	earliestHour = TimeOfDay(8 * 60)  // 47 CFR 64.1200(c)(1)
	latestHour   = TimeOfDay(21 * 60) // 47 CFR 64.1200(c)(1)

	maxLatestAfter = 48 * time.Hour // T-Mobile Code of Conduct 2.2, unfinished orders
	maxStarted     = 3              // Fla. Stat. 501.616(6), 15 O.S. 775C: per 24 h
	minStartedPer  = 24 * time.Hour // the same
	maxDailyCap    = 1_000_000      // above the largest cap of a brand at T-Mobile, 200,000
	maxStartedPer  = 30 * 24 * time.Hour

	year = 365 * 24 * time.Hour
)

// ValidateSettings tells whether an administrator may choose these settings; the error is an [*Error] naming the field, its
// limits and the mend. With the simulator nothing reaches a customer, so any hours may be set; all else holds there too.
//
// Limits: each day's hours within 08:00-21:00, or empty, but not all of them; frequency.max 1 to 3, with frequency.per 24h to 720h (to send
// nothing, switch the feature off); latest_after more than 0, up to 48h; abandon_after 1s to 1h; retention 24h to five
// years; reply_wait up to 60s; reply_window up to 10m; holdout 0 to 50 percent; nudges 0 or 1; daily_cap 0 to 1,000,000 segments.
func ValidateSettings(s Settings, simulator bool) error {
	if err := validateHours(s.Hours, simulator); err != nil {
		return err
	}
	for _, v := range []struct {
		name     string
		is       int
		min, max int
		hint     string
	}{
		{"frequency.max", s.Frequency.Max, 1, maxStarted, "state laws permit three texts in 24 hours; to send none, switch off SMS follow-up"},
		{"holdout", s.Holdout, 0, 50, "percent of persons who never get a text"},
		{"nudges", s.Nudges, 0, 1, "one reminder in a silent thread at most"},
		{"daily_cap", s.DailyCap, 0, maxDailyCap, "segments a day; 0 for no cap of our own"},
	} {
		if v.is < v.min || v.is > v.max {
			return outOfRange(v.name, strconv.Itoa(v.is), strconv.Itoa(v.min), strconv.Itoa(v.max), v.hint)
		}
	}
	for _, v := range []struct {
		name     string
		is       Duration
		min, max time.Duration
		hint     string
	}{
		{"frequency.per", s.Frequency.Per, minStartedPer, maxStartedPer, "state laws count 24 hours; a longer period is stricter"},
		{"latest_after", s.LatestAfter, time.Second, maxLatestAfter, "carriers permit a text about an unfinished order for 48 hours"},
		{"abandon_after", s.AbandonAfter, time.Second, time.Hour, "silence after which a session counts as left"},
		{"retention", s.Retention, 24 * time.Hour, 5 * year, "how long session content is kept"},
		{"reply_wait", s.ReplyWait, 0, time.Minute, "a reply is written this long after the last text"},
		{"reply_window", s.ReplyWindow, 0, 10 * time.Minute, "a direct answer may go at any hour within this"},
	} {
		if v.is.Std() < v.min || v.is.Std() > v.max {
			return outOfRange(v.name, v.is.String(), Duration(v.min).String(), Duration(v.max).String(), v.hint)
		}
	}
	if p, problem := ParsePhone(string(s.OnCallPhone)); s.OnCallPhone != "" && (problem != "" || p != s.OnCallPhone) {
		return Refuse(Invalid, "phone_invalid", "settings.on_call_phone", "this is not a US or Canadian number in E.164", "for example +16145550123; empty for nobody")
	}
	return validatePrice(s.SMSPrice)
}

func validateHours(h Hours, simulator bool) error {
	for _, day := range []struct {
		name string
		span Span
	}{{"weekday", h.Weekday}, {"saturday", h.Saturday}, {"sunday", h.Sunday}} {
		field, s := "settings.hours."+day.name, day.span
		switch {
		case s.From == s.To:
		case s.From < 0 || s.To > 24*60 || s.From > s.To:
			return Refuse(Invalid, "hours_invalid", field, "the hours need a start and a later end", `for example ["09:00","20:00"]`)
		case !simulator && (s.From < earliestHour || s.To > latestHour):
			return Refuse(Invalid, "hours_outside_law", field, "the hours "+s.String()+" are not within 08:00-21:00",
				"federal law forbids texts before 8:00 and after 21:00 of the customer's time (47 CFR 64.1200(c)(1))")
		}
	}
	if h.Weekday.Empty() && h.Saturday.Empty() && h.Sunday.Empty() {
		return Refuse(Invalid, "hours_empty", "settings.hours", "the hours permit no text on any day",
			"to send nothing, switch off SMS follow-up instead")
	}
	return nil
}

func outOfRange(name, is, from, to, hint string) error {
	return Refuse(Invalid, "out_of_range", "settings."+name, is+" is not within "+from+" to "+to, hint)
}
