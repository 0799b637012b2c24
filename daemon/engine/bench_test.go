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

// noCarrier takes every text at once and keeps nothing.
type noCarrier struct{ sent atomic.Int64 }

func (c *noCarrier) Send(context.Context, booking.Text) (string, error) {
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
	e := engine.New(engine.Options{Store: store, Carrier: c, Courier: noCourier{}, Now: time.Now, PublicURL: "https://book.example.com", Simulator: true})
	s := seed()
	s.Account.Settings.Hours = booking.Hours{Weekday: booking.Span{To: 1440}, Saturday: booking.Span{To: 1440}, Sunday: booking.Span{To: 1440}}
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
func BenchmarkFollowUps(b *testing.B) {
	e, _ := benchEngine(b)
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
