package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rebookhq/rebook/scripts/box"
)

// appendResponse writes a whole frame from the worker to the parent.
func appendResponse(b []byte, to id, r box.Result) []byte {
	b = begin(b)
	b = append(b, to[:]...)
	b = appendText(b, r.Text)
	b = appendText(b, r.Proposal)
	b = appendFlag(b, r.Ask != nil)
	if r.Ask != nil {
		b = appendText(b, r.Ask.Name)
		b = appendText(b, r.Ask.Args)
	}
	b = appendFlag(b, r.Err != nil)
	if r.Err != nil {
		b = appendText(b, r.Err.Script)
		b = appendNumber(b, r.Err.Line)
		b = appendText(b, r.Err.Message)
		b = appendText(b, r.Err.Source)
		b = appendText(b, r.Err.Limit)
		b = appendText(b, r.Err.Hint)
	}
	b = appendFlag(b, r.Defines.Render)
	b = appendFlag(b, r.Defines.Reply)
	b = appendNumber(b, r.Used.Instructions)
	b = appendNumber(b, r.Used.CPUMicros)
	b = appendNumber(b, r.Used.BuiltBytes)
	return finish(b)
}

// decodeResponse reads a response; it does not judge it.
func decodeResponse(frame []byte) (to id, r box.Result, err error) {
	d := &decoder{rest: frame}
	to = d.id()
	r.Text = d.text()
	r.Proposal = d.raw()
	if d.flag() {
		r.Ask = &box.Ask{Name: d.text(), Args: d.raw()}
	}
	if d.flag() {
		r.Err = &box.Error{Script: d.text(), Line: d.number(), Message: d.text(), Source: d.text(), Limit: d.text(), Hint: d.text()}
	}
	r.Defines.Render, r.Defines.Reply = d.flag(), d.flag()
	r.Used = box.Used{Instructions: d.number(), CPUMicros: d.number(), BuiltBytes: d.number()}
	return to, r, d.end()
}

// maxNote bounds each text of an error, in bytes.
const maxNote = 2 << 10

// judge looks at a result as if a script had broken out of the box and written it: whatever a caller takes for granted is
// checked here again.
func judge(entry box.Entry, r box.Result) error {
	given := 0
	for _, set := range []bool{r.Text != "", r.Proposal != nil, r.Ask != nil, r.Err != nil} {
		if set {
			given++
		}
	}
	switch {
	case given > 1:
		return errors.New("the result is several things at once")
	case entry == box.EntryNone && given > 0 && r.Err == nil:
		return errors.New("a script that was only loaded gave a result")
	case entry == box.EntryRender && (r.Proposal != nil || r.Ask != nil), entry == box.EntryReply && r.Text != "":
		return fmt.Errorf("%s gave a result of another kind", entry)
	case entry != box.EntryNone && given == 0:
		return fmt.Errorf("%s gave nothing", entry)
	case !utf8.ValidString(r.Text) || len(r.Text) > box.MaxText:
		return errors.New("the text is too long or not valid UTF-8")
	case r.Proposal != nil && !object(r.Proposal):
		return errors.New("the proposal is no JSON object")
	}
	if a := r.Ask; a != nil && (a.Name == "" || !plain(a.Name, maxNote) || a.Args != nil && !object(a.Args)) {
		return errors.New("the ask has no name or its arguments are no JSON object")
	}
	if e := r.Err; e != nil {
		for _, text := range []string{e.Script, e.Message, e.Source, e.Limit, e.Hint} {
			if !plain(text, maxNote) {
				return errors.New("the error is not plain text")
			}
		}
		if e.Message == "" {
			return errors.New("the error has no message")
		}
	}
	return nil
}

// object tells whether b is one JSON object in valid UTF-8.
func object(b json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("{")) && utf8.Valid(b) && json.Valid(b)
}

// plain tells whether s can be shown: valid UTF-8, one line, bounded.
func plain(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && !strings.ContainsAny(s, "\r\n\x00")
}
