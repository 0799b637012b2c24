package rehearsal

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// Talk is a conversation that somebody has with an agent's script before it is used.
type Talk struct {
	Source string   // of the script, as it stands in the editor
	Said   []string // what the customer texted so far, in order
}

// MaxSaid bounds how long such a conversation may go on.
const MaxSaid = 20

// The customer of a talk, and when things happen in it.
const (
	talkPhone    = "+16145550142"
	talkPause    = 2 * time.Minute // between two texts of the customer
	talkWindows  = 14              // days of arrival windows
	talkFromHour = 9               // the business's clock: outside of these hours the talk begins in the next morning
	talkToHour   = 19
)

// Talking makes the rehearsal of a talk in the account's own world: its name, services, facts and open windows of now. A visit was left a
// moment ago, the script writes the first text, and the customer answers. The script's modules are those in use. Nothing of the account
// is changed by playing it.
func Talking(s *storage.Snapshot, a booking.AccountID, t Talk) (Document, map[string]string, error) {
	d := Document{Name: "talk", Mode: booking.AIAgent}
	if len(t.Said) > MaxSaid {
		return d, nil, booking.Refuse(booking.Invalid, "too_many", "said", "this conversation is long enough", "begin a new one")
	}
	if err := d.settle(s, a); err != nil {
		return d, nil, err
	}
	d.Session.Customer = booking.Customer{FirstName: "Maya", Phone: talkPhone, Address: booking.Address{PostalCode: first(d.world.Business.ServiceZips)}}
	d.Session.Timezone, d.Session.Step = d.world.Business.Timezone, "time"
	if len(d.world.Services) > 0 {
		d.Session.Service = d.world.Services[0].Name
	}
	if err := json.Unmarshal([]byte(`{"sms":true,"text":"Text me about my booking."}`), &d.Session.Consent); err != nil {
		return d, nil, err
	}
	d.Turns = []Turn{{From: "system", Event: &Happens{Kind: "session", Event: string(booking.EventAbandoned)}}}
	for _, text := range t.Said {
		pause := Span(talkPause)
		d.Turns = append(d.Turns, Turn{From: "customer", Text: text, After: &pause})
	}
	sources, err := inUse(s, a)
	sources["agent"] = t.Source
	return d, sources, err
}

// settle makes the world of the account as it is now.
func (d *Document) settle(s *storage.Snapshot, a booking.AccountID) error {
	account, err := s.Account(a)
	if err != nil {
		return err
	}
	w := &d.world
	w.Business.Name, w.Business.Timezone, w.Business.Website = account.Name, account.Timezone, account.Website
	w.Business.OfficePhone, w.Business.EmergencyPhone = string(account.OfficePhone), string(account.EmergencyPhone)
	loc, err := booking.LoadZone(account.Timezone)
	if err != nil {
		return err
	}
	d.Now = daytime(s.Now, loc)
	w.Policy = map[string]json.RawMessage{"delay": json.RawMessage(`"1m"`), "hours_start": json.RawMessage(`"00:00"`), "hours_start_sunday": json.RawMessage(`"00:00"`),
		"hours_end": json.RawMessage(`"23:59"`)}
	if w.Facts, err = s.Facts(a); err != nil {
		return err
	}
	form, windows, err := formOf(s, a)
	if err != nil || form == nil {
		return err
	}
	w.Business.ServiceZips, w.Business.Website, w.Business.Timezone = form.ServiceZips, cmp.Or(form.URL, w.Business.Website), form.Zone(account)
	for _, v := range form.Services {
		w.Services = append(w.Services, struct {
			Name      string   `json:"name"`
			Keywords  []string `json:"keywords"`
			Duration  Span     `json:"duration"`
			PriceNote string   `json:"price_note"`
		}{v.Name, v.Keywords, Span(v.Duration), v.PriceNote})
	}
	for _, v := range windows {
		v.Capacity = max(1, v.Capacity)
		w.Windows = append(w.Windows, v)
	}
	return nil
}

// formOf gives the booking form whose world it is, with its windows: the first that lets an agent answer, else the first that has any.
func formOf(s *storage.Snapshot, a booking.AccountID) (form *booking.Scheduler, windows []booking.Window, err error) {
	all, _, err := s.Schedulers(a, "", 200)
	if err != nil {
		return nil, nil, err
	}
	for i := range all {
		agent := all[i].FollowUp.Mode == booking.AIAgent
		if form != nil && !agent && len(windows) > 0 {
			continue
		}
		open, err := engine.Availability(s, a, all[i].ID, "", talkWindows)
		if err != nil {
			return nil, nil, err
		}
		if form == nil || agent || len(open) > 0 {
			form, windows = &all[i], open
		}
		if agent {
			break
		}
	}
	return form, windows, nil
}

// daytime is now, or the next morning when the business sleeps, so that nothing waits for permitted hours.
func daytime(now time.Time, loc *time.Location) time.Time {
	t := now.In(loc)
	if h := t.Hour(); h >= talkFromHour && h < talkToHour {
		return now
	}
	morning := time.Date(t.Year(), t.Month(), t.Day(), talkFromHour, 30, 0, 0, loc)
	if !morning.After(now) {
		morning = morning.AddDate(0, 0, 1)
	}
	return morning
}

// inUse gives the account's own modules that are in use.
func inUse(s *storage.Snapshot, a booking.AccountID) (map[string]string, error) {
	sources := map[string]string{}
	all, err := engine.Library(s, a)
	for _, o := range all {
		if v := o.Active; v != nil && v.Version != booking.BuiltInVersion && v.Kind == booking.ScriptModule {
			sources[v.Script] = v.Source
		}
	}
	return sources, err
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
