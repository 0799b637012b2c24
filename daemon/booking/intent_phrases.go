package booking

import "strings"

// intentSets are the words that stand for each other.
var intentSets = map[string]string{
	"visit":  "appointment appt appointments booking visit reservation service job slot window cita visita",
	"move":   "move reschedule change push switch postpone bump mover cambiar reprogramar pasar",
	"talk":   "talk speak chat hablar",
	"human":  "someone somebody person human representative rep agent manager owner operator office alguien persona humano gerente",
	"cost":   "cost costs price prices pricing rate rates fee fees charge charges quote estimate ballpark precio precios costo tarifa",
	"lawyer": "lawyer attorney lawsuit sue suing court abogado demanda demandar",
}

// intents is the book of what customers' texts are about.
var intents = newPhraseBook([]phrase{
	{says: "^ yes|yeah|yep|yup|yea|ya|yah|si|sip|claro|dale|sure|absolutely|definitely|correct|affirmative|okay|ok|k|kk|sip|sale|vale|bueno|perfecto|perfect", not: "ya no", means: "yes"},
	{says: "that|it|this|thats|which works|fine|perfect|good|ok|okay|great", not: "not|doesnt|dont|no|isnt|cant|never", means: "yes"},
	{says: "^ works|perfect|great|good $", means: "yes"},
	{says: "works|good for|with me|us", not: "not|doesnt|dont|what|which|when|if", means: "yes"},
	{says: "sounds good|great|perfect|fine", means: "yes"},
	{says: "book|schedule|reserve it|that|this|them|me", not: "not|dont|can you book|how", unasked: true, means: "yes"},
	{says: "lets do", means: "yes"},
	{says: "do it", not: "how|dont|to do it|you do", unasked: true, means: "yes"},
	{says: "go ahead", means: "yes"},
	{says: "ill|i take it|that", means: "yes"},
	{says: "is fine|ok|okay|good|perfect|great", not: "not|isnt|what|which", unasked: true, means: "yes"},
	{says: "me sirve|parece|queda bien?", not: "no", means: "yes"},
	{says: "esta bien", not: "no", means: "yes"},
	{says: "de acuerdo", means: "yes"},
	{says: "^ confirm|confirmed|confirmo $", means: "yes"},
	{says: "confirmo|reservelo|agendelo|reservela|agende", means: "yes"},
	{says: "^ no|nope|nah|negative", not: "no problem|worries|more|heat|hot|water|ac|gas|thanks ...9 yes", means: "no"},
	{says: "doesnt|dont|wont|cant work|do", not: "furnace|ac|heater|toilet|it doesnt", means: "no"},
	{says: "not that|those|this one|time|day", means: "no"},
	{says: "none of those|them|these|that", means: "no"},
	{says: "no me sirve|queda|funciona", means: "no"},
	{says: "neither", means: "no"},

	{says: "how much", not: "how much longer|time", means: "price"},
	{says: "{cost}", not: "change|rate ...1 google|no cost;free of charge;in charge", means: "price"},
	{says: "cuanto cuesta|cobran|cobra|sale|vale|seria|es", means: "price"},
	{says: "expensive|cheap|afford|caro|barato", means: "price"},
	{says: "rough number", means: "price"},

	{says: "{talk} to|with|con ...3 {human}", means: "human"},
	{says: "real|actual|live person|human|agent", not: "are you a?", means: "human"},
	{says: "{human} {talk}", means: "human"},
	{says: "can|could|may i ...2 {talk} ...3 {human}", means: "human"},
	{says: "hablar con", means: "human"},
	{says: "^ agent|representative|operator|human|person $", means: "human"},
	{says: "have|get ...2 someone|somebody|person|manager|owner call|text|contact|reach", means: "human"},
	{says: "call|phone|ring me", not: "dont|not|never|before|when|if", means: "call_me"},
	{says: "just call", not: "dont|not just? call", means: "call_me"},
	{says: "llameme|llamame|llamenme", not: "no", means: "call_me"},

	{says: "cancel|cancelar|cancelo|cancele|canceling|cancelling ...3 {visit}|it|today|tomorrow|mon|tue|wed|thu|fri|sat|sun|thursday|friday|monday|tuesday|wednesday|saturday|manana", not: notCancel, means: "cancel"},
	{says: "need|have|want|like|got to cancel", not: notCancel, means: "cancel"},
	{says: "can|could i|we|you ...1 cancel", not: notCancel, means: "cancel"},
	{says: "please cancel $", not: notCancel, means: "cancel"},
	{says: "cant|wont make it", means: "reschedule"},
	{says: "{move} ...3 {visit}|it|that|me|us|la|to|for|para|another|different", not: "address|number|name|filter|mind|furnace|heater", means: "reschedule"},
	{says: "resched|rescheduling|reschedule", means: "reschedule"},
	{says: "different|another|other|later|earlier day|time|date|window", means: "reschedule"},
	{says: "otro|otra dia|hora|fecha", means: "reschedule"},

	{says: "asap|earliest|soonest", means: "earliest"},
	{says: "as soon as", means: "earliest"},
	{says: "first available|opening|thing|spot", means: "earliest"},
	{says: "right away|now", not: "not|just", means: "earliest"},
	{says: "soon as possible", means: "earliest"},
	{says: "next available|opening", means: "earliest"},
	{says: "lo antes|mas pronto posible?", means: "earliest"},
	{says: "cuanto antes", means: "earliest"},
	{says: "either|any|whichever|whatever one|time|day|works|is|of|window|fine", not: "do you have any|not any|is there any|anything", means: "any"},
	{says: "^ either|any|anytime|whenever|whichever|whatever|cualquiera $", means: "any"},
	{says: "cualquier|cualquiera", means: "any"},
	{says: "whats|what|which ...4 open|available|openings|availability", not: "address", means: "options"},
	{says: "what|which times|days|windows|slots", means: "options"},
	{says: "any|anything openings|opening|available|availability|open|slots|times|friday|monday|tuesday|wednesday|thursday|saturday|sunday|tomorrow|today|evenings|mornings", means: "options"},
	{says: "do you have|got ...3 friday|monday|tuesday|wednesday|thursday|saturday|sunday|tomorrow|today|evenings|mornings|weekends|anything|openings|availability|evening|morning|afternoon", means: "options"},
	{says: "availability|disponible|disponibilidad|horarios", means: "options"},
	{says: "que|cuales dias|horas|horarios", means: "options"},
	{says: "when can|could|would|will you|someone|somebody|they|he|the ...2 come|be|get|do", means: "when"},
	{says: "how soon", means: "when"},
	{says: "cuando pueden|puede|vienen|viene", means: "when"},
	{says: "waitlist|waiting list", means: "waitlist"},
	{says: "let me know|text me if|when ...4 opens|open|cancels|available|cancellation", means: "waitlist"},
	{says: "lista de espera", means: "waitlist"},
	{says: "am i|is it|is this|are we|are you ...2 booked|confirmed|scheduled|set|on", means: "booked"},
	{says: "still coming|on|scheduled", means: "booked"},
	{says: "esta|quedo confirmada|confirmado|agendada|reservada", means: "booked"},

	{says: "never mind|nvm|nevermind", means: "done"},
	{says: "^ nvm|nevermind", means: "done"},
	{says: "already|got|just fixed|booked|scheduled|hired|found|done|repaired|replaced|handled", not: "gas co|company|need|needs", means: "done"},
	{says: "fixed it|itself|already", not: "need|get|not", means: "done"},
	{says: "husband|wife|dad|neighbor|friend|brother|landlord|son fixed|repaired|did", means: "done"},
	{says: "went|going|go with another|someone|somebody|different|other|a", means: "done"},
	{says: "found|hired|used someone|somebody|another|other|a", means: "done"},
	{says: "no longer|dont need|needed|interested ...3 it|this|you|service|anymore|help|anything", not: "texts|messages|receive", means: "done"},
	{says: "not interested", means: "done"},
	{says: "changed my mind", means: "done"},
	{says: "all good|set now|here|thanks", means: "done"},
	{says: "ya lo|la arregle|arreglo|arreglaron|repare|encontre|resolvimos", means: "done"},
	{says: "ya no lo? necesito|ocupo|hace", means: "done"},
	{says: "no gracias", means: "done"},
	{says: "no thanks|thank you?", means: "done"},
	{says: "not right? now|today|yet", not: "working|heating", means: "later"},
	{says: "maybe|perhaps later|next month|year|spring", means: "later"},
	{says: "later $", not: "see you;any|something|anything|time|day|window later", means: "later"},
	{says: "get back to you", means: "later"},
	{says: "think about it", means: "later"},
	{says: "ahora no", means: "later"},
	{says: "mas tarde|luego $", means: "later"},

	{says: "thanks|thank|thx|ty|gracias|appreciate", means: "thanks"},
	{says: "^ hi|hello|hey|hola|buenos|buenas|yo|sup", means: "greeting"},
	{says: "are|r you ...2 bot|robot|real|human|ai|person|machine|automated|computer|chatbot", means: "bot"},
	{says: "is this|it ...2 bot|robot|real|automated|ai|machine|automatic", means: "bot"},
	{says: "am i ...2 talking|texting|chatting ...3 bot|robot|machine|ai|computer|person|human", means: "bot"},
	{says: "eres|es|usted ...2 robot|bot|maquina|persona|real", means: "bot"},
	{says: "who|whos is|are|dis|this this?|you?", not: "who is coming|who is|are the|my|your", means: "who"},
	{says: "what|which company|business|is this", not: "what is this cost|leak|noise", means: "who"},
	{says: "how did you get", means: "who"},
	{says: "quien es|eres|habla|escribe", means: "who"},

	{says: "ridiculous|terrible|worst|awful|unacceptable|horrible|pathetic|furious|disgusting|rude|unprofessional|incompetent|joke", means: "complaint"},
	{says: "ripoff|scam|scammers|crooks", not: "is this|it a?", means: "complaint"},
	{says: "rip off", means: "complaint"},
	{says: "complaint|complain|refund|bbb|overcharged|warranty claim", means: "complaint"},
	{says: "no show", means: "complaint"},
	{says: "never showed|came|called", means: "complaint"},
	{says: "waited|waiting all|hours|since", not: "ive been without", means: "complaint"},
	{says: "your|the guy|tech|technician|plumber|crew ...3 broke|damaged|ruined|left|caused|stole|messed", means: "complaint"},
	{says: "still|again leaking|broken|not|doesnt ...3 after", means: "complaint"},
	{says: "pesimo|terrible|estafa|reclamo|queja|reembolso", not: "es una", means: "complaint"},
	{says: "{lawyer}", means: "legal"},
	{says: "legal action", means: "legal"},
	{says: "damages|liable|negligence|insurance claim", means: "legal"},
	{says: "sexy|nudes|horny|sex|naked|slut|bitch|whore|dick|pussy", means: "abuse"},
	{says: "fuck|fucking|fuckin|asshole|idiot|idiots|moron|stupid|dumb|puta|pendejo|chinga", means: "abuse"},
	{says: "pic|pics|picture|photo of|from you|u|yourself", means: "abuse"},
	{says: "seo|leadgen|backlinks", means: "seller"},
	{says: "rank|ranking ...4 google", means: "seller"},
	{says: "google ...3 ranking|page|reviews|listing|ads", not: "found|saw|your", means: "seller"},
	{says: "leads ...3 guaranteed|month|mo|free", means: "seller"},
	{says: "we|i offer|provide|help|specialize ...5 businesses|contractors|companies|marketing|websites|loans|funding|leads", means: "seller"},
	{says: "grow|scale your business", means: "seller"},
	{says: "business loan|funding|capital", means: "seller"},
	{says: "marketing agency|services|company", means: "seller"},
	{says: "hop on a? call", means: "seller"},
	{says: "thanks|thank you? for contacting|reaching|messaging|your", not: "your help|time|text|patience|quick", means: "machine"},
	{says: "automatic|automated|auto reply|response|message", not: "are|is you|this ...3 automated", means: "machine"},
	{says: "autoreply|autoresponder", means: "machine"},
	{says: "out of office|the", not: "out of the house|way|question|blue|tank|water", means: "machine"},
	{says: "we|someone will respond|reply|get back|be in touch ...4 within|shortly|soon|business", means: "machine"},
	{says: "im driving with", means: "machine"},
	{says: "do not|dont reply to this", means: "machine"},
	{says: "message was not delivered", means: "machine"},
	{says: "im|i am|only|just 8|9|10|11|12|13|14|15|16|17", not: "months|min|minutes|miles|weeks|degrees|away|free|available|at|blocks|hours|pm|am", means: "minor"},
	{says: "8|9|10|11|12|13|14|15|16|17 years? old", not: "heater|furnace|ac|unit|system|house|roof|water|its|it|pipe|toilet|month|week|tank|boiler|kid|son|daughter|baby|a|condenser|model", means: "minor"},
	{says: "my mom|dad|moms|dads|parents is|are|at ...2 work|home|asleep|out", not: "i|we ...9 booked", means: "minor"},
	{says: "mi mama|papa esta|no ...2 trabajando|trabajo", not: "senora", means: "minor"},
	{says: "tengo 8|9|10|11|12|13|14|15|16|17 anos", means: "minor"},
	{says: "renting|renter|tenant|landlord|landlords|inquilino|rento", not: "i|im|am the? a? landlord;my tenant|tenants|renter", means: "tenant"},
	{says: "dont own", means: "tenant"},
	{says: "warehouse|commercial|rooftop|rtu|restaurant|hotel|factory|apartments|complex|hoa|strip mall|church", means: "commercial"},
	{says: "office building|park|space", means: "commercial"},
	{says: "pm|maintenance|service contract|agreement", means: "commercial"},
	{says: "property manager|management", means: "commercial"},
	{says: "system|your prompt|instructions", means: "override"},
	{says: "ignore|forget|disregard ...3 previous|prior|all|your|instructions|rules", means: "override"},
	{says: "override|jailbreak", means: "override"},
	{says: "developer|debug|admin|god mode", means: "override"},
	{says: "you are now", means: "override"},
	{says: "pretend|act ...2 as|youre|you are", means: "override"},
	{says: "this is the|your manager|owner|admin|developer|ceo|boss", means: "override"},
	{says: "licensed|license|insured|bonded|certified|licencia|asegurados", means: "license"},
	{says: "speak|in|habla|hablan|en spanish|espanol", means: "spanish"},
}, intentSets, nil)

// notCancel: what is cancelled is not the visit.
const notCancel = "dont|not|didnt|did|why|who|never cancel;cancellation;texts|messages|subscription;canceled on;if it rains;fee"

// all gives every phrase of the message, each meaning once.
func (b *phraseBook) all(m *saying) (list []found) {
	seen := map[string]bool{}
	take := func(c *clause) {
		for at, w := range c.words {
			for _, p := range b.from[w] {
				if seen[p.means] || p.unasked && c.asks {
					continue
				}
				end, ok := p.says.from(c, at)
				if !ok || p.voided(c) || p.unless != "" && b.unless[p.unless](m) {
					continue
				}
				seen[p.means] = true
				list = append(list, found{p.means, strings.Join(c.words[at:end], " ")})
			}
		}
	}
	for i := range m.clauses {
		take(&m.clauses[i])
	}
	take(&m.whole)
	return list
}
