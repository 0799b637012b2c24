package main

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// memoryGoal is how much memory Go's collector aims to stay under: enough for a million pending sessions and a flood of
// events (perf.md §8.5 measured that half as much costs 1.4 times the CPU in a flood). It is a goal, not a wall: more is
// used when more is needed.
const memoryGoal = 512 << 20

// limitMemory sets the goal, unless the operator set GOMEMLIMIT. In a container with less memory it takes four fifths of
// what there is, so that the collector works harder before the kernel kills.
func limitMemory(cgroup string) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	goal := int64(memoryGoal)
	if b, err := os.ReadFile(cgroup); err == nil {
		if most, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil { // else "max": no limit
			goal = min(goal, most/5*4)
		}
	}
	debug.SetMemoryLimit(goal)
}

// cgroupMemory is where Linux says how much memory this container may use.
const cgroupMemory = "/sys/fs/cgroup/memory.max"
