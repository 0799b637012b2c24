package scripts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Proposal is what an agent's reply gives back. Every field is optional; an empty proposal says nothing.
type Proposal struct {
	Say     string          `json:"say,omitempty"`      // the text to send
	HandOff string          `json:"hand_off,omitempty"` // why a person should take over
	OptOut  bool            `json:"opt_out,omitempty"`  // the customer wants no more texts
	Close   bool            `json:"close,omitempty"`    // the conversation is over
	Alert   string          `json:"alert,omitempty"`    // a person is told, and the agent goes on
	Task    string          `json:"task,omitempty"`     // what the office is to do, such as a call
	Memory  json.RawMessage `json:"memory,omitempty"`   // kept for the next turn, as ctx.memory: a JSON object
	Instead *Proposal       `json:"instead,omitempty"`  // what holds when the firewall does not let Say out: for what a model wrote
}

// Bounds on a proposal.
const (
	maxHandOff = 200     // bytes
	maxMemory  = 4 << 10 // bytes
)

// ReadProposal reads what an agent gave back, strictly: an unknown field or a wrong type is an error that names it. Texts are
// trimmed.
func ReadProposal(raw json.RawMessage) (p Proposal, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Proposal{}, fmt.Errorf("reply must return a table of say, hand_off, opt_out, close, alert, task, memory and instead: %s", explain(err))
	}
	if err := p.settle(); err != nil {
		return Proposal{}, err
	}
	if p.Instead == nil {
		return p, nil
	}
	if p.Instead.Instead != nil {
		return Proposal{}, errors.New("instead has an instead of its own; one is enough")
	}
	if err := p.Instead.settle(); err != nil {
		return Proposal{}, fmt.Errorf("instead: %w", err)
	}
	return p, nil
}

// settle trims the texts and checks the bounds.
func (p *Proposal) settle() error {
	p.Say, p.HandOff = strings.TrimSpace(p.Say), strings.Join(strings.Fields(p.HandOff), " ")
	p.Alert, p.Task = strings.Join(strings.Fields(p.Alert), " "), strings.Join(strings.Fields(p.Task), " ")
	if m := string(p.Memory); m == "[]" || m == "null" { // an empty table of Lua is both a list and a map
		p.Memory = nil
	}
	switch {
	case len(p.HandOff) > maxHandOff:
		return fmt.Errorf("hand_off has %d bytes, at most %d are kept", len(p.HandOff), maxHandOff)
	case len(p.Alert) > maxHandOff || len(p.Task) > maxHandOff:
		return fmt.Errorf("alert and task have at most %d bytes", maxHandOff)
	case len(p.Memory) > maxMemory:
		return fmt.Errorf("memory has %d bytes as JSON, at most %d are kept", len(p.Memory), maxMemory)
	case len(p.Memory) > 0 && p.Memory[0] != '{':
		return errors.New("memory must be a table with names")
	}
	return textFault(p.Say)
}

// textFault tells what keeps a text from being sent; empty is fine.
func textFault(text string) error {
	switch {
	case !utf8.ValidString(text):
		return errors.New("the text is not valid UTF-8; was a string cut inside a character?")
	case utf8.RuneCountInString(text) > booking.MaxBody:
		return fmt.Errorf("the text has more than %d characters", booking.MaxBody)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }); i >= 0 {
		return fmt.Errorf("the text has the control character %q", text[i])
	}
	return nil
}

// explain puts the decoder's complaint into the words of scripts.
func explain(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return "it returned a " + wrong.Value
		}
		return wrong.Field + " is a " + wrong.Value
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "there is no field " + name
	}
	if errors.Is(err, io.EOF) {
		return "it returned nothing"
	}
	return err.Error()
}
