package box

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	lua "github.com/yuin/gopher-lua"
)

const exampleTime = "2026-03-10T13:30:00Z"

var dateFuncs = []HostFunc{
	{Name: "dates.format", Params: []Param{{"at", "string"}, {"zone", "string?"}, {"style", `"date"|"long"|"day"|"time"|"date_time"|"iso"?`}, {"lang", "string?"}},
		Returns: "string", Doc: "A moment (RFC 3339) in words, in a time zone; without one in the zone it is written in.",
		Example: `local at = "` + exampleTime + `"
return dates.format(at, "America/New_York", "date_time") .. "; " .. dates.format(at, "America/New_York", "long", "es")`,
		Want: "Tue Mar 10, 9:30 AM; martes 10 de marzo", fn: datesFormat},
	{Name: "dates.weekday", Params: []Param{{"at", "string"}, {"zone", "string?"}, {"lang", "string?"}}, Returns: "string",
		Doc:     "The day of the week of a moment.",
		Example: `return dates.weekday("` + exampleTime + `", "America/New_York")`, Want: "Tuesday", fn: datesWeekday},
	{Name: "dates.relative", Params: []Param{{"at", "string"}, {"now", "string"}, {"zone", "string?"}, {"lang", "string?"}}, Returns: "string",
		Doc:     "The day of a moment as seen from now: today, tomorrow, yesterday, the weekday within six days, else the date.",
		Example: `return dates.relative("` + exampleTime + `", "2026-03-09T20:00:00Z", "America/New_York", "es")`, Want: "mañana", fn: datesRelative},
	{Name: "dates.add", Params: []Param{{"at", "string"}, {"span", "{days?: integer, hours?: integer, minutes?: integer}"}, {"zone", "string?"}},
		Returns: "string", Doc: "A moment moved by days of the calendar, hours and minutes.",
		Example: `return dates.add("2026-03-07T09:00:00-05:00", { days = 1 }, "America/New_York")`, Want: "2026-03-08T09:00:00-04:00", fn: datesAdd},
	{Name: "dates.minutes", Params: []Param{{"from", "string"}, {"to", "string"}}, Returns: "integer",
		Doc:     "How many minutes lie between two moments; negative when to comes first.",
		Example: `return tostring(dates.minutes("2026-03-10T13:00:00Z", "` + exampleTime + `"))`, Want: "30", fn: datesMinutes},
}

// zoneNames are the time zones that scripts know: those of North America and UTC. A confined worker cannot open the file of another one.
const zoneNames = `UTC
America/New_York America/Detroit America/Chicago America/Denver America/Boise America/Phoenix America/Los_Angeles America/Anchorage
America/Juneau America/Sitka America/Metlakatla America/Yakutat America/Nome America/Adak Pacific/Honolulu
America/Indiana/Indianapolis America/Indiana/Vincennes America/Indiana/Winamac America/Indiana/Marengo America/Indiana/Petersburg
America/Indiana/Vevay America/Indiana/Tell_City America/Indiana/Knox America/Kentucky/Louisville America/Kentucky/Monticello
America/Menominee America/North_Dakota/Center America/North_Dakota/New_Salem America/North_Dakota/Beulah
America/Puerto_Rico America/St_Thomas Pacific/Guam Pacific/Saipan Pacific/Pago_Pago
US/Eastern US/Central US/Mountain US/Pacific US/Alaska US/Hawaii US/Arizona US/Michigan
America/St_Johns America/Halifax America/Glace_Bay America/Moncton America/Goose_Bay America/Toronto America/Montreal America/Iqaluit
America/Winnipeg America/Regina America/Swift_Current America/Edmonton America/Cambridge_Bay America/Inuvik America/Creston
America/Dawson_Creek America/Fort_Nelson America/Vancouver America/Whitehorse America/Dawson
America/Mexico_City America/Cancun America/Merida America/Monterrey America/Matamoros America/Chihuahua America/Ciudad_Juarez
America/Ojinaga America/Mazatlan America/Bahia_Banderas America/Hermosillo America/Tijuana`

// zones are read once; see [Prepare].
var zones = sync.OnceValue(func() map[string]*time.Location {
	m := map[string]*time.Location{}
	for name := range strings.FieldsSeq(zoneNames) {
		if loc, err := booking.LoadZone(name); err == nil {
			m[name] = loc
		}
	}
	return m
})

// Prepare reads the time zones. A worker calls it before it gives up the right to open files.
func Prepare() { zones() }

// momentArg takes a moment and puts it into the zone of argument zone, where that is given.
func momentArg(l *lua.LState, n, zone int, fn string) time.Time {
	return moment(l, textArg(l, n, fn), zone, fn)
}

func moment(l *lua.LState, s string, zone int, fn string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		raise(l, "%s: '%s' is not a moment such as 2026-03-10T09:00:00-04:00", fn, shorten(s, 40))
	}
	work(l, 16)
	if zone == 0 || l.Get(zone) == lua.LNil {
		return at
	}
	name := stringArg(l, zone, fn)
	loc, ok := zones()[name]
	if !ok {
		raise(l, "%s: '%s' is not a time zone of North America such as America/New_York", fn, shorten(name, 40))
	}
	return at.In(loc)
}

// words are the names of one language. The Spanish ones do without the accent of sábado: á is not in the SMS alphabet, and
// would more than double the price of a text.
type words struct {
	weekdays, months           []string
	today, tomorrow, yesterday string
	long, day, date            string // layouts: W weekday, w its first three letters, M month, m likewise, D day of the month
}

var english = words{
	weekdays: strings.Fields("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
	months:   strings.Fields("January February March April May June July August September October November December"),
	today:    "today", tomorrow: "tomorrow", yesterday: "yesterday",
	long: "W, M D", day: "M D", date: "w m D",
}

var spanish = words{
	weekdays: strings.Fields("domingo lunes martes miércoles jueves viernes sabado"),
	months:   strings.Fields("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
	today:    "hoy", tomorrow: "mañana", yesterday: "ayer",
	long: "W D de M", day: "D de M", date: "w D de M",
}

func wordsOf(lang string) words {
	if lang == "es" {
		return spanish
	}
	return english
}

// layout writes the day of a moment.
func (w words) layout(at time.Time, layout string) string {
	weekday, month := w.weekdays[at.Weekday()], w.months[at.Month()-1]
	return strings.NewReplacer("W", weekday, "w", firstCharacters(weekday, 3), "M", month, "m", firstCharacters(month, 3),
		"D", fmt.Sprint(at.Day())).Replace(layout)
}

// clock is a time of day: "9 AM", "9:30 AM".
func clock(at time.Time) string {
	if at.Minute() == 0 {
		return at.Format("3 PM")
	}
	return at.Format("3:04 PM")
}

func datesFormat(l *lua.LState) int {
	at := momentArg(l, 1, 2, "format")
	w := wordsOf(langArg(l, 4, "format"))
	switch style := optString(l, 3, "format", "date"); style {
	case "date":
		return give(l, w.layout(at, w.date))
	case "long":
		return give(l, w.layout(at, w.long))
	case "day":
		return give(l, w.layout(at, w.day))
	case "time":
		return give(l, clock(at))
	case "date_time":
		return give(l, w.layout(at, w.date)+", "+clock(at))
	case "iso":
		return give(l, at.Format(time.DateOnly))
	default:
		raise(l, "format: '%s' is none of the styles date, long, day, time, date_time, iso", shorten(style, 40))
		return 0
	}
}

func datesWeekday(l *lua.LState) int {
	at := momentArg(l, 1, 2, "weekday")
	return give(l, wordsOf(langArg(l, 3, "weekday")).weekdays[at.Weekday()])
}

func datesRelative(l *lua.LState) int {
	at, now := momentArg(l, 1, 3, "relative"), momentArg(l, 2, 3, "relative")
	w := wordsOf(langArg(l, 4, "relative"))
	switch days := day(at) - day(now.In(at.Location())); {
	case days == 0:
		return give(l, w.today)
	case days == 1:
		return give(l, w.tomorrow)
	case days == -1:
		return give(l, w.yesterday)
	case 1 < days && days < 7:
		return give(l, w.weekdays[at.Weekday()])
	}
	return give(l, w.layout(at, w.date))
}

// day counts the days of the calendar.
func day(at time.Time) int {
	y, m, d := at.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func datesAdd(l *lua.LState) int {
	at := momentArg(l, 1, 3, "add")
	span := tableArg(l, 2, "add")
	part := func(name string) int {
		v := span.RawGetString(name)
		n, ok := numberOf(v)
		if v != lua.LNil && (!ok || n < -1e6 || n > 1e6) {
			raise(l, "add: %s must be a number up to a million", name)
		}
		return integer(n)
	}
	at = at.AddDate(0, 0, part("days")).Add(time.Duration(part("hours"))*time.Hour + time.Duration(part("minutes"))*time.Minute)
	if y := at.Year(); y < 1 || y > 9999 {
		raise(l, "add: the result is beyond the year 9999 or before the year 1")
	}
	return give(l, at.Format(time.RFC3339))
}

func datesMinutes(l *lua.LState) int {
	from, to := momentArg(l, 1, 0, "minutes"), momentArg(l, 2, 0, "minutes")
	l.Push(lua.LNumber(int(to.Sub(from) / time.Minute)))
	return 1
}
