package engine_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

// noCarrier takes every text after a while and keeps nothing.
type noCarrier struct {
	sent atomic.Int64
	wait time.Duration
}

func (c *noCarrier) Send(context.Context, booking.Text) (string, error) {
	if c.wait > 0 {
		time.Sleep(c.wait)
	}
	return fmt.Sprintf("SM%032d", c.sent.Add(1)), nil
}

func (c *noCarrier) Find(context.Context, booking.Text, time.Time) (*booking.CarrierMessage, error) {
	return nil, nil
}

// noCourier takes everything at once.
type noCourier struct{}

func (noCourier) Check(string) error { return nil }

func (noCourier) Deliver(context.Context, booking.Parcel) (booking.Receipt, error) {
	return booking.Receipt{Status: 200}, nil
}

func benchEngine(b *testing.B) (*engine.Engine, *noCarrier) {
	b.Helper()
	store, err := storage.Open(storage.Options{Dir: b.TempDir(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	c := &noCarrier{}
	e := engine.New(engine.Options{Store: store, Carrier: c, Courier: noCourier{}, Now: time.Now, PublicURL: "https://book.example.com", Simulator: true, Scripts: inBox(nil)})
	s := seed()
	s.Account.Settings.Hours = booking.Hours{Weekday: booking.Span{To: 1440}, Saturday: booking.Span{To: 1440}, Sunday: booking.Span{To: 1440}}
	s.Account.Settings.StateRules = false // it may be night somewhere
	if _, err := e.FirstStart(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	if err := e.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := e.Stop(context.Background()); err != nil {
			b.Error(err)
		}
		store.Close()
	})
	return e, c
}

// A new session with everything filled in, on disk before the call returns, by 64 pages at once.
func BenchmarkTrackDurable64(b *testing.B) {
	e, _ := benchEngine(b)
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(32) // × GOMAXPROCS 2
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ev := booking.Event{Kind: booking.EventStarted, Scheduler: scheduler, ClientID: fmt.Sprint(n.Add(1))}
			filled(phone(int(n.Load())))(&ev)
			if _, err := e.Track(b.Context(), account, ev); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// A session that is left, by 64 pages at once: the transaction that webhooks are told of.
func BenchmarkTrackLeft64(b *testing.B) {
	for _, hooks := range []int{0, 1, 10} {
		b.Run(fmt.Sprint(hooks, " webhooks"), func(b *testing.B) {
			e, _ := benchEngine(b)
			for range hooks {
				_, err := e.CreateWebhook(b.Context(), account, booking.Webhook{URL: "https://crm.example/", Events: booking.NewsKinds, Enabled: true})
				if err != nil {
					b.Fatal(err)
				}
			}
			var n atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(32) // × GOMAXPROCS 2
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					ev := booking.Event{Kind: booking.EventAbandoned, Scheduler: scheduler, ClientID: fmt.Sprint(n.Add(1))}
					filled(phone(int(n.Load())))(&ev)
					if _, err := e.Track(b.Context(), account, ev); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// Deliveries to ten receivers that answer at once, each written before and after on disk.
func BenchmarkDeliveries(b *testing.B) {
	e, _ := benchEngine(b)
	var hooks []string
	for range booking.MaxWebhooks {
		h, err := e.CreateWebhook(b.Context(), account, booking.Webhook{URL: "https://crm.example/", Events: booking.NewsKinds, Enabled: true})
		if err != nil {
			b.Fatal(err)
		}
		hooks = append(hooks, h.ID)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if _, err := e.TestWebhook(b.Context(), account, hooks[i%int64(len(hooks))]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	for e.Stats().Delivered < uint64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

// Whole follow-ups, all due at once: decide, write, claim, begun, a carrier that answers at once, settled; every step on disk.
func BenchmarkFollowUps(b *testing.B) { benchFollowUps(b, 0) }

// The same with a carrier that takes 10 ms for each text.
func BenchmarkFollowUpsCarrierOf10ms(b *testing.B) { benchFollowUps(b, 10*time.Millisecond) }

func benchFollowUps(b *testing.B, wait time.Duration) {
	e, c := benchEngine(b)
	c.wait = wait
	due := time.Now().Add(2*time.Second + time.Duration(b.N)*150*time.Microsecond)
	var next atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				ev := booking.Event{Kind: booking.EventAbandoned, Scheduler: scheduler, ClientID: fmt.Sprint(i), At: due.Add(-15 * time.Minute)}
				filled(fmt.Sprintf("+1%d55501%02d", 201+i/100%700, i%100))(&ev)
				if _, err := e.Track(b.Context(), account, ev); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	if late := time.Since(due); late > 0 {
		b.Fatalf("the sessions were stored %v after they were due", late)
	}
	time.Sleep(time.Until(due))
	b.ReportAllocs()
	b.ResetTimer()
	for e.Stats().Sent < uint64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}

// bookable is a house whose scheduler has windows of a month, and their IDs.
func bookable(b *testing.B, capacity int) (*engine.Engine, []string) {
	b.Helper()
	e, _ := benchEngine(b)
	_, err := e.EditScheduler(b.Context(), account, scheduler, func(s *booking.Scheduler) error {
		s.Availability.Weekly = []booking.WeeklyRule{{Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, From: 9 * 60, To: 12 * 60, Capacity: capacity}}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	var ids []string
	err = e.Store().View(b.Context(), func(s *storage.Snapshot) error {
		all, err := engine.Availability(s, account, scheduler, "", 28)
		for _, w := range all {
			ids = append(ids, w.ID)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return e, ids
}

func benchBook(b *testing.B, parallel, windows int) {
	const capacity = 300 // the guard row stays as short as in life, and no window gets full before it is emptied
	e, ids := bookable(b, capacity)
	ids = ids[:min(windows, len(ids))]
	var n, full atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	b.SetParallelism(parallel)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(n.Add(1))
			job, err := e.Book(b.Context(), account, caller(i%70_000, ids[i%len(ids)]))
			if err == nil {
				_, err = e.CancelBooking(b.Context(), account, job.ID)
			}
			if code(err) == "window_full" {
				full.Add(1)
			} else if err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "bookings/s")
	b.ReportMetric(float64(full.Load()), "refused")
}

// Booked and cancelled again by 64 callers at once, all in one window: each meets all the others.
func BenchmarkBookContended(b *testing.B) { benchBook(b, 32, 1) } // × GOMAXPROCS 2

// The same, spread over four weeks of windows.
func BenchmarkBookSpread(b *testing.B) { benchBook(b, 32, 28) }

// The same by one caller alone.
func BenchmarkBookAlone(b *testing.B) {
	e, ids := bookable(b, 300)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		job, err := e.Book(b.Context(), account, caller(n%70_000, ids[n%len(ids)]))
		if err == nil {
			_, err = e.CancelBooking(b.Context(), account, job.ID)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// Sessions replayed on both sides, with the built-in template and a calendar of a week, each person with one session. The scripts run
// in this process; through the walls see daemon.BenchmarkReplayBehindWalls.
func BenchmarkReplay(b *testing.B) {
	e, _ := benchEngine(b)
	_, err := e.EditScheduler(b.Context(), account, scheduler, func(s *booking.Scheduler) error {
		s.Availability.Weekly = []booking.WeeklyRule{{Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: 8 * 60, To: 10 * 60, Capacity: 2},
			{Days: []booking.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: 10 * 60, To: 12 * 60, Capacity: 2}}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	const sessions = 2000
	left := time.Now().Add(-20 * time.Minute)
	for n := range sessions {
		ev := booking.Event{Kind: booking.EventAbandoned, Scheduler: scheduler, ClientID: fmt.Sprint(n), At: left}
		filled(fmt.Sprintf("+1614%03d%04d", 300+n/10_000, n%10_000))(&ev)
		if _, err := e.Track(b.Context(), account, ev); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	done := 0
	for b.Loop() {
		v, err := e.StartReplay(b.Context(), account, engine.ReplayIn{From: time.Now().Add(-24 * time.Hour), To: time.Now()})
		if err != nil {
			b.Fatal(err)
		}
		if v, err = e.AwaitReplay(b.Context(), account, v.ID); err != nil || v.State != booking.ReplayDone || v.Before.Texts == 0 {
			b.Fatalf("%s, %d texts, %v", v.State, v.Before.Texts, err)
		}
		done += v.Done
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "sessions/s")
}
