package booking

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
)

var (
	// linkLike is what phones make a link of: an address with its scheme, or words joined by dots.
	linkLike = regexp.MustCompile(`(?i)(?:\b[a-z][a-z0-9+.-]*://|\bwww\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b(?:/\S*)?|\S+@\S+\.\S+`)
	// phoneLike is a number of ten digits in groups, one of seven, or a run of eight and more.
	phoneLike = regexp.MustCompile(`\+?1?[\s.-]?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}\b|\b\d{3}[.-]\d{4}\b|\+?\d{8,}`)
	// abbreviations look like links and are none.
	abbreviation = regexp.MustCompile(`(?i)^(?:[ap]\.m\.?|e\.g\.?|i\.e\.?|p\.d\.?|ee\.uu\.?|u\.s\.?|st\.?|ave\.?|no\.?)$`)
)

// links: only the prefilled link of this thread and the business's own website may be given.
func (g *guard) links() (Claim, bool) {
	for _, own := range []string{g.Link, g.Website, strings.TrimPrefix(strings.TrimPrefix(g.Website, "https://"), "www.")} {
		if own == "" {
			continue
		}
		for from := 0; ; {
			i := strings.Index(string(g.text[from:]), own)
			if i < 0 {
				break
			}
			i += from
			end := i + len(own)
			if (i == 0 || !inURL(rune(g.text[i-1]))) && endsURL(string(g.text[end:])) {
				g.cover(i, end)
				for j := i; j < end; j++ {
					g.text[j] = ' '
				}
			}
			from = end
		}
	}
	joined := bytes.ContainsAny(g.text, "@/")
	for i := range g.text {
		if g.text[i] != '.' {
			continue
		}
		rest := string(g.text[i+1:])
		joined = joined || rest != "" && rest[0] != ' ' && rest[0] != '.'
		if ending := strings.TrimPrefix(rest, " "); partedEnding(ending, ending == rest) {
			return Claim{strings.TrimSpace(clip(rest, 8)), "link"}, false
		}
	}
	if !joined {
		return Claim{}, true
	}
	for _, m := range linkLike.FindAllString(string(g.text), -1) {
		if !abbreviation.MatchString(m) {
			return Claim{m, "link"}, false
		}
	}
	return Claim{}, true
}

// partedEnding tells whether what follows a dot is the end of an address with a gap, for readers who close it: "evil .com", "evil. com".
func partedEnding(s string, close bool) bool {
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		end = len(s)
	}
	return end > 0 && (close || unicode.IsLower(rune(s[0]))) && endingsOfLinks[strings.ToLower(s[:end])]
}

var endingsOfLinks = wordSet("com net org info biz xyz io us co app site shop link")

// phones: the office, the emergency line and 911.
func (g *guard) phones() (Claim, bool) {
	digits := 0
	for _, c := range g.text {
		if isDigit(c) {
			digits++
		}
	}
	if digits < 7 {
		g.blank(string(g.text), "911")
		return Claim{}, true
	}
	for _, m := range phoneLike.FindAllIndex(g.text, -1) {
		digits := digitsOf(string(g.text[m[0]:m[1]]))
		known := false
		for _, own := range []string{g.OfficePhone, g.EmergencyPhone} {
			own = digitsOf(own)
			known = known || own != "" && len(own) >= 10 && len(digits) >= 10 && own[len(own)-10:] == digits[len(digits)-10:]
		}
		if !known {
			return Claim{strings.TrimSpace(string(g.text[m[0]:m[1]])), "phone"}, false
		}
		g.cover(m[0], m[1])
	}
	g.blank(string(g.text), "911")
	return Claim{}, true
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
