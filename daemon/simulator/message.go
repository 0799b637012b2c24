package simulator

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Direction tells who wrote a message. Stored: never rename.
type Direction string

// The directions.
const (
	Outbound Direction = "outbound" // to a customer
	Inbound  Direction = "inbound"  // from a customer
)

// Message is one text as the carrier knows it. Stored: never rename a tag.
type Message struct {
	SID              string            `json:"sid"`
	Direction        Direction         `json:"direction"`
	From             booking.Phone     `json:"from,omitempty"` // empty when a messaging service would choose it
	To               booking.Phone     `json:"to"`
	MessagingService string            `json:"messaging_service,omitempty"`
	Body             string            `json:"body"`
	Media            []string          `json:"media,omitempty"`
	Status           string            `json:"status"`
	ErrorCode        int               `json:"error_code,omitempty"`
	Attempt          booking.AttemptID `json:"attempt,omitempty"` // of the daemon; empty inbound and for automatic texts
	Account          booking.AccountID `json:"account,omitempty"`
	Automatic        bool              `json:"automatic,omitempty"` // the carrier's own answer to a keyword: the daemon did not send it
	At               time.Time         `json:"at"`
}

// The statuses that Twilio knows, as far as they occur here. Stored: never rename.
const (
	statusAccepted    = "accepted"
	statusQueued      = "queued"
	statusSending     = "sending"
	statusSent        = "sent"
	statusDelivered   = "delivered"
	statusUndelivered = "undelivered"
	statusFailed      = "failed"
	statusReceived    = "received"
)

// final is the rank from which a status never changes again.
const final = 5

// ranks orders the statuses of an outbound text: a message's own status never goes down, whatever the order of callbacks.
var ranks = map[string]int{
	statusAccepted: 1, statusQueued: 2, statusSending: 3, statusSent: 4,
	statusDelivered: final, statusUndelivered: final, statusFailed: final,
}

// change is a stored change of a message's status.
type change struct {
	SID       string `json:"sid,omitempty"` // empty in record.End, which is about its message
	Status    string `json:"status"`
	ErrorCode int    `json:"error_code,omitempty"`
}

// advance moves the status forward; false when it already stands there or further.
func (m *Message) advance(status string, code int) bool {
	if ranks[status] <= ranks[m.Status] {
		return false
	}
	m.Status, m.ErrorCode = status, code
	return true
}

// record is what one line of the file holds: one of the first four. Stored: never rename a tag.
type record struct {
	Format  *format  `json:"format,omitempty"`
	Message *Message `json:"message,omitempty"`
	Change  *change  `json:"change,omitempty"`
	Filed   *filed   `json:"filed,omitempty"`
	End     change   `json:"end,omitzero"` // with Message: how it ends, where that is not "delivered"
}

// format is the first line of a file.
type format struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}
