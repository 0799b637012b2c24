package booking

import "strings"

// askings are ways to ask for secrets by words that mean other things alone.
var askings = newPhraseBook([]phrase{
	{says: "social security", means: "identity"}, {says: "seguro social", means: "identity"}, {says: "last four|digits", means: "identity"},
	{says: "account number|details", means: "card"}, {says: "numero de cuenta|tarjeta|seguro|licencia", means: "card"}, {says: "numeros de atras|adelante|la", means: "card"},
	{says: "mothers? maiden", means: "identity"}, {says: "security|verification|access|confirmation|login|sms|the|that code", means: "identity"},
	{says: "credit|debit number|card|info|information|details", means: "card"}, {says: "expiration|expiry date", means: "card"}, {says: "sign|log in", means: "link"},
	{says: "codigo de|que", means: "identity"}, {says: "for code", means: "identity"},
}, nil, nil)

// instructions are words of somebody's own orders.
var instructions = newPhraseBook([]phrase{
	{says: "system|my prompt|instructions|instruction|rules|tools|guidelines", not: "follow ...3 instructions", means: "instructions"},
	{says: "as an ai language? model?", means: "instructions"},
	{says: "language model", means: "instructions"},
	{says: "openai|chatgpt|gpt|llm|claude|gemini|anthropic", means: "instructions"},
	{says: "prompt|prompts", not: "prompt service|response|reply", means: "instructions"},
	{says: "override accepted|code", means: "instructions"},
	{says: "tools are|available", means: "instructions"},
	{says: "mis instrucciones|reglas", means: "instructions"},
}, nil, nil)

// secrets: nobody is asked for a card or an identity, sent to another place, told that all is safe, or shown somebody's orders.
func (g *guard) secrets() (Claim, bool) {
	for i := range g.parts {
		p := &g.parts[i]
		one := saying{clauses: []clause{p.words}, whole: p.words}
		if f, ok := instructions.in(&one, &p.words); ok {
			return Claim{f.words, f.means}, false
		}
		for k := range p.terms {
			t := &p.terms[k]
			switch {
			case k > 1 && len(t.s) == 1 && len(p.terms[k-1].s) == 1 && len(p.terms[k-2].s) == 1 && !t.names() && !p.terms[k-1].names() && !p.terms[k-2].names():
				return Claim{string(g.text[p.terms[k-2].start:t.end]), "script"}, false // "b o o k e d"
			case t.is&isSecret != 0 && !p.declines(k):
				if cardWords[t.s] {
					return g.claim(t, "card"), false
				}
				return g.claim(t, "identity"), false
			case t.is&isLink != 0 && !g.worded(t.s):
				return g.claim(t, "link"), false
			case t.is&isPromise != 0 && !(p.is&isMaybe != 0 && (t.s == "safe" || t.s == "safely")) && !g.Safety && !g.told(p):
				return g.claim(t, "promise"), false
			}
		}
		if f, ok := askings.in(&one, &p.words); ok && p.is&isNot == 0 {
			return Claim{f.words, f.means}, false
		}
		if k := p.find("punto"); k >= 0 && k+1 < len(p.terms) && len(p.terms[k+1].s) <= 4 && p.terms[k+1].is == 0 {
			return g.claim(&p.terms[k], "link"), false
		}
	}
	if i := strings.IndexAny(string(g.text), "{}[]<>_|\\`"); i >= 0 {
		return Claim{string(g.text[i : i+1]), "instructions"}, false
	}
	return Claim{}, true
}

var cardWords = wordSet("card cards cvv cvc bank banks banking routing zelle venmo paypal cashapp bitcoin deposit prepay prepayment tarjeta tarjetas banco bancaria bancario cuenta iban account pin")

func (p *part) find(word string) int {
	for k := range p.terms {
		if p.terms[k].s == word {
			return k
		}
	}
	return -1
}

// declines tells whether a clause says that the secret at place k must not be sent: "please do not send card numbers".
func (p *part) declines(k int) bool {
	for i := k - 1; i > 0; i-- {
		if declined[p.terms[i].s] && (p.terms[i-1].is&isNot != 0 || i > 1 && p.terms[i-2].is&isNot != 0) {
			return true
		}
	}
	return false
}

var declined = wordSet("send share text give take ask need accept collect include write post envie mande comparta escriba pedimos pida necesitamos necesito aceptamos tomamos")
