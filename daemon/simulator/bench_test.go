package simulator

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkFsync is the floor: one write and one fsync of a line's length, as the disk does them alone.
func BenchmarkFsync(b *testing.B) {
	f := must(os.Create(filepath.Join(b.TempDir(), "probe")))
	defer f.Close()
	line := make([]byte, 300)
	var at int64
	for b.Loop() {
		must(f.WriteAt(line, at))
		at += int64(len(line))
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSend measures durable texts with their three status changes, at so many callers.
func BenchmarkSend(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			benchmarkSend(b, callers, Options{Now: time.Now, Path: filepath.Join(b.TempDir(), "carrier")})
		})
	}
	b.Run("memory", func(b *testing.B) { benchmarkSend(b, 1, Options{Now: time.Now}) })
}

func benchmarkSend(b *testing.B, callers int, o Options) {
	c := must(Open(o))
	defer c.Close()
	b.ReportAllocs()
	b.ResetTimer()
	var taken atomic.Int64
	var running sync.WaitGroup
	for range callers {
		running.Go(func() {
			for taken.Add(1) <= int64(b.N) {
				must(c.Send(b.Context(), text("a", "Hi Megan, your booking is not finished.")))
			}
		})
	}
	running.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}

// BenchmarkOpen reads a record of 20,000 texts.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "carrier")
	file := appendLine(nil, 0, mustJSON(record{Format: &format{formatName, formatVersion}}))
	for range 20_000 {
		m := Message{SID: newSID("SM"), Direction: Outbound, From: "+16145550123", To: "+16145550142", Status: "accepted",
			Body: "Hi Megan, your booking with Brightwater Home Services is not finished: https://book.example.com/l/x Reply STOP to opt out.", At: time.Now()}
		file = appendLine(file, 0, mustJSON(record{Message: &m}))
		for _, s := range []string{"queued", "sent", "delivered"} {
			file = appendLine(file, 0, mustJSON(record{Change: &change{SID: m.SID, Status: s}}))
		}
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if err := must(Open(Options{Path: path, Now: time.Now})).Close(); err != nil {
			b.Fatal(err)
		}
	}
}
