package api

import (
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/storage"
)

// previewPart is what a script would write and what that costs.
type previewPart struct {
	Line           int // of the mistake; 0: none
	Mistake        string
	MistakeLine    string // the source there
	Hint           string
	Module         bool
	Text           []textPart // what the script wrote
	Size           string
	Sends          string // as it would go out, where that differs
	SendsSize      string
	Quiet          bool // an agent that says nothing
	HandOff, Alert string
	Close          bool
	Remarks        []booking.Remark
	Asks           []askRow
	Verdict        string // if the session's text were due now
	VerdictFix     string
	Budget         int // of a hundred
}

// textPart is a piece of a text; Bad is what a segment pays dearly for.
type textPart struct {
	Text string
	Bad  bool
}

type askRow struct{ Name, Answer string }

func previewOf(pre engine.Preview) *previewPart {
	p := &previewPart{Remarks: pre.Remarks, Module: pre.Kind == booking.ScriptModule && pre.Err == nil, Budget: share(pre.Used.Instructions, box.MaxInstructions)}
	if e := pre.Err; e != nil {
		p.Line, p.Mistake, p.MistakeLine, p.Hint = max(1, e.Line), e.Message, e.Source, e.Hint
		return p
	}
	if pre.Said != "" {
		p.Text, p.Size = marked(pre.Said, pre.Measure.Guilty), sizeOf(pre.Measure)
	}
	if pre.Sends != nil && pre.Sends.Body != pre.Said {
		p.Sends, p.SendsSize = pre.Sends.Body, sizeOf(pre.Billed)
	}
	if pre.Proposal != nil {
		p.HandOff, p.Alert, p.Close = pre.Proposal.HandOff, pre.Proposal.Alert, pre.Proposal.Close
		p.Quiet = pre.Said == ""
	}
	for _, a := range pre.Asks {
		row := askRow{Name: word("ask." + a.Name), Answer: string(a.Result)}
		if a.Code != "" {
			row.Answer = a.Code
		}
		p.Asks = append(p.Asks, row)
	}
	if g := pre.Gates; g != nil {
		if p.Verdict = word("preview.clear"); g.Result != booking.Pass {
			p.Verdict, p.VerdictFix = told(g.Trail, g.Check)
		}
	}
	return p
}

// marked splits a text at the character that is to blame.
func marked(text string, g *booking.Guilty) []textPart {
	runes := []rune(text)
	if g == nil || g.Position < 1 || g.Position > len(runes) {
		return []textPart{{Text: text}}
	}
	at := g.Position - 1
	return []textPart{{Text: string(runes[:at])}, {string(runes[at : at+1]), true}, {Text: string(runes[at+1:])}}
}

// sizeOf tells what a text takes: "2 segments, 180 characters, $0.0226".
func sizeOf(m booking.Measured) string {
	price := m.Cost.String() + " " + m.Currency
	if m.Currency == "USD" {
		price = "$" + m.Cost.String()
	}
	return plural(m.Segments, "segment") + ", " + plural(m.Characters, "character") + " (" + m.Encoding + "), " + price
}

// talkPart is a phone on which a draft is talked to.
type talkPart struct {
	Said    []string // by the customer so far
	Turns   []talkTurn
	Did     []string // what the script did besides texting
	Trouble []string
	Full    bool
}

type talkTurn struct{ Side, Text string }

func (c *call) talk(in scriptForm) (*talkPart, error) {
	var d rehearsal.Document
	var sources map[string]string
	err := c.view(func(s *storage.Snapshot) (err error) {
		d, sources, err = rehearsal.Talking(s, c.who.Account, rehearsal.Talk{Source: in.source, Said: in.said})
		return err
	})
	if err != nil {
		return nil, err
	}
	r, err := rehearsal.Run(c.ctx, d, rehearsal.Options{Scripts: c.engine.Walls(), Sources: sources})
	if err != nil {
		return nil, err
	}
	p := &talkPart{Said: in.said, Trouble: r.Failures, Full: len(in.said) >= rehearsal.MaxSaid}
	for _, t := range r.Turns {
		side := "in" // as the customer's phone shows it
		if t.From == "customer" {
			side = "out"
		}
		p.Turns = append(p.Turns, talkTurn{side, t.Text})
	}
	for _, a := range r.Actions {
		if a.Do == "send" {
			continue
		}
		var line strings.Builder
		line.WriteString(word("did." + a.Do))
		for _, more := range []string{a.Window, a.Service, a.Note} {
			if more != "" {
				line.WriteString(": " + more)
			}
		}
		p.Did = append(p.Did, line.String())
	}
	for _, f := range r.Trace {
		if f.Result != booking.Pass {
			p.Trouble = append(p.Trouble, f.Message)
		}
	}
	return p, nil
}

// Count tells how far the conversation may still go.
func (p talkPart) Count() string {
	return strconv.Itoa(len(p.Said)) + " / " + strconv.Itoa(rehearsal.MaxSaid)
}
