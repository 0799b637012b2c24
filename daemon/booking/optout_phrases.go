package booking

import "slices"

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
	"text":      "text texts texting texted textin texxt message messages messaging messaged sms contact contacting contacted communication communications notifications alerts",
	"reach":     "text message contact sms textin texting messaging contacting bother harass spam bug",
	"bothering": "bothering harassing spamming contacting bugging annoying messaging texting textin pestering soliciting",
	"stop":      "stop quit cease discontinue halt",
	"never":     "dont never",
	"end":       "stop quit cease discontinue halt cancel end",
	"list":      "list lists system records database contacts thread chat program subscription",
	"remove":    "remove removed delete deleted erase drop scrub",
	"me":        "me us",
	"our":       "my this our the that your",
	"wrong":     "wrong incorrect",
	"person":    "he she they mom mother mum mama dad father papa husband wife brother sister son daughter grandma grandpa grandmother grandfather uncle aunt who",
	"people":    "boss manager tenant tenants owner renter landlord neighbor wife husband mom mother dad father son daughter kid kids girlfriend boyfriend roommate brother sister",
	"curse":     "fing fn fkn fucking fuckin freaking frickin damn effing bloody goddamn",
	"stuff":     "these this that those them stuff anything crap shit things it",
	"alto":      "alto basta stop parale parenle pare paren cese cesen",
	"persona":   "mama madre papa padre esposo esposa marido hermano hermana hijo hija abuelo abuela tio tia senor senora ella",
	"escribir":  "escribir escribirme escribiendo escribiendome mandar mandarme mandarnos enviar enviarme molestar molestarme textear textearme contactar contactarme llamarme mandando enviando mensajear mensajearme molestando joder fregar chingar fastidiar hostigar acosar insistir",
	"escriban":  "escriban escriba escribas texteen textee textees contacten contacte contactes molesten molestes",
	"manden":    "manden mande mandes envien envie envies",
	"mensajes":  "mensajes mensaje mensajitos textos texto sms nada text texts message messages",
	"quite":     "quite quiten quita saque saquen borre borren borra elimine eliminen elimina remueva remuevan remueve quitar borrar eliminar remover olvide olviden olvidense olvidese olvidate",
	"quiteme":   "quiteme quitenme quitame saqueme saquenme sacame retirenme retireme retirame borreme borrenme eliminenme elimineme remuevame remuevanme quitarme sacarme borrarme",
}

// job are words of somebody who wants a visit: a death or a wrong number is then told as part of the story.
var job = wordSet("need needs house home furnace heat heater water ac inherited cleaning book booking appointment schedule come visit repair fix " +
	"plumber plumbing necesito casa herede revisar agua calefaccion cita reparar mine mio gave give put typed entered cell billing right " +
	"septic sewer pipe pipes toilet sink drain faucet shower leak leaking unit boiler thermostat breaker outlet panel electrical wiring pump " +
	"estate probate selling warranty estimate quote rental property calentador tuberia bano fuga aire drenaje")

// unwanted stand before a word of a job that the writer has none of: "wrong number, I did not book anything".
var unwanted = wordSet("dont didnt never havent not nothing")

// withdrawals is the book of phrases that withdraw consent.
var withdrawals = newPhraseBook(withdrawalPhrases(), withdrawalSets, map[string]func(*saying) bool{
	"job":     func(m *saying) bool { return m.number || m.hasWanted(job) },
	"driving": func(m *saying) bool { return m.has(driving) },
	"slip":    func(m *saying) bool { return m.has(slip) },
	"text":    func(m *saying) bool { return m.has(byText) }, // "stop calling, just text"
	"me":      func(m *saying) bool { return m.has(mine) || m.hasWanted(ofHouse) },
	"else":    func(m *saying) bool { return m.hasWanted(ofHouse) || m.has(slip) },
	"house":   func(m *saying) bool { return m.hasWanted(ofHouse) },
})

// byText are words of somebody who would rather have texts than calls.
var byText = wordSet("text texts only instead fine better easier rather")

// driving are words of somebody who cannot read texts just now.
var driving = wordSet("driving meeting sleeping asleep busy")

// slip are words of somebody whose STOP was none.
var slip = wordSet("accident accidentally mistake mean meant oops")

// mine are words of somebody who would have the texts instead.
var mine = wordSet("me us mine instead only")

// hasWanted tells whether the message holds a word of the set that is not denied just before.
func (m *saying) hasWanted(set map[string]bool) bool {
	for i, w := range m.whole.words {
		if set[w] && !slices.ContainsFunc(m.whole.words[max(0, i-3):i], func(b string) bool { return unwanted[b] }) {
			return true
		}
	}
	return false
}

// notToBeStopped makes "stop texting" no wish: "why did you stop texting me".
const notToBeStopped = "dont|wont|cant|doesnt|didnt|never|isnt stop|quit|cease;didnt|not mean ...2 stop;dont|wont want|need ...1 to? stop;why ...2 you stop|quit;mom|mommy|dad|she|he says stop"

// onceBooked: the texts may stop when there is a visit.
const onceBooked = ";after|once|when i|we|its|im|were ...1 book|booked|done|set|finish|finished|scheduled"

// sometimes: not at that hour or not that way, but not for ever; or somebody else is not to be written to.
const sometimes = "before|until|till|til|after|while|during|unless|at|late|early|and;{reach} back|him|her|them;{reach} the|my|our {people}"

// notTexts: what is opted out of is something sold.
const notTexts = "out of|from ...4 plan|warranty|maintenance|membership|repair|insurance|trial|agreement|contract;happens if"

// notAtTheEnd: a stop at the end that is a place, or what somebody or something does.
const notAtTheEnd = "the|a|an|next|last|first|second|third|our|your|my|bus|to|it|he|she|they|i|we|who|will|would|wont|doesnt|didnt|dont|cant|not|never|might|" +
	"keeps|until|til|till|just|non|full|then|and|or|when|where|if|gonna|should|did|can stop|quit $;make|get ...3 stop|quit $;job|work ...2 quit $"

func withdrawalPhrases() []phrase {
	return []phrase{
		// Stop doing that.
		{says: "{end} {curse}? {text}", not: notToBeStopped + onceBooked},
		{says: "{end} all|the|these|those|this|any|your|of|with|sending|me|my|future|further|more {text}", not: notToBeStopped},
		{says: "{end} all|the|these|those|this|any|your|of|with|sending|me|my|future|further|more the|these|those|this|your|of|me|any|more|all ...1 {text}", not: notToBeStopped},
		{says: "{stop} {curse}? {bothering}", not: notToBeStopped + onceBooked},
		{says: "{stop} calling", not: notToBeStopped, unless: "text"},
		{says: "{stop} ...1 sending me|us? $", not: notToBeStopped},
		{says: "{stop} ...1 sending ...4 {text}|{stuff}", not: notToBeStopped + ";sending ...3 links|link|bills|invoices|emails|email|mail|guy|guys|tech"},
		{says: "{stop} these|them $", not: notToBeStopped},
		{says: "make it stop $", unless: "house", unasked: true},
		{says: "make|get these|them|texts|messages to? stop|end|quit $"},
		{says: "make it|this end $", unless: "house"},
		{says: "text|reply|type ...2 to stop|end|quit"},
		{says: "^ stop {text}", not: notToBeStopped},
		{says: "texted|replied|typed|wrote|sent stop", unless: "slip"},
		{says: "still texting|messaging|spamming|contacting|bothering me|us|this", not: "still need|want"},
		{says: "{text} isnt|not|arent ...1 ok|okay|welcome|wanted|allowed|authorized"},
		{says: "^ i? never|didnt sign|signed|opt|opted|subscribe|subscribed|enroll|enrolled|register|registered|apply|applied up|in? $"},
		{says: "^ this|thats|its isnt|not|aint me $", means: string(ReasonWrongNumber)},
		{says: "^ this is not me $", means: string(ReasonWrongNumber)},
		{says: "never|didnt|not opt|opted|sign|signed|subscribe|subscribed|enroll|enrolled up? for this|these|those|{text} ...1 stop|quit", not: "plan|membership|warranty;stop|quit by|working"},
		{says: "never|didnt|not opt|opted|sign|signed|subscribe|subscribed|enroll|enrolled ...2 this|these|those|{text} $", not: "plan|membership|warranty"},
		{says: "dont need your|these|any|all|more ...1 {text}"},
		{says: "no solicitations|solicitation|soliciting|marketing"},
		{says: "refrain from {bothering}|sending"},
		{says: "^ stop $", unasked: true},
		{says: "^ stop|cease it|this|that|all|everything|immediately $"},
		{says: "^ stop i|im|ive|we|weve|you|youre|it|its|or|dont|who|ya|por|already|texting|for", not: "stop it|its ...2 from"},
		{says: "^ cease|desist $"},
		{says: "cease ...1 desist"},
		{says: "will|would you please? stop $"},
		{says: "can|could you please stop $"},
		{says: "said|say|saying to? stop $"},
		{says: "told|asked|want|need|telling|asking you guys? to stop $", not: "dont|not want|need"},
		{says: "last time stop"},
		{says: "^ stopall"},
		{says: "turn|shut|switch off these|the|those|your? {text}", not: "thermostat|nest|ecobee|app|alarm"},
		{says: "you|youre|yall|guys|people are|keep|been? spamming|harassing|stalking|pestering me|us|my|this"},
		{says: "dont have|need to keep|continue {bothering}", not: sometimes},
		{says: "meant|trying|mean|intended to {reach} someone|somebody|another else?|person?", unless: "job", means: string(ReasonWrongNumber)},
		{says: "you|yall ...1 need|needs|have|gotta|got|must|better to? stop|quit $", unasked: true, unless: "house"},
		{says: "time|times stop|quit $", unless: "house"},
		{says: "no more of? these|this|them $", unless: "house"},
		{says: "{stop} ...3 automated ...1 stuff|crap|thing|things"},
		{says: "no follow ...1 ups|up|followups $"},
		{says: "{never} {reach} her|him $", unless: "me"},
		{says: "landline ...9 take|remove|delete"},
		{says: "cut these|those|them|this off|out $", unless: "house"},
		{says: "stop|quit $", not: notAtTheEnd, unless: "else", unasked: true},
		{says: "^ stop|quit|cease please|im|i|we|thanks|this|not|no|now", not: "stop by|at|in;please come|stop|make", unless: "house"},
		{says: "these|texts|messages to? end|stop|cease", not: notToBeStopped, unless: "house"},
		{says: "said|told|replied|texted|sent|wrote ...2 stop", not: "he|she|they|tech said;dont|not ...1 stop", unless: "slip"},
		{says: "why ...2 you ...1 still|keep {bothering}|texting"},
		{says: "asked|told|said ...2 not to|be {reach}|texted|contacted|messaged", not: sometimes},
		{says: "not to {reach} me|us|this", not: sometimes + ";forget"},
		{says: "^ no texting|text|message me|this|us", not: sometimes + ";yet"},
		{says: "do no text|message|contact"},
		{says: "dont want|need|like these|those $", unless: "house"},
		{says: "i|we dont accept|take|do|read|want ...1 texts|texting|sms"},
		{says: "{never} send ...1 anything|nothing|stuff to|here|this", not: "guy|tech|card|money|bill"},
		{says: "being|getting|been spammed|harassed|bothered"},
		{says: "kick rocks|stones"},
		{says: "screw|shove off|you"},
		{says: "^ this|its|thats ...1 scam|fraud|phishing", unasked: true, unless: "house"},
		{says: "^ scam|scammer|scammers|fraud $", unasked: true},
		{says: "dont|didnt|never|not ...2 ask|asked|want|like|agree|agreed|consent ...2 to? be|being contacted|texted|messaged|bothered|on"},
		{says: "you|youre|youve|yall|guys ...2 bothering|annoying|pestering|bugging me|us|my|this"},
		{says: "{never} send|give me|us stuff|things|anything|crap|junk $", unless: "house"},
		{says: "{never} send|sending me|us $", unless: "house"},
		{says: "how ...3 stop|end ...2 these|the|your|getting|receiving ...2 {text}"},
		{says: "^ text|message|bother|contact someone|somebody else"},
		{says: "dont remember|recall ...1 signing|subscribing|asking|giving|requesting", unless: "house"},
		{says: "more|another text|message ...6 lawyer|attorney|sue|report|police|court"},
		{says: "marking|marked ...2 spam"},
		{says: "want|wanna|like off ...2 {list}"},
		{says: "{text} not needed|necessary|required"},
		{says: "^ delete $", unless: "else", unasked: true},
		{says: "{stop} hitting|ringing|buzzing ...1 my|me|us"},
		{says: "{never} use my|this number|phone|cell ...3 for|again|anymore|here"},
		{says: "number shouldnt|should ...2 be|on"},
		{says: "^ end|stop|close my|this|the? subscription $"},
		{says: "kill|end|close|delete this|the thread|chat|conversation $"},
		{says: "knock|cut it off|out $"},
		{says: "{stop} blowing|lighting ...1 up? my|our|me|this"},
		{says: "turn|shut|switch these|those {text}? off $", unasked: true, unless: "house"},
		{says: "i want|wanna out $"},
		{says: "enough {text}"},
		{says: "enough with|of the|these|your|this {text}"},
		{says: "done|finished with these|the|your|this {text}"},
		{says: "^ cancel ...1 subscription $", not: "maintenance"},
		{says: "^ remove|unsubscribe|dnc|desuscribir $"},

		// Do not do it.
		{says: "{never} ever? {reach} me|us|it|this|my|any|anymore|again|number|here|ever|about|with|or", not: sometimes + ";bother with|about"},
		{says: "{never} ever? {reach} $", not: sometimes + ";bother $;call|phone|ring {never} {reach};i|we {never} {reach}", unless: "driving"},
		{says: "no need|reason to {reach} me|us|this anymore|again|number", not: sometimes},
		{says: "no need to {reach} me|us $", not: sometimes},
		{says: "not ever? {reach} me|us|this", not: sometimes},
		{says: "{never} call|phone or|and text|message|contact"},
		{says: "{never} {reach} or|and call|phone"},
		{says: "{never} ever? call|phone me|us|here|this ...1 again|anymore|ever|number"},
		{says: "{never} send|keep|try ...3 {text}", not: "{never} send ...3 until|till|til|before|after"},
		{says: "{never} send|sending me|us|this|these|those|anything|stuff ...3 anymore|again|me|else", not: "guy|man|tech|technician|person|dude|one|crew|bill|bills|invoice|quote|email|emails"},
		{says: "dont|not call|contact|text|message|disturb list|registry"},
		{says: "rather|prefer not|you? ...3 {text}", not: "call|called|calls|calling;bot|robot|machine|computer;" + sometimes},
		{says: "no further|more|additional ...2 {text}"},
		{says: "dont want ...4 on ...2 this|here|{list}|texting", not: "waiting|waitlist"},
		{says: "dont|didnt|longer|not want|wish|consent|agree|care|like|authorize ...5 {text}", not: "want ...3 miss|wait"},
		{says: "dont want ...2 these|those|your texts|stuff"},
		{says: "^ no more $"},
		{says: "^ no texts|texting|messages|text|sms $"},
		{says: "^ no texts|texting|messages|sms please|this|to|on|from", unless: "house"},
		{says: "leave|let me|us|this|my|our ...3 alone", not: "not|wont|wouldnt|didnt|doesnt leave|let"},
		{says: "leave me|us be $"},
		{says: "^ go away $"},
		{says: "^ get lost $"},
		{says: "fuck|f|piss|buzz|bug|eff off"},

		// Off the list.
		{says: "unsubscribe|unsubscribing", not: "from ...2 email|emails|newsletter|newsletters|mail;from my|our|a"},
		{says: "unsubscribe|unsubscribing ...5 text|texts|texting|message|messages|sms"},
		{says: "opt|opting|opted me|us? out", not: notTexts},
		{says: "optout", not: notTexts},
		{says: "{remove} {me} $"},
		{says: "be|get|getting|being ...1 removed|taken|unsubscribed|deleted ...1 off?|from? $", unless: "house"},
		{says: "^ off the|your|this|ur {list} $"},
		{says: "not be|get contacted|texted|messaged|bothered ...1 anymore|again|further|ever|by"},
		{says: "^ {remove} off? {list} $"},
		{says: "{remove} me|us ...2 from ...3 {list}", not: "waiting|waitlist"},
		{says: "{remove} {me}? from|off ...3 {list}|{text}|this|these|everything|here", not: "waiting|waitlist|dont|slot|appointment|schedule|email|emails"},
		{says: "{remove}|lose|forget|take {our} phone|cell|mobile? number", not: "to|dont|didnt|not lose|forget"},
		{says: "{remove}|lose|forget {our} phone|cell|mobile|info|information|contact|data $", not: "to|dont|didnt|not lose|forget"},
		{says: "take|taking|get ...2 number|phone|cell off $"},
		{says: "take|get ...2 number|phone|cell off|out ...3 {list}|computer|computers|phone"},
		{says: "take|get|pull me|us|her|him|them|it|this off $"},
		{says: "take|taken|get|pull me|us|her|him|them|it|this? off|out ...3 {list}", not: "waiting|wait|waitlist|dont"},
		{says: "take|get me|us|this? off of? this|these|here $"},
		{says: "number|cell|phone|line|landline ...9 {remove} it $", not: "appointment"},

		// Complaints that nobody makes who wants more of it.
		{says: "this|thats|its is? spam", not: "is|isnt this|it ...2 spam;spam or;if this|its|it", unasked: true},
		{says: "^ spam $", unasked: true},
		{says: "^ spam reported|blocked"},
		{says: "this|thats|its is? harassment", unasked: true},
		{says: "report|reporting|reported you|this|it|your|number ...2 spam|fcc|ftc|number|attorney"},
		{says: "reporting|reported ...2 spam"},
		{says: "report you", not: "the|a|inspection report"},
		{says: "^ block me|us $"},
		{says: "^ reported|blocked reported|blocked|you? $"},
		{says: "reported blocked|you"},
		{says: "lawyer|attorney ...7 texts|messages|texting|messaging"},
		{says: "consent|permission ...2 revoked|withdrawn|rescinded|denied"},
		{says: "block|blocking|blocked you|your|this number?", not: "drain|driveway|street"},
		{says: "take|taking back my consent|permission"},
		{says: "never|didnt|not|dont|nobody|noone gave|give|given|have ...2 permission|consent|authorization", not: "to enter|park|come"},
		{says: "hate|tired|sick|annoyed of|with|by? the|these|your|all {text}"},
		{says: "chill|easy|ease ...1 with|on the|these|all {text}"},
		{says: "revoke|withdraw|retract|rescind|revoking|withdrawing|rescinding|withdrew|revoked my|all|any? consent|permission|authorization"},

		{says: "prefer|like|rather|way|how ...2 not ...2 get|getting|receive|have|see these|this|those|any|texts|messages", not: sometimes, unless: "else"},
		{says: "not send|sending ...2 more|these|anymore|again|texts|messages", not: "why;did|do you not", unless: "else"},
		{says: "nice|great|good|appreciate|appreciated|lovely|wish|like|love ...3 these|this|texts|messages ...1 stop|stopped|end|ended|quit|to ...1 stop?", unless: "else"},
		{says: "how|way ...2 stop|end|quit|avoid ...1 getting|receiving|these|texts|messages", unless: "else"},
		{says: "never|didnt|dont|not consent|consented|agree|agreed to this|these|texts|any|getting|receive|being $", not: "price|fee|charge", unless: "house"},
		{says: "not|isnt|aint a? customer|client remove|stop|unsubscribe|delete"},
		{says: "{stop} with ...1 followups|followup|reminders|nagging|checkins", unless: "house"},
		{says: "no more automated|robo|bot ...1 crap|stuff|things|nonsense"},
		{says: "^ get off my phone|cell|line|number $"},
		{says: "want|like|need|wish|trying|please to? stop|quit getting|receiving|seeing these|this|those|them|any|your $", not: "dont|not want|like|need|wish", unless: "house"},
		{says: "^ you|youre|your are? spamming|harassing|pestering me|us", unasked: true},
		{says: "never|didnt|not ask|asked|sign|signed for|up ...2 these|texts|messages|spam $", unless: "house"},
		{says: "^ this|these|it|all? this? needs|need|has|have|must|gotta|got|better to? stop|end|quit $", unless: "house"},
		{says: "dont need|want any? more|anymore of these|this|those|them $", unless: "house"},
		{says: "^ can|could|would|will you not please? $"},
		{says: "number|info|phone|cell ...6 take|get it off|out|down $", unless: "house"},
		{says: "go|burn|rot to|in hell", unless: "house"},
		{says: "^ block me? $"},
		{says: "^ cancel these|all $"},
		{says: "cancel|end|stop ...2 subscription|subscriptions|alerts", not: "dont|didnt"},
		{says: "told|asked|said|telling|asking ...5 to stop|quit $", not: "he|she|they|plumber|tech|guy;water|leak", unless: "house"},
		{says: "^ shut it? up $"},
		{says: "^ beat it $"},
		{says: "take|go take? a hike $"},

		// Somebody else's number.
		{says: "{wrong} phone|cell|number|person bud|pal|hon|honey|man|friend|chief|lady|maam|i|im|ive|my|this|theres|noone|nobody|never|its|your|he|she|dont|idk", not: "gave|give|put|typed|entered|wrote|called|dialed|had", unless: "job", unasked: true, means: string(ReasonWrongNumber)},
		{says: "got|have|had|ive|gotten this|the|my ...1 number|phone|cell|line ...2 since|in|last|for|years|months|weeks|recently", not: "from;problem|trouble", unless: "job", unasked: true, means: string(ReasonWrongNumber)},
		{says: "just|only|recently|newly got this|the|my new? phone|cell? number|line", not: "from", unless: "job", unasked: true, means: string(ReasonWrongNumber)},
		{says: "number|phone|line was|got|is|has|been ...1 reassigned|recycled", means: string(ReasonWrongNumber)},
		{says: "number|phone|line ...1 used|belonged to belong? to? ...1 someone|somebody|another", unless: "job", means: string(ReasonWrongNumber)},
		{says: "number|phone|line ...1 used|belonged to belong? to? ...1 @", unless: "job", means: string(ReasonWrongNumber)},
		{says: "never|havent|not heard of ...1 @", unless: "job", means: string(ReasonWrongNumber)},
		{says: "dont|not|idk|idea|clue ...1 know|sure|who? who @ is?", unless: "job", means: string(ReasonWrongNumber)},
		{says: "idk|idea|clue who @", unless: "job", means: string(ReasonWrongNumber)},
		{says: "dont know a|an|any|no @", unless: "job", means: string(ReasonWrongNumber)},
		{says: "@ changed|switched|has|got ...2 numbers|number|phones", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no hay|vive|esta ...1 ninguna|ningun|nadie aqui|llamada|llamado", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no hay|vive|esta ...1 ninguna|ningun @", unless: "job", means: string(ReasonWrongNumber)},
		{says: "{wrong} phone|cell? number|person $", unless: "job", unasked: true, means: string(ReasonWrongNumber)},
		{says: "you|youve ...2 have|has|got|texted|reached|dialed the|a? {wrong} number|person|phone|guy|lady|dude|man", unless: "job", means: string(ReasonWrongNumber)},
		{says: "you ...1 the {wrong} number|person", unless: "job", means: string(ReasonWrongNumber)},
		{says: "{wrong} number this isnt|not|is", unless: "job", means: string(ReasonWrongNumber)},
		{says: "isnt|not|longer|aint|wasnt ...1 number", unless: "job", unasked: true, means: string(ReasonWrongNumber)},
		{says: "dont know ...1 anybody|anyone|person|nobody named|called|by", means: string(ReasonWrongNumber)},
		{says: "whoever|who ...4 had|has this number|phone|before", unasked: true, means: string(ReasonWrongNumber)},
		{says: "nobody|noone ...3 that name", means: string(ReasonWrongNumber)},
		{says: "no @ here $", means: string(ReasonWrongNumber)},
		{says: "no @ at|on this|here|number", means: string(ReasonWrongNumber)},
		{says: "dont know ...1 @ $", means: string(ReasonWrongNumber)},
		{says: "new owner of this number", means: string(ReasonWrongNumber)},
		{says: "number|phone|cell|line doesnt|dont|longer|not ...1 belong|belongs", unless: "job", means: string(ReasonWrongNumber)},
		{says: "not|isnt ...1 person|one|man|woman|who ...3 looking for|reach|think|contact", unless: "job", means: string(ReasonWrongNumber)},
		{says: "not|isnt|aint your|a customer|client $", unless: "job", means: string(ReasonWrongNumber)},
		{says: "doesnt|dont|didnt|longer|not have|has|use|own|uses ...1 this number|phone|cell|line", unless: "job", means: string(ReasonWrongNumber)},
		{says: "new ...1 number|phone owner|user", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no soy la persona|senora", unless: "job", means: string(ReasonWrongNumber)},
		{says: "ya no tiene|usa|es este|ese|el numero|telefono|celular", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no soy @ $", means: string(ReasonWrongNumber)},
		{says: "^ not @ $", means: string(ReasonWrongNumber)},
		{says: "texted|messaged|reached|have|got the {wrong} @", unless: "job", means: string(ReasonWrongNumber)},
		{says: "number|phone isnt|not|longer ...1 in service|use", unless: "job", means: string(ReasonWrongNumber)},
		{says: "whoever|whomever ...9 not|isnt me|us|here", unless: "job", means: string(ReasonWrongNumber)},
		{says: "isnt|not|aint @ phone|number|cell|line|mobile", unless: "job", means: string(ReasonWrongNumber)},
		{says: "^ this|thats isnt|not him|her|them|she|he $", unless: "job", means: string(ReasonWrongNumber)},
		{says: "^ he|she|they doesnt|dont live here|there anymore", unless: "job", means: string(ReasonWrongNumber)},
		{says: "have|got my number by|in mistake|error|accident", unless: "job", means: string(ReasonWrongNumber)},
		{says: "number isnt|not @ $", unless: "job", means: string(ReasonWrongNumber)},
		{says: "texting|texted|messaging a ...2 phone|line|number", not: "wrong number to", unless: "job", means: string(ReasonWrongNumber)},
		{says: "not the person|one who|that filled|signed|requested|asked|wrote", unless: "job", means: string(ReasonWrongNumber)},
		{says: "confused|mistaken me|us? with|for someone|somebody|another", unless: "job", means: string(ReasonWrongNumber)},
		{says: "isnt|aint|not|wasnt ...1 right|correct|proper number|person", not: "if|make sure", unless: "house", unasked: true, means: string(ReasonWrongNumber)},
		{says: "number ...1 you|yall have|got|are ...2 isnt|not|aint mine|his|hers|theirs|right|correct", unless: "house", means: string(ReasonWrongNumber)},
		{says: "nobody|noone named|called ...2 here", unless: "job", means: string(ReasonWrongNumber)},
		{says: "^ equivocado|equivocada|equivocados $", means: string(ReasonWrongNumber)},
		{says: "number|phone|line belongs to", unless: "job", means: string(ReasonWrongNumber)},

		// Nobody's number any more.
		{says: "passed away in|last|on|yesterday|this|recently", unless: "job", means: string(ReasonDeceased)},
		{says: "@ has|have|just? passed away", unless: "job", means: string(ReasonDeceased)},
		{says: "{person} has|have|just? passed|died", not: "passed out|by|the|an|it|inspection;died laughing|of|inside|down", unless: "job", means: string(ReasonDeceased)},
		{says: "late {person}|fathers|mothers|husbands|wifes|dads|moms|brothers|sisters|sons ...1 number|phone|cell", unless: "job", means: string(ReasonDeceased)},
		{says: "deceased", unless: "job", means: string(ReasonDeceased)},

		// Spanish.
		{says: "^ alto|pare|paren|parar|basta $", unless: "house", unasked: true},
		{says: "^ para ya"},
		{says: "^ no mas $"},
		{says: "no mas {mensajes}"},
		{says: "{alto} ya? con|de|a? los|las|tus|sus|tantos|esos? {mensajes}", not: "dont|wont|didnt|did|no stop|pare"},
		{says: "desuscribir|desuscribirme|desuscribame|desuscribanme|desinscribir|desinscribirme"},
		{says: "no me|nos|mas vuelvan|vuelva a {escribir}"},
		{says: "no vuelvan|vuelva|vuelvas a {escribir}"},
		{says: "no me|nos {escriban}", not: "antes|despues|por|moleste el|la|lo;hasta;antes|despues de"},
		{says: "no {escribir} ...2 mas|{mensajes}"},
		{says: "^ no contactar|molestar|llamar $"},
		{says: "^ no manden|envien|mande|envie nada|mas|nadamas $"},
		{says: "^ no {escriban} ...1 mas? $"},
		{says: "^ retirenme|retireme|retirame|borrame|borrenme|eliminame|eliminenme|elimineme|quitenme|quiteme|sacame|saquenme $"},
		{says: "^ ya? parenle|parale|detenganse|parenle ya? $"},
		{says: "ya no {escriban}|{manden} $"},
		{says: "numero ya? no es|pertenece", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no molestar|molesten|moleste|molestes mas? $"},
		{says: "no me|nos {manden} ...2 {mensajes}"},
		{says: "no me|nos {manden} ...1 mas? $"},
		{says: "no me|nos llamen|llame ni ...2 {escriban}"},
		{says: "no quiero|deseo|autorizo ...3 {mensajes}"},
		{says: "no quiero|deseo que me|nos {escriban}|{manden}"},
		{says: "deje|dejen|deja|dejar|pare|paren|para|parar|stop ya? de estar? {escribir}", not: "no deje|dejen|para|pare|paren"},
		{says: "dejenme|dejeme|dejame|dejennos en paz"},
		{says: "borrame|borreme|borrenme|sacame|saqueme|saquenme|quitame|eliminame ...1 de|del ...1 lista|sistema|mensajes", not: "espera"},
		{says: "dar|darse|darme|deme|denme|dame|doy|den de baja"},
		{says: "no quiero|deseo que me|nos? sigan|siga|sigas {escribir}"},
		{says: "cancelar|cancele|cancelen ...2 {mensajes}|suscripcion|alertas"},
		{says: "quitar|quitarme|sacar|sacarme ...1 de los|las|estos|sus|la|tu|su {mensajes}|lista", not: "espera"},
		{says: "{quiteme} ...4 lista|sistema", not: "espera"},
		{says: "{quite} de? mi|este|el|nuestro numero|telefono|celular", not: "casa|no olvide|olviden"},
		{says: "no autorizo ...2 {mensajes}"},
		{says: "retiro|revoco mi? consentimiento|autorizacion"},
		{says: "esto? es spam|acoso", unasked: true},
		{says: "numero|persona equivocado|equivocada|incorrecto|incorrecta|erroneo", unless: "job", means: string(ReasonWrongNumber)},
		{says: "equivoco|equivocado|equivoca|equivocaron|equivocaste|equivocados de numero|persona", unless: "job", means: string(ReasonWrongNumber)},
		{says: "ya no vive aqui|aca", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no es ...1 numero de", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no conozco a? esa|ese|ninguna|ningun|nadie", unless: "job", means: string(ReasonWrongNumber)},
		{says: "no vive ningun|ninguna|nadie", means: string(ReasonWrongNumber)},
		{says: "fallecio|fallecido|fallecida", unless: "job", means: string(ReasonDeceased)},
		{says: "{persona} ya? murio", unless: "job", means: string(ReasonDeceased)},
	}
}
