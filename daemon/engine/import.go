package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/rebookhq/rebook/daemon/booking"
)

// ImportRow is one line of an upload: a booking, or why it can be none.
type ImportRow struct {
	Line    int
	Booking booking.NewBooking
	Fault   *booking.Error
}

// Rejected is a line that was not taken.
type Rejected struct {
	Line  int
	Fault *booking.Error
}

// Imported is what became of an upload.
type Imported struct {
	Imported int
	Repeated int // known from before, or twice in it
	Rejected []Rejected
}

// importers is how many lines are written at once. Each is a transaction of its own, since one booking may be news for several
// sessions; the store writes those that come together with one sync.
const importers = 16

// Import records bookings that were made elsewhere, each for itself: a line that is wrong keeps no other out, and an upload that
// was cut off can be sent again. The error is of the store; the lines before it stand.
func (e *Engine) Import(ctx context.Context, a booking.AccountID, rows []ImportRow) (Imported, error) {
	ctx = context.WithValue(ctx, onceKey{}, nil) // each line is known again by itself
	first, again := repeats(rows)
	out, err := e.importAll(ctx, a, first)
	if err != nil {
		return out, err
	}
	more, err := e.importAll(ctx, a, again)
	out.Imported, out.Repeated = out.Imported+more.Imported, out.Repeated+more.Repeated
	out.Rejected = append(out.Rejected, more.Rejected...)
	slices.SortFunc(out.Rejected, func(x, y Rejected) int { return cmp.Compare(x.Line, y.Line) })
	return out, err
}

// repeats parts the lines that name a booking a second time from the others, so that the first one counts.
func repeats(rows []ImportRow) (first, again []ImportRow) {
	seen := make(map[string]bool, len(rows))
	for _, row := range rows {
		name := row.Booking.Name()
		if row.Fault == nil && seen[name] {
			again = append(again, row)
			continue
		}
		seen[name] = row.Fault == nil || seen[name]
		first = append(first, row)
	}
	return first, again
}

func (e *Engine) importAll(ctx context.Context, a booking.AccountID, rows []ImportRow) (Imported, error) {
	var (
		mu     sync.Mutex
		out    Imported
		failed error
		next   int
		all    sync.WaitGroup
	)
	take := func() (row ImportRow, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(rows) || failed != nil {
			return row, false
		}
		next++
		return rows[next-1], true
	}
	settle := func(line int, known bool, err error) {
		mu.Lock()
		defer mu.Unlock()
		refusal, refused := errors.AsType[*booking.Error](err)
		switch {
		case refused:
			out.Rejected = append(out.Rejected, Rejected{line, refusal})
		case err != nil:
			failed = err
		case known:
			out.Repeated++
		default:
			out.Imported++
		}
	}
	for range min(importers, len(rows)) {
		all.Go(func() {
			for row, ok := take(); ok; row, ok = take() {
				if row.Fault != nil {
					settle(row.Line, false, row.Fault)
					continue
				}
				_, known, err := e.book(ctx, a, row.Booking)
				settle(row.Line, known, err)
			}
		})
	}
	all.Wait()
	return out, failed
}
