package engine

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// The person on call is texted when a thread needs a person, again every ten minutes until somebody reacts, three times in all, and
// takes the threads by answering.

const (
	alarmOnCall = "on_call_unreached"
	onCallFix   = "set settings.on_call_phone to a number that takes our texts; who texted STOP from it texts START"
	onCallTakes = 8 // threads taken by one answer: what fits into one transaction
)

// callOnCall texts the person on call about a thread. again says that nobody reacted so far.
func (t *txn) callOnCall(e *Engine, account booking.Account, v *booking.Thread, reason string, again bool) error {
	to := account.Settings.OnCallPhone
	if to == "" || to == v.Phone {
		return nil
	}
	lead := "Rebook: "
	if again {
		lead += "still waiting: "
	}
	return t.tellOnCall(e, account, v.Number, lead+booking.NationalPhone(string(v.Phone))+" needs a person. "+strings.TrimRight(clipped(reason), ".")+". Reply OK to take it.")
}

// tellOnCall claims a text to the person on call. Who texted STOP gets none, and an alarm says so.
func (t *txn) tellOnCall(e *Engine, account booking.Account, from booking.Phone, body string) error {
	to := account.Settings.OnCallPhone
	reg, err := t.Registration(account.ID)
	if err != nil || from == "" || reg.Status != booking.RegistrationApproved {
		return err
	}
	stop, err := t.OptOut(account.ID, to)
	if err != nil {
		return err
	}
	if stop != nil {
		return t.PutAlarm(account.ID, alarm(alarmOnCall, "", "The person on call texted STOP and is not alerted any more.", onCallFix, t.Now))
	}
	body = booking.SmartEncode(body)
	segments, _, _ := booking.Segments(body)
	return t.putAttempt(nil, booking.Attempt{ID: booking.AttemptID(newID(t.Now)), Kind: booking.AttemptAlert, Account: account.ID, To: to, From: from,
		MessagingService: reg.MessagingService, Body: body, Segments: segments, ValidUntil: t.Now.Add(time.Hour),
		State: booking.AttemptClaimed, Epoch: e.epoch, ClaimedAt: t.Now, DueAt: t.Now})
}

// alertOnCallAgain repeats the alert of a thread that nobody took.
func (e *Engine) alertOnCallAgain(ctx context.Context, w *talk) error {
	was := w.facts.Thread
	return e.update(ctx, func(t *txn) error {
		old, err := t.Thread(w.account().ID, was.Phone)
		if err != nil || old == nil || !old.AlertDue() || !old.AlertAt.Equal(was.AlertAt) {
			return err
		}
		account, err := t.Account(w.account().ID)
		if err != nil {
			return err
		}
		v := *old
		if account.Settings.OnCallPhone == "" { // nobody is on call; the alarm and the webhook told of it
			v.Alerts = booking.MaxAlerts
			v.Rest()
			return t.putThread(account, old, v)
		}
		v.Alert(t.Now)
		if err := t.callOnCall(e, account, &v, v.Reason, true); err != nil {
			return err
		}
		return t.putThread(account, old, v)
	})
}

// acknowledge lets the person on call take the threads whose alert is open, and tells them which. Neither a keyword nor a machine that
// answers for its owner takes anything, and when nothing is open nothing is said: so two machines never talk for long.
func (t *txn) acknowledge(e *Engine, account booking.Account, in booking.Inbound) error {
	told := booking.Understand(in)
	if told.Stops || told.Starts || told.Helps || booking.Echo(in.Body, nil) {
		return nil
	}
	if err := t.endAlarm(account.ID, alarmOnCall, ""); err != nil {
		return err
	}
	open, more, err := t.CountThreads(account.ID, storage.ThreadsAlerted, scanPage)
	if err != nil {
		return err
	}
	alerted, _, err := t.ThreadsIn(account.ID, storage.ThreadsAlerted, "", onCallTakes)
	if err != nil {
		return err
	}
	var taken []string
	for _, old := range alerted {
		v := old
		if err := t.takeOver(account, &v, "on call "+in.From.Mask()); err != nil {
			return err
		}
		if err := t.putThread(account, &old, v); err != nil {
			return err
		}
		taken = append(taken, booking.NationalPhone(string(v.Phone)))
	}
	if len(taken) == 0 {
		return nil
	}
	body := "Rebook: taken: " + strings.Join(taken, ", ") + ". The assistant is silent there until you hand it back."
	if left := open - len(taken); left > 0 {
		body += " " + strconv.Itoa(left)
		if more {
			body += " or"
		}
		body += " more wait: reply OK again."
	}
	return t.tellOnCall(e, account, in.To, body)
}
