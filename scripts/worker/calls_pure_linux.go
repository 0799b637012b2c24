//go:build !cgo

package worker

// A binary without cgo needs no call but the runtime's.
var cgoCalls, cgoMissing []uint32

// environment is all a worker sees of it: nothing.
var environment = []string{}

// threadMemory is nothing: the runtime makes the stacks of its threads in its heap.
const threadMemory = 0
