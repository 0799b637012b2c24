package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

func (w *world) settings(edit func(*booking.Account)) {
	w.t.Helper()
	_, err := w.e.EditAccount(w.t.Context(), account, func(a *booking.Account) error { edit(a); return nil })
	w.must(err)
}

func TestATextDueAtNightWaitsForTheMorning(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		time.Sleep(9*time.Hour + 50*time.Minute) // 19:50 in Columbus
		id := left(w, "c1", phone(1))
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		s := w.session(id)
		morning := time.Date(2026, 3, 11, 13, 0, 0, 0, time.UTC)
		if s.Status != booking.StatusWaiting || s.FollowUp.WithheldBy != booking.CheckHours || !s.FollowUp.DueAt.Equal(morning) {
			t.Fatalf("at night: %s %+v, want waiting for %v", s.Status, s.FollowUp, morning)
		}
		if len(w.texts("")) != 0 {
			t.Fatal("a text went out at night")
		}
		time.Sleep(13 * time.Hour)
		synctest.Wait()
		got := w.texts(phone(1))
		if len(got) != 1 || got[0].At.Before(morning) || got[0].At.After(morning.Add(time.Second)) {
			t.Errorf("texts = %+v, want one at %v", got, morning)
		}
	})
}

func TestAMissingRegistrationLetsTheTextWaitAndApprovalWakesIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		_, err := w.e.SetRegistration(t.Context(), account, booking.Registration{Status: booking.RegistrationInReview})
		w.must(err)
		id := left(w, "c1", phone(1))
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if s := w.session(id); s.Status != booking.StatusWaiting || s.FollowUp.WithheldBy != booking.CheckRegistration {
			t.Fatalf("without registration: %s %+v", s.Status, s.FollowUp)
		}
		before := len(w.trace(id))
		w.settings(func(a *booking.Account) { a.Website = "https://brightwater.example" }) // wakes, and nothing changed
		time.Sleep(time.Minute)
		synctest.Wait()
		if after := len(w.trace(id)); after != before {
			t.Errorf("the same wait was written into the trace again: %d lines, then %d", before, after)
		}
		_, err = w.e.SetRegistration(t.Context(), account, booking.Registration{Status: booking.RegistrationApproved})
		w.must(err)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := w.texts(phone(1)); len(got) != 1 {
			t.Errorf("%d texts a second after the approval, want 1", len(got))
		}
	})
}

func TestApprovalAfterTwoDaysSendsNoBacklog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		_, err := w.e.SetRegistration(t.Context(), account, booking.Registration{Status: booking.RegistrationSubmitted})
		w.must(err)
		id := left(w, "c1", phone(1))
		time.Sleep(72 * time.Hour)
		_, err = w.e.SetRegistration(t.Context(), account, booking.Registration{Status: booking.RegistrationApproved})
		w.must(err)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if s := w.session(id); len(w.texts("")) != 0 || s.FollowUp.WithheldBy != booking.CheckTooLate || s.Status != booking.StatusExpired {
			t.Errorf("%d texts, %s %+v", len(w.texts("")), s.Status, s.FollowUp)
		}
	})
}

func TestThreeTextsInADayAreTheMostOnePersonGets(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		var last booking.SessionID
		for i := range 4 {
			last = left(w, fmt.Sprintf("c%d", i), phone(1))
			time.Sleep(time.Hour)
		}
		synctest.Wait()
		if got := len(w.texts(phone(1))); got != 3 {
			t.Errorf("%d texts within four hours, want 3", got)
		}
		if s := w.session(last); s.FollowUp.WithheldBy != booking.CheckFrequency || s.Status != booking.StatusWaiting {
			t.Errorf("the fourth: %s %+v", s.Status, s.FollowUp)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if got := w.texts(phone(1)); len(got) != 4 || got[3].At.Sub(got[0].At) < 24*time.Hour {
			t.Errorf("%d texts after a day, want the fourth a day after the first", len(got))
		}
	})
}

func TestASwitchedOffAccountDropsWhatIsDue(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := left(w, "c1", phone(1))
		w.settings(func(a *booking.Account) { a.SMSFollowUpEnabled = false })
		time.Sleep(time.Hour)
		synctest.Wait()
		w.settings(func(a *booking.Account) { a.SMSFollowUpEnabled = true })
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := w.session(id); len(w.texts("")) != 0 || s.FollowUp.WithheldBy != booking.CheckAccountEnabled {
			t.Errorf("%d texts, %+v", len(w.texts("")), s.FollowUp)
		}
	})
}

func TestHoldoutWithholdsAboutItsShareAndAlwaysTheSamePersons(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.settings(func(a *booking.Account) { a.Settings.Holdout = 30 })
		var ids []booking.SessionID
		for i := range 100 {
			ids = append(ids, left(w, fmt.Sprintf("c%d", i), phone(i)))
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		held := 0
		for _, id := range ids {
			if w.session(id).FollowUp.WithheldBy == booking.CheckHoldout {
				held++
			}
		}
		if held < 15 || held > 45 || held+len(w.texts("")) != 100 {
			t.Errorf("%d held out and %d texted of 100 at 30 %%", held, len(w.texts("")))
		}
	})
}

// The text is written between reading the facts and the claim: what comes in meanwhile must win.
func TestNewsThatComesWhileTheTextIsWrittenWins(t *testing.T) {
	for _, news := range []struct {
		want booking.Check
		come func(w *world)
	}{
		{booking.CheckOptedOut, func(w *world) {
			w.must(w.e.Receive(w.t.Context(), account, booking.Inbound{SID: "SM1", From: booking.Phone(phone(1)), To: sender, Body: "STOP"}))
		}},
		{booking.CheckBookedElsewhere, func(w *world) { // on another device, known by the e-mail address
			w.event("desk", booking.EventCompleted, func(ev *booking.Event) { ev.Customer.Email = "ada@example.com" })
		}},
		{booking.CheckAccountEnabled, func(w *world) { w.settings(func(a *booking.Account) { a.SMSFollowUpEnabled = false }) }},
	} {
		t.Run(string(news.want), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var w *world
				w = newWorld(t, func(o *engine.Options) {
					o.Scripts = inBox(func(box.Call) { news.come(w) })
				})
				defer w.close()
				id := left(w, "c1", phone(1), func(ev *booking.Event) { ev.Customer.Email = "ada@example.com" })
				time.Sleep(time.Hour)
				synctest.Wait()
				if s := w.session(id); len(w.texts("")) != 0 || s.FollowUp.WithheldBy != news.want {
					t.Errorf("%d texts, %+v", len(w.texts("")), s.FollowUp)
				}
			})
		})
	}
}

func TestAFailingScriptNeverLosesTheFollowUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.activate("mine", "function render(ctx)\n\tif ctx.customer.first_name == 'Ada' then\n\t\treturn ctx.nothing.here\n\tend\n\treturn 'x'\nend")
		w.follow(func(f *booking.FollowUpSet) { f.Template = "mine" })
		id := left(w, "c1", phone(1))
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := w.texts(phone(1)); len(got) != 1 {
			t.Fatalf("%d texts, want the default one", len(got))
		}
		said := false
		for _, f := range w.trace(id) {
			said = said || f.Check == booking.CheckScriptError && f.Result == booking.Pass && strings.Contains(f.Fact, "mine.lua:3")
		}
		if !said {
			t.Errorf("the trace does not tell of the script's fault: %+v", w.trace(id))
		}
	})
}

func TestPoisonIsSetAsideShownAndHoldsUpNobody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, func(o *engine.Options) {
			o.Scripts = inBox(func(c box.Call) {
				if strings.Contains(string(c.Ctx), "Poison") {
					panic("boom")
				}
			})
		})
		defer w.close()
		left(w, "bad", phone(1), func(ev *booking.Event) { ev.Customer.FirstName = "Poison" })
		left(w, "good", phone(2))
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if a, b := len(w.texts(phone(1))), len(w.texts(phone(2))); a != 0 || b != 1 {
			t.Errorf("texts: %d to the poison, %d to the good one", a, b)
		}
		var alarms []storage.Alarm
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) (err error) {
			alarms, err = engine.Alarms(s, account)
			return err
		}))
		if len(alarms) != 1 || alarms[0].Code != "set_aside" {
			t.Errorf("alarms = %+v, want the entry that was set aside", alarms)
		}
	})
}

func TestIdempotencyKeyMakesAUseCaseHappenOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		ctx := engine.WithOnce(t.Context(), "k1", "create")
		v := booking.Scheduler{Name: "Second", URL: "https://brightwater.example/2"}
		a, err := w.e.CreateScheduler(ctx, account, v)
		w.must(err)
		b, err := w.e.CreateScheduler(ctx, account, v)
		w.must(err)
		if a.ID != b.ID || a.PublishableKey != b.PublishableKey {
			t.Errorf("repeated request made another scheduler: %s, %s", a.ID, b.ID)
		}
		if _, err := w.e.CreateScheduler(engine.WithOnce(t.Context(), "k1", "other"), account, v); err != engine.ErrOnceReused {
			t.Errorf("another request under the same key: %v", err)
		}
		var n int
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
			all, _, err := s.Schedulers(account, "", 100)
			n = len(all)
			return err
		}))
		if n != 3 {
			t.Errorf("%d schedulers, want the seed's two and one more", n)
		}
	})
}
