package booking

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Remark is something about a text that its writer should know before it is sent. Nothing is withheld for it.
type Remark struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
	At      int    `json:"at"` // character of the text it is about, counted from 1; 0: the whole
}

// marketing lists words that make a notice an advertisement, which needs another kind of consent (47 CFR 64.1200(f)(13)).
var marketing = map[string]bool{
	"free": true, "deal": true, "deals": true, "special": true, "specials": true, "offer": true, "offers": true, "limited": true,
	"save": true, "savings": true, "sale": true, "discount": true, "discounts": true, "promo": true, "coupon": true, "win": true,
	"winner": true, "urgent": true, "hurry": true, "gratis": true, "oferta": true, "ofertas": true, "descuento": true, "descuentos": true,
	"urgente": true,
}

// selling finds advertising that shows in more than a word: reductions, praised prices, and the question by which notices turn into
// advertisements. Each begins and ends at the edge of a word.
var selling = regexp.MustCompile(`(?:[$€]\s?\d[\d.,]*|\d[\d.,]*\s?(?:%|percent|dollars|bucks)|percent|half)\s+off\b` +
	`|\b(?:only|just|as low as|low as|starting at|from only)\s+\$\s?\d[\d.,]*` +
	`|\bhalf[- ]price\b|\bstill\s+(?:be\s+)?interested\b` +
	`|\d[\d.,]*\s?(?:%|por\s?ciento)\s+(?:menos|de\s+(?:rebaja|ahorro))` + // the word descuento is found by itself
	`|[$€]\s?\d[\d.,]*\s+(?:menos|de\s+(?:rebaja|ahorro))` +
	`|\b(?:solo|sólo|solamente|desde)\s+\$\s?\d[\d.,]*|\bmitad de precio\b` +
	`|\b(?:sigue|siguen|sigues|todavía|todavia|aún|aun)\s+(?:est[aá][sn]?\s+)?interesad[oa]s?\b`)

// dollars finds an amount of dollars. A notice has none; an agent may name the surcharge of a window.
var dollars = regexp.MustCompile(`\$\s?\d[\d.,]*`)

// Lint looks a first text over as a carrier's reviewer would: does it name the business and the way out, is it one segment of
// the SMS alphabet, does it hold words of advertising or a public link shortener.
func Lint(text string, f ComposeFacts) (all []Remark) {
	if f.Business != "" && !names(text, strings.Join(strings.Fields(Plain(f.Business)), " "), f.Link) {
		all = append(all, Remark{"business_missing", "It does not name the business.", "Write ctx.business.name into it; else it is put in front.", 0})
	}
	if !saysOptOut(text) {
		all = append(all, Remark{"stop_missing", "It does not say how to opt out.", "End it with \"" + OptOutLine + "\"; else the line is added.", 0})
	}
	if f.Mode == AIAgent && !saysAutomated(text) {
		all = append(all, Remark{"automated_missing", "It does not say that it is automated.", "Say \"automated assistant\"; else \"" + AutomatedLine + "\" is put in front.", 0})
	}
	if f.Link != "" && f.Mode != AIAgent && !hasLink(text, f.Link) {
		all = append(all, Remark{"link_missing", "It does not hold the link.", "Write ctx.link into it, set off by spaces; without it the default text goes out.", 0})
	}
	lower := strings.ToLower(text)
	for _, s := range publicShorteners {
		if i := strings.Index(lower, s+"/"); i >= 0 {
			before, _ := utf8.DecodeLastRuneInString(lower[:i])
			if !inWord(before) && before != '.' && before != '-' {
				all = append(all, Remark{"link_shortener", "Carriers filter texts with a public link shortener (" + s + ").", "Use ctx.link, which is on your own domain.", place(lower, i)})
			}
		}
	}
	rest := lower
	for _, own := range []string{f.Link, Plain(f.Business)} { // neither is the writer's choice
		if own = strings.ToLower(own); own != "" {
			rest = strings.ReplaceAll(rest, own, strings.Repeat(" ", utf8.RuneCountInString(own)))
		}
	}
	at := 0
	for word := range strings.FieldsFuncSeq(rest, func(r rune) bool { return !unicode.IsLetter(r) }) {
		at += strings.Index(rest[at:], word)
		if marketing[word] {
			all = append(all, Remark{"marketing", strconv.Quote(word) + " makes the notice an advertisement.", "Leave it out: this text is a notice about the customer's own booking.", place(rest, at)})
		}
		at += len(word)
	}
	found := selling.FindAllStringIndex(rest, -1)
	for _, p := range dollars.FindAllStringIndex(rest, -1) {
		if f.Mode != AIAgent && !slices.ContainsFunc(found, func(m []int) bool { return m[0] <= p[0] && p[0] < m[1] }) {
			found = append(found, p)
		}
	}
	for _, m := range found {
		all = append(all, Remark{"marketing", strconv.Quote(strings.TrimRight(rest[m[0]:m[1]], ".,")) + " makes the notice an advertisement.",
			"Leave it out: this text is a notice about the customer's own booking.", place(rest, m[0])})
	}
	n, encoding, guilty := Segments(text)
	if encoding == UCS2 {
		r, _ := utf8.DecodeRuneInString(text[guilty:])
		all = append(all, Remark{"unicode", "The character " + strconv.Quote(string(r)) + " is not in the SMS alphabet, so a segment holds 70 characters and not 160.",
			"Leave it out or write it otherwise.", place(text, guilty)})
	}
	if n > 1 {
		all = append(all, Remark{"segments", "As written it takes " + strconv.Itoa(n) + " segments, each of which is paid for.", "Make it shorter: 160 characters of the SMS alphabet are one segment.", 0})
	}
	return all
}

// place gives which character, counted from 1, begins at byte i.
func place(s string, i int) int { return utf8.RuneCountInString(s[:i]) + 1 }
