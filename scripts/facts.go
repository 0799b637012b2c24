package scripts

import (
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Facts is what a template may know: the table `ctx`. What is empty is absent (nil) there.
//
// Two kinds of text are told apart. What the house says (Business, Link) is taken as it is, within bounds. What the visitor's
// page says (Customer, Session) comes from strangers who may have typed somebody else's number: a script sees it only if it
// looks like what it is said to be, and finds it absent otherwise. See [personName] and [plainWords] for the rules.
type Facts struct {
	Now      time.Time `json:"now,omitzero"`   // in ctx: RFC 3339
	Link     string    `json:"link,omitempty"` // the whole prefilled link; http or https, ASCII, at most 512 bytes
	Business Business  `json:"business"`
	Customer Customer  `json:"customer,omitzero"`
	Session  Session   `json:"session,omitzero"`
}

// Business is who writes.
type Business struct {
	Name           string `json:"name"` // in ctx: one line, at most 160 characters
	OfficePhone    string `json:"office_phone,omitempty"`
	EmergencyPhone string `json:"emergency_phone,omitempty"`
	Timezone       string `json:"timezone,omitempty"` // IANA name
}

// Customer is who the text goes to, as typed.
type Customer struct {
	FirstName string `json:"first_name,omitempty"` // in ctx: one given name
	LastName  string `json:"last_name,omitempty"`  // in ctx: one family name
	Email     string `json:"email,omitempty"`      // for scripts that book; in a text its domain would become a link
	Phone     string `json:"phone,omitempty"`      // E.164
}

// Session is what was being booked.
type Session struct {
	Service   string `json:"service,omitempty"` // best given as the scheduler's own list of services spells it
	Step      string `json:"step,omitempty"`
	Preferred string `json:"preferred,omitempty"`
	Locale    string `json:"locale,omitempty"` // of the visitor's browser, such as "es-MX"
}

// Bounds on what the house says.
const (
	maxLink     = 512 // bytes
	maxBusiness = 160 // characters
	maxShort    = 40  // bytes of a phone number, zone or locale
	maxEmail    = 254 // bytes; RFC 5321
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

// table makes ctx. Keys are set in alphabetical order: gopher-lua iterates in the order of insertion, so every run of a
// script sees the same order.
func (f *Facts) table(l *lua.LState) *lua.LTable {
	business := l.CreateTable(0, 4)
	put(business, "emergency_phone", short(f.Business.EmergencyPhone))
	put(business, "name", line(f.Business.Name))
	put(business, "office_phone", short(f.Business.OfficePhone))
	put(business, "timezone", short(f.Business.Timezone))

	customer := l.CreateTable(0, 4)
	put(customer, "email", email(f.Customer.Email))
	put(customer, "first_name", personName(f.Customer.FirstName))
	put(customer, "last_name", personName(f.Customer.LastName))
	put(customer, "phone", short(f.Customer.Phone))

	session := l.CreateTable(0, 4)
	put(session, "locale", short(f.Session.Locale))
	put(session, "preferred", plainWords(f.Session.Preferred))
	put(session, "service", plainWords(f.Session.Service))
	put(session, "step", plainWords(f.Session.Step))

	ctx := l.CreateTable(0, 5)
	ctx.RawSetString("business", business)
	ctx.RawSetString("customer", customer)
	put(ctx, "link", f.Link)
	if !f.Now.IsZero() {
		put(ctx, "now", f.Now.Format(time.RFC3339))
	}
	ctx.RawSetString("session", session)
	return ctx
}

// put sets a field; what is empty stays absent, because "" counts as true in Lua and every script would have to ask twice.
func put(t *lua.LTable, key, value string) {
	if value != "" {
		t.RawSetString(key, lua.LString(value))
	}
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
