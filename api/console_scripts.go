package api

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/storage"
)

// The script pages: the library, and one script with its editor, versions, preview and phone. Everything is a form, so that all of it works
// without scripts of the browser; with them the preview follows what is typed.

type scriptsPage struct {
	Items []scriptRow
	Name  string // that was refused
	Kind  string
	Kinds []choice
}

type scriptRow struct {
	Name, Path, Kind string
	Use              string // which version is used, and since when
	Draft            string // that waits to be used
	Users            string // booking forms that use it
	Failing          bool
}

func scriptPath(name string) string { return "/console/scripts/" + url.PathEscape(name) }

// starters are what a new script of a kind begins with.
var starters = map[booking.ScriptKind]string{
	booking.ScriptTemplate: "-- The text of a follow-up. ctx holds the facts; what is returned is sent.\nfunction render(ctx)\n" +
		"  return \"Hi \" .. (ctx.customer.first_name or \"there\") .. \", you can finish your booking here: \" .. ctx.link\nend\n",
	booking.ScriptAgent: "-- Answers customers by text. ctx.event says what happened; what is returned is proposed.\nfunction reply(ctx)\n" +
		"  return { say = \"Hi, this is \" .. ctx.business.name .. \"'s automated assistant. Shall somebody call you?\" }\nend\n",
	booking.ScriptModule: "-- Loaded by other scripts: local words = require \"name\"\nlocal M = {}\n\nfunction M.greet(name)\n  return \"Hi \" .. (name or \"there\")\nend\n\nreturn M\n",
}

var scriptKinds = []booking.ScriptKind{booking.ScriptTemplate, booking.ScriptAgent, booking.ScriptModule}

func (c *call) showScripts() (any, error) { return c.scriptsPage(ok, nil, scriptsPage{}) }

func (c *call) scriptsPage(status int, problem error, p scriptsPage) (any, error) {
	for _, k := range scriptKinds {
		p.Kinds = append(p.Kinds, choice{string(k), word("script.kind." + string(k)), string(k) == p.Kind})
	}
	var v shell
	err := c.view(func(s *storage.Snapshot) (err error) {
		p.Items = nil
		if v, err = c.shellFor(s, word("nav.scripts"), "scripts"); err != nil {
			return err
		}
		all, err := engine.Library(s, c.who.Account)
		if err != nil {
			return err
		}
		forms, err := s.AllSchedulers(c.who.Account)
		for _, o := range all {
			p.Items = append(p.Items, v.scriptRow(o, forms))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Done = c.doneWord()
	v.deskPage(p, problem)
	return c.html(status, "scripts", v)
}

// deskPage gives the shell a page with the style of scripts and calendar.
func (v *shell) deskPage(page any, problem error) {
	v.Live, v.Page = true, page
	v.Files = append([]string{"console_desk.css"}, v.Files...)
	if problem != nil {
		v.Problem = sentence(problemOf(problem).refusal)
	}
}

func (v shell) scriptRow(o engine.ScriptOverview, forms []booking.Scheduler) scriptRow {
	row := scriptRow{Name: o.Script.Name, Path: scriptPath(o.Script.Name), Failing: len(o.Script.Faults) > 0, Use: word("script.unused")}
	for _, x := range []*booking.ScriptVersion{o.Latest, o.Active} {
		if x != nil {
			row.Kind = word("script.kind." + string(x.Kind))
		}
	}
	if o.Active != nil {
		row.Use = versionLabel(o.Active.Version)
		if !o.Script.ActiveFrom.IsZero() {
			row.Use += ", " + word("script.since") + " " + v.At(o.Script.ActiveFrom)
		}
	}
	if l := o.Latest; l != nil && l.Version != booking.BuiltInVersion && (o.Active == nil || l.Version > o.Active.Version) {
		row.Draft = versionLabel(l.Version)
	}
	var users []string
	for _, f := range forms {
		agent := f.FollowUp.Mode == booking.AIAgent
		if agent && cmp.Or(f.FollowUp.Agent, "agent") == row.Name || !agent && cmp.Or(f.FollowUp.Template, "follow_up_link") == row.Name {
			users = append(users, f.Name)
		}
	}
	row.Users = strings.Join(users, ", ")
	return row
}

func versionLabel(n int) string {
	if n == booking.BuiltInVersion {
		return word("script.builtin")
	}
	return word("script.version") + " " + strconv.Itoa(n)
}

// createScriptInConsole makes the first draft of a new script.
func (c *call) createScriptInConsole() (any, error) {
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	by, err := c.name()
	if err != nil {
		return nil, err
	}
	name, kind := strings.TrimSpace(form.Get("name")), booking.ScriptKind(form.Get("kind"))
	again := scriptsPage{Name: name, Kind: string(kind)}
	err = c.view(func(s *storage.Snapshot) error {
		_, err := engine.LibraryScript(s, c.who.Account, name)
		return err
	})
	switch {
	case booking.ValidateScriptName(name) != nil:
		err = booking.ValidateScriptName(name)
	case err == nil:
		err = booking.Refuse(booking.Conflict, "script_exists", "name", "there is a script "+clip(name)+" already", "choose another name, or open it below")
	case errors.Is(err, &booking.Error{Code: "unknown_script"}):
		_, err = c.engine.PutScript(c.ctx, c.who.Account, engine.NewVersion{Name: name, Source: cmp.Or(starters[kind], starters[booking.ScriptTemplate]), Author: by})
	}
	if err != nil {
		return c.scriptsPage(problemOf(err).status, err, again)
	}
	return c.back(scriptPath(name))
}

// versionsShown bounds the list of versions on a page.
const versionsShown = 20

type scriptPage struct {
	Name, Path, Kind string
	Source           string
	Note             string
	Base             int // the latest version when the page was made
	Showing          string
	Use              string
	Draft            int // a version that is newer than the one in use; 0: none
	DraftLabel       string
	Agent            bool
	BadLine          int  // of the source, that was refused; 0: none
	Unsaved          bool // the source was typed and not kept
	Facts            []choice
	Preview          *previewPart
	Versions         []versionRow
	Older            int
	Diff             *diffPart
	Talk             *talkPart
	Known            scripts.Known
	Tests            testsPart
	Done             string // told on top
}

type versionRow struct {
	Version               int
	Label, By, Note, At   string
	Path, DiffPath        string
	ReplayPath, TrialPath string // where a version that is not in use is looked at first; empty: nowhere
	InUse, Newer, Chosen  bool
}

type diffPart struct {
	From, To string
	Lines    []diffLine
}

type diffLine struct{ Class, Sign, Text string }

// scriptForm is what the editor's form holds.
type scriptForm struct {
	source, note, session string
	base                  int
	said                  []string
	typed                 bool // the form has a source
}

func readScriptForm(form url.Values) scriptForm {
	base, err := strconv.Atoi(form.Get("base"))
	if err != nil {
		base = -1
	}
	return scriptForm{source: strings.ReplaceAll(form.Get("source"), "\r\n", "\n"), note: wire.OneLine(form.Get("note")), session: form.Get("session"), base: base, said: form["said"], typed: form.Has("source")}
}

func (c *call) showScript() (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	return c.scriptPage(ok, name, nil, func(*scriptPage) error { return nil })
}

// scriptPage shows a script; with fills in what the request adds to it.
func (c *call) scriptPage(status int, name string, problem error, with func(*scriptPage) error) (any, error) {
	version, chosen, err := c.versionOf("version")
	if err != nil {
		return nil, err
	}
	against, compared, err := c.versionOf("against")
	if err != nil {
		return nil, err
	}
	var v shell
	var p scriptPage
	err = c.view(func(s *storage.Snapshot) (err error) {
		if v, err = c.shellFor(s, name, "scripts"); err != nil {
			return err
		}
		o, err := engine.LibraryScript(s, c.who.Account, name)
		if err != nil {
			return err
		}
		shown := o.Latest
		if chosen {
			if shown, err = engine.ScriptVersion(s, c.who.Account, name, version); err != nil {
				return err
			}
		}
		row := v.scriptRow(o, nil)
		p = scriptPage{Name: name, Path: row.Path, Kind: row.Kind, Source: shown.Source, Showing: versionLabel(shown.Version), Use: row.Use, DraftLabel: row.Draft,
			Agent: shown.Kind == booking.ScriptAgent, Known: scripts.Vocabulary()}
		if o.Latest != nil {
			p.Base = o.Latest.Version
		}
		if row.Draft != "" {
			p.Draft = o.Latest.Version
		}
		if p.Versions, p.Older, err = c.versionRows(s, v, o, shown.Version); err != nil {
			return err
		}
		if compared {
			from, err := engine.ScriptVersion(s, c.who.Account, name, against)
			if err != nil {
				return err
			}
			p.Diff = diffOf(*from, *shown)
		}
		p.Facts, err = c.previewChoices(s, v)
		return err
	})
	if err == nil {
		err = with(&p)
	}
	if err != nil {
		return nil, err
	}
	v.Files = []string{"codemirror.min.js", "console_scripts.js"}
	v.Done = p.Done
	v.deskPage(p, problem)
	return c.html(status, "script", v)
}

func (c *call) versionRows(s *storage.Snapshot, v shell, o engine.ScriptOverview, shown int) (rows []versionRow, older int, err error) {
	all, older, err := engine.RecentVersions(s, c.who.Account, o, versionsShown)
	for i, x := range all {
		row := versionRow{Version: x.Version, Label: versionLabel(x.Version), By: x.Author, Note: x.Note, At: v.At(x.At), Chosen: x.Version == shown,
			InUse: o.Active != nil && o.Active.Version == x.Version, Newer: o.Active == nil || x.Version > o.Active.Version,
			Path: scriptPath(o.Script.Name) + "?version=" + strconv.Itoa(x.Version)}
		before := -1
		switch {
		case o.Active != nil && !row.InUse:
			before = o.Active.Version
		case i+1 < len(all):
			before = all[i+1].Version
		}
		if !row.InUse && x.Kind != booking.ScriptModule {
			row.ReplayPath = replaysPath + "?" + url.Values{"script": {o.Script.Name}, "version": {strconv.Itoa(x.Version)}}.Encode()
			row.TrialPath = canaryPath + "?" + url.Values{"version": {booking.ScriptRef(o.Script.Name, x.Version)}}.Encode()
		}
		if before >= 0 {
			row.DiffPath = row.Path + "&against=" + strconv.Itoa(before) + "#diff"
		}
		rows = append(rows, row)
	}
	return rows, older, err
}

// previewChoices offers the facts on which a script can be tried: the sample, and the newest sessions.
func (c *call) previewChoices(s *storage.Snapshot, v shell) ([]choice, error) {
	all := []choice{{Value: "", Label: word("script.sample")}}
	newest, _, err := search{s, c.who.Account, ""}.newest("", 8)
	for _, x := range newest {
		row := v.sessionRow(x)
		all = append(all, choice{Value: row.ID, Label: row.Name + ", " + row.At})
	}
	return all, err
}

func diffOf(from, to booking.ScriptVersion) *diffPart {
	d := &diffPart{From: versionLabel(from.Version), To: versionLabel(to.Version)}
	for i, line := range strings.Split(strings.TrimSuffix(scripts.Diff(from, to), "\n"), "\n") {
		if i < 2 || line == "" { // the names of the two
			continue
		}
		l := diffLine{Sign: line[:1], Text: line[1:]}
		switch l.Sign {
		case "+":
			l.Class = "added"
		case "-":
			l.Class = "taken"
		case "@":
			l = diffLine{Class: "hunk", Text: line}
		}
		d.Lines = append(d.Lines, l)
	}
	return d
}

// scriptDo does what a button of the editor's form says.
func (c *call) scriptDo(do func(name string, in scriptForm) (any, error)) (any, error) {
	name, err := c.scriptName()
	if err != nil {
		return nil, err
	}
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	return do(name, readScriptForm(form))
}

// keep puts what was typed back into the page.
func (p *scriptPage) keep(in scriptForm) {
	if !in.typed {
		return
	}
	p.Unsaved = in.source != p.Source
	p.Source, p.Note = in.source, in.note
	for i := range p.Facts {
		p.Facts[i].Chosen = p.Facts[i].Value == in.session
	}
}

// saveScriptInConsole makes the next draft. Who has not seen the latest version is shown it first.
func (c *call) saveScriptInConsole() (any, error) {
	return c.scriptDo(func(name string, in scriptForm) (any, error) {
		by, err := c.name()
		if err != nil {
			return nil, err
		}
		var latest *booking.ScriptVersion
		err = c.view(func(s *storage.Snapshot) error {
			o, err := engine.LibraryScript(s, c.who.Account, name)
			latest = o.Latest
			return err
		})
		if err != nil {
			return nil, err
		}
		var v booking.ScriptVersion
		if in.base >= 0 && latest != nil && latest.Version != in.base && latest.Source != in.source {
			err = booking.Refuse(booking.Conflict, "newer_version", "base", versionLabel(latest.Version)+" was saved by "+cmp.Or(latest.Author, "somebody")+" while you were writing, so yours was not saved",
				"compare the two below, then save again; what you typed is still here")
		} else {
			v, err = c.engine.PutScript(c.ctx, c.who.Account, engine.NewVersion{Name: name, Source: in.source, Author: by, Note: in.note})
		}
		if err != nil {
			return c.scriptPage(problemOf(err).status, name, err, func(p *scriptPage) error {
				p.keep(in)
				p.BadLine = problemOf(err).refusal.Line
				return nil
			})
		}
		return c.back(scriptPath(name) + "?version=" + strconv.Itoa(v.Version))
	})
}

// previewInConsole shows what the source in the editor would write.
func (c *call) previewInConsole() (any, error) {
	return c.scriptDo(func(name string, in scriptForm) (any, error) {
		pre, err := c.engine.Preview(c.ctx, c.who.Account, engine.PreviewIn{Name: name, Source: in.source, Session: booking.SessionID(in.session)})
		status := http.StatusOK
		if err != nil {
			status = problemOf(err).status
		}
		return c.scriptPage(status, name, err, func(p *scriptPage) error {
			p.keep(in)
			if err == nil {
				p.Preview = previewOf(pre)
				p.Agent = pre.Kind == booking.ScriptAgent || pre.Kind == "" && p.Agent
			}
			return nil
		})
	})
}

// talkInConsole plays a conversation with the source in the editor. Nothing is sent or kept.
func (c *call) talkInConsole() (any, error) {
	return c.scriptDo(func(name string, in scriptForm) (any, error) {
		in.said = slices.DeleteFunc(in.said, func(s string) bool { return strings.TrimSpace(s) == "" })
		talk, err := c.talk(in)
		status := http.StatusOK
		if err != nil {
			status = problemOf(err).status
		}
		return c.scriptPage(status, name, err, func(p *scriptPage) error {
			p.keep(in)
			if p.Talk = talk; err != nil {
				p.BadLine = problemOf(err).refusal.Line
			}
			return nil
		})
	})
}
