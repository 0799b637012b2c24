package box

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

var phoneFuncs = []HostFunc{
	{Name: "phone.format", Params: []Param{{"e164", "string"}}, Returns: "string",
		Doc:     "A number of the United States or Canada as people read it; any other as it is.",
		Example: `return phone.format("+16145550199") .. " " .. phone.format("+442079460000")`, Want: "(614) 555-0199 +442079460000",
		fn: phoneFunc("format", "(%) %-%")},
	{Name: "phone.national", Params: []Param{{"e164", "string"}}, Returns: "string",
		Doc:     "A number of the United States or Canada with hyphens; any other as it is.",
		Example: `return phone.national("+16145550199")`, Want: "614-555-0199",
		fn: phoneFunc("national", "%-%-%")},
}

// phoneFunc writes area code, exchange and line number for the % of the layout (North American Numbering Plan).
func phoneFunc(name, layout string) func(*lua.LState) int {
	return func(l *lua.LState) int {
		s := textArg(l, 1, name)
		digits, ok := strings.CutPrefix(s, "+1")
		if !ok || len(digits) != 10 || strings.Trim(digits, "0123456789") != "" {
			return give(l, s)
		}
		out := layout
		for _, part := range []string{digits[:3], digits[3:6], digits[6:]} {
			out = strings.Replace(out, "%", part, 1)
		}
		return give(l, out)
	}
}
