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
	"github.com/rebookhq/rebook/storage/storagetest"
)

func TestABookingByAnyWayCorrectsWhatTheTextHasWon(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		book     booking.NewBooking
		wait     time.Duration // after the text
		booked   time.Duration // relative to the text
		want     booking.Attribution
		status   booking.Status
		said     string
		withheld bool
	}{
		{"by phone an hour after the text", booking.NewBooking{Source: booking.SourcePhone}, time.Hour, time.Hour, booking.AttributedAssisted, booking.StatusRecovered, "won back (assisted)", false},
		{"told late: booked before the text", booking.NewBooking{Source: booking.SourceExternal}, time.Hour, -5 * time.Minute, booking.AttributedBefore, booking.StatusTexted, "did not win the booking", false},
		{"nine days later", booking.NewBooking{Source: booking.SourceExternal}, 9 * 24 * time.Hour, 9 * 24 * time.Hour, booking.AttributedLater, booking.StatusTexted, "more than 7 days", false},
		{"in the conversation", booking.NewBooking{Source: booking.SourceAgent}, time.Hour, time.Hour, booking.AttributedDirect, booking.StatusRecovered, "won back (direct)", false},
		{"on the page, through the link", booking.NewBooking{Source: booking.SourcePage, Scheduler: scheduler, ClientID: "c1"}, time.Hour, time.Hour, booking.AttributedDirect, booking.StatusRecovered, "", false},
		{"on the page, without the link", booking.NewBooking{Source: booking.SourcePage, Scheduler: scheduler, ClientID: "c2"}, time.Hour, time.Hour, booking.AttributedAssisted, booking.StatusRecovered, "won back (assisted)", false},
		{"before the text is due", booking.NewBooking{Source: booking.SourcePhone}, -5 * time.Minute, -5 * time.Minute, booking.AttributedBefore, booking.StatusWithheld, "no text goes out", true},
		{"known by e-mail only", booking.NewBooking{Source: booking.SourceExternal, Customer: booking.Customer{Email: "ADA@example.com"}}, -5 * time.Minute, -5 * time.Minute, booking.AttributedBefore, booking.StatusWithheld, "no text goes out", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				id := left(w, "c1", phone(1), func(ev *booking.Event) { ev.Customer.Email = "ada@example.com" })
				text := time.Now().Add(15 * time.Minute)
				time.Sleep(15*time.Minute + c.wait)
				synctest.Wait()
				c.book.At, c.book.ValueCents = text.Add(c.booked), 19900
				if c.book.Customer.Email == "" {
					c.book.Customer.Phone = phone(1)
				}
				b, err := w.e.Book(t.Context(), account, c.book)
				w.must(err)
				s := w.session(id)
				if s.Booked.Booking != b.ID || s.Booked.Attribution != c.want || s.Status != c.status || s.Booked.ValueCents != 19900 || b.Attribution != c.want {
					t.Errorf("booked %+v, status %s, the booking says %s", s.Booked, s.Status, b.Attribution)
				}
				var said strings.Builder
				for _, f := range w.trace(id) {
					if strings.HasPrefix(f.Message, "Late news: ") {
						said.WriteString(f.Message)
					}
				}
				if (said.String() == "") != (c.said == "") || !strings.Contains(said.String(), c.said) {
					t.Errorf("the trace says %q, want %q", said.String(), c.said)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				if n := len(w.texts(phone(1))); (n == 0) != c.withheld {
					t.Errorf("%d texts", n)
				}
				value := 5000
				_, err = w.e.ChangeBooking(t.Context(), account, b.ID, booking.BookingChange{ValueCents: &value})
				w.must(err)
				if s = w.session(id); s.Booked.ValueCents != 5000 {
					t.Errorf("the corrected value did not reach the session: %+v", s.Booked)
				}
				_, err = w.e.CancelBooking(t.Context(), account, b.ID)
				w.must(err)
				if s = w.session(id); !s.Booked.Cancelled || s.Status == booking.StatusRecovered {
					t.Errorf("cancelled, yet %+v, %s", s.Booked, s.Status)
				}
				w.seated()
			})
		})
	}
}

// Somebody fills the house with sessions of a customer's number, as large as they can be: the customer can still be booked.
func TestSessionsWithoutEndKeepNobodyFromBooking(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.open(1)
		large := map[string]string{}
		for i := range 40 {
			large[fmt.Sprint("f", i)] = strings.Repeat("x", 500)
		}
		for i := range 30 {
			left(w, fmt.Sprint("tab", i), phone(1), func(ev *booking.Event) { ev.Fields, ev.Customer.Email = large, "ada@example.com" })
		}
		n := caller(0, wednesday)
		n.Customer = booking.Customer{Phone: phone(1), Email: "ada@example.com"}
		b, err := w.e.Book(t.Context(), account, n)
		w.must(err)
		_, err = w.e.MoveBooking(t.Context(), account, b.ID, thursday)
		w.must(err)
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := len(w.texts("")); got != 0 {
			t.Errorf("%d texts to somebody who has booked", got)
		}
	})
}

func TestAnUploadCanBeSentAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := storagetest.NewFaulty(3)
		w := over(t, f)
		defer w.close()
		id := left(w, "c1", phone(1))
		f.Set(storagetest.Invisible)
		var rows []engine.ImportRow
		for i := range 60 {
			n := booking.NewBooking{Source: booking.SourceExternal, ExternalID: fmt.Sprint("job-", i), Customer: booking.Customer{Phone: phone(i + 1)}}
			if i%3 == 0 {
				n.ExternalID, n.Row = "", fmt.Sprint("digest", i)
			}
			rows = append(rows, engine.ImportRow{Line: i + 2, Booking: n})
		}
		rows[10].Booking.Customer = booking.Customer{FirstName: "Nobody"}
		rows[20].Booking.Customer.Phone = "12"
		rows[30].Fault = booking.Refuse(booking.Invalid, "wrong_columns", "", "x", "")
		got, err := w.e.Import(t.Context(), account, rows)
		w.must(err)
		var bad []string
		for _, r := range got.Rejected {
			bad = append(bad, fmt.Sprint(r.Line, r.Fault.Code))
		}
		if got.Imported != 57 || got.Repeated != 0 || !slices.Equal(bad, []string{"12nobody_to_match", "22phone_invalid", "32wrong_columns"}) {
			t.Errorf("%+v %v", got, bad)
		}
		again, err := w.e.Import(t.Context(), account, rows)
		w.must(err)
		if again.Imported != 0 || again.Repeated != 57 {
			t.Errorf("sent again: %+v", again)
		}
		if s := w.session(id); s.FollowUp.WithheldBy != booking.CheckBookedElsewhere {
			t.Errorf("%+v", s.FollowUp)
		}
		f.Set(storagetest.Faults{})
		w.seated()
	})
}
