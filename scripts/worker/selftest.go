package worker

import (
	"context"
	"fmt"

	"github.com/rebookhq/rebook/scripts/box"
)

// Report tells how well workers are held on this machine.
type Report struct {
	Walls []Wall
	// Development tells why these walls are good for trying out one's own scripts only; "" where they hold.
	Development string
}

// canary is the script of the self-test; it must give back the word in its ctx.
const canary = `function render(ctx) return "seen " .. ctx.word end`

// SelfTest starts one worker, runs a script in it, and lets it try to break out. The error names the step that failed; then
// no script should be run here.
func SelfTest(ctx context.Context, o Options) (report Report, err error) {
	o = o.filled()
	w, err := launch(ctx, o)
	if err != nil {
		return report, err
	}
	report.Walls = append([]Wall{{Name: "process of its own", Up: true, Detail: fmt.Sprintf("killed after %v", o.Wall)}}, w.walls...)

	err = sing(ctx, w, o)
	if err == nil && confined {
		_, _ = w.exchange(ctx, request{id: newID(), probe: true}, o.Wall) // how it ends is seen below
	}
	if !confined {
		report.Development = "this system cannot wall a process in; run the scripts of others on Linux only"
	}
	w.kill(fateClosed)
	w.bury()
	if err == nil && confined && !diedOfBreakingOut(w.cmd.ProcessState) {
		err = fmt.Errorf("wall in system calls: a worker that tried to open a file was not stopped (%s)", w.how)
	}
	return report, err
}

// sing runs the canary.
func sing(ctx context.Context, w *process, o Options) error {
	word := fmt.Sprintf("%x", newID())
	call := box.Call{Script: "canary", Source: canary, Entry: box.EntryRender, Ctx: []byte(`{"word":"` + word + `"}`)}
	result, err := w.exchange(ctx, request{id: newID(), call: call}, o.Wall)
	switch {
	case err != nil:
		return fmt.Errorf("run a script in a worker: %w", err)
	case result.Err != nil:
		return fmt.Errorf("run a script in a worker: %s", result.Err.Message)
	case result.Text != "seen "+word:
		return fmt.Errorf("run a script in a worker: it gave %q", result.Text)
	}
	return nil
}
