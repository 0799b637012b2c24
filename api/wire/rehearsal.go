package wire

import (
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/rehearsal"
)

// Rehearsal is a rehearsal document; its format is in the guide of package rehearsal.
type Rehearsal map[string]json.RawMessage

// Sample gives the form that the API document shows.
func (Rehearsal) Sample() any {
	return struct {
		Name    string           `json:"name" required:"true"`
		Now     string           `json:"now" required:"true" format:"date-time" description:"When the live part begins."`
		World   map[string]any   `json:"world" required:"true" description:"business, windows, services, facts, policy."`
		Mode    string           `json:"mode" enum:"ai_agent,prefilled_link"`
		Session map[string]any   `json:"session" required:"true" description:"customer, service, consent and what else the page knew."`
		Given   map[string]any   `json:"given" description:"What differs from the world."`
		Turns   []map[string]any `json:"turns" required:"true" nullable:"false"`
		Expect  map[string]any   `json:"expect" description:"What must be true of the result."`
	}{}
}

// Rehearsed is what came of a rehearsal.
type Rehearsed struct {
	Name     string         `json:"name" required:"true"`
	Category string         `json:"category,omitempty"`
	Passed   bool           `json:"passed" required:"true"`
	Outcome  string         `json:"outcome" required:"true" description:"What the last turn led to."`
	Turns    []RehearsedSay `json:"turns" nullable:"false"`
	Actions  []Action       `json:"actions" nullable:"false"`
	Trace    []Finding      `json:"trace" nullable:"false"`
	Failures []string       `json:"failures" nullable:"false" description:"Expectations that are not met."`
}

// RehearsedSay is one text of the run.
type RehearsedSay struct {
	From string    `json:"from" required:"true"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Action is one thing that was done.
type Action struct {
	Do      string    `json:"do" required:"true"`
	At      time.Time `json:"at"`
	Window  string    `json:"window,omitempty"`
	Service string    `json:"service,omitempty"`
	Note    string    `json:"note,omitempty"`
}

// FromResult shows the result of a rehearsal.
func FromResult(r rehearsal.Result) Rehearsed {
	v := Rehearsed{Name: r.Name, Category: r.Category, Passed: r.Passed, Outcome: r.Outcome, Turns: []RehearsedSay{}, Actions: []Action{},
		Trace: []Finding{}, Failures: r.Failures}
	for _, t := range r.Turns {
		v.Turns = append(v.Turns, RehearsedSay{t.From, t.Text, utc(t.At)})
	}
	for _, a := range r.Actions {
		v.Actions = append(v.Actions, Action{a.Do, utc(a.At), a.Window, a.Service, a.Note})
	}
	for _, f := range r.Trace {
		v.Trace = append(v.Trace, FromFinding(f))
	}
	return v
}
