package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

// forgetful loses the answer of some texts: the carrier has them or not, and does not list them.
type forgetful struct {
	engine.Carrier
	mu    sync.Mutex
	rand  *rand.Rand
	taken []booking.Text // everything that reached the carrier, in order
	at    []time.Time
	lost  int // of those that did not, the answer lost too: they count as well
}

func (c *forgetful) Send(ctx context.Context, t booking.Text) (string, error) {
	c.mu.Lock()
	fate := c.rand.IntN(4)
	if fate != 0 {
		c.taken, c.at = append(c.taken, t), append(c.at, time.Now())
	} else {
		c.lost++
	}
	c.mu.Unlock()
	switch fate {
	case 0:
		return "", errors.New("connection reset")
	case 1:
		_, _ = c.Carrier.Send(ctx, t)
		return "", errors.New("connection reset")
	}
	return c.Carrier.Send(ctx, t)
}

func (c *forgetful) Find(context.Context, booking.Text, time.Time) (*booking.CarrierMessage, error) {
	return nil, nil
}

// Caps hold whatever happens at once: several pages, schedulers and numbers of ours, unknown sends that people repeat, settings
// that change, a store that conflicts and loses answers. What is counted is what reached the carrier.
func TestNobodyGetsMoreThanTheCapsPermit(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			bubble(t, func(t *testing.T) { capsHold(t, seed) })
		})
	}
}

// handOver is how much later than its claim, by which it is counted, a text may reach the carrier: the claim is fresh for 10 s, and
// the call may take 15.
const handOver = 25 * time.Second

func capsHold(t *testing.T, seed uint64) {
	f := storagetest.NewFaulty(seed)
	w := over(t, f)
	defer w.close()
	c := &forgetful{Carrier: w.carrier, rand: rand.New(rand.NewPCG(seed, 2))}
	w.deaf = true
	w.swap(c)
	limit := 1 + int(seed%3)
	per := 24 * time.Hour * time.Duration(1+seed%2)
	w.settings(func(a *booking.Account) {
		a.Settings.Frequency = booking.Frequency{Max: limit, Per: booking.Duration(per)}
		a.Settings.Hours = booking.Hours{Weekday: booking.Span{To: 24 * 60}, Saturday: booking.Span{To: 24 * 60}, Sunday: booking.Span{To: 24 * 60}}
		a.Settings.StateRules = false
	})
	schedulers := []booking.SchedulerID{scheduler}
	for range 2 {
		v, err := w.e.CreateScheduler(t.Context(), account, booking.Scheduler{Name: "More", URL: "https://brightwater.example/more",
			FollowUp: booking.FollowUpSet{Enabled: true, Delay: booking.Duration(time.Minute)}})
		w.must(err)
		schedulers = append(schedulers, v.ID)
	}
	f.Set(storagetest.Faults{Conflict: 0.2, Unknown: 0.2, Slow: 0.2, Delay: 50 * time.Millisecond})
	r := rand.New(rand.NewPCG(seed, 3))
	persons := []string{phone(1), phone(2), phone(3)}
	stopped := map[string]time.Time{}
	var ids []booking.SessionID
	for i := range 90 {
		n := persons[r.IntN(3)]
		switch {
		case i == 60: // one of them has had enough
			w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: "SMstop", From: booking.Phone(persons[0]), To: sender, Body: "STOP", At: time.Now()}))
			stopped[persons[0]] = time.Now()
		case len(ids) > 0 && r.IntN(4) == 0: // the office presses the button, twice
			id := ids[r.IntN(len(ids))]
			for range 2 {
				_, _ = w.e.Resend(t.Context(), account, id)
			}
		default:
			var all sync.WaitGroup
			for k := range 1 + r.IntN(3) { // tabs that are left in the same moment
				all.Go(func() {
					ev := booking.Event{Kind: booking.EventStarted, Scheduler: schedulers[(i+k)%3], ClientID: fmt.Sprint("c", i, "-", k)}
					filled(n)(&ev)
					_, err := w.e.Track(t.Context(), account, ev)
					if err == nil {
						ev = booking.Event{Kind: booking.EventAbandoned, Scheduler: ev.Scheduler, ClientID: ev.ClientID}
						_, err = w.e.Track(t.Context(), account, ev)
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			ids = append(ids, w.idOf2(schedulers[i%3], fmt.Sprint("c", i, "-0")))
		}
		time.Sleep(time.Duration(r.IntN(100)) * time.Minute)
	}
	time.Sleep(3 * 24 * time.Hour)
	synctest.Wait()
	f.Set(storagetest.Faults{})

	got := map[string][]time.Time{}
	session := map[booking.AttemptID]booking.SessionID{}
	w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
		all, _, err := s.Attempts(account, "", 5000)
		for _, a := range all {
			session[a.ID] = a.Session
		}
		return err
	}))
	sent := map[booking.AttemptID]int{}
	perSession := map[booking.SessionID]map[booking.AttemptID]bool{}
	for i, text := range c.taken {
		n, at := string(text.To), c.at[i]
		sent[text.Attempt]++
		if s := session[text.Attempt]; perSession[s] == nil {
			perSession[s] = map[booking.AttemptID]bool{}
		}
		perSession[session[text.Attempt]][text.Attempt] = true
		got[n] = append(got[n], at)
		if since := stopped[n]; !since.IsZero() && at.After(since) {
			t.Errorf("a text to somebody who texted STOP %v before", at.Sub(since))
		}
	}
	for id, n := range sent {
		if n > 1 {
			t.Errorf("attempt %s reached the carrier %d times", id, n)
		}
	}
	for s, attempts := range perSession { // more than one only where people pressed the button
		if v := w.session(s); len(attempts) > 1 && !slices.Contains(ids, s) {
			t.Errorf("session %s got %d texts: %+v", s, len(attempts), v.FollowUp)
		}
	}
	for n, at := range got {
		for i := range at {
			inside := 1
			for j := i + 1; j < len(at) && at[j].Sub(at[i]) < per-handOver; j++ {
				inside++
			}
			if repeats := w.repeats(n); inside > limit+repeats {
				t.Errorf("%s got %d texts within %v, %d are permitted and %d were repeated by people", n, inside, per, limit, repeats)
			}
		}
	}
	if len(c.taken) < 4 || c.lost == 0 || f.Counts().Conflicts == 0 || f.Counts().Unknowns == 0 {
		t.Errorf("little happened: %d texts, %d lost, %+v", len(c.taken), c.lost, f.Counts())
	}
}

// repeats counts the attempts of a person that somebody decided to send once more: the repeated one does not count against the cap.
func (w *world) repeats(number string) (n int) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		all, _, err := s.Attempts(account, "", 5000)
		of := map[booking.SessionID]int{}
		for _, a := range all {
			if string(a.To) == number && a.State != booking.AttemptReleased {
				of[a.Session]++
			}
		}
		for _, k := range of {
			n += k - 1
		}
		return err
	}))
	return n
}

func (w *world) idOf2(sched booking.SchedulerID, client string) (id booking.SessionID) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		id, err = s.SessionOf(account, sched, client)
		return err
	}))
	return id
}

func (w *world) ledger(number string) (all []booking.ConsentRecord) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		all, _, err = s.Consents(account, booking.Phone(number), "", 1000)
		return err
	}))
	return all
}

func TestTheLedgerTellsWhatAPersonSaid(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		text := func(sid, body string) {
			w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: sid, From: booking.Phone(phone(1)), To: sender, Body: body, At: time.Now()}))
			time.Sleep(time.Second)
		}
		consent := func(sms bool, text string) func(*booking.Event) {
			return func(ev *booking.Event) {
				ev.Consent = &booking.Consent{SMS: sms, Text: text, IP: "192.0.2.7", UserAgent: "Browser"}
			}
		}
		w.event("c1", booking.EventStarted, consent(true, words)) // nobody to write it down for yet
		w.event("c1", booking.EventProgress, func(ev *booking.Event) { ev.Customer.Phone = phone(1) })
		for range 3 {
			time.Sleep(time.Second)
			w.event("c1", booking.EventProgress, consent(true, words)) // the same again is nothing new
		}
		time.Sleep(time.Second)
		w.event("c1", booking.EventProgress, consent(true, "other words"))
		time.Sleep(time.Second)
		w.event("c1", booking.EventProgress, consent(false, "other words"))
		time.Sleep(time.Second)
		w.event("c2", booking.EventStarted, filled(phone(1)), consent(false, words)) // never ticked
		w.event("c3", booking.EventStarted, filled(phone(1)), consent(true, words))
		time.Sleep(time.Second)
		text("SM1", "please stop texting me")
		text("SM1", "please stop texting me") // delivered twice
		w.event("c4", booking.EventStarted, filled(phone(1)))
		time.Sleep(time.Second)
		text("SM2", "START")
		_, err := w.e.OptOut(t.Context(), account, booking.OptOut{Phone: booking.Phone(phone(1)), Source: "staff", Text: "told the technician"})
		w.must(err)
		time.Sleep(time.Second)
		w.must(w.e.OptIn(t.Context(), account, booking.Phone(phone(1))))
		var told []string
		for _, r := range w.ledger(phone(1)) {
			told = append(told, string(r.Kind)+" "+r.Source)
			if r.Source == booking.SourceOfPage && (r.Version != booking.WordingVersion(r.Text) || r.Version == "" || r.Session == "") {
				t.Errorf("evidence of a tick: %+v", r)
			}
			if r.Source == booking.SourceOfPage && r.Session != w.idOf("c4") && (r.IP != "192.0.2.7" || r.UserAgent != "Browser") {
				t.Errorf("where a tick came from: %+v", r)
			}
		}
		want := "granted page, granted page, revoked page, granted page, revoked text, granted page, restored text, revoked staff, restored staff"
		if got := strings.Join(told, ", "); got != want {
			t.Errorf("the ledger says\n%s, want\n%s", got, want)
		}
		w.whole()
	})
}

// Decisions rest on the last word, on whatever page it was said.
func TestATickTakenBackCountsOnEveryPage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		first := left(w, "c1", phone(1))
		time.Sleep(time.Minute)
		w.event("c2", booking.EventStarted, filled(phone(1)))
		time.Sleep(time.Minute)
		w.event("c2", booking.EventProgress, func(ev *booking.Event) { ev.Consent = &booking.Consent{Text: words} })
		w.event("c2", booking.EventAbandoned)
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := w.session(first); s.FollowUp.WithheldBy != booking.CheckConsent || len(w.texts("")) != 0 {
			t.Errorf("the page that was left ticked: %+v, %d texts", s.FollowUp, len(w.texts("")))
		}
		later := left(w, "c3", phone(1))
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := w.session(later); s.FollowUp.State != booking.FollowUpSent {
			t.Errorf("ticked again: %+v", s.FollowUp)
		}
	})
}

// A new tick does not undo a STOP; START does.
func TestNoTickUndoesAStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		for i, body := range []string{"STOP", "START"} {
			w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: fmt.Sprint("SM", i), From: booking.Phone(phone(1)), To: sender, Body: body, At: time.Now()}))
			time.Sleep(time.Hour)
			id := left(w, fmt.Sprint("c", i), phone(1))
			time.Sleep(time.Hour)
			synctest.Wait()
			if s := w.session(id); (s.FollowUp.State == booking.FollowUpSent) != (body == "START") || body == "STOP" && s.FollowUp.WithheldBy != booking.CheckOptedOut {
				t.Errorf("after %s and a tick: %+v", body, s.FollowUp)
			}
		}
	})
}

func TestALandlineIsLookedUpOnceAndNotTexted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var c *lookups
		w := newWorld(t, func(o *engine.Options) { c = &lookups{carrier: o.Carrier.(*simulator.Carrier)}; o.Lookup = c })
		defer w.close()
		w.must(w.carrier.SetFaults(simulator.Faults{Landlines: []booking.Phone{booking.Phone(phone(1))}}))
		play := func(client, number string) booking.Session {
			id := left(w, client, number)
			time.Sleep(20 * time.Minute)
			synctest.Wait()
			return w.session(id)
		}
		if s := play("off", phone(1)); s.FollowUp.State != booking.FollowUpSent || c.asked != 0 {
			t.Errorf("switched off: %+v, asked %d times", s.FollowUp, c.asked)
		}
		w.settings(func(a *booking.Account) { a.Settings.Lookup = true })
		for i := range 2 {
			if s := play(fmt.Sprint("landline", i), phone(1)); s.FollowUp.WithheldBy != booking.CheckLandline || c.asked != 1 {
				t.Errorf("a landline: %+v, asked %d times", s.FollowUp, c.asked)
			}
		}
		if s := play("mobile", phone(2)); s.FollowUp.State != booking.FollowUpSent || c.asked != 2 {
			t.Errorf("a mobile: %+v, asked %d times", s.FollowUp, c.asked)
		}
		w.must(w.e.Receive(t.Context(), account, booking.Inbound{SID: "SM1", From: booking.Phone(phone(1)), To: sender, Body: "hello?", At: time.Now()}))
		if s := play("texts", phone(1)); s.FollowUp.State != booking.FollowUpSent {
			t.Errorf("a landline that texts: %+v", s.FollowUp)
		}
		c.fails = errors.New("no answer")
		if s := play("silent", phone(3)); s.FollowUp.State != booking.FollowUpSent {
			t.Errorf("the lookup does not answer: %+v", s.FollowUp)
		}
	})
}

// lookups counts how often the simulator is asked.
type lookups struct {
	carrier *simulator.Carrier
	asked   int
	fails   error
}

func (c *lookups) Lookup(ctx context.Context, p booking.Phone) (booking.LineKind, error) {
	c.asked++
	if c.fails != nil {
		return booking.LineUnknown, c.fails
	}
	return c.carrier.Lookup(ctx, p)
}
