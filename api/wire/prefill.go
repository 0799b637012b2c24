package wire

import (
	"cmp"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Prefill is what a customer had typed before, for the page that the link in their text leads to: nothing that staff, the
// carrier or we added.
type Prefill struct {
	Session   string            `json:"session" required:"true" description:"The page's own name of the visit: go on under it, and the booking counts as won back."`
	Scheduler string            `json:"scheduler" required:"true"`
	Customer  Customer          `json:"customer,omitzero"`
	Service   string            `json:"service,omitempty"`
	Preferred string            `json:"preferred,omitempty"`
	Step      string            `json:"step,omitempty"`
	Locale    string            `json:"locale,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`
	Consent   *Consent          `json:"consent,omitempty" description:"What was ticked under which words, to show the box as it was. It is on record already: report only what the customer changes."`
}

// FromVisit shows what the customer of a session had typed.
func FromVisit(s booking.Session) Prefill {
	out := Prefill{
		Session: s.ClientID, Scheduler: string(s.Scheduler), Customer: fromCustomer(s.Customer), Service: s.Service,
		Preferred: s.Preferred, Step: s.Step, Locale: s.Locale, Fields: s.Fields,
	}
	out.Customer.Phone = cmp.Or(out.Customer.Phone, string(s.Phone))
	if s.Consent != (booking.Consent{}) {
		out.Consent = &Consent{SMS: s.Consent.SMS, Text: s.Consent.Text}
	}
	return out
}
