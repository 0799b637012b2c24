//go:build !cgo

package worker

// A binary without cgo needs no call but the runtime's.
var cgoCalls, cgoMissing []uint32
