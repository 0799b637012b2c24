package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
	"github.com/rebookhq/rebook/storage/storagetest"
)

var workdays = []booking.Weekday{"mon", "tue", "wed", "thu", "fri"}

// windows of the week of newWorld: morning and noon of each workday, of that capacity.
func (w *world) open(capacity int) {
	w.t.Helper()
	_, err := w.e.EditScheduler(w.t.Context(), account, scheduler, func(s *booking.Scheduler) error {
		s.Availability = booking.Availability{Weekly: []booking.WeeklyRule{{Days: workdays, From: 9 * 60, To: 12 * 60, Capacity: capacity},
			{Days: workdays, From: 12 * 60, To: 15 * 60, Capacity: capacity}}}
		return nil
	})
	w.must(err)
}

const (
	wednesday = "2026-03-11-0900-1200"
	thursday  = "2026-03-12-0900-1200"
)

func caller(n int, window string) booking.NewBooking {
	return booking.NewBooking{Source: booking.SourcePhone, Scheduler: scheduler, Window: window, Customer: booking.Customer{Phone: fmt.Sprintf("+1%d55501%02d", 201+n/100, n%100)}}
}

func (w *world) booking(id string) (b booking.Booking) {
	w.t.Helper()
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		v, err := s.Booking(account, id)
		if v != nil {
			b = *v
		}
		return err
	}))
	return b
}

// seated gives who has a place in each window, and fails where that and the bookings differ in either direction.
func (w *world) seated() map[string][]string {
	w.t.Helper()
	by := map[string][]string{}
	w.must(w.store.View(w.t.Context(), func(s *storage.Snapshot) error {
		all, _, err := s.Bookings(account, "", 1000)
		for _, b := range all {
			if b.Stands() && b.Window != "" {
				by[b.Window] = append(by[b.Window], b.ID)
			}
		}
		return err
	}))
	r, err := w.store.Verify(w.t.Context())
	w.must(err)
	for _, f := range r.Findings {
		w.t.Errorf("%s: %s", f.Key, f.Message)
	}
	return by
}

func code(err error) string {
	if refusal, ok := errors.AsType[*booking.Error](err); ok {
		return refusal.Code
	}
	return fmt.Sprint(err)
}

// Many book, move and cancel at once on a store that conflicts and forgets its answers: nobody is put into a full window, and
// whoever was answered has what the answer says.
func TestNoWindowIsEverOverbooked(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				f := storagetest.NewFaulty(seed)
				w := over(t, f)
				defer w.close()
				const capacity = 3
				w.open(capacity)
				f.Set(storagetest.Invisible)
				all := []string{wednesday, thursday, "2026-03-13-0900-1200", "2026-03-13-1200-1500"}
				answered := make([]booking.Booking, 40)
				var full, done int
				var mu sync.Mutex
				var crowd sync.WaitGroup
				for i := range answered {
					crowd.Go(func() {
						r := rand.New(rand.NewPCG(seed, uint64(i)))
						b, err := w.e.Book(t.Context(), account, caller(i, all[r.IntN(len(all))]))
						for range 3 {
							if err != nil {
								break
							}
							answered[i] = b
							var moved booking.Booking
							if r.IntN(4) == 0 {
								moved, err = w.e.CancelBooking(t.Context(), account, b.ID)
							} else {
								moved, err = w.e.MoveBooking(t.Context(), account, b.ID, all[r.IntN(len(all))])
							}
							if err == nil {
								b = moved
							} else if code(err) == "window_full" { // it stays where it is
								err = nil
							}
							answered[i] = b
						}
						mu.Lock()
						defer mu.Unlock()
						switch c := code(err); {
						case err == nil:
							done++
						case c == "window_full":
							full++
						case c != "booking_cancelled":
							t.Errorf("%v", err)
						}
					})
				}
				crowd.Wait()
				f.Set(storagetest.Faults{})
				by := w.seated()
				total := 0
				for window, ids := range by {
					total += len(ids)
					if len(ids) > capacity {
						t.Errorf("%s has %d of %d places taken", window, len(ids), capacity)
					}
				}
				want := 0
				for _, b := range answered {
					if b.ID == "" {
						continue
					}
					if b.Stands() {
						want++
					}
					if b.Stands() != slices.Contains(by[b.Window], b.ID) {
						t.Errorf("answered %s in %q, yet it has no place there: %v", b.Status, b.Window, by[b.Window])
					}
				}
				if total != want {
					t.Errorf("%d bookings stand, %d were answered: some were made twice or not at all", total, want)
				}
				if n := f.Counts(); n.Conflicts == 0 || n.Unknowns == 0 || full == 0 || done == 0 {
					t.Errorf("nothing was tested: %+v, %d full, %d done", n, full, done)
				}
				var open int
				w.must(w.store.View(t.Context(), func(s *storage.Snapshot) error {
					v, err := engine.Availability(s, account, scheduler, "", 4)
					for _, o := range v {
						open += o.Open
						if o.Open != capacity-len(by[o.ID]) {
							t.Errorf("%s shows %d free places, %d are taken", o.ID, o.Open, len(by[o.ID]))
						}
					}
					return err
				}))
				if open == 0 {
					t.Error("no open window is listed")
				}
			})
		})
	}
}

// A process that dies around the commit of a booking leaves the booking with its place, or neither.
func TestKilledAroundABookingKeepsPlacesAndBookingsTogether(t *testing.T) {
	for _, after := range []bool{false, true} {
		for left := 1; left <= 3; left++ {
			t.Run(fmt.Sprint("commit ", left, " on disk ", after), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					time.Sleep(time.Until(time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)))
					kv, err := storage.OpenKV(storage.Options{InMemory: true, Small: true, Now: time.Now})
					if err != nil {
						t.Fatal(err)
					}
					m := &mortal{KV: kv, left: -1, after: after}
					w := newWorldOver(t, storage.New(m, time.Now), func(o *engine.Options) { o.Log = nil })
					w.open(1)
					m.mu.Lock()
					m.left = left
					m.mu.Unlock()
					first, err1 := w.e.Book(t.Context(), account, caller(1, wednesday))
					moved, err2 := w.e.MoveBooking(t.Context(), account, first.ID, thursday)
					_, err3 := w.e.CancelBooking(t.Context(), account, first.ID)
					w.e.Stop(context.Background())
					w.store = storage.New(kv, time.Now)
					o := w.options
					o.Store = w.store
					w.renew(o)
					w.must(w.e.Start(t.Context()))
					defer w.close()
					by := w.seated()
					if err1 == nil && err2 != nil && !after && !slices.Equal(by[wednesday], []string{first.ID}) {
						t.Errorf("the answered booking has no place: %v", by)
					}
					if err2 == nil && err3 != nil && !after && (moved.Window != thursday || !slices.Equal(by[thursday], []string{first.ID})) {
						t.Errorf("the answered move did not stay: %v", by)
					}
					free := 0
					for _, window := range []string{wednesday, thursday} {
						_, err := w.e.Book(t.Context(), account, caller(2, window))
						if err == nil {
							free++
						} else if code(err) != "window_full" {
							t.Error(err)
						}
					}
					if want := 2 - len(by[wednesday]) - len(by[thursday]); free != want {
						t.Errorf("%d places were free after the restart, want %d", free, want)
					}
					w.seated()
				})
			})
		}
	}
}

func TestASessionBooksOnceWhateverComesTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.open(2)
		id := left(w, "c1", phone(1))
		page := booking.NewBooking{Source: booking.SourcePage, Scheduler: scheduler, ClientID: "c1", Window: wednesday}
		first, err := w.e.Book(t.Context(), account, page)
		w.must(err)
		again, err := w.e.Book(t.Context(), account, page)
		w.must(err)
		page.Window = thursday
		_, other := w.e.Book(t.Context(), account, page)
		w.event("c1", booking.EventCompleted, filled(phone(1)))
		_, err = w.e.Handle(t.Context(), account, id, engine.Handled{By: "csr", Booked: true})
		w.must(err)
		by := w.seated()
		if first.ID != again.ID || again.Window != wednesday || code(other) != "already_booked" || len(by[wednesday]) != 1 || len(by[thursday]) != 0 {
			t.Errorf("first %+v, again %+v, another window %v, seats %v", first, again, other, by)
		}
		if b := w.booking(first.ID); b.Window != wednesday || b.Source != booking.SourcePage || b.Customer.FirstName != "Ada" || b.Service != "AC repair" || b.Phone != booking.Phone(phone(1)) {
			t.Errorf("%+v", b)
		}
		s := w.session(id)
		if s.Status != booking.StatusCompleted || s.Booked.Booking != first.ID || s.Booked.Attribution != booking.AttributedBefore || s.FollowUp.WithheldBy != booking.CheckCompleted {
			t.Errorf("%s, %+v, %+v", s.Status, s.Booked, s.FollowUp)
		}
		_, err = w.e.CancelBooking(t.Context(), account, first.ID)
		w.must(err)
		page.Window = thursday
		anew, err := w.e.Book(t.Context(), account, page)
		w.must(err)
		if by = w.seated(); anew.ID != first.ID || len(by[thursday]) != 1 || len(by[wednesday]) != 0 {
			t.Errorf("booked anew after the cancellation: %+v, %v", anew, by)
		}
	})
}

// A page that says that it is done before it takes its window still gets its place.
func TestAPageMayCompleteBeforeItBooks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.open(1)
		w.event("c1", booking.EventCompleted, filled(phone(1)))
		b, err := w.e.Book(t.Context(), account, booking.NewBooking{Source: booking.SourcePage, Scheduler: scheduler, ClientID: "c1", Window: wednesday})
		w.must(err)
		if by := w.seated(); b.Window != wednesday || len(by[wednesday]) != 1 {
			t.Errorf("%+v, %v", b, by)
		}
	})
}

func TestWindowsPutByHandKeepTheirPlaces(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.open(1)
		_, err := w.e.Book(t.Context(), account, caller(1, wednesday))
		w.must(err)
		day := time.Date(2026, 3, 11, 13, 0, 0, 0, time.UTC) // 9:00 in Columbus
		list := []booking.Window{{ID: "w1", Start: day, End: day.Add(3 * time.Hour), Capacity: 3, Open: 2}}
		got, err := w.e.PutWindows(t.Context(), account, scheduler, list)
		w.must(err)
		if got[0].Open != 2 {
			t.Errorf("put 2 free places beside the one that the rule's window has given: %+v", got)
		}
		for i, want := range []string{"<nil>", "<nil>", "window_full"} {
			if _, err := w.e.Book(t.Context(), account, caller(2+i, "w1")); code(err) != want {
				t.Errorf("booking %d: %v, want %s", i, err, want)
			}
		}
		var shown []booking.Window
		w.must(w.store.View(t.Context(), func(s *storage.Snapshot) (err error) {
			shown, err = engine.WindowsByHand(s, account, scheduler)
			return err
		}))
		if shown[0].Open != 0 {
			t.Errorf("%+v", shown)
		}
		again, err := w.e.PutWindows(t.Context(), account, scheduler, shown)
		w.must(err)
		if again[0].Open != 0 || again[0].Capacity != 3 {
			t.Errorf("put back as it was: %+v", again)
		}
		shown[0].Start, shown[0].End = day.Add(24*time.Hour), day.Add(27*time.Hour) // put off by a day, with its bookings
		_, err = w.e.PutWindows(t.Context(), account, scheduler, shown)
		w.must(err)
		time.Sleep(30 * time.Hour)
		if _, err := w.e.Book(t.Context(), account, caller(9, "w1")); code(err) != "window_full" {
			t.Errorf("a window that was put off has lost its bookings: %v", err)
		}
		w.seated()
	})
}

// What another system reports again is the same booking, or refused: never a success with another one.
func TestAnExternalIDStandsForOneBooking(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.open(1)
		n := caller(1, wednesday)
		n.Source, n.ExternalID = booking.SourceExternal, "J1"
		first, err := w.e.Book(t.Context(), account, n)
		w.must(err)
		again, err := w.e.Book(t.Context(), account, n)
		w.must(err)
		if again.ID != first.ID {
			t.Errorf("reported again it is %s, first %s", again.ID, first.ID)
		}
		moved, other := n, n
		moved.Window, other.Customer.Phone = thursday, phone(7)
		for _, v := range []booking.NewBooking{moved, other} {
			if b, err := w.e.Book(t.Context(), account, v); code(err) != "external_id_taken" {
				t.Errorf("%+v, %v", b, err)
			}
		}
		_, err = w.e.CancelBooking(t.Context(), account, first.ID)
		w.must(err)
		if b, err := w.e.Book(t.Context(), account, n); code(err) != "booking_cancelled" {
			t.Errorf("%+v, %v", b, err)
		}
		n.ExternalID = "J2"
		_, err = w.e.Book(t.Context(), account, n)
		w.must(err)
		w.seated()
	})
}

// A list that was made before somebody booked does not give that place away again.
func TestWindowsAreNotPutOverABookingInBetween(t *testing.T) {
	for seed := range uint64(4) {
		bubble(t, func(t *testing.T) {
			f := storagetest.NewFaulty(seed)
			w := over(t, f)
			defer w.close()
			day := time.Date(2026, 3, 11, 13, 0, 0, 0, time.UTC)
			read, err := w.e.PutWindows(t.Context(), account, scheduler, []booking.Window{{ID: "w1", Start: day, End: day.Add(3 * time.Hour), Capacity: 3, Open: 2}})
			w.must(err)
			base := booking.Revision(read)
			f.Set(storagetest.Invisible)
			same, err := w.e.PutWindowsOver(t.Context(), account, scheduler, base, read)
			w.must(err)
			if booking.Revision(same) != base {
				t.Errorf("put back as it was: %+v", same)
			}
			_, err = w.e.Book(t.Context(), account, caller(1, "w1"))
			w.must(err)
			if _, err := w.e.PutWindowsOver(t.Context(), account, scheduler, base, read); code(err) != "windows_changed" {
				t.Errorf("put over a booking: %v", err)
			}
			if n := w.openIn("w1"); n != 1 {
				t.Errorf("%d places are free, want 1", n)
			}
			w.must(w.store.View(t.Context(), func(s *storage.Snapshot) (err error) {
				read, err = engine.WindowsByHand(s, account, scheduler)
				return err
			}))
			base, read[0].Note = booking.Revision(read), "morning"
			_, err = w.e.PutWindowsOver(t.Context(), account, scheduler, base, read) // runs again after an unknown commit, too
			w.must(err)
			f.Set(storagetest.Faults{})
			if n := w.openIn("w1"); n != 1 {
				t.Errorf("%d places are free, want 1", n)
			}
		})
	}
}

// A change that was made from an older state of a booking is refused, whatever happens to the commits; the same change twice is one.
func TestABookingIsNotChangedOverAnother(t *testing.T) {
	for seed := range uint64(6) {
		bubble(t, func(t *testing.T) {
			f := storagetest.NewFaulty(seed)
			w := over(t, f)
			defer w.close()
			day := time.Date(2026, 3, 11, 13, 0, 0, 0, time.UTC)
			_, err := w.e.PutWindows(t.Context(), account, scheduler, []booking.Window{{ID: "w1", Start: day, End: day.Add(3 * time.Hour), Capacity: 1, Open: 1},
				{ID: "w2", Start: day.Add(3 * time.Hour), End: day.Add(6 * time.Hour), Capacity: 1, Open: 1}})
			w.must(err)
			b, err := w.e.Book(t.Context(), account, caller(1, "w1"))
			w.must(err)
			base, second, cancelled := b.Revision(), "w2", booking.BookingCancelled
			f.Set(storagetest.Faults{Unknown: 0.5, Conflict: 0.2})
			for range 2 {
				moved, err := w.e.ChangeBooking(t.Context(), account, b.ID, booking.BookingChange{Base: base, Window: &second})
				w.must(err)
				if moved.Window != second {
					t.Errorf("moved to %q", moved.Window)
				}
			}
			if _, err := w.e.ChangeBooking(t.Context(), account, b.ID, booking.BookingChange{Base: base, Status: &cancelled}); code(err) != "booking_changed" {
				t.Errorf("cancelled over a move: %v", err)
			}
			f.Set(storagetest.Faults{})
			if now := w.booking(b.ID); !now.Stands() || now.Window != second || w.openIn("w1") != 1 || w.openIn("w2") != 0 {
				t.Errorf("the booking is %+v", now)
			}
		})
	}
}
