package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// talking is a world in which the default agent's first text went out to customer number 1.
func talking(t *testing.T, edit ...func(*engine.Options)) (*world, booking.SessionID) {
	t.Helper()
	w := newWorld(t, edit...)
	return w, w.talks()
}

// talks has customer number 1 get the default agent's first text.
func (w *world) talks() booking.SessionID {
	t := w.t
	t.Helper()
	agentOf(asker)(w)
	w.follow(func(f *booking.FollowUpSet) { f.Agent = "" })
	id := left(w, "c1", phone(1), func(ev *booking.Event) {
		ev.Customer.Address = booking.Address{Line1: "12 Oak St", PostalCode: "43215"}
	})
	time.Sleep(16 * time.Minute)
	synctest.Wait()
	if n := len(w.texts(phone(1))); n != 1 {
		t.Fatalf("%d first texts", n)
	}
	return id
}

// says plays the customer's text, delivered by the carrier once or more often.
func (w *world) says(text string, times int) {
	w.t.Helper()
	m, err := w.carrier.Receive(w.t.Context(), booking.Phone(phone(1)), sender, text, nil)
	w.must(err)
	in := booking.Inbound{SID: m.SID, From: m.From, To: m.To, Body: m.Body, At: m.At}
	var all sync.WaitGroup
	for range times {
		all.Go(func() {
			if err := w.e.Receive(w.t.Context(), account, in); err != nil {
				w.t.Errorf("receive: %v", err)
			}
		})
	}
	all.Wait()
}

// waits lets a minute pass and gives what went to the customer so far.
func (w *world) waits() []string {
	w.t.Helper()
	time.Sleep(time.Minute)
	synctest.Wait()
	var bodies []string
	for _, m := range w.texts(phone(1)) {
		bodies = append(bodies, m.Body)
	}
	return bodies
}

func (w *world) thread() booking.Thread { return w.threadOf(phone(1)) }

func (w *world) threadOf(number string) (v booking.Thread) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		found, err := s.Thread(account, booking.Phone(number))
		if found != nil {
			v = *found
		}
		return err
	}))
	return v
}

func (w *world) bookings() (all []booking.Booking) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		all = nil
		known, err := s.BookingsOf(account, booking.Phone(phone(1)), "", "")
		for _, k := range known {
			b, err := s.Booking(account, k.ID)
			if err != nil {
				return err
			}
			all = append(all, *b)
		}
		return err
	}))
	return all
}

func TestAConversationEndsInABooking(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, id := talking(t)
		defer w.close()
		w.says("tomorrow morning works", 10) // delivered ten times at once
		got := w.waits()
		if len(got) != 2 || !strings.Contains(got[1], "8 AM-10 AM") {
			t.Fatalf("got %q", got)
		}
		w.says("yes", 1)
		w.says("gate code 4417", 1) // a burst gets one answer
		got = w.waits()
		if len(got) != 3 || !strings.Contains(got[2], "You're booked: Wed Mar 11, 8 AM-10 AM") {
			t.Fatalf("got %q", got)
		}
		all := w.bookings()
		if len(all) != 1 || all[0].Source != booking.SourceAgent || all[0].Session != id || all[0].Window != "w1" {
			t.Errorf("bookings %+v", all)
		}
		if v := w.thread(); v.Owner != booking.OwnerAgent || v.AgentTexts != 3 || v.Pending() {
			t.Errorf("thread %+v", v)
		}
		w.whole()
	})
}

func TestSafetyWordsComeBeforeAnyScript(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ran := 0
		w, _ := talking(t, func(o *engine.Options) { o.Scripts = inBox(func(box.Call) { ran++ }) })
		defer w.close()
		ran = 0
		w.says("i smell gas in the basement", 10)
		synctest.Wait()
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		got := w.texts(phone(1))
		if len(got) != 2 || !strings.Contains(got[1].Body, "911") || ran != 0 {
			t.Fatalf("%d runs, texts %+v", ran, got)
		}
		if v := w.thread(); v.Owner != booking.OwnerHuman || v.State != booking.ThreadHandedOff {
			t.Errorf("thread %+v", v)
		}
		w.says("can you come tomorrow", 1)
		if got := w.waits(); len(got) != 2 {
			t.Errorf("the agent goes on selling: %q", got)
		}
		w.whole()
	})
}

// A takeover in the very moment in which the agent writes: the person's text goes out, the agent's does not.
func TestATakeoverDropsTheReplyBeingWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		taken := false
		w, _ = talking(t, func(o *engine.Options) {
			o.Scripts = inBox(func(c box.Call) {
				if w == nil || taken || !strings.Contains(string(c.Ctx), "do you have evenings") {
					return
				}
				taken = true
				if _, err := w.e.Say(context.Background(), account, booking.Phone(phone(1)), "Denise", "Hi, Denise here."); err != nil {
					t.Error(err)
				}
			})
		})
		defer w.close()
		w.says("do you have evenings?", 1)
		got := w.waits()
		if len(got) != 2 || got[1] != "Hi, Denise here." || !taken {
			t.Fatalf("got %q", got)
		}
		w.says("ok thanks, tomorrow at 8", 1)
		if got := w.waits(); len(got) != 2 {
			t.Errorf("the agent writes in a person's thread: %q", got)
		}
		_, err := w.e.ReleaseThread(t.Context(), account, booking.Phone(phone(1)), "prefers mornings")
		w.must(err)
		w.says("so when can you come?", 1)
		if got := w.waits(); len(got) != 3 {
			t.Errorf("the agent is silent after the release: %q", got)
		}
		w.whole()
	})
}

// A newer text while the answer is written: one answer to both.
func TestANewerTextWhileTheAnswerIsWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		more := false
		w, _ = talking(t, func(o *engine.Options) {
			o.Scripts = inBox(func(c box.Call) {
				if w != nil && !more && strings.Contains(string(c.Ctx), "hello there") {
					more = true
					w.says("tomorrow at noon", 1)
				}
			})
		})
		defer w.close()
		w.says("hello there", 1)
		if got := w.waits(); len(got) != 2 || !more {
			t.Errorf("got %q", got)
		}
		w.whole()
	})
}

// The process ends at each step of a turn that books: after the restart there is one booking, and one text that tells of it.
func TestARestartInABookingTurn(t *testing.T) {
	for step := range 6 {
		t.Run(fmt.Sprint(step), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var runs atomic.Int64
				w, _ := talking(t, func(o *engine.Options) { o.Scripts = inBox(func(box.Call) { runs.Add(1) }) })
				defer w.close()
				w.says("tomorrow at 8 works", 1)
				w.waits()
				w.says("yes", 1)
				runs.Store(0)
				stop := errors.New("stopped")
				for i := range 40_000 { // the step is told by how often the script ran and what was written by then
					time.Sleep(time.Millisecond)
					if runs.Load() >= int64(step/2) && (step%2 == 0 || len(w.bookings()) > 0) && i > 7_990 {
						stop = nil
						break
					}
				}
				if stop != nil && step%2 == 0 {
					t.Fatalf("step %d was never reached", step)
				}
				w.swap(w.carrier)
				got := w.waits()
				got = slices.DeleteFunc(got, func(s string) bool { return !strings.Contains(s, "You're booked") })
				if n := len(w.bookings()); n != 1 || len(got) != 1 {
					t.Errorf("%d bookings, told %q", n, got)
				}
				w.whole()
			})
		})
	}
}

// A model or script that lies: the customer gets a safe line, a person gets the thread, the trace names the phrase.
func TestTheFirewallHoldsBackWhatNothingSupports(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, id := talking(t)
		defer w.close()
		w.activate("liar", `function reply(ctx)
	return { say = "You're booked for tonight at 7, free of charge." }
end`)
		w.follow(func(f *booking.FollowUpSet) { f.Agent = "liar" })
		w.says("tonight?", 1)
		got := w.waits()
		if len(got) != 2 || got[1] != "Thanks, a person from Brightwater Home Services will get back to you." {
			t.Fatalf("got %q", got)
		}
		trail := w.trace(id)
		last := trail[len(trail)-1]
		if last.Check != booking.CheckFirewall || !strings.Contains(last.Fact, `"`) {
			t.Errorf("trace %+v", last)
		}
		if v := w.thread(); v.Owner != booking.OwnerHuman {
			t.Errorf("thread %+v", v)
		}
		w.whole()
	})
}

// Two machines that answer each other: at most one answer of ours.
func TestAMachineIsNotAnswered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, _ := talking(t)
		defer w.close()
		for range 5 {
			w.says("Thanks for contacting Acme Leasing! We will respond in 1 business day.", 1)
			w.waits()
		}
		if got := w.waits(); len(got) > 2 {
			t.Errorf("got %q", got)
		}
	})
}

// A conversation that a person had is no reason to withhold a text for ever: it is over when nobody writes for two days and the customer does not
// wait; then a new visit is followed up, and the agent answers to it.
func TestAPersonsConversationEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, _ := talking(t)
		defer w.close()
		visit := func(client string) booking.Session {
			t.Helper()
			id := left(w, client, phone(1))
			time.Sleep(time.Hour)
			synctest.Wait()
			return w.session(id)
		}
		w.says("can a person call me?", 1)
		time.Sleep(3 * 24 * time.Hour)
		if s := visit("waits"); s.FollowUp.WithheldBy != booking.CheckThreadOwner {
			t.Errorf("a customer who waits for a person: %s %+v", s.Status, s.FollowUp)
		}
		_, err := w.e.Say(context.Background(), account, booking.Phone(phone(1)), "Denise", "Hi, Denise here. It is done.")
		w.must(err)
		if s := visit("fresh"); s.FollowUp.WithheldBy != booking.CheckThreadOwner {
			t.Errorf("an hour after a person wrote: %s %+v", s.Status, s.FollowUp)
		}
		time.Sleep(booking.ThreadSilence)
		if s := visit("later"); s.Status != booking.StatusTexted {
			t.Errorf("two days after a person wrote: %s %+v", s.Status, s.FollowUp)
		}
		if v := w.thread(); v.Owner != booking.OwnerAgent || v.State != booking.ThreadOpen || v.By != "" {
			t.Errorf("the thread after the new text: %+v", v)
		}
		before := len(w.texts(phone(1)))
		w.says("what do you have on Friday?", 1)
		if got := w.waits(); len(got) != before+1 {
			t.Errorf("%d texts, want an answer of the agent: %q", len(got)-before, got)
		}
	})
}
