package scripts

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/scripts/box"
)

// Run runs a script behind the walls. Its error is about the walls, never about the script: those stand in the result.
type Run func(context.Context, box.Call) (box.Result, error)

// Tried is what came of trying a script. Exactly one of Text, Proposal, Err is set, or none for a module.
type Tried struct {
	Kind     booking.ScriptKind
	Text     string
	Proposal *Proposal
	Asks     []box.Answer // that it made, with what they were answered
	Err      *box.Error
	Used     box.Used // of the longest run
}

// Try loads a script to learn what it is and then runs it on c.Ctx, its asks answered by answer, until it gives a text or a
// proposal. c.Entry is chosen by what the script defines. The error is about the walls.
func Try(ctx context.Context, run Run, c box.Call, answer func(box.Ask) (result json.RawMessage, code string)) (t Tried, err error) {
	c.Entry, c.Answers = box.EntryNone, nil
	res, err := run(ctx, c)
	if err != nil {
		return t, err
	}
	t.Used = res.Used
	fault := func(message, hint string) (Tried, error) {
		t.Err = &box.Error{Script: c.Script, Message: message, Hint: hint}
		return t, nil
	}
	switch d := res.Defines; {
	case res.Err != nil:
		t.Err = res.Err
		return t, nil
	case d.Render && d.Reply:
		return fault("it defines both render(ctx) and reply(ctx)", "a template defines render, an agent reply; make two scripts of it")
	case d.Render:
		t.Kind, c.Entry = booking.ScriptTemplate, box.EntryRender
	case d.Reply:
		t.Kind, c.Entry = booking.ScriptAgent, box.EntryReply
	default:
		t.Kind = booking.ScriptModule
		if ok, err := isModule(ctx, run, c); err != nil || ok {
			return t, err
		}
		return fault("it defines neither render(ctx) nor reply(ctx)", "a template defines render, an agent reply; a module gives a table back at its end")
	}
	for {
		res, err := run(ctx, c)
		if err != nil {
			return t, err
		}
		t.Used = more(t.Used, res.Used)
		switch {
		case res.Err != nil:
			t.Err = res.Err
			return t, nil
		case res.Ask == nil && t.Kind == booking.ScriptTemplate:
			t.Text = res.Text
			return t, nil
		case res.Ask == nil:
			p, err := ReadProposal(res.Proposal)
			if err != nil {
				return fault(err.Error(), "")
			}
			t.Proposal = &p
			return t, nil
		case len(c.Answers) == booking.MaxAsks:
			return fault("it asks for more than 8 things in one turn", "at most 8 asks are carried out for one answer")
		}
		result, code := answer(*res.Ask)
		c.Answers = append(c.Answers, box.Answer{Ask: *res.Ask, Result: result, Code: code})
		t.Asks = c.Answers
	}
}

// isModule tells whether a script that defines neither function gives something back to those who load it.
func isModule(ctx context.Context, run Run, c box.Call) (bool, error) {
	const probe = `function render(ctx) return type(require("probed")) end`
	modules := map[string]string{"probed": c.Source}
	maps.Copy(modules, c.Modules)
	res, err := run(ctx, box.Call{Script: "probe", Source: probe, Modules: modules, Entry: box.EntryRender, Ctx: json.RawMessage("{}")})
	return res.Text == "table" || res.Text == "function", err
}

func more(a, b box.Used) box.Used {
	return box.Used{Instructions: max(a.Instructions, b.Instructions), CPUMicros: max(a.CPUMicros, b.CPUMicros), BuiltBytes: max(a.BuiltBytes, b.BuiltBytes)}
}
