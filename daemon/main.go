// Command rebook is the whole house in one program: it reads the configuration, puts storage, engine, carrier and API
// together, runs them, and holds the tools of the operator. It owns the process: arguments, environment, signals, the
// clock and the exit code. It decides nothing about sessions or texts; that is done below.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // quiet hours need zones, also where the machine has none

	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
)

func main() {
	worker.Main(box.Run) // a worker that runs scripts never gets further than this
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(run(context.Background(), process{
		args: os.Args[1:], environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, signals: signals,
		now: time.Now,
	}))
}

// process is everything outside the program that a run of it touches, so that tests can hand in their own.
type process struct {
	args    []string // without the program's name
	environ []string // "NAME=value"
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	signals <-chan os.Signal
	now     func() time.Time
	hurry   context.Context // ends with the second signal: finish at once
}

// run is the program: it gives the exit code. 0 is good; 1 means that the thing asked about is not so; 2 means wrong use or
// configuration, and one line on stderr says what and how to mend it.
func run(ctx context.Context, p process) int {
	ctx, hurry, done := gentleThenHurry(ctx, p.signals)
	defer done()
	p.hurry = hurry
	err := newCLI(&p).Run(ctx, append([]string{"rebook"}, p.args...))
	if err == nil {
		return 0
	}
	bad, ok := errors.AsType[*problem](err)
	if !ok {
		bad = &problem{code: 1, line: err.Error()}
	}
	if bad.line != "" {
		fmt.Fprintln(p.stderr, "rebook: "+oneLine(bad.line))
	}
	return bad.code
}

// gentleThenHurry gives a context that ends with the first signal and one that ends with the second. done lets go of both.
func gentleThenHurry(parent context.Context, signals <-chan os.Signal) (gentle, hurry context.Context, done func()) {
	gentle, first := context.WithCancelCause(parent)
	hurry, second := context.WithCancelCause(context.WithoutCancel(parent))
	over := make(chan struct{})
	go func() {
		end := first
		for {
			select {
			case sig := <-signals:
				end(fmt.Errorf("got signal %q", sig))
				end = second
			case <-over:
				return
			}
		}
	}()
	return gentle, hurry, func() {
		close(over)
		first(nil)
		second(nil)
	}
}
