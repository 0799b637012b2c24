package storage

import (
	"context"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// openDays remembers the tallies of days that are not closed, so that a report reads only those sessions that a change came to since. It is a
// hint and no truth: what it has is thrown away by the first change of a session of that day, and after [openDayLife] in any case.
type openDays struct {
	mu      sync.Mutex
	epoch   uint64 // grows with every change of a session
	changed map[sessionDay]uint64
	counted map[openSpan]countedDay
}

// sessionDay is when sessions of an account were first heard of, in days of UTC since 1970.
type sessionDay struct {
	account booking.AccountID
	day     int64
}

// openSpan is a stretch of time whose sessions were counted in a zone.
type openSpan struct {
	account  booking.AccountID
	from, to int64 // milliseconds since 1970
	zone     string
}

type countedDay struct {
	epoch uint64
	at    time.Time
	tally *booking.Tally
}

// The bounds of what is remembered. A tally's trials end with time and not with a change, and another process of a shared store tells us of none.
const (
	openDayLife = 10 * time.Minute
	openDaysMax = 4096  // spans
	changedMax  = 65536 // days of accounts
)

const msPerDay = 24 * 60 * 60 * 1000

func dayOfSession(a booking.AccountID, id booking.SessionID) sessionDay {
	return sessionDay{a, heardAt(id).UnixMilli() / msPerDay}
}

// now is the state that a snapshot opened after this call sees at least.
func (o *openDays) now() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.epoch
}

// touch says that sessions of these days may have changed; it comes after the commit, and before its caller is told of it.
func (o *openDays) touch(days []sessionDay) {
	if len(days) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.changed == nil || len(o.changed) > changedMax {
		o.changed, o.counted = map[sessionDay]uint64{}, nil
	}
	o.epoch++
	for _, d := range days {
		o.changed[d] = o.epoch
	}
}

// get gives what was counted, if no session of the span has changed since.
func (o *openDays) get(k openSpan, now time.Time) *booking.Tally {
	o.mu.Lock()
	defer o.mu.Unlock()
	c, ok := o.counted[k]
	if age := now.Sub(c.at); !ok || age < 0 || age > openDayLife {
		return nil
	}
	for d := k.from / msPerDay; d <= k.to/msPerDay; d++ {
		if o.changed[sessionDay{k.account, d}] > c.epoch {
			return nil
		}
	}
	return c.tally
}

func (o *openDays) put(k openSpan, c countedDay) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.counted == nil || len(o.counted) >= openDaysMax {
		o.counted = map[openSpan]countedDay{}
	}
	o.counted[k] = c
}

// countOpen is [Snapshot.TallyBetween], remembered. Nobody may change the tally: it is shared.
func (s *Snapshot) countOpen(ctx context.Context, a booking.AccountID, from, to time.Time, loc *time.Location) (*booking.Tally, error) {
	if s.open == nil {
		return s.TallyBetween(ctx, a, from, to, loc)
	}
	k := openSpan{a, from.UnixMilli(), to.UnixMilli(), loc.String()}
	if t := s.open.get(k, s.Now); t != nil {
		return t, nil
	}
	t, err := s.TallyBetween(ctx, a, from, to, loc)
	if err == nil {
		s.open.put(k, countedDay{s.epoch, s.Now, t})
	}
	return t, err
}
