package booking

import (
	"errors"
	"strings"
)

// Class says what kind of refusal an [Error] is, so that each border can answer in its own way (HTTP status, exit code).
type Class uint8

// The classes of refusal.
const (
	Invalid      Class = iota + 1 // the request is wrong as it stands
	Unauthorized                  // no or unknown credentials
	Forbidden                     // known, but not permitted
	NotFound                      // no such thing
	Conflict                      // not in this state
	TooLarge                      // larger than the limit
	TooMany                       // over a rate limit
	Unavailable                   // cannot be done now; try again later
	Gone                          // it was there, perhaps, and is not any more
	Stale                         // it changed since the caller looked at it
)

// Error is a refusal a person may meet: a stable code, one sentence, and the mend. Codes are part of the API: never change one.
type Error struct {
	Class   Class  `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
	Hint    string `json:"hint,omitempty"`
	Line    int    `json:"line,omitempty"` // of a script's source, where a line is to blame
}

func (e *Error) Error() string {
	s := e.Message
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Is makes errors.Is(err, &Error{Code: c}) compare codes.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Refuse makes an [Error] about a field of the request.
func Refuse(class Class, code, field, message, hint string) *Error {
	return &Error{Class: class, Code: code, Field: field, Message: message, Hint: hint}
}

// Within puts the field of a refusal under its place in a larger document: "name" becomes "account.name". Other errors stay.
func Within(place string, err error) error {
	bad, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	told := *bad
	told.Field = strings.TrimSuffix(place+"."+bad.Field, ".")
	return &told
}
