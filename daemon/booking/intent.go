package booking

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Intent is what a customer's text is about; a text may have several.
type Intent string

// The intents. What is not listed here a script finds by itself.
const (
	IntentYes        Intent = "yes"
	IntentNo         Intent = "no"
	IntentPrice      Intent = "price"      // asks what something costs
	IntentHuman      Intent = "human"      // wants a person
	IntentCallMe     Intent = "call_me"    // wants to be called
	IntentCancel     Intent = "cancel"     // the visit, not the texts
	IntentReschedule Intent = "reschedule" // another time for the visit
	IntentEarliest   Intent = "earliest"   // as soon as possible
	IntentAny        Intent = "any"        // any of what was offered
	IntentOptions    Intent = "options"    // asks what is open
	IntentDone       Intent = "done"       // no longer needed
	IntentLater      Intent = "later"      // not now
	IntentThanks     Intent = "thanks"
	IntentGreeting   Intent = "greeting"
	IntentBot        Intent = "bot"        // asks whether a machine answers
	IntentWho        Intent = "who"        // asks who writes
	IntentComplaint  Intent = "complaint"  // angry, or about work that was done
	IntentLegal      Intent = "legal"      // lawyers, damages
	IntentAbuse      Intent = "abuse"      // insults, sex
	IntentSeller     Intent = "seller"     // wants to sell something
	IntentMachine    Intent = "machine"    // an automatic answer
	IntentMinor      Intent = "minor"      // a child writes
	IntentTenant     Intent = "tenant"     // somebody else pays
	IntentCommercial Intent = "commercial" // no residential job
	IntentCard       Intent = "card"       // holds a card or identity number
	IntentLink       Intent = "link"       // holds an address of a page
	IntentOverride   Intent = "override"   // gives orders to the machine
	IntentWaitlist   Intent = "waitlist"   // wants to be told when something opens
	IntentLicense    Intent = "license"    // licensed, insured?
	IntentSpanish    Intent = "spanish"    // asks for Spanish
	IntentWhen       Intent = "when"       // asks when somebody comes
	IntentBooked     Intent = "booked"     // asks whether it is booked, and when
	IntentZone       Intent = "zone"       // asks whose clock a time is of
	IntentReaction   Intent = "reaction"   // a smile: it says neither yes nor no
	IntentRefusal    Intent = "refusal"    // wants less of something that we send; not necessarily of everything
)

// Tapback is a reaction of a phone to one of our texts: `Liked “Would Thu 8-10 work?”`. The quoted words are ours.
type Tapback string

// The tapbacks, as phones write them.
const (
	TapbackNone Tapback = ""
	TapbackYes  Tapback = "yes"
	TapbackNo   Tapback = "no"
	TapbackElse Tapback = "else"
)

var tapback = regexp.MustCompile(`(?is)^\s*(liked|loved|disliked|laughed at|emphasized|questioned|le gustó|le encantó|no le gustó|reacted (?:with )?\S+ to)\s+(?:an? (?:image|attachment)|["“«].*["”»])\s*$`)

// MatchTapback tells whether a text is a reaction of a phone to one of ours.
func MatchTapback(body string) Tapback {
	m := tapback.FindStringSubmatch(body)
	if m == nil {
		return TapbackNone
	}
	switch w := strings.ToLower(m[1]); {
	case w == "liked", w == "loved", w == "le gustó", w == "le encantó", strings.ContainsAny(w, "👍❤✅"):
		return TapbackYes
	case w == "disliked", w == "no le gustó", strings.Contains(w, "👎"):
		return TapbackNo
	}
	return TapbackElse
}

// MatchIntents tells what a text is about, sorted by name. It reads the text alone.
func MatchIntents(body string) []Intent {
	switch MatchTapback(body) {
	case TapbackYes:
		return []Intent{IntentYes}
	case TapbackNo:
		return []Intent{IntentNo}
	case TapbackElse:
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(body)), "questioned") {
			return nil
		}
		return []Intent{IntentReaction}
	}
	m := plainMessage(clip(body, maxWithdrawal))
	var all []Intent
	add := func(i Intent) {
		if !slices.Contains(all, i) {
			all = append(all, i)
		}
	}
	for _, f := range intents.all(m) {
		add(Intent(f.means))
	}
	switch {
	case strings.ContainsAny(body, "👍👌✅🆗💯🙌🤙☑✔"):
		add(IntentYes)
	case strings.ContainsAny(body, "👎❌🚫🙅"):
		add(IntentNo)
	case strings.ContainsAny(body, "🙏"):
		add(IntentThanks)
	case body != "" && !strings.ContainsFunc(body, func(r rune) bool { return r < 0x2000 && !unicode.IsSpace(r) }):
		add(IntentReaction)
	}
	switch strings.ToLower(strings.Trim(body, " .!\n")) { // a letter alone
	case "y", "ye", "yea":
		add(IntentYes)
	case "n":
		add(IntentNo)
	}
	if _, secret := Redact(body); secret || strings.Contains(body, removed) { // texts are kept without it
		add(IntentCard)
	}
	if strings.ContainsAny(body, "0123456789") && namedNumber.MatchString(body) {
		add(IntentCard)
	}
	if linkLike.MatchString(strings.ToLower(body)) && strings.Contains(body, "/") {
		add(IntentLink)
	}
	if strings.ContainsAny(body, "<[:") && forgedRole.MatchString(body) {
		add(IntentOverride)
	}
	if strings.ContainsAny(body, "0123456789") && amountAsked.MatchString(strings.ToLower(body)) {
		add(IntentPrice)
	}
	slices.Sort(all)
	return all
}

// namedNumber is an identity number that is called so, or its end: "my drivers license is TL482913", "last 4 of my social 6621".
var namedNumber = regexp.MustCompile(`(?i)\b(?:(?:driver'?s?|drivers'?|state|gov\w*)[ -](?:licen[sc]e|id)|dl|passport|licencia de (?:conducir|manejo)|pasaporte)\b[^.?!\n]{0,16}\b[a-z]{0,3}\d{5,12}\b|` +
	`\b(?:ssn|social(?: security)?|seguro social)(?: (?:number|num|no|card|is|es|its|are|ends?|ending|in|en|last|the|four|4|digits|termina))*[ :#]*\d{4}\b|` +
	`\b(?:card|tarjeta) (?:is |number )*(?:ending|ends|termina\w*) (?:in|with|en|con)? ?\d{4}\b`)

// forgedRole is how somebody writes who would speak as the machine's own voices do.
var forgedRole = regexp.MustCompile(`(?im)<\s*/?\s*(?:system|assistant|user|tool|admin|developer|prompt|inst)\b|\[\s*/?\s*(?:system|inst|admin)\b|^\s*(?:system|assistant|developer)\s*:\s*(?:you|set|ignore|override|new|the|all|discount|book|confirm|grant|execute|mode|prompt|disregard|forget)\b`)

// amountAsked is a guess at a price that wants an answer: "3k or 8k", "so like 200 bucks?".
var amountAsked = regexp.MustCompile(`\b\d{1,3}(?:k| ?grand| ?bucks| ?dollars| ?hundred| ?thousand)?\s*(?:or|-|to|vs)\s*(?:more like |like )?\$?\d{1,3} ?(?:k|grand|bucks|dollars|hundred|thousand)\b|` +
	`\bif\s+(?:it'?s|its|thats|that's)\s+(?:under|below|less than|around|about)\s+\$?\d|\bfor\s+\$?\d{1,4} ?(?:bucks|dollars)\b|\b(?:like|about|around|under|over|more than|less than|closer to|talking)\s+\$?\d{1,5} ?(?:k|grand|bucks|dollars|hundred|thousand)\b[^.!]*\?`)

// Language guesses the language of a text: "es", "en", or "" when it tells nothing ("10", "ok").
func Language(body string) string {
	es, en, either := 0, 0, 0
	if strings.ContainsAny(body, "¿¡ñÑ") {
		es += 2
	}
	for _, w := range plainMessage(clip(body, maxWithdrawal)).whole.words {
		switch {
		case w == "no" || w == "me": // words of both
			either++
		case spanishWords[w]:
			es++
		case englishWords[w]:
			en++
		}
	}
	if es > 0 {
		es += either
	}
	switch {
	case es > en:
		return "es"
	case en > es:
		return "en"
	}
	return ""
}

// Words that stand in one of the two languages only, and often.
var (
	spanishWords = wordSet("el la los las de del que es en un una por para con mi su se le lo si esta tengo tiene hay puede puedo quiero necesito " +
		"cuando cuanto donde como hola gracias buenos buenas dias tardes noches manana hoy lunes martes miercoles jueves viernes sabado domingo agua casa " +
		"tambien muy bien favor dale claro cita visita precio cuesta calentador fuga bano cocina aire ya pero porque ustedes usted senor senora sirve va vale ninguno ninguna tarde llamar llame mas son quiere hacer puedan pueden arreglaron ese esa eso aceptan aceptas tarjeta efectivo vienen viene llegan llega hora ahora ahorita porfa aviso luego despues " +
		"nada algo otro otra semana proximo proxima cambiar cambiarla cambiarlo cancela cancelar cancelo necesitamos queremos somos soy estan esposo esposa hijo hija ingles espanol hablo " +
		"hablan habla entiendo primera segunda siguiente quien cual direccion nombre numero les nos arreglo")
	englishWords = wordSet("the a an of to in is it my your you i im we are do does can could would will what when where how much please thanks thank hi hello " +
		"hey yes yeah ok sure not dont need want have has had with for on at this that there today tomorrow morning afternoon monday tuesday wednesday thursday " +
		"friday saturday sunday water house heater leak sink toilet ac furnace was works work good great just some any come out get")
)
