package booking

import (
	"strings"
	"testing"
	"time"
)

func TestAHaltKeepsTextsOfItsNumberUntilOneTries(t *testing.T) {
	h := Halt{Number: office, Code: 30034, Meaning: "Our number does not belong to an approved campaign.", Fix: "Add it.", Since: due, Until: due.Add(time.Hour), Later: true}
	var c CarrierState
	c.Stop(h)
	later := h
	later.Since, later.Until = due.Add(time.Minute), due.Add(2*time.Hour)
	c.Stop(later)
	if len(c.Halts) != 1 || !c.Halts[0].Since.Equal(due) || !c.Halts[0].Until.Equal(later.Until) {
		t.Fatalf("the same halt again: %+v", c.Halts)
	}
	if c.Standing("+16145550999") != nil || c.Standing(office) == nil {
		t.Error("a halt of one number keeps another's texts, or not its own")
	}
	f := goodFacts()
	f.Carrier = c
	if v := Decide(due.Add(time.Minute), f); v.Result != Wait || v.Check != CheckCarrier || !v.At.Equal(later.Until) {
		t.Errorf("while it stands: %s", show(v))
	}
	if v := Decide(later.Until, f); v.Result != Pass {
		t.Errorf("when its time is over one text tries: %s", show(v))
	}
	if !c.Try(office, later.Until) || c.Standing(office).Until != later.Until.Add(Probe) {
		t.Errorf("the others wait for the one that tries: %+v", c.Halts)
	}
	if c.Resume(office, false) != nil || len(c.Halts) != 1 {
		t.Error("a code that comes later is not mended by a text that was taken")
	}
	if ended := c.Resume(office, true); len(ended) != 1 || len(c.Halts) != 0 {
		t.Errorf("a delivery ends it: %+v, %+v", ended, c.Halts)
	}
	c.Stop(Halt{Code: 20003, Until: due})
	if c.Standing(office) == nil || len(c.Resume(office, false)) != 1 {
		t.Error("a halt of the account rules every number, and any text that is taken ends it")
	}
}

func TestFilteredTextsHaltWhenThereAreTooMany(t *testing.T) {
	var c CarrierState
	for i := range 4 {
		if c.Filter(due.Add(time.Duration(i)*time.Minute), 1000) {
			t.Fatalf("halted after %d filtered texts", i+1)
		}
	}
	if !c.Filter(due.Add(30*time.Minute), 1000) {
		t.Error("five in an hour do not halt")
	}
	c = CarrierState{}
	halted := 0
	for i := range 5 {
		if c.Filter(due.Add(time.Duration(i)*3*time.Hour), 160) {
			halted = i + 1
		}
	}
	if halted != 5 {
		t.Errorf("over three percent of a day's texts halt at the %dth, want the fifth", halted)
	}
	if c.Filter(due.Add(100*time.Hour), 1000) || len(c.Filtered) != 1 {
		t.Errorf("yesterday's count today: %v", c.Filtered)
	}
}

func TestANumberThatFailsAgainAndAgainIsNotTriedAnyMore(t *testing.T) {
	for code, times := range map[int]int{30003: 3, 30004: 2} {
		p := Person{Phone: dana}
		for i := 1; i <= times; i++ {
			if p.Bad != nil {
				t.Errorf("%d: bad after %d", code, i-1)
			}
			p.Failed(due, code)
		}
		if p.Bad == nil || p.Bad.Code != code {
			t.Errorf("%d: not bad after %d", code, times)
		}
	}
	p := Person{}
	p.Failed(due, 30004)
	if !p.Reached() || p.Reached() {
		t.Error("a text that arrives forgets failures, once")
	}
	p.Failed(due, 30004)
	if p.Bad != nil {
		t.Error("two failures with an arrival between them are not in a row")
	}
}

func TestAnswersByRule(t *testing.T) {
	for _, c := range []struct {
		in   Inbound
		want Told
	}{
		{Inbound{Body: "STOP"}, Told{Stops: true, Answered: true}},
		{Inbound{Body: " cancel "}, Told{Stops: true, Answered: true}},
		{Inbound{Body: "please stop texting me"}, Told{Stops: true}},
		{Inbound{Body: "alto"}, Told{Stops: true}},
		{Inbound{Body: "ya basta de tonterias", OptOut: KeywordStop}, Told{Stops: true, Answered: true}},
		{Inbound{Body: "START"}, Told{Starts: true, Answered: true}},
		{Inbound{Body: "alta", OptOut: KeywordStart}, Told{Starts: true, Answered: true}},
		{Inbound{Body: "HELP"}, Told{Helps: true, Answered: true}},
		{Inbound{Body: "ayuda"}, Told{Helps: true}},
		{Inbound{Body: "Help!"}, Told{Helps: true}},
		{Inbound{Body: "YES"}, Told{Answered: true}},
		{Inbound{Body: "stop by tomorrow"}, Told{}},
	} {
		if got := Understand(c.in); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.in, got, c.want)
		}
	}
	a := Account{Name: "Brightwater Home Services", OfficePhone: "+16145550100"}
	for _, text := range []string{Confirmation(a, "no more texts"), Confirmation(a, "ya no me manden mensajes"), Confirmation(a, "wrong number"), HelpText(a, "help"), HelpText(Account{Name: a.Name}, "help")} {
		if n, enc, _ := Segments(text); n != 1 || enc != GSM7 || !strings.HasPrefix(text, a.Name+": ") {
			t.Errorf("%q has %d segments in %s", text, n, enc)
		}
	}
	if c := Confirmation(a, "no more texts"); strings.Contains(strings.ToLower(c), "book") || !strings.Contains(c, "START") {
		t.Errorf("the confirmation %q says more than it may", c)
	}
	if h := HelpText(a, "help"); !strings.Contains(h, NationalPhone(a.OfficePhone)) || !strings.Contains(h, "STOP") {
		t.Errorf("the help %q lacks whom to ask or how to opt out", h)
	}
}
