package booking

import (
	"regexp"
	"slices"
	"strings"
)

// places of those that were offered.
var offeredPlace = map[string]int{"first": 0, "1st": 0, "former": 0, "primera": 0, "primero": 0, "earlier": 0, "sooner": 0,
	"second": 1, "2nd": 1, "segunda": 1, "segundo": 1, "third": 2, "3rd": 2, "tercera": 2}

// otherOne is the second of two, said after the first: "8... no wait, the other one".
var otherOne = regexp.MustCompile(`(?i)\b(?:the other(?: one| option| time)?|el otro|la otra)\s*(?:$|[.,!?]|please|pls|por favor|then)`)

// other reads "the other one" behind a choice of one of two that were offered.
func (c *chooser) other(body string) bool {
	at := otherOne.FindStringIndex(body)
	if at == nil || len(c.offered) != 2 {
		return false
	}
	first := ChooseWindows(body[:at[0]], c.now, c.loc, c.open, c.offered)
	for i, w := range c.offered {
		if first.Sure && first.Windows[0] == w.ID || slices.Contains(first.Past, w.ID) {
			c.take(c.offered[1-i])
			return true
		}
	}
	return false
}

// ordinal reads "the second one", "the later one" and, unless strict, "2" and "the first" against what was offered. When it is corrected, the
// last counts.
func (c *chooser) ordinal(said string, strict bool) bool {
	if len(c.offered) < 2 {
		return false
	}
	words := plainMessage(said).whole.words
	word := func(i int) string {
		if i < 0 || i >= len(words) {
			return ""
		}
		return words[i]
	}
	named, corrected := -1, false
	for i, w := range words {
		corrected = corrected || corrections[w] || w == "no"
		w = strings.TrimPrefix(w, "#")
		n, ok := offeredPlace[w]
		one := word(i+1) == "one" || word(i+1) == "option" || word(i+1) == "opcion"
		if strict && !one {
			continue
		}
		switch {
		case ok && !(w == "first" && (word(i+1) == "available" || word(i+1) == "thing")):
		case w == "last" || w == "latter" || w == "later" || w == "ultima":
			n, ok = len(c.offered)-1, true
		case len(w) == 1 && w[0] >= 'a' && int(w[0]-'a') < len(c.offered) && (len(words) == 1 || word(i-1) == "option" || word(i-1) == "choice" || word(i-1) == "opcion"):
			n, ok = int(w[0]-'a'), true
		case len(words) <= 2 && len(w) == 1 && w[0] >= '1' && int(w[0]-'0') <= len(c.offered): // no window starts at that hour
			n, ok = int(w[0]-'1'), true
		default:
			ok = false
		}
		behind := word(i + 1)
		if one {
			behind = word(i + 2)
		}
		if !ok || n >= len(c.offered) || failing[behind] || refusing[word(i-1)] || refusing[word(i-2)] {
			continue
		}
		if named < 0 || corrected {
			named = n
		}
	}
	if named < 0 {
		return false
	}
	c.take(c.offered[named])
	return true
}
