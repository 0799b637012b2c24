package box

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

var moneyFuncs = []HostFunc{
	{Name: "money.format", Params: []Param{{"cents", "integer"}}, Returns: "string",
		Doc:     "An amount in US dollars; whole dollars without cents.",
		Example: `return money.format(120000) .. " " .. money.format(8950) .. " " .. money.format(-500)`, Want: "$1,200 $89.50 -$5",
		fn: moneyFormat},
	{Name: "money.parse", Params: []Param{{"s", "string"}}, Returns: "integer?",
		Doc:     "The cents of an amount such as $1,200 or 89.50; nil for what is none.",
		Example: `return money.parse("$1,200") .. " " .. money.parse("89.5") .. " " .. tostring(money.parse("about 90"))`, Want: "120000 8950 nil",
		fn: moneyParse},
}

func moneyFormat(l *lua.LState) int {
	cents := intArg(l, 1, "format")
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	dollars := strconv.Itoa(cents / 100)
	for i := len(dollars) - 3; i > 0; i -= 3 {
		dollars = dollars[:i] + "," + dollars[i:]
	}
	text := sign + "$" + dollars
	if cents%100 != 0 {
		text += fmt.Sprintf(".%02d", cents%100)
	}
	return give(l, text)
}

var amount = regexp.MustCompile(`^\$? ?(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2}))?$`)

func moneyParse(l *lua.LState) int {
	m := amount.FindStringSubmatch(shorten(strings.TrimSpace(textArg(l, 1, "parse")), 64))
	if m == nil {
		l.Push(lua.LNil)
		return 1
	}
	dollars, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", ""))
	cents, _ := strconv.Atoi((m[2] + "00")[:2])
	if err != nil || dollars > 1e12 {
		l.Push(lua.LNil)
		return 1
	}
	l.Push(lua.LNumber(dollars*100 + cents))
	return 1
}
