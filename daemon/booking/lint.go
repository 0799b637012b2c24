package booking

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Remark is something about a text that its writer should know before it is sent. Nothing is withheld for it.
type Remark struct {
	Code    string `json:"code"`
	Phrase  string `json:"phrase,omitempty"` // of the text, as it stands there; empty: it is about the whole
	Message string `json:"message"`
	Fix     string `json:"fix"`
	Source  string `json:"source,omitempty"` // of the rule
	At      int    `json:"at"`               // character of the text it is about, counted from 1; 0: the whole
}

// Where the rules of [Lint] come from; as of November 2026.
const (
	lawOfAds      = "47 CFR 64.1200(f)(13); Mantha v. QuoteWizard (D. Mass. 2020): \"still interested?\" made a notice a solicitation"
	lawOfNotices  = "Wick v. Twilio (W.D. Wash. 2016, 2017): a plain notice about the customer's own unfinished order is no telemarketing"
	lawOfBrand    = "CTIA Messaging Principles 5.1: who writes must be plain"
	lawOfBots     = "Cal. Bus. & Prof. Code 17941: an automated account says that it is one"
	lawOfStop     = "CTIA Messaging Principles 5.1.3; 47 CFR 64.1200(a)(10)"
	lawOfKeywords = "Twilio's default opt-out words: help.twilio.com 223134027"
	lawOfLinks    = "CTIA Messaging Principles 5.3: no public shorteners; Twilio error 30007"
	lawOfPayment  = "T-Mobile Code of Conduct 2.2: a text about an unfinished order takes no payment; the card networks forbid card numbers in texts"
	lawOfLength   = "GSM 03.38; twilio.com/docs/glossary/what-sms-character-limit"
)

// lintRule is a row of the table: phrases that say one thing, in lower case, without accents, words set apart by one space.
type lintRule struct {
	code, message, fix, source string
	phrases                    []string
}

var lintRules = []lintRule{
	{"marketing", "makes the notice an advertisement.", "Leave it out: this text is a notice about the customer's own booking.", lawOfAds, []string{
		"free", "deal", "deals", "special", "specials", "offer", "offers", "limited", "save", "savings", "sale", "discount", "discounts", "promo",
		"promotion", "coupon", "win", "winner", "bonus", "best price", "lowest price", "upgrade", "while you are at it",
		"gratis", "oferta", "ofertas", "descuento", "descuentos", "promocion", "ahorre", "ahorra", "todavia le interesa"}},
	{"urgency", "presses the customer, as advertisements do.", "Say what is not finished and leave the customer the time.", lawOfNotices, []string{
		"urgent", "hurry", "act now", "act fast", "right now", "last chance", "final notice", "expires", "expiring", "only today", "today only", "limited time", "don't miss",
		"dont miss", "do not miss", "almost gone", "running out", "before it's too late", "as soon as possible", "asap", "immediately",
		"urgente", "ahora mismo", "ultima oportunidad", "solo hoy", "no se pierda", "no te pierdas", "cuanto antes"}},
	{"payment", "asks for money or an account by text.", "Take payment on your own page or on site; never ask for it in a text.", lawOfPayment, []string{
		"pay", "payment", "prepay", "deposit", "down payment", "card number", "credit card", "debit card", "bank account", "routing number", "social security", "ssn", "cvv",
		"security code", "gift card", "venmo", "zelle", "cash app", "paypal", "pago", "pague", "pagar", "deposito", "tarjeta", "cuenta bancaria", "seguro social"}},
}

// selling finds advertising that shows in more than a word: reductions, praised prices, and the question by which notices turn into
// advertisements. Each begins and ends at the edge of a word.
var selling = regexp.MustCompile(`(?i)(?:[$€]\s?\d[\d.,]*|\d[\d.,]*\s?(?:%|percent|dollars|bucks)|percent|half)\s+off\b` +
	`|\b(?:only|just|as low as|low as|starting at|from only)\s+\$\s?\d[\d.,]*` +
	`|\bhalf[- ]price\b|\bstill\s+(?:be\s+)?interested\b` +
	`|\d[\d.,]*\s?(?:%|por\s?ciento)\s+(?:menos|de\s+(?:rebaja|ahorro))` + // the word descuento is found by itself
	`|[$€]\s?\d[\d.,]*\s+(?:menos|de\s+(?:rebaja|ahorro))` +
	`|\b(?:solo|sólo|solamente|desde)\s+\$\s?\d[\d.,]*|\bmitad de precio\b` +
	`|\b(?:sigue|siguen|sigues|todavía|todavia|aún|aun)\s+(?:est[aá][sn]?\s+)?interesad[oa]s?\b`)

// dollars finds an amount of dollars. A notice has none; an agent may name the surcharge of a window.
var dollars = regexp.MustCompile(`\$\s?\d[\d.,]*`)

// What tells the customer to answer with a word, and the words that the carrier takes for a STOP whatever they were asked for.
var (
	askingFor  = []string{"reply", "respond", "answer", "text", "txt", "send", "type", "responda", "responde", "conteste", "contesta", "envie", "envia", "escriba", "escribe", "mande"}
	askingLink = []string{"with", "back", "the", "word", "con", "la", "palabra"}
	stopsToo   = []string{"cancel", "end", "quit", "revoke", "cancelar"}
)

// Lint looks a first text over as a carrier's reviewer and a plaintiff's lawyer would: does it name the business and the way
// out, does it ask for words that the carrier takes for a STOP, for money, or for haste, does it advertise, does it hold a public
// link shortener, how many segments does it take. The remarks stand in that order of codes, each phrase once for every time it stands in
// the text; the prefilled link is not looked into.
func Lint(text string, f ComposeFacts) (all []Remark) {
	if f.Business != "" && !names(text, strings.Join(strings.Fields(Plain(f.Business)), " "), f.Link) {
		all = append(all, Remark{Code: "business_missing", Message: "It does not name the business.",
			Fix: "Write ctx.business.name into it; else it is put in front.", Source: lawOfBrand})
	}
	if !saysOptOut(text) {
		all = append(all, Remark{Code: "stop_missing", Message: "It does not say how to opt out.",
			Fix: "End it with \"" + OptOutLine + "\"; else the line is added.", Source: lawOfStop})
	}
	if f.Mode == AIAgent && !saysAutomated(text) {
		all = append(all, Remark{Code: "automated_missing", Message: "It does not say that it is automated.",
			Fix: "Say \"automated assistant\"; else \"" + AutomatedLine + "\" is put in front.", Source: lawOfBots})
	}
	if f.Link != "" && f.Mode != AIAgent && !hasLink(text, f.Link) {
		all = append(all, Remark{Code: "link_missing", Message: "It does not hold the link.",
			Fix: "Write ctx.link into it, set off by spaces; without it the default text goes out."})
	}
	rest := text
	for _, own := range []string{f.Link, Plain(f.Business)} { // neither is the writer's choice
		if own != "" {
			rest = strings.ReplaceAll(rest, own, strings.Repeat(" ", len(own)))
		}
	}
	all = append(all, lintLinks(rest)...)
	words := lintWords(rest)
	all = append(all, lintStops(rest, words)...)
	for i := range words {
		all = append(all, lintPhrases(rest, words[i:])...)
	}
	all = append(all, lintSelling(rest, f.Mode)...)
	return append(all, lintLength(text)...)
}

// lintWord is a word of a text and where it stands there.
type lintWord struct {
	said       string // lower case, without accents
	start, end int
}

func lintWords(text string) (words []lintWord) {
	start := -1
	flush := func(end int) {
		if start >= 0 {
			words = append(words, lintWord{strings.ToLower(foldAccents(text[start:end])), start, end})
		}
		start = -1
	}
	for i, r := range text {
		switch in := inWord(r) || start >= 0 && (r == '\'' || r == '’'); {
		case in && start < 0:
			start = i
		case !in:
			flush(i)
		}
	}
	flush(len(text))
	for i := range words {
		words[i].said = strings.Trim(strings.ReplaceAll(words[i].said, "’", "'"), "'")
	}
	return words
}

// lintPhrases gives the remarks on phrases that begin with the first word; of those of one rule the longest.
func lintPhrases(text string, words []lintWord) (all []Remark) {
	for _, r := range lintRules {
		longest := 0
		for _, p := range r.phrases {
			if n := startsWith(words, p); n > longest {
				longest = n
			}
		}
		if longest > 0 {
			phrase := text[words[0].start:words[longest-1].end]
			all = append(all, Remark{r.code, phrase, strconv.Quote(phrase) + " " + r.message, r.fix, r.source, place(text, words[0].start)})
		}
	}
	return all
}

// startsWith gives how many words the phrase takes when the words begin with it; 0: they do not.
func startsWith(words []lintWord, phrase string) (n int) {
	for part := range strings.SplitSeq(phrase, " ") {
		if n == len(words) || words[n].said != part {
			return 0
		}
		n++
	}
	return n
}

// lintStops finds what asks for a word that opts the customer out.
func lintStops(text string, words []lintWord) (all []Remark) {
	for i, w := range words {
		if !slices.Contains(stopsToo, w.said) {
			continue
		}
		before := i - 1
		for before >= 0 && slices.Contains(askingLink, words[before].said) {
			before--
		}
		if before < 0 || !slices.Contains(askingFor, words[before].said) {
			continue
		}
		phrase := text[words[before].start:w.end]
		all = append(all, Remark{"stop_word", phrase, strconv.Quote(phrase) + " asks for a word that the carrier takes for a STOP: the customer gets no text any more.",
			"Ask for another word, such as CHANGE, or for a call.", lawOfKeywords, place(text, words[before].start)})
	}
	return all
}

func lintLinks(text string) (all []Remark) {
	lower := strings.ToLower(text)
	for _, s := range publicShorteners {
		for from := 0; ; {
			i := strings.Index(lower[from:], s+"/")
			if i < 0 {
				break
			}
			i += from
			from = i + len(s)
			if before, _ := utf8.DecodeLastRuneInString(lower[:i]); inWord(before) || before == '.' || before == '-' {
				continue
			}
			all = append(all, Remark{"link_shortener", s, "Carriers filter texts with a public link shortener (" + s + ").",
				"Use ctx.link, which is on your own domain.", lawOfLinks, place(lower, i)})
		}
	}
	return all
}

// lintSelling finds advertising of more than a word, and prices in a notice.
func lintSelling(text string, mode Mode) (all []Remark) {
	found := selling.FindAllStringIndex(text, -1)
	for _, p := range dollars.FindAllStringIndex(text, -1) {
		if mode != AIAgent && !slices.ContainsFunc(found, func(m []int) bool { return m[0] <= p[0] && p[0] < m[1] }) {
			found = append(found, p)
		}
	}
	for _, m := range found {
		phrase := strings.TrimRight(text[m[0]:m[1]], ".,")
		all = append(all, Remark{"marketing", phrase, strconv.Quote(phrase) + " makes the notice an advertisement.",
			"Leave it out: this text is a notice about the customer's own booking.", lawOfAds, place(text, m[0])})
	}
	return all
}

func lintLength(text string) (all []Remark) {
	n, encoding, guilty := Segments(text)
	if encoding == UCS2 {
		r, _ := utf8.DecodeRuneInString(text[guilty:])
		all = append(all, Remark{"unicode", string(r), "The character " + strconv.Quote(string(r)) + " is not in the SMS alphabet, so a segment holds 70 characters and not 160.",
			"Leave it out or write it otherwise.", lawOfLength, place(text, guilty)})
	}
	if n > 1 {
		x := Remark{Code: "segments", Message: "As written it takes " + strconv.Itoa(n) + " segments, each of which is paid for.",
			Fix: "Make it shorter: 160 characters of the SMS alphabet are one segment.", Source: lawOfLength}
		if n > 2 {
			x.Message += " Carriers deliver texts of more than two less well."
		}
		all = append(all, x)
	}
	return all
}

// place gives which character, counted from 1, begins at byte i.
func place(s string, i int) int { return utf8.RuneCountInString(s[:i]) + 1 }
