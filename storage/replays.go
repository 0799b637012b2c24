package storage

import (
	"fmt"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Replay reads one replay; nil when there is none of that ID.
func (s *Snapshot) Replay(a booking.AccountID, id string) (*booking.Replay, error) {
	return find[booking.Replay](s.g, accountKey(a, "replay", turned(id)))
}

// Replays lists replays, the newest first.
func (s *Snapshot) Replays(a booking.AccountID, cursor string, limit int) ([]booking.Replay, string, error) {
	return list[booking.Replay](s.g, sub(a, "replay"), cursor, limit)
}

// PutReplay writes a replay.
func (t *Tx) PutReplay(a booking.AccountID, v booking.Replay) error {
	return t.put(accountKey(a, "replay", turned(v.ID)), v, replayExpiry(v))
}

func replayExpiry(v booking.Replay) time.Time { return v.BeganAt.Add(ReplayLife) }

// DeleteReplay removes a replay. Its items are the caller's to remove, before it: see [Tx.EraseUnder].
func (t *Tx) DeleteReplay(a booking.AccountID, id string) error {
	return t.p.Delete(accountKey(a, "replay", turned(id)))
}

// replayClass is the part of an item's key that puts differences first.
func replayClass(v booking.ReplayItem) string {
	if v.Differs == booking.ReplaySame {
		return "1"
	}
	return "0"
}

// PutReplayItem writes what came of one session. N counts on its own for those that differ and those that do not.
func (t *Tx) PutReplayItem(a booking.AccountID, of booking.Replay, v booking.ReplayItem) error {
	return t.put(accountKey(a, "replayed", of.ID, replayClass(v), fmt.Sprintf("%08x", v.N)), v, replayExpiry(of))
}

// ReplayItems lists what came of the sessions of a replay: those that differ first, and with all the others behind them.
func (s *Snapshot) ReplayItems(a booking.AccountID, id string, all bool, cursor string, limit int) ([]booking.ReplayItem, string, error) {
	prefix := sub(a, "replayed", id)
	if !all {
		prefix = sub(a, "replayed", id, "0")
	}
	return list[booking.ReplayItem](s.g, prefix, cursor, limit)
}

// SearchReplayed looks through a page of what replays found.
func (s *Snapshot) SearchReplayed(a booking.AccountID, w Words, cursor string, limit int) ([]Named[booking.ReplayItem], string, error) {
	return search[booking.ReplayItem](s.g, sub(a, "replayed"), w, cursor, limit)
}
