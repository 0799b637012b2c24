package main

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/simulator"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// Ten thousand sessions of a week replayed with other hours and other words, the scripts behind both walls, each person with one
// session and a calendar of four windows a day. peak-MB is the most that the heap of the daemon held.
func BenchmarkReplayBehindWalls(b *testing.B) {
	store, err := storage.Open(storage.Options{Dir: b.TempDir(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	sim, err := simulator.Open(simulator.Options{Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	pool := worker.NewPool(worker.Options{})
	defer pool.Close()
	e := engine.New(engine.Options{Store: store, Carrier: sim, Now: time.Now, PublicURL: "https://book.example.com", Simulator: true, Scripts: pool})
	_, err = e.FirstStart(b.Context(), engine.Seed{
		Account:      booking.Account{Name: "Brightwater", Timezone: "America/New_York", SMSFollowUpEnabled: true, Settings: booking.DefaultSettings()},
		Registration: &booking.Registration{Status: booking.RegistrationApproved},
		Numbers:      []booking.PhoneNumber{{Number: "+16145550123", SMSCapable: true, DefaultOutbound: true}},
		Schedulers: []booking.Scheduler{{ID: "web", Name: "Website", URL: "https://brightwater.example/book",
			FollowUp: booking.FollowUpSet{Enabled: true, Delay: booking.Duration(24 * time.Hour)},
			Availability: booking.Availability{Weekly: []booking.WeeklyRule{{Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: 8 * 60, To: 10 * 60, Capacity: 2},
				{Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: 10 * 60, To: 12 * 60, Capacity: 2}, {Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: 12 * 60, To: 14 * 60, Capacity: 2},
				{Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: 14 * 60, To: 16 * 60, Capacity: 2}}}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := e.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer e.Stop(context.Background())
	const sessions = 10_000
	todo := make(chan int)
	failed := make(chan error, 64)
	for range cap(failed) {
		go func() {
			var err error
			for n := range todo {
				ev := booking.Event{Kind: booking.EventAbandoned, Scheduler: "web", ClientID: fmt.Sprint(n), Service: "AC repair",
					Customer: booking.Customer{FirstName: "Ada", Phone: fmt.Sprintf("+1614%03d%04d", 300+n/10_000, n%10_000)}, Consent: &booking.Consent{SMS: true, Text: "Text me"}}
				if _, bad := e.Track(context.Background(), engine.MainAccount, ev); bad != nil {
					err = bad
				}
			}
			failed <- err
		}()
	}
	for n := range sessions {
		todo <- n
	}
	close(todo)
	for range cap(failed) {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	other := map[string]engine.ReplayScript{"follow_up_link": {Source: `function render(ctx) return ctx.business.name .. ": shall we go on? " .. ctx.link end`}}
	var peak uint64
	b.ReportAllocs()
	for b.Loop() {
		v, err := e.StartReplay(b.Context(), engine.MainAccount, engine.ReplayIn{From: time.Now().Add(-time.Hour), To: time.Now(), Scripts: other})
		if err != nil {
			b.Fatal(err)
		}
		for v.State == booking.ReplayRunning {
			ctx, cancel := context.WithTimeout(b.Context(), 100*time.Millisecond)
			v, err = e.AwaitReplay(ctx, engine.MainAccount, v.ID)
			cancel()
			if err != nil {
				b.Fatal(err)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
		if v.State != booking.ReplayDone || v.Differ[booking.ReplayWords] != sessions {
			b.Fatalf("%s: %s", v.State, v.Summary())
		}
	}
	b.ReportMetric(float64(sessions*b.N)/b.Elapsed().Seconds(), "sessions/s")
	b.ReportMetric(float64(peak)/1e6, "peak-MB")
}
