package wire

import (
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// Webhook is an address that is told of what happens. Secret is there in the answer that made it and never again.
type Webhook struct {
	ID             string    `json:"id,omitempty" readOnly:"true"`
	URL            string    `json:"url" description:"Where events are posted: https, and no private address unless the operator allows it."`
	Description    string    `json:"description"`
	Events         []string  `json:"events" nullable:"false" description:"session.abandoned, follow_up.sent, follow_up.withheld, thread.handed_off, booking.created, person.opted_out, registration.changed"`
	Enabled        bool      `json:"enabled" description:"Left out for a new one: true. A receiver that answers 410 is switched off."`
	Secret         string    `json:"secret,omitempty" readOnly:"true" description:"Signs what is sent (Standard Webhooks). Shown once."`
	OldSecretUntil time.Time `json:"old_secret_until,omitzero" readOnly:"true" description:"Until then the secret before the rotation signs too."`
	FailingSince   time.Time `json:"failing_since,omitzero" readOnly:"true" description:"Nothing reached the receiver since."`
	LastError      string    `json:"last_error,omitempty" readOnly:"true"`
	CreatedAt      time.Time `json:"created_at,omitzero" readOnly:"true"`
	UpdatedAt      time.Time `json:"updated_at,omitzero" readOnly:"true"`
}

// FromWebhook shows a webhook.
func FromWebhook(w booking.Webhook) Webhook {
	return Webhook{ID: w.ID, URL: w.URL, Description: w.Description, Events: Map(w.Events, func(k booking.NewsKind) string { return string(k) }),
		Enabled: w.Enabled, OldSecretUntil: utc(w.OldUntil), CreatedAt: utc(w.CreatedAt), UpdatedAt: utc(w.UpdatedAt)}
}

// FromNewWebhook shows a webhook whose secret was just made.
func FromNewWebhook(w engine.NewWebhook) Webhook {
	out := FromWebhook(w.Webhook)
	out.Secret = w.Secret
	return out
}

// In shows what troubles the webhook; nil is nothing.
func (w Webhook) In(trouble *booking.WebhookTrouble) Webhook {
	if trouble != nil {
		w.FailingSince, w.LastError = utc(trouble.Since), trouble.Error
	}
	return w
}

// Over lays the webhook over v. What only the house sets may be put back as it was given, and is not read.
func (w Webhook) Over(v *booking.Webhook) error {
	if w.ID != v.ID || w.Secret != "" {
		field := "id"
		if w.Secret != "" {
			field = "secret"
		}
		return booking.Refuse(booking.Invalid, "read_only", field, "it cannot be chosen", "leave it out; POST /v1/webhooks/{id}/rotate makes a new secret")
	}
	v.URL, v.Description, v.Enabled, v.Events = w.URL, OneLine(w.Description), w.Enabled, nil
	for _, k := range w.Events {
		v.Events = append(v.Events, booking.NewsKind(k))
	}
	return nil
}

// NewWebhook is a webhook as it is made: what is left out has its default.
type NewWebhook struct {
	URL         string   `json:"url" required:"true"`
	Events      []string `json:"events" required:"true" nullable:"false"`
	Description string   `json:"description,omitempty"`
	Enabled     *bool    `json:"enabled,omitempty" description:"Left out: true."`
}

// Booking gives the webhook in the house's type.
func (w NewWebhook) Booking() (v booking.Webhook, err error) {
	in := Webhook{URL: w.URL, Events: w.Events, Description: w.Description, Enabled: w.Enabled == nil || *w.Enabled}
	return v, in.Over(&v)
}

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID          string          `json:"id" required:"true" description:"The webhook-id that the receiver sees, the same in every try."`
	Event       string          `json:"event" required:"true"`
	Status      string          `json:"status" required:"true" enum:"pending,delivered,failed"`
	Payload     json.RawMessage `json:"payload" required:"true" description:"What is sent, as it was when it happened."`
	Attempts    []DeliveryTry   `json:"attempts" required:"true" nullable:"false" description:"The newest 20."`
	CreatedAt   time.Time       `json:"created_at" required:"true"`
	SettledAt   time.Time       `json:"settled_at,omitzero"`
	NextAttempt time.Time       `json:"next_attempt_at,omitzero"`
}

// DeliveryTry is one attempt to deliver.
type DeliveryTry struct {
	At     time.Time `json:"at" required:"true"`
	Status int       `json:"status,omitempty" description:"HTTP status of the answer; absent when there was none."`
	Answer string    `json:"answer,omitempty" description:"The first KiB of its body."`
	Error  string    `json:"error,omitempty"`
	Took   string    `json:"took" required:"true"`
}

// FromDelivery shows a delivery.
func FromDelivery(d booking.Delivery) Delivery {
	return Delivery{ID: d.ID, Event: string(d.Event), Status: string(d.State), Payload: d.Body, CreatedAt: utc(d.CreatedAt),
		SettledAt: utc(d.SettledAt), NextAttempt: utc(d.DueAt), Attempts: Map(d.Attempts, func(t booking.Try) DeliveryTry {
			return DeliveryTry{At: utc(t.At), Status: t.Status, Answer: t.Answer, Error: t.Error, Took: t.Took.String()}
		})}
}
