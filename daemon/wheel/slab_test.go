package wheel

import (
	"math"
	"reflect"
	"testing"
	"time"
	"unsafe"
)

func TestCancelWorksOnceAndNeverHitsAnother(t *testing.T) {
	w := New[ref](noon)
	due := noon.Add(time.Second)
	first := w.Schedule(key(1), due)
	if !w.Cancel(first) {
		t.Fatal("Cancel of a pending entry: got false")
	}
	second := w.Schedule(key(2), due)
	if uint32(first) != uint32(second) {
		t.Fatalf("the scene needs a reused index: got %x after %x", second, first)
	}
	for _, h := range []Handle{first, 0, 1, overflow, 1<<32 | overflow, 1<<32 | 1<<31, math.MaxUint64, second ^ 1<<32, second + 1} {
		if w.Cancel(h) {
			t.Errorf("Cancel(%x), not pending: got true", h)
		}
	}
	wantTags(t, "at due", w.Advance(due, nil), 2)
	if w.Cancel(second) {
		t.Error("Cancel after it was handed out: got true")
	}
	third := w.Schedule(key(3), due)
	if w.Cancel(second) || w.Cancel(first) || !w.Cancel(third) || w.Cancel(third) {
		t.Error("after two reuses only the newest handle counts, and once")
	}
}

func TestAnIndexIsRetiredBeforeItsGenerationsRepeat(t *testing.T) {
	w := New[ref](noon)
	first := w.Schedule(key(1), noon)
	w.Cancel(first)
	w.slab.at(uint32(first)).gen = math.MaxUint32 - 1 // two thousand million uses later
	last := w.Schedule(key(2), noon)
	if uint32(last) != uint32(first) || !w.Cancel(last) {
		t.Fatalf("the last generation must still serve: handle %x", last)
	}
	for range 3 {
		h := w.Schedule(key(3), noon)
		if uint32(h) == uint32(first) {
			t.Fatalf("index %x was used again, now as %x", first, h)
		}
	}
	if w.Cancel(first) || w.Cancel(last) || w.Cancel(Handle(uint32(first))) {
		t.Error("Cancel of a retired index: got true")
	}
}

func TestTheCollectorSeesNoEntries(t *testing.T) {
	var pointers func(reflect.Type) bool
	pointers = func(typ reflect.Type) bool {
		switch typ.Kind() {
		case reflect.Struct:
			for f := range typ.Fields() {
				if pointers(f.Type) {
					return true
				}
			}
			return false
		case reflect.Array:
			return pointers(typ.Elem())
		default:
			return typ.Kind() > reflect.Array // bool and numbers come before
		}
	}
	if !pointers(reflect.TypeFor[entry[string]]()) {
		t.Fatal("the check itself must see the pointer in a string")
	}
	typ := reflect.TypeFor[entry[ref]]()
	if pointers(typ) {
		t.Errorf("%v holds a pointer: every pending entry would be scanned in each cycle", typ)
	}
	if size := unsafe.Sizeof(entry[ref]{}) + unsafe.Sizeof(Handle(0)); size > 48 {
		t.Errorf("an entry with its handle takes %d bytes, want at most 48", size)
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	w := New[ref](noon)
	handles := make([]Handle, 20_000)
	now, n := noon, 0
	for i := range handles {
		handles[i] = w.Schedule(key(i), now.Add(time.Duration(i)*time.Second))
	}
	out := make([]ref, 0, len(handles))
	got := testing.AllocsPerRun(5000, func() {
		w.Cancel(handles[n])
		handles[n] = w.Schedule(key(n), now.Add(time.Duration(n)*time.Minute))
		n = (n + 7919) % len(handles)
		w.Next()
		now = now.Add(time.Millisecond)
		for _, k := range w.Advance(now, out[:0]) {
			handles[k.Tag] = w.Schedule(k, now.Add(time.Hour))
		}
	})
	if got != 0 {
		t.Errorf("schedule, cancel, advance: got %v allocations per round, want 0", got)
	}
	got = testing.AllocsPerRun(100, func() {
		w.Schedule(key(0), now.Add(-time.Hour))
		for i := range 100 {
			w.Schedule(key(0), now.Add(time.Duration(i)*time.Millisecond))
		}
		now = now.Add(100 * time.Millisecond)
		w.Advance(now, out[:0])
	})
	if got > 2 {
		t.Errorf("a pass with one late entry and a hundred ticks: got %v allocations, want the list of the late ones only", got)
	}
}

func TestTheSlabGrowsByPagesAndIsUsedAgain(t *testing.T) {
	w := New[ref](noon)
	fill := func() {
		for i := range 10 * pageSize {
			w.Schedule(key(i), noon.Add(time.Duration(i)*time.Millisecond))
		}
	}
	fill()
	if got, want := len(w.slab.pages), 11; got != want {
		t.Fatalf("pages for ten pages of entries and the slots: got %d, want %d", got, want)
	}
	w.Advance(noon.Add(time.Hour), nil)
	w.Advance(noon, nil)
	fill()
	if got, want := len(w.slab.pages), 11; got != want {
		t.Errorf("pages after the second flood: got %d, want %d", got, want)
	}
}
