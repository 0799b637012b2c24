package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
)

// travel asks the running daemon what would happen to a session if its text were due at some moment.
func (p *process) travel(ctx context.Context, c *cli.Command) error {
	var to wire.TravelTo
	if typed := c.String("at"); typed != "" {
		at, err := time.Parse(time.RFC3339, typed)
		if err != nil {
			return misuse("-at: %q is not a time such as 2026-03-12T18:55:00-04:00", typed)
		}
		to.At = at
	}
	var t wire.Travel
	err := p.operator(c, func(api *client.Client) (err error) {
		t, err = api.Sessions.Rehearse(ctx, c.String("session"), to)
		return err
	})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(p.stdout, t)
	}
	p.tellTravel(t, to.At.Location())
	return nil
}

// tellTravel prints what would happen, in the zone of the time that was asked about.
func (p *process) tellTravel(t wire.Travel, zone *time.Location) {
	clock := func(at time.Time) string { return at.In(zone).Format("Mon 2006-01-02 15:04:05 MST") }
	for _, a := range t.Assumed {
		fmt.Fprintf(p.stdout, "as if %s\n", a)
	}
	at := time.Time{}
	for _, f := range t.Trace {
		if !f.At.Equal(at) {
			at = f.At
			fmt.Fprintf(p.stdout, "%s\n", clock(at))
		}
		fmt.Fprintf(p.stdout, "  %s %-18s %s", f.Result, f.Check, f.Message)
		if f.Fact != "" {
			fmt.Fprintf(p.stdout, " [%s]", f.Fact)
		}
		if f.Result != "pass" && f.Fix != "" {
			fmt.Fprintf(p.stdout, " %s", f.Fix)
		}
		fmt.Fprintln(p.stdout)
	}
	switch {
	case t.Result == "stop":
		fmt.Fprintf(p.stdout, "no text would go out: %s\n", t.Check)
	case t.Result == "wait":
		fmt.Fprintf(p.stdout, "it would still wait: %s\n", t.Check)
	default:
		fmt.Fprintf(p.stdout, "the text would go out %s", clock(t.SendsAt))
		if t.From != "" {
			fmt.Fprintf(p.stdout, " from %s", t.From)
		}
		fmt.Fprintln(p.stdout)
	}
	if t.Default {
		fmt.Fprintln(p.stdout, "the default text would go out, since the script's cannot be sent")
	}
	if t.Sends != nil {
		fmt.Fprintf(p.stdout, "\n%s\n\nsegments: %d", t.Sends.Text, t.Sends.Segments)
		if t.Sends.Cost != nil {
			fmt.Fprintf(p.stdout, ", %s %s", t.Sends.Cost.Amount, t.Sends.Cost.Currency)
		}
		fmt.Fprintln(p.stdout)
	}
}
