package engine_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// farAhead lets weeks pass quickly: the due index is read ahead in large pieces.
func farAhead(o *engine.Options) { o.Horizon = 4 * 24 * time.Hour }

// funnel asks for the report of the last 60 days.
func (w *world) funnel(g booking.Grouping) *booking.Funnel {
	w.t.Helper()
	var f *booking.Funnel
	today := booking.DayOf(time.Now(), time.UTC)
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		f, err = s.Funnel(w.t.Context(), account, booking.Period{From: today.Add(-60), To: today}, g)
		return err
	}))
	return f
}

func (w *world) tallied() (v booking.Tallied) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		got, err := s.Tallied(account)
		if got != nil {
			v = *got
		}
		return err
	}))
	return v
}

// numbers gives phone numbers of persons in the control group of 50 percent, or out of it.
func numbers(held bool) func() string {
	n := 0
	return func() string {
		for {
			n++
			p := fmt.Sprintf("+1%d55501%02d", 201+n/100, n%100)
			if booking.HeldOut(account, booking.Phone(p), 50) == held {
				return p
			}
		}
	}
}

// play lets sessions go every way, and gives what the report must say.
func (w *world) play() booking.Figures {
	w.settings(func(a *booking.Account) { a.Settings.Holdout = 50 })
	free, held := numbers(false), numbers(true)
	worth := func(ev *booking.Event) { ev.ValueCents = 10_000 }
	w.event("finished", booking.EventStarted, filled(free()), worth)
	w.event("finished", booking.EventCompleted)
	left(w, "no phone", "", worth)
	left(w, "link", free(), worth)
	handled := left(w, "by phone", free(), worth)
	left(w, "before", free(), worth)
	left(w, "later", free(), worth)
	silent := free()
	left(w, "silent", silent, worth)
	talks := free()
	left(w, "talks", talks)
	left(w, "held, books", held(), worth)
	left(w, "held", held(), worth)
	stops := free()
	left(w, "stops", stops)
	inbound := func(from, body string) {
		w.must(w.e.Receive(w.t.Context(), account, booking.Inbound{SID: "SM" + body + from, From: booking.Phone(from), To: sender, Body: body}))
	}
	inbound(stops, "STOP")
	ago := func(ev *booking.Event) { ev.At = time.Now().Add(-49 * time.Hour) }
	w.event("too late", booking.EventStarted, filled(free()), ago)
	w.event("too late", booking.EventAbandoned, ago)

	time.Sleep(time.Hour)
	synctest.Wait()
	w.event("link", booking.EventCompleted)
	w.event("held, books", booking.EventCompleted)
	w.event("before", booking.EventCompleted, func(ev *booking.Event) { ev.At = time.Now().Add(-50 * time.Minute) })
	_, err := w.e.Handle(w.t.Context(), account, handled, engine.Handled{By: "csr", Booked: true})
	w.must(err)
	inbound(talks, "How much is it?")
	for _, no := range []string{"Help", "STOP", "Thanks"} { // neither keywords nor what follows a STOP are answers
		inbound(silent, no)
	}
	time.Sleep(8 * 24 * time.Hour)
	w.event("later", booking.EventCompleted)
	return booking.Figures{
		Sessions: 12, Qualified: 11, Abandoned: 11, Texted: 6, Replied: 1,
		Booked: 6, Recovered: 2, Assisted: 1, BookedBefore: 1, BookedLater: 1, Unprompted: 2, RevenueCents: 20_000,
		Withheld: map[booking.Check]int{booking.CheckPhoneNumber: 1, booking.CheckHoldout: 2, booking.CheckOptedOut: 1, booking.CheckTooLate: 1},
		Trials: booking.Trials{Treated: booking.Arm{Persons: 6, Booked: 2, Cents: 20_000}, Control: booking.Arm{Persons: 2, Booked: 1, Cents: 10_000},
			Lowest: 50, Highest: 50},
	}
}

// A small world whose report was counted by hand: before its days are closed, after, and after a restart.
func TestTheReportIsWhatAPersonCounts(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t, farAhead)
		defer w.close()
		want := w.play()
		if got := w.funnel("").Total; !reflect.DeepEqual(got, want) {
			t.Errorf("open days:\n got %+v\nwant %+v", got, want)
		}
		if s := w.session(w.idOf("talks")); s.Status != booking.StatusTalking || s.RepliedAt.IsZero() {
			t.Errorf("the one who talks is %s, replied at %v", s.Status, s.RepliedAt)
		}
		if v := w.tallied(); v.Day != "" {
			t.Errorf("%s was closed too early", v.Day)
		}
		groups := map[booking.Grouping][]booking.Grouped{}
		for _, g := range []booking.Grouping{"scheduler", "hour", "template", "source", "step"} {
			groups[g] = w.funnel(g).Groups()
		}
		time.Sleep(4 * 24 * time.Hour)
		synctest.Wait()
		if v := w.tallied(); v.Day != "2026-03-10" {
			t.Errorf("closed up to %q, want 2026-03-10", v.Day)
		}
		if got := w.funnel("").Total; !reflect.DeepEqual(got, want) {
			t.Errorf("closed days:\n got %+v\nwant %+v", got, want)
		}
		for g, want := range groups {
			if got := w.funnel(g).Groups(); !reflect.DeepEqual(got, want) {
				t.Errorf("by %s:\n got %+v\nwant %+v", g, got, want)
			}
		}
		w.whole()
		w.swap(w.carrier)
		if got := w.funnel("").Total; !reflect.DeepEqual(got, want) {
			t.Errorf("after a restart:\n got %+v\nwant %+v", got, want)
		}
	})
}

// A daemon that stood still for weeks closes every day that is due, one after the other, and nothing counts twice.
func TestDaysAreCaughtUpAfterALongStop(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t, farAhead)
		defer w.close()
		for i := range 6 {
			left(w, fmt.Sprint("c", i), phone(i))
			time.Sleep(48 * time.Hour)
		}
		w.must(w.e.Stop(context.Background()))
		time.Sleep(40 * 24 * time.Hour)
		if f := w.funnel("").Total; f.Sessions != 6 {
			t.Fatalf("%d sessions before", f.Sessions)
		}
		w.swap(w.carrier)
		time.Sleep(time.Minute)
		synctest.Wait()
		if v := w.tallied(); v.Day != "2026-03-20" {
			t.Errorf("closed up to %q, want 2026-03-20: %+v", v.Day, v)
		}
		if f := w.funnel("day"); f.Total.Sessions != 6 || f.Total.Texted != 6 {
			t.Errorf("after: %+v", f.Total)
		}
		w.whole()
	})
}

// With a short retention a day is closed before its first session expires.
func TestAShortRetentionLosesNoSessionToTheReport(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t, farAhead)
		defer w.close()
		w.settings(func(a *booking.Account) { a.Settings.Retention = booking.Duration(24 * time.Hour) })
		for i := range 20 {
			left(w, fmt.Sprint("c", i), phone(i))
			time.Sleep(7 * time.Hour)
		}
		time.Sleep(5 * 24 * time.Hour)
		synctest.Wait()
		if f := w.funnel("").Total; f.Sessions != 20 {
			t.Errorf("%d sessions, want 20", f.Sessions)
		}
		w.whole()
	})
}

// A backup holds the closed days and what was open then; the restored house goes on from there.
func TestReportsSurviveARestore(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t, farAhead)
		w.settings(func(a *booking.Account) { a.Settings.Retention = booking.Duration(48 * time.Hour) })
		for i := range 3 {
			time.Sleep(30 * time.Hour)
			left(w, fmt.Sprint("c", i), phone(i))
		}
		synctest.Wait()
		want, closed := w.funnel("").Total, w.tallied()
		backup := w.backup()
		w.close()
		w = restored(t, backup)
		defer w.close()
		if got := w.funnel("").Total; !reflect.DeepEqual(got, want) || got.Sessions != 3 || closed.Day == "" {
			t.Errorf("closed up to %q:\n got %+v\nwant %+v", closed.Day, got, want)
		}
		time.Sleep(3 * 24 * time.Hour)
		synctest.Wait()
		if got := w.funnel("").Total; got.Sessions != 3 || w.tallied().Day <= closed.Day {
			t.Errorf("closed up to %q: %+v", w.tallied().Day, got)
		}
		w.whole()
	})
}

// Held out is the person, whatever the form of the number, the scheduler and the day; and only who would have got a text.
func TestTheHoldoutIsOfPersonsWhoWouldHaveGotAText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, farAhead)
		defer w.close()
		_, err := w.e.EditScheduler(t.Context(), account, "quiet", func(s *booking.Scheduler) error { s.FollowUp.Enabled = true; return nil })
		w.must(err)
		w.settings(func(a *booking.Account) { a.Settings.Holdout = 50 })
		p := numbers(true)()
		forms := []string{p, p[2:], "(" + p[2:5] + ") " + p[5:8] + "-" + p[8:], "1 " + p[2:5] + "." + p[5:8] + "." + p[8:]}
		for i, form := range forms {
			on := func(ev *booking.Event) {}
			if i%2 == 1 {
				on = func(ev *booking.Event) { ev.Scheduler = "quiet" }
			}
			c := fmt.Sprint("form", i)
			w.event(c, booking.EventStarted, filled(form), on)
			id := w.event(c, booking.EventAbandoned, on)
			time.Sleep(25 * time.Hour)
			synctest.Wait()
			s := w.session(id)
			if s.FollowUp.WithheldBy != booking.CheckHoldout || s.Trial.At.IsZero() != (i > 0) {
				t.Errorf("%s: %+v, trial %+v", form, s.FollowUp, s.Trial)
			}
			w.swap(w.carrier)
		}
		// In the night a text waits; until the morning its customer may still book, in either group.
		time.Sleep(time.Until(time.Date(2026, 3, 20, 2, 0, 0, 0, time.UTC)))
		next := numbers(true)
		next()
		id := left(w, "night", next())
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := w.session(id); s.FollowUp.State != booking.FollowUpWaiting || s.FollowUp.WithheldBy != booking.CheckHours {
			t.Errorf("in the night: %+v", s.FollowUp)
		}
		w.event("night", booking.EventCompleted)
		if s := w.session(id); s.FollowUp.WithheldBy != booking.CheckCompleted || !s.Trial.At.IsZero() {
			t.Errorf("booked before the morning: %+v, trial %+v", s.FollowUp, s.Trial)
		}
		if n := len(w.texts("")); n != 0 {
			t.Errorf("%d texts to persons held out", n)
		}
	})
}
