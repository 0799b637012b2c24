package booking

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	// linkLike is what phones make a link of: an address with its scheme, or words joined by dots.
	linkLike = regexp.MustCompile(`(?i)(?:\b[a-z][a-z0-9+.-]*://|\bwww\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b(?:/\S*)?|\S+@\S+\.\S+`)
	// phoneLike is a number of ten digits in groups, one of seven, or a run of eight and more.
	phoneLike = regexp.MustCompile(`\+?1?[\s.-]?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}\b|\b\d{3}[.-]\d{4}\b|\+?\d{8,}`)
	// priceLike is an amount with a mark or a word of money.
	priceLike = regexp.MustCompile(`(?i)(?:[$€£]|\busd)\s*(\d[\d,]*(?:\.\d{1,2})?)|\b(\d[\d,]*(?:\.\d{1,2})?)\s*(?:dollars?|bucks?|usd|d[oó]lares|cents|%|percent\b|por ciento)`)
	// abbreviations look like links and are none.
	abbreviation = regexp.MustCompile(`(?i)^(?:[ap]\.m\.?|e\.g\.?|i\.e\.?|p\.d\.?|ee\.uu\.?|u\.s\.?|st\.?|ave\.?|no\.?)$`)
)

// links: only the prefilled link of this thread and the business's own website may be given.
func (g *guard) links() (Claim, bool) {
	for _, own := range []string{g.Link, g.Website, strings.TrimPrefix(strings.TrimPrefix(g.Website, "https://"), "www.")} {
		if own == "" {
			continue
		}
		for from := 0; ; {
			i := strings.Index(string(g.text[from:]), own)
			if i < 0 {
				break
			}
			i += from
			end := i + len(own)
			if (i == 0 || !inURL(rune(g.text[i-1]))) && endsURL(string(g.text[end:])) {
				g.cover(i, end)
				for j := i; j < end; j++ {
					g.text[j] = ' '
				}
			}
			from = end
		}
	}
	for _, m := range linkLike.FindAllString(string(g.text), -1) {
		if !abbreviation.MatchString(m) {
			return Claim{m, "link"}, false
		}
	}
	return Claim{}, true
}

// phones: the office, the emergency line and 911.
func (g *guard) phones() (Claim, bool) {
	for _, m := range phoneLike.FindAllIndex(g.text, -1) {
		digits := digitsOf(string(g.text[m[0]:m[1]]))
		known := false
		for _, own := range []string{g.OfficePhone, g.EmergencyPhone} {
			own = digitsOf(own)
			known = known || own != "" && len(own) >= 10 && len(digits) >= 10 && own[len(own)-10:] == digits[len(digits)-10:]
		}
		if !known {
			return Claim{strings.TrimSpace(string(g.text[m[0]:m[1]])), "phone"}, false
		}
		g.cover(m[0], m[1])
	}
	g.blank("911")
	return Claim{}, true
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// prices: amounts of approved facts, and the surcharge of a window that is open.
func (g *guard) prices() (Claim, bool) {
	for _, m := range priceLike.FindAllSubmatchIndex(g.text, -1) {
		digits := m[2:4]
		if digits[0] < 0 {
			digits = m[4:6]
		}
		whole := string(g.text[m[0]:m[1]])
		if strings.ContainsAny(whole, "%") || strings.Contains(strings.ToLower(whole), "per") || !g.costs(cents(string(g.text[digits[0]:digits[1]]))) {
			return Claim{whole, "price"}, false
		}
		g.cover(m[0], m[1])
	}
	if i := strings.IndexAny(string(g.text), "$€£¥¢"); i >= 0 {
		return Claim{string(g.text[i : i+1]), "price"}, false
	}
	for _, s := range g.sentences() {
		if f, ok := bargains.find(s.plain); ok && !g.inFacts(f.words) {
			return Claim{f.words, "price"}, false
		}
	}
	return Claim{}, true
}

// cents reads "1,249.50".
func cents(s string) int {
	whole, part, _ := strings.Cut(strings.ReplaceAll(s, ",", ""), ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return -1
	}
	n *= 100
	if part != "" {
		p, err := strconv.Atoi((part + "0")[:2])
		if err != nil {
			return -1
		}
		n += p
	}
	return n
}

func (g *guard) costs(amount int) bool {
	if amount < 0 {
		return false
	}
	for _, f := range g.Facts {
		if slices.Contains(f.Prices, amount) {
			return true
		}
		for _, m := range priceLike.FindAllStringSubmatch(f.Text, -1) {
			if cents(m[1]+m[2]) == amount && !strings.Contains(m[0], "%") {
				return true
			}
		}
	}
	for _, w := range g.Windows {
		if w.SurchargeCents == amount && amount > 0 {
			return true
		}
	}
	return false
}

func (g *guard) inFacts(words string) bool {
	for _, f := range g.Facts {
		if strings.Contains(strings.ToLower(foldAccents(f.Text)), words) {
			return true
		}
	}
	return false
}

// digitRuns gives the numbers of a text.
func digitRuns(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// choice is a number that stands for a choice and for nothing else: "1)", "reply 2".
var choice = regexp.MustCompile(`(?im)(?:^|[\s(])[1-9]\)|\b(?:reply|text|option|answer|responda|opci[oó]n)\s+(?:with\s+)?["']?[1-9]\b|\b(?:or|o)\s+[1-9]\s+(?:for|para)\b`)

// numbers: what is left over must have been named by the customer or by a fact.
func (g *guard) numbers() (Claim, bool) {
	for _, m := range choice.FindAllIndex(g.text, -1) {
		g.cover(m[0], m[1])
	}
	for _, n := range digitRuns(string(g.text)) {
		if g.words[n] == 0 {
			return Claim{n, "number"}, false
		}
	}
	return Claim{}, true
}

// times: a day that is named has an open window or a booking; a time is one of its windows.
func (g *guard) times() (Claim, bool) {
	m := FindMentions(string(g.text), g.Now, g.Zone)
	all := g.sentences()
	var fine []TimeMention
	for _, d := range m.Days {
		if c, ok := g.day(d, sentenceAt(all, d.Start)); !ok {
			return c, false
		}
	}
	for _, t := range m.Times {
		if !g.time(t, m.Days, sentenceAt(all, t.Start)) {
			said := strings.TrimSpace(string(g.text[t.Start:t.End]))
			if t.Weak || strings.Trim(said, "0123456789") == "" && g.words[said] > 0 {
				continue // a mere number: numbers() looks at it
			}
			return Claim{said, "time"}, false
		}
		fine = append(fine, t)
	}
	for _, t := range fine {
		g.cover(t.Start, t.End)
	}
	for _, d := range m.Days {
		if !d.Weak {
			g.cover(d.Start, d.End)
		}
	}
	return Claim{}, true
}

func (g *guard) day(d DayMention, s sentence) (Claim, bool) {
	if d.Weak {
		return Claim{}, true // "the 14th floor": numbers() looks at it
	}
	for _, date := range d.Dates {
		if g.slot(func(start, _ time.Time) bool { return sameDate(start, date) }) {
			return Claim{}, true
		}
	}
	first := d.Dates[0]
	named := slices.ContainsFunc(g.said, func(x DayMention) bool { return sharesDate(x.Dates, d.Dates) })
	switch {
	case s.denies() && (d.Span || slices.ContainsFunc(g.Asked, func(a time.Time) bool { return a.Equal(first) })):
		return Claim{}, true // nothing is open then, and a call said so
	case s.asks && named:
		return Claim{}, true // it asks what the customer meant
	}
	return Claim{string(g.text[d.Start:d.End]), "date"}, false
}

func sharesDate(a, b []time.Time) bool {
	return slices.ContainsFunc(a, func(x time.Time) bool { return slices.ContainsFunc(b, x.Equal) })
}

func sameDate(local, date time.Time) bool {
	y, m, d := local.Date()
	return y == date.Year() && m == date.Month() && d == date.Day()
}

// slot tells whether a window of the evidence, open or booked, fits. It sees local times.
func (g *guard) slot(fits func(start, end time.Time) bool) bool {
	for _, w := range g.Windows {
		if fits(w.Start.In(g.Zone), w.End.In(g.Zone)) {
			return true
		}
	}
	for _, b := range g.Booked {
		if !b.Start.IsZero() && fits(b.Start.In(g.Zone), b.End.In(g.Zone)) {
			return true
		}
	}
	return false
}

// nearBehind is how many bytes lie between a time and the day it belongs to, when the day comes after it: "8-10 on Thursday".
const nearBehind = 12

// dayBeside finds the day a time belongs to: one right behind it, else the last one before it, else the first of its sentence.
func (g *guard) dayBeside(t TimeMention, days []DayMention, s sentence) *DayMention {
	var before, after *DayMention
	for i := range days {
		d := &days[i]
		switch {
		case d.Weak:
		case d.End <= t.Start:
			before = d
		case after == nil && d.Start >= t.End && d.Start < s.end:
			after = d
		}
	}
	if after == nil {
		return before
	}
	if between := strings.TrimSpace(string(g.text[t.End:after.Start])); between == "on" || between == "el" {
		return after
	}
	if before == nil || before.End <= s.start || after.Start-t.End <= nearBehind && t.Start-before.End > nearBehind {
		return after
	}
	return before
}

// time tells whether a time is one of a window on its day, or harmless.
func (g *guard) time(t TimeMention, days []DayMention, s sentence) bool {
	d := g.dayBeside(t, days, s)
	ok := g.slot(func(start, end time.Time) bool {
		if d != nil && !slices.ContainsFunc(d.Dates, func(date time.Time) bool { return sameDate(start, date) }) {
			return false
		}
		from, to := timeOfDay(start), timeOfDay(end)
		return slices.ContainsFunc(t.Readings, func(r Span) bool {
			switch t.Kind {
			case TimeRange:
				return r.From == from && r.To == to
			case TimeAt:
				return r.From == from || r.From == to && s.says("until", "by", "ends", "hasta")
			case TimeAfter:
				return from >= r.From
			case TimeBefore:
				return from < r.From
			}
			return r.Has(from)
		})
	})
	vague := t.Kind == TimePart || t.Kind == TimeAfter || t.Kind == TimeBefore
	return ok || vague && (s.asks || s.denies()) ||
		g.factTime(t) && s.says("open", "hours", "office", "call", "abierto", "abierta", "horario", "oficina", "llame") // "the office is open until 18:00"
}

// factTime tells whether a fact names the time.
func (g *guard) factTime(t TimeMention) bool {
	for _, f := range g.Facts {
		for _, x := range FindMentions(f.Text, g.Now, g.Zone).Times {
			for _, r := range x.Readings {
				if slices.ContainsFunc(t.Readings, func(s Span) bool { return s == r || s.From == s.To && (s.From == r.From || s.From == r.To) }) {
					return true
				}
			}
		}
	}
	return false
}

// denies tells whether a sentence says that something is not so.
func (s sentence) denies() bool {
	return s.plain != nil && s.plain.has(denials)
}

var denials = wordSet("no not nothing none isnt arent wasnt dont doesnt cant cannot wont havent full booked closed sorry unavailable ningun ninguna nada lleno " +
	"llena tampoco only solo solamente")

func (s sentence) says(words ...string) bool {
	return s.plain != nil && slices.ContainsFunc(s.plain.whole.words, func(w string) bool { return slices.Contains(words, w) })
}
