package box

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

var i18nFuncs = []HostFunc{
	{Name: "i18n.lang", Params: []Param{{"locale", "string?"}}, Returns: "string",
		Doc:     "The language of a locale such as es-MX; en where there is none.",
		Example: `return i18n.lang("es-MX") .. " " .. i18n.lang(nil)`, Want: "es en", fn: i18nLang},
	{Name: "i18n.pick", Params: []Param{{"lang", "string?"}, {"choices", "table<string, any>"}}, Returns: "any",
		Doc:     "The choice for a language or locale; the one for en where there is none for it.",
		Example: `return i18n.pick("es-MX", { en = "Hello", es = "Hola" }) .. " " .. i18n.pick("fr", { en = "Hello", es = "Hola" })`,
		Want:    "Hola Hello", fn: i18nPick},
}

// language cuts the language out of a locale (BCP 47, or with an underscore).
func language(locale string) string {
	lang := strings.ToLower(locale)
	if i := strings.IndexAny(lang, "-_"); i >= 0 {
		lang = lang[:i]
	}
	if lang == "" {
		return "en"
	}
	return shorten(lang, 8)
}

// langArg takes a language or locale that may be absent.
func langArg(l *lua.LState, n int, fn string) string { return language(optString(l, n, fn, "")) }

func i18nLang(l *lua.LState) int { return give(l, langArg(l, 1, "lang")) }

func i18nPick(l *lua.LState) int {
	lang, choices := langArg(l, 1, "pick"), tableArg(l, 2, "pick")
	v := l.GetField(choices, lang)
	if v == lua.LNil {
		v = l.GetField(choices, "en")
	}
	l.Push(v)
	return 1
}
