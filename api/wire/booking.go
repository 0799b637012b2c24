package wire

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// Booking is a job that was booked, by whatever way. A page is told less of it: see [PageBooking].
type Booking struct {
	ID          string    `json:"id" required:"true"`
	Status      string    `json:"status" required:"true" enum:"booked,cancelled"`
	Source      string    `json:"source,omitempty" enum:"agent,link,phone,external,page"`
	Scheduler   string    `json:"scheduler,omitempty"`
	Session     string    `json:"session,omitempty" description:"The session it was made in."`
	Window      string    `json:"window,omitempty"`
	Start       time.Time `json:"start,omitzero"`
	End         time.Time `json:"end,omitzero"`
	Customer    Customer  `json:"customer,omitzero"`
	Phone       string    `json:"phone,omitempty" description:"E.164."`
	Service     string    `json:"service,omitempty"`
	ValueCents  int       `json:"value_cents,omitempty"`
	ExternalID  string    `json:"external_id,omitempty"`
	Note        string    `json:"note,omitempty"`
	Attribution string    `json:"attribution,omitempty" enum:"before,direct,assisted,later" description:"What a text of ours has to do with it, as it was when it came in."`
	At          time.Time `json:"at,omitzero" description:"When it was booked."`
	By          string    `json:"by,omitempty" description:"The key that reported it."`
	CreatedAt   time.Time `json:"created_at,omitzero"`
	CancelledAt time.Time `json:"cancelled_at,omitzero"`
	Claimed     bool      `json:"claimed,omitempty" description:"Only a page says so and is not believed: it silences and wins nobody. Any change by the office confirms it."`
}

// FromBooking shows a booking.
func FromBooking(b booking.Booking) Booking {
	return Booking{
		ID: b.ID, Status: bookingStatus(b), Source: string(b.Source), Scheduler: string(b.Scheduler), Session: string(b.Session),
		Window: b.Window, Start: utc(b.Start), End: utc(b.End), Customer: fromCustomer(b.Customer), Phone: string(b.Phone), Service: b.Service,
		ValueCents: b.ValueCents, ExternalID: b.ExternalID, Note: b.Note, Attribution: string(b.Attribution), At: utc(b.At), By: b.By,
		CreatedAt: utc(b.CreatedAt), CancelledAt: utc(b.CancelledAt), Claimed: b.Claimed,
	}
}

func bookingStatus(b booking.Booking) string {
	if b.Stands() {
		return string(booking.BookingBooked)
	}
	return string(b.Status)
}

// PageBooking is what a page is told of a booking: nothing that others have given.
type PageBooking struct {
	ID     string    `json:"id" required:"true"`
	Status string    `json:"status" required:"true"`
	Window string    `json:"window,omitempty"`
	Start  time.Time `json:"start,omitzero"`
	End    time.Time `json:"end,omitzero"`
}

// ForPage shows a booking to a page.
func ForPage(b booking.Booking) PageBooking {
	return PageBooking{ID: b.ID, Status: bookingStatus(b), Window: b.Window, Start: utc(b.Start), End: utc(b.End)}
}

// NewBooking is a booking that is reported.
type NewBooking struct {
	Source     string   `json:"source" enum:"agent,link,phone,external,page" description:"Needed, but from a page: there the daemon knows."`
	Scheduler  string   `json:"scheduler,omitempty"`
	Session    string   `json:"session,omitempty" description:"It ends with this booking. Our ID of it; from a page, the page's own."`
	ClientID   string   `json:"client_id,omitempty" description:"Instead of session, together with scheduler: the page's own name of it."`
	Window     string   `json:"window,omitempty" description:"Takes a place in it; left out: none is taken."`
	Customer   Customer `json:"customer,omitzero" description:"What is left out is taken from the session."`
	Service    string   `json:"service,omitempty"`
	ValueCents int      `json:"value_cents,omitempty" minimum:"0" maximum:"100000000"`
	ExternalID string   `json:"external_id,omitempty" description:"The other system's name of it: reported again, it is the same booking."`
	Note       string   `json:"note,omitempty"`
	At         string   `json:"at,omitempty" format:"date-time" description:"When it was booked; left out: now."`
}

// Booking gives the report in the house's type.
func (n NewBooking) Booking() (booking.NewBooking, error) {
	at, err := instant("at", n.At)
	return booking.NewBooking{
		Source: booking.BookingSource(n.Source), Scheduler: booking.SchedulerID(n.Scheduler), Session: booking.SessionID(n.Session), ClientID: n.ClientID, Window: n.Window,
		Customer: n.Customer.booking(), Service: n.Service, ValueCents: n.ValueCents, ExternalID: n.ExternalID, Note: n.Note, At: at,
	}, err
}

// FromNewBooking shows what would be booked.
func FromNewBooking(n booking.NewBooking) NewBooking {
	return NewBooking{Source: string(n.Source), Scheduler: string(n.Scheduler), Session: string(n.Session), Window: n.Window, Customer: fromCustomer(n.Customer), Service: n.Service,
		ValueCents: n.ValueCents, Note: n.Note}
}

// BookingChange is what shall become of a booking; what is left out stays.
type BookingChange struct {
	Window     *string `json:"window,omitempty" description:"Move it there."`
	Status     *string `json:"status,omitempty" enum:"booked,cancelled"`
	Note       *string `json:"note,omitempty"`
	ValueCents *int    `json:"value_cents,omitempty" minimum:"0" maximum:"100000000"`
	Service    *string `json:"service,omitempty"`
}

// Booking gives the change in the house's type.
func (c BookingChange) Booking() booking.BookingChange {
	return booking.BookingChange{Window: c.Window, Status: (*booking.BookingStatus)(c.Status), Note: c.Note, ValueCents: c.ValueCents, Service: c.Service}
}

// Imported is what became of an upload.
type Imported struct {
	Imported int        `json:"imported" required:"true"`
	Repeated int        `json:"repeated" required:"true" description:"Known from before."`
	Rejected []Rejected `json:"rejected" required:"true" nullable:"false"`
	Ignored  []string   `json:"ignored" required:"true" nullable:"false" description:"Columns that say nothing here."`
}

// Rejected is a line of an upload that was not taken.
type Rejected struct {
	Line    int    `json:"line" required:"true" description:"Of the file, counted from 1; the header is the first."`
	Field   string `json:"field"`
	Code    string `json:"code" required:"true"`
	Message string `json:"message" required:"true"`
	Hint    string `json:"hint,omitempty" description:"How to mend it."`
}

// FromImported shows what became of an upload.
func FromImported(v engine.Imported, ignored []string) Imported {
	return Imported{v.Imported, v.Repeated, Map(v.Rejected, func(r engine.Rejected) Rejected {
		return Rejected{r.Line, r.Fault.Field, r.Fault.Code, r.Fault.Message, r.Fault.Hint}
	}), orEmpty(ignored)}
}
