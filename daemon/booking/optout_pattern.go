package booking

import (
	"strconv"
	"strings"
)

// pattern is a phrase made ready to be looked for.
type pattern []step

// step is one place of a pattern: a word of the set, or up to gap words of any kind.
type step struct {
	words      map[string]bool
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

// phrasesFrom finds the phrases by the word they begin with.
var phrasesFrom = func() map[string][]*ready {
	from := map[string][]*ready{}
	for _, p := range phrases {
		r := &ready{phrase: p, says: patternOf(p.says)}
		if r.reason == "" {
			r.reason = ReasonAsked
		}
		for n := range strings.SplitSeq(p.not, ";") {
			if n != "" {
				r.not = append(r.not, patternOf(n))
			}
		}
		for i, s := range r.says {
			for w := range s.words {
				from[w] = append(from[w], r)
			}
			if len(s.words) > 0 && !s.maybe {
				break
			}
			if i == len(r.says)-1 {
				panic("a phrase needs a word: " + p.says)
			}
		}
	}
	return from
}()

func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// patternOf reads a phrase; see the head of optout_phrases.go.
func patternOf(says string) pattern {
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
				for w := range strings.FieldsSeq(phraseSets[strings.TrimSuffix(set, "}")]) {
					s.words[w] = true
				}
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
	case at < len(c.words) && (s.name || s.words[c.words[at]]):
		if end, ok := rest.from(c, at+1); ok {
			return end, true
		}
	}
	if s.maybe {
		return rest.from(c, at)
	}
	return 0, false
}

// nameIn tells whether a word in the place of the name is written like one.
func (p pattern) nameIn(c *clause, at, end int) bool {
	for i := at; i < end && i < 64; i++ {
		if c.names>>i&1 == 1 && i > 0 {
			return true
		}
	}
	return false
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
