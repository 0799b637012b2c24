package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/api/client"
	"github.com/rebookhq/rebook/api/wire"
)

func (p *process) replayVerb() *cli.Command {
	c := verb("replay", "tell what a change would have done to the bookings of a period; sends nothing", "", p.replay,
		&cli.StringFlag{Name: "from", Usage: "begin with `DAY`, or a time; else a week before -to"},
		&cli.StringFlag{Name: "to", Usage: "end with `DAY`, included, or a time; else now"},
		&cli.StringFlag{Name: "scheduler", Usage: "only sessions of the booking form `ID`"},
		&cli.StringSliceFlag{Name: "script", Usage: "with another version, or a file, in place of the script in use: `NAME=VERSION|PATH`, again and again"},
		&cli.StringFlag{Name: "delay", Usage: "with the follow-up that long after a session was left: `DURATION`"},
		&cli.StringFlag{Name: "hours", Usage: "with these hours on weekdays: `FROM-TO`, for example 10:00-18:00"},
		&cli.StringFlag{Name: "settings", Usage: "with other settings, as in account.settings: `JSON`"},
		&cli.IntFlag{Name: "show", Value: 20, Usage: "print the first `N` differences"},
		&cli.StringFlag{Name: "cancel", Usage: "end the replay `ID` instead"},
		&cli.BoolFlag{Name: "json", Usage: "print the API's answer, the differences one a line behind it"})
	c.Description = "Runs in the daemon; interrupted here, it is cancelled there. Ends with code 1 when it did not come to its end."
	return c
}

// replayPause is how often the daemon is asked how far it is.
const replayPause = 200 * time.Millisecond

func (p *process) replay(ctx context.Context, c *cli.Command) error {
	in, err := replayOf(c)
	if err != nil {
		return err
	}
	return p.operator(c, func(api *client.Client) error {
		if id := c.String("cancel"); id != "" {
			v, err := api.Replays.Cancel(ctx, id)
			if err == nil {
				fmt.Fprintln(p.stdout, v.Summary)
			}
			return err
		}
		v, err := api.Replays.Start(ctx, in)
		if err != nil {
			return err
		}
		if v, err = p.followReplay(ctx, api, v); err != nil {
			return err
		}
		if err := p.tellReplay(ctx, api, v, c.Int("show"), c.Bool("json")); err != nil {
			return err
		}
		if v.State != "done" {
			return &problem{code: 1}
		}
		return nil
	})
}

// replayOf makes the request of the flags.
func replayOf(c *cli.Command) (in wire.NewReplay, err error) {
	in = wire.NewReplay{From: c.String("from"), To: c.String("to"), Scheduler: c.String("scheduler")}
	in.Changes.Delay = c.String("delay")
	if h := c.String("hours"); h != "" {
		from, to, ok := strings.Cut(h, "-")
		if !ok {
			return in, misuse("-hours: %q is not FROM-TO, such as 10:00-18:00", h)
		}
		in.Changes.Hours = map[string][]string{"weekday": {from, to}}
	}
	if s := c.String("settings"); s != "" {
		if err := json.Unmarshal([]byte(s), &in.Changes.Settings); err != nil {
			return in, misuse("-settings: this is no JSON object such as {\"holdout\": 10}: %v", err)
		}
	}
	for _, flag := range c.StringSlice("script") {
		name, what, ok := strings.Cut(flag, "=")
		if !ok || name == "" {
			return in, misuse("-script: %q is not NAME=VERSION or NAME=PATH, such as agent=3", flag)
		}
		script := wire.ReplayScript{}
		if n, err := strconv.Atoi(what); err == nil {
			script.Version = &n
		} else if script.Source, err = readScript(what); err != nil {
			return in, misuse("-script: %v", err)
		}
		if in.Changes.Scripts == nil {
			in.Changes.Scripts = map[string]wire.ReplayScript{}
		}
		in.Changes.Scripts[name] = script
	}
	return in, nil
}

// followReplay waits for the end. Who does not want to wait any longer does not want the replay.
func (p *process) followReplay(ctx context.Context, api *client.Client, v wire.Replay) (wire.Replay, error) {
	id := v.ID
	for v.State == "running" {
		if !sleep(ctx, replayPause) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			return api.Replays.Cancel(ctx, id)
		}
		var err error
		if v, err = api.Replays.Get(ctx, id); err != nil && !errors.Is(err, context.Canceled) {
			return v, err
		}
	}
	return v, nil
}

func (p *process) tellReplay(ctx context.Context, api *client.Client, v wire.Replay, show int, asJSON bool) error {
	if asJSON {
		if err := printJSON(p.stdout, v); err != nil {
			return err
		}
	} else {
		for _, ch := range v.Changes {
			fmt.Fprintf(p.stdout, "%s: %s -> %s\n", ch.What, ch.Was, ch.Is)
		}
		fmt.Fprintln(p.stdout, v.Summary)
		if v.Fault != "" {
			fmt.Fprintln(p.stdout, v.Fault)
		}
	}
	n := 0
	for it, err := range api.Replays.Differences(context.WithoutCancel(ctx), v.ID, client.DifferenceQuery{Page: client.Page{Limit: min(max(show, 1), 1000)}}) {
		if err != nil {
			return err
		}
		if n++; n > show {
			break
		}
		if asJSON {
			if err := printJSON(p.stdout, it); err != nil {
				return err
			}
			continue
		}
		printDifference(p.stdout, it)
	}
	return nil
}

func printDifference(w io.Writer, it wire.ReplayItem) {
	fmt.Fprintf(w, "\n%s  %s %s\n", it.Differs, it.Session, it.Name)
	if it.Heard != "" {
		fmt.Fprintf(w, "  ? %s\n", oneLine(it.Heard))
	}
	fmt.Fprintf(w, "  - %s\n  + %s\n", outcomeLine(it.Before), outcomeLine(it.After))
}

// outcomeLine tells one side of a difference.
func outcomeLine(o wire.ReplayOutcome) string {
	switch {
	case o.Texted:
		return o.At.Format("2006-01-02 15:04 MST") + "  " + oneLine(o.Text)
	case o.WaitedFor != "":
		return "no text: " + o.WithheldBy + " (" + o.WaitedFor + ")"
	case o.WithheldBy != "":
		return "no text: " + o.WithheldBy
	}
	return "no text: " + o.State
}
