package box

import (
	"context"
	"runtime/metrics"
	"time"
)

// meter is the context of every interpreter state of a run. gopher-lua asks for Done before each instruction, so it counts
// them; native functions charge their own work with it. A limit that was hit stays hit, so no pcall can go on after it.
type meter struct {
	context.Context // of the background: no deadline, no values
	run             *run

	left  int // units until the next look at the budgets
	spent int // units of the looks before, less left
	built int // bytes of strings

	cpuBudget time.Duration
	cpuStart  time.Duration
	heapStart uint64
	heap      [1]metrics.Sample

	stop *stop
}

// lookEvery is how many units pass between two looks at CPU time and heap.
const lookEvery = 128

// stop is why a run ends before its script does: a limit, or an ask that has to be answered first.
type stop struct {
	limit   string
	message string
	ask     *Ask
	place   string // "name.lua:12: ", once known
}

func (s *stop) Error() string { return s.message }

func newMeter(r *run, cpu time.Duration) *meter {
	m := &meter{Context: context.Background(), run: r, cpuBudget: cpu, cpuStart: threadCPU(), left: lookEvery, spent: lookEvery}
	m.heap[0].Name = "/memory/classes/heap/objects:bytes"
	metrics.Read(m.heap[:])
	m.heapStart = m.heap[0].Value.Uint64()
	return m
}

// closed is what Done gives once the run has to end.
var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// Done counts one instruction; it is ready only when the run has to end.
func (m *meter) Done() <-chan struct{} {
	if m.left--; m.left > 0 {
		return nil
	}
	if m.look(); m.stop != nil {
		return closed
	}
	return nil
}

// Err is the message that gopher-lua raises after Done was ready.
func (m *meter) Err() error {
	if m.stop == nil {
		return nil
	}
	return m.stop
}

// work charges n units, of about the cost of one instruction.
func (m *meter) work(n int) *stop {
	if m.left -= n; m.left <= 0 {
		m.look()
	}
	return m.stop
}

// build charges n bytes of a new string.
func (m *meter) build(n int) *stop {
	if n > MaxString {
		return m.halt(LimitString, "a string would be longer than 64 KB")
	}
	if m.built += n; m.built > MaxBuilt {
		return m.halt(LimitMemory, "more than 32 MB of strings were built")
	}
	return m.work(n / 64)
}

// halt ends the run for good. The first reason counts.
func (m *meter) halt(limit, message string) *stop {
	if m.stop == nil {
		m.stop = &stop{limit: limit, message: message}
	}
	m.spent -= m.left
	m.left = 0
	return m.stop
}

// instructions is what was used so far.
func (m *meter) instructions() int { return m.spent - m.left }

// look compares what was used with the budgets.
func (m *meter) look() {
	if m.stop != nil {
		m.spent -= m.left
		m.left = 0
		return
	}
	used := m.spent - m.left
	if used > MaxInstructions {
		m.halt(LimitInstructions, "the script took more than 2,000,000 instructions")
		return
	}
	if m.cpuStart != 0 && threadCPU()-m.cpuStart > m.cpuBudget {
		m.halt(LimitCPU, "the script took more than "+m.cpuBudget.String()+" of CPU time")
		return
	}
	metrics.Read(m.heap[:])
	if now := m.heap[0].Value.Uint64(); now > m.heapStart+MaxHeap {
		m.halt(LimitMemory, "the script took more than 64 MB of memory")
		return
	}
	next := min(lookEvery, MaxInstructions-used+1)
	m.spent = used + next
	m.left = next
}
