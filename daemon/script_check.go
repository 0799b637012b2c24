package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api/wire"
	"github.com/rebookhq/rebook/daemon/booking"
	"github.com/rebookhq/rebook/daemon/engine"
	"github.com/rebookhq/rebook/scripts"
	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
)

func (p *process) scriptCheckVerb() *cli.Command {
	c := verb("check", "compile scripts and run each once in the sandbox; needs no running daemon", "PATH...", p.scriptCheck,
		&cli.StringFlag{Name: "ctx", Usage: "run them on the facts in `FILE`, a JSON object, in place of the sample's"},
		&cli.BoolFlag{Name: "json", Usage: "print one JSON object a line for each script"})
	c.Description = "PATH is a script, or a directory with scripts. Modules are found beside the script that loads them, else among those built in.\n" +
		"It prints the text, and to stderr what a reviewer would say of it; or file:line: message, and ends with code 1."
	return c
}

// checkedScript is what came of one script, in the shapes of the API's preview.
type checkedScript struct {
	Path string `json:"path"`
	wire.Preview
}

// scriptCheck tries scripts behind both walls.
func (p *process) scriptCheck(ctx context.Context, c *cli.Command) error {
	files, err := scriptFiles(c.Args().Slice())
	if err != nil {
		return err
	}
	facts, err := checkFacts(c.String("ctx"))
	if err != nil {
		return err
	}
	if _, err := tryWalls(ctx); err != nil {
		return misuse("scripts cannot run on this machine: %v", err)
	}
	pool := worker.NewPool(worker.Options{})
	defer pool.Close()
	bad := 0
	for _, file := range files {
		checked, err := checkFile(ctx, scripts.Behind(pool, ""), file, facts)
		if err != nil {
			return err
		}
		if checked.Error != nil {
			bad++
		}
		if c.Bool("json") {
			err = printJSON(p.stdout, checked)
		} else {
			p.printChecked(checked, len(files) > 1)
		}
		if err != nil {
			return err
		}
	}
	if bad > 0 {
		return &problem{code: 1}
	}
	return nil
}

// scriptFiles lists the files that the arguments name: of a directory, every *.lua in it.
func scriptFiles(paths []string) (files []string, err error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, misuse("%v; name a script or a directory with scripts", err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		found, err := filepath.Glob(filepath.Join(path, "*.lua"))
		if err != nil {
			return nil, misuse("%s: %v", path, err)
		}
		if len(found) == 0 {
			return nil, misuse("%s has no scripts; their names end in .lua", path)
		}
		slices.Sort(found)
		files = append(files, found...)
	}
	return files, nil
}

// checkFacts reads the facts of -ctx, or gives the sample's.
func checkFacts(file string) (json.RawMessage, error) {
	if file == "" {
		sample := scripts.Sample()
		return sample.Ctx()
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, misuse("-ctx: %v", err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(b, &object); err != nil || object == nil {
		return nil, misuse("-ctx: %s does not hold a JSON object; the guide of scripts lists what ctx holds", file)
	}
	return b, nil
}

// checkFile tries one script.
func checkFile(ctx context.Context, run scripts.Run, file string, facts json.RawMessage) (out checkedScript, err error) {
	source, err := readScript(file)
	if err != nil {
		return out, misuse("%v", err)
	}
	dir := filepath.Dir(file)
	name := strings.TrimSuffix(filepath.Base(file), ".lua")
	t, err := scripts.Try(ctx, run, box.Call{Script: name, Source: source, Modules: modulesBeside(dir, source), Ctx: facts}, scripts.SampleAnswer)
	if err != nil {
		return out, fmt.Errorf("%s: %w", file, err)
	}
	p := engine.Preview{Tried: t, Version: -1}
	p.Measured(booking.DefaultSMSPrice())
	if p.Said != "" {
		p.Remarks = remarks(p, facts)
	}
	out = checkedScript{Path: file, Preview: wire.FromPreview(p)}
	if e := out.Error; e != nil && e.Script != name {
		out.Path = filepath.Join(dir, e.Script+".lua") // the module where it happened
	}
	return out, nil
}

// remarks looks a first text over as a preview does, as far as the facts name the business and the link. What an agent answers
// a customer is no first text.
func remarks(p engine.Preview, facts json.RawMessage) []booking.Remark {
	var known struct {
		Link     string
		Business struct{ Name string }
		Event    struct{ Kind string }
	}
	_ = json.Unmarshal(facts, &known) // facts of other types than ours are not ours
	f := booking.ComposeFacts{Business: known.Business.Name, Link: known.Link, Mode: booking.PrefilledLink}
	if p.Kind == booking.ScriptAgent {
		f.Mode = booking.AIAgent
		if k := known.Event.Kind; k != "" && k != "start" {
			return nil
		}
	}
	return booking.Lint(p.Said, f)
}

// maxScriptFile is more than any script may have; what is longer is refused where it is run, with the limit's name.
const maxScriptFile = 1 << 20

func readScript(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxScriptFile))
	return string(b), err
}

// modulesBeside finds the modules that a source loads, and those that they load, in a directory, else among those built in.
func modulesBeside(dir, source string) map[string]string {
	found := map[string]string{}
	wanted := scripts.Requires(source)
	for len(wanted) > 0 && len(found) < booking.MaxModules {
		name := wanted[0]
		wanted = wanted[1:]
		if _, ok := found[name]; ok {
			continue
		}
		text, err := readScript(filepath.Join(dir, name+".lua"))
		if errors.Is(err, fs.ErrNotExist) {
			v, ok := scripts.BuiltIn(name)
			if text = v.Source; !ok {
				continue
			}
		} else if err != nil {
			continue // the script then fails at its require, with the line
		}
		found[name] = text
		wanted = append(wanted, scripts.Requires(text)...)
	}
	return found
}

// printChecked writes what came of a script for people: its text to stdout, its fault to stderr.
func (p *process) printChecked(c checkedScript, several bool) {
	if e := c.Error; e != nil {
		where := c.Path
		if e.Line > 0 {
			where = fmt.Sprintf("%s:%d", c.Path, e.Line)
		}
		fmt.Fprintf(p.stderr, "%s: %s\n", where, e.Message)
		if e.Source != "" {
			fmt.Fprintf(p.stderr, "\t%s\n", strings.TrimSpace(e.Source))
		}
		if e.Hint != "" {
			fmt.Fprintf(p.stderr, "\t%s\n", e.Hint)
		}
		return
	}
	text := cmp.Or(c.Text, "("+c.Kind+")")
	if several {
		text = c.Path + ": " + text
	}
	fmt.Fprintln(p.stdout, text)
	for _, f := range c.Findings {
		fmt.Fprintf(p.stderr, "%s: %s: %s %s\n", c.Path, f.Code, f.Message, f.Fix)
	}
}

// printJSON writes one line of JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
