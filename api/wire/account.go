package wire

import (
	"strconv"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Account is the business and its rules.
type Account struct {
	ID                 string    `json:"id,omitempty" readOnly:"true"`
	Name               string    `json:"name"`
	Website            string    `json:"website"`
	OfficePhone        string    `json:"office_phone"`
	EmergencyPhone     string    `json:"emergency_phone"`
	Timezone           string    `json:"timezone" description:"IANA name; used where a scheduler has none."`
	SMSFollowUpEnabled bool      `json:"sms_follow_up_enabled" description:"The account switch: support and administrator only."`
	Settings           Settings  `json:"settings"`
	CreatedAt          time.Time `json:"created_at,omitzero" readOnly:"true"`
	UpdatedAt          time.Time `json:"updated_at,omitzero" readOnly:"true"`
}

// Settings are the rules of the house.
type Settings struct {
	Hours          Hours     `json:"hours" description:"Permitted local hours of the recipient."`
	StateRules     bool      `json:"state_rules" description:"Stricter state rules apply."`
	Frequency      Frequency `json:"frequency" description:"Texts started by us, per person."`
	AbandonAfter   string    `json:"abandon_after" description:"Silence after which a session counts as left."`
	LatestAfter    string    `json:"latest_after" description:"No text later than this after the abandonment."`
	RequireConsent bool      `json:"require_consent"`
	Retention      string    `json:"retention" description:"Session content is kept this long."`
	ReplyWait      string    `json:"reply_wait"`
	ReplyWindow    string    `json:"reply_window"`
	Holdout        int       `json:"holdout" description:"Percent of persons never texted."`
	Nudges         int       `json:"nudges"`
	OnCallPhone    string    `json:"on_call_phone,omitempty" description:"Is texted when a thread needs a person, and takes it by answering."`
	Lookup         bool      `json:"lookup" description:"The carrier is asked whether a number is a landline before its first text; with Twilio it costs about a cent a number, once in 90 days."`
	DailyCap       int       `json:"daily_cap" description:"Segments a day, from midnight Pacific time; 0: no cap of our own."`
	SMSPrice       SMSPrice  `json:"sms_price" description:"What a text costs, for previews."`
}

// SMSPrice is what a segment costs; amounts are decimals of the currency.
type SMSPrice struct {
	OutboundSegment string `json:"outbound_segment"`
	CarrierFee      string `json:"carrier_fee" description:"On top of each segment."`
	Currency        string `json:"currency"`
}

// Hours are spans such as ["09:00","20:00"]; an empty list permits nothing on that day.
type Hours struct {
	Weekday  []string `json:"weekday" nullable:"false"`
	Saturday []string `json:"saturday" nullable:"false"`
	Sunday   []string `json:"sunday" nullable:"false"`
}

// Frequency caps the texts started by us to one person.
type Frequency struct {
	Max int    `json:"max"`
	Per string `json:"per"`
}

// FromAccount shows an account.
func FromAccount(a booking.Account) Account {
	return Account{
		ID: string(a.ID), Name: a.Name, Website: a.Website, OfficePhone: a.OfficePhone, EmergencyPhone: a.EmergencyPhone,
		Timezone: a.Timezone, SMSFollowUpEnabled: a.SMSFollowUpEnabled, Settings: fromSettings(a.Settings),
		CreatedAt: utc(a.CreatedAt), UpdatedAt: utc(a.UpdatedAt),
	}
}

// Over lays the account over v; what only the house sets stays.
func (a Account) Over(v *booking.Account) error {
	s, err := a.Settings.booking()
	if err != nil {
		return err
	}
	v.Name, v.Website, v.OfficePhone, v.EmergencyPhone = a.Name, a.Website, a.OfficePhone, a.EmergencyPhone
	v.Timezone, v.SMSFollowUpEnabled, v.Settings = a.Timezone, a.SMSFollowUpEnabled, s
	return nil
}

func fromSettings(s booking.Settings) Settings {
	return Settings{
		Hours:      Hours{fromSpan(s.Hours.Weekday), fromSpan(s.Hours.Saturday), fromSpan(s.Hours.Sunday)},
		StateRules: s.StateRules, Frequency: Frequency{s.Frequency.Max, s.Frequency.Per.String()},
		AbandonAfter: short(s.AbandonAfter), LatestAfter: s.LatestAfter.String(), RequireConsent: s.RequireConsent,
		Retention: s.Retention.String(), ReplyWait: short(s.ReplyWait), ReplyWindow: s.ReplyWindow.String(),
		Holdout: s.Holdout, Nudges: s.Nudges, Lookup: s.Lookup, OnCallPhone: string(s.OnCallPhone), DailyCap: s.DailyCap, SMSPrice: fromPrice(s.Price()),
	}
}

func fromPrice(p booking.SMSPrice) SMSPrice {
	return SMSPrice{OutboundSegment: p.Segment.String(), CarrierFee: p.CarrierFee.String(), Currency: p.Currency}
}

// booking gives the price in the house's type; the default is kept as none, so that it can change with the program.
func (p SMSPrice) booking() (v booking.SMSPrice, err error) {
	v.Currency = p.Currency
	for _, a := range []struct {
		field, is string
		to        *booking.Micros
	}{{"outbound_segment", p.OutboundSegment, &v.Segment}, {"carrier_fee", p.CarrierFee, &v.CarrierFee}} {
		if a.is == "" {
			continue
		}
		if err := a.to.UnmarshalText([]byte(a.is)); err != nil {
			return v, booking.Refuse(booking.Invalid, "invalid_amount", "settings.sms_price."+a.field, strconv.Quote(clip(a.is))+" is "+err.Error(), `for example "0.0083"`)
		}
	}
	if v == booking.DefaultSMSPrice() {
		v = booking.SMSPrice{}
	}
	return v, nil
}

// short writes a wait of a minute or so in seconds, as people set it: "60s", "90s".
func short(d booking.Duration) string {
	if v := d.Std(); v < 2*time.Minute && v%time.Second == 0 {
		return strconv.Itoa(int(v/time.Second)) + "s"
	}
	return d.String()
}

func (s Settings) booking() (booking.Settings, error) {
	v := booking.Settings{StateRules: s.StateRules, Frequency: booking.Frequency{Max: s.Frequency.Max},
		RequireConsent: s.RequireConsent, Holdout: s.Holdout, Nudges: s.Nudges, Lookup: s.Lookup, OnCallPhone: booking.Phone(s.OnCallPhone), DailyCap: s.DailyCap}
	for _, d := range []struct {
		field, is string
		to        *booking.Duration
	}{
		{"frequency.per", s.Frequency.Per, &v.Frequency.Per},
		{"abandon_after", s.AbandonAfter, &v.AbandonAfter},
		{"latest_after", s.LatestAfter, &v.LatestAfter},
		{"retention", s.Retention, &v.Retention},
		{"reply_wait", s.ReplyWait, &v.ReplyWait},
		{"reply_window", s.ReplyWindow, &v.ReplyWindow},
	} {
		var err error
		if *d.to, err = duration("settings."+d.field, d.is); err != nil {
			return v, err
		}
	}
	var err error
	if v.SMSPrice, err = s.SMSPrice.booking(); err != nil {
		return v, err
	}
	for _, h := range []struct {
		field string
		is    []string
		to    *booking.Span
	}{
		{"weekday", s.Hours.Weekday, &v.Hours.Weekday},
		{"saturday", s.Hours.Saturday, &v.Hours.Saturday},
		{"sunday", s.Hours.Sunday, &v.Hours.Sunday},
	} {
		if *h.to, err = span("settings.hours."+h.field, h.is); err != nil {
			return v, err
		}
	}
	return v, nil
}

func fromSpan(s booking.Span) []string {
	if s.Empty() {
		return []string{}
	}
	return []string{s.From.String(), s.To.String()}
}

// span reads ["09:00","20:00"]. Whether the hours are permitted is for booking to say.
func span(field string, s []string) (v booking.Span, err error) {
	if len(s) == 0 {
		return v, nil
	}
	example := `for example ["09:00","20:00"]; [] permits nothing on that day`
	if len(s) != 2 {
		return v, booking.Refuse(booking.Invalid, "hours_invalid", field, "the hours need a start and an end, there are "+strconv.Itoa(len(s))+" entries", example)
	}
	for i, to := range []*booking.TimeOfDay{&v.From, &v.To} {
		if err := to.UnmarshalText([]byte(s[i])); err != nil {
			return v, booking.Refuse(booking.Invalid, "hours_invalid", field, strconv.Quote(clip(s[i]))+" is not a time of day", example)
		}
	}
	return v, nil
}

// PhoneNumber is one of the account's own numbers.
type PhoneNumber struct {
	ID              string `json:"id" readOnly:"true"`
	Number          string `json:"number" description:"E.164."`
	Label           string `json:"label"`
	SMSCapable      bool   `json:"sms_capable"`
	DefaultOutbound bool   `json:"default_outbound" description:"Texts go out from it unless a scheduler names another."`

	MessagingService string `json:"messaging_service,omitempty" readOnly:"true" description:"At the carrier, which it is in."`
	TollFree         string `json:"toll_free,omitempty" readOnly:"true" description:"Where its toll-free verification stands: approved, in_review, rejected."`
	Gone             bool   `json:"gone,omitempty" readOnly:"true" description:"The carrier does not list it any more."`
}

// FromNumber shows a number.
func FromNumber(n booking.PhoneNumber) PhoneNumber {
	return PhoneNumber{ID: n.ID, Number: string(n.Number), Label: n.Label, SMSCapable: n.SMSCapable, DefaultOutbound: n.DefaultOutbound,
		MessagingService: n.Service, TollFree: n.TollFree, Gone: n.Gone}
}
