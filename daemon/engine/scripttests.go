package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/storage"
)

// NewScriptTest says what a test is made of: exactly one of thread, session and document.
type NewScriptTest struct {
	Thread   booking.Phone
	Message  string // of the thread: the customer's text whose answer is tested; empty: the last
	Session  booking.SessionID
	Document json.RawMessage
	Name     string // empty: the document's own
	Script   string // the only one it shall be played with; empty: the one that wrote, of a document any
	Author   string
}

// SavedTest is a test that was just saved, and what comes of it with the scripts in use; nothing, where none of them plays it.
type SavedTest struct {
	booking.ScriptTest
	Played []Played
}

// tried plays a test that was just saved. That it cannot be played does not unsave it.
func (e *Engine) tried(ctx context.Context, a booking.AccountID, v booking.ScriptTest, err error) (SavedTest, error) {
	if err != nil {
		return SavedTest{}, err
	}
	played, err := e.RunTest(ctx, a, v.ID, TestedWith{})
	if err != nil && !errors.Is(err, &booking.Error{Code: "nothing_plays_it"}) {
		e.log.Warn("a test that was saved could not be played", "test", v.ID, "err", err)
	}
	return SavedTest{v, played}, nil
}

// SaveScriptTest makes a test of a conversation, a session or a document, and keeps it. Of what happened it keeps no personal data:
// invented people stand in, the same one for the same person. What it expects is what came of it then, to be edited.
func (e *Engine) SaveScriptTest(ctx context.Context, a booking.AccountID, in NewScriptTest) (SavedTest, error) {
	v, err := e.saveScriptTest(ctx, a, in)
	return e.tried(ctx, a, v, err)
}

func (e *Engine) saveScriptTest(ctx context.Context, a booking.AccountID, in NewScriptTest) (v booking.ScriptTest, err error) {
	if e.o.Rehearser == nil {
		return v, noRehearser()
	}
	v = booking.ScriptTest{ID: newID(e.now()), Author: in.Author, From: "document", Document: in.Document}
	sources := 0
	for _, given := range []bool{in.Thread != "", in.Session != "", len(in.Document) > 0} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		return v, booking.Refuse(booking.Invalid, "ambiguous", "thread", "a test is made of one thing", "give a thread, a session or a document")
	}
	if len(in.Document) == 0 {
		var h Happened
		err := e.store.View(ctx, func(s *storage.Snapshot) (err error) {
			if in.Thread != "" {
				h, err = recallThread(s, a, in.Thread, in.Message)
				return err
			}
			h, err = recallSession(s, a, in.Session)
			return err
		})
		if err != nil {
			return v, err
		}
		if v.From = "session"; in.Thread != "" {
			v.From = "thread"
		}
		if v.Document, err = e.o.Rehearser.Document(h); err != nil {
			return v, err
		}
	}
	if err := e.readTest(&v, in.Name, in.Script); err != nil {
		return v, err
	}
	defer e.tests.Add(1)
	return apply(ctx, e, a, func(t *txn) (booking.ScriptTest, error) {
		was, err := t.ScriptTest(a, v.ID)
		if err != nil || was != nil { // this transaction's own earlier commit
			return v, err
		}
		all, _, err := t.ScriptTests(a, "", booking.MaxScriptTests)
		if err == nil && len(all) >= booking.MaxScriptTests {
			err = booking.Refuse(booking.Conflict, "too_many_tests", "", "there are "+strconv.Itoa(len(all))+" tests already", "delete one that tells nothing new")
		}
		if err != nil {
			return v, err
		}
		v.CreatedAt = t.Now
		return v, t.PutScriptTest(a, v)
	})
}

// TestsChanged tells how often saved tests changed since the start: what was refused for them may be tried again when it grows.
func (e *Engine) TestsChanged() uint64 { return e.tests.Load() }

// readTest proves the document and takes name, mode and script from it. What is given of name and script stands over the document's own.
func (e *Engine) readTest(v *booking.ScriptTest, name, script string) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(v.Document, &fields); err == nil && (name != "" || script != "") {
		for key, said := range map[string]string{"name": name, "script": script} {
			if said == "" {
				continue
			}
			if fields[key], err = json.Marshal(said); err != nil {
				return err
			}
		}
		if v.Document, err = json.Marshal(fields); err != nil {
			return err
		}
	}
	var plain bytes.Buffer
	if err := json.Compact(&plain, v.Document); err == nil {
		v.Document = plain.Bytes()
	}
	if len(v.Document) > booking.MaxTestDocument {
		return booking.Refuse(booking.TooLarge, "test_too_large", "document", "the test is larger than is kept",
			"at most "+strconv.Itoa(booking.MaxTestDocument>>10)+" KiB; leave out windows and older turns")
	}
	scene, err := e.o.Rehearser.Read(v.Document)
	if err != nil {
		return err
	}
	if len(scene.Name) > maxTestName {
		return booking.Refuse(booking.Invalid, "too_long", "name", "it is too long", "at most "+strconv.Itoa(maxTestName)+" bytes are kept")
	}
	if scene.Script != "" {
		if err := booking.ValidateScriptName(scene.Script); err != nil {
			return booking.Within("document.script", err)
		}
	}
	v.Name, v.Mode, v.Script = scene.Name, scene.Mode, scene.Script
	return nil
}

// maxTestName bounds the name of a test, in bytes.
const maxTestName = 200

// EditScriptTest replaces the document of a test.
func (e *Engine) EditScriptTest(ctx context.Context, a booking.AccountID, id string, document json.RawMessage) (SavedTest, error) {
	if e.o.Rehearser == nil {
		return SavedTest{}, noRehearser()
	}
	next := booking.ScriptTest{Document: document}
	if err := e.readTest(&next, "", ""); err != nil {
		return SavedTest{}, err
	}
	defer e.tests.Add(1)
	v, err := apply(ctx, e, a, func(t *txn) (booking.ScriptTest, error) {
		v, err := e.scriptTest(&t.Snapshot, a, id)
		if err != nil {
			return v, err
		}
		v.Document, v.Name, v.Mode, v.Script, v.UpdatedAt = next.Document, next.Name, next.Mode, next.Script, t.Now
		return v, t.PutScriptTest(a, v)
	})
	return e.tried(ctx, a, v, err)
}

// DeleteScriptTest removes a test.
func (e *Engine) DeleteScriptTest(ctx context.Context, a booking.AccountID, id string) error {
	deleted := false
	defer e.tests.Add(1)
	return e.update(ctx, func(t *txn) error {
		if _, err := e.scriptTest(&t.Snapshot, a, id); err != nil && !deleted {
			return err
		}
		deleted = true
		return t.Tx.DeleteScriptTest(a, id)
	})
}

// scriptTest gives one saved test; unknown_test when it is not there, read_only when it is built in.
func (e *Engine) scriptTest(s *storage.Snapshot, a booking.AccountID, id string) (booking.ScriptTest, error) {
	v, err := s.ScriptTest(a, id)
	if err != nil {
		return booking.ScriptTest{}, err
	}
	if v != nil {
		return *v, nil
	}
	if e.o.Rehearser != nil && slices.ContainsFunc(e.o.Rehearser.Safety(), func(s Scene) bool { return s.ID == id }) {
		return booking.ScriptTest{}, booking.Refuse(booking.Conflict, "test_built_in", "id", "this scene is built in: no script may fail it", "save a test of your own beside it")
	}
	return booking.ScriptTest{}, unknownTest()
}

func unknownTest() error {
	return booking.Refuse(booking.NotFound, "unknown_test", "id", "there is no such test", "GET /v1/script-tests lists them")
}
