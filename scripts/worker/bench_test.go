package worker

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/rebookhq/rebook/scripts/box"
)

// example is a call of the size of the default template's.
func example(b *testing.B) (c box.Call) {
	source, err := os.ReadFile("../defaults/follow_up_link.lua")
	if err != nil {
		b.Fatal(err)
	}
	c = box.Call{Script: "follow_up_link", Source: string(source), Entry: box.EntryRender}
	c.Ctx = []byte(`{"business":{"name":"Cedar Creek Plumbing","office_phone":"+16175550123","timezone":"America/New_York"},` +
		`"customer":{"first_name":"Ada","last_name":"Lovelace","phone":"+16175550199"},"link":"https://go.example.com/l/abcdefgh",` +
		`"now":"2026-03-10T10:00:00-04:00","session":{"locale":"en-US","service":"Water heater repair","step":"contact"}}`)
	return c
}

// One caller, one call after the other: what the second wall costs.
func BenchmarkCall(b *testing.B) {
	p := newPool(b, Options{Size: 2})
	c := example(b)
	if r, err := p.Run(b.Context(), "a", c); err != nil || r.Text == "" {
		b.Fatal(r, err)
	}
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := p.Run(b.Context(), "a", c); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// Four callers on two workers.
func BenchmarkThroughput(b *testing.B) {
	p := newPool(b, Options{Size: 2})
	c := example(b)
	b.ReportAllocs()
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := p.Run(b.Context(), "", c); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// From nothing to a worker behind all its walls.
func BenchmarkStart(b *testing.B) {
	o := Options{}.filled()
	for b.Loop() {
		w, err := launch(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		w.kill(fateClosed)
		w.bury()
	}
}
