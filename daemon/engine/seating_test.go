package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// rules makes these the windows of every workday, each of one place.
func (w *world) rules(spans ...[2]int) {
	w.t.Helper()
	_, err := w.e.EditScheduler(w.t.Context(), account, scheduler, func(s *booking.Scheduler) error {
		s.Availability.Weekly = nil
		for _, v := range spans {
			s.Availability.Weekly = append(s.Availability.Weekly, booking.WeeklyRule{Days: workdays, From: booking.TimeOfDay(v[0] * 60), To: booking.TimeOfDay(v[1] * 60), Capacity: 1})
		}
		return nil
	})
	w.must(err)
}

// byHand gives a window of one place on Wednesday, local hours.
func byHand(id string, from, to int) booking.Window {
	midnight := time.Date(2026, 3, 11, 4, 0, 0, 0, time.UTC)
	return booking.Window{ID: id, Start: midnight.Add(time.Duration(from) * time.Hour), End: midnight.Add(time.Duration(to) * time.Hour), Capacity: 1, Open: 1}
}

func (w *world) put(all ...booking.Window) []booking.Window {
	w.t.Helper()
	v, err := w.e.PutWindows(w.t.Context(), account, scheduler, all)
	w.must(err)
	return v
}

func (w *world) openIn(window string) int {
	w.t.Helper()
	open := -1
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		all, err := engine.Availability(s, account, scheduler, "", 4)
		for _, v := range all {
			if v.ID == window {
				open = v.Open
			}
		}
		return err
	}))
	return open
}

// Whoever has a place keeps it, whatever becomes of the window: another job at that time is refused.
func TestAPlaceCountsWhenItsWindowIsNoLongerOffered(t *testing.T) {
	for _, c := range []struct {
		name   string
		window string // booked before
		change func(w *world)
		then   string // full after
		free   string // untouched
	}{
		{"a window by hand is taken away", "w1", func(w *world) { w.put() }, wednesday, thursday},
		{"and put again under another ID", "w1", func(w *world) { w.put(); w.put(byHand("w2", 9, 12)) }, "w2", thursday},
		{"the list is put once more without it", "w1", func(w *world) { w.put(byHand("x", 15, 16)); w.put(byHand("y", 15, 16)) }, wednesday, "y"},
		{"another by hand that overlaps stands there instead", "w1", func(w *world) { w.rules(); w.put(byHand("w2", 11, 13)) }, "w2", ""},
		{"the rule's window ends sooner", wednesday, func(w *world) { w.rules([2]int{9, 11}) }, "2026-03-11-0900-1100", "2026-03-12-0900-1100"},
		{"the rule's window is put off", wednesday, func(w *world) { w.rules([2]int{11, 14}) }, "2026-03-11-1100-1400", "2026-03-12-1100-1400"},
		{"the rule's window stands beside a new one that overlaps", wednesday, func(w *world) { w.rules([2]int{9, 12}, [2]int{10, 13}) }, wednesday, "2026-03-11-1000-1300"},
		{"one by hand with the same times stands in for the rule's", wednesday, func(w *world) {
			w.put(booking.Window{ID: "w1", Start: byHand("", 9, 12).Start, End: byHand("", 9, 12).End, Capacity: 1})
		}, "w1", thursday},
		{"the scheduler moves to another zone", wednesday, func(w *world) {
			_, err := w.e.EditScheduler(w.t.Context(), account, scheduler, func(s *booking.Scheduler) error { s.Timezone = "America/Chicago"; return nil })
			w.must(err)
			w.rules([2]int{8, 11})
		}, "2026-03-11-0800-1100", "2026-03-12-0800-1100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				w.rules([2]int{9, 12})
				if c.window == "w1" {
					w.put(byHand("w1", 9, 12))
				}
				first, err := w.e.Book(t.Context(), account, caller(1, c.window))
				w.must(err)
				c.change(w)
				if n := w.openIn(c.then); n != 0 {
					t.Errorf("%s shows %d free places", c.then, n)
				}
				if _, err := w.e.Book(t.Context(), account, caller(2, c.then)); code(err) != "window_full" {
					t.Errorf("a second job at the time of the first: %v", err)
				}
				if c.free != "" {
					_, err := w.e.Book(t.Context(), account, caller(3, c.free))
					w.must(err)
				}
				if w.booking(first.ID).Window != c.then {
					moved, err := w.e.MoveBooking(t.Context(), account, first.ID, c.then) // its own place does not stand in its way
					w.must(err)
					if moved.Window != c.then || w.openIn(c.then) != 0 {
						t.Errorf("moved: %+v, %d free", moved, w.openIn(c.then))
					}
				}
				_, err = w.e.CancelBooking(t.Context(), account, first.ID)
				w.must(err)
				_, err = w.e.Book(t.Context(), account, caller(2, c.then))
				w.must(err)
				w.seated()
			})
		})
	}
}

// The office changes rules and windows again and again while customers book: as long as what is offered at once does not overlap,
// no two jobs do.
func TestNoChangeOfTheOfferPutsTwoJobsAtOneTime(t *testing.T) {
	for seed := range uint64(8) {
		bubble(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.close()
			r := rand.New(rand.NewPCG(seed, 7))
			refused := 0
			for i := range 40 {
				var spans [][2]int
				var hand []booking.Window
				for at := 9; at < 17; {
					v := [2]int{at, at + 1 + r.IntN(3)}
					spans = append(spans, v)
					if at = v[1] + r.IntN(2); r.IntN(3) == 0 {
						hand = append(hand, byHand(fmt.Sprint("h", i, "-", v[0]), v[0], v[1]))
					}
				}
				w.rules(spans...)
				w.put(hand...)
				for j := range 2 {
					v := spans[r.IntN(len(spans))]
					window := fmt.Sprintf("2026-03-11-%02d00-%02d00", v[0], v[1])
					for _, h := range hand {
						if h.Start.Equal(byHand("", v[0], v[1]).Start) {
							window = h.ID
						}
					}
					b, err := w.e.Book(t.Context(), account, caller(2*i+j, window))
					switch {
					case code(err) == "window_full":
						refused++
					case err != nil:
						t.Fatal(err)
					case r.IntN(3) == 0:
						_, err := w.e.CancelBooking(t.Context(), account, b.ID)
						w.must(err)
					}
				}
			}
			var all []booking.Booking
			w.must(w.store.View(t.Context(), func(s *storage.Snapshot) (err error) {
				all, _, err = s.Bookings(account, "", 1000)
				return err
			}))
			for i, x := range all {
				for _, y := range all[:i] {
					if x.Stands() && y.Stands() && x.Start.Before(y.End) && y.Start.Before(x.End) {
						t.Errorf("two jobs at once: %s in %s and %s in %s", x.ID, x.Window, y.ID, y.Window)
					}
				}
			}
			if refused == 0 {
				t.Error("nothing was tested")
			}
			w.seated()
		})
	}
}
