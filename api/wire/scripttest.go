package wire

import (
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// ScriptTest is a rehearsal that is played before a version of a script is used: a saved one, or a built-in scene.
type ScriptTest struct {
	ID        string    `json:"id" required:"true"`
	Name      string    `json:"name" required:"true"`
	Mode      string    `json:"mode" required:"true" enum:"ai_agent,prefilled_link"`
	Script    string    `json:"script,omitempty" description:"The only script it is played with; absent: any of its mode."`
	BuiltIn   bool      `json:"built_in" description:"A safety scene of the program, which cannot be changed."`
	From      string    `json:"from,omitempty" enum:"thread,session,document" description:"What it was made of."`
	Author    string    `json:"author,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Last      string    `json:"last,omitempty" enum:"passed,failed,warned" description:"What came of it when all tests were played last; absent: it was not among them."`
	Document  Rehearsal `json:"document,omitempty" description:"Absent in lists."`
	Results   []Tested  `json:"results,omitempty" description:"Of a test that was just saved: what comes of it now, by script."`
}

// FromScriptTest shows a saved test with its document.
func FromScriptTest(v booking.ScriptTest) ScriptTest {
	return ScriptTest{ID: v.ID, Name: v.Name, Mode: string(v.Mode), Script: v.Script, From: v.From, Author: v.Author,
		CreatedAt: utc(v.CreatedAt), UpdatedAt: utc(v.UpdatedAt), Document: document(v.Document)}
}

// FromSavedTest shows a test that was just saved.
func FromSavedTest(t engine.SavedTest) ScriptTest {
	v := FromScriptTest(t.ScriptTest)
	v.Results = Map(t.Played, FromPlayed)
	return v
}

// FromListedTest shows a test, saved or built in.
func FromListedTest(t engine.ListedTest) ScriptTest {
	v := FromScriptTest(t.ScriptTest)
	v.BuiltIn, v.Last = t.BuiltIn, t.Last
	return v
}

// FromListedTestBrief shows a test without its document.
func FromListedTestBrief(t engine.ListedTest) ScriptTest {
	v := FromListedTest(t)
	v.Document = nil
	return v
}

func document(raw json.RawMessage) (d Rehearsal) {
	if json.Unmarshal(raw, &d) != nil {
		return nil // nothing that could not be read is kept
	}
	return d
}

// NewScriptTest says what a test is made of: one of thread, session and document.
type NewScriptTest struct {
	Thread   string    `json:"thread,omitempty" description:"The customer's number; names, numbers and addresses are replaced."`
	Message  string    `json:"message,omitempty" description:"Of the thread: the customer's text whose answer is tested; left out: the last."`
	Session  string    `json:"session,omitempty" description:"A session that was left."`
	Document Rehearsal `json:"document,omitempty" description:"A rehearsal document; its world must stand in it."`
	Name     string    `json:"name,omitempty" description:"Left out: the beginning of the text."`
	Script   string    `json:"script,omitempty" description:"The only script it is played with; left out: the one that wrote, of a document any."`
}

// ScriptTestChange replaces a test.
type ScriptTestChange struct {
	Document Rehearsal `json:"document" required:"true"`
}

// TestedWith says what tests are played with; left out: the scripts in use.
type TestedWith struct {
	Name    string `json:"name,omitempty" description:"Of a script."`
	Source  string `json:"source,omitempty" description:"Tried without being kept."`
	Version *int   `json:"version,omitempty" description:"Else the latest."`
}

// Engine gives the request in the engine's type.
func (t TestedWith) Engine(by string) (engine.TestedWith, error) {
	in := engine.TestedWith{Name: t.Name, Source: t.Source, Version: t.Version, By: by}
	switch {
	case t.Name == "" && (t.Source != "" || t.Version != nil):
		return in, booking.Refuse(booking.Invalid, "missing", "name", "a source or a version is that of a script", "name the script")
	case t.Source != "" && t.Version != nil:
		return in, booking.Refuse(booking.Invalid, "ambiguous", "version", "a source and a version are named, and one of them is tested", "leave one of them out")
	}
	return in, nil
}

// Tested is what came of one test.
type Tested struct {
	Script   string   `json:"script" required:"true"`
	Passed   bool     `json:"passed" required:"true"`
	Outcome  string   `json:"outcome"`
	Failures []string `json:"failures" nullable:"false"`
	Said     []Spoken `json:"said" nullable:"false"`
	Before   []Spoken `json:"before,omitempty" description:"What was answered when it was recorded."`
}

// FromPlayed shows what came of one test.
func FromPlayed(p engine.Played) Tested {
	return Tested{Script: p.With, Passed: p.Passed, Outcome: p.Outcome, Failures: append([]string{}, p.Failures...), Said: Map(p.Said, fromSpoken), Before: Map(p.Scene.Recorded, fromSpoken)}
}

// Spoken is one text of a conversation.
type Spoken struct {
	From string `json:"from" required:"true" enum:"customer,agent,human" description:"agent: all that the house wrote."`
	Text string `json:"text" required:"true"`
}

func fromSpoken(s booking.Spoken) Spoken { return Spoken{s.From, s.Text} }

// TestRun is what came of playing all tests.
type TestRun struct {
	At       time.Time    `json:"at" required:"true"`
	By       string       `json:"by,omitempty"`
	Scripts  []string     `json:"scripts" nullable:"false" description:"The versions that were played: agent@3 words@1."`
	Played   int          `json:"played" required:"true"`
	Failed   int          `json:"failed" required:"true"`
	Failures []FailedTest `json:"failures" nullable:"false" description:"The first eight."`
	Warned   []FailedTest `json:"warned,omitempty" description:"Scenes that advise, and keep nothing out."`
}

// FailedTest is a test that failed, and where the replies part from what was said before.
type FailedTest struct {
	ID       string   `json:"id" required:"true"`
	Name     string   `json:"name" required:"true"`
	BuiltIn  bool     `json:"built_in"`
	Script   string   `json:"script" required:"true"`
	Outcome  string   `json:"outcome"`
	Failures []string `json:"failures" nullable:"false"`
	Said     []Spoken `json:"said" nullable:"false" description:"As it went now, around where the replies part."`
	Before   []Spoken `json:"before,omitempty" description:"As it went with the scripts in use, else when it was recorded."`
	PartsAt  int      `json:"parts_at,omitempty" description:"The text of said, counted from 1, in which the two differ first."`
}

// FromTestRun shows what came of all tests.
func FromTestRun(r booking.TestRun) TestRun {
	v := TestRun{At: utc(r.At), By: r.By, Scripts: append([]string{}, r.Scripts...), Played: r.Played, Failed: r.Failed, Failures: []FailedTest{}}
	v.Failures = append(v.Failures, Map(r.Failures, fromFailed)...)
	v.Warned = Map(r.Warned, fromFailed)
	return v
}

func fromFailed(f booking.FailedTest) FailedTest {
	return FailedTest{ID: f.ID, Name: f.Name, BuiltIn: f.BuiltIn, Script: f.Script, Outcome: f.Outcome,
		Failures: append([]string{}, f.Failures...), Said: Map(f.Said, fromSpoken), Before: Map(f.Before, fromSpoken), PartsAt: f.PartsAt}
}

// ScriptOverride is a version that came into use although tests failed.
type ScriptOverride struct {
	Version int       `json:"version" required:"true"`
	Reason  string    `json:"reason" required:"true"`
	By      string    `json:"by,omitempty"`
	Failed  []string  `json:"failed" nullable:"false"`
	At      time.Time `json:"at" required:"true"`
}

// TravelTo chooses a moment.
type TravelTo struct {
	At time.Time `json:"at,omitzero" description:"When the session's text were due; left out: now."`
}

// Travel is what would happen to a session if its text were due at some moment.
type Travel struct {
	Session string        `json:"session" required:"true"`
	At      time.Time     `json:"at" required:"true"`
	Assumed []string      `json:"assumed" nullable:"false" description:"What is taken to be so although it is not."`
	Result  string        `json:"result" required:"true" enum:"pass,wait,stop" description:"pass: the text would go out; stop: it would not; wait: it would still be waiting."`
	Check   string        `json:"check,omitempty" description:"That stopped it."`
	SendsAt time.Time     `json:"sends_at,omitzero"`
	From    string        `json:"from,omitempty"`
	Until   time.Time     `json:"until,omitzero" description:"Not to be delivered later."`
	Trace   []Finding     `json:"trace" nullable:"false"`
	Script  string        `json:"script,omitempty" description:"What the script wrote."`
	Sends   *PreviewSends `json:"sends,omitempty" description:"The text as it would go out."`
	Default bool          `json:"default,omitempty" description:"The script's text cannot be sent, and the default one, which sends holds, would go out."`
}

// FromTravel shows what would happen.
func FromTravel(t engine.Travel) Travel {
	v := Travel{Session: string(t.Session), At: utc(t.At), Assumed: Map(t.Assumed, engine.Assumed.String), Result: string(t.Result), Check: string(t.Check), SendsAt: utc(t.SendsAt),
		From: string(t.From), Until: utc(t.Until), Trace: Map(t.Trace, FromFinding), Default: t.Default}
	if t.Text == nil {
		return v
	}
	if v.Script = t.Text.Said; t.Text.Sends != nil {
		v.Sends = &PreviewSends{t.Text.Sends.Body, fromMeasured(t.Text.Sends.Body, t.Text.Billed)}
	}
	return v
}
