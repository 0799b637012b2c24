package engine_test

import (
	"context"
	"fmt"
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

func benchEngine(b *testing.B) (*engine.Engine, *noCarrier) {
	b.Helper()
	store, err := storage.Open(storage.Options{Dir: b.TempDir(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	c := &noCarrier{}
	e := engine.New(engine.Options{Store: store, Carrier: c, Now: time.Now, PublicURL: "https://book.example.com", Simulator: true})
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
