// Package rehearsal plays conversations on a virtual clock: the same engine, gates, scripts and firewall as the daemon's, over a
// store in memory with the simulator as the carrier, so that nothing is sent; and it judges what came of them. It must not know
// HTTP, files or any account of the daemon.
package rehearsal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Document is one rehearsal: a conversation or a follow-up, and what must be true of the result.
type Document struct {
	Name     string          `json:"name"`
	Category string          `json:"category"`
	Now      time.Time       `json:"now"`   // when the live part begins
	World    json.RawMessage `json:"world"` // a [World], or the path of one beside the document
	Mode     booking.Mode    `json:"mode"`
	Session  Session         `json:"session"`
	Given    Given           `json:"given"`
	Turns    []Turn          `json:"turns"`
	Expect   Expect          `json:"expect"`

	world World
}

// World is the invented shop.
type World struct {
	Business struct {
		Name           string   `json:"name"`
		OfficePhone    string   `json:"office_phone"`
		EmergencyPhone string   `json:"emergency_phone"`
		SendingNumber  string   `json:"sending_number"`
		Timezone       string   `json:"timezone"`
		ServiceZips    []string `json:"service_zips"`
		Website        string   `json:"website"`
	} `json:"business"`
	Windows  []booking.Window `json:"windows"`
	Services []struct {
		Name      string   `json:"name"`
		Keywords  []string `json:"keywords"`
		Duration  Span     `json:"duration"`
		PriceNote string   `json:"price_note"`
	} `json:"services"`
	Facts  []booking.Fact             `json:"facts"`
	Policy map[string]json.RawMessage `json:"policy"`
}

// Session is what the customer was booking.
type Session struct {
	ID        string           `json:"id"`
	Customer  booking.Customer `json:"customer"`
	Service   string           `json:"service"`
	Preferred string           `json:"preferred"`
	Step      string           `json:"step"`
	Timezone  string           `json:"timezone"`
	Locale    string           `json:"locale"`
	Consent   *struct {
		SMS  bool   `json:"sms"`
		Text string `json:"text"`
	} `json:"consent"`
}

// Visit is a booking: a window of the world and a service.
type Visit struct {
	Window  string `json:"window"`
	Service string `json:"service"`
}

// Given changes the world for one rehearsal.
type Given struct {
	Owner             booking.ThreadOwner `json:"owner"`
	WaitingForPerson  Span                `json:"waiting_for_person"`
	OptedOut          bool                `json:"opted_out"`
	Booking           *Visit              `json:"booking"`
	BookingsElsewhere []struct {
		At     time.Time `json:"at"`
		Source string    `json:"source"`
	} `json:"bookings_elsewhere"`
	Windows        []booking.Window  `json:"windows"`
	Availability   string            `json:"availability"`
	BookingResults map[string]string `json:"booking_results"`
	Model          json.RawMessage   `json:"model"`
	ReplyLatency   Span              `json:"reply_latency"`
	Script         string            `json:"script"`
	Crash          string            `json:"crash"`
	Registration   string            `json:"registration"`
	Lookup         string            `json:"lookup"`
	CarrierFaults  []struct {
		ErrorCode int `json:"error_code"`
	} `json:"carrier_faults"`
	SentBefore []struct {
		At      time.Time `json:"at"`
		Service string    `json:"service"`
	} `json:"sent_before"`
	OtherSessions []struct {
		ID      string `json:"id"`
		Service string `json:"service"`
	} `json:"other_sessions"`
	Settings map[string]json.RawMessage `json:"settings"`
}

// Turn is one thing that happens.
type Turn struct {
	From       string   `json:"from"` // agent, customer, human, system
	Text       string   `json:"text"`
	After      *Span    `json:"after"` // since the turn before; nil: at once, or history
	Media      int      `json:"media"`
	MediaTypes []string `json:"media_types"`
	Offered    []string `json:"offered"`
	Event      *Happens `json:"event"`
}

// Happens is a system event.
type Happens struct {
	Kind    string    `json:"kind"`
	Event   string    `json:"event"`
	At      time.Time `json:"at"`
	Session string    `json:"session"`
	Booking *Visit    `json:"booking"`
	By      string    `json:"by"`
	Note    string    `json:"note"`
	Source  string    `json:"source"`
	Text    string    `json:"text"`
	Status  string    `json:"status"`
}

// Expect is what must be true of the result.
type Expect struct {
	Outcome      Words             `json:"outcome"`
	Say          []string          `json:"say"`
	SayIfSent    []string          `json:"say_if_sent"`
	NeverSay     []string          `json:"never_say"`
	Actions      []Wanted          `json:"actions"`
	NeverActions []json.RawMessage `json:"never_actions"` // words or objects
	MaxMessages  *int              `json:"max_messages"`
	WithheldBy   Words             `json:"withheld_by"`
}

// Wanted matches actions by the fields that are given.
type Wanted struct {
	Do        string    `json:"do"`
	Window    Words     `json:"window"`
	WindowNot Words     `json:"window_not"`
	Service   string    `json:"service"`
	Note      string    `json:"note"` // a pattern
	Times     *int      `json:"times"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	Any       []Wanted  `json:"any"`
}

// Words is a word or a list of words.
type Words []string

// UnmarshalJSON reads either.
func (w *Words) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		return json.Unmarshal(raw, (*[]string)(w))
	}
	var one *string
	if err := json.Unmarshal(raw, &one); err != nil || one == nil {
		return err
	}
	*w = Words{*one}
	return nil
}

// Span is a duration as documents write it: "15m", "8s".
type Span time.Duration

// UnmarshalJSON reads a Go duration.
func (s *Span) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is no duration such as 15m", text)
	}
	if *s = Span(d); d < 0 {
		return fmt.Errorf("%q is before the turn before it", text)
	}
	return nil
}

func invalid(field, message string) *booking.Error {
	return booking.Refuse(booking.Invalid, "invalid_rehearsal", field, message, "see \"Rehearsals\" in the operator's guide, daemon/README.md")
}

// worldAlone is a refusal of its own: refusals of one code are equal to [errors.Is], and this one is no other's.
type worldAlone struct{ refusal *booking.Error }

func (w worldAlone) Error() string { return w.refusal.Error() }

// Unwrap gives the refusal.
func (w worldAlone) Unwrap() error { return w.refusal }

// ErrWorld says that a document is a world that others name, and no rehearsal.
var ErrWorld error = worldAlone{invalid("turns", "this is a world and no rehearsal: nothing happens in it")}

// maxTurns bounds a document.
const maxTurns = 200

// Read reads a document. other gives the file that world names; nil: the world must stand in the document. The error is an [*booking.Error].
func Read(raw []byte, other func(path string) ([]byte, error)) (Document, error) {
	var d Document
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, invalid("", "this is no rehearsal: "+err.Error())
	}
	var shop World
	if len(d.Turns) == 0 && json.Unmarshal(raw, &shop) == nil && shop.Business.Name != "" {
		return d, ErrWorld
	}
	world := []byte(d.World)
	var path string
	if json.Unmarshal(d.World, &path) == nil {
		if other == nil {
			return d, invalid("world", "the world must stand in the document here, not in a file of its own")
		}
		var err error
		if world, err = other(path); err != nil {
			return d, invalid("world", "the world cannot be read: "+err.Error())
		}
	}
	if err := json.Unmarshal(world, &d.world); err != nil {
		return d, invalid("world", "this is no world: "+err.Error())
	}
	d.Mode = cmp.Or(d.Mode, booking.AIAgent)
	switch {
	case d.Name == "":
		return d, invalid("name", "the rehearsal has no name")
	case d.Now.IsZero():
		return d, invalid("now", "the rehearsal has no time")
	case len(d.Turns) == 0 || len(d.Turns) > maxTurns:
		return d, invalid("turns", "a rehearsal has 1 to 200 turns")
	}
	for i, t := range d.Turns {
		if !strings.Contains(" agent customer human system ", " "+t.From+" ") || (t.From == "system") != (t.Event != nil) {
			return d, invalid(fmt.Sprintf("turns[%d]", i), "a turn is from agent, customer or human, or from system with an event")
		}
	}
	return d, nil
}

// Whole puts the world that a document names into the document, so that it stands for itself. other gives the file. The error is an [*booking.Error],
// [ErrWorld] for a file that is a world and no rehearsal.
func Whole(raw []byte, other func(path string) ([]byte, error)) ([]byte, error) {
	if _, err := Read(raw, other); err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	var path string
	if json.Unmarshal(fields["world"], &path) != nil {
		return raw, nil
	}
	var err error
	if fields["world"], err = other(path); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

// history tells how many turns are history: those of the agent, of persons without a time of their own, and of the customer where such a turn
// follows directly.
func (d *Document) history() int {
	for i := range d.Turns {
		if !d.past(i) {
			return i
		}
	}
	return len(d.Turns)
}

func (d *Document) past(i int) bool {
	if i >= len(d.Turns) || d.Turns[i].After != nil {
		return false
	}
	switch d.Turns[i].From {
	case "agent", "human":
		return true
	case "customer":
		return d.past(i + 1)
	}
	return false
}

// burst gives the turn whose consequences are the outcome: the last in which something happens, and of a burst of the customer's texts,
// which follow each other within seconds, the first.
func (d *Document) burst() int {
	last := len(d.Turns) - 1
	for last > d.history() && d.Turns[last].Event != nil && (d.Turns[last].Event.Kind == "clock" || d.Turns[last].Event.Kind == "redelivery") {
		last--
	}
	for last > 0 && d.Turns[last].From == "customer" && d.Turns[last-1].From == "customer" && d.Turns[last].After != nil &&
		time.Duration(*d.Turns[last].After) <= burstGap {
		last--
	}
	return last
}

// burstGap is the longest pause within a burst.
const burstGap = 30 * time.Second
