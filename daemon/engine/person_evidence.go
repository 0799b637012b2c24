package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// Bounds of an evidence file: the newest count.
const (
	evidenceEntries = 10_000
	evidenceTraces  = 200 // sessions whose traces are told
)

// Evidence puts a person's evidence file together. It is read page by page, so that a person with years of texts holds up nobody;
// what happens meanwhile may be in it or not.
func Evidence(ctx context.Context, r *storage.Reader, a booking.AccountID, p booking.Phone) (booking.EvidenceFile, error) {
	f := gathering{r: r, a: a, p: p, out: booking.EvidenceFile{Phone: p}}
	for _, step := range []func(context.Context) error{f.head, f.inbound, f.ledger, f.sessions, f.texts, f.bookings} {
		if err := step(ctx); err != nil {
			return booking.EvidenceFile{}, err
		}
	}
	slices.SortStableFunc(f.out.Entries, func(x, y booking.EvidenceEntry) int { return x.At.Compare(y.At) })
	if n := len(f.out.Entries) - evidenceEntries; n > 0 {
		f.out.Entries, f.out.Cut = f.out.Entries[n:], true
	}
	return f.out, nil
}

// gathering is an evidence file as it grows.
type gathering struct {
	r        *storage.Reader
	a        booking.AccountID
	p        booking.Phone
	out      booking.EvidenceFile
	ofPerson []booking.Session
	ticks    map[string]bool // sessions whose tick is in the ledger
	told     int             // traces
}

func (f *gathering) add(e booking.EvidenceEntry) { f.out.Entries = append(f.out.Entries, e) }

func (f *gathering) head(ctx context.Context) error {
	return f.r.View(ctx, func(s *storage.Snapshot) (err error) {
		known, err := Known(s, f.a, f.p)
		if err != nil {
			return err
		}
		if !known {
			return unknownPerson()
		}
		f.out.At = s.Now
		if f.out.Account, err = s.Account(f.a); err != nil {
			return err
		}
		f.out.OptedOut, err = s.OptOut(f.a, f.p)
		return err
	})
}

// pages calls page, each time in a snapshot of its own, until it gives no cursor.
func (f *gathering) pages(ctx context.Context, page func(s *storage.Snapshot, cursor string) (string, error)) error {
	for cursor, more := "", true; more; more = cursor != "" {
		err := f.r.View(ctx, func(s *storage.Snapshot) (err error) {
			cursor, err = page(s, cursor)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *gathering) ledger(ctx context.Context) error {
	f.ticks = map[string]bool{}
	return f.pages(ctx, func(s *storage.Snapshot, cursor string) (string, error) {
		page, next, err := s.Consents(f.a, f.p, cursor, scanPage)
		for _, r := range page {
			f.ticks[string(r.Session)] = true
			f.add(booking.EvidenceOf(r))
		}
		return next, err
	})
}

func (f *gathering) sessions(ctx context.Context) error {
	err := f.pages(ctx, func(s *storage.Snapshot, cursor string) (string, error) {
		page, next, err := s.SessionsByPhone(f.a, f.p, cursor, scanPage)
		f.ofPerson = append(f.ofPerson, page...)
		return next, err
	})
	if err != nil {
		return err
	}
	for _, v := range slices.Backward(f.ofPerson) { // the newest have their traces told
		if r, ok := booking.Ticked(nil, v); ok && !f.ticks[string(v.ID)] { // from before there was a ledger
			f.add(booking.EvidenceOf(r))
		}
		if !v.HandledAt.IsZero() {
			f.add(booking.EvidenceEntry{At: v.HandledAt, Kind: booking.EvidenceHandled, Session: v.ID, By: v.HandledBy, Text: v.HandledNote})
		}
		if v.FollowUp.State == booking.FollowUpWithheld && v.FollowUp.Attempt == "" {
			trail, err := f.trace(ctx, v.ID)
			if err != nil {
				return err
			}
			f.add(booking.EvidenceEntry{At: withheldAt(v, trail), Kind: booking.EvidenceNoText, Session: v.ID, State: string(v.FollowUp.WithheldBy), Trace: trail})
		}
	}
	return nil
}

// trace reads the trace of a session, of as many sessions as are told.
func (f *gathering) trace(ctx context.Context, id booking.SessionID) (trail []booking.Finding, err error) {
	if f.told++; id == "" || f.told > evidenceTraces {
		return nil, nil
	}
	err = f.r.View(ctx, func(s *storage.Snapshot) error {
		trail, err = s.Trace(f.a, id)
		return err
	})
	return trail, err
}

func withheldAt(s booking.Session, trail []booking.Finding) time.Time {
	if n := len(trail); n > 0 {
		return trail[n-1].At
	}
	return cmp.Or(s.CompletedAt, s.HandledAt, s.AbandonedAt, s.SeenAt)
}

func (f *gathering) texts(ctx context.Context) error {
	words := storage.WordsOf(string(f.p))
	var all []booking.Attempt
	err := f.pages(ctx, func(s *storage.Snapshot, cursor string) (string, error) {
		page, next, err := s.SearchAttempts(f.a, words, cursor, erasePage)
		for _, n := range page {
			if n.Value.To == f.p {
				all = append(all, n.Value)
			}
		}
		return next, err
	})
	if err != nil {
		return err
	}
	for _, v := range slices.Backward(all) {
		trail, err := f.trace(ctx, v.Session)
		if err != nil {
			return err
		}
		f.add(booking.EvidenceEntry{At: cmp.Or(v.BegunAt, v.ClaimedAt), Kind: booking.EvidenceText, ID: string(v.ID), Session: v.Session, From: v.From, To: v.To,
			Text: v.Body, State: string(v.State), Status: v.Status, ErrorCode: v.ErrorCode, SettledAt: v.SettledAt, Trace: trail})
	}
	return nil
}

func (f *gathering) inbound(ctx context.Context) error {
	words := storage.WordsOf(string(f.p))
	return f.pages(ctx, func(s *storage.Snapshot, cursor string) (string, error) {
		page, next, err := s.SearchInbound(f.a, words, cursor, erasePage)
		for _, n := range page {
			if v := n.Value; v.From == f.p {
				f.add(booking.EvidenceEntry{At: v.At, Kind: booking.EvidenceInbound, ID: v.SID, From: v.From, To: v.To, Text: v.Body})
			}
		}
		return next, err
	})
}

func (f *gathering) bookings(ctx context.Context) error {
	words := storage.WordsOf(string(f.p))
	return f.pages(ctx, func(s *storage.Snapshot, cursor string) (string, error) {
		page, next, err := s.SearchBookings(f.a, words, cursor, erasePage)
		for _, n := range page {
			if v := n.Value; v.Phone == f.p {
				f.add(booking.EvidenceEntry{At: v.At, Kind: booking.EvidenceBooking, ID: v.ID, Session: v.Session, Source: string(v.Source),
					Text: v.Service, State: string(cmp.Or(v.Status, booking.BookingBooked)), By: v.By})
			}
		}
		return next, err
	})
}
