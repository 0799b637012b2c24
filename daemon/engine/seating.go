package engine

import (
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// seating reads who has a place in the windows of one scheduler, each row once.
type seating struct {
	s        *storage.Snapshot
	account  booking.AccountID
	id       booking.SchedulerID
	offering *booking.Offering
	gone     []booking.Window // put by hand and taken away again, with bookings
	days     map[booking.Day][]storage.HeldSeats
	windows  map[string]booking.Seats
}

func newSeating(s *storage.Snapshot, account booking.Account, sched booking.Scheduler, explicit []booking.Window) *seating {
	return &seating{s: s, account: account.ID, id: sched.ID, offering: booking.NewOffering(sched, sched.Zone(account), explicit),
		gone: slices.DeleteFunc(slices.Clone(explicit), func(w booking.Window) bool { return !w.Gone }),
		days: map[booking.Day][]storage.HeldSeats{}, windows: map[string]booking.Seats{}}
}

// of gives who has a place in a window, and how many places of it are taken by bookings of windows that are no longer offered.
func (p *seating) of(w booking.Window) (own booking.Seats, others int, err error) {
	if own, err = p.seats(w.ID); err != nil {
		return own, 0, err
	}
	held := map[string]booking.Seats{}
	for _, g := range p.gone {
		if held[g.ID], err = p.seats(g.ID); err != nil {
			return own, 0, err
		}
	}
	for _, day := range p.offering.Days(w) {
		all, err := p.on(day)
		if err != nil {
			return own, 0, err
		}
		for _, h := range all {
			held[h.Window] = h.Seats
		}
	}
	for id, s := range held {
		if id != w.ID && p.offering.Counts(id, s, w) {
			others += s.Taken(p.s.Now)
		}
	}
	return own, others, nil
}

func (p *seating) seats(window string) (booking.Seats, error) {
	v, read := p.windows[window]
	if read {
		return v, nil
	}
	v, err := p.s.Seats(p.account, p.id, window)
	if err == nil {
		p.windows[window] = v
	}
	return v, err
}

func (p *seating) on(day booking.Day) ([]storage.HeldSeats, error) {
	v, read := p.days[day]
	if read {
		return v, nil
	}
	v, err := p.s.SeatsOn(p.account, p.id, day)
	if err == nil {
		p.days[day] = v
	}
	return v, err
}

// free takes the places that are taken off the windows.
func (p *seating) free(all []booking.Window) ([]booking.Window, error) {
	all = slices.Clone(all)
	for i := range all {
		own, others, err := p.of(all[i])
		if err != nil {
			return nil, err
		}
		all[i].Open = max(0, all[i].Open-own.Taken(p.s.Now)-others)
	}
	return all, nil
}
