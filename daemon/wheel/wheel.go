// Package wheel owns the daemon's short memory of what is due when: a hierarchical timing wheel (Varghese and Lauck, "Hashed
// and Hierarchical Timing Wheels", SOSP 1987). It promises that nothing comes out before its time, that everything due comes
// out in due order at the next pass, that scheduling and cancelling cost the same with ten entries or ten million, and that
// the garbage collector sees nothing of what is pending. The wall clock is what counts: it may leap forward, step back or
// stand still while the machine sleeps, and neither loses an entry nor lets one out early. The wheel is a hint and forgets
// everything with the process; the truth lies in the store. So it holds keys and never data, and must not know what a key
// means, what firing it does, or where the time comes from.
//
// Time is cut into ticks of one millisecond since 1970 and read as digits to the base 256. An entry lies on the level of the
// highest digit in which its tick differs from the current one, in the slot that this digit names; what differs above the
// fourth digit (beyond the current lap of 2^32 ms, 49.7 days) waits in one overflow list. When the wheel turns into a slot of
// a higher level, the entries there fall to the levels below. That place follows from the two ticks alone, so all entries of
// one tick lie in one list, in the order they were scheduled.
package wheel

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sync"
	"time"
)

const (
	digitBits = 8
	levels    = 4
	slots     = 1 << digitBits // per level
	overflow  = levels * slots // the slot after the last level, for later laps
	lapMask   = 1<<(levels*digitBits) - 1

	// never is later than any tick.
	never = math.MaxInt64
	// horizon in seconds, 36 million years to either side of 1970: room to calculate without overflow.
	horizon = 1 << 50
)

// Wheel holds keys until they are due. Make one with New; all methods may be called from any goroutine. One mutex guards it,
// held for nanoseconds by Schedule and Cancel, and by Advance for as long as it takes to hand out what is due.
//
// K should hold no pointers (no string, slice, map, interface or time.Time): then the entries are memory that the garbage
// collector never scans. With a pointer in K the wheel is right, but no longer invisible.
type Wheel[K comparable] struct {
	mu       sync.Mutex
	current  int64                   // tick of the last pass; entries are placed relative to it
	late     int64                   // no later than the tick of any late entry; never after each pass, which leaves none
	occupied [overflow/64 + 1]uint64 // one bit per slot; first bit set = earliest slot, as levels follow one another
	slab     slab[K]                 // entries, and the list head of each slot
	count    int                     // pending entries
	alarm    int64                   // tick at which Run will wake by itself; an earlier one must wake it
	wake     chan struct{}           // holds one token at most
}

// New returns an empty wheel that stands at now. It takes one page of 4096 entries at once and grows page by page, so it
// never copies entries and never holds more than one page in advance. Pages are kept: after a flood the wheel stays as large
// as the flood was, at 20 bytes and the key per entry, and uses that room again.
func New[K comparable](now time.Time) *Wheel[K] {
	w := &Wheel[K]{
		current: floorTick(now),
		late:    never,
		alarm:   math.MinInt64,
		wake:    make(chan struct{}, 1),
	}
	w.slab.init()
	return w
}

// Schedule holds key until due, rounded up to the next millisecond, so that it is never early. A due that has passed comes
// out at the next Advance. The same key may be held many times; each has its own handle. Beyond 2^50 seconds from 1970, due
// counts as that instant.
func (w *Wheel[K]) Schedule(key K, due time.Time) Handle {
	tick := ceilTick(due)
	w.mu.Lock()
	defer w.mu.Unlock()
	i, e := w.slab.alloc()
	e.key, e.due = key, tick
	w.place(i, e)
	w.count++
	if tick < w.alarm {
		w.alarm = math.MinInt64 // one token is enough
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
	return handle(i, e.gen)
}

// Cancel takes an entry back. It reports false, and does nothing, when the entry has been handed out or cancelled already,
// even if its memory now serves another one.
func (w *Wheel[K]) Cancel(h Handle) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i, e := w.slab.find(h)
	if e == nil {
		return false
	}
	if slot, last := w.slab.unlink(e); last {
		w.occupied[slot/64] &^= 1 << (slot % 64)
	}
	w.slab.release(i, e)
	w.count--
	return true
}

// Advance is one pass: it moves the wheel to now and appends to out every key whose time has come, earliest tick first and
// within a tick in the order of scheduling. The work follows the entries met, not the time passed. A now before the last one
// turns the wheel back: what is still pending waits until its own time comes round.
func (w *Wheel[K]) Advance(now time.Time, out []K) []K {
	tick := floorTick(now)
	w.mu.Lock()
	defer w.mu.Unlock()
	if tick < w.current {
		w.rewind(tick)
	}
	for {
		slot, start := w.first()
		if start > tick {
			break
		}
		switch {
		case slot < slots:
			w.current = start
			out = w.drain(slot, out)
		case slot < overflow:
			w.current = start
			w.replace(slot)
		default: // the levels are empty and a lap is over: what is due of the later ones comes out by the way of the late
			w.current = tick
			w.replace(slot)
		}
	}
	w.current, w.late = tick, never
	return out
}

// Next returns an instant until which one may sleep: no pending entry is due before it, due being rounded up as in Schedule.
// It is exact for what is due in the current 256 ms, and otherwise the start of the slot in which the next entry lies: sleep
// until then, Advance, ask again. It reports false when nothing is pending.
func (w *Wheel[K]) Next() (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	tick := w.next()
	if tick == never {
		return time.Time{}, false
	}
	return time.UnixMilli(tick), true
}

// Len returns the number of pending entries.
func (w *Wheel[K]) Len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// place puts an entry where its tick belongs, seen from the current one. What is late joins the current slot, which the next
// pass empties first; it keeps its own tick, since the clock may yet step back behind it.
func (w *Wheel[K]) place(i uint32, e *entry[K]) {
	tick := e.due
	if tick < w.current {
		w.late = min(w.late, tick)
		tick = w.current
	}
	slot := uint32(overflow)
	if level := levelOf(tick, w.current); level < levels {
		slot = uint32(level*slots) + uint32(tick>>(level*digitBits))%slots
	}
	w.slab.link(slot, i, e)
	w.occupied[slot/64] |= 1 << (slot % 64)
}

// first returns the earliest slot that is not empty and the first tick it covers, or never.
func (w *Wheel[K]) first() (slot uint32, start int64) {
	for i, word := range w.occupied {
		if word == 0 {
			continue
		}
		slot = uint32(i*64 + bits.TrailingZeros64(word))
		if slot == overflow {
			return slot, (w.current | lapMask) + 1
		}
		shift := slot / slots * digitBits
		above := w.current >> shift &^ (slots - 1)
		return slot, (above | int64(slot%slots)) << shift
	}
	return 0, never
}

func (w *Wheel[K]) next() int64 {
	_, start := w.first()
	if start == never {
		return never // late may be left over from an entry that was cancelled
	}
	return min(start, w.late)
}

// drain hands out a slot of the lowest level: one tick, and before it whatever was scheduled late.
func (w *Wheel[K]) drain(slot uint32, out []K) []K {
	if w.late < w.current {
		w.sort(slot)
	}
	for i := w.take(slot); i != slot; {
		e := w.slab.at(i)
		next := e.next
		out = append(out, e.key)
		w.slab.release(i, e)
		w.count--
		i = next
	}
	return out
}

// replace empties a slot and places its entries anew, in their order.
func (w *Wheel[K]) replace(slot uint32) {
	for i := w.take(slot); i != slot; {
		e := w.slab.at(i)
		next := e.next
		w.place(i, e)
		i = next
	}
}

// rewind turns the wheel back. Where the highest digit that changes is at some level, entries from that level upwards differ
// from the new tick as they did from the old one and stay; only those below are placed anew. So a small step back touches
// only what is due soon. The current slot is below in any case: it may hold entries that are late no more.
func (w *Wheel[K]) rewind(tick int64) {
	level := levelOf(tick, w.current)
	w.current = tick
	for slot := range uint32(max(level, 1) * slots) {
		w.replace(slot)
	}
}

// sort brings the late entries of the current slot into due order. Beside new pages, only this allocates: 16 bytes for each
// entry there, given back at once.
func (w *Wheel[K]) sort(slot uint32) {
	type node struct {
		due       int64
		at, order uint32
	}
	var list []node
	for i := w.take(slot); i != slot; {
		e := w.slab.at(i)
		list = append(list, node{e.due, i, uint32(len(list))})
		i = e.next
	}
	slices.SortFunc(list, func(a, b node) int {
		return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.order, b.order))
	})
	for _, n := range list {
		w.place(n.at, w.slab.at(n.at))
	}
	w.late = never
}

// take empties a slot and returns its first entry; the chain ends with the slot itself.
func (w *Wheel[K]) take(slot uint32) uint32 {
	w.occupied[slot/64] &^= 1 << (slot % 64)
	return w.slab.cut(slot)
}

// levelOf returns the level of the highest digit in which two ticks differ; levels or more means another lap.
func levelOf(a, b int64) int {
	return min((bits.Len64(uint64(a^b)|1)-1)/digitBits, levels)
}

// floorTick is for now and ceilTick for due: a key comes out when its due, rounded up, has reached now, rounded down. Both
// read the wall clock and leave a monotonic reading aside.
func floorTick(t time.Time) int64 {
	if sec := t.Unix(); sec < -horizon || sec > horizon {
		return int64(cmp.Compare(sec, 0)) * horizon * 1000
	}
	return t.UnixMilli()
}

func ceilTick(t time.Time) int64 {
	tick := floorTick(t)
	if t.Nanosecond()%int(time.Millisecond) != 0 {
		tick++
	}
	return tick
}
