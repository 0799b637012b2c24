package storage

import (
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
)

// ScriptTest reads a saved test; nil when there is none.
func (s *Snapshot) ScriptTest(a booking.AccountID, id string) (*booking.ScriptTest, error) {
	return find[booking.ScriptTest](s.g, accountKey(a, "scripttest", id))
}

// ScriptTests lists an account's saved tests, the oldest first.
func (s *Snapshot) ScriptTests(a booking.AccountID, cursor string, limit int) ([]booking.ScriptTest, string, error) {
	return list[booking.ScriptTest](s.g, sub(a, "scripttest"), cursor, limit)
}

// PutScriptTest writes a saved test.
func (t *Tx) PutScriptTest(a booking.AccountID, v booking.ScriptTest) error {
	return t.put(accountKey(a, "scripttest", v.ID), v, time.Time{})
}

// DeleteScriptTest removes a saved test.
func (t *Tx) DeleteScriptTest(a booking.AccountID, id string) error {
	return t.p.Delete(accountKey(a, "scripttest", id))
}

// TestRun reads what came of the tests when all of them were played last; nil when they never were.
func (s *Snapshot) TestRun(a booking.AccountID) (*booking.TestRun, error) {
	return find[booking.TestRun](s.g, accountKey(a, "testrun"))
}

// PutTestRun writes what came of the tests.
func (t *Tx) PutTestRun(a booking.AccountID, v booking.TestRun) error {
	return t.put(accountKey(a, "testrun"), v, time.Time{})
}
