package booking

import (
	"testing"
	"time"
)

func BenchmarkDecide(b *testing.B) {
	for _, c := range []struct {
		name   string
		change func(*Facts)
		now    time.Time
	}{
		{"pass", func(*Facts) {}, due},
		{"wait", func(*Facts) {}, at("2026-03-10T21:05:00-04:00")},
		{"stop", func(f *Facts) { f.Session.Consent.SMS = false }, due},
	} {
		f := goodFacts()
		c.change(&f)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Decide(c.now, f)
			}
		})
	}
}

func BenchmarkApply(b *testing.B) {
	b.Run("heartbeat", func(b *testing.B) {
		s := played(event(EventStarted, 0))
		ev := event(EventHeartbeat, 1)
		b.ReportAllocs()
		for b.Loop() {
			s.Apply(ev, silence, delay)
			ev.At = ev.At.Add(time.Second)
		}
	})
	b.Run("progress", func(b *testing.B) {
		s := played(event(EventStarted, 0))
		ev := goodEvent()
		b.ReportAllocs()
		for b.Loop() {
			s.Apply(ev, silence, delay)
		}
	})
}

func BenchmarkValidateEvent(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ev := goodEvent()
		if _, err := ValidateEvent(left, &ev); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	for name, body := range map[string]string{
		"good": "Hi Dana, this is Brightwater Home Services. You can finish booking AC repair here: " + link + " Reply STOP to opt out.",
		"mend": "Hi Dana – we’re holding your spot: " + link,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compose(body, bright); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSegments(b *testing.B) {
	for name, body := range map[string]string{
		"gsm":  "Hi Dana, this is Brightwater Home Services. You can finish booking AC repair here: " + link + " Reply STOP to opt out.",
		"ucs2": "Hi Dana 🙂, this is Brightwater Home Services. You can finish booking AC repair here: " + link + " Reply STOP to opt out.",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Segments(body)
			}
		})
	}
}

func BenchmarkMatchKeyword(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		MatchKeyword("do you have friday?")
	}
}

func BenchmarkNextPermitted(b *testing.B) {
	loc, err := LoadZone(ohio)
	if err != nil {
		b.Fatal(err)
	}
	zones, now, h := []*time.Location{loc}, at("2026-03-07T20:30:00-05:00"), Calendar{Hours: DefaultSettings().Hours}
	b.ReportAllocs()
	for b.Loop() {
		NextPermitted(now, zones, &h)
	}
}
