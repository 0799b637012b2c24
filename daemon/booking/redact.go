package booking

import (
	"slices"
	"strings"
)

// removed stands where a secret was.
const removed = "[removed]"

// Redact takes card numbers and US social security numbers out of a text and puts "[removed]" there; found tells whether
// there was one. A card number is 13 to 19 digits of a payment network's range (ISO/IEC 7812-1: beginning with 2 to 6),
// in one piece or in groups of which the first has four, whose last digit checks by Luhn's formula; a social security
// number is 3-2-4 digits with dashes. One number in ten passes Luhn by chance: better an order number lost than a card kept.
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
		if (j == len(s) || !isDigit(s[j])) && n >= 13 && digits[0] >= 2 && digits[0] <= 6 && luhn(digits[:n]) {
			end = j
		}
	}
	if end == 0 && socialSecurity(s[i:]) {
		end = i + 11
	}
	return end
}

// separator gives the length of what people put between groups of digits: one or two spaces, dots or dashes.
func separator(s string) int {
	n := 0
	for n < len(s) && n < 2 && (s[n] == ' ' || s[n] == '-' || s[n] == '.') {
		n++
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

func socialSecurity(s string) bool {
	if len(s) < 11 || len(s) > 11 && (isDigit(s[11]) || s[11] == '-') {
		return false
	}
	for i := range 11 {
		if dash := i == 3 || i == 6; dash && s[i] != '-' || !dash && !isDigit(s[i]) {
			return false
		}
	}
	return true
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
