package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

func TestAbandonedSessionGetsExactlyOneTextAfterFifteenMinutes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.event("c1", booking.EventStarted)
		id := w.event("c1", booking.EventProgress, filled(phone(1)))
		left := time.Now()
		w.event("c1", booking.EventAbandoned)

		time.Sleep(15*time.Minute - time.Millisecond)
		synctest.Wait()
		if got := w.texts(phone(1)); len(got) != 0 {
			t.Fatalf("a text went out early: %+v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		got := w.texts(phone(1))
		if len(got) != 1 {
			t.Fatalf("texts = %d, want 1; trace %+v", len(got), w.trace(id))
		}
		for _, want := range []string{"Brightwater Home Services", "https://book.example.com/l/", "STOP"} {
			if !strings.Contains(got[0].Body, want) {
				t.Errorf("text %q lacks %q", got[0].Body, want)
			}
		}
		if late := got[0].At.Sub(left.Add(15 * time.Minute)); late < 0 || late > 50*time.Millisecond {
			t.Errorf("sent %v after its time", late)
		}
		s := w.session(id)
		if s.Status != booking.StatusTexted || s.FollowUp.State != booking.FollowUpSent || s.FollowUp.SentAt.IsZero() {
			t.Errorf("session = %s, %+v", s.Status, s.FollowUp)
		}
		for _, f := range w.trace(id) {
			if f.Result != booking.Pass {
				t.Errorf("trace of a sent text says %+v", f)
			}
		}
		time.Sleep(72 * time.Hour)
		synctest.Wait()
		if got := w.texts(phone(1)); len(got) != 1 {
			t.Errorf("texts after three days = %d, want 1", len(got))
		}
	})
}

func TestSilenceIsAbandonmentAtTheLastMomentHeard(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := w.event("c1", booking.EventStarted, filled(phone(1)))
		for range 10 {
			time.Sleep(30 * time.Second)
			w.event("c1", booking.EventHeartbeat)
		}
		heard := time.Now()
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if s := w.session(id); s.Status != booking.StatusActive {
			t.Errorf("after 59 s of silence the session is %s", s.Status)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		s := w.session(id)
		if s.Status != booking.StatusAbandoned || !s.AbandonedAt.Equal(heard) || !s.FollowUp.DueAt.Equal(heard.Add(15*time.Minute)) {
			t.Errorf("after 61 s: %s, abandoned %v, due %v; want abandoned at %v", s.Status, s.AbandonedAt, s.FollowUp.DueAt, heard)
		}
	})
}

func TestComingBackUnabandonsAndFinishingWithholds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := w.event("c1", booking.EventStarted, filled(phone(1)))
		w.event("c1", booking.EventAbandoned)
		time.Sleep(14 * time.Minute)
		w.event("c1", booking.EventProgress)
		time.Sleep(30 * time.Second)
		w.event("c1", booking.EventCompleted)
		time.Sleep(49 * time.Hour)
		synctest.Wait()
		if got := w.texts(""); len(got) != 0 {
			t.Errorf("a finished session was texted: %+v", got)
		}
		s := w.session(id)
		if s.Status != booking.StatusCompleted || s.FollowUp.WithheldBy != booking.CheckCompleted {
			t.Errorf("session = %s, %+v", s.Status, s.FollowUp)
		}
		if f := w.trace(id); len(f) == 0 || f[len(f)-1].Check != booking.CheckCompleted {
			t.Errorf("trace = %+v, want it to end with completed", f)
		}
	})
}
