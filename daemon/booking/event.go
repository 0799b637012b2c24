package booking

import "time"

// EventKind is what a page reports. Part of the API.
type EventKind string

// The kinds of session events.
const (
	EventStarted   EventKind = "started"
	EventProgress  EventKind = "progress"
	EventHeartbeat EventKind = "heartbeat"
	EventAbandoned EventKind = "abandoned"
	EventCompleted EventKind = "completed"
)

// Event is one report of a page about one visitor's attempt to book. Empty fields say nothing and change nothing.
type Event struct {
	Kind       EventKind
	Scheduler  SchedulerID
	ClientID   string    // the page's own name of the session
	At         time.Time // when it happened, never later than now
	Customer   Customer
	Service    string
	Preferred  string
	Step       string
	PageURL    string
	Timezone   string
	Locale     string
	Consent    *Consent // nil: nothing said about consent
	Fields     map[string]string
	ValueCents int
	Page       bool // told with a publishable key, which anybody can read in the page
	Doubted    bool // by an address that has told of more bookings than its word is taken for

	read readPhone // set by ValidateEvent, so that a number is parsed once
}

// readPhone is what a typed number was read as. Reading one costs 10 µs, more than all else that is done with an event.
type readPhone struct {
	typed string
	phone Phone
}

// Customer is who is booking, as typed.
type Customer struct {
	FirstName string  `json:"first_name,omitempty"`
	LastName  string  `json:"last_name,omitempty"`
	Phone     string  `json:"phone,omitempty"` // as typed; Session.Phone is the parsed one
	Email     string  `json:"email,omitempty"`
	Address   Address `json:"address,omitzero"`
}

// Address is where the job is.
type Address struct {
	Line1      string `json:"line1,omitempty"`
	Line2      string `json:"line2,omitempty"`
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
}

// Merge lays what is said in o over c; what is empty in o keeps its old value.
func (c *Customer) Merge(o Customer) {
	set(&c.FirstName, o.FirstName)
	set(&c.LastName, o.LastName)
	set(&c.Phone, o.Phone)
	set(&c.Email, o.Email)
	set(&c.Address.Line1, o.Address.Line1)
	set(&c.Address.Line2, o.Address.Line2)
	set(&c.Address.City, o.Address.City)
	set(&c.Address.State, o.Address.State)
	set(&c.Address.PostalCode, o.Address.PostalCode)
}

func set(dst *string, v string) {
	if v != "" {
		*dst = v
	}
}
