package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v3"
)

func (p *process) benchVerb() *cli.Command {
	c := verb("bench", "measure this machine with throw-away daemons", "", p.bench,
		&cli.IntFlag{Name: "sessions", Value: 100_000, Usage: "measure memory, restart and growth with `N` pending sessions (the README: 1000000)"},
		&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		// The process that fills a store and is killed: the benchmark starts it for itself.
		&cli.StringFlag{Name: "fill", Hidden: true},
		&cli.BoolFlag{Name: "quick", Hidden: true}, // a test wants to see it run, not its figures
	)
	c.Description = "Takes about a minute. Goals are those of perf.md §7; those named after another program are what it did in that lab."
	return c
}

// measure is one line of the result.
type measure struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Goal  string `json:"goal,omitempty"`
	Met   *bool  `json:"met,omitempty"` // nil: there is no goal
}

// machine is what the figures belong to.
type machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Kernel string `json:"kernel"`
	Go     string `json:"go"`
	Dir    string `json:"dir"` // where the throw-away stores are
}

// trialBench is one run of the benchmark.
type trialBench struct {
	p        *process
	out      *paint
	dir      string
	sessions int
	lasting  time.Duration // of each part that is a rate
	timers   int           // in the wheel
	due      int64         // sessions due at once
	fsync    float64       // syncs per second of one writer
	results  []measure
}

// bench measures part by part and prints as it goes.
func (p *process) bench(ctx context.Context, c *cli.Command) (err error) {
	sessions := c.Int("sessions")
	if sessions < 1000 || sessions > 10_000_000 {
		return misuse("-sessions %d is out of bounds; use a number from 1000 to 10000000", sessions)
	}
	if dir := c.String("fill"); dir != "" {
		return p.fill(ctx, dir, sessions)
	}
	dir, remove, err := throwAway("bench")
	if err != nil {
		return err
	}
	defer together(&err, remove)
	b := &trialBench{p: p, out: newPaint(p.stdout, p.environ), dir: dir, sessions: sessions,
		lasting: 3 * time.Second, timers: 1_000_000, due: 100_000}
	if c.Bool("quick") {
		b.lasting, b.timers, b.due = 200*time.Millisecond, 10_000, 500
	}
	quiet := c.Bool("json")
	m := describeMachine(dir)
	if quiet {
		b.out = &paint{w: p.stderr}
	} else {
		b.out.printf("\n  %s  %s\n\n", b.out.bold("Rebook benchmark"), b.out.dim(fmt.Sprintf("%s, %d cores, Linux %s, %s", m.CPU, m.Cores, m.Kernel, m.Go)))
	}
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"disk", b.disk}, {"timing wheel", b.wheel}, {"enqueues and cancels", b.enqueue}, {"events and completions", b.ingest}, {"events over HTTP", b.http},
		{"all due at once", b.burst}, {"lateness", b.lateness}, {"memory, restart, growth", b.restart},
	} {
		b.out.over("  measuring: %s …", part.name)
		if err := part.run(ctx); err != nil {
			if ctx.Err() != nil {
				return notSo("stopped before the end")
			}
			return fmt.Errorf("measure %s: %w", part.name, err)
		}
	}
	b.out.over("")
	if quiet {
		e := json.NewEncoder(p.stdout)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"machine": m, "sessions": sessions, "results": b.results})
	}
	b.print()
	return nil
}

// add notes a result without a goal.
func (b *trialBench) add(name, format string, a ...any) {
	b.results = append(b.results, measure{Name: name, Value: fmt.Sprintf(format, a...)})
}

// judged notes a result beside its goal.
func (b *trialBench) judged(met bool, goal, name, format string, a ...any) {
	b.add(name, format, a...)
	last := &b.results[len(b.results)-1]
	last.Goal, last.Met = goal, &met
}

func (b *trialBench) print() {
	var rows [][]string
	for _, r := range b.results {
		mark := ""
		if r.Met != nil {
			mark = map[bool]string{true: "met", false: "missed"}[*r.Met]
		}
		rows = append(rows, []string{r.Name, r.Value, r.Goal, mark})
	}
	b.out.table([]string{"measure", "here", "goal", ""}, rows)
	b.out.printf("\n")
}

func describeMachine(dir string) machine {
	m := machine{CPU: runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), Kernel: "?", Go: runtime.Version(), Dir: dir}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(b))
	}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
			if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	return m
}

// thousands writes a rate or a count for people: 12.3 k, 1.2 M.
func thousands(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2f M", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.0f k", v/1e3)
	case v >= 1e3:
		return fmt.Sprintf("%.1f k", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}
