package booking

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// priceLike is an amount with a mark or a word of money.
var priceLike = regexp.MustCompile(`(?i)(?:\+\s?)?(?:[$€£]|\busd)\s*(\d[\d,]*(?:\.\d{1,2})?)|\b(\d[\d,]*(?:\.\d{1,2})?)\s*(?:dollars?|bucks?|usd|d[oó]lares|cents|%|percent\b|por ciento)`)

// amounts finds the amounts of the text, if it has a sign or word of money at all.
func (g *guard) amounts() [][]int {
	if !bytes.ContainsAny(g.text, "$€£%") {
		low := strings.ToLower(string(g.text))
		if !slices.ContainsFunc(moneyWords, func(w string) bool { return strings.Contains(low, w) }) {
			return nil
		}
	}
	return priceLike.FindAllSubmatchIndex(g.text, -1)
}

var moneyWords = []string{"dol", "dól", "buck", "usd", "cents", "percent", "por ciento"}

// cents reads an amount that priceLike found; -1: it is none that a fact could hold.
func (g *guard) cents(m []int) int {
	digits := m[2:4]
	if digits[0] < 0 {
		digits = m[4:6]
	}
	whole := strings.ToLower(string(g.text[m[0]:m[1]]))
	if strings.ContainsAny(whole, "%€£") || strings.Contains(whole, "per") || strings.Contains(whole, "por") || strings.Contains(whole, "cents") {
		return -1
	}
	return centsOf(string(g.text[digits[0]:digits[1]]))
}

// centsOf reads "1,249.50".
func centsOf(s string) int {
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

// prices: an amount belongs to the things that its fact names, a surcharge to its window; other words of money must be a fact's.
func (g *guard) prices() (Claim, bool) {
	var days []*DayMention // named last
	for i := range g.all {
		s := &g.all[i]
		for j := range s.parts {
			p := &s.parts[j]
			priced := false
			for k := range p.terms {
				t := &p.terms[k]
				if t.day != nil {
					days = p.group(k, 1)
				}
				if !t.priced {
					continue
				}
				priced = true
				of := days
				if len(of) == 0 {
					of = s.daysAfter(&part{terms: p.terms[k:]})
				}
				if !g.costs(p, k, of) {
					return g.claim(t, "price"), false
				}
			}
			if priced {
				continue
			}
			if t := p.money(s.states(j)); t != nil && !g.told(p) {
				return g.claim(t, "price"), false
			}
		}
	}
	for i := range g.text {
		if strings.IndexByte("$%", g.text[i]) >= 0 && !g.inTerm(i) {
			return Claim{string(g.text[i : i+1]), "price"}, false
		}
	}
	if i := strings.IndexAny(string(g.text), "€£¥¢"); i >= 0 {
		return Claim{string(g.text[i : i+1]), "price"}, false
	}
	for i := range g.parts {
		one := saying{clauses: []clause{g.parts[i].words}, whole: g.parts[i].words}
		if f, ok := bargains.in(&one, &g.parts[i].words); ok && !g.told(&g.parts[i]) {
			return Claim{f.words, "price"}, false
		}
	}
	return Claim{}, true
}

// inTerm tells whether a byte of the text is part of an amount.
func (g *guard) inTerm(at int) bool {
	for i := range g.parts {
		for _, t := range g.parts[i].terms {
			if t.priced && at >= t.start && at < t.end {
				return true
			}
		}
	}
	return false
}

// bargains are ways to promise less or nothing to pay without a word of money.
var bargains = newPhraseBook([]phrase{
	{says: "on the house"}, {says: "is|are on us"}, {says: "for nothing"}, {says: "two|one for one"}, {says: "knock|shave|take ...3 down|off"},
	{says: "beat|match any|all|every|their"}, {says: "half off|price"}, {says: "money back"}, {says: "por nuestra cuenta"}, {says: "mitad de precio"},
	{says: "sale|sales en|a"}, {says: "no extra"}, {says: "nothing|not ...2 extra"}, {says: "no ...2 mas alla"}, {says: "under warranty"}, {says: "less than a"}, {says: "per hour|visit"},
	{says: "an hour"}, {says: "special offer|price|deal|rate"}, {says: "come|comes|is|are free"},
}, nil, nil)

// money gives a word of money that stands for itself. Questions may ask about money, but never promise less of it.
func (p *part) money(states bool) *term {
	for k := range p.terms {
		t := &p.terms[k]
		switch {
		case t.s == "free" && p.named:
		case t.is&isBargain != 0, t.is&isPrice != 0 && (states || p.is&isNot != 0):
			return t
		case t.is&isExtra != 0 && t.is&isGlue == 0 && p.is&isNot != 0 && states && (t.s == "extra" || t.s == "surcharge" || t.s == "recargo"):
			return t
		}
	}
	return nil
}

// told tells whether a clause says no more than a fact does: every word of substance is one of its.
func (g *guard) told(p *part) bool {
	if p.is&isNot != 0 {
		return false
	}
	return slices.ContainsFunc(g.facts(), func(f factWords) bool {
		some := false
		for k := range p.terms {
			t := &p.terms[k]
			if t.names() || t.is&(isNeutral|isGlue) != 0 {
				continue
			}
			if !f.all[concept(t.s)] {
				return false
			}
			some = true
		}
		return some
	})
}

// factWords are the words of substance of a fact, as concepts.
type factWords struct {
	amounts []amountWords
	all     map[string]bool
	first   map[string]bool // the first of each clause
	days    []DayMention
}

// amountWords are the words that stand by an amount.
type amountWords struct {
	cents int
	words map[string]bool
	extra bool // it is on top of something
}

// facts reads all facts.
func (g *guard) facts() []factWords {
	for i := range g.Facts {
		g.fact(i)
	}
	return g.known
}

// fact reads a fact, once.
func (g *guard) fact(i int) factWords {
	if g.known == nil {
		g.known = make([]factWords, len(g.Facts))
	}
	if g.known[i].all != nil {
		return g.known[i]
	}
	f := &g.Facts[i]
	in := guard{Evidence: Evidence{Now: g.Now, Zone: g.Zone}, text: []byte(Plain(f.Text))}
	in.read()
	w := factWords{all: map[string]bool{}, first: map[string]bool{}, days: in.found.Days}
	for i := range in.parts {
		here, began := map[string]bool{}, false
		for _, t := range in.parts[i].terms {
			if t.names() || t.priced || t.is&isNeutral != 0 {
				continue
			}
			c := concept(t.s)
			here[c], w.all[c] = true, true
			if !began {
				w.first[c], began = true, true
			}
		}
		for _, t := range in.parts[i].terms {
			if t.priced {
				w.amounts = append(w.amounts, amountWords{t.amount, here, here["extra"]})
			}
		}
	}
	for _, cents := range f.Prices {
		if !slices.ContainsFunc(w.amounts, func(a amountWords) bool { return a.cents == cents }) {
			w.amounts = append(w.amounts, amountWords{cents, w.all, w.all["extra"]})
		}
	}
	g.known[i] = w
	return w
}

// concepts are other words for the same thing, and Spanish ones.
var concepts = map[string]string{
	"visita": "visit", "diagnostico": "diagnosis", "diagnostic": "diagnosis", "tarifa": "fee", "cargo": "fee", "reparacion": "repair", "abona": "credited", "acredita": "credited",
	"credit": "credited", "surcharge": "extra", "more": "extra", "additional": "extra", "mas": "extra", "adicional": "extra", "recargo": "extra", "plus": "extra", "toward": "credited", "towards": "credited",
	"sabado": "saturday", "ahead": "go", "goe": "go", "technicians": "technician", "tecnico": "technician",
}

func concept(w string) string {
	if len(w) > 3 && w[len(w)-1] == 's' && w[len(w)-2] != 's' && w != "diagnosis" {
		w = w[:len(w)-1]
	}
	if c, ok := concepts[w]; ok {
		return c
	}
	return w
}

// costs tells whether the amount at place k is that of its things. What is on top must be said to be so, of its day.
func (g *guard) costs(p *part, k int, days []*DayMention) bool {
	t := &p.terms[k]
	if t.amount <= 0 {
		return false
	}
	extra := g.text[t.start] == '+' || p.is&isExtra != 0
	if p.is&isNot != 0 {
		return false
	}
	if extra && len(days) > 0 && p.plainAmount() {
		on := func(d *DayMention) bool {
			return g.any(func(x slot) bool { return d.has(x.date) && x.surcharge == t.amount })
		}
		if !slices.ContainsFunc(days, func(d *DayMention) bool { return !on(d) }) {
			return true
		}
	}
	for i := range g.Facts {
		if !slices.Contains(g.Facts[i].Prices, t.amount) && !strings.Contains(strings.ReplaceAll(g.Facts[i].Text, ",", ""), strconv.Itoa(t.amount/100)) {
			continue
		}
		f := g.fact(i)
		for _, a := range f.amounts {
			if a.cents != t.amount || a.extra != extra {
				continue
			}
			if a.extra && !(len(f.days) == 0 || len(days) > 0 && !slices.ContainsFunc(days, func(d *DayMention) bool {
				return !slices.ContainsFunc(f.days, func(x DayMention) bool { return x.Dates[0].Weekday() == d.Dates[0].Weekday() })
			})) {
				continue
			}
			if g.saysOf(p, k, f, a) {
				return true
			}
		}
	}
	return false
}

// saysOf tells whether the clause around an amount speaks of the things of the fact: one of them is named, and nothing else before it
// or right behind it. Behind a word that begins another clause of the fact, any of its words may stand.
func (g *guard) saysOf(p *part, k int, f factWords, a amountWords) bool {
	named, loose := a.extra, false
	for i := range p.terms {
		t := &p.terms[i]
		if i == k || t.names() || t.is&isExtra != 0 && a.extra {
			continue
		}
		c := concept(t.s)
		switch {
		case a.words[c]:
			named = true
		case t.is&isNeutral != 0:
		case i > k && f.first[c]:
			loose = true
		case loose && f.all[c]:
		default:
			return false
		}
	}
	return named
}

// plainAmount tells whether a clause with a surcharge speaks of nothing but windows and visits.
func (p *part) plainAmount() bool {
	for k := range p.terms {
		t := &p.terms[k]
		if t.names() || t.priced || t.is&(isNeutral|isGlue|isOpen|isExtra|isAsking) != 0 || t.s == "about" || extraFrames[t.s] || courtesy[t.s] {
			continue
		}
		return false
	}
	return true
}
