//go:build race

package worker

// The race detector shadows every byte with several more, and counts its tables, terabytes of untouched address space, as
// data. So a worker in a test with it gets more room and no limit of its own on data.
const (
	shadowMemory = 512 << 20
	limitData    = false
)
