package engine_test

import (
	"context"
	"fmt"
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

// Each test here is named for a hole that it keeps closed.

// pausing calls a function before an update of the store that it was told to wait for.
type pausing struct {
	storage.KV
	mu    sync.Mutex
	skip  int // updates that still pass
	pause func()
}

func (p *pausing) Update(ctx context.Context, fn func(storage.Putter) error) error {
	p.mu.Lock()
	pause := p.pause
	if p.skip--; pause == nil || p.skip >= 0 {
		pause = nil
	} else {
		p.pause = nil
	}
	p.mu.Unlock()
	if pause != nil {
		pause()
	}
	return p.KV.Update(ctx, fn)
}

func (p *pausing) before(update int, pause func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.skip, p.pause = update-1, pause
}

func TestNewsBetweenClaimAndBegunStopsTheText(t *testing.T) {
	for _, news := range []struct {
		name string
		want booking.Check
		come func(w *world)
	}{
		{"stop", booking.CheckOptedOut, func(w *world) {
			w.must(w.e.Receive(w.t.Context(), account, booking.Inbound{SID: "SM1", From: booking.Phone(phone(1)), To: sender, Body: "STOP"}))
		}},
		{"handled", booking.CheckHandled, func(w *world) {
			_, err := w.e.Handle(w.t.Context(), account, w.idOf("c1"), engine.Handled{By: "csr"})
			w.must(err)
		}},
		{"completed", booking.CheckCompleted, func(w *world) { w.event("c1", booking.EventCompleted) }},
		{"switched off", booking.CheckAccountEnabled, func(w *world) {
			w.settings(func(a *booking.Account) { a.SMSFollowUpEnabled = false })
		}},
		{"the machine slept into the night", booking.CheckHours, func(*world) { time.Sleep(14 * time.Hour) }},
	} {
		t.Run(news.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
				p := &pausing{}
				store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: func(kv storage.KV) storage.KV { p.KV = kv; return p }})
				if err != nil {
					t.Fatal(err)
				}
				var w *world
				w = newWorldOver(t, store, func(o *engine.Options) {
					o.Scripts = inBox(func(box.Call) {
						p.before(2, func() { news.come(w) }) // the first is the claim
					})
				})
				defer w.close()
				time.Sleep(7 * time.Second)
				id := left(w, "c1", phone(1))
				time.Sleep(16 * time.Hour)
				synctest.Wait()
				s := w.session(id)
				if got := w.texts(""); len(got) != 0 || s.FollowUp.WithheldBy != news.want {
					t.Errorf("%d texts, %+v; want none, withheld by %s", len(got), s.FollowUp, news.want)
				}
				if n := w.counted(phone(1)); n != 0 {
					t.Errorf("%d texts count against the person's cap though none went out", n)
				}
			})
		})
	}
}

func TestMarksOfAWrongClockHideNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var fast atomic.Int64
		now := func() time.Time { return time.Now().Add(time.Duration(fast.Load())) }
		time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
		store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		w := newWorldOver(t, store, func(o *engine.Options) { o.Now, o.Horizon = now, 2*time.Minute })
		defer w.close()
		fast.Store(int64(2 * time.Hour))
		time.Sleep(25 * time.Minute)
		fast.Store(0)
		time.Sleep(2 * time.Minute)
		left(w, "c1", phone(1))
		time.Sleep(5 * time.Minute)
		w.must(w.e.Stop(context.Background()))
		time.Sleep(3 * time.Hour) // past what the wrong clock wrote
		w.renew(w.options)
		w.must(w.e.Start(t.Context()))
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := len(w.texts(phone(1))); got != 1 {
			t.Errorf("%d texts; the low-water mark of a wrong clock hides the due-key", got)
		}
	})
}

func TestApprovalWakesEverybodyHoweverLargeTheirSessions(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		_, err := w.e.SetRegistration(t.Context(), account, booking.Registration{Status: booking.RegistrationInReview})
		w.must(err)
		for i := range 40 {
			left(w, fmt.Sprint("c", i), phone(i), func(ev *booking.Event) {
				ev.Customer.Email = fmt.Sprintf("a%d@example.com", i)
				ev.Fields = map[string]string{}
				for j := range 30 * (i % 2) {
					ev.Fields[fmt.Sprint("f", j)] = strings.Repeat(`<"`, 250)
				}
			})
		}
		time.Sleep(time.Hour)
		w.settings(func(a *booking.Account) { a.Settings.Retention = booking.Duration(30 * 24 * time.Hour) }) // every row is rewritten
		_, err = w.e.SetRegistration(t.Context(), account, booking.Registration{Status: booking.RegistrationApproved})
		w.must(err)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := len(w.texts("")); got != 40 || w.stats().Poisoned != 0 {
			t.Errorf("%d texts a minute after the approval, %d entries set aside; want 40 and none", got, w.stats().Poisoned)
		}
	})
}

// broken makes the writing of texts fail in a way nobody foresaw.
func broken(bad *atomic.Bool) func(*engine.Options) {
	return func(o *engine.Options) {
		o.Scripts = inBox(func(box.Call) {
			if bad.Load() {
				panic("nobody foresaw this")
			}
		})
	}
}

func TestAnOutageOfSomeMinutesLosesNoText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var bad atomic.Bool
		w := newWorld(t, broken(&bad))
		defer w.close()
		bad.Store(true)
		left(w, "c1", phone(1))
		time.Sleep(20 * time.Minute)
		bad.Store(false)
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if got := len(w.texts(phone(1))); got != 1 {
			t.Errorf("%d texts after scripts were out for five minutes", got)
		}
	})
}

func TestWorkSetAsideIsToldOnItsSessionAndCanBeSentByAPerson(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var bad atomic.Bool
		w := newWorld(t, broken(&bad))
		defer w.close()
		bad.Store(true)
		id := left(w, "c1", phone(1))
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		s, trace := w.session(id), w.trace(id)
		if s.Status != booking.StatusWithheld || s.FollowUp.WithheldBy != booking.CheckScriptError || len(trace) == 0 {
			t.Fatalf("%s %+v, trace %+v", s.Status, s.FollowUp, trace)
		}
		bad.Store(false)
		_, err := w.e.Resend(t.Context(), account, id)
		w.must(err)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := len(w.texts(phone(1))); got != 1 {
			t.Errorf("%d texts after a person sent it", got)
		}
	})
}

// panicList is a carrier whose list kills whoever asks.
type panicList struct{ lateList }

func (*panicList) Find(context.Context, booking.Text, time.Time) (*booking.CarrierMessage, error) {
	panic("list")
}

func TestASendNobodyCanAskAboutIsUnknownAndShown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &panicList{}
		w := newWorld(t, func(o *engine.Options) { c.Carrier, o.Carrier = o.Carrier, c })
		w.deaf = true
		defer w.close()
		id := left(w, "c1", phone(1))
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if s := w.session(id); s.FollowUp.State != booking.FollowUpUnknown || len(w.alarms()) == 0 {
			t.Errorf("%+v, alarms %+v", s.FollowUp, w.alarms())
		}
	})
}

func TestARestartDoesNotShortenTheTimeBetweenTwoQuestions(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &lateList{}
		w := newWorld(t, func(o *engine.Options) { c.Carrier, o.Carrier = o.Carrier, c })
		w.deaf = true
		defer w.close()
		left(w, "c1", phone(1))
		time.Sleep(15*time.Minute + time.Second)
		for range 5 { // a crash loop
			w.swap(c)
			time.Sleep(time.Second)
			synctest.Wait()
		}
		if c.asked != 1 {
			t.Errorf("asked %d times within seconds of the call", c.asked)
		}
	})
}

func TestAResendAsksTheCarrierOnceMore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &lateList{}
		w := newWorld(t, func(o *engine.Options) { c.Carrier, o.Carrier = o.Carrier, c })
		w.deaf = true
		defer w.close()
		c.asked = -1 // the list shows the text only when it is asked a third time
		id := left(w, "c1", phone(1))
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := w.session(id); s.FollowUp.State != booking.FollowUpUnknown {
			t.Skipf("the list told earlier: %+v", s.FollowUp)
		}
		_, err := w.e.Resend(t.Context(), account, id)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := len(w.texts(phone(1))); got != 1 || err == nil || w.session(id).FollowUp.State != booking.FollowUpSent {
			t.Errorf("%d texts, resend answered %v, %+v; the carrier has the text", got, err, w.session(id).FollowUp)
		}
	})
}
