package booking

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func goodEvent() Event {
	return Event{Kind: EventProgress, Scheduler: "main", ClientID: "0f3c", At: left,
		Customer: Customer{FirstName: "Dana", Phone: "(614) 555-0142", Email: "dana@example.com", Address: Address{Line1: "577 Westhaven Dr", PostalCode: "43214"}},
		Service:  "AC repair", PageURL: "https://book.example.com/", Timezone: ohio, Consent: &Consent{SMS: true, Text: "I agree."},
		Fields: map[string]string{"notes": "gate code is 12"}}
}

func TestAGoodEventPassesUnchanged(t *testing.T) {
	ev, want := goodEvent(), goodEvent()
	warnings, err := ValidateEvent(left.Add(time.Second), &ev)
	expect(t, "a good event", err, "")
	want.Consent.At, want.Consent.Page, want.read = left, "https://book.example.com/", readPhone{"(614) 555-0142", dana}
	if len(warnings) != 0 || !reflect.DeepEqual(ev, want) {
		t.Errorf("got %+v %+v %v", ev, ev.Consent, warnings)
	}
}

func TestEventsThatCannotBeTakenAreRefused(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	many := map[string]string{}
	for i := range 41 {
		many[fmt.Sprint("f", i)] = "v"
	}
	for _, c := range []struct {
		name   string
		change func(*Event)
		want   string
	}{
		{"an unknown kind", func(e *Event) { e.Kind = "exploded" }, "unknown_event event"},
		{"no kind", func(e *Event) { e.Kind = "" }, "unknown_event event"},
		{"no scheduler", func(e *Event) { e.Scheduler = "" }, "invalid_id scheduler"},
		{"a scheduler that climbs", func(e *Event) { e.Scheduler = "../x" }, "invalid_id scheduler"},
		{"no session", func(e *Event) { e.ClientID = "" }, "missing session"},
		{"a session of 200 bytes", func(e *Event) { e.ClientID = long(200) }, ""},
		{"a session of 201 bytes", func(e *Event) { e.ClientID = long(201) }, "too_long session"},
		{"a session with a zero byte", func(e *Event) { e.ClientID = "a\x00b" }, "control_character session"},
		{"a session that is not UTF-8", func(e *Event) { e.ClientID = "a\xffb" }, "invalid_utf8 session"},
		{"three minutes ahead", func(e *Event) { e.At = left.Add(3 * time.Minute) }, "at_in_future at"},
		{"31 days past", func(e *Event) { e.At = left.Add(-31 * 24 * time.Hour) }, "at_too_old at"},
		{"two minutes ahead", func(e *Event) { e.At = left.Add(2 * time.Minute) }, ""},
		{"30 days past", func(e *Event) { e.At = left.Add(-30 * 24 * time.Hour) }, ""},
		{"29 days past", func(e *Event) { e.At = left.Add(-29 * 24 * time.Hour) }, ""},
		{"a name that is not UTF-8", func(e *Event) { e.Customer.FirstName = "\xc3\x28" }, "invalid_utf8 customer.first_name"},
		{"a phone that is not UTF-8", func(e *Event) { e.Customer.Phone = "\xff" }, "invalid_utf8 customer.phone"},
		{"an endless service", func(e *Event) { e.Service = long(501) }, "too_long service"},
		{"an endless phone", func(e *Event) { e.Customer.Phone = long(501) }, "too_long customer.phone"},
		{"long consent", func(e *Event) { e.Consent.Text = long(2000) }, ""},
		{"endless consent", func(e *Event) { e.Consent.Text = long(2001) }, "too_long consent.text"},
		{"a page of consent that is not UTF-8", func(e *Event) { e.Consent.Page = "\xff" }, "invalid_utf8 consent.page"},
		{"too many fields", func(e *Event) { e.Fields = many }, "too_many fields"},
		{"a field with an endless name", func(e *Event) { e.Fields = map[string]string{long(65): "v"} }, "too_long fields"},
		{"a field without a name", func(e *Event) { e.Fields = map[string]string{" ": "v"} }, "invalid_field fields"},
		{"an endless field", func(e *Event) { e.Fields["notes"] = long(501) }, "too_long fields.notes"},
		{"a field that is not UTF-8", func(e *Event) { e.Fields["notes"] = "\xff" }, "invalid_utf8 fields.notes"},
	} {
		ev := goodEvent()
		c.change(&ev)
		_, err := ValidateEvent(left, &ev)
		expect(t, c.name, err, c.want)
	}
}

func TestWhatAPersonTypedIsTakenWithAWarning(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Event)
		want   []Warning
		holds  func(*Event) bool
	}{
		{"half a phone", func(e *Event) { e.Customer.Phone = "614 55" }, []Warning{{"customer.phone", "phone_invalid"}},
			func(e *Event) bool { return e.Customer.Phone == "614 55" }},
		{"half an address of mail", func(e *Event) { e.Customer.Email = "dana@exa" }, []Warning{{"customer.email", WarnEmailInvalid}},
			func(e *Event) bool { return e.Customer.Email == "dana@exa" }},
		{"an unknown zone", func(e *Event) { e.Timezone = "Mars/Olympus" }, []Warning{{"timezone", WarnUnknownTimezone}},
			func(e *Event) bool { return e.Timezone == "" }},
		{"a page address with much behind it", func(e *Event) { e.PageURL = "https://a.example/?" + strings.Repeat("q", 5000) },
			[]Warning{{"page_url", WarnShortened}}, func(e *Event) bool { return len(e.PageURL) == 2000 }},
		{"a million", func(e *Event) { e.ValueCents = 100_000_000 }, nil, func(e *Event) bool { return e.ValueCents == 100_000_000 }},
		{"more than a million", func(e *Event) { e.ValueCents = 100_000_001 }, []Warning{{"value_cents", WarnOutOfRange}}, func(e *Event) bool { return e.ValueCents == 0 }},
		{"a debt", func(e *Event) { e.ValueCents = -5 }, []Warning{{"value_cents", WarnOutOfRange}}, func(e *Event) bool { return e.ValueCents == 0 }},
		{"control characters", func(e *Event) { e.Customer.FirstName = " Da\x00na\n" }, nil, func(e *Event) bool { return e.Customer.FirstName == "Da na" }},
		{"a card in the notes", func(e *Event) { e.Fields["notes"] = "card 4111 1111 1111 1111 thx" }, []Warning{{"fields.notes", WarnSecretRemoved}},
			func(e *Event) bool { return e.Fields["notes"] == "card [removed] thx" }},
		{"a card for a phone", func(e *Event) { e.Customer.Phone = "4111-1111-1111-1111" },
			[]Warning{{"customer.phone", WarnSecretRemoved}, {"customer.phone", "phone_invalid"}}, func(e *Event) bool { return e.Customer.Phone == removed }},
		{"a field for a password", func(e *Event) { e.Fields["Card CVV"] = "123" }, []Warning{{"fields.Card CVV", WarnSecretRemoved}},
			func(e *Event) bool { return e.Fields["Card CVV"] == removed }},
		{"a business name", func(e *Event) { e.Fields["business_name"] = "Sub" }, nil, func(e *Event) bool { return e.Fields["business_name"] == "Sub" }},
		{"no time", func(e *Event) { e.At = time.Time{} }, nil, func(e *Event) bool { return e.At.Equal(left) }},
		{"a clock a minute fast", func(e *Event) { e.At = left.Add(time.Minute) }, nil, func(e *Event) bool { return e.At.Equal(left) }},
		{"a slow clock's heartbeat", func(e *Event) { e.Kind, e.At = EventHeartbeat, left.Add(-20*time.Minute) }, nil, func(e *Event) bool { return e.At.Equal(left) }},
		{"an old heartbeat", func(e *Event) { e.Kind, e.At = EventHeartbeat, left.Add(-2*time.Hour) }, nil, func(e *Event) bool { return e.At.Equal(left.Add(-2 * time.Hour)) }},
		{"a slow clock's leaving", func(e *Event) { e.Kind, e.At = EventAbandoned, left.Add(-20*time.Minute) }, nil, func(e *Event) bool { return e.At.Equal(left.Add(-20 * time.Minute)) }},
		{"consent from the future", func(e *Event) { e.Consent.At = left.Add(time.Hour) }, nil, func(e *Event) bool { return e.Consent.At.Equal(left) }},
		{"a session that looks like a card", func(e *Event) { e.ClientID = "4111111111111111" }, nil, func(e *Event) bool { return e.ClientID == "4111111111111111" }},
	} {
		ev := goodEvent()
		c.change(&ev)
		got, err := ValidateEvent(left, &ev)
		expect(t, c.name, err, "")
		if !reflect.DeepEqual(got, c.want) || !c.holds(&ev) {
			t.Errorf("%s: got %+v with warnings %v, want %v", c.name, ev, got, c.want)
		}
	}
}

func TestValidateEventLeavesTheCallersMapAndConsentAlone(t *testing.T) {
	fields, consent := map[string]string{"cvv": "123"}, &Consent{SMS: true}
	ev := goodEvent()
	ev.Fields, ev.Consent = fields, consent
	if _, err := ValidateEvent(left, &ev); err != nil || fields["cvv"] != "123" || !consent.At.IsZero() {
		t.Errorf("the caller's values were changed: %v %v %v", fields, consent, err)
	}
}

func TestRedactTakesOutCardsAndLeavesTheRest(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"4111111111111111", "[removed]"},
		{"my card: 4111-1111-1111-1111, exp 09/27", "my card: [removed], exp 09/27"},
		{"5500 0000 0000 0004", "[removed]"},
		{"3782 822463 10005", "[removed]"},
		{"6011.1111.1111.1117.", "[removed]."},
		{"2223003122003222", "[removed]"},
		{"6304000000000000018", "[removed]"},
		{"4222222222222", "[removed]"},
		{"4111 1111 1111 1111 5500 0000 0000 0004", "[removed] [removed]"},
		{"ssn 078-05-1120!", "ssn [removed]!"},
		{"4111111111111112", "4111111111111112"},
		{"1111 1111 1111 1117", "1111 1111 1111 1117"},
		{"6011 0009 9013 9424", "[removed]"},
		{"411111111111", "411111111111"},
		{"14111111111111111", "14111111111111111"},
		{"411 1111 1111 11111", "411 1111 1111 11111"},
		{"41111 11111 11111 1", "41111 11111 11111 1"},
		{"4111111111111111 0", "[removed] 0"},
		{"41111111111111111111", "41111111111111111111"},
		{"call 614-555-0142 or 614-555-0143 at 9-5", "call 614-555-0142 or 614-555-0143 at 9-5"},
		{"2026-03-10 15:20 577 Westhaven", "2026-03-10 15:20 577 Westhaven"},
		{"078-05-11200", "078-05-11200"},
		{"4111 1111\n1111 1111", "[removed]"},
		{"4111,1111,1111,1111", "[removed]"},
		{"4111, 1111, 1111, 1111 thanks", "[removed] thanks"},
		{"4111/1111/1111/1111", "[removed]"},
		{"4111   1111   1111   1111", "[removed]"},
		{"4111_1111_1111_1111", "[removed]"},
		{"4111 \u2013 1111\u00a01111\r\n1111", "[removed]"},
		{"2204 0000 0000 0000", "[removed]"},
		{"+4111111111111111", "+[removed]"},
		{"123 45 6789", "[removed]"},
		{"it is 123.45.6789.", "it is [removed]."},
		{"123/45/6789", "[removed]"},
		{"my ssn is 123 45 6789", "my ssn is [removed]"},
		{"SSN: 123456789", "SSN: [removed]"},
		{"123456789 is my social security number", "[removed] is my social security number"},
		{"mi seguro social 123456789", "mi seguro social [removed]"},
		{"my ssn is 204 12 2026", "my ssn is [removed]"},
		{"order 123456789", "order 123456789"},
		{"businessnumber 123456789", "businessnumber 123456789"},
		{"unit 204 12 2026", "unit 204 12 2026"},
		{"43215-1234, 614 555 0142", "43215-1234, 614 555 0142"},
		{"+1 123 45 6789 01", "+1 123 45 6789 01"},
		{"+4915112345678 +4915112345679 +4915112345670 +4915112345671 +4915112345672 +4915112345673 +4915112345674 +4915112345675 +4915112345676 +4915112345677",
			"+4915112345678 +4915112345679 +4915112345670 +4915112345671 +4915112345672 +4915112345673 +4915112345674 +4915112345675 +4915112345676 +4915112345677"},
		{"6145550142, 6145550143\n6145550144", "6145550142, 6145550143\n6145550144"},
		{"2026-11-27-0800-1200", "2026-11-27-0800-1200"},
		{"2026/11/27 0800, 1200", "2026/11/27 0800, 1200"},
		{"20261127080012", "20261127080012"},
		{"", ""},
		{"no digits", "no digits"},
	} {
		got, found := Redact(c.in)
		if got != c.want || found != (c.in != c.want) {
			t.Errorf("Redact(%q) = %q %v, want %q", c.in, got, found, c.want)
		}
		if again, more := Redact(got); more || again != got {
			t.Errorf("Redact(%q) took out more the second time: %q", c.in, again)
		}
	}
}

func TestFieldsThatHoldSecretsAreKnownByName(t *testing.T) {
	for name, want := range map[string]bool{"cvv": true, "Card CVV2": true, "cardNumber": true, "card-number": true, "Credit Card": true, "ssn": true, "customer_ssn": true,
		"Social Security No.": true, "password2": true, "IBAN": true, "cvc": true, "bank account": true, "routing_number": true,
		"notes": false, "business_name": false, "caliban": false, "gift card": false, "account": false, "phone number": false, "": false} {
		if got := SecretName(name); got != want {
			t.Errorf("SecretName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestMailThatCannotBeMailGivesAWarning(t *testing.T) {
	for mail, want := range map[string]bool{"dana@example.com": true, "d@e.co": true, "dana": false, "@example.com": false, "dana@example": false,
		"dana@.com": false, "dana@example.": false, "da na@example.com": false, "a@b.c,d@e.f": false, "\"a@b\"@example.com": true} {
		if got := emailLike(mail); got != want {
			t.Errorf("emailLike(%q) = %v, want %v", mail, got, want)
		}
	}
}

// FuzzValidateEvent: whatever comes, an event that is taken can be kept: valid UTF-8, bounded, not in the future, no card.
func FuzzValidateEvent(f *testing.F) {
	f.Add("progress", "main", "c1", int64(0), "614 555 0142", "Dana", "a@b.co", ohio, "notes", "4111 1111 1111 1111")
	f.Add("heartbeat", "x", "\x00", int64(1e12), "\xff", "Da\u202ena", "@", "Local", "cvv", "1")
	f.Add("abandoned", "../", strings.Repeat("é", 101), int64(-1e15), "+4915112345678", "\r\n", " ", "", "", "078-05-1120")
	f.Fuzz(func(t *testing.T, kind, sched, client string, ahead int64, phone, name, email, zone, key, value string) {
		ev := Event{Kind: EventKind(kind), Scheduler: SchedulerID(sched), ClientID: client, At: left.Add(time.Duration(ahead)),
			Customer: Customer{Phone: phone, FirstName: name, Email: email}, Timezone: zone, Fields: map[string]string{key: value},
			Consent: &Consent{SMS: true, Text: value}}
		before, _ := json.Marshal(ev)
		warnings, err := ValidateEvent(left, &ev)
		if err != nil {
			refusal(t, err)
			return
		}
		if ev.At.After(left) || ev.Consent.At.After(left) {
			t.Errorf("an event of the future was taken: %v", ev.At)
		}
		for _, s := range []string{ev.ClientID, ev.Customer.Phone, ev.Customer.FirstName, ev.Customer.Email, ev.Timezone, ev.Fields[key], ev.Consent.Text} {
			if !utf8.ValidString(s) || len(s) > 2*maxConsentText || strings.ContainsFunc(s, isControl) {
				t.Errorf("%q was kept", s)
			}
		}
		for _, s := range []string{ev.Customer.FirstName, ev.Customer.Email, ev.Fields[key]} {
			if _, found := Redact(s); found {
				t.Errorf("a secret was kept in %q", s)
			}
		}
		if ev.Timezone != "" {
			if _, err := LoadZone(ev.Timezone); err != nil {
				t.Errorf("the zone %q was kept", ev.Timezone)
			}
		}
		once := ev
		more, err := ValidateEvent(left, &once)
		if err != nil || !reflect.DeepEqual(ev, once) || len(more) > len(warnings) {
			t.Errorf("an event that was taken is not taken again as it is: %v\n%s\n%+v\n%+v", err, before, ev, once)
		}
		s := Session{}
		s.Apply(ev, silence, delay)
		if s.Status != s.status() {
			t.Errorf("the status is stale: %+v", s)
		}
	})
}

// What stands for a number that was taken out is no word of the customer's: nobody is opted out by it.
func TestARemovedNumberIsNotUnderstoodAsAWord(t *testing.T) {
	for _, s := range []string{"use 4111 1111 1111 1111 my number is the same", "4111 1111 1111 1111 me", "my card number is 4111 1111 1111 1111 it", "4111111111111111"} {
		safe, found := Redact(s)
		if w, stops := MatchWithdrawal(safe); !found || stops {
			t.Errorf("%q is kept as %q and taken for a STOP by %q", s, safe, w.Phrase)
		}
		if all := MatchIntents(safe); !slices.Contains(all, IntentCard) {
			t.Errorf("%q: %v", safe, all)
		}
	}
}
