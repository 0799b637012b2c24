package booking

import (
	"strings"
	"testing"
)

func TestWindowsThatATextOffered(t *testing.T) {
	e := brightwater(t)
	for text, want := range map[string]string{
		"I have Thu 3/12 8-10 or 1-3. Which works?":            "2026-03-12T08:00 2026-03-12T13:00",
		"Thu 3/12 8-10, Thu 1-3 or Sat 9-11 (+$49). Which?":    "2026-03-12T08:00 2026-03-12T13:00 2026-03-14T09:00",
		"Would Thu 3/12 8-10 work?":                            "2026-03-12T08:00",
		"El viernes 13 de marzo tengo 10-12. ¿Lo reservo?":     "2026-03-13T10:00",
		"Thu 3/12 8-10, $89 visit fee. Book it?":               "2026-03-12T08:00",
		"Booked: Thu 3/12 8-10.":                               "2026-03-12T08:00",
		"Want me to set it up by text? Reply STOP to opt out.": "",
		"8-10 AM on Thursday or 10 AM-12 PM on Friday?":        "2026-03-12T08:00 2026-03-13T10:00",
		"I have Thu 3/12 7-9. Book it?":                        "gone 2026-03-12T07:00",
	} {
		var got []string
		if want != "" && !NamesTimes(text, tuesday, e.Zone) {
			t.Errorf("%q: no time on a day is seen", text)
		}
		for _, w := range OfferedIn(text, tuesday, e.Zone, e.Windows) {
			if w.ID == "" {
				got = append(got, "gone", w.Start.In(e.Zone).Format("2006-01-02T15:04"))
				continue
			}
			got = append(got, w.ID)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

func TestAPlainTextNamesNoTime(t *testing.T) {
	e := brightwater(t)
	for _, text := range []string{"Hi Ada, your booking with Brightwater is not finished: https://x.example/l/T2H4 Reply STOP to opt out.", "", "Call (614) 555-0100."} {
		if NamesTimes(text, tuesday, e.Zone) {
			t.Errorf("%q", text)
		}
	}
}
