package wire

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

func refusal(err error) string {
	bad, ok := errors.AsType[*booking.Error](err)
	if !ok {
		return "no refusal"
	}
	return strings.TrimSpace(bad.Code + " " + bad.Field)
}

func TestMergeKeepsWhatIsAbsentAndReplacesLists(t *testing.T) {
	present := Scheduler{ID: "web", Name: "Website", Origins: []string{"https://a.example", "https://b.example"},
		Services: []Service{{Name: "AC", Keywords: []string{"cool"}, Duration: "2h", PriceNote: "from $89"}}, FollowUp: FollowUpSet{Enabled: true, Delay: "15m"}}
	for _, c := range []struct {
		body string
		ok   func(Scheduler) bool
	}{
		{`{}`, func(s Scheduler) bool { return s.Name == "Website" && len(s.Origins) == 2 && s.FollowUp.Enabled }},
		{`{"follow_up":{"delay":"1h"}}`, func(s Scheduler) bool { return s.FollowUp.Delay == "1h" && s.FollowUp.Enabled }},
		{`{"follow_up":null}`, func(s Scheduler) bool { return s.FollowUp == FollowUpSet{} }},
		{`{"origins":["https://c.example"]}`, func(s Scheduler) bool { return len(s.Origins) == 1 && s.Origins[0] == "https://c.example" }},
		{`{"services":[{"name":"Drain"}]}`, func(s Scheduler) bool {
			return len(s.Services) == 1 && s.Services[0].Keywords == nil && s.Services[0].Duration == "" && s.Services[0].PriceNote == ""
		}},
	} {
		got, err := Merge(present, []byte(c.body))
		if err != nil || !c.ok(got) {
			t.Errorf("%s: %+v, %v", c.body, got, err)
		}
	}
	if present.Services[0].Name != "AC" || present.Origins[0] != "https://a.example" {
		t.Errorf("the present value was changed: %+v", present)
	}
}

func TestRoundTripsLoseNothing(t *testing.T) {
	a := booking.Account{ID: "main", Name: "B", Website: "https://b.example", OfficePhone: "+16145550100", EmergencyPhone: "+16145550101",
		Timezone: "America/New_York", SMSFollowUpEnabled: true, Settings: booking.DefaultSettings()}
	a.Settings.Hours.Saturday = booking.Span{}
	a.Settings.AbandonAfter = booking.Duration(90 * time.Second)
	back := booking.Account{ID: "main"}
	if err := FromAccount(a).Over(&back); err != nil || back != a {
		t.Errorf("account: %v\n got %+v\nwant %+v", err, back, a)
	}
	s := booking.Scheduler{ID: "web", Name: "W", URL: "https://b.example/", Origins: []string{"https://b.example"}, Timezone: "America/Chicago",
		PublishableKey: "pk_1", Services: []booking.Service{{Name: "AC", Keywords: []string{"x"}, Duration: booking.Duration(time.Hour), PriceNote: "n"}},
		ServiceZips: []string{"43017"}, FollowUp: booking.FollowUpSet{Enabled: true, PhoneNumber: "+16145550123", Mode: booking.AIAgent,
			Delay: booking.Duration(time.Minute), Template: "t", Agent: "a"}}
	var s2 booking.Scheduler
	err := FromScheduler(s).Over(&s2)
	got, _ := json.Marshal(s2)
	want, _ := json.Marshal(s)
	if err != nil || string(got) != string(want) {
		t.Errorf("scheduler: %v\n got %s\nwant %s", err, got, want)
	}
}

func TestSeedInAllItsForms(t *testing.T) {
	window := `{"id":"w1","start":"2026-03-11T12:00:00Z","end":"2026-03-11T14:00:00Z"}`
	one := `"schedulers":[{"id":"web","name":"W","url":"https://b.example/","publishable_key":"pk_1"}]`
	for _, seed := range []string{
		`{` + one + `,"windows":{"web":[` + window + `]}}`,
		`{` + one + `,"windows":{"web":{"items":[` + window + `]}}}`,
		`{` + one + `,"windows":[{"scheduler":"web","items":[` + window + `]}]}`,
		`{` + one + `,"windows":[` + window + `]}`,
	} {
		s, err := ReadSeed([]byte(seed))
		if err != nil {
			t.Errorf("%s: %v", seed, err)
			continue
		}
		e, err := s.Engine()
		if err != nil || len(e.Windows["web"]) != 1 || e.Windows["web"][0].Open != 1 || e.Schedulers[0].PublishableKey != "pk_1" {
			t.Errorf("%s: %v %+v", seed, err, e)
		}
	}
	full := `{"account":{"name":"Brightwater","sms_follow_up_enabled":true,"settings":{"hours":{"sunday":[]},"holdout":10}},
		"registration":{"status":"approved","legal_name":"Brightwater LLC"},
		"phone_numbers":[{"number":"(614) 555-0123","label":"Main"}],
		"schedulers":{"items":[{"id":"web","name":"W","url":"https://b.example/"}]},
		"facts":[{"id":"f","text":"x","prices":[8900]}],"scripts":[]}`
	var s Seed // as the daemon's own decoder would read it
	if err := json.Unmarshal([]byte(full), &s); err != nil {
		t.Fatal(err)
	}
	e, err := s.Engine()
	if err != nil {
		t.Fatal(err)
	}
	d := booking.DefaultSettings()
	if e.Account.Name != "Brightwater" || e.Account.Timezone != "America/New_York" || !e.Account.SMSFollowUpEnabled || e.Account.Settings.Holdout != 10 ||
		e.Account.Settings.Hours.Weekday != d.Hours.Weekday || !e.Account.Settings.Hours.Sunday.Empty() || e.Account.Settings.Retention != d.Retention {
		t.Errorf("account: %+v", e.Account)
	}
	if e.Registration.Status != booking.RegistrationApproved || len(s.Ignored()) != 0 || e.Draft == nil || e.Draft.LegalName != "Brightwater LLC" {
		t.Errorf("registration: %+v, ignored %v", e.Registration, s.Ignored())
	}
	if n := e.Numbers[0]; n.Number != "+16145550123" || !n.SMSCapable || !n.DefaultOutbound || n.ID != "+16145550123" {
		t.Errorf("number: %+v", n)
	}
	if len(e.Facts) != 1 || len(e.Schedulers) != 1 {
		t.Errorf("facts %v, schedulers %v", e.Facts, e.Schedulers)
	}
	empty, err := ReadSeed([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if e, err := empty.Engine(); err != nil || e.Account.Name != "My business" || e.Account.SMSFollowUpEnabled || e.Account.Settings != d {
		t.Errorf("empty seed: %v %+v", err, e)
	}
}

func TestSeedRefusesWhatItDoesNotUnderstand(t *testing.T) {
	window := `{"id":"w1","start":"2026-03-11T12:00:00Z","end":"2026-03-11T14:00:00Z"}`
	scheduler := func(id string) string { return `{"id":"` + id + `","name":"W","url":"https://b.example/"}` }
	for seed, want := range map[string]string{
		`{"acount":{}}`:                                  "unknown_field acount",
		`{"account":{"nmae":"x"}}`:                       "unknown_field account.nmae",
		`{"account":{"settings":{"hour":{}}}}`:           "unknown_field account.settings.hour",
		`{"registration":{"state":"approved"}}`:          "unknown_field registration.state",
		`{"registration":{"status":"fine"}}`:             "unknown_status registration.status",
		`{"registration":{"status":5}}`:                  "wrong_type registration.status",
		`{"phone_numbers":[{"number":"5"}]}`:             "phone_invalid phone_numbers[0].number",
		`{"phone_numbers":[{"num":"5"}]}`:                "unknown_field phone_numbers[0].num",
		`{"schedulers":[{"follow_up":{"delai":"1s"}}]}`:  "unknown_field schedulers[0].follow_up.delai",
		`{"schedulers":[{"follow_up":{"delay":"1"}}]}`:   "invalid_duration schedulers[0].follow_up.delay",
		`{"account":{"settings":{"reply_wait":"soon"}}}`: "invalid_duration account.settings.reply_wait",
		`{"scripts":[{"source":"x = 1"}]}`:               "missing scripts[0].name",
		`{"scripts":[{"nam":"a"}]}`:                      "unknown_field scripts[0].nam",
		`{"windows":[` + window + `]}`:                   "ambiguous windows",
		`{"windows":{"web":[` + window + `]}}`:           "unknown_scheduler windows.web",
		`{"windows":[{"scheduler":"web","id":"w"}]}`:     "ambiguous windows[0]",
		`{"windows":{"web":[{"ID":"w"}]}}`:               "unknown_field windows.web[0].ID",
		`{"windows":[{"scheduler":"web","list":[]}]}`:    "unknown_field windows[0].list",
		`{"facts":[{"id":"f"}]}`:                         "missing facts[0].text",
		`{"facts":[{"id":"f","text":"x"}]} {}`:           "invalid_json",
		`{"schedulers":[` + scheduler("a") + `,` + scheduler("b") + `],"windows":[` + window + `]}`:                     "ambiguous windows",
		`{"schedulers":[{"name":"W","url":"https://b.example/"}],"windows":[` + window + `]}`:                           "missing schedulers[0].id",
		`{"schedulers":[` + scheduler("a") + `],"windows":[{"scheduler":"a","items":[]},{"scheduler":"a","items":[]}]}`: "duplicate_id windows.a",
	} {
		s, err := ReadSeed([]byte(seed))
		if err == nil {
			_, err = s.Engine()
		}
		if got := refusal(err); got != want {
			t.Errorf("%s: %q, want %q (%v)", seed, got, want, err)
		}
	}
}

func TestReadingErrorsSayWhatBelongsThere(t *testing.T) {
	for body, want := range map[string]string{
		`{"value_cents":"1"}`:      "value_cents: this is a text, and a number belongs here (without quotes, for example 2.5)",
		`{"customer":{"phone":5}}`: "customer.phone: this is a number, and a text belongs here (in quotes, for example \"text\")",
		`{"consent":{"sms":1}}`:    "consent.sms: this is a number, and true or false belongs here (without quotes)",
		`{"session":["x"]}`:        "session: this is a list, and a text belongs here (in quotes, for example \"text\")",
		`{"session":`:              "the body is not valid JSON: unexpected end of JSON input, at byte 11 (a JSON document looks like {\"name\": \"value\"})",
		"{\"session\":\"\xff\"}":   "the body is not valid UTF-8 (send the text encoded as UTF-8)",
	} {
		var e Event
		if err := DecodeLoosely([]byte(body), &e); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", body, err, want)
		}
	}
}

// Whatever strangers send as an event is either refused by name or becomes an event that the house's rules can look at; what
// is taken is text and within bounds.
func FuzzEvent(f *testing.F) {
	for _, s := range []string{
		`{"scheduler":"web","session":"s1","event":"started"}`,
		`{"scheduler":"web","session":"s1","event":"progress","at":"2026-03-10T14:00:00Z","customer":{"first_name":"Ada","phone":"614","address":{"postal_code":"43017"}},"fields":{"a":1,"b":[{}],"c":null,"d":"x"},"value_cents":1998.9999999999998,"consent":{"sms":true,"text":"ok"}}`,
		`{"fields":{"a":"\ud800"},"value_cents":-1e400}`, `null`, `[]`, `{"a":{"a":{"a":[[[]]]}}}`, "{\"session\":\"\x00\"}", `{"session":"s","session":"t"}`, ``, `"x"`,
	} {
		f.Add([]byte(s))
	}
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, b []byte) {
		var in Event
		if err := DecodeLoosely(b, &in); err != nil {
			if refusal(err) == "no refusal" || !errors.As(err, new(Unreadable)) {
				t.Fatalf("%q: %v is no refusal", b, err)
			}
			return
		}
		ev, err := in.Booking()
		if err != nil {
			if refusal(err) != "invalid_time at" {
				t.Fatalf("%q: %v", b, err)
			}
			return
		}
		if _, err := booking.ValidateEvent(now, &ev); err != nil {
			if refusal(err) == "no refusal" {
				t.Fatalf("%q: %v is no refusal", b, err)
			}
			return
		}
		if ev.ClientID == "" || ev.Scheduler == "" || len(ev.Fields) > 40 || ev.ValueCents < 0 {
			t.Fatalf("%q: taken as %+v", b, ev)
		}
	})
}

// The strict decoder takes no document that encoding/json would read differently from what the walker saw.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"name":"x"}`, `{"follow_up":{"delay":"15m"},"services":[{"name":"a"}]}`, `{"a":1}`, `[1,2]`, `{"name":"x"} x`, `{"name":"x","name":"y"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v Scheduler
		if err := Decode(b, &v); err != nil {
			if !errors.As(err, new(Unreadable)) {
				t.Fatalf("%q: %v is not Unreadable", b, err)
			}
			return
		}
		var again Scheduler
		if err := json.Unmarshal(b, &again); err != nil {
			t.Fatalf("%q: taken, but encoding/json says %v", b, err)
		}
		merged, err := Merge(Scheduler{}, b)
		if err != nil {
			t.Fatalf("%q: decodes, but does not merge: %v", b, err)
		}
		x, _ := json.Marshal(merged)
		y, _ := json.Marshal(again)
		if string(x) != string(y) {
			t.Fatalf("%q: merged over nothing %s, decoded %s", b, x, y)
		}
	})
}
