package engine_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// saw is what a person sees of the thread of customer number 1 now.
func (w *world) saw() (s engine.Sight) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(v *storage.Snapshot) error {
		last, err := v.ThreadMessages(account, booking.Phone(phone(1)), 1)
		s = engine.Sight{Newest: last[0].ID, Holder: new(w.threadOf(phone(1)).By)}
		return err
	}))
	return s
}

// Two persons who saw the same and answer at the same moment: one text goes out, and the other person is told who was first.
func TestOfTwoAnswersAtOnceOneIsSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, _ := talking(t)
		defer w.close()
		w.says("can i talk to a person", 1)
		w.passes(0)
		saw, before := w.saw(), len(w.texts(phone(1)))
		people := []string{"Ada", "Bob", "Cleo"}
		refused := make([]error, len(people))
		var all sync.WaitGroup
		for i, by := range people {
			all.Go(func() {
				_, refused[i] = w.e.SaySeen(t.Context(), account, booking.Phone(phone(1)), by, by+" here", saw)
			})
		}
		all.Wait()
		w.passes(0)
		sent := 0
		for i, err := range refused {
			switch {
			case err == nil:
				sent++
				if v := w.threadOf(phone(1)); v.By != people[i] {
					t.Errorf("%s answered, and %s has it", people[i], v.By)
				}
			case !errors.Is(err, &booking.Error{Code: "taken_over"}):
				t.Errorf("%s: %v", people[i], err)
			}
		}
		if n := len(w.texts(phone(1))) - before; sent != 1 || n != 1 {
			t.Errorf("%d answers were taken, %d texts went out", sent, n)
		}
	})
}

// What was done since a person looked refuses what the person does, by its own name; what one has seen does not.
func TestWhatWasDoneMeanwhileIsReadFirst(t *testing.T) {
	customer := booking.Phone(phone(1))
	for _, c := range []struct {
		name, code string
		meanwhile  func(w *world)
	}{
		{"nothing", "", func(*world) {}},
		{"the customer wrote", "newer_message", func(w *world) { w.says("are you there?", 1) }},
		{"somebody took over", "taken_over", func(w *world) { w.must(second(w.e.TakeOver(w.t.Context(), account, customer, "Bob"))) }},
		{"somebody answered", "taken_over", func(w *world) { w.must(second(w.e.Say(w.t.Context(), account, customer, "Bob", "Bob here"))) }},
		{"handed back", "handed_back", func(w *world) { w.must(second(w.e.ReleaseThread(w.t.Context(), account, customer, ""))) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, _ := talking(t)
				defer w.close()
				w.says("can i talk to a person", 1)
				w.must(second(w.e.TakeOver(t.Context(), account, customer, "Denise")))
				w.passes(0)
				saw := w.saw()
				c.meanwhile(w)
				before := len(w.texts(phone(1)))
				_, err := w.e.SaySeen(t.Context(), account, customer, "Ada", "Ada here", saw)
				if c.code == "" && err != nil || c.code != "" && !errors.Is(err, &booking.Error{Code: c.code}) {
					t.Errorf("got %v, want %q", err, c.code)
				}
				w.passes(0)
				sent := len(w.texts(phone(1))) - before
				if c.code != "" {
					if _, err := w.e.SaySeen(t.Context(), account, customer, "Ada", "Ada here", w.saw()); err != nil {
						t.Errorf("after a second look: %v", err)
					}
				} else if sent != 1 {
					t.Errorf("%d texts went out", sent)
				}
			})
		})
	}
}

func second[T any](_ T, err error) error { return err }
