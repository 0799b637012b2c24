package booking

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// term is a word of a text, or a day, a time or an amount that it names.
type term struct {
	s          string // plain; "*" for what is named
	start, end int    // bytes of the text
	is         sense
	day        *DayMention
	time       *TimeMention
	amount     int  // cents, of an amount
	priced     bool // it is an amount
}

func (t *term) names() bool { return t.day != nil || t.time != nil }

// part is a clause: terms between two marks, or before a word that begins a new one. It is what "not" and "can" reach.
type part struct {
	terms []term
	words clause // the same, for phrases
	is    sense  // of all its terms
	mark  byte   // that ends it; 0 when a word does
	named bool   // it names a day or a time
}

// statement is a sentence with its clauses. It is named so because a question has to prove that it is one.
type statement struct {
	parts []part
	asks  bool
}

// contractions are words that stand for two.
var contractions = map[string]string{
	"im": "i am", "ive": "i have", "youre": "you are", "youve": "you have", "youll": "you will", "weve": "we have", "theyre": "they are", "theyve": "they have", "theyll": "they will",
	"dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "arent": "are not", "wasnt": "was not", "werent": "were not", "cant": "can not", "cannot": "can not",
	"couldnt": "could not", "wouldnt": "would not", "shouldnt": "should not", "wont": "will not", "havent": "have not", "hasnt": "has not", "hadnt": "had not", "aint": "is not",
	"thats": "that is", "theres": "there is", "heres": "here is", "whats": "what is", "lets": "let us", "al": "a el", "del": "de el",
}

// endings are what an apostrophe adds.
var endings = map[string]string{"ll": "will", "ve": "have", "re": "are", "m": "am", "d": "would"}

// subjects have "is" behind their apostrophe; other words have an owner's s.
var subjects = wordSet("it that there here he she what who where how everything nothing all")

// beginnings are words before which "and" begins a new clause.
var beginnings = wordSet("i im ive we you youre your he she it its they the our this that nothing someone somebody please shall which what call text will is are " +
	"le lo la se su ya nos usted yo salgan llame una un el eso")

// read cuts the text into sentences. Days, times and amounts are found first, each is one term.
func (g *guard) read() {
	g.found = FindMentions(string(g.text), g.Now, g.Zone)
	amounts := g.amounts()
	days, times := g.found.Days, g.found.Times
	terms := make([]term, 0, len(g.text)/4+4)
	g.parts = make([]part, 0, 12)
	from, first := 0, 0 // of the clause among terms, of the sentence among parts
	end := func(mark byte) {
		if len(terms) > from {
			g.parts = append(g.parts, newPart(terms[from:len(terms):len(terms)], mark))
			from = len(terms)
		} else if len(g.parts) > first && mark == '?' {
			g.parts[len(g.parts)-1].mark = mark
		}
		if strings.IndexByte(".?!;\n", mark) >= 0 && len(g.parts) > first {
			g.all = append(g.all, statement{g.parts[first:len(g.parts):len(g.parts)], mark == '?'})
			first = len(g.parts)
		}
	}
	join := false // the last word was "and": does a new clause begin?
	for i := 0; i < len(g.text); {
		if len(amounts) > 0 && amounts[0][0] <= i {
			m := amounts[0]
			amounts = amounts[1:]
			if m[1] > i {
				terms = append(terms, term{s: "*", start: m[0], end: m[1], amount: g.cents(m), priced: true})
				i = m[1]
				join = false
			}
			continue
		}
		for len(days) > 0 && days[0].End <= i {
			days = days[1:]
		}
		for len(times) > 0 && times[0].End <= i {
			times = times[1:]
		}
		if len(days) > 0 && days[0].Start <= i && g.names(days[0]) {
			if n := len(terms); n > 0 && terms[n-1].is&isFiller != 0 && bytes.HasPrefix(g.text[i:], []byte("coming")) { // "we are coming Thursday"
				terms = append(terms, term{s: "coming", start: i, end: i, is: senses["coming"]})
			}
			terms = append(terms, term{s: "*", start: i, end: days[0].End, day: &days[0]})
			i = days[0].End
			join = false
			continue
		}
		if len(times) > 0 && times[0].Start <= i && !times[0].Weak && g.tells(times[0], len(days) > 0 || len(g.found.Days) > 0) {
			terms = append(terms, term{s: "*", start: i, end: times[0].End, time: &times[0]})
			i = times[0].End
			join = false
			continue
		}
		r, n := utf8.DecodeRune(g.text[i:])
		if !partOfWord(r) {
			switch {
			case r == '.' && i+1 < len(g.text) && g.text[i+1] != ' ' && g.text[i+1] != '\n' && g.text[i+1] != '"' && g.text[i+1] != ')':
			case r == ',' && len(terms) > 0 && terms[len(terms)-1].day != nil && len(times) > 0 && len(bytes.TrimSpace(g.text[i+1:max(i+1, times[0].Start)])) == 0:
				// "Thu Mar 12, 8 AM-10 AM" is one window
			case strings.ContainsRune(".?!;\n,:—–¿¡", r):
				end(byte(r))
				join = false
			}
			i += n
			continue
		}
		start := i
		for i < len(g.text) {
			r, n := utf8.DecodeRune(g.text[i:])
			if !partOfWord(r) {
				break
			}
			i += n
		}
		raw := string(g.text[start:i])
		first, second := expand(raw)
		if join && beginnings[first] {
			terms = terms[:len(terms)-1]
			end(0)
		}
		join = first == "and" || first == "y"
		if first == "but" || first == "because" || first == "pero" || first == "porque" {
			end(0)
			continue
		}
		is := senses[first]
		if is&(isPrice|isHoliday|isFetched|isNumber|isMaybe) != 0 && g.greets(start) { // "Hi Bill", "Hi Dawn"
			is = 0
		}
		terms = append(terms, term{s: first, start: start, end: i, is: is})
		if second != "" {
			terms = append(terms, term{s: second, start: start, end: i, is: senses[second]})
		}
	}
	end('.')
}

func newPart(terms []term, mark byte) part {
	p := part{terms: terms, mark: mark}
	p.words.words = make([]string, len(terms))
	for i := range terms {
		if terms[i].s == "to" && i > 0 && terms[i-1].s == "going" { // "going to call" is no wish
			terms[i].is &^= isMaybe
		}
		p.words.words[i] = terms[i].s
		p.is |= terms[i].is
		p.named = p.named || terms[i].names()
	}
	p.words.trim()
	return p
}

// expand makes a word plain, and parts a contraction.
func expand(raw string) (first, second string) {
	if i := strings.IndexAny(raw, "'’"); i > 0 {
		_, n := utf8.DecodeRuneInString(raw[i:])
		base, tail := plainWord(raw[:i]), strings.ToLower(raw[i+n:])
		if e, ok := endings[tail]; ok {
			return base, e
		}
		if tail == "s" {
			if subjects[base] {
				return base, "is"
			}
			return base, ""
		}
	}
	w := plainWord(raw)
	if two, ok := contractions[w]; ok {
		first, second, _ = strings.Cut(two, " ")
		return first, second
	}
	return w, ""
}

// names tells whether a day mention is meant as one: "the 14th floor" is not.
func (g *guard) names(d DayMention) bool {
	return !(d.Weak && countedThings[g.wordFrom(d.End)]) && !(d.End-d.Start == 3 && g.greets(d.Start))
}

// greets tells whether a name stands at a place of the text: "Hi Tom". Tom, Dom and Dawn are words of days and hours elsewhere.
func (g *guard) greets(at int) bool {
	before := bytes.TrimRight(g.text[:at], " ")
	i := len(before)
	for i > 0 && before[i-1]|0x20 >= 'a' && before[i-1]|0x20 <= 'z' {
		i--
	}
	return unicode.IsUpper(rune(g.text[at])) && greetings[strings.ToLower(string(before[i:]))]
}

var greetings = wordSet("hi hello hey dear hola estimado estimada")

// vagueParts are words for parts of a day that mean much else.
var vagueParts = wordSet("late later early earlier temprano temprana")

// tells tells whether a time mention is meant as one. Greetings are none, and "later" only beside a day.
func (g *guard) tells(t TimeMention, dayNamed bool) bool {
	if t.Kind != TimePart {
		said, _ := bytes.CutPrefix(g.text[t.Start:t.End], []byte("at "))
		return len(said) < 3 || len(bytes.Trim(said, "0123456789")) > 0 // "at 1420 Neil Ave": numbers looks at it
	}
	if vagueParts[strings.ToLower(string(g.text[t.Start:t.End]))] {
		return dayNamed
	}
	before := strings.ToLower(strings.TrimRightFunc(string(g.text[max(0, t.Start-8):t.Start]), unicode.IsSpace))
	return !strings.HasSuffix(before, "good") && !strings.HasSuffix(before, "buenas")
}

func (g *guard) wordFrom(i int) string {
	rest := strings.TrimLeft(string(g.text[i:min(len(g.text), i+24)]), " -")
	if end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) }); end >= 0 {
		rest = rest[:end]
	}
	return strings.ToLower(rest)
}

// states tells whether a clause is no honest question: one ends with a question mark and begins like a question.
func (s *statement) states(i int) bool {
	p := &s.parts[i]
	if !s.asks || i != len(s.parts)-1 && p.mark != '?' {
		return true
	}
	at := p.words.first
	for at < len(p.terms) && (p.terms[at].s == "and" || p.terms[at].s == "or" || p.terms[at].s == "y" || p.terms[at].s == "o") {
		at++
	}
	return at >= len(p.terms) || p.terms[at].is&isAsking == 0 && !bareQuestions[p.terms[at].s]
}

// bareQuestions begin questions without a verb: "Book it?", "Anything else?".
var bareQuestions = wordSet("book hold reserve confirm cancel move anything something more still right reservo confirmo agendo aparto anulo algo gusta")
