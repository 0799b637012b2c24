// Package simulator is a carrier inside the binary: it plays the outside, so that everything can be tried without an account
// and so that tests have a witness. It takes texts as Twilio does, reports their status, knows STOP and START, and fails on
// demand. Because it is the other side, it keeps its own record and shares nothing with the store: what it acknowledged is on
// its disk, and after any crash it says which texts the daemon really handed over, and how often. It must not know sessions,
// settings or the store.
//
// # The file
//
// One append-only file of JSON lines. The first line names the format; every other is a message (a text taken, a customer's
// text, an automatic answer) or a change of a message's status:
//
//	{"c":"1f0a99c3","s":4096,"r":{"message":{"sid":"SM…","direction":"outbound",…}}}
//
// c is the CRC-32C of all that follows it in the line, s how many bytes of the file were known to be on disk when the line was
// written, r the record. Send and Receive answer after fsync; callers at the same time share one. Status changes are written
// without waiting for the disk.
//
// Open reads the whole file. What a kill -9 or a power loss left at its end, a torn line or several, was never acknowledged
// and is cut off: that is damage behind the last byte that any sound line knows to be on disk. (For the newest write no
// later line can vouch: a disk that spoils exactly that one looks like a torn end.) Damage before it was acknowledged once, so
// Open refuses with [ErrDamaged] and names the place, rather than bear false witness. A text that was on its way when the
// process ended is taken as arrived (or failed, when its fault said so); no callback tells of it, as Twilio's callbacks to a
// dead daemon are lost. The file only grows; move it away to start afresh.
//
// The newest 100,000 messages are kept in memory (some 60 MB when full) and can be listed and found. Older ones stay in the
// file.
//
// # Behaviour and faults
//
// A text is accepted, then reported queued, sent, delivered. Refused at once as at Twilio: no sender (21603), no recipient
// (21604), no body (21602), more than 1600 UTF-16 units (21617), not valid UTF-8 (21619), an opted-out recipient (21610). There
// is no send limit. All numbers of the daemon count as one messaging service: STOP to one of them blocks all.
//
// [Faults] are a queue; each text that gets past those checks uses up one entry:
//
//	{"error_code": 21610}                        refused at once (2xxxx), with the HTTP status Twilio uses for it
//	{"error_code": 30006}                        accepted; a later callback says undelivered or failed (3xxxx, 6xxxx)
//	{"timeout_after_accept": true}               accepted and on disk, but the answer never comes; callbacks do
//	{"status_order": ["delivered", "sent"]}      the callbacks that come, in this order; [] for none
//	{"duplicate_callbacks": 2}                   every callback comes this many times more
//
// landlines beside the queue are the numbers that [Carrier.Lookup] calls landlines.
//
// They combine where that makes sense. Faults live in memory and end with the process.
package simulator

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
)

// ErrClosed is what a carrier answers after Close.
var ErrClosed = errors.New("the simulated carrier is closed")

// Options say where a carrier keeps its record and whom it calls.
type Options struct {
	Path    string                     // of the record; "" = in memory only. Its directory must exist
	Now     func() time.Time           // required
	Status  func(booking.StatusUpdate) // told of every status change; nil: nobody. Called from up to 16 goroutines at once, in order for one text
	Inbound func(booking.Inbound)      // gets customers' texts, on the goroutine of Receive; nil: nobody
	Log     *slog.Logger               // nil: silent
	Latency time.Duration              // from acceptance to the first callback, and between callbacks
}

// Carrier is a running simulator. All methods may be called from any goroutine.
type Carrier struct {
	o       Options
	journal *journal // nil: in memory only
	courier courier

	mu       sync.Mutex // guards all below; never held while calling out or waiting
	book     book
	registry registry
	faults   Faults
	closed   bool
}

// Open starts a carrier on the record at o.Path and makes the file when there is none. Errors: the file cannot be read or
// written, is no record of a simulator, was written by a newer version, or is damaged ([ErrDamaged]).
func Open(o Options) (*Carrier, error) {
	if o.Now == nil {
		return nil, errors.New("open simulated carrier: Options.Now is missing")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Carrier{o: o, book: newBook(), registry: newRegistry()}
	c.courier = courier{now: o.Now, latency: o.Latency, carry: c.carry, stop: make(chan struct{})}
	if o.Path == "" {
		return c, nil
	}
	j, cut, err := openJournal(o.Path, c.replay)
	if err != nil {
		return nil, fmt.Errorf("open simulated carrier: %w", err)
	}
	if cut > 0 {
		o.Log.Warn("the simulated carrier's record had a torn end, which was cut off; no later line knows it to have been acknowledged", "path", o.Path, "bytes", cut)
	}
	c.book.arrive()
	c.journal = j
	return c, nil
}

// Close ends deliveries, writes out what is left and closes the file. It waits for callbacks under way, so it must not be
// called from one. Texts blocked by timeout_after_accept are let go with [ErrClosed]. It may be called twice.
func (c *Carrier) Close() error {
	c.mu.Lock()
	again := c.closed
	c.closed = true
	c.mu.Unlock()
	if again {
		return nil
	}
	c.courier.end()
	if c.journal == nil {
		return nil
	}
	return c.journal.close()
}

// Send takes a text and gives its SID. When it answers without error, the text is on disk. A *booking.CarrierError is a
// refusal: the text was not taken. Any other error (ctx ended, the disk failed, the carrier is closed) leaves open whether it
// was; [Carrier.Find] knows.
func (c *Carrier) Send(ctx context.Context, t booking.Text) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	fault, err := c.admit(t)
	if err != nil {
		return "", err
	}
	m := Message{
		SID: newSID("SM"), Direction: Outbound, From: t.From, To: t.To, MessagingService: t.MessagingService, Body: t.Body,
		Status: statusAccepted, Attempt: t.Attempt, Account: t.Account, At: c.o.Now().UTC(),
	}
	plan := fault.plan(t)
	if err := c.keep(ctx, record{Message: &m, End: plan.end()}, func() { c.take(&m, plan) }); err != nil {
		return "", err
	}
	if fault.TimeoutAfterAccept {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-c.courier.stop:
			return "", ErrClosed
		}
	}
	return m.SID, nil
}

// admit refuses what Twilio refuses at once, and gives the fault that befalls an admitted text.
func (c *Carrier) admit(t booking.Text) (Fault, error) {
	if err := malformed(t); err != nil {
		return Fault{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return Fault{}, ErrClosed
	}
	if c.book.optedOut[t.To] {
		return Fault{}, refusal(21610)
	}
	f := c.faults.take()
	if refuses(f.ErrorCode) {
		return Fault{}, refusal(f.ErrorCode)
	}
	return f, nil
}

// take makes a text that is on disk known and sends it on its way.
func (c *Carrier) take(m *Message, plan journey) {
	c.mu.Lock()
	c.book.add(*m, plan.end())
	c.mu.Unlock()
	plan.sid = m.SID
	c.courier.add(&plan)
}

// Find asks whether a text like t (same recipient, same body to the byte) was taken at or after since; nil when none was. Of
// several it gives the newest. Like Twilio's lists, it knows whole seconds only, so since is rounded down to one.
func (c *Carrier) Find(ctx context.Context, t booking.Text, since time.Time) (*booking.CarrierMessage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	m := c.book.find(t.To, t.Body, since.Truncate(time.Second))
	if m == nil {
		return nil, nil
	}
	return &booking.CarrierMessage{SID: m.SID, From: m.From, To: m.To, Body: m.Body, Status: m.Status, ErrorCode: m.ErrorCode, At: m.At}, nil
}

// Receive plays a customer who texts one of the daemon's numbers: the text is recorded durably, its keyword obeyed, and then
// Options.Inbound gets it before Receive returns. A process that dies between the two loses the text for the daemon, as a
// webhook that Twilio does not repeat.
func (c *Carrier) Receive(ctx context.Context, from, to booking.Phone, body string, media []string) (Message, error) {
	if err := checkInbound(from, to, body, media); err != nil {
		return Message{}, err
	}
	m := Message{
		SID: newSID("SM"), Direction: Inbound, From: from, To: to, Body: body, Media: media, Status: statusReceived, At: c.o.Now().UTC(),
	}
	if len(media) > 0 {
		m.SID = newSID("MM")
	}
	var answer string
	if err := c.keep(ctx, record{Message: &m}, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		answer = c.book.add(m, change{})
	}); err != nil {
		return Message{}, err
	}
	if answer != "" {
		if err := c.answer(ctx, m, answer); err != nil {
			return m, err
		}
	}
	if c.o.Inbound != nil {
		c.o.Inbound(booking.Inbound{SID: m.SID, From: from, To: to, Body: body, Media: media, At: m.At})
	}
	return m, nil
}

// answer records the carrier's own reply to a keyword. It is nobody's attempt and gets no callbacks.
func (c *Carrier) answer(ctx context.Context, to Message, body string) error {
	m := Message{
		SID: newSID("SM"), Direction: Outbound, From: to.To, To: to.From, Body: body, Status: statusDelivered, Automatic: true, At: c.o.Now().UTC(),
	}
	return c.keep(ctx, record{Message: &m}, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.book.add(m, change{})
	})
}

// Messages lists messages both ways, oldest first: those after the one with the SID `after` ("" = from the oldest in memory),
// at most limit. next is the cursor for more, "" when there is nothing more yet. An unknown cursor is refused as
// "invalid_cursor".
func (c *Carrier) Messages(after string, limit int) (items []Message, next string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	items, more, ok := c.book.list(after, max(limit, 1))
	if !ok {
		return nil, "", booking.Refuse(booking.Invalid, "invalid_cursor", "cursor", "no message with this SID is in memory",
			"use a next_cursor of this list, or leave it out to begin with the oldest message kept")
	}
	if more {
		next = items[len(items)-1].SID
	}
	return items, next, nil
}

// keep writes a record durably and then calls applied, once it is on disk. It returns when both are done, or when ctx ends;
// in that case the record may still be written and applied.
func (c *Carrier) keep(ctx context.Context, r record, applied func()) error {
	if c.journal == nil {
		applied()
		return nil
	}
	b, err := c.journal.append(r, true, applied)
	if err != nil {
		return err
	}
	return b.wait(ctx)
}

// Bounds of a customer's text.
const (
	maxMedia    = 10   // Twilio's
	maxMediaURL = 2048 // bytes
)

// checkInbound refuses what no phone could send.
func checkInbound(from, to booking.Phone, body string, media []string) error {
	refuse := func(field, message, hint string) error {
		return booking.Refuse(booking.Invalid, "invalid_message", field, message, hint)
	}
	switch {
	case len(from) < 3 || from[0] != '+':
		return refuse("from", "is not a phone number", "give the customer's number in E.164, such as +16145550123")
	case len(to) < 3 || to[0] != '+':
		return refuse("to", "is not a phone number", "give one of the daemon's numbers in E.164")
	case !utf8.ValidString(body):
		return refuse("body", "is not valid UTF-8", "encode the text as UTF-8")
	case tooLong(body):
		return refuse("body", "is too long", "give at most 1600 characters")
	case body == "" && len(media) == 0:
		return refuse("body", "is empty", "give a body or media")
	case len(media) > maxMedia:
		return refuse("media", "are too many", "give at most 10")
	}
	for _, m := range media {
		if len(m) > maxMediaURL || !utf8.ValidString(m) {
			return refuse("media", "has an address that is too long or not UTF-8", "give addresses of at most 2048 bytes")
		}
	}
	return nil
}

// newSID makes a name of a message in Twilio's form: a prefix and 32 hexadecimal digits.
func newSID(prefix string) string {
	var b [16]byte
	rand.Read(b[:])
	return prefix + hex.EncodeToString(b[:])
}
