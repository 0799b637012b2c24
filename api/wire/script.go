package wire

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
)

// Script is one script of the library.
type Script struct {
	Name       string         `json:"name" required:"true"`
	Kind       string         `json:"kind" required:"true" enum:"template,agent,module" description:"By the function that the version in use, else the latest, defines."`
	BuiltIn    bool           `json:"built_in" description:"The program has a version 0 of it."`
	Active     *int           `json:"active" required:"true" description:"The version in use; 0 is built in, null: none."`
	Latest     int            `json:"latest" required:"true" description:"The highest version."`
	Previous   int            `json:"previous" description:"The version that takes over when the active one fails again and again."`
	Faults     int            `json:"faults" description:"Failed runs of the active version within ten minutes."`
	ChangedAt  time.Time      `json:"changed_at,omitzero"`
	ActiveFrom time.Time      `json:"active_from,omitzero"`
	Version    *int           `json:"version,omitempty" description:"Whose source this is: the one in use, or the one asked for; absent in lists."`
	Source     string         `json:"source,omitempty"`
	Draft      *ScriptVersion `json:"draft,omitempty" description:"The latest version where it is not the one in use; absent in lists."`

	Tests     *TestRun         `json:"tests,omitempty" description:"Of an activation: what came of the tests; absent for a way back, which no test holds up."`
	Warnings  []Remark         `json:"warnings,omitempty" description:"Of an activation: what a reviewer would say of the text."`
	Overrides []ScriptOverride `json:"overrides,omitempty" description:"Versions that came into use although tests failed."`
}

// FromScript shows a script with its sources.
func FromScript(o engine.ScriptOverview) Script {
	s := FromScriptBrief(o)
	if o.Active != nil {
		s.Version, s.Source = &o.Active.Version, o.Active.Source
	}
	if o.Latest != nil && (o.Active == nil || o.Latest.Version > o.Active.Version) {
		draft := FromScriptVersion(*o.Latest)
		s.Draft = &draft
	}
	return s
}

// FromActivated shows a script whose version in use was just chosen.
func FromActivated(o engine.ScriptOverview, done engine.Activated) Script {
	s := FromScript(o)
	s.Warnings = Map(done.Remarks, fromRemark)
	if done.Tests != nil {
		run := FromTestRun(*done.Tests)
		s.Tests = &run
	}
	return s
}

// FromScriptBrief shows a script without its sources.
func FromScriptBrief(o engine.ScriptOverview) Script {
	s := Script{Name: o.Script.Name, BuiltIn: o.BuiltIn, Previous: o.Script.Good, Faults: len(o.Script.Faults),
		ChangedAt: utc(o.Script.ChangedAt), ActiveFrom: utc(o.Script.ActiveFrom)}
	for _, v := range o.Script.Overrides {
		s.Overrides = append(s.Overrides, ScriptOverride{v.Version, v.Reason, v.By, v.Failed, utc(v.At)})
	}
	for _, v := range []*booking.ScriptVersion{o.Latest, o.Active} {
		if v != nil {
			s.Kind = string(v.Kind)
		}
	}
	if o.Active != nil {
		s.Active = &o.Active.Version
	}
	if o.Latest != nil {
		s.Latest = o.Latest.Version
	}
	return s
}

// ScriptVersion is one version of a script.
type ScriptVersion struct {
	Name    string    `json:"name" required:"true"`
	Version int       `json:"version" required:"true" description:"0 is built in."`
	Kind    string    `json:"kind" required:"true" enum:"template,agent,module"`
	Source  string    `json:"source,omitempty" description:"Absent in lists."`
	SHA256  string    `json:"sha256" required:"true"`
	Author  string    `json:"author"`
	Note    string    `json:"note,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// FromScriptVersion shows a version with its source.
func FromScriptVersion(v booking.ScriptVersion) ScriptVersion {
	return ScriptVersion{Name: v.Script, Version: v.Version, Kind: string(v.Kind), Source: v.Source, SHA256: v.SHA256, Author: v.Author,
		Note: v.Note, At: utc(v.At)}
}

// FromScriptVersionBrief shows a version without its source.
func FromScriptVersionBrief(v booking.ScriptVersion) ScriptVersion {
	v.Source = ""
	return FromScriptVersion(v)
}

// NewScript is the next version of a script.
type NewScript struct {
	Source string `json:"source" required:"true"`
	Note   string `json:"note,omitempty" description:"Why; up to 500 bytes."`
}

// Activation chooses the version in use.
type Activation struct {
	Version  *int   `json:"version" required:"true" description:"An older one is a rollback; 0 is built in."`
	Override string `json:"override,omitempty" description:"An administrator's reason to use it although tests fail; the audit log keeps it."`
}

// ScriptDiff is what lies between two versions.
type ScriptDiff struct {
	From int    `json:"from" required:"true"`
	To   int    `json:"to" required:"true"`
	Diff string `json:"diff" required:"true" description:"Unified; empty: they are equal."`
}

// PreviewScript says what is previewed, and on what.
type PreviewScript struct {
	Source  string         `json:"source,omitempty" description:"Tried without being kept."`
	Version *int           `json:"version,omitempty" description:"Else the latest."`
	Session string         `json:"session,omitempty" description:"A real session; else sample facts."`
	Ctx     map[string]any `json:"ctx,omitempty" description:"In place of all facts."`
	Note    string         `json:"note,omitempty" description:"Of a person who hands the thread back: ctx.thread.note."`
}

// Engine gives the request in the engine's type.
func (p PreviewScript) Engine(name string) (engine.PreviewIn, error) {
	in := engine.PreviewIn{Name: name, Source: p.Source, Version: p.Version, Session: booking.SessionID(p.Session), Note: OneLine(p.Note)}
	if p.Source != "" && p.Version != nil {
		return in, booking.Refuse(booking.Invalid, "ambiguous", "version", "a source and a version are named, and one of them is tried", "leave one of them out")
	}
	if p.Ctx == nil {
		return in, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(p.Ctx)
	in.Ctx = bytes.TrimSpace(b.Bytes())
	return in, err
}

// Preview is what a script would write. Nothing is kept or sent.
type Preview struct {
	Kind     string        `json:"kind,omitempty" enum:"template,agent,module"`
	Version  *int          `json:"version,omitempty" description:"Absent for a source that is not kept."`
	Text     string        `json:"text" description:"What the script wrote."`
	TextSize               // of Text
	Sends    *PreviewSends `json:"sends,omitempty" description:"The text as it would go out, after the house's mending."`
	Findings []Remark      `json:"findings" nullable:"false"`
	Gates    []Finding     `json:"gates,omitempty" description:"Every check on the session, if the text were due now."`
	Verdict  string        `json:"verdict,omitempty" enum:"pass,wait,stop" description:"What the checks come to."`
	Proposal *Proposal     `json:"proposal,omitempty" description:"What an agent proposed."`
	Asks     []Asked       `json:"asks,omitempty" description:"What the script asked for. Nothing is changed in a preview."`
	Error    *ScriptFault  `json:"error,omitempty"`
	Budget   Budget        `json:"budget"`
}

// TextSize is what a text takes on its way.
type TextSize struct {
	Segments   int     `json:"segments"`
	Encoding   string  `json:"encoding,omitempty" enum:"GSM-7,UCS-2"`
	Characters int     `json:"characters"`
	ForcedBy   *Forced `json:"forced_by,omitempty" description:"The first character that is not in the SMS alphabet and makes a segment 70 characters."`
	Cost       *Cost   `json:"cost,omitempty"`
}

// Forced is a character outside the SMS alphabet.
type Forced struct {
	Character string `json:"character" required:"true"`
	Position  int    `json:"position" required:"true" description:"Which character of the text, counted from 1."`
	Name      string `json:"name" required:"true"`
}

// Cost is what a text costs by account.settings.sms_price.
type Cost struct {
	Amount   string `json:"amount" required:"true" description:"A decimal of the currency."`
	Currency string `json:"currency" required:"true"`
}

// PreviewSends is a text as it would go out.
type PreviewSends struct {
	Text string `json:"text" required:"true"`
	TextSize
}

// Remark is something about a text that its writer should know.
type Remark struct {
	Code     string `json:"code" required:"true"`
	Message  string `json:"message" required:"true"`
	Fix      string `json:"fix" required:"true"`
	Position int    `json:"position,omitempty" description:"Which character of the text, counted from 1; absent: the whole."`
	Source   string `json:"source,omitempty" description:"Of the rule."`
}

// Proposal is what an agent proposed.
type Proposal struct {
	Say     string `json:"say,omitempty"`
	HandOff string `json:"hand_off,omitempty"`
	OptOut  bool   `json:"opt_out,omitempty"`
	Close   bool   `json:"close,omitempty"`
	Memory  any    `json:"memory,omitempty"`
}

// Asked is something a script asked for, with the answer.
type Asked struct {
	Name   string `json:"name" required:"true"`
	Args   any    `json:"args,omitempty"`
	Result any    `json:"result,omitempty"`
	Code   string `json:"code,omitempty" description:"Why there is no result."`
}

// ScriptFault is what is wrong with a script.
type ScriptFault struct {
	Message string `json:"message" required:"true"`
	Script  string `json:"script" required:"true" description:"The script or module where it happened."`
	Line    int    `json:"line" description:"0: no line is to blame."`
	Source  string `json:"source,omitempty" description:"That line."`
	Limit   string `json:"limit,omitempty" description:"The limit that was hit."`
	Hint    string `json:"hint,omitempty"`
}

// Budget is what the longest run took of what one run may take.
type Budget struct {
	Instructions int `json:"instructions"`
	Of           int `json:"of"`
	CPUMicros    int `json:"cpu_us"`
	CPUOf        int `json:"cpu_us_of"`
}

// FromPreview shows a preview.
func FromPreview(p engine.Preview) Preview {
	out := Preview{Kind: string(p.Kind), Text: p.Said, TextSize: fromMeasured(p.Said, p.Measure), Findings: Map(p.Remarks, fromRemark),
		Asks: Map(p.Asks, fromAsk), Budget: fromUsed(p.Kind, p.Used)}
	if p.Version >= 0 {
		out.Version = &p.Version
	}
	if p.Sends != nil {
		out.Sends = &PreviewSends{p.Sends.Body, fromMeasured(p.Sends.Body, p.Billed)}
	}
	if p.Gates != nil {
		out.Gates, out.Verdict = Map(p.Gates.Trail, FromFinding), string(p.Gates.Result)
	}
	if p.Proposal != nil {
		out.Proposal = fromProposal(*p.Proposal)
	}
	if e := p.Err; e != nil {
		out.Error = &ScriptFault{Message: e.Message, Script: e.Script, Line: e.Line, Source: e.Source, Limit: e.Limit, Hint: e.Hint}
	}
	return out
}

func fromMeasured(text string, m booking.Measured) TextSize {
	if text == "" {
		return TextSize{}
	}
	s := TextSize{Segments: m.Segments, Encoding: m.Encoding, Characters: m.Characters, Cost: &Cost{m.Cost.String(), m.Currency}}
	if m.Guilty != nil {
		s.ForcedBy = &Forced{m.Guilty.Character, m.Guilty.Position, m.Guilty.Name}
	}
	return s
}

func fromRemark(r booking.Remark) Remark { return Remark{r.Code, r.Message, r.Fix, r.At, r.Source} }

func fromProposal(p scripts.Proposal) *Proposal {
	return &Proposal{Say: p.Say, HandOff: p.HandOff, OptOut: p.OptOut, Close: p.Close, Memory: anything(p.Memory)}
}

func fromAsk(a box.Answer) Asked {
	return Asked{Name: a.Name, Args: anything(a.Args), Result: anything(a.Result), Code: a.Code}
}

func fromUsed(kind booking.ScriptKind, u box.Used) Budget {
	cpu := box.CPURender
	if kind == booking.ScriptAgent {
		cpu = box.CPUReply
	}
	return Budget{Instructions: u.Instructions, Of: box.MaxInstructions, CPUMicros: u.CPUMicros, CPUOf: int(cpu.Microseconds())}
}

// anything shows JSON as it is; nothing where there is none.
func anything(b json.RawMessage) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
