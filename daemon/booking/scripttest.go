package booking

import (
	"encoding/json"
	"time"
)

// ScriptTest is a rehearsal document that an account keeps: before a version of a script is used, it is played. It holds no
// personal data: whoever saves a conversation gets invented people in it.
type ScriptTest struct {
	ID        string          `json:"id"` // a UUIDv7
	Name      string          `json:"name"`
	Mode      Mode            `json:"mode"`
	Script    string          `json:"script,omitempty"` // the only script it is played with; empty: any of its mode
	Document  json.RawMessage `json:"document"`
	From      string          `json:"from"` // what it was made of: "thread", "session", "document"
	Author    string          `json:"author,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at,omitzero"`
}

// Changed is when the test became what it is.
func (t ScriptTest) Changed() time.Time {
	if t.UpdatedAt.After(t.CreatedAt) {
		return t.UpdatedAt
	}
	return t.CreatedAt
}

// TestRun is what came of playing all tests. The latest one of an account is kept.
type TestRun struct {
	At       time.Time    `json:"at"`
	By       string       `json:"by,omitempty"`
	Scripts  []string     `json:"scripts"` // the versions that were played: "agent@3 words@1"
	Played   int          `json:"played"`
	Failed   int          `json:"failed"`
	Failures []FailedTest `json:"failures,omitempty"` // the first of them, see [MaxFailuresTold]
	Warned   []FailedTest `json:"warned,omitempty"`   // scenes that advise, and keep nothing out
	Tests    []string     `json:"tests"`              // IDs of those that were played, saved and built in
}

// FailedTest is a test that failed, and where the replies part from what was said before.
type FailedTest struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	BuiltIn  bool     `json:"built_in,omitempty"`
	Script   string   `json:"script"` // the versions it was played with
	Outcome  string   `json:"outcome"`
	Failures []string `json:"failures"`          // what of the expectation is not so
	Said     []Spoken `json:"said,omitempty"`    // the conversation as it went now
	Before   []Spoken `json:"before,omitempty"`  // as it went with the scripts in use, else when it was recorded; empty: not known
	PartsAt  int      `json:"parts_at,omitzero"` // the text, counted from 1, in which the two differ first; 0: they do not, or one is not known
}

// Spoken is one text of a conversation.
type Spoken struct {
	From string `json:"from"` // customer, agent (all that the house wrote), human
	Text string `json:"text"`
}

// Parts gives the text, counted from 1, in which two runs of a conversation differ first; 0 where they do not.
func Parts(before, now []Spoken) int {
	for i := range max(len(before), len(now)) {
		if i >= len(before) || i >= len(now) || before[i] != now[i] {
			return i + 1
		}
	}
	return 0
}

// ScriptOverride is a version that came into use although tests failed.
type ScriptOverride struct {
	Version int       `json:"version"`
	Reason  string    `json:"reason"`
	By      string    `json:"by,omitempty"`
	Failed  []string  `json:"failed"` // names of the tests, the first ones; or why they could not be played
	At      time.Time `json:"at"`
}

// The bounds of saved tests.
const (
	MaxScriptTests  = 500      // of one account
	MaxTestDocument = 48 << 10 // bytes of a document, as JSON without spaces
	MaxFailuresTold = 8        // of one run
	MaxSpokenTold   = 6        // texts of one failed test: from where the replies part, or the last ones
	MaxOverrides    = 20       // kept of one script
)
