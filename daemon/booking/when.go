package booking

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Mentions are the days and times that a text names, English or Spanish, in order. What a number means is often open ("8" in "thu
// 8"), so a mention holds every reading; whoever uses it compares with the windows there are.
type Mentions struct {
	Days  []DayMention
	Times []TimeMention
}

// DayMention is a day named in a text.
type DayMention struct {
	Start, End int         // bytes of the text
	Dates      []time.Time // midnight UTC of each date it may mean, the likeliest first
	Weak       bool        // a number that may be something else
	Span       bool        // it names several days: a weekend, a week
}

// TimeMention is a time named in a text: every reading is a part of a day. A single time has From == To.
type TimeMention struct {
	Start, End int
	Readings   []Span // the likeliest first
	Kind       TimeKind
	Weak       bool // a bare number, which may be something else
}

// TimeKind tells how a time is meant.
type TimeKind uint8

// The kinds of time mentions.
const (
	TimeAt     TimeKind = iota // "8", "at 8:30", "noon"
	TimeRange                  // "8-10", "between 8 and 10"
	TimeAfter                  // "after 3"
	TimeBefore                 // "before noon"
	TimePart                   // "morning"
)

// FindMentions reads a text at the moment now, by the clock of loc.
func FindMentions(body string, now time.Time, loc *time.Location) Mentions {
	p := when{words: whenWords(body)}
	local := now.In(loc)
	p.today = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	for p.at < len(p.words) {
		switch {
		case p.day(), p.time():
		default:
			p.at++
		}
	}
	return p.found
}

// when walks over the words of a text.
type when struct {
	words []whenWord
	at    int
	today time.Time
	found Mentions
}

// whenWord is a word, a number or a mark. A number with a mark in it ("3/12", "8:30") is one word.
type whenWord struct {
	s          string // plain; of "12th" the "12"
	start, end int
	num        int // -1: no number
	suffix     string
}

func (p *when) word(i int) whenWord {
	if i < 0 || i >= len(p.words) {
		return whenWord{num: -1}
	}
	return p.words[i]
}

var noApostrophes = strings.NewReplacer("'", "", "’", "")

// whenWords cuts a text into words.
func whenWords(body string) []whenWord {
	var all []whenWord
	for i := 0; i < len(body); {
		r, n := utf8.DecodeRuneInString(body[i:])
		start := i
		switch {
		case unicode.IsDigit(r):
			for i < len(body) && (body[i] >= '0' && body[i] <= '9' || i+1 < len(body) && i > start && strings.IndexByte(":/.", body[i]) >= 0 && isDigit(body[i+1])) {
				i++
			}
			if i == start { // a digit of another script
				i += n
			}
			w := whenWord{s: body[start:i], start: start, end: i, num: -1}
			if v, err := strconv.Atoi(w.s); err == nil && v < 10_000 {
				w.num = v
			}
			j := i
			for j < len(body) && (body[j]|0x20 >= 'a' && body[j]|0x20 <= 'z') {
				j++
			}
			if j > i {
				w.suffix = strings.ToLower(body[i:j])
				i, w.end = j, j
			}
			if _, ok := nearDays[w.s+w.suffix]; ok { // 2morrow
				w.s, w.num, w.suffix = w.s+w.suffix, -1, ""
			}
			all = append(all, w)
		case unicode.IsLetter(r):
			for i < len(body) {
				r, n := utf8.DecodeRuneInString(body[i:])
				if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && r != '\'' && r != '’' && !(unicode.IsDigit(r) && i > start) {
					break
				}
				i += n
			}
			raw := body[start:i]
			s := strings.ToLower(foldAccents(raw))
			if strings.ContainsAny(s, "'’") {
				s = noApostrophes.Replace(s)
			}
			if full, ok := shortened[s]; ok {
				s = full
			}
			all = append(all, whenWord{s: s, start: start, end: i, num: -1})
		default:
			i += n
			if !unicode.IsSpace(r) {
				all = append(all, whenWord{s: string(r), start: start, end: i, num: -1})
			}
		}
	}
	return all
}

func (p *when) addDay(n int, d DayMention) bool {
	if len(d.Dates) == 0 {
		return false
	}
	d.Start, d.End = p.word(p.at).start, p.word(p.at+n-1).end
	p.found.Days = append(p.found.Days, d)
	p.at += n
	return true
}

func (p *when) addTime(n int, t TimeMention) bool {
	if len(t.Readings) == 0 {
		return false
	}
	t.Start, t.End = p.word(p.at).start, p.word(p.at+n-1).end
	p.found.Times = append(p.found.Times, t)
	p.at += n
	return true
}

// day reads a day at the present place.
func (p *when) day() bool {
	w := p.word(p.at)
	next := nextWords[w.s]
	if next || w.s == "this" || w.s == "coming" || w.s == "este" || w.s == "esta" {
		after := p.word(p.at + 1)
		if d, ok := weekdays[after.s]; ok {
			return p.addDay(2, DayMention{Dates: p.weekday(d, next)})
		}
		switch {
		case (after.s == "week" || after.s == "semana") && next:
			n := 2
			if on := p.word(p.at + n).s; on == "on" || on == "," || on == "el" {
				n++
			}
			if d, ok := weekdays[p.word(p.at+n).s]; ok { // "next week on thursday"
				return p.addDay(n+1, DayMention{Dates: onWeekday(p.week(true), d)})
			}
			return p.addDay(2, DayMention{Dates: p.week(next), Span: true})
		case after.s == "week" || after.s == "semana":
			return p.addDay(2, DayMention{Dates: p.week(next), Span: true})
		case after.s == "weekend" || after.s == "wknd":
			return p.addDay(2, DayMention{Dates: p.weekend(next), Span: true})
		case !next && (after.s == "afternoon" || after.s == "evening" || after.s == "morning" || after.s == "noche" || after.s == "tarde"):
			return p.addDay(1, DayMention{Dates: []time.Time{p.today}})
		}
	}
	switch {
	case w.num >= 1 && w.num <= 60 && p.fromNow(w.num), (w.s == "in" || w.s == "en") && p.month():
		return true
	case (w.s == "week" || w.s == "semana") && p.otherWeek():
		return true
	case w.s == "weekend" || w.s == "wknd" || w.s == "weekends":
		return p.addDay(1, DayMention{Dates: p.weekend(false), Span: true})
	case w.s == "fin" && p.word(p.at+1).s == "de" && p.word(p.at+2).s == "semana":
		return p.addDay(3, DayMention{Dates: p.weekend(false), Span: true})
	case w.s == "day" && p.word(p.at+1).s == "after" && nearDays[p.word(p.at+2).s] == 1:
		return p.addDay(3, DayMention{Dates: []time.Time{p.today.AddDate(0, 0, 2)}})
	case w.s == "pasado" && p.word(p.at+1).s == "manana":
		return p.addDay(2, DayMention{Dates: []time.Time{p.today.AddDate(0, 0, 2)}})
	case (w.s == "in" || w.s == "en" || w.s == "dentro") && p.inDays():
		return true
	case w.s == "week" && p.word(p.at+1).s == "from": // "a week from friday"
		from := p.word(p.at + 2)
		if n, ok := nearDays[from.s]; ok {
			return p.addDay(3, DayMention{Dates: []time.Time{p.today.AddDate(0, 0, n+7)}})
		}
		if d, ok := weekdays[from.s]; ok {
			return p.addDay(3, DayMention{Dates: p.weekday(d, false)[1:]})
		}
		return false
	case weekParts[w.s] != (weekPart{}) && p.partOfWeek(weekParts[w.s]):
		return true
	case w.s == "manana" && !p.partBefore():
		return p.addDay(1, DayMention{Dates: []time.Time{p.today.AddDate(0, 0, 1)}})
	}
	if n, ok := nearDays[w.s]; ok {
		if w.s == "tonight" || w.s == "tonite" {
			at := p.at
			p.addDay(1, DayMention{Dates: []time.Time{p.today}})
			p.at = at
			return p.addTime(1, TimeMention{Readings: []Span{parts[w.s]}, Kind: TimePart})
		}
		return p.addDay(1, DayMention{Dates: []time.Time{p.today.AddDate(0, 0, n)}})
	}
	if day := p.word(p.at + 1); w.s == "mar" && day.num >= 1 && day.num <= 31 && p.word(p.at+2).s == "de" && months[p.word(p.at+3).s] > 0 { // "mar 17 de marzo" is a Tuesday
		dates := p.yearless(months[p.word(p.at+3).s], day.num)
		if tuesdays := onWeekday(dates, time.Tuesday); len(tuesdays) > 0 {
			dates = tuesdays
		}
		return p.addDay(4, DayMention{Dates: dates})
	}
	if d, ok := weekdays[w.s]; ok && !(w.s == "sun" && p.word(p.at-1).s == "the") {
		if m, ok := p.dated(p.at + 1); ok { // "Thu 3/12", "Thursday, March 12": one mention
			m.words++
			if dates := onWeekday(m.dates, d); len(dates) > 0 {
				return p.addDay(m.words, DayMention{Dates: dates})
			}
			return p.addDay(m.words, DayMention{Dates: m.dates})
		}
		if m := p.word(p.at + 1); m.num > 12 && m.suffix == "" { // "fri 13": no window starts at that hour
			for _, date := range p.weekday(d, false) {
				if date.Day() == m.num {
					return p.addDay(2, DayMention{Dates: []time.Time{date}})
				}
			}
		}
		n, next := 1, false
		if i := p.at + 1; p.word(i).s == "next" || p.word(i).s == "of" && p.word(i+1).s == "next" { // "thursday of next week"
			if p.word(i).s == "of" {
				i++
			}
			if p.word(i+1).s == "week" {
				return p.addDay(i+2-p.at, DayMention{Dates: onWeekday(p.week(true), d)})
			}
		}
		if p.word(p.at+1).s == "que" && p.word(p.at+2).s == "viene" {
			n = 3
		}
		if nextWords[p.word(p.at+1).s] && p.word(p.at+1).s != "next" { // "lunes proximo"
			n, next = 2, true
		}
		return p.addDay(n, DayMention{Dates: p.weekday(d, next)})
	}
	if m, ok := p.dated(p.at); ok {
		return p.addDay(m.words, DayMention{Dates: m.dates, Weak: m.weak})
	}
	return false
}

// partBefore tells whether "mañana" means the morning: "por la mañana", "en la mañana", "de la mañana".
func (p *when) partBefore() bool {
	return p.word(p.at-1).s == "la" && slices.Contains([]string{"por", "en", "de", "a"}, p.word(p.at-2).s) || p.word(p.at-1).s == "las"
}

type datedWords struct {
	dates []time.Time
	words int
	weak  bool
}

// dated reads a date with a number at place i, passing over "the", "el", "," and "on".
func (p *when) dated(i int) (datedWords, bool) {
	skipped := 0
	for slices.Contains([]string{"the", "el", "del", ",", "on", "dia"}, p.word(i).s) && skipped < 2 {
		i++
		skipped++
	}
	w, next := p.word(i), p.word(i+1)
	said := func(dates []time.Time, n int, weak bool) (datedWords, bool) {
		return datedWords{dates, n + skipped, weak}, len(dates) > 0
	}
	if month, ok := months[w.s]; ok && w.num < 0 { // March 12, Mar. 12th
		j := i + 1
		if p.word(j).s == "." || p.word(j).s == "the" {
			j++
		}
		if d := p.word(j); d.num >= 1 && d.num <= 31 && dayLike(d) {
			return said(p.yearless(month, d.num), j-i+1, false)
		}
		return datedWords{}, false
	}
	if slash := strings.IndexByte(w.s, '/'); slash > 0 && w.num < 0 { // 3/12, 11/3, 3/12/26
		f := strings.Split(w.s, "/")
		a, errA := strconv.Atoi(f[0])
		b, errB := strconv.Atoi(f[1])
		if errA != nil || errB != nil || len(f) > 3 {
			return datedWords{}, false
		}
		dates := p.yearless(time.Month(a), b)
		if a != b { // as elsewhere in the world
			dates = append(dates, p.yearless(time.Month(b), a)...)
		}
		slices.SortStableFunc(dates, func(x, y time.Time) int { return p.far(x) - p.far(y) })
		return said(dates, 1, false)
	}
	if day := p.word(i + 2); w.num >= 1 && w.num <= 12 && next.s == "-" && w.end == next.start && next.end == day.start && day.num > 12 && day.num <= 31 && w.suffix+day.suffix == "" { // 3-14
		return said(p.yearless(time.Month(w.num), day.num), 3, false)
	}
	if w.num >= 1 && w.num <= 31 {
		j := i + 1
		if next.s == "of" || next.s == "de" {
			j++
		}
		if month, ok := months[p.word(j).s]; ok && (j > i+1 || dayLike(w)) { // 12 March, 12 de marzo
			return said(p.yearless(month, w.num), j-i+1, false)
		}
		if w.suffix == "th" || w.suffix == "st" || w.suffix == "nd" || w.suffix == "rd" {
			return said(p.dayOfMonth(w.num), 1, false)
		}
		if skipped > 0 && (p.word(i-1).s == "el" || p.word(i-1).s == "del") && w.suffix == "" { // el 14
			return said(p.dayOfMonth(w.num), 1, false)
		}
		if skipped > 0 && p.word(i-1).s == "the" && w.suffix == "" && w.num > 12 {
			return said(p.dayOfMonth(w.num), 1, true)
		}
	}
	if n, ok := ordinals[w.s]; ok && skipped > 0 && p.word(i-1).s == "the" && n > 3 {
		return said(p.dayOfMonth(n), 1, true)
	}
	return datedWords{}, false
}

func dayLike(w whenWord) bool {
	return w.suffix == "" || w.suffix == "th" || w.suffix == "st" || w.suffix == "nd" || w.suffix == "rd"
}

// far is how many days lie between today and a date; a date that is past is farther than any that comes.
func (p *when) far(d time.Time) int {
	n := int(d.Sub(p.today) / (24 * time.Hour))
	if n < 0 {
		return 100_000 - n
	}
	return n
}

// yearless gives a date of this year or, when it is over, of the next.
func (p *when) yearless(m time.Month, day int) []time.Time {
	if m < 1 || m > 12 || day < 1 || day > 31 {
		return nil
	}
	d := time.Date(p.today.Year(), m, day, 0, 0, 0, 0, time.UTC)
	if d.Month() != m {
		return nil
	}
	if d.Before(p.today) {
		d = d.AddDate(1, 0, 0)
	}
	return []time.Time{d}
}

// dayOfMonth gives the next date with that day of the month.
func (p *when) dayOfMonth(day int) []time.Time {
	for i := range 3 {
		d := time.Date(p.today.Year(), p.today.Month()+time.Month(i), day, 0, 0, 0, 0, time.UTC)
		if d.Day() == day && !d.Before(p.today) {
			return []time.Time{d}
		}
	}
	return nil
}

// weekday gives the dates a weekday may mean: the coming one, today included, and the one after it. With next ("next tues") the
// one of the week after this comes first.
func (p *when) weekday(d time.Weekday, next bool) []time.Time {
	first := p.today.AddDate(0, 0, (int(d)-int(p.today.Weekday())+7)%7)
	second := first.AddDate(0, 0, 7)
	if next {
		monday := p.today.AddDate(0, 0, 7-(int(p.today.Weekday())+6)%7)
		if first.Before(monday) {
			return []time.Time{second, first}
		}
	}
	return []time.Time{first, second}
}

func onWeekday(dates []time.Time, d time.Weekday) (kept []time.Time) {
	for _, x := range dates {
		if x.Weekday() == d {
			kept = append(kept, x)
		}
	}
	return kept
}
