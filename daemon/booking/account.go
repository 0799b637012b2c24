package booking

import (
	"errors"
	"strings"
	"time"
)

// Account is one business and its rules.
type Account struct {
	ID                 AccountID `json:"id"`
	Name               string    `json:"name"`
	Website            string    `json:"website,omitempty"`
	OfficePhone        string    `json:"office_phone,omitempty"`
	EmergencyPhone     string    `json:"emergency_phone,omitempty"`
	Timezone           string    `json:"timezone"` // IANA name; used where a scheduler has none
	SMSFollowUpEnabled bool      `json:"sms_follow_up_enabled"`
	Settings           Settings  `json:"settings"`
	CreatedAt          time.Time `json:"created_at"`
	UpdatedAt          time.Time `json:"updated_at,omitzero"`
}

// ValidateAccount tells whether the account may be kept, and puts its phone numbers into E.164. The error is an [*Error]
// naming the field. The name and a known time zone are needed; the rest may be empty.
func ValidateAccount(a *Account, simulator bool) error {
	if err := nameFault("name", a.Name, maxName); err != nil {
		return err
	}
	a.Name = strings.TrimSpace(a.Name)
	if a.Website != "" {
		if _, err := siteURL("website", a.Website); err != nil && !errors.Is(err, &Error{Code: "https_required"}) {
			return err
		}
	}
	if err := normalPhone("office_phone", &a.OfficePhone); err != nil {
		return err
	}
	if err := normalPhone("emergency_phone", &a.EmergencyPhone); err != nil {
		return err
	}
	if err := zoneFault("timezone", a.Timezone); err != nil {
		return err
	}
	return ValidateSettings(a.Settings, simulator)
}

// Settings are the rules of the house that an administrator can tighten. [DefaultSettings] has the defaults of
// the product; [ValidateSettings] holds the limits.
type Settings struct {
	Hours          Hours     `json:"hours"`                   // permitted local hours of the recipient
	StateRules     bool      `json:"state_rules"`             // stricter state rules apply
	Frequency      Frequency `json:"frequency"`               // texts started by us, per person, over all schedulers
	AbandonAfter   Duration  `json:"abandon_after"`           // silence after which a session counts as left
	LatestAfter    Duration  `json:"latest_after"`            // no text later than this after the abandonment
	RequireConsent bool      `json:"require_consent"`         // a session without SMS consent gets no text
	Retention      Duration  `json:"retention"`               // session content is kept this long
	ReplyWait      Duration  `json:"reply_wait"`              // a reply is written this long after the last inbound text
	ReplyWindow    Duration  `json:"reply_window"`            // a direct answer may go at any hour within this
	Holdout        int       `json:"holdout"`                 // percent of persons never texted, for honest measurement
	Nudges         int       `json:"nudges"`                  // reminders by an agent in a silent thread
	SMSPrice       SMSPrice  `json:"sms_price,omitzero"`      // what a text costs, for previews; zero: DefaultSMSPrice
	OnCallPhone    Phone     `json:"on_call_phone,omitempty"` // is texted when a thread needs a person; empty: nobody
	DailyCap       int       `json:"daily_cap,omitempty"`     // segments a day, from midnight Pacific time; 0: none
	Lookup         bool      `json:"lookup,omitempty"`        // the carrier is asked for the kind of line before a number's first text; it costs
}

// Hours are the permitted local hours by kind of day.
type Hours struct {
	Weekday  Span `json:"weekday"`
	Saturday Span `json:"saturday"`
	Sunday   Span `json:"sunday"`
}

// Frequency caps the texts started by us to one person: at most Max within Per.
type Frequency struct {
	Max int      `json:"max"`
	Per Duration `json:"per"`
}

// DefaultSettings are the product's rules. Hours: 47 CFR 64.1200(c)(1) permits 8:00-21:00; 9:00-20:00 and Sunday noon
// also satisfy the stricter states. 48 h and one text per abandonment: carriers' rules for unfinished orders (T-Mobile
// Code of Conduct 2.2). 3 per 24 h: Fla. Stat. 501.616(6), 15 O.S. 775C.
func DefaultSettings() Settings {
	day := Span{9 * 60, 20 * 60}
	return Settings{
		Hours:          Hours{Weekday: day, Saturday: day, Sunday: Span{12 * 60, 20 * 60}},
		StateRules:     true,
		Frequency:      Frequency{Max: 3, Per: Duration(24 * time.Hour)},
		AbandonAfter:   Duration(60 * time.Second),
		LatestAfter:    Duration(48 * time.Hour),
		RequireConsent: true,
		Retention:      Duration(90 * 24 * time.Hour),
		ReplyWait:      Duration(8 * time.Second),
		ReplyWindow:    Duration(10 * time.Minute),
	}
}

// RegistrationStatus is where the texting registration (TCR, A2P 10DLC) stands.
type RegistrationStatus string

// The states of a registration, in order.
const (
	RegistrationDraft     RegistrationStatus = "draft"
	RegistrationSubmitted RegistrationStatus = "submitted"
	RegistrationInReview  RegistrationStatus = "in_review"
	RegistrationApproved  RegistrationStatus = "approved"
	RegistrationRejected  RegistrationStatus = "rejected"
)

// Registration is the account's permission to text over US carriers.
type Registration struct {
	Status           RegistrationStatus `json:"status"`
	MessagingService string             `json:"messaging_service,omitempty"` // Twilio's MG… SID; preferred over From
	UpdatedAt        time.Time          `json:"updated_at,omitzero"`
}

// PhoneNumber is one of the account's own numbers.
type PhoneNumber struct {
	ID              string `json:"id"`
	Number          Phone  `json:"number"`
	Label           string `json:"label,omitempty"`
	SMSCapable      bool   `json:"sms_capable"`
	DefaultOutbound bool   `json:"default_outbound"`

	CarrierSID string `json:"carrier_sid,omitempty"` // the carrier's name of it; empty: never seen there
	Service    string `json:"service,omitempty"`     // the messaging service it is in
	TollFree   string `json:"toll_free,omitempty"`   // its verification: approved, in_review, rejected; empty: no toll-free number
	Gone       bool   `json:"gone,omitempty"`        // the carrier does not list it any more
}

// Fact is something an agent may state besides results of its asks.
type Fact struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Prices []int  `json:"prices,omitempty"` // cents
}
