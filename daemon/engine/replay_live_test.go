package engine_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts/box"
)

// A replay that takes minutes keeps no text that is due, and writes nothing of a person who is erased meanwhile.
func TestWhileAReplayRunsTextsGoOutAndWhoIsErasedStaysOut(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		var slow atomic.Bool
		w := newWorld(t, func(o *engine.Options) {
			o.Scripts = inBox(func(box.Call) {
				if slow.Load() {
					time.Sleep(10 * time.Second)
				}
			})
		})
		defer w.close()
		w.week()
		for time.Now().UTC().Hour() != 18 { // in the permitted hours, on a Sunday too
			time.Sleep(time.Hour)
		}
		slow.Store(true)
		v, err := w.e.StartReplay(t.Context(), account, engine.ReplayIn{From: time.Now().Add(-20 * 24 * time.Hour), To: time.Now()})
		w.must(err)
		gone := booking.Phone(phone(23)) // the last of the week: not reached yet
		_, err = w.e.Erase(t.Context(), account, gone, "test")
		w.must(err)
		at := time.Now().Add(-14 * time.Minute)
		w.event("live", booking.EventAbandoned, filled(phone(50)), func(ev *booking.Event) { ev.At = at })
		time.Sleep(time.Minute + 11*time.Second) // due in a minute, and its script takes ten seconds
		synctest.Wait()
		if got := w.texts(phone(50)); len(got) != 1 {
			t.Errorf("%d texts went out on time, want 1", len(got))
		}
		v, err = w.e.AwaitReplay(t.Context(), account, v.ID)
		w.must(err)
		items := w.replayed(v.ID)
		if v.State != booking.ReplayDone || len(items) < 20 || slices.ContainsFunc(items, func(it booking.ReplayItem) bool { return it.Phone == gone }) {
			t.Errorf("%s with %d items, the erased person among them or not", v.State, len(items))
		}
		if !v.EndedAt.After(v.BeganAt.Add(2 * time.Minute)) {
			t.Errorf("the replay took %s only, so this shows nothing", v.EndedAt.Sub(v.BeganAt))
		}
	})
}
