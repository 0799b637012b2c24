// Package wire holds the shapes of the REST API: what JSON goes in and out, how it is read, and how it turns into the types
// of the house. It owns names, defaults of absent fields and the wording of reading errors. It promises that a field it does
// not know is refused by name, and that nothing is taken for something else silently. It must not know HTTP, the store or
// who is asking.
//
// Times are RFC 3339 in UTC, durations Go strings ("15m"), money cents, phones E.164. Times and durations that are read are
// plain strings here, so that a bad one can be told with its field.
package wire

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/rebookhq/rebook/daemon/booking"
)

// List is one page of a list. NextCursor is null at the end; a page may hold fewer items than asked for.
type List[T any] struct {
	Items      []T     `json:"items" nullable:"false" required:"true"`
	NextCursor *string `json:"next_cursor" required:"true" description:"Give it as cursor for the next page; null at the end."`
}

// NewList makes a page; an empty next means the end.
func NewList[T any](items []T, next string) List[T] {
	l := List[T]{Items: items}
	if l.Items == nil {
		l.Items = []T{}
	}
	if next != "" {
		l.NextCursor = &next
	}
	return l
}

// Map turns every item by f.
func Map[T, U any](items []T, f func(T) U) []U {
	out := make([]U, len(items))
	for i, v := range items {
		out[i] = f(v)
	}
	return out
}

// OneLine makes a free text fit for terminals and traces, as intake does with what pages send: a space stands for each
// control character, and spaces around are gone. It is not refused, so that no opt-out is lost for a line break.
func OneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}

// Error is the body of every answer that is not a success.
type Error struct {
	Error struct {
		Code    string `json:"code" required:"true" description:"Stable; see api/README.md."`
		Message string `json:"message" required:"true"`
		Field   string `json:"field" description:"The field of the request it is about, or empty."`
		Hint    string `json:"hint" description:"How to mend it, or empty."`
		Line    int    `json:"line,omitempty" description:"Of a script, where a line is to blame."`

		Items []PreflightItem `json:"items,omitempty" description:"Of preflight_failed: everything that was found."`
		Tests *TestRun        `json:"tests,omitempty" description:"Of tests_failed: which, and where the replies part."`
	} `json:"error" required:"true"`
}

// Customer is who is booking.
type Customer struct {
	FirstName string  `json:"first_name,omitempty"`
	LastName  string  `json:"last_name,omitempty"`
	Phone     string  `json:"phone,omitempty" description:"As typed; half-typed numbers are taken too. The E.164 form of a session or booking is its phone."`
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

func (c Customer) booking() booking.Customer {
	return booking.Customer{FirstName: c.FirstName, LastName: c.LastName, Phone: c.Phone, Email: c.Email,
		Address: booking.Address(c.Address)}
}

func fromCustomer(c booking.Customer) Customer {
	return Customer{FirstName: c.FirstName, LastName: c.LastName, Phone: c.Phone, Email: c.Email, Address: Address(c.Address)}
}

// duration reads a Go duration of the named field; empty is zero.
func duration(field, s string) (booking.Duration, error) {
	if s == "" {
		return 0, nil
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return 0, booking.Refuse(booking.Invalid, "invalid_duration", field, strconv.Quote(clip(s))+" is not a duration",
			`a number with its unit, for example "15m" or "48h"`)
	}
	return booking.Duration(v), nil
}

// instant reads an RFC 3339 time of the named field; empty is zero.
func instant(field, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, booking.Refuse(booking.Invalid, "invalid_time", field, strconv.Quote(clip(s))+" is not a time",
			`RFC 3339 with a zone, for example "2026-03-10T14:00:00Z"`)
	}
	return t.UTC(), nil
}

// Instant reads an RFC 3339 time of the named query parameter; empty is zero. A "+" that was not escaped arrives as a space.
func Instant(field, s string) (time.Time, error) {
	return instant(field, strings.Replace(s, " ", "+", 1))
}

// stamp writes a time as instant reads it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// utc is for times that are only written; a zero one stays zero and is left out.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

// orEmpty keeps null out of lists.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// clip bounds what an error repeats of a request.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

func missing(field, hint string) error {
	return booking.Refuse(booking.Invalid, "missing", field, "it is missing", hint)
}
