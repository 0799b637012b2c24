package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/storage"
)

// faulty arms one fault and plays a session up to an hour after its text was due.
func faulty(w *world, f simulator.Fault) booking.Session {
	w.t.Helper()
	w.must(w.carrier.SetFaults(simulator.Faults{Next: []simulator.Fault{f}}))
	id := left(w, "c1", phone(1))
	time.Sleep(75 * time.Minute)
	synctest.Wait()
	return w.session(id)
}

func TestCarrierThatTookTheTextAndTimedOutMakesNoSecondOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		s := faulty(w, simulator.Fault{TimeoutAfterAccept: true})
		if got := w.texts(phone(1)); len(got) != 1 || s.FollowUp.State != booking.FollowUpSent {
			t.Errorf("%d texts, %+v; want one, and known as sent", len(got), s.FollowUp)
		}
	})
}

func TestRefusalsOfTheCarrierGetTheirReaction(t *testing.T) {
	for _, c := range []struct {
		name  string
		code  int
		texts int
		state booking.FollowUpState
		check func(t *testing.T, w *world)
	}{
		{"opted out at the carrier", 21610, 0, booking.FollowUpWithheld, func(t *testing.T, w *world) {
			if w.optOut(phone(1)) == nil {
				t.Error("21610 did not opt the person out")
			}
		}},
		{"not a mobile", 21614, 0, booking.FollowUpWithheld, func(t *testing.T, w *world) {
			id := left(w, "c2", phone(1))
			time.Sleep(time.Hour)
			synctest.Wait()
			if s := w.session(id); s.FollowUp.WithheldBy != booking.CheckLandline {
				t.Errorf("the next session of a number that takes no texts: %+v", s.FollowUp)
			}
		}},
		{"too many requests is tried again", 20429, 1, booking.FollowUpSent, nil},
		{"bad credentials raise an alarm until a text goes out", 20003, 1, booking.FollowUpSent, func(t *testing.T, w *world) {
			if a := w.alarms(); len(a) != 0 {
				t.Errorf("the alarm stands though texts go out: %+v", a)
			}
		}},
		{"landline found later by the network", 30006, 1, booking.FollowUpWithheld, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				s := faulty(w, simulator.Fault{ErrorCode: c.code})
				if s.FollowUp.State == booking.FollowUpWaiting { // waits for a person, looks again by itself
					if a := w.alarms(); len(a) != 1 || a[0].Code != "carrier_refuses" || a[0].Fix == "" {
						t.Errorf("alarms while it waits: %+v", a)
					}
					time.Sleep(3 * time.Hour)
					synctest.Wait()
					s = w.session(s.ID)
				}
				if got := w.texts(phone(1)); len(got) != c.texts || s.FollowUp.State != c.state {
					t.Errorf("%d texts, %+v; want %d and %s", len(got), s.FollowUp, c.texts, c.state)
				}
				if c.state == booking.FollowUpWithheld && s.FollowUp.WithheldBy != booking.CheckCarrier {
					t.Errorf("withheld by %q, want carrier", s.FollowUp.WithheldBy)
				}
				if c.check != nil {
					c.check(t, w)
				}
			})
		})
	}
}

// lateList is a carrier whose list shows a text only the second time it is asked, as Twilio's does.
type lateList struct {
	engine.Carrier
	asked int
	never bool // loses every text and never lists any
}

func (c *lateList) Send(ctx context.Context, t booking.Text) (string, error) {
	if !c.never {
		if _, err := c.Carrier.Send(ctx, t); err != nil {
			return "", err
		}
	}
	return "", errors.New("connection reset")
}

func (c *lateList) Find(ctx context.Context, t booking.Text, since time.Time) (*booking.CarrierMessage, error) {
	c.asked++
	if c.asked == 1 || c.never {
		return nil, nil
	}
	return c.Carrier.Find(ctx, t, since)
}

func TestACodeThatBearsOneRetryGetsOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		twice := simulator.Fault{ErrorCode: 20409} // tried once more, by the table
		w.must(w.carrier.SetFaults(simulator.Faults{Next: []simulator.Fault{twice, twice, twice}}))
		id := left(w, "c1", phone(1))
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if s := w.session(id); len(w.carrier.Faults().Next) != 1 || s.FollowUp.WithheldBy != booking.CheckCarrier || s.Status != booking.StatusWithheld {
			t.Errorf("%d faults left of 3, %s %+v; want the text tried twice and then withheld", len(w.carrier.Faults().Next), s.Status, s.FollowUp)
		}
	})
}

func TestTheCarrierIsAskedAgainAfterAMinuteSinceItsListIsLate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &lateList{}
		w := newWorld(t, func(o *engine.Options) { c.Carrier, o.Carrier = o.Carrier, c })
		w.deaf = true // no callback tells what the list does not
		defer w.close()
		id := left(w, "c1", phone(1))
		time.Sleep(15*time.Minute + 30*time.Second)
		synctest.Wait()
		if s := w.session(id); s.FollowUp.State != booking.FollowUpClaimed {
			t.Errorf("between the two questions: %+v", s.FollowUp)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := w.session(id); s.FollowUp.State != booking.FollowUpSent || c.asked != 2 {
			t.Errorf("asked %d times: %+v", c.asked, s.FollowUp)
		}
	})
}

func TestUnknownSendIsHeldShownAndOnlyAPersonSendsAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &lateList{never: true}
		w := newWorld(t, func(o *engine.Options) { c.Carrier, o.Carrier = o.Carrier, c })
		defer w.close()
		id := left(w, "c1", phone(1))
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		s := w.session(id)
		if s.FollowUp.State != booking.FollowUpUnknown || c.asked != 2 || len(w.texts("")) != 0 {
			t.Fatalf("asked %d times, %d texts, %+v", c.asked, len(w.texts("")), s.FollowUp)
		}
		if a := w.alarms(); len(a) != 1 || a[0].Code != "unknown_send" || a[0].Fix == "" {
			t.Errorf("alarms = %+v", a)
		}
		c.never, c.asked = false, 1
		_, err := w.e.Resend(t.Context(), account, id)
		w.must(err)
		time.Sleep(time.Minute)
		synctest.Wait()
		if s = w.session(id); len(w.texts(phone(1))) != 1 || s.FollowUp.State != booking.FollowUpSent || len(w.alarms()) != 0 {
			t.Errorf("after a person sent again: %d texts, %+v, alarms %+v", len(w.texts("")), s.FollowUp, w.alarms())
		}
		if _, err := w.e.Resend(t.Context(), account, id); !errors.Is(err, &booking.Error{Code: "nothing_to_resend"}) {
			t.Errorf("a sent text was sent again: %v", err)
		}
	})
}

func (w *world) optOut(number string) (o *booking.OptOut) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		o, err = s.OptOut(account, booking.Phone(number))
		return err
	}))
	return o
}

func (w *world) alarms() (all []storage.Alarm) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		all, _, err = s.Alarms(account, "", 100)
		return err
	}))
	return all
}

// A text that was on its way once is never tried again by itself, whatever the carrier says of it later.
func TestAFailureReportedLaterPlansNoSecondText(t *testing.T) {
	t.Parallel()
	for _, code := range []int{30034, 30007, 30008, 30017, 30022, 30450, 30032} {
		bubble(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.close()
			id := left(w, "c1", phone(1))
			w.must(w.carrier.SetFaults(simulator.Faults{Next: []simulator.Fault{{ErrorCode: code}}}))
			time.Sleep(47 * time.Hour)
			synctest.Wait()
			s := w.session(id)
			if got := len(w.texts(phone(1))); got != 1 || s.FollowUp.State != booking.FollowUpWithheld {
				t.Errorf("%d: %d texts given to the carrier, %+v; want one, and the rest left to people", code, got, s.FollowUp)
			}
			if r := booking.ReactionTo(&booking.CarrierError{Code: code}); r.Class == booking.ReactHalt && len(w.alarms()) != 1 {
				t.Errorf("%d: alarms %+v; nothing of this business goes out until somebody mends it", code, w.alarms())
			}
		})
	}
}

func TestTheFirstFinalReportStands(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := left(w, "c1", phone(1))
		time.Sleep(16 * time.Minute)
		synctest.Wait() // delivered
		u := booking.StatusUpdate{Account: account, Attempt: w.session(id).FollowUp.Attempt, SID: "SM1", Status: "failed", ErrorCode: 30008}
		w.must(w.e.Status(t.Context(), u))
		if s := w.session(id); s.FollowUp.State != booking.FollowUpSent {
			t.Errorf("a late report of failure overwrote delivered: %+v", s.FollowUp)
		}
	})
}

// failedList lists a text that the carrier could not deliver, and no callback tells.
type failedList struct{ lateList }

func (c *failedList) Find(ctx context.Context, t booking.Text, since time.Time) (*booking.CarrierMessage, error) {
	return &booking.CarrierMessage{SID: "SM1", Status: "undelivered", ErrorCode: 30006}, nil
}

func TestAFailureFoundInTheCarriersListIsAFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &failedList{lateList{never: true}}
		w := newWorld(t, func(o *engine.Options) { c.Carrier, o.Carrier = o.Carrier, c })
		defer w.close()
		id := left(w, "c1", phone(1))
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := w.session(id); s.FollowUp.State != booking.FollowUpWithheld || s.FollowUp.WithheldBy != booking.CheckCarrier {
			t.Errorf("%+v; the carrier's list says undelivered", s.FollowUp)
		}
	})
}
