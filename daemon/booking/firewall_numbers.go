package booking

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// digitRuns gives the numbers of a text.
func digitRuns(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// choice is a number that stands for a choice and for nothing else: "1)", "reply 2".
var choice = regexp.MustCompile(`(?im)(?:^|[\s(])[1-9]\)|\b(?:reply|text|option|answer|responda|opci[oó]n)\s+(?:with\s+)?["']?[1-9]\b|\b(?:or|o)\s+[1-9]\s+(?:for|para)\b`)

// choices takes the digits of choices out of the text.
func (g *guard) choices() {
	single := false
	for i := range g.text {
		single = single || isDigit(g.text[i]) && (i == 0 || strings.IndexByte(" (\"'", g.text[i-1]) >= 0) && (i+1 == len(g.text) || strings.IndexByte(" )\"'.,", g.text[i+1]) >= 0)
	}
	if !single {
		return
	}
	for _, m := range choice.FindAllIndex(g.text, -1) {
		for i := m[0]; i < m[1]; i++ {
			if isDigit(g.text[i]) {
				g.text[i] = ' '
			}
		}
	}
}

// numbers: what is left over must be a part of something the customer or a fact named: "1420 Neil", "2 toilets", a ZIP code. A number
// alone may be repeated in a question about it only.
func (g *guard) numbers() (Claim, bool) {
	for i := range g.all {
		s := &g.all[i]
		for j := range s.parts {
			p := &s.parts[j]
			asks := s.asks && p.is&isAsking != 0
			for k := range p.terms {
				t := &p.terms[k]
				switch {
				case t.names() || t.priced:
				case strings.ContainsFunc(t.s, unicode.IsDigit):
					if !g.tied(p, k) {
						return g.claim(t, "number"), false
					}
				case t.is&isNumber != 0 && t.is&isGlue == 0 && !g.worded(t.s) && !g.tied(p, k):
					return g.claim(t, "number"), false
				case (t.is&isHoliday != 0 || k > 0 && feasts[p.terms[k-1].s+" "+t.s]) && !g.worded(t.s):
					return g.claim(t, "date"), false
				case k > 1 && (t.s == "day" || t.s == "days" || t.s == "dia" || t.s == "dias") && p.terms[k-1].is&isFew != 0 && soonWords[p.terms[k-2].s]:
					return g.claim(t, "time"), false
				case t.is&isUnit != 0 && !asks && p.counts(k) && !g.told(p):
					return g.claim(t, "time"), false
				}
			}
		}
	}
	return Claim{}, true
}

// counts tells whether the unit of time at place k is counted: "an hour", "a couple of weeks", "for years".
func (p *part) counts(k int) bool {
	if k > 1 && (p.terms[k-1].s == "of" || p.terms[k-1].s == "de") {
		k--
	}
	if k == 0 {
		return false
	}
	before := &p.terms[k-1]
	return before.is&(isFew|isNumber) != 0 && before.is&isUnit == 0 || before.s == "for" || before.s == "por" || before.s == "durante"
}

// worded tells whether a fact holds a word.
func (g *guard) worded(w string) bool {
	for _, f := range g.facts() {
		if f.all[concept(w)] {
			return true
		}
	}
	return false
}

// tied tells whether the number at place k stands beside the word it stood by where it was named, or is a ZIP code.
func (g *guard) tied(p *part, k int) bool {
	t := &p.terms[k]
	before, after := "", ""
	if k > 0 {
		before = p.terms[k-1].s
	}
	if k+1 < len(p.terms) {
		after = p.terms[k+1].s
	}
	zip := len(t.s) == 5 && len(digitRuns(t.s)) == 1 && p.is&isPrice == 0 && (k == 0 || !copulas[before] || strings.Contains(strings.Join(p.words.words, " "), "zip"))
	named := func(s string) bool {
		last := ""
		words := strings.FieldsFunc(strings.ToLower(foldAccents(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for i, w := range words {
			if w == t.s {
				switch {
				case zip:
					return true
				case i+1 < len(words) && words[i+1] == after && len(after) > 1 && !looseWords[after] && senses[after]&(isUnit|isPrice|isGlue|isFew|isMaybe) == 0 && !countedMoney[after]:
					return true
				case last == before && unitWords[before]:
					return true
				}
			}
			last = w
		}
		return false
	}
	return slices.ContainsFunc(g.Heard, named) || slices.ContainsFunc(g.Facts, func(f Fact) bool { return named(f.Text) })
}

var (
	feasts       = map[string]bool{"new year": true, "new years": true, "labor day": true, "memorial day": true, "mothers day": true, "mother day": true, "father day": true, "independence day": true, "valentine day": true, "good friday": true, "ano nuevo": true}
	soonWords    = wordSet("in within en dentro")
	copulas      = wordSet("is are it be will costs cost pay code es son sera cuesta of")
	unitWords    = wordSet("apt apartment unit suite ste lot building floor room depto apartamento")
	looseWords   = wordSet("or so please it is ok okay works total no yes then and")
	countedMoney = wordSet("dollars bucks usd dolares percent")
)
