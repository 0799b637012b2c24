package booking

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// BookingSource says where a booking came from.
type BookingSource string

// The sources of bookings. Stored and part of the API: never rename.
const (
	SourceAgent    BookingSource = "agent"
	SourceLink     BookingSource = "link"
	SourcePhone    BookingSource = "phone"
	SourceExternal BookingSource = "external"
	SourcePage     BookingSource = "page" // on a booking page whose text had not gone out
)

// BookingStatus is where a booking stands. Stored and part of the API: never rename.
type BookingStatus string

// The statuses of a booking. Bookings of before there was a status have none, and stand.
const (
	BookingBooked    BookingStatus = "booked"
	BookingCancelled BookingStatus = "cancelled"
)

// Booking is a job that was booked, by whatever way.
type Booking struct {
	ID          string        `json:"id"` // a UUIDv7; of a session's booking the session's
	Source      BookingSource `json:"source"`
	Session     SessionID     `json:"session,omitempty"`
	Scheduler   SchedulerID   `json:"scheduler,omitempty"`
	Phone       Phone         `json:"phone,omitempty"`
	Email       string        `json:"email,omitempty"`   // lower case
	Address     string        `json:"address,omitempty"` // normalised, see NormalAddress
	Service     string        `json:"service,omitempty"`
	ValueCents  int           `json:"value_cents,omitempty"`
	At          time.Time     `json:"at"` // when it was booked
	Status      BookingStatus `json:"status,omitempty"`
	Window      string        `json:"window,omitempty"`
	Start       time.Time     `json:"start,omitzero"` // of the window
	End         time.Time     `json:"end,omitzero"`
	Customer    Customer      `json:"customer,omitzero"`
	Note        string        `json:"note,omitempty"`
	ExternalID  string        `json:"external_id,omitempty"`
	Attribution Attribution   `json:"attribution,omitempty"` // as it was when the booking came in; the session's own is corrected later
	By          string        `json:"by,omitempty"`          // the key that reported it
	CreatedAt   time.Time     `json:"created_at,omitzero"`   // when we heard of it
	CancelledAt time.Time     `json:"cancelled_at,omitzero"`
	Claimed     bool          `json:"claimed,omitempty"` // a page's word that is not believed: see [Booking.SaidByPage]
}

// Stands tells whether the job is still to be done.
func (b *Booking) Stands() bool { return b.Status != BookingCancelled }

// Recognisable gives what is kept of a booking under its person's phone, e-mail and address: enough to decide on, and little, as
// several are kept in one row.
func (b Booking) Recognisable() Booking {
	return Booking{ID: b.ID, Source: b.Source, Session: b.Session, Scheduler: b.Scheduler, Phone: b.Phone, Email: b.Email,
		Address: b.Address, Service: b.Service, ValueCents: b.ValueCents, At: b.At, Status: b.Status}
}

// SetCustomer says who the job is for, and how that person is recognised.
func (b *Booking) SetCustomer(c Customer) {
	b.Customer = c
	b.Phone, _ = ParsePhone(c.Phone)
	b.Email, b.Address = NormalEmail(c.Email), NormalAddress(c.Address)
}

// Matchable tells whether the person can be recognised by anything.
func (b *Booking) Matchable() bool { return b.Phone != "" || b.Email != "" || b.Address != "" }

// NewBooking is what somebody reports as booked. Empty fields are not known.
type NewBooking struct {
	Source     BookingSource
	Scheduler  SchedulerID
	Session    SessionID // ours; or
	ClientID   string    // the page's own name of its session
	Window     string
	Customer   Customer
	Service    string
	ValueCents int
	ExternalID string // the other system's; the same one is the same booking
	Note       string
	At         time.Time // when it was booked; zero: now
	By         string    // who reports it
	Page       bool      // told with a publishable key
	Doubted    bool      // as in [Event]
	Row        string    // of an upload: a digest of the row, by which it is known again where it has no external ID
}

// Name is what the booking is known by in the system that reports it; empty when that has no name for it.
func (n NewBooking) Name() string {
	switch {
	case n.ExternalID != "":
		return "id " + n.ExternalID
	case n.Row != "":
		return "row " + n.Row
	}
	return ""
}

// Repeats tells whether the report can be of the booking that was reported before under the same name. The error is an
// [*Error]: booking_cancelled, or external_id_taken where the scheduler, the session, the window or the person is another. What is not said is no difference,
// nor is a person known by other means than before. An upload tells of the past, so its lines repeat cancelled bookings too.
func (n NewBooking) Repeats(was Booking) error {
	if !was.Stands() && n.Row == "" {
		return Refuse(Conflict, "booking_cancelled", "external_id", "the booking of this external_id was cancelled", "report the new booking under an external_id of its own")
	}
	other := func(field, what string) error {
		return Refuse(Conflict, "external_id_taken", field, "this external_id is of booking "+was.ID+", "+what,
			"to move that one, PUT /v1/bookings/"+was.ID+" with the window; report another one under an external_id of its own")
	}
	var is Booking
	is.SetCustomer(n.Customer)
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	same := func(a, b string) bool { return a != "" && a == b }
	switch {
	case differ(string(n.Scheduler), string(was.Scheduler)):
		return other("scheduler", "which is of another scheduler")
	case differ(string(n.Session), string(was.Session)):
		return other("session", "which is of another session")
	case n.Window != "" && n.Window != was.Window:
		return other("window", "which has another window or none")
	case same(string(is.Phone), string(was.Phone)) || same(is.Email, was.Email) || same(is.Address, was.Address):
		return nil
	case differ(string(is.Phone), string(was.Phone)) || differ(is.Email, was.Email) || differ(is.Address, was.Address):
		return other("customer", "which is for another person")
	}
	return nil
}

// Revision names a booking as it stands: any change that a [BookingChange] can make gives another name.
func (b Booking) Revision() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %d %t", b.Status, b.Window, b.Service, b.Note, b.ValueCents, b.Claimed)
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// BookingChange is what shall become of a booking; nil leaves a thing as it is.
type BookingChange struct {
	Base       string // [Booking.Revision] that the change was made from: refused when it has changed since; empty: whatever it is
	Window     *string
	Status     *BookingStatus
	Note       *string
	ValueCents *int
	Service    *string
}

// Made tells whether the booking is what the change would make of it already.
func (c BookingChange) Made(b Booking) bool {
	return (c.Window == nil || *c.Window == b.Window) && (c.Status == nil || (*c.Status == BookingCancelled) == !b.Stands()) &&
		(c.Note == nil || *c.Note == b.Note) && (c.ValueCents == nil || *c.ValueCents == b.ValueCents) && (c.Service == nil || strings.EqualFold(strings.TrimSpace(*c.Service), b.Service))
}

// ValidateChange tells whether the change can be asked for at all, and cleans its texts.
func ValidateChange(c *BookingChange) error {
	if c.Status != nil && *c.Status != BookingBooked && *c.Status != BookingCancelled {
		return Refuse(Invalid, "unknown_status", "status", "there is no such status", "booked or cancelled")
	}
	if c.ValueCents != nil && (*c.ValueCents < 0 || *c.ValueCents > maxValueCents) {
		return valueFault()
	}
	for _, t := range [...]struct {
		field string
		text  *string
		max   int
	}{{"window", c.Window, maxName}, {"service", c.Service, maxName}, {"note", c.Note, maxText}} {
		if t.text == nil {
			continue
		}
		if err := textFault(t.field, *t.text, t.max); err != nil {
			return err
		}
		if *t.text = printable(*t.text); t.field != "window" { // an ID
			*t.text, _ = Redact(*t.text)
		}
	}
	if c.Window != nil && *c.Window == "" {
		return Refuse(Invalid, "missing", "window", "it is empty", `name the new window, or cancel with {"status": "cancelled"}`)
	}
	return nil
}

func valueFault() error {
	return Refuse(Invalid, "out_of_range", "value_cents", "it is not within 0 to "+strconv.Itoa(maxValueCents), "the value of the job in cents")
}

const maxBookingAge = 365 * 24 * time.Hour // what was booked longer ago is nobody's news

// ValidateBooking tells whether the report may be kept, and puts it into the form that is kept: control characters become
// spaces, card and identity numbers "[removed]", and an empty time now. The error is an [*Error] naming the field. Whether there is
// anybody to match is only known together with the session: see [Booking.Matchable].
func ValidateBooking(now time.Time, n *NewBooking) error {
	switch n.Source {
	case SourceAgent, SourceLink, SourcePhone, SourceExternal, SourcePage:
	case "":
		return Refuse(Invalid, "missing", "source", "it is not said where the booking came from", "agent, link, phone, external or page")
	default:
		return Refuse(Invalid, "unknown_source", "source", "there is no source "+strconv.Quote(clip(string(n.Source), 32)), "agent, link, phone, external or page")
	}
	if n.Scheduler != "" && !plainID(string(n.Scheduler), 64) {
		return Refuse(Invalid, "invalid_id", "scheduler", "this is not the ID of a scheduler", "GET /v1/schedulers lists them")
	}
	if n.ClientID != "" {
		if err := validateClientID(n.ClientID); err != nil {
			return err
		}
	}
	if n.Scheduler == "" && n.Session == "" && (n.Window != "" || n.ClientID != "") {
		return Refuse(Invalid, "missing", "scheduler", "a window and a page's session belong to a scheduler", "name the scheduler")
	}
	if n.ValueCents < 0 || n.ValueCents > maxValueCents {
		return valueFault()
	}
	switch age := now.Sub(n.At); {
	case n.At.IsZero():
		n.At = now
	case age < -maxAhead:
		return Refuse(Invalid, "at_in_future", "at", "it is in the future", "when it was booked, not when the job is done; set the clock right, or leave it out for now")
	case age > maxBookingAge:
		return Refuse(Invalid, "at_too_old", "at", "it was booked more than a year ago", "leave it out: it concerns no session that is kept")
	case age < 0:
		n.At = now
	}
	if err := validateBookingTexts(n); err != nil {
		return err
	}
	return validateContact(&n.Customer)
}

func validateBookingTexts(n *NewBooking) error {
	c := &n.Customer
	for _, t := range [...]struct {
		field string
		text  *string
		max   int
	}{
		{"window", &n.Window, maxName},
		{"service", &n.Service, maxName},
		{"note", &n.Note, maxText},
		{"external_id", &n.ExternalID, maxClientID},
		{"customer.first_name", &c.FirstName, maxText},
		{"customer.last_name", &c.LastName, maxText},
		{"customer.email", &c.Email, maxText},
		{"customer.phone", &c.Phone, maxText},
		{"customer.address.line1", &c.Address.Line1, maxText},
		{"customer.address.line2", &c.Address.Line2, maxText},
		{"customer.address.city", &c.Address.City, maxText},
		{"customer.address.state", &c.Address.State, maxText},
		{"customer.address.postal_code", &c.Address.PostalCode, maxText},
	} {
		if err := textFault(t.field, *t.text, t.max); err != nil {
			return err
		}
		*t.text = printable(*t.text)
		if t.field != "customer.phone" && t.field != "external_id" && t.field != "window" { // 13 digits of a number or an ID may look like a card
			*t.text, _ = Redact(*t.text)
		}
	}
	return nil
}

// validateContact refuses a number or an address that could match nobody: who reports a booking knows it, unlike a visitor who
// is still typing.
func validateContact(c *Customer) error {
	if c.Phone != "" {
		if _, problem := ParsePhone(c.Phone); problem != "" {
			return Refuse(Invalid, string(problem), "customer.phone", "this is not a complete phone number", "for example +16145550123, or leave it out")
		}
	}
	if c.Email != "" && !emailLike(c.Email) {
		return Refuse(Invalid, "email_invalid", "customer.email", "this is not an e-mail address", "for example dana@example.com, or leave it out")
	}
	return nil
}

// NobodyToMatch is the refusal of a booking whose person cannot be recognised by anything.
func NobodyToMatch() error {
	return Refuse(Invalid, "nobody_to_match", "customer", "nobody can be recognised by this", "give a phone number, an e-mail address, or a street with its postal code")
}

// ListedService gives a service as the scheduler's own list spells it; any is good where the list is empty.
func (s Scheduler) ListedService(said string) (string, error) {
	if len(s.Services) == 0 {
		return said, nil
	}
	for _, v := range s.Services {
		if strings.EqualFold(v.Name, strings.TrimSpace(said)) {
			return v.Name, nil
		}
	}
	names := make([]string, len(s.Services))
	for i, v := range s.Services {
		names[i] = v.Name
	}
	message := "the scheduler has no service " + strconv.Quote(clip(said, 40))
	if strings.TrimSpace(said) == "" {
		message = "it is not said which service it is"
	}
	return "", Refuse(Invalid, "unknown_service", "service", message, "one of: "+clip(strings.Join(names, ", "), 300))
}
