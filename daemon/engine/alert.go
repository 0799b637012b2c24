package engine

import (
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

const (
	AlarmHandedOff = "thread_handed_off" // ref: the phone
	alarmTask      = "thread_task"       // ref: the phone

	safetyPause = 10 * time.Minute   // between two safety texts of one thread
	taskLife    = 7 * 24 * time.Hour // a task nobody took stands this long
)

// handOff gives a thread to a person and tells them. The caller writes the thread.
func (t *txn) handOff(e *Engine, account booking.Account, v *booking.Thread, reason string) error {
	v.HandOff(reason)
	return t.alert(e, account, v, reason)
}

// alert tells a person of a thread that was handed over: an alarm, a webhook, and a text to the one on call.
func (t *txn) alert(e *Engine, account booking.Account, v *booking.Thread, reason string) error {
	t.did(Deed{Do: "hand_off", Phone: v.Phone, Note: reason})
	v.Alert(t.Now)
	news := booking.ThreadNews{Thread: v.Phone, Session: v.Session, Reason: reason, Customer: booking.PersonNews{Phone: v.Phone}}
	if v.Session != "" {
		if s, _, err := t.session(account.ID, v.Session); err == nil {
			news.Customer = booking.OfSession(s).Customer
		} else if !errors.Is(err, &booking.Error{Code: "unknown_session"}) {
			return err
		}
	}
	x := alarm(AlarmHandedOff, string(v.Phone), "The thread with "+v.Phone.Mask()+" needs a person: "+reason,
		"answer with POST /v1/threads/{id}/messages, or take it with POST /v1/threads/{id}/takeover", t.Now)
	return errors.Join(t.PutAlarm(account.ID, x), t.told(account.ID, booking.NewsHandedOff, func() any { return news }), t.callOnCall(e, account, v, reason, false))
}

// task leaves a person something to do; the thread goes on as it is.
func (t *txn) task(account booking.Account, v *booking.Thread, what string) error {
	t.did(Deed{Do: "alert", Phone: v.Phone, Note: what})
	x := alarm(alarmTask, string(v.Phone), "Thread with "+v.Phone.Mask()+": "+what, "do it, then take the thread over or release it", t.Now)
	x.Until = t.Now.Add(taskLife)
	return t.PutAlarm(account.ID, x)
}

// textLost has a person look when a text of a thread did not arrive, or nobody can say whether it did: it is never sent again by
// itself, and the customer may wait for it. why completes "it".
func (t *txn) textLost(a booking.Attempt, why string) error {
	if a.Kind != booking.AttemptReply && a.Kind != booking.AttemptHuman && a.Kind != booking.AttemptSafety {
		return nil
	}
	account, err := t.Account(a.Account)
	if err != nil {
		return err
	}
	return t.task(account, &booking.Thread{Phone: a.Thread}, "our text \""+clipped(a.Body)+"\" may be missing: it "+why+". Write or call.")
}

// answerFailed is textLost for one that the carrier refused or could not deliver. Who opted out waits for nothing.
func (t *txn) answerFailed(a booking.Attempt, r booking.Reaction) error {
	if r.Class == booking.ReactOptedOut {
		return nil
	}
	if a.Kind == booking.AttemptAlert {
		return t.PutAlarm(a.Account, alarm(alarmOnCall, "", "The person on call cannot be texted: "+factOf(r)+". "+r.Meaning, onCallFix, t.Now))
	}
	return t.textLost(a, "failed with "+factOf(r))
}
