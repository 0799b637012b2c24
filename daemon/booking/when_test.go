package booking

import (
	"strings"
	"testing"
)

// tuesday is when the texts of the tests are read: in Columbus, Ohio.
var tuesday = at("2026-03-10T15:20:00-04:00")

// told writes mentions: the first reading of each in full, "|2" for one with two more readings.
func told(m Mentions) string {
	var b []string
	for _, d := range m.Days {
		s := d.Dates[0].Format("1/2")
		if d.Span {
			s += ".." + d.Dates[len(d.Dates)-1].Format("1/2")
		}
		if d.Weak {
			s += "?"
		}
		b = append(b, s)
	}
	for _, t := range m.Times {
		s := t.Readings[0].From.String()
		switch t.Kind {
		case TimeRange, TimePart:
			s = t.Readings[0].String()
		case TimeAfter:
			s = ">" + s
		case TimeBefore:
			s = "<" + s
		}
		if t.Weak {
			s += "?"
		}
		b = append(b, s)
	}
	return strings.Join(b, " ")
}

func TestMentionsOfDaysAndTimes(t *testing.T) {
	loc, err := LoadZone(ohio)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"tmrw after 3":                           "3/11 >15:00",
		"next tues":                              "3/17",
		"tuesday":                                "3/10",
		"this friday":                            "3/13",
		"can u do next tues":                     "3/17",
		"next friday":                            "3/20",
		"the 14th":                               "3/14",
		"the 9th":                                "4/9",
		"asap":                                   "",
		"10":                                     "10:00?",
		"8":                                      "08:00?",
		"thu 1":                                  "3/12 13:00?",
		"thu 1... actually wait sat. no thu 1-3": "3/12 3/14 3/12 13:00? 13:00-15:00",
		"Thu 3/12 8-10":                          "3/12 08:00-10:00",
		"Thu 3/12 1-3":                           "3/12 13:00-15:00",
		"Sat 9-11 (+$49). Which?":                "3/14 09:00-11:00",
		"friday at noon":                         "3/13 12:00",
		"only free this weekend, whats open":     "3/14..3/15",
		"mornings only pls. not thursday":        "3/12 05:00-12:00",
		"11/3 in the afternoon":                  "3/11 12:00-17:00",
		"3/12/2026 at 8:30am":                    "3/12 08:30",
		"March 12 between 8 and 10":              "3/12 08:00-10:00",
		"on Mar. 12th from 8:00 AM to 10:00 AM":  "3/12 08:00-10:00",
		"12 March 10am-12pm":                     "3/12 10:00-12:00",
		"wed 10 works":                           "3/11 10:00?",
		"123 main, wed 10 works":                 "3/11 10:00?",
		"thurs am is good":                       "3/12 05:00-12:00",
		"tomorrow at 4:30 pm":                    "3/11 16:30",
		"day after tomorrow before noon":         "3/12 <12:00",
		"after work on monday":                   "3/16 >17:00",
		"by 5pm today":                           "3/10 <17:00",
		"tonight":                                "3/10 17:00-24:00",
		"late afternoon wednesday":               "3/11 12:00-17:00",
		"el viernes a las 10":                    "3/13 10:00",
		"mañana por la mañana":                   "3/11 05:00-12:00",
		"mañana por la tarde":                    "3/11 12:00-19:00",
		"pasado mañana a las 9 de la mañana":     "3/12 09:00",
		"el 14 de marzo":                         "3/14",
		"el viernes 13 de marzo tengo 10-12":     "3/13 10:00-12:00",
		"el jueves de 8 a 10":                    "3/12 08:00-10:00",
		"entre las 8 y las 10":                   "08:00-10:00",
		"despues de las 3":                       ">15:00",
		"antes del mediodía":                     "<12:00",
		"mar 17 de marzo":                        "3/17",
		"not home until 3":                       ">15:00",
		"I work till 5":                          ">17:00",
		"im free till noon":                      "<12:00",
		"no earlier than 2":                      ">14:00",
		"no later than 2":                        "<14:00",
		"first thing mon":                        "3/16 05:00-11:00",
		"in 2 days":                              "3/12",
		"a week from friday":                     "3/20",
		"early next week":                        "3/16..3/17",
		"thursday of next week":                  "3/19",
		"next week on thursday":                  "3/19",
		"fri 13":                                 "3/13",
		"3-14 morning":                           "3/14 05:00-12:00",
		"el lunes que viene":                     "3/16",
		"fin de semana":                          "3/14..3/15",
		"the visit is $89":                       "",
		"2 toilets are clogged":                  "",
		"unit 4 at 48 Elm St":                    "",
		"between eight and ten":                  "08:00-10:00",
		"at eight thirty":                        "08:00",
		"I sat there waiting, the sun was out":   "3/14",
		"9-5":                                    "09:00-17:00",
		"11-1":                                   "11:00-13:00",
		"1300-1500":                              "13:00-15:00",
		"8am to noon":                            "08:00-12:00",
		"next week":                              "3/16..3/22",
	} {
		if got := told(FindMentions(text, tuesday, loc)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzFindMentions(f *testing.F) {
	loc, err := LoadZone(ohio)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"thu 1... actually wait sat. no thu 1-3 is fine", "mañana por la mañana", "3/12/26 8:00 a.m. – 10:00 a.m.", "٣/١٢", "12:99 99/99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := FindMentions(text, tuesday, loc)
		last := 0
		for _, d := range m.Days {
			if d.Start < last || d.End > len(text) || d.Start >= d.End || len(d.Dates) == 0 {
				t.Fatalf("%q: %+v", text, d)
			}
			last = d.Start
		}
		for _, x := range m.Times {
			if x.End > len(text) || x.Start >= x.End || len(x.Readings) == 0 {
				t.Fatalf("%q: %+v", text, x)
			}
			for _, r := range x.Readings {
				if r.From < 0 || r.To > 24*60 || r.From > r.To {
					t.Fatalf("%q: %v", text, r)
				}
			}
		}
	})
}

func BenchmarkFindMentions(b *testing.B) {
	loc, err := LoadZone(ohio)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		FindMentions("thu 1... actually wait sat. no thu 1-3 is fine", tuesday, loc)
	}
}
