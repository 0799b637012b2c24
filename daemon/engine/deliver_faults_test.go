package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

func TestKilledBetweenTheCallAndItsSettlingItComesAgainUnderTheSameID(t *testing.T) {
	bubble(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
		m := &mortal{left: -1}
		kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		m.KV = kv
		c := &courier{}
		first := newWorldOver(t, storage.New(m, time.Now), func(o *engine.Options) { o.Courier, o.Log = c, nil })
		first.tolerant = true
		hook := first.hook("https://crm.example/", booking.NewsAbandoned)
		c.answer = func(booking.Parcel) (booking.Receipt, error) { m.kill(); return booking.Receipt{Status: 200}, nil }
		left(first, "c1", phone(1))
		pass(10 * time.Second)
		first.e.Stop(context.Background())
		if n := len(c.all()); n != 1 {
			t.Fatalf("the dying process called %d times, want once", n)
		}

		c.say(200)
		o := first.options
		second := &world{t: t, store: storage.New(kv, time.Now), carrier: first.carrier, options: o}
		o.Store = second.store
		second.e = engine.New(o)
		first.e = second.e
		second.must(second.e.Start(t.Context()))
		pass(time.Minute)
		got := c.all()
		if len(got) != 2 || got[0].ID != got[1].ID || string(got[0].Body) != string(got[1].Body) {
			t.Errorf("%d calls; want the same delivery twice: %+v", len(got), got)
		}
		if d := second.deliveries(hook.ID); len(d) != 1 || d[0].State != booking.DeliveryDelivered || len(d[0].Attempts) != 1 {
			t.Errorf("deliveries %+v", d)
		}
		second.whole()
		second.close()
	})
}

// Whatever commit a process dies at, what was acknowledged is told: the change and its delivery are one transaction.
func TestKilledAtAnyCommitNothingAcknowledgedGoesUntold(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for _, after := range []bool{false, true} {
			bubble(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
				m := &mortal{left: -1}
				kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
				if err != nil {
					t.Fatal(err)
				}
				m.KV = kv
				c := &courier{}
				first := newWorldOver(t, storage.New(m, time.Now), func(o *engine.Options) { o.Courier, o.Log = c, nil })
				first.tolerant = true
				first.hook("https://crm.example/", booking.NewsOptedOut)
				m.mu.Lock()
				m.left, m.after = n, after
				m.mu.Unlock()
				told := map[string]bool{}
				for i := range 4 {
					if _, err := first.e.OptOut(t.Context(), account, booking.OptOut{Phone: booking.Phone(phone(i)), Source: "api"}); err == nil {
						told[phone(i)] = true
					}
					pass(time.Second)
				}
				first.e.Stop(context.Background())
				o := first.options
				second := &world{t: t, store: storage.New(kv, time.Now), carrier: first.carrier, options: o}
				o.Store = second.store
				second.e = engine.New(o)
				first.e = second.e
				second.must(second.e.Start(t.Context()))
				pass(time.Minute)
				for _, p := range c.all() {
					delete(told, p.data["phone"].(string))
				}
				if len(told) != 0 {
					t.Errorf("death at commit %d, on disk %v: acknowledged and never told: %v", n, after, told)
				}
				second.whole()
				second.close()
			})
		}
	}
}

func TestConflictsAndUnknownCommitsTellNothingTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := storagetest.NewFaulty(3)
		time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
		store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: f.Wrap})
		if err != nil {
			t.Fatal(err)
		}
		c := &courier{}
		w := newWorldOver(t, store, func(o *engine.Options) { o.Courier = c })
		defer w.close()
		f.Set(storagetest.Faults{Unknown: 0.3, Conflict: 0.2})
		hook := w.hook("https://crm.example/", booking.NewsKinds...)
		for i := range 30 {
			left(w, fmt.Sprint("c", i), phone(i))
			_, err := w.e.OptOut(t.Context(), account, booking.OptOut{Phone: booking.Phone(phone(50 + i)), Source: "api"})
			w.must(err)
			_, err = w.e.TestWebhook(t.Context(), account, hook.ID)
			w.must(err)
		}
		before := hook.Secret
		for range 5 {
			fresh, err := w.e.RotateWebhook(t.Context(), account, hook.ID)
			w.must(err)
			w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
				all, err := s.Webhooks(account)
				if all[0].Secret != fresh.Secret || all[0].OldSecret != before {
					t.Errorf("rotated from %s to %s: kept %+v", before, fresh.Secret, all[0])
				}
				return err
			}))
			before = fresh.Secret
		}
		pass(time.Hour)
		f.Set(storagetest.Faults{})
		count := map[string]int{}
		for _, d := range w.deliveries(hook.ID) {
			count[string(d.Event)]++
			if d.State != booking.DeliveryDelivered || len(d.Attempts) != 1 {
				t.Errorf("%s: %s after %d tries", d.Event, d.State, len(d.Attempts))
			}
		}
		if count["session.abandoned"] != 30 || count["follow_up.sent"] != 30 || count["person.opted_out"] != 30 || count["ping"] != 30 || len(count) != 4 {
			t.Errorf("told %v, want 30 of each of four", count)
		}
		if n := len(c.all()); n != 120 {
			t.Errorf("%d calls for 120 deliveries", n)
		}
		w.must(w.e.DeleteWebhook(t.Context(), account, hook.ID))
		w.whole()
	})
}

// A store that takes no writes must not make the receiver hear the same thing every second.
func TestAStoreThatIsDownRepeatsNoDelivery(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := storagetest.NewFaulty(1)
		time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
		store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: f.Wrap})
		if err != nil {
			t.Fatal(err)
		}
		c := &courier{}
		w := newWorldOver(t, store, func(o *engine.Options) { o.Courier = c })
		defer w.close()
		hook := w.hook("https://crm.example/", booking.NewsAbandoned)
		c.answer = func(booking.Parcel) (booking.Receipt, error) {
			f.SetDown(true)
			return booking.Receipt{Status: 200}, nil
		}
		left(w, "c1", phone(1))
		pass(10 * time.Minute)
		f.SetDown(false)
		pass(5 * time.Minute)
		if n := len(c.all()); n != 1 {
			t.Errorf("%d calls, want 1", n)
		}
		if d := w.deliveries(hook.ID); d[0].State != booking.DeliveryDelivered {
			t.Errorf("%+v", d[0])
		}
	})
}
