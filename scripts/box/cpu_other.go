//go:build !linux

package box

import "time"

// threadCPU is not known here: the instruction count alone bounds a run, and the wall limit of the worker.
func threadCPU() time.Duration { return 0 }
