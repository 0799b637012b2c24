//go:build !race

package worker

const (
	shadowMemory = 0
	limitData    = true
)
