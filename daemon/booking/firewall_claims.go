package booking

import "slices"

// harmless are phrases whose words claim nothing, though they look as if they did. Those that mean "offer" offer the window they name.
var harmless = newPhraseBook([]phrase{
	{says: "can|could|to move|change|reschedule|switch|bring your|the|that visit|appointment|booking to?", means: "offer"},
	{says: "can|could|to move|change|reschedule|switch it|you to?", means: "offer"},
	{says: "can|could|to book|reserve|schedule|hold you? it? for?", means: "offer"},
	{says: "puedo|podemos|para cambiar|mover|pasar su|la visita|cita a? el?", means: "offer"},
	{says: "puedo|podemos|para reservar|reservarle|apartar|apartarle|agendar|agendarle el?", means: "offer"},
	{says: "let|tell me|us know? if|whether"},
	{says: "i|we need your|the ...2 address|zip|name|city"},
	{says: "necesito|necesitamos su|la direccion"},
	{says: "person is one text|message away"},
	{says: "glad|happy it|that is taken care of"},
	{says: "no payment|deposit is? needed|required|necessary to hold|book|reserve a? visit|window|it?"},
	{says: "no hace falta ningun pago para apartar|reservar|agendar"},
	{says: "technician|office|we|they quotes|quote that|it|the|this? repair|job|work? on site"},
	{says: "gives|give|tells|tell you? a|the ...1 quote|price|cost on site"},
	{says: "not need to pay anything? by text"},
	{says: "tecnico cotiza en el lugar"},
	{says: "can not give|quote|tell|state|say|promise ...2 price|prices|quote|estimate"},
	{says: "not have a|the|that price|prices"},
	{says: "can not quote"},
	{says: "no puedo|podemos dar|decir|darle|decirle ...2 precio|precios"},
	{says: "not know the|that price|cost|fee"},
	{says: "no se el precio"},
	{says: "no repair|price ...5 given by text"},
	{says: "in a few words"},
	{says: "en pocas palabras"},
	{says: "feel free"},
	{says: "take care"},
	{says: "take your time"},
	{says: "say|reply|text|write person and? somebody|someone|anybody from our office helps you"},
	{says: "escriba|diga persona y? alguien de la oficina le ayuda"},
	{says: "somebody from our office helps you"},
	{says: "o la oficina le llama"},
	{says: "technician|office will? look|looks|check|checks|see on site"},
	{says: "tecnico|tecnica lo|la vera|revisara|revisa en el lugar"},
	{says: "someone|somebody comes|come to the door"},
	{says: "as soon as you|we|i"},
	{says: "started booking"},
	{says: "empezo una reserva"},
	{says: "follow up link"},
	{says: "not open links|attachments|pictures"},
	{says: "zip|postal|gate|door|garage|entry|area code"},
	{says: "codigo postal"},
	{says: "gracias|thanks ...2 persona|person de|from"},
	{says: "let me|us know"},
	{says: "any more|more time|than|about"},
	{says: "extra visit|time"},
	{says: "mas tarde|temprano|informacion|preguntas|tiempo"},
}, nil, nil)

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

// idioms state things done by words that mean nothing alone. Contractions are parted in them.
var idioms = newPhraseBook([]phrase{
	{says: "see you", not: "can not", means: string(DidBook)},
	{says: "look forward to your|seeing", means: string(DidBook)},
	{says: "count|rely on us|it", means: string(DidBook)},
	{says: "expect|await us|him|her|them", means: string(DidBook)},
	{says: "look|watch out? for us", means: string(DidBook)},
	{says: "mark|save your|the calendar|date", means: string(DidBook)},
	{says: "you are|have on|in|down|good|set|covered|confirmed", not: "when|if|once ...3 you;wait|waiting|waitlist", means: string(DidBook)},
	{says: "all|we are? set|good|squared|clear", means: string(DidBook)},
	{says: "it|that|this is set|settled|ok|final|a", not: "is a house|gas|leak|job|visit|residential|good|problem|holiday|question|repair|different", means: string(DidBook)},
	{says: "you have|got a|an|the|one ...2 visit|slot|spot|window|place", not: "if|when|once|do|would|could ...3 have", means: string(DidBook)},
	{says: "tiene una|su|la visita|lugar|espacio", not: "si|cuando ...3 tiene", means: string(DidBook)},
	{says: "queda para|con usted", means: string(DidBook)},
	{says: "add|added|adding you|it|that|your|the", not: "can|could|would|shall|to|i will ...1 add", means: string(DidBook)},
	{says: "good|ready to go", means: string(DidBook)},
	{says: "got|have|has|put|wrote|write|signed|placed|get you|it|that|your down|in|on|for|up|name", not: "can|could|would|shall|may|to|let ...2 get|put|have;want ...3 get|put|have;list|waitlist", means: string(DidBook)},
	{says: "put ...4 list", means: string(DidWaitlist)},
	{says: "on the|our wait|waiting|waitlist list?", means: string(DidWaitlist)},
	{says: "next on the list", means: string(DidWaitlist)},
	{says: "lista de espera", means: string(DidWaitlist)},
	{says: "in|on our|the|your system|books|calendar|schedule", not: "see|check|look|view|find|open ...3 calendar|schedule|books", means: string(DidBook)},
	{says: "off the|our calendar|schedule|books|list", means: string(DidCancel)},
	{says: "took|take|taken ...3 off", means: string(DidCancel)},
	{says: "called|calling it? off", means: string(DidCancel)},
	{says: "is no more", means: string(DidCancel)},
	{says: "taken|took|take care of", means: string(DidBook)},
	{says: "consider it|that|this|yourself", means: string(DidBook)},
	{says: "a yes", means: string(DidBook)},
	{says: "it is in|on", means: string(DidBook)},
	{says: "is|has your name", means: string(DidBook)},
	{says: "belongs|belong to", means: string(DidBook)},
	{says: "signed you|it|up|for|off|and", means: string(DidBook)},
	{says: "went through", means: string(DidBook)},
	{says: "went ahead", means: string(DidBook)},
	{says: "will be|come|visit|stop|swing there|you|out|by|over|at|to", not: "person|someone|somebody|office|it", means: string(DidBook)},
	{says: "get|be|are there", not: "is|are there ...3 danger|anything|someone|pets|any;will you;you ...1 be there;if|when|before ...4 there", means: "arrival"},
	{says: "stop|swing|drop by", not: "you|can|could|to|want|would ...1 stop|swing|drop", means: "arrival"},
	{says: "on the|his|her|their|its|our way", not: "when|texts|once|if ...6 way", means: "arrival"},
	{says: "your way|door", not: "when|if ...6 way", means: "arrival"},
	{says: "en route", means: "arrival"},
	{says: "around the corner|block", means: "arrival"},
	{says: "left the? shop|office|now", means: "arrival"},
	{says: "sent|sending|send you|out|over|a|someone|our? ...2 technician|tech|crew|plumber|someone|out|over", not: "can|could|shall|want|please|would|me ...3 send", means: "arrival"},
	{says: "coming right|up|over|soon|now", means: "arrival"},
	{says: "almost|nearly|just there|left|arrived", means: "arrival"},
	{says: "right away|over", means: "arrival"},
	{says: "in no|a time|moment|bit|jiffy|flash", means: "arrival"},
	{says: "any minute|moment|second", means: "arrival"},
	{says: "as we speak", means: "arrival"},
	{says: "shakes", means: "arrival"},
	{says: "first thing", means: "arrival"},
	{says: "nos|lo|la|le|los vemos|veremos|esperamos|espera|visitamos|visitara", means: string(DidBook)},
	{says: "lo|le|los visita", means: string(DidBook)},
	{says: "sabe|saben|llama|contacta|revisa|atiende el|la|un|una|nuestro|nuestra equipo|oficina|gerente|persona|encargado|encargada", means: "hand_off"},
	{says: "esperamos", means: string(DidBook)},
	{says: "estaremos", means: string(DidBook)},
	{says: "cuente|cuenta con", means: string(DidBook)},
	{says: "todo listo|hecho|arreglado", means: string(DidBook)},
	{says: "ya no existe", means: string(DidCancel)},
	{says: "va|voy|vamos|van|sale|salen para|hacia|en|saliendo|a", not: "si|cuando ...4 va|voy|vamos;va|voy|vamos|van a ver|revisar|preguntar|necesitar|estar|buscar|llamar|responder|contactar|escribir", means: "arrival"},
	{says: "va|van|voy|vamos a llamar|llamarle|responder|contactar|escribir|avisar", means: "hand_off"},
	{says: "por llegar", means: "arrival"},
	{says: "ahora|hoy mismo", means: "arrival"},
	{says: "un rato|ratito|momento|instante", means: "arrival"},
	{says: "will ...2 call|contact|text|ring|phone|reach|notify|alert|tell|ask|message", not: "you will ...2 call|text|contact|reach|tell|ask;person|someone|somebody|office|who ...3 will|to", means: "hand_off"},
	{says: "i|we|ive have? told|asked|passed|forwarded|escalated|notified|alerted|informed|messaged|relayed|sent|shared|flagged|handed|gave|given|brought", not: "we|i asked you|if|for", means: "hand_off"},
	{says: "i|we have? let ...3 know", means: "hand_off"},
	{says: "i|we am|are connecting|transferring|forwarding|passing|getting", means: "hand_off"},
	{says: "in|be|get in? touch", not: "you|please ...2 touch;to get", means: "hand_off"},
	{says: "hear|hears from us|me|our|the", not: "glad|good|nice|love|like|want ...2 hear", means: "hand_off"},
	{says: "le|lo|la paso|comunico|transfiero con|a", means: "hand_off"},
	{says: "le? dije|di|comente a", means: "hand_off"},
	{says: "^ expect", means: "arrival"},
	{says: "expect|await a|our call", means: "hand_off"},
	{says: "is|are|am|got|getting on it", means: "hand_off"},
	{says: "le|lo|la|les|nos llamamos|contactamos|comunicamos|avisamos|escribimos|llamo|marco|marcamos", not: "avisamos cuando|si", means: "hand_off"},
	{says: "ya? avise|avisamos a ...2 oficina|equipo|persona|gerente", means: "hand_off"},
	{says: "you|this|it is|are safe", means: "safety"},
	{says: "no danger|risk|peligro|riesgo", means: "safety"},
	{says: "is not|nothing serious|dangerous|danger", means: "safety"},
	{says: "es seguro", not: "si es seguro", means: "safety"},
}, nil, nil)

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
		case t.is&isContact != 0 && p.before(k, isPerson) && !p.before(k, isMaybe|isNot) && !g.HandedOff && !g.Safety:
			return g.claim(t, "hand_off"), false
		case k == p.subject() && t.is&(isPerson|isFetched) != 0 && !p.may(k) && !g.told(p):
			if t.is&isPerson != 0 && !g.HandedOff && !g.Safety {
				return g.claim(t, "hand_off"), false
			}
			if t.is&isPerson == 0 && !(p.named && g.holds()) {
				return g.claim(t, "arrival"), false
			}
		case t.is&isSoon != 0 && p.is&(isOurs|isPerson|isOpen|isArriving) != 0 && p.is&isNot == 0 && !g.HandedOff && !g.Safety:
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

// allowed tells whether a clause may speak of a booking at place k, though there is none: it is wished for, can be had, is not finished, or
// costs something.
func (p *part) allowed(k int) bool {
	if p.before(k, isMaybe) {
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

// undone follow "not" where a booking is not made: "is not finished".
var undone = wordSet("finished complete completed done booked confirmed scheduled reserved made completado completada terminado terminada reservado reservada hecha confirmada lista")

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

// supports tells whether the evidence holds what an idiom states.
func (g *guard) supports(what string) bool {
	switch what {
	case "hand_off", "safety":
		return g.HandedOff || g.Safety
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
