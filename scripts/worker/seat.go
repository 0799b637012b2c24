package worker

import (
	"fmt"
	"slices"
	"time"
)

// The pauses between failed starts: the first and the longest.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
)

// seat keeps one place of the pool filled: it starts a worker, waits for its end, buries it and starts the next, until the
// pool closes. Whatever ends a worker, its successor comes from here.
func (p *Pool) seat() {
	for pause := firstPause; ; {
		w, err := launch(p.life, p.options)
		if err != nil {
			p.failed(err)
		} else if p.ready(w) {
			w.bury()
			again := p.lost(w)
			close(w.gone)
			if again {
				pause = firstPause
				continue // at once: the next script waits
			}
		} else {
			w.bury()
			return
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, lastPause)
		case <-p.life.Done():
			return
		}
	}
}

// ready takes a new worker in, or kills it when the pool has closed meanwhile.
func (p *Pool) ready(w *process) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		w.kill(fateClosed)
		return false
	}
	p.fault = nil
	p.stats.Started++
	p.all = append(p.all, w)
	p.idle = append(p.idle, w)
	p.dispatch()
	return true
}

// lost takes a buried worker out. It tells whether the next may be started at once; one that died without having served
// anybody would only do so again.
func (p *Pool) lost(w *process) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = slices.DeleteFunc(p.all, func(x *process) bool { return x == w })
	p.idle = slices.DeleteFunc(p.idle, func(x *process) bool { return x == w })
	switch fate(w.fate.Load()) {
	case fateWall:
		p.stats.Killed++
	case fateRecycle:
		p.stats.Recycled++
	case fateNone, fateBroken:
		p.stats.Died++
		return w.calls > 0
	}
	return true
}

// failed notes that no worker could be started. When none is left either, nobody waits in vain.
func (p *Pool) failed(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = err
	if len(p.all) == 0 {
		p.refuse(p.cannotStart())
	}
}

func (p *Pool) cannotStart() error { return fmt.Errorf("%w: %w", ErrStart, p.fault) }
