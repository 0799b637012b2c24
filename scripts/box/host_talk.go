package box

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	lua "github.com/yuin/gopher-lua"
)

// talkFuncs read what customers text. They are written once, in Go, and measured with labelled texts, so that agents stay short.
var talkFuncs = []HostFunc{
	{Name: "talk.intents", Params: []Param{{"text", "string"}}, Returns: "table<string, true>",
		Doc: "What a customer's text is about, by name: yes, no, price, human, call_me, cancel, reschedule, earliest, any, options, done, later, thanks, " +
			"greeting, bot, who, complaint, legal, abuse, seller, machine, minor, tenant, commercial, card, link, override, waitlist, license, spanish, when, booked, zone, refusal, reaction.",
		Example: `local i = talk.intents("how much? can i talk to someone") return tostring(i.price) .. " " .. tostring(i.human) .. " " .. tostring(i.yes)`,
		Want:    "true true nil", fn: talkIntents},
	{Name: "talk.language", Params: []Param{{"text", "string"}}, Returns: "string?",
		Doc:     "The language of a text, en or es; nil when it does not tell.",
		Example: `return talk.language("¿cuánto cuesta?") .. " " .. tostring(talk.language("10"))`, Want: "es nil", fn: talkLanguage},
	{Name: "talk.choose", Params: []Param{{"text", "string"}, {"now", "string"}, {"zone", "string"}, {"open", "Window[]"}, {"offered", "Window[]?"}},
		Returns: "{windows: string[], sure: boolean, days: string[], full: string[], timed: boolean, near: string[], past: string[]}",
		Doc: "What a text says about arrival windows: the ids of the open ones that fit; sure when exactly one is meant; the dates named, and those of them " +
			"that are full; whether a time was named; near what was asked when none fits; offered ones that were chosen and are gone.",
		Example: `local open = { { id = "a", start = "2026-03-12T12:00:00Z", ["end"] = "2026-03-12T14:00:00Z" }, { id = "b", start = "2026-03-12T17:00:00Z", ["end"] = "2026-03-12T19:00:00Z" } }
local c = talk.choose("thu at 1", "2026-03-10T15:20:00-04:00", "America/New_York", open)
return c.windows[1] .. " " .. tostring(c.sure) .. " " .. c.days[1]`, Want: "b true 2026-03-12", fn: talkChoose},
	{Name: "talk.address", Params: []Param{{"text", "string"}}, Returns: "{line1: string?, line2: string?, postal_code: string?}",
		Doc:     "The parts of a street address that a text holds.",
		Example: `local a = talk.address("its 1420 neil ave 43201 and thurs am is good") return a.line1 .. ", " .. a.postal_code`, Want: "1420 neil ave, 43201", fn: talkAddress},
	{Name: "talk.service", Params: []Param{{"text", "string"}, {"services", "Service[]"}}, Returns: "string?",
		Doc:     "The name of the service that a text speaks of; nil when it is none or not clear.",
		Example: `return talk.service("my AC is out", { { name = "AC repair", keywords = { "ac" } }, { name = "Drain clearing", keywords = { "drain" } } })`,
		Want:    "AC repair", fn: talkService},
	{Name: "talk.facts", Params: []Param{{"question", "string"}, {"facts", "Fact[]"}}, Returns: "{told: string[], topic: string?}",
		Doc: "The approved facts that answer one question, at most two, as they stand: only those that have everything it asks. topic when it is about what " +
			"customers often ask of: hours, card, warranty, financing and so on.",
		Example: `local f = talk.facts("do you take credit cards?", { { text = "We accept cash and all major cards." }, { text = "Licensed and insured." } }) return f.told[1] .. " " .. f.topic`,
		Want:    "We accept cash and all major cards. card", fn: talkFacts},
	{Name: "talk.past_danger", Params: []Param{{"text", "string"}}, Returns: "string?",
		Doc:     "A danger that a text tells of and that is over: gas, carbon_monoxide, fire and so on. One that is there now never reaches a script.",
		Example: `return talk.past_danger("gas co came yesterday about the smell, they capped it")`, Want: "gas", fn: talkPastDanger},
}

// readCost is what reading a text costs of the budget: some hundred phrases are looked for.
func readCost(l *lua.LState, text string) { work(l, 200+8*len(text)) }

func talkIntents(l *lua.LState) int {
	text := stringArg(l, 1, "intents")
	readCost(l, text)
	t := l.NewTable()
	for _, i := range booking.MatchIntents(text) {
		t.RawSetString(string(i), lua.LTrue)
	}
	l.Push(t)
	return 1
}

func talkLanguage(l *lua.LState) int {
	text := stringArg(l, 1, "language")
	readCost(l, text)
	return giveMaybe(l, booking.Language(text))
}

// giveMaybe pushes a text, or nil for an empty one.
func giveMaybe(l *lua.LState, s string) int {
	if s == "" {
		l.Push(lua.LNil)
		return 1
	}
	return give(l, s)
}

func talkPastDanger(l *lua.LState) int {
	text := stringArg(l, 1, "past_danger")
	readCost(l, text)
	e, _ := booking.MatchPastEmergency(text)
	return giveMaybe(l, string(e.Kind))
}

func talkAddress(l *lua.LState) int {
	text := stringArg(l, 1, "address")
	readCost(l, text)
	a := booking.FindAddress(text)
	t := l.NewTable()
	for name, v := range map[string]string{"line1": a.Line1, "line2": a.Line2, "postal_code": a.PostalCode} {
		if v != "" {
			build(l, len(v))
			t.RawSetString(name, lua.LString(v))
		}
	}
	l.Push(t)
	return 1
}

func talkService(l *lua.LState) int {
	text, list := stringArg(l, 1, "service"), tableArg(l, 2, "service")
	readCost(l, text)
	var services []booking.Service
	for i := 1; i <= list.Len() && i <= MaxValues; i++ {
		row, ok := list.RawGetInt(i).(*lua.LTable)
		if !ok {
			raise(l, "service: the list has %s in it", article(list.RawGetInt(i)))
		}
		s := booking.Service{Name: fieldText(row, "name")}
		if words, ok := row.RawGetString("keywords").(*lua.LTable); ok {
			for j := 1; j <= words.Len() && j <= MaxValues; j++ {
				if w, ok := words.RawGetInt(j).(lua.LString); ok {
					s.Keywords = append(s.Keywords, string(w))
				}
			}
		}
		work(l, 20*(1+len(s.Keywords)))
		services = append(services, s)
	}
	return giveMaybe(l, booking.MatchService(text, services))
}

func talkFacts(l *lua.LState) int {
	question, list := stringArg(l, 1, "facts"), tableArg(l, 2, "facts")
	readCost(l, question)
	var facts []booking.Fact
	for i := 1; i <= list.Len() && i <= MaxValues; i++ {
		row, ok := list.RawGetInt(i).(*lua.LTable)
		if !ok {
			raise(l, "facts: the list has %s in it", article(list.RawGetInt(i)))
		}
		f := booking.Fact{Text: fieldText(row, "text")}
		work(l, 20+2*len(f.Text))
		facts = append(facts, f)
	}
	told, topic := booking.FactsFor(question, facts)
	row := l.NewTable()
	for _, f := range told {
		build(l, len(f.Text))
		row.Append(lua.LString(f.Text))
	}
	t := l.NewTable()
	t.RawSetString("told", row)
	if topic != "" {
		t.RawSetString("topic", lua.LString(topic))
	}
	l.Push(t)
	return 1
}

func fieldText(t *lua.LTable, name string) string {
	s, _ := t.RawGetString(name).(lua.LString)
	return string(s)
}

func talkChoose(l *lua.LState) int {
	text := stringArg(l, 1, "choose")
	readCost(l, text)
	now := moment(l, stringArg(l, 2, "choose"), 3, "choose")
	c := booking.ChooseWindows(text, now, now.Location(), windowsArg(l, 4, now.Location()), windowsArg(l, 5, now.Location()))
	t := l.NewTable()
	for name, list := range map[string][]string{"windows": c.Windows, "near": c.Near, "past": c.Past, "days": dates(c.Days), "full": dates(c.Full)} {
		row := l.NewTable()
		for _, v := range list {
			build(l, len(v))
			row.Append(lua.LString(v))
		}
		t.RawSetString(name, row)
	}
	t.RawSetString("sure", lua.LBool(c.Sure))
	t.RawSetString("timed", lua.LBool(c.Timed))
	l.Push(t)
	return 1
}

func dates(days []time.Time) (list []string) {
	for _, d := range days {
		list = append(list, d.Format(time.DateOnly))
	}
	return list
}

// windowsArg reads a list of windows; absent is none.
func windowsArg(l *lua.LState, n int, loc *time.Location) (list []booking.Window) {
	if n > l.GetTop() || l.Get(n) == lua.LNil {
		return nil
	}
	rows := tableArg(l, n, "choose")
	for i := 1; i <= rows.Len() && i <= MaxValues; i++ {
		row, ok := rows.RawGetInt(i).(*lua.LTable)
		if !ok {
			raise(l, "choose: the list has %s in it", article(rows.RawGetInt(i)))
		}
		work(l, 40)
		start, err := time.Parse(time.RFC3339, fieldText(row, "start"))
		if err != nil {
			raise(l, "choose: a window has no start such as 2026-03-10T08:00:00-04:00")
		}
		end, err := time.Parse(time.RFC3339, fieldText(row, "end"))
		if err != nil {
			raise(l, "choose: a window has no end such as 2026-03-10T10:00:00-04:00")
		}
		list = append(list, booking.Window{ID: fieldText(row, "id"), Start: start.In(loc), End: end.In(loc), Open: 1})
	}
	return list
}
