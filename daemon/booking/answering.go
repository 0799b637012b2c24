package booking

import (
	"regexp"
	"slices"
	"strings"
)

// maxTold is how many facts answer one question at most.
const maxTold = 2

// FactsFor gives the approved facts that answer a question, in their order, at most two, and the topic that it is about ("" when it is none
// of those that customers often ask of). It goes by what is asked, not by likeness: every word of the question that says something must be
// in the fact, in the same words or in others for the same thing, English or Spanish; an amount, a length, a distance or a time that is
// asked for must be there too. A question that holds one thing more than the fact is not answered by it: a fact beside the question
// is worse than a person's answer.
func FactsFor(question string, facts []Fact) (told []Fact, topic string) {
	q := readQuestion(question)
	if len(q.terms) == 0 {
		return nil, ""
	}
	for _, t := range q.terms {
		if (topics[t] || strings.HasPrefix(t, "brand:")) && (topic == "" || topic == "pay") {
			topic = t
		}
	}
	if topic == "" && !q.telling() {
		return nil, ""
	}
	for _, f := range facts {
		if len(told) < maxTold && q.answeredBy(readFact(f.Text)) {
			told = append(told, f)
		}
	}
	return told, topic
}

// question is what is asked: the terms that a fact must have, and what it must give.
type question struct {
	terms []string
	gives shape
	days  bool // it asks for days, not for the time of day
}

// shape is what an answer must hold.
type shape string

const (
	shapeAny      shape = ""
	shapeLength   shape = "length"   // "how long"
	shapeCount    shape = "count"    // "how many"
	shapeDistance shape = "distance" // "how far"
	shapeMoment   shape = "moment"   // "when"
	shapePlace    shape = "place"    // "where"
)

// shapes are how questions for one begin.
var shapes = map[string]shape{"how long": shapeLength, "cuanto tiempo": shapeLength, "cuanto dura": shapeLength, "how many": shapeCount, "cuantos": shapeCount,
	"cuantas": shapeCount, "how far": shapeDistance, "que tan lejos": shapeDistance, "hasta donde": shapeDistance, "when": shapeMoment, "whens": shapeMoment, "where": shapePlace, "wheres": shapePlace, "donde": shapePlace,
	"cuando":    shapeMoment,
	"what time": shapeMoment, "a que hora": shapeMoment, "que hora": shapeMoment, "que horas": shapeMoment}

// fact is what an approved fact tells. Its terms are read at once, what they leave open only when it is asked for.
type fact struct {
	text  string
	terms map[string]bool
	ways  int // of paying that it lists
}

var (
	namesAmount   = regexp.MustCompile(`(?i)\$ ?\d|\d ?%|\bpercent\b|\b(?:(?:is|are|for) free|free of charge|no (?:extra )?charge|no cost|included|gratis|sin costo|sin cargo)\b`)
	namesLength   = regexp.MustCompile(`(?i)\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a|an|half|un|una|dos|tres|cuatro|cinco|seis|diez)[ -](?:full |half )?(?:minute|min|hour|hr|day|week|month|year|yr|minuto|hora|día|dia|semana|mes|año|ano)(?:s|es)?\b|\blifetime\b|\bde por vida\b`)
	namesDistance = regexp.MustCompile(`(?i)\b\d+[ -]?(?:miles?|mi|minutes?|millas?|km)\b`)
	namesClock    = regexp.MustCompile(`(?i)\b\d{1,2}(?::\d\d)? ?(?:a\.?m|p\.?m)\b|\b\d{1,2}:\d\d\b|\b\d{1,2} ?(?:-|–|to|a) ?\d{1,2}\b|\b24 ?/ ?7\b|\b24 hours\b|\b24 horas\b|\bnoon\b|\bmidnight\b`)
	namesMoment   = regexp.MustCompile(`(?i)\b(?:when|after|before|once|until|upon|due|at the time|by|cuando|antes|después|despues|hasta|al)\b`)
	namesNumber   = regexp.MustCompile(`(?i)\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)\b`)
	namesSpan     = regexp.MustCompile(`(?i)\b(?:mon|tues?|wed|thurs?|fri|sat|sun|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\w* ?(?:-|–|to|through|thru|a) ?(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mié|mie|jue|vie|sáb|sab|dom)|\bdaily\b|\bevery ?day\b|\b(?:7|seven) days\b|\bweekdays\b|\b24 ?/ ?7\b|\btodos los d[ií]as\b|\bentre semana\b`)
	servesPlace   = regexp.MustCompile(`\b(?:[Ss]erve|[Ss]erving|[Cc]over|[Cc]overing|[Aa]tendemos(?: en| a)?|[Cc]ubrimos) (?:all of |the |most of |parts of |greater |toda |todo |el |la )*[A-Z0-9]`)
)

func readQuestion(text string) (q question) {
	for _, t := range termsOf(text) {
		if s, ok := shapes[t]; ok {
			if q.gives == shapeAny && (s != shapeMoment || !slices.ContainsFunc(q.terms, func(t string) bool { return !isDay(t) })) { // "does he text when he comes"
				q.gives = s
			}
			continue
		}
		switch {
		case t == "days":
			q.days = true
		case !idle[t] && t != "way" && !slices.Contains(q.terms, t):
			q.terms = append(q.terms, t)
		}
	}
	if onDays := slices.ContainsFunc(q.terms, isDay); onDays && !slices.ContainsFunc(q.terms, func(t string) bool { return t != "serve" && !isDay(t) }) {
		for i, t := range q.terms { // "do you work saturdays"
			if t == "serve" {
				q.terms[i] = "hours"
			}
		}
	}
	return q
}

func readFact(text string) fact {
	f := fact{text: text, terms: map[string]bool{}}
	for _, t := range termsOf(text) {
		f.terms[t] = true
		if payWays[t] {
			f.ways++
		}
	}
	if f.ways > 0 && f.terms["check"] && (f.terms["pay"] || f.terms["take"]) {
		f.terms["cheque"] = true
		f.ways++
	}
	if f.ways == 1 && !(f.terms["pay"] || f.terms["take"] || f.only()) { // it names one for something else
		f.ways = 0
	}
	return f
}

// only tells whether the fact leaves out what it does not list.
func (f fact) only() bool {
	return f.terms["only"] || f.terms["no"] || f.terms["dont"] || f.terms["solo"]
}

// opens tells whether the fact is about when the business is open.
func (f fact) opens() bool { return f.terms["hours"] || f.terms["open"] || f.terms["closed"] }

// schedule tells whether it says so of every day.
func (f fact) schedule() bool { return f.opens() && namesSpan.MatchString(f.text) }

// anyBrand tells whether it says something of all brands, and aBrand of one.
func (f fact) anyBrand() bool {
	return f.terms["brand"] && (f.terms["all"] || f.terms["any"] || f.terms["every"] || f.terms["most"] || f.terms["major"] || f.terms["todas"])
}

func (f fact) aBrand() bool {
	for t := range f.terms {
		if strings.HasPrefix(t, "brand:") {
			return true
		}
	}
	return false
}

// telling tells whether the question's own words, which are of no topic, are enough to find a fact by: two, or a long one.
func (q question) telling() bool {
	n := 0
	for _, t := range q.terms {
		switch {
		case q.gives == shapeDistance:
			n = 2
		case vagueTerms[t] || isDay(t) || t[0] >= '0' && t[0] <= '9':
		case len(t) > 4:
			n += 2
		default:
			n++
		}
	}
	return n > 1
}

// answeredBy tells whether a fact answers the question.
func (q question) answeredBy(f fact) bool {
	for _, t := range q.terms {
		if !f.has(t, q) {
			return false
		}
	}
	has := func(t string) bool { return slices.Contains(q.terms, t) }
	switch q.gives {
	case shapeLength:
		return !has("hours") && namesLength.MatchString(f.text)
	case shapeCount:
		return !has("hours") && namesNumber.MatchString(f.text)
	case shapePlace:
		return has("location") || has("parking")
	case shapeDistance:
		return namesDistance.MatchString(f.text)
	case shapeMoment:
		if !namesMoment.MatchString(f.text) && !namesClock.MatchString(f.text) && !namesSpan.MatchString(f.text) {
			return false
		}
	}
	switch onDay := slices.ContainsFunc(q.terms, isDay); {
	case has("hours") && q.gives == shapeMoment && !q.days:
		return namesClock.MatchString(f.text) && (onDay || f.schedule())
	case has("hours"):
		return onDay || f.schedule() && (q.days || namesClock.MatchString(f.text))
	case has("pay") && len(q.terms) == 1 && q.gives != shapeMoment:
		return f.ways > 0
	}
	return true
}

// has tells whether the fact speaks of a term of the question.
func (f fact) has(t string, q question) bool {
	switch {
	case f.terms[t]:
		return true
	case t == "hours":
		return f.opens()
	case t == "cost":
		return namesAmount.MatchString(f.text)
	case t == "area":
		return servesPlace.MatchString(f.text)
	case t == "serve" && (f.terms["labor"] || servesPlace.MatchString(f.text)):
		return true
	case t == "warranty":
		return f.terms["under warranty"]
	case t == "brand":
		return f.aBrand()
	case strings.HasPrefix(t, "brand:"):
		return f.anyBrand()
	case t == "pay":
		return f.ways > 0
	case payWays[t]: // a list of ways says of each whether it is one
		return f.ways > 1 || f.ways == 1 && f.only()
	case t == "weekend" && (f.terms["saturday"] || f.terms["sunday"]):
		return true
	case isDay(t): // a schedule says of each day whether it is in it
		return f.schedule()
	}
	for _, about := range q.terms {
		if strings.Contains(" "+beside[about]+" ", " "+t+" ") && f.has(about, question{}) {
			return !(about == "warranty" && f.terms["part"])
		}
	}
	return false
}

// termsOf gives what the words of a text speak of, in their order: words of one thing are one term, others are their stem.
func termsOf(text string) (all []string) {
	words := plainMessage(clip(text, maxWithdrawal)).whole.words
	for len(words) > 0 {
		n, term := 1, ""
		for _, p := range termPhrases[words[0]] { // the longest first
			if len(words) >= len(p.words) && slices.Equal(words[:len(p.words)], p.words) {
				n, term = len(p.words), p.term
				break
			}
		}
		if term == "" {
			term = termWords[words[0]]
		}
		switch {
		case term == "" && idle[words[0]]:
			term = words[0]
		case term == "":
			term = stem(words[0])
		}
		all = append(all, term)
		words = words[n:]
	}
	return all
}

// stem takes the endings off a word that make no other of it: "texts", "texting" and "texted" are one.
func stem(w string) string {
	for _, end := range []string{"ing", "ed", "es", "s", "e"} {
		if short, ok := strings.CutSuffix(w, end); ok && len(short) > 2 && !strings.HasSuffix(w, "ss") {
			return strings.TrimSuffix(short, "e")
		}
	}
	return w
}

func isDay(t string) bool { return termDays[t] }
