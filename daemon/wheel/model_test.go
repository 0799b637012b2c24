package wheel

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// model is the wheel as one would write it on a napkin: a list in due order, asked from the front.
type model struct {
	pending []item // by due, then by order of scheduling
}

type item struct {
	key    ref
	due    time.Time // as given
	handle Handle
}

func ceilMs(t time.Time) time.Time {
	if full := t.Truncate(time.Millisecond); full.Before(t) {
		return full.Add(time.Millisecond)
	}
	return t
}

func (m *model) schedule(it item) {
	i, _ := slices.BinarySearchFunc(m.pending, it, func(a, b item) int {
		if ceilMs(a.due).After(ceilMs(b.due)) {
			return 1
		}
		return -1 // behind all of the same tick
	})
	m.pending = slices.Insert(m.pending, i, it)
}

func (m *model) cancel(h Handle) bool {
	i := slices.IndexFunc(m.pending, func(it item) bool { return it.handle == h })
	if i >= 0 {
		m.pending = slices.Delete(m.pending, i, i+1)
	}
	return i >= 0
}

func (m *model) advance(now time.Time) []item {
	n := 0
	for n < len(m.pending) && !ceilMs(m.pending[n].due).After(now) {
		n++
	}
	out := slices.Clone(m.pending[:n])
	m.pending = slices.Delete(m.pending, 0, n)
	return out
}

// play reads a stream of operations, five bytes each, does them on a wheel and on the model, and compares after each.
//
//	kind, size, shift, and a number n of two bytes; the span n << shift ns runs from nothing to 36 years
func play(t *testing.T, ops []byte) {
	start := []time.Time{
		noon,
		time.UnixMilli(1<<32*410 - 2).UTC(), // the lap ends in 2 ms
		time.Date(1969, 12, 31, 23, 59, 59, 999_000_000, time.UTC),
		{},
	}
	now := start[0]
	if len(ops) > 0 {
		now = start[int(ops[0])%len(start)]
		ops = ops[1:]
	}
	w, m := New[ref](now), &model{}
	var handles []Handle
	var out []ref
	for n := 0; len(ops) >= 5; n++ {
		kind, many := ops[0]%8, int(ops[1])
		number := binary.LittleEndian.Uint16(ops[3:])
		span := time.Duration(number) << (ops[2] % 45)
		ops = ops[5:]
		switch kind {
		case 0, 1, 2: // one ahead, one behind, a flood ahead
			due, count := now.Add(span), 1
			if kind == 1 {
				due = now.Add(-span)
			}
			if kind == 2 {
				count = 1 + many%16
			}
			for c := range count {
				it := item{key: key(n<<8 | c), due: due}
				it.handle = w.Schedule(it.key, due)
				if slices.Contains(handles, it.handle) {
					t.Fatalf("op %d: handle %x was given out before", n, it.handle)
				}
				handles = append(handles, it.handle)
				m.schedule(it)
			}
		case 3: // centuries ahead
			it := item{key: key(n << 8), due: now.AddDate(many*10, 0, 0).Add(span)}
			it.handle = w.Schedule(it.key, it.due)
			handles = append(handles, it.handle)
			m.schedule(it)
		case 4: // cancel one of all that ever were, or something never given out
			h := Handle(span)
			if len(handles) > 0 && many < 250 {
				h = handles[int(number)%len(handles)]
			}
			if got, want := w.Cancel(h), m.cancel(h); got != want {
				t.Fatalf("op %d: Cancel(%x): got %v, want %v", n, h, got, want)
			}
		case 5, 6, 7: // the clock goes forward, to the bound by Next, backward
			switch next, ok := w.Next(); {
			case kind == 5:
				now = now.Add(span)
			case kind == 7:
				now = now.Add(-span)
			case ok && next.After(now):
				now = next
			}
			want := m.advance(now)
			out = w.Advance(now, out[:0])
			for i, k := range out {
				if i >= len(want) || k != want[i].key {
					t.Fatalf("op %d: Advance(%v): got %v, want %v", n, now, tags(out), want)
				}
				if want[i].due.After(now) {
					t.Fatalf("op %d: due %v came early, at %v", n, want[i].due, now)
				}
			}
			if len(out) != len(want) {
				t.Fatalf("op %d: Advance(%v): got %v, want %v", n, now, tags(out), want)
			}
		}
		inspect(t, n, w, m)
	}
	// Nothing is stuck: by the end of time everything comes out.
	end := now.AddDate(1e5, 0, 0)
	if got, want := w.Advance(end, nil), m.advance(end); len(got) != len(want) || w.Len() != 0 {
		t.Fatalf("at the end of time: got %d and %d left, want %d and none", len(got), w.Len(), len(want))
	}
}

// inspect compares what can be seen, then what must hold inside: lists and bits agree, and each entry lies in its slot.
func inspect(t *testing.T, n int, w *Wheel[ref], m *model) {
	t.Helper()
	if w.Len() != len(m.pending) {
		t.Fatalf("op %d: Len: got %d, want %d", n, w.Len(), len(m.pending))
	}
	next, ok := w.Next()
	if ok != (len(m.pending) > 0) {
		t.Fatalf("op %d: Next: got %v with %d pending", n, ok, len(m.pending))
	}
	if ok && next.After(ceilMs(m.pending[0].due)) {
		t.Fatalf("op %d: Next: got %v, later than the earliest due %v", n, next, m.pending[0].due)
	}
	found := 0
	for slot := range uint32(overflow + 1) {
		prev := slot
		for i := w.slab.at(slot).next; i != slot; {
			e := w.slab.at(i)
			if level := levelOf(max(e.due, w.current), w.current); e.prev != prev || e.gen%2 == 0 || level != int(slot/slots) {
				t.Fatalf("op %d: slot %d at %d: entry %d %+v is out of place", n, slot, w.current, i, *e)
			}
			found++
			prev, i = i, e.next
		}
		if bit := w.occupied[slot/64]>>(slot%64)&1 == 1; bit != (prev != slot) {
			t.Fatalf("op %d: slot %d: bit %v, entries %v", n, slot, bit, prev != slot)
		}
	}
	if found != len(m.pending) {
		t.Fatalf("op %d: %d entries in the lists, want %d", n, found, len(m.pending))
	}
}

func TestTheWheelDoesWhatASortedListDoes(t *testing.T) {
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 2026))
		ops := make([]byte, 1+5*300)
		for i := range ops {
			ops[i] = byte(rng.Uint32())
		}
		if seed%2 == 0 { // half the runs stay within minutes, where entries meet
			for i := 3; i < len(ops); i += 5 {
				ops[i] = byte(10 + rng.IntN(16))
			}
		}
		play(t, ops)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func FuzzOps(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x01" + "\x00\x00\x14\x05\x00" + "\x02\x09\x16\x10\x00" + "\x07\x00\x20\x10\x00" + "\x05\x00\x28\xff\x00"))
	f.Add([]byte("\x02" + "\x03\x09\x00\x00\x00" + "\x01\x00\x14\x05\x00" + "\x04\x00\x00\x00\x00" + "\x06\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		play(t, ops[:min(len(ops), 1+5*400)])
	})
}
