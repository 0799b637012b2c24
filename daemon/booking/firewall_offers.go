package booking

import (
	"slices"
	"strings"
)

// offers tells whether a clause that names a window offers it. All its words must be words of offers: what else a sentence may do to
// a window (save it, set it, expect somebody) has too many names. Then it has to say that the window is open, or a question must
// follow that asks for a choice.
func (g *guard) offers(s *statement, j, at int) bool {
	p := &s.parts[j]
	if !s.states(j) && (p.wishes() || p.vague()) {
		return true
	}
	if !p.plainOffer() {
		return false
	}
	for i := range s.parts {
		if q := &s.parts[i]; q.is&isOpen != 0 && q.plainOffer() {
			return true
		}
	}
	if s.asks && j == len(s.parts)-1 {
		return true // "Thu 8-10 or Fri 10-12?"
	}
	for i := at; i < len(g.all); i++ {
		switch n := &g.all[i]; {
		case n.asks && (i > at || len(n.parts) > 1):
			return n.chooses() && (i > at || g.leadsIn(n))
		case !g.leadsIn(n):
			return false // "Perfect, Thu 8-10. Which furnace is it?"
		}
	}
	return false
}

// wishes tells whether a question asks for a wish: "would", "shall I", "do you want". One that asks for facts, "did you see that I kept
// Thu 8-10?", may presuppose what is not so.
func (p *part) wishes() bool {
	return slices.ContainsFunc(p.terms, func(t term) bool { return wishing[t.s] })
}

// vague tells whether a clause names parts of a day and nothing else: "Is somebody home in the morning?"
func (p *part) vague() bool {
	return !slices.ContainsFunc(p.terms, func(t term) bool { return t.day != nil || t.time != nil && t.time.Kind != TimePart })
}

var wishing = wordSet("would could can shall should will may want prefer need like mean how which ok okay " +
	"quiere puedo puede podemos prefiere sirve gusta gustaria parece conviene desea viene")

// leadsIn tells whether a sentence holds windows and nothing that could make a promise of them: an acknowledgement, the address, a price.
func (g *guard) leadsIn(s *statement) bool {
	for j := range s.parts {
		p := &s.parts[j]
		address := slices.ContainsFunc(p.terms, func(t term) bool { return t.s[0] >= '0' && t.s[0] <= '9' })
		priced := slices.ContainsFunc(p.terms, func(t term) bool { return t.priced })
		if p.plainOffer() || p.denies() || address || priced || s.asks && j == len(s.parts)-1 {
			continue
		}
		if strings.Join(p.words.words, " ") != "got it" && !(len(p.terms) == 1 && acknowledged[p.terms[0].s]) {
			return false
		}
	}
	return true
}

var acknowledged = wordSet("understood noted entendido entiendo thanks gracias hi hello hola sorry yes sure si")

// plainOffer tells whether a clause holds nothing but words of an offer.
func (p *part) plainOffer() bool {
	for k := range p.terms {
		t := &p.terms[k]
		switch {
		case t.names() || t.priced || t.is&(isGlue|isOpen|isExtra) != 0:
			if t.s == "for" && p.purpose(k) {
				return true
			}
		case courtesy[t.s] && k < 2, t.is&isAsking != 0 && k == 0 && p.mark == '?', suiting[t.s] && p.mark == '?' && k > 0 && p.terms[0].s != "i":
		case t.s == "you" && k > 0 && (p.terms[k-1].s == "suit" || p.terms[k-1].s == "suits"):
		case (t.s == "you" || t.s == "us" || t.s == "usted") && k > 0 && wordsFor[p.terms[k-1].s]:
		case t.s == "you" && k+1 < len(p.terms) && (p.terms[k+1].s == "can" || p.terms[k+1].s == "could"):
		case (t.s == "carries" || t.s == "cuesta" || t.s == "carry" || t.s == "costs") && p.is&isExtra != 0:
		case extraFrames[t.s]:
		default:
			return false
		}
	}
	return true
}

// purpose tells whether a clause ends with what the visit is for: "for the furnace repair". Any words may stand there, but those that claim.
func (p *part) purpose(k int) bool {
	rest := p.terms[k+1:]
	if len(rest) < 2 || len(rest) > 5 || !wordsBefore[rest[0].s] {
		return false
	}
	for i := range rest {
		t := &rest[i]
		if t.names() || t.priced || t.s == "you" || t.is&^(isGlue|isYours|isFew|isFiller|isNeutral|isPlace|isPrice) != 0 || t.is&(isPlace|isPrice) != 0 {
			return false
		}
	}
	return true
}

var (
	suiting     = wordSet("good better best right fine okay ok")
	wordsFor    = wordSet("for offer offers give gives to para ofrezco")
	wordsBefore = wordSet("the a an your su la el una un")
	courtesy    = wordSet("yes sure ok okay hi hello thanks sorry hola gracias si claro bueno muy bien afraid unfortunately")
	extraFrames = wordSet("visits saturdays sabados")
)

// tellsSurcharge tells whether a clause tells what a day costs: "Saturday visits are $49 more". Prices looked at it.
func (p *part) tellsSurcharge() bool {
	priced := false
	for k := range p.terms {
		if p.terms[k].time != nil {
			return false
		}
		priced = priced || p.terms[k].priced
	}
	return priced && p.is&isExtra != 0 && p.is&isOpen == 0 && p.plainAmount()
}

// chooses tells whether a question asks for a choice, or for what a booking needs.
func (s *statement) chooses() bool {
	for j := range s.parts {
		for k := range s.parts[j].terms {
			if choosing[s.parts[j].terms[k].s] {
				return true
			}
		}
	}
	return false
}

var choosing = wordSet("which works work book reserve shall suit suits prefer want choose pick better ok okay sound good like interested zip address fit move one either " +
	"cual sirve reservo reservamos quiere prefiere parece conviene gusta hago direccion postal viene")

// denies tells whether a clause says that a day is full. It holds words of an offer, and either a "not" or a "full".
func (p *part) denies() bool {
	not, full, open, timed := false, false, false, false
	for k := range p.terms {
		t := &p.terms[k]
		switch {
		case t.names():
			timed = timed || t.time != nil
		case t.is&isNot != 0:
			not, timed = true, false
			open = open || t.s == "nothing" || t.s == "none" || t.s == "nada"
		case t.is&isFull != 0:
			full = true
		case t.is&(isGlue|isOpen) != 0 || t.s == "anything" || t.s == "fully" || t.s == "not" || t.s == "up" || t.s == "just" || t.s == "already" || t.s == "us":
			if t.is&isOpen != 0 && (timed || full && !not) { // "nothing on Sunday, 7-9 works", "Sunday is full of openings"
				return false
			}
			open = open || t.is&isOpen != 0 || t.s == "anything"
		case courtesy[t.s] || denialAside[t.s]:
		default:
			return false
		}
	}
	return not != full && (full || open)
}

var denialAside = wordSet("any anymore longer was were been has acaba ya lo siento mucho we")

// unasked gives a day of a denial that no call covered, and no window is on.
func (g *guard) unasked(p *part) *term {
	for k := range p.terms {
		d := p.terms[k].day
		if d == nil || d.Span || slices.ContainsFunc(g.Asked, d.Dates[0].Equal) || g.any(func(x slot) bool { return d.has(x.date) }) {
			continue
		}
		return &p.terms[k]
	}
	return nil
}

// asksWhatWasMeant tells whether a question takes up what the customer named: "Did you mean the 20th?"
func (g *guard) asksWhatWasMeant(s *statement, p *part) bool {
	if !s.asks || s.states(len(s.parts)-1) || p.terms[0].start != s.parts[len(s.parts)-1].terms[0].start || !slices.ContainsFunc(p.terms, func(t term) bool { return meaning[t.s] }) {
		return false
	}
	for k := range p.terms {
		if t := p.terms[k].time; t != nil && !g.heard(t) {
			return false
		}
		d := p.terms[k].day
		if d == nil {
			continue
		}
		named := slices.ContainsFunc(g.Heard, func(h string) bool {
			return slices.ContainsFunc(FindMentions(h, g.Now, g.Zone).Days, func(x DayMention) bool { return slices.ContainsFunc(x.Dates, d.has) })
		})
		if !named && !g.any(func(x slot) bool { return d.has(x.date) }) {
			return false
		}
	}
	return true
}

// heard tells whether the customer named a time.
func (g *guard) heard(t *TimeMention) bool {
	return slices.ContainsFunc(g.Heard, func(h string) bool {
		return slices.ContainsFunc(FindMentions(h, g.Now, g.Zone).Times, func(x TimeMention) bool {
			return slices.ContainsFunc(x.Readings, func(r Span) bool { return slices.Contains(t.Readings, r) })
		})
	})
}

var meaning = wordSet("mean meant refiere decir dijo dice")

// officeHours tells whether a clause tells the hours of a fact in other words: "Our office is open until 6 PM". It names no day.
func (g *guard) officeHours(p *part) bool {
	office := false
	for k := range p.terms {
		t := &p.terms[k]
		switch {
		case t.time != nil:
			if !g.factTime(t.time) {
				return false
			}
			office = office || t.time.Kind == TimeBefore && p.terms[0].s == "we"
		case t.day != nil, t.priced:
			return false
		case officeWords[t.s]:
			office = office || t.s == "office" || t.s == "hours" || t.s == "oficina" || t.s == "horario"
		default:
			return false
		}
	}
	return office
}

var officeWords = wordSet("the our office is are open opens closes close until till to from at on weekdays weekday hours we business and " +
	"la el nuestra oficina esta abierta abierto abre cierra hasta las de a los dias entre semana horario es y")

// factTime tells whether a fact names the time.
func (g *guard) factTime(t *TimeMention) bool {
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
