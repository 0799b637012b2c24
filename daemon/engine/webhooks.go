package engine

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strconv"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Courier is the party that brings webhooks to their receivers.
type Courier interface {
	// Check tells whether parcels may go to an address at all; the error is a *booking.Error.
	Check(url string) error
	// Deliver brings one parcel. The error says, fit to be shown, why there was no answer.
	Deliver(ctx context.Context, p booking.Parcel) (booking.Receipt, error)
}

// The alarms about webhooks; the ref is the webhook.
const (
	alarmWebhookFailing = "webhook_failing"
	alarmWebhookGone    = "webhook_gone"
)

// NewWebhook is a webhook with its secret, which is shown this once: it is not remembered even for a repeated request.
type NewWebhook struct {
	booking.Webhook
	Secret string `json:"-"`
}

// newSecret makes a signing secret in the form of the Standard Webhooks specification, of 32 random bytes.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return "whsec_" + base64.StdEncoding.EncodeToString(b)
}

// CreateWebhook adds a webhook; its ID, secret and stamps are made here.
func (e *Engine) CreateWebhook(ctx context.Context, a booking.AccountID, v booking.Webhook) (NewWebhook, error) {
	now := e.now()
	v.ID, v.CreatedAt, v.UpdatedAt = newID(now), now, time.Time{}
	v.Secret, v.OldSecret, v.OldUntil = newSecret(), "", time.Time{}
	if err := e.checkWebhook(&v); err != nil {
		return NewWebhook{}, err
	}
	return apply(ctx, e, a, func(t *txn) (NewWebhook, error) {
		all, err := t.Webhooks(a)
		if err != nil {
			return NewWebhook{}, err
		}
		mine := slices.ContainsFunc(all, func(o booking.Webhook) bool { return o.ID == v.ID }) // an earlier, unknown commit
		if !mine && len(all) >= booking.MaxWebhooks {
			return NewWebhook{}, booking.Refuse(booking.Invalid, "too_many", "", "the account has "+strconv.Itoa(booking.MaxWebhooks)+" webhooks",
				"delete one first")
		}
		if !mine {
			err = t.PutWebhooks(a, append(slices.Clone(all), v))
		}
		return NewWebhook{v.Shown(), v.Secret}, err
	})
}

func (e *Engine) checkWebhook(v *booking.Webhook) error {
	if err := booking.ValidateWebhook(v); err != nil {
		return err
	}
	return e.o.Courier.Check(v.URL)
}

// editWebhook changes one webhook in its row.
func (t *txn) editWebhook(a booking.AccountID, id string, edit func(*booking.Webhook) error) (booking.Webhook, error) {
	all, err := t.Webhooks(a)
	if err != nil {
		return booking.Webhook{}, err
	}
	i := slices.IndexFunc(all, func(o booking.Webhook) bool { return o.ID == id })
	if i < 0 {
		return booking.Webhook{}, unknownWebhook(id)
	}
	all = slices.Clone(all) // what the store gives is shared
	if err := edit(&all[i]); err != nil {
		return all[i], err
	}
	return all[i], t.PutWebhooks(a, all)
}

func unknownWebhook(id string) error {
	return booking.Refuse(booking.NotFound, "unknown_webhook", "id", "there is no webhook "+id, "GET /v1/webhooks lists them")
}

// EditWebhook changes a webhook by edit, which gets the present value and may run again. A new address, or switching it on,
// ends the alarms about it; what still waits goes to the new address.
func (e *Engine) EditWebhook(ctx context.Context, a booking.AccountID, id string, edit func(*booking.Webhook) error) (booking.Webhook, error) {
	return apply(ctx, e, a, func(t *txn) (booking.Webhook, error) {
		mended := false
		v, err := t.editWebhook(a, id, func(v *booking.Webhook) error {
			was := *v
			if err := edit(v); err != nil {
				return err
			}
			v.ID, v.CreatedAt, v.UpdatedAt = was.ID, was.CreatedAt, t.Now
			v.Secret, v.OldSecret, v.OldUntil = was.Secret, was.OldSecret, was.OldUntil
			mended = v.Enabled && (v.URL != was.URL || !was.Enabled)
			return e.checkWebhook(v)
		})
		if err == nil && mended {
			err = t.endTrouble(a, id)
		}
		return v.Shown(), err
	})
}

// RotateWebhook gives a webhook a new secret. The one before signs beside it for a day, so that the receiver can change over
// without losing anything.
func (e *Engine) RotateWebhook(ctx context.Context, a booking.AccountID, id string) (NewWebhook, error) {
	secret := newSecret() // outside the transaction, so that a run after an unknown commit knows its own
	return apply(ctx, e, a, func(t *txn) (NewWebhook, error) {
		v, err := t.editWebhook(a, id, func(v *booking.Webhook) error {
			if v.Secret != secret {
				v.Rotate(t.Now, secret)
				v.UpdatedAt = t.Now
			}
			return nil
		})
		return NewWebhook{v.Shown(), secret}, err
	})
}

// DeleteWebhook removes a webhook. What still waited for it is given up at its time.
func (e *Engine) DeleteWebhook(ctx context.Context, a booking.AccountID, id string) error {
	deleted := false // by an earlier run of this transaction, whose commit ended unknown
	return e.update(ctx, func(t *txn) error {
		all, err := t.Webhooks(a)
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(slices.Clone(all), func(o booking.Webhook) bool { return o.ID == id })
		if len(left) == len(all) {
			if deleted {
				return nil
			}
			return unknownWebhook(id)
		}
		deleted = true
		if err := t.endTrouble(a, id); err != nil {
			return err
		}
		return t.PutWebhooks(a, left)
	})
}

// TestWebhook sends a ping, to a webhook that is switched off too.
func (e *Engine) TestWebhook(ctx context.Context, a booking.AccountID, id string) (booking.Delivery, error) {
	ref := newID(e.now())
	return apply(ctx, e, a, func(t *txn) (booking.Delivery, error) {
		if w, err := webhook(&t.Snapshot, a, id); err != nil || w == nil {
			return booking.Delivery{}, orElse(err, unknownWebhook(id))
		}
		if was, err := t.Delivery(a, ref); err != nil || was != nil { // an earlier, unknown commit
			return deref(was), err
		}
		body, err := booking.News{Type: booking.NewsPing, Timestamp: t.Now, Data: booking.PingNews{Webhook: id}}.Payload()
		if err != nil {
			return booking.Delivery{}, err
		}
		d := booking.NewDelivery(t.Now, ref, id, booking.NewsPing, body)
		return d, t.putDelivery(a, nil, d)
	})
}

// Redeliver sends a delivery once more, under the same webhook-id, with the whole round of tries before it.
func (e *Engine) Redeliver(ctx context.Context, a booking.AccountID, hook, id string) (booking.Delivery, error) {
	return apply(ctx, e, a, func(t *txn) (booking.Delivery, error) {
		w, err := webhook(&t.Snapshot, a, hook)
		if err != nil || w == nil {
			return booking.Delivery{}, orElse(err, unknownWebhook(hook))
		}
		was, err := t.Delivery(a, id)
		if err != nil || was == nil || was.Webhook != hook {
			return booking.Delivery{}, orElse(err, booking.Refuse(booking.NotFound, "unknown_delivery", "delivery",
				"this webhook has no delivery "+id, "GET /v1/webhooks/{id}/deliveries lists those of the last 30 days"))
		}
		if !w.Enabled && was.Event != booking.NewsPing {
			return *was, booking.Refuse(booking.Conflict, "webhook_disabled", "", "the webhook is switched off", "switch it on first: PUT {\"enabled\": true}")
		}
		d := *was
		d.Again(t.Now)
		return d, t.putDelivery(a, was, d)
	})
}

// webhook reads one webhook; nil when there is none.
func webhook(s *storage.Snapshot, a booking.AccountID, id string) (*booking.Webhook, error) {
	all, err := s.Webhooks(a)
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		if w.ID == id {
			return &w, nil
		}
	}
	return nil, nil
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (t *txn) putDelivery(a booking.AccountID, old *booking.Delivery, d booking.Delivery) error {
	if due, ok := d.Due(a); ok {
		t.hints = append(t.hints, due)
	}
	return t.PutDelivery(a, old, d)
}

// endTrouble says that a webhook works, or that nobody waits for it any more.
func (t *txn) endTrouble(a booking.AccountID, id string) error {
	for _, code := range []string{alarmWebhookFailing, alarmWebhookGone} {
		if err := t.endAlarm(a, code, id); err != nil {
			return err
		}
	}
	trouble, err := t.WebhookTrouble(a, id)
	if err != nil || trouble == nil {
		return err
	}
	return t.DeleteWebhookTrouble(a, id)
}
