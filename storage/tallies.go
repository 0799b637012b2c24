package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// heldFamily is the last of a day's rows: what was withheld, beside one row for each dimension.
const heldFamily = "withheld"

// Tallied reads how far the account's days are closed; nil when nobody has looked yet.
func (s *Snapshot) Tallied(a booking.AccountID) (*booking.Tallied, error) {
	return find[booking.Tallied](s.g, accountKey(a, "tallied"))
}

func tallyDue(a booking.AccountID, v booking.Tallied) booking.Due {
	return booking.Due{Account: a, At: v.DueAt, Kind: booking.KindTally, Ref: v.Ref}
}

// PutTallied writes how far the account's days are closed, with the due-key that looks for the next. old is what was read in
// this transaction; nil for the first.
func (t *Tx) PutTallied(a booking.AccountID, old *booking.Tallied, v booking.Tallied) error {
	was := booking.Due{}
	if old != nil {
		was = tallyDue(a, *old)
	}
	if err := t.rearm(was, old != nil, tallyDue(a, v), true); err != nil {
		return err
	}
	return t.put(accountKey(a, "tallied"), v, time.Time{})
}

// PutTally writes a closed day, one row for each dimension, so that a report reads only what it shows.
func (t *Tx) PutTally(a booking.AccountID, day booking.Day, v *booking.Tally) error {
	expires := evidence(t.Now)
	for d, groups := range v.Groups {
		if err := t.put(accountKey(a, "tally", string(d), string(day)), groups, expires); err != nil {
			return err
		}
	}
	return t.put(accountKey(a, "tally", heldFamily, string(day)), v.Held, expires)
}

// scanPage is how many rows are read at once where all of a range are wanted.
const scanPage = 500

// sessionFrom begins every ID of a session that was first heard of in a millisecond: IDs are UUIDv7 (RFC 9562 section 5.7).
func sessionFrom(t time.Time) string {
	ms := max(0, t.UnixMilli())
	return fmt.Sprintf("%08x-%04x", ms>>16, ms&0xffff)
}

// heardAt reads the millisecond a session was first heard of from its ID.
func heardAt(id booking.SessionID) time.Time {
	if len(id) < 13 {
		return time.Time{}
	}
	ms, err := strconv.ParseInt(string(id[:8])+string(id[9:13]), 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// FirstSession tells when the earliest session that was first heard of at or after from was; zero when there is none.
func (s *Snapshot) FirstSession(a booking.AccountID, from time.Time) (time.Time, error) {
	prefix := sub(a, "session")
	rows, err := s.g.Scan(prefix, append(bytes.Clone(prefix), sessionFrom(from)...), 1)
	if err != nil || len(rows) == 0 {
		return time.Time{}, err
	}
	return heardAt(booking.SessionID(rows[0].Key[len(prefix):])), nil
}

// EachSession gives every session first heard of from from (included) to to (not included), in order, page by page. The
// session is the callee's during the call only.
func (s *Snapshot) EachSession(ctx context.Context, a booking.AccountID, from, to time.Time, fn func(heard time.Time, v *booking.Session)) error {
	prefix := sub(a, "session")
	next, end := append(bytes.Clone(prefix), sessionFrom(from)...), append(bytes.Clone(prefix), sessionFrom(to)...)
	for {
		if err := ctx.Err(); err != nil { // whoever asked is gone
			return err
		}
		rows, err := s.g.Scan(prefix, next, scanPage)
		if err != nil {
			return fmt.Errorf("list %s: %w", showKey(prefix), err)
		}
		full := len(rows) == scanPage
		wanted, beyond := slices.BinarySearchFunc(rows, end, func(r Row, end []byte) int { return bytes.Compare(r.Key, end) })
		page, err := decodeAll[booking.Session](rows[:wanted])
		if err != nil {
			return err
		}
		for i := range page {
			fn(heardAt(page[i].ID), &page[i])
		}
		if !full || beyond || wanted < len(rows) {
			return nil
		}
		next = append(rows[len(rows)-1].Key, 0)
	}
}

// decodeAll decodes a page of rows on up to four processors: reading JSON is nearly all the work of a long report.
func decodeAll[T any](rows []Row) ([]T, error) {
	out := make([]T, len(rows))
	n := min(4, runtime.GOMAXPROCS(0))
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			for k := i * len(rows) / n; k < (i+1)*len(rows)/n && errs[i] == nil; k++ {
				errs[i] = decode(rows[k].Key, rows[k].Value, &out[k])
			}
		})
	}
	all.Wait()
	return out, errors.Join(errs...)
}

// TallyBetween counts the sessions first heard of from from to to, as they are now.
func (s *Snapshot) TallyBetween(ctx context.Context, a booking.AccountID, from, to time.Time, loc *time.Location) (*booking.Tally, error) {
	t := booking.NewTally()
	err := s.EachSession(ctx, a, from, to, func(_ time.Time, v *booking.Session) { t.Count(v, loc, s.Now) })
	t.Close()
	return t, err
}

// Funnel makes the report of a period: closed days from their tallies, the others from their sessions.
func (s *Snapshot) Funnel(ctx context.Context, a booking.AccountID, p booking.Period, g booking.Grouping) (*booking.Funnel, error) {
	f := booking.NewFunnel(p, g)
	wanted := []booking.Dimension{booking.ByTotal}
	if d := g.Dimension(); d != booking.ByTotal {
		wanted = append(wanted, d)
	}
	for _, d := range wanted {
		err := tallies(s, a, string(d), p, func(day booking.Day, groups map[string]*booking.Figures) { f.Add(day, d, groups) })
		if err != nil {
			return nil, err
		}
	}
	err := s.openDays(ctx, a, p, func(day booking.Day, t *booking.Tally) {
		for _, d := range wanted {
			f.Add(day, d, t.Groups[d])
		}
	})
	return f, err
}

// Withheld makes the report of what was withheld in a period. Sessions whose content has expired since are not named.
func (s *Snapshot) Withheld(ctx context.Context, a booking.AccountID, p booking.Period) (*booking.HeldReport, error) {
	account, err := s.Account(a)
	if err != nil {
		return nil, err
	}
	r := &booking.HeldReport{Period: p, Days: map[booking.Check][]booking.HeldDay{}}
	gone := booking.DayOf(s.Now.Add(-account.Settings.Retention.Std()), time.UTC)
	err = tallies(s, a, heldFamily, p, func(day booking.Day, held map[booking.Check]*booking.Held) {
		if day <= gone {
			for _, h := range held {
				h.Sessions = nil
			}
		}
		r.Add(day, held)
	})
	if err != nil {
		return nil, err
	}
	return r, s.openDays(ctx, a, p, func(day booking.Day, t *booking.Tally) { r.Add(day, t.Held) })
}

// tallies reads the closed days of one family of rows, in order.
func tallies[T any](s *Snapshot, a booking.AccountID, family string, p booking.Period, fn func(booking.Day, T)) error {
	prefix := sub(a, "tally", family)
	next := append(bytes.Clone(prefix), p.From...)
	for {
		rows, err := s.g.Scan(prefix, next, scanPage)
		if err != nil {
			return fmt.Errorf("list %s: %w", showKey(prefix), err)
		}
		for _, r := range rows {
			day := booking.Day(r.Key[len(prefix):])
			if day > p.To {
				return nil
			}
			var v T
			if err := decode(r.Key, r.Value, &v); err != nil {
				return err
			}
			fn(day, v)
		}
		if len(rows) < scanPage {
			return nil
		}
		next = append(rows[len(rows)-1].Key, 0)
	}
}

// openDays counts the days of the period that are not closed, one after the other.
func (s *Snapshot) openDays(ctx context.Context, a booking.AccountID, p booking.Period, fn func(booking.Day, *booking.Tally)) error {
	account, err := s.Account(a)
	if err != nil {
		return err
	}
	loc, err := booking.LoadZone(account.Timezone)
	if err != nil {
		return err
	}
	var closed booking.Tallied
	if v, err := s.Tallied(a); err != nil {
		return err
	} else if v != nil {
		closed = *v
	}
	from, to := p.From.Start(loc), p.To.Add(1).Start(loc)
	if from.Before(closed.Until) || p.From <= closed.DayOf(closed.Until, loc) {
		from = closed.Until
	}
	for from.Before(to) {
		first, err := s.FirstSession(a, from)
		if err != nil || first.IsZero() || !first.Before(to) {
			return err
		}
		day := closed.DayOf(first, loc)
		end := day.Add(1).Start(loc)
		if to.Before(end) {
			end = to
		}
		t, err := s.countOpen(ctx, a, from, end, loc)
		if err != nil {
			return err
		}
		fn(day, t)
		from = end
	}
	return nil
}
