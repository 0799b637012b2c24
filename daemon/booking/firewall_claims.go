package booking

// What a text must not say unless it is so.

// bargains are words of a lower price. They may stand when a fact uses the same words.
var bargains = newPhraseBook([]phrase{
	{says: "free|complimentary", not: "feel|are|youre|be|is free;free to;free on|at|for;hands free", means: "price"},
	{says: "visit|its|call|estimate|service|is|diagnosis ...1 free", not: "feel free;you free;free to;free at|on", means: "price"},
	{says: "free of charge|visit|estimate|service|diagnosis", means: "price"},
	{says: "no|without|zero charge|cost|fee|extra", means: "price"},
	{says: "waive|waived|waiving", means: "price"},
	{says: "discount|discounts|discounted|coupon|promo|promotion|rebate|cheaper|bargain", not: "no|not|dont|cant ...4 discount|discounts", means: "price"},
	{says: "special offer|price|deal|rate", means: "price"},
	{says: "half price|off", means: "price"},
	{says: "gratis|descuento|descuentos|promocion|oferta", not: "no|sin ...3 descuento|descuentos", means: "price"},
	{says: "sin costo|cargo", means: "price"},
}, nil, nil)

// asserted are forms that state that something was done, with the act of evidence that must be there. A question and a denial
// state nothing.
var asserted = newPhraseBook([]phrase{
	{says: "booked|scheduled|reserved|confirmed|secured", not: notYet, means: string(DidBook)},
	{says: "all|youre|your set", not: notYet + ";set it|up", means: string(DidBook)},
	{says: "set for", not: notYet, means: string(DidBook)},
	{says: "got|have|put|had you|it|that down|in|on", not: notYet + ";got it", means: string(DidBook)},
	{says: "youre|you on|in the|our|for calendar|schedule|books", not: notYet, means: string(DidBook)},
	{says: "on|in the|our|your calendar|schedule|books", not: notYet + ";see|check|look|view ...3 calendar|schedule", means: string(DidBook)},
	{says: "see you", not: "cant see", means: string(DidBook)},
	{says: "locked|penciled|pencilled in", means: string(DidBook)},
	{says: "held|holding|saved ...2 window|slot|spot|time", not: notYet, means: string(DidBook)},
	{says: "will|ll be|arrive|come|visit ...3 there|you|out|house|home", not: "person|someone|office", means: string(DidBook)},
	{says: "technician|tech|plumber|he|she|they|someone|crew is|are coming|arriving", means: string(DidBook)},
	{says: "on the|his|her|their|its way", not: "when|texts|once ...6 way", means: "arrival"},
	{says: "dispatched|dispatching", means: "arrival"},
	{says: "sent|sending you|out|over? ...2 technician|tech|crew|plumber|someone", means: "arrival"},
	{says: "sending ...2 technician|tech|crew|plumber", means: "arrival"},
	{says: "within|in the? next? hour|minutes", means: "arrival"},
	{says: "reservado|reservada|reservados|agendado|agendada|programado|programada|confirmado|confirmada|apartado|apartada", not: "no|si|quiere|cuando ...3 reservado|agendado|confirmado|programado", means: string(DidBook)},
	{says: "nos vemos|veremos", means: string(DidBook)},
	{says: "esperamos", means: string(DidBook)},
	{says: "en camino", means: "arrival"},
	{says: "llegara|llegaran|llega", not: "cuando|avisa", means: string(DidBook)},
	{says: "moved|rescheduled|changed|switched", not: notYet + ";want|like|get ...3 moved|rescheduled|changed|switched", means: string(DidMove)},
	{says: "cambiado|cambiada|movido|movida|reprogramado|reprogramada|cambie|movi", not: "no|quiere", means: string(DidMove)},
	{says: "cancelled|canceled", not: notYet + ";want|like ...3 cancelled|canceled", means: string(DidCancel)},
	{says: "cancelado|cancelada|cancele", not: "no|quiere", means: string(DidCancel)},
	{says: "added|put|placed you|ya ...3 waitlist|waiting|list", not: notYet, means: string(DidWaitlist)},
	{says: "on the waitlist|waiting", not: notYet + ";want|like|put|add|shall", means: string(DidWaitlist)},
	{says: "en la lista", not: "quiere", means: string(DidWaitlist)},
	{says: "alerted|notified|informed|messaged|paged ...4 office|team|person|someone|technician|manager", means: "hand_off"},
	{says: "ive|have|i told|asked|let ...2 office|team|person|someone|manager", means: "hand_off"},
	{says: "someone|somebody|person|office|team|manager|colleague|they will|ll|is|are ...2 call|contact|reach|text|follow|get|be", not: "can|should", means: "hand_off"},
	{says: "avise|avisado|avisamos ...3 oficina|equipo|persona|alguien", means: "hand_off"},
	{says: "llamara|contactara|respondera|escribira", means: "hand_off"},
}, nil, nil)

// notYet: what is not done, or shall be done only when the customer wants it.
const notYet = "not|isnt|arent|havent|hasnt|never|nothing|cant|wasnt|until|once|when|if|before|to|be|being|get|already|fully ...2 " +
	"booked|scheduled|reserved|confirmed|set|moved|rescheduled|changed|switched|cancelled|canceled|down|in|held|holding|saved|waitlist"

// secrets are what must never be asked for by text.
var secrets = newPhraseBook([]phrase{
	{says: "card|credit|debit number|numbers|card|details|info|information", means: "card"},
	{says: "cvv|cvc|pin|expiration|expiry", means: "card"},
	{says: "social security|ssn", means: "identity"},
	{says: "ssn", means: "identity"},
	{says: "drivers? license|licence", means: "identity"},
	{says: "passport|birthdate", means: "identity"},
	{says: "date of birth", means: "identity"},
	{says: "bank|routing|account number|details|account", means: "card"},
	{says: "password|passcode", means: "identity"},
	{says: "deposit|prepay|prepayment|zelle|venmo|paypal|cashapp", means: "card"},
	{says: "tarjeta|cuenta ...2 numero|credito|debito|banco|bancaria", means: "card"},
	{says: "numero de tarjeta|cuenta|seguro|licencia", means: "card"},
	{says: "contrasena", means: "identity"},
}, nil, nil)

// instructions are words of somebody's own orders.
var instructions = newPhraseBook([]phrase{
	{says: "system|my prompt|instructions|instruction|rules|tools|guidelines", not: "follow ...3 instructions", means: "instructions"},
	{says: "as an ai language? model?", means: "instructions"},
	{says: "language model", means: "instructions"},
	{says: "openai|chatgpt|gpt|llm|claude|llama|gemini", means: "instructions"},
	{says: "prompt|prompts", not: "prompt service|response|reply", means: "instructions"},
	{says: "override accepted|code", means: "instructions"},
	{says: "tools are|available", means: "instructions"},
	{says: "mis instrucciones|reglas", means: "instructions"},
}, nil, nil)

// done: what is said to be done was done, nobody is asked for secrets, and nobody's orders are told.
func (g *guard) done() (Claim, bool) {
	for _, s := range g.sentences() {
		if f, ok := instructions.find(s.plain); ok {
			return Claim{f.words, f.means}, false
		}
		if f, ok := secrets.find(s.plain); ok && !s.plain.has(refusals) {
			return Claim{f.words, f.means}, false
		}
		if s.asks && !s.plain.has(tags) {
			continue
		}
		for _, c := range s.plain.clauses {
			one := saying{clauses: []clause{c}, whole: c}
			f, ok := asserted.find(&one)
			if !ok {
				continue
			}
			if !g.did(f.means) && !g.inFacts(f.words) {
				return Claim{f.words, f.means}, false
			}
		}
	}
	for _, mark := range "{}[]<>_|\\`" {
		for _, c := range string(g.text) {
			if c == mark {
				return Claim{string(c), "instructions"}, false
			}
		}
	}
	return Claim{}, true
}

// refusals make a sentence about secrets harmless: "please do not send card numbers by text".
var refusals = wordSet("dont not never no isnt cant without nunca sin wont")

// tags make a question a statement: "you're booked, ok?".
var tags = wordSet("booked confirmed scheduled reserved ok okay right cool bueno")

// did tells whether the evidence holds an act.
func (g *guard) did(what string) bool {
	switch what {
	case "hand_off":
		return g.HandedOff || g.Safety
	case "arrival":
		return false
	}
	for _, b := range g.Booked {
		if string(b.Did) == what || what == string(DidBook) && b.Did == DidMove {
			return true
		}
	}
	return false
}
