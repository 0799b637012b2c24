package booking

import "slices"

// withdrawalMarks are the sets of words whose meetings withdraw consent.
var withdrawalMarks = map[string]string{
	// To end something.
	"end":  "stop stops quit quits cease ceasing discontinue halt terminate desist end kill cut turn turning shut switch cancel refrain knock stopping suspend silence mute disable deactivate pause avoid",
	"halt": "stop quit cease discontinue halt desist terminate unsubscribe stopall optout alto basta pare paren parar parale parenle detengase detenganse detente cese cesen paro fin arret st0p end ends delete arrete arretez desabonner",
	// What is ended.
	"contact": "text texts texting textin message messages messaging contact contacts contacting sms notification notifications alerts alert reminder reminders spam spamming bot bots robot robots reaching outreach " +
		"robotext robotexts communication communications correspondence solicitation solicitations solicitations outreach harassing harassment bothering pestering bugging annoying nagging msgs ads advertisements advertising promos promotions promotional marketing",
	// Between the two.
	"glue": "the a these those this that them all any of with to me us my our your ur you from sending getting receiving it its anymore further future more other subscription subscriptions damn dang darn stupid fucking freaking fkn effing goddamn bloody friggin " +
		"automated automatic auto robo out off up on down for at by please constant constantly endless nonstop daily marketing promotional group guys people company here other and or calls calling phone wanting such unwanted being getting receive blasting blowing flooding hammering bombarding pinging hitting",
	// A short message says nothing beside.
	"court": "please kindly pls thanks thank you can could would now it this that these those them all of make just already guys people everyone ok okay yes yeah hey hi hello sir maam madam seriously forever for good immediately bro buddy folks " +
		"again everything we im i said me us the a to with and or messages message text texts texting contact contacting number phone here anymore asap repeat must need want told ask asked asking will do it mean meant final " +
		"whoever whomever is are who stuff crap nonsense bs damn fuck fucking fing freaking hell god jesus lord man dude bro lol no more do have ive right way over my as warning please por favor ya gracias todo esto mensajes de aqui ahora mismo porfis",
	"verbs": "stop quit cease discontinue halt desist terminate detengase detenganse detente cese cesen paren pare basta alto unsubscribe",

	// Refusal, and who or what it is about.
	"refuse": "dont never no not without longer isnt wont didnt doesnt havent cant nobody noone neither nor shouldnt wouldnt",
	"will":   "want wanted wish desire need care like consent agree authorize permission permit approve allow asked ask requested request signed sign subscribed subscribe agreed consented authorized opted opt registered enrolled interested give gave given wanna",
	"get":    "receive receiving received get getting hear hearing see seeing reach reached",
	"these":  "these those this anything any such further",
	"of_you": "you yall guys these this those them again anymore ever number phone me us further",
	"reach":  "contact contacting reach reaching text texting message messaging bother bothering harass pester spam outreach",
	"more":   "more further additional future any unwanted automated robo marketing promotional unsolicited spam junk such",

	// Out of it, and off it.
	"remove": "remove removed removing delete deleted deleting erase erased scratch strike drop scrub purge take get pull wipe clear cross x removeme withdraw deactivate disable unlist block",
	"erase":  "remove removed removing delete deleted deleting erase erased scratch strike drop scrub purge wipe removeme withdraw deactivate disable unlist",
	"mine":   "me us my number name info information data contact cell phone details digits",
	"off":    "off from out",
	"list":   "list lists records record database system registry contacts thread chat program subscription computer files file mailing texting thing this these here everything texts messages campaign app rolodex blast distribution group",

	// Somebody else.
	"wrong":   "wrong incorrect",
	"whom":    "guy gal lady man woman dude person girl fella people human individual contact family number phone cell line",
	"reached": "have has got youve texted reached texting messaging contacted",

	// Spanish.
	"no":       "no ya nunca jamas dejen deje deja dejar paren pare",
	"quiero":   "quiero deseo quisiera autorizo doy necesito acepto pedi solicite",
	"escribir": "escribir escriban escriba escribas escribirme contactar contacten contacte contactarme mensajear mensajeen molestar molesten moleste textear texteen llamen llamar llamarme manden mandar mandarme envien enviar enviarme",
	"recibir":  "recibir recibiendo reciba recibo",
	"mensajes": "mensajes mensaje mensajitos textos texto sms avisos notificaciones recordatorios alertas publicidad promociones",
	"vuelvan":  "vuelvan vuelva vuelvas",
	"borrar":   "borrar borren borre borra borrenme eliminar eliminen elimine elimina eliminenme quitar quiten quite quita quitenme sacar saquen saque saca saquenme remover remuevan remueva suprimir suprima den",
	"numero":   "numero telefono celular contacto datos nombre",

	// What takes it back, or is about something else.
	"third": "him her them tenant tenants landlord renter renters owner wife husband mom mother dad father son daughter kid kids roommate neighbor neighbors hoa manager brother sister inquilino inquilina vecino esposa esposo boss wifes husbands moms dads " +
		"office secretary boss assistant",
	"when": "before until till til after while during unless late early tonight tomorrow morning evening work lunch driving meeting antes despues hasta mientras noche manana waiting waitlist wait espera",
	"keep": "keep keeping miss missed missing lose",
	"house": "leak leaks leaking water drip dripping gas heat furnace heater boiler ac toilet toilets sink tub pump valve drain pipe pipes breaker outlet panel electric electrical faucet noise noises beeping beep chirping chirp alarm detector run runs running ran min minutes wire wires account radiators radiator unit gate tree roots old warranty promo upstairs downstairs parts part card technicians techs replacing flooding tankless stump dog key trip fee filter next pit " +
		"unit thermostat filter smell sewage sewer appointment appt visit tech technician plumber electrician booking schedule scheduled reschedule warranty plan membership maintenance service email emails invoice invoices bill bills billing price quote estimate contract job install installed repair " +
		"fuga agua gotera calentador bomba tanque calle cita visita tecnico plomero calefaccion drenaje tubo tuberia luz metros piso techo puerta gotear ruido sonar bano llave boiler aire bus camion light door gate corner bridge station appointments slot monday tuesday wednesday thursday friday saturday sunday " +
		"water smoke fire sparks flooding flood cycling running working cooling heating disposal dishwasher washer dryer fan blower compressor leaky job address street",
	"call":     "call calls calling phoning llamadas llamar llamen llame",
	"soon":     "back yet because unless sooner faster morning while",
	"past":     "why when how did does didnt doesnt stopped says",
	"idiom":    "follow followup hit ping buzz reach bug pester solicit disturb blow keep hmu chase",
	"upme":     "up ups me us this line number again anymore sending texting messaging",
	"recv":     "get got gotten receive received see saw come came arrive read miss find hear heard texted messaged contacted back forget problem problems accept accepts mean meant remember",
	"msg":      "text texts texting textin message messages messaging contact contacting contacted sms notification notifications alerts reminders spam communication communications solicitation solicitations reaching",
	"gave":     "gave give given gives provided shared",
	"digits":   "number info information cell phone digits permission consent",
	"gripe":    "hate sick tired annoying annoyed irritating harass harassing harassment harassed illegal violating violation violate violates fed unsolicited unwanted bothering ridiculous sue suing report reporting reported",
	"law":      "tcpa fcc ftc dnc lawsuit",
	"datum":    "info information data number name cell phone details",
	"it":       "it its he she they that thats",
	"que":      "que",
	"enough":   "enough",
	"goOn":     "stop stopping quit quitting can",
	"somebody": "someone somebody anyone anybody person",
	"is":       "is this that have not",
	"talk":     "said",
	"begging":  "you please kindly pls favor",
}

// withdrawalMeetings is the second, coarser reading of a text for a withdrawal.
var withdrawalMeetings = newMeetingBook([]meeting{
	// Nothing is said but stop. A clause of it is enough where nobody speaks of a house: "quit it. who are you".
	{of: "halt", alone: "court", whole: true, after: "it", not: "keep", unless: "asking"},
	{of: "verbs", alone: "court", after: "it", said: true, unless: "house"},
	{of: "enough", alone: "court", after: "it is", not: "talk", said: true, unless: "house"},
	{of: "begging verbs", alone: "court", row: true, after: "it", said: true, unless: "slip"},

	// An end of texts.
	{of: "end contact", span: 9, row: true, glue: "glue", after: "refuse past", not: "third when keep", unless: "takenBack"},
	// No wish for them, no leave, never asked for.
	{of: "refuse will contact", span: 9, row: true, not: "third when keep house call soon", unless: "called", said: true},
	{of: "refuse will get of_you", span: 8, row: true, not: "third when keep house call soon", unless: "takenBack", said: true},
	{of: "refuse more contact", span: 6, row: true, glue: "glue", not: "third when keep house soon", unless: "takenBack", said: true},
	{of: "refuse reach of_you", span: 6, row: true, glue: "glue", not: "third when keep house soon", unless: "takenBack", said: true},
	{of: "refuse msg", span: 8, row: true, after: "goOn", not: "third when keep house soon call recv", unless: "else", said: true},
	{of: "refuse idiom upme", span: 6, row: true, not: "third when house soon recv", unless: "takenBack", said: true},
	{of: "msg refuse more", span: 5, row: true, not: "third when keep house soon call recv", unless: "else", said: true},
	{of: "refuse gave digits", span: 8, row: true, not: "house", said: true},
	{of: "gripe contact", span: 8, not: "third keep house", unless: "house", said: true},
	{of: "gripe get these", span: 6, row: true, not: "house keep", unless: "house", said: true},
	{of: "law", unless: "house"},
	// Off the list.
	{of: "erase datum", span: 5, row: true, after: "refuse past", not: "house when third somebody", unless: "house"},
	{of: "remove mine off list", span: 9, row: true, after: "refuse", not: "house when"},

	// The same in Spanish.
	{of: "no quiero recibir", span: 6, row: true, not: "house", said: true},
	{of: "no quiero mensajes", span: 6, row: true, not: "house when", said: true},
	{of: "no quiero que escribir", span: 5, row: true, not: "house when third", said: true},
	{of: "no vuelvan escribir", span: 5, row: true, not: "when third"},
	{of: "borrar numero", span: 4, row: true, not: "house"},

	{of: "reached wrong whom", span: 4, row: true, not: "house", unless: "house", means: string(ReasonWrongNumber)},
}, withdrawalMarks, map[string]func(*saying) bool{
	"house": func(m *saying) bool { return m.number || m.hasWanted(ofHouse) },
	"else": func(m *saying) bool {
		return m.number || m.hasWanted(ofHouse) || m.has(driving) || m.has(slip) || m.has(calling) || m.has(robots) && !m.has(mine)
	},
	"slip":      func(m *saying) bool { return m.has(slip) },
	"called":    func(m *saying) bool { return m.takenBack() || m.has(calling) && !m.has(halting) },
	"takenBack": (*saying).takenBack,
	"asking":    func(m *saying) bool { return m.whole.asks && !m.has(pleading) },
})

var (
	ofHouse  = wordSet(withdrawalMarks["house"])
	pleading = wordSet("please kindly pls favor")
	halting  = wordSet(withdrawalMarks["halt"])
	calling  = wordSet("call calling phone instead")
	robots   = wordSet("bot bots robot robots machine machines computer")
	nays     = wordSet("no nah nope")
	keeping  = wordSet("keep keeping want need")
)

// takenBack tells whether the message answers its own question: "cancel the texts? no, keep them".
func (m *saying) takenBack() bool {
	for i := range m.clauses {
		if m.clauses[i].asks && i+1 < len(m.clauses) && nays[m.clauses[i+1].words[0]] {
			return slices.ContainsFunc(m.clauses[i+1:], func(c clause) bool {
				return slices.ContainsFunc(c.words, func(w string) bool { return keeping[w] })
			})
		}
	}
	return false
}
