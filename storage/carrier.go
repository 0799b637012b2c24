package storage

import (
	"errors"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Carrier reads what the account remembers of its carrier's troubles; usually nothing.
func (s *Snapshot) Carrier(a booking.AccountID) (booking.CarrierState, error) {
	v, err := find[booking.CarrierState](s.g, accountKey(a, "carrier"))
	if err != nil || v == nil {
		return booking.CarrierState{}, err
	}
	return *v, nil
}

// PutCarrier writes what the account remembers of its carrier's troubles.
func (t *Tx) PutCarrier(a booking.AccountID, v booking.CarrierState) error {
	if len(v.Halts) == 0 && len(v.Filtered) == 0 {
		return t.p.Delete(accountKey(a, "carrier"))
	}
	return t.put(accountKey(a, "carrier"), v, time.Time{})
}

// Report reads the carrier's last report about a text that nobody knew when it came; nil when there is none.
func (s *Snapshot) Report(a booking.AccountID, sid string) (*booking.StatusUpdate, error) {
	return find[booking.StatusUpdate](s.g, accountKey(a, "report", sid))
}

// PutReport keeps a report until its text is known.
func (t *Tx) PutReport(a booking.AccountID, v booking.StatusUpdate) error {
	return t.put(accountKey(a, "report", v.SID), v, t.Now.Add(ReportLife))
}

// DeleteReport forgets a report.
func (t *Tx) DeleteReport(a booking.AccountID, sid string) error {
	return t.p.Delete(accountKey(a, "report", sid))
}

// Missed says that texts which came in since then may not have reached us: the carrier is asked for them at DueAt.
type Missed struct {
	Since time.Time `json:"since"`
	DueAt time.Time `json:"due_at"`
	Ref   string    `json:"ref"`            // of its due-key
	Last  bool      `json:"last,omitempty"` // a second look, since lists are late; nothing follows it
}

func (m Missed) due(a booking.AccountID) booking.Due {
	return booking.Due{Account: a, At: m.DueAt, Kind: booking.KindCatchUp, Ref: m.Ref}
}

// Missed reads since when texts may be missing; nil when none are.
func (s *Snapshot) Missed(a booking.AccountID) (*Missed, error) {
	return find[Missed](s.g, accountKey(a, "missed"))
}

// PutMissed writes since when texts may be missing, with its due-key.
func (t *Tx) PutMissed(a booking.AccountID, m Missed) error {
	old, err := t.Missed(a)
	if err != nil {
		return err
	}
	if old != nil {
		if err := t.rearm(old.due(a), true, m.due(a), true); err != nil {
			return err
		}
	} else if err := t.Arm(m.due(a)); err != nil {
		return err
	}
	return t.put(accountKey(a, "missed"), m, time.Time{})
}

// DeleteMissed says that all of it was fetched.
func (t *Tx) DeleteMissed(a booking.AccountID) error {
	old, err := t.Missed(a)
	if err != nil || old == nil {
		return err
	}
	return errors.Join(t.Disarm(old.due(a)), t.p.Delete(accountKey(a, "missed")))
}

// AliveAt gives the last moment this store is known to have been written to; zero: never.
func (s *Snapshot) AliveAt() (time.Time, error) {
	at, err := find[time.Time](s.g, globalKey("m/health"))
	if err != nil || at == nil {
		return time.Time{}, err
	}
	return *at, nil
}
