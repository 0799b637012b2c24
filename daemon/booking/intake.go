package booking

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of what a page may report.
const (
	maxAhead       = 2 * time.Minute     // a clock this fast is forgiven
	maxAge         = 30 * 24 * time.Hour // what happened longer ago is no session to follow up
	maxSlow        = time.Hour           // a heartbeat this old is a slow clock, not old news
	maxClientID    = 200
	maxConsentText = 2000
	maxFields      = 40
	maxFieldKey    = 64
	maxValueCents  = 100_000_000
)

// Warning says that part of an event was taken with a reservation: it is kept as it is, mended or left out, and the event counts.
type Warning struct {
	Field string `json:"field"`
	Code  string `json:"code"`
}

// The codes of warnings, beside those of [PhoneProblem]. Part of the API.
const (
	WarnUnknownTimezone = "unknown_timezone" // left out
	WarnEmailInvalid    = "email_invalid"    // kept as typed; matches nobody
	WarnSecretRemoved   = "secret_removed"   // a card or identity number was taken out
	WarnShortened       = "shortened"        // longer than is kept
	WarnOutOfRange      = "out_of_range"     // left out
)

// ValidateEvent checks what a page reports and puts it into the form that [Session.Apply] expects. It refuses, with an
// [*Error] naming the field: an unknown kind, a missing or malformed name of scheduler or session, a time more than two
// minutes ahead (at_in_future) or 30 days past (at_too_old), text that is not UTF-8 (invalid_utf8), and what is longer than the bounds.
//
// What a person typed is never refused for being half-typed: it gives a warning (phone_invalid). An empty time becomes
// now, one slightly ahead too, and so does a heartbeat's that is less than an hour old: a page that beats is open now,
// whatever its clock says. Control characters go, a card or identity number becomes "[removed]" before anything is kept, an unknown
// time zone is left out, an overlong page address loses its end, and consent without a time or page gets the event's.
func ValidateEvent(now time.Time, ev *Event) ([]Warning, error) {
	switch ev.Kind {
	case EventStarted, EventProgress, EventHeartbeat, EventAbandoned, EventCompleted:
	default:
		return nil, Refuse(Invalid, "unknown_event", "event", "there is no event "+strconv.Quote(clip(string(ev.Kind), 32)),
			"started, progress, heartbeat, abandoned or completed")
	}
	if !plainID(string(ev.Scheduler), 64) {
		return nil, Refuse(Invalid, "invalid_id", "scheduler", "this is not the ID of a scheduler", "GET /v1/schedulers lists them")
	}
	if err := validateClientID(ev.ClientID); err != nil {
		return nil, err
	}
	if err := validateAt(now, ev); err != nil {
		return nil, err
	}
	in := intake{ev: ev}
	if err := in.texts(); err != nil {
		return nil, err
	}
	if err := in.fields(); err != nil {
		return nil, err
	}
	if err := in.consent(now); err != nil {
		return nil, err
	}
	in.meaning()
	return in.warnings, nil
}

func validateClientID(id string) error {
	switch {
	case id == "":
		return Refuse(Invalid, "missing", "session", "the page's own name of the session is missing", "send the same random value with every event of a visit")
	case len(id) > maxClientID:
		return Refuse(Invalid, "too_long", "session", "it has "+strconv.Itoa(len(id))+" bytes", "1 to "+strconv.Itoa(maxClientID)+" bytes")
	case !utf8.ValidString(id):
		return Refuse(Invalid, "invalid_utf8", "session", "it is not valid UTF-8", "a UUID will do")
	case strings.ContainsFunc(id, isControl):
		return Refuse(Invalid, "control_character", "session", "it holds a control character", "a UUID will do")
	}
	return nil
}

func validateAt(now time.Time, ev *Event) error {
	age := now.Sub(ev.At)
	switch {
	case ev.At.IsZero():
		ev.At = now
	case age < -maxAhead:
		return Refuse(Invalid, "at_in_future", "at", "the time of the event has not come yet", "leave `at` out for what happens now")
	case age > maxAge:
		return Refuse(Invalid, "at_too_old", "at", "the event is older than 30 days", "such a session can get no text any more")
	case age < 0, ev.Kind == EventHeartbeat && age < maxSlow:
		ev.At = now
	}
	return nil
}

// intake goes over one event and gathers the warnings.
type intake struct {
	ev       *Event
	warnings []Warning
}

func (in *intake) warn(field, code string) { in.warnings = append(in.warnings, Warning{field, code}) }

// clean takes control characters, spaces around and secrets out of a text.
func (in *intake) clean(field string, s *string) {
	v, found := Redact(printable(*s))
	if found {
		in.warn(field, WarnSecretRemoved)
	}
	*s = v
}

// printable puts a space for each control character and takes the spaces around away.
func printable(s string) string {
	if strings.ContainsFunc(s, isControl) {
		s = strings.Map(func(r rune) rune {
			if isControl(r) {
				return ' '
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s)
}

func (in *intake) texts() error {
	ev, c := in.ev, &in.ev.Customer
	if len(ev.PageURL) > maxURL {
		ev.PageURL = clip(ev.PageURL, maxURL)
		in.warn("page_url", WarnShortened)
	}
	for _, t := range [...]struct {
		field string
		text  *string
		max   int
	}{
		{"customer.first_name", &c.FirstName, maxText},
		{"customer.last_name", &c.LastName, maxText},
		{"customer.email", &c.Email, maxText},
		{"customer.address.line1", &c.Address.Line1, maxText},
		{"customer.address.line2", &c.Address.Line2, maxText},
		{"customer.address.city", &c.Address.City, maxText},
		{"customer.address.state", &c.Address.State, maxText},
		{"customer.address.postal_code", &c.Address.PostalCode, maxText},
		{"service", &ev.Service, maxText},
		{"preferred", &ev.Preferred, maxText},
		{"step", &ev.Step, maxText},
		{"page_url", &ev.PageURL, maxURL},
		{"timezone", &ev.Timezone, maxText},
		{"locale", &ev.Locale, maxText},
	} {
		if *t.text == "" {
			continue
		}
		if err := textFault(t.field, *t.text, t.max); err != nil {
			return err
		}
		in.clean(t.field, t.text)
	}
	return in.phone()
}

// phone reads the number once. A good one is not searched for secrets: 13 digits of a foreign number may look like a card.
func (in *intake) phone() error {
	const field = "customer.phone"
	p := &in.ev.Customer.Phone
	if *p == "" {
		return nil
	}
	if err := textFault(field, *p, maxText); err != nil {
		return err
	}
	*p = printable(*p)
	read, problem := ParseTextable(*p)
	if problem != "" {
		in.clean(field, p)
		in.warn(field, string(problem))
	}
	in.ev.read = readPhone{*p, read}
	return nil
}

func (in *intake) fields() error {
	if len(in.ev.Fields) == 0 {
		return nil
	}
	if len(in.ev.Fields) > maxFields {
		return Refuse(Invalid, "too_many", "fields", "there are "+strconv.Itoa(len(in.ev.Fields))+" fields", "at most "+strconv.Itoa(maxFields))
	}
	kept := make(map[string]string, len(in.ev.Fields))
	for _, k := range slices.Sorted(maps.Keys(in.ev.Fields)) {
		v := in.ev.Fields[k]
		if err := textFault("fields", k, maxFieldKey); err != nil {
			return err
		}
		if strings.TrimSpace(k) == "" || strings.ContainsFunc(k, isControl) {
			return Refuse(Invalid, "invalid_field", "fields", "the name of a field is empty or holds a control character", "give each field a name")
		}
		field := "fields." + k
		if err := textFault(field, v, maxText); err != nil {
			return err
		}
		if SecretName(k) && strings.TrimSpace(v) != "" {
			v = removed
			in.warn(field, WarnSecretRemoved)
		} else {
			in.clean(field, &v)
		}
		kept[k] = v
	}
	in.ev.Fields = kept
	return nil
}

func (in *intake) consent(now time.Time) error {
	if in.ev.Consent == nil {
		return nil
	}
	c := *in.ev.Consent
	if err := textFault("consent.text", c.Text, maxConsentText); err != nil {
		return err
	}
	c.Page, c.UserAgent, c.IP = clip(c.Page, maxURL), clip(c.UserAgent, maxText), clip(c.IP, maxName)
	for _, t := range [...]struct{ field, text string }{{"consent.page", c.Page}, {"consent.ip", c.IP}, {"consent.user_agent", c.UserAgent}} {
		if err := textFault(t.field, t.text, maxURL); err != nil {
			return err
		}
	}
	in.clean("consent.text", &c.Text)
	if c.At.IsZero() || c.At.After(now) {
		c.At = in.ev.At
	}
	if c.Page == "" {
		c.Page = in.ev.PageURL
	}
	in.ev.Consent = &c
	return nil
}

// meaning looks at what the texts say.
func (in *intake) meaning() {
	ev := in.ev
	if e := ev.Customer.Email; e != "" && !emailLike(e) {
		in.warn("customer.email", WarnEmailInvalid)
	}
	if ev.Timezone != "" {
		if _, err := LoadZone(ev.Timezone); err != nil {
			ev.Timezone = ""
			in.warn("timezone", WarnUnknownTimezone)
		}
	}
	if ev.ValueCents < 0 || ev.ValueCents > maxValueCents {
		ev.ValueCents = 0
		in.warn("value_cents", WarnOutOfRange)
	}
}

// emailLike is the least an address has: one @ with something before it and a dot after it, and no space.
func emailLike(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && strings.IndexByte(s[at:], '.') > 1 && !strings.HasSuffix(s, ".") && !strings.ContainsAny(s, " ,;")
}
