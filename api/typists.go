package api

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// typingFor is how long somebody is told to be writing after the last sign of it. Pages give one every few seconds.
const typingFor = 8 * time.Second

// typists are those who write in a conversation at this moment, so that two do not answer the same customer. It is a hint, kept in
// memory only: what rules is that an answer is refused when the conversation has changed.
type typists struct {
	mu     sync.Mutex
	until  map[typist]time.Time
	change chan struct{} // nil: nobody waits
}

type typist struct {
	account booking.AccountID
	thread  booking.Phone
	name    string
}

// write says that a person is writing.
func (p *typists) write(a booking.AccountID, thread booking.Phone, name string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.until, func(_ typist, until time.Time) bool { return !until.After(now) })
	t := typist{a, thread, name}
	_, known := p.until[t]
	if p.until == nil {
		p.until = map[typist]time.Time{}
	}
	if p.until[t] = now.Add(typingFor); !known {
		p.tell()
	}
}

// rest says that a person is done.
func (p *typists) rest(a booking.AccountID, thread booking.Phone, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.until, typist{a, thread, name})
}

// beside names who writes in a thread beside a person; empty: nobody.
func (p *typists) beside(a booking.AccountID, thread booking.Phone, me string, now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for t, until := range p.until {
		if t.account == a && t.thread == thread && t.name != me && until.After(now) {
			names = append(names, t.name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// changed gives a channel that is closed when somebody begins to write. Ask for it before reading who does.
func (p *typists) changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.change == nil {
		p.change = make(chan struct{})
	}
	return p.change
}

func (p *typists) tell() {
	if p.change != nil {
		close(p.change)
		p.change = nil
	}
}
