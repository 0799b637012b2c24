package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/storage"
)

const testsPath = "/console/tests"

func testPath(id string) string { return testsPath + "/" + url.PathEscape(id) }

// testRow is a test in a list.
type testRow struct {
	Path, Name, Mode, From, Last string
	Failed                       bool
}

// failedRow is a test that failed. What both runs have in common stands before the texts in which they part.
type failedRow struct {
	Path, Name, Outcome, Script string
	Failures                    []string
	Alike                       []spokenRow // before the runs part; the whole of it where they do not, or only one is known
	Before, Now                 []spokenRow // from where they part
	Parts                       bool
	AsBefore                    bool // both are known, and do not part
}

// spokenRow is one text; Same, Other and Rest cut it into what it shares with the text of the other run, and what differs.
type spokenRow struct {
	Who, Side         string
	Same, Other, Rest string
}

type testsPage struct {
	Saved, BuiltIn []testRow
	Ran            string // when all were played last; empty: never
	Scripts        string
	Played, Failed int
	More           int // failures that are not told
	Failures       []failedRow
}

// showTests lists what is played before a version of a script is used.
func (c *call) showTests() (any, error) { return c.testsPage(ok, nil) }

func (c *call) testsPage(status int, problem error) (any, error) {
	v, err := c.frame(word("nav.tests"))
	if err != nil {
		return nil, err
	}
	all, run, err := c.engine.Tests(c.ctx, c.who.Account)
	if err != nil {
		return nil, err
	}
	var p testsPage
	for _, t := range all {
		row := testRow{Path: testPath(t.ID), Name: t.Name, Mode: word("mode." + string(t.Mode)), Last: word("test." + t.Last), Failed: t.Last == "failed"}
		if t.BuiltIn {
			p.BuiltIn = append(p.BuiltIn, row)
			continue
		}
		row.From = word("test.from." + t.From)
		p.Saved = append(p.Saved, row)
	}
	if run != nil {
		p.Ran, p.Scripts, p.Played, p.Failed, p.More = v.At(run.At), ranWith(*run), run.Played, run.Failed, run.Failed-len(run.Failures)
		for _, f := range run.Failures {
			p.Failures = append(p.Failures, failedRowOf(f))
		}
	}
	v.Page = p
	if problem != nil {
		v.Problem = sentence(problemOf(problem).refusal)
	}
	return c.html(status, "tests", v)
}

// ranWith tells which versions a run was played with.
func ranWith(run booking.TestRun) string {
	var told []string
	for _, refs := range run.Scripts {
		told = append(told, scriptsWords(refs))
	}
	return strings.Join(told, "; ")
}

// frame reads the frame of a page about tests.
func (c *call) frame(title string) (v shell, err error) {
	err = c.view(func(s *storage.Snapshot) (err error) {
		v, err = c.shellFor(s, title, "tests")
		return err
	})
	return v, err
}

func failedRowOf(f booking.FailedTest) failedRow {
	row := failedRow{Path: testPath(f.ID), Name: f.Name, Outcome: worded("outcome", f.Outcome), Script: scriptsWords(f.Script)}
	for _, failure := range f.Failures {
		row.Failures = append(row.Failures, plainUnmet(failure))
	}
	if f.PartsAt == 0 {
		row.Alike, row.AsBefore = spokenRows(f.Said), len(f.Before) > 0
		return row
	}
	from := f.PartsAt - 1
	row.Parts, row.Alike = true, spokenRows(f.Said[:min(from, len(f.Said))])
	row.Before, row.Now = spokenRows(f.Before[min(from, len(f.Before)):]), spokenRows(f.Said[min(from, len(f.Said)):])
	if len(row.Before) > 0 && len(row.Now) > 0 && row.Before[0].Who == row.Now[0].Who {
		was, is := &row.Before[0], &row.Now[0]
		old, new := was.Same, is.Same
		was.Same, was.Other, was.Rest = markedParts(old, new)
		is.Same, is.Other, is.Rest = markedParts(new, old)
	}
	return row
}

func spokenRows(all []booking.Spoken) (rows []spokenRow) {
	for _, s := range all {
		side := "out"
		if s.From == "customer" {
			side = "in"
		}
		rows = append(rows, spokenRow{Who: word("spoken." + s.From), Side: side, Same: s.Text})
	}
	return rows
}

// runTestsInConsole plays all tests with the scripts in use.
func (c *call) runTestsInConsole() (any, error) {
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	if _, err := c.engine.RunTests(c.ctx, c.who.Account, engine.TestedWith{By: by}); err != nil {
		return c.testsPage(problemOf(err).status, err)
	}
	return c.back(testsPath)
}

// saveTestInConsole makes a test of a thread or a session and leads to it.
func (c *call) saveTestInConsole() (any, error) {
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	in := engine.NewScriptTest{Session: booking.SessionID(form.Get("session")), Message: form.Get("message"), Name: wire.OneLine(form.Get("name")), Author: by}
	if typed := form.Get("thread"); typed != "" {
		if in.Thread, err = wire.Phone("thread", typed); err != nil {
			return c.testsPage(problemOf(err).status, err)
		}
	}
	v, err := c.engine.SaveScriptTest(c.ctx, c.who.Account, in)
	if err != nil {
		return c.testsPage(problemOf(err).status, err)
	}
	return c.back(testPath(v.ID))
}

type testPage struct {
	Path, Name, Mode, Script string
	BuiltIn                  bool
	From, Saved, Why         string
	Document                 string // as people edit it
	Results                  []failedRow
	Passed                   []bool // of Results
	Last                     string
}

// Ran gives the results with whether they are good, for the template.
func (p testPage) Ran() (rows []testResult) {
	for i, r := range p.Results {
		rows = append(rows, testResult{r, p.Passed[i]})
	}
	return rows
}

type testResult struct {
	failedRow
	Passed bool
}

func (c *call) showTest() (any, error) { return c.testPage(ok, nil, nil, "") }

// testPage shows one test; played is what came of it just now, typed what was typed and not saved.
func (c *call) testPage(status int, played []engine.Played, problem error, typed string) (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	t, err := c.engine.Test(c.ctx, c.who.Account, id)
	if err != nil {
		return nil, err
	}
	v, err := c.frame(t.Name)
	if err != nil {
		return nil, err
	}
	p := testPage{Path: testPath(id), Name: t.Name, Mode: word("mode." + string(t.Mode)), Script: t.Script, BuiltIn: t.BuiltIn, Document: typed, Last: word("test." + t.Last)}
	if len(played) > 0 {
		p.Last = "" // what came of it just now stands below
	}
	if !t.BuiltIn {
		p.From, p.Saved = word("test.from."+t.From), v.At(t.Changed())
	}
	var told struct {
		Why string `json:"why"`
	}
	if json.Unmarshal(t.Document, &told) == nil {
		p.Why = told.Why
	}
	if p.Document == "" {
		var b bytes.Buffer
		if err := json.Indent(&b, t.Document, "", "  "); err != nil {
			return nil, err
		}
		p.Document = b.String()
	}
	for _, one := range played {
		before := engine.RecordedOf(one)
		f := booking.FailedTest{ID: id, Name: t.Name, Outcome: one.Outcome, Script: one.With, Failures: one.Failures, Said: one.Said, Before: before}
		if len(before) > 0 {
			f.PartsAt = booking.Parts(before, one.Said)
		}
		p.Results, p.Passed = append(p.Results, failedRowOf(f)), append(p.Passed, one.Passed)
	}
	v.Page = p
	if problem != nil {
		v.Problem = sentence(problemOf(problem).refusal)
	}
	return c.html(status, "test", v)
}

// editTestInConsole saves a test's document and plays it.
func (c *call) editTestInConsole() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	typed := form.Get("document")
	if !json.Valid([]byte(typed)) {
		bad := booking.Refuse(booking.Invalid, "invalid_rehearsal", "document", "this is no JSON", "mend it; what you typed is still here")
		return c.testPage(http.StatusUnprocessableEntity, nil, bad, typed)
	}
	saved, err := c.engine.EditScriptTest(c.ctx, c.who.Account, id, json.RawMessage(typed))
	if err != nil {
		return c.testPage(problemOf(err).status, nil, err, typed)
	}
	return c.testPage(ok, saved.Played, nil, "")
}

// runTestInConsole plays one test with the scripts in use.
func (c *call) runTestInConsole() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	played, err := c.engine.RunTest(c.ctx, c.who.Account, id, engine.TestedWith{})
	if err != nil {
		return c.testPage(problemOf(err).status, nil, err, "")
	}
	return c.testPage(ok, played, nil, "")
}

func (c *call) deleteTestInConsole() (any, error) {
	id, err := c.param("id")
	if err != nil {
		return nil, err
	}
	if err := c.engine.DeleteScriptTest(c.ctx, c.who.Account, id); err != nil {
		return c.testPage(problemOf(err).status, nil, err, "")
	}
	return c.back(testsPath)
}
