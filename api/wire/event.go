package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Event is what a page reports about one visit.
type Event struct {
	Scheduler  string   `json:"scheduler" description:"ID of the scheduler; may be left out with a publishable key."`
	Session    string   `json:"session" required:"true" description:"The page's own name of the visit, the same for all its events; a UUID will do."`
	Event      string   `json:"event" required:"true" enum:"started,progress,heartbeat,abandoned,completed"`
	At         string   `json:"at,omitempty" format:"date-time" description:"When it happened; left out: now."`
	AgeMS      float64  `json:"age_ms,omitempty" description:"Instead of at: how many milliseconds ago it happened. A page's clock may be wrong; how long something waited in it is not."`
	Customer   Customer `json:"customer,omitzero" description:"What is known so far; later events merge."`
	Service    string   `json:"service,omitempty"`
	Preferred  string   `json:"preferred,omitempty"`
	Step       string   `json:"step,omitempty"`
	PageURL    string   `json:"page_url,omitempty"`
	Timezone   string   `json:"timezone,omitempty" description:"The browser's, an IANA name."`
	Locale     string   `json:"locale,omitempty"`
	Consent    *Consent `json:"consent,omitempty"`
	Fields     Fields   `json:"fields,omitempty" description:"Anything else; values are kept as text."`
	ValueCents Cents    `json:"value_cents,omitempty"`

	_ struct{} `additionalProperties:"true"` // pages evolve on their own
}

// Consent is the tick under the words that were shown.
type Consent struct {
	SMS  bool   `json:"sms"`
	Text string `json:"text,omitempty" description:"The words that were shown beside the tick box."`
}

// Tracked answers a session event.
type Tracked struct {
	Session  string    `json:"session" required:"true" description:"Our ID of the session."`
	Warnings []Warning `json:"warnings,omitempty"`
}

// Warning says that part of an event was taken with a reservation.
type Warning struct {
	Field string `json:"field" required:"true"`
	Code  string `json:"code" required:"true"`
}

// Booking gives the event in the house's type.
func (e Event) Booking() (booking.Event, error) {
	at, err := instant("at", e.At)
	if err != nil {
		return booking.Event{}, err
	}
	ev := booking.Event{
		Kind: booking.EventKind(e.Event), Scheduler: booking.SchedulerID(e.Scheduler), ClientID: e.Session, At: at,
		Customer: e.Customer.booking(), Service: e.Service, Preferred: e.Preferred, Step: e.Step, PageURL: e.PageURL,
		Timezone: e.Timezone, Locale: e.Locale, Fields: e.Fields, ValueCents: int(e.ValueCents),
	}
	if e.Consent != nil {
		ev.Consent = &booking.Consent{SMS: e.Consent.SMS, Text: e.Consent.Text}
	}
	return ev, nil
}

// Fields is a page's own form fields. Numbers, booleans and nested values are taken as their JSON text, so that a page need
// not know that everything is kept as text; null says nothing.
type Fields map[string]string

// UnmarshalJSON reads an object of anything.
func (f *Fields) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if len(raw) == 0 {
		return nil
	}
	*f = make(Fields, len(raw))
	for k, v := range raw {
		switch v = bytes.TrimSpace(v); {
		case string(v) == "null":
		case v[0] == '"':
			var s string
			if err := json.Unmarshal(v, &s); err != nil {
				return err
			}
			(*f)[k] = s
		default:
			var short bytes.Buffer
			if err := json.Compact(&short, v); err != nil {
				return err
			}
			(*f)[k] = short.String()
		}
	}
	return nil
}

// JSONSchemaBytes says in the API document that anything is taken.
func (Fields) JSONSchemaBytes() ([]byte, error) {
	return []byte(`{"type":"object","additionalProperties":true}`), nil
}

// Cents is an amount as pages compute it: 19.99 * 100 is 1998.9999999999998 in JavaScript, so it is rounded.
type Cents int

// maxCents is beyond every amount that is kept; what is larger becomes it, and the rules then warn of it.
const maxCents = 1_000_000_000_000

// UnmarshalJSON reads any number.
func (c *Cents) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var n json.Number
	if b[0] == '"' || json.Unmarshal(b, &n) != nil {
		return &json.UnmarshalTypeError{Value: kindOf(b), Type: reflect.TypeFor[float64]()}
	}
	v, _ := n.Float64() // out of range gives ±Inf, which is bounded below
	*c = Cents(math.Round(max(-maxCents, min(maxCents, v))))
	return nil
}

// JSONSchemaBytes says in the API document that it need not be whole.
func (Cents) JSONSchemaBytes() ([]byte, error) { return []byte(`{"type":"number"}`), nil }

func kindOf(b []byte) string {
	switch b[0] {
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "array"
	}
	return "bool"
}
