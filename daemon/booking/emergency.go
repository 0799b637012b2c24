package booking

import (
	"strconv"
	"strings"
)

// EmergencyKind is what is dangerous.
type EmergencyKind string

// The kinds of emergencies, the most urgent first.
const (
	EmergencyMedical  EmergencyKind = "medical"
	EmergencyCO       EmergencyKind = "carbon_monoxide"
	EmergencyGas      EmergencyKind = "gas"
	EmergencyFire     EmergencyKind = "fire"
	EmergencyShock    EmergencyKind = "electric_shock"
	EmergencySewage   EmergencyKind = "sewage"
	EmergencyFlooding EmergencyKind = "flooding"
	EmergencyNoHeat   EmergencyKind = "no_heat"
)

// Emergency is a danger told in a customer's own words.
type Emergency struct {
	Kind   EmergencyKind
	Phrase string // the words that said so, made plain
}

// MatchEmergency tells whether a text tells of a danger that is there now, in English or Spanish. When in doubt it is one: a
// needless warning costs a text. testdata/emergency.txt has the labelled lines it is measured with.
func MatchEmergency(body string) (Emergency, bool) {
	m := plainMessage(clip(body, maxWithdrawal))
	if f, ok := m.danger(); ok {
		return Emergency{EmergencyKind(f.means), f.words}, true
	}
	cold, ok := heatLoss.find(m)
	if !ok {
		return Emergency{}, false
	}
	if who, ok := frail.find(m); ok || m.old() {
		return Emergency{EmergencyNoHeat, strings.TrimSpace(cold.words + " " + who.words)}, true
	}
	return Emergency{}, false
}

// danger reads the message for a danger twice, finely and coarsely. Gas that is spoken of beside another danger goes before it: its
// warning is the one not to be missed.
func (m *saying) danger() (found, bool) {
	f, ok := emergencies.find(m)
	switch EmergencyKind(f.means) {
	case EmergencyMedical, EmergencyCO, EmergencyGas:
		return f, true
	}
	if air, breathed := airMeetings.find(m); breathed && (!ok || air.means == string(EmergencyGas)) {
		return air, true
	}
	if ok {
		return f, true
	}
	return houseMeetings.find(m)
}

// MatchPastEmergency tells whether a text tells of a danger that is over: somebody capped the gas line yesterday. It is no
// emergency, but a word of caution belongs into the answer.
func MatchPastEmergency(body string) (Emergency, bool) {
	m := plainMessage(clip(body, maxWithdrawal))
	if _, now := m.danger(); now {
		return Emergency{}, false
	}
	m.anyTime = true
	f, ok := m.danger()
	return Emergency{EmergencyKind(f.means), f.words}, ok
}

// The ages from which a cold house is dangerous: where a message gives one, it is somebody's.
const oldAge, oldestAge = 70, 110

// old tells whether the message names the age of an old person: "my dad is 87", "90 year old".
func (m *saying) old() bool {
	w := m.whole.words
	for i := range w {
		age, err := strconv.Atoi(w[i])
		if err != nil || age < oldAge || age > oldestAge {
			continue
		}
		if i+1 < len(w) && (w[i+1] == "year" || w[i+1] == "years" || w[i+1] == "yr" || w[i+1] == "anos") ||
			i > 0 && (w[i-1] == "im" || w[i-1] == "am" || m.has(kin) && (w[i-1] == "is" || w[i-1] == "are" || w[i-1] == "tiene" || w[i-1] == "hes" || w[i-1] == "shes")) {
			return true
		}
	}
	return false
}

// kin are people who may be old.
var kin = wordSet("mom mother dad father grandma grandpa grandmother grandfather parents grandparents inlaws husband wife neighbor he she hes shes mama papa abuela abuelo tio tia")

// SafetyWords are what a person in this danger is told at once, before all else, in English or, with lang "es", in Spanish.
// line is the business's emergency line as it is to be written; empty: it has none.
//
// The advice is that of the Consumer Product Safety Commission (carbon monoxide, gas), the National Fire Protection Association
// (fire, electricity) and the Centers for Disease Control (sewage, cold).
func SafetyWords(kind EmergencyKind, lang, line string) string {
	words, call := safetyEnglish[kind], " Then call our emergency line: "
	if lang == "es" {
		words, call = safetySpanish[kind], " Después llame a nuestra línea de emergencia: "
	}
	if line == "" || words == "" {
		return words
	}
	return words + call + line
}

var safetyEnglish = map[EmergencyKind]string{
	EmergencyMedical:  "Call 911 now and do what they tell you.",
	EmergencyCO:       "Get everyone outside into fresh air now and call 911 from there. Do not go back in.",
	EmergencyGas:      "Leave the building now with everyone. No switches, no flames. From outside call 911 or your gas company.",
	EmergencyFire:     "Get everyone out now and call 911 from outside. Do not touch the electrical panel or anything hot.",
	EmergencyShock:    "Keep away and do not touch the electrical panel, wires or wet parts. With smoke, sparks or somebody hurt get out and call 911.",
	EmergencySewage:   "Keep everyone away from the sewage, use no water and no toilets, and do not touch anything electric that is wet.",
	EmergencyFlooding: "If it is safe, turn off the main water valve. Stay clear of hot water and of anything electric that is wet. If anybody is in danger get out and call 911.",
	EmergencyNoHeat:   "Please keep them warm now: blankets, one closed room, or go to family, a neighbor or a hotel. If anybody seems unwell call 911.",
}

var safetySpanish = map[EmergencyKind]string{
	EmergencyMedical:  "Llame al 911 ahora y haga lo que le digan.",
	EmergencyCO:       "Salgan todos al aire libre ahora y llame al 911 desde afuera. No vuelvan a entrar.",
	EmergencyGas:      "Salgan todos de la casa ahora. Sin interruptores ni llamas. Desde afuera llame al 911 o a su compañía de gas.",
	EmergencyFire:     "Salgan todos ahora y llame al 911 desde afuera. No toque el panel eléctrico ni nada caliente.",
	EmergencyShock:    "Aléjese y no toque el panel eléctrico, los cables ni nada mojado. Si hay humo, chispas o un herido, salgan y llame al 911.",
	EmergencySewage:   "Que nadie toque las aguas negras, no use agua ni baños, y no toque nada eléctrico mojado.",
	EmergencyFlooding: "Si es seguro, cierre la llave principal del agua. Aléjese del agua caliente y de lo eléctrico mojado. Si alguien corre peligro, salgan y llame al 911.",
	EmergencyNoHeat:   "Por favor manténganse abrigados: cobijas, un cuarto cerrado, o vayan con familia, un vecino o un hotel. Si alguien se siente mal llame al 911.",
}
