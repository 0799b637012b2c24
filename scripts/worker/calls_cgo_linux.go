//go:build cgo

package worker

import "golang.org/x/sys/unix"

// In a binary with cgo, as the race detector needs, the C library makes the threads. It registers two things for each, and
// tries clone3, whose flags a filter cannot see, before clone.
var (
	cgoCalls   = []uint32{unix.SYS_RSEQ, unix.SYS_SET_ROBUST_LIST}
	cgoMissing = []uint32{unix.SYS_CLONE3}
)

// environment is all a worker sees of it. The C library would reserve 64 MiB of addresses for each thread that allocates, out
// of what the script may take; with one arena for all threads it does not.
var environment = []string{"MALLOC_ARENA_MAX=1"}

// threadMemory is room for the stacks that the C library makes: 8 MiB for each of some eight threads, hardly touched.
const threadMemory = 64 << 20
