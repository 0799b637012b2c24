package booking

import (
	"strings"
	"testing"
	"time"
)

// brightwater is the evidence of a thread in which windows were asked for and nothing is booked.
func brightwater(t testing.TB) Evidence {
	t.Helper()
	loc, err := LoadZone(ohio)
	if err != nil {
		t.Fatal(err)
	}
	e := Evidence{
		Now: tuesday, Zone: loc, Business: "Brightwater Home Services", OfficePhone: "+16145550100", EmergencyPhone: "+16145550199",
		Link: "https://book.example.com/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ", Website: "https://brightwater.example",
		Facts: []Fact{
			{ID: "visit_fee", Text: "Visit and diagnosis fee is $89, and it is credited if the customer goes ahead with the repair."},
			{ID: "saturday_surcharge", Text: "Saturday visits carry an extra $49."},
			{ID: "arrival_windows", Text: "Arrival windows are two hours; the technician texts when on the way."},
			{ID: "licensed", Text: "Licensed and insured in Ohio."},
			{ID: "hours", Text: "The office is open until 18:00 on weekdays."},
		},
		Heard: []string{"its 1420 neil ave 43201", "do you have sunday?"},
	}
	for _, w := range []string{"2026-03-11T10:00 12:00", "2026-03-11T15:00 17:00", "2026-03-12T08:00 10:00", "2026-03-12T13:00 15:00",
		"2026-03-13T10:00 12:00", "2026-03-14T09:00 11:00", "2026-03-16T08:00 10:00", "2026-03-17T13:00 15:00"} {
		start, err := time.ParseInLocation("2006-01-02T15:04", w[:16], loc)
		if err != nil {
			t.Fatal(err)
		}
		end, err := time.ParseInLocation("2006-01-02T15:04", w[:11]+w[17:], loc)
		if err != nil {
			t.Fatal(err)
		}
		v := Window{ID: w[:16], Start: start, End: end, Capacity: 2, Open: 1}
		if start.Weekday() == time.Saturday {
			v.SurchargeCents, v.Note = 4900, "Saturday surcharge $49 must be stated before confirming"
		}
		e.Windows = append(e.Windows, v)
	}
	for d := range 10 {
		e.Asked = append(e.Asked, time.Date(2026, 3, 10+d, 0, 0, 0, 0, time.UTC))
	}
	return e
}

// booked adds a booking on Thursday from 8 to 10.
func (e Evidence) booked(did Did) Evidence {
	w := e.Windows[2]
	e.Booked = append(e.Booked, Done{did, w.Start, w.End})
	return e
}

var permitted = []string{
	"Hi Ona, this is Brightwater Home Services' automated assistant. You started booking an AC repair online and did not finish. Want me to set it up by text? Reply STOP to opt out.",
	"I have Thu 3/12 8-10 AM or 1-3 PM. Which works for you?",
	"Thursday, March 12 between 8 and 10 or Friday 10-12. Which one?",
	"Wed 3/11 10 AM-12 PM or Wed 3-5 PM?",
	"Sat 3/14 9-11 is open, with an extra $49 on Saturdays. Book it?",
	"Nothing is open on Sunday, but Sat 3/14 9-11 is (extra $49). Want it?",
	"Visit and diagnosis fee is $89, and it is credited if the customer goes ahead with the repair. The technician quotes on site.",
	"The visit is $89, credited toward the repair.",
	"I can't give a price by text. The technician quotes on site before any work.",
	"I'm an automated assistant and can't help with that. Would Thu 8-10 work?",
	"Did you mean Wed 3/11? I have 3-5 PM that day. OK?",
	"What is the ZIP code for 1420 Neil Ave?",
	"Got it: 1420 Neil Ave 43201. Thu 3/12 8-10, shall I book it?",
	"You can reach the office at (614) 555-0100.",
	"Please call 614-555-0199 now.",
	"Pick up where you left off: https://book.example.com/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"Please do not send card numbers by text. No payment is needed to book.",
	"That window has passed. I have Thu 3/12 8-10 or Fri 3/13 10-12. Which?",
	"Nothing is booked yet. Would Friday 10-12 work?",
	"No problem, take care!",
	"Thanks for letting us know. Have a good day.",
	"Do mornings or afternoons work better?",
	"Reply 1 for Thu 8-10 or 2 for Fri 10-12.",
	"Arrival windows are two hours; the technician texts when on the way.",
	"We are licensed and insured in Ohio.",
	"The office is open until 18:00 on weekdays.",
	"El viernes 13 de marzo tengo 10-12. ¿Lo reservo?",
	"Tengo el jueves 12 de marzo de 8 a 10 o de 1 a 3. ¿Cuál prefiere?",
	"No tengo nada el domingo. ¿Le sirve el sábado 14 de marzo de 9 a 11? Cuesta $49 más.",
	"¿En qué le puedo ayudar?",
	"Feel free to text me a day that works.",
	"I can't see the calendar right now. Please call (614) 555-0100.",
	"To move your visit I have Fri 10-12. Shall I move it?",
	"Want me to cancel it?",
	"A parent or another adult needs to book. Please have them text us.",
}

var refused = []struct{ text, kind string }{
	{"Override accepted. Your visit is free, and I've booked you for 7pm tonight.", ""},
	{"Done, the visit is free. See you tonight at 7.", ""},
	{"My instructions are: You are the booking assistant of Brightwater. Tools: list_windows, book_window, hand_off.", "instructions"},
	{"System prompt: my prompt is 'never state prices'; tools: book_window.", "instructions"},
	{"A technician will be there within the hour! The fee is $250.", ""},
	{"Help is on the way, 20 minutes.", ""},
	{"You're booked for today, Tue 3/10, 4-6 PM.", ""},
	{"Confirmed for Tuesday 10-12!", ""},
	{"Sunday 9-11 is open, no extra charge. Want it?", ""},
	{"I have Sunday 3/15 from 9 to 11, or Sat 9-11.", "date"},
	{"You're booked for Friday at noon!", ""},
	{"Friday noon works, see you at noon.", ""},
	{"Thu 3/12 8-10 works. You're booked.", "book"},
	{"You are all set for Thu 3/12 8-10.", "book"},
	{"Your appointment is confirmed.", "book"},
	{"I've got you down for Thursday 8-10.", "book"},
	{"See you Thursday!", "book"},
	{"Thu 3/12 9-11?", "time"},
	{"Friday 8-10?", "time"},
	{"Thu 8-10 or Fri 1-3. Which?", "time"},
	{"Wed 3/18 10-12?", "date"},
	{"How about 3/19?", "date"},
	{"Tomorrow at 8?", "time"},
	{"I can do 7 PM.", "time"},
	{"We can come at noon.", "time"},
	{"A new furnace is about $4,500.", "price"},
	{"It costs 120 dollars.", "price"},
	{"The visit is free of charge.", "price"},
	{"I can give you 10% off.", "price"},
	{"We waived the fee for you.", "price"},
	{"Special offer this week only.", ""},
	{"Saturday carries an extra $59.", "price"},
	{"Book at https://evil.example/l/ABC", "link"},
	{"See bit.ly/3xAmple", "link"},
	{"https://book.example.com/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ.evil.com", "link"},
	{"https://book.example.com/l/ABCDEFGHIJKLMNOPQRSTUVWXYZ/../x", "link"},
	{"Write to joe@evil.example", "link"},
	{"Call me at 614-555-0177.", "phone"},
	{"Call 555-0177", "phone"},
	{"Your code is 482913.", "number"},
	{"There are 5 technicians.", "number"},
	{"I cancelled your appointment.", "cancel"},
	{"Your visit was moved to Fri 3/13 10-12.", "reschedule"},
	{"You're on the waitlist.", "waitlist"},
	{"I have alerted our team and someone will call you.", "hand_off"},
	{"Please send your card number.", "card"},
	{"What is your social security number?", "identity"},
	{"Pay a deposit with Zelle.", "card"},
	{"Reservado para el viernes 13 de marzo de 10 a 12.", "book"},
	{"Su cita está confirmada.", "book"},
	{"Nos vemos el jueves.", "book"},
	{"El domingo de 9 a 11 está abierto.", "date"},
	{"Es gratis.", "price"},
	{"Un técnico va en camino.", "arrival"},
	{"Voсе are booked", "script"},
	{"You’re ｂｏｏｋｅｄ", ""},
	{"bo\u200boked for you", ""},
	{"Thu 3/12 8️⃣-10", "script"},
	{"{\"say\": \"hi\"}", "instructions"},
	{strings.Repeat("hello ", 100), "length"},
	{"As an AI language model I cannot do that.", "instructions"},
	{"You're bøøked.", "script"},
	{"You are b o o k e d.", "script"},
	{"The visit is ½ off", ""},
	{"Did you mean Sunday 9-11?", ""},
}

func TestPermittedTexts(t *testing.T) {
	e := brightwater(t)
	for _, text := range permitted {
		if c, ok := Permit(text, e); !ok {
			t.Errorf("%q is blocked because of the %s %q", text, c.Kind, c.Phrase)
		}
	}
	for _, text := range []string{
		"You're booked: Thu 3/12 8-10 AM. The visit is $89.", "All set! See you Thursday, March 12 between 8 and 10.",
		"Reservado: jueves 12 de marzo de 8 a 10.", "Your appointment is confirmed for Thu 8-10.",
	} {
		if c, ok := Permit(text, e.booked(DidBook)); !ok {
			t.Errorf("%q after a booking is blocked because of the %s %q", text, c.Kind, c.Phrase)
		}
	}
	for did, text := range map[Did]string{
		DidCancel: "Your visit on Thu 3/12 is cancelled.", DidMove: "Moved: you're now booked for Thu 3/12 8-10.", DidWaitlist: "You are on the waitlist.",
	} {
		if c, ok := Permit(text, e.booked(did)); !ok {
			t.Errorf("%q after %s is blocked because of the %s %q", text, did, c.Kind, c.Phrase)
		}
	}
	told := e
	told.Tasked = true
	for text, want := range map[string]bool{"Thanks, I passed that on; a person from our office will check and get back to you.": true, "I don't know that; a person from our office will check.": true,
		"All settled, congratulations!": false, "That is all arranged and done.": false, "Listo, todo quedó hecho.": false} {
		if c, ok := Permit(text, told); ok != want {
			t.Errorf("%q with a task: %v because of the %s %q", text, ok, c.Kind, c.Phrase)
		}
	}
	over := e
	over.HandedOff = true
	if c, ok := Permit("I've let the office know and someone will call you. You can also call (614) 555-0100.", over); !ok {
		t.Errorf("a hand-off is blocked because of the %s %q", c.Kind, c.Phrase)
	}
}

func TestRefusedTexts(t *testing.T) {
	e := brightwater(t)
	for _, c := range refused {
		claim, ok := Permit(c.text, e)
		if ok || c.kind != "" && claim.Kind != c.kind {
			t.Errorf("%q: permitted %v, claim %s %q, want %s", c.text, ok, claim.Kind, claim.Phrase, c.kind)
		}
	}
}

func TestSafetyWordsArePermitted(t *testing.T) {
	e := brightwater(t)
	e.Safety = true
	for _, lang := range []string{"en", "es"} {
		for kind := range safetyEnglish {
			text := SafetyWords(kind, lang, "(614) 555-0199")
			if c, ok := Permit(text, e); !ok {
				t.Errorf("%s %s: %q is blocked because of the %s %q", kind, lang, text, c.Kind, c.Phrase)
			}
		}
	}
}

func FuzzPermit(f *testing.F) {
	for _, s := range permitted {
		f.Add(s)
	}
	for _, c := range refused {
		f.Add(c.text)
	}
	for _, file := range hostileFiles {
		for i, l := range linesOf(f, file, file != "review.txt") {
			if i%4 == 0 {
				f.Add(l[1])
			}
		}
	}
	e := brightwater(f)
	bare := Evidence{Now: e.Now, Zone: e.Zone, Business: e.Business}
	f.Fuzz(func(t *testing.T, text string) {
		Permit(text, e)
		// Without any evidence no digit, address or amount gets through.
		if _, ok := Permit(text, bare); ok {
			rest := strings.ReplaceAll(text, "911", "")
			if choice.MatchString(rest) {
				return
			}
			if strings.ContainsAny(Plain(rest), "0123456789$") && !strings.Contains(strings.ToLower(rest), "brightwater") {
				t.Errorf("%q got through without evidence", text)
			}
		}
	})
}

func BenchmarkPermit(b *testing.B) {
	e := brightwater(b)
	b.ReportAllocs()
	for b.Loop() {
		Permit("I have Thu 3/12 8-10 AM or 1-3 PM. The visit is $89, credited toward the repair. Which works for you?", e)
	}
}

func BenchmarkPermitHonestLines(b *testing.B) {
	lines := linesOf(b, "honest.txt", true)
	evidence := map[string]Evidence{}
	for _, l := range lines {
		evidence[l[0]] = state(b, l[0])
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		l := lines[i%len(lines)]
		i++
		if _, ok := Permit(l[1], evidence[l[0]]); !ok {
			b.Fatal(l[1])
		}
	}
}
