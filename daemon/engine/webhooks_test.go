package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
)

// courier plays the way out and the receivers at its end.
type courier struct {
	mu     sync.Mutex
	got    []brought
	answer func(p booking.Parcel) (booking.Receipt, error) // nil: taken
	takes  time.Duration                                   // of one answer
	most   map[string]int                                  // under way at once, by address
	now    map[string]int
}

type brought struct {
	booking.Parcel
	type_ string
	data  map[string]any
	stamp time.Time // of the event
}

func (c *courier) Check(url string) error {
	if strings.Contains(url, "private") {
		return booking.Refuse(booking.Invalid, "private_address", "url", "private", "")
	}
	return nil
}

func (c *courier) Deliver(ctx context.Context, p booking.Parcel) (booking.Receipt, error) {
	b := brought{Parcel: p}
	var n struct {
		Type      string
		Timestamp time.Time
		Data      map[string]any
	}
	if err := json.Unmarshal(p.Body, &n); err != nil {
		return booking.Receipt{}, err
	}
	b.type_, b.data, b.stamp = n.Type, n.Data, n.Timestamp
	c.mu.Lock()
	if c.now == nil {
		c.now, c.most = map[string]int{}, map[string]int{}
	}
	c.got = append(c.got, b)
	c.now[p.URL]++
	c.most[p.URL] = max(c.most[p.URL], c.now[p.URL])
	answer := c.answer
	c.mu.Unlock()
	defer func() { c.mu.Lock(); c.now[p.URL]--; c.mu.Unlock() }()
	if c.takes > 0 {
		select {
		case <-time.After(c.takes):
		case <-ctx.Done():
			return booking.Receipt{}, errors.New("no answer in time")
		}
	}
	if answer != nil {
		return answer(p)
	}
	return booking.Receipt{Status: 204}, nil
}

func says(status int) func(booking.Parcel) (booking.Receipt, error) {
	return func(booking.Parcel) (booking.Receipt, error) {
		if status >= 200 && status <= 299 {
			return booking.Receipt{Status: status}, nil
		}
		return booking.Receipt{Status: status, Answer: "no"}, fmt.Errorf("it answers with %d", status)
	}
}

func (c *courier) say(status int) { c.mu.Lock(); defer c.mu.Unlock(); c.answer = says(status) }

func (c *courier) all() []brought { c.mu.Lock(); defer c.mu.Unlock(); return slices.Clone(c.got) }

// told gives what was brought, as "type" or "type/withheld_by".
func (c *courier) told() (all []string) {
	for _, b := range c.all() {
		s := b.type_
		if f, ok := b.data["follow_up"].(map[string]any); ok && f["withheld_by"] != nil {
			s += "/" + f["withheld_by"].(string)
		}
		all = append(all, s)
	}
	return all
}

// hooked is a world with a webhook that wants everything.
func hooked(t *testing.T, edit ...func(*engine.Options)) (*world, *courier, engine.NewWebhook) {
	t.Helper()
	c := &courier{}
	w := newWorld(t, append(edit, func(o *engine.Options) { o.Courier = c })...)
	return w, c, w.hook("https://crm.example/", booking.NewsKinds...)
}

func (w *world) hook(url string, events ...booking.NewsKind) engine.NewWebhook {
	w.t.Helper()
	h, err := w.e.CreateWebhook(w.t.Context(), account, booking.Webhook{URL: url, Events: events, Enabled: true})
	w.must(err)
	return h
}

func (w *world) deliveries(hook string) (all []booking.Delivery) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) (err error) {
		all, _, err = s.Deliveries(account, hook, "", "", 1000)
		return err
	}))
	return all
}

// alarm gives the alarm of a code that stands; nil when there is none.
func (w *world) alarm(code string) *storage.Alarm {
	w.t.Helper()
	for _, a := range w.alarms() {
		if a.Code == code {
			return &a
		}
	}
	return nil
}

func pass(d time.Duration) { time.Sleep(d); synctest.Wait() }

func TestWebhooksAreToldOfEachChangeOnce(t *testing.T) {
	stop := func(w *world, n string) {
		w.must(w.e.Receive(w.t.Context(), account, booking.Inbound{SID: "SM" + n, From: booking.Phone(n), To: sender, Body: "STOP"}))
	}
	for name, c := range map[string]struct {
		play func(w *world, n string)
		want []string
	}{
		"left and texted": {func(w *world, n string) { left(w, "c", n); pass(time.Hour) }, []string{"session.abandoned", "follow_up.sent"}},
		"left by silence": {func(w *world, n string) { w.event("c", booking.EventStarted, filled(n)); pass(10 * time.Minute) }, []string{"session.abandoned"}},
		"only heartbeats": {func(w *world, n string) {
			w.event("c", booking.EventStarted, filled(n))
			pass(50 * time.Second)
			w.event("c", booking.EventHeartbeat)
			pass(50 * time.Second)
		}, nil},
		"left twice": {func(w *world, n string) {
			left(w, "c", n)
			left(w, "c", n)
			w.event("c", booking.EventAbandoned)
			pass(time.Minute)
		}, []string{"session.abandoned"}},
		"came back": {func(w *world, n string) {
			left(w, "c", n)
			pass(time.Minute)
			w.event("c", booking.EventHeartbeat)
			pass(time.Second)
			w.event("c", booking.EventAbandoned)
			pass(time.Minute)
		}, []string{"session.abandoned", "session.abandoned"}},
		"booked at once": {func(w *world, n string) { w.event("c", booking.EventCompleted, filled(n)); pass(time.Hour) }, []string{"booking.created"}},
		"left, then booked": {func(w *world, n string) {
			left(w, "c", n)
			w.event("c", booking.EventCompleted)
			w.event("c", booking.EventCompleted)
			pass(time.Hour)
		}, []string{"booking.created", "follow_up.withheld/completed", "session.abandoned"}},
		"without consent": {func(w *world, n string) {
			w.event("c", booking.EventAbandoned, func(ev *booking.Event) { ev.Customer.Phone = n })
			pass(time.Hour)
		}, []string{"session.abandoned", "follow_up.withheld/consent"}},
		"STOP": {func(w *world, n string) {
			left(w, "c", n)
			stop(w, n)
			w.must(w.e.Receive(w.t.Context(), account, booking.Inbound{SID: "again", From: booking.Phone(n), To: sender, Body: "STOP"}))
			pass(time.Hour)
		}, []string{"follow_up.withheld/opted_out", "person.opted_out", "session.abandoned"}},
		"opted out at the office": {func(w *world, n string) {
			for range 2 {
				_, err := w.e.OptOut(w.t.Context(), account, booking.OptOut{Phone: booking.Phone(n), Source: "staff"})
				w.must(err)
			}
			pass(time.Second)
		}, []string{"person.opted_out"}},
		"handled and booked": {func(w *world, n string) {
			id := left(w, "c", n)
			for range 2 {
				_, err := w.e.Handle(w.t.Context(), account, id, engine.Handled{By: "csr", Booked: true})
				w.must(err)
			}
			pass(time.Second)
		}, []string{"booking.created", "follow_up.withheld/handled", "session.abandoned"}},
		"registration": {func(w *world, n string) {
			for range 2 {
				_, err := w.e.SetRegistration(w.t.Context(), account, booking.Registration{Status: booking.RegistrationRejected})
				w.must(err)
			}
			pass(time.Second)
		}, []string{"registration.changed"}},
		"the carrier could not deliver": {func(w *world, n string) {
			w.must(w.carrier.SetFaults(simulator.Faults{Next: []simulator.Fault{{ErrorCode: 30003}}}))
			left(w, "c", n)
			pass(time.Hour)
		}, []string{"follow_up.sent", "follow_up.withheld/carrier", "session.abandoned"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, courier, hook := hooked(t)
				defer w.close()
				other := w.hook("https://other.example/", booking.NewsHandedOff)
				c.play(w, phone(1))
				got := courier.told()
				want := slices.Clone(c.want)
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("told %q, want %q", got, want)
				}
				if n := len(w.deliveries(hook.ID)); n != len(want) {
					t.Errorf("%d deliveries are kept, want %d", n, len(want))
				}
				if n := len(w.deliveries(other.ID)); n != 0 {
					t.Errorf("a webhook that did not ask is told %d times", n)
				}
				for _, p := range courier.all() {
					if p.Secrets[0] != hook.Secret || len(p.Secrets) != 1 || p.URL != hook.URL {
						t.Errorf("%s went to %s with %d secrets", p.type_, p.URL, len(p.Secrets))
					}
				}
				w.whole()
			})
		})
	}
}

func TestWhatIsToldNamesTheCustomerAndKeepsTheRest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, c, _ := hooked(t)
		defer w.close()
		id := w.event("c1", booking.EventStarted, filled(phone(1)), func(ev *booking.Event) {
			ev.Fields = map[string]string{"gate": "geheim"}
			ev.Consent.IP, ev.ValueCents = "192.0.2.77", 12900
		})
		pass(time.Second)
		w.event("c1", booking.EventAbandoned)
		pass(time.Hour)
		got := c.all()
		if len(got) != 2 {
			t.Fatalf("told %q", c.told())
		}
		first, s := got[0], w.session(id)
		who := first.data["customer"].(map[string]any)
		if first.data["session"] != string(id) || first.data["client_id"] != "c1" || who["phone"] != phone(1) || who["first_name"] != "Ada" ||
			first.data["service"] != "AC repair" || first.data["value_cents"] != 12900.0 || !first.stamp.Equal(s.AbandonedAt) {
			t.Errorf("told %s", first.Body)
		}
		for _, p := range got {
			for _, hidden := range []string{"geheim", "192.0.2", "I agree", "/l/"} {
				if strings.Contains(string(p.Body), hidden) {
					t.Errorf("%q goes out: %s", hidden, p.Body)
				}
			}
		}
		if sent := got[1].data["follow_up"].(map[string]any); sent["state"] != "sent" || sent["attempt"] != string(s.FollowUp.Attempt) {
			t.Errorf("told %s", got[1].Body)
		}
	})
}
