package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

func TestTheRoundOfTriesIsTheOneOfTheSpecification(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w, c, hook := hooked(t)
		defer w.close()
		c.say(503)
		began := time.Now()
		left(w, "c1", phone(1))
		time.Sleep(15*time.Minute + time.Second)
		w.must(w.e.DeleteScheduler(t.Context(), account, "quiet")) // anything: the engine lives on
		pass(5 * 24 * time.Hour)
		all := w.deliveries(hook.ID)
		d := all[len(all)-1]
		if d.Event != booking.NewsAbandoned || d.State != booking.DeliveryFailed || len(d.Attempts) != 10 || !d.DueAt.IsZero() {
			t.Fatalf("after five days: %+v", d)
		}
		at := began
		base := []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
		for i, try := range d.Attempts {
			if i > 0 {
				wait, _ := booking.RetryDelivery(d.ID, i, 0)
				at = at.Add(wait)
				if wait < base[i] || wait > base[i]+base[i]/10 {
					t.Errorf("try %d comes %v after the one before, want %v and at most a tenth more", i+1, wait, base[i])
				}
			}
			if late := try.At.Sub(at); late < 0 || late > 2*time.Millisecond {
				t.Errorf("try %d at %v, want %v", i+1, try.At, at)
			}
			at = try.At
		}
		same := 0
		for _, p := range c.all() {
			if p.ID == d.ID {
				if same++; string(p.Body) != string(d.Body) {
					t.Errorf("the body changed: %s", p.Body)
				}
			}
		}
		if same != 10 {
			t.Errorf("%d tries under one webhook-id, want 10", same)
		}
		if a := w.alarm("webhook_failing"); a == nil || a.Ref != hook.ID || a.Fix == "" || !a.Since.Equal(began) {
			t.Errorf("alarm %+v", a)
		}
		if st := w.stats(); st.DeliveryFailures != 2 || st.DeliveryRetries != 18 || st.Poisoned != 0 {
			t.Errorf("stats %+v", st)
		}
		c.say(200)
		again, err := w.e.Redeliver(t.Context(), account, hook.ID, d.ID)
		w.must(err)
		pass(time.Second)
		if got := w.deliveries(hook.ID); again.ID != d.ID || got[len(got)-1].State != booking.DeliveryDelivered || len(got[len(got)-1].Attempts) != 11 {
			t.Errorf("sent again: %+v", got[len(got)-1])
		}
		if a := w.alarm("webhook_failing"); a != nil {
			t.Errorf("the alarm stands although it works again: %+v", a)
		}
		w.whole()
	})
}

func TestTheAlarmComesAfterAnHourAndGoesWithASuccess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, c, hook := hooked(t)
		defer w.close()
		c.say(500)
		left(w, "c1", phone(1))
		pass(45 * time.Minute)
		if a := w.alarm("webhook_failing"); a != nil {
			t.Errorf("an alarm after 45 minutes: %+v", a)
		}
		pass(150 * time.Minute)
		if a := w.alarm("webhook_failing"); a == nil || a.Ref != hook.ID || !strings.Contains(a.Message, "500") {
			t.Errorf("after three hours: alarm %+v", a)
		}
		c.say(200)
		_, err := w.e.TestWebhook(t.Context(), account, hook.ID)
		w.must(err)
		pass(time.Second)
		if a := w.alarm("webhook_failing"); a != nil {
			t.Errorf("the alarm stands although it works again: %+v", a)
		}
	})
}

func TestAReceiverThatIsGoneIsSwitchedOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, c, hook := hooked(t)
		defer w.close()
		c.say(410)
		left(w, "c1", phone(1))
		pass(10 * time.Second)
		c.say(200)
		pass(5 * time.Hour)
		if got := c.told(); !slices.Equal(got, []string{"session.abandoned"}) {
			t.Errorf("told %q after a 410, want no more", got)
		}
		if got := w.deliveries(hook.ID); len(got) != 1 || got[0].State != booking.DeliveryFailed {
			t.Errorf("deliveries %+v", got)
		}
		if a := w.alarm("webhook_gone"); a == nil || a.Ref != hook.ID {
			t.Errorf("alarm %+v", a)
		}
		_, err := w.e.EditWebhook(t.Context(), account, hook.ID, func(v *booking.Webhook) error { v.Enabled = true; return nil })
		w.must(err)
		if a := w.alarm("webhook_gone"); a != nil {
			t.Errorf("the alarm stands although it was switched on: %+v", a)
		}
		left(w, "c2", phone(2))
		pass(time.Second)
		if n := len(c.all()); n != 2 {
			t.Errorf("%d calls, want one more after switching it on", n)
		}
		w.whole()
	})
}

func TestRetryAfterIsKeptWithinADay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, c, hook := hooked(t)
		defer w.close()
		for i, x := range []struct{ asked, want time.Duration }{{time.Hour, time.Hour}, {time.Second, 5 * time.Second}, {100 * 24 * time.Hour, 24 * time.Hour}} {
			c.answer = func(booking.Parcel) (booking.Receipt, error) {
				return booking.Receipt{Status: 429, RetryAfter: x.asked}, errors.New("it answers with 429")
			}
			pass(time.Millisecond) // newest first goes by milliseconds
			at := time.Now()
			_, err := w.e.OptOut(t.Context(), account, booking.OptOut{Phone: booking.Phone(phone(i)), Source: "staff"})
			w.must(err)
			synctest.Wait()
			d := w.deliveries(hook.ID)[0]
			if wait := d.DueAt.Sub(at); wait < x.want || wait > x.want+time.Second {
				t.Errorf("asked for %v: tried again after %v, want %v", x.asked, wait, x.want)
			}
		}
	})
}

func TestRotationSignsWithBothSecretsForADay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, c, hook := hooked(t)
		defer w.close()
		fresh, err := w.e.RotateWebhook(t.Context(), account, hook.ID)
		w.must(err)
		ping := func() []string {
			_, err := w.e.TestWebhook(t.Context(), account, hook.ID)
			w.must(err)
			synctest.Wait()
			all := c.all()
			return all[len(all)-1].Secrets
		}
		if got := ping(); !slices.Equal(got, []string{fresh.Secret, hook.Secret}) {
			t.Errorf("just rotated: %q", got)
		}
		pass(24 * time.Hour)
		if got := ping(); !slices.Equal(got, []string{fresh.Secret}) {
			t.Errorf("a day later: %q", got)
		}
		if fresh.Secret == hook.Secret || !strings.HasPrefix(fresh.Secret, "whsec_") || fresh.Webhook.Secret != "" {
			t.Errorf("rotated %q to %+v", hook.Secret, fresh)
		}
	})
}

func TestADeliveryPlannedAnewWhileItIsUnderWayIsMadeAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, c, hook := hooked(t)
		defer w.close()
		c.takes = 10 * time.Second
		d, err := w.e.TestWebhook(t.Context(), account, hook.ID)
		w.must(err)
		pass(5 * time.Second)
		_, err = w.e.Redeliver(t.Context(), account, hook.ID, d.ID)
		w.must(err)
		pass(time.Minute)
		if got := w.deliveries(hook.ID)[0]; len(c.all()) != 2 || got.State != booking.DeliveryDelivered {
			t.Errorf("%d calls, %+v; want a second one that was taken", len(c.all()), got)
		}
		if most := c.most[hook.URL]; most != 1 {
			t.Errorf("%d calls for one delivery at once", most)
		}
	})
}

func TestWhatWaitsFollowsTheWebhook(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, c, hook := hooked(t)
		defer w.close()
		gone := w.hook("https://gone.example/", booking.NewsAbandoned)
		off := w.hook("https://off.example/", booking.NewsAbandoned)
		c.say(500)
		left(w, "c1", phone(1))
		pass(time.Minute)
		w.must(w.e.DeleteWebhook(t.Context(), account, gone.ID))
		edit := func(id string, fn func(*booking.Webhook)) {
			_, err := w.e.EditWebhook(t.Context(), account, id, func(v *booking.Webhook) error { fn(v); return nil })
			w.must(err)
		}
		edit(off.ID, func(v *booking.Webhook) { v.Enabled = false })
		edit(hook.ID, func(v *booking.Webhook) { v.URL = "https://moved.example/" })
		c.say(200)
		before := len(c.all())
		pass(10 * time.Minute)
		for _, p := range c.all()[before:] {
			if p.URL != "https://moved.example/" {
				t.Errorf("%s still goes to %s", p.type_, p.URL)
			}
		}
		if got := w.deliveries(hook.ID); got[0].State != booking.DeliveryDelivered {
			t.Errorf("moved: %+v", got[0])
		}
		for _, h := range []engine.NewWebhook{gone, off} {
			if got := w.deliveries(h.ID); len(got) != 1 || got[0].State != booking.DeliveryFailed || len(got[0].Attempts) != 2 {
				t.Errorf("%s: %+v", h.URL, got)
			}
		}
		w.whole()
	})
}

// A flood of receivers that do not answer: texts go out on their very millisecond all the same, and a receiver that works gets
// its own at once.
func TestReceiversThatHangHoldUpNothingElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &courier{}
		w := newWorld(t, func(o *engine.Options) { o.Courier, o.Workers = c, 2 })
		defer w.close()
		for i := range 8 {
			w.hook(fmt.Sprintf("https://slow%d.example/", i), booking.NewsAbandoned, booking.NewsSent)
		}
		good := w.hook("https://good.example/", booking.NewsSent)
		c.takes = 14 * time.Second
		c.answer = func(p booking.Parcel) (booking.Receipt, error) {
			return booking.Receipt{}, errors.New("no answer in time")
		}
		began := time.Now()
		for i := range 100 {
			left(w, fmt.Sprint("c", i), fmt.Sprintf("+161455501%02d", i))
		}
		pass(15*time.Minute + 100*time.Millisecond)
		texts := w.texts("")
		if len(texts) != 100 {
			t.Fatalf("%d texts in time, want 100; queued %d", len(texts), w.stats().Queued)
		}
		for _, m := range texts {
			if late := m.At.Sub(began) - 15*time.Minute; late > 50*time.Millisecond {
				t.Errorf("a text went out %v late", late)
			}
		}
		pass(time.Hour)
		for url, most := range c.most {
			if most > 4 {
				t.Errorf("%d deliveries under way at once to %s", most, url)
			}
		}
		tried := map[string]bool{}
		for _, p := range c.all() {
			if p.URL == "https://good.example/" {
				tried[p.ID] = true
			}
		}
		if len(tried) != 100 || len(w.deliveries(good.ID)) != 100 {
			t.Errorf("%d of 100 deliveries of another receiver were tried", len(tried))
		}
	})
}

func TestAStopWaitsALittleForDeliveriesUnderWay(t *testing.T) {
	for _, x := range []struct {
		takes time.Duration
		want  booking.DeliveryState
	}{{2 * time.Second, booking.DeliveryDelivered}, {10 * time.Second, booking.DeliveryPending}} {
		bubble(t, func(t *testing.T) {
			w, c, hook := hooked(t)
			c.takes = x.takes
			_, err := w.e.TestWebhook(t.Context(), account, hook.ID)
			w.must(err)
			synctest.Wait()
			began := time.Now()
			w.must(w.e.Stop(context.Background()))
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("the stop took %v", took)
			}
			if d := w.deliveries(hook.ID)[0]; d.State != x.want || (x.want == booking.DeliveryPending && len(d.Attempts) != 0) {
				t.Errorf("a receiver that takes %v: %+v", x.takes, d)
			}
			w.whole()
			w.close()
		})
	}
}

func TestDeliveriesExpireAfterThirtyDays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, _, hook := hooked(t)
		_, err := w.e.TestWebhook(t.Context(), account, hook.ID)
		w.must(err)
		synctest.Wait()
		w.must(w.e.Stop(context.Background()))
		pass(30*24*time.Hour - time.Minute)
		if n := len(w.deliveries(hook.ID)); n != 1 {
			t.Errorf("%d deliveries a minute before, want 1", n)
		}
		pass(2 * time.Minute)
		if n := len(w.deliveries(hook.ID)); n != 0 {
			t.Errorf("%d deliveries a minute after, want none", n)
		}
		w.whole()
		w.close()
	})
}

func TestAWebhookToAPrivateAddressIsNeitherMadeNorMoved(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, _, hook := hooked(t)
		defer w.close()
		private := &booking.Error{Code: "private_address"}
		if _, err := w.e.CreateWebhook(t.Context(), account, booking.Webhook{URL: "https://private/", Events: booking.NewsKinds}); !errors.Is(err, private) {
			t.Errorf("made: %v", err)
		}
		_, err := w.e.EditWebhook(t.Context(), account, hook.ID, func(v *booking.Webhook) error { v.URL = "https://private/"; return nil })
		if !errors.Is(err, private) {
			t.Errorf("moved: %v", err)
		}
	})
}
