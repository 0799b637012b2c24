package booking

import (
	"regexp"
	"strings"
)

// FindAddress reads the parts of a street address in a customer's text: "its 1420 neil ave 43201". What is not there is empty. It reads
// the United States' way of writing, and takes a number without a kind of street only where nothing else can be meant ("123 main, wed").
func FindAddress(body string) Address {
	a, _ := findAddress(body)
	return a
}

// withoutAddress gives a text with spaces in the place of its address, whose numbers are no times.
func withoutAddress(body string) string {
	_, spans := findAddress(body)
	b := []byte(body)
	for _, s := range spans {
		if words := whenWords(body[s[0]:s[1]]); len(words) > 1 && !streetKinds[words[len(words)-1].s] { // it may be a date
			continue
		}
		for i := s[0]; i < s[1]; i++ {
			b[i] = ' '
		}
	}
	return string(b)
}

func findAddress(body string) (a Address, spans [][2]int) {
	words := whenWords(body)
	for i, w := range words {
		switch {
		case len(w.s) == 5 && w.num < 0 && strings.Trim(w.s, "0123456789") == "" && ZipPlace(w.s).States != nil:
			a.PostalCode = w.s
			spans = append(spans, [2]int{w.start, w.end})
		case a.Line1 == "" && w.num > 0 && w.suffix == "":
			line, end := streetFrom(words, i)
			if line == "" {
				continue
			}
			a.Line1 = body[w.start:words[end-1].end]
			spans = append(spans, [2]int{w.start, words[end-1].end})
			a.Line2 = unitFrom(body, words, end)
		}
	}
	a.Line1 = strings.Join(strings.Fields(a.Line1), " ")
	return a, spans
}

// streetKinds end the name of a street.
var streetKinds = wordSet("st street ave avenue av rd road dr drive ln lane ct court blvd boulevard way pl place cir circle ter terrace pkwy parkway hwy highway " +
	"trl trail trace loop run row sq square pike pt point xing crossing aly alley calle avenida")

// notStreets are words behind a number that name no street.
var notStreets = wordSet("am pm and or works work is ok okay fine please pls to til till the if would in on at for that or hours minutes toilets sinks " +
	"sorry thanks thx thank lol service call calls visit visits fee quote estimate price repair rate charge per extra more off guys guy places bathrooms year years old dollars bucks story people times degrees inches feet ft of with days weeks months oclock thirty sq")

// streetFrom gives the street that begins with the number at place i, and the place behind it.
func streetFrom(words []whenWord, i int) (line string, end int) {
	j := i + 1
	for ; j < len(words) && j <= i+5; j++ {
		w := words[j]
		if streetKinds[w.s] && j > i+1 && !(j+1 < len(words) && streetKinds[words[j+1].s]) {
			return "street", j + 1
		}
		ordinal := w.num > 0 && (w.suffix == "th" || w.suffix == "st" || w.suffix == "nd" || w.suffix == "rd")
		if w.num >= 0 && !ordinal || w.num < 0 && len(w.s) == 1 && !strings.Contains("nsew", w.s) || notStreets[w.s] || isTime(w.s) {
			break
		}
	}
	// Without a kind of street: one to three plain words up to a comma, a ZIP code or the end.
	n := j - i - 1
	stop := j == len(words) || words[j].s == "," || len(words[j].s) == 5 && words[j].num < 0
	if n >= 1 && n <= 3 && stop && words[i].num >= 10 && !(i > 0 && aged[words[i-1].s]) {
		return "street", j
	}
	return "", 0
}

// aged stand before how old somebody is.
var aged = wordSet("hes shes im am age aged turned tiene tengo")

func isTime(s string) bool {
	_, weekday := weekdays[s]
	_, day := nearDays[s]
	_, part := parts[s]
	_, month := months[s]
	return weekday || day || part || month
}

// unitFrom reads "apt 4", "#4", "unit B" behind a street.
func unitFrom(body string, words []whenWord, i int) string {
	for i < len(words) && words[i].s == "," {
		i++
	}
	if i+1 >= len(words) {
		return ""
	}
	switch words[i].s {
	case "apt", "apartment", "unit", "ste", "suite", "#", "lot", "apto":
		return body[words[i].start:words[i+1].end]
	}
	return ""
}

// notThat is a thing that it is not: "the furnace, not the ac".
var notThat = regexp.MustCompile(`(?i)\b(?:not|no es|instead of|rather than|isn'?t|en vez de)\s+(?:(?:a|an|the|my|our|el|la|mi|un|una)\s+)?[\pL/]+`)

// MatchService finds the service of the list that a text speaks of: the one whose name or keywords are there with the most words. "" when none is,
// or when two are told equally.
func MatchService(body string, services []Service) string {
	said := " " + strings.Join(plainMessage(notThat.ReplaceAllString(clip(body, maxWithdrawal), " ")).whole.words, " ") + " "
	best, score, tie := "", 0, false
	for _, s := range services {
		top := 0
		for _, k := range append([]string{s.Name}, s.Keywords...) {
			key := strings.Join(plainMessage(k).whole.words, " ")
			if key == "" || !strings.Contains(said, " "+key+" ") && !strings.Contains(said, " "+key+"s ") {
				continue
			}
			top = max(top, 1+strings.Count(key, " ")*2+len(key)/8)
		}
		switch {
		case top > score:
			best, score, tie = s.Name, top, false
		case top == score && top > 0:
			tie = true
		}
	}
	if tie {
		return ""
	}
	return best
}
