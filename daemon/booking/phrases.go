package booking

import (
	"strconv"
	"strings"
)

// phrase is one way to say a thing in a customer's text: a row of words to be found side by side in one clause.
//
//	a|b     one of these      {set}   one of a set of words    word?   may be missing
//	...3    up to three words of any kind                      ^ and $ the clause's ends, courtesies aside
//	@       a word written like a name
//
// Spelling is made plain before: lower case, no accents and apostrophes, "do not" as "dont", "u" as "you", "txt" as "text".
type phrase struct {
	says    string
	not     string // phrases, parted by ';', that void it when they stand in the same clause
	unasked bool   // void in a question: "is this spam?"
	unless  string // void when the whole message is of this kind; see phraseBook
	means   string
}

// phraseBook finds phrases by the word they begin with.
type phraseBook struct {
	from   map[string][]*ready
	unless map[string]func(*saying) bool
}

// found is a phrase that a message holds.
type found struct {
	means string
	words string // the words that said so, made plain
}

// newPhraseBook makes phrases ready. sets are the words that stand for each other; unless the kinds of messages that void phrases. A
// phrase that cannot be read panics: the tables are part of the program.
func newPhraseBook(phrases []phrase, sets map[string]string, unless map[string]func(*saying) bool) *phraseBook {
	b := &phraseBook{from: map[string][]*ready{}, unless: unless}
	for _, p := range phrases {
		r := &ready{phrase: p, says: patternOf(p.says, sets)}
		if p.unless != "" && unless[p.unless] == nil {
			panic("no such kind of message: " + p.unless)
		}
		for n := range strings.SplitSeq(p.not, ";") {
			if n != "" {
				r.not = append(r.not, patternOf(n, sets))
			}
		}
		for i, s := range r.says {
			for w := range s.words {
				b.from[w] = append(b.from[w], r)
			}
			if len(s.words) > 0 && !s.maybe {
				break
			}
			if i == len(r.says)-1 {
				panic("a phrase needs a word: " + p.says)
			}
		}
	}
	return b
}

// find gives the first phrase that the message holds: clause by clause, and then over all of them, since a comma or an "and" may
// run through a phrase.
func (b *phraseBook) find(m *saying) (found, bool) {
	for i := range m.clauses {
		if f, ok := b.in(m, &m.clauses[i]); ok {
			return f, true
		}
	}
	return b.in(m, &m.whole)
}

func (b *phraseBook) in(m *saying, c *clause) (found, bool) {
	for at, w := range c.words {
		for _, p := range b.from[w] {
			if p.unasked && c.asks {
				continue
			}
			end, ok := p.says.from(c, at)
			if !ok || p.voided(c) || p.unless != "" && b.unless[p.unless](m) {
				continue
			}
			return found{p.means, strings.Join(c.words[at:end], " ")}, true
		}
	}
	return found{}, false
}

// pattern is a phrase made ready to be looked for.
type pattern []step

// lexicon numbers every word of the tables, from 1: a message's words are looked up once, and then compared by number. It is filled while
// the program starts.
var lexicon = map[string]uint16{}

// numbered gives the number of a word of a table.
func numbered(w string) uint16 {
	n, ok := lexicon[w]
	if !ok {
		n = uint16(len(lexicon) + 1)
		lexicon[w] = n
	}
	return n
}

// numbers are words by their numbers, a bit each.
type numbers []uint64

func (s numbers) has(n uint16) bool {
	return n>>6 < uint16(len(s)) && s[n>>6]>>(n&63)&1 == 1
}

func (s *numbers) add(n uint16) {
	for n>>6 >= uint16(len(*s)) {
		*s = append(*s, 0)
	}
	(*s)[n>>6] |= 1 << (n & 63)
}

// step is one place of a pattern: a word of the set, or up to gap words of any kind.
type step struct {
	words      map[string]bool
	numbers    numbers
	gap        int
	maybe      bool
	start, end bool // the clause's ends
	name       bool // any word, written like a name
}

// ready is a phrase with its patterns.
type ready struct {
	phrase
	says pattern
	not  []pattern
}

func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// patternOf reads a phrase.
func patternOf(says string, sets map[string]string) pattern {
	var p pattern
	for f := range strings.FieldsSeq(says) {
		switch gap, isGap := strings.CutPrefix(f, "..."); {
		case f == "^":
			p = append(p, step{start: true})
		case f == "$":
			p = append(p, step{end: true})
		case f == "@":
			p = append(p, step{name: true})
		case isGap:
			n, err := strconv.Atoi(gap)
			if err != nil {
				panic(err)
			}
			p = append(p, step{gap: n})
		default:
			f, maybe := strings.CutSuffix(f, "?")
			s := step{words: map[string]bool{}, maybe: maybe}
			for w := range strings.SplitSeq(f, "|") {
				set, isSet := strings.CutPrefix(w, "{")
				if !isSet {
					s.words[w] = true
					continue
				}
				for w := range strings.FieldsSeq(sets[strings.TrimSuffix(set, "}")]) {
					s.words[w] = true
				}
			}
			for w := range s.words {
				s.numbers.add(numbered(w))
			}
			p = append(p, s)
		}
	}
	return p
}

// from looks for the pattern with its first word at place at; end is the place behind its last.
func (p pattern) from(c *clause, at int) (end int, ok bool) {
	if len(p) == 0 {
		return at, true
	}
	s, rest := p[0], p[1:]
	switch {
	case s.start:
		if at > c.first {
			return 0, false
		}
		return rest.from(c, at)
	case s.end:
		return at, at >= c.last
	case s.gap > 0:
		for n := 0; n <= s.gap && at+n <= len(c.words); n++ {
			if end, ok := rest.from(c, at+n); ok {
				return end, true
			}
		}
		return 0, false
	case at < len(c.words) && (s.numbers.has(c.numbers[at]) || s.name && at > 0 && c.names>>at&1 == 1):
		if end, ok := rest.from(c, at+1); ok {
			return end, true
		}
	}
	if s.maybe {
		return rest.from(c, at)
	}
	return 0, false
}

// voided tells whether the clause also says what takes the phrase's meaning away.
func (r *ready) voided(c *clause) bool {
	for _, n := range r.not {
		for at := range c.words {
			if _, ok := n.from(c, at); ok {
				return true
			}
		}
	}
	return false
}
