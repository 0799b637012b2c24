package booking

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// refusal gives the *Error in err; nil for none, and a failure for any other error.
func refusal(t *testing.T, err error) *Error {
	t.Helper()
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok || e == nil {
		t.Fatalf("got the error %#v, want an *Error", err)
	}
	if e.Class != Invalid || e.Code == "" || e.Field == "" || e.Message == "" || e.Hint == "" {
		t.Errorf("the refusal %+v leaves something unsaid", e)
	}
	return e
}

// expect compares a refusal with "code field"; "" means that nothing is refused.
func expect(t *testing.T, name string, err error, want string) {
	t.Helper()
	got := ""
	if e := refusal(t, err); e != nil {
		got = e.Code + " " + e.Field
	}
	if got != want {
		t.Errorf("%s: got %q (%v), want %q", name, got, err, want)
	}
}

func TestTheDefaultSettingsAreValid(t *testing.T) {
	expect(t, "defaults", ValidateSettings(DefaultSettings(), false), "")
}

func TestSettingsCanBeTightenedButNotLoosened(t *testing.T) {
	span := func(from, to string) (s Span) {
		if err := json.Unmarshal([]byte(`["`+from+`","`+to+`"]`), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	d := func(v time.Duration) Duration { return Duration(v) }
	for _, c := range []struct {
		name   string
		change func(*Settings)
		want   string
		sim    string // with the simulator
	}{
		{"federal hours to the minute", func(s *Settings) { s.Hours.Weekday = span("08:00", "21:00") }, "", ""},
		{"a minute too early", func(s *Settings) { s.Hours.Weekday = span("07:59", "21:00") }, "hours_outside_law settings.hours.weekday", ""},
		{"a minute too late", func(s *Settings) { s.Hours.Sunday = span("12:00", "21:01") }, "hours_outside_law settings.hours.sunday", ""},
		{"round the clock", func(s *Settings) { s.Hours.Saturday = span("00:00", "24:00") }, "hours_outside_law settings.hours.saturday", ""},
		{"no Sunday", func(s *Settings) { s.Hours.Sunday = Span{} }, "", ""},
		{"only Saturday", func(s *Settings) { s.Hours.Weekday, s.Hours.Sunday = Span{}, Span{} }, "", ""},
		{"no day", func(s *Settings) { s.Hours = Hours{} }, "hours_empty settings.hours", "hours_empty settings.hours"},
		{"an end before the start", func(s *Settings) { s.Hours.Sunday = Span{600, 540} }, "hours_invalid settings.hours.sunday", "hours_invalid settings.hours.sunday"},
		{"a day of 25 hours", func(s *Settings) { s.Hours.Sunday = Span{0, 1500} }, "hours_invalid settings.hours.sunday", "hours_invalid settings.hours.sunday"},
		{"one text", func(s *Settings) { s.Frequency.Max = 1 }, "", ""},
		{"no text", func(s *Settings) { s.Frequency.Max = 0 }, "out_of_range settings.frequency.max", "out_of_range settings.frequency.max"},
		{"four texts", func(s *Settings) { s.Frequency.Max = 4 }, "out_of_range settings.frequency.max", "out_of_range settings.frequency.max"},
		{"a shorter period", func(s *Settings) { s.Frequency.Per = d(24*time.Hour - 1) }, "out_of_range settings.frequency.per", "out_of_range settings.frequency.per"},
		{"a longer period", func(s *Settings) { s.Frequency.Per = d(7 * 24 * time.Hour) }, "", ""},
		{"an hour at most", func(s *Settings) { s.LatestAfter = d(time.Hour) }, "", ""},
		{"more than 48 h", func(s *Settings) { s.LatestAfter = d(48*time.Hour + 1) }, "out_of_range settings.latest_after", "out_of_range settings.latest_after"},
		{"never", func(s *Settings) { s.LatestAfter = 0 }, "out_of_range settings.latest_after", "out_of_range settings.latest_after"},
		{"silence of 900 ms", func(s *Settings) { s.AbandonAfter = d(900 * time.Millisecond) }, "out_of_range settings.abandon_after", "out_of_range settings.abandon_after"},
		{"silence of 2 h", func(s *Settings) { s.AbandonAfter = d(2 * time.Hour) }, "out_of_range settings.abandon_after", "out_of_range settings.abandon_after"},
		{"kept an hour", func(s *Settings) { s.Retention = d(time.Hour) }, "out_of_range settings.retention", "out_of_range settings.retention"},
		{"kept five years", func(s *Settings) { s.Retention = d(5 * 365 * 24 * time.Hour) }, "", ""},
		{"kept six years", func(s *Settings) { s.Retention = d(6 * 365 * 24 * time.Hour) }, "out_of_range settings.retention", "out_of_range settings.retention"},
		{"half held out", func(s *Settings) { s.Holdout = 50 }, "", ""},
		{"more held out", func(s *Settings) { s.Holdout = 51 }, "out_of_range settings.holdout", "out_of_range settings.holdout"},
		{"less than none held out", func(s *Settings) { s.Holdout = -1 }, "out_of_range settings.holdout", "out_of_range settings.holdout"},
		{"two nudges", func(s *Settings) { s.Nudges = 2 }, "out_of_range settings.nudges", "out_of_range settings.nudges"},
		{"an answer at once", func(s *Settings) { s.ReplyWait = 0 }, "", ""},
		{"an answer before the question", func(s *Settings) { s.ReplyWait = -1 }, "out_of_range settings.reply_wait", "out_of_range settings.reply_wait"},
		{"an answer after 61 s", func(s *Settings) { s.ReplyWait = d(61 * time.Second) }, "out_of_range settings.reply_wait", "out_of_range settings.reply_wait"},
		{"answers at night for 11 min", func(s *Settings) { s.ReplyWindow = d(11 * time.Minute) }, "out_of_range settings.reply_window", "out_of_range settings.reply_window"},
	} {
		s := DefaultSettings()
		c.change(&s)
		expect(t, c.name, ValidateSettings(s, false), c.want)
		expect(t, c.name+" with the simulator", ValidateSettings(s, true), c.sim)
	}
}

func TestAnAccountIsKeptInItsPlainForm(t *testing.T) {
	good := func() Account {
		return Account{ID: "main", Name: " Brightwater ", Timezone: ohio, OfficePhone: "(614) 555-0100", EmergencyPhone: "+1 614 555 0199",
			Website: "http://www.example.com", Settings: DefaultSettings()}
	}
	a := good()
	expect(t, "a good account", ValidateAccount(&a, false), "")
	if a.Name != "Brightwater" || a.OfficePhone != "+16145550100" || a.EmergencyPhone != "+16145550199" {
		t.Errorf("got %+v, want trimmed names and E.164 numbers", a)
	}
	for _, c := range []struct {
		name   string
		change func(*Account)
		want   string
	}{
		{"without a name", func(a *Account) { a.Name = " " }, "missing name"},
		{"with a name of two lines", func(a *Account) { a.Name = "a\nb" }, "control_character name"},
		{"with a name that is not UTF-8", func(a *Account) { a.Name = "a\xff" }, "invalid_utf8 name"},
		{"with an endless name", func(a *Account) { a.Name = strings.Repeat("a", 101) }, "too_long name"},
		{"without a zone", func(a *Account) { a.Timezone = "" }, "unknown_timezone timezone"},
		{"with the machine's zone", func(a *Account) { a.Timezone = "Local" }, "unknown_timezone timezone"},
		{"with half a phone", func(a *Account) { a.OfficePhone = "614 55" }, "phone_invalid office_phone"},
		{"with a word for a phone", func(a *Account) { a.EmergencyPhone = "call us" }, "phone_invalid emergency_phone"},
		{"without phones", func(a *Account) { a.OfficePhone, a.EmergencyPhone, a.Website = "", " ", "" }, ""},
		{"with a script for a website", func(a *Account) { a.Website = "javascript:alert(1)" }, "invalid_url website"},
		{"with wrong settings", func(a *Account) { a.Settings.Nudges = 9 }, "out_of_range settings.nudges"},
	} {
		a := good()
		c.change(&a)
		expect(t, "an account "+c.name, ValidateAccount(&a, false), c.want)
	}
}

func goodScheduler() Scheduler {
	return Scheduler{ID: "main-site", Name: "Main site", URL: "https://book.example.com/start?x=1",
		Origins: []string{"https://WWW.Example.com:443", "http://localhost:3000"}, Timezone: "America/Chicago",
		Services:    []Service{{Name: "Drain clearing", Keywords: []string{"drain"}, Duration: Duration(2 * time.Hour)}, {Name: "AC repair"}},
		ServiceZips: []string{" 43017", "43054-1234"},
		FollowUp:    FollowUpSet{Enabled: true, PhoneNumber: "614-555-0123"}}
}

func TestASchedulerIsKeptInItsPlainForm(t *testing.T) {
	s := goodScheduler()
	expect(t, "a good scheduler", ValidateScheduler(&s), "")
	if s.Origins[0] != "https://www.example.com" || s.Origins[1] != "http://localhost:3000" || s.ServiceZips[0] != "43017" ||
		s.ServiceZips[1] != "43054" || s.FollowUp.PhoneNumber != office || s.FollowUp.Mode != PrefilledLink || s.FollowUp.Delay != DefaultDelay {
		t.Errorf("got %+v", s)
	}
	again := s
	expect(t, "a scheduler as it is kept", ValidateScheduler(&again), "")
}

func TestASchedulerThatCannotWorkIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Scheduler)
		want   string
	}{
		{"an ID with a slash", func(s *Scheduler) { s.ID = "a/b" }, "invalid_id id"},
		{"an ID that begins with a dash", func(s *Scheduler) { s.ID = "-a" }, "invalid_id id"},
		{"an ID in capitals", func(s *Scheduler) { s.ID = "Main" }, "invalid_id id"},
		{"an ID of 65 characters", func(s *Scheduler) { s.ID = SchedulerID(strings.Repeat("a", 65)) }, "invalid_id id"},
		{"no name", func(s *Scheduler) { s.Name = "" }, "missing name"},
		{"no URL", func(s *Scheduler) { s.URL = "" }, "invalid_url url"},
		{"a URL of only a port", func(s *Scheduler) { s.URL = "https://:8080/" }, "invalid_url url"},
		{"an ID of digits", func(s *Scheduler) { s.ID = "0z9_a-" }, ""},
		{"half a URL", func(s *Scheduler) { s.URL = "/book" }, "invalid_url url"},
		{"a URL without a host", func(s *Scheduler) { s.URL = "https:///book" }, "invalid_url url"},
		{"http on the open internet", func(s *Scheduler) { s.URL = "http://book.example.com/" }, "https_required url"},
		{"http on a host that only looks local", func(s *Scheduler) { s.URL = "http://localhost.example.com/" }, "https_required url"},
		{"http on 127.0.0.1.example.com", func(s *Scheduler) { s.URL = "http://127.0.0.1.example.com/" }, "https_required url"},
		{"http on this machine", func(s *Scheduler) { s.URL = "http://127.0.0.1:8080/book/main" }, ""},
		{"http on this machine by its sixth name", func(s *Scheduler) { s.URL = "http://[::1]:8080/" }, ""},
		{"a URL with a password", func(s *Scheduler) { s.URL = "https://u:p@example.com/" }, "invalid_url url"},
		{"a script for a URL", func(s *Scheduler) { s.URL = "javascript:alert(1)" }, "invalid_url url"},
		{"an origin with a path", func(s *Scheduler) { s.Origins = []string{"https://a.example/x"} }, "invalid_origin origins[0]"},
		{"an origin with a slash", func(s *Scheduler) { s.Origins = []string{"https://a.example", "https://a.example/"} }, "invalid_origin origins[1]"},
		{"an origin with a question mark", func(s *Scheduler) { s.Origins = []string{"https://a.example?"} }, "invalid_origin origins[0]"},
		{"any origin", func(s *Scheduler) { s.Origins = []string{"*"} }, "invalid_url origins[0]"},
		{"the null origin", func(s *Scheduler) { s.Origins = []string{"null"} }, "invalid_url origins[0]"},
		{"an unknown zone", func(s *Scheduler) { s.Timezone = "EDT" }, "unknown_timezone timezone"},
		{"no zone of its own", func(s *Scheduler) { s.Timezone = "" }, ""},
		{"an unknown mode", func(s *Scheduler) { s.FollowUp.Mode = "fax" }, "unknown_mode follow_up.mode"},
		{"the agent", func(s *Scheduler) { s.FollowUp.Mode = AIAgent }, ""},
		{"a delay of half a second", func(s *Scheduler) { s.FollowUp.Delay = Duration(time.Second / 2) }, "out_of_range follow_up.delay"},
		{"a delay of a second", func(s *Scheduler) { s.FollowUp.Delay = Duration(time.Second) }, ""},
		{"a delay of a day", func(s *Scheduler) { s.FollowUp.Delay = Duration(24 * time.Hour) }, ""},
		{"a delay of 25 h", func(s *Scheduler) { s.FollowUp.Delay = Duration(25 * time.Hour) }, "out_of_range follow_up.delay"},
		{"half a number", func(s *Scheduler) { s.FollowUp.PhoneNumber = "614" }, "phone_invalid follow_up.phone_number"},
		{"a script by a path", func(s *Scheduler) { s.FollowUp.Template = "../x" }, "invalid_script_name follow_up.template"},
		{"two services of one name", func(s *Scheduler) { s.Services = append(s.Services, Service{Name: "ac REPAIR "}) }, "duplicate_service services[2].name"},
		{"a service without a name", func(s *Scheduler) { s.Services[1].Name = "" }, "missing services[1].name"},
		{"an endless keyword", func(s *Scheduler) { s.Services[0].Keywords[0] = strings.Repeat("k", 101) }, "too_long services[0].keywords[0]"},
		{"a job of a week", func(s *Scheduler) { s.Services[0].Duration = Duration(168 * time.Hour) }, "out_of_range services[0].duration"},
		{"a ZIP code of letters", func(s *Scheduler) { s.ServiceZips = []string{"4301A"} }, "invalid_zip service_zips[0]"},
	} {
		s := goodScheduler()
		c.change(&s)
		expect(t, c.name, ValidateScheduler(&s), c.want)
	}
}
