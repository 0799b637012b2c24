package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/urfave/cli/v3"

	"github.com/rebookhq/rebook/daemon/rehearsal"
	"github.com/rebookhq/rebook/scripts/worker"
)

func (p *process) rehearseVerb() *cli.Command {
	c := verb("rehearse", "play rehearsals on a virtual clock and judge them; sends nothing and needs no running daemon", "[FILE]...", p.rehearse,
		&cli.BoolFlag{Name: "json", Usage: "print one JSON object a line for each rehearsal"},
		&cli.StringSliceFlag{Name: "script", Usage: "use the script at PATH in place of the built-in NAME: `NAME=PATH`, again and again"},
		&cli.StringFlag{Name: "session", Usage: "ask the running daemon what would happen to the session `ID` if its text were due; changes nothing"},
		&cli.StringFlag{Name: "at", Usage: "with -session: at this `TIME`, RFC 3339; else now"})
	c.Description = "A line for each rehearsal: what it led to, and what of its expectations is not so. Ends with code 1 when one fails.\n" +
		"A file that holds only a world, which others name, is passed over."
	return c
}

// rehearsed is what came of one file.
type rehearsed struct {
	result  rehearsal.Result
	skipped bool // it is a world
	err     error
}

// atOnce is how many rehearsals are played at the same time.
const atOnce = 4

func (p *process) rehearse(ctx context.Context, c *cli.Command) error {
	files := c.Args().Slice()
	switch {
	case c.String("session") != "" && len(files) > 0:
		return misuse("rehearse plays files, or with -session a session of the running daemon, not both")
	case c.String("session") != "":
		return p.travel(ctx, c)
	case c.String("at") != "":
		return misuse("-at goes with -session: a rehearsal's time stands in its file")
	case len(files) == 0:
		return misuse("rehearse needs a FILE, or -session ID; rebook rehearse -help shows how")
	}
	sources, err := scriptSources(c.StringSlice("script"))
	if err != nil {
		return err
	}
	if _, err := tryWalls(ctx); err != nil {
		return misuse("scripts cannot run on this machine: %v", err)
	}
	pool := worker.NewPool(worker.Options{})
	defer pool.Close()
	all := make([]rehearsed, len(files))
	var playing sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, file := range files {
		free <- struct{}{}
		playing.Go(func() {
			defer func() { <-free }()
			all[i] = rehearseFile(ctx, file, rehearsal.Options{Scripts: pool, Sources: sources})
		})
	}
	playing.Wait()
	return p.tellRehearsed(files, all, c.Bool("json"))
}

// scriptSources reads the scripts of -script.
func scriptSources(flags []string) (map[string]string, error) {
	sources := map[string]string{}
	for _, f := range flags {
		name, path, ok := strings.Cut(f, "=")
		if !ok || name == "" {
			return nil, misuse("-script: %q is not NAME=PATH, such as agent=agent.lua", f)
		}
		source, err := readScript(path)
		if err != nil {
			return nil, misuse("-script: %v", err)
		}
		sources[name] = source
	}
	return sources, nil
}

func rehearseFile(ctx context.Context, file string, o rehearsal.Options) (out rehearsed) {
	raw, err := os.ReadFile(file)
	if err != nil {
		out.err = err
		return out
	}
	d, err := rehearsal.Read(raw, func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(filepath.Dir(file), path)) })
	if errors.Is(err, rehearsal.ErrWorld) {
		out.skipped = true
		return out
	}
	if err == nil {
		out.result, err = rehearsal.Run(ctx, d, o)
	}
	out.err = err
	return out
}

// tellRehearsed prints a line for each rehearsal, and the score for people.
func (p *process) tellRehearsed(files []string, all []rehearsed, asJSON bool) error {
	good, played := 0, 0
	for i, r := range all {
		switch {
		case r.skipped:
			continue
		case r.err != nil:
			return misuse("%s: %v", files[i], r.err)
		}
		played++
		if r.result.Passed {
			good++
		}
		if asJSON {
			if err := printJSON(p.stdout, r.result); err != nil {
				return err
			}
			continue
		}
		word := "pass"
		if !r.result.Passed {
			word = "FAIL"
		}
		line := fmt.Sprintf("%s %s: %s", word, r.result.Name, r.result.Outcome)
		if len(r.result.Failures) > 0 {
			line += ": " + strings.Join(r.result.Failures, "; ")
		}
		fmt.Fprintln(p.stdout, line)
	}
	if !asJSON {
		fmt.Fprintf(p.stdout, "%d of %d rehearsals are as expected\n", good, played)
	}
	if good < played {
		return &problem{code: 1}
	}
	return nil
}
