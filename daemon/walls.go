package main

import (
	"context"
	"fmt"
	"time"

	"github.com/rebookhq/rebook/scripts/worker"
)

// wallsWithin is how long the self-test of the walls around scripts may take; it takes some 20 ms.
const wallsWithin = 20 * time.Second

// tryWalls tries the walls around scripts in a worker of its own. The error names the step that failed; then no script may run.
func tryWalls(ctx context.Context) (worker.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, wallsWithin)
	defer cancel()
	return worker.SelfTest(ctx, worker.Options{})
}

// openWalls starts the workers that run scripts, unless the walls cannot be built here: then no script runs, an alarm says why,
// and follow-ups go out in the house's own words.
func (h *house) openWalls(ctx context.Context) {
	report, err := tryWalls(ctx)
	if err != nil {
		h.wallsMissing = err.Error()
		h.warnings = append(h.warnings, fmt.Sprintf("scripts cannot run on this machine, so follow-ups go out in plain words: %v", err))
		return
	}
	if report.Development != "" {
		h.warnings = append(h.warnings, "walls around scripts: "+report.Development)
	}
	h.pool = worker.NewPool(worker.Options{})
	h.undo = append(h.undo, func(context.Context) error { h.pool.Close(); return nil })
}
