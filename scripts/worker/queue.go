package worker

import (
	"context"
	"slices"
)

// share is what one tenant has of the pool.
type share struct{ held, waiting int }

// ticket is a place in the queue. Tickets are made once, with the pool, and used again.
type ticket struct {
	tenant string
	ready  chan *process // gets a worker, or nil when there will be none
	err    error         // why
}

// take gives a worker that is the caller's until give.
func (p *Pool) take(ctx context.Context, tenant string) (*process, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	if n := len(p.idle); n > 0 && p.mayHold(tenant) {
		w := p.hand(tenant)
		p.mu.Unlock()
		return w, nil
	}
	if p.fault != nil && len(p.all) == 0 {
		defer p.mu.Unlock()
		return nil, p.cannotStart()
	}
	if len(p.spare) == 0 || tenant != "" && p.tenants[tenant].waiting >= max(1, p.options.Queue/2) {
		p.stats.Refused++
		p.mu.Unlock()
		return nil, ErrBusy
	}
	last := len(p.spare) - 1
	t := p.spare[last]
	p.spare = p.spare[:last]
	t.tenant, t.err = tenant, nil
	p.queue = append(p.queue, t)
	p.add(tenant, 0, +1)
	p.mu.Unlock()

	select {
	case w := <-t.ready:
		return p.collect(t, w)
	case <-ctx.Done():
	}
	p.mu.Lock()
	if i := slices.Index(p.queue, t); i >= 0 {
		p.leave(i)
		p.spare = append(p.spare, t)
		p.mu.Unlock()
		return nil, context.Cause(ctx)
	}
	p.mu.Unlock()
	// It was served in the same moment.
	if w, err := p.collect(t, <-t.ready); err == nil {
		p.give(w, tenant)
	}
	return nil, context.Cause(ctx)
}

// collect reads a served ticket and lays it back.
func (p *Pool) collect(t *ticket, w *process) (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := t.err
	p.spare = append(p.spare, t)
	return w, err
}

// give returns a worker. One that was killed or broke is not used again; its seat sees to the next.
func (p *Pool) give(w *process, tenant string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Busy--
	p.add(tenant, -1, 0)
	if fate(w.fate.Load()) == fateNone && slices.Contains(p.all, w) {
		p.idle = append(p.idle, w)
	}
	p.dispatch()
}

// mayHold tells whether the tenant may have one worker more.
func (p *Pool) mayHold(tenant string) bool {
	return tenant == "" || p.tenants[tenant].held < max(1, p.options.Size-1)
}

// hand gives the tenant the worker that was used last.
func (p *Pool) hand(tenant string) *process {
	last := len(p.idle) - 1
	w := p.idle[last]
	p.idle = p.idle[:last]
	w.calls++
	p.stats.Busy++
	p.stats.Calls++
	p.add(tenant, +1, 0)
	return w
}

// dispatch hands idle workers to those who wait and may have one, in the order of arrival.
func (p *Pool) dispatch() {
	for i := 0; i < len(p.queue) && len(p.idle) > 0; {
		t := p.queue[i]
		if !p.mayHold(t.tenant) {
			i++
			continue
		}
		p.leave(i)
		t.ready <- p.hand(t.tenant)
	}
}

// refuse turns away all who wait.
func (p *Pool) refuse(why error) {
	for len(p.queue) > 0 {
		t := p.queue[0]
		p.leave(0)
		t.err = why
		t.ready <- nil
	}
}

// leave takes the ticket at i out of the queue.
func (p *Pool) leave(i int) {
	t := p.queue[i]
	p.queue = slices.Delete(p.queue, i, i+1)
	p.add(t.tenant, 0, -1)
}

// add changes what a tenant has. Who has nothing is forgotten.
func (p *Pool) add(tenant string, held, waiting int) {
	s := p.tenants[tenant]
	s.held, s.waiting = s.held+held, s.waiting+waiting
	if s == (share{}) {
		delete(p.tenants, tenant)
	} else {
		p.tenants[tenant] = s
	}
}
