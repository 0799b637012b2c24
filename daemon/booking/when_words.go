package booking

import "time"

// The words for days and times, English and Spanish, as people type them on phones: lower case, without accents.

var weekdays = map[string]time.Weekday{
	"mon": time.Monday, "monday": time.Monday, "mondays": time.Monday, "lunes": time.Monday, "lun": time.Monday,
	"tue": time.Tuesday, "tues": time.Tuesday, "tuesday": time.Tuesday, "tuesdays": time.Tuesday, "teusday": time.Tuesday, "martes": time.Tuesday,
	"wed": time.Wednesday, "weds": time.Wednesday, "wednesday": time.Wednesday, "wednesdays": time.Wednesday, "wensday": time.Wednesday,
	"wendsday": time.Wednesday, "wedn": time.Wednesday, "wens": time.Wednesday, "wensd": time.Wednesday, "wend": time.Wednesday, "miercules": time.Wednesday, "miercoles": time.Wednesday, "mie": time.Wednesday,
	"thu": time.Thursday, "thur": time.Thursday, "thurs": time.Thursday, "thursday": time.Thursday, "thursdays": time.Thursday, "thrusday": time.Thursday,
	"thirsday": time.Thursday, "thrs": time.Thursday, "thr": time.Thursday, "tursday": time.Thursday, "juebes": time.Thursday, "jueves": time.Thursday, "jue": time.Thursday,
	"fri": time.Friday, "friday": time.Friday, "fridays": time.Friday, "viernes": time.Friday, "biernes": time.Friday, "frid": time.Friday, "vie": time.Friday,
	"sat": time.Saturday, "saturday": time.Saturday, "saturdays": time.Saturday, "sabado": time.Saturday, "savado": time.Saturday, "satur": time.Saturday, "sabados": time.Saturday, "sab": time.Saturday,
	"sun": time.Sunday, "sunday": time.Sunday, "sundays": time.Sunday, "domingo": time.Sunday, "domingos": time.Sunday, "dom": time.Sunday,
}

var months = map[string]time.Month{
	"jan": 1, "january": 1, "enero": 1, "ene": 1, "feb": 2, "february": 2, "febrero": 2, "mar": 3, "march": 3, "marzo": 3,
	"apr": 4, "april": 4, "abril": 4, "abr": 4, "may": 5, "mayo": 5, "jun": 6, "june": 6, "junio": 6, "jul": 7, "july": 7, "julio": 7,
	"aug": 8, "august": 8, "agosto": 8, "ago": 8, "sep": 9, "sept": 9, "september": 9, "septiembre": 9, "setiembre": 9,
	"oct": 10, "october": 10, "octubre": 10, "nov": 11, "november": 11, "noviembre": 11, "dec": 12, "december": 12, "diciembre": 12, "dic": 12,
}

// nearDays are days counted from today.
var nearDays = map[string]int{
	"today": 0, "2day": 0, "tonight": 0, "tonite": 0, "hoy": 0,
	"tomorrow": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "tomorrows": 1, "tmrw": 1, "tmr": 1, "tmw": 1, "tmrrw": 1, "2morrow": 1, "2moro": 1, "tom": 1,
}

// parts are parts of a day, in minutes after midnight.
var parts = map[string]Span{
	"morning": span(5, 12), "mornings": span(5, 12), "morn": span(5, 12), "am": span(5, 12), "mananas": span(5, 12),
	"afternoon": span(12, 17), "afternoons": span(12, 17), "aft": span(12, 17), "pm": span(12, 24), "tarde": span(12, 19), "tardes": span(12, 19),
	"evening": span(17, 22), "evenings": span(17, 22), "night": span(17, 24), "nights": span(17, 24), "noche": span(18, 24), "noches": span(18, 24),
	"tonight": span(17, 24), "tonite": span(17, 24), "lunchtime": {11*60 + 30, 13*60 + 30}, "madrugada": span(0, 6),
	"early": span(5, 11), "temprano": span(5, 11), "earlier": span(5, 11), "late": span(14, 22), "later": span(12, 22), "temprana": span(5, 11),
}

// fixed are times of the day that have a name.
var fixed = map[string]TimeOfDay{"noon": 12 * 60, "midday": 12 * 60, "mediodia": 12 * 60, "midnight": 0, "medianoche": 0}

// spelled are hours and small numbers in words.
var spelled = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12,
}

// shortened are words as they are typed in haste.
var shortened = map[string]string{"wk": "week", "wks": "weeks", "weeknd": "weekend", "wkend": "weekend", "nxt": "next", "l8r": "later", "nex": "next", "mrng": "morning", "mrning": "morning",
	"mornin": "morning", "morninng": "morning", "aftn": "afternoon", "aftrnoon": "afternoon", "afternon": "afternoon", "eve": "evening", "evenin": "evening", "nite": "night", "sem": "semana"}

// ordinals are days of a month in words.
var ordinals = map[string]int{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11,
	"twelfth": 12, "primero": 1, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
	"nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}

var (
	toWords     = wordSet("to til till until thru through - – — a hasta")
	andWords    = wordSet("and & y or o")
	rangeWords  = wordSet("between from de desde entre")
	afterWords  = wordSet("after past despues since from desde")
	beforeWords = wordSet("before b4 by antes until til till hasta")
	untilWords  = wordSet("until til till hasta")
	workWords   = wordSet("work works working busy school class classes office shift trabajo trabajando ocupado ocupada escuela")
	aroundWords = wordSet("around about at @ ~ like las la aprox como sobre")
	nextWords   = wordSet("next proximo proxima siguiente following")
	clockWords  = wordSet("oclock hrs h hour hours")
)
