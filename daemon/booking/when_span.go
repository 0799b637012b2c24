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
