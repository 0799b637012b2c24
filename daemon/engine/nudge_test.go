package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// nudging is a world in which agents may remind; the first text went out at 10:15, and nobody answered yet.
func nudging(t *testing.T, edit ...func(*engine.Options)) (*world, booking.SessionID) {
	t.Helper()
	w, id := talking(t, edit...)
	w.settings(func(a *booking.Account) { a.Settings.Nudges = 1 })
	return w, id
}

func (w *world) passes(d time.Duration) []string {
	w.t.Helper()
	time.Sleep(d)
	return w.waits()
}

func TestOneReminderAfterTheCustomerAnswered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, id := nudging(t)
		defer w.close()
		if got := w.passes(time.Hour); len(got) != 1 {
			t.Fatalf("reminded without an answer: %q", got)
		}
		w.says("what times do you have tomorrow?", 1)
		if got := w.passes(3 * time.Hour); len(got) != 2 {
			t.Fatalf("reminded too early: %q", got)
		}
		got := w.passes(time.Hour)
		if len(got) != 3 || !strings.Contains(got[2], "Brightwater") || !strings.Contains(got[2], "STOP") || !strings.Contains(got[2], "8 AM-10 AM") {
			t.Fatalf("no reminder, or not a text that we may start: %q", got)
		}
		if n := w.counted(phone(1)); n != 2 {
			t.Errorf("%d texts count against the cap, want the follow-up and the reminder", n)
		}
		trail := w.trace(id)
		if last := trail[len(trail)-1]; last.Result != booking.Pass {
			t.Errorf("the trace does not tell why it went: %+v", last)
		}
		w.says("tomorrow morning works", 1)
		if got := w.waits(); len(got) != 4 {
			t.Fatalf("the answer to a reminder is not answered: %q", got)
		}
		if got := w.passes(20 * time.Hour); len(got) != 4 {
			t.Errorf("a second reminder: %q", got)
		}
		if got := w.passes(40 * time.Hour); len(got) != 4 || w.thread().State != booking.ThreadClosed {
			t.Errorf("the thread does not end: %q, %+v", got, w.thread())
		}
		w.whole()
	})
}

// Whatever keeps a text that we start from going out keeps a reminder too, up to the moment in which it is due.
func TestWhatKeepsAReminderBack(t *testing.T) {
	t.Parallel()
	customer := booking.Phone(phone(1))
	for name, c := range map[string]struct {
		meanwhile func(w *world)
		texts     int // that went out in that day, with the first and the answer
	}{
		"nothing":    {func(*world) {}, 3},
		"no setting": {func(w *world) { w.settings(func(a *booking.Account) { a.Settings.Nudges = 0 }) }, 2},
		"STOP":       {func(w *world) { w.says("STOP", 1) }, 2},
		"an answer that ends it": {func(w *world) {
			w.says("let me think about it", 1)
		}, 3},
		"a booking by phone": {func(w *world) {
			_, err := w.e.Book(w.t.Context(), account, booking.NewBooking{Source: booking.SourcePhone, Customer: booking.Customer{Phone: phone(1)}, At: time.Now()})
			w.must(err)
		}, 2},
		"the booking finished on the page": {func(w *world) { w.event("c1", booking.EventCompleted) }, 2},
		"handled by the office": {func(w *world) {
			_, err := w.e.Handle(w.t.Context(), account, w.idOf("c1"), engine.Handled{By: "Denise"})
			w.must(err)
		}, 2},
		"a person took over": {func(w *world) {
			_, err := w.e.TakeOver(w.t.Context(), account, customer, "Denise")
			w.must(err)
		}, 2},
		"switched off": {func(w *world) { w.settings(func(a *booking.Account) { a.SMSFollowUpEnabled = false }) }, 2},
		"the cap":      {func(w *world) { w.settings(func(a *booking.Account) { a.Settings.Frequency.Max = 1 }) }, 2},
		"the night": {func(w *world) {
			w.settings(func(a *booking.Account) { a.Settings.Hours.Weekday.To = a.Settings.Hours.Weekday.From + 180 })
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, _ := nudging(t)
				defer w.close()
				w.says("what times do you have tomorrow?", 1)
				w.passes(2 * time.Hour)
				c.meanwhile(w)
				if got := w.passes(7 * time.Hour); len(got) != c.texts {
					t.Errorf("%d texts, want %d: %q", len(got), c.texts, got)
				}
				w.whole()
			})
		})
	}
}

// A reminder that is due at night waits for the morning, and none comes when the session was left two days ago.
func TestAReminderKeepsTheHoursAndTheLimit(t *testing.T) {
	for name, c := range map[string]struct {
		answers, late time.Duration // the customer answers so long after the first text; the reminder comes in so long, at most
		want          int
	}{
		"in the evening": {7 * time.Hour, 16 * time.Hour, 3},
		"too late":       {47 * time.Hour, 24 * time.Hour, 2},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, _ := nudging(t)
				defer w.close()
				time.Sleep(c.answers)
				w.says("what times do you have on Saturday?", 1)
				w.waits()
				if got := w.passes(c.late); len(got) != c.want {
					t.Errorf("%q", got)
				}
				columbus, err := time.LoadLocation("America/New_York")
				w.must(err)
				for _, m := range w.texts(phone(1))[1:] {
					local := m.At.In(columbus)
					if h := local.Hour(); strings.Contains(m.Body, "still looking") && (h < 9 || h >= 20) {
						t.Errorf("a reminder at %s", local)
					}
				}
			})
		})
	}
}

// A script's reminder is judged like any text, and one that fails is no text at all.
func TestAReminderThatCannotBeWrittenIsNotSent(t *testing.T) {
	for name, source := range map[string]string{
		"invents":  `return { say = "Last chance: tonight at 7 for $20!" }`,
		"breaks":   `error("no")`,
		"silent":   `return {}`,
		"asks on":  `for i = 1, 50 do ask("windows", { days = i }) end return { say = "Still there?" }`,
		"would do": `local _, code = ask("book", { window = "w1" }) return { say = code and "" or "You are booked." }`,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, _ := nudging(t)
				defer w.close()
				w.activate("mine", `function reply(ctx)
	if ctx.event.kind == "timeout" then `+source+` end
	return { say = "Which day suits you?" }
end`)
				w.follow(func(f *booking.FollowUpSet) { f.Agent = "mine" })
				w.says("hello", 1)
				if got := w.passes(8 * time.Hour); len(got) != 2 || len(w.bookings()) != 0 {
					t.Errorf("%d bookings, %q", len(w.bookings()), got)
				}
				if v := w.thread(); v.Owner != booking.OwnerAgent || v.Nudges != 1 {
					t.Errorf("thread %+v", v)
				}
				w.whole()
			})
		})
	}
}

// The process may die at every commit of a reminder: one at most.
func TestKilledAtAnyCommitOfAReminder(t *testing.T) {
	t.Parallel()
	died := false
	for n := 1; n <= 6; n++ {
		for _, after := range []bool{false, true} {
			bubble(t, func(t *testing.T) {
				m := &mortal{left: -1}
				c := converse(t, m, &mortalCarrier{}, time.Minute, "hello")
				defer c.close()
				c.settings(func(a *booking.Account) { a.Settings.Nudges = 1 })
				c.hears("what times do you have tomorrow?")
				c.passes(230 * time.Minute)
				m.mu.Lock()
				m.left, m.after = n, after
				m.mu.Unlock()
				for range 8 {
					c.passes(10 * time.Minute)
				}
				died = died || c.died
				if n := c.told("still looking"); n > 1 || n == 0 && !c.died {
					t.Errorf("%d reminders", n)
				}
				c.whole()
			})
		}
	}
	if !died {
		t.Error("nobody died; nothing was tested")
	}
}
