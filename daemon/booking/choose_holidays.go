package booking

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// holiday is a day that people call by its name. A movable one is a weekday of a month: the nth, or the last with -1; Easter has neither.
type holiday struct {
	names string // of a regular expression, without accents and apostrophes
	month time.Month
	day   int // of the month; 0: movable
	nth   int
	of    time.Weekday
	after int // days after the day that month, nth and of give, or after Easter
}

// holidays are those that people of the United States make appointments by.
var holidays = []holiday{
	{names: `new ?years? eve|ano viejo|nochevieja`, month: time.December, day: 31},
	{names: `new ?years?(?: day)?|ano nuevo`, month: time.January, day: 1},
	{names: `valentines?(?: day)?|san valentin`, month: time.February, day: 14},
	{names: `pi day`, month: time.March, day: 14},
	{names: `(?:st|saint)\.? ?(?:patricks?|pattys?|paddys?)(?: day)?|(?:dia de )?san patricio`, month: time.March, day: 17},
	{names: `april fools?(?: day)?`, month: time.April, day: 1},
	{names: `tax day`, month: time.April, day: 15},
	{names: `cinco de mayo`, month: time.May, day: 5},
	{names: `juneteenth`, month: time.June, day: 19},
	{names: `(?:the )?(?:4th|fourth) of july|july 4th|independence day`, month: time.July, day: 4},
	{names: `halloween`, month: time.October, day: 31},
	{names: `veterans? day`, month: time.November, day: 11},
	{names: `(?:christmas|xmas) eve|nochebuena`, month: time.December, day: 24},
	{names: `christmas(?: day)?|xmas|navidad`, month: time.December, day: 25},
	{names: `mlk day`, month: time.January, nth: 3, of: time.Monday},
	{names: `presidents? day`, month: time.February, nth: 3, of: time.Monday},
	{names: `mothers? day|dia de las? madres?`, month: time.May, nth: 2, of: time.Sunday},
	{names: `memorial day`, month: time.May, nth: -1, of: time.Monday},
	{names: `fathers? day`, month: time.June, nth: 3, of: time.Sunday},
	{names: `labor day`, month: time.September, nth: 1, of: time.Monday},
	{names: `columbus day|indigenous peoples? day`, month: time.October, nth: 2, of: time.Monday},
	{names: `black friday`, month: time.November, nth: 4, of: time.Thursday, after: 1},
	{names: `thanksgiving(?: day)?|turkey day`, month: time.November, nth: 4, of: time.Thursday},
	{names: `good friday|viernes santo`, after: -2},
	{names: `easter monday`, after: 1},
	{names: `easter(?: sunday)?|domingo de pascua`},
}

var holidayNames = func() *regexp.Regexp {
	var all []string
	for _, h := range holidays {
		all = append(all, "("+h.names+")")
	}
	return regexp.MustCompile(`\b(?:` + strings.Join(all, "|") + `)\b`)
}()

// holidayStems: without one of them a text names no holiday, and the names need not be looked for.
var holidayStems = []string{"day", "eve", "year", "ano", "viejo", "valent", "patri", "patty", "paddy", "fool", "mayo", "teenth", "july", "ween", "buena", "christ", "xmas", "navidad",
	"madre", "giving", "santo", "easter", "pascua"}

// withHolidays writes the dates of holidays for their names: "st patty's day" as "March 17". now is by the business's clock.
func withHolidays(body string, now time.Time) string {
	plain := noApostrophes.Replace(strings.ToLower(foldAccents(body)))
	if !slices.ContainsFunc(holidayStems, func(s string) bool { return strings.Contains(plain, s) }) {
		return body
	}
	m := holidayNames.FindStringSubmatchIndex(plain)
	if m == nil {
		return body
	}
	for i, h := range holidays {
		if m[2+2*i] >= 0 {
			return plain[:m[0]] + h.next(now).Format("January 2") + plain[m[1]:]
		}
	}
	return body
}

// next gives the holiday's date that comes, today included.
func (h holiday) next(now time.Time) time.Time {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	d := h.in(now.Year())
	if d.Before(today) {
		d = h.in(now.Year() + 1)
	}
	return d
}

func (h holiday) in(year int) time.Time {
	switch {
	case h.day > 0:
		return time.Date(year, h.month, h.day, 0, 0, 0, 0, time.UTC)
	case h.nth == 0:
		return easter(year).AddDate(0, 0, h.after)
	case h.nth < 0:
		last := time.Date(year, h.month+1, 0, 0, 0, 0, 0, time.UTC)
		return last.AddDate(0, 0, -(int(last.Weekday())-int(h.of)+7)%7)
	}
	first := time.Date(year, h.month, 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, (int(h.of)-int(first.Weekday())+7)%7+7*(h.nth-1)+h.after)
}

// easter gives Easter Sunday by the anonymous Gregorian computus (Nature, 20 April 1876).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month := (h + l - 7*m + 114) / 31
	return time.Date(year, time.Month(month), (h+l-7*m+114)%31+1, 0, 0, 0, 0, time.UTC)
}
