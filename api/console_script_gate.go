package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
)

// The gate before a version of a script is used, beside its editor: the saved tests and the built-in scenes are played with what is typed, or
// with the version that shall be used, and those that fail are shown with the replies where they part. What is typed stays in the editor.

// testsPart is what came of the tests; the zero value: they were not played.
type testsPart struct {
	Ran            bool
	Kept           string // the version that tests keep out of use; empty: only the tests were asked for
	Version        int    // the same
	Played, Failed int
	More           int // failures that are not told
	Took           string
	Scripts        string
	Failures       []failedRow
	Warned         []failedRow // they advise only
	MayOverride    bool
	NoReason       bool // an override was asked for without one
}

func testsOf(run booking.TestRun, took time.Duration) testsPart {
	p := testsPart{Ran: true, Played: run.Played, Failed: run.Failed, More: run.Failed - len(run.Failures), Took: tookWords(took), Scripts: ranWith(run)}
	for _, f := range run.Failures {
		p.Failures = append(p.Failures, failedRowOf(f))
	}
	for _, f := range run.Warned {
		p.Warned = append(p.Warned, failedRowOf(f))
	}
	return p
}

// tookWords tells how long something took, to a tenth of a second.
func tookWords(d time.Duration) string {
	return fmt.Sprintf("%.1f seconds", max(0.1, d.Seconds()))
}

// testInConsole plays all tests with the source in the editor. Nothing is sent or kept.
func (c *call) testInConsole() (any, error) {
	return c.scriptDo(func(name string, in scriptForm) (any, error) {
		by, err := c.name()
		if err != nil {
			return nil, err
		}
		began := c.now()
		run, err := c.engine.RunTests(c.ctx, c.who.Account, engine.TestedWith{Name: name, Source: in.source, By: by})
		took := c.now().Sub(began)
		status := http.StatusOK
		if err != nil {
			status = problemOf(err).status
		}
		return c.scriptPage(status, name, err, func(p *scriptPage) error {
			p.keep(in)
			if err != nil {
				p.BadLine = problemOf(err).refusal.Line
				return nil
			}
			p.Tests = testsOf(run, took)
			return nil
		})
	})
}

// activateInConsole makes a version the one that is used; an older one is a rollback.
func (c *call) activateInConsole() (any, error) { return c.useInConsole(false) }

// overrideInConsole uses a version although tests fail, for a reason that the library and the audit log keep.
func (c *call) overrideInConsole() (any, error) { return c.useInConsole(true) }

func (c *call) useInConsole(override bool) (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	in, want := readScriptForm(form), engine.Activation{Name: name, Role: c.who.Role, By: by}
	if override {
		want.Override = wire.OneLine(form.Get("override"))
	}
	began := c.now()
	var done engine.Activated
	if want.Version, err = strconv.Atoi(form.Get("version")); err != nil {
		err = booking.Refuse(booking.Invalid, "invalid_version", "version", "this is not a version", "choose one of the list")
	} else {
		done, err = c.engine.Activate(c.ctx, c.who.Account, want)
	}
	took := c.now().Sub(began)
	if err == nil && (!in.typed || in.source == done.Version.Source) {
		return c.back(scriptPath(name) + "?version=" + url.QueryEscape(form.Get("version")) + "#versions")
	}
	status, problem := http.StatusOK, err
	failed, _ := errors.AsType[*engine.TestsFailed](err)
	if failed != nil {
		problem = booking.Refuse(booking.Invalid, "tests_failed", "version", testsFailedWords(failed.Run)+", so "+versionInSentence(want.Version)+" was not put to use", "the failures stand beside the editor")
	}
	if err != nil {
		if status = problemOf(err).status; status == http.StatusNotFound {
			return nil, err
		}
	}
	return c.scriptPage(status, name, problem, func(p *scriptPage) error {
		p.keep(in)
		switch {
		case failed != nil:
			p.Tests = testsOf(failed.Run, took)
			p.Tests.Kept, p.Tests.Version, p.Tests.MayOverride, p.Tests.NoReason = versionInSentence(want.Version), want.Version, c.who.Role.May(booking.MayAdminister), override
		case err == nil:
			p.Done = capital(versionInSentence(want.Version)) + " " + word("script.used.typed")
		}
		return nil
	})
}

func testsFailedWords(run booking.TestRun) string {
	if run.Failed == 1 {
		return fmt.Sprintf("1 of %d tests fails", run.Played)
	}
	return fmt.Sprintf("%d of %d tests fail", run.Failed, run.Played)
}

// versionInSentence names a version within a sentence.
func versionInSentence(n int) string {
	if n == booking.BuiltInVersion {
		return word("script.builtin.it")
	}
	return "version " + strconv.Itoa(n)
}
