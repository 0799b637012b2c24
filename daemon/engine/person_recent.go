package engine

import (
	"cmp"
	"errors"
	"slices"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// recentRows bounds what [Recent] reads of each kind.
const recentRows = 500

// Recent gives the newest of what a person agreed to, was sent and said, newest first. It is read by the person's own indexes alone, so it
// is as quick however many people there are; texts come from the conversation, which is kept as long as the account's retention says.
// [Evidence] has everything.
func Recent(s *storage.Snapshot, a booking.AccountID, p booking.Phone, sessions []booking.Session) (all []booking.EvidenceEntry, err error) {
	said, _, err := s.Consents(a, p, "", recentRows)
	for _, r := range said {
		all = append(all, booking.EvidenceOf(r))
	}
	if err != nil {
		return nil, err
	}
	if all, err = recentTexts(s, a, p, all); err != nil {
		return nil, err
	}
	for _, v := range sessions {
		if !v.HandledAt.IsZero() {
			all = append(all, booking.EvidenceEntry{At: v.HandledAt, Kind: booking.EvidenceHandled, Session: v.ID, By: v.HandledBy, Text: v.HandledNote})
		}
		if v.FollowUp.State != booking.FollowUpWithheld || v.FollowUp.Attempt != "" {
			continue
		}
		trail, err := s.Trace(a, v.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, booking.EvidenceEntry{At: withheldAt(v, trail), Kind: booking.EvidenceNoText, Session: v.ID, State: string(v.FollowUp.WithheldBy), Trace: trail})
	}
	booked, err := s.BookingsOf(a, p, "", "")
	for _, v := range booked {
		all = append(all, booking.EvidenceEntry{At: v.At, Kind: booking.EvidenceBooking, ID: v.ID, Session: v.Session, Source: string(v.Source),
			Text: v.Service, State: string(cmp.Or(v.Status, booking.BookingBooked)), By: v.By})
	}
	slices.SortStableFunc(all, func(x, y booking.EvidenceEntry) int { return y.At.Compare(x.At) })
	return all, err
}

// recentTexts adds the texts of the person's conversation.
func recentTexts(s *storage.Snapshot, a booking.AccountID, p booking.Phone, all []booking.EvidenceEntry) ([]booking.EvidenceEntry, error) {
	_, messages, err := ReadThread(s, a, p, recentRows)
	if errors.Is(err, &booking.Error{Code: "unknown_thread"}) {
		return all, nil
	}
	for _, m := range messages {
		e := booking.EvidenceEntry{At: m.At, Kind: booking.EvidenceText, ID: m.ID, Text: m.Body, Status: m.Status(), By: m.By}
		if m.Inbound() {
			e.Kind = booking.EvidenceInbound
		}
		if m.Attempt != nil {
			e.ErrorCode = m.Attempt.ErrorCode
		}
		all = append(all, e)
	}
	return all, err
}
