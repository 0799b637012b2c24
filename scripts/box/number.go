package box

import (
	"math"
	"strconv"
	"strings"
)

// maxDigits bounds the texts that are read as numbers: reading is not metered.
const maxDigits = 400

// formatNumber is tostring of a number: "%.14g" of C, as in Lua 5.1, with one spelling of infinity and not-a-number.
func formatNumber(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e14 {
		if f == 0 && math.Signbit(f) {
			return "-0"
		}
		return strconv.FormatInt(int64(f), 10)
	}
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return strconv.FormatFloat(f, 'g', 14, 64)
}

// space is isspace of C.
const space = " \t\n\v\f\r"

// parseNumber reads a number as Lua 5.1 does: decimal with fraction and exponent, or hexadecimal, with spaces around it. There is no octal,
// no underscore, no "inf".
func parseNumber(s string) (float64, bool) {
	if len(s) > maxDigits {
		return 0, false
	}
	s = strings.Trim(s, space)
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" {
		return 0, false
	}
	if len(digits) > 2 && digits[0] == '0' && digits[1]|0x20 == 'x' {
		for i := 2; i < len(digits); i++ {
			if !isHex(digits[i]) {
				return 0, false
			}
		}
		f, err := strconv.ParseFloat(digits+"p0", 64)
		if s[0] == '-' {
			f = -f
		}
		return f, err == nil || math.IsInf(f, 0)
	}
	for i := range len(digits) {
		if c := digits[i]; !('0' <= c && c <= '9') && !strings.ContainsRune(".eE+-", rune(c)) {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0) // out of range is infinity, as strtod gives it
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// parseBase reads digits of a base from 2 to 36 as strtoul does: the result wraps below zero and is cut at 2^64-1.
func parseBase(s string, base int) (float64, bool) {
	if len(s) > maxDigits {
		return 0, false
	}
	s = strings.Trim(s, space)
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if base == 16 && len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		s = s[2:]
	}
	if s == "" || strings.ContainsAny(s, "+-_") {
		return 0, false
	}
	u, err := strconv.ParseUint(s, base, 64)
	if err != nil && u != math.MaxUint64 {
		return 0, false
	}
	if negative && err == nil {
		u = -u
	}
	return float64(u), true
}

// integer cuts a number to an integer. What does not fit ends at the nearest bound; not-a-number is 0.
func integer(f float64) int {
	const edge = 1 << 53
	switch {
	case math.IsNaN(f):
		return 0
	case f >= edge:
		return edge
	case f <= -edge:
		return -edge
	}
	return int(f)
}
