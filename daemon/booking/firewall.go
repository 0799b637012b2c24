package booking

import (
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
// It judges English and Spanish. A text in another script, or with characters that look like others, is a claim as a whole.
func Permit(text string, e Evidence) (c Claim, ok bool) {
	text = Plain(text)
	if len(text) > 4*maxSay || len([]rune(text)) > maxSay {
		return Claim{text[:40], "length"}, false
	}
	if r, ok := foreign(text); ok {
		return Claim{string(r), "script"}, false
	}
	g := guard{Evidence: e, text: []byte(text)}
	for _, fact := range e.Facts { // a fact told in its own words needs no more reading
		g.blank(Plain(fact.Text))
	}
	g.blank(Plain(e.Business))
	g.heard()
	for _, judge := range []func() (Claim, bool){g.links, g.phones, g.prices, g.times, g.numbers, g.done} {
		if c, ok := judge(); !ok {
			return c, false
		}
	}
	return Claim{}, true
}

// foreign finds a character that is no part of English or Spanish: other scripts, letters that are pictures of letters, marks
// that hide or turn others. Pictures are harmless, but for those that are digits or letters.
func foreign(text string) (rune, bool) {
	for _, r := range text {
		switch {
		case r < 0x7f && (r >= ' ' || r == '\n'), r >= 0xa1 && r < 0x250 && r != 0xad:
		case strings.ContainsRune("–—‘’“”…•€✓✔❤👍🙂😊🔧🏠❄🔥️", r):
		case unicode.Is(unicode.So, r) && r > 0x2600 && !(r >= 0x1f100 && r <= 0x1f2ff) && !(r >= 0x2776 && r <= 0x2793):
		default:
			return r, true
		}
	}
	return 0, false
}

// guard reads one text. What was found to be in order is blanked, so that what is left over must be harmless.
type guard struct {
	Evidence
	text  []byte
	said  []DayMention   // days the customer named
	words map[string]int // numbers the customer or a fact named
}

// blank takes every occurrence of s, in any case, out of the text.
func (g *guard) blank(s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	low, want := strings.ToLower(string(g.text)), strings.ToLower(s)
	if len(low) != len(g.text) {
		return
	}
	for from := 0; ; {
		i := strings.Index(low[from:], want)
		if i < 0 {
			return
		}
		i += from
		g.cover(i, i+len(want))
		from = i + len(want)
	}
}

func (g *guard) cover(from, to int) {
	for i := from; i < to; i++ {
		if g.text[i] != '.' && g.text[i] != '?' && g.text[i] != '!' { // the ends of sentences stay
			g.text[i] = ' '
		}
	}
}

// heard keeps what the customer named, for echoes.
func (g *guard) heard() {
	g.words = map[string]int{}
	for _, h := range g.Heard {
		g.said = append(g.said, FindMentions(h, g.Now, g.Zone).Days...)
		for _, n := range digitRuns(h) {
			g.words[n]++
		}
	}
	for _, f := range g.Facts {
		for _, n := range digitRuns(f.Text) {
			g.words[n]++
		}
	}
	for _, w := range g.Windows {
		for _, n := range digitRuns(w.Note) {
			g.words[n]++
		}
	}
}

// sentence is a part of the text between the marks that end sentences.
type sentence struct {
	start, end int
	asks       bool
	plain      *saying
}

func (g *guard) sentences() (all []sentence) {
	start := 0
	for i := 0; i <= len(g.text); i++ {
		if i < len(g.text) {
			c := g.text[i]
			if c != '?' && c != '!' && c != '\n' && c != ';' && !(c == '.' && (i+1 == len(g.text) || g.text[i+1] == ' ')) {
				continue
			}
			if c == '.' && i > 1 && (g.text[i-1] == 'm' || g.text[i-1] == 'M') && (g.text[i-2] == '.' || g.text[i-2] == ' ') { // "8 a.m. to"
				continue
			}
		}
		if part := string(g.text[start:min(i, len(g.text))]); strings.TrimSpace(part) != "" {
			all = append(all, sentence{start, i, i < len(g.text) && g.text[i] == '?', plainMessage(part)})
		}
		start = i + 1
	}
	return all
}

func sentenceAt(all []sentence, pos int) sentence {
	for _, s := range all {
		if pos >= s.start && pos < s.end {
			return s
		}
	}
	return sentence{}
}
