package main

import (
	"io"
	"sync"
	"time"
)

// held keeps what is logged while the daemon starts. A start that fails for a reason that the operator can mend says that
// one thing and nothing else; the store's own complaints on the way there would only bury it. A start that takes its time
// is not kept silent.
type held struct {
	w io.Writer

	mu    sync.Mutex
	kept  []byte
	open  bool
	timer *time.Timer
}

// holdAtMost is when a slow start begins to talk.
const holdAtMost = 2 * time.Second

func newHeld(w io.Writer) *held {
	h := &held{w: w}
	h.timer = time.AfterFunc(holdAtMost, h.release)
	return h
}

func (h *held) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open {
		return h.w.Write(b)
	}
	h.kept = append(h.kept, b...)
	return len(b), nil
}

// release writes what was kept; from then on everything goes through.
func (h *held) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.timer.Stop()
	if h.open {
		return
	}
	h.open = true
	_, _ = h.w.Write(h.kept) // like any log line: whoever closed stderr does not want it
	h.kept = nil
}

// drop forgets what was kept so far.
func (h *held) drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.timer.Stop()
	h.kept = nil
}
