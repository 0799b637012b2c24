package box

import (
	"math"

	lua "github.com/yuin/gopher-lua"
)

// mathLibrary is math of Lua 5.1 without chance: a run is a function of its call.
var mathLibrary = []member{
	{"abs", float("abs", math.Abs)},
	{"acos", float("acos", math.Acos)},
	{"asin", float("asin", math.Asin)},
	{"atan", float("atan", math.Atan)},
	{"atan2", floats("atan2", math.Atan2)},
	{"ceil", float("ceil", math.Ceil)},
	{"cos", float("cos", math.Cos)},
	{"cosh", float("cosh", math.Cosh)},
	{"deg", float("deg", func(f float64) float64 { return f / (math.Pi / 180) })},
	{"exp", float("exp", math.Exp)},
	{"floor", float("floor", math.Floor)},
	{"fmod", floats("fmod", math.Mod)},
	{"frexp", native(func(l *lua.LState) int {
		fraction, exponent := math.Frexp(numberArg(l, 1, "frexp"))
		l.Push(lua.LNumber(fraction))
		l.Push(lua.LNumber(exponent))
		return 2
	})},
	{"huge", lua.LNumber(math.Inf(1))},
	{"ldexp", native(func(l *lua.LState) int {
		l.Push(lua.LNumber(math.Ldexp(numberArg(l, 1, "ldexp"), max(-4096, min(4096, intArg(l, 2, "ldexp"))))))
		return 1
	})},
	{"log", float("log", math.Log)},
	{"log10", float("log10", math.Log10)},
	{"max", extreme("max", func(a, best float64) bool { return a > best })},
	{"min", extreme("min", func(a, best float64) bool { return a < best })},
	{"modf", native(func(l *lua.LState) int {
		whole, fraction := math.Modf(numberArg(l, 1, "modf"))
		if math.IsInf(whole, 0) {
			fraction = 0
		}
		l.Push(lua.LNumber(whole))
		l.Push(lua.LNumber(fraction))
		return 2
	})},
	{"pi", lua.LNumber(math.Pi)},
	{"pow", floats("pow", power)},
	{"rad", float("rad", func(f float64) float64 { return f * (math.Pi / 180) })},
	{"sin", float("sin", math.Sin)},
	{"sinh", float("sinh", math.Sinh)},
	{"sqrt", float("sqrt", math.Sqrt)},
	{"tan", float("tan", math.Tan)},
	{"tanh", float("tanh", math.Tanh)},
}

func float(name string, f func(float64) float64) *lua.LFunction {
	return native(func(l *lua.LState) int {
		l.Push(lua.LNumber(f(numberArg(l, 1, name))))
		return 1
	})
}

func floats(name string, f func(a, b float64) float64) *lua.LFunction {
	return native(func(l *lua.LState) int {
		l.Push(lua.LNumber(f(numberArg(l, 1, name), numberArg(l, 2, name))))
		return 1
	})
}

func extreme(name string, better func(a, best float64) bool) *lua.LFunction {
	return native(func(l *lua.LState) int {
		best := numberArg(l, 1, name)
		for i := 2; i <= l.GetTop(); i++ {
			if f := numberArg(l, i, name); better(f, best) {
				best = f
			}
		}
		l.Push(lua.LNumber(best))
		return 1
	})
}

// modulo is a % b: the result has the sign of b.
func modulo(a, b float64) float64 {
	m := math.Mod(a, b)
	if m != 0 && (m < 0) != (b < 0) {
		m += b
	}
	return m
}

func power(a, b float64) float64 { return math.Pow(a, b) }
