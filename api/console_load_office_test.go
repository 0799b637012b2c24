package api

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// What else a busy office has after some years.
const (
	loadBookings   = 20_000 // fifty windows of this week and the weeks around are full
	loadAlarms     = 500
	loadOptOuts    = 5_000
	loadAudits     = 20_000
	loadUsers      = 120
	loadDeliveries = 10_000
	loadReplays    = 60
	loadPerson     = 60 // visits of one person who comes again and again
	loadHook       = "01a00000-0000-7000-8000-00000000feed"
	regular        = booking.Phone("+16149990000")
)

// fillOffice writes the rest of a busy office, in transactions of what fits into one.
func fillOffice(b *testing.B, store *storage.Store, now time.Time) {
	b.Helper()
	update := func(fn func(t *storage.Tx) error) {
		b.Helper()
		if err := store.Update(context.Background(), fn); err != nil {
			b.Fatal(err)
		}
	}
	many := func(n, each int, put func(t *storage.Tx, i int) error) {
		b.Helper()
		for first := 0; first < n; first += each {
			update(func(t *storage.Tx) error {
				for i := first; i < min(n, first+each); i++ {
					if err := put(t, i); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	id := func(i int, at time.Time) string { return string(loadID(i, at)) }
	ago := func(i int, step time.Duration) time.Time { return now.Add(-time.Duration(i) * step) }

	monday := booking.DayOf(now, time.UTC).Monday()
	update(func(t *storage.Tx) error {
		sched, err := t.Scheduler(account, "web")
		if err != nil {
			return err
		}
		for h := 8; h < 18; h += 2 {
			sched.Availability.Weekly = append(sched.Availability.Weekly, booking.WeeklyRule{Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri"},
				From: booking.TimeOfDay(h * 60), To: booking.TimeOfDay((h + 2) * 60), Capacity: 12})
		}
		hook := booking.Webhook{ID: loadHook, URL: "https://office.example/hook", Events: booking.NewsKinds, Secret: "not a secret", CreatedAt: now}
		return errors.Join(t.PutScheduler(account, *sched), t.PutWebhooks(account, []booking.Webhook{hook}))
	})
	job := func(i int, day booking.Day, h int) booking.Booking {
		at := ago(i, 5*time.Minute)
		start := day.Start(time.UTC).Add(time.Duration(h+4) * time.Hour)
		return booking.Booking{ID: id(i, at), Source: booking.SourcePhone, Scheduler: "web", Phone: booking.Phone(loadPhone(i)), Service: "AC repair", ValueCents: 25_000, At: at, Status: booking.BookingBooked,
			Window: fmt.Sprintf("%s-%02d00-%02d00", day, h, h+2), Start: start, End: start.Add(2 * time.Hour), Customer: booking.Customer{FirstName: "Ada", LastName: fmt.Sprint("Byron", i)}, CreatedAt: at}
	}
	n := 0
	for week := -7; week <= 7; week += 7 {
		for d := range 5 {
			for h := 8; h < 18; h += 2 {
				update(func(t *storage.Tx) error {
					seats := booking.Seats{}
					for range 12 {
						j := job(n, monday.Add(week+d), h)
						n++
						seats.Start, seats.End, seats.Bookings = j.Start, j.End, append(seats.Bookings, j.ID)
						if err := t.PutBooking(account, j); err != nil {
							return err
						}
					}
					return t.PutSeats(account, "web", fmt.Sprintf("%s-%02d00-%02d00", monday.Add(week+d), h, h+2), seats)
				})
			}
		}
	}
	many(loadBookings-n, 20, func(t *storage.Tx, i int) error {
		j := job(n+i, monday.Add(-30-i/50), 8)
		j.Window = ""
		return t.PutBooking(account, j)
	})
	many(loadAlarms, 50, func(t *storage.Tx, i int) error {
		p := booking.Phone(loadPhone(i * 200))
		return errors.Join(t.PutAlarm(account, storage.Alarm{Code: "thread_handed_off", Ref: string(p), Message: "The thread with " + p.Mask() + " needs a person.", Fix: "answer it", Since: now}),
			t.PutAlarm(account, storage.Alarm{Code: "thread_task", Ref: string(p), Message: "Thread with " + p.Mask() + ": our text may be missing.", Fix: "do it", Since: ago(i, time.Hour), Until: now.Add(24 * time.Hour)}))
	})
	many(loadOptOuts, 80, func(t *storage.Tx, i int) error {
		return t.PutOptOut(account, booking.OptOut{Phone: booking.Phone(loadPhone(i*10 + 1)), Source: "text", Text: "STOP", At: ago(i, time.Hour)})
	})
	many(loadAudits, 80, func(t *storage.Tx, i int) error {
		return t.PutAudit(account, storage.Audit{ID: id(i, ago(i, time.Minute)), At: ago(i, time.Minute), Who: storage.Actor{Kind: "user", Name: "Ada", Role: booking.RoleManager}, Action: "PUT /v1/account",
			Changes: []storage.Changed{{Kind: "account", Before: []byte(`{"website":"https://a.example"}`), After: []byte(`{"website":"https://b.example"}`)}}})
	})
	many(loadUsers, 20, func(t *storage.Tx, i int) error {
		return t.PutUser(account, nil, storage.User{ID: id(i, ago(i, time.Hour)), Email: fmt.Sprintf("user%d@brightwater.example", i), Name: fmt.Sprint("User ", i), Role: booking.RoleCSR, CreatedAt: now})
	})
	many(loadDeliveries, 40, func(t *storage.Tx, i int) error {
		at := ago(i, time.Minute)
		state := booking.DeliveryDelivered
		if i%1000 == 999 {
			state = booking.DeliveryFailed
		}
		return t.PutDelivery(account, nil, booking.Delivery{ID: id(i, at), Webhook: loadHook, Event: booking.NewsKinds[0], Body: []byte(`{}`), State: state, CreatedAt: at, KeptUntil: at.Add(30 * 24 * time.Hour), SettledAt: at})
	})
	many(loadReplays, 20, func(t *storage.Tx, i int) error {
		return t.PutReplay(account, booking.Replay{ID: id(i, ago(i, time.Hour)), From: now.Add(-7 * 24 * time.Hour), To: now, State: booking.ReplayDone, BeganAt: ago(i, time.Hour), EndedAt: ago(i, time.Hour)})
	})
	many(loadPerson, 6, func(t *storage.Tx, i int) error {
		at := ago(i, 24*time.Hour)
		v := booking.Session{ID: loadID(900_000+i, at), Scheduler: "web", ClientID: fmt.Sprint("regular-", i), Status: booking.StatusWithheld, Phone: regular, StartedAt: at, SeenAt: at, AbandonedAt: at,
			Customer: booking.Customer{FirstName: "Rita", Phone: string(regular)}, FollowUp: booking.FollowUp{State: booking.FollowUpWithheld, WithheldBy: booking.CheckConsent}}
		m := booking.ThreadMessage{ID: id(i, at), From: regular, To: ours, Author: booking.AuthorCustomer, Body: "Hello again", At: at}
		return errors.Join(t.PutSession(account, nil, v, 90*24*time.Hour), t.PutThreadMessage(account, regular, m, 90*24*time.Hour),
			t.AddConsent(account, booking.ConsentRecord{Phone: regular, At: at, Kind: booking.ConsentGranted, Source: "page", Text: words, Session: v.ID}),
			t.PutThread(account, nil, booking.Thread{Phone: regular, Session: v.ID, Owner: booking.OwnerAgent, State: booking.ThreadOpen, BeganAt: at, LastAt: now, InboundAt: now}, 90*24*time.Hour))
	})
}

// loadPages are the pages of the console, with their later ones.
func loadPages(last booking.SessionID) []string {
	return []string{"/console", "/console/inbox", "/console/inbox?show=waiting", "/console/inbox?show=unread", "/console/inbox?show=emergency", "/console/inbox?show=mine", "/console/inbox/" + loadPhone(loadSessions-10),
		"/console/sessions", "/console/sessions?status=withheld", "/console/sessions?status=completed", "/console/sessions?status=active", "/console/sessions?status=talking",
		"/console/sessions?q=" + loadPhone(5)[1:], "/console/sessions?q=" + string(regular)[1:], "/console/sessions?before=" + string(last)[:8] + "-0000", "/console/sessions/" + string(last),
		"/console/reports", "/console/reports?group=month", "/console/reports?group=step", "/console/reports?group=hour", "/console/calendar", "/console/scripts", "/console/scripts/agent", "/console/tests", "/console/replays",
		"/console/canary", "/console/people", "/console/people?q=" + loadPhone(7)[1:], "/console/people/" + string(regular), "/console/setup", "/console/setup/registration", "/console/setup/numbers", "/console/setup/schedulers",
		"/console/setup/schedulers/web", "/console/settings", "/console/settings/rules", "/console/settings/users", "/console/settings/keys", "/console/settings/webhooks", "/console/settings/webhooks/" + loadHook,
		"/console/settings/webhooks/" + loadHook + "?state=failed", "/console/settings/backups", "/console/settings/audit", "/console/settings/about"}
}
