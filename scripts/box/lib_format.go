package box

import (
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// spec is one conversion of string.format.
type spec struct {
	minus, plus, space, alt, zero bool
	width                         int
	precision                     int // -1: none
	verb                          byte
}

func stringFormat(l *lua.LState) int {
	format := stringArg(l, 1, "format")
	var out strings.Builder
	arg := 1
	for {
		before, after, ok := strings.Cut(format, "%")
		room(l, &out, len(before))
		out.WriteString(before)
		if !ok {
			break
		}
		if strings.HasPrefix(after, "%") {
			out.WriteByte('%')
			format = after[1:]
			continue
		}
		var s spec
		s, format = parseSpec(l, after)
		arg++
		if arg > l.GetTop() {
			badArg(l, arg, "format", "no value")
		}
		text := s.apply(l, arg)
		room(l, &out, len(text))
		out.WriteString(text)
	}
	return give(l, out.String())
}

// parseSpec reads flags, width and precision as lstrlib.c does.
func parseSpec(l *lua.LState, text string) (s spec, rest string) {
	s.precision = -1
	flags := len(text) - len(strings.TrimLeft(text, "-+ #0"))
	if flags > 5 {
		raise(l, "invalid format (repeated flags)")
	}
	for _, c := range text[:flags] {
		switch c {
		case '-':
			s.minus = true
		case '+':
			s.plus = true
		case ' ':
			s.space = true
		case '#':
			s.alt = true
		case '0':
			s.zero = true
		}
	}
	text = text[flags:]
	digits := func() int {
		n := 0
		for n < 2 && n < len(text) && '0' <= text[n] && text[n] <= '9' {
			n++
		}
		v, _ := strconv.Atoi(text[:n])
		text = text[n:]
		return v
	}
	s.width = digits()
	if strings.HasPrefix(text, ".") {
		text = text[1:]
		s.precision = digits()
	}
	if text != "" && '0' <= text[0] && text[0] <= '9' {
		raise(l, "invalid format (width or precision too long)")
	}
	if text == "" {
		raise(l, "invalid option '%%' to 'format'")
	}
	s.verb = text[0]
	return s, text[1:]
}

func (s spec) apply(l *lua.LState, arg int) string {
	switch s.verb {
	case 'c':
		return s.pad(string([]byte{byte(intArg(l, arg, "format"))}))
	case 'd', 'i':
		f := numberArg(l, arg, "format")
		n := toInt64(f)
		u := uint64(n)
		if n < 0 {
			u = -u
		}
		return s.integer(n < 0, true, strconv.FormatUint(u, 10))
	case 'u':
		return s.integer(false, false, strconv.FormatUint(toUint64(numberArg(l, arg, "format")), 10))
	case 'o':
		return s.integer(false, false, strconv.FormatUint(toUint64(numberArg(l, arg, "format")), 8))
	case 'x', 'X':
		digits := strconv.FormatUint(toUint64(numberArg(l, arg, "format")), 16)
		if s.verb == 'X' {
			digits = strings.ToUpper(digits)
		}
		return s.integer(false, false, digits)
	case 'e', 'E', 'f', 'g', 'G':
		return s.float(numberArg(l, arg, "format"))
	case 'q':
		return quote(stringArg(l, arg, "format"))
	case 's':
		v := stringArg(l, arg, "format") // no tostring, as in 5.1: "nil" has no place in a text
		if s.precision < 0 && len(v) >= 100 {
			return v // kept whole, as lstrlib.c does
		}
		if s.precision >= 0 && len(v) > s.precision {
			v = v[:s.precision]
		}
		return s.pad(v)
	}
	raise(l, "invalid option '%%%c' to 'format'", s.verb)
	return ""
}

// pad fills with spaces up to the width.
func (s spec) pad(text string) string {
	fill := strings.Repeat(" ", max(0, s.width-len(text)))
	if s.minus {
		return text + fill
	}
	return fill + text
}

// sign is what stands before a number.
func (s spec) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.plus:
		return "+"
	case s.space:
		return " "
	}
	return ""
}

func (s spec) integer(negative, signed bool, digits string) string {
	prefix := ""
	if signed {
		prefix = s.sign(negative)
	}
	if s.alt && (s.verb == 'x' || s.verb == 'X') && digits != "0" {
		prefix = "0" + string(s.verb)
	}
	if s.precision == 0 && digits == "0" {
		digits = ""
	}
	if n := s.precision - len(digits); n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	if s.alt && s.verb == 'o' && !strings.HasPrefix(digits, "0") {
		digits = "0" + digits
	}
	if s.zero && !s.minus && s.precision < 0 {
		digits = strings.Repeat("0", max(0, s.width-len(prefix)-len(digits))) + digits
	}
	return s.pad(prefix + digits)
}

func (s spec) float(f float64) string {
	prefix := s.sign(math.Signbit(f) && !math.IsNaN(f))
	f = math.Abs(f)
	upper := s.verb == 'E' || s.verb == 'G'
	var digits string
	switch {
	case math.IsNaN(f):
		digits = "nan"
	case math.IsInf(f, 0):
		digits = "inf"
	default:
		digits = s.digits(f)
		if s.zero && !s.minus {
			digits = strings.Repeat("0", max(0, s.width-len(prefix)-len(digits))) + digits
		}
	}
	if upper {
		digits = strings.ToUpper(digits)
	}
	return s.pad(prefix + digits)
}

// digits writes a finite number that is not negative.
func (s spec) digits(f float64) string {
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	verb := s.verb | 0x20
	if verb == 'g' {
		precision = max(1, precision)
		if !s.alt {
			return strconv.FormatFloat(f, 'g', precision, 64)
		}
		// With # the zeros at the end stay, so the choice between e and f is made here.
		_, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', precision-1, 64), "e")
		x, _ := strconv.Atoi(exponent)
		if verb, precision = 'e', precision-1; -4 <= x && x <= precision {
			verb, precision = 'f', precision-x
		}
	}
	text := strconv.FormatFloat(f, verb, precision, 64)
	if s.alt && precision == 0 {
		mantissa, exponent, ok := strings.Cut(text, "e")
		if text = mantissa + "."; ok {
			text += "e" + exponent
		}
	}
	return text
}

// toInt64 is a C cast: what does not fit is the smallest integer, as on amd64.
func toInt64(f float64) int64 {
	if math.IsNaN(f) || f >= 1<<63 || f < -1<<63 {
		return math.MinInt64
	}
	return int64(f)
}

// toUint64 is a C cast to an unsigned integer; negative numbers wrap.
func toUint64(f float64) uint64 {
	if f >= 1<<63 && f < 1<<64 {
		return uint64(f)
	}
	return uint64(toInt64(f))
}

// quote is %q: a text that Lua reads back.
func quote(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\', '\n':
			out.WriteByte('\\')
			out.WriteByte(c)
		case '\r':
			out.WriteString(`\r`)
		case 0:
			out.WriteString(`\000`)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}
