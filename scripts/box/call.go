// Package box runs one Lua script in a hardened interpreter: the first of the two walls around scripts. It is the only home
// of gopher-lua. A run is a pure function of its [Call]: the same call gives the same [Result], whatever ran before.
//
// The second wall is a worker process around this package (scripts/worker); the daemon itself never runs a box.
package box

import "encoding/json"

// Entry names the function of the script that is called.
type Entry string

// The entries. With EntryNone the script is only loaded, to learn what it defines.
const (
	EntryRender Entry = "render" // a template: gives a text
	EntryReply  Entry = "reply"  // an agent: gives a proposal
	EntryNone   Entry = ""
)

// Call is everything a run may depend on.
type Call struct {
	Script  string            `json:"script"`            // its name, for messages: "follow_up_link"
	Source  string            `json:"source"`            // its text
	Modules map[string]string `json:"modules,omitempty"` // what require finds: name to text
	Entry   Entry             `json:"entry,omitempty"`
	Ctx     json.RawMessage   `json:"ctx,omitempty"`     // a JSON object; becomes the table ctx, keys in sorted order
	Answers []Answer          `json:"answers,omitempty"` // of the asks of earlier runs of the same turn, in order
}

// Ask is what a script asks the house to do: the run ends with it.
type Ask struct {
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"` // a JSON object; absent when the script gave none
}

// Answer is a recorded ask with what came of it: a result, or the code of an error such as "window_full".
type Answer struct {
	Ask
	Result json.RawMessage `json:"result,omitempty"`
	Code   string          `json:"code,omitempty"`
}

// Result is what a run gave: exactly one of Text, Proposal, Ask and Err, or none of them with EntryNone.
type Result struct {
	Text     string          `json:"text,omitempty"`
	Proposal json.RawMessage `json:"proposal,omitempty"` // a JSON object, bounded in depth and size; its fields are judged by scripts
	Ask      *Ask            `json:"ask,omitempty"`
	Err      *Error          `json:"err,omitempty"`
	Defines  Defines         `json:"defines"`
	Used     Used            `json:"used"`
}

// Defines tells which entries a script has; one with neither is a module.
type Defines struct {
	Render bool `json:"render,omitempty"`
	Reply  bool `json:"reply,omitempty"`
}

// Used is what a run took of its budget.
type Used struct {
	Instructions int `json:"instructions"`
	CPUMicros    int `json:"cpu_us"` // of the thread that ran it
	BuiltBytes   int `json:"built_bytes"`
}

// Error is a fault of the script, told in one line with its place.
type Error struct {
	Script  string `json:"script"`           // of the module where it happened
	Line    int    `json:"line,omitempty"`   // 0: no line is to blame
	Message string `json:"message"`          // one line, at most 500 bytes
	Source  string `json:"source,omitempty"` // that line of the script, shortened
	Limit   string `json:"limit,omitempty"`  // which limit was hit: "instructions", "cpu", "memory", "string", ...; "" for other faults
	Hint    string `json:"hint,omitempty"`   // the mend
}
