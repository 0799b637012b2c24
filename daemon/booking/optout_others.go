package booking

import "slices"

// othersSets are the words that stand for each other where somebody tells of another sender.
var othersSets = map[string]string{
	"other": "other others another last previous former different their otro otra otros otras anterior",
	"who": "guys guy company companies companys companies place places plumber plumbers contractor contractors people outfit business businesses dude dudes tech technician " +
		"service services store app website site newsletter newsletters emails email texts messages list lists newsletter warranty insurance electrician compania companias empresa empresas plomero plomeros",
	"brand": "angi angis homeadvisor thumbtack yelp groupon porch lowes nextdoor",
	"told":  "told asked telling tell asking texted emailed dije pedi avise",
	"halt":  "stop quit remove leave stopping unsubscribe delete lose not no take",
	"left":  "unsubscribe opted blocked reported removed block report stopped",
}

// ofOthers is the book of ways to tell that it was somebody else who was to stop: "unsubscribed from the other guys emails".
var ofOthers = newPhraseBook([]phrase{
	{says: "{told} ...2 {other} {who}? ...3 {halt}", not: "you|ur too|also"},
	{says: "{told} ...1 {brand} ...3 {halt}", not: "you|ur too|also"},
	{says: "{left} from|of|the? ...1 {other} {who}", not: "{left} me|us"},
	{says: "{left} from|of|the? {brand}", not: "{left} me|us"},
	{says: "{left} out? from|of the|my|a|all|some ...2 newsletter|newsletters|emails|email|warranty|insurance", not: "{left} me|us"},
	{says: "{left} from|of|the? cable|internet|netflix|hulu|gym|magazine|directv|satellite", not: "{left} me|us"},
	{says: "texts|emails|calls|messages|spam|texting from ...2 {other} {who}"},
	{says: "{told} ...2 {other} ...1 que no ...1 {who}?"},
}, othersSets, nil)

// echoes go on with what was to be stopped, behind who was to stop it.
var echoes = wordSet("to stop quit stopping texting calling contacting messaging bugging bothering spamming emailing me us my from off of their the list lists number emails email texts " +
	"messages calls all too already alone spam escriban escriba manden llamen mas mensajes que no")

// wanting are the intents of somebody who wants something of us.
var wanting = []Intent{IntentYes, IntentWhen, IntentPrice, IntentOptions, IntentEarliest, IntentAny, IntentReschedule, IntentBooked, IntentLicense, IntentWaitlist}

// aboutOthers tells whether the message tells only of another sender who was to stop, and wants something of us. Both must be: who merely
// speaks of others may mean us.
func (m *saying) aboutOthers() bool {
	var rest saying
	told := false
	for _, c := range m.clauses {
		from := 0
		for at, w := range c.words {
			for _, p := range ofOthers.from[w] {
				if end, ok := p.says.from(&c, at); ok && end > from && !p.voided(&c) {
					from, told = end, true
				}
			}
		}
		for from > 0 && from < len(c.words) && echoes[c.words[from]] {
			from++
		}
		if from < len(c.words) {
			kept := clause{words: slices.Clone(c.words[from:]), asks: c.asks}
			rest.add(kept)
			for _, w := range kept.words {
				rest.whole.add(w, false)
			}
		}
	}
	if !told || len(rest.clauses) == 0 {
		return false
	}
	rest.whole.asks = m.whole.asks
	rest.whole.trim()
	if _, ok := withdrawals.find(&rest); ok {
		return false
	}
	if _, ok := withdrawalMeetings.find(&rest); ok {
		return false
	}
	for _, w := range rest.whole.words {
		_, day := weekdays[w]
		_, near := nearDays[w]
		if day || near || job[w] {
			return true
		}
	}
	return slices.ContainsFunc(intents.all(&rest), func(f found) bool { return slices.Contains(wanting, Intent(f.means)) })
}
