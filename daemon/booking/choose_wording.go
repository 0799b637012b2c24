package booking

import (
	"regexp"
	"strings"
)

// expiry is the last day of a card: "exp 09/27".
var expiry = regexp.MustCompile(`(?i)\b(?:exp(?:ires|iry|iration)?|vence)\b\W{0,3}\d{1,2}\s?[/-]\s?\d{2,4}`)

// oclock is written in two words too.
var oclock = regexp.MustCompile(`(?i)\bo['’ ]clock\b`)

// oneOfThem is "one" that stands for a window and is no time: "the morning one".
var oneOfThem = regexp.MustCompile(`(?i)\b(morning|afternoon|evening|early|late)\s+one\b`)

// tooEarly and tooLate turn down the hour that was offered, and want the other half of the day: "8 is a bit too early".
var (
	tooEarly = regexp.MustCompile(`(?i)(?:\b\d{1,2}(?::\d\d)?\s?(?:am|pm)?(?:'s|\s+is|\s+es)?\s+)?(?:a\s+(?:bit|little|tad)\s+|way\s+|much\s+|kinda\s+)?\b(?:too\s+early|(?:muy|demasiado)\s+temprano)\b`)
	tooLate  = regexp.MustCompile(`(?i)(?:\b\d{1,2}(?::\d\d)?\s?(?:am|pm)?(?:'s|\s+is|\s+es)?\s+)?(?:a\s+(?:bit|little|tad)\s+|way\s+|much\s+|kinda\s+)?\b(?:too\s+late\s+(?:in\s+the\s+day|for\s+me)|(?:muy|demasiado)\s+tarde)\b`)
)

// oneInDigits is the same "one" as a digit: "the earlier 1".
var oneInDigits = regexp.MustCompile(`(?i)\b(the\s+)?(earlier|later|l8r|sooner|latter|first|second|third|last|other|early|late|morning|afternoon|evening|1st|2nd|3rd)\s+1(\s*(?:$|[.,!?]|pls|please|thx|thanks|works?|is|sounds))`)

// reworded says in plain words what a text says of a window that was offered: that it is too early or too late, which misses tells, and
// "the earlier 1" for "the earlier one".
func reworded(body string) (plain string, misses bool) {
	plain = body
	if low := strings.ToLower(body); strings.Contains(low, "early") || strings.Contains(low, "temprano") {
		plain = tooEarly.ReplaceAllString(body, " afternoon ")
	} else if strings.Contains(low, "late") || strings.Contains(low, "tarde") {
		plain = tooLate.ReplaceAllString(body, " morning ")
	}
	misses = plain != body
	if strings.Contains(plain, " 1") {
		plain = oneInDigits.ReplaceAllString(plain, "$1$2 one$3")
	}
	return plain, misses
}
