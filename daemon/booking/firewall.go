package booking

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Evidence is all that a text of an agent may state beyond plain talk: results of calls of this thread, approved facts, and what
// the customer said. Whoever fills it promises that nothing else is in it.
type Evidence struct {
	Now  time.Time
	Zone *time.Location // in which windows are told

	Windows []Window    // open ones, as the latest calls of this thread returned them
	Asked   []time.Time // midnight UTC of each day that such a call covered: with no window here, it is full
	Booked  []Done      // what calls of this thread did, and the booking the customer has

	Facts          []Fact
	Business       string
	OfficePhone    string
	EmergencyPhone string
	Link           string // the prefilled link of this thread
	Website        string

	Heard     []string // the customer's texts in this thread, and what they had typed on the page
	HandedOff bool     // a person takes over with this text
	Tasked    bool     // a person is told with this text, or given something to do, and the agent goes on
	Safety    bool     // the text is of [SafetyWords]
}

// Done is one thing that was done for the customer.
type Done struct {
	Did   Did
	Start time.Time // of the window
	End   time.Time
}

// Did says what.
type Did string

// What can be done.
const (
	DidBook     Did = "book"
	DidMove     Did = "reschedule"
	DidCancel   Did = "cancel"
	DidWaitlist Did = "waitlist"
)

// Claim is a phrase of a text that nothing supports.
type Claim struct {
	Phrase string // as it stands in the text, or made plain
	Kind   string // "time", "date", "price", "link", "phone", "number", "booked", ..., for the trace
}

// maxSay bounds a text of an agent, in characters: more is a letter.
const maxSay = 480

// Permit tells whether every time, date, price, link, phone number, other number and claim of something done in a text rests on the
// evidence. It reads the text as a stranger would and doubts: what it cannot tie to a result or a fact is a claim that blocks,
// whoever wrote it. ok is false with the first such claim.
//
// How it reads: the text is cut into clauses, every day, time and amount in it is found, and each word has a sense ([senses]). A clause
// that names a window must offer an open one, in words of offers only, or deny a full day, or state a window that is booked: what
// else could be said of a window has too many wordings to list. A booking, a change, a price, a person's help without a window are
// claims by the sense of their words, unless the same clause takes them back ("not booked yet"), wishes for them ("shall I book it?") or
// the evidence holds them.
//
// It judges English and Spanish. A text in another script, or with characters that look like others, is a claim as a whole.
func Permit(text string, e Evidence) (c Claim, ok bool) {
	text = Plain(text)
	if len(text) > 4*maxSay || len([]rune(text)) > maxSay {
		return Claim{text[:40], "length"}, false
	}
	if r, ok := foreign(text, e); ok {
		return Claim{string(r), "script"}, false
	}
	g := guard{Evidence: e, text: []byte(text)}
	g.settle()
	for _, judge := range []func() (Claim, bool){g.links, g.phones} {
		if c, ok := judge(); !ok {
			return c, false
		}
	}
	g.choices()
	g.read()
	for i := range g.parts {
		g.parts[i].frames()
	}
	g.gather()
	for _, judge := range []func() (Claim, bool){g.secrets, g.prices, g.windows, g.numbers, g.acts} {
		if c, ok := judge(); !ok {
			return c, false
		}
	}
	return Claim{}, true
}

// foreign finds a character that is no part of English or Spanish: other scripts, letters that are pictures of letters, marks
// that hide or turn others. Pictures are harmless, but for those that are digits or letters.
func foreign(text string, e Evidence) (rune, bool) {
	for _, r := range text {
		switch {
		case r < 0x7f && (r >= ' ' || r == '\n'):
		case r >= 0xa1 && r < 0x250 && r != 0xad && (!unicode.IsLetter(r) && !unicode.IsNumber(r) || strings.ContainsRune(ourLetters, r) || e.writes(r)):
		case strings.ContainsRune("–—‘’“”…•€✓✔❤👍🙂😊🔧🏠❄🔥️", r):
		case unicode.Is(unicode.So, r) && r > 0x2600 && !(r >= 0x1f100 && r <= 0x1f2ff) && !(r >= 0x2776 && r <= 0x2793):
		default:
			return r, true
		}
	}
	return 0, false
}

// ourLetters are those of Spanish, and of names that people of the United States bear.
const ourLetters = "áéíóúüñÁÉÍÓÚÜÑàèìòùâêîôûäëïöãõåçÀÈÌÒÙÂÊÎÔÛÄËÏÖÃÕÅÇºª"

// writes tells whether the business or the customer uses a letter, in a name.
func (e *Evidence) writes(r rune) bool {
	in := func(s string) bool { return strings.ContainsRune(s, r) }
	return unicode.IsLetter(r) && (in(e.Business) || slices.ContainsFunc(e.Heard, in))
}

// guard reads one text.
type guard struct {
	Evidence
	text  []byte
	found Mentions
	parts []part      // clauses
	all   []statement // the same by sentence
	slots []slot
	known []factWords
}

// settle blanks facts told in their own words, and the business's name: they need no more reading.
func (g *guard) settle() {
	low := strings.ToLower(string(g.text))
	if len(low) != len(g.text) {
		return
	}
	for _, fact := range g.Facts {
		g.blank(low, Plain(fact.Text))
	}
	g.blank(low, Plain(g.Business))
	for _, at := range optOutLine.FindAllIndex(g.text, -1) { // a sentence by itself, with or without a mark behind it
		g.cover(at[0], at[1])
		g.text[at[1]-1] = '.'
	}
}

// optOutLine finds how a text says that its reader may opt out.
var optOutLine = regexp.MustCompile(`(?i)\b(?:(?:reply|text|send|responda|envie|escriba) )?stop (?:to|para) (?:opt out|unsubscribe|end texts|end|stop|cancel texts|` +
	`darse de baja|no recibir mas mensajes|salir)\b`)

// blank takes every occurrence of s, in any case, out of the text. low is the text in lower case.
func (g *guard) blank(low, s string) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return
	}
	for from := 0; ; {
		i := strings.Index(low[from:], s)
		if i < 0 {
			return
		}
		i += from
		g.cover(i, i+len(s))
		from = i + len(s)
	}
}

func (g *guard) cover(from, to int) {
	for i := from; i < to; i++ {
		if g.text[i] != '.' && g.text[i] != '?' && g.text[i] != '!' { // the ends of sentences stay
			g.text[i] = ' '
		}
	}
}
