package rehearsal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// house is the one account of a rehearsal, web its one scheduler.
const (
	house = engine.MainAccount
	web   = booking.SchedulerID("web")
)

// seed makes the account of a rehearsal.
func (d *Document) seed() (engine.Seed, error) {
	w := &d.world
	policy := maps.Clone(w.Policy)
	if policy == nil {
		policy = map[string]json.RawMessage{}
	}
	maps.Copy(policy, d.Given.Settings)
	settings, delay, err := settingsOf(policy)
	if err != nil {
		return engine.Seed{}, err
	}
	sched := booking.Scheduler{ID: web, Name: "Website", URL: cmp.Or(w.Business.Website, "https://shop.example/book"), Timezone: w.Business.Timezone,
		ServiceZips: w.Business.ServiceZips, FollowUp: booking.FollowUpSet{Enabled: string(d.Given.Settings["scheduler_enabled"]) != "false", Mode: d.Mode, Delay: booking.Duration(delay)}}
	for _, s := range w.Services {
		sched.Services = append(sched.Services, booking.Service{Name: s.Name, Keywords: s.Keywords, Duration: booking.Duration(s.Duration), PriceNote: s.PriceNote})
	}
	windows := w.Windows
	if d.Given.Windows != nil {
		windows = d.Given.Windows
	}
	return engine.Seed{
		Account: booking.Account{Name: w.Business.Name, OfficePhone: w.Business.OfficePhone, EmergencyPhone: w.Business.EmergencyPhone,
			Timezone: w.Business.Timezone, SMSFollowUpEnabled: d.enabled(), Settings: settings},
		Registration: &booking.Registration{Status: booking.RegistrationStatus(cmp.Or(d.Given.Registration, string(booking.RegistrationApproved)))},
		Numbers:      d.numbers(),
		Schedulers:   []booking.Scheduler{sched},
		Windows:      map[booking.SchedulerID][]booking.Window{web: windows},
		Facts:        w.Facts,
	}, nil
}

// numbers gives the account's numbers: none where a document takes the default number away.
func (d *Document) numbers() []booking.PhoneNumber {
	if raw := string(d.Given.Settings["default_number"]); raw == "null" || raw == `""` || raw == "false" {
		return nil
	}
	return []booking.PhoneNumber{{Number: d.number(), SMSCapable: true, DefaultOutbound: true}}
}

func (d *Document) number() booking.Phone {
	return booking.Phone(cmp.Or(d.world.Business.SendingNumber, "+16145550123"))
}

// settingsOf reads the flat names of a policy. What is no setting of the house is for readers.
func settingsOf(policy map[string]json.RawMessage) (s booking.Settings, delay time.Duration, err error) {
	s, delay = booking.DefaultSettings(), booking.DefaultDelay.Std()
	span := func(to *booking.Duration) func(json.RawMessage) error {
		return func(raw json.RawMessage) error { return (*Span)(to).UnmarshalJSON(raw) }
	}
	number := func(to *int) func(json.RawMessage) error {
		return func(raw json.RawMessage) error { return json.Unmarshal(raw, to) }
	}
	clock := func(to ...*booking.TimeOfDay) func(json.RawMessage) error {
		return func(raw json.RawMessage) error {
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return err
			}
			at, err := time.Parse("15:04", strings.TrimSpace(text))
			for _, t := range to {
				*t = booking.TimeOfDay(at.Hour()*60 + at.Minute())
			}
			return err
		}
	}
	h := &s.Hours
	names := map[string]func(json.RawMessage) error{
		"delay":                    span((*booking.Duration)(&delay)),
		"frequency_max":            number(&s.Frequency.Max),
		"frequency_period":         span(&s.Frequency.Per),
		"latest_after_abandonment": span(&s.LatestAfter),
		"latest_after":             span(&s.LatestAfter),
		"hours":                    func(raw json.RawMessage) error { return json.Unmarshal(raw, h) },
		"state_rules":              func(raw json.RawMessage) error { return json.Unmarshal(raw, &s.StateRules) },
		"hours_start":              clock(&h.Weekday.From, &h.Saturday.From),
		"hours_end":                clock(&h.Weekday.To, &h.Saturday.To, &h.Sunday.To),
		"hours_start_sunday":       clock(&h.Sunday.From),
		"nudges":                   number(&s.Nudges),
		"holdout":                  number(&s.Holdout),
		"reply_wait":               span(&s.ReplyWait),
		"reply_window":             span(&s.ReplyWindow),
		"abandon_after":            span(&s.AbandonAfter),
		"require_consent":          func(raw json.RawMessage) error { return json.Unmarshal(raw, &s.RequireConsent) },
	}
	for _, name := range slices.Sorted(maps.Keys(policy)) { // "hours" first: what is said of one day stands over it
		raw := policy[name]
		if read := names[name]; read != nil {
			if err := read(raw); err != nil {
				return s, delay, invalid("settings."+name, fmt.Sprintf("the setting cannot be read: %v", err))
			}
		}
	}
	return s, delay, nil
}

// enabled tells whether the account's texts are on.
func (d *Document) enabled() bool {
	for _, name := range []string{"enabled", "sms_follow_up_enabled"} {
		if raw := d.Given.Settings[name]; string(raw) == "false" {
			return false
		}
	}
	return true
}
