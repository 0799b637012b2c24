package storage

import (
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Webhooks reads the account's webhooks, oldest first. Every change that is told reads this one row.
func (s *Snapshot) Webhooks(a booking.AccountID) ([]booking.Webhook, error) {
	all, err := once[[]booking.Webhook](s, accountKey(a, "webhooks"))
	if err != nil || all == nil {
		return nil, err
	}
	return *all, nil
}

// PutWebhooks writes the account's webhooks.
func (t *Tx) PutWebhooks(a booking.AccountID, all []booking.Webhook) error {
	if len(all) == 0 {
		return t.p.Delete(accountKey(a, "webhooks"))
	}
	return t.put(accountKey(a, "webhooks"), all, time.Time{})
}

// WebhookTrouble reads since when nothing reaches a webhook; nil while it works.
func (s *Snapshot) WebhookTrouble(a booking.AccountID, id string) (*booking.WebhookTrouble, error) {
	return find[booking.WebhookTrouble](s.g, accountKey(a, "hooktrouble", id))
}

// PutWebhookTrouble writes that nothing reaches a webhook.
func (t *Tx) PutWebhookTrouble(a booking.AccountID, v booking.WebhookTrouble) error {
	return t.put(accountKey(a, "hooktrouble", v.Webhook), v, time.Time{})
}

// DeleteWebhookTrouble ends it.
func (t *Tx) DeleteWebhookTrouble(a booking.AccountID, id string) error {
	return t.p.Delete(accountKey(a, "hooktrouble", id))
}

// Announcement reads news whose deliveries are not planned yet; nil when there is none of that ID.
func (s *Snapshot) Announcement(a booking.AccountID, id string) (*booking.Announcement, error) {
	return find[booking.Announcement](s.g, accountKey(a, "announcement", id))
}

// PutAnnouncement writes news with its due-key.
func (t *Tx) PutAnnouncement(a booking.AccountID, v booking.Announcement) error {
	if err := t.Arm(v.Due(a)); err != nil {
		return err
	}
	return t.put(accountKey(a, "announcement", v.ID), v, time.Time{})
}

// DeleteAnnouncement ends an announcement. Its due-key is the caller's to remove.
func (t *Tx) DeleteAnnouncement(a booking.AccountID, id string) error {
	return t.p.Delete(accountKey(a, "announcement", id))
}

// Delivery reads one delivery; nil when there is none any more.
func (s *Snapshot) Delivery(a booking.AccountID, id string) (*booking.Delivery, error) {
	return find[booking.Delivery](s.g, accountKey(a, "delivery", id))
}

// PutDelivery writes a delivery with its due-key and its row in the list of its webhook. old is what was read in this
// transaction; nil for a new one.
func (t *Tx) PutDelivery(a booking.AccountID, old *booking.Delivery, v booking.Delivery) error {
	var was booking.Due
	var had bool
	if old != nil {
		was, had = old.Due(a)
	}
	is, has := v.Due(a)
	if err := t.rearm(was, had, is, has); err != nil {
		return err
	}
	if old == nil || !old.KeptUntil.Equal(v.KeptUntil) {
		if err := t.mark(hookListKey(a, v.Webhook, v.ID), v.KeptUntil); err != nil {
			return err
		}
	}
	return t.put(accountKey(a, "delivery", v.ID), v, v.KeptUntil)
}

// hookListKey is the row of a delivery in its webhook's list. IDs stand there with their digits turned round, so that the
// order of bytes is newest first.
func hookListKey(a booking.AccountID, webhook, id string) []byte {
	return accountKey(a, "hooklist", webhook, turned(id))
}

// turned takes every hexadecimal digit from f; twice gives the ID again.
func turned(id string) string {
	const digits = "0123456789abcdef"
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(digits, r); i >= 0 {
			return rune(digits[15-i])
		}
		return r
	}, id)
}

// Deliveries lists what was sent to a webhook, newest first. With a state, a page may hold fewer than limit and still have
// a next one.
func (s *Snapshot) Deliveries(a booking.AccountID, webhook string, state booking.DeliveryState, cursor string, limit int) (items []booking.Delivery, next string, err error) {
	prefix := sub(a, "hooklist", webhook)
	from := prefix
	if cursor != "" {
		from = append(append([]byte{}, prefix...), cursor+"\x00"...)
	}
	rows, err := s.g.Scan(prefix, from, limit+1)
	if err != nil {
		return nil, "", err
	}
	for i, r := range rows {
		if i == limit {
			return items, string(rows[i-1].Key[len(prefix):]), nil
		}
		d, err := s.Delivery(a, turned(string(r.Key[len(prefix):])))
		if err != nil {
			return nil, "", err
		}
		if d != nil && (state == "" || d.State == state) {
			items = append(items, *d)
		}
	}
	return items, "", nil
}
