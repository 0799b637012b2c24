package booking

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// removed stands where a secret was.
const removed = "[removed]"

// Redact takes card numbers and US social security numbers out of a text and puts "[removed]" there; found tells whether
// there was one. A card number is 13 to 19 digits of a payment network's range (ISO/IEC 7812-1: beginning with 2 to 6),
// in one piece or in groups of which the first has four, whose last digit checks by Luhn's formula. Of the range of 2 only
// what cards have counts (Mir 2200 to 2204, Mastercard 2221 to 2720), so that no date and no window's ID is one, nor is a phone
// number with its plus. A social security number is 3-2-4 digits, or nine in one piece where the text says what they are.
// One number in ten passes Luhn by chance: better an order number lost than a card kept.
func Redact(s string) (safe string, found bool) {
	digits := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			digits++
		}
	}
	if digits < 9 {
		return s, false
	}
	var b strings.Builder
	from := 0
	for i := 0; i < len(s); {
		if !isDigit(s[i]) || i > 0 && isDigit(s[i-1]) {
			i++
			continue
		}
		end := secretEnd(s, i)
		if end == 0 {
			i++
			continue
		}
		b.WriteString(s[from:i])
		b.WriteString(removed)
		from, i, found = end, end, true
	}
	if !found {
		return s, false
	}
	b.WriteString(s[from:])
	return b.String(), true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// secretEnd gives where the secret that begins at i ends, or 0: the longest card number, else a social security number.
func secretEnd(s string, i int) (end int) {
	var digits [19]byte
	n := 0
	for j := i; j < len(s); {
		if !isDigit(s[j]) {
			skip := separator(s[j:])
			first := n == 4 || j-i > n // a group after the first, or a first group of four, as on every card
			if !first || skip == 0 || j+skip >= len(s) || !isDigit(s[j+skip]) {
				break
			}
			j += skip
		}
		if n == len(digits) {
			break
		}
		digits[n] = s[j] - '0'
		n++
		j++
		if (j == len(s) || !isDigit(s[j])) && n >= 13 && ofCards(digits[:n]) && luhn(digits[:n]) && !(n <= 15 && i > 0 && s[i-1] == '+') {
			end = j
		}
	}
	if end == 0 {
		end = socialSecurity(s, i)
	}
	return end
}

// ofCards tells whether a number begins as those of payment networks do.
func ofCards(digits []byte) bool {
	if digits[0] != 2 {
		return digits[0] >= 3 && digits[0] <= 6
	}
	first := int(digits[1])*100 + int(digits[2])*10 + int(digits[3])
	return first >= 200 && first <= 204 || first >= 221 && first <= 720
}

// separators is what people put between groups of digits, up to maxSeparators of them.
const (
	separators    = " \t\r\n-.,/_\u00a0\u2010\u2011\u2012\u2013\u2014"
	maxSeparators = 4
)

// separator gives the length in bytes of what separates two groups of digits.
func separator(s string) (n int) {
	for range maxSeparators {
		r, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || !strings.ContainsRune(separators, r) {
			return n
		}
		n += size
	}
	return n
}

// luhn checks the last digit: ISO/IEC 7812-1 annex B.
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		v := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// socialSecurity gives where the social security number that begins at i ends, or 0.
func socialSecurity(s string, i int) int {
	digits := func(from, n int) bool {
		if from+n > len(s) {
			return false
		}
		for _, c := range []byte(s[from : from+n]) {
			if !isDigit(c) {
				return false
			}
		}
		return true
	}
	split := func(at int) bool { return at < len(s) && strings.IndexByte("- ./", s[at]) >= 0 }
	end := i + 11
	switch {
	case digits(i, 9):
		if end = i + 9; digits(end, 1) || !saysIdentity(s, i, end) {
			return 0
		}
	case !digits(i, 3) || !split(i+3) || !digits(i+4, 2) || !split(i+6) || !digits(i+7, 4) || digits(end, 1):
		return 0
	case s[i+3] == '-' && s[i+6] == '-':
		if end < len(s) && s[end] == '-' {
			return 0
		}
	case i > 1 && split(i-1) && isDigit(s[i-2]), split(end) && digits(end+1, 1), yearLike(s[i+7:end]) && !saysIdentity(s, i, end):
		return 0 // part of a longer number, or the end of a date
	}
	return end
}

func yearLike(s string) bool { return s[:2] == "19" || s[:2] == "20" }

// identity is how people call such a number, and identityNear how far from it, in bytes.
var identity = regexp.MustCompile(`(?i)\b(ssn|s\.s\.n|itin|soc(ial)?\.? ?sec|seguro social|social)`)

const identityNear = 40

func saysIdentity(s string, i, end int) bool {
	return identity.MatchString(s[max(0, i-identityNear):i]) || identity.MatchString(s[end:min(len(s), end+identityNear)])
}

// secretNames are words in the names of form fields whose values are never kept, letters and digits only; secretTokens are
// such words where they stand alone, since "business_name" holds the letters "ssn".
var (
	secretNames = [...]string{"password", "passwd", "passcode", "cvv", "cardnumber", "ccnumber", "cardno", "creditcard",
		"debitcard", "socialsecurity", "routingnumber", "bankaccount"}
	secretTokens = [...]string{"ssn", "cvc", "iban", "itin"}
)

// SecretName tells whether a form field by this name holds what we never keep: a card, bank or identity number or a password.
func SecretName(name string) bool {
	lower := strings.ToLower(name)
	tokens := strings.FieldsFunc(lower, func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') })
	plain := strings.Join(tokens, "")
	for _, w := range secretNames {
		if strings.Contains(plain, w) {
			return true
		}
	}
	return slices.ContainsFunc(secretTokens[:], func(w string) bool { return slices.Contains(tokens, w) })
}
