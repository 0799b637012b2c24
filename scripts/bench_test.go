package scripts

import (
	"testing"

	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
)

// BenchmarkRender measures the text of a follow-up: in the interpreter alone, and behind both walls as the daemon does it.
func BenchmarkRender(b *testing.B) {
	f := ordinary()
	ctx, err := f.Ctx()
	if err != nil {
		b.Fatal(err)
	}
	call := box.Call{Script: FollowUpLink, Source: builtIn(b, FollowUpLink), Entry: box.EntryRender, Ctx: ctx}
	pool := worker.NewPool(worker.Options{})
	defer pool.Close()
	walls := Behind(pool, "")
	b.Run("ctx", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := f.Ctx(); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, way := range []struct {
		name string
		run  Run
	}{{"box", inBox}, {"walls", walls}} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if res, err := way.run(b.Context(), call); err != nil || res.Err != nil {
					b.Fatal(err, res.Err)
				}
			}
		})
	}
	b.Run("walls, parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if res, err := walls(b.Context(), call); err != nil || res.Err != nil {
					b.Error(err, res.Err)
					return
				}
			}
		})
	})
	b.Run("preview", func(b *testing.B) { // learns what the script is, then runs it
		b.ReportAllocs()
		for b.Loop() {
			if got, err := Try(b.Context(), walls, call, SampleAnswer); err != nil || got.Err != nil {
				b.Fatal(err, got.Err)
			}
		}
	})
}
