package box

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

var listFuncs = []HostFunc{
	{Name: "list.contains", Params: []Param{{"items", "any[]"}, {"value", "any"}}, Returns: "boolean",
		Doc:     "Whether the value is one of the items.",
		Example: `return tostring(list.contains({ "a", "b" }, "b"))`, Want: "true", fn: listContains},
	{Name: "list.filter", Params: []Param{{"items", "any[]"}, {"keep", "fun(item: any): boolean"}}, Returns: "any[]",
		Doc:     "A new list of the items that keep says yes to.",
		Example: `return list.join(list.filter({ 1, 2, 3, 4 }, function(n) return n % 2 == 0 end), " ")`, Want: "2 4", fn: listFilter},
	{Name: "list.find", Params: []Param{{"items", "any[]"}, {"matches", "fun(item: any): boolean"}}, Returns: "any",
		Doc:     "The first item that matches says yes to, or nil.",
		Example: `return list.find({ "ant", "bee" }, function(s) return s:sub(1, 1) == "b" end)`, Want: "bee", fn: listFind},
	{Name: "list.first", Params: []Param{{"items", "any[]"}, {"n", "integer"}}, Returns: "any[]",
		Doc:     "A new list of the first n items.",
		Example: `return list.join(list.first({ "a", "b", "c" }, 2), ",")`, Want: "a,b", fn: listFirst},
	{Name: "list.join", Params: []Param{{"items", "any[]"}, {"separator", "string?"}, {"last", "string?"}}, Returns: "string",
		Doc:     "The items as one text; last stands before the last one.",
		Example: `return list.join({ 9, 10, 11 }, ", ", " or ")`, Want: "9, 10 or 11", fn: listJoin},
	{Name: "list.map", Params: []Param{{"items", "any[]"}, {"change", "fun(item: any): any"}}, Returns: "any[]",
		Doc:     "A new list of what change makes of each item; nil leaves it out.",
		Example: `return list.join(list.map({ 1, 2 }, function(n) return n * 10 end), " ")`, Want: "10 20", fn: listMap},
	{Name: "list.sort_by", Params: []Param{{"items", "any[]"}, {"key", "string|fun(item: any): any"}}, Returns: "any[]",
		Doc:     "A new list in the order of a field of the items, or of what key makes of them; equal ones stay in their order.",
		Example: `return list.sort_by({ { n = 2, s = "b" }, { n = 1, s = "a" } }, "n")[1].s`, Want: "a", fn: listSortBy},
}

// items copies a list, charged: what a callback does to it meanwhile harms nobody.
func items(l *lua.LState, fn string) []lua.LValue {
	t := tableArg(l, 1, fn)
	list := make([]lua.LValue, t.Len())
	work(l, 4+len(list))
	for i := range list {
		list[i] = t.RawGetInt(i + 1)
	}
	return list
}

// giveList pushes a new list.
func giveList(l *lua.LState, list []lua.LValue) int {
	t := l.CreateTable(len(list), 0)
	for _, v := range list {
		t.Append(v)
	}
	l.Push(t)
	return 1
}

func listContains(l *lua.LState) int {
	want, found := l.Get(2), lua.LFalse
	for _, v := range items(l, "contains") {
		if l.RawEqual(v, want) {
			found = lua.LTrue
			break
		}
	}
	l.Push(found)
	return 1
}

func listFilter(l *lua.LState) int {
	keep := functionArg(l, 2, "filter")
	var kept []lua.LValue
	for _, v := range items(l, "filter") {
		work(l, 2)
		if lua.LVAsBool(call(l, keep, v)) {
			kept = append(kept, v)
		}
	}
	return giveList(l, kept)
}

func listFind(l *lua.LState) int {
	matches := functionArg(l, 2, "find")
	for _, v := range items(l, "find") {
		work(l, 2)
		if lua.LVAsBool(call(l, matches, v)) {
			l.Push(v)
			return 1
		}
	}
	l.Push(lua.LNil)
	return 1
}

func listFirst(l *lua.LState) int {
	list, n := items(l, "first"), intArg(l, 2, "first")
	return giveList(l, list[:max(0, min(n, len(list)))])
}

func listJoin(l *lua.LState) int {
	list, separator := items(l, "join"), optString(l, 2, "join", "")
	last := optString(l, 3, "join", separator)
	var b strings.Builder
	for i, v := range list {
		between := separator
		switch i {
		case 0:
			between = ""
		case len(list) - 1:
			between = last
		}
		s, ok := textOf(toString(l, v))
		if !ok {
			raise(l, "'tostring' must return a string to 'join'")
		}
		room(l, &b, len(between)+len(s))
		b.WriteString(between)
		b.WriteString(s)
	}
	return give(l, b.String())
}

func listMap(l *lua.LState) int {
	change := functionArg(l, 2, "map")
	var made []lua.LValue
	for _, v := range items(l, "map") {
		work(l, 2)
		if v = call(l, change, v); v != lua.LNil {
			made = append(made, v)
		}
	}
	return giveList(l, made)
}

// keyed is an item with what it is sorted by.
type keyed struct{ key, item lua.LValue }

func listSortBy(l *lua.LState) int {
	list := items(l, "sort_by")
	pairs := make([]keyed, len(list))
	for i, v := range list {
		work(l, 2)
		pairs[i].item = v
		switch key := l.Get(2).(type) {
		case *lua.LFunction:
			pairs[i].key = call(l, key, v)
		case lua.LString:
			pairs[i].key = l.GetField(v, string(key))
		default:
			badType(l, 2, "sort_by", "string or function")
		}
	}
	mergeSort(l, pairs, make([]keyed, len(pairs)))
	for i, p := range pairs {
		list[i] = p.item
	}
	return giveList(l, list)
}

// mergeSort is stable, and the order function may be as odd as it likes.
func mergeSort(l *lua.LState, list, spare []keyed) {
	if len(list) < 2 {
		return
	}
	mid := len(list) / 2
	mergeSort(l, list[:mid], spare[:mid])
	mergeSort(l, list[mid:], spare[mid:])
	copy(spare, list)
	a, b := spare[:mid], spare[mid:]
	for i := range list {
		work(l, 2)
		if len(a) == 0 || len(b) > 0 && l.LessThan(b[0].key, a[0].key) {
			list[i], b = b[0], b[1:]
		} else {
			list[i], a = a[0], a[1:]
		}
	}
}
