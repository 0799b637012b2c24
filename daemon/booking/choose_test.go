package booking

import (
	"strings"
	"testing"
)

func TestChoiceOfWindows(t *testing.T) {
	e := brightwater(t) // Wed 10-12, 3-5; Thu 8-10, 1-3; Fri 10-12; Sat 9-11; Mon 8-10; Tue 1-3
	pick := func(names string) (list []Window) {
		for id := range strings.FieldsSeq(names) {
			for _, w := range e.Windows {
				if w.ID == "2026-03-"+id {
					list = append(list, w)
				}
			}
		}
		return list
	}
	for _, c := range []struct {
		text, offered string
		want          string // IDs without the month; "!" behind the only one that is sure; "full 15" days; "near …"
	}{
		{"8", "12T08:00 12T13:00", "12T08:00!"},
		{"1", "12T08:00 12T13:00", "12T13:00!"},
		{"10", "12T08:00 13T10:00", "13T10:00!"},
		{"thu 1... actually wait sat. no thu 1-3 is fine", "12T08:00 12T13:00 14T09:00", "12T13:00!"},
		{"yes that works", "12T08:00", "12T08:00!"},
		{"👍", "12T08:00", "12T08:00!"},
		{"Liked “Would Thu 3/12 8-10 work?”", "12T08:00", "12T08:00!"},
		{"dale, thanks", "13T10:00", "13T10:00!"},
		{"yes and the side gate code is 4417, big dog but friendly", "12T13:00", "12T13:00!"},
		{"yes", "12T08:00 12T13:00", ""},
		{"am i talking to a real person", "12T08:00 12T13:00", ""},
		{"the second one", "12T08:00 12T13:00", "12T13:00!"},
		{"either one works", "12T08:00 12T13:00", "12T08:00!"},
		{"the later one pls", "12T08:00 12T13:00", "12T13:00!"},
		{"2", "12T08:00 14T09:00", "14T09:00!"},
		{"wed 10 works", "", "11T10:00!"},
		{"123 main, wed 10 works", "", "11T10:00!"},
		{"thurs am is good", "", "12T08:00"},
		{"thursday?", "", "12T08:00 12T13:00"},
		{"tmrw after 3", "", "11T15:00"},
		{"can u do next tues", "", "17T13:00"},
		{"friday at noon", "", "near 13T10:00"},
		{"only free this weekend, whats open", "", "14T09:00 full 15"},
		{"do you have sunday?", "", "full 15 near"},
		{"mornings only pls. not thursday", "", "11T10:00 13T10:00 14T09:00 16T08:00"},
		{"not mornings", "", "11T15:00 12T13:00 17T13:00"},
		{"asap", "", "11T10:00"},
		{"11/3 in the afternoon", "", "11T15:00"},
		{"hey can we move it to fri", "", "13T10:00"},
		{"si, el viernes is ok for me", "", "13T10:00"},
		{"el viernes a las 10", "", "13T10:00!"},
		{"mañana por la tarde", "", "11T15:00"},
		{"between 9 and 12 on friday", "", "13T10:00"},
		{"Thu 3/12 1-3", "", "12T13:00!"},
		{"how much?", "12T08:00", ""},
		{"no", "12T08:00", ""},
		{"do you have evenings?", "", "near"},
	} {
		got := ChooseWindows(c.text, tuesday, e.Zone, e.Windows, pick(c.offered))
		var b []string
		for _, id := range got.Windows {
			id = strings.TrimPrefix(id, "2026-03-")
			if got.Sure {
				id += "!"
			}
			b = append(b, id)
		}
		for _, d := range got.Full {
			b = append(b, "full", d.Format("2"))
		}
		if strings.Contains(c.want, "near") {
			b = append(b, "near")
			if _, first, _ := strings.Cut(c.want, "near "); first != "" && len(got.Near) > 0 {
				b = append(b, strings.TrimPrefix(got.Near[0], "2026-03-"))
			}
			if len(got.Near) == 0 {
				t.Errorf("%q: no alternatives", c.text)
			}
		}
		if s := strings.Join(b, " "); s != c.want {
			t.Errorf("%q after %q: %q, want %q", c.text, c.offered, s, c.want)
		}
	}
}

func TestAWindowThatWasOfferedAndIsGone(t *testing.T) {
	e := brightwater(t)
	was := e.Windows[2]
	got := ChooseWindows("yes that works", tuesday, e.Zone, e.Windows[3:], []Window{was})
	if got.Sure || len(got.Past) != 1 || got.Past[0] != was.ID || len(got.Near) == 0 {
		t.Errorf("%+v", got)
	}
}

func BenchmarkChooseWindows(b *testing.B) {
	e := brightwater(b)
	b.ReportAllocs()
	for b.Loop() {
		ChooseWindows("thu 1... actually wait sat. no thu 1-3 is fine", tuesday, e.Zone, e.Windows, e.Windows[2:4])
	}
}

func TestHolidaysAreDates(t *testing.T) {
	for text, want := range map[string]string{"st pattys day lol if yall work then": "2026-03-17", "Saint Patrick's Day?": "2026-03-17", "easter monday": "2026-04-06", "the day is good friday": "2026-04-03",
		"memorial day": "2026-05-25", "on thanksgiving": "2026-11-26", "after thanksgiving": "2026-11-27", "black friday": "2026-11-27", "new years": "2027-01-01", "the fourth of july": "2026-07-04", "en navidad": "2026-12-25"} {
		got := ChooseWindows(text, tuesday, brightwater(t).Zone, nil, nil)
		if len(got.Days) != 1 || got.Days[0].Format("2006-01-02") != want {
			t.Errorf("%q: %v, want %s", text, got.Days, want)
		}
	}
	for _, text := range []string{"the furnace is easter egg blue", "cant drop it all at once"} {
		if got := ChooseWindows(text, tuesday, brightwater(t).Zone, nil, nil); got.Timed {
			t.Errorf("%q: %+v", text, got)
		}
	}
}
