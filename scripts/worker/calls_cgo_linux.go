//go:build cgo

package worker

import "golang.org/x/sys/unix"

// In a binary with cgo, as the race detector needs, the C library makes the threads. It registers two things for each, and
// tries clone3, whose flags a filter cannot see, before clone.
var (
	cgoCalls   = []uint32{unix.SYS_RSEQ, unix.SYS_SET_ROBUST_LIST}
	cgoMissing = []uint32{unix.SYS_CLONE3}
)
