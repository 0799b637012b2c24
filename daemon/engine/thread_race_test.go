package engine_test

import (
	"context"
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
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// meddled is a store in which something else happens right before a chosen commit: between what the engine read last and what it reads
// in the transaction.
type meddled struct {
	storage.KV
	at     atomic.Int64 // the commit, counted down; 0 and below: nothing happens
	meddle func()
}

func (m *meddled) Update(ctx context.Context, fn func(storage.Putter) error) error {
	if m.at.Add(-1) == 0 {
		m.meddle()
	}
	return m.KV.Update(ctx, fn)
}

// meddling is talking over a store in which meddle happens before the n-th commit after the first text.
func meddling(t *testing.T) (*world, *meddled) {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
	kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	m := &meddled{KV: kv}
	w := newWorldOver(t, storage.New(m, time.Now))
	w.talks()
	return w, m
}

// However a person takes a thread over, and between which two steps of the agent's turn: what was not on its way is not sent.
func TestATakeoverBetweenAnyTwoStepsOfATurn(t *testing.T) {
	customer := booking.Phone(phone(1))
	ways := []struct {
		name  string
		texts int // of the person, through us
		take  func(context.Context, *world) error
	}{
		{"takeover", 0, func(ctx context.Context, w *world) error {
			_, err := w.e.TakeOver(ctx, account, customer, "Denise")
			return err
		}},
		{"a text", 1, func(ctx context.Context, w *world) error {
			_, err := w.e.Say(ctx, account, customer, "Denise", "Hi, Denise here.")
			return err
		}},
		{"the carrier's console", 0, func(ctx context.Context, w *world) error {
			return w.e.OutboundElsewhere(ctx, account, booking.CarrierMessage{SID: "SMconsole", From: sender, To: customer, Body: "Hi, Denise here.", Status: "sent"})
		}},
	}
	for _, way := range ways {
		sent, booked := map[int]bool{}, map[int]bool{}
		for step := 1; step <= 14; step++ {
			t.Run(fmt.Sprintf("%s before commit %d", way.name, step), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					w, m := meddling(t)
					defer w.close()
					w.says("tomorrow morning works", 1)
					w.waits()
					before, done := -1, 0
					m.meddle = func() {
						before, done = len(w.texts(phone(1))), len(w.bookings())
						w.must(way.take(context.Background(), w))
					}
					m.at.Store(int64(step))
					w.says("yes", 1)
					got := w.waits()
					if before < 0 {
						t.Skip("the turn has fewer steps")
					}
					if len(got) != before+way.texts {
						t.Errorf("%d texts when the person took over, then %q", before, got)
					}
					sent[before-2], booked[done] = true, true
					if n := len(w.bookings()); n != done {
						t.Errorf("%d bookings when the person took over, %d after", done, n)
					}
					if v := w.thread(); v.Owner != booking.OwnerHuman || v.By == "" {
						t.Errorf("thread %+v", v)
					}
					w.whole()
				})
			})
		}
		if !sent[0] || !sent[1] || !booked[0] || !booked[1] {
			t.Errorf("%s: the steps reach %v texts and %v bookings; both sides of each were wanted", way.name, sent, booked)
		}
	}
}

// A text that the carrier delivers again and again, at every step of its turn, is answered once.
func TestATextDeliveredAgainAtEveryStepOfItsTurn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		var in booking.Inbound
		var again atomic.Int64
		w, _ = talking(t, func(o *engine.Options) {
			o.Scripts = inBox(func(box.Call) {
				if in.SID == "" {
					return
				}
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						again.Add(1)
						if err := w.e.Receive(context.Background(), account, in); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
			})
		})
		defer w.close()
		for _, text := range []string{"tomorrow morning works", "yes"} {
			m, err := w.carrier.Receive(t.Context(), booking.Phone(phone(1)), sender, text, nil)
			w.must(err)
			in = booking.Inbound{SID: m.SID, From: m.From, To: m.To, Body: m.Body, At: m.At}
			w.must(w.e.Receive(t.Context(), account, in))
			w.waits()
		}
		if got := w.waits(); len(got) != 3 || !strings.Contains(got[2], "You're booked") || len(w.bookings()) != 1 {
			t.Errorf("%d bookings, texts %q", len(w.bookings()), got)
		}
		if again.Load() < 30 {
			t.Errorf("delivered again %d times; nothing was tested", again.Load())
		}
		w.whole()
	})
}

// Texts that come one by one while a reply is being written, each at another step: the answer that goes out knows all of them.
func TestABurstWhileAReplyIsWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var w *world
		var ctxs []string
		rest := []string{"hello?", "are you there", "tomorrow at 8 works"}
		w, _ = talking(t, func(o *engine.Options) {
			o.Scripts = inBox(func(c box.Call) {
				if w == nil {
					return
				}
				ctxs = append(ctxs, string(c.Ctx))
				if len(rest) > 0 && strings.Contains(string(c.Ctx), "hey") {
					next := rest[0]
					rest = rest[1:]
					w.says(next, 3)
				}
			})
		})
		defer w.close()
		w.says("hey", 3)
		if got := w.waits(); len(got) != 2 || len(rest) != 0 {
			t.Fatalf("%d texts were left to say, got %q", len(rest), got)
		}
		last := ctxs[len(ctxs)-1]
		for _, said := range []string{"hey", "hello?", "are you there", "tomorrow at 8 works"} {
			if !strings.Contains(last, said) {
				t.Errorf("the answer was written without %q", said)
			}
		}
		w.whole()
	})
}

// Everything at once: many customers, each text delivered ten times, persons taking threads over in the moment in which the agents
// write. Each thread has the texts it should have, whoever won.
func TestManyThreadsAtOnceWithTakeovers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const customers = 40
		w := newWorld(t)
		defer w.close()
		agentOf(asker)(w)
		w.follow(func(f *booking.FollowUpSet) { f.Agent = "" })
		for i := range customers {
			left(w, fmt.Sprint("c", i), phone(i))
		}
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		var all sync.WaitGroup
		var taken [customers]atomic.Bool
		for i := range customers {
			m, err := w.carrier.Receive(t.Context(), booking.Phone(phone(i)), sender, "do you have evenings?", nil)
			w.must(err)
			in := booking.Inbound{SID: m.SID, From: m.From, To: m.To, Body: m.Body, At: m.At}
			for range 10 {
				all.Go(func() {
					if err := w.e.Receive(t.Context(), account, in); err != nil {
						t.Errorf("receive: %v", err)
					}
				})
			}
			if i%2 == 0 {
				all.Go(func() {
					time.Sleep(8 * time.Second) // the very moment in which the answer is due
					_, err := w.e.TakeOver(t.Context(), account, booking.Phone(phone(i)), "Denise")
					taken[i].Store(err == nil)
				})
			}
		}
		all.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		for i := range customers {
			got := w.texts(phone(i))
			v := w.threadOf(phone(i))
			late := slices.ContainsFunc(got, func(m simulator.Message) bool { return v.By != "" && m.At.After(v.HumanAt) })
			switch {
			case taken[i].Load() && (len(got) > 2 || late || v.Owner != booking.OwnerHuman):
				t.Errorf("customer %d: taken over, yet %d texts, %+v", i, len(got), v)
			case !taken[i].Load() && (i%2 == 0 || len(got) != 2 || v.Owner != booking.OwnerAgent):
				t.Errorf("customer %d: %d texts, %+v", i, len(got), v)
			}
		}
		w.whole()
	})
}
