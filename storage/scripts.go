package storage

import (
	"encoding/binary"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Script reads what the account has made of a script; nil when it has no version of its own. Its slices are shared.
func (s *Snapshot) Script(a booking.AccountID, name string) (*booking.Script, error) {
	return once[booking.Script](s, accountKey(a, "script", name))
}

// Scripts lists the scripts of which the account has versions, by name.
func (s *Snapshot) Scripts(a booking.AccountID, cursor string, limit int) ([]booking.Script, string, error) {
	return list[booking.Script](s.g, sub(a, "script"), cursor, limit)
}

// PutScript writes what the account has made of a script.
func (t *Tx) PutScript(a booking.AccountID, v booking.Script) error {
	return t.put(accountKey(a, "script", v.Name), v, time.Time{})
}

// DeleteScript removes what the account has made of a script. Its versions are deleted before.
func (t *Tx) DeleteScript(a booking.AccountID, name string) error {
	return t.p.Delete(accountKey(a, "script", name))
}

// ScriptVersion reads one version; nil when it is not kept.
func (s *Snapshot) ScriptVersion(a booking.AccountID, name string, n int) (*booking.ScriptVersion, error) {
	return find[booking.ScriptVersion](s.g, scriptVersionKey(a, name, n))
}

// ActiveVersion reads the version in use, which every text needs, and keeps it decoded; nil when it is not there.
func (s *Snapshot) ActiveVersion(a booking.AccountID, v booking.Script) (*booking.ScriptVersion, error) {
	return once[booking.ScriptVersion](s, scriptVersionKey(a, v.Name, v.Active))
}

// PutScriptVersion writes a version. It is never written again.
func (t *Tx) PutScriptVersion(a booking.AccountID, v booking.ScriptVersion) error {
	return t.put(scriptVersionKey(a, v.Script, v.Version), v, time.Time{})
}

// DeleteScriptVersion removes a version.
func (t *Tx) DeleteScriptVersion(a booking.AccountID, name string, n int) error {
	return t.p.Delete(scriptVersionKey(a, name, n))
}

func scriptVersionKey(a booking.AccountID, name string, n int) []byte {
	return binary.BigEndian.AppendUint32(sub(a, "scriptversion", name), uint32(n))
}

// Turn reads a turn; nil when there is none.
func (s *Snapshot) Turn(a booking.AccountID, id string) (*booking.Turn, error) {
	return find[booking.Turn](s.g, accountKey(a, "turn", id))
}

// PutTurn writes a turn with the due-key of its pending ask. old is what was read in this transaction; nil for a new turn.
func (t *Tx) PutTurn(a booking.AccountID, old *booking.Turn, v booking.Turn) error {
	if old == nil {
		old = &booking.Turn{ID: v.ID}
	}
	was, had := old.Due(a)
	is, has := v.Due(a)
	if err := t.rearm(was, had, is, has); err != nil {
		return err
	}
	return t.put(accountKey(a, "turn", v.ID), v, v.Began.Add(TurnLife))
}
