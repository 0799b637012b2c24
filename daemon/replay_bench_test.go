package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts/worker"
	"github.com/rebookhq/rebook/storage"
)

// replayed is how many sessions the benchmarks replay.
const replayed = 10_000

// replayHouse is a house in which ten thousand people left a form whose texts are due tomorrow, each person once, with a calendar of four
// windows a day and the scripts behind both walls. The form "live" texts after two seconds.
func replayHouse(b *testing.B, carrier engine.Carrier) *engine.Engine {
	b.Helper()
	store, err := storage.Open(storage.Options{Dir: b.TempDir(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	pool := worker.NewPool(worker.Options{})
	b.Cleanup(pool.Close)
	e := engine.New(engine.Options{Store: store, Carrier: carrier, Now: time.Now, PublicURL: "https://book.example.com", Simulator: true, Scripts: pool})
	settings := booking.DefaultSettings()
	allDay := booking.Span{To: 24 * 60}
	settings.Hours, settings.StateRules = booking.Hours{Weekday: allDay, Saturday: allDay, Sunday: allDay}, false
	weekdays := func(from int) booking.WeeklyRule {
		return booking.WeeklyRule{Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: booking.TimeOfDay(from * 60), To: booking.TimeOfDay((from + 2) * 60), Capacity: 2}
	}
	form := func(id booking.SchedulerID, delay time.Duration) booking.Scheduler {
		return booking.Scheduler{ID: id, Name: string(id), URL: "https://brightwater.example/book", FollowUp: booking.FollowUpSet{Enabled: true, Delay: booking.Duration(delay)},
			Availability: booking.Availability{Weekly: []booking.WeeklyRule{weekdays(8), weekdays(10), weekdays(12), weekdays(14)}}}
	}
	_, err = e.FirstStart(b.Context(), engine.Seed{
		Account:      booking.Account{Name: "Brightwater", Timezone: "America/New_York", SMSFollowUpEnabled: true, Settings: settings},
		Registration: &booking.Registration{Status: booking.RegistrationApproved},
		Numbers:      []booking.PhoneNumber{{Number: "+16145550123", SMSCapable: true, DefaultOutbound: true}},
		Schedulers:   []booking.Scheduler{form("web", 24*time.Hour), form("live", 2*time.Second)},
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := e.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Stop(context.Background()) })
	todo := make(chan int)
	failed := make(chan error, 64)
	for range cap(failed) {
		go func() {
			var err error
			for n := range todo {
				if bad := leaveForm(e, "web", fmt.Sprintf("+1614%07d", 3_000_000+n), time.Now()); bad != nil {
					err = bad
				}
			}
			failed <- err
		}()
	}
	for n := range replayed {
		todo <- n
	}
	close(todo)
	for range cap(failed) {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	return e
}

// leaveForm is a person who leaves a form.
func leaveForm(e *engine.Engine, form booking.SchedulerID, phone string, at time.Time) error {
	_, err := e.Track(context.Background(), engine.MainAccount, booking.Event{Kind: booking.EventAbandoned, Scheduler: form, ClientID: phone, At: at, Service: "AC repair",
		Customer: booking.Customer{FirstName: "Ada", Phone: phone}, Consent: &booking.Consent{SMS: true, Text: "Text me"}})
	return err
}

// otherWords is what the benchmarks replay with.
var otherWords = map[string]engine.ReplayScript{"follow_up_link": {Source: `function render(ctx) return ctx.business.name .. ": shall we go on? " .. ctx.link end`}}

// Ten thousand sessions replayed with other words. peak-MB is the most that the heap of the daemon held.
func BenchmarkReplayBehindWalls(b *testing.B) {
	e := replayHouse(b, nowhere{})
	var peak uint64
	b.ReportAllocs()
	for b.Loop() {
		v, err := e.StartReplay(b.Context(), engine.MainAccount, engine.ReplayIn{From: time.Now().Add(-time.Hour), To: time.Now(), Scheduler: "web", Scripts: otherWords})
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
		if v.State != booking.ReplayDone || v.Differ[booking.ReplayWords] != replayed {
			b.Fatalf("%s: %s", v.State, v.Summary())
		}
	}
	b.ReportMetric(float64(replayed*b.N)/b.Elapsed().Seconds(), "sessions/s")
	b.ReportMetric(float64(peak)/1e6, "peak-MB")
}

// How late texts are, from the time planned to the moment the carrier is called, while ten thousand sessions are replayed, and without: fifty
// people leave each second, for as long as the replay takes, and for ten seconds without one.
func BenchmarkLatenessBesideAReplay(b *testing.B) {
	var mu sync.Mutex
	planned := map[booking.Phone]time.Time{}
	var late []time.Duration
	e := replayHouse(b, nowhere{func(t booking.Text) {
		mu.Lock()
		defer mu.Unlock()
		if at, live := planned[t.To]; live {
			late = append(late, time.Since(at))
		}
	}})
	next := 0
	// live lets people leave until the end, waits for their texts, and tells how late they were.
	live := func(b *testing.B, over func() bool) {
		mu.Lock()
		late = late[:0]
		clear(planned)
		mu.Unlock()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		people := 0
		for ; !over(); people++ {
			<-tick.C
			phone := fmt.Sprintf("+1646%07d", 3_000_000+next)
			next++
			left := time.Now()
			mu.Lock()
			planned[booking.Phone(phone)] = left.Add(2 * time.Second)
			mu.Unlock()
			if err := leaveForm(e, "live", phone, left); err != nil {
				b.Fatal(err)
			}
		}
		for end := time.Now().Add(time.Minute); ; <-tick.C {
			mu.Lock()
			n := len(late)
			mu.Unlock()
			if n == people {
				break
			}
			if time.Now().After(end) {
				b.Fatalf("only %d of %d texts went out", n, people)
			}
		}
		slices.Sort(late)
		b.ReportMetric(float64(late[len(late)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(late[len(late)*99/100].Microseconds())/1000, "p99-ms")
		b.ReportMetric(float64(people), "texts")
		b.ReportMetric(0, "ns/op") // how long it took is not the question
	}
	b.Run("warm-up", func(b *testing.B) { // what the ten thousand left behind is written to the disk meanwhile
		began := time.Now()
		live(b, func() bool { return time.Since(began) > 5*time.Second })
	})
	b.Run("without", func(b *testing.B) {
		began := time.Now()
		live(b, func() bool { return time.Since(began) > 10*time.Second })
	})
	b.Run("beside", func(b *testing.B) {
		began := time.Now()
		v, err := e.StartReplay(b.Context(), engine.MainAccount, engine.ReplayIn{From: began.Add(-time.Hour), To: began, Scheduler: "web", Scripts: otherWords})
		if err != nil {
			b.Fatal(err)
		}
		ended := make(chan booking.Replay, 1)
		go func() {
			v, err := e.AwaitReplay(context.Background(), engine.MainAccount, v.ID)
			if err != nil {
				b.Error(err)
			}
			ended <- v
		}()
		live(b, func() bool { return len(ended) > 0 })
		if v = <-ended; v.State != booking.ReplayDone || v.Done != replayed {
			b.Fatalf("%s: %s, %d looked at", v.State, v.Summary(), v.Done)
		}
		b.ReportMetric(replayed/v.EndedAt.Sub(v.BeganAt).Seconds(), "replayed/s")
	})
}
