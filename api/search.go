package api

import (
	"slices"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// search looks for sessions by what people have at hand.
type search struct {
	s       *storage.Snapshot
	account booking.AccountID
	status  booking.Status // empty: any
}

// pager reads one page of an index.
type pager func(cursor string, limit int) ([]booking.Session, string, error)

// find gives a page of sessions: all, those of a status, or those that q names.
func (f search) find(q, cursor string, limit int) ([]booking.Session, string, error) {
	q = strings.TrimSpace(q)
	if q == "" && f.status != "" {
		return f.s.SessionsByStatus(f.account, f.status, cursor, limit)
	}
	if q == "" {
		return f.s.Sessions(f.account, cursor, limit)
	}
	if cursor == "" {
		if named, err := f.named(q); err != nil || len(named) > 0 {
			return named, "", err
		}
	}
	if strings.Contains(q, "@") {
		return f.filtered(func(cursor string, limit int) ([]booking.Session, string, error) {
			return f.s.SessionsByEmail(f.account, booking.NormalEmail(q), cursor, limit)
		}, cursor, limit)
	}
	phone, problem := booking.ParsePhone(q)
	if problem != "" {
		phone, problem = booking.ParsePhone("+" + q) // a "+" that was not escaped in the address arrives as a space
	}
	if problem != "" {
		return nil, "", nil
	}
	return f.filtered(func(cursor string, limit int) ([]booking.Session, string, error) {
		return f.s.SessionsByPhone(f.account, phone, cursor, limit)
	}, cursor, limit)
}

// newestOf gives the sessions that q names which began before the one of the ID, the newest first; empty: before now.
func (f search) newestOf(q string, before booking.SessionID, limit int) (items []booking.Session, more bool, err error) {
	cursor := ""
	for range maxRounds {
		var page []booking.Session
		if page, cursor, err = f.find(q, cursor, slice); err != nil {
			return nil, false, err
		}
		if items = append(items, page...); cursor == "" {
			break
		}
	}
	if before != "" {
		items = slices.DeleteFunc(items, func(v booking.Session) bool { return v.ID >= before })
	}
	slices.Reverse(items)
	more = len(items) > limit
	return items[:min(len(items), limit)], more, nil
}

// named gives the sessions that bear q as an ID, ours or their page's.
func (f search) named(q string) (items []booking.Session, err error) {
	ids := []booking.SessionID{booking.SessionID(q)}
	schedulers, _, err := f.s.Schedulers(f.account, "", 1000)
	if err != nil {
		return nil, err
	}
	for _, sched := range schedulers {
		id, err := f.s.SessionOf(f.account, sched.ID, q)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		if id == "" {
			continue
		}
		v, err := f.s.Session(f.account, id)
		if storage.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if f.status == "" || v.Status == f.status {
			items = append(items, v)
		}
	}
	return items, nil
}

// maxRounds bounds the pages that are read for one answer; one with fewer items than asked for still has its cursor.
const maxRounds = 20

// filtered fills a page with sessions of the status.
func (f search) filtered(read pager, cursor string, limit int) (items []booking.Session, next string, err error) {
	next = cursor
	for range maxRounds {
		var got []booking.Session
		got, next, err = read(next, limit-len(items))
		if err != nil {
			return nil, "", err
		}
		for _, v := range got {
			if f.status == "" || v.Status == f.status {
				items = append(items, v)
			}
		}
		if next == "" || len(items) >= limit {
			break
		}
	}
	return items, next, nil
}
