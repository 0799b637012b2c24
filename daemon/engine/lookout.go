package engine

import (
	"context"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Sentbox is a carrier that can be asked for the texts that left our numbers, whoever wrote them.
type Sentbox interface {
	// Wrote lists the texts from one of our numbers to one phone, or to all of them when to is empty, that any program or person had sent
	// at since or later, oldest first. What the carrier answered by itself is not among them. It may be late by some seconds.
	Wrote(ctx context.Context, from, to booking.Phone, since time.Time) ([]booking.CarrierMessage, error)
}

const (
	lookoutEvery   = time.Minute      // while somebody talks with an agent
	lookoutIdle    = 10 * time.Minute // while all of them are silent
	lookoutLively  = time.Hour        // after the last text of a thread it counts as silent
	lookoutSlack   = 2 * time.Minute  // the carrier lists late
	lookoutHearing = 10 * time.Minute // between two looks for texts that no webhook brought
	lookoutOurs    = 15 * time.Minute // a text of ours leaves so long after its claim at most
	lookoutBefore  = 12 * time.Minute // how far a look before a reply goes back: further than the last of the regular ones
	lookoutPatient = 3 * time.Second  // a reply does not wait longer for the carrier's list
	webhookLate    = 2 * time.Minute  // a text that no webhook has brought by then was missed
)

const alarmWebhooksSilent = "webhooks_silent"

// lookOut arms the looks at the carrier when an agent's thread opens. Most of the time they are armed, and nothing is written.
func (t *txn) lookOut(a booking.AccountID, old *booking.Thread, v booking.Thread) error {
	if !t.sentbox || !v.Talks() || old != nil && old.Talks() {
		return nil
	}
	w, err := t.Lookout(a)
	switch {
	case err != nil:
		return err
	case w == nil:
		w = &storage.Lookout{Since: t.Now, Heard: t.Now, DueAt: t.Now.Add(lookoutEvery), Ref: newID(t.Now)}
	case w.Last: // the look that would end them must see this thread
		w.Last = false
	default:
		return nil
	}
	t.hints = append(t.hints, booking.Due{Account: a, At: w.DueAt, Kind: booking.KindLookout, Ref: w.Ref})
	return t.PutLookout(a, *w)
}

// keepLookout arms the looks at a start, should an earlier version have left threads without them.
func (t *txn) keepLookout(a booking.AccountID) error {
	open, _, err := agentTalks(&t.Snapshot, a)
	if err != nil || !open {
		return err
	}
	return t.lookOut(a, nil, booking.Thread{Owner: booking.OwnerAgent, State: booking.ThreadOpen, Mode: booking.AIAgent})
}

// agentTalks tells whether an agent has a thread that is open, and whether somebody wrote in the newest of those lately.
func agentTalks(s *storage.Snapshot, a booking.AccountID) (open, lively bool, err error) {
	newest, _, err := s.ThreadsIn(a, storage.ThreadsTalking, "", 1)
	if err != nil || len(newest) == 0 {
		return false, false, err
	}
	silent := s.Now.Sub(newest[0].LastAt)
	return silent <= 2*booking.ThreadSilence, silent < lookoutLively, nil
}

// fireLookout looks at the carrier for texts that people wrote beside us, and now and then for customers' texts that no webhook
// brought.
func (e *Engine) fireLookout(ctx context.Context, d booking.Due) error {
	var w *storage.Lookout
	var numbers []booking.PhoneNumber
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		if w, err = s.Lookout(d.Account); err != nil {
			return err
		}
		numbers, err = s.Numbers(d.Account)
		return err
	})
	box, asks := e.o.Carrier.(Sentbox)
	switch {
	case err != nil:
		return err
	case w == nil || w.Ref != d.Ref || !asks:
		return errGone
	case w.DueAt.After(e.now()):
		e.motor.hint(booking.Due{Account: d.Account, At: w.DueAt, Kind: d.Kind, Ref: d.Ref})
		return nil
	}
	next := *w
	next.Since = e.now()
	for _, n := range numbers {
		if _, err := e.beside(ctx, d.Account, box, n.Number, "", w.Since.Add(-lookoutSlack), e.o.SendTimeout); err != nil {
			e.log.Warn("the carrier cannot be asked for texts that people wrote beside us; it is asked again", "number", n.Number, "err", err)
			next.Since = w.Since
			break
		}
	}
	if next.Since.Sub(w.Heard) >= lookoutHearing && e.listen(ctx, d.Account, numbers, w.Heard.Add(-lookoutSlack)) {
		next.Heard = next.Since
	}
	return e.update(ctx, func(t *txn) error {
		now, err := t.Lookout(d.Account)
		if err != nil || now == nil || now.Ref != d.Ref || !now.DueAt.Equal(w.DueAt) {
			return err
		}
		open, lively, err := agentTalks(&t.Snapshot, d.Account)
		switch {
		case err != nil:
			return err
		case !open && now.Last:
			return t.DeleteLookout(d.Account)
		case lively:
			next.DueAt = t.Now.Add(lookoutEvery)
		default:
			next.DueAt = t.Now.Add(lookoutIdle)
		}
		next.Last = !open
		t.hints = append(t.hints, booking.Due{Account: d.Account, At: next.DueAt, Kind: d.Kind, Ref: d.Ref})
		return t.PutLookout(d.Account, next)
	})
}

// beside takes in the texts from one of our numbers that are not ours and go to somebody we have a thread with. It gives how many
// there are.
func (e *Engine) beside(ctx context.Context, a booking.AccountID, box Sentbox, from, to booking.Phone, since time.Time, patience time.Duration) (n int, err error) {
	if since.Before(e.restored) { // what left since the backup may be ours, and the store does not know it
		since = e.restored
	}
	call, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	listed, err := box.Wrote(call, from, to, since)
	if err != nil || len(listed) == 0 {
		return 0, err
	}
	err = e.store.View(ctx, func(s *storage.Snapshot) error {
		listed = slices.DeleteFunc(listed, func(m booking.CarrierMessage) bool {
			v, failed := s.Thread(a, m.To)
			if failed != nil {
				err = failed
			}
			return v == nil
		})
		if err != nil || len(listed) == 0 {
			return err
		}
		// Ours were written down before the carrier got them, so all of them are found here.
		for cursor := firstID(since.Add(-lookoutOurs)); ; {
			page, next, err := s.Attempts(a, cursor, scanPage)
			if err != nil {
				return err
			}
			for _, ours := range page {
				listed = slices.DeleteFunc(listed, func(m booking.CarrierMessage) bool {
					return m.To == ours.To && (m.SID == ours.SID || ours.SID == "" && m.Body == ours.Body)
				})
			}
			if next == "" {
				return nil
			}
			cursor = next
		}
	})
	if err != nil {
		return 0, err
	}
	for _, m := range listed {
		if err := e.OutboundElsewhere(ctx, a, m); err != nil {
			return 0, err
		}
	}
	return len(listed), nil
}

// personWrote looks, right before the agent begins to write, whether a person wrote to the customer beside us. A carrier that does not
// answer quickly holds up no reply.
func (e *Engine) personWrote(ctx context.Context, w *talk) (bool, error) {
	box, asks := e.o.Carrier.(Sentbox)
	v := w.facts.Thread
	if !asks || v.Number == "" {
		return false, nil
	}
	n, err := e.beside(ctx, w.account().ID, box, v.Number, v.Phone, w.now.Add(-lookoutBefore), min(lookoutPatient, e.o.SendTimeout))
	if err != nil && storeTrouble(err) && ctx.Err() != nil {
		return false, err
	}
	if err != nil {
		e.log.Warn("nobody knows whether a person wrote beside us; the agent answers", "thread", v.Phone, "err", err)
	}
	return n > 0, nil
}

// listen takes in the texts to our numbers that no webhook brought, and tells whether it could. Texts that are found in this way alone mean
// that the webhooks do not reach us.
func (e *Engine) listen(ctx context.Context, a booking.AccountID, numbers []booking.PhoneNumber, since time.Time) bool {
	inbox, asks := e.o.Carrier.(Inbox)
	if !asks {
		return true
	}
	for _, n := range numbers {
		texts, err := e.received(ctx, inbox, n.Number, since)
		for _, in := range texts {
			if err == nil {
				err = e.overheard(ctx, a, in)
			}
		}
		if err != nil {
			e.log.Warn("the carrier cannot be asked for texts that no webhook brought; it is asked again", "number", n.Number, "err", err)
			return false
		}
	}
	return true
}

// overheard takes a text that the carrier listed, and raises the alarm when no webhook had brought it.
func (e *Engine) overheard(ctx context.Context, a booking.AccountID, in booking.Inbound) error {
	var known *booking.Inbound
	err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
		known, err = s.Inbound(a, in.SID)
		return err
	})
	if err != nil || known != nil || e.now().Sub(in.At) < webhookLate {
		return err
	}
	err = e.update(ctx, func(t *txn) error {
		x := alarm(alarmWebhooksSilent, "", "Customers' texts do not reach us when they are sent: some were found only by asking Twilio, up to ten minutes late.",
			"let rebook doctor look at the addresses that Twilio calls; rebook doctor --fix sets them", t.Now)
		x.Until = t.Now.Add(time.Hour)
		return t.PutAlarm(a, x)
	})
	if err != nil {
		return err
	}
	return e.Receive(ctx, a, in)
}
