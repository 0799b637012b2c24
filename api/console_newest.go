package api

import (
	"fmt"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// idAt is lower than every session's ID of that millisecond and later: IDs are UUIDs of version 7, which begin with their time.
func idAt(t time.Time) booking.SessionID {
	ms := max(0, t.UnixMilli())
	return booking.SessionID(fmt.Sprintf("%08x-%04x", ms>>16, ms&0xffff))
}

// slice bounds how many sessions one step of [search.newest] reads.
const slice = 500

// newest gives sessions that began before the one of the ID, the newest first; empty: before now. The store reads forward only, so it is
// read in steps backward, each as long as what it finds allows.
func (f search) newest(before booking.SessionID, limit int) (items []booking.Session, more bool, err error) {
	oldest, _, err := f.s.Sessions(f.account, "", 1)
	if err != nil || len(oldest) == 0 {
		return nil, false, err
	}
	begin := oldest[0].StartedAt
	end := f.s.Now.Add(time.Minute)
	if before != "" {
		end = idTime(before).Add(time.Millisecond)
	} else {
		before = idAt(end)
	}
	step := time.Hour
	for end.After(begin) && len(items) <= limit {
		from := end.Add(-step)
		found, held, err := f.s.SessionsBetween(f.account, f.status, idAt(from), before, slice)
		if err != nil {
			return nil, false, err
		}
		if held && step > time.Millisecond { // the step holds more than was read
			step /= 4
			continue
		}
		slices.Reverse(found)
		items = append(items, found...)
		end, before = from, idAt(from)
		if len(found) < slice/4 {
			step *= 4
		}
	}
	if more = len(items) > limit; more {
		items = items[:limit]
	}
	return items, more, nil
}

// idTime is when a session's ID was made.
func idTime(id booking.SessionID) time.Time {
	var high, low int64
	if _, err := fmt.Sscanf(string(id), "%08x-%04x", &high, &low); err != nil {
		return time.Time{}
	}
	return time.UnixMilli(high<<16 | low)
}
