package scripts

import (
	"context"
	"errors"

	"github.com/rebookhq/rebook/scripts/box"
	"github.com/rebookhq/rebook/scripts/worker"
)

// Walls runs scripts in worker processes that can be killed; *worker.Pool is the house's. tenant is on whose behalf a script
// runs: one tenant cannot hold all workers; the empty one is the house itself.
type Walls interface {
	Run(ctx context.Context, tenant string, c box.Call) (box.Result, error)
}

// Behind gives the Run of a tenant. What a script did to its worker (it had to be killed, it died) is the script's fault and
// stands in the result; what is left as an error is about the walls: none is free, none can be started, they are closed.
func Behind(w Walls, tenant string) Run {
	return func(ctx context.Context, c box.Call) (box.Result, error) {
		res, err := w.Run(ctx, tenant, c)
		fault := box.Error{Script: c.Script}
		switch {
		case errors.Is(err, worker.ErrKilled):
			fault.Message, fault.Limit, fault.Hint = "it took too long and was ended from outside", "wall", "look for a loop that does not end"
		case errors.Is(err, worker.ErrDied):
			fault.Message, fault.Limit, fault.Hint = "its worker process ended under it", "process", "look for something that grows without end"
		case errors.Is(err, worker.ErrTooLarge):
			fault.Message, fault.Limit, fault.Hint = "the script, its modules and its ctx are too large together", "call", "make the modules smaller"
		default:
			return res, err
		}
		return box.Result{Err: &fault}, nil
	}
}
