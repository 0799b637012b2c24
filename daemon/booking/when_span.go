package booking

import "time"

// inDays reads "in 2 days", "in a week", "dentro de 3 dias" at the present place.
func (p *when) inDays() bool {
	i := p.at + 1
	if p.word(i).s == "de" {
		i++
	}
	n := p.word(i).num
	if few, ok := spelled[p.word(i).s]; ok && n < 0 {
		n = few
	}
	if s := p.word(i).s; s == "a" || s == "an" {
		n = 1
		if p.word(i+1).s == "couple" || p.word(i+1).s == "few" {
			n, i = 2, i+1
			if p.word(i+1).s == "of" {
				i++
			}
		}
	}
	if n < 1 || n > 60 {
		return false
	}
	switch p.word(i + 1).s {
	case "day", "days", "dia", "dias":
	case "week", "weeks", "semana", "semanas":
		n *= 7
	default:
		return false
	}
	return p.addDay(i+2-p.at, DayMention{Dates: []time.Time{p.today.AddDate(0, 0, n)}})
}

// fromNow reads "3 days from now" and "2 weeks out" at the present place, where the number n stands.
func (p *when) fromNow(n int) bool {
	switch p.word(p.at + 1).s {
	case "day", "days":
	case "week", "weeks":
		n *= 7
	default:
		return false
	}
	words := 3
	switch from, now := p.word(p.at+2).s, p.word(p.at+3).s; {
	case from == "out" || from == "later":
	case from == "from" && (now == "now" || now == "today"):
		words++
	default:
		return false
	}
	return p.addDay(words, DayMention{Dates: []time.Time{p.today.AddDate(0, 0, n)}})
}

// month reads "in april" at the present place: the days of the month that come, where no day of it is named.
func (p *when) month() bool {
	m, ok := months[p.word(p.at+1).s]
	if next := p.word(p.at + 2); !ok || next.num >= 0 {
		return false
	}
	first := time.Date(p.today.Year(), m, 1, 0, 0, 0, 0, time.UTC)
	if first.AddDate(0, 1, -1).Before(p.today) {
		first = first.AddDate(1, 0, 0)
	}
	var days []time.Time
	for d := first; d.Month() == m; d = d.AddDate(0, 0, 1) {
		if !d.Before(p.today) {
			days = append(days, d)
		}
	}
	return p.addDay(2, DayMention{Dates: days, Span: true})
}

// otherWeek reads "week after next", "all week" and "toda la semana" at the present place.
func (p *when) otherWeek() bool {
	before := p.word(p.at - 1).s
	switch {
	case p.word(p.at+1).s == "after" && p.word(p.at+2).s == "next":
		days := p.week(true)
		for i := range days {
			days[i] = days[i].AddDate(0, 0, 7)
		}
		return p.addDay(3, DayMention{Dates: days, Span: true})
	case before == "all" || before == "whole" || before == "la" && p.word(p.at-2).s == "toda":
		return p.addDay(1, DayMention{Dates: p.week(false), Span: true})
	}
	return false
}

// weekPart is a part of a week, from Monday 0.
type weekPart struct{ from, to int }

// weekParts are the words before "this week" and "next week" that are no times of the day then.
var weekParts = map[string]weekPart{"early": {0, 2}, "beginning": {0, 2}, "start": {0, 2}, "mid": {2, 3}, "middle": {2, 3}, "late": {3, 5}, "later": {3, 5}, "end": {3, 5}}

// partOfWeek reads "early next week", "later this week", "end of the week" at the present place.
func (p *when) partOfWeek(part weekPart) bool {
	i, next := p.at+1, false
	for range 3 {
		switch w := p.word(i).s; {
		case w == "of" || w == "in" || w == "the" || w == "this":
			i++
		case nextWords[w]:
			next = true
			i++
		}
	}
	if p.word(i).s != "week" {
		return false
	}
	var days []time.Time
	for _, d := range p.week(next) {
		if n := (int(d.Weekday()) + 6) % 7; n >= part.from && n < part.to && d.After(p.today) {
			days = append(days, d)
		}
	}
	return p.addDay(i+1-p.at, DayMention{Dates: days, Span: true})
}

func (p *when) weekend(next bool) []time.Time {
	sat := p.today.AddDate(0, 0, (int(time.Saturday)-int(p.today.Weekday())+7)%7)
	if p.today.Weekday() == time.Sunday {
		sat = p.today.AddDate(0, 0, -1)
	}
	if next {
		sat = sat.AddDate(0, 0, 7)
	}
	return []time.Time{sat, sat.AddDate(0, 0, 1)}
}

// week gives the days of this week from today, or of the next from Monday.
func (p *when) week(next bool) (days []time.Time) {
	monday := p.today.AddDate(0, 0, 7-(int(p.today.Weekday())+6)%7)
	from, to := p.today, monday
	if next {
		from, to = monday, monday.AddDate(0, 0, 7)
	}
	for d := from; d.Before(to); d = d.AddDate(0, 0, 1) {
		days = append(days, d)
	}
	return days
}
