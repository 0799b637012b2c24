package box

import (
	"time"

	lua "github.com/yuin/gopher-lua"
)

var windowFuncs = []HostFunc{
	{Name: "windows.describe", Params: []Param{{"window", "{start: string, end: string}"}, {"zone", "string?"}, {"lang", "string?"}}, Returns: "string",
		Doc: "An arrival window in words.",
		Example: `local w = { start = "2026-03-10T13:00:00Z", ["end"] = "2026-03-10T16:00:00Z" }
return windows.describe(w, "America/New_York") .. "; " .. windows.describe(w, "America/New_York", "es")`,
		Want: "Tue Mar 10, 9 AM-12 PM; mar 10 de marzo, 9 AM-12 PM", fn: windowsDescribe},
	{Name: "windows.on", Params: []Param{{"windows", "{start: string, end: string}[]"}, {"date", "string"}, {"zone", "string?"}}, Returns: "table[]",
		Doc: "A new list of the windows that begin on a date such as 2026-03-10, in the time zone.",
		Example: `local list = { { id = "a", start = "2026-03-10T13:00:00Z" }, { id = "b", start = "2026-03-11T02:00:00Z" }, { id = "c", start = "2026-03-11T13:00:00Z" } }
local ids = ""
for _, w in ipairs(windows.on(list, "2026-03-10", "America/New_York")) do ids = ids .. w.id end
return ids`, Want: "ab", fn: windowsOn},
}

// edge reads the start or end of a window.
func edge(l *lua.LState, window *lua.LTable, name string, zone int, fn string) time.Time {
	s, ok := window.RawGetString(name).(lua.LString)
	if !ok {
		raise(l, "%s: the window has no %s", fn, name)
	}
	work(l, 8+len(s)/4)
	return moment(l, string(s), zone, fn)
}

func windowsDescribe(l *lua.LState) int {
	window := tableArg(l, 1, "describe")
	w := wordsOf(langArg(l, 3, "describe"))
	start, end := edge(l, window, "start", 2, "describe"), edge(l, window, "end", 2, "describe")
	text := w.layout(start, w.date) + ", " + clock(start) + "-"
	if day(start) != day(end) {
		text += w.layout(end, w.date) + ", "
	}
	return give(l, text+clock(end))
}

func windowsOn(l *lua.LState) int {
	date := stringArg(l, 2, "on")
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		raise(l, "on: '%s' is not a date such as 2026-03-10", shorten(date, 40))
	}
	var found []lua.LValue
	for _, v := range items(l, "on") {
		window, ok := v.(*lua.LTable)
		if !ok {
			raise(l, "on: the list has %s in it", article(v))
		}
		if edge(l, window, "start", 3, "on").Format(time.DateOnly) == date {
			found = append(found, v)
		}
	}
	return giveList(l, found)
}
