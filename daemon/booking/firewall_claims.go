package booking

import "slices"

// frames takes the senses from the words of harmless phrases.
func (p *part) frames() {
	changed := false
	for k := range p.terms {
		for _, f := range harmless.from[p.terms[k].s] {
			end, ok := f.says.from(&p.words, k)
			if !ok {
				continue
			}
			is := isGlue
			if f.means == "offer" {
				is |= isOpen
			}
			for i := k; i < end; i++ {
				p.terms[i].is, p.words.words[i] = is, "~"
			}
			changed = true
		}
	}
	if changed {
		p.is = 0
		for k := range p.terms {
			p.is |= p.terms[k].is
		}
	}
}

// acts: what is said to be done was done, and nobody comes, calls or knows unless it is so.
func (g *guard) acts() (Claim, bool) {
	for i := range g.all {
		s := &g.all[i]
		for j := range s.parts {
			p := &s.parts[j]
			if c, ok := g.act(p, s.states(j), s.asks && j == len(s.parts)-1); !ok {
				return c, false
			}
		}
	}
	return Claim{}, true
}

// act reads one clause. What a clause states of a window was checked already: here it is whether such a thing was done at all.
func (g *guard) act(p *part, states, asked bool) (Claim, bool) {
	const strong = isBooked | isMoved | isCancelled | isWaiting | isDone
	if p.is&strong != 0 && !(p.named && p.denies()) {
		for k := range p.terms {
			t := &p.terms[k]
			if t.is&strong == 0 || p.licensed(k) {
				continue
			}
			if !g.didAny(t.is & strong) {
				return g.claim(t, kindOf(t.is)), false
			}
		}
	}
	one := saying{clauses: []clause{p.words}, whole: p.words}
	if f, ok := idioms.in(&one, &p.words); ok && (states || p.named) && !g.supports(f.means) {
		return Claim{f.words, f.means}, false
	}
	if !states && p.named {
		return g.presupposes(p)
	}
	if !states {
		return Claim{}, true
	}
	bare := asked && p.words.first < len(p.terms) && bareQuestions[p.terms[p.words.first].s]
	for k := range p.terms {
		t := &p.terms[k]
		switch {
		case t.is&(isActing) != 0 && !bare && !p.licensed(k) && !g.didAny(isBooked|isMoved|isCancelled):
			return g.claim(t, string(DidBook)), false
		case t.is&isOwned != 0 || t.is&isPlace != 0 && (p.yours(k) || p.becomes(k)):
			if !p.allowed(k) && !g.didAny(isBooked|isMoved|isCancelled|isWaiting) {
				return g.claim(t, string(DidBook)), false
			}
		case t.is&isArriving != 0 && (t.is&isOurs != 0 || p.before(k, isOurs|isPerson)) && !p.licensed(k) && !(p.named && g.holds()):
			if !(t.s == "come" && p.before(k, isMaybe)) {
				return g.claim(t, "arrival"), false
			}
		case t.is&isContact != 0 && p.before(k, isPerson) && !p.before(k, isMaybe|isNot) && !g.person():
			return g.claim(t, "hand_off"), false
		case k == p.subject() && t.is&(isPerson|isFetched) != 0 && !p.may(k) && !g.told(p):
			if t.is&isPerson != 0 && !g.person() {
				return g.claim(t, "hand_off"), false
			}
			if t.is&isPerson == 0 && !(p.named && g.holds()) {
				return g.claim(t, "arrival"), false
			}
		case t.is&isSoon != 0 && p.is&(isOurs|isPerson|isOpen|isArriving) != 0 && p.is&isNot == 0 && !g.person():
			return g.claim(t, "arrival"), false
		}
	}
	return Claim{}, true
}

// subject gives the place of the word that a clause is about, behind an article; a clause that begins otherwise has none that matters.
func (p *part) subject() int {
	k := p.words.first
	for k < len(p.terms)-1 && articles[p.terms[k].s] {
		k++
	}
	return k
}

// may tells whether what the subject at place k does is only possible, or hangs on something: "our office can", "the owner needs to".
func (p *part) may(k int) bool {
	for i := range p.terms {
		if conditions[p.terms[i].s] || i > k && i <= k+4 && modals[p.terms[i].s] {
			return true
		}
	}
	return k+1 == len(p.terms) || p.terms[k+1].s == "to" // "a person", "a person to call you": no clause
}

var (
	articles   = wordSet("a an the our your one of and or so un una el la los nuestro nuestra su y o ya as")
	modals     = wordSet("can could would may might should need needs must puede pueden podria debe necesita tiene que")
	conditions = wordSet("when if once before until cuando si antes hasta")
)

// presupposes tells what a question about a window takes for granted: "Will you be home for your visit Thu 8-10?"
func (g *guard) presupposes(p *part) (Claim, bool) {
	if g.holds() {
		return Claim{}, true // whether it is that window, windows looked at
	}
	for k := range p.terms {
		t := &p.terms[k]
		switch {
		case t.is&isOwned != 0 || t.is&isPlace != 0 && p.yours(k):
			if !slices.ContainsFunc(p.terms, func(x term) bool { return arranging[x.s] }) {
				return g.claim(t, string(DidBook)), false
			}
		case t.is&isArriving != 0 && (t.is&isOurs != 0 || p.before(k, isOurs|isPerson)):
			if t.is&isOurs != 0 || !slices.ContainsFunc(p.terms[max(0, k-3):k], func(x term) bool { return proposing[x.s] }) {
				return g.claim(t, "arrival"), false
			}
		}
	}
	return Claim{}, true
}

var (
	arranging = wordSet("work works suit suits fit fits book schedule reserve move change set sirve conviene parece agendar reservar programar cambiar hacer")
	proposing = wordSet("can could shall should would puede puedo podemos podria")
)

func kindOf(is sense) string {
	switch {
	case is&isCancelled != 0:
		return string(DidCancel)
	case is&isMoved != 0:
		return string(DidMove)
	case is&isWaiting != 0:
		return string(DidWaitlist)
	}
	return string(DidBook)
}

// licensed tells whether the word at place k is taken back or only wished for: "not booked yet", "to be booked", "once it is booked". What
// stands between must be words that belong to both, so that "not to worry, you are booked" is none.
func (p *part) licensed(k int) bool {
	not, sure := false, false
	for i := k - 1; i >= 0 && i >= k-6; i-- {
		switch t := &p.terms[i]; {
		case t.is&isMaybe != 0:
			return !sure && !(presumes[t.s] && p.terms[i+1].s == "be") || not
		case t.s == "sure": // "you can be sure it is booked"
			sure = true
		case t.is&isNot != 0:
			not = !not // "not not booked"
		case t.is&isFiller == 0:
			return not
		}
	}
	return not
}

// presumes are words that hold a thing for true: "you should be booked by now".
var presumes = wordSet("should must may might debe")

// before tells whether a word of a sense stands in the clause before place k.
func (p *part) before(k int, is sense) bool {
	for i := range k {
		if p.terms[i].is&is != 0 {
			return true
		}
	}
	return false
}

// yours tells whether the word at place k is owned by the customer: "your AC repair visit".
func (p *part) yours(k int) bool {
	for i := k - 1; i >= 0 && i >= k-4; i-- {
		if p.terms[i].is&isYours != 0 {
			return true
		}
	}
	return false
}

// becomes tells whether a clause says something of the place at place k, other than whether it is open: "the visit was accepted".
func (p *part) becomes(k int) bool {
	return k+1 < len(p.terms) && being[p.terms[k+1].s] && !p.plainOffer() && !p.denies()
}

var being = wordSet("is was has had are were been went goes came stands remains looks esta fue quedo ha es sera queda")

// allowed tells whether a clause may speak of a booking at place k, though there is none: it is wished for, can be had, was begun and not
// finished, or costs something.
func (p *part) allowed(k int) bool {
	if p.before(k, isMaybe) || p.begun(k) || p.absent(k) {
		return true
	}
	for i := range p.terms {
		if p.terms[i].priced {
			return true
		}
		if i > k && p.terms[i].is&isNot != 0 {
			for _, t := range p.terms[i+1:] {
				if undone[t.s] {
					return true
				}
				if t.is&isFiller == 0 {
					break
				}
			}
		}
	}
	return false
}

// begun tells whether the booking at place k is one that the customer left: "you started a booking", "finish your booking", "your
// booking is incomplete".
func (p *part) begun(k int) bool {
	first := p.words.first
	for i := range p.terms {
		if i > first && over[p.terms[i].s] && !(i > 0 && p.terms[i-1].is&isNot != 0) {
			return false
		}
	}
	for i := first; i < k; i++ {
		t := p.terms[i].s
		ours := i > 0 && p.terms[i-1].is&isOurs != 0 // "we finish your booking"
		if !ours && (beginning[t] || i == first && finishing[t] || i > first && p.terms[i-1].is&isNot != 0 && finishing[t]) {
			return true
		}
	}
	for i := k + 1; i < len(p.terms); i++ {
		if p.terms[i].is&isNot != 0 {
			return false
		}
		if unfinished[p.terms[i].s] || p.terms[i].s == "timed" && i+1 < len(p.terms) && p.terms[i+1].s == "out" {
			return true
		}
	}
	return false
}

// absent tells whether it is said that there is none: "no appointment was made".
func (p *part) absent(k int) bool {
	return k > 0 && (p.terms[k-1].s == "no" || p.terms[k-1].s == "ninguna") && k+1 < len(p.terms) && p.terms[len(p.terms)-1].is&isNot == 0
}

var (
	beginning  = wordSet("started starting began begun beginning unfinished incomplete abandoned empezo empezaba comenzo inicio dejo")
	finishing  = wordSet("finish complete completing finishing continue resume restart book schedule termine complete continue retome finalice termino completo finalizo")
	over       = wordSet("now finished completed made accepted approved enjoy ya completa hecha aceptada aprobada")
	unfinished = wordSet("unfinished incomplete expired abandoned interrupted incompleta")
)

// undone follow "not" where a booking is not made: "is not finished".
var undone = wordSet("finished complete completed submitted sent done booked confirmed scheduled reserved made completado completada terminado terminada envio enviada enviado reservado reservada hecha confirmada lista")

// holds tells whether the customer has a booking.
func (g *guard) holds() bool { return g.any(func(x slot) bool { return x.standing == isHeld }) }

// didAny tells whether one of the things was done.
func (g *guard) didAny(is sense) bool {
	for _, b := range g.Booked {
		switch {
		case b.Did == DidBook && is&(isBooked|isDone) != 0 && g.holds(), b.Did == DidMove && is&(isBooked|isMoved|isDone) != 0,
			b.Did == DidCancel && is&(isCancelled|isDone) != 0, b.Did == DidWaitlist && is&(isWaiting|isDone) != 0:
			return true
		}
	}
	return is&isDone != 0 && g.HandedOff
}

// person tells whether somebody of the business will look at the thread.
func (g *guard) person() bool { return g.HandedOff || g.Tasked || g.Safety }

// supports tells whether the evidence holds what an idiom states.
func (g *guard) supports(what string) bool {
	switch what {
	case "hand_off", "safety":
		return g.person()
	case "arrival":
		return false
	case string(DidBook):
		return g.didAny(isBooked | isMoved)
	case string(DidCancel):
		return g.didAny(isCancelled)
	case string(DidWaitlist):
		return g.didAny(isWaiting)
	}
	return false
}
