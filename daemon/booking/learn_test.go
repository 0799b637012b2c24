package booking

import "testing"

func TestLaterWordsCountWhateverComesFirst(t *testing.T) {
	typed := func(m float64, phone, name string) Event {
		ev := event(EventProgress, m)
		ev.Customer = Customer{Phone: phone, FirstName: name}
		return ev
	}
	s := played(typed(3, "614-555-0142", "Dana"), event(EventHeartbeat, 9), typed(1, "61455", "D"))
	if s.Phone != dana || s.Customer.FirstName != "Dana" {
		t.Errorf("an older half-typed phone won: %q %q", s.Phone, s.Customer.FirstName)
	}
	if s = played(event(EventHeartbeat, 9), typed(3, "614-555-0142", "Dana")); s.Phone != dana {
		t.Errorf("a late progress after a heartbeat is lost: %q", s.Phone)
	}
	if s = played(typed(1, "614-555-0142", "Dana"), typed(3, "61455", "")); s.Phone != "" || s.Customer.FirstName != "Dana" {
		t.Errorf("the customer changed the number and the old one stayed: %q", s.Phone)
	}
}

func TestConsentIsWhatTheCustomerSaidLast(t *testing.T) {
	tick := func(m float64, sms bool) Event {
		ev := event(EventProgress, m)
		ev.Consent = &Consent{SMS: sms, At: ev.At}
		return ev
	}
	for _, c := range []struct {
		events []Event
		want   bool
	}{
		{[]Event{tick(1, true)}, true},
		{[]Event{tick(1, true), tick(2, false)}, false},
		{[]Event{tick(2, false), tick(1, true)}, false},
		{[]Event{tick(1, false), tick(2, true)}, true},
		{[]Event{tick(1, true), tick(1, false)}, false},
		{[]Event{tick(1, false), tick(1, true)}, false},
		{[]Event{tick(1, true), event(EventProgress, 2)}, true},
	} {
		if s := played(c.events...); s.Consent.SMS != c.want {
			t.Errorf("%v: got %v, want %v", brief(c.events), s.Consent.SMS, c.want)
		}
	}
}

func TestASessionKeepsFewFieldsAndNeverChangesACopysMap(t *testing.T) {
	s := played(event(EventStarted, 0))
	for i := range 100 {
		ev := event(EventProgress, float64(i))
		ev.Fields = map[string]string{"f" + string(rune('a'+i%26)) + string(rune('a'+i/26)): "x", "notes": "n"}
		before := *s
		fields := len(before.Fields)
		s.Apply(ev, silence, delay)
		if len(before.Fields) != fields {
			t.Fatal("the map of an earlier copy of the session was changed")
		}
	}
	if len(s.Fields) != maxFields || s.Fields["notes"] != "n" {
		t.Errorf("the session holds %d fields, want %d with the first ones", len(s.Fields), maxFields)
	}
}

// TestEveryWordCounts: an event that says only one thing is remembered as the latest word, and an older one fills only what is empty.
func TestEveryWordCounts(t *testing.T) {
	for name, c := range map[string]struct {
		say  func(*Event, string)
		hear func(*Session) string
	}{
		"first name": {func(e *Event, v string) { e.Customer.FirstName = v }, func(s *Session) string { return s.Customer.FirstName }},
		"last name":  {func(e *Event, v string) { e.Customer.LastName = v }, func(s *Session) string { return s.Customer.LastName }},
		"email":      {func(e *Event, v string) { e.Customer.Email = v }, func(s *Session) string { return s.Email }},
		"street":     {func(e *Event, v string) { e.Customer.Address.Line1 = v }, func(s *Session) string { return s.Customer.Address.Line1 }},
		"flat":       {func(e *Event, v string) { e.Customer.Address.Line2 = v }, func(s *Session) string { return s.Customer.Address.Line2 }},
		"city":       {func(e *Event, v string) { e.Customer.Address.City = v }, func(s *Session) string { return s.Customer.Address.City }},
		"state":      {func(e *Event, v string) { e.Customer.Address.State = v }, func(s *Session) string { return s.Customer.Address.State }},
		"ZIP":        {func(e *Event, v string) { e.Customer.Address.PostalCode = v }, func(s *Session) string { return s.Customer.Address.PostalCode }},
		"service":    {func(e *Event, v string) { e.Service = v }, func(s *Session) string { return s.Service }},
		"preferred":  {func(e *Event, v string) { e.Preferred = v }, func(s *Session) string { return s.Preferred }},
		"step":       {func(e *Event, v string) { e.Step = v }, func(s *Session) string { return s.Step }},
		"page":       {func(e *Event, v string) { e.PageURL = v }, func(s *Session) string { return s.PageURL }},
		"zone":       {func(e *Event, v string) { e.Timezone = v }, func(s *Session) string { return s.Timezone }},
		"locale":     {func(e *Event, v string) { e.Locale = v }, func(s *Session) string { return s.Locale }},
		"field":      {func(e *Event, v string) { e.Fields = map[string]string{"notes": v} }, func(s *Session) string { return s.Fields["notes"] }},
		"value":      {func(e *Event, v string) { e.ValueCents = len(v) }, func(s *Session) string { return []string{"", "a", "bb"}[s.ValueCents] }},
	} {
		said := func(m float64, v string) Event {
			ev := event(EventProgress, m)
			c.say(&ev, v)
			return ev
		}
		for _, order := range [][]Event{{said(1, "a"), said(2, "bb")}, {said(2, "bb"), said(1, "a")}, {said(2, "bb"), event(EventHeartbeat, 3), said(1, "a")}} {
			if got := c.hear(played(order...)); got != "bb" {
				t.Errorf("%s said in the order %v: got %q, want the later word", name, brief(order), got)
			}
		}
		if got := c.hear(played(event(EventHeartbeat, 3), said(1, "a"))); got != "a" {
			t.Errorf("%s said before a heartbeat: got %q", name, got)
		}
	}
}
