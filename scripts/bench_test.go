package scripts

import "testing"

// BenchmarkRender measures a follow-up: cold compiles the script too, as the first render of a process does.
func BenchmarkRender(b *testing.B) {
	facts := ordinary()
	b.Run("cold", func(b *testing.B) {
		source := defaults[FollowUpLink].source
		b.ReportAllocs()
		for b.Loop() {
			proto, err := newTemplate(FollowUpLink, source).compiled()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := run(b.Context(), FollowUpLink, proto, facts); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("warm", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Render(b.Context(), FollowUpLink, facts); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := Render(b.Context(), FollowUpLink, facts); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}
