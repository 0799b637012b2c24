package simulator

import (
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// journey is what becomes of one accepted text.
type journey struct {
	sid     string
	account booking.AccountID
	attempt booking.AttemptID
	path    []string // statuses to report, in this order; read only
	next    int      // index into path
	times   int      // how often each is reported
	code    int      // told with a failure
	last    change   // where the text ends
}

// end is the stored form of last: zero for what ends well, which is nearly everything.
func (j *journey) end() change {
	if j.last.Status == statusDelivered {
		return change{}
	}
	return j.last
}

// codeOf gives the error code that goes with a status.
func (j *journey) codeOf(status string) int {
	if status == statusFailed || status == statusUndelivered {
		return j.code
	}
	return 0
}

// couriers is how many callbacks run at once: enough to try the daemon's own concurrency, few enough that a flood of texts
// does not become a flood of goroutines.
const couriers = 16

// courier carries texts along: a queue of steps, worked off by up to `couriers` goroutines that exist only while there is
// something to do. All steps wait equally long, so the queue is in order of time by itself.
type courier struct {
	now     func() time.Time
	latency time.Duration
	carry   func(*journey) // one step: report path[next]
	stop    chan struct{}  // closed by end

	mu      sync.Mutex
	queue   []step
	workers int
	ended   bool
	running sync.WaitGroup
}

type step struct {
	*journey
	due time.Time
}

// add queues the next step of a journey; it drops it when there is none, or after end.
func (c *courier) add(j *journey) {
	if j.next >= len(j.path) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.queue = append(c.queue, step{j, c.now().Add(c.latency)})
	if c.workers < couriers {
		c.workers++
		c.running.Go(c.work)
	}
}

// work takes steps until there are none.
func (c *courier) work() {
	for {
		s, ok := c.take()
		if !ok {
			return
		}
		if !c.wait(s.due) {
			continue // ended: take will say so
		}
		c.carry(s.journey)
		s.next++
		c.add(s.journey)
	}
}

// take gives the oldest step; false lets the worker go home.
func (c *courier) take() (step, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || len(c.queue) == 0 {
		c.workers--
		return step{}, false
	}
	s := c.queue[0]
	c.queue[0] = step{}
	c.queue = c.queue[1:]
	return s, true
}

// wait sleeps until due; false when the courier ended first.
func (c *courier) wait(due time.Time) bool {
	d := due.Sub(c.now())
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.stop:
		return false
	}
}

// end drops what is queued and waits for the callbacks under way.
func (c *courier) end() {
	c.mu.Lock()
	c.ended = true
	c.queue = nil
	c.mu.Unlock()
	close(c.stop)
	c.running.Wait()
}

// carry reports one status of a text: it moves the message's own status, unless that is already further, writes the change
// down without waiting for the disk, and calls back.
func (c *Carrier) carry(j *journey) {
	status := j.path[j.next]
	code := j.codeOf(status)
	c.mu.Lock()
	moved := c.book.change(change{j.sid, status, code})
	c.mu.Unlock()
	if moved && c.journal != nil {
		// An error is of no use here: the next text gets it too, and must not be acknowledged.
		_, _ = c.journal.append(record{Change: &change{j.sid, status, code}}, false, nil)
	}
	if c.o.Status == nil {
		return
	}
	for range j.times {
		c.o.Status(booking.StatusUpdate{Account: j.account, Attempt: j.attempt, SID: j.sid, Status: status, ErrorCode: code})
	}
}
