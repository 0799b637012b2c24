package booking

import (
	"encoding/json"
	"slices"
	"time"
)

// Turn is one use of a script that asked for something: what it was given, bound to the versions it began with, and the
// answers so far. The script is run again from its beginning with the answers recorded, until it asks no more; so nothing is
// held while an ask is carried out, and a crash loses nothing.
type Turn struct {
	ID       string          `json:"id"` // a UUIDv7
	Session  SessionID       `json:"session,omitempty"`
	Thread   Phone           `json:"thread,omitempty"`  // it answers texts of this thread; empty: it writes a session's first text
	Upto     string          `json:"upto,omitempty"`    // ID of the last of those texts
	Event    string          `json:"event"`             // what it answers: "start", "text"
	Entry    string          `json:"entry"`             // the function that is called
	Script   ScriptPin       `json:"script"`            // the version it is bound to
	Modules  []ScriptPin     `json:"modules,omitempty"` // that it loads
	Lot      Lot             `json:"lot,omitzero"`      // by which the version was chosen
	Ctx      json.RawMessage `json:"ctx"`
	Token    string          `json:"token"` // of the link in ctx
	Answers  []TurnAnswer    `json:"answers,omitempty"`
	Pending  *TurnAsk        `json:"pending,omitempty"` // asked for and not answered yet; it has a due-key
	Began    time.Time       `json:"began"`
	DueAt    time.Time       `json:"due_at,omitzero"` // of the pending ask's due-key; zero: none
	Deadline time.Time       `json:"deadline"`        // afterwards nobody waits for it any more
	Done     []Done          `json:"done,omitempty"`  // what its asks did for the customer
}

// ScriptPin names a version and the digest of its source: a built-in version changes with the program.
type ScriptPin struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	SHA256  string `json:"sha256"`
}

// TurnAsk is what a script asked for.
type TurnAsk struct {
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
}

// TurnAnswer is an ask with what came of it: a result, or the code of an error.
type TurnAnswer struct {
	TurnAsk
	Result json.RawMessage `json:"result,omitempty"`
	Code   string          `json:"code,omitempty"`
}

// The bounds of a turn.
const (
	MaxAsks    = 8
	TurnWithin = time.Minute // from its first ask to its text
	// TurnFresh is how long its answers are good for, from the first ask: a text that had to wait longer is written anew.
	TurnFresh = 15 * time.Minute
	maxTurn   = 60 << 10 // bytes of all that it holds
)

// Fits tells whether the turn with its asks and answers can be kept.
func (t Turn) Fits() bool {
	n := len(t.Ctx)
	for _, a := range t.Answers {
		n += len(a.Name) + len(a.Args) + len(a.Result) + 64
	}
	if t.Pending != nil {
		n += len(t.Pending.Name) + len(t.Pending.Args)
	}
	return n+128*(2+len(t.Modules))+512 <= maxTurn
}

// Stale tells whether what the script was given and answered is too old to write a text of: [TurnFresh] is over, or another day has
// begun at the place, so that "today" is another one.
func (t Turn) Stale(now time.Time, loc *time.Location) bool {
	return now.Sub(t.Began) >= TurnFresh || DayOf(now, loc) != DayOf(t.Began, loc)
}

// Due gives the due-key of the pending ask; ok is false when nothing is pending.
func (t Turn) Due(a AccountID) (d Due, ok bool) {
	return Due{Account: a, At: t.DueAt, Kind: KindAsk, Ref: t.ID}, !t.DueAt.IsZero()
}

// Answer records what came of the pending ask. A result for which there is no room becomes the code "too_large".
func (t *Turn) Answer(result json.RawMessage, code string) {
	if t.Pending == nil {
		return
	}
	before := t.Answers
	t.Answers = append(slices.Clip(before), TurnAnswer{TurnAsk: *t.Pending, Result: result, Code: code})
	if len(result) > 0 && !t.Fits() {
		t.Answers = append(slices.Clip(before), TurnAnswer{TurnAsk: *t.Pending, Code: "too_large"})
	}
	t.Pending, t.DueAt = nil, time.Time{}
}
