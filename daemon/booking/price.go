package booking

import (
	"errors"
	"strconv"
	"strings"
)

// Micros is an amount of money in millionths of its currency. It reads and writes decimals: "0.0083".
type Micros int64

const micro = 1_000_000

// MarshalText gives the shortest decimal.
func (m Micros) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m Micros) String() string {
	s := strconv.FormatInt(int64(m)/micro, 10)
	if rest := int64(m) % micro; rest != 0 {
		digits := strconv.FormatInt(micro+max(rest, -rest), 10)[1:]
		s += "." + strings.TrimRight(digits, "0")
	}
	return s
}

// UnmarshalText reads a decimal from 0 to 1000 with at most six places.
func (m *Micros) UnmarshalText(b []byte) error {
	whole, places, _ := strings.Cut(string(b), ".")
	n, err := strconv.ParseUint(whole, 10, 16)
	if err != nil || len(places) > 6 || n > 1000 {
		return errors.New("not an amount from 0 to 1000 with at most six places, such as 0.0083")
	}
	part := uint64(0)
	if places != "" {
		if part, err = strconv.ParseUint((places + "000000")[:6], 10, 32); err != nil {
			return errors.New("not an amount such as 0.0083")
		}
	}
	*m = Micros(n*micro + part)
	return nil
}

// SMSPrice is what an outbound text costs: each segment is paid for, and the carrier's fee comes on top of each.
type SMSPrice struct {
	Segment    Micros `json:"outbound_segment"`
	CarrierFee Micros `json:"carrier_fee"`
	Currency   string `json:"currency"` // ISO 4217
}

// DefaultSMSPrice is Twilio's list price of a text from a US long code ($0.0083 a segment) with a carrier fee as the large
// carriers take it for A2P 10DLC (about $0.003 a segment); twilio.com/en-us/sms/pricing/us, read in 2026. Both change
// now and then, so they are settings: account.settings.sms_price.
func DefaultSMSPrice() SMSPrice { return SMSPrice{Segment: 8300, CarrierFee: 3000, Currency: "USD"} }

// Of gives the price of a text of that many segments.
func (p SMSPrice) Of(segments int) Micros { return Micros(segments) * (p.Segment + p.CarrierFee) }

// Price gives the account's price of a text, or the default where none is set.
func (s Settings) Price() SMSPrice {
	if s.SMSPrice == (SMSPrice{}) {
		return DefaultSMSPrice()
	}
	return s.SMSPrice
}

func validatePrice(p SMSPrice) error {
	if p == (SMSPrice{}) {
		return nil
	}
	if len(p.Currency) != 3 || strings.ContainsFunc(p.Currency, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return Refuse(Invalid, "unknown_currency", "settings.sms_price.currency", "a currency has three capital letters", "for example USD (ISO 4217)")
	}
	return nil
}
