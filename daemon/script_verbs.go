package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
)

// scriptVerb gathers the commands about scripts. All but check talk to the running daemon through its socket.
func (p *process) scriptVerb() *cli.Command {
	override := &cli.StringFlag{Name: "override", Usage: "use it although tests fail, for this `REASON`"}
	asJSON := &cli.BoolFlag{Name: "json", Usage: "print the API's answer"}
	c := verb("script", "check scripts, and keep the library of a running daemon", "", func(_ context.Context, c *cli.Command) error {
		return misuse("say what to do: %s", strings.Join(subcommands(c), ", "))
	})
	c.Commands = []*cli.Command{
		p.scriptCheckVerb(),
		p.scriptTestVerb(),
		verb("list", "list the scripts of the library", "", p.scriptList, asJSON),
		verb("get", "print the source in use", "NAME", p.scriptGet,
			&cli.IntFlag{Name: "version", Value: -1, Usage: "print version `N`; 0 is built in", HideDefault: true}),
		verb("put", "make FILE the next version of a script; - is standard input", "NAME FILE", p.scriptPut,
			&cli.StringFlag{Name: "note", Usage: "say why: `TEXT`"}, &cli.BoolFlag{Name: "activate", Usage: "use it from now on"}, override),
		verb("activate", "use a version from now on", "NAME VERSION", p.scriptActivate, override),
		verb("rollback", "go back to the version that was used before", "NAME", p.scriptRollback),
		p.scriptCanaryVerb(),
		verb("versions", "list the versions of a script, the latest first", "NAME", p.scriptVersions, asJSON),
		verb("diff", "show what lies between a version and another, else the latest", "NAME FROM [TO]", p.scriptDiff),
		verb("preview", "show what a script would write, and what would become of it", "NAME", p.scriptPreview,
			&cli.StringFlag{Name: "source", Usage: "try the script in `FILE` without keeping it"},
			&cli.IntFlag{Name: "version", Value: -1, Usage: "try version `N`; else the latest", HideDefault: true},
			&cli.StringFlag{Name: "session", Usage: "on the real session `ID`; else on sample facts"},
			&cli.StringFlag{Name: "ctx", Usage: "on the facts in `FILE`, a JSON object"}, asJSON),
	}
	return c
}

func subcommands(c *cli.Command) (names []string) {
	for _, sub := range c.VisibleCommands() {
		if sub.Name != "help" {
			names = append(names, sub.Name)
		}
	}
	return names
}

// library gives the scripts of the running daemon.
func (p *process) library(c *cli.Command, do func(client.Scripts) error) error {
	return p.operator(c, func(api *client.Client) error { return do(api.Scripts) })
}

// operator speaks with the running daemon through its socket, as the operator of this machine.
func (p *process) operator(c *cli.Command, do func(*client.Client) error) error {
	cfg, _, err := loadConfig(c.String("config"), p.environ)
	if err != nil {
		return err
	}
	err = do(client.New("http://rebook", "", client.WithRetries(0), client.WithUserAgent("rebook/"+release),
		client.WithHTTPClient(&http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
			DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return dialSocket(ctx, cfg.Storage.Dir) },
			DisableKeepAlives: true,
		}})))
	if errors.Is(err, errNoDaemon) {
		return misuse("no daemon runs on %s; start it, or name its directory with -config or REBOOK_STORAGE_DIR", cfg.Storage.Dir)
	}
	if no, ok := errors.AsType[*client.Error](err); ok {
		no.Hint = asVerbs(no.Hint)
		p.tellFailed(no.Tests)
		return notSo("%s", no.Error())
	}
	return err
}

// scriptRoutes finds routes of scripts as the API's hints name them.
var scriptRoutes = regexp.MustCompile(`(GET|PUT|POST) /v1/scripts(/[a-z0-9_{}-]+)?(/[a-z]+)?`)

// replayRoutes finds the route that cancels a replay.
var replayRoutes = regexp.MustCompile(`POST /v1/replays/([0-9a-f-]+)/cancel`)

// asVerbs names in a hint of the API the commands that do the same: whoever typed a command has no other at hand.
func asVerbs(hint string) string {
	hint = replayRoutes.ReplaceAllString(hint, "rebook replay -cancel $1")
	return scriptRoutes.ReplaceAllStringFunc(hint, func(route string) string {
		m := scriptRoutes.FindStringSubmatch(route)
		name := strings.TrimPrefix(strings.Replace(m[2], "{name}", "NAME", 1), "/")
		switch {
		case name == "":
			return "rebook script list"
		case m[3] != "":
			return "rebook script " + m[3][1:] + " " + name + map[string]string{"/preview": " -source FILE"}[m[3]]
		case m[1] == http.MethodPut:
			return "rebook script put " + name + " FILE"
		}
		return "rebook script get " + name
	})
}

// asked is what one question to the library gave.
func asked[T any](p *process, c *cli.Command, ask func(client.Scripts) (T, error)) (out T, err error) {
	err = p.library(c, func(s client.Scripts) (err error) {
		out, err = ask(s)
		return err
	})
	return out, err
}

func (p *process) scriptList(ctx context.Context, c *cli.Command) error {
	list, err := asked(p, c, func(s client.Scripts) ([]wire.Script, error) { return s.List(ctx) })
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(p.stdout, wire.List[wire.Script]{Items: list})
	}
	return columns(p.stdout, "NAME\tKIND\tIN USE\tLATEST\tFAULTS", list, func(s wire.Script) string {
		active := "none"
		if s.Active != nil {
			active = versionName(*s.Active)
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%d", s.Name, s.Kind, active, versionName(s.Latest), s.Faults)
	})
}

func versionName(n int) string {
	if n == 0 {
		return "0 (built in)"
	}
	return strconv.Itoa(n)
}

func (p *process) scriptGet(ctx context.Context, c *cli.Command) error {
	var q client.ScriptQuery
	if n := c.Int("version"); n >= 0 {
		q.Version = &n
	}
	s, err := asked(p, c, func(s client.Scripts) (wire.Script, error) { return s.Get(ctx, c.Args().First(), q) })
	if err != nil {
		return err
	}
	if s.Version == nil {
		return notSo("no version of %s is in use; choose one with -version N", s.Name)
	}
	_, err = io.WriteString(p.stdout, s.Source)
	return err
}

func (p *process) scriptPut(ctx context.Context, c *cli.Command) error {
	name, file := c.Args().Get(0), c.Args().Get(1)
	source, err := p.sourceOf(file)
	if err != nil {
		return err
	}
	v, err := asked(p, c, func(s client.Scripts) (wire.ScriptVersion, error) {
		return s.Put(ctx, name, wire.NewScript{Source: source, Note: c.String("note")})
	})
	if err != nil {
		return err
	}
	s, err := asked(p, c, func(s client.Scripts) (wire.Script, error) { return s.Get(ctx, name, client.ScriptQuery{}) })
	if err != nil {
		return err
	}
	if s.Active != nil && *s.Active == v.Version {
		note := ""
		if said := c.String("note"); said != "" && said != v.Note {
			note = fmt.Sprintf("; a version never changes, so its note stays %q", v.Note)
		}
		fmt.Fprintf(p.stdout, "%s version %d is this very source and in use; nothing was changed%s\n", v.Name, v.Version, note)
		return nil
	}
	if !c.Bool("activate") {
		fmt.Fprintf(p.stdout, "%s version %d (%s) is a draft; rebook script activate %s %d uses it\n", v.Name, v.Version, v.Kind, v.Name, v.Version)
		return nil
	}
	return p.activateVersion(ctx, c, v.Name, v.Version)
}

// sourceOf reads a script from a file or from standard input.
func (p *process) sourceOf(file string) (string, error) {
	if file == "-" {
		b, err := io.ReadAll(io.LimitReader(p.stdin, maxScriptFile))
		return string(b), err
	}
	source, err := readScript(file)
	if err != nil {
		return "", misuse("%v; name a file that is there, or - for standard input", err)
	}
	return source, nil
}

func (p *process) activateVersion(ctx context.Context, c *cli.Command, name string, version int) error {
	s, err := asked(p, c, func(s client.Scripts) (wire.Script, error) {
		return s.Activate(ctx, name, wire.Activation{Version: &version, Override: c.String("override")})
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s version %s is used from now on", s.Name, versionName(version))
	if hasPrevious(s) {
		fmt.Fprintf(p.stdout, "; a rollback goes to version %s", versionName(s.Previous))
	}
	if s.Tests != nil {
		fmt.Fprintf(p.stdout, "; %d tests played, %d failed", s.Tests.Played, s.Tests.Failed)
	}
	fmt.Fprintln(p.stdout)
	for _, f := range s.Warnings {
		fmt.Fprintf(p.stderr, "%s: %s %s%s\n", f.Code, f.Message, f.Fix, ruleOf(f))
	}
	return nil
}

// ruleOf tells where the rule of a finding stands.
func ruleOf(f wire.Remark) string {
	if f.Source == "" {
		return ""
	}
	return " (" + f.Source + ")"
}

func (p *process) scriptActivate(ctx context.Context, c *cli.Command) error {
	version, err := versionArg(c, 1)
	if err != nil {
		return err
	}
	return p.activateVersion(ctx, c, c.Args().First(), version)
}

func versionArg(c *cli.Command, i int) (int, error) {
	n, err := strconv.Atoi(c.Args().Get(i))
	if err != nil || n < 0 {
		return 0, misuse("%q is not a version; use a number, 0 is built in", c.Args().Get(i))
	}
	return n, nil
}

func (p *process) scriptRollback(ctx context.Context, c *cli.Command) error {
	s, err := asked(p, c, func(s client.Scripts) (wire.Script, error) { return s.Get(ctx, c.Args().First(), client.ScriptQuery{}) })
	if err != nil {
		return err
	}
	if !hasPrevious(s) {
		return notSo("%s has no version to go back to; rebook script versions %s lists what there is", s.Name, s.Name)
	}
	return p.activateVersion(ctx, c, s.Name, s.Previous)
}

// hasPrevious tells whether there is a version to go back to.
func hasPrevious(s wire.Script) bool {
	return s.Active != nil && *s.Active != s.Previous && (s.Previous != 0 || s.BuiltIn)
}

func (p *process) scriptVersions(ctx context.Context, c *cli.Command) error {
	list, err := asked(p, c, func(s client.Scripts) ([]wire.ScriptVersion, error) { return s.Versions(ctx, c.Args().First()) })
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(p.stdout, wire.List[wire.ScriptVersion]{Items: list})
	}
	return columns(p.stdout, "VERSION\tKIND\tWHEN\tBY\tNOTE", list, func(v wire.ScriptVersion) string {
		when := "-"
		if !v.At.IsZero() {
			when = v.At.Format("2006-01-02 15:04 UTC")
		}
		return fmt.Sprintf("%d\t%s\t%s\t%s\t%s", v.Version, v.Kind, when, v.Author, v.Note)
	})
}

func (p *process) scriptDiff(ctx context.Context, c *cli.Command) error {
	from, err := versionArg(c, 1)
	if err != nil {
		return err
	}
	q := client.DiffQuery{From: &from}
	if c.Args().Len() > 2 {
		to, err := versionArg(c, 2)
		if err != nil {
			return err
		}
		q.To = &to
	}
	d, err := asked(p, c, func(s client.Scripts) (wire.ScriptDiff, error) { return s.Diff(ctx, c.Args().First(), q) })
	if err != nil {
		return err
	}
	_, err = io.WriteString(p.stdout, d.Diff)
	return err
}

func (p *process) scriptPreview(ctx context.Context, c *cli.Command) error {
	in := wire.PreviewScript{Session: c.String("session")}
	if n := c.Int("version"); n >= 0 {
		in.Version = &n
	}
	var err error
	if file := c.String("source"); file != "" {
		if in.Source, err = p.sourceOf(file); err != nil {
			return err
		}
	}
	if file := c.String("ctx"); file != "" {
		b, err := checkFacts(file)
		if err == nil {
			err = json.Unmarshal(b, &in.Ctx)
		}
		if err != nil {
			return err
		}
	}
	out, err := asked(p, c, func(s client.Scripts) (wire.Preview, error) { return s.Preview(ctx, c.Args().First(), in) })
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(p.stdout, out)
	}
	return p.showPreview(out)
}

// showPreview writes a preview for people.
func (p *process) showPreview(out wire.Preview) error {
	if e := out.Error; e != nil {
		return notSo("%s.lua:%d: %s", e.Script, e.Line, e.Message)
	}
	text, size, as := out.Text, out.TextSize, ""
	if out.Sends != nil && out.Sends.Text != text {
		text, size = out.Sends.Text, out.Sends.TextSize
		as = fmt.Sprintf(" as sent (%d as written)", out.Segments)
	}
	if text == "" {
		fmt.Fprintf(p.stdout, "(%s: no text)\n", out.Kind)
		return nil
	}
	fmt.Fprintf(p.stdout, "%s\n\n%d characters, %s, segments: %d%s", text, size.Characters, size.Encoding, size.Segments, as)
	if size.Cost != nil {
		fmt.Fprintf(p.stdout, ", %s %s", size.Cost.Amount, size.Cost.Currency)
	}
	fmt.Fprintln(p.stdout)
	if f := size.ForcedBy; f != nil {
		fmt.Fprintf(p.stdout, "character %d, %s (%s), is not in the SMS alphabet\n", f.Position, f.Character, f.Name)
	}
	for _, f := range out.Findings {
		fmt.Fprintf(p.stdout, "%s: %s %s\n", f.Code, f.Message, f.Fix)
	}
	for _, g := range out.Gates {
		if g.Result != "pass" {
			fmt.Fprintf(p.stdout, "%s by %s: %s %s\n", g.Result, g.Check, g.Message, g.Fix)
		}
	}
	return nil
}

// columns writes rows under a heading, tabs between the columns.
func columns[T any](w io.Writer, heading string, rows []T, line func(T) string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, heading)
	for _, r := range rows {
		fmt.Fprintln(t, strings.TrimRight(line(r), "\t"))
	}
	return t.Flush()
}
