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
	Document  json.RawMessage `json:"document"`
	From      string          `json:"from"` // what it was made of: "thread", "session", "document"
	Author    string          `json:"author,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at,omitzero"`
}

// The bounds of saved tests.
const (
	MaxScriptTests  = 500      // of one account
	MaxTestDocument = 48 << 10 // bytes of a document, as JSON without spaces
)
