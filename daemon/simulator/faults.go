package simulator

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Faults is what shall go wrong. It lives in memory only.
type Faults struct {
	Next         []Fault `json:"next"`                   // one entry is used up per text
	Registration string  `json:"registration,omitempty"` // how a registration ends: "approve" (also when empty) or "reject"

	Landlines []booking.Phone `json:"landlines,omitempty"` // numbers that a lookup calls landlines
}

// Fault is what befalls one text. See the package documentation for what each field does.
type Fault struct {
	ErrorCode          int      `json:"error_code,omitempty"`
	TimeoutAfterAccept bool     `json:"timeout_after_accept,omitempty"`
	StatusOrder        []string `json:"status_order,omitzero"` // nil: the usual order; empty: no callbacks
	DuplicateCallbacks int      `json:"duplicate_callbacks,omitempty"`
}

// Bounds of a request.
const (
	maxFaults     = 1000
	maxOrder      = 20
	maxDuplicates = 20
)

// SetFaults replaces all faults. It refuses what it could not do with the code "invalid_fault", and then changes nothing.
func (c *Carrier) SetFaults(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	f.Next, f.Landlines = cloned(f.Next), slices.Clone(f.Landlines)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = f
	return nil
}

// Faults gives the faults that are still to come.
func (c *Carrier) Faults() Faults {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.faults
	f.Next, f.Landlines = cloned(f.Next), slices.Clone(f.Landlines)
	return f
}

// cloned gives a copy that shares nothing and is not nil: "next": [] reads better than null.
func cloned(list []Fault) []Fault {
	list = append([]Fault{}, list...)
	for i := range list {
		list[i].StatusOrder = slices.Clone(list[i].StatusOrder)
	}
	return list
}

// take uses up the next entry; the zero Fault is an ordinary text.
func (f *Faults) take() (next Fault) {
	if len(f.Next) > 0 {
		next, f.Next = f.Next[0], f.Next[1:]
	}
	return next
}

func (f *Faults) check() error {
	refuse := func(field, message, hint string) error {
		return booking.Refuse(booking.Invalid, "invalid_fault", field, message, hint)
	}
	if f.Registration != "" && f.Registration != "approve" && f.Registration != "reject" {
		return refuse("registration", fmt.Sprintf("%q is not a way for a registration to end", clip(f.Registration)), "use \"approve\" or \"reject\"")
	}
	if len(f.Next) > maxFaults {
		return refuse("next", fmt.Sprintf("%d entries are too many", len(f.Next)), fmt.Sprintf("give at most %d", maxFaults))
	}
	if len(f.Landlines) > maxFaults {
		return refuse("landlines", fmt.Sprintf("%d numbers are too many", len(f.Landlines)), fmt.Sprintf("give at most %d", maxFaults))
	}
	for i, p := range f.Landlines {
		if read, problem := booking.ParsePhone(string(p)); problem != "" || read != p {
			return refuse(fmt.Sprintf("landlines[%d]", i), fmt.Sprintf("%q is not a phone number in E.164", clip(string(p))), "for example +16145550123")
		}
	}
	for i, n := range f.Next {
		if field, message, hint := n.check(); field != "" {
			return refuse(fmt.Sprintf("next[%d].%s", i, field), message, hint)
		}
	}
	return nil
}

// check says what is wrong with an entry; field is empty when nothing is.
func (f *Fault) check() (field, message, hint string) {
	switch {
	case f.ErrorCode == 0 && !f.TimeoutAfterAccept && f.StatusOrder == nil && f.DuplicateCallbacks == 0:
		return "error_code", "the entry says nothing",
			"give error_code, timeout_after_accept, status_order or duplicate_callbacks; for an ordinary text between faults: {\"status_order\":[\"queued\",\"sent\",\"delivered\"]}"
	case f.ErrorCode != 0 && !refuses(f.ErrorCode) && !fails(f.ErrorCode):
		return "error_code", fmt.Sprintf("%d is not an error of a text", f.ErrorCode),
			"use a Twilio code: 20000-29999 is refused at once, 30000-39999 or 60000-69999 fails after it was accepted"
	case refuses(f.ErrorCode) && f.TimeoutAfterAccept:
		return "timeout_after_accept", fmt.Sprintf("a text refused with %d is not accepted", f.ErrorCode), "leave one of the two out"
	case refuses(f.ErrorCode) && (f.StatusOrder != nil || f.DuplicateCallbacks != 0):
		return "error_code", fmt.Sprintf("a text refused with %d has no callbacks", f.ErrorCode), "leave status_order and duplicate_callbacks out"
	case f.DuplicateCallbacks < 0 || f.DuplicateCallbacks > maxDuplicates:
		return "duplicate_callbacks", fmt.Sprintf("%d is out of range", f.DuplicateCallbacks), fmt.Sprintf("use 1 to %d", maxDuplicates)
	case len(f.StatusOrder) > maxOrder:
		return "status_order", fmt.Sprintf("%d callbacks are too many", len(f.StatusOrder)), fmt.Sprintf("give at most %d", maxOrder)
	}
	for i, s := range f.StatusOrder {
		if ranks[s] == 0 {
			return fmt.Sprintf("status_order[%d]", i), fmt.Sprintf("%q is not a status of a text", clip(s)),
				"use " + strings.Join(slices.Sorted(maps.Keys(ranks)), ", ")
		}
	}
	return "", "", ""
}

func clip(s string) string { return s[:min(len(s), 40)] }

// refuses tells the codes that Twilio answers at once, with a 4xx.
func refuses(code int) bool { return code >= 20000 && code < 30000 }

// fails tells the codes that come later, on the message.
func fails(code int) bool {
	return code >= 30000 && code < 40000 || code >= 60000 && code < 70000
}

// neverLeft are the failures of texts that never left Twilio: status failed. Other codes are the phone network's: undelivered.
var neverLeft = map[int]bool{30001: true, 30002: true, 30010: true, 30036: true, 30450: true, 30453: true}

// failure is the status that a failing text ends in.
func failure(code int) string {
	if neverLeft[code] || code >= 60000 {
		return statusFailed
	}
	return statusUndelivered
}

// unexplained is the code of a failure that status_order asks for without naming one; Twilio's "unknown error".
const unexplained = 30008

// plan says which way an admitted text goes.
func (f Fault) plan(t booking.Text) journey {
	j := journey{account: t.Account, attempt: t.Attempt, code: f.ErrorCode, times: 1 + f.DuplicateCallbacks, path: f.StatusOrder}
	switch {
	case j.path != nil:
		j.code = cmp.Or(j.code, unexplained)
	case f.ErrorCode == 0:
		j.path = []string{statusQueued, statusSent, statusDelivered}
	case failure(f.ErrorCode) == statusFailed:
		j.path = []string{statusQueued, statusFailed}
	default:
		j.path = []string{statusQueued, statusSent, statusUndelivered}
	}
	j.last = f.last(j)
	return j
}

// last is the status in which the text ends, whatever order its callbacks come in.
func (f Fault) last(j journey) change {
	end := change{Status: statusDelivered}
	if fails(f.ErrorCode) {
		end.Status = failure(f.ErrorCode)
	}
	if len(j.path) > 0 {
		end.Status = slices.MaxFunc(j.path, func(a, b string) int { return cmp.Compare(ranks[a], ranks[b]) })
	}
	end.ErrorCode = j.codeOf(end.Status)
	return end
}

// refusals are the texts and HTTP statuses of Twilio's answers where they are not the usual "refused" and 400.
var refusals = map[int]struct {
	status  int
	message string
}{
	20003: {http.StatusUnauthorized, "Authenticate"},
	20404: {http.StatusNotFound, "The requested resource was not found"},
	20409: {http.StatusConflict, "Conflict"},
	20429: {http.StatusTooManyRequests, "Too Many Requests"},
	20500: {http.StatusInternalServerError, "Internal Server Error"},
	20503: {http.StatusServiceUnavailable, "Service unavailable"},
	21602: {http.StatusBadRequest, "Message body is required"},
	21603: {http.StatusBadRequest, "A 'From' phone number or a messaging service is required"},
	21604: {http.StatusBadRequest, "A 'To' phone number is required"},
	21610: {http.StatusBadRequest, "Attempt to send to unsubscribed recipient"},
	21617: {http.StatusBadRequest, "The concatenated message body exceeds the 1600 character limit"},
	21619: {http.StatusBadRequest, "The message body cannot be sent"},
}

// refusal is the carrier's answer with this code.
func refusal(code int) *booking.CarrierError {
	r, ok := refusals[code]
	if !ok {
		r.status, r.message = http.StatusBadRequest, "Refused by a fault of the simulated carrier"
	}
	return &booking.CarrierError{Code: code, HTTPStatus: r.status, Message: r.message}
}

// malformed refuses what no carrier could send. It gives a nil error, not a nil pointer, when nothing is wrong.
func malformed(t booking.Text) error {
	switch {
	case t.From == "" && t.MessagingService == "":
		return refusal(21603)
	case t.To == "":
		return refusal(21604)
	case t.Body == "":
		return refusal(21602)
	case !utf8.ValidString(t.Body):
		return refusal(21619)
	case tooLong(t.Body):
		return refusal(21617)
	}
	return nil
}

// tooLong tells a body that no carrier takes as one text.
func tooLong(body string) bool {
	return len(body) > booking.MaxBody && len(utf16.Encode([]rune(body))) > booking.MaxBody
}
