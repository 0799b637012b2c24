package engine

import (
	"sync/atomic"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// LatenessBuckets are the upper bounds of the lateness histogram.
var LatenessBuckets = []time.Duration{time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond,
	20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond, time.Second,
	5 * time.Second, time.Minute}

type counters struct {
	fired     [booking.Kinds]atomic.Uint64
	events    atomic.Uint64
	sent      atomic.Uint64
	failed    atomic.Uint64
	unknown   atomic.Uint64
	released  atomic.Uint64
	leftovers atomic.Uint64
	poisoned  atomic.Uint64
	fallbacks atomic.Uint64
	delivered atomic.Uint64
	retried   atomic.Uint64
	given     atomic.Uint64
	early     atomic.Uint64
	lateness  [12]atomic.Uint64
	lateSum   atomic.Int64
}

func (c *counters) late(d time.Duration) {
	if d < 0 {
		c.early.Add(1)
		d = 0
	}
	i := 0
	for i < len(LatenessBuckets) && d > LatenessBuckets[i] {
		i++
	}
	c.lateness[i].Add(1)
	c.lateSum.Add(int64(d))
}

// delivery counts what became of a delivery that was tried; zero is none.
func (c *counters) delivery(d booking.Delivery) {
	switch d.State {
	case booking.DeliveryDelivered:
		c.delivered.Add(1)
	case booking.DeliveryPending:
		c.retried.Add(1)
	case booking.DeliveryFailed:
		c.given.Add(1)
	}
}

// Stats are counts since the start of the process.
type Stats struct {
	Epoch     uint64
	Events    uint64            // session events taken
	Fired     map[string]uint64 // due entries fired, by kind
	Sent      uint64            // texts the carrier took
	Failed    uint64            // texts the carrier refused
	Unknown   uint64            // sends nobody can say the outcome of
	Released  uint64            // claims that never reached the carrier and were undone
	Leftovers uint64            // attempts found under way at the start
	Poisoned  uint64            // due entries set aside
	Fallbacks uint64            // texts made by the default template because a script failed
	Early     uint64            // follow-ups fired before their time: always 0
	Lateness  []uint64          // follow-ups by lateness: one count per bucket, the last for more
	LateSum   time.Duration

	Delivered        uint64 // deliveries that a webhook's receiver took
	DeliveryRetries  uint64 // tries that failed and are repeated later
	DeliveryFailures uint64 // deliveries given up

	Armed  int // due entries held in the wheel
	Queued int // due entries waiting for a worker
}

// Stats gives the counts.
func (e *Engine) Stats() Stats {
	c := &e.stats
	s := Stats{
		Epoch: e.epoch, Events: c.events.Load(), Fired: map[string]uint64{}, Sent: c.sent.Load(), Failed: c.failed.Load(),
		Unknown: c.unknown.Load(), Released: c.released.Load(), Leftovers: c.leftovers.Load(), Poisoned: c.poisoned.Load(),
		Fallbacks: c.fallbacks.Load(), Early: c.early.Load(), LateSum: time.Duration(c.lateSum.Load()),
		Delivered: c.delivered.Load(), DeliveryRetries: c.retried.Load(), DeliveryFailures: c.given.Load(),
	}
	for k := booking.KindLapse; k < booking.Kinds; k++ {
		s.Fired[k.String()] += c.fired[k].Load()
	}
	for i := range c.lateness {
		s.Lateness = append(s.Lateness, c.lateness[i].Load())
	}
	e.motor.mu.Lock()
	s.Armed, s.Queued = len(e.motor.armed), len(e.motor.queue)+len(e.motor.later)
	e.motor.mu.Unlock()
	return s
}
