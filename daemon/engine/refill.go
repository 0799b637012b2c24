package engine

import (
	"context"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// load reads the low-water marks and fills the wheel. What is long overdue is spread, so that a daemon that was down for
// hours does not send everything in one second.
func (m *motor) load(ctx context.Context) error {
	now, back := m.e.now(), false
	err := m.e.store.View(ctx, func(s *storage.Snapshot) error {
		for shard := range storage.Shards {
			mark, err := s.Mark(byte(shard))
			if err != nil {
				return err
			}
			if mark.After(now) { // the clock was set back: the marks say nothing
				back = true
			}
			m.marks[shard] = mark
		}
		return nil
	})
	if err == nil && back {
		err = m.forgetMarks(ctx)
	}
	if err != nil {
		return err
	}
	var overdue, deliveries int
	return m.fill(ctx, func(d booking.Due) time.Time {
		if now.Sub(d.At) < overdueGrace || d.Kind == booking.KindSettle {
			return d.At
		}
		line := &overdue
		if d.Kind == booking.KindDeliver { // in a line of their own: a receiver that was down holds up no text
			line = &deliveries
		}
		*line++
		return now.Add(time.Duration(*line) * time.Second / overdueRate)
	})
}

// refilling reads the due index ahead of time.
func (m *motor) refilling(ctx context.Context) {
	healed := m.e.now()
	seen := healed
	timer := time.NewTicker(m.e.o.Horizon / refills)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := m.e.now()
		if back := now.Before(seen); back || now.Sub(healed) > healEvery {
			m.heal()
			healed = now
			if back {
				if err := m.forgetMarks(ctx); err != nil && ctx.Err() == nil {
					m.e.log.Error("the low-water marks of a wrong clock could not be taken back", "err", err)
					healed = time.Time{} // tried again at the next pass
				}
			} else {
				m.keepMarks(ctx)
			}
		}
		seen = now
		if err := m.fill(ctx, func(d booking.Due) time.Time { return d.At }); err != nil && ctx.Err() == nil {
			m.e.log.Warn("reading the due index failed; it is tried again", "err", err)
		}
	}
}

// heal makes the next fill read the whole window again.
func (m *motor) heal() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.reach[:])
}

// forgetMarks makes the next fill read the whole index, now and after a restart: marks that a wrong clock wrote would hide
// work that is due before them.
func (m *motor) forgetMarks(ctx context.Context) error {
	m.mu.Lock()
	clear(m.marks[:])
	m.mu.Unlock()
	for first := 0; first < storage.Shards; first += storage.MaxWrites {
		err := m.e.store.Update(ctx, func(tx *storage.Tx) error {
			for shard := first; shard < min(first+storage.MaxWrites, storage.Shards); shard++ {
				if err := tx.PutMark(byte(shard), time.Time{}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fill arms everything due before now + horizon that was not read yet, at the time that at says.
func (m *motor) fill(ctx context.Context, at func(booking.Due) time.Time) error {
	until := m.e.now().Add(m.e.o.Horizon)
	for shard := range storage.Shards {
		if err := m.fillShard(ctx, byte(shard), until, at); err != nil {
			return err
		}
	}
	return nil
}

func (m *motor) fillShard(ctx context.Context, shard byte, until time.Time, at func(booking.Due) time.Time) error {
	m.mu.Lock()
	from, whole := m.reach[shard], false
	if from.IsZero() {
		from, whole = m.marks[shard], true
	}
	m.reach[shard] = until // from now on hints arm by themselves: none falls between this read and the next
	m.mu.Unlock()
	read := from // everything before it is armed
	defer func() {
		if read != until {
			m.mu.Lock()
			m.reach[shard] = read
			m.mu.Unlock()
		}
	}()
	for cursor := storage.DueFrom(shard, from); ; {
		m.mu.Lock()
		full := len(m.armed) >= armLimit
		m.mu.Unlock()
		if full {
			return nil
		}
		var page []booking.Due
		var bad [][]byte
		var next storage.DueCursor
		err := m.e.store.View(ctx, func(s *storage.Snapshot) (err error) {
			page, bad, next, err = s.DueBefore(shard, cursor, until, scanPage)
			return err
		})
		if err != nil {
			return err
		}
		cursor = next
		for _, k := range bad {
			m.setAsideKey(ctx, k)
		}
		for _, d := range page {
			m.armNew(d, at(d))
			read = d.At
		}
		if whole { // everything before the first live entry is gone
			whole = false
			first := earlier(m.e.now(), until)
			if len(page) > 0 {
				first = earlier(first, page[0].At)
			}
			m.mu.Lock()
			m.marks[shard] = first
			m.mu.Unlock()
		}
		if cursor == nil {
			read = until
			return nil
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// keepMarks stores low-water marks that moved on by some minutes.
func (m *motor) keepMarks(ctx context.Context) {
	type moved struct {
		shard byte
		at    time.Time
	}
	var all []moved
	m.mu.Lock()
	for i, at := range m.marks {
		if !at.IsZero() {
			all = append(all, moved{byte(i), at.Add(-markSlack)})
		}
	}
	m.mu.Unlock()
	for len(all) > 0 {
		n := min(len(all), storage.MaxWrites)
		err := m.e.store.Update(ctx, func(tx *storage.Tx) error {
			for _, v := range all[:n] {
				was, err := tx.Mark(v.shard)
				if err != nil {
					return err
				}
				if v.at.Sub(was) < 5*time.Minute && !v.at.Before(was) {
					continue
				}
				if err := tx.PutMark(v.shard, v.at); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return // only a hint: the next pass tries again
		}
		all = all[n:]
	}
}

// leftovers arms a look at every attempt that an earlier process left under way.
func (m *motor) leftovers(ctx context.Context) error {
	var cursor []byte
	for {
		var page []storage.InFlight
		err := m.e.store.View(ctx, func(s *storage.Snapshot) (err error) {
			page, cursor, err = s.InFlights(cursor, scanPage)
			return err
		})
		if err != nil {
			return err
		}
		now := m.e.now()
		for _, f := range page {
			m.arm(booking.Due{Account: f.Account, Kind: booking.KindSettle, Ref: string(f.Attempt)}, now)
		}
		m.e.stats.leftovers.Add(uint64(len(page)))
		if cursor == nil {
			return nil
		}
	}
}
