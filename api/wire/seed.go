package wire

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// Seed is what seed.file holds: the state an empty store begins with, in the shapes of the API. Everything is optional.
//
//   - account: what is left out has its default: name "My business", time zone America/New_York, the product's settings. The
//     account switch is off unless sms_follow_up_enabled is true: nothing is texted that nobody asked for.
//   - registration: {"status":"approved"} is believed. The business's particulars may stand there as the draft.
//   - phone_numbers: sms_capable is true when left out, and the only number of the seed is the default outbound number
//     unless it says otherwise.
//   - schedulers: may bring their id, publishable_key and availability.
//   - windows: {"<scheduler id>": [...]}, or [{"scheduler": "<id>", "items": [...]}], or a plain list of windows when there
//     is exactly one scheduler.
//   - scripts: [{"name", "source", "note"}], or {"<name>": "<source>"}; each is checked and used from the beginning.
type Seed struct {
	Account      Account           `json:"account"`
	Registration *SeedRegistration `json:"registration"`
	PhoneNumbers Items[SeedNumber] `json:"phone_numbers"`
	Schedulers   Items[Scheduler]  `json:"schedulers"`
	Windows      SeedWindows       `json:"windows"`
	Facts        Items[Fact]       `json:"facts"`
	Scripts      SeedScripts       `json:"scripts"`
}

// DefaultAccount is what an account begins with when nothing is said about it.
func DefaultAccount() booking.Account {
	return booking.Account{Name: "My business", Timezone: "America/New_York", Settings: booking.DefaultSettings()}
}

// ReadSeed reads a seed file. Its errors name the key.
func ReadSeed(b []byte) (s Seed, err error) { return s, Decode(b, &s) }

// UnmarshalJSON reads a seed over the defaults, as strictly as [Decode] does.
func (s *Seed) UnmarshalJSON(b []byte) error {
	type plain Seed
	v := plain{Account: FromAccount(DefaultAccount())}
	err := Decode(b, &v)
	*s = Seed(v)
	return err
}

// Engine gives the seed in the engine's type.
func (s Seed) Engine() (engine.Seed, error) {
	out := engine.Seed{Account: DefaultAccount()}
	if err := s.Account.Over(&out.Account); err != nil {
		return out, booking.Within("account", err)
	}
	var err error
	if out.Registration, err = s.Registration.booking(); err != nil {
		return out, err
	}
	if s.Registration != nil {
		out.Draft = s.Registration.draft
	}
	if out.Numbers, err = seedNumbers(s.PhoneNumbers.Items); err != nil {
		return out, err
	}
	for i, in := range s.Schedulers.Items {
		var v booking.Scheduler
		if err := in.Over(&v); err != nil {
			return out, booking.Within(index("schedulers", i), err)
		}
		out.Schedulers = append(out.Schedulers, v)
	}
	if out.Windows, err = s.Windows.of(out.Schedulers); err != nil {
		return out, err
	}
	for i, v := range s.Scripts.list {
		if v.Name == "" {
			return out, missing(index("scripts", i)+".name", "for example follow_up_link")
		}
		out.Scripts = append(out.Scripts, engine.NewVersion{Name: v.Name, Source: v.Source, Author: "seed", Note: OneLine(v.Note)})
	}
	out.Facts, err = Facts("facts", s.Facts.Items)
	return out, err
}

// Ignored lists what the seed says and this version does not keep.
func (s Seed) Ignored() []string {
	if s.Registration == nil {
		return nil
	}
	return s.Registration.ignored
}

// SeedScripts is the scripts of a seed, in either of two forms.
type SeedScripts struct{ list []seedScript }

type seedScript struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Note   string `json:"note"`
}

func (SeedScripts) shape(object bool) reflect.Type {
	if object {
		return reflect.TypeFor[map[string]string]()
	}
	return reflect.TypeFor[[]seedScript]()
}

// UnmarshalJSON finds out which form it is.
func (s *SeedScripts) UnmarshalJSON(b []byte) error {
	if !isObject(b) {
		return json.Unmarshal(b, &s.list)
	}
	var by map[string]string
	if err := json.Unmarshal(b, &by); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		s.list = append(s.list, seedScript{Name: name, Source: by[name]})
	}
	return nil
}

// SeedNumber is a phone number of a seed.
type SeedNumber struct {
	ID              string `json:"id"`
	Number          string `json:"number"`
	Label           string `json:"label"`
	SMSCapable      *bool  `json:"sms_capable"`
	DefaultOutbound *bool  `json:"default_outbound"`
}

func seedNumbers(in []SeedNumber) ([]booking.PhoneNumber, error) {
	var out []booking.PhoneNumber
	for i, n := range in {
		phone, err := Phone(index("phone_numbers", i)+".number", n.Number)
		if err != nil {
			return nil, err
		}
		v := booking.PhoneNumber{ID: cmp.Or(n.ID, string(phone)), Number: phone, Label: OneLine(n.Label), SMSCapable: true, DefaultOutbound: len(in) == 1}
		if n.SMSCapable != nil {
			v.SMSCapable = *n.SMSCapable
		}
		if n.DefaultOutbound != nil {
			v.DefaultOutbound = *n.DefaultOutbound
		}
		out = append(out, v)
	}
	return out, nil
}

// SeedRegistration is the registration of a seed.
type SeedRegistration struct {
	Status           string
	MessagingService string
	draft            *booking.Business
	ignored          []string
}

// particulars are the fields of a registration's draft.
var particulars = strings.Fields(`ein legal_name business_type industry company_type stock_exchange stock_ticker website address
	representative brand_type use_case description message_flow samples privacy_url terms_url support_email support_phone
	has_embedded_links has_embedded_phone`)

// unkept are the fields of a registration that only the carrier can say.
var unkept = strings.Fields(`rejections updated_at submitted_at decided_at waiting_for updates_left adopted`)

// UnmarshalJSON reads status and messaging_service, and the particulars as the draft.
func (r *SeedRegistration) UnmarshalJSON(b []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var to *string
		switch {
		case name == "status":
			to = &r.Status
		case name == "messaging_service":
			to = &r.MessagingService
		case slices.Contains(particulars, name):
			continue
		case slices.Contains(unkept, name):
			r.ignored = append(r.ignored, "registration."+name)
			delete(fields, name)
			continue
		default:
			return booking.Refuse(booking.Invalid, "unknown_field", "registration."+clip(name), "there is no such field",
				"the fields here are status, messaging_service, "+strings.Join(particulars, ", "))
		}
		if err := json.Unmarshal(fields[name], to); err != nil {
			return booking.Refuse(booking.Invalid, "wrong_type", "registration."+name, "a text belongs here", `in quotes, for example "text"`)
		}
		delete(fields, name)
	}
	if len(fields) == 0 {
		return nil
	}
	b, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	var said Registration
	if err := Decode(b, &said); err != nil {
		return booking.Within("registration", err)
	}
	r.draft = new(said.Business())
	return nil
}

func (r *SeedRegistration) booking() (*booking.Registration, error) {
	if r == nil {
		return nil, nil
	}
	status := booking.RegistrationStatus(cmp.Or(r.Status, string(booking.RegistrationDraft)))
	switch status {
	case booking.RegistrationDraft, booking.RegistrationSubmitted, booking.RegistrationInReview, booking.RegistrationApproved,
		booking.RegistrationRejected:
		return &booking.Registration{Status: status, MessagingService: r.MessagingService}, nil
	}
	return nil, booking.Refuse(booking.Invalid, "unknown_status", "registration.status", "there is no such status",
		"draft, submitted, in_review, approved or rejected")
}

// SeedWindows is the windows of a seed, in any of three forms.
type SeedWindows struct {
	by    map[string]Items[WindowIn] // {"<scheduler>": [...]}
	lists []schedulerWindows         // [{"scheduler", "items"}]
	plain []WindowIn                 // [...]: of the one scheduler
}

type schedulerWindows struct {
	Scheduler string     `json:"scheduler"`
	Items     []WindowIn `json:"items"`
}

// anyWindow has the fields of both kinds of list entry, so that a wrong name is told whichever was meant.
type anyWindow struct {
	Scheduler string     `json:"scheduler"`
	Items     []WindowIn `json:"items"`

	ID             string `json:"id"`
	Start          string `json:"start"`
	End            string `json:"end"`
	Capacity       *int   `json:"capacity"`
	Open           *int   `json:"open"`
	Note           string `json:"note"`
	SurchargeCents int    `json:"surcharge_cents"`
}

func (SeedWindows) shape(object bool) reflect.Type {
	if object {
		return reflect.TypeFor[map[string]Items[WindowIn]]()
	}
	return reflect.TypeFor[[]anyWindow]()
}

// UnmarshalJSON finds out which form it is.
func (w *SeedWindows) UnmarshalJSON(b []byte) error {
	if isObject(b) {
		return json.Unmarshal(b, &w.by)
	}
	var all []anyWindow
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for i, v := range all {
		grouped := v.Scheduler != "" || v.Items != nil
		if grouped && (v.ID != "" || v.Start != "") {
			return booking.Refuse(booking.Invalid, "ambiguous", index("windows", i), "this is half a window and half a scheduler's list",
				`give {"scheduler", "items"} or a window, not both`)
		}
		if grouped {
			w.lists = append(w.lists, schedulerWindows{v.Scheduler, v.Items})
		} else {
			w.plain = append(w.plain, WindowIn{v.ID, v.Start, v.End, v.Capacity, v.Open, v.Note, v.SurchargeCents})
		}
	}
	return nil
}

// of gives the windows by scheduler.
func (w SeedWindows) of(schedulers []booking.Scheduler) (map[booking.SchedulerID][]booking.Window, error) {
	lists := w.lists
	for _, id := range slices.Sorted(maps.Keys(w.by)) {
		lists = append(lists, schedulerWindows{id, w.by[id].Items})
	}
	if len(w.plain) > 0 {
		if len(schedulers) != 1 || len(lists) > 0 {
			return nil, booking.Refuse(booking.Invalid, "ambiguous", "windows", "it is not clear whose windows these are",
				`with any other number of schedulers than one, write {"<scheduler id>": [...]}`)
		}
		if schedulers[0].ID == "" {
			return nil, missing("schedulers[0].id", "a scheduler with windows needs an id in the seed")
		}
		lists = append(lists, schedulerWindows{string(schedulers[0].ID), w.plain})
	}
	out := map[booking.SchedulerID][]booking.Window{}
	for _, l := range lists {
		id := booking.SchedulerID(l.Scheduler)
		if !slices.ContainsFunc(schedulers, func(s booking.Scheduler) bool { return s.ID == id && id != "" }) {
			return nil, booking.Refuse(booking.Invalid, "unknown_scheduler", "windows."+clip(l.Scheduler), "no scheduler of the seed has this id",
				"give the scheduler an id in the seed, and use it here")
		}
		if _, twice := out[id]; twice {
			return nil, booking.Refuse(booking.Invalid, "duplicate_id", "windows."+l.Scheduler, "there are two lists for this scheduler", "put them together")
		}
		windows, err := Windows("windows."+l.Scheduler, l.Items)
		if err != nil {
			return nil, err
		}
		out[id] = windows
	}
	return out, nil
}
