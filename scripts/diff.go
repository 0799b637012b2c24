package scripts

import (
	"github.com/aymanbagabas/go-udiff"

	"github.com/rebookhq/rebook/daemon/booking"
)

// Diff gives the unified difference between two versions of a script; empty when their sources are equal.
func Diff(from, to booking.ScriptVersion) string {
	return udiff.Unified(from.Ref(), to.Ref(), from.Source, to.Source)
}
