package booking

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxBody is the longest text Twilio takes, in UTF-16 units (error 21617).
const MaxBody = 1600

// OptOutLine is what a first text ends with when its template does not say how to opt out (CTIA Messaging Principles 5.1.3).
const OptOutLine = "Reply STOP to opt out."

// AutomatedLine begins the first text of an agent that does not say that it is automated (Cal. Bus. & Prof. Code 17941).
const AutomatedLine = "Automated assistant:"

// ComposeFacts is what the final text is made with.
type ComposeFacts struct {
	Now      time.Time // stamps the findings
	Business string    // its name, which the text must hold
	Link     string    // the prefilled link of this text; empty: there is none
	Mode     Mode      // PrefilledLink needs the link in the text; empty: it does when there is one
}

// Composed is a text as it goes to the carrier.
type Composed struct {
	Body     string
	Segments int
	Encoding string    // GSM7 or UCS2
	Guilty   int       // byte offset of the first character that makes it UCS2, -1 when there is none
	Findings []Finding // what was mended, for the trace; passes all
}

// Compose makes the final body of a first text from what a template proposed. It puts look-alike punctuation into the
// GSM alphabet and takes out control characters and spare spaces; it puts [AutomatedLine] in front of an agent's text that does
// not say it is automated, the business's name in front when the text does not hold it, and [OptOutLine] behind when the
// text does not say how to opt out. These are the house's fixed rules, whatever a script wrote.
//
// It refuses with an [*Error], so that the default text goes out instead, when the text is not UTF-8 (invalid_utf8) or
// empty (text_empty), lacks its link (link_missing), or is longer than [MaxBody] (text_too_long); and when the business has no name
// (business_missing).
func Compose(proposed string, f ComposeFacts) (Composed, error) {
	if !utf8.ValidString(proposed) {
		return Composed{}, Refuse(Invalid, "invalid_utf8", "text", "the text is not valid UTF-8", "mend the template")
	}
	if len(proposed) > 16*MaxBody { // a runaway script; not worth the work below
		return Composed{}, tooLong(len(proposed))
	}
	body := Plain(proposed)
	if body == "" {
		return Composed{}, Refuse(Invalid, "text_empty", "text", "the text is empty", "let the template return a text")
	}
	if f.Link != "" && f.Mode != AIAgent && !hasLink(body, f.Link) {
		return Composed{}, Refuse(Invalid, "link_missing", "text", "the text does not hold its link", "put ctx.link into the template, set off by spaces")
	}
	name := strings.Join(strings.Fields(Plain(f.Business)), " ")
	if name == "" {
		return Composed{}, Refuse(Invalid, "business_missing", "text", "the business has no name to put into the text", "give the account a name")
	}
	var c Composed
	if f.Mode == AIAgent && !saysAutomated(body) {
		body = AutomatedLine + " " + body
		c.note(f, "the text did not say that it is automated", "\""+AutomatedLine+"\" was put in front.", "Say in the script that an automated assistant writes.")
	}
	if !names(body, name, f.Link) {
		body = name + ": " + body
		c.note(f, "the text did not name the business", "The business's name was put in front.", "Name the business in the template.")
	}
	if !saysOptOut(body) {
		body = strings.TrimRight(body, " ") + " " + OptOutLine
		c.note(f, "the text did not say how to opt out", "The opt-out line was added.", "Say \""+OptOutLine+"\" in the template.")
	}
	if n := units(body); n > MaxBody {
		return Composed{}, tooLong(n)
	}
	c.Body = body
	c.Segments, c.Encoding, c.Guilty = Segments(body)
	return c, nil
}

func tooLong(n int) error {
	return Refuse(Invalid, "text_too_long", "text", "the text has "+strconv.Itoa(n)+" characters", "at most "+strconv.Itoa(MaxBody)+" can be sent; up to 320 are good")
}

func (c *Composed) note(f ComposeFacts, fact, message, fix string) {
	c.Findings = append(c.Findings, Finding{At: f.Now, Check: CheckScriptError, Result: Pass, Fact: fact,
		Setting: "follow_up.template", Message: message, Fix: fix})
}

// hasLink tells whether the link stands in the text as itself, and not as the beginning or end of another address.
func hasLink(body, link string) bool {
	for from := 0; ; {
		i := strings.Index(body[from:], link)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(body[:i])
		if after := body[i+len(link):]; !inURL(before) && endsURL(after) {
			return true
		}
		from = i + 1
	}
}

// endsURL tells whether an address ends where the rest of the text begins: at its end, at a space, or at punctuation that
// a space or the end follows, since phones leave that out of the address.
func endsURL(rest string) bool {
	rest = strings.TrimLeft(rest, ".,;:!?)\"'>")
	r, size := utf8.DecodeRuneInString(rest)
	return size == 0 || unicode.IsSpace(r)
}

// inURL tells characters that would make what follows them part of their own word or address.
func inURL(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/.-_~%?#=&+@:", r)) && r != ':'
}

// names tells whether the text holds the name as words of its own, in any case, elsewhere than in its link. A name without
// words is in every text.
func names(body, name, link string) bool {
	if name == "" {
		return true
	}
	if link != "" {
		body = strings.ReplaceAll(body, link, " ")
	}
	text, want := strings.ToLower(body), strings.ToLower(name)
	for from := 0; ; {
		i := strings.Index(text[from:], want)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(want):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		from = i + 1
	}
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// Words around "stop" that make it an instruction how to opt out, and not part of other talk ("we can stop by").
var (
	beforeStop = []string{"reply", "text", "txt", "send", "answer", "respond", "with", "word", "responda", "responde", "responder",
		"envie", "envia", "enviar", "conteste", "contesta", "escriba", "mande", "texto", "con", "palabra"}
	betweenStop = []string{"to", "2", "para"}
	afterStop   = []string{"opt", "optout", "end", "quit", "unsubscribe", "unsub", "cancel", "stop", "cancelar", "salir", "terminar", "baja", "finalizar"}
	goesOn      = []string{"to", "2", "2quit", "2end", "para", "for", "if", "when", "whenever", "at", "any", "anytime", "and", "or", "now", "here", "back", "y", "o", "si",
		"cuando", "en", "a"}
	filling   = []string{"need", "needs", "have", "has", "to", "ever", "just", "please", "the", "a", "hay", "hace", "falta", "tiene", "tienes", "necesita", "necesitas", "que", "por", "favor", "la"}
	negations = []string{"not", "no", "never", "dont", "cannot", "without", "nunca", "sin", "ni"}
)

// saysOptOut tells whether the text says how to opt out: a clause that says to send the word and ends with it or goes on with what for,
// or the word with what for. "Do not reply STOP" and "text stop signs to us" do not.
func saysOptOut(body string) bool {
	for clause := range strings.FieldsFuncSeq(body, func(r rune) bool { return strings.ContainsRune(".,;:!?()/", r) }) {
		words := strings.FieldsFunc(foldAccents(clause), func(r rune) bool { return !inWord(r) && r != '\'' })
		for i := range words {
			words[i] = strings.Trim(words[i], "'")
		}
		for i, word := range words {
			if strings.EqualFold(word, "stop") && instructs(words[:i], words[i+1:]) && !negated(words[:i]) {
				return true
			}
		}
	}
	return false
}

func instructs(before, after []string) bool {
	if len(after) > 1 && isOneOf(after[0], betweenStop) && isOneOf(after[1], afterStop) || len(after) > 0 && isOneOf(after[0], afterStop) {
		return true
	}
	return len(before) > 0 && isOneOf(before[len(before)-1], beforeStop) && (len(after) == 0 || isOneOf(after[0], goesOn))
}

// negated tells whether the words before "stop" say not to send it.
func negated(before []string) bool {
	for _, w := range slices.Backward(before) {
		if !isOneOf(w, beforeStop) && !isOneOf(w, filling) {
			return isOneOf(w, negations) || strings.HasSuffix(strings.ToLower(w), "n't")
		}
	}
	return false
}

// Words that say that no person writes, in English and Spanish.
var automated = []string{"automated", "automatic", "automatically", "virtual assistant", "digital assistant", "ai assistant", "chatbot",
	"automatizado", "automatizada", "automatico", "automatica", "asistente virtual"}

// saysAutomated tells whether the text says that it is written by a machine.
func saysAutomated(body string) bool {
	words := " " + strings.Join(strings.FieldsFunc(strings.ToLower(foldAccents(body)), func(r rune) bool { return !inWord(r) }), " ") + " "
	for _, w := range automated {
		if strings.Contains(words, " "+w+" ") {
			return true
		}
	}
	return false
}

// FallbackText is the first text of last resort, for when no script can run at all: a notice with its link, so that no
// follow-up is lost.
func FallbackText(business, link string) string {
	return "Your booking with " + business + " is not finished: " + link + " " + OptOutLine
}

func isOneOf(word string, list []string) bool {
	for _, w := range list {
		if strings.EqualFold(word, w) {
			return true
		}
	}
	return false
}
