package booking

import "time"

// hoursHorizon bounds the search for a permitted minute. The week repeats itself, so what is not permitted within eight
// days, but for holidays, is permitted never; a text is too late long before.
const hoursHorizon = 8 * 24 * time.Hour

// On gives the permitted span of a day of the week.
func (h Hours) On(day time.Weekday) Span {
	switch day {
	case time.Sunday:
		return h.Sunday
	case time.Saturday:
		return h.Saturday
	}
	return h.Weekday
}

// Has tells whether the span permits a time of day: from inclusive, to exclusive.
func (s Span) Has(t TimeOfDay) bool { return s.From <= t && t < s.To }

// Empty tells whether the span permits nothing.
func (s Span) Empty() bool { return s.From >= s.To }

// Permitted tells whether the wall clock of every zone is within the hours at t. Without zones nothing is permitted: a
// text whose recipient's time nobody knows does not go out.
//
// 47 CFR 64.1200(c)(1) rules by the local time of the called party; since nobody knows for sure where that is, every
// candidate zone must agree.
func Permitted(t time.Time, zones []*time.Location, c *Calendar) bool {
	for _, loc := range zones {
		if !c.permits(t.In(loc)) {
			return false
		}
	}
	return len(zones) > 0
}

func (c *Calendar) permits(local time.Time) bool {
	s, _ := c.On(local)
	return s.Has(timeOfDay(local))
}

// Closes gives the first instant after now at which some zone's wall clock is not within the hours any more; now itself when
// one is not within them already. ok is false when that does not happen within eight days. Like [NextPermitted] it walks real
// time, so a night in which clocks change shortens or lengthens the span as it should.
func Closes(now time.Time, zones []*time.Location, c *Calendar) (at time.Time, ok bool) {
	end := now.Add(hoursHorizon)
	at = end
	for _, loc := range zones {
		if t := closesIn(now, loc, c, at); t.Before(at) {
			at, ok = t, true
		}
	}
	return at, ok
}

// closesIn is [Closes] for one zone; end when it stays open until then.
func closesIn(t time.Time, loc *time.Location, c *Calendar, end time.Time) time.Time {
	for t.Before(end) {
		local := t.In(loc)
		if !c.permits(local) {
			return t
		}
		span, _ := c.On(local)
		next := t.Add(time.Duration(span.To)*time.Minute - sinceMidnight(local))
		if _, change := local.ZoneBounds(); !change.IsZero() && next.After(change) {
			next = change
		}
		t = next
	}
	return end
}

// sinceMidnight gives the time on the wall clock since midnight.
func sinceMidnight(local time.Time) time.Duration {
	return time.Duration(timeOfDay(local))*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
}

func timeOfDay(local time.Time) TimeOfDay {
	return TimeOfDay(local.Hour()*60 + local.Minute())
}

// NextPermitted gives the earliest instant, now or later, at which the wall clocks of all zones are within the hours: now
// itself, else the first second of a permitted minute. ok is false when there is none within eight days, since the hours
// are empty or the zones' days do not overlap.
//
// It walks real time, so it is right in nights when clocks change: an hour that does not exist is passed over (the span
// begins when the clock jumps into it), and one that comes twice counts each time.
func NextPermitted(now time.Time, zones []*time.Location, c *Calendar) (at time.Time, ok bool) {
	if len(zones) == 0 {
		return time.Time{}, false
	}
	end := now.Add(hoursHorizon)
	// Each zone in turn pushes t to its own next permitted instant; when none pushes any more, all permit.
	t := now
	for agreed := 0; ; {
		for _, loc := range zones {
			if next := nextIn(t, loc, c, end); next.After(t) {
				t, agreed = next, 0
			}
			if t.After(end) {
				return time.Time{}, false
			}
			if agreed++; agreed == len(zones) {
				return t, true
			}
		}
	}
}

// nextIn gives the earliest instant from t on that one zone permits, or one after end. Between two changes of a zone's
// offset its wall clock runs evenly, so a step leads to the next opening by that clock or to the change, whatever is first.
func nextIn(t time.Time, loc *time.Location, c *Calendar, end time.Time) time.Time {
	for !t.After(end) {
		local := t.In(loc)
		if c.permits(local) {
			return t
		}
		next := t.Add(untilOpening(local, c))
		if _, change := local.ZoneBounds(); !change.IsZero() && !next.Before(change) {
			next = change
		}
		t = next
	}
	return t
}

// untilOpening gives the time from local, which is not permitted, to the next opening, as if no clock ever changed;
// without any opening it gives the horizon.
func untilOpening(local time.Time, c *Calendar) time.Duration {
	midnight := -sinceMidnight(local)
	year, month, day := local.Date()
	for n := range 8 {
		date := local
		if n > 0 {
			date = time.Date(year, month, day+n, 12, 0, 0, 0, time.UTC) // its date is all that is looked at
		}
		span, _ := c.On(date)
		opens := midnight + time.Duration(n)*24*time.Hour + time.Duration(span.From)*time.Minute
		if !span.Empty() && opens > 0 {
			return opens
		}
	}
	return hoursHorizon + time.Minute
}
