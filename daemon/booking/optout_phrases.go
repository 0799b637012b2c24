package booking

// Why phrases and not a list of words: "stop by tomorrow", "the leak won't stop" and "cancel my appointment" hold the carrier's
// keywords and want the opposite. What a phrase may not be said with stands beside it.

// Reason says why a person is to get no more texts.
type Reason string

// The reasons. A number that is not the customer's, or whose owner died, gives no consent of anybody.
const (
	ReasonAsked       Reason = "asked"
	ReasonWrongNumber Reason = "wrong_number"
	ReasonDeceased    Reason = "deceased"
)

// withdrawalSets are the words that stand for each other.
var withdrawalSets = map[string]string{
	"text":     "text texts texting texted textin texxt message messages messaging messaged sms contact contacting contacted communication communications notifications alerts",
	"reach":    "text message contact sms textin texting messaging contacting bother harass spam bug",
	"sending":  "sending sendin bothering harassing spamming contacting bugging annoying calling messaging texting textin pestering",
	"stop":     "stop quit cease discontinue halt",
	"never":    "dont never",
	"end":      "stop quit cease discontinue halt cancel end",
	"list":     "list lists system records database contacts",
	"remove":   "remove delete erase drop scrub",
	"me":       "me us",
	"our":      "my this our the that your",
	"wrong":    "wrong incorrect",
	"person":   "he she they mom mother mum mama dad father papa husband wife brother sister son daughter grandma grandpa grandmother grandfather uncle aunt who",
	"persona":  "mama madre papa padre esposo esposa marido hermano hermana hijo hija abuelo abuela tio tia senor senora ella",
	"escribir": "escribir escribirme escribiendo escribiendome mandar mandarme mandarnos enviar enviarme molestar molestarme textear textearme contactar contactarme llamarme mensajear",
	"escriban": "escriban escriba escribas texteen textee textees contacten contacte contactes molesten molestes",
	"manden":   "manden mande mandes envien envie envies",
	"mensajes": "mensajes mensaje textos texto sms nada",
	"quite":    "quite quiten quita saque saquen borre borren borra elimine eliminen elimina",
	"quiteme":  "quiteme quitenme quitame saqueme saquenme sacame borreme borrenme eliminenme elimineme",
}

// job are words of somebody who wants a visit: a death or a wrong number is then told as part of the story.
var job = wordSet("need needs house home furnace heat heater water ac inherited cleaning book booking appointment schedule come visit repair fix " +
	"plumber plumbing necesito casa herede revisar agua calefaccion cita reparar mine mio gave give put typed entered cell billing right")

// withdrawals is the book of phrases that withdraw consent.
var withdrawals = newPhraseBook(withdrawalPhrases(), withdrawalSets, map[string]func(*saying) bool{
	"job": func(m *saying) bool { return m.number || m.has(job) },
})

const notToBeStopped = "dont|wont|cant|doesnt|didnt|never|isnt stop|quit|cease;dont|wont want|need ...1 to? stop"

func withdrawalPhrases() []phrase {
	all := []phrase{
		// Stop doing that.
		{says: "{end} {text}", not: notToBeStopped},
		{says: "{end} all|the|these|those|this|any|your|of|with|sending|me|my|future|further|more {text}", not: notToBeStopped},
		{says: "{end} all|the|these|those|this|any|your|of|with|sending|me|my|future|further|more the|these|those|this|your|of|me|any|more|all {text}", not: notToBeStopped},
		{says: "{stop} {sending}", not: notToBeStopped + ";sending ...3 links|link|people|guys|techs|bills|invoices|emails|email|mail"},
		{says: "^ stop $", unasked: true},
		{says: "^ stop|cease it|this|that|all|everything|immediately $"},
		{says: "^ stop i|im|ive|we|weve|you|youre|it|its|or|dont|who|ya|por|already|texting|for", not: "stop it|its ...2 from"},
		{says: "^ cease|desist $"},
		{says: "cease ...1 desist"},
		{says: "will|would you please? stop $"},
		{says: "can|could you please stop $"},
		{says: "said|say|saying to? stop $"},
		{says: "told|asked|want|need|telling|asking you guys? to stop $"},
		{says: "last time stop"},
		{says: "^ stopall"},
		{says: "turn|shut|switch off these|the|those|your {text}"},
		{says: "turn off {text}"},
		{says: "knock it off"},
		{says: "enough {text}"},
		{says: "enough with|of the|these|your|this {text}"},
		{says: "done|finished with these|the|your|this {text}"},
		{says: "^ cancel ...1 subscription $", not: "maintenance"},

		// Do not do it.
		{says: "{never} ever? {reach}", not: "before|until|after|while|during|unless|at|late|early|and"},
		{says: "{never} call|phone or|and text|message|contact"},
		{says: "{never} {reach} or|and call|phone"},
		{says: "{never} ever? call|phone me|us|here|this ...1 again|anymore|ever|number"},
		{says: "{never} send|keep|try ...3 {text}", not: "{never} send ...3 until|before|after"},
		{says: "dont call|contact|text|message|disturb list"},
		{says: "dont|didnt|longer|not want|wish|consent|agree|care|like ...5 {text}", not: "want ...3 miss|wait"},
		{says: "dont want ...2 these|those|your texts|stuff"},
		{says: "no more {text}"},
		{says: "^ no more $"},
		{says: "^ no texts|texting|messages|text|sms $"},
		{says: "^ no texts|texting|messages|sms please|this|to|on|from"},
		{says: "leave|let me|us ...3 alone"},
		{says: "leave me|us be $"},
		{says: "^ go away $"},
		{says: "^ get lost $"},
		{says: "fuck|f|piss|buzz|bug|eff off"},

		// Off the list.
		{says: "unsubscribe|unsubscribing", not: "from ...2 email|emails|newsletter|newsletters|mail"},
		{says: "opt|opting me? out"},
		{says: "optout"},
		{says: "{remove} {me} $"},
		{says: "{remove} {me} from|off", not: "waiting|waitlist|8am|9am|10am|morning|appointment|schedule|email|emails"},
		{says: "{remove}|lose|forget|take {our} phone|cell|mobile? number"},
		{says: "take|get|pull me|us|her|him|them|it|this off $"},
		{says: "take|get|pull me|us|her|him|them|it|this off|out your|this|the|that|of ...3 {list}", not: "waiting|wait|waitlist"},
		{says: "number ...9 {remove} it $", not: "appointment"},

		// Complaints that nobody makes who wants more of it.
		{says: "this|thats|its is? spam", unasked: true},
		{says: "^ spam $", unasked: true},
		{says: "^ spam reported|blocked"},
		{says: "this|thats|its is? harassment", unasked: true},
		{says: "report|reporting|reported you|this|it|your|number ...2 spam|fcc|ftc|number|attorney"},
		{says: "reporting|reported ...2 spam"},
		{says: "report you"},
		{says: "block|blocking|blocked you|your|this number?", not: "drain|driveway|street"},
		{says: "revoke|withdraw|retract|rescind my|all|any? consent|permission|authorization"},

		// Somebody else's number.
		{says: "^ {wrong} number|person $", unless: "job", unasked: true, means: string(ReasonWrongNumber)},
		{says: "you|youve ...2 have|has|got|texted|reached|dialed the|a? {wrong} number|person", unless: "job", means: string(ReasonWrongNumber)},
		{says: "you ...1 the {wrong} number|person", unless: "job", means: string(ReasonWrongNumber)},
		{says: "{wrong} number this isnt|not|is", unless: "job", means: string(ReasonWrongNumber)},
		{says: "isnt|not|longer|aint|wasnt ...1 number", unless: "job", unasked: true, means: string(ReasonWrongNumber)},
		{says: "nobody|noone ...3 that name", means: string(ReasonWrongNumber)},
		{says: "no one ...3 that name", means: string(ReasonWrongNumber)},
		{says: "is|theres no @ here $", means: string(ReasonWrongNumber)},
		{says: "dont know ...1 @ $", means: string(ReasonWrongNumber)},
		{says: "new owner of this number", means: string(ReasonWrongNumber)},
		{says: "number belongs to", unless: "job", means: string(ReasonWrongNumber)},

		// Nobody's number any more.
		{says: "{person} has|have|just? passed|died", unless: "job", means: string(ReasonDeceased)},
		{says: "deceased", unless: "job", means: string(ReasonDeceased)},

		// Spanish.
		{says: "^ alto|pare|paren|parar|basta $", unasked: true},
		{says: "^ para ya"},
		{says: "^ no mas $"},
		{says: "no mas {mensajes}"},
		{says: "no me|nos|mas vuelvan|vuelva a {escribir}"},
		{says: "no vuelvan|vuelva|vuelvas a {escribir}"},
		{says: "no me|nos {escriban}", not: "antes|despues|por|moleste el|la|lo;hasta"},
		{says: "no molestar|molesten $"},
		{says: "no me|nos {manden} ...2 {mensajes}"},
		{says: "no me|nos {manden} ...1 mas? $"},
		{says: "no me|nos llamen|llame ni ...2 {escriban}"},
		{says: "no quiero|deseo|autorizo ...3 {mensajes}"},
		{says: "no quiero|deseo que me|nos {escriban}|{manden}"},
		{says: "deje|dejen|deja|dejar|pare|paren|para|parar ya? de {escribir}", not: "no deje|dejen|para"},
		{says: "dejenme|dejeme|dejame|dejennos en paz"},
		{says: "dar|darse|darme|deme|denme|dame de baja"},
		{says: "cancelar|cancele|cancelen ...2 {mensajes}|suscripcion|alertas"},
		{says: "{quiteme} ...4 lista|sistema", not: "espera"},
		{says: "{quite} mi|este|el|nuestro numero|telefono", not: "casa"},
		{says: "no autorizo ...2 {mensajes}"},
		{says: "retiro|revoco mi? consentimiento|autorizacion"},
		{says: "esto? es spam|acoso", unasked: true},
		{says: "numero|persona equivocado|equivocada", unless: "job", means: string(ReasonWrongNumber)},
		{says: "equivoco|equivocado|equivoca de numero", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no es ...1 numero de", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no vive ningun|ninguna|nadie", means: string(ReasonWrongNumber)},
		{says: "fallecio|fallecido|fallecida", unless: "job", means: string(ReasonDeceased)},
		{says: "{persona} ya? murio", unless: "job", means: string(ReasonDeceased)},
	}
	for i := range all {
		if all[i].means == "" {
			all[i].means = string(ReasonAsked)
		}
	}
	return all
}
