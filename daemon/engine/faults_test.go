package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

// over opens a house whose store has faults, none yet.
func over(t *testing.T, f *storagetest.Faulty) *world {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
	store, err := storage.Open(storage.Options{InMemory: true, Small: true, Now: time.Now, Wrap: f.Wrap})
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOver(t, store)
}

func TestConflictsAndUnknownCommitsChangeNothing(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := storagetest.NewFaulty(seed)
				w := over(t, f)
				defer w.close()
				f.Set(storagetest.Invisible)
				for i := range 60 {
					sc := scenes[i%len(scenes)]
					n := fmt.Sprintf("+161455501%02d", i)
					id := sc.play(w, fmt.Sprint("c", i), n)
					defer func() {
						s := w.session(id)
						for _, m := range w.texts(n) {
							if late := m.At.Sub(s.FollowUp.DueAt); late > 20*time.Second {
								t.Errorf("%s: the text went out %v after its time", sc.name, late)
							}
						}
						if s.FollowUp.WithheldBy != sc.want || len(w.texts(n)) != sc.texts {
							t.Errorf("%s: %d texts, withheld by %q; want %d, %q", sc.name, len(w.texts(n)), s.FollowUp.WithheldBy, sc.texts, sc.want)
						}
					}()
				}
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				f.Set(storagetest.Faults{})
			})
		})
	}
}

func TestEveryUseCaseKnowsItsOwnEarlierCommit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := storagetest.NewFaulty(7)
		f.Set(storagetest.Faults{Unknown: 0.5})
		w := over(t, f) // the first start is a use case too
		defer w.close()
		ctx := t.Context()
		for i := range 30 {
			v, err := w.e.CreateScheduler(ctx, account, booking.Scheduler{Name: "S", URL: "https://brightwater.example/s"})
			w.must(err)
			w.must(w.e.DeleteScheduler(ctx, account, v.ID))
			k, err := w.e.CreateKey(ctx, account, "k", booking.RoleOffice, "")
			w.must(err)
			if k.Secret == "" {
				t.Fatal("a key came without its secret")
			}
			w.must(w.e.DeleteKey(ctx, account, k.ID))
			id := left(w, fmt.Sprint("h", i), phone(i))
			_, err = w.e.Handle(ctx, account, id, engine.Handled{By: "csr", Booked: true})
			w.must(err)
			if n := len(w.trace(id)); n != 1 {
				t.Errorf("handled once, told %d times in the trace", n)
			}
		}
		w.must(w.store.View(ctx, func(s *storage.Snapshot) error {
			schedulers, _, err := s.Schedulers(account, "", 100)
			if err != nil {
				return err
			}
			keys, _, err := s.APIKeys(account, "", 100)
			if len(schedulers) != 2 || len(keys) != 1 {
				t.Errorf("%d schedulers and %d keys are left, want the seed's two and one", len(schedulers), len(keys))
			}
			return err
		}))
	})
}

func TestAnUnknownCommitOfTheFirstQuestionIsNoSecondQuestion(t *testing.T) {
	for seed := range uint64(8) {
		bubble(t, func(t *testing.T) {
			f := storagetest.NewFaulty(seed)
			w := over(t, f)
			defer w.close()
			left(w, "c1", phone(1))
			c := &lateList{Carrier: w.carrier}
			w.swap(c)
			w.deaf = true
			f.Set(storagetest.Faults{Unknown: 0.5})
			time.Sleep(30 * time.Minute)
			synctest.Wait()
			if got := w.stats().Unknown; got != 0 || c.asked != 2 {
				t.Errorf("seed %d: %d unknown sends after %d questions; the second question finds the text", seed, got, c.asked)
			}
		})
	}
}

func TestADeadDiskPutsOffAndLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := storagetest.NewFaulty(1)
		w := over(t, f)
		defer w.close()
		left(w, "c1", phone(1))
		time.Sleep(10 * time.Minute)
		f.SetDown(true)
		_, err := w.e.Track(t.Context(), account, booking.Event{Kind: booking.EventStarted, Scheduler: scheduler, ClientID: "c2"})
		if !errors.Is(err, storage.ErrDown) {
			t.Errorf("an event on a dead disk was answered %v; want that the store is down", err)
		}
		if err := w.e.Ready(t.Context()); err == nil {
			t.Error("ready with a dead disk")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := len(w.texts("")); got != 0 {
			t.Fatalf("%d texts while the intent could not be written", got)
		}
		f.SetDown(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := len(w.texts(phone(1))); got != 1 {
			t.Errorf("%d texts a minute after the disk came back, want 1", got)
		}
		if len(w.alarms()) != 0 {
			t.Errorf("alarms %+v: a dead disk is no poison", w.alarms())
		}
	})
}

func TestALongStopIsCaughtUpSpreadAndByTodaysRules(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		for i := range 100 {
			left(w, fmt.Sprint("c", i), phone(i))
		}
		w.must(w.e.Stop(context.Background()))
		time.Sleep(5 * time.Hour) // 15:00 in Columbus
		w.renew(w.options)
		began := time.Now()
		w.must(w.e.Start(t.Context()))
		defer w.close()
		time.Sleep(time.Minute)
		synctest.Wait()
		got := w.texts("")
		if len(got) != 100 {
			t.Fatalf("%d texts a minute after the restart, want 100", len(got))
		}
		inFirst := 0
		for _, m := range got {
			if m.At.Sub(began) < time.Second {
				inFirst++
			}
		}
		if inFirst > 60 {
			t.Errorf("%d of 100 overdue texts went out in the first second; they should be spread", inFirst)
		}
	})
}

func TestStopIsGentleAndMayBeCalledTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		left(w, "c1", phone(1))
		time.Sleep(15 * time.Minute)
		w.must(w.e.Stop(context.Background()))
		w.must(w.e.Stop(context.Background()))
		w.close()
	})
}
