package booking

import (
	"encoding/json"
	"hash/fnv"
	"time"
)

// DeliveryState is where one delivery to a webhook stands. Part of the API and stored: never rename.
type DeliveryState string

// The states of a delivery. What failed can be sent again by a person.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryFailed    DeliveryState = "failed"
)

// DeliveryStates lists every state.
var DeliveryStates = []DeliveryState{DeliveryPending, DeliveryDelivered, DeliveryFailed}

// DeliveryLife: how long a delivery is kept after it was planned, at first or by a person.
const DeliveryLife = 30 * 24 * time.Hour

// Delivery is one event on its way to one webhook. Its ID is the webhook-id that the receiver sees, the same in every try, so
// that the receiver can tell a repetition.
type Delivery struct {
	ID        string          `json:"id"` // UUIDv7
	Webhook   string          `json:"webhook"`
	Event     NewsKind        `json:"event"`
	Body      json.RawMessage `json:"body"` // what is sent, as it was when it happened
	State     DeliveryState   `json:"state"`
	Tries     int             `json:"tries,omitempty"` // of the present round
	Attempts  []Try           `json:"attempts,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
	KeptUntil time.Time       `json:"kept_until"`
	SettledAt time.Time       `json:"settled_at,omitzero"`
	DueAt     time.Time       `json:"due_at,omitzero"` // zero: nothing will happen by itself
}

// Announcement is news on its way to the webhooks that wanted it when it happened. It is one row, whatever their number, so that
// a change that is news about many sessions still fits into one transaction; their deliveries are planned after it.
type Announcement struct {
	ID       string          `json:"id"` // UUIDv7
	Event    NewsKind        `json:"event"`
	Body     json.RawMessage `json:"body"`
	Webhooks []string        `json:"webhooks"`
	At       time.Time       `json:"at"` // when it happened, to the millisecond of the ID
}

// Due gives the announcement's entry of the due index.
func (n Announcement) Due(a AccountID) Due {
	return Due{Account: a, At: n.At, Kind: KindAnnounce, Ref: n.ID}
}

// Try is one attempt to deliver and what came of it.
type Try struct {
	At     time.Time `json:"at"`
	Status int       `json:"status,omitempty"` // of the answer; 0: there was none
	Answer string    `json:"answer,omitempty"` // the beginning of its body
	Error  string    `json:"error,omitempty"`  // why there was no answer, or none that counts
	Took   Duration  `json:"took"`
}

// triesKept bounds what is remembered of one delivery: the newest count.
const triesKept = 20

// NewDelivery plans a delivery for that moment.
func NewDelivery(now time.Time, id, webhook string, kind NewsKind, body []byte) Delivery {
	return Delivery{ID: id, Webhook: webhook, Event: kind, Body: body, State: DeliveryPending, CreatedAt: now,
		KeptUntil: now.Add(DeliveryLife), DueAt: now}
}

// Due gives the delivery's entry of the due index; ok is false when it has none.
func (d Delivery) Due(a AccountID) (due Due, ok bool) {
	return Due{Account: a, At: d.DueAt, Kind: KindDeliver, Ref: d.ID}, !d.DueAt.IsZero()
}

// Again plans the delivery anew, with the whole round of tries before it.
func (d *Delivery) Again(now time.Time) {
	d.State, d.Tries, d.SettledAt, d.DueAt = DeliveryPending, 0, time.Time{}, now
	d.KeptUntil = now.Add(DeliveryLife)
}

// GiveUp ends the delivery without a success.
func (d *Delivery) GiveUp(now time.Time) {
	d.State, d.SettledAt, d.DueAt = DeliveryFailed, now, time.Time{}
}

// Tried records a try. A 2xx answer settles the delivery; after anything else it is due again, later each time, until the
// round is over. A ping is tried once. retryAfter is what the receiver asked for.
func (d *Delivery) Tried(now time.Time, try Try, retryAfter time.Duration) {
	d.Tries++
	d.Attempts = append(d.Attempts[:len(d.Attempts):len(d.Attempts)], try)
	d.Attempts = d.Attempts[max(0, len(d.Attempts)-triesKept):]
	wait, more := RetryDelivery(d.ID, d.Tries, retryAfter)
	switch {
	case try.Good():
		d.State, d.SettledAt, d.DueAt = DeliveryDelivered, now, time.Time{}
	case !more, d.Event == NewsPing:
		d.GiveUp(now)
	default:
		d.DueAt = now.Add(wait)
	}
}

// Good tells whether the receiver took it.
func (t Try) Good() bool { return t.Error == "" && t.Status >= 200 && t.Status <= 299 }

// retries are the waits after the first try, the second, and so on, as the Standard Webhooks specification recommends
// (spec/standard-webhooks.md, "Deliverability and reliability"): about three days in all.
var retries = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
	14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// maxRetryAfter bounds what a receiver may ask for: the longest wait of the round.
const maxRetryAfter = 24 * time.Hour

// RetryDelivery tells how long to wait after so many failed tries; more is false when the round is over. Up to a tenth is
// added, by the delivery's ID, so that what failed together does not come back together; and it is never sooner than the
// receiver asked for, within a day.
func RetryDelivery(id string, tries int, retryAfter time.Duration) (wait time.Duration, more bool) {
	if tries < 1 || tries > len(retries) {
		return 0, false
	}
	wait = retries[tries-1]
	h := fnv.New32a()
	h.Write([]byte(id))
	h.Write([]byte{byte(tries)})
	wait += wait / 10 * time.Duration(h.Sum32()%1024) / 1024
	return max(wait, min(retryAfter, maxRetryAfter)), true
}

// Parcel is what a courier is asked to bring.
type Parcel struct {
	ID      string // the webhook-id
	URL     string
	Secrets []string // each signs
	Body    []byte
	At      time.Time // of this try
}

// Receipt is what the receiver answered.
type Receipt struct {
	Status     int
	Answer     string        // the beginning of the body, fit to be shown
	RetryAfter time.Duration // 0: it did not say
}
