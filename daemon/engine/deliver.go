package engine

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

const (
	deliverWithin = 15 * time.Second // for one try, as the receiver must answer before
	deliverGrace  = 3 * time.Second  // for tries under way when the motor stops
	perHook       = 4                // tries under way to one webhook at once
	maxLine       = 10_000           // deliveries that wait in memory for one webhook; more stay in the due index
	lineFull      = 30 * time.Second // when those are looked at again
)

// outbox brings deliveries to their receivers beside the motor's workers, so that a receiver that is slow holds up neither
// texts nor other receivers: each webhook has a few places and its own line. It remembers only IDs; the store is the truth,
// and what is lost here is found again in the due index.
type outbox struct {
	mu       sync.Mutex
	busy     map[hookRef]int
	line     map[hookRef][]booking.Due // waits for a place, oldest first
	known    map[booking.Due]bool      // by account, kind and ref: in line, or (true) under way
	stopping context.Context
}

type hookRef struct {
	account booking.AccountID
	id      string
}

// open forgets what an earlier run of the motor knew.
func (o *outbox) open(stopping context.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy, o.line, o.known, o.stopping = map[hookRef]int{}, map[hookRef][]booking.Due{}, map[booking.Due]bool{}, stopping
}

// fireDeliver gives a due delivery a place, or puts it into the line of its webhook. It does not wait for the receiver.
func (e *Engine) fireDeliver(ctx context.Context, d booking.Due) error {
	d.At = time.Time{}
	v, _, err := e.delivery(ctx, d)
	if err != nil || v == nil {
		return err
	}
	o, hook := &e.outbox, hookRef{d.Account, v.Webhook}
	o.mu.Lock()
	defer o.mu.Unlock()
	underWay, known := o.known[d]
	switch {
	case underWay: // planned anew meanwhile, perhaps: looked at when this try is over
		e.motor.hint(booking.Due{Account: d.Account, At: e.now().Add(deliverWithin), Kind: d.Kind, Ref: d.Ref})
	case known:
	case o.busy[hook] < perHook:
		o.busy[hook]++
		o.known[d] = true
		e.running.Go(func() { e.deliverInTurn(ctx, hook, d) })
	case len(o.line[hook]) >= maxLine:
		e.motor.hint(booking.Due{Account: d.Account, At: e.now().Add(lineFull), Kind: d.Kind, Ref: d.Ref})
	default:
		o.known[d] = false
		o.line[hook] = append(o.line[hook], d)
	}
	return nil
}

// deliverInTurn delivers, and then what waits in the same line, until it is empty or the motor stops.
func (e *Engine) deliverInTurn(ctx context.Context, hook hookRef, d booking.Due) {
	for ok := true; ok; d, ok = e.outbox.next(hook, d) {
		if err := e.deliver(ctx, d); err != nil && !storeTrouble(err) {
			e.log.Error("a delivery cannot be done and was set aside", "delivery", d.Ref, "err", err)
			e.motor.setAside(ctx, d, err)
		}
	}
}

// next ends a delivery and gives the one whose turn it is; without one the place is free.
func (o *outbox) next(hook hookRef, done booking.Due) (d booking.Due, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.known, done)
	line := o.line[hook]
	if len(line) == 0 || o.stopping.Err() != nil {
		delete(o.line, hook)
		if o.busy[hook]--; o.busy[hook] == 0 {
			delete(o.busy, hook)
		}
		return d, false
	}
	d, o.line[hook] = line[0], line[1:]
	o.known[d] = true
	return d, true
}

// delivery reads a delivery that is due, with its webhook; nil when it is not due (any more). What is due later is armed.
func (e *Engine) delivery(ctx context.Context, d booking.Due) (v *booking.Delivery, w *booking.Webhook, err error) {
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		v, w = nil, nil
		found, err := s.Delivery(d.Account, d.Ref)
		if err != nil {
			return err
		}
		if found == nil {
			return errGone
		}
		due, ok := found.Due(d.Account)
		switch {
		case !ok:
			return nil
		case due.At.After(s.Now):
			e.motor.hint(due)
			return nil
		}
		v = found
		w, err = webhook(s, d.Account, v.Webhook)
		return err
	})
	return v, w, err
}

// deliver makes one try and writes down what came of it. When the store does not take that, it waits with it, holding its
// place: another try would be one that the receiver did not earn.
func (e *Engine) deliver(ctx context.Context, d booking.Due) error {
	v, w, err := e.delivery(ctx, d)
	if errors.Is(err, errGone) || err == nil && v == nil {
		return nil
	}
	if err != nil {
		e.motor.hint(booking.Due{Account: d.Account, At: e.now().Add(retryAfter), Kind: d.Kind, Ref: d.Ref})
		return err
	}
	if w == nil || !w.Enabled && v.Event != booking.NewsPing {
		return e.settleDelivery(ctx, d.Account, *v, func(t *txn, now *booking.Delivery) error {
			now.GiveUp(t.Now)
			return nil
		})
	}
	try, receipt, cut := e.try(ctx, *v, *w)
	if cut {
		return nil // the motor stops: its due-key stands, and the receiver tells a repetition by the webhook-id
	}
	return e.settleDelivery(ctx, d.Account, *v, func(t *txn, now *booking.Delivery) error {
		now.Tried(t.Now, try, receipt.RetryAfter)
		return t.reckon(d.Account, *now, try)
	})
}

// try calls the receiver once; cut says that the call was broken off because the motor stops.
func (e *Engine) try(ctx context.Context, v booking.Delivery, w booking.Webhook) (t booking.Try, r booking.Receipt, cut bool) {
	ctx, cancel := context.WithTimeout(ctx, deliverWithin)
	defer cancel()
	defer context.AfterFunc(e.outbox.stopping, func() { time.AfterFunc(deliverGrace, cancel) })()
	began := e.now()
	r, err := e.o.Courier.Deliver(ctx, booking.Parcel{ID: v.ID, URL: w.URL, Secrets: w.Secrets(began), Body: v.Body, At: began})
	t = booking.Try{At: began, Status: r.Status, Answer: r.Answer, Took: booking.Duration(e.now().Sub(began).Round(time.Millisecond))}
	if err != nil {
		t.Error = err.Error()
	}
	return t, r, err != nil && errors.Is(ctx.Err(), context.Canceled)
}

// settleDelivery changes a delivery unless it was planned anew since it was read. A store that is down or full is waited for.
func (e *Engine) settleDelivery(ctx context.Context, a booking.AccountID, read booking.Delivery, fn func(*txn, *booking.Delivery) error) error {
	for pause := retryAfter; ; pause = min(2*pause, time.Minute) {
		var is booking.Delivery
		err := e.update(ctx, func(t *txn) error {
			is = booking.Delivery{}
			now, err := t.Delivery(a, read.ID)
			if err != nil || now == nil || !now.DueAt.Equal(read.DueAt) {
				return err // settled, or planned anew: also by this transaction's own earlier, unknown commit
			}
			is = *now
			if err := fn(t, &is); err != nil {
				return err
			}
			return t.putDelivery(a, now, is)
		})
		if err == nil {
			e.stats.delivery(is)
			return nil
		}
		if !storeTrouble(err) {
			return err
		}
		select {
		case <-e.outbox.stopping.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// reckon raises and ends the alarms about a webhook after a try.
func (t *txn) reckon(a booking.AccountID, d booking.Delivery, try booking.Try) error {
	if try.Good() {
		return t.endTrouble(a, d.Webhook)
	}
	if try.Status == http.StatusGone {
		_, err := t.editWebhook(a, d.Webhook, func(w *booking.Webhook) error {
			w.Enabled, w.UpdatedAt = false, t.Now
			return nil
		})
		if errors.Is(err, &booking.Error{Code: "unknown_webhook"}) {
			return nil
		}
		return errors.Join(err, t.PutAlarm(a, alarm(alarmWebhookGone, d.Webhook, "A webhook's receiver answered 410 Gone, so the webhook was switched off.",
			"correct its address and switch it on with PUT /v1/webhooks/{id}, or delete it", t.Now)))
	}
	if d.Event == booking.NewsPing { // a person is trying it out, and sees what came of it
		return nil
	}
	if w, err := webhook(&t.Snapshot, a, d.Webhook); err != nil || w == nil {
		return err
	}
	trouble, err := t.WebhookTrouble(a, d.Webhook)
	if err != nil {
		return err
	}
	if trouble == nil {
		trouble = &booking.WebhookTrouble{Webhook: d.Webhook, Since: t.Now, Error: try.Error}
		if err := t.PutWebhookTrouble(a, *trouble); err != nil {
			return err
		}
	}
	if d.State != booking.DeliveryFailed && t.Now.Sub(trouble.Since) < booking.TroubleAlarmAfter {
		return nil
	}
	return t.PutAlarm(a, alarm(alarmWebhookFailing, d.Webhook, "A webhook's receiver does not take what it is sent: "+trouble.Error,
		"mend the receiver or the address; GET /v1/webhooks/{id}/deliveries?status=failed lists what can be sent again", trouble.Since))
}
