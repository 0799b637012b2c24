package box

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadCPU is the CPU time that this thread has used. It is the only clock of the box: a budget, never a fact for a script.
func threadCPU() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
