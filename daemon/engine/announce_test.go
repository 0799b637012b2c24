package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// A booking that is news about as many sessions as hear of it, to as many webhooks as there may be, is one transaction; the size
// of the sessions makes no difference.
func TestABookingIsToldToEveryWebhookForEverySession(t *testing.T) {
	large := map[string]string{}
	for i := range 40 {
		large[fmt.Sprint("f", i)] = strings.Repeat("x", 500)
	}
	for _, fields := range []map[string]string{nil, large} {
		for sessions := range 9 {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, func(o *engine.Options) { o.Courier = &courier{} })
				defer w.close()
				w.open(2)
				var hooks []engine.NewWebhook
				for i := range booking.MaxWebhooks {
					hooks = append(hooks, w.hook(fmt.Sprint("https://crm.example.com/", i), booking.NewsKinds...))
				}
				var ids []booking.SessionID
				for i := range sessions {
					ids = append(ids, left(w, fmt.Sprint("s", i), phone(1), func(ev *booking.Event) { ev.Fields, ev.Customer.Email = fields, "ada@example.com" }))
				}
				pass(time.Minute)
				if sessions > 0 {
					w.event("s0", booking.EventCompleted)
				} else {
					_, err := w.e.Book(t.Context(), account, caller(1, wednesday))
					w.must(err)
				}
				pass(time.Minute)
				if n := len(w.texts(phone(1))); n != 0 {
					t.Errorf("%d sessions: %d texts to somebody who has booked", sessions, n)
				}
				withheld := 0
				for _, id := range ids {
					if w.session(id).FollowUp.State == booking.FollowUpWithheld {
						withheld++
					}
				}
				if withheld != min(sessions, 7) && fields == nil {
					t.Errorf("of %d sessions %d were told", sessions, withheld)
				}
				for _, h := range hooks {
					told := map[booking.NewsKind]int{}
					for _, d := range w.deliveries(h.ID) {
						told[d.Event]++
						if d.State != booking.DeliveryDelivered {
							t.Errorf("%+v", d)
						}
					}
					if told[booking.NewsBooked] != 1 || told[booking.NewsWithheld] != withheld || told[booking.NewsAbandoned] != sessions {
						t.Errorf("%d sessions, %d withheld: a webhook heard %v", sessions, withheld, told)
					}
				}
				synctest.Wait()
				w.whole()
			})
		}
	}
}

func TestABookingThatStandsAnewIsToldAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, c, _ := hooked(t)
		defer w.close()
		w.open(2)
		left(w, "c1", phone(1))
		page := booking.NewBooking{Source: booking.SourcePage, Scheduler: scheduler, ClientID: "c1", Window: wednesday}
		b, err := w.e.Book(t.Context(), account, page)
		w.must(err)
		_, err = w.e.Book(t.Context(), account, page)
		w.must(err)
		_, err = w.e.CancelBooking(t.Context(), account, b.ID)
		w.must(err)
		pass(time.Second)
		page.Window = thursday
		_, err = w.e.Book(t.Context(), account, page)
		w.must(err)
		pass(time.Second)
		var told []string
		for _, p := range c.all() {
			if p.type_ == string(booking.NewsBooked) {
				who := p.data["customer"].(map[string]any)
				told = append(told, strings.TrimSpace(fmt.Sprintln(p.data["booking"] == b.ID, who["first_name"], p.data["window"], p.data["start"], p.data["end"])))
			}
		}
		want := []string{"true Ada " + wednesday + " 2026-03-11T13:00:00Z 2026-03-11T16:00:00Z", "true Ada " + thursday + " 2026-03-12T13:00:00Z 2026-03-12T16:00:00Z"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
