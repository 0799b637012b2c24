package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/storage"
)

func TestTabsWithoutEndGetNoMoreThanOneText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		for i := range 130 {
			left(w, fmt.Sprint("tab", i), phone(1))
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := len(w.texts(phone(1))); got != 1 {
			t.Errorf("%d texts to a person with 130 tabs", got)
		}
	})
}

func TestATabOpenForDaysIsStillTheSamePerson(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.settings(func(a *booking.Account) { a.Settings.AbandonAfter = booking.Duration(time.Hour) })
		w.event("old", booking.EventStarted, filled(phone(1)))
		for range 4 * 48 {
			time.Sleep(30 * time.Minute)
			w.event("old", booking.EventHeartbeat)
		}
		left(w, "new", phone(1))
		time.Sleep(time.Second)
		w.event("old", booking.EventHeartbeat)
		w.event("old", booking.EventAbandoned)
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := len(w.texts(phone(1))); got != 1 {
			t.Errorf("%d texts for two tabs of one person left together", got)
		}
	})
}

func TestSavingASettingDoesNotOverrideTheCarriersWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		f := simulator.Fault{ErrorCode: 20409}
		w.must(w.carrier.SetFaults(simulator.Faults{Next: []simulator.Fault{f}}))
		left(w, "c1", phone(1))
		time.Sleep(15*time.Minute + time.Second)
		w.settings(func(a *booking.Account) { a.Website = "https://brightwater.example" })
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if got := len(w.texts("")); got != 0 {
			t.Error("tried again before the carrier's time")
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got := len(w.texts("")); got != 1 {
			t.Errorf("%d texts after the carrier's time", got)
		}
	})
}

func TestAFailureReportWithoutACodeIsAFailure(t *testing.T) {
	for _, status := range []string{"failed", "undelivered", "canceled"} {
		bubble(t, func(t *testing.T) {
			c := &lateList{never: true}
			w := newWorld(t, func(o *engine.Options) { c.Carrier, o.Carrier = o.Carrier, c })
			defer w.close()
			id := left(w, "c1", phone(1))
			time.Sleep(time.Hour)
			synctest.Wait()
			u := booking.StatusUpdate{Account: account, Attempt: w.session(id).FollowUp.Attempt, SID: "SMx", Status: status}
			w.must(w.e.Status(t.Context(), u))
			if s := w.session(id); s.FollowUp.State != booking.FollowUpWithheld || s.FollowUp.WithheldBy != booking.CheckCarrier {
				t.Errorf("%s without a code: %+v", status, s.FollowUp)
			}
		})
	}
}

func TestStopAndStartInAnyWordsAndOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		text := func(sid, body string, at time.Time) {
			w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: sid, From: booking.Phone(phone(1)), To: sender, Body: body, At: at}))
		}
		text("SM2", "STOP", time.Now())
		text("SM1", "START", time.Now().Add(-time.Hour))
		if w.optOut(phone(1)) == nil {
			t.Error("an older START lifted a newer STOP")
		}
		time.Sleep(time.Minute)
		text("SM3", "START", time.Now())
		if w.optOut(phone(1)) != nil {
			t.Error("START did not lift the STOP")
		}
		time.Sleep(time.Minute)
		text("SM4", "pls quit sending me these", time.Now())
		if w.optOut(phone(1)) == nil {
			t.Error("a withdrawal in other words than STOP was not honoured")
		}
		text("SM5", "start", time.Now().Add(time.Second))
		text("SM6", "can someone stop by tomorrow", time.Now().Add(2*time.Second))
		if w.optOut(phone(1)) != nil {
			t.Error("somebody who wants a visit was opted out")
		}
	})
}

func TestACustomerWhoComesBackAfterARestoreGetsNoSecondText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		left(w, "c0", phone(0))
		backup := w.backup()
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		before := len(w.texts(phone(0)))
		w.close()
		w = restored(t, backup)
		defer w.close()
		w.event("c0", booking.EventProgress)
		w.event("c0", booking.EventAbandoned)
		time.Sleep(20 * time.Hour)
		synctest.Wait()
		if after := len(w.texts(phone(0))); before != 1 || after != 0 {
			t.Errorf("%d texts before the restore and %d after it", before, after)
		}
	})
}

func TestHandledAcknowledgesAnUnknownSendAndKeepsWhatIsSaidLater(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &lateList{never: true}
		w := newWorld(t, func(o *engine.Options) { c.Carrier, o.Carrier = o.Carrier, c })
		defer w.close()
		id := left(w, "c1", phone(1))
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(w.alarms()) != 1 {
			t.Fatalf("alarms = %+v", w.alarms())
		}
		for _, h := range []engine.Handled{{By: "csr"}, {By: "csr", Note: "she has it", Booked: true}} {
			_, err := w.e.Handle(t.Context(), account, id, h)
			w.must(err)
		}
		s := w.session(id)
		if len(w.alarms()) != 0 || s.HandledNote != "she has it" || !s.HandledBooked {
			t.Errorf("alarms %+v, note %q, booked %v", w.alarms(), s.HandledNote, s.HandledBooked)
		}
	})
}

func TestASchedulersNumberMustBeTheAccountsOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		_, err := w.e.EditScheduler(t.Context(), account, scheduler, func(s *booking.Scheduler) error {
			s.FollowUp.PhoneNumber = "+16145550199"
			return nil
		})
		if !errors.Is(err, &booking.Error{Code: "unknown_number"}) {
			t.Errorf("a foreign number: %v", err)
		}
	})
}

func TestAScriptThatIsNotThereRaisesAnAlarm(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.must(w.store.Update(t.Context(), func(tx *storage.Tx) error { // as a seed may leave it
			s, err := tx.Scheduler(account, scheduler)
			if err != nil {
				return err
			}
			s.FollowUp.Template = "not_there"
			return tx.PutScheduler(account, *s)
		}))
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
			alarms, err := engine.Alarms(s, account)
			if len(alarms) != 1 || alarms[0].Code != "script_missing" || strings.Contains(alarms[0].Fix, "agent") {
				t.Errorf("alarms = %+v", alarms)
			}
			return err
		}))
	})
}

// A session of a form that sends no texts, or is no more, does not take the text away from another session of the same person.
func TestARivalThatCannotBeTextedTakesNoText(t *testing.T) {
	for _, deleted := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.close()
			left(w, "c1", phone(1))
			time.Sleep(5 * time.Minute)
			quiet := func(ev *booking.Event) { ev.Scheduler = "quiet" }
			w.event("q1", booking.EventProgress, filled(phone(1)), quiet)
			if deleted {
				_, err := w.e.EditScheduler(t.Context(), account, "quiet", func(s *booking.Scheduler) error { s.FollowUp.Enabled = true; return nil })
				w.must(err)
			}
			w.event("q1", booking.EventAbandoned, quiet)
			if deleted {
				w.must(w.e.DeleteScheduler(t.Context(), account, "quiet"))
			}
			time.Sleep(2 * time.Hour)
			synctest.Wait()
			if n := len(w.texts(phone(1))); n != 1 {
				t.Errorf("%d texts, want the one of the form that sends some", n)
			}
		})
	}
}
