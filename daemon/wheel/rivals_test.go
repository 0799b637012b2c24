package wheel

import (
	"container/heap"
	"sync"
	"sync/atomic"
	"time"
)

// rival is what all three can do; H is how each names a timer.
type rival[H any] interface {
	Schedule(key ref, due time.Time) H
	Cancel(H) bool
	// burst returns the time from due until the last of n timers due at one instant is out.
	burst(due time.Time, n int) time.Duration
}

type ours struct{ *Wheel[ref] }

func newOurs() rival[Handle] { return ours{New[ref](time.Now())} }

var burstRoom = make([]ref, 0, million) // Run's slice, which is kept as well

func (o ours) burst(due time.Time, n int) time.Duration {
	start := time.Now()
	if out := o.Advance(due, burstRoom); len(out) != n {
		panic("lost some")
	}
	return time.Since(start)
}

type afterFunc struct{ fired *atomic.Int64 }

func newAfterFunc() rival[*time.Timer] { return afterFunc{new(atomic.Int64)} }

func (a afterFunc) Schedule(key ref, due time.Time) *time.Timer {
	return time.AfterFunc(time.Until(due), func() { a.fire(key) })
}

func (a afterFunc) fire(ref) { a.fired.Add(1) }

func (a afterFunc) Cancel(t *time.Timer) bool { return t.Stop() }

func (a afterFunc) burst(due time.Time, n int) time.Duration {
	time.Sleep(time.Until(due))
	for a.fired.Load() < int64(n) {
		time.Sleep(time.Millisecond)
	}
	return time.Since(due)
}

type heapItem struct {
	due int64
	at  int
	key ref
}

type heapItems []*heapItem

func (h heapItems) Len() int           { return len(h) }
func (h heapItems) Less(i, j int) bool { return h[i].due < h[j].due }
func (h heapItems) Swap(i, j int)      { h[i], h[j] = h[j], h[i]; h[i].at, h[j].at = i, j }
func (h *heapItems) Push(x any)        { it := x.(*heapItem); it.at = len(*h); *h = append(*h, it) }
func (h *heapItems) Pop() any {
	last := len(*h) - 1
	it := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	it.at = -1
	return it
}

type heapQueue struct {
	mu    sync.Mutex
	items heapItems
}

func newHeap() rival[*heapItem] { return new(heapQueue) }

func (q *heapQueue) Schedule(key ref, due time.Time) *heapItem {
	it := &heapItem{due: due.UnixNano(), key: key}
	q.mu.Lock()
	defer q.mu.Unlock()
	heap.Push(&q.items, it)
	return it
}

func (q *heapQueue) Cancel(it *heapItem) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if it.at < 0 {
		return false
	}
	heap.Remove(&q.items, it.at)
	return true
}

func (q *heapQueue) burst(due time.Time, n int) time.Duration {
	start := time.Now()
	out := burstRoom[:0]
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) > 0 && q.items[0].due <= due.UnixNano() {
		out = append(out, heap.Pop(&q.items).(*heapItem).key)
	}
	if len(out) != n {
		panic("lost some")
	}
	return time.Since(start)
}
