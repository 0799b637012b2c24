package scripts

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Facts is what a script may know: the table `ctx`. What is empty is absent (nil) there; lists and tables are always there.
//
// Two kinds of text are told apart. What the house says (Business, Link, Windows, Services, Facts) is taken as it is, within
// bounds. What the visitor's page says (Customer, Session) comes from strangers who may have typed somebody else's number: a
// script sees it only if it looks like what it is said to be, and finds it absent otherwise. See [personName] and
// [plainWords] for the rules. Event.Text is what the customer texted, as it came: an agent must be able to read it, and what
// is made of it is checked after the script.
type Facts struct {
	Now      time.Time // in ctx: RFC 3339
	Link     string    // the whole prefilled link; http or https, ASCII, at most 512 bytes
	Business Business
	Customer Customer
	Session  Session
	Thread   Thread
	Event    Event
	Windows  []Window
	Offered  []Window // that our latest text with windows named, in its order; Open tells which can still be booked
	Services []Service
	Areas    []string        // ZIP codes that are served; empty: everywhere
	Approved []booking.Fact  // in ctx: facts
	Booking  *Booking        // the customer's booking; nil: none
	Memory   json.RawMessage // what the agent kept from its last turn, a JSON object
}

// Business is who writes.
type Business struct {
	Name           string `json:"name,omitempty"` // in ctx: one line, at most 160 characters
	OfficePhone    string `json:"office_phone,omitempty"`
	EmergencyPhone string `json:"emergency_phone,omitempty"`
	Timezone       string `json:"timezone,omitempty"` // IANA name
	Website        string `json:"website,omitempty"`
}

// Customer is who the text goes to, as typed.
type Customer struct {
	FirstName string `json:"first_name,omitempty"` // in ctx: one given name
	LastName  string `json:"last_name,omitempty"`  // in ctx: one family name
	Email     string `json:"email,omitempty"`      // for scripts that book; in a text its domain would become a link
	Phone     string `json:"phone,omitempty"`      // E.164
	Address   Place  `json:"address,omitzero"`     // of the visit
}

// Place is where the visit is, as typed.
type Place struct {
	Line1      string `json:"line1,omitempty"` // in ctx: a house number and some words
	City       string `json:"city,omitempty"`
	PostalCode string `json:"postal_code,omitempty"` // in ctx: five digits
}

// Session is what was being booked.
type Session struct {
	Service   string `json:"service,omitempty"` // best given as the scheduler's own list of services spells it
	Said      string `json:"said,omitempty"`    // the service in the page's own words, where the list has no such name
	Step      string `json:"step,omitempty"`
	Preferred string `json:"preferred,omitempty"`
	Locale    string `json:"locale,omitempty"` // of the visitor's browser, such as "es-MX"
}

// Thread is the conversation so far.
type Thread struct {
	Turns []Turn `json:"turns"`
	Owner string `json:"owner,omitempty"` // "agent" or "human"
	Note  string `json:"note,omitempty"`  // of the person who handed the thread back; the agent must use it
	Count int    `json:"count"`           // texts of the agent so far
	Lang  string `json:"lang,omitempty"`  // "es" or "en", by what the customer wrote
}

// Turn is one text of the thread.
type Turn struct {
	From string    `json:"from"` // "customer", "agent", "human" or "system"
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	// Offered are the IDs of the windows that one of our texts named.
	Offered []string `json:"offered,omitempty"`
}

// Event is what the agent answers.
type Event struct {
	Kind  string `json:"kind,omitempty"` // "start", "text" or "timeout"
	Text  string `json:"text,omitempty"`
	Media int    `json:"media"` // number of attachments
	// MediaTypes are the content types of the attachments.
	MediaTypes []string `json:"media_types,omitempty"`
	// Tapback tells a phone's reaction to one of our texts: "yes", "no", "else".
	Tapback string `json:"tapback,omitempty"`
	// EmergencyPast names a danger that is over by what the customer says: a word of caution belongs into the answer.
	EmergencyPast string `json:"emergency_past,omitempty"`
}

// Window is an arrival window that is open. Label is its time as the office tells it, since scripts have no calendar.
type Window struct {
	ID             string    `json:"id"`
	Start          time.Time `json:"start"`
	End            time.Time `json:"end"`
	Label          string    `json:"label"` // "Tue Mar 10, 8 AM-10 AM"
	Note           string    `json:"note,omitempty"`
	SurchargeCents int       `json:"surcharge_cents,omitempty"`
	Open           *bool     `json:"open,omitempty"` // in ctx.offered only: it can still be booked
}

// Service is something the business does.
type Service struct {
	Name      string   `json:"name"`
	Keywords  []string `json:"keywords"`
	Duration  string   `json:"duration,omitempty"` // "2h"
	PriceNote string   `json:"price_note,omitempty"`
}

// Booking is what the customer has booked.
type Booking struct {
	ID      string  `json:"id"`
	Service string  `json:"service,omitempty"`
	Window  *Window `json:"window,omitempty"`
}

// MaxWindows bounds a list of windows.
const MaxWindows = 20

// Bounds on what the house says.
const (
	maxLink     = 512 // bytes
	maxBusiness = 160 // characters
	maxShort    = 40  // bytes of a phone number, zone or locale
	maxEmail    = 254 // bytes; RFC 5321
	maxCtx      = 24 << 10
	maxOffered  = 12
	maxAreas    = 200
)

// FactError is a fact that cannot be used: the caller's mistake, not the script's.
type FactError struct {
	Field   string // as in ctx, such as "link"
	Message string
}

func (e *FactError) Error() string { return e.Field + ": " + e.Message }

// check refuses a link that would not arrive as one whole link.
func (f *Facts) check() error {
	l := f.Link
	switch {
	case l == "":
		return nil
	case len(l) > maxLink:
		return &FactError{"link", "longer than 512 bytes"}
	case !strings.HasPrefix(l, "https://") && !strings.HasPrefix(l, "http://"):
		return &FactError{"link", "must begin with https:// or http://"}
	case strings.ContainsFunc(l, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return &FactError{"link", "must be ASCII without spaces"}
	}
	return nil
}

// document is ctx as JSON.
type document struct {
	Now      string          `json:"now,omitempty"`
	Link     string          `json:"link,omitempty"`
	Business Business        `json:"business"`
	Customer Customer        `json:"customer"`
	Session  Session         `json:"session"`
	Thread   Thread          `json:"thread"`
	Event    Event           `json:"event"`
	Windows  []Window        `json:"windows"`
	Offered  []Window        `json:"offered"`
	Services []Service       `json:"services"`
	Areas    []string        `json:"areas"`
	Facts    []booking.Fact  `json:"facts"`
	Booking  *Booking        `json:"booking,omitempty"`
	Memory   json.RawMessage `json:"memory"`
}

// Ctx gives the table ctx as a JSON object of at most 24 KiB. Where there is more to tell than fits, the longest lists are
// cut: the last services and facts, the last windows, the oldest turns of the thread. A *[FactError] when a fact is not fit to be used.
func (f *Facts) Ctx() (json.RawMessage, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	d := document{
		Link: f.Link,
		Business: Business{Name: line(f.Business.Name), OfficePhone: short(f.Business.OfficePhone),
			EmergencyPhone: short(f.Business.EmergencyPhone), Timezone: short(f.Business.Timezone), Website: line(f.Business.Website)},
		Customer: Customer{FirstName: personName(f.Customer.FirstName), LastName: personName(f.Customer.LastName),
			Email: email(f.Customer.Email), Phone: short(f.Customer.Phone),
			Address: Place{street(f.Customer.Address.Line1), plainWords(f.Customer.Address.City), zip(f.Customer.Address.PostalCode)}},
		Session: Session{Service: plainWords(f.Session.Service), Said: plainWords(f.Session.Said), Step: plainWords(f.Session.Step),
			Preferred: plainWords(f.Session.Preferred), Locale: short(f.Session.Locale)},
		Thread: f.Thread, Event: f.Event, Windows: f.Windows[:min(len(f.Windows), MaxWindows)], Offered: f.Offered[max(0, len(f.Offered)-maxOffered):],
		Services: f.Services, Areas: f.Areas[:min(len(f.Areas), maxAreas)], Facts: f.Approved,
		Booking: f.Booking, Memory: f.Memory,
	}
	if !f.Now.IsZero() {
		d.Now = f.Now.Format(time.RFC3339)
	}
	if len(d.Memory) == 0 {
		d.Memory = json.RawMessage("{}")
	}
	d.Offered, d.Areas = orEmpty(d.Offered), orEmpty(d.Areas)
	d.Thread.Turns, d.Windows, d.Services, d.Facts = orEmpty(d.Thread.Turns), orEmpty(d.Windows), orEmpty(d.Services), orEmpty(d.Facts)
	for {
		b, err := json.Marshal(d)
		if err != nil || len(b) <= maxCtx {
			return b, err
		}
		services, facts, turns := len(d.Services), len(d.Facts), len(d.Thread.Turns)
		switch most := max(services, facts, turns); {
		case most < 2:
			return nil, &FactError{"ctx", "larger than 24 KiB"}
		case most == services:
			d.Services = d.Services[:services/2]
		case most == facts:
			d.Facts = d.Facts[:facts/2]
		default:
			d.Thread.Turns = d.Thread.Turns[turns-turns/2:]
		}
	}
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Offer makes the windows that a script may offer: those that are open and begin after now, the earliest first, at most 20,
// with their time in the zone told as the office tells it.
func Offer(all []booking.Window, now time.Time, zone *time.Location) []Window {
	open := make([]Window, 0, MaxWindows)
	for _, w := range all {
		if w.Open > 0 && w.Start.After(now) {
			open = append(open, offered(w, zone))
		}
	}
	slices.SortStableFunc(open, func(a, b Window) int { return a.Start.Compare(b.Start) })
	return open[:min(len(open), MaxWindows)]
}

// Named tells a window as scripts see it, open or not.
func Named(w booking.Window, zone *time.Location, open bool) Window {
	v := offered(w, zone)
	v.Open = &open
	return v
}

func offered(w booking.Window, zone *time.Location) Window {
	start, end := w.Start.In(zone), w.End.In(zone)
	return Window{ID: w.ID, Start: start, End: end, Label: start.Format("Mon Jan 2, ") + clock(start) + "-" + clock(end),
		Note: line(w.Note), SurchargeCents: w.SurchargeCents}
}

// clock tells a time of day the short way: "8 AM", "8:30 AM".
func clock(t time.Time) string {
	if t.Minute() == 0 {
		return t.Format("3 PM")
	}
	return t.Format("3:04 PM")
}

// short gives a bounded machine word, or nothing.
func short(s string) string {
	if len(s) > maxShort || !printable(s) {
		return ""
	}
	return s
}

// email gives what has the shape of an address, or nothing.
func email(s string) string {
	at := strings.IndexByte(s, '@')
	if len(s) > maxEmail || at < 1 || at == len(s)-1 || strings.ContainsAny(s, " ") || !printable(s) {
		return ""
	}
	return s
}

// printable tells whether s is ASCII without control characters.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f })
}
