package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

const onCall = "+16145550177"

// guarded is talking with a person on call.
func guarded(t *testing.T) *world {
	t.Helper()
	w, _ := talking(t)
	w.settings(func(a *booking.Account) { a.Settings.OnCallPhone = onCall })
	return w
}

// answers plays a text of the person on call.
func (w *world) answers(text string) {
	w.t.Helper()
	m, err := w.carrier.Receive(w.t.Context(), onCall, sender, text, nil)
	w.must(err)
	w.must(w.e.Receive(w.t.Context(), account, booking.Inbound{SID: m.SID, From: m.From, To: m.To, Body: m.Body, At: m.At}))
	w.passes(0)
}

func (w *world) alerts() (bodies []string) {
	for _, m := range w.texts(onCall) {
		bodies = append(bodies, m.Body)
	}
	return bodies
}

func TestAnEmergencyReachesThePersonOnCallUntilSomebodyReacts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := guarded(t)
		defer w.close()
		w.says("i smell gas in the basement", 3)
		w.passes(0)
		got := w.alerts()
		if len(got) != 1 || !strings.Contains(got[0], "614-555-0101 needs a person") || !strings.Contains(got[0], "gas") || !strings.Contains(got[0], "Reply OK") {
			t.Fatalf("alerts %q", got)
		}
		w.passes(11 * time.Minute)
		if got = w.alerts(); len(got) != 2 || !strings.Contains(got[1], "still waiting") {
			t.Fatalf("nobody reacted, alerts %q", got)
		}
		w.answers("OK")
		got = w.alerts()
		if v := w.thread(); len(got) != 3 || !strings.Contains(got[2], "taken: 614-555-0101") || !strings.HasPrefix(v.By, "on call") || !v.AlertAt.IsZero() {
			t.Fatalf("alerts %q, thread %+v", got, v)
		}
		if w.alarmed("thread_handed_off") {
			t.Error("the alarm stays though somebody has it")
		}
		w.answers("OK")
		w.passes(3 * time.Hour)
		if got = w.alerts(); len(got) != 3 {
			t.Errorf("more alerts after it was taken: %q", got)
		}
		w.whole()
	})
}

func TestAnAlertIsNotRepeatedForEver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := guarded(t)
		defer w.close()
		w.says("can i talk to a person", 1)
		w.passes(24 * time.Hour)
		if got := w.alerts(); len(got) != booking.MaxAlerts {
			t.Errorf("%d alerts, want %d: %q", len(got), booking.MaxAlerts, got)
		}
		if !w.alarmed("thread_handed_off") {
			t.Error("the alarm is gone though nobody has it")
		}
	})
}

func TestAReactionElsewhereEndsTheAlert(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := guarded(t)
		defer w.close()
		w.says("can i talk to a person", 1)
		w.waits()
		_, err := w.e.Say(t.Context(), account, booking.Phone(phone(1)), "Denise", "Hi, Denise here.")
		w.must(err)
		w.passes(3 * time.Hour)
		if got := w.alerts(); len(got) != 1 {
			t.Errorf("alerts %q", got)
		}
	})
}

// What is no reaction takes nothing: a keyword, or a phone that answers for its owner.
func TestWhatIsNoAcknowledgement(t *testing.T) {
	for _, text := range []string{"STOP", "HELP", "I'm driving right now. I'll get back to you later. This is an automated reply."} {
		t.Run(text, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := guarded(t)
				defer w.close()
				w.says("can i talk to a person", 1)
				w.waits()
				w.answers(text)
				if v := w.thread(); v.By != "" || v.AlertAt.IsZero() {
					t.Errorf("taken: %+v", v)
				}
				w.passes(time.Hour)
				want := booking.MaxAlerts
				if text == "STOP" {
					want = 1
				}
				if got := w.alerts(); len(got) > want+1 || len(got) < want || w.alarmed("on_call_unreached") != (text == "STOP") {
					t.Errorf("alerts %q, alarms %+v", got, w.alarms())
				}
			})
		})
	}
}

// One answer takes many threads, as many as one transaction holds, and says how many are left.
func TestOneAnswerTakesWhatWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		agentOf(asker)(w)
		w.follow(func(f *booking.FollowUpSet) { f.Agent = "" })
		w.settings(func(a *booking.Account) { a.Settings.OnCallPhone = onCall })
		const customers = 11
		for i := range customers {
			left(w, fmt.Sprint("c", i), phone(i))
		}
		w.passes(16 * time.Minute)
		for i := range customers {
			m, err := w.carrier.Receive(t.Context(), booking.Phone(phone(i)), sender, "can i talk to a person", nil)
			w.must(err)
			w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: m.SID, From: m.From, To: m.To, Body: m.Body, At: m.At}))
		}
		w.passes(0)
		open := func() (n int) {
			for i := range customers {
				if !w.threadOf(phone(i)).AlertAt.IsZero() {
					n++
				}
			}
			return n
		}
		if n := open(); n != customers {
			t.Fatalf("%d threads wait", n)
		}
		w.answers("OK")
		got := w.alerts()
		if last := got[len(got)-1]; open() != 3 || !strings.Contains(last, "3 more wait") {
			t.Errorf("%d are left, told %q", open(), last)
		}
		w.answers("ok")
		if n := open(); n != 0 {
			t.Errorf("%d are left", n)
		}
		w.whole()
	})
}

func TestAPersonOnCallWhoCannotBeTextedIsToldOf(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := talkingLine(t)
		defer l.end()
		l.settings(func(a *booking.Account) { a.Settings.OnCallPhone = "+15005550009" }) // a landline, by Twilio's magic numbers
		l.fake.Text(phone(1), string(sender), "can i talk to a person")
		l.pass(2 * time.Minute)
		if !l.alarmed("on_call_unreached") {
			t.Errorf("alarms %+v", l.alarms())
		}
	})
}

// However many wait, the answer is understood: it takes the dangers first, then who was alerted for longest.
func TestOneAnswerIsUnderstoodHoweverManyWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.settings(func(a *booking.Account) { a.Settings.OnCallPhone = onCall })
		now := time.Now()
		many := func(i int) booking.Phone { return booking.Phone(fmt.Sprintf("+1614888%04d", i)) }
		for i := range 700 {
			w.must(w.store.Update(t.Context(), func(tx *storage.Tx) error {
				at := now.Add(-time.Duration(i) * time.Second)
				v := booking.Thread{Phone: many(i), Number: sender, Owner: booking.OwnerHuman, State: booking.ThreadHandedOff, BeganAt: at, LastAt: at, Reason: "asked for a person", Alerts: booking.MaxAlerts, AlertAt: at}
				if i == 300 {
					v.Reason = booking.EmergencyReason(booking.EmergencyGas, "smell")
				}
				return errors.Join(tx.PutThread(account, nil, v, 90*24*time.Hour), tx.PutAlarm(account, storage.Alarm{Code: engine.AlarmHandedOff, Ref: string(many(i)), Since: at}))
			}))
		}
		w.answers("OK")
		for _, i := range []int{300, 699, 698, 693} {
			if v := w.threadOf(string(many(i))); !v.AlertAt.IsZero() || v.By == "" {
				t.Errorf("thread %d was not taken: %+v", i, v)
			}
		}
		if got := w.alerts(); len(got) == 0 || !strings.Contains(got[len(got)-1], "504 or more wait: reply OK again") {
			t.Errorf("told %q", got)
		}
		w.swap(w.carrier) // the next start asks whether an agent talks, and walks none of them
		w.whole()
	})
}
