package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// byPage marks an event as told with a publishable key; doubted when its address tells of too many bookings.
func byPage(doubted bool) func(*booking.Event) {
	return func(ev *booking.Event) { ev.Page, ev.Doubted = true, doubted }
}

// A stranger can read a page's key and say that anybody has booked. A customer who books in a second tab says the same, and must not
// be texted.
func TestWhoseWordKeepsATextBack(t *testing.T) {
	const claimed = 100_000_000
	number := phone(1)
	worth := func(ev *booking.Event) { ev.ValueCents = claimed }
	for name, c := range map[string]struct {
		say      func(w *world)
		withheld booking.Check // "" is texted
		cents    int           // of the booking that was told of
	}{
		"booked in a second tab": {func(w *world) {
			w.event("tab", booking.EventStarted, byPage(false))
			time.Sleep(5 * time.Second)
			w.event("tab", booking.EventCompleted, filled(number), worth, byPage(false))
		}, booking.CheckBookedElsewhere, 200_000},
		"forged out of nowhere": {func(w *world) { w.event("tab", booking.EventCompleted, filled(number), worth, byPage(false)) }, "", 200_000},
		"forged with an old time": {func(w *world) {
			ago := func(ev *booking.Event) { ev.At = time.Now().Add(-time.Hour) }
			w.event("tab", booking.EventStarted, filled(number), ago, byPage(false))
			w.event("tab", booking.EventCompleted, filled(number), worth, byPage(false))
		}, "", 200_000},
		"forged by an address that forges many": {func(w *world) {
			w.event("tab", booking.EventStarted, byPage(false))
			time.Sleep(5 * time.Second)
			w.event("tab", booking.EventCompleted, filled(number), worth, byPage(true))
		}, "", 200_000},
		"forged as a booking without a window": {func(w *world) {
			_, err := w.e.Book(w.t.Context(), account, booking.NewBooking{Source: booking.SourcePage, Scheduler: scheduler, ClientID: "tab",
				ValueCents: claimed, Customer: booking.Customer{Phone: number}, Page: true})
			w.must(err)
		}, "", 200_000},
		"told by the office's own system": {func(w *world) { w.event("tab", booking.EventCompleted, filled(number), worth) }, booking.CheckBookedElsewhere, claimed},
		"a claim that the office confirms": {func(w *world) {
			id := w.event("tab", booking.EventCompleted, filled(number), worth, byPage(false))
			_, err := w.e.ChangeBooking(w.t.Context(), account, string(id), booking.BookingChange{ValueCents: new(300_000)})
			w.must(err)
		}, booking.CheckBookedElsewhere, 300_000},
		"a claim that the office takes by phone": {func(w *world) {
			id := w.event("tab", booking.EventCompleted, filled(number), byPage(false))
			_, err := w.e.Handle(w.t.Context(), account, id, engine.Handled{By: "csr", Booked: true})
			w.must(err)
		}, booking.CheckBookedElsewhere, 0},
		"a claim that takes a window": {func(w *world) {
			w.open(1)
			w.event("tab", booking.EventCompleted, filled(number), worth, byPage(false))
			_, err := w.e.Book(w.t.Context(), account, booking.NewBooking{Source: booking.SourcePage, Scheduler: scheduler, ClientID: "tab", Window: wednesday, Page: true})
			w.must(err)
		}, booking.CheckBookedElsewhere, 200_000},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				id := left(w, "c1", number)
				c.say(w)
				pass(20 * time.Minute)
				if s := w.session(id); s.FollowUp.WithheldBy != c.withheld || len(w.texts(number)) == 0 != (c.withheld != "") {
					t.Errorf("%s, withheld by %q, %d texts", s.Status, s.FollowUp.WithheldBy, len(w.texts(number)))
				}
				tab := w.session(w.idOf("tab"))
				b := w.booking(string(tab.ID))
				if tab.Status != booking.StatusCompleted || b.ValueCents != c.cents || b.Claimed != (c.withheld == "") {
					t.Errorf("the page's own session is %s, its booking %+v", tab.Status, b)
				}
			})
		})
	}
}

// Claims are not among the bookings that a person is known by, so they push nothing true out of them.
func TestClaimsDoNotPushOutWhatIsTrue(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		_, err := w.e.Book(t.Context(), account, booking.NewBooking{Source: booking.SourcePhone, Customer: booking.Customer{Phone: phone(1)}})
		w.must(err)
		for i := range 25 {
			w.event("forged-"+string(rune('a'+i)), booking.EventCompleted, filled(phone(1)), byPage(false))
		}
		id := left(w, "c1", phone(1))
		pass(20 * time.Minute)
		if s := w.session(id); s.FollowUp.WithheldBy != booking.CheckBookedElsewhere {
			t.Errorf("withheld by %q", s.FollowUp.WithheldBy)
		}
	})
}

// A text is left to another session of the person only as long as that one is to get it.
func TestATextLeftToAnotherTabIsNotLost(t *testing.T) {
	for name, c := range map[string]struct {
		then  func(w *world) // after the other session was left
		texts int
	}{
		"the other one gets it":              {func(*world) {}, 1},
		"the other one is finished by claim": {func(w *world) { w.event("other", booking.EventCompleted, byPage(true)) }, 1},
		"the other one takes its tick back": {func(w *world) { // which is the person's last word, for all pages
			w.event("other", booking.EventAbandoned, func(ev *booking.Event) { ev.Consent = &booking.Consent{Text: words} })
		}, 0},
		"the other one is of somebody else after all": {func(w *world) { w.event("other", booking.EventAbandoned, filled(phone(2))) }, 1},
		"the other one is open for ever": {func(w *world) {
			for range 80 {
				w.event("other", booking.EventHeartbeat)
				pass(time.Minute)
			}
			if n := len(w.texts(phone(1))); n != 1 {
				w.t.Errorf("%d texts after an hour", n)
			}
			w.event("other", booking.EventCompleted, byPage(true))
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				id := left(w, "c1", phone(1))
				pass(5 * time.Minute)
				left(w, "other", phone(1))
				pass(time.Minute)
				c.then(w)
				pass(30 * time.Minute)
				if n := len(w.texts(phone(1))); n != c.texts {
					t.Errorf("%d texts, want %d; the first session: %+v", n, c.texts, w.session(id).FollowUp)
				}
			})
		})
	}
}

// A claim wins nobody back; once the office has confirmed it, the text that went before is credited.
func TestAClaimCountsOnceTheOfficeConfirmsIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := left(w, "c1", phone(1))
		pass(20 * time.Minute)
		tab := w.event("tab", booking.EventCompleted, filled(phone(1)), byPage(true))
		if s := w.session(id); s.Status != booking.StatusTexted || s.Booked.Booking != "" {
			t.Errorf("a claim made it %s: %+v", s.Status, s.Booked)
		}
		_, err := w.e.ChangeBooking(t.Context(), account, string(tab), booking.BookingChange{ValueCents: new(25_000)})
		w.must(err)
		if s := w.session(id); s.Status != booking.StatusRecovered || s.Booked.Attribution != booking.AttributedAssisted || s.Booked.ValueCents != 25_000 {
			t.Errorf("confirmed it is %s: %+v", s.Status, s.Booked)
		}
	})
}

// The text's link went to that phone alone, so who came by it is believed, with what the job is worth.
func TestWhoComesByTheLinkIsBelieved(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		id := left(w, "c1", phone(1))
		pass(20 * time.Minute)
		_, token, _ := strings.Cut(w.texts(phone(1))[0].Body, "/l/")
		_, err := w.e.Redeem(t.Context(), account, scheduler, token[:26])
		w.must(err)
		w.event("c1", booking.EventCompleted, func(ev *booking.Event) { ev.ValueCents = 900_000 }, byPage(true))
		if s, b := w.session(id), w.booking(string(id)); s.Status != booking.StatusRecovered || b.Claimed || b.ValueCents != 900_000 {
			t.Errorf("%s, %+v", s.Status, b)
		}
	})
}
