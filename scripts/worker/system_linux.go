package worker

import (
	"os"
	"syscall"
)

// ownProgram is where the kernel keeps the running program, also after the file on disk was replaced: a worker is never of
// another version than its parent.
func ownProgram() (string, error) { return "/proc/self/exe", nil }

// confined says that a worker which tries to break out dies of it.
const confined = true

// diedOfBreakingOut tells whether the filter of system calls killed the process.
func diedOfBreakingOut(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGSYS
}
