package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
)

// scriptCanaryVerb tries a version on a share of the persons, and shows how both versions do.
func (p *process) scriptCanaryVerb() *cli.Command {
	return verb("canary", "try a version on a share of the persons, and show how both versions do", "[NAME]", p.scriptCanary,
		&cli.IntFlag{Name: "version", Value: -1, Usage: "try version `N`, or change its share; 0 is built in", HideDefault: true},
		&cli.IntFlag{Name: "percent", Usage: "on `P` percent of the persons; 50 compares two versions", HideDefault: true},
		&cli.StringFlag{Name: "note", Usage: "say why: `TEXT`"},
		&cli.BoolFlag{Name: "promote", Usage: "give the version that is tried to everybody"},
		&cli.BoolFlag{Name: "end", Usage: "give everybody the version in use"},
		&cli.BoolFlag{Name: "json", Usage: "print the API's answer"})
}

func (p *process) scriptCanary(ctx context.Context, c *cli.Command) error {
	name, version, percent := c.Args().First(), c.Int("version"), c.Int("percent")
	wishes := 0
	for _, flag := range []string{"version", "promote", "end"} {
		if c.IsSet(flag) {
			wishes++
		}
	}
	switch {
	case wishes > 1:
		return misuse("-version, -promote and -end are three things; give one")
	case c.IsSet("version") != c.IsSet("percent"):
		return misuse("a version is tried on a share of the persons; give -version N and -percent P together")
	case c.IsSet("note") && !c.IsSet("version"):
		return misuse("-note says why a version is tried; give it with -version N and -percent P")
	case name == "" && wishes > 0:
		return misuse("canary needs the NAME of the script for that")
	case name == "":
		return p.listCanaries(ctx, c)
	}
	v, err := asked(p, c, func(s client.Scripts) (wire.Canary, error) {
		switch {
		case c.IsSet("version"):
			return s.TryCanary(ctx, name, wire.NewCanary{Version: &version, Percent: &percent, Note: c.String("note")})
		case c.Bool("promote"):
			return s.PromoteCanary(ctx, name)
		case c.Bool("end"):
			return s.EndCanary(ctx, name)
		}
		return s.Canary(ctx, name)
	})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(p.stdout, v)
	}
	return showCanary(p.stdout, v)
}

func (p *process) listCanaries(ctx context.Context, c *cli.Command) error {
	list, err := asked(p, c, func(s client.Scripts) ([]wire.Canary, error) { return s.Canaries(ctx) })
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(p.stdout, wire.List[wire.Canary]{Items: list})
	}
	return columns(p.stdout, "NAME\tSTATE\tTRIED\tBESIDE\tPERCENT\tSINCE", list, func(v wire.Canary) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%s", v.Script, v.State, versionName(v.Version), versionName(v.Stable), v.Percent, v.StartedAt.Format("2006-01-02 15:04 UTC"))
	})
}

// showCanary writes a canary for people: both versions side by side, and what the numbers suffice for.
func showCanary(w io.Writer, v wire.Canary) error {
	fmt.Fprintf(w, "%s: version %s beside version %s, %d %% of the persons, %s\n", v.Script, versionName(v.Version), versionName(v.Stable), v.Percent, v.State)
	if v.Reason != "" {
		fmt.Fprintln(w, v.Reason)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "VERSION\tPERSONS\tSENT\tDELIVERED\tCLICKED\tREPLIED\tBOOKED\tOPTED OUT\tFAULTS")
	for _, s := range v.Sides {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", versionName(s.Version), s.Persons, s.Sent, s.Delivered, s.Clicked, s.Replied, s.Booked, s.OptedOut, s.Faults)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\nopt-outs: evidence %.1f of %.0f, at which the version is taken away\n", v.Words, v.OptOuts.Evidence, v.OptOuts.Limit)
	return nil
}
