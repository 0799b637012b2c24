package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// week lets some people leave a booking at odd hours over three days, one of them twice, some of them without consent; one books by
// phone, one opts out, and one finishes after all.
func (w *world) week() {
	w.t.Helper()
	for n := range 24 {
		client := fmt.Sprintf("page-%d", n)
		w.event(client, booking.EventStarted, filled(phone(n)), func(ev *booking.Event) {
			if n%7 == 3 {
				ev.Consent = nil
			}
		})
		w.event(client, booking.EventAbandoned)
		switch n {
		case 9:
			time.Sleep(5 * time.Minute)
			_, err := w.e.Book(w.t.Context(), account, booking.NewBooking{Source: booking.SourcePhone, Customer: booking.Customer{FirstName: "Ada", Phone: phone(n)}, At: time.Now()})
			w.must(err)
		case 8:
			_, err := w.e.OptOut(w.t.Context(), account, booking.OptOut{Phone: booking.Phone(phone(n)), Source: "staff"})
			w.must(err)
		case 11:
			time.Sleep(6 * time.Minute)
			w.event(client, booking.EventCompleted)
		case 12:
			w.event("other tab", booking.EventStarted, filled(phone(n)))
			time.Sleep(2 * time.Minute)
			w.event("other tab", booking.EventAbandoned)
		}
		time.Sleep(3 * time.Hour)
	}
	time.Sleep(48 * time.Hour)
}

// replay runs a replay of the whole time to its end.
func (w *world) replay(in engine.ReplayIn) (booking.Replay, []booking.ReplayItem) {
	w.t.Helper()
	in.From, in.To = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Now()
	v, err := w.e.StartReplay(w.t.Context(), account, in)
	w.must(err)
	v, err = w.e.AwaitReplay(w.t.Context(), account, v.ID)
	w.must(err)
	if v.State != booking.ReplayDone {
		w.t.Fatalf("the replay ended %s: %s", v.State, v.Fault)
	}
	return v, w.replayed(v.ID)
}

func (w *world) replayed(id string) (all []booking.ReplayItem) {
	w.t.Helper()
	for cursor, more := "", true; more; more = cursor != "" {
		w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
			page, next, err := s.ReplayItems(account, id, true, cursor, 7)
			all, cursor = append(all, page...), next
			return err
		}))
	}
	return all
}

func TestAReplayWithoutChangesShowsNoDifferenceAndIsWhatHappened(t *testing.T) {
	t.Parallel()
	for _, mode := range []booking.Mode{booking.PrefilledLink, booking.AIAgent} {
		t.Run(string(mode), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				w.follow(func(f *booking.FollowUpSet) { f.Mode = mode })
				w.week()
				v, items := w.replay(engine.ReplayIn{})
				if len(v.Differ) != 0 || v.Strays != 0 || len(v.Changes) != 0 {
					t.Errorf("got %v, %d strays, changes %v; want none", v.Differ, v.Strays, v.Changes)
				}
				if sent := len(w.texts("")); v.Before.Texts != sent || v.After.Texts != sent || v.Real.Texts != sent || sent < 12 {
					t.Errorf("texts %d, %d, really %d; the carrier took %d", v.Before.Texts, v.After.Texts, v.Real.Texts, sent)
				}
				if len(items) != 25 || v.Done != v.Total || v.Total != 25 {
					t.Errorf("%d items, %d of %d; want 25", len(items), v.Done, v.Total)
				}
				for _, it := range items {
					s := w.session(it.Session)
					if it.Differs != "" || it.Real == nil {
						t.Errorf("%s: %+v", s.ClientID, it)
						continue
					}
					if it.Before.Texted != it.Real.Texted || it.Before.Body != it.Real.Body || it.Before.Check != it.Real.Check {
						t.Errorf("%s: the replay says %+v, it was %+v", s.ClientID, it.Before, *it.Real)
					}
					if it.Before.Texted && it.Before.At.Sub(it.Real.At).Abs() > time.Second {
						t.Errorf("%s: the replay texts at %s, it was %s", s.ClientID, it.Before.At, it.Real.At)
					}
				}
				if want := fmt.Sprintf("0 of %d texts would differ, cost the same", v.Before.Texts); v.Summary() != want {
					t.Errorf("summary %q, want %q", v.Summary(), want)
				}
			})
		})
	}
}

func TestAReplayShowsWhatChangesWouldDo(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.week()
		settings := func(edit func(*booking.Settings)) func(*booking.Account) error {
			return func(a *booking.Account) error { edit(&a.Settings); return nil }
		}
		four, version := booking.Duration(4*time.Minute), 0
		v, err := w.e.PutScript(t.Context(), account, engine.NewVersion{Name: "follow_up_link", Source: `function render(ctx)
  if ctx.customer.first_name then return "Hello, still want it booked? " .. ctx.link end
  return ctx.link
end`, Author: "test"})
		w.must(err)
		version = v.Version
		for _, c := range []struct {
			name   string
			in     engine.ReplayIn
			differ booking.ReplayDiffers
			says   string // in the summary
			change string
			item   func(booking.ReplayItem) bool
		}{
			{"a shorter day", engine.ReplayIn{Edit: settings(func(s *booking.Settings) {
				s.Hours.Weekday, s.LatestAfter = booking.Span{From: 9 * 60, To: 10 * 60}, booking.Duration(6*time.Hour)
			})},
				booking.ReplayWithheld, "more withheld (hours)", "settings.hours.weekday",
				func(it booking.ReplayItem) bool {
					return it.After.Check == booking.CheckTooLate && it.After.Cause == booking.CheckHours
				}},
			{"a later start", engine.ReplayIn{Edit: settings(func(s *booking.Settings) { s.Hours.Weekday.From = 11 * 60 })},
				booking.ReplayTime, "go at another time", "settings.hours.weekday",
				func(it booking.ReplayItem) bool { return it.After.At.After(it.Before.At) && len(it.After.Trail) > 0 }},
			{"no consent needed", engine.ReplayIn{Edit: settings(func(s *booking.Settings) { s.RequireConsent = false })},
				booking.ReplaySent, "more sent", "settings.require_consent",
				func(it booking.ReplayItem) bool { return it.Before.Check == booking.CheckConsent && it.After.Texted }},
			{"four minutes", engine.ReplayIn{Delay: &four}, booking.ReplaySent, "2 more sent", "follow_up.delay of web",
				func(it booking.ReplayItem) bool {
					return it.Before.Check == booking.CheckBookedElsewhere || it.Before.Check == booking.CheckCompleted
				}},
			{"a version", engine.ReplayIn{Scripts: map[string]engine.ReplayScript{"follow_up_link": {Version: &version}}}, booking.ReplayWords, "texts would differ", "scripts.follow_up_link",
				func(it booking.ReplayItem) bool {
					return strings.HasSuffix(it.After.Script, "@1") && strings.Contains(it.After.Body, "still want it booked")
				}},
			{"a draft", engine.ReplayIn{Scripts: map[string]engine.ReplayScript{"follow_up_link": {Source: `function render(ctx) error("no") end`}}}, booking.ReplaySame, "", "",
				nil},
		} {
			if c.differ == booking.ReplaySame { // a script that does not work is refused as before it is put
				_, err := w.e.StartReplay(t.Context(), account, engine.ReplayIn{From: time.Now().Add(-time.Hour), To: time.Now(), Scripts: c.in.Scripts})
				if !errors.Is(err, &booking.Error{Code: "script_invalid"}) {
					t.Errorf("%s: got %v, want script_invalid", c.name, err)
				}
				continue
			}
			v, items := w.replay(c.in)
			if v.Differ[c.differ] == 0 || !strings.Contains(v.Summary(), c.says) {
				t.Errorf("%s: %q, %v; want %s and %q", c.name, v.Summary(), v.Differ, c.differ, c.says)
			}
			if len(v.Changes) == 0 || v.Changes[0].What != c.change && v.Changes[len(v.Changes)-1].What != c.change {
				t.Errorf("%s: changes %v, want %s", c.name, v.Changes, c.change)
			}
			same := false
			for _, it := range items {
				if it.Differs == c.differ && !c.item(it) {
					t.Errorf("%s: %+v", c.name, it)
				}
				if it.Differs != booking.ReplaySame && same {
					t.Errorf("%s: a difference comes behind what is the same", c.name)
				}
				same = same || it.Differs == booking.ReplaySame
			}
		}
	})
}

// counted is a party of the outside that must not be called.
type counted struct{ calls atomic.Int64 }

func (c *counted) Send(context.Context, booking.Text) (string, error) {
	c.calls.Add(1)
	return "", errors.New("not to be called")
}

func (c *counted) Find(context.Context, booking.Text, time.Time) (*booking.CarrierMessage, error) {
	c.calls.Add(1)
	return nil, errors.New("not to be called")
}

func (c *counted) Lookup(context.Context, booking.Phone) (booking.LineKind, error) {
	c.calls.Add(1)
	return booking.LineLandline, nil
}

func (c *counted) Check(string) error { return nil }

func (c *counted) Deliver(context.Context, booking.Parcel) (booking.Receipt, error) {
	c.calls.Add(1)
	return booking.Receipt{}, errors.New("not to be called")
}

// rows gives every row of the store as it stands on the disk, but for those of replays.
func rows(t *testing.T, kv storage.KV) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := kv.View(t.Context(), func(g storage.Getter) error {
		for from, more := []byte(nil), true; more; {
			page, err := g.Scan(nil, from, 500)
			for _, r := range page {
				if name := string(r.Key); !strings.Contains(name, "/replay/") && !strings.Contains(name, "/replayed/") {
					all[name] = string(r.Value)
				}
			}
			if more = len(page) == 500; more {
				from = append(page[499].Key, 0)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAReplayCallsNobodyAndChangesNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		var kv storage.KV
		start := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
		time.Sleep(time.Until(start))
		store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: func(v storage.KV) storage.KV { kv = v; return v }})
		if err != nil {
			t.Fatal(err)
		}
		w := newWorldOver(t, store, func(o *engine.Options) { o.Courier = noCourier{} })
		defer w.close()
		_, err = w.e.CreateWebhook(t.Context(), account, booking.Webhook{URL: "https://crm.example/", Events: booking.NewsKinds, Enabled: true})
		w.must(err)
		w.week()
		outside := &counted{}
		w.options.Courier, w.options.Lookup = outside, outside
		w.swap(outside)
		before, told := rows(t, kv), w.stats()
		broken := map[string]engine.ReplayScript{"follow_up_link": {Source: `function render(ctx)
  if ctx.customer.first_name == "Ada" and ctx.business.name ~= "Mountain Air" then return nil end
  return ctx.link
end`}}
		lax := func(a *booking.Account) error {
			a.Settings.RequireConsent, a.Settings.Lookup, a.Settings.Holdout = false, true, 30
			return nil
		}
		// One script fails on every real customer: live, that would raise an alarm and roll back.
		for _, in := range []engine.ReplayIn{{}, {Edit: lax, Scripts: broken}} {
			w.replay(in)
		}
		after := rows(t, kv)
		for name := range before {
			if before[name] != after[name] {
				t.Errorf("%q changed from %q to %q", name, before[name], after[name])
			}
		}
		for name := range after {
			if _, was := before[name]; !was {
				t.Errorf("%q is new: %q", name, after[name])
			}
		}
		if n := outside.calls.Load(); n != 0 {
			t.Errorf("the outside was called %d times", n)
		}
		if now := w.stats(); now.Fallbacks != told.Fallbacks {
			t.Errorf("the metrics count %d fallbacks of a replay", now.Fallbacks-told.Fallbacks)
		}
	})
}

func TestACancelledReplaySaysSoAndStopsSoon(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		var slow atomic.Bool
		runs := make(chan struct{}, 1)
		w := newWorld(t, func(o *engine.Options) {
			o.Scripts = inBox(func(box.Call) {
				if slow.Load() {
					select {
					case runs <- struct{}{}:
					default:
					}
					time.Sleep(time.Second)
				}
			})
		})
		defer w.close()
		w.week()
		slow.Store(true)
		in := engine.ReplayIn{From: time.Now().Add(-20 * 24 * time.Hour), To: time.Now()}
		v, err := w.e.StartReplay(t.Context(), account, in)
		w.must(err)
		_, err = w.e.StartReplay(t.Context(), account, in)
		if !errors.Is(err, &booking.Error{Code: "replay_running"}) {
			t.Errorf("a second one: got %v, want replay_running", err)
		}
		<-runs
		time.Sleep(5 * time.Second)
		began := time.Now()
		v, err = w.e.CancelReplay(t.Context(), account, v.ID)
		w.must(err)
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("it took %s to stop", took)
		}
		if v.State != booking.ReplayCancelled || v.Done == 0 || v.Done >= v.Total || !strings.HasPrefix(v.Summary(), "cancelled after ") {
			t.Errorf("got %+v, %q", v, v.Summary())
		}
		slow.Store(false)
		w.must(w.e.DeleteReplay(t.Context(), account, v.ID))
		if left := w.replayed(v.ID); len(left) > 0 {
			t.Errorf("%d items of a removed replay are left", len(left))
		}
		w.replay(engine.ReplayIn{}) // the next one may run
	})
}

func TestARestartSaysThatAReplayWasInterrupted(t *testing.T) {
	t.Parallel()
	for _, crash := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			var slow atomic.Bool
			w := newWorld(t, func(o *engine.Options) {
				o.Scripts = inBox(func(box.Call) {
					if slow.Load() {
						time.Sleep(time.Second)
					}
				})
			})
			defer w.close()
			w.week()
			slow.Store(true)
			v, err := w.e.StartReplay(t.Context(), account, engine.ReplayIn{From: time.Now().Add(-20 * 24 * time.Hour), To: time.Now()})
			w.must(err)
			if crash { // as a process that died leaves the row
				_, err = w.e.CancelReplay(t.Context(), account, v.ID)
				w.must(err)
				w.must(w.store.Update(t.Context(), func(tx *storage.Tx) error { return tx.PutReplay(account, v) }))
			}
			w.swap(w.carrier)
			v, err = w.e.AwaitReplay(t.Context(), account, v.ID)
			w.must(err)
			if v.State != booking.ReplayInterrupted || v.EndedAt.IsZero() {
				t.Errorf("crash %t: got %s", crash, v.State)
			}
		})
	}
}

func TestAnErasureTakesAPersonOutOfReplays(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.week()
		v, items := w.replay(engine.ReplayIn{})
		gone := booking.Phone(phone(1))
		_, err := w.e.Erase(t.Context(), account, gone, "test")
		w.must(err)
		left := w.replayed(v.ID)
		if len(left) != len(items)-1 || slices.ContainsFunc(left, func(it booking.ReplayItem) bool { return it.Phone == gone }) {
			t.Errorf("%d of %d items are left, want all but one", len(left), len(items))
		}
	})
}

func TestOnlyTheLastTenReplaysAreKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.event("page", booking.EventStarted, filled(phone(1)))
		w.event("page", booking.EventAbandoned)
		time.Sleep(time.Hour)
		ids := map[string]bool{}
		for range 12 {
			v, _ := w.replay(engine.ReplayIn{})
			ids[v.ID] = true
			time.Sleep(time.Second)
		}
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
			all, _, err := s.Replays(account, "", 100)
			if len(all) != 10 || !ids[all[0].ID] || all[0].BeganAt.Before(all[9].BeganAt) {
				t.Errorf("%d are kept, the first of %s", len(all), all[0].BeganAt)
			}
			return err
		}))
		found, err := w.store.Verify(t.Context())
		w.must(err)
		for _, f := range found.Findings {
			t.Errorf("%s: %s", f.Key, f.Message)
		}
	})
}
