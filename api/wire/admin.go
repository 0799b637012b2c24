package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/storage"
)

// Alarm is something that keeps texts from going out until a person mends it.
type Alarm struct {
	Code    string    `json:"code" required:"true"`
	Ref     string    `json:"ref,omitempty" description:"What it is about: a session, a scheduler."`
	Message string    `json:"message" required:"true"`
	Fix     string    `json:"fix" required:"true"`
	Since   time.Time `json:"since" required:"true"`
}

// FromAlarm shows an alarm.
func FromAlarm(a storage.Alarm) Alarm {
	return Alarm{Code: a.Code, Ref: a.Ref, Message: a.Message, Fix: a.Fix, Since: utc(a.Since)}
}

// OptOut is a person's wish to get no more texts.
type OptOut struct {
	Phone  string    `json:"phone" required:"true"`
	Source string    `json:"source" description:"How it became known: text, carrier, staff, api or your own word; left out: api."`
	Text   string    `json:"text" description:"The person's words."`
	At     time.Time `json:"at,omitzero" readOnly:"true" description:"When Rebook learned of it."`
}

// FromOptOut shows an opt-out.
func FromOptOut(o booking.OptOut) OptOut {
	return OptOut{Phone: string(o.Phone), Source: o.Source, Text: o.Text, At: utc(o.At)}
}

// Booking gives the opt-out in the house's type.
func (o OptOut) Booking() (booking.OptOut, error) {
	phone, err := Phone("phone", o.Phone)
	if err != nil {
		return booking.OptOut{}, err
	}
	if len(o.Source) > 64 || len(o.Text) > 2000 {
		return booking.OptOut{}, booking.Refuse(booking.Invalid, "too_long", "text", "source or text is too long", "at most 64 and 2000 bytes are kept")
	}
	return booking.OptOut{Phone: phone, Source: cmp.Or(OneLine(o.Source), "api"), Text: OneLine(o.Text)}, nil
}

// Phone reads a number of the named field, in whatever way it is typed.
func Phone(field, typed string) (booking.Phone, error) {
	p, problem := booking.ParsePhone(typed)
	if problem != "" {
		return "", booking.Refuse(booking.Invalid, string(problem), field, "this is not a complete phone number", "for example +16145550123")
	}
	return p, nil
}

// APIKey describes a key; Secret is there in the answer that made it and never again.
type APIKey struct {
	ID        string    `json:"id" required:"true"`
	Label     string    `json:"label"`
	Role      string    `json:"role" required:"true" enum:"support,administrator,manager,dispatcher,csr,office"`
	Secret    string    `json:"secret,omitempty" description:"Shown once."`
	CreatedAt time.Time `json:"created_at" required:"true"`
}

// FromKey shows an API key.
func FromKey(k storage.Key) APIKey {
	return APIKey{ID: k.ID, Label: k.Label, Role: string(k.Role), CreatedAt: utc(k.CreatedAt)}
}

// FromNewKey shows a key that was just made.
func FromNewKey(k engine.NewKey) APIKey {
	out := FromKey(k.Key)
	out.Secret = k.Secret
	return out
}

// NewAPIKey asks for a key.
type NewAPIKey struct {
	Role  string `json:"role" required:"true" enum:"support,administrator,manager,dispatcher,csr,office"`
	Label string `json:"label,omitempty" description:"Whose it is."`
	Name  string `json:"name,omitempty" description:"The same as label."`
}

// Check gives the role and the label.
func (k NewAPIKey) Check() (role booking.Role, label string, err error) {
	label = OneLine(cmp.Or(k.Label, k.Name))
	if len(label) > 100 {
		return "", "", booking.Refuse(booking.Invalid, "too_long", "label", "it is too long", "at most 100 bytes are kept")
	}
	if k.Role == "" {
		return "", "", missing("role", "support, administrator, manager, dispatcher, csr or office")
	}
	return booking.Role(k.Role), label, nil
}

// InboundText plays a customer who texts: only with the simulator.
type InboundText struct {
	From  string `json:"from" required:"true"`
	To    string `json:"to" required:"true" description:"One of the account's numbers."`
	Body  string `json:"body"`
	Media Media  `json:"media,omitempty" description:"Addresses of attachments, or how many there are."`
}

// Media is attachments: a list of addresses, or their number, for which addresses are made up.
type Media []string

// UnmarshalJSON reads either.
func (m *Media) UnmarshalJSON(b []byte) error {
	var n int
	if bytes.HasPrefix(b, []byte("[")) || string(b) == "null" {
		return json.Unmarshal(b, (*[]string)(m))
	}
	if err := json.Unmarshal(b, &n); err != nil || n < 0 || n > 10 {
		return &json.UnmarshalTypeError{Value: "value that is neither a list nor 0 to 10", Type: reflect.TypeFor[[]string]()}
	}
	for i := range n {
		*m = append(*m, fmt.Sprintf("https://media.example/%d", i+1))
	}
	return nil
}

// JSONSchemaBytes shows both forms in the API document.
func (Media) JSONSchemaBytes() ([]byte, error) {
	return []byte(`{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"integer","minimum":0,"maximum":10}]}`), nil
}

// The simulated carrier's own shapes, which the API shows as they are.
type (
	CarrierText   = simulator.Message
	CarrierFaults = simulator.Faults
	CarrierFault  = simulator.Fault
)

// Health says how the daemon is.
type Health struct {
	Status  string `json:"status" required:"true"`
	Version string `json:"version,omitempty"`
}
