package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/urfave/cli/v3"
)

// newCLI gives the tree of commands. Flags are written with one dash, as in Go's own tools; two work as well.
func newCLI(p *process) *cli.Command {
	root := verb("", "run the daemon", "", p.serve)
	root.Name = "rebook"
	root.Usage = "wins back customers who left an online booking unfinished"
	root.UsageText = "rebook [command] [flags]      no command means serve"
	root.Description = "Try it in a minute:   rebook demo\nRun it:               rebook serve -config config.toml\n" +
		"Tab completion:       source <(rebook completion bash)     also zsh, fish"
	root.Flags = []cli.Flag{&cli.StringFlag{
		Name: "config", Usage: "read the configuration from `FILE` (else REBOOK_CONFIG, else ./config.toml where there is one, else defaults)",
	}}
	root.Commands = []*cli.Command{
		verb("serve", "run the daemon", "", p.serve),
		p.demoVerb(),
		p.healthVerb(),
		p.doctorVerb(),
		verb("version", "print version, commit and Go version", "", p.version),
		p.backupVerb(),
		p.restoreVerb(),
		p.scriptVerb(),
		p.rehearseVerb(),
		p.replayVerb(),
		verb("verify", "prove the store, or a backup file, whole", "[FILE]", p.verify),
		p.selftestVerb(),
		p.benchVerb(),
	}
	root.Reader, root.Writer, root.ErrWriter = p.stdin, p.stdout, p.stderr
	root.EnableShellCompletion = true
	root.ExitErrHandler = func(context.Context, *cli.Command, error) {} // run prints, once
	cli.FlagStringer = describeFlag
	return root
}

// verb makes a command that treats wrong use as the house does. args names the arguments it takes: "", "FILE", "NAME [FILE]",
// "PATH...": one in brackets may be left out, the last one with dots may come again and again.
func verb(name, usage, args string, action cli.ActionFunc, flags ...cli.Flag) *cli.Command {
	least, most := 0, 0
	for word := range strings.FieldsSeq(args) {
		if most++; !strings.HasPrefix(word, "[") {
			least++
		}
		if strings.HasSuffix(word, "...") {
			most = math.MaxInt
		}
	}
	c := &cli.Command{Name: name, Usage: usage, ArgsUsage: args, Flags: flags}
	c.OnUsageError = func(_ context.Context, c *cli.Command, err error, _ bool) error { return wrongFlag(c, err) }
	c.Action = func(ctx context.Context, c *cli.Command) error {
		got := c.Args().Slice()
		switch {
		case len(got) > most && len(c.VisibleCommands()) > 0:
			return unknownCommand(c, got[0])
		case len(got) > most:
			return misuse("%s: there is nothing to do with %q; %s -help shows what it takes", c.Name, got[most], c.FullName())
		case len(got) < least:
			return misuse("%s needs a %s; %s -help shows how", c.Name, args, c.FullName())
		}
		return action(ctx, c)
	}
	return c
}

func unknownCommand(c *cli.Command, name string) error {
	var names []string
	for _, sub := range c.VisibleCommands() {
		names = append(names, sub.Name)
	}
	if near := nearest(name, names); near != "" {
		return misuse("there is no command %q; did you mean %q?", name, near)
	}
	return misuse("there is no command %q; the commands are %s", name, strings.Join(names, ", "))
}

// wrongFlag puts the library's complaint into our words. It knows the library by its sentences, since it has no types for
// them; a sentence it does not know is passed on as it is.
func wrongFlag(c *cli.Command, err error) error {
	name := c.FullName()
	if flag, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		var names []string
		for _, f := range append(c.VisibleFlags(), c.Root().VisibleFlags()...) {
			names = append(names, f.Names()...)
		}
		if near := nearest(flag, names); near != "" {
			return misuse("%s has no flag -%s; did you mean -%s?", name, flag, near)
		}
		return misuse("%s has no flag -%s; %s -help lists its flags", name, flag, name)
	}
	if flag, ok := strings.CutPrefix(err.Error(), "flag needs an argument: "); ok {
		return misuse("%s: -%s needs a value; %s -help shows which", name, strings.TrimLeft(flag, "-"), name)
	}
	return misuse("%s: %v; %s -help shows what it takes", name, err, name)
}

// describeFlag is a line of -help: one dash, the placeholder, the meaning and the default.
func describeFlag(f cli.Flag) string {
	doc, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return f.String()
	}
	usage, placeholder := doc.GetUsage(), ""
	if before, rest, ok := strings.Cut(usage, "`"); ok {
		if word, after, ok := strings.Cut(rest, "`"); ok {
			placeholder, usage = " "+word, before+word+after
		}
	}
	if v := doc.GetValue(); doc.TakesValue() && v != "" && v != "0" && v != `""` {
		usage += fmt.Sprintf(" (default %s)", v)
	}
	return "-" + f.Names()[0] + placeholder + "\t" + usage
}
