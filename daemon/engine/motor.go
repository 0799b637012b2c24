package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/wheel"
	"github.com/rebookhq/rebook/storage"
)

const (
	refills      = 4                // fills per horizon, so that the wheel never runs dry
	healEvery    = 10 * time.Minute // a scan of the whole window mends a hint that was lost
	scanPage     = 512              // due-keys read at once
	armLimit     = 250_000          // keys held in memory at once; the rest stays in the index until there is room
	retryAfter   = time.Second      // a fire that met a store that is down
	maxFailures  = 7                // fires of one entry that fail before it is set aside, about 23 minutes
	troubleEvery = 30 * time.Second // between two log lines about a store in trouble
	overdueGrace = 5 * time.Second  // work later than this at the start counts as overdue and is spread
	overdueRate  = 50               // overdue entries taken up per second
	markSlack    = time.Minute      // how far the low-water mark stays behind
)

// key is a due entry in the wheel: no pointers, no data.
type key struct {
	ref [16]byte
	tag uint32 // account's index << 8 | kind
}

type armed struct {
	handle wheel.Handle
	at     int64 // Unix ms
}

// motor keeps near due work in the wheel and fires it. The due index is the truth; what the motor holds is a hint that a
// refill mends.
type motor struct {
	e     *Engine
	wheel *wheel.Wheel[key]

	mu       sync.Mutex
	cond     *sync.Cond
	armed    map[key]armed
	firing   map[key]bool // true: it came due again meanwhile
	texting  int          // of firing: texts and answers that are being written
	failures map[key]int
	troubled time.Time // when trouble with the store was last told
	queue    []key
	later    []key // news and deliveries to webhooks: looked at when no text waits
	closed   bool
	accounts map[booking.AccountID]uint32
	names    []booking.AccountID
	reach    [storage.Shards]time.Time // the index is in the wheel up to here
	marks    [storage.Shards]time.Time // no due-key is earlier, as far as is known
}

func newMotor(e *Engine) *motor {
	m := &motor{
		e: e, wheel: wheel.New[key](e.o.Now()),
		armed: map[key]armed{}, firing: map[key]bool{}, failures: map[key]int{},
		accounts: map[booking.AccountID]uint32{},
	}
	m.cond = sync.NewCond(&m.mu)
	return m
}

// start reads the due index up to the horizon and sets wheel, workers and refill going.
func (m *motor) start(ctx context.Context, running *sync.WaitGroup) error {
	if err := m.load(ctx); err != nil {
		return err
	}
	if err := m.leftovers(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	m.closed = false
	m.mu.Unlock()
	running.Go(func() { m.wheel.Run(ctx, m.e.now, m.due) })
	running.Go(func() { m.refilling(ctx) })
	for range m.e.o.Workers {
		running.Go(func() { m.work(context.WithoutCancel(ctx)) })
	}
	context.AfterFunc(ctx, func() {
		m.mu.Lock()
		m.closed = true
		m.cond.Broadcast()
		m.mu.Unlock()
	})
	return nil
}

// hint tells the motor of a due-key that was just written. What is due already does not wait for the end of its millisecond.
func (m *motor) hint(d booking.Due) {
	m.mu.Lock()
	reach := m.reach[storage.Shard(d.Account)]
	m.mu.Unlock()
	now := m.e.now()
	switch {
	case !d.At.After(now):
		m.arm(d, d.At.Truncate(time.Millisecond))
	case !d.At.After(reach), !d.At.After(now.Add(m.e.o.Horizon / 2)):
		m.arm(d, d.At)
	} // else the refill will come across it
}

// arm puts an entry into the wheel at the given time, unless it is there for an earlier time already.
func (m *motor) arm(d booking.Due, at time.Time) { m.place(d, at, false) }

// armNew is arm for an entry that was read from the index: one that is in the wheel already stays where it is, so that
// overdue work that was spread stays spread.
func (m *motor) armNew(d booking.Due, at time.Time) { m.place(d, at, true) }

func (m *motor) place(d booking.Due, at time.Time, onlyNew bool) {
	ref, err := uuid.Parse(d.Ref)
	if err != nil {
		m.e.log.Error("due entry without a UUID is passed over", "kind", d.Kind, "ref", d.Ref)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := key{ref, m.account(d.Account)<<8 | uint32(d.Kind)}
	if _, there := m.armed[k]; !there || !onlyNew {
		m.schedule(k, at)
	}
}

func (m *motor) schedule(k key, at time.Time) {
	ms := at.UnixMilli()
	if was, ok := m.armed[k]; ok {
		if was.at <= ms {
			return
		}
		m.wheel.Cancel(was.handle)
	}
	m.armed[k] = armed{m.wheel.Schedule(k, at), ms}
}

// account gives the small number an account has in keys of the wheel.
func (m *motor) account(a booking.AccountID) uint32 {
	n, ok := m.accounts[a]
	if !ok {
		n = uint32(len(m.names))
		m.accounts[a] = n
		m.names = append(m.names, a)
	}
	return n
}

// due takes what the wheel gives and queues it for the workers.
func (m *motor) due(keys []key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range keys {
		delete(m.armed, k)
		m.enqueue(k)
	}
	m.cond.Broadcast()
}

// enqueue puts an entry at the end of its line.
func (m *motor) enqueue(k key) {
	if kind := booking.Kind(k.tag); kind == booking.KindDeliver || kind == booking.KindAnnounce {
		m.later = append(m.later, k)
	} else {
		m.queue = append(m.queue, k)
	}
}

// work fires queued entries one by one until the motor stops.
func (m *motor) work(ctx context.Context) {
	for {
		m.mu.Lock()
		for len(m.queue)+len(m.later) == 0 && !m.closed {
			m.cond.Wait()
		}
		if m.closed {
			m.mu.Unlock()
			return
		}
		line := &m.queue
		if len(m.queue) == 0 {
			line = &m.later
		}
		k := (*line)[0]
		if *line = (*line)[1:]; len(*line) == 0 {
			*line = nil
		}
		if _, busy := m.firing[k]; busy {
			m.firing[k] = true
			m.mu.Unlock()
			continue
		}
		m.firing[k] = false
		texts := writesTexts(booking.Kind(k.tag))
		m.texting += texts
		d := booking.Due{Account: m.names[k.tag>>8], Kind: booking.Kind(k.tag), Ref: uuid.UUID(k.ref).String()}
		m.mu.Unlock()

		err := m.fire(ctx, d)

		m.mu.Lock()
		again := m.firing[k]
		delete(m.firing, k)
		m.texting -= texts
		if again {
			m.enqueue(k)
			m.cond.Signal()
		}
		m.mu.Unlock()
		m.after(ctx, k, d, err)
	}
}

// writesTexts is 1 for work that writes to a customer, of which somebody waits.
func writesTexts(k booking.Kind) int {
	switch k {
	case booking.KindFollowUp, booking.KindReply, booking.KindTalk:
		return 1
	}
	return 0
}

// fire does one entry's work; a panic is an error like any other.
func (m *motor) fire(ctx context.Context, d booking.Due) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			m.e.log.Error("due work panicked", "kind", d.Kind, "ref", d.Ref, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	m.e.stats.fired[d.Kind].Add(1)
	switch d.Kind {
	case booking.KindLapse:
		return m.e.fireLapse(ctx, d)
	case booking.KindFollowUp:
		return m.e.fireFollowUp(ctx, d)
	case booking.KindSettle:
		return m.e.fireSettle(ctx, d)
	case booking.KindWake:
		return m.e.fireWake(ctx, d)
	case booking.KindTally:
		return m.e.fireTally(ctx, d)
	case booking.KindDeliver:
		return m.e.fireDeliver(ctx, d)
	case booking.KindAsk:
		return m.e.fireAsk(ctx, d)
	case booking.KindReply:
		return m.e.fireReply(ctx, d)
	case booking.KindTalk:
		return m.e.fireThread(ctx, d)
	case booking.KindCatchUp:
		return m.e.fireCatchUp(ctx, d)
	case booking.KindRegister:
		return m.e.fireRegister(ctx, d)
	case booking.KindErase:
		return m.e.fireErase(ctx, d)
	case booking.KindLookout:
		return m.e.fireLookout(ctx, d)
	case booking.KindAnnounce:
		return m.e.fireAnnounce(ctx, d)
	}
	return fmt.Errorf("nobody knows how to do due work of kind %d", d.Kind)
}
