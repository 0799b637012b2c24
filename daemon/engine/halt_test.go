package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

func TestAHaltedNumberWaitsVisiblyAndOneTextTries(t *testing.T) {
	for _, code := range []int{21606, 30034} { // refused at once, and told later
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				l := newLine(t)
				defer l.end()
				l.fake.Codes(code)
				left(l.world, "c1", phone(1))
				time.Sleep(16 * time.Minute)
				var ids []booking.SessionID
				for i := range 20 {
					ids = append(ids, left(l.world, fmt.Sprint("w", i), phone(10+i)))
				}
				time.Sleep(20 * time.Minute)
				synctest.Wait()
				taken := len(l.sent(""))
				if waiting := l.session(ids[3]).FollowUp; waiting.State != booking.FollowUpWaiting || waiting.WithheldBy != booking.CheckCarrier {
					t.Errorf("while the number is halted: %+v", waiting)
				}
				if a := l.alarms(); len(a) != 1 || a[0].Code != "carrier_refuses" || a[0].Ref != string(sender) || a[0].Fix == "" {
					t.Errorf("alarms %+v", a)
				}
				if taken > 1 {
					t.Errorf("%d texts went to a halted number", taken)
				}
				edit := func() {
					_, err := l.e.EditNumber(t.Context(), account, string(sender), func(n *booking.PhoneNumber) error { n.Label += "x"; return nil })
					l.must(err)
					time.Sleep(8 * time.Second)
					synctest.Wait()
				}
				asked := l.fake.Asked()
				l.fake.Codes(code) // not mended yet
				edit()
				if n := l.fake.Asked() - asked; n != 1 {
					t.Errorf("%d texts try whether it is mended, want one", n)
				}
				edit()
				time.Sleep(time.Hour)
				synctest.Wait()
				sent := 0
				for _, id := range ids {
					if l.session(id).FollowUp.State == booking.FollowUpSent {
						sent++
					}
				}
				lost := map[int]int{30034: 1}[code] // the one that tried in vain left once, so it is not sent again
				if sent != len(ids)-lost {
					t.Errorf("after it was mended %d of %d texts are out", sent, len(ids))
				}
				if a := l.alarms(); len(a) != 0 {
					t.Errorf("the alarm stands though texts arrive: %+v", a)
				}
			})
		})
	}
}

func TestFilteredTextsHaltTheBusinessAtTheFifth(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		l.fake.Codes(30007, 30007, 30007, 30007, 30007)
		for i := range 12 {
			left(l.world, fmt.Sprint("c", i), phone(i))
			time.Sleep(2 * time.Minute)
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if n := len(l.sent("")); n != 5 {
			t.Errorf("%d texts went out, want the sixth held back", n)
		}
		codes := map[string]bool{}
		for _, a := range l.alarms() {
			codes[a.Code] = true
		}
		if !codes["carrier_refuses"] || !codes["carrier_error"] {
			t.Errorf("alarms %+v", l.alarms())
		}
	})
}

func TestTheAccountsCapForADayStopsAllUntilItOpens(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		l.fake.Codes(30023)
		left(l.world, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		id := left(l.world, "c2", phone(2))
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if s := l.session(id); s.FollowUp.State != booking.FollowUpWaiting || !s.FollowUp.DueAt.Equal(time.Date(2026, 3, 11, 7, 0, 0, 0, time.UTC)) {
			t.Errorf("T-Mobile's cap is reached: %+v", s.FollowUp)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := len(l.sent(phone(2))); n != 1 {
			t.Errorf("the next day: %d texts", n)
		}
	})
}

func TestTheDailyCapOfTheSettingsIsKeptOverARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t)
		defer l.end()
		limit := func(n int) {
			_, err := l.e.EditAccount(t.Context(), account, func(a *booking.Account) error { a.Settings.DailyCap = n; return nil })
			l.must(err)
		}
		limit(2)
		for i := range 4 {
			left(l.world, fmt.Sprint("c", i), phone(i))
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		went := len(l.sent(""))
		if per, _, _ := booking.Segments(l.sent("")[0].Body); went != 2/per {
			t.Fatalf("%d texts of %d segments under a cap of 2", went, per)
		}
		l.reborn()
		left(l.world, "after", phone(50))
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if n := len(l.sent("")); n != went {
			t.Errorf("after a restart the cap is forgotten: %d texts", n)
		}
		limit(0)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(l.sent("")); n != 5 {
			t.Errorf("without a cap: %d texts of 5", n)
		}
	})
}

// What got its turn in the evening and was held for the night has none in the morning: the number's pace holds then too.
func TestTheMorningAfterIsPacedToo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, func(o *engine.Options) { o.Pace = 1 })
		defer w.close()
		time.Sleep(time.Until(time.Date(2026, 3, 10, 23, 43, 0, 0, time.UTC))) // due at 19:58 in Columbus
		for i := range 300 {
			left(w, fmt.Sprint(i), fmt.Sprintf("+1614%03d01%02d", 201+i/50, 10+i%50))
		}
		time.Sleep(14 * time.Hour)
		synctest.Wait()
		all := w.texts("")
		if len(all) != 300 {
			t.Fatalf("%d texts of 300", len(all))
		}
		morning := time.Date(2026, 3, 11, 13, 0, 0, 0, time.UTC)
		segments, late := 0, 0
		for _, m := range all {
			if m.At.Before(morning) {
				continue
			}
			n, _, _ := booking.Segments(m.Body)
			segments, late = segments+n, late+1
			if after := m.At.Sub(morning).Seconds(); float64(segments) > 1+after+2*float64(n) {
				t.Fatalf("%d segments went within %.1f s of the morning at a pace of 1", segments, after)
			}
		}
		if late < 100 {
			t.Errorf("only %d texts waited for the morning", late)
		}
	})
}

// A flood of one form does not hold up another's only text, and nobody sends faster than the number may.
func TestSchedulersTakeTurnsAtTheNumbersPace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := newLine(t, func(o *engine.Options) { o.Pace = 2 })
		defer l.end()
		_, err := l.e.EditScheduler(t.Context(), account, "quiet", func(s *booking.Scheduler) error { s.FollowUp.Enabled = true; return nil })
		l.must(err)
		for i := range 80 {
			n := fmt.Sprintf("+1614%03d01%02d", 201+i/50, 10+i%50)
			left(l.world, fmt.Sprint("flood", i), n)
		}
		time.Sleep(2 * time.Second)
		calm := func(ev *booking.Event) { ev.Scheduler = "quiet" }
		for i := range 2 {
			l.event(fmt.Sprint("calm", i), booking.EventStarted, calm, filled(phone(70+i)), calm)
			l.event(fmt.Sprint("calm", i), booking.EventAbandoned, calm)
		}
		began := time.Now().Add(15*time.Minute - 2*time.Second)
		time.Sleep(18 * time.Minute)
		synctest.Wait()
		all := l.sent("")
		if len(all) != 82 {
			t.Fatalf("%d texts of 82", len(all))
		}
		segments := 0
		for i, m := range all {
			n, _, _ := booking.Segments(m.Body)
			segments += n
			if after := m.At.Sub(began).Seconds(); float64(segments) > 2+2*after+2*float64(n) {
				t.Fatalf("text %d went after %.1f s, %d segments at a pace of 2", i, after, segments)
			}
			if (m.To == phone(70) || m.To == phone(71)) && m.At.Sub(began) > 15*time.Second {
				t.Errorf("a text of the quiet form waited %v behind the flood", m.At.Sub(began))
			}
		}
		if last := all[len(all)-1].At.Sub(began); last > 2*time.Minute {
			t.Errorf("the last went after %v: slower than the number may", last)
		}
	})
}
