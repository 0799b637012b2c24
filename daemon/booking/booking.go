// Package booking is the heart of Rebook: the words of the trade (session, person, consent, attempt, trace) as plain
// types, and the decisions over them as pure functions. It promises that the same facts at the same instant always give
// the same verdict. It must not know disks, wires, scripts or clocks: `now` is always an argument, and everything else it
// needs is in [Facts].
//
// The types carry JSON tags because they are also what the store keeps; golden files in storage pin those shapes. Public
// API shapes live in api/wire and may differ.
package booking

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// AccountID names one business; `[a-z0-9-]`, 1 to 36 characters. Every stored key begins with it.
type AccountID string

// SchedulerID names one booking form; `[a-z0-9][a-z0-9_-]*`, at most 64 characters.
type SchedulerID string

// SessionID is a UUIDv7 in text form, ours; the page's own value is Session.ClientID.
type SessionID string

// AttemptID is a UUIDv7 in text form: one try to send one text. The carrier gets it in the status callback address.
type AttemptID string

// Duration is a time.Duration that reads and writes Go duration strings ("15m") in JSON.
type Duration time.Duration

// String gives the shortest Go form: "15m", not "15m0s".
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText makes the value readable in JSON and TOML.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a Go duration string.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as \"15m\" or \"48h\"", b)
	}
	*d = Duration(v)
	return nil
}

// Std gives the value as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// TimeOfDay is minutes after local midnight, 0 to 1440; "24:00" is the end of the day. It reads and writes "15:04".
type TimeOfDay int

// MarshalText gives "HH:MM".
func (t TimeOfDay) MarshalText() ([]byte, error) {
	h, m := int(t)/60, int(t)%60
	return []byte{'0' + byte(h/10), '0' + byte(h%10), ':', '0' + byte(m/10), '0' + byte(m%10)}, nil
}

// UnmarshalText reads "HH:MM" from "00:00" to "24:00".
func (t *TimeOfDay) UnmarshalText(b []byte) error {
	digit := func(i int) int { return int(b[i]) - '0' }
	ok := len(b) == 5 && b[2] == ':'
	for i := 0; ok && i < 5; i++ {
		ok = i == 2 || digit(i) >= 0 && digit(i) <= 9
	}
	if !ok {
		return fmt.Errorf("%q is not a time of day such as \"09:00\"", b)
	}
	h, m := digit(0)*10+digit(1), digit(3)*10+digit(4)
	if m > 59 || h*60+m > 24*60 {
		return fmt.Errorf("%q is not a time of day from \"00:00\" to \"24:00\"", b)
	}
	*t = TimeOfDay(h*60 + m)
	return nil
}

func (t TimeOfDay) String() string { b, _ := t.MarshalText(); return string(b) }

// Span is a permitted part of a day, from inclusive, to exclusive: ["09:00","20:00"]. An empty span (from == to) permits
// nothing on that day.
type Span struct{ From, To TimeOfDay }

// MarshalJSON gives ["09:00","20:00"].
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal([2]TimeOfDay{s.From, s.To}) }

// String gives "09:00-20:00".
func (s Span) String() string { return s.From.String() + "-" + s.To.String() }

// UnmarshalJSON reads ["09:00","20:00"]; an empty list permits nothing.
func (s *Span) UnmarshalJSON(b []byte) error {
	var v []TimeOfDay
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch {
	case len(v) == 0:
		*s = Span{}
	case len(v) == 2 && v[0] <= v[1]:
		*s = Span{v[0], v[1]}
	default:
		return fmt.Errorf("hours need a start and a later end, such as [\"09:00\",\"20:00\"]")
	}
	return nil
}
